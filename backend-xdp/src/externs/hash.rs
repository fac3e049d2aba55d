//! `hash(result, algorithm, base, data, max)` of v1model: `base` plus the hash of the data modulo `max`, or `base` if that is 0. `Hash<O>` of PSA
//! and PNA has the algorithm, and `get_hash(base, data, max)` is the same; `get_hash(data)` is the low bits of the hash.

use super::digest::Algorithm;
use super::{PORTABLE, V1MODEL};
use crate::c::code::{Code, ToCode, code};
use crate::c::expr::{CExpr, CType, Prec};
use crate::emit::Cx;
use crate::emit::expr::slice;
use crate::emit::externs::{Call, Entry, Extern, Laying, Made, OtherShape};
use p4xdp_frontend::diagnostic::codes;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Arg, Expr, ExternInstance, LValue};

pub(super) const HASH: Entry = Entry::stateless("hash", hash).of(V1MODEL);
pub(super) const PORTABLE_HASH: Entry = Entry::of_type("Hash", lay_out).of(PORTABLE);

fn hash(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let [Arg::Out(target), Arg::In(algorithm), Arg::In(base), data, Arg::In(max)] = call.args else {
        return Err(OtherShape);
    };
    let Some(algorithm) = cx.algorithm(algorithm) else {
        cx.refuse_algorithm(call);
        return Ok(());
    };
    ranged(cx, call, algorithm, target, (base, data, max));
    Ok(())
}

/// PSA's and PNA's.
#[derive(Debug)]
struct Hash(Option<Expr>);

fn lay_out(instance: &ExternInstance, _: &mut Laying<'_>) -> Made {
    Ok(Box::new(Hash(instance.args.first().and_then(|arg| arg.value()).cloned())))
}

impl Extern for Hash {
    fn call(&self, cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
        let "get_hash" = call.name else { return Err(OtherShape) };
        // Nobody may want to know.
        let Some(Arg::Out(target)) = call.result else { return Ok(()) };
        let Some(algorithm) = self.0.as_ref().and_then(|algorithm| cx.algorithm(algorithm)) else {
            cx.refuse_algorithm(call);
            return Ok(());
        };
        match call.args {
            [Arg::In(base), data, Arg::In(max)] => ranged(cx, call, algorithm, target, (base, data, max)),
            [data] => {
                let Some(groups) = cx.row_of(data, call.span) else { return Ok(()) };
                let digest = cx.digest(algorithm, &groups);
                let digest = of_width(digest, cx.lvalue_width(target));
                cx.assign(target, digest, call.span);
            }
            _ => return Err(OtherShape),
        }
        Ok(())
    }
}

/// The low bits of a hash, or all of them in a wider number.
pub(super) fn of_width(digest: CExpr, width: u32) -> CExpr {
    match width {
        0 => CExpr::zero(0),
        _ if width < digest.width => slice(digest, width - 1, 0).masked(),
        _ => CExpr { width, ..digest.converted(CType::of_width(width)) },
    }
}

fn ranged(
    cx: &mut Cx<'_>,
    call: &Call<'_>,
    algorithm: Algorithm,
    target: &LValue,
    (base, data, max): (&Expr, &Arg, &Expr),
) {
    let Some(groups) = cx.row_of(data, call.span) else { return };
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
