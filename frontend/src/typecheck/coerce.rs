//! Implicit casts (section "Implicit casts"): `int` to a fixed width, an enum to its underlying type, and tuple
//! expressions to structs, headers, arrays and lists.

use super::const_eval::{self, Fault, Why};
use super::{Checker, expr};
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{self, ConstValue, ExprKind, Sort, StructKind, Type, TypeId};
use crate::source::Span;
use num_bigint::BigInt;

/// The place that asked for a type, with what to say about it.
pub(super) type Because = Option<(Span, &'static str)>;

impl Checker<'_> {
    /// The expression cast to `to`, or a report that it cannot be.
    pub(super) fn coerce(&mut self, e: hir::Expr, to: TypeId, because: Because) -> hir::Expr {
        let span = e.span;
        let e = match self.try_coerce(e, to) {
            Ok(e) => return e,
            Err(e) => e,
        };
        match self.try_coerce_to_expected(e, to) {
            Ok(e) => e,
            Err(e) => {
                self.value_mismatch(span, to, e.ty, because);
                self.bad(span)
            }
        }
    }

    /// Casts that are implicit only where a type is expected, never between two operands: a fixed-width integer to
    /// `int`, and an `int` to a `type` over a fixed-width integer. p4c accepts both, and programs rely on it.
    fn try_coerce_to_expected(&mut self, e: hir::Expr, to: TypeId) -> Result<hir::Expr, hir::Expr> {
        let span = e.span;
        match (self.kind(e.ty), self.kind(to)) {
            (Type::Bits { .. }, Type::Int) => {
                let to = self.shallow(to);
                Ok(expr(ExprKind::Cast(Box::new(e)), to, span))
            }
            (Type::Int, Type::NewType(_)) => match self.representation(to) {
                Some(bits) => Ok(self.int_to_bits(e, to, bits)),
                None => Err(e),
            },
            (_, _) => Err(e),
        }
    }

    /// The expression cast to `to`, or the expression as it was.
    pub(super) fn try_coerce(&mut self, mut e: hir::Expr, to: TypeId) -> Result<hir::Expr, hir::Expr> {
        let (from, to) = (self.shallow(e.ty), self.shallow(to));
        if from == to || self.is_error(from) || self.is_error(to) {
            return Ok(e);
        }
        let (from_kind, to_kind) = (self.kind_of(from), self.kind_of(to));
        if let (Type::Int, Type::Bits { width, signed }) = (&from_kind, &to_kind) {
            return Ok(self.int_to_bits(e, to, (*width, *signed)));
        }
        if let Type::Enum(id) = from_kind
            && let Some(underlying) = self.program.enums[id].underlying
            && underlying == to
        {
            let span = e.span;
            return Ok(expr(ExprKind::Cast(Box::new(e)), to, span));
        }
        if let (Type::Tuple(_), ExprKind::Aggregate(..)) = (&from_kind, &e.kind)
            && let Some(slots) = self.slots(
                to,
                match &e.kind {
                    ExprKind::Aggregate(parts, _) => parts.len(),
                    _ => 0,
                },
            )
        {
            let span = e.span;
            let ExprKind::Aggregate(parts, order) = std::mem::replace(&mut e.kind, ExprKind::Error) else {
                return Err(e);
            };
            if parts.len() != slots.len() {
                e.kind = ExprKind::Aggregate(parts, order);
                return Err(e);
            }
            let parts =
                parts.into_iter().zip(slots).map(|(part, slot)| self.coerce(part, slot, None)).collect();
            let ty = self.resolve(to);
            return Ok(expr(ExprKind::Aggregate(parts, order), ty, span));
        }
        if self.unify(to, from) { Ok(e) } else { Err(e) }
    }

    /// Casts one of two expressions to the type of the other, whichever can be.
    pub(super) fn same_type(
        &mut self,
        a: hir::Expr,
        b: hir::Expr,
    ) -> Result<(hir::Expr, hir::Expr), (hir::Expr, hir::Expr)> {
        let (ty_a, ty_b) = (a.ty, b.ty);
        let b = match self.try_coerce(b, ty_a) {
            Ok(b) => return Ok((a, b)),
            Err(b) => b,
        };
        let a = match self.try_coerce(a, ty_b) {
            Ok(a) => return Ok((a, b)),
            Err(a) => a,
        };
        // Two enums over the same type meet in that type.
        if let (Some(ty), Some(other)) = (self.enum_underlying(ty_a), self.enum_underlying(ty_b))
            && ty == other
        {
            let a = self.coerce(a, ty, None);
            let b = self.coerce(b, ty, None);
            return Ok((a, b));
        }
        // An enum and an `int` meet in the enum's underlying type.
        for (maybe_enum, other) in [(ty_a, ty_b), (ty_b, ty_a)] {
            if let Some(ty) = self.enum_underlying(maybe_enum)
                && *self.kind(other) == Type::Int
            {
                let a = self.coerce(a, ty, None);
                let b = self.coerce(b, ty, None);
                return Ok((a, b));
            }
        }
        Err((a, b))
    }

    /// The underlying type of a serialisable enum.
    pub(super) fn enum_underlying(&self, ty: TypeId) -> Option<TypeId> {
        match self.kind(ty) {
            Type::Enum(id) => self.program.enums[*id].underlying,
            _ => None,
        }
    }

    /// A serialisable enum's value as its underlying type; everything else as it is.
    pub(super) fn enum_to_underlying(&mut self, e: hir::Expr) -> hir::Expr {
        match self.enum_underlying(e.ty) {
            Some(ty) => {
                let span = e.span;
                expr(ExprKind::Cast(Box::new(e)), ty, span)
            }
            None => e,
        }
    }

    /// An `int` that is cast explicitly: losing bits is what a cast is for.
    pub(super) fn truncated(&mut self, e: hir::Expr, to: TypeId, (width, signed): (u32, bool)) -> hir::Expr {
        match const_eval::eval_local(&self.program, &e) {
            Ok(ConstValue::Int(value)) => {
                let wrapped = const_eval::wrap(value, width, signed);
                expr(ExprKind::Literal(ConstValue::Int(wrapped)), to, e.span)
            }
            Ok(_) | Err(_) => self.int_to_bits(e, to, (width, signed)),
        }
    }

    /// An `int` as a fixed-width integer: folded where its value is known.
    pub(super) fn int_to_bits(&mut self, e: hir::Expr, to: TypeId, bits: (u32, bool)) -> hir::Expr {
        let span = e.span;
        match const_eval::eval_local(&self.program, &e) {
            Ok(ConstValue::Int(value)) => self.fitted_literal(value, to, bits, span),
            Ok(_) | Err(Fault { why: Why::NotKnown | Why::Reported, .. }) => {
                expr(ExprKind::Cast(Box::new(e)), to, span)
            }
            Err(fault) => {
                self.eval_fault(&fault, span, "this value");
                self.bad(span)
            }
        }
    }

    /// A literal of a fixed width, with a warning if the value does not fit.
    pub(super) fn fitted_literal(
        &mut self,
        value: BigInt,
        to: TypeId,
        (width, signed): (u32, bool),
        span: Span,
    ) -> hir::Expr {
        let wrapped = const_eval::wrap(value.clone(), width, signed);
        if wrapped != value {
            let text = self.text(to);
            self.emit(
                Diagnostic::warning(codes::W0301, span, format!("value {value} does not fit into `{text}`"))
                    .with_primary(format!("becomes {wrapped}")),
            );
        }
        expr(ExprKind::Literal(ConstValue::Int(wrapped)), to, span)
    }

    /// The types that the elements of a list of `count` elements take when it becomes a value of type `ty`.
    pub(super) fn slots(&mut self, ty: TypeId, count: usize) -> Option<Vec<TypeId>> {
        match self.kind_of(ty).sort() {
            Sort::Struct(id, args) => {
                (self.program.structs[id].kind != StructKind::HeaderUnion).then(|| self.field_types(id, args))
            }
            Sort::Tuple(elements) => Some(elements.to_vec()),
            Sort::List(element) => Some(vec![*element; count]),
            Sort::Stack { element, size } => Some(vec![*element; size as usize]),
            Sort::Unknown | Sort::Simple | Sort::Object(_) | Sort::Other => None,
        }
    }

    /// Reports why something that must be known at compile time is not.
    pub(super) fn eval_fault(&mut self, fault: &Fault, span: Span, what: &str) {
        let at = if fault.span == Span::NONE { span } else { fault.span };
        let diagnostic = match &fault.why {
            Why::NotKnown => {
                let mut diagnostic =
                    Diagnostic::error(codes::E0303, span, format!("{what} must be known at compile time"));
                if at != span {
                    diagnostic = diagnostic.with_label(at, "this is not known at compile time here");
                }
                diagnostic
            }
            Why::Reported => return,
            Why::DivisionByZero => Diagnostic::error(codes::E0325, at, "division by zero"),
            Why::NegativeDivision => {
                Diagnostic::error(codes::E0325, at, "`/` and `%` are not defined for negative numbers")
            }
            Why::NegativeShift => Diagnostic::error(codes::E0325, at, "shift by a negative amount"),
            Why::TooLarge => Diagnostic::error(codes::E0325, at, "this value is too large to be computed"),
            Why::OutOfBounds => Diagnostic::error(codes::E0312, at, "index out of bounds"),
            Why::BadCast => Diagnostic::error(codes::E0305, at, "only 0 and 1 can be cast to `bool`"),
            Why::AssertionFailed(message) => {
                let text = match message {
                    Some(message) => format!("static assertion failed: {message}"),
                    None => "static assertion failed".to_owned(),
                };
                Diagnostic::error(codes::E0326, at, text)
            }
        };
        self.emit(diagnostic);
    }

    /// True if the value is settled at compile time: made of literals, constants, constructor parameters and
    /// other directionless parameters, and instances.
    pub(super) fn is_known(&self, e: &hir::Expr) -> bool {
        self.is_known_with(e, false)
    }

    /// The same for the argument of a directionless parameter, to which p4c lets the data of an action go as well.
    pub(super) fn is_known_argument(&self, e: &hir::Expr) -> bool {
        self.is_known_with(e, true)
    }

    fn is_known_with(&self, e: &hir::Expr, action_data: bool) -> bool {
        let known = |e: &hir::Expr| self.is_known_with(e, action_data);
        use crate::hir::{Direction, VariableKind};
        match &e.kind {
            ExprKind::Literal(_)
            | ExprKind::Constant(_)
            | ExprKind::Instance(_)
            | ExprKind::This
            | ExprKind::Construct(_)
            | ExprKind::StackSize(_)
            | ExprKind::InvalidHeader
            | ExprKind::Default
            | ExprKind::ActionName(_)
            | ExprKind::Error => true,
            ExprKind::Variable(id) => match self.program.variables[*id].kind {
                VariableKind::ConstructorParameter => true,
                VariableKind::Parameter(Direction::None) => action_data || !self.action_data.contains(id),
                VariableKind::Parameter(Direction::In | Direction::Out | Direction::InOut)
                | VariableKind::Local => false,
            },
            ExprKind::Field(base, _) | ExprKind::Slice { base, .. } => known(base),
            ExprKind::Unary(_, operand) | ExprKind::Cast(operand) => known(operand),
            ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) => known(a) && known(b),
            ExprKind::PlusSlice { base, lo, .. } => known(base) && known(lo),
            ExprKind::Conditional(a, b, c) => known(a) && known(b) && known(c),
            ExprKind::Aggregate(parts, _) => parts.iter().all(known),
            ExprKind::Call(call) => self.is_known_call(call, e.ty, action_data),
            ExprKind::StackNext(_)
            | ExprKind::StackLast(_)
            | ExprKind::StackLastIndex(_)
            | ExprKind::TableHit { .. }
            | ExprKind::TableActionRun(_) => false,
        }
    }

    /// `static_assert`, factories of extern objects, and functions that an architecture declares `@pure`.
    fn is_known_call(&self, call: &hir::Call, ty: TypeId, action_data: bool) -> bool {
        let hir::Callee::Function(id) = call.callee else {
            return false;
        };
        let function = &self.program.functions[id];
        let is_pure = function.annotations.iter().any(|annotation| &*annotation.name.text == "pure");
        let by_kind = &*function.name.name == "static_assert" || is_pure || self.is_object(ty);
        function.kind == hir::FunctionKind::Extern
            && by_kind
            && call.args.iter().all(|arg| match arg {
                hir::Argument::Value(value) => self.is_known_with(value, action_data),
                hir::Argument::Ignored(_) | hir::Argument::Missing => true,
            })
    }
}
