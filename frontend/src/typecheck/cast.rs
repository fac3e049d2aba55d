//! Explicit casts (section "Explicit casts").

use super::const_eval::{self, Fault, Why};
use super::operator::needs_type;
use super::{Checker, expr};
use crate::ast;
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{self, ExprKind, Type, TypeId};
use crate::source::Span;

impl Checker<'_> {
    /// `(T) e`
    pub(super) fn cast_expr(&mut self, ty: &ast::TypeExpr, operand: &ast::Expr, span: Span) -> hir::Expr {
        let to = self.type_expr(ty);
        let hint = needs_type(operand).then_some(to).filter(|&to| !self.is_error(to));
        let operand = self.expr(operand, hint);
        if self.is_error(to) || self.is_error(operand.ty) {
            return self.bad(span);
        }
        if let Type::Int = self.kind(operand.ty)
            && let Some(bits) = self.representation(to)
        {
            let folded = self.truncated(operand, to, bits);
            return hir::Expr { span, ..folded };
        }
        let operand = match self.try_coerce_aggregate(operand, to) {
            Ok(mut done) => {
                done.span = span;
                return done;
            }
            Err(operand) => operand,
        };
        if !self.is_explicitly_castable(operand.ty, to) {
            let (from_text, to_text) = (self.text(operand.ty), self.text(to));
            let mut diagnostic =
                Diagnostic::error(codes::E0305, span, format!("cannot cast `{from_text}` to `{to_text}`"))
                    .with_label(operand.span, format!("this has type `{from_text}`"));
            if let (&Type::Bits { width, signed }, &Type::Bits { width: to_width, signed: to_signed }) =
                (self.kind(operand.ty), self.kind(to))
                && signed != to_signed
                && width != to_width
            {
                let name = if to_signed { "int" } else { "bit" };
                let between = format!("{name}<{width}>");
                diagnostic = self.with_second_cast(diagnostic, operand.span, &between);
            }
            self.emit(diagnostic);
            return self.bad(span);
        }
        let cast = expr(ExprKind::Cast(Box::new(operand)), to, span);
        if *self.kind(to) == Type::Bool
            && let Err(fault @ Fault { why: Why::BadCast, .. }) = const_eval::eval_local(&self.program, &cast)
        {
            self.eval_fault(&fault, span, "this value");
            return self.bad(span);
        }
        cast
    }

    /// Equal types need no cast; a tuple expression takes the type of the cast.
    fn try_coerce_aggregate(&mut self, operand: hir::Expr, to: TypeId) -> Result<hir::Expr, hir::Expr> {
        if self.is_object(to) {
            return Err(operand);
        }
        let literal = matches!(
            operand.kind,
            ExprKind::Aggregate(..) | ExprKind::Conditional(..) | ExprKind::InvalidHeader | ExprKind::Default
        );
        if literal || self.shallow(operand.ty) == self.shallow(to) {
            return self.try_coerce(operand, to);
        }
        Err(operand)
    }

    /// Width and signedness of the integer that represents a type.
    pub(super) fn representation(&self, ty: TypeId) -> Option<(u32, bool)> {
        self.program.representation(self.shallow(ty))
    }

    /// True if an explicit cast leads from one type to the other.
    pub(super) fn is_explicitly_castable(&self, from: TypeId, to: TypeId) -> bool {
        let (from, to) = (self.shallow(from), self.shallow(to));
        if from == to {
            return !self.is_object(to);
        }
        match (self.kind(from), self.kind(to)) {
            (Type::NewType(id), _) if self.shallow(self.program.new_types[*id].underlying) == to => true,
            // From its original type, and from an `int` that becomes one.
            (kind, Type::NewType(id)) => {
                let underlying = self.program.new_types[*id].underlying;
                self.shallow(underlying) == from
                    || self.enum_underlying(from).is_some_and(|from| self.shallow(underlying) == from)
                    || *kind == Type::Int && self.is_explicitly_castable(from, underlying)
            }
            (Type::NewType(_), _) => false,
            (Type::Enum(id), _) => {
                self.program.enums[*id].underlying.is_some_and(|ty| self.is_explicitly_castable(ty, to))
            }
            (_, Type::Enum(id)) => {
                self.program.enums[*id].underlying.is_some_and(|ty| self.is_explicitly_castable(from, ty))
            }
            (Type::Bits { width: 1, signed: false } | Type::Int, Type::Bool)
            | (Type::Bool, Type::Bits { width: 1, signed: false })
            | (Type::Int, Type::Bits { .. })
            | (Type::Bits { .. }, Type::Int) => true,
            (Type::Bits { width: a, signed: x }, Type::Bits { width: b, signed: y }) => a == b || x == y,
            (_, _) => false,
        }
    }
}
