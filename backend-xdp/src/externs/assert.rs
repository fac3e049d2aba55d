//! `assert(check)` and `assume(check)` of v1model: a check that fails aborts the packet.

use super::V1MODEL;
use crate::c::code::code;
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, OtherShape};
use crate::emit::losses::abort;
use p4xdp_midend::ir::Arg;

pub(super) const ASSERT: Entry = Entry::stateless("assert", check).of(V1MODEL);
pub(super) const ASSUME: Entry = Entry::stateless("assume", check).of(V1MODEL);

fn check(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let [Arg::In(check)] = call.args else { return Err(OtherShape) };
    let holds = cx.condition(check);
    if !holds.is_true() {
        cx.abort_if(code!("!{}", holds.operand()), abort());
    }
    cx.assume(check, true);
    Ok(())
}
