//! Checksums over lists of values: v1model's `verify_checksum` and `update_checksum` with the Internet checksum (RFC 1071).
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
use super::externs::Call;
use super::hash::Algorithm;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::Arg;
use std::sync::Arc;

impl Cx<'_> {
    /// `update_checksum(condition, data, checksum, algorithm)`.
    pub(super) fn update_checksum(&mut self, call: &Call<'_>) {
        let [Arg::In(condition), Arg::Struct(data), Arg::Out(target), Arg::In(algorithm)] = call.args else {
            return self.unknown(call);
        };
        if self.algorithm(algorithm) != Some(Algorithm::Csum16) {
            return self.unknown_algorithm(call);
        }
        self.only_where(condition, |cx| {
            if let Some(sum) = cx.sum_of(data, call.span) {
                cx.assign(target, sum, call.span);
            }
        });
    }

    /// `verify_checksum(condition, data, checksum, algorithm)`.
    pub(super) fn verify_checksum(&mut self, call: &Call<'_>) {
        let [Arg::In(condition), Arg::Struct(data), Arg::In(expected), Arg::In(algorithm)] = call.args else {
            return self.unknown(call);
        };
        let stages = crate::arch::Stages(&self.program.stages);
        let Some(failed) = stages.local("ig", 2, Some("checksum_error")) else { return };
        if self.algorithm(algorithm) != Some(Algorithm::Csum16) {
            return self.unknown_algorithm(call);
        }
        self.only_where(condition, |cx| {
            let expected = cx.value(expected);
            let Some(sum) = cx.sum_of(data, call.span) else { return };
            let flag = cx.local(failed).text;
            cx.out.update(&flag, format!("if ({} != {})", sum.text, expected.operand()));
            cx.out.update(&flag, format!("\t{flag} = 1;"));
        });
    }

    /// The Internet checksum of the values one behind the other. Bits that are no whole bytes are a number; an odd byte at the end is the
    /// high half of a word. The interpreter has the same rule.
    pub(super) fn sum_of(&mut self, data: &[(Arc<str>, Arg)], span: Span) -> Option<CExpr> {
        let values = self.scalars_of(data, span)?;
        // Bits behind the end of the value, in the last word.
        let total: u32 = values.iter().map(|value| value.ty.width()).sum();
        let mut behind = total + total.div_ceil(8) % 2 * 8;
        let sum = self.fresh("sum", "__u64");
        self.out.assignment(&sum, "0");
        for value in values {
            let width = value.ty.width();
            behind -= width;
            let shift = behind % 16;
            let term = self.value(value);
            self.add_to_sum(&sum, term, width, shift);
        }
        Some(CExpr::atom(format!("csum_fold64({sum})"), CType::U16, 16))
    }

    fn add_to_sum(&mut self, sum: &str, value: CExpr, width: u32, shift: u32) {
        const ROOM: u32 = 48;
        if value.is_zero() {
            return;
        }
        let value = value.masked();
        let text = if width > 64 {
            let half = |cx: &mut Self, hi, lo| {
                let part = super::expr::slice(value.clone(), hi, lo).masked();
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
