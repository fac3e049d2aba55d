//! Values one behind the other: in go expressions, out come numbers that a machine computes with.

use super::Cx;
use super::expr::{concat, slice};
use crate::c::expr::{CExpr, CType, Prec};
use p4xdp_midend::ir::{Expr, ExprKind, ScalarType};

/// A field of more bits than are computed with, as slices of it; any other value as it is.
pub(crate) fn words_of(value: &Expr) -> Vec<Expr> {
    let width = value.ty.width();
    if width <= 128 || value.as_field().is_none() {
        return vec![value.clone()];
    }
    let mut words = Vec::new();
    let mut high = width;
    while high > 0 {
        let size = if high.is_multiple_of(64) { 64 } else { high % 64 };
        let kind = ExprKind::Slice { base: Box::new(value.clone()), hi: high - 1, lo: high - size };
        words.push(Expr { kind, ty: ScalarType::bit(size), span: value.span });
        high -= size;
    }
    words
}

impl Cx<'_> {
    /// Values one behind the other in pieces of at most `limit` bits (64 or less); all but the last have as many. `whole_bytes` fills the last
    /// one up with zeros behind.
    pub(crate) fn pieces(&mut self, values: &[Expr], limit: u32, whole_bytes: bool) -> Vec<CExpr> {
        let mut pieces = Vec::new();
        let mut piece = CExpr::zero(0);
        for value in values {
            let value = self.value(value).masked();
            let mut left = value.width;
            while left > 0 {
                let taken = left.min(limit - piece.width);
                let part = slice(value.clone(), left - 1, left - taken).masked();
                piece = if piece.is_zero() {
                    CExpr { width: piece.width + taken, ..part }
                } else {
                    concat(piece, part)
                };
                left -= taken;
                if piece.width == limit {
                    pieces.push(std::mem::replace(&mut piece, CExpr::zero(0)));
                }
            }
        }
        let missing = (8 - piece.width % 8) % 8;
        if whole_bytes && missing > 0 {
            piece = with_zeros_behind(piece, missing);
        }
        if piece.width > 0 {
            pieces.push(piece);
        }
        pieces
    }
}

/// A value with so many zeros behind it.
fn with_zeros_behind(value: CExpr, zeros: u32) -> CExpr {
    let width = value.width + zeros;
    if value.is_zero() {
        return CExpr::zero(width);
    }
    let by = CExpr::atom(zeros.to_string(), CType::Literal, 32);
    value.masked().converted(CType::of_width(width)).joined("<<", Prec::Shift, &by, width, true)
}
