//! Unary and binary operators.

use super::type_expr::MAX_SIZE;
use super::{Checker, const_eval, expr};
use crate::ast::{self, ExprKind as Ast};
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{self, BinaryOp, Comparison, ConstValue, ExprKind, OpClass, Type, TypeId, UnaryOp};
use crate::source::Span;
use num_bigint::BigInt;
use num_traits::{Signed, Zero};

impl Checker<'_> {
    /// `op e`
    pub(super) fn unary(
        &mut self,
        op: UnaryOp,
        operand: &ast::Expr,
        hint: Option<TypeId>,
        span: Span,
    ) -> hir::Expr {
        if let (UnaryOp::Neg, Some((width, lowest))) = (op, lowest_without_sign(operand)) {
            let ty = self.intern(Type::Bits { width, signed: true });
            return expr(ExprKind::Literal(ConstValue::Int(lowest)), ty, span);
        }
        let operand = self.expr(operand, hint);
        let operand = self.enum_to_underlying(operand);
        if self.is_error(operand.ty) {
            return self.bad(span);
        }
        let fits = match (op, self.kind(operand.ty)) {
            (UnaryOp::Neg | UnaryOp::Plus, Type::Int | Type::Bits { .. })
            | (UnaryOp::Complement, Type::Bits { .. })
            | (UnaryOp::Not, Type::Bool) => true,
            (UnaryOp::Neg | UnaryOp::Plus | UnaryOp::Complement | UnaryOp::Not, _) => false,
        };
        if !fits {
            let text = self.text(operand.ty);
            return self.bad_expr(
                codes::E0302,
                span,
                format!("operator `{}` is not defined for type `{text}`", op.text()),
            );
        }
        let ty = operand.ty;
        expr(ExprKind::Unary(op, Box::new(operand)), ty, span)
    }

    /// `a op b`
    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
    ) -> hir::Expr {
        let (a, b) = self.operands(left, right);
        self.binary_of(op, a, b, span)
    }

    /// Types the operands; a list takes the type of the other operand.
    fn operands(&mut self, left: &ast::Expr, right: &ast::Expr) -> (hir::Expr, hir::Expr) {
        // `...` initialises; it is no operand (section "Initializing with default values").
        let takes_hint = |e: &ast::Expr| needs_type(e) && !matches!(e.kind, Ast::DefaultValue);
        if takes_hint(left) && !needs_type(right) {
            let b = self.expr(right, None);
            let a = self.expr(left, Some(b.ty));
            return (a, b);
        }
        let a = self.expr(left, None);
        let hint = takes_hint(right).then_some(a.ty);
        let b = self.expr(right, hint);
        (a, b)
    }

    /// `a op b` with typed operands.
    pub(super) fn binary_of(&mut self, op: BinaryOp, a: hir::Expr, b: hir::Expr, span: Span) -> hir::Expr {
        if self.is_error(a.ty) || self.is_error(b.ty) {
            return self.bad(span);
        }
        match op.class() {
            OpClass::Logic => self.logical(op, a, b, span),
            OpClass::Comparison(Comparison::Eq | Comparison::Ne) => self.equality(op, a, b, span),
            OpClass::Comparison(Comparison::Lt | Comparison::Le | Comparison::Gt | Comparison::Ge) => {
                self.arithmetic(op, a, b, span, true)
            }
            OpClass::Shift => self.shift(op, a, b, span),
            OpClass::Concat => self.concatenation(a, b, span),
            OpClass::Arithmetic => self.arithmetic(op, a, b, span, false),
        }
    }

    fn logical(&mut self, op: BinaryOp, a: hir::Expr, b: hir::Expr, span: Span) -> hir::Expr {
        for operand in [&a, &b] {
            if *self.kind(operand.ty) != Type::Bool {
                return self.undefined(op, &a, &b, span);
            }
        }
        expr(ExprKind::Binary(op, Box::new(a), Box::new(b)), self.basic.bool, span)
    }

    fn equality(&mut self, op: BinaryOp, a: hir::Expr, b: hir::Expr, span: Span) -> hir::Expr {
        let (a, b) = match self.same_type(a, b) {
            Ok(pair) => pair,
            Err((a, b)) => return self.undefined(op, &a, &b, span),
        };
        if self.is_error(a.ty) || self.is_error(b.ty) {
            return self.bad(span);
        }
        if !self.is_equatable(a.ty) {
            return self.undefined(op, &a, &b, span);
        }
        expr(ExprKind::Binary(op, Box::new(a), Box::new(b)), self.basic.bool, span)
    }

    /// Operators on two integers of one type; `compares` if the result is `bool`.
    fn arithmetic(
        &mut self,
        op: BinaryOp,
        a: hir::Expr,
        b: hir::Expr,
        span: Span,
        compares: bool,
    ) -> hir::Expr {
        let a = self.enum_to_underlying(a);
        let b = self.enum_to_underlying(b);
        // Before a negative `int` takes the type of the other operand.
        if matches!(op, BinaryOp::Div | BinaryOp::Mod) && !self.division_is_sound(&a, &b, span) {
            return self.bad(span);
        }
        let (a, b) = match self.same_type(a, b) {
            Ok(pair) => pair,
            Err((a, b)) => return self.undefined(op, &a, &b, span),
        };
        if self.is_error(a.ty) || self.is_error(b.ty) {
            return self.bad(span);
        }
        let fits = match (op, self.kind(a.ty)) {
            (BinaryOp::SatAdd | BinaryOp::SatSub, Type::Int) => false,
            (BinaryOp::Div | BinaryOp::Mod, Type::Bits { signed, .. }) => !signed,
            (_, Type::Int | Type::Bits { .. }) => true,
            (_, _) => false,
        };
        if !fits {
            return self.undefined(op, &a, &b, span);
        }
        let ty = if compares { self.basic.bool } else { a.ty };
        expr(ExprKind::Binary(op, Box::new(a), Box::new(b)), ty, span)
    }

    fn division_is_sound(&mut self, a: &hir::Expr, b: &hir::Expr, span: Span) -> bool {
        let divisor = self.int_value(b);
        if divisor.as_ref().is_some_and(Zero::is_zero) {
            self.error(codes::E0325, span, "division by zero");
            return false;
        }
        let negative = [divisor, self.int_value(a)].iter().flatten().any(Signed::is_negative);
        if negative {
            self.error(codes::E0325, span, "`/` and `%` are not defined for negative numbers");
        }
        !negative
    }

    /// The value of an integer expression, if it is known here.
    pub(super) fn int_value(&self, e: &hir::Expr) -> Option<num_bigint::BigInt> {
        match const_eval::eval_local(&self.program, e) {
            Ok(ConstValue::Int(value)) => Some(value),
            Ok(_) | Err(_) => None,
        }
    }

    /// Section "A note about shifts": the amount is a `bit<s>`, or known and not negative.
    fn shift(&mut self, op: BinaryOp, a: hir::Expr, b: hir::Expr, span: Span) -> hir::Expr {
        let a = self.enum_to_underlying(a);
        let b = self.enum_to_underlying(b);
        let amount = self.int_value(&b);
        let amount_fits = match self.kind(b.ty) {
            Type::Bits { signed, .. } => !signed || amount.is_some(),
            other => *other == Type::Int,
        };
        if !amount_fits || !matches!(self.kind(a.ty), Type::Bits { .. } | Type::Int) {
            return self.undefined(op, &a, &b, span);
        }
        if amount.as_ref().is_some_and(Signed::is_negative) {
            return self.bad_expr(codes::E0325, span, "shift by a negative amount");
        }
        if *self.kind(a.ty) == Type::Int && !self.is_known(&b) {
            self.emit(
                Diagnostic::error(
                    codes::E0302,
                    span,
                    "an `int` can only be shifted by an amount that is known at compile time",
                )
                .with_label(a.span, "this has type `int`")
                .with_note("give the left operand a width, as in `32w1`"),
            );
            return self.bad(span);
        }
        if let (Type::Bits { width, .. }, Some(amount)) = (self.kind(a.ty), &amount)
            && *amount >= (*width).into()
            && *width > 0
        {
            let (text, amount) = (self.text(a.ty), amount.clone());
            self.emit(Diagnostic::warning(
                codes::W0302,
                span,
                format!("shift of a `{text}` by {amount} moves every bit out"),
            ));
        }
        let ty = a.ty;
        expr(ExprKind::Binary(op, Box::new(a), Box::new(b)), ty, span)
    }

    fn concatenation(&mut self, a: hir::Expr, b: hir::Expr, span: Span) -> hir::Expr {
        let a = self.enum_to_underlying(a);
        let b = self.enum_to_underlying(b);
        let ty = match (self.kind(a.ty), self.kind(b.ty)) {
            (Type::String, Type::String) => {
                if !self.is_known(&a) || !self.is_known(&b) {
                    return self.bad_expr(
                        codes::E0303,
                        span,
                        "strings can only be concatenated if they are known at compile time",
                    );
                }
                self.basic.string
            }
            (&Type::Bits { width: left, signed }, &Type::Bits { width: right, .. }) => {
                if left.saturating_add(right) > MAX_SIZE {
                    return self.bad_expr(
                        codes::E0304,
                        span,
                        format!("the result of this concatenation has more than {MAX_SIZE} bits"),
                    );
                }
                self.intern(Type::Bits { width: left.saturating_add(right), signed })
            }
            (_, _) => {
                let int = [&a, &b].into_iter().find(|operand| *self.kind(operand.ty) == Type::Int);
                if let Some(operand) = int {
                    let operand = operand.span;
                    self.emit(
                        Diagnostic::error(codes::E0302, span, "`++` needs operands of known width")
                            .with_label(operand, "this has type `int`, which has no width"),
                    );
                    return self.bad(span);
                }
                return self.undefined(BinaryOp::Concat, &a, &b, span);
            }
        };
        expr(ExprKind::Binary(BinaryOp::Concat, Box::new(a), Box::new(b)), ty, span)
    }

    /// Reports operands that an operator does not take.
    fn undefined(&mut self, op: BinaryOp, a: &hir::Expr, b: &hir::Expr, span: Span) -> hir::Expr {
        if self.is_error(a.ty) || self.is_error(b.ty) {
            return self.bad(span);
        }
        let (text_a, text_b) = (self.text(a.ty), self.text(b.ty));
        let message = if text_a == text_b {
            format!("operator `{}` is not defined for type `{text_a}`", op.text())
        } else {
            format!("operator `{}` cannot take `{text_a}` and `{text_b}`", op.text())
        };
        let mut diagnostic = Diagnostic::error(codes::E0302, span, message);
        if text_a != text_b {
            diagnostic = diagnostic
                .with_label(a.span, format!("this has type `{text_a}`"))
                .with_label(b.span, format!("this has type `{text_b}`"));
        }
        self.emit(diagnostic);
        self.bad(span)
    }
}

/// True for expressions that have no type of their own.
pub(super) fn needs_type(e: &ast::Expr) -> bool {
    matches!(
        e.without_parentheses().kind,
        Ast::List { .. } | Ast::NamedList { .. } | Ast::InvalidHeader | Ast::DefaultValue
    )
}

/// True for operators that have an assignment form (section "Assignment statement").
pub(super) fn is_assignable(op: BinaryOp) -> bool {
    matches!(op.class(), OpClass::Arithmetic | OpClass::Shift)
}

/// `8s128`, of which only the negative fits: the width and that negative.
fn lowest_without_sign(operand: &ast::Expr) -> Option<(u32, BigInt)> {
    let ast::ExprKind::Int { value, width: Some(ast::LiteralWidth { width, signed: true }), .. } =
        &operand.kind
    else {
        return None;
    };
    let is_lowest = (1..=MAX_SIZE).contains(width) && *value == BigInt::from(1) << (width - 1);
    is_lowest.then(|| (*width, -value))
}
