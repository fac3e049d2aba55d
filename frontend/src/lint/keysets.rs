//! Keysets that match less than they seem to: cases and entries that earlier ones leave nothing to, ranges without values,
//! and bits that a mask hides.
//!
//! Earlier means "goes before": the order of the cases of a `select`, and of entries that have no priorities. With a key
//! that is matched by `lpm` the longest prefix goes first, so only equal entries are looked for.

use super::Lint;
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{ConstValue, Expr, Keyset, Program, SelectCase, Table, Transition, TypeId, Visit};
use crate::source::Span;
use crate::typecheck::const_eval::{eval_local, wrap};
use num_bigint::BigInt;
use rustc_hash::FxHashMap;

/// So many cases that match more than one value are compared with all behind them; equal ones are found among any number.
const MAX_COMPARED: usize = 64;

pub(super) fn check(lint: &mut Lint<'_>) {
    let program = lint.program;
    let mut single = Single { program, found: Vec::new() };
    program.walk(&mut single);
    single.found.into_iter().for_each(|finding| lint.emit(finding));
    for body in program.parsers.values().filter_map(|parser| parser.body.as_ref()) {
        for state in &body.states {
            if let Transition::Select { keys, cases, .. } = &state.transition {
                select(lint, keys, cases);
            }
        }
    }
    program.tables.values().for_each(|table| entries(lint, table));
}

/// The values that one keyset matches.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Values {
    All,
    One(ConstValue),
    /// Those that agree with `value` in the bits of `mask`.
    Masked {
        value: BigInt,
        mask: BigInt,
    },
    /// From the first to the last.
    Range(BigInt, BigInt),
}

impl Values {
    /// `None` if it is not known at compile time.
    fn of(program: &Program, keyset: &Keyset) -> Option<Values> {
        Some(match keyset {
            Keyset::Universal(_) => Values::All,
            Keyset::Value(value) => Values::One(eval_local(program, value).ok()?),
            Keyset::Mask(value, mask) => {
                let (width, _) = program.representation(value.ty)?;
                let mask = wrap(integer(program, mask)?, width, false);
                let value = wrap(integer(program, value)?, width, false) & &mask;
                if mask == BigInt::ZERO {
                    return Some(Values::All);
                }
                Values::Masked { value, mask }
            }
            Keyset::Range(lo, hi) => Values::Range(integer(program, lo)?, integer(program, hi)?),
            Keyset::ValueSet(..) => return None,
        })
    }

    /// True if all that `other` matches is matched by this, of which `width` bits are known.
    fn covers(&self, other: &Values, width: u32) -> bool {
        match (self, other) {
            (Values::All, _) => true,
            (Values::One(a), Values::One(b)) => a == b,
            (Values::Masked { value, mask }, Values::One(ConstValue::Int(one))) => {
                wrap(one.clone(), width, false) & mask == *value
            }
            (Values::Masked { value, mask }, Values::Masked { value: other, mask: others }) => {
                mask & others == *mask && mask & other == *value
            }
            (Values::Range(lo, hi), Values::One(ConstValue::Int(one))) => lo <= one && one <= hi,
            (Values::Range(lo, hi), Values::Range(other_lo, other_hi)) => lo <= other_lo && other_hi <= hi,
            (Values::One(_) | Values::Masked { .. } | Values::Range(..), _) => false,
        }
    }
}

fn integer(program: &Program, e: &Expr) -> Option<BigInt> {
    match eval_local(program, e).ok()? {
        ConstValue::Int(value) => Some(value),
        _ => None,
    }
}

/// Cases or entries in the order in which they are tried.
struct Tried {
    /// Of each key.
    widths: Vec<u32>,
    exact: FxHashMap<Vec<Values>, Span>,
    broad: Vec<(Vec<Values>, Span)>,
}

impl Tried {
    fn new(program: &Program, keys: impl Iterator<Item = TypeId>) -> Tried {
        let widths = keys.map(|key| program.representation(key).map_or(0, |(width, _)| width)).collect();
        Tried { widths, exact: FxHashMap::default(), broad: Vec::new() }
    }

    /// The values of all keys; `None` if some are not known.
    fn values(&self, program: &Program, keysets: &[Keyset]) -> Option<Vec<Values>> {
        if let [Keyset::Universal(_)] = keysets {
            return Some(vec![Values::All; self.widths.len()]);
        }
        let values: Option<Vec<Values>> = keysets.iter().map(|keyset| Values::of(program, keyset)).collect();
        values.filter(|values| values.len() == self.widths.len())
    }

    /// The earlier one that leaves nothing to this one.
    fn earlier(&mut self, values: Vec<Values>, span: Span, ordered: bool) -> Option<Span> {
        if let Some(equal) = self.exact.get(&values) {
            return Some(*equal);
        }
        let covers = |earlier: &[Values]| {
            let widths = self.widths.iter().copied();
            earlier.iter().zip(&values).zip(widths).all(|((a, b), width)| a.covers(b, width))
        };
        let broader =
            self.broad.iter().find(|(earlier, _)| ordered && covers(earlier)).map(|(_, span)| *span);
        if self.broad.len() < MAX_COMPARED && values.iter().any(|values| !matches!(values, Values::One(_))) {
            self.broad.push((values.clone(), span));
        }
        self.exact.insert(values, span);
        broader
    }
}

fn select(lint: &mut Lint<'_>, keys: &[Expr], cases: &[SelectCase]) {
    let mut tried = Tried::new(lint.program, keys.iter().map(|key| key.ty));
    for case in cases {
        let Some(values) = tried.values(lint.program, &case.keysets) else { continue };
        let is_last = values.iter().all(|values| *values == Values::All);
        if let Some(earlier) = tried.earlier(values, case.span, true) {
            let finding = Diagnostic::warning(codes::W0304, case.span, "this case can never be reached");
            lint.emit(finding.with_label(earlier, "this matches all that it would match"));
        }
        if is_last {
            // What comes behind it was reported by the checker.
            return;
        }
    }
}

fn entries(lint: &mut Lint<'_>, table: &Table) {
    let program = lint.program;
    let mut tried = Tried::new(program, table.keys.iter().map(|key| key.expr.ty));
    let by_prefix = table.keys.iter().any(|key| &*program.match_kinds[key.match_kind].name == "lpm");
    let has_priorities = table.entries.iter().any(|entry| entry.priority.is_some());
    for entry in &table.entries {
        let Some(values) = tried.values(program, &entry.keysets) else { continue };
        if let Some(earlier) = tried.earlier(values, entry.span, !by_prefix && !has_priorities) {
            let finding = Diagnostic::warning(codes::W0314, entry.span, "this entry never matches");
            lint.emit(finding.with_label(earlier, "this one matches all that it would match"));
        }
    }
}

/// What is odd about a keyset by itself.
struct Single<'p> {
    program: &'p Program,
    found: Vec<Diagnostic>,
}

impl<'p> Visit<'p> for Single<'p> {
    fn keyset(&mut self, keyset: &'p Keyset) {
        match keyset {
            Keyset::Range(lo, hi) => {
                let (Some(first), Some(last)) = (integer(self.program, lo), integer(self.program, hi)) else {
                    return;
                };
                if first > last {
                    let span = lo.span.to(hi.span);
                    let message = format!("no value is between {first} and {last}");
                    let finding = Diagnostic::warning(codes::W0315, span, message);
                    self.found.push(finding.with_note("the lower end of a range comes first"));
                }
            }
            Keyset::Mask(value, mask) => self.mask(value, mask),
            Keyset::Universal(_) | Keyset::Value(_) | Keyset::ValueSet(..) => {}
        }
    }
}

impl Single<'_> {
    fn mask(&mut self, value: &Expr, mask: &Expr) {
        let (Some(bits), Some(kept), Some((width, _))) = (
            integer(self.program, value),
            integer(self.program, mask),
            self.program.representation(value.ty),
        ) else {
            return;
        };
        let (bits, kept) = (wrap(bits, width, false), wrap(kept, width, false));
        let matched = &bits & &kept;
        if matched == bits {
            return;
        }
        let finding = Diagnostic::warning(codes::W0316, value.span, "the mask hides bits of this value")
            .with_label(mask.span, format!("only the bits of {kept:#x} are compared"))
            .with_suggestion(
                value.span,
                format!("{matched:#x}"),
                format!("the same keyset, without them: `{matched:#x} &&& {kept:#x}`"),
            );
        self.found.push(finding);
    }
}
