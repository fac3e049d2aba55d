//! Programs of any size, for seeing how time grows. In: a number of features. Out: a P4 program in the manner of a large
//! switch.
//!
//! A feature is what people add to such a program one at a time: a header with its parser state and its `emit`, a struct of metadata, and a
//! control with actions, a table that the control plane fills and one of constant entries, which the pipeline applies. Every control takes all
//! headers and all metadata, as is usual. Nothing here is taken from an existing program.

use std::io::{self, Write};

/// The architecture of the generated program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Target {
    V1model,
    Xdp,
}

/// Writes a program with so many features.
///
/// # Errors
/// When it cannot be written.
pub fn program(out: &mut impl Write, target: Target, features: usize) -> io::Result<()> {
    let include = match target {
        Target::V1model => "v1model.p4",
        Target::Xdp => "xdp_model.p4",
    };
    writeln!(out, "// {features} features\n#include <core.p4>\n#include <{include}>\n")?;
    writeln!(out, "#define TABLE_SIZE 1024\n#define CHECK(f, v) ((f) == (v) && !meta.common.dropped)\n")?;
    out.write_all(COMMON_TYPES.as_bytes())?;
    for i in 0..features {
        feature_types(out, i)?;
    }
    writeln!(out, "struct headers_t {{\n    ethernet_t ethernet;\n    ipv4_t ipv4;")?;
    for i in 0..features {
        writeln!(out, "    feature{i}_t feature{i};")?;
    }
    writeln!(out, "}}\n\nstruct metadata_t {{\n    common_metadata_t common;")?;
    for i in 0..features {
        writeln!(out, "    feature{i}_metadata_t feature{i};")?;
    }
    writeln!(out, "}}\n")?;
    parser(out, target, features)?;
    for i in 0..features {
        feature_control(out, target, i)?;
    }
    pipeline(out, target, features)
}

const COMMON_TYPES: &str = "typedef bit<48> mac_t;
typedef bit<32> ipv4_address_t;
typedef bit<9> port_t;

header ethernet_t {
    mac_t destination;
    mac_t source;
    bit<16> ether_type;
}

header ipv4_t {
    bit<4> version;
    bit<4> ihl;
    bit<8> diffserv;
    bit<16> total_length;
    bit<16> identification;
    bit<3> flags;
    bit<13> fragment_offset;
    bit<8> ttl;
    bit<8> protocol;
    bit<16> checksum;
    ipv4_address_t source;
    ipv4_address_t destination;
}

struct common_metadata_t {
    bool dropped;
    bit<16> hash;
    port_t port;
    bit<16> vrf;
}

";

fn feature_types(out: &mut impl Write, i: usize) -> io::Result<()> {
    writeln!(
        out,
        "const bit<16> FEATURE{i}_TYPE = 16w{kind};

enum bit<8> feature{i}_mode_t {{
    none = 0,
    fast = {fast},
    slow = {slow}
}}

// What feature {i} puts in front of the payload.
header feature{i}_t {{
    bit<4> version;
    bit<12> length;
    bit<16> next_type;
    bit<32> tag;
    bit<8> mode;
    bit<24> identifier;
}}

struct feature{i}_metadata_t {{
    bool enabled;
    bit<16> index;
    bit<32> next_hop;
    bit<8> mode;
}}
",
        kind = 1 + i % 60_000,
        fast = 1 + i % 100,
        slow = 101 + i % 100,
    )
}

/// A chain of headers, each of which may end it, or skip one.
fn parser(out: &mut impl Write, target: Target, features: usize) -> io::Result<()> {
    let parameters = match target {
        Target::V1model => {
            "packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata"
        }
        Target::Xdp => "packet_in packet, out headers_t hdr",
    };
    writeln!(
        out,
        "parser feature_parser({parameters}) {{
    state start {{
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.ether_type) {{
            0x800: parse_ipv4;
            FEATURE0_TYPE: parse_feature0;
            default: accept;
        }}
    }}
    state parse_ipv4 {{
        packet.extract(hdr.ipv4);
        transition select(hdr.ipv4.fragment_offset, hdr.ipv4.protocol) {{
            (0, 253): parse_feature0;
            default: accept;
        }}
    }}"
    )?;
    for i in 0..features {
        writeln!(out, "    state parse_feature{i} {{\n        packet.extract(hdr.feature{i});")?;
        if i + 2 < features {
            writeln!(
                out,
                "        transition select(hdr.feature{i}.next_type, hdr.feature{i}.version) {{
            (FEATURE{next}_TYPE, 4w0 &&& 4w8): parse_feature{next};
            (FEATURE{after}_TYPE, _): parse_feature{after};
            default: accept;
        }}",
                next = i + 1,
                after = i + 2,
            )?;
        } else {
            writeln!(out, "        transition accept;")?;
        }
        writeln!(out, "    }}")?;
    }
    writeln!(out, "}}\n")
}

fn feature_control(out: &mut impl Write, target: Target, i: usize) -> io::Result<()> {
    // Tables of constant entries need no map, of which an XDP program cannot have many.
    let entries = match target {
        Target::V1model => "",
        Target::Xdp => {
            "\n        const entries = {
            (0x0A000000 &&& 0xFF000000, 1): set_next_hop(1, 7);
            (_, 3): strip();
            (0x0B000001, _): set_next_hop(2, 9);
        }"
        }
    };
    writeln!(
        out,
        "// Feature {i}: rewrites, counts and forwards by its tag.
control Feature{i}(inout headers_t hdr, inout metadata_t meta) {{
    bit<32> key_tag;
    action nothing() {{ }}
    action set_next_hop(bit<32> next_hop, bit<8> mode) {{
        meta.feature{i}.next_hop = next_hop;
        meta.feature{i}.mode = mode;
        meta.common.hash = meta.common.hash ^ next_hop[15:0];
    }}
    action rewrite(bit<12> length, bit<24> identifier) {{
        hdr.feature{i}.length = hdr.feature{i}.length + length;
        hdr.feature{i}.identifier = identifier & 0xFFFF0F | (bit<24>) hdr.feature{i}.mode;
        hdr.feature{i}.tag = (bit<32>) identifier ++ 8w{byte} >> 8 == 40w0 ? 32w0 : key_tag |-| 1;
        meta.feature{i}.enabled = true;
    }}
    action strip() {{
        hdr.feature{i}.setInvalid();
        hdr.ethernet.ether_type = hdr.feature{i}.next_type;
    }}
    table classify {{
        key = {{
            key_tag: ternary @name(\"tag\");
            hdr.feature{i}.mode: ternary;
        }}
        actions = {{
            nothing;
            set_next_hop;
            {only}strip;
        }}
        const default_action = nothing();{entries}
        size = TABLE_SIZE;
    }}
    table act {{
        key = {{
            meta.feature{i}.mode: exact;
            hdr.feature{i}.version: ternary;
        }}
        actions = {{
            nothing;
            rewrite;
            strip;
        }}
        const entries = {{
            (feature{i}_mode_t.fast, 4w0): rewrite(4, {i});
            (feature{i}_mode_t.slow, 4w1 &&& 4w3): rewrite(8, 77);
            (feature{i}_mode_t.none, _): strip();
        }}
        default_action = nothing();
    }}
    apply {{
        key_tag = hdr.feature{i}.tag & 0xFFFFFF00;
        if (CHECK(hdr.feature{i}.version, 4w1)) {{
            meta.feature{i}.index = (bit<16>) hdr.feature{i}.length + {i} % 16;
        }} else if (hdr.feature{i}.length > 100) {{
            meta.common.hash = hdr.feature{i}.tag[31:16] ^ meta.common.hash;
        }} else {{
            meta.feature{i}.index = 1;
        }}
        if (classify.apply().hit) {{
            switch (act.apply().action_run) {{
                rewrite: {{ meta.common.vrf = meta.feature{i}.index; }}
                strip: {{ meta.common.dropped = meta.feature{i}.next_hop == 0; }}
                default: {{ }}
            }}
        }}
    }}
}}
",
        only = if target == Target::V1model { "@defaultonly " } else { "" },
        byte = i % 256,
    )
}

fn pipeline(out: &mut impl Write, target: Target, features: usize) -> io::Result<()> {
    let (parameters, start) = match target {
        Target::V1model => {
            ("inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata", "")
        }
        Target::Xdp => (
            "inout headers_t hdr, in xdp_input input, out xdp_output output",
            "        output.output_action = xdp_action.XDP_PASS;\n        output.output_port = 0;\n        meta.common = { false, 0, 0, 0 };\n",
        ),
    };
    writeln!(out, "control ingress({parameters}) {{")?;
    if target == Target::Xdp {
        writeln!(out, "    metadata_t meta;")?;
    }
    for i in 0..features {
        writeln!(out, "    Feature{i}() feature{i};")?;
    }
    write!(out, "    apply {{\n{start}")?;
    for i in 0..features {
        if target == Target::Xdp {
            writeln!(out, "        meta.feature{i} = {{ false, 0, 0, 0 }};")?;
        }
        writeln!(
            out,
            "        if (hdr.feature{i}.isValid()) {{\n            feature{i}.apply(hdr, meta);\n        }}"
        )?;
    }
    match target {
        Target::V1model => writeln!(
            out,
            "        if (meta.common.dropped) {{ mark_to_drop(standard_metadata); }} else {{ \
             standard_metadata.egress_spec = meta.common.port; }}\n    }}\n}}\n"
        )?,
        Target::Xdp => writeln!(
            out,
            "        if (meta.common.dropped) {{ output.output_action = xdp_action.XDP_DROP; }}\n    }}\n}}\n"
        )?,
    }
    let deparser = match target {
        Target::V1model => "packet_out packet, in headers_t hdr",
        Target::Xdp => "in headers_t hdr, packet_out packet",
    };
    writeln!(
        out,
        "control deparser({deparser}) {{
    apply {{
        packet.emit(hdr.ethernet);
        packet.emit(hdr.ipv4);"
    )?;
    for i in 0..features {
        writeln!(out, "        packet.emit(hdr.feature{i});")?;
    }
    writeln!(out, "    }}\n}}\n")?;
    match target {
        Target::V1model => writeln!(
            out,
            "control egress({parameters}) {{ apply {{ }} }}
control verify_checksums(inout headers_t hdr, inout metadata_t meta) {{ apply {{ }} }}
control compute_checksums(inout headers_t hdr, inout metadata_t meta) {{ apply {{ }} }}

V1Switch(feature_parser(), verify_checksums(), ingress(), egress(), compute_checksums(), deparser()) main;"
        ),
        Target::Xdp => writeln!(out, "xdp(feature_parser(), ingress(), deparser()) main;"),
    }
}
