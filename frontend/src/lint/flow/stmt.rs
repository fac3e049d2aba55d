//! Statements.

use super::layout::Leaf;
use super::state::{self, State, unknown, value};
use super::unit::Origin;
use super::{Flow, LoopExits};
use crate::hir::{
    BinaryOp, Block, ConstValue, Expr, ExprKind, Stmt, StmtKind, SwitchCase, SwitchLabel, Type, VarId,
};
use rustc_hash::FxHashSet;

/// Rounds in which what a loop does to its own beginning is found out. Deeper loops get one: rounds multiply.
const MAX_ROUNDS: usize = 4;
const MAX_LOOP_DEPTH: usize = 3;

impl<'p> Flow<'p> {
    pub(super) fn block(&mut self, block: &'p Block, state: &mut State) {
        let leaves = self.unit.leaves.len();
        self.statements(&block.statements, state);
        self.close_scope(leaves, state);
    }

    pub(super) fn statements(&mut self, statements: &'p [Stmt], state: &mut State) {
        for statement in statements {
            if !state.reached {
                return;
            }
            self.statement(statement, state);
        }
    }

    fn statement(&mut self, statement: &'p Stmt, state: &mut State) {
        match &statement.kind {
            StmtKind::Variable(id, init) => self.variable(*id, init.as_ref(), state),
            StmtKind::Constant(_) | StmtKind::Instance(_) => {}
            StmtKind::Assign { lhs, op, rhs } => self.assign(lhs, *op, rhs, state),
            StmtKind::Call(call) => self.call(call, state),
            StmtKind::If { condition, then_block, else_block } => {
                let (mut on_true, mut on_false) = self.condition(condition, std::mem::take(state));
                self.block(then_block, &mut on_true);
                if let Some(else_block) = else_block {
                    self.block(else_block, &mut on_false);
                }
                on_true.join(&on_false);
                *state = on_true;
            }
            StmtKind::Block(block) => self.block(block, state),
            StmtKind::Switch { scrutinee, cases, default } => {
                self.switch(scrutinee, cases, default.as_ref(), state);
            }
            StmtKind::For { init, condition, update, body } => {
                let leaves = self.unit.leaves.len();
                self.statements(init, state);
                self.rounds(state, |this, state| {
                    let (mut on_true, on_false) = this.condition(condition, std::mem::take(state));
                    this.block(body, &mut on_true);
                    this.continued(&mut on_true);
                    this.statements(update, &mut on_true);
                    *state = on_true;
                    on_false
                });
                self.close_scope(leaves, state);
            }
            StmtKind::ForRange { variable, lo, hi, body } => {
                self.read(lo, state);
                self.read(hi, state);
                self.for_in(*variable, body, state);
            }
            StmtKind::ForIn { variable, collection, body } => {
                self.leaves_of(collection, state);
                self.for_in(*variable, body, state);
            }
            StmtKind::Break => {
                if let Some(exits) = self.loops.last_mut() {
                    exits.breaks.join(state);
                }
                *state = State::unreached();
            }
            StmtKind::Continue => {
                if let Some(exits) = self.loops.last_mut() {
                    exits.continues.join(state);
                }
                *state = State::unreached();
            }
            StmtKind::Exit => *state = State::unreached(),
            StmtKind::Return(result) => {
                if let Some(result) = result {
                    self.leaves_of(result, state);
                }
                self.returns.join(state);
                *state = State::unreached();
            }
        }
    }

    /// A variable comes to life.
    pub(super) fn variable(&mut self, id: VarId, init: Option<&'p Expr>, state: &mut State) {
        let leaves = init.map(|init| self.leaves_of(init, state));
        let Some(base) = self.declare(id, state, state::declared) else { return };
        if let Some(leaves) = leaves {
            (base..).zip(leaves).for_each(|(leaf, bits)| state.set(leaf, bits));
        }
    }

    fn assign(&mut self, lhs: &'p Expr, op: Option<BinaryOp>, rhs: &'p Expr, state: &mut State) {
        let leaves = self.leaves_of(rhs, state);
        if op.is_some() {
            self.read(lhs, state);
        }
        self.write(lhs, Some(leaves), state);
    }

    /// Gives an l-value new leaves; `None` if nothing is known of them.
    pub(super) fn write(&mut self, target: &'p Expr, leaves: Option<Vec<u8>>, state: &mut State) {
        if !state.reached {
            return;
        }
        // A part of a value counts as all of it: who sets it bit by bit sets all, as a rule.
        if let ExprKind::Slice { base, .. } = &target.kind {
            return self.write(base, Some(vec![value::SET]), state);
        }
        if let ExprKind::PlusSlice { base, lo, .. } = &target.kind {
            self.read(lo, state);
            return self.write(base, Some(vec![value::SET]), state);
        }
        let Some(place) = self.place(target, state) else {
            return;
        };
        self.need_header(target, place, state);
        let size = self.layouts.size(place.ty) as usize;
        let leaves = leaves.filter(|leaves| leaves.len() == size);
        let leaves = match leaves {
            Some(leaves) => leaves,
            None => self.unknown_leaves(place.ty),
        };
        if leaves.first() == Some(&state::validity::INVALID) && self.unit.leaf(place.base) == Leaf::Validity {
            self.unit.origin(place.base, target.span, Origin::Invalidated);
        }
        self.write_place(place, &leaves, state);
    }

    fn switch(
        &mut self,
        scrutinee: &'p Expr,
        cases: &'p [SwitchCase],
        default: Option<&'p Block>,
        state: &mut State,
    ) {
        if let ExprKind::TableActionRun(apply) = &scrutinee.kind {
            let mut seen = FxHashSet::default();
            // An action that is named twice runs the first of its cases.
            let named = cases.iter().map(|case| {
                let actions = case.labels.iter().filter_map(|label| match label {
                    SwitchLabel::Action(id, _) => Some(*id),
                    SwitchLabel::Value(_) => None,
                });
                actions.filter(|action| seen.insert(*action)).collect()
            });
            let named: Vec<_> = named.collect();
            let Some((entries, mut rest)) = self.cases_of_table(apply, &named, state) else { return };
            let mut after = State::unreached();
            for (case, mut entry) in cases.iter().zip(entries) {
                self.block(&case.block, &mut entry);
                after.join(&entry);
            }
            if let Some(default) = default {
                self.block(default, &mut rest);
            }
            after.join(&rest);
            *state = after;
            return;
        }
        self.read(scrutinee, state);
        let before = std::mem::take(state);
        let labels: usize = cases.iter().map(|case| case.labels.len()).sum();
        let exhaustive = match &self.program.types[scrutinee.ty] {
            Type::Enum(id) => {
                let declaration = &self.program.enums[*id];
                declaration.underlying.is_none() && labels >= declaration.members.len()
            }
            _ => false,
        };
        let mut after = State::unreached();
        for case in cases {
            let mut entry = before.clone();
            self.block(&case.block, &mut entry);
            after.join(&entry);
        }
        match default {
            Some(default) => {
                let mut entry = before;
                self.block(default, &mut entry);
                after.join(&entry);
            }
            None if exhaustive => {}
            None => {
                after.join(&before);
            }
        }
        *state = after;
    }

    fn for_in(&mut self, variable: VarId, body: &'p Block, state: &mut State) {
        let leaves = self.unit.leaves.len();
        let known = self.unit.bases.get(&variable).copied().filter(|base| (*base as usize) < leaves);
        let base = known.or_else(|| self.declare(variable, state, unknown));
        let ty = self.program.variables[variable].ty;
        let set = self.unknown_leaves(ty);
        self.rounds(state, |this, state| {
            let none_left = state.clone();
            if let Some(base) = base {
                (base..).zip(&set).for_each(|(leaf, &bits)| state.set(leaf, bits));
            }
            this.block(body, state);
            this.continued(state);
            none_left
        });
        self.close_scope(leaves, state);
    }

    /// What `continue` leads to.
    fn continued(&mut self, state: &mut State) {
        if let Some(exits) = self.loops.last_mut() {
            let continues = std::mem::take(&mut exits.continues);
            state.join(&continues);
        }
    }

    /// Goes through a loop until its beginning is known. `round` makes of a state at the beginning the one after a round, and
    /// gives the one in which the loop ends there.
    fn rounds(&mut self, state: &mut State, mut round: impl FnMut(&mut Self, &mut State) -> State) {
        let mut beginning = std::mem::take(state);
        let mut after = State::unreached();
        let rounds = if self.loops.len() < MAX_LOOP_DEPTH { MAX_ROUNDS } else { 1 };
        for _ in 0..rounds {
            self.loops.push(LoopExits::default());
            let mut next = beginning.clone();
            after = round(self, &mut next);
            let breaks = self.loops.pop().map(|exits| exits.breaks).unwrap_or_default();
            after.join(&breaks);
            if !beginning.join(&next) {
                break;
            }
        }
        *state = after;
    }
}

/// A boolean that is known.
pub(super) fn literal(e: &Expr) -> Option<bool> {
    match e.kind {
        ExprKind::Literal(ConstValue::Bool(value)) => Some(value),
        _ => None,
    }
}
