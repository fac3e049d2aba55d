//! Simplification of structured control flow.
//!
//! ```text
//! if (true) { A } else { B }         =>   A
//! if (c) { } else { A }              =>   if (!c) { A }
//! leave l; A                         =>   leave l;
//! switch (5) { 5: { A } .. }         =>   A
//! verify(true, e)                    =>
//! ```

use super::fold;
use crate::ir::visit::Flow;
use crate::ir::*;
use num_traits::Zero;
use rustc_hash::FxHashSet;

/// Simplifies every block.
pub fn run(program: &mut Program) {
    for block in program.blocks_mut() {
        simplify(block);
    }
    unused_actions(program);
}

/// True if control never gets behind the statement.
pub fn diverges(stmt: &Stmt) -> bool {
    match stmt.flow() {
        Flow::Next => false,
        Flow::Leave(_) | Flow::Reject => true,
        Flow::Branches(blocks) => blocks.into_iter().all(|block| ends(block)),
        Flow::Verify(condition) => condition.as_const().is_some_and(Zero::is_zero),
        Flow::Labelled(label, body) => ends(body) && !leaves(body, label),
        Flow::Loop(body) => !has_leave(body),
    }
}

/// True if control never gets behind the block.
pub fn ends(block: &[Stmt]) -> bool {
    block.last().is_some_and(diverges)
}

fn has_leave(block: &[Stmt]) -> bool {
    let mut found = false;
    visit::statements(block, &mut |s| found |= matches!(s.kind, StmtKind::Leave(_)));
    found
}

/// True if the label is left somewhere in the block.
pub fn leaves(block: &[Stmt], label: LabelId) -> bool {
    let mut found = false;
    visit::statements(block, &mut |s| found |= matches!(s.kind, StmtKind::Leave(l) if l == label));
    found
}

fn simplify(block: &mut Block) {
    let mut result = Vec::with_capacity(block.len());
    for mut stmt in block.drain(..) {
        for inner in stmt.blocks_mut() {
            simplify(inner);
        }
        statement(stmt, &mut result);
        if ends(&result) {
            break;
        }
    }
    *block = result;
}

/// Appends what the statement comes to.
fn statement(mut stmt: Stmt, result: &mut Block) {
    let rules = [branch, switch, verify, idle];
    match rules.into_iter().find_map(|rule| rule(&mut stmt)) {
        Some(mut simpler) => result.append(&mut simpler),
        None => result.push(stmt),
    }
}

/// What an `if` comes to, where it is another statement or none; it may also change.
fn branch(stmt: &mut Stmt) -> Option<Block> {
    let span = stmt.span;
    let StmtKind::If { condition, then_block, else_block } = &mut stmt.kind else { return None };
    if let Some(known) = condition.as_const() {
        return Some(std::mem::take(if known.is_zero() { else_block } else { then_block }));
    }
    if then_block.is_empty() && else_block.is_empty() {
        return Some(Vec::new());
    }
    if then_block.is_empty() {
        std::mem::swap(then_block, else_block);
        *condition = Expr::not(condition.clone());
        fold::fold(condition);
    }
    // `if (a) { if (b) { A } }` is `if (a && b) { A }`.
    if else_block.is_empty()
        && let [Stmt { kind: StmtKind::If { condition: inner, then_block: body, else_block: none }, .. }] =
            then_block.as_mut_slice()
        && none.is_empty()
    {
        let both = Expr::binary(BinaryOp::And, condition.clone(), inner.clone(), ScalarType::Bool, span);
        let then_block = std::mem::take(body);
        let kind = StmtKind::If { condition: both, then_block, else_block: Vec::new() };
        return Some(vec![Stmt { kind, span }]);
    }
    None
}

/// What a `switch` comes to, where it is only one of its blocks; cases that do nothing go.
fn switch(stmt: &mut Stmt) -> Option<Block> {
    let StmtKind::Switch { scrutinee, cases, default } = &mut stmt.kind else { return None };
    if let Some(known) = scrutinee.as_const() {
        let chosen = cases.iter_mut().find(|(values, _)| values.contains(known));
        return Some(std::mem::take(chosen.map_or(default, |(_, block)| block)));
    }
    if default.is_empty() {
        cases.retain(|(_, block)| !block.is_empty());
    }
    cases.retain(|(values, _)| !values.is_empty());
    cases.is_empty().then(|| std::mem::take(default))
}

/// What a test of a constant comes to.
fn verify(stmt: &mut Stmt) -> Option<Block> {
    let StmtKind::Verify { condition, error } = &stmt.kind else { return None };
    let known = condition.as_const()?;
    let reject = || Stmt { kind: StmtKind::Reject { error: error.clone() }, span: stmt.span };
    Some(if known.is_zero() { vec![reject()] } else { Vec::new() })
}

/// Nothing, if the statement does nothing.
fn idle(stmt: &mut Stmt) -> Option<Block> {
    let is_empty = matches!(&stmt.kind, StmtKind::Labelled { body, .. } if body.is_empty());
    let to_itself = if let StmtKind::CopyHeader { dst: HeaderRef::Header(a), src: HeaderRef::Header(b) } =
        &stmt.kind
    {
        a == b
    } else if let StmtKind::Assign { dst: LValue::Local(a), src } = &stmt.kind {
        matches!(src.kind, ExprKind::Local(b) if *a == b)
    } else if let StmtKind::Assign { dst: LValue::Field { header: HeaderRef::Header(a), field: i }, src } =
        &stmt.kind
    {
        matches!(src.as_field(), Some((HeaderRef::Header(b), j)) if a == b && *i == j)
    } else {
        false
    };
    (is_empty || to_itself).then(Vec::new)
}

/// Empties actions of tables that are applied nowhere any more: they may leave labels of blocks that are gone.
fn unused_actions(program: &mut Program) {
    let mut used = FxHashSet::default();
    for control in program.controls.values() {
        visit::statements(&control.body, &mut |s| {
            if let StmtKind::ApplyTable { table, .. } = s.kind {
                used.extend(program.tables[table].actions.iter().map(|a| a.action));
            }
        });
    }
    for (id, action) in program.actions.iter_mut() {
        if !used.contains(&id) {
            action.body.clear();
        }
    }
}
