//! `truncate(length)` of v1model: the packet leaves with so many bytes at most. What was asked for last counts, behind the deparser
//! ([`Cx::cut_tail`]).

use super::V1MODEL;
use crate::c::code::code;
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, OtherShape};
use p4xdp_midend::ir::Arg;

pub(super) const TRUNCATE: Entry = Entry::stateless("truncate", truncate).of(V1MODEL);

fn truncate(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let [Arg::In(length)] = call.args else { return Err(OtherShape) };
    let length = cx.value(length).operand();
    let limit = cx.limit_length();
    cx.out.assignment(&limit, code!("{} + 1", length));
    Ok(())
}
