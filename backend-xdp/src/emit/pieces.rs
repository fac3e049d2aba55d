//! Values one behind the other: in go expressions, out come numbers that a machine computes with.

use super::Cx;
use super::expr::{concat, slice};
use crate::c::expr::{CExpr, CType, Prec};
use p4xdp_midend::ir::Expr;

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
