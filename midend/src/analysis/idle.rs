//! What nobody notices: in, a program and what its architecture reads of it; out, the tables that do nothing when they are applied,
//! and which values a variable of the architecture is never given.
//!
//! ```text
//! action set_port(bit<32> port) { output.port = port; }       nobody reads output.port
//! table t { actions = { set_port; nop; } .. }                 so applying t needs no lookup
//! ```
//!
//! The order of statements is not looked at: what is read once is read everywhere.

use crate::analysis::effects::{StorageSet, expr_reads, stmt_effects};
use crate::ir::*;
use num_bigint::BigUint;
use rustc_hash::FxHashSet;

/// Tables whose actions do no more than to write locals that neither the program reads anywhere nor the architecture, which reads `seen`.
/// One that counts, keeps time, or tells which entry was hit, is none of them.
pub fn tables(program: &Program, seen: &[LocalId]) -> FxHashSet<TableId> {
    let mut read: FxHashSet<LocalId> = seen.iter().copied().collect();
    for block in program.blocks() {
        visit::statements(block, &mut |stmt| own_reads(program, stmt, &mut read));
    }
    let mut reads = StorageSet::new();
    for parser in program.parsers.values() {
        for state in parser.states.values() {
            if let Transition::Select { keys, .. } = &state.transition {
                keys.iter().for_each(|key| expr_reads(program, key, &mut reads));
            }
        }
    }
    read.extend(reads.locals);
    let idle: FxHashSet<ActionId> =
        program.actions.iter().filter(|(_, action)| is_idle(&action.body, &read)).map(|(id, _)| id).collect();
    let is_idle = |table: &Table| {
        table.actions.iter().all(|action| idle.contains(&action.action))
            && !table.properties.iter().any(|(_, value)| matches!(value, PropertyValue::Extern(_)))
            && table.idle(program).is_none()
    };
    program.tables.iter().filter(|(_, table)| is_idle(table)).map(|(id, _)| id).collect()
}

/// What a statement itself reads: its blocks, and the actions of a table, are left to others.
fn own_reads(program: &Program, stmt: &Stmt, read: &mut FxHashSet<LocalId>) {
    let mut reads = StorageSet::new();
    match &stmt.kind {
        StmtKind::If { condition: tested, .. } | StmtKind::Switch { scrutinee: tested, .. } => {
            expr_reads(program, tested, &mut reads);
        }
        StmtKind::Labelled { .. } | StmtKind::Loop { .. } | StmtKind::Leave(_) => {}
        StmtKind::ApplyTable { table, .. } => {
            program.tables[*table].key_exprs().for_each(|expr| expr_reads(program, expr, &mut reads));
        }
        StmtKind::Assign { .. }
        | StmtKind::SetValid { .. }
        | StmtKind::CopyHeader { .. }
        | StmtKind::PushFront { .. }
        | StmtKind::PopFront { .. }
        | StmtKind::CallExtern { .. }
        | StmtKind::Extract { .. }
        | StmtKind::Lookahead { .. }
        | StmtKind::Advance { .. }
        | StmtKind::PacketLength { .. }
        | StmtKind::Verify { .. }
        | StmtKind::Reject { .. }
        | StmtKind::Emit(_)
        | StmtKind::EmitScalar(_) => stmt_effects(program, stmt, &mut reads, &mut StorageSet::new()),
    }
    read.extend(reads.locals);
}

/// The block writes nothing but locals that nobody reads, and is left at its end.
fn is_idle(block: &Block, read: &FxHashSet<LocalId>) -> bool {
    let (mut inside, mut left) = (FxHashSet::default(), FxHashSet::default());
    let mut idle = true;
    visit::statements(block, &mut |stmt| match &stmt.kind {
        StmtKind::Assign { dst, .. } => {
            idle &= matches!(dst.root(), LValue::Local(local) if !read.contains(local));
        }
        StmtKind::If { .. } | StmtKind::Switch { .. } => {}
        StmtKind::Labelled { label, .. } => drop(inside.insert(*label)),
        StmtKind::Leave(label) => drop(left.insert(*label)),
        StmtKind::SetValid { .. }
        | StmtKind::CopyHeader { .. }
        | StmtKind::PushFront { .. }
        | StmtKind::PopFront { .. }
        | StmtKind::Loop { .. }
        | StmtKind::ApplyTable { .. }
        | StmtKind::CallExtern { .. }
        | StmtKind::Extract { .. }
        | StmtKind::Lookahead { .. }
        | StmtKind::Advance { .. }
        | StmtKind::PacketLength { .. }
        | StmtKind::Verify { .. }
        | StmtKind::Reject { .. }
        | StmtKind::Emit(_)
        | StmtKind::EmitScalar(_) => idle = false,
    });
    idle && left.is_subset(&inside)
}

/// False if a local is given only constants, and never this one. It starts with 0.
pub fn may_be(program: &Program, local: LocalId, value: u32) -> bool {
    let value = BigUint::from(value);
    let mut may = value == BigUint::ZERO;
    for block in program.blocks() {
        visit::statements(block, &mut |stmt| match &stmt.kind {
            StmtKind::Assign { dst: LValue::Local(assigned), src } => {
                may |= *assigned == local && may_result(src, &value);
            }
            StmtKind::ApplyTable { hit, action_run, .. } => {
                may |= hit.iter().chain(action_run).any(|written| *written == local);
            }
            StmtKind::If { .. }
            | StmtKind::Switch { .. }
            | StmtKind::Labelled { .. }
            | StmtKind::Loop { .. }
            | StmtKind::Leave(_) => {}
            StmtKind::Assign { .. }
            | StmtKind::SetValid { .. }
            | StmtKind::CopyHeader { .. }
            | StmtKind::PushFront { .. }
            | StmtKind::PopFront { .. }
            | StmtKind::CallExtern { .. }
            | StmtKind::Extract { .. }
            | StmtKind::Lookahead { .. }
            | StmtKind::Advance { .. }
            | StmtKind::PacketLength { .. }
            | StmtKind::Verify { .. }
            | StmtKind::Reject { .. }
            | StmtKind::Emit(_)
            | StmtKind::EmitScalar(_) => {
                let mut writes = StorageSet::new();
                stmt_effects(program, stmt, &mut StorageSet::new(), &mut writes);
                may |= writes.locals.contains(&local);
            }
        });
    }
    may
}

/// An expression can have that value.
fn may_result(expr: &Expr, value: &BigUint) -> bool {
    match &expr.kind {
        ExprKind::Const(constant) => constant == value,
        ExprKind::Conditional(_, a, b) => may_result(a, value) || may_result(b, value),
        ExprKind::Local(_)
        | ExprKind::Field { .. }
        | ExprKind::IsValid(_)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::Cast(_)
        | ExprKind::Slice { .. } => true,
    }
}
