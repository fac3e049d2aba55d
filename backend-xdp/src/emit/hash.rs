//! Hashes over lists of values: v1model's `hash`. The values one behind the other make a row of bytes, which the hash takes in pieces of at most
//! eight:
//!
//! ```text
//! crc = crc32_bytes(0xffffffff, (__u64)bpf_ntohl(ipv4->src) << 32 | bpf_ntohl(ipv4->dst), 8);
//! crc = crc32_bytes(crc, ipv4->protocol, 1);
//! port = (~crc & 0xffffffff) % 4;
//! ```

use super::Cx;
use super::cexpr::{CExpr, CType, Prec};
use super::expr::{concat, slice};
use super::externs::Call;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Arg, Expr, ExprKind, LValue, ScalarType};
use std::sync::Arc;

/// Bits that a hash takes at once.
const PIECE: u32 = 64;

/// A hash algorithm of v1model's that can be computed in BPF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Crc32,
    Crc16,
    Csum16,
    Xor16,
    Identity,
    Random,
}

impl Cx<'_> {
    /// The algorithm that a constant names. The custom CRCs are the control plane's to choose, and there is no way for it yet.
    pub(super) fn algorithm(&self, algorithm: &Expr) -> Option<Algorithm> {
        let (ExprKind::Const(value), ScalarType::Enum(id)) = (&algorithm.kind, algorithm.ty) else {
            return None;
        };
        let members = &self.program.enums[id].members;
        match &**members.get(usize::try_from(value).ok()?)? {
            "crc32" => Some(Algorithm::Crc32),
            "crc16" => Some(Algorithm::Crc16),
            "csum16" => Some(Algorithm::Csum16),
            "xor16" => Some(Algorithm::Xor16),
            "identity" => Some(Algorithm::Identity),
            "random" => Some(Algorithm::Random),
            _ => None,
        }
    }

    /// Refuses a call for its algorithm.
    pub(super) fn unknown_algorithm(&mut self, call: &Call<'_>) {
        let message = format!("`{}` with this algorithm cannot be compiled to XDP yet", call.name);
        self.refuse(codes::E0524, call.span, message);
    }

    /// The scalars that a list consists of, in order. Anything else in it is refused.
    pub(super) fn scalars_of<'a>(
        &mut self,
        data: &'a [(Arc<str>, Arg)],
        span: Span,
    ) -> Option<Vec<&'a Expr>> {
        let mut values = Vec::new();
        if scalars(data, &mut values) {
            return Some(values);
        }
        let message = "a hash or checksum of whole headers or stacks cannot be compiled to XDP yet";
        self.refuse(codes::E0524, span, message);
        None
    }

    /// `hash(result, algorithm, base, data, max)`: `base` plus the hash modulo `max`, or `base` if that is 0.
    pub(super) fn hash(&mut self, call: &Call<'_>) {
        let [Arg::Out(target), Arg::In(algorithm), Arg::In(base), data, Arg::In(max)] = call.args else {
            return self.unknown(call);
        };
        let single;
        let data: &[(Arc<str>, Arg)] = match data {
            Arg::Struct(fields) => fields,
            Arg::In(_) => {
                single = [("".into(), data.clone())];
                &single
            }
            Arg::Out(_)
            | Arg::Header(_)
            | Arg::Stack(_)
            | Arg::String(_)
            | Arg::Extern(_)
            | Arg::Packet
            | Arg::Missing => return self.unknown(call),
        };
        let Some(algorithm) = self.algorithm(algorithm) else { return self.unknown_algorithm(call) };
        let Some(digest) = self.digest(algorithm, data, call.span) else { return };
        self.assign_hash(target, base, &digest, max, call.span);
    }

    fn assign_hash(&mut self, target: &LValue, base: &Expr, digest: &str, max: &Expr, span: Span) {
        let (base, max) = (self.value(base), self.value(max));
        if base.ty == CType::U128 || max.ty == CType::U128 || self.lvalue_width(target) > 64 {
            return self.refuse(codes::E0512, span, "a hash of more than 64 bits is not supported");
        }
        let rest = match &max {
            max if max.is_zero() => "0".to_owned(),
            max if max.ty == CType::Literal => format!("{digest} % {}", max.text),
            max => format!("({} ? {digest} % {} : 0)", max.operand(), max.operand()),
        };
        let text = if base.is_zero() { rest } else { format!("{} + {rest}", base.operand()) };
        let width = self.lvalue_width(target);
        let value = CExpr { prec: Prec::Conditional, ..CExpr::atom(text, CType::U64, 64) };
        let value = if width < 64 { slice(value, width - 1, 0) } else { value };
        self.assign(target, value, span);
    }

    /// The hash in a variable of 64 bits, whose name is returned.
    fn digest(&mut self, algorithm: Algorithm, data: &[(Arc<str>, Arg)], span: Span) -> Option<String> {
        let digest = self.fresh("digest", "__u64");
        match algorithm {
            Algorithm::Random => {
                self.out.line(format!("{digest} = xdp_random(0, ~0ULL);"));
                return Some(digest);
            }
            Algorithm::Csum16 => {
                let sum = self.sum_of(data, span)?;
                self.out.assignment(&digest, &sum.text);
                return Some(digest);
            }
            Algorithm::Crc32 | Algorithm::Crc16 | Algorithm::Xor16 | Algorithm::Identity => {}
        }
        let pieces = self.pieces(data, span)?;
        let total: u32 = pieces.iter().map(|piece| piece.width / 8).sum();
        if algorithm == Algorithm::Identity && total > 8 {
            self.refuse(codes::E0512, span, "an identity hash of more than 64 bits is not supported");
            return None;
        }
        let initial = if algorithm == Algorithm::Crc32 { "0xffffffff" } else { "0" };
        self.out.assignment(&digest, initial);
        let mut behind = total;
        for piece in pieces {
            let bytes = piece.width / 8;
            behind -= bytes;
            let value = piece.masked().text;
            let text = match algorithm {
                Algorithm::Crc32 => format!("{digest} = crc32_bytes({digest}, {value}, {bytes});"),
                Algorithm::Crc16 => format!("{digest} = crc16_bytes({digest}, {value}, {bytes});"),
                Algorithm::Xor16 if (behind + total) % 2 == 1 => {
                    format!("{digest} ^= __builtin_bswap16(xor_words({value}));")
                }
                Algorithm::Xor16 => format!("{digest} ^= xor_words({value});"),
                Algorithm::Identity | Algorithm::Csum16 | Algorithm::Random => format!("{digest} = {value};"),
            };
            self.out.update(&digest, text);
        }
        if algorithm == Algorithm::Crc32 {
            self.out.assignment(&digest, &format!("~{digest} & 0xffffffff"));
        }
        Some(digest)
    }

    /// The values one behind the other in pieces of whole bytes, at most eight. Bits that are no whole bytes are a number: the first byte has
    /// zeros in front.
    fn pieces(&mut self, data: &[(Arc<str>, Arg)], span: Span) -> Option<Vec<CExpr>> {
        let values = self.scalars_of(data, span)?;
        let total: u32 = values.iter().map(|value| value.ty.width()).sum();
        let padding = (8 - total % 8) % 8;
        let mut pieces = Vec::new();
        let mut piece = CExpr::zero(padding);
        for value in values {
            let value = self.value(value).masked();
            let mut left = value.width;
            while left > 0 {
                let taken = left.min(PIECE - piece.width);
                let part = slice(value.clone(), left - 1, left - taken).masked();
                piece = if piece.is_zero() {
                    CExpr { width: piece.width + taken, ..part }
                } else {
                    concat(piece, part)
                };
                left -= taken;
                if piece.width == PIECE {
                    pieces.push(std::mem::replace(&mut piece, CExpr::zero(0)));
                }
            }
        }
        if piece.width > 0 {
            pieces.push(piece);
        }
        Some(pieces)
    }
}

/// The scalars that a list consists of, in order; false if there is anything else in it.
fn scalars<'a>(data: &'a [(Arc<str>, Arg)], into: &mut Vec<&'a Expr>) -> bool {
    data.iter().all(|(_, arg)| match arg {
        Arg::In(expr) => {
            into.push(expr);
            true
        }
        Arg::Struct(fields) => scalars(fields, into),
        Arg::Out(_)
        | Arg::Header(_)
        | Arg::Stack(_)
        | Arg::String(_)
        | Arg::Extern(_)
        | Arg::Packet
        | Arg::Missing => false,
    })
}
