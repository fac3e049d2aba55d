//! The walk along the flow of control: what each statement does to what is known.

use super::conditions;
use super::facts::{Fact, Facts, Known};
use super::tables::{Keys, TableFacts};
use crate::analysis::effects::{self, HeaderParts, StorageSet, VALIDITY};
use crate::ir::*;
use num_traits::Zero;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// So many ways out of a label's block are kept apart. Each is joined with the others in all that the block changed: with more of them than
/// people write, nothing is known behind the label of what the block writes.
const MOST_LEAVES: usize = 64;

/// What holds where a label is left.
#[derive(Default)]
struct Left {
    branches: Vec<Known>,
    /// There are too many to keep.
    too_many: bool,
}

/// A walk over one block.
pub(super) struct Walker<'a> {
    pub(super) program: &'a Program,
    tables: &'a TableFacts,
    pub(super) facts: Facts,
    /// Statements are to be rewritten; otherwise only the facts matter.
    rewrite: bool,
    /// What holds where a label is left.
    labels: FxHashMap<LabelId, Left>,
    keys: Keys,
}

impl<'a> Walker<'a> {
    pub(super) fn new(
        program: &'a Program,
        tables: &'a TableFacts,
        facts: Facts,
        rewrite: bool,
    ) -> Walker<'a> {
        Walker { program, tables, facts, rewrite, labels: FxHashMap::default(), keys: Vec::new() }
    }

    pub(super) fn finish(self) -> (Facts, Keys) {
        (self.facts, self.keys)
    }

    pub(super) fn is_dead(&self) -> bool {
        self.facts.dead
    }

    pub(super) fn block(&mut self, block: Block) -> Block {
        let mut result = Vec::with_capacity(block.len());
        for stmt in block {
            if self.facts.dead {
                break;
            }
            self.stmt(stmt, &mut result);
        }
        result
    }

    pub(super) fn transition(&mut self, transition: &mut Transition) {
        if let Transition::Select { keys, .. } = transition {
            keys.iter_mut().for_each(|key| self.expr(key));
        }
    }

    /// A branch: what it becomes, and what holds at its end if control gets there.
    fn branch(&mut self, block: Block) -> (Block, Option<Known>) {
        self.assuming(&[], block)
    }

    fn stmt(&mut self, mut stmt: Stmt, result: &mut Block) {
        let span = stmt.span;
        stmt.exprs_mut(&mut |e| self.expr(e));
        self.refs(&mut stmt);
        match &mut stmt.kind {
            StmtKind::Assign { dst, src } => {
                if let LValue::Field { header: HeaderRef::Header(header), .. } = dst.root()
                    && self.facts.validity(*header) == Some(false)
                {
                    return;
                }
                self.assigned(dst, src);
            }
            StmtKind::SetValid { header: HeaderRef::Header(header), valid } => {
                if self.facts.validity(*header) == Some(*valid) {
                    return;
                }
                self.facts.set_header(*header, Some(*valid));
            }
            StmtKind::CopyHeader { dst: HeaderRef::Header(dst), src: HeaderRef::Header(src) } => {
                let valid = self.facts.validity(*src);
                let (dst, known) = (*dst, self.facts.validity(*dst));
                self.facts.set_header(dst, valid);
                if valid == Some(false) {
                    if known != Some(false) {
                        let kind = StmtKind::SetValid { header: HeaderRef::Header(dst), valid: false };
                        result.push(Stmt { kind, span });
                    }
                    return;
                }
            }
            StmtKind::PushFront { stack, count } => self.shift(*stack, *count as usize, true),
            StmtKind::PopFront { stack, count } => self.shift(*stack, *count as usize, false),
            StmtKind::If { condition, then_block, else_block } => {
                if let Some(known) = condition.as_const() {
                    let chosen = if known.is_zero() { else_block } else { then_block };
                    let chosen = self.block(std::mem::take(chosen));
                    result.extend(chosen);
                    return;
                }
                let (valid, invalid) = conditions::tested(condition);
                let (block, then_branch) = self.assuming(&valid, std::mem::take(then_block));
                *then_block = block;
                let (block, else_branch) = self.assuming(&invalid, std::mem::take(else_block));
                *else_block = block;
                self.facts.join(then_branch.into_iter().chain(else_branch).collect());
            }
            StmtKind::Switch { scrutinee, cases, default } => {
                if let Some(known) = scrutinee.as_const() {
                    let chosen = cases.iter_mut().find(|(values, _)| values.contains(known));
                    let chosen = std::mem::take(chosen.map_or(default, |(_, block)| block));
                    let chosen = self.block(chosen);
                    result.extend(chosen);
                    return;
                }
                let mut live = Vec::new();
                for (_, block) in cases {
                    let (new, branch) = self.branch(std::mem::take(block));
                    *block = new;
                    live.extend(branch);
                }
                let (new, branch) = self.branch(std::mem::take(default));
                *default = new;
                live.extend(branch);
                self.facts.join(live);
            }
            StmtKind::Labelled { label, body, .. } => {
                self.labels.insert(*label, Left::default());
                let (new, through) = self.branch(std::mem::take(body));
                *body = new;
                let mut left = self.labels.remove(label).unwrap_or_default();
                if left.too_many {
                    let mut writes = StorageSet::new();
                    effects::block_effects(self.program, body, &mut StorageSet::new(), &mut writes);
                    self.forget(&writes);
                } else {
                    left.branches.extend(through);
                    self.facts.join(left.branches);
                }
            }
            StmtKind::Leave(label) => {
                self.leave(*label);
                self.facts.dead = true;
            }
            StmtKind::Loop { body, .. } => {
                let mut writes = StorageSet::new();
                effects::block_effects(self.program, body, &mut StorageSet::new(), &mut writes);
                self.forget(&writes);
                *body = self.block(std::mem::take(body));
                self.facts.dead = true;
            }
            StmtKind::ApplyTable { table, hit, action_run } => self.apply(*table, *hit, *action_run),
            StmtKind::Extract { header, varbit_bits } => {
                if let HeaderRef::Next(stack) = header
                    && let Some(index) = self.next_index(*stack)
                {
                    self.extract_next((*stack, index), varbit_bits.clone(), span, result);
                    return;
                }
                self.effects(&stmt);
                if let StmtKind::Extract { header: HeaderRef::Header(header), .. } = stmt.kind {
                    self.facts.set_header(header, Some(true));
                }
            }
            StmtKind::Verify { condition, .. } => {
                if condition.as_const().is_some_and(Zero::is_zero) {
                    self.facts.dead = true;
                }
                let (valid, _) = conditions::tested(condition);
                for (header, is_valid) in valid {
                    if self.facts.validity(header).is_none() {
                        self.facts.assume(header, is_valid);
                    }
                }
            }
            StmtKind::Reject { .. } => self.facts.dead = true,
            StmtKind::SetValid { .. }
            | StmtKind::CopyHeader { .. }
            | StmtKind::CallExtern { .. }
            | StmtKind::Lookahead { .. }
            | StmtKind::PacketLength { .. }
            | StmtKind::Advance { .. }
            | StmtKind::EmitScalar(_) => self.effects(&stmt),
            StmtKind::Emit(header) => {
                if let HeaderRef::Header(header) = header
                    && self.facts.validity(*header) == Some(false)
                {
                    return;
                }
            }
        }
        result.push(stmt);
    }

    /// A branch that is taken only where these headers are valid or invalid.
    fn assuming(&mut self, tested: &[(HeaderId, bool)], block: Block) -> (Block, Option<Known>) {
        let known = self.facts.known();
        for &(header, valid) in tested {
            if self.facts.validity(header).is_none() {
                self.facts.assume(header, valid);
            }
        }
        self.facts.dead = false;
        let block = self.block(block);
        (block, self.facts.back(known))
    }

    fn leave(&mut self, label: LabelId) {
        if let Some(left) = self.labels.get_mut(&label) {
            if left.branches.len() < MOST_LEAVES {
                left.branches.push(self.facts.known());
            } else {
                left.too_many = true;
            }
        }
    }

    fn assigned(&mut self, dst: &LValue, src: &Expr) {
        match dst {
            LValue::Local(local) => {
                let fact = match &src.kind {
                    ExprKind::Const(value) => Some(Fact::Const(Rc::new(value.clone()))),
                    ExprKind::Local(other) if other != local => {
                        Some(Fact::Copy(*other, self.facts.local_version(*other)))
                    }
                    ExprKind::Field { header: HeaderRef::Header(header), field } => {
                        Some(Fact::Field(*header, *field, self.facts.header_version(*header)))
                    }
                    _ => None,
                };
                self.facts.set_local(*local, fact);
            }
            LValue::Field { .. } | LValue::Slice { .. } => {
                let mut writes = StorageSet::new();
                effects::lvalue_effects(self.program, dst, &mut StorageSet::new(), &mut writes);
                self.forget(&writes);
            }
        }
    }

    fn effects(&mut self, stmt: &Stmt) {
        let mut writes = StorageSet::new();
        effects::stmt_effects(self.program, stmt, &mut StorageSet::new(), &mut writes);
        self.forget(&writes);
    }

    fn forget(&mut self, writes: &StorageSet) {
        let mut locals: Vec<LocalId> = writes.locals.iter().copied().collect();
        locals.sort_unstable();
        for local in locals {
            self.facts.set_local(local, None);
        }
        let mut headers: Vec<(HeaderId, bool)> = writes
            .headers
            .iter()
            .map(|(&id, parts)| match parts {
                HeaderParts::All => (id, true),
                HeaderParts::Fields(fields) => (id, fields.contains(&VALIDITY)),
            })
            .collect();
        headers.sort_unstable();
        for (header, validity) in headers {
            let valid = if validity { None } else { self.facts.validity(header) };
            self.facts.set_header(header, valid);
        }
    }

    fn apply(&mut self, table: TableId, hit: Option<LocalId>, action_run: Option<LocalId>) {
        if self.rewrite && self.tables.sites.get(&table) == Some(&1) {
            let mut exprs: Vec<Expr> = self.program.tables[table].key_exprs().cloned().collect();
            exprs.iter_mut().for_each(|e| self.expr(e));
            self.keys.push((table, exprs));
        }
        if let Some(writes) = self.tables.writes.get(&table) {
            self.forget(writes);
        }
        for label in self.tables.leaves.get(&table).into_iter().flatten() {
            self.leave(*label);
        }
        for local in hit.into_iter().chain(action_run) {
            self.facts.set_local(local, None);
        }
    }
}
