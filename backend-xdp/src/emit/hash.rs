//! Hashes over lists of values: v1model's `hash`. The values one behind the other make a row of bits, whose last byte is filled up with
//! zeros; the hash takes them in pieces of at most eight bytes:
//!
//! ```text
//! crc = crc32_bytes(0xffffffff, (__u64)bpf_ntohl(ipv4->src) << 32 | bpf_ntohl(ipv4->dst), 8);
//! crc = crc32_bytes(crc, ipv4->protocol, 1);
//! port = (~crc & 0xffffffff) % 4;
//! ```
//!
//! What perhaps is not there stands in a branch. Where that leaves open at which bit the next value begins, the row is counted:
//!
//! ```text
//! if (vlan) {
//!         rest = rest << 12 | vlan_id;
//!         crc = crc32_bits(crc, rest, (at & 7) + 12, 2);
//!         at += 12;
//! }
//! ```

use super::Cx;
use super::cexpr::{CExpr, CType, Prec};
use super::data::{Group, is_of_bytes, is_steady};
use super::expr::slice;
use super::externs::Call;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Arg, Expr, ExprKind, LValue, ScalarType};

/// Bits that a hash takes at once.
const PIECE: u32 = 64;
/// The same, where up to seven bits wait for the rest of their byte.
const BEHIND_REST: u32 = 56;

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

    /// `hash(result, algorithm, base, data, max)`: `base` plus the hash modulo `max`, or `base` if that is 0.
    pub(super) fn hash(&mut self, call: &Call<'_>) {
        let [Arg::Out(target), Arg::In(algorithm), Arg::In(base), data, Arg::In(max)] = call.args else {
            return self.unknown(call);
        };
        let Some(algorithm) = self.algorithm(algorithm) else { return self.unknown_algorithm(call) };
        let Some(groups) = self.data_of(data, call.span) else { return };
        let value = self.digest(algorithm, &groups);
        let digest = match value.prec {
            Prec::Postfix if algorithm != Algorithm::Csum16 => value.text,
            _ => {
                let digest = self.fresh("digest", "__u64");
                self.out.assignment(&digest, &value.text);
                digest
            }
        };
        self.assign_hash(target, base, &digest, max, call.span);
    }

    fn assign_hash(&mut self, target: &LValue, base: &Expr, digest: &str, max: &Expr, span: Span) {
        let is_constant = max.as_const().is_some();
        let (base, max) = (self.value(base), self.value(max));
        if base.ty == CType::U128 || max.ty == CType::U128 || self.lvalue_width(target) > 64 {
            return self.refuse(codes::E0512, span, "a hash of more than 64 bits is not supported");
        }
        let rest = match &max {
            max if max.is_zero() => "0".to_owned(),
            max if is_constant => format!("{digest} % {}", max.text),
            max => format!("({} ? {digest} % {} : 0)", max.operand(), max.operand()),
        };
        let text = if base.is_zero() { rest } else { format!("{} + {rest}", base.operand()) };
        let width = self.lvalue_width(target);
        let value = CExpr { prec: Prec::Conditional, ..CExpr::atom(text, CType::U64, 64) };
        let value = if width < 64 { slice(value, width - 1, 0) } else { value };
        self.assign(target, value, span);
    }

    /// The hash of a row of bits, as wide as the algorithm makes it.
    pub(super) fn digest(&mut self, algorithm: Algorithm, groups: &[Group]) -> CExpr {
        match algorithm {
            Algorithm::Random => {
                let digest = self.fresh("digest", "__u64");
                self.out.line(format!("{digest} = xdp_random(0, ~0ULL);"));
                CExpr::atom(digest, CType::U64, 64)
            }
            Algorithm::Csum16 => self.sum_of(groups),
            Algorithm::Crc32 => {
                let digest = self.crc("crc32", "0xffffffff", groups);
                self.out.assignment(&digest, &format!("~{digest} & 0xffffffff"));
                CExpr::atom(digest, CType::U64, 32)
            }
            Algorithm::Crc16 => CExpr::atom(self.crc("crc16", "0", groups), CType::U64, 16),
            Algorithm::Xor16 => self.xor(groups),
            Algorithm::Identity => self.first_bytes(groups),
        }
    }

    fn crc(&mut self, function: &str, initial: &str, groups: &[Group]) -> String {
        let digest = self.fresh("digest", "__u64");
        self.out.assignment(&digest, initial);
        if is_of_bytes(groups) {
            for group in groups {
                self.where_there(group, |cx| {
                    for piece in cx.pieces(&group.values, PIECE, true) {
                        let (bytes, value) = (piece.width / 8, piece.masked().text);
                        let text = format!("{digest} = {function}_bytes({digest}, {value}, {bytes});");
                        cx.out.update(&digest, text);
                    }
                });
            }
            return digest;
        }
        let (at, rest) = (self.bit_count(), self.fresh("rest", "__u64"));
        self.out.assignment(&rest, "0");
        for group in groups {
            self.where_there(group, |cx| {
                for piece in cx.pieces(&group.values, BEHIND_REST, false) {
                    let (width, value) = (piece.width, piece.masked().operand());
                    cx.out.update(&rest, format!("{rest} = {rest} << {width} | {value};"));
                    let (bits, bytes) = (format!("({at} & 7) + {width}"), width.div_ceil(8));
                    let text = format!("{digest} = {function}_bits({digest}, {rest}, {bits}, {bytes});");
                    cx.out.update(&digest, text);
                    cx.count_bits(&at, width);
                }
            });
        }
        self.out.update(&digest, format!("if ({at} & 7)"));
        let last = format!("{rest} << (8 - ({at} & 7))");
        self.out.update(&digest, format!("\t{digest} = {function}_bytes({digest}, {last}, 1);"));
        digest
    }

    fn xor(&mut self, groups: &[Group]) -> CExpr {
        /// Bits that can be moved by up to 15.
        const ROOM: u32 = 48;
        let digest = self.fresh("digest", "__u64");
        self.out.assignment(&digest, "0");
        if is_steady(groups, 16) && is_of_bytes(groups) {
            let mut bytes = 0;
            for group in groups {
                self.where_there(group, |cx| {
                    for piece in cx.pieces(&group.values, PIECE, true) {
                        bytes += piece.width / 8;
                        let words = format!("xor_words({})", piece.masked().text);
                        // A piece that ends in the middle of a word.
                        let words =
                            if bytes % 2 == 1 { format!("__builtin_bswap16({words})") } else { words };
                        cx.out.update(&digest, format!("{digest} ^= {words};"));
                    }
                });
            }
        } else {
            let at = self.bit_count();
            for group in groups {
                self.where_there(group, |cx| {
                    for piece in cx.pieces(&group.values, ROOM, false) {
                        cx.count_bits(&at, piece.width);
                        let value = piece.masked().converted(CType::U64).operand();
                        cx.out.update(&digest, format!("{digest} ^= xor_words({value} << (-{at} & 15));"));
                    }
                });
            }
        }
        CExpr::atom(digest, CType::U64, 16)
    }

    fn first_bytes(&mut self, groups: &[Group]) -> CExpr {
        let digest = self.fresh("digest", "__u64");
        self.out.assignment(&digest, "0");
        if groups.iter().all(|group| group.condition.is_none()) {
            let values: Vec<Expr> = groups.iter().flat_map(|group| group.values.clone()).collect();
            if let Some(first) = self.pieces(&values, PIECE, true).into_iter().next() {
                self.out.assignment(&digest, &first.masked().text);
            }
        } else {
            let at = self.bit_count();
            for group in groups {
                self.where_there(group, |cx| {
                    for piece in cx.pieces(&group.values, PIECE, false) {
                        let (width, value) = (piece.width, piece.masked().text);
                        let text = format!("{digest} = bits_behind({digest}, {at}, {value}, {width});");
                        cx.out.update(&digest, text);
                        cx.count_bits(&at, width);
                    }
                });
            }
            self.out.update(&digest, format!("{digest} = whole_bytes({digest}, {at});"));
        }
        CExpr::atom(digest, CType::U64, 64)
    }

    /// A variable that counts the bits of a row; its name is returned.
    pub(super) fn bit_count(&mut self) -> String {
        let at = self.fresh("at", "__u32");
        self.out.assignment(&at, "0");
        at
    }

    pub(super) fn count_bits(&mut self, at: &str, width: u32) {
        self.out.update(at, format!("{at} += {width};"));
    }
}
