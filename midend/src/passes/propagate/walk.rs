//! The walk along the flow of control.

use super::facts::{Branch, Fact, Facts};
use crate::analysis::effects::{self, HeaderParts, StorageSet, VALIDITY};
use crate::ir::*;
use crate::passes::{fold, simplify};
use num_bigint::BigUint;
use num_traits::{ToPrimitive, Zero};
use rustc_hash::FxHashMap;

/// What applying a table does, computed once.
pub(super) struct TableFacts {
    writes: FxHashMap<TableId, StorageSet>,
    /// Labels that its actions leave.
    leaves: FxHashMap<TableId, Vec<LabelId>>,
    /// How often it is applied in the program's text.
    sites: FxHashMap<TableId, usize>,
}

impl TableFacts {
    pub(super) fn new(program: &Program) -> TableFacts {
        let mut facts = TableFacts {
            writes: FxHashMap::default(),
            leaves: FxHashMap::default(),
            sites: FxHashMap::default(),
        };
        let mut of_action: FxHashMap<ActionId, (StorageSet, Vec<LabelId>)> = FxHashMap::default();
        for (id, action) in program.actions.iter() {
            let mut writes = StorageSet::new();
            writes.locals.extend(action.params.iter().map(|p| p.local));
            effects::block_effects(program, &action.body, &mut StorageSet::new(), &mut writes);
            let (mut own, mut left) = (Vec::new(), Vec::new());
            visit::statements(&action.body, &mut |stmt| match stmt.kind {
                StmtKind::Labelled { label, .. } => own.push(label),
                StmtKind::Leave(label) => left.push(label),
                _ => {}
            });
            left.retain(|label| !own.contains(label));
            of_action.insert(id, (writes, left));
        }
        for (id, table) in program.tables.iter() {
            let (mut writes, mut leaves) = (StorageSet::new(), Vec::new());
            for action in &table.actions {
                if let Some((w, l)) = of_action.get(&action.action) {
                    writes.add_all(w);
                    leaves.extend(l.iter().copied());
                }
            }
            leaves.sort();
            leaves.dedup();
            facts.writes.insert(id, writes);
            facts.leaves.insert(id, leaves);
        }
        for block in program.blocks() {
            visit::statements(block, &mut |stmt| {
                if let StmtKind::ApplyTable { table, .. } = stmt.kind {
                    *facts.sites.entry(table).or_insert(0) += 1;
                }
            });
        }
        facts
    }
}

/// Keys of tables as they are to be from now on.
pub(super) type Keys = Vec<(TableId, Vec<Expr>)>;

pub(super) fn put_keys(program: &mut Program, keys: Keys) {
    for (table, exprs) in keys {
        for (key, expr) in program.tables[table].keys.iter_mut().zip(exprs) {
            key.expr = expr;
        }
    }
}

/// A walk over one block.
pub(super) struct Walker<'a> {
    program: &'a Program,
    tables: &'a TableFacts,
    facts: Facts,
    /// Statements are to be rewritten; otherwise only the facts matter.
    rewrite: bool,
    /// What holds where a label is left, relative to the beginning of its block.
    labels: FxHashMap<LabelId, (usize, Vec<Branch>)>,
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

    /// A branch: what it becomes, and what it changed if control gets to its end.
    fn branch(&mut self, block: Block) -> (Block, Option<Branch>) {
        let mark = self.facts.mark();
        self.facts.dead = false;
        let block = self.block(block);
        let branch = (!self.facts.dead).then(|| self.facts.branch(mark));
        self.facts.rollback(mark);
        self.facts.dead = false;
        (block, branch)
    }

    fn stmt(&mut self, mut stmt: Stmt, result: &mut Block) {
        let span = stmt.span;
        stmt.exprs_mut(&mut |e| self.expr(e));
        self.refs(&mut stmt.kind);
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
                let (valid, invalid) = tested(condition);
                let (block, then_branch) = self.assuming(&valid, std::mem::take(then_block));
                *then_block = block;
                let (block, else_branch) = self.assuming(&invalid, std::mem::take(else_block));
                *else_block = block;
                let live: Vec<Branch> = then_branch.into_iter().chain(else_branch).collect();
                self.facts.join(&live);
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
                self.facts.join(&live);
            }
            StmtKind::Labelled { label, body } => {
                let mark = self.facts.mark();
                self.labels.insert(*label, (mark, Vec::new()));
                let (new, through) = self.branch(std::mem::take(body));
                *body = new;
                let mut live = self.labels.remove(label).map(|(_, left)| left).unwrap_or_default();
                live.extend(through);
                self.facts.join(&live);
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
                if let (HeaderRef::Next(stack), None) = (&header, &varbit_bits)
                    && let Some(index) = self.next_index(*stack)
                {
                    self.extract_next(*stack, index, span, result);
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
                let (valid, _) = tested(condition);
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
        debug_assert!(!matches!(&stmt.kind, StmtKind::Leave(_)) || simplify::diverges(&stmt));
        result.push(stmt);
    }

    /// A branch that is taken only where these headers are valid or invalid.
    fn assuming(&mut self, tested: &[(HeaderId, bool)], block: Block) -> (Block, Option<Branch>) {
        let mark = self.facts.mark();
        for &(header, valid) in tested {
            if self.facts.validity(header).is_none() {
                self.facts.assume(header, valid);
            }
        }
        self.facts.dead = false;
        let block = self.block(block);
        let branch = (!self.facts.dead).then(|| self.facts.branch(mark));
        self.facts.rollback(mark);
        self.facts.dead = false;
        (block, branch)
    }

    fn leave(&mut self, label: LabelId) {
        if let Some((mark, left)) = self.labels.get_mut(&label) {
            left.push(self.facts.branch(*mark));
        }
    }

    fn assigned(&mut self, dst: &LValue, src: &Expr) {
        match dst {
            LValue::Local(local) => {
                let fact = match &src.kind {
                    ExprKind::Const(value) => Some(Fact::Const(value.clone())),
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
            let mut exprs: Vec<Expr> =
                self.program.tables[table].keys.iter().map(|k| k.expr.clone()).collect();
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

    fn next_index(&self, stack: StackId) -> Option<usize> {
        self.facts.constant(self.program.stacks[stack].next_index)?.to_usize()
    }

    fn set_next_index(&mut self, stack: StackId, value: usize) {
        let next = self.program.stacks[stack].next_index;
        self.facts.set_local(next, Some(Fact::Const(BigUint::from(value))));
    }

    fn extract_next(
        &mut self,
        stack: StackId,
        index: usize,
        span: p4xdp_frontend::source::Span,
        result: &mut Block,
    ) {
        let decl = &self.program.stacks[stack];
        let Some(&header) = decl.elements.get(index) else {
            let name = "StackOutOfBounds";
            let error = self.program.errors.iter().position(|e| &**e == name).unwrap_or_default();
            let error = Expr::constant(error, ScalarType::Error, span);
            result.push(Stmt { kind: StmtKind::Reject { error }, span });
            self.facts.dead = true;
            return;
        };
        let extract = StmtKind::Extract { header: HeaderRef::Header(header), varbit_bits: None };
        result.push(Stmt { kind: extract, span });
        let dst = LValue::Local(decl.next_index);
        let src = Expr::constant(index + 1, ScalarType::bit(32), span);
        result.push(Stmt { kind: StmtKind::Assign { dst, src }, span });
        self.facts.set_header(header, Some(true));
        self.set_next_index(stack, index + 1);
    }

    /// `push_front` and `pop_front`: validity moves along.
    fn shift(&mut self, stack: StackId, count: usize, push: bool) {
        let decl = &self.program.stacks[stack];
        let size = decl.elements.len();
        let old: Vec<Option<bool>> = decl.elements.iter().map(|&h| self.facts.validity(h)).collect();
        for (i, &header) in decl.elements.iter().enumerate() {
            let from = if push { i.checked_sub(count) } else { i.checked_add(count).filter(|&j| j < size) };
            let valid = match from {
                Some(from) => old.get(from).copied().flatten(),
                None => Some(false),
            };
            self.facts.set_header(header, valid);
        }
        match self.next_index(stack) {
            Some(next) if push => self.set_next_index(stack, (next + count).min(size)),
            Some(next) => self.set_next_index(stack, next.saturating_sub(count)),
            None => self.facts.set_local(decl.next_index, None),
        }
    }

    /// Puts what is known into an expression.
    fn expr(&self, expr: &mut Expr) {
        expr.operands_mut(&mut |e| self.expr(e));
        let (ty, span) = (expr.ty, expr.span);
        match &mut expr.kind {
            ExprKind::Local(local) => match self.facts.local(*local) {
                Some(Fact::Const(value)) => *expr = Expr::constant(value.clone(), ty, span),
                Some(Fact::Copy(other, _)) => *expr = Expr::local(*other, ty, span),
                Some(Fact::Field(header, field, _)) => {
                    let kind = ExprKind::Field { header: HeaderRef::Header(*header), field: *field };
                    *expr = Expr { kind, ty, span };
                }
                None => {}
            },
            ExprKind::Field { header, .. } => {
                if self.header(header) == Some(false) {
                    *expr = Expr::constant(0u8, ty, span);
                }
            }
            ExprKind::IsValid(header) => {
                if let Some(valid) = self.header(header) {
                    *expr = Expr::bool(valid, span);
                }
            }
            ExprKind::Const(_)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Conditional(..)
            | ExprKind::Cast(_)
            | ExprKind::Slice { .. } => {}
        }
        fold::fold_node(expr);
    }

    /// A stack's element by a constant index becomes the header itself. Answers the validity, if it is known.
    fn header(&self, header: &mut HeaderRef) -> Option<bool> {
        if let HeaderRef::Element { stack, index } = header
            && let Some(index) = index.as_const()
        {
            match index.to_usize().and_then(|i| self.program.stacks[*stack].elements.get(i)) {
                Some(&element) => *header = HeaderRef::Header(element),
                // Out of range there is no header.
                None => return Some(false),
            }
        }
        match header {
            HeaderRef::Header(id) => self.facts.validity(*id),
            HeaderRef::Element { .. } | HeaderRef::Next(_) | HeaderRef::Last(_) => None,
        }
    }

    /// References to headers in a statement; their indices have been rewritten.
    fn refs(&self, kind: &mut StmtKind) {
        match kind {
            StmtKind::SetValid { header, .. } | StmtKind::Extract { header, .. } | StmtKind::Emit(header) => {
                self.header(header);
            }
            StmtKind::CopyHeader { dst, src } => {
                self.header(dst);
                self.header(src);
            }
            StmtKind::Assign { dst, .. } => self.lvalue(dst),
            StmtKind::CallExtern { args, result, .. } => {
                args.iter_mut().chain(result).for_each(|arg| self.arg(arg));
            }
            StmtKind::PushFront { .. }
            | StmtKind::PopFront { .. }
            | StmtKind::If { .. }
            | StmtKind::Switch { .. }
            | StmtKind::Labelled { .. }
            | StmtKind::Leave(_)
            | StmtKind::Loop { .. }
            | StmtKind::ApplyTable { .. }
            | StmtKind::Lookahead { .. }
            | StmtKind::Advance { .. }
            | StmtKind::PacketLength { .. }
            | StmtKind::Verify { .. }
            | StmtKind::Reject { .. }
            | StmtKind::EmitScalar(_) => {}
        }
    }

    fn lvalue(&self, lvalue: &mut LValue) {
        match lvalue {
            LValue::Local(_) => {}
            LValue::Field { header, .. } => {
                self.header(header);
            }
            LValue::Slice { base, .. } => self.lvalue(base),
        }
    }

    fn arg(&self, arg: &mut Arg) {
        match arg {
            Arg::Header(header) => {
                self.header(header);
            }
            Arg::Out(lvalue) => self.lvalue(lvalue),
            Arg::Struct(fields) => fields.iter_mut().for_each(|(_, field)| self.arg(field)),
            Arg::In(_) | Arg::Stack(_) | Arg::String(_) | Arg::Extern(_) | Arg::Packet | Arg::Missing => {}
        }
    }
}

/// Headers that are known to be valid or invalid.
type Validities = Vec<(HeaderId, bool)>;

/// What a condition says of validities where it holds, and where it does not.
fn tested(condition: &Expr) -> (Validities, Validities) {
    match &condition.kind {
        ExprKind::IsValid(HeaderRef::Header(header)) => (vec![(*header, true)], vec![(*header, false)]),
        ExprKind::Unary(UnaryOp::Not, inner) => {
            let (holds, fails) = tested(inner);
            (fails, holds)
        }
        ExprKind::Binary(BinaryOp::And, a, b) => {
            let mut holds = tested(a).0;
            holds.extend(tested(b).0);
            (holds, Vec::new())
        }
        ExprKind::Binary(BinaryOp::Or, a, b) => {
            let mut fails = tested(a).1;
            fails.extend(tested(b).1);
            (Vec::new(), fails)
        }
        _ => (Vec::new(), Vec::new()),
    }
}
