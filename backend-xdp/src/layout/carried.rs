//! Headers that parsers carry from state to state in local variables, and whether these have room: in, a parser; out, headers that it keeps in the
//! shared structure alone.
//!
//! ```text
//! state a    { extract s[0]; goto more }       s[0] is a pointer and a flag from here
//! state more { extract s[1]; goto done }       s[1], too
//! state done { copy = s[0]; copy = s[1] }      to here
//! ```
//!
//! Each takes 16 bytes of the stack, and its flag doubles the ways on which the verifier comes to where it is asked for. What is read in the
//! state that extracts it costs neither.

use crate::layout::parser_rounds::counters;
use crate::layout::storage::candidates;
use crate::limits::MOST_CARRIED;
use cranelift_entity::EntitySet;
use p4xdp_midend::analysis::parser_graph::ParserGraph;
use p4xdp_midend::ir::visit::{self, Part};
use p4xdp_midend::ir::{
    Arg, Expr, ExprKind, HeaderId, HeaderRef, LValue, LocalId, Parser, ParserState, Program, StackId,
    StateId, Stmt, StmtKind, Transition,
};
use std::collections::BTreeMap;

/// The headers that a parser is not to carry, of those that are `held` in the packet; none if there is room for all. The states are in the order in
/// which they are written.
pub fn without_room(
    program: &Program,
    parser: &Parser,
    order: &[StateId],
    held: &EntitySet<HeaderId>,
) -> EntitySet<HeaderId> {
    let mut without = EntitySet::new();
    let carried = carried(program, parser, order, held);
    if most_at_once(&carried) <= MOST_CARRIED {
        return without;
    }
    carried.iter().for_each(|(id, _)| {
        without.insert(*id);
    });
    // An element takes the place of another.
    for stack in program.stacks.values() {
        if stack.elements.iter().any(|id| without.contains(*id)) {
            stack.elements.iter().for_each(|id| {
                without.insert(*id);
            });
        }
    }
    without
}

/// The locals that states of a parser have from others. Indices of stacks and counts of rounds are left to the verifier, which sees by them that loops end.
pub fn locals(program: &Program, parser: &Parser, order: &[StateId]) -> EntitySet<LocalId> {
    let counters = counters(program, parser);
    let mut carried = EntitySet::new();
    for state in order {
        let uses = Uses::of(program, &parser.states[*state]);
        for local in uses.locals.iter() {
            if program.counted_by(local).is_none() && !counters.contains(&local) {
                carried.insert(local);
            }
        }
    }
    carried
}

/// Headers that are read in another state than that which extracts them, with the positions of the first and last state that has to do with each.
fn carried(
    program: &Program,
    parser: &Parser,
    order: &[StateId],
    held: &EntitySet<HeaderId>,
) -> Vec<(HeaderId, (usize, usize))> {
    let mut extracted: BTreeMap<HeaderId, (usize, usize)> = BTreeMap::new();
    let mut read: BTreeMap<HeaderId, (usize, usize)> = BTreeMap::new();
    for (position, state) in order.iter().enumerate() {
        let uses = Uses::of(program, &parser.states[*state]);
        uses.extracted.iter().for_each(|id| widen(&mut extracted, id, position));
        uses.read.iter().for_each(|id| widen(&mut read, id, position));
    }
    let at = |id: &StateId| order.iter().position(|other| other == id);
    let loops: Vec<(usize, usize)> = ParserGraph::new(parser)
        .loops()
        .iter()
        .filter_map(|states| {
            let positions = || states.iter().filter_map(at);
            Some((positions().min()?, positions().max()?))
        })
        .collect();
    let mut carried = Vec::new();
    for (id, (first, last)) in extracted.into_iter().filter(|(id, _)| held.contains(*id)) {
        let Some(&(_, read_last)) = read.get(&id) else { continue };
        let (mut from, mut to) = (first, last.max(read_last));
        // What is in a loop may be read in its next round.
        for &(begin, end) in &loops {
            if begin <= to && from <= end {
                (from, to) = (from.min(begin), to.max(end));
            }
        }
        if from < to {
            carried.push((id, (from, to)));
        }
    }
    carried
}

fn widen(spans: &mut BTreeMap<HeaderId, (usize, usize)>, id: HeaderId, position: usize) {
    spans.entry(id).or_insert((position, position)).1 = position;
}

/// How many are carried between two states at most.
fn most_at_once(carried: &[(HeaderId, (usize, usize))]) -> usize {
    let mut changes: Vec<(usize, bool)> =
        carried.iter().flat_map(|(_, (from, to))| [(*from, true), (*to, false)]).collect();
    // At a state, what ends comes before what begins.
    changes.sort_unstable();
    let (mut now, mut most) = (0usize, 0usize);
    for (_, begins) in changes {
        now = if begins { now + 1 } else { now.saturating_sub(1) };
        most = most.max(now);
    }
    most
}

/// What a state does to headers, and the locals that it has to do with.
struct Uses<'a> {
    program: &'a Program,
    extracted: EntitySet<HeaderId>,
    /// Those that it extracts itself, on any way and in front of what is looked at.
    own: EntitySet<HeaderId>,
    /// Headers that are read, its own aside.
    read: EntitySet<HeaderId>,
    /// Locals that are read before they are written.
    locals: EntitySet<LocalId>,
    written: EntitySet<LocalId>,
}

impl<'a> Uses<'a> {
    fn of(program: &'a Program, state: &ParserState) -> Uses<'a> {
        let mut uses = Uses {
            program,
            extracted: EntitySet::new(),
            own: EntitySet::new(),
            read: EntitySet::new(),
            locals: EntitySet::new(),
            written: EntitySet::new(),
        };
        uses.state(state);
        uses
    }

    fn state(&mut self, state: &ParserState) {
        for outer in &state.body {
            visit::statements(std::slice::from_ref(outer), &mut |stmt| self.stmt(stmt));
            if let StmtKind::Assign { dst: LValue::Local(local), .. }
            | StmtKind::Lookahead { dst: local, .. }
            | StmtKind::PacketLength { dst: local } = &outer.kind
            {
                self.written.insert(*local);
            }
            if let StmtKind::Extract { header: HeaderRef::Header(id), .. } = &outer.kind {
                self.own.insert(*id);
            }
        }
        if let Transition::Select { keys, .. } = &state.transition {
            keys.iter().for_each(|key| self.expr(key));
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        stmt.parts(&mut |part| self.part(part));
        match &stmt.kind {
            StmtKind::Extract { header, .. } => {
                for id in candidates(self.program, header) {
                    self.extracted.insert(id);
                }
            }
            // Whether it is valid already is asked, and a copy goes to where it is then.
            StmtKind::SetValid { header, valid: true } | StmtKind::CopyHeader { dst: header, .. } => {
                self.read(header);
            }
            StmtKind::ApplyTable { table, .. } => {
                self.program.tables[*table].key_exprs().for_each(|expr| self.expr(expr));
            }
            StmtKind::SetValid { valid: false, .. }
            | StmtKind::Assign { .. }
            | StmtKind::PushFront { .. }
            | StmtKind::PopFront { .. }
            | StmtKind::If { .. }
            | StmtKind::Switch { .. }
            | StmtKind::Labelled { .. }
            | StmtKind::Leave(_)
            | StmtKind::Loop { .. }
            | StmtKind::CallExtern { .. }
            | StmtKind::Lookahead { .. }
            | StmtKind::Advance { .. }
            | StmtKind::PacketLength { .. }
            | StmtKind::Verify { .. }
            | StmtKind::Reject { .. }
            | StmtKind::Emit(_)
            | StmtKind::EmitScalar(_) => {}
        }
    }

    fn part(&mut self, part: Part<'_>) {
        match &part {
            Part::Header(header) => self.read(header),
            Part::Stack(stack) => self.stack(**stack),
            Part::Target(target) => self.target(target),
            Part::Arg(arg) | Part::Result(arg) => self.arg(arg),
            Part::Expr(_) | Part::Written(_) | Part::Local(_) => {}
        }
        part.exprs(&mut |expr| self.expr(expr));
    }

    fn arg(&mut self, arg: &Arg) {
        arg.parts(&mut |part| match part {
            Part::Header(header) | Part::Written(header) => self.read(header),
            Part::Stack(stack) => self.stack(*stack),
            Part::Target(target) => self.target(target),
            Part::Expr(_) | Part::Local(_) | Part::Arg(_) | Part::Result(_) => {}
        });
    }

    fn target(&mut self, target: &LValue) {
        match (target, target.root()) {
            (_, LValue::Field { header, .. }) => self.read(header),
            // The rest of it stays.
            (LValue::Slice { .. }, LValue::Local(local)) => self.local(*local),
            _ => {}
        }
    }

    fn local(&mut self, local: LocalId) {
        if !self.written.contains(local) {
            self.locals.insert(local);
        }
    }

    fn stack(&mut self, stack: StackId) {
        for id in &self.program.stacks[stack].elements {
            self.read.insert(*id);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        if let Some(header) = expr.header() {
            self.read(header);
        }
        if let ExprKind::Local(local) = &expr.kind {
            self.local(*local);
        }
        expr.operands(&mut |operand| self.expr(operand));
    }

    fn read(&mut self, header: &HeaderRef) {
        for id in candidates(self.program, header) {
            if !self.own.contains(id) {
                self.read.insert(id);
            }
        }
    }
}
