//! `random(result, lo, hi)` of v1model, and `Random<T>(min, max)` of PSA and PNA: a number between the two, both included.

use super::cells::constants;
use super::hash::of_width;
use super::{PORTABLE, V1MODEL};
use crate::c::code::code;
use crate::c::expr::{CExpr, CType, literal};
use crate::emit::Cx;
use crate::emit::expr::slice;
use crate::emit::externs::{Call, Entry, Extern, Laying, Made, OtherShape};
use crate::layout::extern_facts::Facts;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_midend::ir::{Arg, ExternInstance};

pub(super) const RANDOM: Entry = Entry::stateless("random", random).of(V1MODEL).with(ANY_TIME);
pub(super) const PORTABLE_RANDOM: Entry = Entry::of_type("Random", lay_out).of(PORTABLE).with(ANY_TIME);

const ANY_TIME: Facts = Facts { is_any_time: true, ..Facts::none() };

/// PSA's and PNA's.
#[derive(Debug)]
struct Random {
    low: u64,
    high: u64,
}

fn lay_out(instance: &ExternInstance, laying: &mut Laying<'_>) -> Made {
    let [low, high] = constants(instance, laying.diagnostics)?;
    Ok(Box::new(Random { low, high }))
}

impl Extern for Random {
    fn call(&self, cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
        let ("read", []) = (call.name, call.args) else { return Err(OtherShape) };
        if let Some(Arg::Out(target)) = call.result {
            let number = cx.fresh("number", code!("__u64"));
            cx.out.line(code!("{} = @xdp_random({}, {});", number, literal(self.low), literal(self.high)));
            let number = of_width(CExpr::atom(number, CType::U64, 64), cx.lvalue_width(target));
            cx.assign(target, number, call.span);
        }
        Ok(())
    }
}

fn random(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let [Arg::Out(target), Arg::In(low), Arg::In(high)] = call.args else { return Err(OtherShape) };
    let width = low.ty.width();
    if width > 64 {
        cx.refuse(codes::E0512, call.span, "a random number of more than 64 bits is not supported");
        return Ok(());
    }
    let (low, high) = (cx.value(low), cx.value(high));
    let number = cx.fresh("number", code!("__u64"));
    cx.out.line(code!("{} = @xdp_random({}, {});", number, low.text, high.text));
    cx.assign(target, slice(CExpr::atom(number, CType::U64, 64), width - 1, 0), call.span);
    Ok(())
}
