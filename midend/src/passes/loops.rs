//! Loop statements that count: the number of rounds is worked out, and short loops are unrolled.
//!
//! ```text
//! i = 0; l: { loop { if (i >= 2) { leave l } A; i = i + 1 } }
//! =>
//! i = 0; l: { if (i >= 2) { leave l } A; i = i + 1; if (i >= 2) { leave l } A; i = i + 1; if (i >= 2) { leave l } .. }
//! ```
//!
//! A loop counts if a local is a constant in front of it and is changed at one place of the round, by itself and constants, and a test of
//! it alone leaves the loop. The rounds are found by evaluating the test. Propagation then makes the counter constant in each copy. Loops
//! that are too long for that keep their shape, with [`StmtKind::Loop`]'s `bound` set.

use super::{fold, labels};
use crate::analysis::effects::{self, StorageSet};
use crate::ir::*;
use num_bigint::BigUint;
use num_traits::Zero;
use p4xdp_frontend::source::Span;
use rustc_hash::FxHashMap;

/// Rounds up to which a loop is unrolled.
const MOST_ROUNDS: u64 = 64;
/// Statements that unrolling one loop may make.
const MOST_STATEMENTS: u64 = 2048;
/// Rounds that are counted before giving up.
const MOST_COUNTED: u64 = 1 << 16;

/// Counts and unrolls the loops of the whole program.
pub fn run(program: &mut Program) {
    for at in 0..program.parsers.len() {
        let id = ParserId::from_u32(at as u32);
        let prologue = std::mem::take(&mut program.parsers[id].prologue);
        program.parsers[id].prologue = unrolled(program, prologue);
        for at in 0..program.parsers[id].states.len() {
            let state = StateId::from_u32(at as u32);
            let body = std::mem::take(&mut program.parsers[id].states[state].body);
            program.parsers[id].states[state].body = unrolled(program, body);
        }
    }
    for at in 0..program.controls.len() {
        let id = ControlId::from_u32(at as u32);
        let body = std::mem::take(&mut program.controls[id].body);
        program.controls[id].body = unrolled(program, body);
    }
    for at in 0..program.actions.len() {
        let id = ActionId::from_u32(at as u32);
        let body = std::mem::take(&mut program.actions[id].body);
        program.actions[id].body = unrolled(program, body);
    }
}

fn unrolled(program: &mut Program, block: Block) -> Block {
    let mut has_loop = false;
    visit::statements(&block, &mut |s| has_loop |= matches!(s.kind, StmtKind::Loop { .. }));
    if !has_loop {
        return block;
    }
    let mut unroller = Unroller { program, labels: Vec::new() };
    let block = unroller.block(block, &mut Known::default());
    for span in unroller.labels {
        program.labels.push(span);
    }
    block
}

/// Constants that locals hold.
type Known = FxHashMap<LocalId, BigUint>;

struct Unroller<'a> {
    program: &'a Program,
    /// Labels to be added to the program's.
    labels: Vec<Span>,
}

impl Unroller<'_> {
    fn block(&mut self, block: Block, known: &mut Known) -> Block {
        let mut result = Vec::with_capacity(block.len());
        for mut stmt in block {
            if let StmtKind::Assign { dst: LValue::Local(local), src } = &stmt.kind {
                match evaluated(src, known) {
                    Some(value) => known.insert(*local, value),
                    None => known.remove(local),
                };
                result.push(stmt);
                continue;
            }
            let before = known.clone();
            forget(self.program, std::slice::from_ref(&stmt), known);
            // Inside a loop only that holds which no round changes.
            let inside =
                if matches!(stmt.kind, StmtKind::Loop { .. }) { known.clone() } else { before.clone() };
            for inner in stmt.blocks_mut() {
                *inner = self.block(std::mem::take(inner), &mut inside.clone());
            }
            if let StmtKind::Loop { body, bound } = &mut stmt.kind
                && let Some(rounds) = count(self.program, body, &before)
            {
                *bound = Some(bound.map_or(rounds, |b| b.min(rounds)));
                if rounds <= MOST_ROUNDS && rounds.saturating_mul(size(body)) <= MOST_STATEMENTS {
                    for round in 0..rounds {
                        let mut copy = body.clone();
                        if round > 0 {
                            let first = self.program.labels.len() + self.labels.len();
                            self.labels.extend(labels::rename(&mut copy, first));
                        }
                        result.append(&mut copy);
                    }
                    continue;
                }
            }
            result.push(stmt);
        }
        result
    }
}

fn size(block: &[Stmt]) -> u64 {
    let mut count = 0;
    visit::statements(block, &mut |_| count += 1);
    count
}

fn writes(program: &Program, block: &[Stmt]) -> StorageSet {
    let mut writes = StorageSet::new();
    effects::block_effects(program, block, &mut StorageSet::new(), &mut writes);
    writes
}

fn forget(program: &Program, block: &[Stmt], known: &mut Known) {
    if known.is_empty() {
        return;
    }
    let writes = writes(program, block);
    known.retain(|local, _| !writes.locals.contains(local));
}

/// The value of an expression over known locals.
fn evaluated(expr: &Expr, known: &Known) -> Option<BigUint> {
    if let Some(value) = expr.as_const() {
        return Some(value.clone());
    }
    let mut expr = expr.clone();
    substitute(&mut expr, known);
    expr.as_const().cloned()
}

fn substitute(expr: &mut Expr, known: &Known) {
    expr.operands_mut(&mut |e| substitute(e, known));
    if let ExprKind::Local(local) = expr.kind
        && let Some(value) = known.get(&local)
    {
        *expr = Expr::constant(value.clone(), expr.ty, expr.span);
    }
    fold::fold_node(expr);
}

/// The number of rounds that a loop begins, at most, if it counts; `known` holds in front of it.
fn count(program: &Program, body: &[Stmt], known: &Known) -> Option<u64> {
    let all = writes(program, body);
    let mut fixed = known.clone();
    fixed.retain(|local, _| !all.locals.contains(local));
    body.iter().find_map(|stmt| {
        let StmtKind::Assign { dst: LValue::Local(counter), src } = &stmt.kind else {
            return None;
        };
        let others = body.iter().filter(|other| !std::ptr::eq(*other, stmt));
        let once = others
            .clone()
            .all(|other| !writes(program, std::slice::from_ref(other)).locals.contains(counter));
        let mut values = fixed.clone();
        values.insert(*counter, known.get(counter)?.clone());
        // It must depend on itself and constants alone.
        evaluated(src, &values)?;
        once.then(|| rounds(body, *counter, src, values)).flatten()
    })
}

fn rounds(body: &[Stmt], counter: LocalId, step: &Expr, mut values: Known) -> Option<u64> {
    let tests = body.iter().any(|stmt| exit_test(stmt).is_some());
    if !tests {
        return None;
    }
    for round in 1..=MOST_COUNTED {
        for stmt in body {
            if let Some((condition, leaves_if)) = exit_test(stmt) {
                // A test of something else may leave earlier, never later.
                if let Some(value) = evaluated(condition, &values)
                    && value.is_zero() != leaves_if
                {
                    return Some(round);
                }
            } else if let StmtKind::Assign { dst: LValue::Local(local), .. } = &stmt.kind
                && *local == counter
            {
                let next = evaluated(step, &values)?;
                values.insert(counter, next);
            }
        }
    }
    None
}

/// `if (c) { leave .. }` out of the loop: the condition, and whether it leaves where it holds.
fn exit_test(stmt: &Stmt) -> Option<(&Expr, bool)> {
    let StmtKind::If { condition, then_block, else_block } = &stmt.kind else {
        return None;
    };
    let leaves = |block: &Block| matches!(block.as_slice(), [Stmt { kind: StmtKind::Leave(_), .. }]);
    match (leaves(then_block), leaves(else_block)) {
        (true, false) => Some((condition, true)),
        (false, true) => Some((condition, false)),
        _ => None,
    }
}
