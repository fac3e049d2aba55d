//! Conditions: what is known if they hold, and if they do not.

use super::Flow;
use super::layout::{is_header, is_union};
use super::place::Place;
use super::state::{State, validity};
use super::unit::Origin;
use crate::hir::{BinaryOp, Callee, ConstValue, Expr, ExprKind, UnaryOp};
use crate::source::Span;

impl<'p> Flow<'p> {
    /// Evaluates a condition: the states in which it is true, and in which it is false.
    pub(super) fn condition(&mut self, e: &'p Expr, mut state: State) -> (State, State) {
        if let ExprKind::Unary(UnaryOp::Not, inner) = &e.kind {
            let (on_true, on_false) = self.condition(inner, state);
            return (on_false, on_true);
        }
        if let ExprKind::Binary(BinaryOp::And, a, b) = &e.kind {
            let (on_true, mut on_false) = self.condition(a, state);
            let (both, only_first) = self.condition(b, on_true);
            on_false.join(&only_first);
            return (both, on_false);
        }
        if let ExprKind::Binary(BinaryOp::Or, a, b) = &e.kind {
            let (mut on_true, on_false) = self.condition(a, state);
            let (only_second, neither) = self.condition(b, on_false);
            on_true.join(&only_second);
            return (on_true, neither);
        }
        if let ExprKind::Literal(ConstValue::Bool(holds)) = e.kind {
            return if holds { (state, State::unreached()) } else { (State::unreached(), state) };
        }
        if let ExprKind::TableHit { apply, negated } = &e.kind {
            let (hit, miss) = self.hit_or_miss(apply, state);
            return if *negated { (miss, hit) } else { (hit, miss) };
        }
        if let ExprKind::Call(call) = &e.kind {
            if let Callee::IsValid(header) = &call.callee {
                return self.valid_or_not(header, state);
            }
            self.call(call, &mut state);
        } else {
            self.read(e, &mut state);
        }
        (state.clone(), state)
    }

    /// `h.isValid()`
    pub(super) fn valid_or_not(&mut self, header: &'p Expr, mut state: State) -> (State, State) {
        let Some(place) = self.place(header, &mut state).filter(|place| place.one_of.is_none()) else {
            return (state.clone(), state);
        };
        let on_true = self.assume(place, true, state.clone(), header.span);
        (on_true, self.assume(place, false, state, header.span))
    }

    /// The state in which a header or union is known to be valid or not.
    fn assume(&mut self, place: Place, valid: bool, mut state: State, span: Span) -> State {
        if !state.reached {
            return state;
        }
        if is_union(self.program, place.ty) {
            if !valid {
                let nothing = self.without(place.ty);
                for (leaf, &bits) in (place.base..).zip(&nothing) {
                    if bits == validity::INVALID && self.unit.leaf(leaf) == super::layout::Leaf::Validity {
                        state.set(leaf, state.get(leaf) & validity::ANY_INVALID);
                    }
                }
            }
            return state;
        }
        if !is_header(self.program, place.ty) {
            return state;
        }
        let kept = if valid { validity::ANY_VALID } else { validity::ANY_INVALID };
        let after = state.get(place.base) & kept;
        if after == 0 {
            // It cannot be so.
            return State::unreached();
        }
        state.set(place.base, after);
        if valid {
            if let Some((union, ty)) = place.union {
                self.only_member(union, ty, place.base, &mut state);
            }
        } else {
            self.unit.origin(place.base, span, Origin::Tested);
        }
        state
    }
}
