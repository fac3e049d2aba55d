//! The externs of `xdp_ext.p4`, which programs of all architectures have: of what only a device, the kernel or a processor knows there is nothing
//! here, so they give what the include says of that.

use super::{Builtin, library};
use crate::interp::arch::CallSite;
use crate::interp::code::Call;
use crate::interp::run::{Flow, Run};

/// The meaning of a call.
pub fn resolve(site: &CallSite<'_>) -> Option<Builtin> {
    Some(match site.key() {
        ("", "xdp_ktime_ns", 0) => library::time,
        ("", "xdp_rx_hash" | "xdp_rx_timestamp", 1) => fallback,
        ("", "xdp_rx_vlan_tag", 2) => nothing,
        _ => return None,
    })
}

/// The value that the program gives.
fn fallback(run: &mut Run<'_>, call: &Call) -> Flow {
    let value = run.number(call, 0);
    run.give_number(call, value);
    Flow::Next
}

/// Zero, and no argument is written.
fn nothing(run: &mut Run<'_>, call: &Call) -> Flow {
    run.give_number(call, 0);
    Flow::Next
}
