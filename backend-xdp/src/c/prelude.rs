//! The C that stands in front of a generated program: in go the names that it uses, out come the declarations of those,
//! and no others. There is no `#include`: the result compiles with `-nostdinc` and clang alone.
//!
//! A piece is taken when the program, or a piece already taken, uses one of the names that it defines.

use super::text::collect_identifiers;
use std::collections::BTreeSet;

/// A piece of C and the names that call for it.
struct Piece {
    defines: &'static [&'static str],
    /// Names that it defines for itself.
    inner: &'static [&'static str],
    text: &'static str,
}

macro_rules! piece {
    ($file:literal: $($name:literal)* $(; $($inner:literal)*)?) => {
        Piece { defines: &[$($name),*], inner: &[$($($inner),*)?], text: include_str!(concat!("prelude/", $file)) }
    };
}

/// What kernel helpers' declarations may need, in the order in which it must stand.
const FOUNDATION: &[Piece] = &[
    piece!("types.h": "__u8" "__u16" "__u32" "__u64" "__s8" "__s16" "__s32" "__s64" "NULL" "SEC" "__always_inline"),
    piece!("bool.h": "bool" "true" "false"),
    piece!("network_types.h": "__be16" "__be32" "__be64"),
    piece!("wide_types.h": "__s128" "__u128"),
    piece!("context.h": "xdp_md" "xdp_action" "XDP_ABORTED" "XDP_DROP" "XDP_PASS" "XDP_TX" "XDP_REDIRECT"),
];

/// What stands behind the helpers, in order.
const PIECES: &[Piece] = &[
    piece!("barrier.h": "barrier"),
    piece!("barrier_var.h": "barrier_var"),
    piece!("barrier_vars.h": "barrier_vars"),
    piece!("packet.h": "xdp_data" "xdp_data_end"),
    piece!("xdp_has_bytes.h": "xdp_has_bytes"),
    piece!("byte_order.h": "bpf_htons" "bpf_ntohs" "bpf_htonl" "bpf_ntohl" "bpf_cpu_to_be64" "bpf_be64_to_cpu"),
    piece!("wire.h": "load_wire8" "load_wire16" "load_wire32" "load_wire64" "store_wire16" "store_wire32" "store_wire64" "WIRE_PART"; "WIRE_REST"),
    piece!("load_wire24.h": "load_wire24"),
    piece!("store_wire24.h": "store_wire24"),
    piece!("load_wire40.h": "load_wire40"),
    piece!("store_wire40.h": "store_wire40"),
    piece!("load_wire48.h": "load_wire48"),
    piece!("store_wire48.h": "store_wire48"),
    piece!("load_wire56.h": "load_wire56"),
    piece!("store_wire56.h": "store_wire56"),
    piece!("load_be16.h": "load_be16"),
    piece!("load_be32.h": "load_be32"),
    piece!("load_be48.h": "load_be48"),
    piece!("load_be64.h": "load_be64"),
    piece!("load_be128.h": "load_be128"),
    piece!("load_be_bytes.h": "load_be_bytes"),
    piece!("load_be_bytes128.h": "load_be_bytes128"),
    piece!("store_be16.h": "store_be16"),
    piece!("store_be32.h": "store_be32"),
    piece!("store_be48.h": "store_be48"),
    piece!("store_be64.h": "store_be64"),
    piece!("store_be128.h": "store_be128"),
    piece!("store_be_bytes.h": "store_be_bytes"),
    piece!("store_be_bytes128.h": "store_be_bytes128"),
    piece!("store_be_unaligned128.h": "store_be_unaligned128"),
    piece!("copy_bytes.h": "copy_bytes"),
    piece!("copy_units.h": "copy_units"),
    piece!("clear_bytes.h": "clear_bytes"),
    piece!("equal_bytes.h": "equal_bytes"),
    piece!("bytes_from_packet.h": "bytes_from_packet"),
    piece!("bytes_to_packet.h": "bytes_to_packet"),
    piece!("move_down.h": "move_down"),
    piece!("move_up.h": "move_up"),
    piece!("int_div.h": "int_div"),
    piece!("int_mod.h": "int_mod"),
    piece!("int_sat_add.h": "int_sat_add"),
    piece!("int_sat_sub.h": "int_sat_sub"),
    piece!("int_clamp.h": "int_clamp"),
    piece!("int_sat_adds.h": "int_sat_adds"),
    piece!("int_sat_subs.h": "int_sat_subs"),
    piece!("int_add128.h": "int_add128"),
    piece!("int_borrow.h": "int_borrow"),
    piece!("int_sub128.h": "int_sub128"),
    piece!("int_borrow128.h": "int_borrow128"),
    piece!("int_less128.h": "int_less128"),
    piece!("int_least128.h": "int_least128"),
    piece!("int_ordered128.h": "int_ordered128"),
    piece!("int_amount.h": "int_beyond" "int_beyond_word"),
    piece!("int_shl128.h": "int_shl128"),
    piece!("int_shr128.h": "int_shr128"),
    piece!("int_sar128.h": "int_sar128"),
    piece!("int_mul128.h": "int_mul128"),
    piece!("table_index.h": "table_index"),
    piece!("crc16_bytes.h": "crc16_bytes"; "crc16_nibbles"),
    piece!("crc16_bits.h": "crc16_bits"),
    piece!("crc32_bytes.h": "crc32_bytes"; "crc32_nibbles"),
    piece!("crc32_bits.h": "crc32_bits"),
    piece!("crc_custom.h": "p4xdp_crcs" "p4xdp_crc" "crc32_custom" "crc16_custom"),
    piece!("crc_index.h": "crc_index"),
    piece!("crc_custom_first.h": "crc_custom_first"),
    piece!("crc_custom_bytes.h": "crc_custom_bytes"),
    piece!("crc_custom_last.h": "crc_custom_last"),
    piece!("crc_custom_bits.h": "crc_custom_bits"),
    piece!("first_one.h": "first_one"),
    piece!("first_bits.h": "bits_behind" "whole_bytes"),
    piece!("crc16_ccitt.h": "crc16_ccitt"),
    piece!("lookup3.h": "lookup3"),
    piece!("xor_words.h": "xor_words"),
    piece!("xdp_length.h": "xdp_length"),
    piece!("xdp_random.h": "xdp_random"),
    piece!("packets_and_bytes.h": "packets_and_bytes"),
    piece!("map_definition.h": "__uint" "__type"),
    piece!("parts.h": "__array" "BPF_MAP_TYPE_PROG_ARRAY"),
    piece!("cpu_map.h": "BPF_MAP_TYPE_CPUMAP"),
    piece!("copies.h": "BPF_MAP_TYPE_ARRAY_OF_MAPS" "BPF_F_BROADCAST"),
    piece!("map_flags.h": "BPF_F_NO_PREALLOC"),
    piece!("mappable.h": "BPF_F_MMAPABLE"),
    piece!("update_flags.h": "BPF_ANY" "BPF_NOEXIST" "BPF_EXIST"),
    piece!("perf_event.h": "BPF_F_CURRENT_CPU"),
    piece!("loop.h": "xdp_loop" "XDP_NEXT_ROUND"),
    piece!("csum_fold.h": "csum_fold"),
    piece!("csum_fold64.h": "csum_fold64"),
    piece!("csum_words.h": "csum_words"),
    piece!("xdp_packet_bytes.h": "xdp_packet_bytes" "XDP_PACKET_NEXT" "XDP_MOST_BYTES" "XDP_NO_BYTES"),
    piece!("put_bits.h": "put_bits"),
    piece!("xdp_shift_bits.h": "xdp_shift_bits"),
    piece!("xdp_packet_sum.h": "xdp_packet_sum"),
    piece!("xdp_packet_xor.h": "xdp_packet_xor"),
    piece!("xdp_packet_first.h": "xdp_packet_first"),
    piece!("xdp_packet_crc16.h": "xdp_packet_crc16"; "xdp_packet_crc16_some"),
    piece!("xdp_packet_crc32.h": "xdp_packet_crc32"; "xdp_packet_crc32_some"),
    piece!("xdp_packet_crc_custom.h": "xdp_packet_crc_custom"; "xdp_packet_crc_custom_some"),
    piece!("xdp_frags_bytes.h": "xdp_frags_bytes" "XDP_MOST_FRAGS" "XDP_NO_FRAGS"),
    piece!("xdp_frags_sum.h": "xdp_frags_sum"),
    piece!("xdp_frags_xor.h": "xdp_frags_xor"),
    piece!("xdp_frags_first.h": "xdp_frags_first"),
    piece!("xdp_frags_crc16.h": "xdp_frags_crc16"; "xdp_frags_crc16_some"),
    piece!("xdp_frags_crc32.h": "xdp_frags_crc32"; "xdp_frags_crc32_some"),
    piece!("xdp_frags_crc_custom.h": "xdp_frags_crc_custom"; "xdp_frags_crc_custom_some"),
    piece!("xdp_memory_sum.h": "xdp_memory_sum"),
    piece!("xdp_memory_xor.h": "xdp_memory_xor"),
    piece!("xdp_memory_first.h": "xdp_memory_first"),
    piece!("xdp_memory_crc16.h": "xdp_memory_crc16"),
    piece!("xdp_memory_crc32.h": "xdp_memory_crc32"),
    piece!("xdp_memory_crc_custom.h": "xdp_memory_crc_custom"),
    piece!("csum_replace2.h": "csum_replace2"),
    piece!("csum_replace4.h": "csum_replace4"),
    piece!("ipv4_checksum.h": "ebpf_ipv4_checksum"),
    piece!("xdp_ipv4_checksum_ok.h": "xdp_ipv4_checksum_ok"),
    piece!("xdp_count.h": "xdp_count"),
    piece!("xdp_count_packet.h": "xdp_count_packet"),
    piece!("xdp_count_sparse.h": "xdp_count_sparse"),
    piece!("xdp_read32.h": "xdp_read32"),
    piece!("xdp_read64.h": "xdp_read64"),
    piece!("xdp_read_flipped32.h": "xdp_read_flipped32"),
    piece!("xdp_read_flipped64.h": "xdp_read_flipped64"),
    piece!("xdp_write32.h": "xdp_write32"),
    piece!("xdp_write64.h": "xdp_write64"),
    piece!("spin_lock.h": "bpf_spin_lock"),
    piece!("atomic.h": "p4xdp_atomic"),
    piece!("xdp_meter.h": "xdp_meter_colour" "xdp_meter"; "xdp_meter_refill" "XDP_METER_SCALE"),
    piece!("xdp_meter_aware.h": "xdp_meter_aware"),
    piece!("xdp_idle.h": "xdp_idle" "xdp_matched"),
    piece!("xdp_send_packet.h": "xdp_send_packet"),
    piece!("xdp_send_frags.h": "xdp_send_frags"),
    piece!("xdp_ksyms.h": "XDP_KSYM"),
    piece!("xdp_rx_hash.h": "xdp_rx_hash"; "xdp_rss_hash_type" "off_xdp_metadata_rx_hash"),
    piece!("xdp_rx_timestamp.h": "xdp_rx_timestamp"; "off_xdp_metadata_rx_timestamp"),
    piece!("xdp_rx_vlan_tag.h": "xdp_rx_vlan_tag"; "off_xdp_metadata_rx_vlan_tag"),
    piece!("xdp_fib_lookup.h": "xdp_fib_lookup" "bpf_fib_lookup"; "xdp_fib_mac"),
    piece!("xdp_fib_lookup_ipv4.h": "xdp_fib_lookup_ipv4"),
    piece!("xdp_fib_lookup_ipv6.h": "xdp_fib_lookup_ipv6"),
    piece!("xdp_make_metadata.h": "xdp_make_metadata"),
    piece!("xdp_send_message.h": "xdp_send_message"),
    piece!("tcp_conntrack.h": "tcp_conntrack" "connection" "connection_state"; "TCP_SYN_SENT" "TCP_SYN_ACKED" "TCP_ESTABLISHED"),
];

/// Kernel helpers: name, result, parameters, number in `enum bpf_func_id` of the kernel's `uapi/linux/bpf.h`.
const HELPERS: &[(&str, &str, &str, u32)] = &[
    ("bpf_map_lookup_elem", "void *", "void *map, const void *key", 1),
    ("bpf_map_update_elem", "long ", "void *map, const void *key, const void *value, __u64 flags", 2),
    ("bpf_map_delete_elem", "long ", "void *map, const void *key", 3),
    ("bpf_ktime_get_ns", "__u64 ", "void", 5),
    ("bpf_trace_printk", "long ", "const char *format, __u32 size, ...", 6),
    ("bpf_get_prandom_u32", "__u32 ", "void", 7),
    ("bpf_get_smp_processor_id", "__u32 ", "void", 8),
    ("bpf_tail_call", "long ", "void *ctx, void *prog_array_map, __u32 index", 12),
    ("bpf_redirect", "long ", "__u32 ifindex, __u64 flags", 23),
    ("bpf_perf_event_output", "long ", "void *ctx, void *map, __u64 flags, void *data, __u64 size", 25),
    ("bpf_csum_diff", "__s64 ", "__u32 *from, __u32 from_size, __u32 *to, __u32 to_size, __u32 seed", 28),
    ("bpf_xdp_adjust_head", "long ", "struct xdp_md *ctx, int delta", 44),
    ("bpf_redirect_map", "long ", "void *map, __u64 key, __u64 flags", 51),
    ("bpf_xdp_adjust_meta", "long ", "struct xdp_md *ctx, int delta", 54),
    ("bpf_xdp_adjust_tail", "long ", "struct xdp_md *ctx, int delta", 65),
    ("bpf_fib_lookup", "long ", "struct xdp_md *ctx, void *fib, int size, __u32 flags", 69),
    ("bpf_spin_lock", "long ", "void *lock", 93),
    ("bpf_spin_unlock", "long ", "void *lock", 94),
    ("bpf_jiffies64", "__u64 ", "void", 118),
    ("bpf_ringbuf_output", "long ", "void *ringbuf, void *data, __u64 size, __u64 flags", 130),
    ("bpf_ringbuf_reserve", "void *", "void *ringbuf, __u64 size, __u64 flags", 131),
    ("bpf_ringbuf_submit", "void ", "void *data, __u64 flags", 132),
    ("bpf_ringbuf_discard", "void ", "void *data, __u64 flags", 133),
    ("bpf_loop", "long ", "__u32 calls, void *function, void *context, __u64 flags", 181),
    ("bpf_xdp_get_buff_len", "__u64 ", "struct xdp_md *ctx", 188),
    ("bpf_xdp_load_bytes", "long ", "struct xdp_md *ctx, __u32 offset, void *buffer, __u32 length", 189),
    ("bpf_xdp_store_bytes", "long ", "struct xdp_md *ctx, __u32 offset, void *buffer, __u32 length", 190),
];

/// True for names that stand for something of the prelude's, wanted or not.
pub fn defines(name: &str) -> bool {
    FOUNDATION.iter().chain(PIECES).any(|piece| piece.defines.contains(&name) || piece.inner.contains(&name))
}

/// What must stand in front of C that uses these names.
pub fn prelude_for(names: &BTreeSet<&str>) -> String {
    // Nothing mentions what stands behind it, so one round from the end finds all.
    let mut wanted = names.clone();
    let pieces = take(PIECES, &mut wanted);
    let helpers: String = HELPERS
        .iter()
        .filter(|(name, ..)| wanted.contains(name))
        .map(|(name, result, params, id)| {
            format!("static {result}(*const {name})({params}) = (void *){id};\n")
        })
        .collect();
    let mut taken = {
        let mut wanted = wanted.clone();
        collect_identifiers(&helpers, &mut wanted);
        take(FOUNDATION, &mut wanted)
    };
    if !helpers.is_empty() {
        taken.push(&helpers);
    }
    taken.extend(pieces);
    taken.join("\n")
}

/// The first helper of the kernel that C calls which uses these names, itself or by way of the prelude, but for some.
pub fn first_helper(mut names: BTreeSet<&str>, but: &[&str]) -> Option<&'static str> {
    take(PIECES, &mut names);
    let mut helpers = HELPERS.iter().map(|(name, ..)| *name);
    helpers.find(|name| names.contains(name) && !but.contains(name))
}

/// The pieces that are wanted, in order; what they mention is wanted too.
fn take(pieces: &'static [Piece], wanted: &mut BTreeSet<&'_ str>) -> Vec<&'static str> {
    let mut taken = Vec::new();
    for piece in pieces.iter().rev() {
        if piece.defines.iter().any(|name| wanted.contains(name)) {
            collect_identifiers(piece.text, wanted);
            taken.push(piece.text);
        }
    }
    taken.reverse();
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prelude_of(text: &str) -> String {
        let mut names = BTreeSet::new();
        collect_identifiers(text, &mut names);
        prelude_for(&names)
    }

    #[test]
    fn takes_what_is_used_and_what_that_needs() {
        let text = prelude_of("__u16 f(void) { return csum_fold(bpf_ktime_get_ns()); }");
        assert!(text.contains("__u16;"));
        assert!(text.contains("__u16 csum_fold(__u64 sum)"));
        assert!(text.contains("(*const bpf_ktime_get_ns)(void) = (void *)5;"));
        assert!(!text.contains("xdp_md"));
        assert!(!text.contains("bpf_htons"));
        let text = prelude_of(
            "/* csum_fold */ char a[] = \"bool \\\" __u16\", b = '\"'; // xdp_md\n#error don't\n__u32 c;",
        );
        assert!(text.contains("__u32;") && !text.contains("csum_fold"), "{text}");
        assert!(!text.contains("bool") && !text.contains("xdp_md {"), "{text}");
    }

    /// With the newest clang and with the oldest that is supported, if it is there.
    #[test]
    fn all_of_it_compiles() {
        let pieces = FOUNDATION.iter().chain(PIECES);
        let names = pieces.flat_map(|p| p.defines).chain(HELPERS.iter().map(|(name, ..)| name));
        let body = names.map(|name| format!("{name}\n")).collect::<String>();
        let text = format!("{}\nint nothing SEC(\".data\");\n", prelude_of(&format!("{body} SEC")));
        let directory = tempfile::tempdir().unwrap();
        let source = directory.path().join("all.c");
        std::fs::write(&source, text).unwrap();
        let compile = |clang: crate::clang::Clang| {
            let object = directory.path().join("all.o");
            clang.compile(&source, &object, &["-Werror".to_owned(), "-Wno-unused".to_owned()]).unwrap();
        };
        compile(crate::clang::Clang::find(None).unwrap());
        if let Ok(oldest) = crate::clang::Clang::find(Some(std::path::Path::new("clang-14"))) {
            compile(oldest);
        }
    }

    /// A P4 name that is one of the prelude's is given another in C.
    #[test]
    fn all_that_it_defines_is_reserved() {
        for piece in FOUNDATION.iter().chain(PIECES) {
            let code: String =
                piece.text.split("/*").map(|t| t.split_once("*/").map_or(t, |(_, t)| t)).collect();
            let mut depth = 0;
            // A function's name may stand behind its type, on a line of its own.
            for line in code.replace("inline __u16\n", "inline __u16 ").lines() {
                let name = |text: &str| {
                    let end =
                        text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
                    text[..end].to_owned()
                };
                let last = |text: &str| name(text.rsplit([' ', '*']).next().unwrap());
                let defined = match line {
                    _ if depth > 0 => None,
                    _ if line.starts_with("#define ") => Some(name(&line[8..])),
                    _ if line.starts_with("static ") => {
                        let end = line.find(['(', '[']).unwrap_or_else(|| panic!("{line}"));
                        Some(last(&line[..end]))
                    }
                    _ if line.starts_with("struct ") || line.starts_with("enum ") && line.ends_with(" {") => {
                        Some(last(line.trim_end_matches(" {")))
                    }
                    _ if line.starts_with("typedef ") => Some(last(line.trim_end_matches(';'))),
                    _ => None,
                };
                depth += line.matches('{').count();
                depth -= line.matches('}').count();
                if let Some(name) = defined.filter(|name| !name.is_empty()) {
                    assert!(crate::names::is_reserved(&name), "{name}: {line}");
                }
            }
        }
    }

    #[test]
    fn nothing_for_nothing() {
        assert_eq!(prelude_of("int main;"), "");
    }

    #[test]
    fn pieces_mention_only_earlier_ones() {
        let mut earlier: BTreeSet<&str> = BTreeSet::new();
        for piece in FOUNDATION.iter().chain(PIECES) {
            let mut used = BTreeSet::new();
            collect_identifiers(piece.text, &mut used);
            for other in
                FOUNDATION.iter().chain(PIECES).flat_map(|p| p.defines).filter(|name| used.contains(*name))
            {
                assert!(piece.defines.contains(other) || earlier.contains(other), "{other}");
            }
            earlier.extend(piece.defines);
        }
    }
}
