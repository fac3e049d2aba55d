//! Counting what becomes of packets: the C for it, and the program's function around that which works on the packet. It is off, and then costs an
//! instruction, unless a loader switches it on; see `p4xdp_control::manifest::statistics`.
//!
//! ```text
//! static __always_inline int p4xdp_packet(struct xdp_md *ctx) { .. }       what the P4 program does
//!
//! SEC("xdp")
//! int router(struct xdp_md *ctx)
//! {
//!     return p4xdp_count_verdict(p4xdp_packet(ctx));
//! }
//! ```

use crate::c::code::{Code, Known, Name, code};
use crate::c::tree::Tree;
use rustc_hash::FxHashSet;

const ERRORS: &str = "static __always_inline void p4xdp_count_error(void)
{
	if (p4xdp_counting())
		__sync_fetch_and_add(&p4xdp_rare.parser_errors, 1);
}
";

/// Writes what must stand in front of functions that use these names.
pub(crate) fn declare(names: &FxHashSet<&str>, out: &mut Tree) {
    out.line(Code::fragment(include_str!("statistics.h")));
    if names.contains(COUNT_ERROR.0) {
        out.line(Code::fragment(ERRORS));
    }
}

/// Counts a packet that the parser rejects for an error.
const COUNT_ERROR: Known = Known("p4xdp_count_error");

/// The statement that does so.
pub(crate) fn count_error() -> Code {
    code!("{}();", COUNT_ERROR)
}

/// The function that works on the packet.
pub(crate) const PACKET: Known = Known("p4xdp_packet");

/// How it begins.
pub(crate) fn packet() -> Code {
    packet_by(&PACKET.name())
}

/// The same for one of another name.
pub(crate) fn packet_by(function: &Name) -> Code {
    code!("static __always_inline int {}(struct @xdp_md *ctx)", function)
}

/// What stands in it if the program has no use for its packet.
pub(crate) fn no_context() -> Code {
    code!("(void)ctx; /* The P4 program does the same with every packet. */")
}

/// Writes a program's function around the one that works on the packet.
pub(crate) fn entry(name: &Name, packet: &Name, out: &mut Tree) {
    out.line(code!("SEC(\"xdp\")"));
    out.line(code!("int {}(struct @xdp_md *ctx)", name));
    out.begin(code!("{{"));
    out.line(code!("return @p4xdp_count_verdict({}(ctx));", packet));
    out.end();
    out.blank();
}
