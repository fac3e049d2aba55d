//! Faults of passes that carry facts along the flow of control, that move statements, or that take out what nobody reads: in, a good
//! program; out, one as such a pass leaves it when it forgets something.

use super::{Fault, exprs, fault, statements};
use p4xdp_midend::ir::visit::block_exprs_mut;
use p4xdp_midend::ir::{
    Block, Expr, ExprKind, HeaderRef, LValue, Program, Stmt, StmtKind, Target, Transition,
};

pub const FAULTS: &[Fault] = &[
    fault("unroll", "keeps a constant behind what changes it", |p| {
        blocks(p, &mut |block| keep(block, |src| matches!(src.kind, ExprKind::Const(_))));
    }),
    fault("unroll", "drops the last statement of a loop's body", |p| {
        statements(p, &mut |s| {
            if let StmtKind::Loop { body, .. } = s {
                body.pop();
            }
            true
        });
    }),
    fault("constants", "keeps a copy behind what changes it", |p| {
        blocks(p, &mut |block| {
            keep(block, |src| matches!(src.kind, ExprKind::Local(_) | ExprKind::Field { .. }))
        });
    }),
    fault("copies", "takes a header to stay valid once it was made so", |p| {
        blocks(p, &mut |block| keep_validity(block, true));
    }),
    fault("copies", "takes a header to stay invalid once it was made so", |p| {
        blocks(p, &mut |block| keep_validity(block, false));
    }),
    fault("loops", "leads round in the parser once less", |p| {
        for parser in p.parsers.values_mut() {
            for state in parser.states.values_mut() {
                if let Transition::Select { cases, .. } = &mut state.transition {
                    cases.iter_mut().for_each(|case| again(&mut case.target));
                }
            }
        }
    }),
    fault("simplify-2", "drops what follows a block that is left", |p| {
        blocks(p, &mut |block| {
            let left = block.iter().position(|s| matches!(s.kind, StmtKind::Labelled { .. }));
            if let Some(at) = left {
                block.truncate(at + 1);
            }
        });
    }),
    fault("leaves-2", "goes on behind `break` and the like", |p| {
        statements(p, &mut |s| !matches!(s, StmtKind::Leave(_)));
    }),
    fault("dead-2", "drops a store that a later one repeats, though it is read between", |p| {
        blocks(p, &mut |block| {
            let fields: Vec<Option<String>> = block.iter().map(field).collect();
            let mut at = 0;
            block.retain(|_| {
                at += 1;
                fields[at - 1].is_none() || !fields[at..].contains(&fields[at - 1])
            });
        });
    }),
    fault("states-3", "drops headers that are never extracted, though they are made valid", |p| {
        statements(p, &mut |s| {
            !matches!(s, StmtKind::SetValid { header: HeaderRef::Header(_), valid: true })
        });
    }),
    fault("states-3", "drops locals that an action alone reads", |p| {
        for action in p.actions.values_mut() {
            action.body.retain(|s| !matches!(&s.kind, StmtKind::Assign { dst: LValue::Local(_), .. }));
        }
    }),
    fault("storage", "sees a key's old value", |p| {
        exprs(p, &mut |e| {
            if let ExprKind::Slice { base, hi, lo } = &mut e.kind
                && matches!(base.kind, ExprKind::Local(_))
                && *hi + 1 < base.ty.width()
            {
                (*hi, *lo) = (*hi + 1, *lo + 1);
            }
        });
    }),
];

fn blocks(program: &mut Program, change: &mut dyn FnMut(&mut Block)) {
    fn inner(block: &mut Block, change: &mut dyn FnMut(&mut Block)) {
        for stmt in block.iter_mut() {
            for part in stmt.blocks_mut() {
                inner(part, change);
            }
        }
        change(block);
    }
    program.blocks_mut().for_each(|block| inner(block, change));
}

/// What is assigned to a local is put in its place in all that follows in the block.
fn keep(block: &mut Block, wanted: fn(&Expr) -> bool) {
    for at in 0..block.len() {
        let StmtKind::Assign { dst: LValue::Local(local), src } = &block[at].kind else { continue };
        if !wanted(src) {
            continue;
        }
        let (local, src) = (*local, src.clone());
        let mut rest = block.split_off(at + 1);
        block_exprs_mut(&mut rest, &mut |e| {
            put(e, &mut |e| {
                if matches!(&e.kind, ExprKind::Local(l) if *l == local) {
                    *e = src.clone();
                }
            });
        });
        block.append(&mut rest);
    }
}

fn keep_validity(block: &mut Block, wanted: bool) {
    for at in 0..block.len() {
        let StmtKind::SetValid { header: HeaderRef::Header(header), valid } = &block[at].kind else {
            continue;
        };
        if *valid != wanted {
            continue;
        }
        let header = *header;
        let mut rest = block.split_off(at + 1);
        block_exprs_mut(&mut rest, &mut |e| {
            put(e, &mut |e| {
                if matches!(&e.kind, ExprKind::IsValid(HeaderRef::Header(h)) if *h == header) {
                    *e = Expr::bool(wanted, e.span);
                }
            });
        });
        block.append(&mut rest);
    }
}

fn put(e: &mut Expr, change: &mut dyn FnMut(&mut Expr)) {
    change(e);
    e.operands_mut(&mut |operand| put(operand, change));
}

fn again(target: &mut Target) {
    if let Target::State(_) = target {
        *target = Target::Accept;
    }
}

/// The field that a statement stores to, as text.
fn field(stmt: &Stmt) -> Option<String> {
    match &stmt.kind {
        StmtKind::Assign { dst: dst @ LValue::Field { .. }, .. } => Some(format!("{dst:?}")),
        _ => None,
    }
}
