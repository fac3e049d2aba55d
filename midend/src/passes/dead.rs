//! Dead stores: assignments to locals that nobody reads before they are written again, or at all.
//!
//! ```text
//! x = 0; x = h.f; y = x     =>   x = h.f; y = x
//! apply t, hit tmp          =>   apply t           (tmp is never read)
//! ```
//!
//! At the end of a stage all that the architecture can see is read: the leaves of every stage's parameters and the parser's
//! error. A table's action is taken to read and to be followed by reads of everything that is read anywhere.

use crate::analysis::effects;
use crate::analysis::persistent::Set;
use crate::ir::visit::Part;
use crate::ir::*;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// Removes dead stores everywhere.
pub fn run(program: &mut Program) {
    let facts = Liveness::new(program);
    for parser in program.parsers.values_mut() {
        facts.parser(parser);
    }
    for control in program.controls.values_mut() {
        let mut live = facts.at_end.clone();
        facts.block(&mut control.body, &mut live, &mut Around::default(), true);
    }
    for action in program.actions.values_mut() {
        let mut live = facts.anywhere.clone();
        facts.block(&mut action.body, &mut live, &mut Around::default(), true);
    }
}

type Locals = Set<LocalId>;

/// What surrounds a statement.
#[derive(Default)]
struct Around {
    /// What is live where a label's block ends.
    labels: FxHashMap<LabelId, Locals>,
    /// What was last found to be live where a round of a loop begins, by the loop's position. It only grows while the loops around it are
    /// looked at again, so it is where that goes on from: else loops within loops would take exponential time.
    rounds: FxHashMap<usize, Locals>,
    /// Loops so far.
    loops: usize,
}

struct Liveness {
    /// Live at the end of a stage.
    at_end: Locals,
    /// Read anywhere: live at the end of an action.
    anywhere: Locals,
    /// What applying a table may read.
    tables: FxHashMap<TableId, Vec<LocalId>>,
    /// Labels that a table's actions leave.
    leaves: FxHashMap<TableId, Vec<LabelId>>,
    next_index: FxHashMap<StackId, LocalId>,
}

impl Liveness {
    fn new(program: &Program) -> Liveness {
        let mut at_end = Locals::default();
        for stage in &program.stages {
            for param in &stage.params {
                place_locals(&param.place, &mut |local| at_end.insert(local));
            }
        }
        for parser in program.parsers.values() {
            at_end.insert(parser.error);
        }
        let next_index = program.stacks.iter().map(|(id, stack)| (id, stack.next_index)).collect();
        let mut facts = Liveness {
            at_end: at_end.clone(),
            anywhere: at_end,
            tables: FxHashMap::default(),
            leaves: FxHashMap::default(),
            next_index,
        };
        let of_tables =
            effects::of_tables(program, &|stmt, read| facts.own_reads(stmt, read), &|key, read| {
                facts.expr(key, read)
            });
        for (id, (reads, leaves)) in of_tables {
            facts.tables.insert(id, reads);
            facts.leaves.insert(id, leaves);
        }
        let mut anywhere = facts.anywhere.clone();
        for block in program.blocks() {
            visit::statements(block, &mut |stmt| facts.own_reads(stmt, &mut |local| anywhere.insert(local)));
        }
        for parser in program.parsers.values() {
            for state in parser.states.values() {
                facts.transition(&state.transition, &mut |local| anywhere.insert(local));
            }
        }
        for &local in facts.tables.values().flatten() {
            anywhere.insert(local);
        }
        facts.anywhere = anywhere;
        facts
    }

    fn transition(&self, transition: &Transition, read: &mut dyn FnMut(LocalId)) {
        if let Transition::Select { keys, .. } = transition {
            keys.iter().for_each(|key| self.expr(key, read));
        }
    }

    /// Liveness over the parser's graph, then the removal.
    fn parser(&self, parser: &mut Parser) {
        // The last states first, so that but for loops each is looked at once.
        let order: Vec<StateId> = super::states::topological(parser);
        let mut leads_here: FxHashMap<StateId, Vec<usize>> = FxHashMap::default();
        for (at, &id) in order.iter().enumerate() {
            for target in super::states::targets(&parser.states[id].transition) {
                if let Target::State(next) = target {
                    leads_here.entry(next).or_default().push(at);
                }
            }
        }
        let mut live_in: FxHashMap<StateId, Locals> = FxHashMap::default();
        let mut waiting: BTreeSet<usize> = (0..order.len()).collect();
        while let Some(at) = waiting.pop_last() {
            let Some(&id) = order.get(at) else {
                continue;
            };
            let mut live = self.live_out(parser, id, &live_in);
            let mut body = parser.states[id].body.clone();
            self.block(&mut body, &mut live, &mut Around::default(), false);
            if live_in.entry(id).or_default().add_all(&live) {
                waiting.extend(leads_here.get(&id).into_iter().flatten());
            }
        }
        for &id in &order {
            let mut live = self.live_out(parser, id, &live_in);
            self.block(&mut parser.states[id].body, &mut live, &mut Around::default(), true);
        }
        let mut live = live_in.remove(&parser.start).unwrap_or_default();
        self.block(&mut parser.prologue, &mut live, &mut Around::default(), true);
    }

    fn live_out(&self, parser: &Parser, id: StateId, live_in: &FxHashMap<StateId, Locals>) -> Locals {
        // Any extraction may fail, and then the stage ends.
        let mut live = self.at_end.clone();
        for target in super::states::targets(&parser.states[id].transition) {
            if let Target::State(next) = target
                && let Some(known) = live_in.get(&next)
            {
                live.add_all(known);
            }
        }
        self.transition(&parser.states[id].transition, &mut |local| live.insert(local));
        live
    }

    /// Walks a block backwards; `live` is what is live behind it, and in front of it afterwards.
    fn block(&self, block: &mut Block, live: &mut Locals, around: &mut Around, remove: bool) {
        let mut dead = Vec::new();
        for (at, stmt) in block.iter_mut().enumerate().rev() {
            if !self.stmt(stmt, live, around, remove) {
                dead.push(at);
            }
        }
        if remove && !dead.is_empty() {
            let mut at = 0;
            block.retain(|_| {
                let keep = dead.last() != Some(&at);
                if !keep {
                    dead.pop();
                }
                at += 1;
                keep
            });
        }
    }

    /// False if the statement is a dead store.
    fn stmt(&self, stmt: &mut Stmt, live: &mut Locals, around: &mut Around, remove: bool) -> bool {
        match &mut stmt.kind {
            StmtKind::Assign { dst, src } => {
                if let LValue::Local(local) = dst.root() {
                    if !live.contains(*local) {
                        return false;
                    }
                    if let LValue::Local(local) = dst {
                        live.remove(*local);
                    }
                }
                self.lvalue(dst, &mut |local| live.insert(local));
                self.expr(src, &mut |local| live.insert(local));
            }
            StmtKind::If { condition, then_block, else_block } => {
                let mut other = live.clone();
                self.block(then_block, live, around, remove);
                self.block(else_block, &mut other, around, remove);
                live.add_all(&other);
                self.expr(condition, &mut |local| live.insert(local));
            }
            StmtKind::Switch { scrutinee, cases, default } => {
                let behind = live.clone();
                self.block(default, live, around, remove);
                for (_, block) in cases {
                    let mut case = behind.clone();
                    self.block(block, &mut case, around, remove);
                    live.add_all(&case);
                }
                self.expr(scrutinee, &mut |local| live.insert(local));
            }
            StmtKind::Labelled { label, body, .. } => {
                around.labels.insert(*label, live.clone());
                self.block(body, live, around, remove);
            }
            StmtKind::Leave(label) => {
                *live = around.labels.get(label).unwrap_or(&self.anywhere).clone();
            }
            StmtKind::Loop { body, .. } => {
                // What is live where a round begins is live where it ends.
                let position = around.loops;
                *live = around.rounds.get(&position).cloned().unwrap_or_default();
                loop {
                    around.loops = position + 1;
                    let mut round = live.clone();
                    self.block(&mut body.clone(), &mut round, around, false);
                    if !live.add_all(&round) {
                        break;
                    }
                }
                around.rounds.insert(position, live.clone());
                if remove {
                    around.loops = position + 1;
                    self.block(body, &mut live.clone(), around, true);
                }
            }
            StmtKind::ApplyTable { table, hit, action_run } => {
                for receiver in [hit, action_run] {
                    if let Some(local) = *receiver {
                        if !live.contains(local) && remove {
                            *receiver = None;
                        }
                        live.remove(local);
                    }
                }
                self.tables.get(table).into_iter().flatten().for_each(|&local| live.insert(local));
                // The actions may leave a label around this.
                for label in self.leaves.get(table).into_iter().flatten() {
                    if let Some(behind) = around.labels.get(label) {
                        live.add_all(behind);
                    }
                }
            }
            StmtKind::PacketLength { dst } => {
                if !live.contains(*dst) {
                    return false;
                }
                live.remove(*dst);
            }
            StmtKind::Lookahead { dst, .. } => {
                live.remove(*dst);
                live.add_all(&self.at_end);
            }
            StmtKind::SetValid { .. }
            | StmtKind::CopyHeader { .. }
            | StmtKind::PushFront { .. }
            | StmtKind::PopFront { .. }
            | StmtKind::Emit(_)
            | StmtKind::EmitScalar(_) => self.own_reads(stmt, &mut |local| live.insert(local)),
            StmtKind::CallExtern { result, .. } => {
                result.iter().for_each(|arg| written(arg, live));
                self.own_reads(stmt, &mut |local| live.insert(local));
            }
            StmtKind::Extract { .. } | StmtKind::Advance { .. } | StmtKind::Verify { .. } => {
                live.add_all(&self.at_end);
                self.own_reads(stmt, &mut |local| live.insert(local));
            }
            StmtKind::Reject { .. } => {
                *live = self.at_end.clone();
                self.own_reads(stmt, &mut |local| live.insert(local));
            }
        }
        true
    }

    /// What a statement itself reads.
    fn own_reads(&self, stmt: &Stmt, read: &mut dyn FnMut(LocalId)) {
        stmt.parts(&mut |part| self.part(part, read));
        if let StmtKind::ApplyTable { table, .. } = &stmt.kind {
            self.tables.get(table).into_iter().flatten().for_each(|&local| read(local));
        }
    }

    fn part(&self, part: Part<'_>, read: &mut dyn FnMut(LocalId)) {
        match part {
            Part::Expr(expr) => self.expr(expr, read),
            Part::Target(lvalue) => self.lvalue(lvalue, read),
            Part::Written(header) | Part::Header(header) => self.header(header, read),
            Part::Stack(stack) => self.stack(*stack, read),
            Part::Local(_) => {}
            // What an extern writes it may also read.
            Part::Arg(arg) => arg.parts(&mut |part| {
                if let Part::Target(lvalue) = part
                    && let LValue::Local(local) = lvalue.root()
                {
                    read(*local);
                }
                self.part(part, read);
            }),
            // What finding the receiver of a result reads.
            Part::Result(result) => result.parts(&mut |part| self.part(part, read)),
        }
    }

    /// What finding an l-value reads; a slice's base is also read.
    fn lvalue(&self, lvalue: &LValue, read: &mut dyn FnMut(LocalId)) {
        match lvalue {
            LValue::Local(_) => {}
            LValue::Field { header, .. } => self.header(header, read),
            LValue::Slice { base, .. } => {
                if let LValue::Local(local) = base.root() {
                    read(*local);
                }
                self.lvalue(base, read);
            }
        }
    }

    fn header(&self, header: &HeaderRef, read: &mut dyn FnMut(LocalId)) {
        match header {
            HeaderRef::Header(_) => {}
            HeaderRef::Element { index, .. } => self.expr(index, read),
            HeaderRef::Next(stack) | HeaderRef::Last(stack) => self.stack(*stack, read),
        }
    }

    fn stack(&self, stack: StackId, read: &mut dyn FnMut(LocalId)) {
        if let Some(&next) = self.next_index.get(&stack) {
            read(next);
        }
    }

    fn expr(&self, expr: &Expr, read: &mut dyn FnMut(LocalId)) {
        if let ExprKind::Local(local) = &expr.kind {
            read(*local);
        }
        match expr.header() {
            Some(header) => self.header(header, read),
            None => expr.operands(&mut |operand| self.expr(operand, read)),
        }
    }
}

/// The receiver of a result is written as a whole.
fn written(arg: &Arg, live: &mut Locals) {
    arg.targets(&mut |target| {
        if let LValue::Local(local) = target {
            live.remove(*local);
        }
    });
}

/// The scalars of a place. `nextIndex` of stacks is none: nobody reads it behind the parser.
fn place_locals(place: &Place, add: &mut dyn FnMut(LocalId)) {
    match place {
        Place::Scalar(local) => add(*local),
        Place::Struct { fields, .. } => fields.iter().for_each(|(_, f)| place_locals(f, add)),
        Place::Header(_) | Place::Stack(_) | Place::Union(_) | Place::UnionStack(_) | Place::Opaque(_) => {}
    }
}
