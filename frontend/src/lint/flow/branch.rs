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
        match &e.kind {
            ExprKind::Unary(UnaryOp::Not, inner) => {
                let (on_true, on_false) = self.condition(inner, state);
                (on_false, on_true)
            }
            ExprKind::Binary(BinaryOp::And, a, b) => {
                let (on_true, mut on_false) = self.condition(a, state);
                let (both, only_first) = self.condition(b, on_true);
                on_false.join(&only_first);
                (both, on_false)
            }
            ExprKind::Binary(BinaryOp::Or, a, b) => {
                let (mut on_true, on_false) = self.condition(a, state);
                let (only_second, neither) = self.condition(b, on_false);
                on_true.join(&only_second);
                (on_true, neither)
            }
            ExprKind::Literal(ConstValue::Bool(true)) => (state, State::unreached()),
            ExprKind::Literal(ConstValue::Bool(false)) => (State::unreached(), state),
            ExprKind::Call(call) => match &call.callee {
                Callee::IsValid(header) => self.valid_or_not(header, state),
                Callee::Function(_)
                | Callee::Action(_)
                | Callee::Method { .. }
                | Callee::ParserApply(_)
                | Callee::ControlApply(_)
                | Callee::TableApply(_)
                | Callee::SetValid(_)
                | Callee::SetInvalid(_)
                | Callee::PushFront(..)
                | Callee::PopFront(..) => {
                    self.call(call, &mut state);
                    (state.clone(), state)
                }
            },
            ExprKind::TableHit { apply, negated } => {
                let (hit, miss) = self.hit_or_miss(apply, state);
                if *negated { (miss, hit) } else { (hit, miss) }
            }
            ExprKind::Literal(_)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Variable(_)
            | ExprKind::Constant(_)
            | ExprKind::Instance(_)
            | ExprKind::This
            | ExprKind::Construct(_)
            | ExprKind::Field(..)
            | ExprKind::Index(..)
            | ExprKind::StackNext(_)
            | ExprKind::StackLast(_)
            | ExprKind::StackLastIndex(_)
            | ExprKind::StackSize(_)
            | ExprKind::Slice { .. }
            | ExprKind::PlusSlice { .. }
            | ExprKind::Conditional(..)
            | ExprKind::Cast(_)
            | ExprKind::Aggregate(..)
            | ExprKind::InvalidHeader
            | ExprKind::Default
            | ExprKind::TableActionRun(_)
            | ExprKind::ActionName(_)
            | ExprKind::Error => {
                self.read(e, &mut state);
                (state.clone(), state)
            }
        }
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
