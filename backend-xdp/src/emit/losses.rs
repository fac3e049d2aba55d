//! Packets that are lost though the program does not drop them by its own word: the C that counts them by reason, where they are lost and
//! nowhere else, so that others pay nothing. Where counts lie is `p4xdp_control::manifest::losses`'.
//!
//! ```text
//! if (bpf_xdp_adjust_head(ctx, -4))
//!         return p4xdp_lost(XDP_ABORTED, P4XDP_NO_ROOM);
//! ```

use crate::c::code::{Code, Known, ToCode, code};
use crate::c::tree::Tree;
use p4xdp_control::manifest::losses::{REASONS, ROWS, ROWS_AT, Reason};

/// The function that counts; its value is the verdict.
pub(crate) const LOST: Known = Known("p4xdp_lost");

/// The verdict for a packet that is lost for this reason, which it counts.
pub(crate) fn lost(verdict: impl ToCode, reason: Reason) -> Code {
    code!("{}({}, {})", LOST, verdict, Known(reason.constant()))
}

/// The same for one that is aborted.
pub(crate) fn aborted(reason: Reason) -> Code {
    lost(Known("XDP_ABORTED"), reason)
}

/// The verdict for a packet with which the program cannot go on.
pub(crate) fn abort() -> Code {
    aborted(Reason::Aborted)
}

/// The verdict for what cannot be, but must be asked for the verifier's sake. It is not counted: that would be more for the verifier to walk.
pub(crate) fn cannot_be() -> Code {
    code!("@XDP_ABORTED")
}

/// Writes the reasons.
pub(super) fn declare_reasons(out: &mut Tree) {
    out.line(Code::text("/* Why packets are lost that the program does not drop by its own word. */"));
    out.begin(code!("enum p4xdp_reason {"));
    for reason in Reason::ALL {
        out.line(code!("{},", Known(reason.constant())));
    }
    out.end_with(code!("};"));
    out.blank();
}

/// Writes the member with the counts, in the structure that stands at the beginning of its section.
pub(super) fn declare_counts(out: &mut Tree) {
    out.line(Code::text("/* Lost packets by reason, in a row of the processor's. */"));
    out.line(code!("__u64 lost[{}][{}] __attribute__((aligned({})));", ROWS, REASONS, ROWS_AT));
}

/// Writes the function.
pub(super) fn declare_function(out: &mut Tree) {
    out.begin(code!("static @__always_inline int {}(int verdict, enum p4xdp_reason reason)\n{{", LOST));
    out.line(code!("@__u32 row = @bpf_get_smp_processor_id() % {};", ROWS));
    out.blank();
    out.line(code!("__sync_fetch_and_add(&p4xdp_counts.lost[row][reason], 1);"));
    out.line(code!("return verdict;"));
    out.end();
    out.blank();
}
