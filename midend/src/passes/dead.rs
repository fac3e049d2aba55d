//! Dead stores: assignments to locals that nobody reads before they are written again, or at all.
//!
//! ```text
//! x = 0; x = h.f; y = x     =>   x = h.f; y = x
//! apply t, hit tmp          =>   apply t           (tmp is never read)
//! ```
//!
//! At the end of a stage all that the architecture can see is read: the leaves of every stage's parameters and the parser's
//! error. A table's action is taken to read and to be followed by reads of everything that is read anywhere.

use crate::ir::*;
use rustc_hash::FxHashMap;

/// Removes dead stores everywhere.
pub fn run(program: &mut Program) {
    let facts = Liveness::new(program);
    for parser in program.parsers.values_mut() {
        facts.parser(parser);
    }
    for control in program.controls.values_mut() {
        let mut live = facts.at_end.clone();
        facts.block(&mut control.body, &mut live, &mut FxHashMap::default(), true);
    }
    for action in program.actions.values_mut() {
        let mut live = facts.anywhere.clone();
        facts.block(&mut action.body, &mut live, &mut FxHashMap::default(), true);
    }
}

/// A set of locals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Set(Vec<u64>);

impl Set {
    fn insert(&mut self, id: LocalId) {
        let at = id.as_u32() as usize;
        if self.0.len() <= at / 64 {
            self.0.resize(at / 64 + 1, 0);
        }
        if let Some(word) = self.0.get_mut(at / 64) {
            *word |= 1 << (at % 64);
        }
    }

    fn remove(&mut self, id: LocalId) {
        let at = id.as_u32() as usize;
        if let Some(word) = self.0.get_mut(at / 64) {
            *word &= !(1 << (at % 64));
        }
    }

    fn contains(&self, id: LocalId) -> bool {
        let at = id.as_u32() as usize;
        self.0.get(at / 64).is_some_and(|word| word & (1 << (at % 64)) != 0)
    }

    /// Adds all of another set; true if there was something new.
    fn add_all(&mut self, other: &Set) -> bool {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        let mut new = false;
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            new |= *theirs & !*mine != 0;
            *mine |= theirs;
        }
        new
    }
}

/// What is live where a label's block ends.
type Labels = FxHashMap<LabelId, Set>;

struct Liveness {
    /// Live at the end of a stage.
    at_end: Set,
    /// Read anywhere: live at the end of an action.
    anywhere: Set,
    /// What applying a table may read.
    tables: FxHashMap<TableId, Set>,
    next_index: FxHashMap<StackId, LocalId>,
}

impl Liveness {
    fn new(program: &Program) -> Liveness {
        let mut at_end = Set::default();
        for stage in &program.stages {
            for param in &stage.params {
                place_locals(&param.place, &mut |local| at_end.insert(local));
            }
        }
        for parser in program.parsers.values() {
            at_end.insert(parser.error);
        }
        let next_index = program.stacks.iter().map(|(id, stack)| (id, stack.next_index)).collect();
        let mut facts =
            Liveness { at_end: at_end.clone(), anywhere: at_end, tables: FxHashMap::default(), next_index };
        let mut of_action: FxHashMap<ActionId, Set> = FxHashMap::default();
        for (id, action) in program.actions.iter() {
            let mut reads = Set::default();
            facts.reads(&action.body, &mut reads);
            of_action.insert(id, reads);
        }
        for (id, table) in program.tables.iter() {
            let mut reads = Set::default();
            table.keys.iter().for_each(|key| facts.expr(&key.expr, &mut reads));
            for action in &table.actions {
                if let Some(of_action) = of_action.get(&action.action) {
                    reads.add_all(of_action);
                }
            }
            facts.tables.insert(id, reads);
        }
        let mut anywhere = facts.anywhere.clone();
        for block in program.blocks() {
            facts.reads(block, &mut anywhere);
        }
        for parser in program.parsers.values() {
            for state in parser.states.values() {
                facts.transition(&state.transition, &mut anywhere);
            }
        }
        facts.tables.values().for_each(|reads| {
            anywhere.add_all(reads);
        });
        facts.anywhere = anywhere;
        facts
    }

    /// Everything that a block reads, wherever.
    fn reads(&self, block: &[Stmt], reads: &mut Set) {
        visit::statements(block, &mut |stmt| self.own_reads(stmt, reads));
    }

    fn transition(&self, transition: &Transition, live: &mut Set) {
        if let Transition::Select { keys, .. } = transition {
            keys.iter().for_each(|key| self.expr(key, live));
        }
    }

    /// Liveness over the parser's graph, then the removal.
    fn parser(&self, parser: &mut Parser) {
        let order: Vec<StateId> = super::states::reachable(parser);
        let mut live_in: FxHashMap<StateId, Set> = FxHashMap::default();
        let mut changed = true;
        while changed {
            changed = false;
            for &id in order.iter().rev() {
                let mut live = self.live_out(parser, id, &live_in);
                let mut body = parser.states[id].body.clone();
                self.block(&mut body, &mut live, &mut FxHashMap::default(), false);
                changed |= live_in.entry(id).or_default().add_all(&live);
            }
        }
        for &id in &order {
            let mut live = self.live_out(parser, id, &live_in);
            self.block(&mut parser.states[id].body, &mut live, &mut FxHashMap::default(), true);
        }
        let mut live = live_in.remove(&parser.start).unwrap_or_default();
        self.block(&mut parser.prologue, &mut live, &mut FxHashMap::default(), true);
    }

    fn live_out(&self, parser: &Parser, id: StateId, live_in: &FxHashMap<StateId, Set>) -> Set {
        // Any extraction may fail, and then the stage ends.
        let mut live = self.at_end.clone();
        for target in super::states::targets(&parser.states[id].transition) {
            if let Target::State(next) = target
                && let Some(known) = live_in.get(&next)
            {
                live.add_all(known);
            }
        }
        self.transition(&parser.states[id].transition, &mut live);
        live
    }

    /// Walks a block backwards; `live` is what is live behind it, and in front of it afterwards.
    fn block(&self, block: &mut Block, live: &mut Set, labels: &mut Labels, remove: bool) {
        let mut dead = Vec::new();
        for (at, stmt) in block.iter_mut().enumerate().rev() {
            if !self.stmt(stmt, live, labels, remove) {
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
    fn stmt(&self, stmt: &mut Stmt, live: &mut Set, labels: &mut Labels, remove: bool) -> bool {
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
                self.lvalue(dst, live);
                self.expr(src, live);
            }
            StmtKind::If { condition, then_block, else_block } => {
                let mut other = live.clone();
                self.block(then_block, live, labels, remove);
                self.block(else_block, &mut other, labels, remove);
                live.add_all(&other);
                self.expr(condition, live);
            }
            StmtKind::Switch { scrutinee, cases, default } => {
                let behind = live.clone();
                self.block(default, live, labels, remove);
                for (_, block) in cases {
                    let mut case = behind.clone();
                    self.block(block, &mut case, labels, remove);
                    live.add_all(&case);
                }
                self.expr(scrutinee, live);
            }
            StmtKind::Labelled { label, body } => {
                labels.insert(*label, live.clone());
                self.block(body, live, labels, remove);
            }
            StmtKind::Leave(label) => {
                *live = labels.get(label).unwrap_or(&self.anywhere).clone();
            }
            StmtKind::Loop { body, .. } => {
                // What is live where a round begins is live where it ends.
                *live = Set::default();
                loop {
                    let mut round = live.clone();
                    self.block(&mut body.clone(), &mut round, labels, false);
                    if !live.add_all(&round) {
                        break;
                    }
                }
                self.block(body, &mut live.clone(), labels, remove);
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
                if let Some(reads) = self.tables.get(table) {
                    live.add_all(reads);
                }
                // The actions may leave a label around this.
                for behind in labels.values() {
                    live.add_all(behind);
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
            | StmtKind::EmitScalar(_) => self.own_reads(stmt, live),
            StmtKind::CallExtern { result, .. } => {
                result.iter().for_each(|arg| written(arg, live));
                self.own_reads(stmt, live);
            }
            StmtKind::Extract { .. } | StmtKind::Advance { .. } | StmtKind::Verify { .. } => {
                live.add_all(&self.at_end);
                self.own_reads(stmt, live);
            }
            StmtKind::Reject { .. } => {
                *live = self.at_end.clone();
                self.own_reads(stmt, live);
            }
        }
        true
    }

    /// Adds what a statement itself reads.
    fn own_reads(&self, stmt: &Stmt, live: &mut Set) {
        match &stmt.kind {
            StmtKind::Assign { dst, src } => {
                self.lvalue(dst, live);
                self.expr(src, live);
            }
            StmtKind::SetValid { header, .. } | StmtKind::Emit(header) => self.header(header, live),
            StmtKind::CopyHeader { dst, src } => {
                self.header(dst, live);
                self.header(src, live);
            }
            StmtKind::PushFront { stack, .. } | StmtKind::PopFront { stack, .. } => self.stack(*stack, live),
            StmtKind::If { condition: e, .. }
            | StmtKind::Switch { scrutinee: e, .. }
            | StmtKind::Advance { bits: e }
            | StmtKind::Reject { error: e }
            | StmtKind::EmitScalar(e) => self.expr(e, live),
            StmtKind::CallExtern { args, result, .. } => {
                args.iter().for_each(|arg| self.arg(arg, live));
                result.iter().for_each(|arg| self.result(arg, live));
            }
            StmtKind::Extract { header, varbit_bits } => {
                self.header(header, live);
                varbit_bits.iter().for_each(|e| self.expr(e, live));
            }
            StmtKind::Verify { condition, error } => {
                self.expr(condition, live);
                self.expr(error, live);
            }
            StmtKind::ApplyTable { table, .. } => {
                if let Some(reads) = self.tables.get(table) {
                    live.add_all(reads);
                }
            }
            StmtKind::Labelled { .. }
            | StmtKind::Leave(_)
            | StmtKind::Loop { .. }
            | StmtKind::Lookahead { .. }
            | StmtKind::PacketLength { .. } => {}
        }
    }

    /// What finding an l-value reads; a slice's base is also read.
    fn lvalue(&self, lvalue: &LValue, live: &mut Set) {
        match lvalue {
            LValue::Local(_) => {}
            LValue::Field { header, .. } => self.header(header, live),
            LValue::Slice { base, .. } => {
                if let LValue::Local(local) = base.root() {
                    live.insert(*local);
                }
                self.lvalue(base, live);
            }
        }
    }

    fn header(&self, header: &HeaderRef, live: &mut Set) {
        match header {
            HeaderRef::Header(_) => {}
            HeaderRef::Element { index, .. } => self.expr(index, live),
            HeaderRef::Next(stack) | HeaderRef::Last(stack) => self.stack(*stack, live),
        }
    }

    fn stack(&self, stack: StackId, live: &mut Set) {
        if let Some(&next) = self.next_index.get(&stack) {
            live.insert(next);
        }
    }

    /// An argument: what an extern writes it may also read.
    fn arg(&self, arg: &Arg, live: &mut Set) {
        match arg {
            Arg::In(expr) => self.expr(expr, live),
            Arg::Out(lvalue) => {
                if let LValue::Local(local) = lvalue.root() {
                    live.insert(*local);
                }
                self.lvalue(lvalue, live);
            }
            Arg::Header(header) => self.header(header, live),
            Arg::Stack(stack) => self.stack(*stack, live),
            Arg::Struct(fields) => fields.iter().for_each(|(_, field)| self.arg(field, live)),
            Arg::String(_) | Arg::Extern(_) | Arg::Packet | Arg::Missing => {}
        }
    }

    /// What finding the receiver of a result reads.
    fn result(&self, arg: &Arg, live: &mut Set) {
        match arg {
            Arg::Out(lvalue) => self.lvalue(lvalue, live),
            Arg::Struct(fields) => fields.iter().for_each(|(_, field)| self.result(field, live)),
            Arg::In(_)
            | Arg::Header(_)
            | Arg::Stack(_)
            | Arg::String(_)
            | Arg::Extern(_)
            | Arg::Packet
            | Arg::Missing => self.arg(arg, live),
        }
    }

    fn expr(&self, expr: &Expr, live: &mut Set) {
        match &expr.kind {
            ExprKind::Const(_) => {}
            ExprKind::Local(local) => live.insert(*local),
            ExprKind::Field { header, .. } | ExprKind::IsValid(header) => self.header(header, live),
            ExprKind::Unary(_, a) | ExprKind::Cast(a) | ExprKind::Slice { base: a, .. } => self.expr(a, live),
            ExprKind::Binary(_, a, b) => {
                self.expr(a, live);
                self.expr(b, live);
            }
            ExprKind::Conditional(c, a, b) => {
                self.expr(c, live);
                self.expr(a, live);
                self.expr(b, live);
            }
        }
    }
}

/// The receiver of a result is written as a whole.
fn written(arg: &Arg, live: &mut Set) {
    match arg {
        Arg::Out(LValue::Local(local)) => live.remove(*local),
        Arg::Struct(fields) => fields.iter().for_each(|(_, field)| written(field, live)),
        Arg::In(_)
        | Arg::Out(_)
        | Arg::Header(_)
        | Arg::Stack(_)
        | Arg::String(_)
        | Arg::Extern(_)
        | Arg::Packet
        | Arg::Missing => {}
    }
}

/// The scalars of a place. `nextIndex` of stacks is none: nobody reads it behind the parser.
fn place_locals(place: &Place, add: &mut dyn FnMut(LocalId)) {
    match place {
        Place::Scalar(local) => add(*local),
        Place::Struct { fields, .. } => fields.iter().for_each(|(_, f)| place_locals(f, add)),
        Place::Header(_) | Place::Stack(_) | Place::Union(_) | Place::UnionStack(_) | Place::Opaque(_) => {}
    }
}
