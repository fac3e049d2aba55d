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
    match &stmt.kind {
        StmtKind::Leave(_) | StmtKind::Reject { .. } => true,
        StmtKind::If { then_block, else_block, .. } => ends(then_block) && ends(else_block),
        StmtKind::Switch { cases, default, .. } => cases.iter().all(|(_, b)| ends(b)) && ends(default),
        StmtKind::Verify { condition, .. } => condition.as_const().is_some_and(Zero::is_zero),
        StmtKind::Labelled { label, body } => ends(body) && !leaves(body, *label),
        StmtKind::Loop { body, .. } => !has_leave(body),
        StmtKind::Assign { .. }
        | StmtKind::SetValid { .. }
        | StmtKind::CopyHeader { .. }
        | StmtKind::PushFront { .. }
        | StmtKind::PopFront { .. }
        | StmtKind::ApplyTable { .. }
        | StmtKind::CallExtern { .. }
        | StmtKind::Extract { .. }
        | StmtKind::Lookahead { .. }
        | StmtKind::Advance { .. }
        | StmtKind::PacketLength { .. }
        | StmtKind::Emit(_)
        | StmtKind::EmitScalar(_) => false,
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
    let span = stmt.span;
    match &mut stmt.kind {
        StmtKind::If { condition, then_block, else_block } => {
            if let Some(known) = condition.as_const() {
                result.append(if known.is_zero() { else_block } else { then_block });
                return;
            }
            if then_block.is_empty() && else_block.is_empty() {
                return;
            }
            if then_block.is_empty() {
                std::mem::swap(then_block, else_block);
                *condition = Expr::not(condition.clone());
                fold::fold(condition);
            }
            // `if (a) { if (b) { A } }` is `if (a && b) { A }`.
            if else_block.is_empty()
                && let [
                    Stmt {
                        kind: StmtKind::If { condition: inner, then_block: body, else_block: none }, ..
                    },
                ] = then_block.as_mut_slice()
                && none.is_empty()
            {
                let both =
                    Expr::binary(BinaryOp::And, condition.clone(), inner.clone(), ScalarType::Bool, span);
                let then_block = std::mem::take(body);
                let kind = StmtKind::If { condition: both, then_block, else_block: Vec::new() };
                result.push(Stmt { kind, span });
                return;
            }
        }
        StmtKind::Switch { scrutinee, cases, default } => {
            if let Some(known) = scrutinee.as_const() {
                let chosen = cases.iter_mut().find(|(values, _)| values.contains(known));
                result.append(chosen.map_or(default, |(_, block)| block));
                return;
            }
            if default.is_empty() {
                cases.retain(|(_, block)| !block.is_empty());
            }
            cases.retain(|(values, _)| !values.is_empty());
            if cases.is_empty() {
                result.append(default);
                return;
            }
        }
        StmtKind::Labelled { body, .. } if body.is_empty() => return,
        StmtKind::Verify { condition, error } => match condition.as_const() {
            Some(known) if known.is_zero() => {
                let kind = StmtKind::Reject { error: error.clone() };
                result.push(Stmt { kind, span });
                return;
            }
            Some(_) => return,
            None => {}
        },
        StmtKind::CopyHeader { dst: HeaderRef::Header(a), src: HeaderRef::Header(b) } if a == b => return,
        StmtKind::Assign { dst, src } => match (&*dst, &src.kind) {
            (LValue::Local(a), ExprKind::Local(b)) if a == b => return,
            (
                LValue::Field { header: HeaderRef::Header(a), field: i },
                ExprKind::Field { header: HeaderRef::Header(b), field: j },
            ) if a == b && i == j => return,
            _ => {}
        },
        StmtKind::Labelled { .. }
        | StmtKind::SetValid { .. }
        | StmtKind::CopyHeader { .. }
        | StmtKind::PushFront { .. }
        | StmtKind::PopFront { .. }
        | StmtKind::Leave(_)
        | StmtKind::Loop { .. }
        | StmtKind::ApplyTable { .. }
        | StmtKind::CallExtern { .. }
        | StmtKind::Extract { .. }
        | StmtKind::Lookahead { .. }
        | StmtKind::Advance { .. }
        | StmtKind::PacketLength { .. }
        | StmtKind::Reject { .. }
        | StmtKind::Emit(_)
        | StmtKind::EmitScalar(_) => {}
    }
    result.push(stmt);
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
