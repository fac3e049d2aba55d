//! Whether two l-values are the same, or parts of one another.

use crate::hir::{Access, ConstValue, Expr, ExprKind, VarId};
use rustc_hash::FxHashMap;

/// One step into a variable.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Step {
    Field(u32),
    Element(num_bigint::BigInt),
    Bits(u32, u32),
    /// Some element or bits.
    Some,
}

/// A variable, and the steps into it.
type Way = (VarId, Vec<Step>);

/// The variable and the way into it; `None` for what is no l-value.
fn path(e: &Expr) -> Option<Way> {
    let mut steps = Vec::new();
    let mut e = e;
    let root = loop {
        e = match e.access() {
            Access::Variable(id) => break id,
            Access::Field(base, field) => {
                steps.push(Step::Field(field));
                base
            }
            Access::Index(base, index) => {
                steps.push(match &index.kind {
                    ExprKind::Literal(ConstValue::Int(value)) => Step::Element(value.clone()),
                    _ => Step::Some,
                });
                base
            }
            Access::Slice(base, hi, lo) => {
                steps.push(Step::Bits(hi, lo));
                base
            }
            Access::Next(base) | Access::Last(base) | Access::PlusSlice(base, _) => {
                steps.push(Step::Some);
                base
            }
            Access::Cast(_) | Access::Value => return None,
        };
    };
    steps.reverse();
    Some((root, steps))
}

/// True if both are the same l-value for certain.
pub(super) fn same(a: &Expr, b: &Expr) -> bool {
    match (path(a), path(b)) {
        (Some(a), Some(b)) => a == b && !a.1.contains(&Step::Some),
        (_, _) => false,
    }
}

/// L-values, in which those that overlap for certain are found without comparing all of them with one another.
#[derive(Default)]
pub(super) struct Places {
    /// Places as they were added, by fields and elements alone.
    whole: FxHashMap<Way, usize>,
    /// All ways that lead to or into an added place.
    through: FxHashMap<Way, usize>,
    /// Bits of a place: the highest and the lowest.
    bits: FxHashMap<Way, Vec<(u32, u32, usize)>>,
}

impl Places {
    /// Adds an l-value with its number; the first one added before of which a part is a part of this one for certain.
    pub(super) fn add(&mut self, e: &Expr, number: usize) -> Option<usize> {
        let (root, steps) = path(e)?;
        let firm = steps.iter().take_while(|step| matches!(step, Step::Field(_) | Step::Element(_))).count();
        let way = |length: usize| (root, steps.iter().take(length).cloned().collect::<Vec<_>>());
        let mut found = None;
        let mut earliest = |other: Option<usize>| found = found.into_iter().chain(other).min();
        for length in 0..=firm {
            earliest(self.whole.get(&way(length)).copied());
        }
        let rest = steps.get(firm..).unwrap_or_default();
        if rest.is_empty() {
            earliest(self.through.get(&way(firm)).copied());
            self.whole.entry(way(firm)).or_insert(number);
        } else if let Some((hi, lo)) = bits(rest) {
            let known = self.bits.entry(way(firm)).or_default();
            let hit = known.iter().find(|(other_hi, other_lo, _)| lo <= *other_hi && *other_lo <= hi);
            earliest(hit.map(|(_, _, other)| *other));
            known.push((hi, lo, number));
        }
        for length in 0..=firm {
            self.through.entry(way(length)).or_insert(number);
        }
        found
    }
}

/// Highest and lowest bit of slices of slices, if all of them are known.
fn bits(slices: &[Step]) -> Option<(u32, u32)> {
    slices.iter().try_fold((u32::MAX, 0u32), |(_, below), step| match step {
        Step::Bits(hi, lo) => Some((below.checked_add(*hi)?, below.checked_add(*lo)?)),
        Step::Field(_) | Step::Element(_) | Step::Some => None,
    })
}
