//! `random(result, lo, hi)` of v1model: a number between the two, both included.

use super::V1MODEL;
use crate::c::code::code;
use crate::c::expr::{CExpr, CType};
use crate::emit::Cx;
use crate::emit::expr::slice;
use crate::emit::externs::{Call, Entry, OtherShape};
use p4xdp_frontend::diagnostic::codes;
use p4xdp_midend::ir::Arg;

pub(super) const RANDOM: Entry = Entry::stateless("random", random).of(V1MODEL);

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
