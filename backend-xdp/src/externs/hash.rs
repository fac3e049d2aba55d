//! `hash(result, algorithm, base, data, max)` of v1model: `base` plus the hash of the data modulo `max`, or `base` if that is 0.

use super::V1MODEL;
use super::digest::Algorithm;
use crate::c::code::{Code, ToCode, code};
use crate::c::expr::{CExpr, CType, Prec};
use crate::emit::Cx;
use crate::emit::expr::slice;
use crate::emit::externs::{Call, Entry, OtherShape};
use p4xdp_frontend::diagnostic::codes;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Arg, Expr, LValue};

pub(super) const HASH: Entry = Entry::stateless("hash", hash).of(V1MODEL);

fn hash(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let [Arg::Out(target), Arg::In(algorithm), Arg::In(base), data, Arg::In(max)] = call.args else {
        return Err(OtherShape);
    };
    let Some(algorithm) = cx.algorithm(algorithm) else {
        cx.refuse_algorithm(call);
        return Ok(());
    };
    let Some(groups) = cx.row_of(data, call.span) else { return Ok(()) };
    let value = cx.digest(algorithm, &groups);
    let digest = match value.prec {
        Prec::Postfix if algorithm != Algorithm::Csum16 => value.text,
        _ => {
            let digest = cx.fresh("digest", code!("__u64"));
            cx.out.assignment(&digest, &value.text);
            digest.code()
        }
    };
    assign(cx, target, base, &digest, max, call.span);
    Ok(())
}

fn assign(cx: &mut Cx<'_>, target: &LValue, base: &Expr, digest: &Code, max: &Expr, span: Span) {
    let is_constant = max.as_const().is_some();
    let (base, max) = (cx.value(base), cx.value(max));
    if base.ty == CType::U128 || max.ty == CType::U128 || cx.lvalue_width(target) > 64 {
        return cx.refuse(codes::E0512, span, "a hash of more than 64 bits is not supported");
    }
    let rest = match &max {
        max if max.is_zero() => code!("0"),
        max if is_constant => code!("{} % {}", digest, max.text),
        max => code!("({} ? {} % {} : 0)", max.operand(), digest, max.operand()),
    };
    let text = if base.is_zero() { rest } else { code!("{} + {}", base.operand(), rest) };
    let width = cx.lvalue_width(target);
    let value = CExpr { prec: Prec::Conditional, ..CExpr::atom(text, CType::U64, 64) };
    let value = if width < 64 { slice(value, width - 1, 0) } else { value };
    cx.assign(target, value, span);
}
