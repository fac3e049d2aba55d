//! Slices `e[hi:lo]` and `e[lo +: width]`, and indices `e[i]`.

use super::type_expr::MAX_SIZE;
use super::{Checker, expr};
use crate::ast;
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{self, ExprKind, Sort, Type};
use crate::source::Span;
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

impl Checker<'_> {
    /// `e[hi:lo]`
    pub(super) fn slice(
        &mut self,
        base: &ast::Expr,
        hi: &ast::Expr,
        lo: &ast::Expr,
        span: Span,
    ) -> hir::Expr {
        let base = self.sliceable(base);
        let hi_value = self.bit_position(hi, "the upper bound of a slice");
        let lo_value = self.bit_position(lo, "the lower bound of a slice");
        let (Some(base), Some(hi_value), Some(lo_value)) = (base, hi_value, lo_value) else {
            return self.bad(span);
        };
        if hi_value < lo_value {
            return self.bad_expr(
                codes::E0312,
                span,
                format!(
                    "the bounds of this slice are in the wrong order: {hi_value} is less than {lo_value}"
                ),
            );
        }
        if let &Type::Bits { width, .. } = self.kind(base.ty)
            && hi_value >= width
        {
            let text = self.text(base.ty);
            return self.bad_expr(codes::E0312, hi.span, format!("`{text}` has no bit {hi_value}"));
        }
        self.slice_of(base, hi_value, lo_value, span)
    }

    fn slice_of(&mut self, base: hir::Expr, hi: u32, lo: u32, span: Span) -> hir::Expr {
        let ty = self.bit(hi - lo + 1);
        expr(ExprKind::Slice { base: Box::new(base), hi, lo }, ty, span)
    }

    /// `e[lo +: width]`
    pub(super) fn plus_slice(
        &mut self,
        base: &ast::Expr,
        lo: &ast::Expr,
        width: &ast::Expr,
        span: Span,
    ) -> hir::Expr {
        let base = self.sliceable(base);
        let lo_value = self.expr(lo, None);
        let lo_value = self.enum_to_underlying(lo_value);
        let width = self.size_of(width, "the width of a slice", 0);
        let (Some(base), Some(width)) = (base, width) else {
            return self.bad(span);
        };
        if self.is_error(lo_value.ty) {
            return self.bad(span);
        }
        if let Some(known) = self.int_value(&lo_value) {
            if known.is_negative() {
                return self.bad_expr(codes::E0312, lo.span, "the lower bound of a slice cannot be negative");
            }
            if let Type::Bits { width: total, .. } = *self.kind(base.ty)
                && (known.clone() + width > BigInt::from(total) || width == 0)
            {
                let text = self.text(base.ty);
                return self.bad_expr(
                    codes::E0312,
                    span,
                    format!("this slice of {width} bits from bit {known} is not inside `{text}`"),
                );
            }
            if let (Some(lo), true) = (known.to_u32().filter(|&lo| lo < MAX_SIZE), width > 0) {
                return self.slice_of(base, lo + width - 1, lo, span);
            }
        }
        if !matches!(self.kind(lo_value.ty), Type::Bits { signed: false, .. }) && !self.is_known(&lo_value) {
            let text = self.text(lo_value.ty);
            return self.bad_expr(
                codes::E0301,
                lo.span,
                format!("the position of a slice must be a `bit<w>` or known at compile time, but this is a `{text}`"),
            );
        }
        let ty = self.bit(width);
        expr(ExprKind::PlusSlice { base: Box::new(base), lo: Box::new(lo_value), width }, ty, span)
    }

    fn sliceable(&mut self, base: &ast::Expr) -> Option<hir::Expr> {
        let base = self.expr(base, None);
        let base = self.enum_to_underlying(base);
        if self.is_error(base.ty) {
            return None;
        }
        if !matches!(self.kind(base.ty), Type::Bits { .. } | Type::Int) {
            let text = self.text(base.ty);
            self.error(codes::E0302, base.span, format!("a value of type `{text}` cannot be sliced"));
            return None;
        }
        Some(base)
    }

    fn bit_position(&mut self, e: &ast::Expr, what: &str) -> Option<u32> {
        let value = self.known_integer(e, what)?;
        if value.is_negative() {
            self.error(codes::E0312, e.span, format!("{what} cannot be negative, but it is {value}"));
            return None;
        }
        let position = value.to_u32().filter(|&position| position < MAX_SIZE);
        if position.is_none() {
            self.error(codes::E0312, e.span, format!("{what} is too large: {value}"));
        }
        position
    }

    /// `e[i]` on an array, header stack or tuple.
    pub(super) fn index(&mut self, base: &ast::Expr, index: &ast::Expr, span: Span) -> hir::Expr {
        let base = self.expr(base, None);
        if self.is_error(base.ty) {
            self.expr(index, None);
            return self.bad(span);
        }
        let kind = self.kind_of(base.ty);
        match kind.sort() {
            Sort::Stack { element, size } => {
                let index = self.expr(index, None);
                let index = self.enum_to_underlying(index);
                if self.is_error(index.ty) {
                    return self.bad(span);
                }
                if !matches!(self.kind(index.ty), Type::Int | Type::Bits { .. }) {
                    let text = self.text(index.ty);
                    return self.bad_expr(
                        codes::E0301,
                        index.span,
                        format!("an index must be an integer, but this has type `{text}`"),
                    );
                }
                if !self.unevaluated
                    && let Some(value) = self.int_value(&index)
                    && (value.is_negative() || value >= BigInt::from(size))
                {
                    return self.bad_expr(
                        codes::E0312,
                        index.span,
                        format!("index {value} is out of bounds: there are {size} elements"),
                    );
                }
                let index = if *self.kind(index.ty) == Type::Int {
                    self.coerce(index, self.basic.bit32, None)
                } else {
                    index
                };
                expr(ExprKind::Index(Box::new(base), Box::new(index)), *element, span)
            }
            Sort::Tuple(elements) => {
                let Some(value) = self.known_integer(index, "the index of a tuple") else {
                    return self.bad(span);
                };
                let position = value.to_u32();
                let element = position.and_then(|position| elements.get(position as usize));
                let (Some(position), Some(&ty)) = (position, element) else {
                    return self.bad_expr(
                        codes::E0312,
                        index.span,
                        format!("index {value} is out of bounds: the tuple has {} elements", elements.len()),
                    );
                };
                expr(ExprKind::Field(Box::new(base), position), ty, span)
            }
            Sort::Unknown
            | Sort::Simple
            | Sort::Struct(..)
            | Sort::List(_)
            | Sort::Object(_)
            | Sort::Other => {
                self.expr(index, None);
                let text = self.text(base.ty);
                let mut diagnostic = Diagnostic::error(
                    codes::E0302,
                    span,
                    format!("a value of type `{text}` cannot be indexed"),
                );
                if matches!(kind, Type::Bits { .. }) {
                    diagnostic = diagnostic.with_note("one bit is written as a slice: `e[i:i]`");
                }
                self.emit(diagnostic);
                self.bad(span)
            }
        }
    }
}
