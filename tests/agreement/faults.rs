//! Passes that are wrong on purpose: whether the agreement finds each of them, after how many programs, and how small an example shrinks to.
//! In, a fault; out, what became of it. The faults stand behind the good passes up to one that is named with them.

mod along;

use crate::coverage::Coverage;
use crate::engines::{self, Ending, Failure};
use crate::generate::{self, Case, Size};
use crate::on_all_cores;
use crate::shrink::shrink;
use p4xdp_midend::ir::{
    BinaryOp, Expr, ExprKind, HeaderRef, Keyset, LValue, Program, ScalarType, Stmt, StmtKind, Target,
    Transition,
};
use p4xdp_midend::passes::Pass;
use p4xdp_test_support::progress::Progress;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A fault: the pass behind which it stands, and what it does.
struct Fault {
    after: &'static str,
    pass: Pass,
}

const fn fault(after: &'static str, name: &'static str, run: fn(&mut Program)) -> Fault {
    Fault { after, pass: Pass { name, run } }
}

const FAULTS: &[Fault] = &[
    fault("elaborate", "drops a copy between variables", drop_copy),
    fault("fold", "swaps the operands of a subtraction", |p| {
        binaries(p, &mut |op, a, b| {
            if *op == BinaryOp::Sub {
                std::mem::swap(a, b)
            }
        })
    }),
    fault("fold", "compares signed numbers as unsigned", unsigned_comparison),
    fault("fold", "takes < for <=", |p| {
        binaries(p, &mut |op, _, _| {
            if *op == BinaryOp::Lt {
                *op = BinaryOp::Le
            }
        })
    }),
    fault("fold", "adds without saturation", |p| {
        binaries(p, &mut |op, _, _| {
            if *op == BinaryOp::SatAdd {
                *op = BinaryOp::Add
            }
        })
    }),
    fault("fold", "divides where the remainder is wanted", |p| {
        binaries(p, &mut |op, _, _| {
            if *op == BinaryOp::Mod {
                *op = BinaryOp::Div
            }
        })
    }),
    fault("simplify", "shifts by the amount modulo 64", shift_modulo),
    fault("fold", "shifts right without the sign", logical_shift),
    fault("fold", "extends without the sign", zero_extension),
    fault("fold", "slices one bit lower", |p| {
        exprs(p, &mut |e| {
            if let ExprKind::Slice { hi, lo, .. } = &mut e.kind
                && *lo > 0
            {
                (*hi, *lo) = (*hi - 1, *lo - 1);
            }
        });
    }),
    fault("simplify", "exchanges the branches of ?:", |p| {
        exprs(p, &mut |e| {
            if let ExprKind::Conditional(_, a, b) = &mut e.kind {
                std::mem::swap(a, b);
            }
        });
    }),
    fault("simplify", "takes a header to be valid", |p| {
        exprs(p, &mut |e| {
            if matches!(e.kind, ExprKind::IsValid(_)) {
                *e = Expr::bool(true, e.span);
            }
        });
    }),
    fault("elaborate", "writes slices one bit lower", |p| {
        statements(p, &mut |s| {
            if let StmtKind::Assign { dst: LValue::Slice { hi, lo, .. }, .. } = s
                && *lo > 0
            {
                (*hi, *lo) = (*hi - 1, *lo - 1);
            }
            true
        });
    }),
    fault("simplify", "drops setInvalid", |p| {
        statements(p, &mut |s| !matches!(s, StmtKind::SetValid { valid: false, .. }));
    }),
    fault("simplify", "drops setValid", |p| {
        statements(p, &mut |s| !matches!(s, StmtKind::SetValid { valid: true, .. }));
    }),
    fault("simplify", "drops copies of headers", |p| {
        statements(p, &mut |s| !matches!(s, StmtKind::CopyHeader { .. }));
    }),
    fault("elaborate", "ignores exit, return, break and continue", |p| {
        statements(p, &mut |s| !matches!(s, StmtKind::Leave(_)));
    }),
    fault("simplify", "drops the else branch", |p| {
        statements(p, &mut |s| {
            if let StmtKind::If { else_block, .. } = s {
                else_block.clear();
            }
            true
        });
    }),
    fault("simplify", "drops the default of a switch", |p| {
        statements(p, &mut |s| {
            if let StmtKind::Switch { default, .. } = s {
                default.clear();
            }
            true
        });
    }),
    fault("elaborate", "pushes one element too few", |p| {
        statements(p, &mut |s| {
            if let StmtKind::PushFront { count, .. } = s {
                *count -= 1;
            }
            true
        });
    }),
    fault("elaborate", "pops one element too many", |p| {
        statements(p, &mut |s| {
            if let StmtKind::PopFront { count, .. } = s {
                *count += 1;
            }
            true
        });
    }),
    fault("elaborate", "takes an element by variable to be the first", first_element),
    fault("states", "drops verify", |p| {
        statements(p, &mut |s| !matches!(s, StmtKind::Verify { .. }));
    }),
    fault("states", "looks ahead one bit too far", |p| {
        statements(p, &mut |s| {
            if let StmtKind::Lookahead { offset, .. } = s {
                *offset += 1;
            }
            true
        });
    }),
    fault("states", "does not advance", |p| {
        statements(p, &mut |s| !matches!(s, StmtKind::Advance { .. }));
    }),
    fault("states", "drops the first case of a select", |p| {
        selects(p, &mut |cases| {
            cases.remove(0);
        });
    }),
    fault("states", "takes the last case of a select for the first", |p| {
        selects(p, &mut |cases| cases.rotate_right(1));
    }),
    fault("states", "ends ranges of a select too early", |p| {
        selects(p, &mut |cases| {
            for keyset in cases.iter_mut().flat_map(|c| &mut c.keysets) {
                if let Keyset::Range { lo, hi } = keyset {
                    *hi = lo.clone();
                }
            }
        });
    }),
    fault("states", "ignores masks of a select", |p| {
        selects(p, &mut |cases| {
            for keyset in cases.iter_mut().flat_map(|c| &mut c.keysets) {
                if let Keyset::Mask { value, .. } = keyset {
                    *keyset = Keyset::Value(value.clone());
                }
            }
        });
    }),
    fault("states", "accepts what is to be rejected", |p| {
        selects(p, &mut |cases| {
            for case in cases {
                if case.target == Target::Reject {
                    case.target = Target::Accept;
                }
            }
        });
    }),
    fault("dead", "drops the last constant entry", |p| {
        for table in p.tables.values_mut() {
            table.entries.pop();
        }
    }),
    fault("dead", "takes the first action by default", |p| {
        for table in p.tables.values_mut() {
            if table.default_action.args.is_empty() && table.actions.len() > 1 {
                let first = &p.actions[table.actions[0].action];
                if first.params.is_empty() {
                    table.default_action.action = 0;
                }
            }
        }
    }),
    fault("dead", "loses whether a table was hit", |p| {
        statements(p, &mut |s| {
            if let StmtKind::ApplyTable { hit, .. } = s {
                *hit = None;
            }
            true
        });
    }),
    fault("dead", "drops the first emit", drop_emit),
    fault("dead", "drops writes to registers", |p| {
        statements(p, &mut |s| !matches!(s, StmtKind::CallExtern { name, .. } if &**name == "write"));
    }),
];

/// Programs in which a fault must be found.
const WITHIN: u64 = 2500;
const PATIENCE: Duration = Duration::from_secs(60);
/// Lines that an example has at most.
const LINES: usize = 60;

/// Runs all faults until each is found, on all cores; a line on each, and what is wrong. Examples are made if they are asked for: that
/// takes long.
pub fn run(size: Size) -> (Vec<String>, Vec<String>) {
    let faults: Vec<&Fault> = FAULTS.iter().chain(along::FAULTS).collect();
    let found = found(&faults, size);
    let mut by_seed: Vec<(u64, &Fault, &Failure)> = faults
        .iter()
        .zip(&found)
        .filter_map(|(fault, at)| at.as_ref().map(|(s, f)| (*s, *fault, f)))
        .collect();
    by_seed.sort_by_key(|(seed, ..)| *seed);
    let mut lines = Vec::new();
    let mut wrong = Vec::new();
    let examples = std::env::var_os("P4XDP_EXAMPLES").is_some();
    for (seed, fault, failure) in by_seed {
        lines.push(format!("after {seed} programs: {}", fault.pass.name));
        if examples {
            let (text, length) = example(fault, seed, &generate::case(seed, size), failure);
            lines.push(text);
            if length > LINES {
                wrong.push(format!("{}: an example of {length} lines", fault.pass.name));
            }
        }
    }
    let missed = faults.iter().zip(&found).filter(|(_, at)| at.is_none());
    wrong.extend(missed.map(|(fault, _)| format!("{}: not found in {WITHIN} programs", fault.pass.name)));
    (lines, wrong)
}

/// For each fault the first program that shows it, and how. Programs run side by side; one behind a fault's first so far is not asked for
/// it, and those before it all are, so what comes out is the same whoever is faster.
fn found(faults: &[&Fault], size: Size) -> Vec<Option<(u64, Failure)>> {
    let first: Mutex<Vec<Option<(u64, Failure)>>> = Mutex::new(vec![None; faults.len()]);
    let next = AtomicU64::new(1);
    let progress = Progress::new("programs that show faults in passes", WITHIN);
    let comes_before =
        |seed: u64, first: &Option<(u64, Failure)>| first.as_ref().is_none_or(|(at, _)| seed < *at);
    on_all_cores(|| {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            let sought: Vec<usize> = {
                let first = first.lock().expect("no panic while held");
                (0..faults.len()).filter(|&at| comes_before(seed, &first[at])).collect()
            };
            if seed > WITHIN || sought.is_empty() {
                break;
            }
            let passes: Vec<(&str, &Pass)> =
                sought.iter().map(|&at| (faults[at].after, &faults[at].pass)).collect();
            let endings = engines::faulty_passes_agree(&generate::case(seed, size), &passes);
            let mut first = first.lock().expect("no panic while held");
            for (at, ending) in sought.into_iter().zip(endings) {
                if let Ending::Failed(failure) = ending
                    && comes_before(seed, &first[at])
                {
                    first[at] = Some((seed, failure));
                }
            }
            drop(first);
            progress.step();
        }
    });
    first.into_inner().expect("no panic while held")
}

/// The smallest example, and its lines.
fn example(fault: &Fault, seed: u64, case: &Case, failure: &Failure) -> (String, usize) {
    let passes = [(fault.after, &fault.pass)];
    let run = |case: &Case| {
        engines::faulty_passes_agree(case, &passes).pop().unwrap_or(Ending::Agreed(Coverage::default()))
    };
    let (case, failure) = shrink(case, failure, PATIENCE, run);
    let text = format!("{}{}", case.program.print(), case.entries.join("\n"));
    let length = text.lines().filter(|l| !l.trim().is_empty()).count();
    (format!("example of {length} lines\n{}", crate::show(seed, &case, &failure)), length)
}

fn statements(program: &mut Program, keep: &mut dyn FnMut(&mut StmtKind) -> bool) {
    fn block(list: &mut Vec<Stmt>, keep: &mut dyn FnMut(&mut StmtKind) -> bool) {
        list.retain_mut(|stmt| keep(&mut stmt.kind));
        for stmt in list {
            for inner in stmt.blocks_mut() {
                block(inner, keep);
            }
        }
    }
    program.blocks_mut().for_each(|list| block(list, keep));
}

fn exprs(program: &mut Program, change: &mut dyn FnMut(&mut Expr)) {
    fn expr(e: &mut Expr, change: &mut dyn FnMut(&mut Expr)) {
        change(e);
        e.operands_mut(&mut |operand| expr(operand, change));
    }
    program.exprs_mut(&mut |e| expr(e, change));
}

fn binaries(program: &mut Program, change: &mut dyn FnMut(&mut BinaryOp, &mut Expr, &mut Expr)) {
    exprs(program, &mut |e| {
        if let ExprKind::Binary(op, a, b) = &mut e.kind {
            change(op, a, b);
        }
    });
}

fn selects(program: &mut Program, change: &mut dyn FnMut(&mut Vec<p4xdp_midend::ir::SelectCase>)) {
    for parser in program.parsers.values_mut() {
        for state in parser.states.values_mut() {
            if let Transition::Select { cases, .. } = &mut state.transition
                && !cases.is_empty()
            {
                change(cases);
            }
        }
    }
}

fn drop_copy(program: &mut Program) {
    // What a copy-out looks like: a variable's value goes to another place.
    statements(program, &mut |s| {
        !matches!(
            s,
            StmtKind::Assign {
                dst: LValue::Local(_) | LValue::Field { .. },
                src: Expr { kind: ExprKind::Local(_), .. }
            }
        )
    });
}

fn unsigned_comparison(program: &mut Program) {
    binaries(program, &mut |op, a, b| {
        if matches!(op, BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge) && a.ty.is_signed() {
            for side in [a, b] {
                let ty = ScalarType::bit(side.ty.width());
                *side = Expr::cast(side.clone(), ty, side.span);
            }
        }
    });
}

fn shift_modulo(program: &mut Program) {
    binaries(program, &mut |op, _, amount| {
        if matches!(op, BinaryOp::Shl | BinaryOp::Shr) && amount.ty.width() > 6 {
            let mask = Expr::constant(63u8, amount.ty, amount.span);
            *amount = Expr::binary(BinaryOp::BitAnd, amount.clone(), mask, amount.ty, amount.span);
        }
    });
}

fn logical_shift(program: &mut Program) {
    exprs(program, &mut |e| {
        if let ExprKind::Binary(BinaryOp::Shr, a, _) = &mut e.kind
            && a.ty.is_signed()
        {
            let (signed, ty) = (a.ty, ScalarType::bit(a.ty.width()));
            **a = Expr::cast((**a).clone(), ty, a.span);
            e.ty = ty;
            *e = Expr::cast(e.clone(), signed, e.span);
        }
    });
}

fn zero_extension(program: &mut Program) {
    exprs(program, &mut |e| {
        if let ExprKind::Cast(a) = &mut e.kind
            && a.ty.is_signed()
            && e.ty.width() > a.ty.width()
        {
            **a = Expr::cast((**a).clone(), ScalarType::bit(a.ty.width()), a.span);
        }
    });
}

fn first_element(program: &mut Program) {
    exprs(program, &mut |e| {
        if let ExprKind::Field { header: HeaderRef::Element { index, .. }, .. } = &mut e.kind {
            **index = Expr::constant(0u8, index.ty, index.span);
        }
    });
}

fn drop_emit(program: &mut Program) {
    let mut first = true;
    statements(program, &mut |s| !(matches!(s, StmtKind::Emit(_)) && std::mem::replace(&mut first, false)));
}
