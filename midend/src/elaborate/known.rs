//! Data of hashes that is one value known at compile time: a list of it becomes a list of the same number in whole bytes, as p4c hands
//! such values to bmv2.
//!
//! ```text
//! a = 12w0x456; hash(.., {a}, ..)    =>    a = 12w0x456; hash(.., {16w0x456}, ..)
//! ```
//!
//! A variable's value is known if the program gives it a value once, a constant, in front of the call and not in a branch of its own. Values that are not alone are laid bit after bit like
//! all others: that is the callee's matter.

use crate::analysis::effects::{self, StorageSet};
use crate::arch::TAKE_BITS;
use crate::ir::{self, Arg, Expr, ExprKind, LValue, LocalId, Program, ScalarType, Stmt, StmtKind, visit};
use num_bigint::BigUint;
use rustc_hash::FxHashMap;

/// Replaces such values everywhere.
pub(super) fn fill_bytes(program: &mut Program) {
    let mut wanted = false;
    program.blocks().for_each(|block| {
        visit::statements(block, &mut |stmt| wanted |= args(stmt).iter().any(|arg| alone(arg).is_some()));
    });
    if !wanted {
        return;
    }
    let known = constants(program);
    for block in program.blocks_mut() {
        replace(block, &known, &mut Vec::new());
    }
}

/// The arguments of a call whose data is a row of bits.
fn args(stmt: &Stmt) -> &[Arg] {
    match &stmt.kind {
        StmtKind::CallExtern { name, args, .. } if TAKE_BITS.contains(&&**name) => args,
        _ => &[],
    }
}

/// The value of a list of one that has no whole number of bytes.
fn alone(arg: &Arg) -> Option<&Expr> {
    match arg {
        Arg::Struct(fields) => match fields.as_slice() {
            [(_, Arg::In(value))] if !value.ty.width().is_multiple_of(8) => Some(value),
            _ => None,
        },
        _ => None,
    }
}

/// `given`: the locals that have their value on every way here.
fn replace(block: &mut ir::Block, known: &FxHashMap<LocalId, BigUint>, given: &mut Vec<LocalId>) {
    for stmt in block {
        if let StmtKind::Assign { dst: LValue::Local(local), .. } = &stmt.kind
            && known.contains_key(local)
        {
            given.push(*local);
        }
        if !args(stmt).is_empty()
            && let StmtKind::CallExtern { args, .. } = &mut stmt.kind
        {
            for arg in args {
                let Some(value) = alone(arg) else { continue };
                let local = |local: &LocalId| if given.contains(local) { known.get(local) } else { None };
                let number = if let ExprKind::Local(id) = &value.kind { local(id) } else { value.as_const() };
                let Some(number) = number else { continue };
                let ty = ScalarType::bit(value.ty.width().next_multiple_of(8));
                let whole = Arg::In(Expr::constant(number.clone(), ty, value.span));
                if let Arg::Struct(fields) = arg {
                    fields.iter_mut().for_each(|(_, field)| *field = whole.clone());
                }
            }
        }
        let outside = given.len();
        for inner in stmt.blocks_mut() {
            replace(inner, known, given);
            given.truncate(outside);
        }
    }
}

/// Locals that are given a value once in the program, a constant.
fn constants(program: &Program) -> FxHashMap<LocalId, BigUint> {
    let mut writes: FxHashMap<LocalId, usize> = FxHashMap::default();
    let mut known = FxHashMap::default();
    for block in program.blocks() {
        visit::statements(block, &mut |stmt| {
            if let StmtKind::Assign { dst: LValue::Local(local), src } = &stmt.kind
                && let ExprKind::Const(value) = &src.kind
            {
                known.insert(*local, value.clone());
            }
            if stmt.blocks().into_iter().next().is_some() {
                return;
            }
            let mut written = StorageSet::new();
            effects::stmt_effects(program, stmt, &mut StorageSet::new(), &mut written);
            written.locals.into_iter().for_each(|local| *writes.entry(local).or_default() += 1);
        });
    }
    known.retain(|local, _| writes.get(local) == Some(&1));
    known
}
