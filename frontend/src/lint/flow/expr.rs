//! Expressions: what they read, and what an assignment of them leaves in its target.

use super::Flow;
use super::layout::{Leaf, is_header};
use super::state::{State, declared, unknown, validity, value};
use crate::hir::{Access, Argument, BinaryOp, Callee, Expr, ExprKind, Parts, TypeId};

impl<'p> Flow<'p> {
    /// Evaluates an expression whose whole value is needed.
    pub(super) fn read(&mut self, e: &'p Expr, state: &mut State) {
        if !state.reached {
            return;
        }
        if Self::is_lvalue(e) {
            match self.place(e, state) {
                Some(place) => self.read_place(e, place, state),
                None => self.read_indices(e, state),
            }
            return;
        }
        // The size is a constant, and how many elements were extracted is always known.
        if matches!(e.kind, ExprKind::StackSize(_) | ExprKind::StackLastIndex(_)) {
            return;
        }
        if let ExprKind::Binary(BinaryOp::And | BinaryOp::Or, ..) = &e.kind {
            let (mut on_true, on_false) = self.condition(e, std::mem::take(state));
            on_true.join(&on_false);
            *state = on_true;
            return;
        }
        if let ExprKind::Conditional(condition, a, b) = &e.kind {
            let (mut on_true, mut on_false) = self.condition(condition, std::mem::take(state));
            self.read(a, &mut on_true);
            self.read(b, &mut on_false);
            on_true.join(&on_false);
            *state = on_true;
            return;
        }
        match e.parts() {
            Parts::Operands(operands) => {
                operands.into_iter().flatten().for_each(|operand| self.read(operand, state))
            }
            Parts::Fields(fields) => fields.iter().for_each(|field| self.read(field, state)),
            Parts::Call(call) => self.call(call, state),
            Parts::Construct(construct) => {
                construct.args.iter().for_each(|arg| self.read_argument(arg, state))
            }
        }
    }

    pub(super) fn read_argument(&mut self, argument: &'p Argument, state: &mut State) {
        match argument {
            Argument::Value(e) => self.read(e, state),
            Argument::Ignored(_) | Argument::Missing => {}
        }
    }

    /// The indices in an l-value that is not tracked.
    fn read_indices(&mut self, e: &'p Expr, state: &mut State) {
        match e.access() {
            Access::Index(base, index) => {
                self.read_indices(base, state);
                if self.place(base, &mut State::unreached()).is_none() {
                    self.read(index, state);
                }
            }
            Access::Field(base, _) | Access::Next(base) | Access::Last(base) => {
                self.read_indices(base, state)
            }
            Access::Variable(_)
            | Access::Slice(..)
            | Access::PlusSlice(..)
            | Access::Cast(_)
            | Access::Value => {}
        }
    }

    /// Evaluates an expression that is assigned to something: the leaves that its target gets. Parts that have no value are
    /// handed on rather than reported, unless the expression is a single value.
    pub(super) fn leaves_of(&mut self, e: &'p Expr, state: &mut State) -> Vec<u8> {
        let size = self.layouts.size(e.ty);
        if size == 1 && !is_header(self.program, e.ty) {
            self.read(e, state);
            return vec![value::SET];
        }
        if Self::is_lvalue(e) {
            return match self.place(e, state) {
                Some(place) if self.layouts.size(place.ty) == size => {
                    self.need_header(e, place, state);
                    self.copy_of(place, state)
                }
                Some(_) | None => self.unknown_leaves(e.ty),
            };
        }
        if let ExprKind::Aggregate(parts, _) = &e.kind {
            let mut leaves = Vec::with_capacity(size as usize);
            if is_header(self.program, e.ty) {
                leaves.push(validity::VALID);
            }
            for part in parts {
                let part = self.leaves_of(part, state);
                leaves.extend(part);
            }
            return if leaves.len() == size as usize { leaves } else { self.unknown_leaves(e.ty) };
        }
        if let ExprKind::InvalidHeader = e.kind {
            return self.without(e.ty);
        }
        if let ExprKind::Default = e.kind {
            let kinds = self.kinds(e.ty);
            return kinds
                .into_iter()
                .map(|kind| if kind == Leaf::Value { value::SET } else { declared(kind) })
                .collect();
        }
        if let ExprKind::Conditional(condition, a, b) = &e.kind {
            let (mut on_true, mut on_false) = self.condition(condition, std::mem::take(state));
            let mut leaves = self.leaves_of(a, &mut on_true);
            let others = self.leaves_of(b, &mut on_false);
            leaves.iter_mut().zip(others).for_each(|(leaf, other)| *leaf |= other);
            on_true.join(&on_false);
            *state = on_true;
            return leaves;
        }
        if let ExprKind::Call(call) = &e.kind {
            self.call(call, state);
            let mut leaves = self.unknown_leaves(e.ty);
            if let (Callee::Method { .. }, Some(first)) = (&call.callee, leaves.first_mut())
                && is_header(self.program, e.ty)
            {
                // `lookahead`, or what another extern makes.
                *first = validity::VALID;
            }
            return leaves;
        }
        self.read(e, state);
        self.unknown_leaves(e.ty)
    }

    pub(super) fn kinds(&mut self, ty: TypeId) -> Vec<Leaf> {
        let mut kinds = Vec::new();
        self.layouts.leaves(ty, false, &mut kinds);
        kinds
    }

    /// Leaves of a value of which nothing is known.
    pub(super) fn unknown_leaves(&mut self, ty: TypeId) -> Vec<u8> {
        self.kinds(ty).into_iter().map(unknown).collect()
    }

    /// Leaves of a header, union or stack without valid headers.
    pub(super) fn without(&mut self, ty: TypeId) -> Vec<u8> {
        self.kinds(ty).into_iter().map(declared).collect()
    }
}
