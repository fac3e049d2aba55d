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
        ("", "xdp_fib_lookup_ipv4" | "xdp_fib_lookup_ipv6", 7) => not_forwarded,
        ("", "xdp_pass_on_cpu" | "xdp_pass_metadata", 1) => nothing,
        _ => return None,
    })
}

/// The value that the program gives.
fn fallback(run: &mut Run<'_>, call: &Call) -> Flow {
    let value = run.number(call, 0);
    run.give_number(call, value);
    Flow::Next
}

/// There is no route.
fn not_forwarded(run: &mut Run<'_>, call: &Call) -> Flow {
    const NOT_FORWARDED: u128 = 4;
    run.give_number(call, NOT_FORWARDED);
    call.args.iter().skip(4).for_each(|out| run.give_scalar(Some(out), 0, call.span));
    Flow::Next
}

/// Zero, and no argument is written.
fn nothing(run: &mut Run<'_>, call: &Call) -> Flow {
    run.give_number(call, 0);
    Flow::Next
}
