//! `BPF_KTIME_GET_NS()` of ebpf_model and xdp_model, `ubpf_time_get_ns()` of ubpf_model, and `xdp_ktime_ns()` of `xdp_ext.p4`: nanoseconds since the machine started, the low bits of it.

use super::{FILTERS, UBPF_MODEL};
use crate::c::code::code;
use crate::c::expr::{CExpr, CType};
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, OtherShape};
use crate::layout::extern_facts::Facts;

pub(super) const KTIME_GET_NS: Entry =
    Entry::stateless("BPF_KTIME_GET_NS", now).of(FILTERS).with(Facts { is_pure: true, ..Facts::none() });

pub(super) const UBPF_TIME_GET_NS: Entry =
    Entry::stateless("ubpf_time_get_ns", now).of(UBPF_MODEL).with(Facts { is_pure: true, ..Facts::none() });

pub(super) const XDP_KTIME_NS: Entry =
    Entry::stateless("xdp_ktime_ns", now).with(Facts { is_pure: true, ..Facts::none() });

fn now(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let [] = call.args else { return Err(OtherShape) };
    cx.give(call, CExpr::atom(code!("@bpf_ktime_get_ns()"), CType::U64, 64));
    Ok(())
}
