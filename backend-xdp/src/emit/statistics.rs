//! Counting what becomes of packets: the C for it (that for lost ones is [`super::losses`]'), and the program's function around that which works on the packet. It is off, and then costs an
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

use super::losses::{self, LOST};
use crate::c::code::{Code, Known, Name, code};
use crate::c::tree::Tree;
use p4xdp_control::manifest::statistics::COUNTS;
use rustc_hash::FxHashSet;

/// Writes what must stand in front of functions that use these names; `loses` if anything else of the file counts lost packets; `keeps`
/// if [`declare_keeping`] will stand behind that.
pub(crate) fn declare(names: &FxHashSet<&str>, loses: bool, keeps: bool, out: &mut Tree) {
    let loses = loses || names.contains(LOST.0);
    if loses {
        losses::declare_reasons(out);
    }
    out.line(Code::text("/* Counts of what is rare. */"));
    out.begin(code!("struct p4xdp_counts {"));
    out.line(Code::text("/* 1 if a loader has switched counting on. */"));
    out.line(code!("__u64 counting;"));
    out.line(Code::text("/* Packets that the parser rejects for an error. */"));
    out.line(code!("__u64 parser_errors;"));
    if loses {
        losses::declare_counts(out);
    }
    out.end_with(code!("}} p4xdp_counts SEC(\"{}\") = {{}};", Code::text(COUNTS)));
    out.blank();
    out.line(Code::fragment(include_str!("statistics.h")));
    out.blank();
    declare_count_verdict(keeps, out);
    if names.contains(COUNT_ERROR.0) {
        out.begin(code!("static @__always_inline void {}(void)\n{{", COUNT_ERROR));
        out.line(code!("if (p4xdp_counting())\n\t__sync_fetch_and_add(&p4xdp_counts.parser_errors, 1);"));
        out.end();
        out.blank();
    }
    if loses {
        losses::declare_function(out);
    }
}

/// Names maps where a verdict's count is not found, which never is: a loader binds a program to those that its instructions name, wherever these stand.
const KEEP_MAPS: Known = Known("p4xdp_keep_maps");

/// Writes what names maps to which the program is to be bound, though its packets do not use them.
pub(crate) fn declare_keeping(kept: &[Name], out: &mut Tree) {
    if kept.is_empty() {
        return;
    }
    out.line(Code::text("/* Maps of control planes alone: as they are named, every loader binds the program to them. Never called. */"));
    out.begin(code!("static @__always_inline void {}(void)\n{{", KEEP_MAPS));
    kept.iter().for_each(|map| out.line(code!("asm volatile(\"\" : : \"r\"(&{}));", map)));
    out.end();
    out.blank();
}

/// Writes the function that counts a verdict.
fn declare_count_verdict(keeps: bool, out: &mut Tree) {
    if keeps {
        out.line(code!("static @__always_inline void {}(void);", KEEP_MAPS));
        out.blank();
    }
    out.begin(code!("static @__always_inline int p4xdp_count_verdict(__u32 verdict)\n{{"));
    out.line(code!("__u32 index = verdict;\n__u64 *packets;"));
    out.blank();
    out.begin_if(code!("@p4xdp_counting()"));
    out.line(Code::text("/* Keeps the index off the stack where nothing is counted. */"));
    out.line(code!("asm volatile(\"\" : \"+r\"(index));"));
    out.line(code!("packets = @bpf_map_lookup_elem(&@p4xdp_verdicts, &index);"));
    out.begin_if(code!("packets"));
    out.line(code!("*packets += 1;"));
    if keeps {
        out.begin_else(None);
        out.line(code!("{}();", KEEP_MAPS));
    }
    out.end();
    out.end();
    out.line(code!("return verdict;"));
    out.end();
    out.blank();
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

/// The function that works on a copy.
pub(crate) const COPY: Known = Known("p4xdp_copy");

/// Writes the program's function around that which works on a copy; packets without copies pass it. The device counts what it sends.
pub(crate) fn copy_entry(name: &Name, out: &mut Tree) {
    out.line(code!("SEC(\"xdp/devmap\")"));
    out.line(code!("int {}(struct @xdp_md *ctx)", name));
    out.begin(code!("{{"));
    out.line(code!("return @p4xdp_is_marked(ctx) ? {}(ctx) : @XDP_PASS;", COPY));
    out.end();
    out.blank();
}

/// Writes a program's function around the one that works on the packet, which may have fragments.
pub(crate) fn entry(name: &Name, packet: &Name, frags: bool, out: &mut Tree) {
    out.line(if frags { code!("SEC(\"xdp.frags\")") } else { code!("SEC(\"xdp\")") });
    out.line(code!("int {}(struct @xdp_md *ctx)", name));
    out.begin(code!("{{"));
    out.line(code!("return @p4xdp_count_verdict({}(ctx));", packet));
    out.end();
    out.blank();
}
