//! Packets that are copied: several devices send one packet, each a copy of its own, for which the program's second section runs. What belongs to the
//! copies waits in a slot of the processor, whose number stands in place of the packet's first bytes while it is on its way.
//!
//! ```text
//! if (clone) {                                               slot = p4xdp_take_tag(ctx); p4xdp_find_role(ctx, slot) is what this copy is
//!     number = p4xdp_take_slot();                            way = role->kind == 1 ? 2 : slot->way
//!     p4xdp_keep_front(ctx, slot, parsed);                   p4xdp_as_it_came(ctx, slot)
//!     slot->label = label;                                   label = slot->label
//! }                                                          ..
//! ..                                                         return XDP_PASS
//! if (number)
//!     return p4xdp_send_copies(ctx, number, 0, port, session)
//! ```
//!
//! The packet itself is one of those that are sent then: the kernel sends a packet once.

mod receive;
mod slots;

use super::Cx;
use super::losses::cannot_be;
use crate::c::code::{Code, Known, Name, ToCode, code};
use crate::c::expr::CType;
use crate::c::tree::Place;
use crate::layout::paths::May;
use crate::pipeline::{Cloned, Kept};
use p4xdp_control::manifest::losses::Reason;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::LocalId;
use slots::KeptHeader;
pub(super) use slots::Slots;
use std::collections::BTreeMap;

/// The pointer to the slot.
const SLOT: Known = Known("slot");
/// The pointer to what a copy is.
const ROLE: Known = Known("role");
/// Member of the slot with the port by which the packet came, where user space asks for that.
const ARRIVED: Known = Known("arrived");
/// Names for a section whose packets are copied.
pub(super) struct Copying {
    /// The slot's number, 0 if the packet has none.
    number: Place,
    /// The session, if the packet has a slot.
    session: Place,
    /// Ways by which clones come, and whether the packet has got some this time round: 0 if not; the slot's number where it may be cloned twice.
    cloned: BTreeMap<u32, (Place, Cloned)>,
    /// A slot is taken by clones.
    clones: bool,
    /// The same of the second clones, where a packet may have some.
    second: Option<Second>,
}

/// What is known of a packet's second clones.
#[derive(Clone)]
struct Second {
    /// The slot's number, 0 if there are none.
    number: Place,
    /// Their session.
    session: Place,
}

impl Cx<'_> {
    fn refuse_fragments(&mut self) {
        if self.module.options.frags {
            let span = self.program.parsers.values().next().map_or(Span::NONE, |parser| parser.span);
            let message =
                "this program copies packets, which `--frags` cannot do: the kernel copies none in fragments";
            self.refuse(codes::E0514, span, message);
        }
    }

    /// Begins a section whose packets are copied.
    pub(super) fn begin_copying(&mut self, clones: bool, twice: bool) {
        self.refuse_fragments();
        let number = self.fresh_by_way("slot_number", CType::U32);
        let session = self.fresh_by_way("session", CType::U32);
        let second = twice.then(|| Second {
            number: self.fresh_by_way("second_number", CType::U32),
            session: self.fresh_by_way("second_session", CType::U32),
        });
        self.copying = Some(Copying { number, session, cloned: BTreeMap::new(), clones, second });
        self.module.slots.any = true;
        self.module.slots.twice |= twice;
    }

    /// Writes the step that sends the packet to a group as it is, if it is asked for.
    pub(super) fn send_to_group(&mut self, group: LocalId) {
        self.refuse_fragments();
        self.module.slots.groups = true;
        let group = self.local(group).text;
        self.out.return_if(&group, code!("@p4xdp_send_to_group({})", group));
    }

    /// Finds the slot of this number.
    fn find_slot(&mut self, number: &Place) {
        self.declare_pointer(SLOT, "p4xdp_copy_slot");
        self.out.line(code!("{} = @p4xdp_slot({});", SLOT, number));
        self.out.return_if(code!("!{}", SLOT), cannot_be());
    }

    /// Writes to the slot by which port the packet came: before Linux 6.12 an egress program cannot ask.
    fn keep_arrival(&mut self) {
        if self.module.has_cpu_port {
            self.out.line(code!("{}->{} = {};", SLOT, ARRIVED, self.port_in()));
        }
    }

    fn declare_pointer(&mut self, name: Known, tag: &'static str) {
        let name = name.name();
        if !self.variables.iter().any(|variable| variable.name == name) {
            let declaration = code!("struct {} *{}", Known(tag), name);
            self.variables.push(super::Variable {
                name,
                declaration,
                initial: code!("NULL"),
                is_array: true,
            });
        }
    }

    fn asked(&mut self, asked: LocalId) -> Code {
        self.variable(asked).code()
    }

    /// Writes the step that has a packet cloned, if it is asked for.
    pub(super) fn clone_packet(&mut self, asked: LocalId, session: LocalId, way: u32, is: Cloned) {
        let Some(mut copying) = self.copying.take() else {
            return self.bug(Span::NONE, "a packet is cloned where none may be");
        };
        let asked = self.asked(asked);
        let session = self.local(session).text;
        let now = self.fresh_by_way("cloned", CType::U32);
        self.out.blank();
        let full = copying.second.as_ref().map_or(&copying.number, |second| &second.number);
        let again = code!("@p4xdp_lost(0, {})", Known(Reason::Copy.constant()));
        self.out.line(code!("if ({} && {})\n\t{};", asked, full, again));
        match &copying.second {
            None => {
                self.out.begin_if(code!("{} && !{}", asked, copying.number));
                self.out.assignment(&copying.number, code!("@p4xdp_take_slot()"));
                self.find_slot(&copying.number);
                self.keep_arrival();
                self.out.assignment(&copying.session, session);
                self.out.assignment(&now, code!("1"));
            }
            Some(second) => {
                self.out.begin_if(code!("{} && !{} && @p4xdp_is_session({})", asked, second.number, session));
                self.out.assignment(&now, code!("@p4xdp_take_slot()"));
                self.out.begin_if(&copying.number);
                self.out.assignment(&second.number, &now);
                self.out.assignment(&second.session, &session);
                self.out.begin_else(None);
                self.out.assignment(&copying.number, &now);
                self.out.assignment(&copying.session, &session);
                self.out.end();
                self.find_slot(&now);
                self.keep_arrival();
            }
        }
        self.out.line(code!("{}->way = {};", SLOT, way));
        match is {
            Cloned::AsItCame => {
                // A packet that goes round may be parsed further the next time.
                let bytes = match self.rounds_taken {
                    Some(_) => code!("P4XDP_FRONT - 1"),
                    None => self.parsed_bytes(),
                };
                let kept = code!("@p4xdp_keep_front(@ctx, {}, {})", SLOT, bytes);
                self.out.begin_if(code!("!{}", kept));
                self.lose_clones(&copying, Some(&now));
                self.out.end();
            }
            Cloned::AsItLeaves => {}
            Cloned::Headers => self.keep_headers(way),
        }
        if is != Cloned::AsItCame && self.rounds_taken.is_some() {
            // Nothing is kept of the packet, unless it goes round.
            self.out.line(code!("{}->came = 0;", SLOT));
        }
        self.keep_limit("most", is == Cloned::Headers);
        self.out.end();
        copying.cloned.insert(way, (now, is));
        self.copying = Some(copying);
        self.merge_ways();
    }

    /// Writes the step that keeps variables for clones.
    pub(super) fn keep_for_clones(&mut self, way: u32, asked: LocalId, kept: &[Kept]) {
        let Some(copying) = self.copying.take() else { return };
        if let Some((now, _)) = copying.cloned.get(&way).cloned()
            && !kept.is_empty()
        {
            self.out.begin_if(code!("{} && {}", now, copying.number));
            self.find_slot(if copying.second.is_some() { &now } else { &copying.number });
            let asked = self.asked(asked);
            self.keep_in_slot(way, &asked, kept);
            self.out.end();
            self.merge_ways();
        }
        self.copying = Some(copying);
    }

    /// Writes to the slot how long copies may be, or that they may be of any length.
    fn keep_limit(&mut self, member: &'static str, is_theirs: bool) {
        let limit = self.length_limit.clone().filter(|_| is_theirs);
        self.module.slots.cut |= limit.is_some();
        let limit = limit.map_or_else(|| code!("0"), |limit| limit.code());
        self.out.line(code!("{}->{} = {};", SLOT, Known(member), limit));
    }

    /// The condition that the packet has no clones, where it may have some.
    pub(super) fn has_no_clones(&self) -> Option<Code> {
        let Some(Copying { number, clones: true, .. }) = &self.copying else { return None };
        Some(code!("!{}", number))
    }

    /// Where packets go round: clones of the packet as it was are lost if more of that was parsed, in all rounds since, than is kept.
    pub(super) fn lose_changed_clones(&mut self) {
        let Some(copying) = self.copying.take() else { return };
        if copying.clones && self.rounds_taken.is_some() && !copying.cloned.is_empty() {
            let parsed = self.parsed_bytes();
            let is_kept = |number: &Place| code!("@p4xdp_is_kept(@ctx, {}, {})", number, parsed);
            let numbers = std::iter::once(&copying.number);
            let numbers = numbers.chain(copying.second.as_ref().map(|second| &second.number));
            let kept = Code::join(numbers.map(is_kept), " && ");
            self.out.begin_if(code!("{} && !({})", copying.number, kept));
            self.lose_clones(&copying, None);
            self.out.end();
        }
        self.copying = Some(copying);
    }

    /// Where the packet goes round as it leaves: clones that were to be as this keep it; those that were to have these headers are lost.
    pub(super) fn keep_clones_of_egress(&mut self) {
        let Some(copying) = self.copying.take() else { return };
        for (now, is) in copying.cloned.values() {
            let number = if copying.second.is_some() { now } else { &copying.number };
            match is {
                Cloned::AsItCame => continue,
                Cloned::AsItLeaves => {
                    self.out.begin_if(code!("{} && {}", now, copying.number));
                    self.find_slot(number);
                    let kept = code!("@p4xdp_keep_front(@ctx, {}, P4XDP_FRONT - 1)", SLOT);
                    self.out.begin_if(code!("!{}", kept));
                    self.lose_clones(&copying, Some(now));
                    self.out.end();
                }
                Cloned::Headers => {
                    self.out.begin_if(code!("{} && {}", now, copying.number));
                    self.lose_clones(&copying, Some(now));
                }
            }
            self.out.end();
        }
        self.copying = Some(copying);
    }

    /// Loses all clones, or those of one slot.
    fn lose_clones(&mut self, copying: &Copying, one: Option<&Place>) {
        self.out.line(code!("@p4xdp_lost(0, {});", Known(Reason::Copy.constant())));
        match (&copying.second, one) {
            (Some(second), Some(one)) => {
                self.out.begin_if(code!("{} == {}", copying.number, one));
                self.out.assignment(&copying.number, &second.number);
                self.out.assignment(&copying.session, &second.session);
                self.out.end();
                self.out.assignment(&second.number, code!("0"));
                self.out.assignment(one, code!("0"));
            }
            (Some(second), None) => {
                self.out.assignment(&copying.number, code!("0"));
                self.out.assignment(&second.number, code!("0"));
            }
            (None, _) => self.out.line(code!("{} = 0;", copying.number)),
        }
    }

    /// Writes variables to the slot.
    fn keep_in_slot(&mut self, way: u32, asked: &Code, kept: &[Kept]) {
        for Kept { variable, only } in kept {
            let value = self.local(*variable).text;
            let value = match only {
                None => value,
                Some(values) => {
                    let tests = values.iter().map(|number| code!("{} == {}", asked, *number));
                    code!("{} ? {} : 0", Code::join(tests, " || "), value)
                }
            };
            let wanted = format!("kept_{}", self.program.locals[*variable].name);
            let names = &mut self.module.names;
            let entry = self.module.slots.kept.entry((way, *variable));
            let member = entry.or_insert_with(|| names.unique(&wanted)).clone();
            self.out.line(code!("{}->{} = {};", SLOT, member, value));
        }
    }

    /// Writes the headers to the slot, and how long what is behind them is.
    fn keep_headers(&mut self, way: u32) {
        let program = self.program;
        let rest = self.fresh("rest", code!("__u64"));
        self.out.assignment(&rest, code!("@xdp_length(@xdp_data(@ctx), @xdp_data_end(@ctx))"));
        self.out.line(code!("{}->rest = {} - ({});", SLOT, rest, self.parsed_bytes()));
        for (id, header) in program.headers.iter() {
            if !self.storage.headers[id].in_packet && !self.storage.headers[id].in_memory {
                continue;
            }
            let names = &mut self.module.names;
            let entry = self.module.slots.headers.entry((way, id));
            let varbit = self.storage.headers[id].lifted.as_ref();
            let KeptHeader { flag, memory, varbit } = entry
                .or_insert_with(|| {
                    let memory = names.unique(&format!("kept_{}", header.name));
                    let varbit = varbit.map(|of| of.alike(&format!("{memory}_varbit"), names));
                    KeptHeader { flag: names.unique(&format!("{memory}_valid")), memory, varbit }
                })
                .clone();
            let May { packet, memory: made, .. } = self.paths.may(id);
            let valid = self.validity_flag(id).text;
            self.out.line(code!("{}->{} = {};", SLOT, flag, valid));
            if !packet && !made {
                continue;
            }
            let bytes = self.header_layout(id).bytes;
            let storage = self.storage.headers[id].clone();
            self.out.begin_if(code!("{}->{}", SLOT, flag));
            self.alternative(|cx| {
                cx.paths.assume(id, true);
                let to = code!("&{}->{}", SLOT, memory);
                if packet {
                    cx.pin(id);
                    let here = cx.here(id);
                    let copy = code!("@copy_bytes({}, {}, {});", to, storage.pointer, bytes);
                    cx.out.line(code!("if ({})\n\t{}", here, copy));
                }
                if made {
                    let copy = code!("@copy_bytes({}, &{}, {});", to, storage.memory, bytes);
                    cx.out.line(code!("if ({})\n\t{}", storage.made, copy));
                }
                if let (Some(varbit), Some(kept)) = (cx.lifted(id), &varbit) {
                    let bytes = code!("{}->{}", SLOT, kept.bytes);
                    cx.out.line(code!("{}->{} = {};", SLOT, kept.length, varbit.count()));
                    cx.out.line(code!("@copy_bytes({}, {}, {});", bytes, varbit.array(), varbit.whole()));
                }
            });
            self.out.end();
            self.end_alternatives();
            self.merge_ways();
        }
    }

    /// Writes the step that sends a packet to a group, if it is asked for.
    pub(super) fn multicast(&mut self, group: LocalId, way: u32, headers: bool, kept: &[Kept]) {
        let Some(copying) = self.copying.take() else {
            return self.bug(Span::NONE, "a packet is copied where none may be");
        };
        let group = self.local(group).text;
        self.out.blank();
        self.out.begin_if(&group);
        let none = Known("P4XDP_NONE");
        let session = if copying.clones {
            let session = self.fresh("clones_of", code!("__u32"));
            let sessions = sessions(&copying, &group, none);
            self.out.assignment(&session, code!("{} ? {} : {}", copying.number, sessions, none));
            self.out.line(code!("if (!{})\n\t{} = @p4xdp_take_slot();", copying.number, copying.number));
            session.code()
        } else {
            self.out.assignment(&copying.number, code!("@p4xdp_take_slot()"));
            none.name().code()
        };
        self.find_slot(&copying.number);
        self.keep_arrival();
        self.keep_in_slot(way, &code!("1"), kept);
        if headers {
            self.keep_headers(way);
        }
        self.keep_limit("most", true);
        self.out.line(code!("return @p4xdp_send_group(@ctx, {}, {}, {});", copying.number, group, session));
        self.out.end();
        self.copying = Some(copying);
    }

    /// The verdict on a packet that goes nowhere itself: its clones do.
    pub(super) fn dropped(&self) -> Code {
        match &self.copying {
            Some(copying @ Copying { number, clones: true, .. }) => {
                let session = sessions(copying, 0u32, Known("P4XDP_NONE"));
                code!("{} ? @p4xdp_send_clones(@ctx, {}, {}) : @XDP_DROP", number, number, session)
            }
            _ => code!("@XDP_DROP"),
        }
    }

    /// Writes what must stand in front of sending a packet out of a port: with clones, it goes with them.
    pub(super) fn send_with_clones(&mut self, port: &Name) {
        let Some(copying @ Copying { number, clones: true, .. }) = &self.copying else { return };
        let (number, session) = (number.clone(), sessions(copying, 0u32, port));
        let verdict = self.fresh("verdict", code!("int"));
        self.out.begin_if(&number);
        if self.length_limit.is_some() {
            self.find_slot(&number);
            self.keep_limit("itself", true);
        }
        let sent = code!("@p4xdp_send_copies(@ctx, {}, 0, {}, {})", number, port, session);
        self.out.line(code!("{} = {};", verdict, sent));
        self.out.return_if(code!("{} >= 0", verdict), verdict.code());
        self.out.line(code!("@p4xdp_lost(0, {});", Known(Reason::NoSession.constant())));
        self.out.end();
    }

    /// What a packet keeps of its clones when it goes round: variables.
    pub(super) fn pending_clones(&self) -> Vec<Place> {
        match &self.copying {
            Some(Copying { number, session, clones: true, second, .. }) => {
                let second = second.iter().flat_map(|second| [second.number.clone(), second.session.clone()]);
                [number.clone(), session.clone()].into_iter().chain(second).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// The number by which the set is found that a packet's clones have part in: their session, or that of both sessions.
fn sessions(copying: &Copying, group: impl ToCode, port: impl ToCode) -> Code {
    let Copying { number, session, second, .. } = copying;
    match second {
        None => session.code(),
        Some(second) => code!(
            "@p4xdp_sessions({}, {}, {}, {}, {}, {})",
            number,
            second.number,
            session,
            second.session,
            group,
            port
        ),
    }
}
