//! A program as data: which programs an object has, and what happens in each to a packet, step by step. An architecture (`crate::arch`) gives it;
//! what becomes C of it is left to `crate::emit`.

use crate::layout::storage::{PacketStores, candidates};
use p4xdp_midend::analysis::effects::{self, StorageSet};
use p4xdp_midend::ir::{
    Block, ControlId, HeaderId, HeaderRef, LocalId, ParserId, Program, StmtKind, TableId, Transition, visit,
};
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;

/// What an object does.
#[derive(Debug)]
pub(crate) struct Pipeline {
    /// Its programs; packets come to the first.
    pub(crate) sections: Vec<Section>,
    /// Whether headers may be written where they are.
    pub(crate) stores: PacketStores,
    /// Where ports come in and go out.
    pub(crate) ports: PortPlaces,
}

/// A program of an object. It has a parser, a storage of headers and a deparser of its own: what another section knows of the packet
/// is lost, unless a step hands it over.
#[derive(Debug)]
pub(crate) struct Section {
    /// Where the kernel runs it.
    pub(crate) hook: Hook,
    /// What it does, in this order. The last step ends it.
    pub(crate) steps: Vec<Step>,
    /// How packets go round in it, if they can.
    pub(crate) rounds: Option<Rounds>,
    /// What becomes of a packet that its parser rejects; none if the parser's error is the program's to deal with.
    pub(crate) rejected: Option<Verdict>,
}

/// Where the kernel runs a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hook {
    /// At a device, for each packet that it receives: `SEC("xdp")`.
    Device,
    /// For each copy of a packet, by the device that sends it: `SEC("xdp/devmap")`. The packet leaves by that device, or not at all.
    Copy,
}

/// How packets go round: the section begins anew with them, its variables but for those that are kept being as for a packet that has
/// just come.
#[derive(Debug)]
pub(crate) struct Rounds {
    /// What any way keeps.
    pub(crate) kept: BTreeSet<LocalId>,
}

/// A variable that a packet keeps that goes round, or a copy.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    /// The variable.
    pub(crate) variable: LocalId,
    /// The values of what asks for it with which it is kept; none if it is always.
    pub(crate) only: Option<BTreeSet<u32>>,
}

/// Something that is done to a packet.
#[derive(Debug)]
pub(crate) enum Step {
    /// Keeps the port that the packet came by, and aborts where it is `limit` or more.
    Arrive {
        /// The variable of the architecture that receives it; none if nobody asked.
        port: Option<LocalId>,
        /// The first number that is none.
        limit: u32,
    },
    /// Gives a variable of the architecture a value.
    Set {
        /// The variable.
        variable: LocalId,
        /// The value.
        value: Value,
    },
    /// Runs a parser.
    Parse(ParserId),
    /// Begins anew with the packet as it is now: no header is known, and nothing was emitted. What comes behind it uses other headers than
    /// what came before ([`Section::crossing`]); variables are kept.
    Restart,
    /// Runs a control.
    Run(ControlId),
    /// Ends with a verdict if a variable has this value.
    EndIf {
        /// The variable.
        variable: LocalId,
        /// The value.
        is: u32,
        /// The verdict.
        verdict: Verdict,
    },
    /// Ends with a verdict if a variable has this value, and another one is 0.
    EndUnless {
        /// The other variable.
        unless: LocalId,
        /// The variable.
        variable: LocalId,
        /// The value.
        is: u32,
        /// The verdict.
        verdict: Verdict,
    },
    /// Ends with a verdict if a variable has another value.
    EndIfNot {
        /// The variable.
        variable: LocalId,
        /// The value.
        is: u32,
        /// The verdict.
        verdict: Verdict,
    },
    /// Ends with the packet, as it is, going round, if a variable says so.
    GoRound {
        /// The variable.
        asked: LocalId,
        /// Its value; none if it is any but 0.
        is: Option<u32>,
        /// The number of this way, not 0.
        way: u32,
        /// What the packet keeps.
        kept: Vec<Kept>,
    },
    /// Has clones of the packet sent along with it, whatever becomes of it, if a variable says so.
    Clone {
        /// The variable.
        asked: LocalId,
        /// The session.
        session: LocalId,
        /// The number of the way by which the clones come, not 0.
        way: u32,
        /// What they are.
        is: Cloned,
    },
    /// Keeps variables for the clones that the packet has by a way.
    KeepForClones {
        /// The way.
        way: u32,
        /// The variable that asked for them.
        asked: LocalId,
        /// What they keep.
        kept: Vec<Kept>,
    },
    /// Ends with the packet, as it is, being sent to a group, if a variable is not 0.
    Multicast {
        /// The group.
        group: LocalId,
        /// The number of the way by which the copies come, not 0.
        way: u32,
        /// They have the packet's headers; else they are parsed anew.
        headers: bool,
        /// What they keep.
        kept: Vec<Kept>,
    },
    /// Ends with the packet, as it is, being sent to a group, if a variable is not 0. Its copies are as it is.
    SendToGroup {
        /// The group.
        group: LocalId,
    },
    /// Begins a copy's program: finds out what it is. The packet itself is sent as it is.
    Receive(Received),
    /// Gives variables what copies keep.
    LoadKept,
    /// Counts a clone of a copy as lost, if a variable asks for it.
    Lose(LocalId),
    /// Parses a copy that has no headers; others get theirs.
    Resume {
        /// The parser; none if all copies have headers.
        parser: Option<ParserId>,
        /// Ways by which copies have headers.
        headers: Vec<u32>,
    },
    /// Keeps the number of the port by which the packet will leave.
    Choose(LocalId),
    /// Puts the packet together.
    Deparse {
        /// The deparser.
        control: ControlId,
        /// When anybody sees the packet; always, if it is none. Else the deparser's statements are run, but the packet stays as it is.
        seen: Option<Seen>,
    },
    /// Ends the program.
    End(Verdict),
}

/// What a clone is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cloned {
    /// The packet as it came.
    AsItCame,
    /// The packet as it leaves.
    AsItLeaves,
    /// The headers as they are, in front of the payload.
    Headers,
}

/// What copies there are.
#[derive(Debug)]
pub(crate) struct Received {
    /// Ways of clones, and what those are.
    pub(crate) clones: Vec<(u32, Cloned)>,
    /// The way of a group's copies, and whether they have the packet's headers.
    pub(crate) group: Option<(u32, bool)>,
    /// Clones are cut where they leave; else where they begin.
    pub(crate) cut_last: bool,
    /// A packet may go round before they leave.
    pub(crate) goes_round: bool,
}

/// When somebody sees the packet that a deparser makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// If the variable's action is `XDP_PASS` or a later one.
    Action(LocalId),
    /// Unless the variable is true.
    Unless(LocalId),
}

/// A value of the architecture's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// This number.
    Number(u32),
    /// Bytes of the packet.
    PacketLength,
    /// Microseconds since the machine started.
    Microseconds,
    /// Nanoseconds since the machine started.
    Nanoseconds,
    /// The port that the packet came by.
    PortIn,
    /// The error of a parser.
    ErrorOf(ParserId),
    /// What another variable has.
    Variable(LocalId),
    /// Whether another variable has at least this value.
    AtLeast(LocalId, u32),
    /// The number of the way by which the packet has gone round; 0 for one that a device has received.
    Way,
    /// How often it has gone round.
    Rounds,
    /// The port by which a copy leaves.
    CopyPort,
    /// A copy's replication id.
    CopyInstance,
    /// A copy's class of service: as the session has it, for a copy of a group the variable.
    CopyClass(Option<LocalId>),
    /// A number where the packet has come by this way, else what another variable has.
    ByWay {
        /// The way.
        is: u32,
        /// The number.
        then: u32,
        /// The other variable.
        otherwise: LocalId,
    },
}

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// `XDP_ABORTED`
    Aborted,
    /// `XDP_DROP`; clones of the packet are sent.
    Drop,
    /// A copy asks for what it cannot have.
    LoseCopy,
    /// `XDP_PASS`
    Pass,
    /// `XDP_PASS` if a variable is true, else `XDP_DROP`.
    PassIf(LocalId),
    /// The action in a variable, an `enum xdp_action`; with `XDP_REDIRECT` the packet leaves by the port in the other.
    Action {
        /// The action.
        action: LocalId,
        /// The port; none if the action is never `XDP_REDIRECT`.
        port: Option<LocalId>,
    },
    /// The packet leaves by the port that was chosen; if it came by that one, with `XDP_TX`.
    SendChosen,
}

impl Verdict {
    /// The variables that it reads.
    fn reads(self) -> impl Iterator<Item = LocalId> {
        let (one, other) = match self {
            Verdict::Aborted | Verdict::Drop | Verdict::LoseCopy | Verdict::Pass | Verdict::SendChosen => {
                (None, None)
            }
            Verdict::PassIf(accept) => (Some(accept), None),
            Verdict::Action { action, port } => (Some(action), port),
        };
        one.into_iter().chain(other)
    }
}

/// The variables of an architecture that hold ports.
#[derive(Debug, Default)]
pub(crate) struct PortPlaces {
    /// Those that it sets.
    pub(crate) ingress: Vec<LocalId>,
    /// Those by which packets leave.
    pub(crate) egress: Vec<LocalId>,
    /// Largest number of a port.
    pub(crate) most: u32,
    /// The number that stands for dropping.
    pub(crate) drop: Option<u32>,
    /// Number of the clone session to the CPU port that is there from the beginning.
    pub(crate) cpu_session: Option<u32>,
}

impl Pipeline {
    /// Variables that steps read.
    pub(crate) fn reads(&self, program: &Program) -> Vec<LocalId> {
        self.sections.iter().flat_map(|section| section.reads(program)).collect()
    }
}

impl Section {
    /// A section, in which packets go round if a step says so.
    pub(crate) fn new(hook: Hook, steps: Vec<Step>, rejected: Option<Verdict>) -> Section {
        let mut kept = BTreeSet::new();
        let mut goes_round = false;
        for step in &steps {
            if let Step::GoRound { kept: variables, .. } = step {
                goes_round = true;
                kept.extend(variables.iter().map(|kept| kept.variable));
            }
        }
        let rounds = goes_round.then_some(Rounds { kept });
        Section { hook, steps, rounds, rejected }
    }

    /// The parsers that it runs, in order.
    pub(crate) fn parsers(&self) -> impl Iterator<Item = ParserId> {
        parsers(&self.steps)
    }

    /// A header that is used on both sides of a [`Step::Restart`].
    pub(crate) fn crossing(&self, program: &Program) -> Option<HeaderId> {
        let mut before: FxHashSet<HeaderId> = FxHashSet::default();
        for steps in self.steps.split(|step| matches!(step, Step::Restart)) {
            let mut used = FxHashSet::default();
            for block in blocks(steps, program) {
                visit::statements(block, &mut |stmt| {
                    stmt.headers(&mut |header| used.extend(candidates(program, header)));
                });
            }
            if let Some(crossing) = used.intersection(&before).min() {
                return Some(*crossing);
            }
            before.extend(used);
        }
        None
    }

    /// Whether a statement has to do with a header but for making it invalid. One for which none has is invalid always.
    pub(crate) fn may_be_valid(&self, program: &Program, header: HeaderId) -> bool {
        let mut may_be = false;
        for block in self.blocks(program) {
            visit::statements(block, &mut |stmt| {
                let ends =
                    matches!(stmt.kind, StmtKind::SetValid { header: HeaderRef::Header(_), valid: false });
                stmt.headers(&mut |named| may_be |= !ends && candidates(program, named).contains(&header));
            });
        }
        may_be
    }

    /// Variables that its steps read.
    fn reads(&self, program: &Program) -> Vec<LocalId> {
        let mut read: Vec<LocalId> = self.rejected.iter().flat_map(|verdict| verdict.reads()).collect();
        for step in &self.steps {
            match step {
                Step::Set {
                    value:
                        Value::Variable(variable)
                        | Value::AtLeast(variable, _)
                        | Value::ByWay { otherwise: variable, .. },
                    ..
                }
                | Step::Choose(variable) => read.push(*variable),
                Step::GoRound { asked: first, kept, .. }
                | Step::KeepForClones { asked: first, kept, .. }
                | Step::Multicast { group: first, kept, .. } => {
                    read.push(*first);
                    read.extend(kept.iter().map(|kept| kept.variable));
                }
                Step::Lose(asked) | Step::SendToGroup { group: asked } => read.push(*asked),
                Step::EndUnless { unless, variable, verdict, .. } => {
                    read.extend([*unless, *variable]);
                    read.extend(verdict.reads());
                }
                Step::Clone { asked, session, .. } => read.extend([*asked, *session]),
                Step::Resume { parser, .. } => {
                    read.extend(parser.map(|parser| program.parsers[parser].error));
                }
                Step::Set { value: Value::ErrorOf(parser), .. } => read.push(program.parsers[*parser].error),
                Step::EndIf { variable, verdict, .. } | Step::EndIfNot { variable, verdict, .. } => {
                    read.push(*variable);
                    read.extend(verdict.reads());
                }
                Step::Deparse { seen, .. } => {
                    read.extend(seen.map(|(Seen::Action(variable) | Seen::Unless(variable))| variable));
                }
                Step::End(verdict) => read.extend(verdict.reads()),
                Step::Set { value: Value::CopyClass(variable), .. } => read.extend(variable),
                Step::Arrive { .. }
                | Step::Set { .. }
                | Step::Parse(_)
                | Step::Restart
                | Step::Run(_)
                | Step::Receive(_)
                | Step::LoadKept => {}
            }
        }
        read
    }

    /// The locals that it uses outside of its blocks: in its steps, and to choose states of parsers.
    pub(crate) fn locals(&self, program: &Program) -> FxHashSet<LocalId> {
        let mut locals: FxHashSet<LocalId> = self.reads(program).into_iter().collect();
        for step in &self.steps {
            match step {
                Step::Arrive { port, .. } => locals.extend(port),
                Step::Set { variable, .. } => locals.extend([*variable]),
                Step::Parse(_)
                | Step::Restart
                | Step::Run(_)
                | Step::EndIf { .. }
                | Step::EndUnless { .. }
                | Step::EndIfNot { .. }
                | Step::SendToGroup { .. }
                | Step::GoRound { .. }
                | Step::Clone { .. }
                | Step::KeepForClones { .. }
                | Step::Multicast { .. }
                | Step::Receive(_)
                | Step::LoadKept
                | Step::Lose(_)
                | Step::Resume { .. }
                | Step::Choose(_)
                | Step::Deparse { .. }
                | Step::End(_) => {}
            }
        }
        if let Some(rounds) = &self.rounds {
            locals.extend(&rounds.kept);
        }
        let mut reads = StorageSet::new();
        for parser in self.parsers().map(|id| &program.parsers[id]) {
            locals.insert(parser.error);
            for state in parser.states.values() {
                if let Transition::Select { keys, .. } = &state.transition {
                    keys.iter().for_each(|key| effects::expr_reads(program, key, &mut reads));
                }
            }
        }
        locals.extend(reads.locals);
        locals
    }

    /// Its packets have clones.
    pub(crate) fn clones(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Clone { .. }))
    }

    /// Its packets may have clones of two sessions: at two of its places, or when they go round with clones.
    pub(crate) fn clones_twice(&self) -> bool {
        let clones = self.steps.iter().filter_map(|step| match step {
            Step::Clone { is, .. } => Some(*is),
            _ => None,
        });
        let lasting = clones.clone().any(|is| is != Cloned::Headers);
        clones.count() > 1 || lasting && self.rounds.is_some()
    }

    /// Its copies have headers from the beginning.
    pub(crate) fn begins_with_headers(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Resume { headers, .. } if !headers.is_empty()))
    }

    /// Its packets are copied.
    pub(crate) fn copies(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Clone { .. } | Step::Multicast { .. }))
    }

    /// Copies of its packets have their headers.
    pub(crate) fn hands_headers_on(&self) -> bool {
        self.steps.iter().any(|step| {
            matches!(step, Step::Clone { is: Cloned::Headers, .. } | Step::Multicast { headers: true, .. })
        })
    }

    /// All blocks of statements that it may run, those of its tables' actions included.
    pub(crate) fn blocks<'p>(&self, program: &'p Program) -> Vec<&'p Block> {
        blocks(&self.steps, program)
    }
}

fn parsers(steps: &[Step]) -> impl Iterator<Item = ParserId> {
    steps.iter().filter_map(|step| match step {
        Step::Parse(parser) | Step::Resume { parser: Some(parser), .. } => Some(*parser),
        _ => None,
    })
}

fn controls(steps: &[Step]) -> impl Iterator<Item = ControlId> {
    steps.iter().filter_map(|step| {
        let (Step::Run(control) | Step::Deparse { control, .. }) = step else { return None };
        Some(*control)
    })
}

/// All blocks of statements that steps may run.
pub(crate) fn blocks<'p>(steps: &[Step], program: &'p Program) -> Vec<&'p Block> {
    let mut blocks: Vec<&Block> = Vec::new();
    for parser in parsers(steps).map(|id| &program.parsers[id]) {
        blocks.push(&parser.prologue);
        blocks.extend(parser.states.values().map(|state| &state.body));
    }
    blocks.extend(controls(steps).map(|id| &program.controls[id].body));
    let mut tables: BTreeSet<TableId> = BTreeSet::new();
    for block in &blocks {
        visit::statements(block, &mut |stmt| {
            if let StmtKind::ApplyTable { table, .. } = &stmt.kind {
                tables.insert(*table);
            }
        });
    }
    let actions = tables.iter().flat_map(|id| &program.tables[*id].actions);
    let actions: BTreeSet<_> = actions.map(|action| action.action).collect();
    blocks.extend(actions.into_iter().map(|id| &program.actions[id].body));
    blocks
}
