//! `select`: a C switch where one key is compared with constants, a chain of tests otherwise.

use super::Cx;
use super::parser_stmt::constant_expr;
use crate::c::expr::{CExpr, Prec};
use num_bigint::BigUint;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{BinaryOp, Expr, ExprKind, Keyset, ScalarType, SelectCase};
use rustc_hash::FxHashSet;

/// Fewer cases than this are tests in their order: the first is likely the most frequent.
const FEWEST_FOR_SWITCH: usize = 4;

impl Cx<'_> {
    /// Writes a select.
    pub(super) fn select_target(&mut self, keys: &[Expr], cases: &[SelectCase]) {
        for key in keys {
            self.check_expr_indices(key);
        }
        if self.paths.is_unreachable() {
            return;
        }
        if let [key] = keys
            && let Some(values) = plain_values(cases)
            && values.len() >= FEWEST_FOR_SWITCH
            && key.ty.width() <= 64
        {
            return self.select_by_switch(key, cases);
        }
        for case in cases {
            if keys.iter().zip(&case.keysets).any(|(key, set)| is_empty_range(set, key.ty)) {
                continue;
            }
            let outer = self.out.set_span(case.span);
            let mut tests: Vec<CExpr> = Vec::new();
            for (at, (key, set)) in keys.iter().zip(&case.keysets).enumerate() {
                tests.extend(match set {
                    Keyset::ValueSet(id) => Some(self.in_value_set(*id, keys.get(at..).unwrap_or_default())),
                    set => self.matches(key, set, case.span),
                });
            }
            let all = tests.into_iter().reduce(|a, b| a.joined("&&", Prec::And, &b, 1, true));
            let certain = match &all {
                Some(test) if test.is_false() => {
                    self.out.set_span(outer);
                    continue;
                }
                Some(test) if !test.is_true() => {
                    self.jump_if(&test.text, case.target);
                    false
                }
                _ => {
                    self.jump_to(case.target);
                    true
                }
            };
            self.out.set_span(outer);
            if certain {
                return;
            }
        }
        self.no_match();
    }

    fn select_by_switch(&mut self, key: &Expr, cases: &[SelectCase]) {
        let bytes = key.ty.width() / 8;
        // A swap at run time is no better than none: then the constants stay as they are.
        let in_place = match key.as_field() {
            Some((header, field)) if matches!(key.ty.width(), 16 | 32 | 64) => self.raw_field(header, field),
            Some(_) | None => None,
        };
        let is_in_place = in_place.is_some();
        let value = in_place.unwrap_or_else(|| self.value(key));
        let mut rest = None;
        self.out.begin_switch(value.selector());
        for case in cases {
            let outer = self.out.set_span(case.span);
            match case.keysets.first() {
                Some(Keyset::Value(constant)) => {
                    let constant = constant_expr(constant, key);
                    let text = if is_in_place {
                        self.network(&constant, bytes).text
                    } else {
                        self.value(&constant).text
                    };
                    self.out.case(&text);
                    let before = self.paths.clone();
                    self.jump_to(case.target);
                    self.paths = before;
                }
                _ => rest = Some(case.target),
            }
            self.out.set_span(outer);
        }
        self.out.end();
        match rest {
            Some(target) => self.jump_to(target),
            None => self.no_match(),
        }
    }

    /// Whether a key is in a set; `None` if everything is.
    fn matches(&mut self, key: &Expr, set: &Keyset, span: Span) -> Option<CExpr> {
        let compare = |op: BinaryOp, value: &BigUint| Expr {
            kind: ExprKind::Binary(op, Box::new(key.clone()), Box::new(constant_expr(value, key))),
            ty: ScalarType::Bool,
            span,
        };
        match set {
            Keyset::Universal => None,
            Keyset::Value(value) => Some(self.condition(&compare(BinaryOp::Eq, value))),
            Keyset::Mask { value, mask } => {
                let masked = Expr {
                    kind: ExprKind::Binary(
                        BinaryOp::BitAnd,
                        Box::new(key.clone()),
                        Box::new(constant_expr(mask, key)),
                    ),
                    ..key.clone()
                };
                let test = Expr {
                    kind: ExprKind::Binary(
                        BinaryOp::Eq,
                        Box::new(masked),
                        Box::new(constant_expr(&(value & mask), key)),
                    ),
                    ty: ScalarType::Bool,
                    span,
                };
                Some(self.condition(&test))
            }
            Keyset::Range { lo, hi } => {
                let (low, high) = (compare(BinaryOp::Ge, lo), compare(BinaryOp::Le, hi));
                let (low, high) = (self.condition(&low), self.condition(&high));
                Some(low.joined("&&", Prec::And, &high, 1, true))
            }
            // It may span several keys.
            Keyset::ValueSet(_) => None,
        }
    }
}

/// True for a range that nothing is in, `13 .. 11`.
pub(super) fn is_empty_range(set: &Keyset, ty: ScalarType) -> bool {
    let Keyset::Range { lo, hi } = set else { return false };
    // By the sign bit's complement, negative numbers stand in front of the others.
    let rank = |pattern: &BigUint| match ty.is_signed() {
        true => pattern ^ (BigUint::from(1_u32) << (ty.width() - 1)),
        false => pattern.clone(),
    };
    rank(lo) > rank(hi)
}

/// The cases' values, if each compares with one and only the last takes anything.
fn plain_values(cases: &[SelectCase]) -> Option<Vec<&BigUint>> {
    let mut values = Vec::new();
    let mut seen = FxHashSet::default();
    for (i, case) in cases.iter().enumerate() {
        match case.keysets.first() {
            Some(Keyset::Value(value)) if seen.insert(value) => values.push(value),
            Some(Keyset::Universal) if i + 1 == cases.len() => {}
            _ => return None,
        }
    }
    Some(values)
}
