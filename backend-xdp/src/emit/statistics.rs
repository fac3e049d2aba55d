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

use super::writer::Writer;

const ERRORS: &str = "static __always_inline void p4xdp_count_error(void)
{
	if (p4xdp_counting())
		__sync_fetch_and_add(&p4xdp_rare.parser_errors, 1);
}
";

/// Writes what must stand in front of the function.
pub(crate) fn declare(function: &Writer, out: &mut Writer) {
    out.line(include_str!("statistics.h"));
    if function.words().contains("p4xdp_count_error") {
        out.line(ERRORS);
    }
}

/// Counts a packet that the parser rejects for an error.
pub(crate) const COUNT_ERROR: &str = "p4xdp_count_error()";

/// How the function begins that works on the packet.
pub(crate) const PACKET: &str = "static __always_inline int p4xdp_packet(struct xdp_md *ctx)";

/// What stands in it if the program has no use for its packet.
pub(crate) const NO_CONTEXT: &str = "(void)ctx; /* The P4 program does the same with every packet. */";

/// Writes the program's function.
pub(crate) fn entry(name: &str, out: &mut Writer) {
    out.line("SEC(\"xdp\")");
    out.line(format!("int {name}(struct xdp_md *ctx)"));
    out.open("{");
    out.line("return p4xdp_count_verdict(p4xdp_packet(ctx));");
    out.close("}");
    out.blank();
}
