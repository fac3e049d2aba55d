//! Digests of rows of bits: in goes a row ([`super::row`]) and an algorithm, out comes C that computes a hash or checksum of it. The last byte
//! of the row is filled up with zeros; a hash takes it in pieces of at most eight bytes. CRCs are [`super::crc`]'s:
//!
//! ```text
//! crc = crc32_bytes(0xffffffff, (__u64)bpf_ntohl(ipv4->src) << 32 | bpf_ntohl(ipv4->dst), 8);
//! crc = crc32_bytes(crc, ipv4->protocol, 1);
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
//!
//! The Internet checksum (RFC 1071), a sum of 16-bit words, is a sum modulo 65535, where 2^16 is 1. So a value of any width is added as it is,
//! shifted to where its last bit stands in a word:
//!
//! ```text
//! sum = 0;
//! sum += (__u64)ipv4->ttl << 8;
//! sum += ipv4->protocol;
//! ```
//!
//! Bytes of the packet whose number is known at run time only are taken by functions of the prelude (`xdp_packet_sum` and others), which the verifier
//! checks once, by themselves. A packet in which there are more than they take is aborted. Those of varbits in memory have functions of their own
//! (`xdp_memory_sum`): behind the last byte there are zeros, which a sum may have and a CRC must not.

use super::crc::Crc;
use super::row::{Bytes, Group, Range, is_of_bytes, is_steady};
use crate::c::code::{Code, Known, Name, code};
use crate::c::expr::{CExpr, CType};
use crate::c::tree::Place;
use crate::emit::Cx;
use crate::emit::expr::slice;
use crate::emit::externs::Call;
use crate::emit::losses::abort;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_midend::ir::{Expr, ExprKind, ScalarType};

/// Bits that a hash takes at once.
const PIECE: u32 = 64;

/// A hash algorithm that can be computed in BPF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Crc(Crc),
    Csum16,
    Xor16,
    Identity,
    Random,
}

impl Cx<'_> {
    /// Refuses a call for its algorithm.
    pub(super) fn refuse_algorithm(&mut self, call: &Call<'_>) {
        let message = format!("`{}` with this algorithm cannot be compiled to XDP yet", call.name);
        self.refuse(codes::E0524, call.span, message);
    }

    /// The algorithm that a constant names.
    pub(super) fn algorithm(&self, algorithm: &Expr) -> Option<Algorithm> {
        let (ExprKind::Const(value), ScalarType::Enum(id)) = (&algorithm.kind, algorithm.ty) else {
            return None;
        };
        let members = &self.program.enums[id].members;
        match &*members.get(usize::try_from(value).ok()?)?.to_ascii_lowercase() {
            // A target's own choice, too.
            "crc32" | "target_default" => Some(Algorithm::Crc(Crc::Standard(32))),
            "crc16" => Some(Algorithm::Crc(Crc::Standard(16))),
            "crc32_custom" => Some(Algorithm::Crc(Crc::Custom(32))),
            "crc16_custom" => Some(Algorithm::Crc(Crc::Custom(16))),
            "csum16" | "ones_complement16" => Some(Algorithm::Csum16),
            "xor16" => Some(Algorithm::Xor16),
            "identity" => Some(Algorithm::Identity),
            "random" => Some(Algorithm::Random),
            _ => None,
        }
    }

    /// The hash of a row of bits, as wide as the algorithm makes it.
    pub(super) fn digest(&mut self, algorithm: Algorithm, groups: &[Group]) -> CExpr {
        match algorithm {
            Algorithm::Random => {
                let digest = self.fresh("digest", code!("__u64"));
                self.out.line(code!("{} = @xdp_random(0, ~0ULL);", digest));
                CExpr::atom(digest, CType::U64, 64)
            }
            Algorithm::Csum16 => self.sum_of(groups),
            Algorithm::Crc(crc) => self.crc(crc, groups),
            Algorithm::Xor16 => self.xor(groups),
            Algorithm::Identity => self.first_bytes(groups),
        }
    }

    fn xor(&mut self, groups: &[Group]) -> CExpr {
        /// Bits that can be moved by up to 15.
        const ROOM: u32 = 48;
        let digest = self.fresh("digest", code!("__u64"));
        self.out.assignment(&digest, code!("0"));
        if is_steady(groups, 16) && is_of_bytes(groups) {
            let mut bytes = 0;
            for group in groups {
                self.where_there(group, |cx| {
                    if let Some(last) = &group.bytes {
                        let (words, _) = cx.of_bytes("xor", last, Code::default());
                        let words = if bytes % 2 == 1 {
                            code!("__builtin_bswap16({})", words)
                        } else {
                            code!("{}", words)
                        };
                        cx.out.update(&digest, code!("{} ^= {};", digest, words));
                    }
                    for piece in cx.pieces(&group.values, PIECE, true) {
                        bytes += piece.width / 8;
                        let words = code!("@xor_words({})", piece.masked().text);
                        // A piece that ends in the middle of a word.
                        let words =
                            if bytes % 2 == 1 { code!("__builtin_bswap16({})", words) } else { words };
                        cx.out.update(&digest, code!("{} ^= {};", digest, words));
                    }
                });
            }
        } else {
            let at = self.bit_count();
            for group in groups {
                self.where_there(group, |cx| {
                    if let Some(bytes) = &group.bytes {
                        let (words, length) = cx.of_bytes("xor", bytes, Code::default());
                        cx.out
                            .update(&digest, code!("{} ^= @xor_words({} << (-{} & 15));", digest, words, at));
                        cx.count_bytes(&at, &length);
                    }
                    for piece in cx.pieces(&group.values, ROOM, false) {
                        cx.count_bits(&at, piece.width);
                        let value = piece.masked().converted(CType::U64).operand();
                        cx.out
                            .update(&digest, code!("{} ^= @xor_words({} << (-{} & 15));", digest, value, at));
                    }
                });
            }
        }
        CExpr::atom(digest, CType::U64, 16)
    }

    fn first_bytes(&mut self, groups: &[Group]) -> CExpr {
        let digest = self.fresh("digest", code!("__u64"));
        self.out.assignment(&digest, code!("0"));
        if groups.iter().all(|group| group.condition.is_none() && group.bytes.is_none()) {
            let values: Vec<Expr> = groups.iter().flat_map(|group| group.values.clone()).collect();
            if let Some(first) = self.pieces(&values, PIECE, true).into_iter().next() {
                self.out.assignment(&digest, &first.masked().text);
            }
        } else {
            let at = self.bit_count();
            for group in groups {
                self.where_there(group, |cx| {
                    if let Some(bytes) = &group.bytes {
                        let Range { stem, from, length } = cx.range(bytes);
                        let first = cx.fresh("first", code!("__u32"));
                        cx.out.assignment(&first, &length);
                        let text = code!("if ({} > 8)\n\t{} = 8;", first, first);
                        cx.out.update(&first, text);
                        let function = Name::new(&format!("{stem}_first"));
                        let value = code!("{}({}, {})", function, from, first);
                        let text =
                            code!("{} = @bits_behind({}, {}, {}, 8 * {});", digest, digest, at, value, first);
                        cx.out.update(&digest, text);
                        cx.out.update(at.name(), code!("{} += 8 * {};", at, first));
                    }
                    for piece in cx.pieces(&group.values, PIECE, false) {
                        let (width, value) = (piece.width, piece.masked().text);
                        let text =
                            code!("{} = @bits_behind({}, {}, {}, {});", digest, digest, at, value, width);
                        cx.out.update(&digest, text);
                        cx.count_bits(&at, width);
                    }
                });
            }
            self.out.update(&digest, code!("{} = @whole_bytes({}, {});", digest, digest, at));
        }
        CExpr::atom(digest, CType::U64, 64)
    }

    /// A variable that counts the bits of a row.
    pub(super) fn bit_count(&mut self) -> Place {
        let at = self.fresh_by_way("at", CType::U32);
        self.out.assignment(&at, code!("0"));
        at
    }

    pub(super) fn count_bits(&mut self, at: &Place, width: u32) {
        self.out.update(at.name(), code!("{} += {};", at, width));
    }

    pub(super) fn count_bytes(&mut self, at: &Place, length: &Name) {
        self.out.update(at.name(), code!("{} += 8 * {};", at, length));
    }

    /// What one of the prelude's functions makes of bytes, and how many they are, in variables; `more` are further arguments.
    pub(super) fn of_bytes(&mut self, what: &str, bytes: &Bytes, more: Code) -> (Name, Name) {
        let Range { stem, from, length } = self.range(bytes);
        let result = self.fresh("of_packet", code!("__u64"));
        let function = Name::new(&format!("{stem}_{what}"));
        self.out.assignment(&result, code!("{}({}, {}{})", function, from, length, more));
        if !matches!(bytes, Bytes::Value(_)) {
            let none = if self.has_fragments(bytes) { Known("XDP_NO_FRAGS") } else { Known("XDP_NO_BYTES") };
            self.abort_if(code!("{} == {}", result, none), abort());
        }
        (result, length)
    }

    /// The Internet checksum of a row of bits. Those behind the last whole word are its high ones.
    fn sum_of(&mut self, groups: &[Group]) -> CExpr {
        CExpr::atom(code!("@csum_fold64({})", self.words(groups)), CType::U16, 16)
    }

    /// The sum of a row's 16-bit words, in a variable, as [RFC 1071] knows it: any number with the same rest by 65535, and zero where all are.
    pub(super) fn words(&mut self, groups: &[Group]) -> Name {
        let sum = self.fresh("sum", code!("__u64"));
        self.out.assignment(&sum, code!("0"));
        if is_steady(groups, 16) {
            let mut end = 0;
            for group in groups {
                self.where_there(group, |cx| {
                    if let Some(bytes) = &group.bytes {
                        let (words, _) = cx.of_bytes("sum", bytes, Code::default());
                        cx.out.update(&sum, code!("{} += {} << {};", sum, words, (16 - end % 16) % 16));
                    }
                    for value in &group.values {
                        let width = value.ty.width();
                        end += width;
                        let term = cx.value(value);
                        cx.add_to_sum(&sum, term, width, (16 - end % 16) % 16);
                    }
                });
            }
        } else {
            let at = self.bit_count();
            for group in groups {
                self.where_there(group, |cx| {
                    if let Some(bytes) = &group.bytes {
                        let (words, length) = cx.of_bytes("sum", bytes, Code::default());
                        cx.out.update(&sum, code!("{} += {} << (-{} & 15);", sum, words, at));
                        cx.count_bytes(&at, &length);
                    }
                    for piece in cx.pieces(&group.values, 64, false) {
                        cx.count_bits(&at, piece.width);
                        let value = piece.masked().text;
                        cx.out.update(&sum, code!("{} += @csum_words({}) << (-{} & 15);", sum, value, at));
                    }
                });
            }
        }
        sum
    }

    fn add_to_sum(&mut self, sum: &Name, value: CExpr, width: u32, shift: u32) {
        const ROOM: u32 = 48;
        if value.is_zero() {
            return;
        }
        let value = value.masked();
        let text = if width > 64 {
            let half = |cx: &mut Self, hi, lo| {
                let part = slice(value.clone(), hi, lo).masked();
                let name = cx.fresh("part", code!("__u64"));
                cx.out.assignment(&name, &part.text);
                code!("@csum_words({})", name)
            };
            let (high, low) = (half(self, width - 1, 64), half(self, 63, 0));
            code!("({} + {})", high, low)
        } else if width + shift > ROOM {
            code!("@csum_words({})", value.text)
        } else if shift > 0 {
            value.converted(CType::U64).operand()
        } else {
            value.text
        };
        let shifted = if shift > 0 { code!("{} << {}", text, shift) } else { text };
        self.out.update(sum, code!("{} += {};", sum, shifted));
    }
}
