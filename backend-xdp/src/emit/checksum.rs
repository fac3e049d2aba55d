//! Checksums over lists of values: v1model's `verify_checksum` and `update_checksum`, mostly with the Internet checksum (RFC 1071).
//!
//! The sum of 16-bit words is a sum modulo 65535, where 2^16 is 1. So a value of any width is added as it is, shifted to where its last
//! bit stands in a word:
//!
//! ```text
//! sum = 0;
//! sum += (__u64)ipv4->ttl << 8;
//! sum += ipv4->protocol;
//! ```

use super::Cx;
use super::cexpr::{CExpr, CType};
use super::data::{Group, is_steady};
use super::expr::slice;
use super::externs::Call;
use super::hash::Algorithm;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Arg, Expr};

impl Cx<'_> {
    /// `update_checksum(condition, data, checksum, algorithm)`.
    pub(super) fn update_checksum(&mut self, call: &Call<'_>) {
        let [Arg::In(condition), data, Arg::Out(target), Arg::In(algorithm)] = call.args else {
            return self.unknown(call);
        };
        let Some(algorithm) = self.of_checksum(algorithm) else { return self.unknown_algorithm(call) };
        let width = self.lvalue_width(target);
        self.only_where(condition, |cx| {
            if let Some(checksum) = cx.checksum(algorithm, data, width, call.span) {
                cx.assign(target, checksum, call.span);
            }
        });
    }

    /// `verify_checksum(condition, data, checksum, algorithm)`.
    pub(super) fn verify_checksum(&mut self, call: &Call<'_>) {
        let [Arg::In(condition), data, Arg::In(expected), Arg::In(algorithm)] = call.args else {
            return self.unknown(call);
        };
        let stages = crate::arch::Stages(&self.program.stages);
        let Some(failed) = stages.local("ig", 2, Some("checksum_error")) else { return };
        let Some(algorithm) = self.of_checksum(algorithm) else { return self.unknown_algorithm(call) };
        self.only_where(condition, |cx| {
            let width = expected.ty.width();
            let expected = cx.value(expected);
            let Some(sum) = cx.checksum(algorithm, data, width, call.span) else { return };
            let flag = cx.local(failed).text;
            cx.out.update(&flag, format!("if ({} != {})", sum.operand(), expected.operand()));
            cx.out.update(&flag, format!("\t{flag} = 1;"));
        });
    }

    /// The algorithm of a checksum: a random one is none.
    fn of_checksum(&self, algorithm: &Expr) -> Option<Algorithm> {
        self.algorithm(algorithm).filter(|algorithm| *algorithm != Algorithm::Random)
    }

    /// The checksum of an argument, in `width` bits.
    fn checksum(&mut self, algorithm: Algorithm, data: &Arg, width: u32, span: Span) -> Option<CExpr> {
        let groups = self.data_of(data, span)?;
        let checksum = self.digest(algorithm, &groups);
        Some(match checksum.width > width {
            true if width > 0 => slice(checksum, width - 1, 0).masked(),
            true => CExpr::zero(0),
            false => CExpr { width, ..checksum },
        })
    }

    /// The Internet checksum of a row of bits. Those behind the last whole word are its high ones.
    pub(super) fn sum_of(&mut self, groups: &[Group]) -> CExpr {
        let sum = self.fresh("sum", "__u64");
        self.out.assignment(&sum, "0");
        if is_steady(groups, 16) {
            let mut end = 0;
            for group in groups {
                self.where_there(group, |cx| {
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
                    for piece in cx.pieces(&group.values, 64, false) {
                        cx.count_bits(&at, piece.width);
                        let value = piece.masked().text;
                        cx.out.update(&sum, format!("{sum} += csum_words({value}) << (-{at} & 15);"));
                    }
                });
            }
        }
        CExpr::atom(format!("csum_fold64({sum})"), CType::U16, 16)
    }

    fn add_to_sum(&mut self, sum: &str, value: CExpr, width: u32, shift: u32) {
        const ROOM: u32 = 48;
        if value.is_zero() {
            return;
        }
        let value = value.masked();
        let text = if width > 64 {
            let half = |cx: &mut Self, hi, lo| {
                let part = slice(value.clone(), hi, lo).masked();
                let name = cx.fresh("part", "__u64");
                cx.out.assignment(&name, &part.text);
                format!("csum_words({name})")
            };
            let (high, low) = (half(self, width - 1, 64), half(self, 63, 0));
            format!("({high} + {low})")
        } else if width + shift > ROOM {
            format!("csum_words({})", value.text)
        } else if shift > 0 {
            value.converted(CType::U64).operand()
        } else {
            value.text
        };
        let shifted = if shift > 0 { format!("{text} << {shift}") } else { text };
        self.out.update(sum, format!("{sum} += {shifted};"));
    }
}
