//! Tables and externs from P4 text to the kernel: what the verifier takes, and what packets then meet.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test"
)]
mod support;

use p4xdp_control::manifest::{Manifest, Storage};
use std::process::Command;
use support::{Loaded, compiled, load, object, own_part, privileged, run, try_compile};

const DROP: u32 = 1;
const PASS: u32 = 2;
const TX: u32 = 3;

/// Ethernet and IPv4, and a control whose declarations and apply block are given.
fn program(declarations: &str, apply: &str) -> String {
    format!(
        "#include <core.p4>
#include <xdp_model.p4>
match_kind {{ range }}
header ethernet_t {{ bit<48> dst; bit<48> src; bit<16> type; }}
header ipv4_t {{
    bit<4> version; bit<4> ihl; bit<8> diffserv; bit<16> len; bit<16> id; bit<3> flags; bit<13> frag;
    bit<8> ttl; bit<8> protocol; bit<16> csum; bit<32> src; bit<32> dst;
}}
struct headers_t {{ ethernet_t ethernet; ipv4_t ipv4; }}
parser Parse(packet_in packet, out headers_t h) {{
    state start {{
        packet.extract(h.ethernet);
        transition select(h.ethernet.type) {{ 0x800: ipv4; default: accept; }}
    }}
    state ipv4 {{ packet.extract(h.ipv4); transition accept; }}
}}
control Switch(inout headers_t h, in xdp_input xin, out xdp_output xout) {{
{declarations}
    apply {{
        xout.output_port = 0;
        xout.output_action = xdp_action.XDP_PASS;
{apply}
    }}
}}
control Deparse(in headers_t h, packet_out packet) {{
    apply {{ packet.emit(h.ethernet); packet.emit(h.ipv4); }}
}}
xdp(Parse(), Switch(), Deparse()) main;
"
    )
}

const DROP_ACTION: &str = "action drop() { xout.output_action = xdp_action.XDP_DROP; }";

/// An IPv4 packet of 64 bytes.
fn packet(src: [u8; 4], dst: [u8; 4]) -> Vec<u8> {
    let mut bytes = vec![0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 8, 0];
    bytes.extend([0x45, 0, 0, 50, 0, 0, 0, 0, 64, 17, 0, 0]);
    bytes.extend(src);
    bytes.extend(dst);
    bytes.resize(64, 0);
    bytes
}

/// Puts bytes into a map.
fn update(loaded: &Loaded, map: &str, key: &[u8], value: &[u8]) {
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:#04x}")).collect::<Vec<_>>();
    let output = Command::new("bpftool")
        .args(["map", "update", "pinned"])
        .arg(loaded.pin.join("maps").join(map.replace('.', "_")))
        .arg("key")
        .args(hex(key))
        .arg("value")
        .args(hex(value))
        .output()
        .unwrap();
    assert!(output.status.success(), "{map}: {}", String::from_utf8_lossy(&output.stderr));
}

fn verdict(loaded: &Loaded, packet: &[u8]) -> u32 {
    run(loaded, packet).0
}

fn storage(manifest: &Manifest, table: usize) -> &Storage {
    manifest.tables[table].storage.as_ref().unwrap()
}

#[test]
fn exact_lookup() {
    let text = program(
        &format!(
            "{DROP_ACTION}
    action forward(bit<48> dst, bit<8> ttl) {{
        h.ethernet.dst = dst;
        h.ipv4.ttl = ttl;
        xout.output_action = xdp_action.XDP_TX;
    }}
    table hosts {{
        key = {{ h.ipv4.dst: exact; }}
        actions = {{ forward; drop; }}
        default_action = drop;
        size = 100;
    }}"
        ),
        "        hosts.apply();",
    );
    let output = compiled("exact", &text);
    insta::assert_snapshot!(own_part(&output));
    assert!(matches!(storage(&output.manifest, 0), Storage::Hash { key_size: 4, value_size: 24, .. }));
    let object = object("exact", &output);
    if !privileged() {
        return;
    }
    let loaded = load("exact", &object);
    let bytes = packet([10, 0, 0, 1], [10, 0, 0, 2]);
    assert_eq!(verdict(&loaded, &bytes), DROP);
    let mut value = vec![0; 24];
    value[8..14].copy_from_slice(&[2, 3, 4, 5, 6, 7]);
    value[16] = 9;
    update(&loaded, "hosts", &[10, 0, 0, 2], &value);
    let (verdict, after) = run(&loaded, &bytes);
    assert_eq!(verdict, TX);
    assert_eq!(&after[..6], &[2, 3, 4, 5, 6, 7]);
    assert_eq!(&after[6..22], &bytes[6..22]);
    assert_eq!(after[22], 9);
}

/// Compiles, checks the golden text and loads; `None` without privilege.
macro_rules! loaded {
    ($name:literal, $declarations:expr, $apply:expr) => {{
        let output = compiled($name, &program($declarations, $apply));
        insta::assert_snapshot!($name, own_part(&output));
        let object = object($name, &output);
        if !privileged() {
            return;
        }
        (load($name, &object), output.manifest)
    }};
}

const FORWARD: &str = "
    action drop() { xout.output_action = xdp_action.XDP_DROP; }
    action forward() { xout.output_action = xdp_action.XDP_TX; }";

#[test]
fn longest_prefix_behind_an_exact_key() {
    let (loaded, manifest) = loaded!(
        "lpm",
        &format!(
            "{FORWARD}
    action route(bit<48> dst, bit<48> src) {{
        h.ethernet.dst = dst;
        h.ethernet.src = src;
        h.ipv4.ttl = h.ipv4.ttl - 1;
        xout.output_action = xdp_action.XDP_TX;
    }}
    table routes {{
        key = {{ h.ipv4.diffserv: exact; h.ipv4.dst: lpm; }}
        actions = {{ route; drop; NoAction; }}
        const default_action = NoAction;
        size = 1000;
    }}"
        ),
        "        if (h.ipv4.isValid()) { routes.apply(); }"
    );
    assert!(matches!(storage(&manifest, 0), Storage::LpmTrie { key_size: 12, exact_bits: 32, .. }));
    let bytes = packet([10, 0, 0, 1], [10, 1, 2, 3]);
    assert_eq!(verdict(&loaded, &bytes), PASS);
    let key = |length: u32, dst: [u8; 4]| {
        let mut key = (32 + length).to_le_bytes().to_vec();
        key.extend([0, 0, 0, 0]);
        key.extend(dst);
        key
    };
    let drop = [1, 0, 0, 0].into_iter().chain([0; 20]).collect::<Vec<u8>>();
    let mut route = vec![0; 24];
    route[8..14].copy_from_slice(&[2, 2, 2, 2, 2, 2]);
    route[16..22].copy_from_slice(&[2, 4, 4, 4, 4, 4]);
    update(&loaded, "routes", &key(8, [10, 0, 0, 0]), &drop);
    assert_eq!(verdict(&loaded, &bytes), DROP);
    update(&loaded, "routes", &key(16, [10, 1, 0, 0]), &route);
    let (verdict_after, after) = run(&loaded, &bytes);
    assert_eq!(verdict_after, TX);
    assert_eq!(&after[..12], &[2, 2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4]);
    assert_eq!(after[22], 63);
    assert_eq!(verdict(&loaded, &packet([10, 0, 0, 1], [10, 2, 2, 3])), DROP);
    assert_eq!(verdict(&loaded, &packet([10, 0, 0, 1], [11, 2, 2, 3])), PASS);
}

#[test]
fn a_small_key_indexes_an_array() {
    let (loaded, manifest) = loaded!(
        "array",
        &format!(
            "{FORWARD}
    action set(bit<16> port) {{ h.ipv4.id = port + 1; xout.output_action = xdp_action.XDP_TX; }}
    table protocols {{
        key = {{ h.ipv4.protocol: exact; }}
        actions = {{ drop; set; }}
        default_action = set(6);
    }}"
        ),
        "        if (h.ipv4.isValid()) { protocols.apply(); }"
    );
    assert!(matches!(storage(&manifest, 0), Storage::Array { value_size: 8, .. }));
    let bytes = packet([10, 0, 0, 1], [10, 1, 2, 3]);
    let (verdict_before, before) = run(&loaded, &bytes);
    assert_eq!((verdict_before, &before[18..20]), (TX, &[0, 7][..]));
    update(&loaded, "protocols", &17u32.to_le_bytes(), &[2, 0, 0, 0, 0x33, 0x12, 0, 0]);
    assert_eq!(&run(&loaded, &bytes).1[18..20], &[0x12, 0x34]);
    update(&loaded, "protocols", &17u32.to_le_bytes(), &[1, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(verdict(&loaded, &bytes), DROP);
    // The default action is data: number (plus one) and parameter.
    update(&loaded, ".data.default", &[0; 4], &[1, 0, 0, 0, 0, 0, 0, 0]);
    update(&loaded, "protocols", &17u32.to_le_bytes(), &[0; 8]);
    assert_eq!(verdict(&loaded, &bytes), DROP);
}

#[test]
fn constant_entries_of_one_exact_key() {
    let (loaded, _) = loaded!(
        "switch",
        "
    action mark(bit<8> tos, bool pass) {
        h.ipv4.diffserv = tos;
        if (!pass) { xout.output_action = xdp_action.XDP_DROP; }
    }
    table protocols {
        key = { h.ipv4.protocol: exact; }
        actions = { mark; NoAction; }
        const entries = { 17: mark(5, true); 6: mark(6, false); 1: mark(5, true); }
    }",
        "        if (h.ipv4.isValid()) { protocols.apply(); }"
    );
    let mut bytes = packet([10, 0, 0, 1], [10, 1, 2, 3]);
    let (verdict_udp, after) = run(&loaded, &bytes);
    assert_eq!((verdict_udp, after[15]), (PASS, 5));
    bytes[23] = 6;
    assert_eq!(verdict(&loaded, &bytes), DROP);
    bytes[23] = 9;
    let (verdict_other, after) = run(&loaded, &bytes);
    assert_eq!((verdict_other, after[15]), (PASS, 0));
}

#[test]
fn constant_entries_of_all_kinds() {
    let (loaded, manifest) = loaded!(
        "kinds",
        &format!(
            "{FORWARD}
    table acl {{
        key = {{
            h.ipv4.src: ternary;
            h.ipv4.dst: ternary;
            h.ipv4.ttl: range;
            h.ethernet.dst: ternary;
            h.ipv4.isValid(): exact;
        }}
        actions = {{ drop; forward; NoAction; }}
        const default_action = NoAction;
        const entries = {{
            (0x0a000000 &&& 0xff000000, _, 0..9, _, true): drop();
            (0x0a000000 &&& 0xff000000, 0x0b000001, _, _, true): forward();
            (_, _, _, 0x0200_0000_0000 &&& 0xff00_0000_0000, false): drop();
        }}
    }}"
        ),
        "        acl.apply();"
    );
    assert_eq!(manifest.tables[0].const_entries.len(), 3);
    assert_eq!(manifest.tables[0].const_entries[0].priority, 3);
    let mut bytes = packet([10, 0, 0, 1], [11, 0, 0, 1]);
    assert_eq!(verdict(&loaded, &bytes), TX);
    bytes[22] = 9;
    assert_eq!(verdict(&loaded, &bytes), DROP);
    bytes[26] = 12;
    assert_eq!(verdict(&loaded, &bytes), PASS);
    bytes[12] = 0x86;
    assert_eq!(verdict(&loaded, &bytes), DROP);
    bytes[0] = 6;
    assert_eq!(verdict(&loaded, &bytes), PASS);
}

#[test]
fn constant_prefixes_prefer_the_longer() {
    let (loaded, _) = loaded!(
        "prefixes",
        &format!(
            "{FORWARD}
    table routes {{
        key = {{ h.ipv4.dst: lpm; }}
        actions = {{ drop; forward; NoAction; }}
        const default_action = NoAction;
        const entries = {{
            0x0a000000 &&& 0xff000000: drop();
            0x0a010000 &&& 0xffff0000: forward();
        }}
    }}"
        ),
        "        routes.apply();"
    );
    assert_eq!(verdict(&loaded, &packet([1, 1, 1, 1], [10, 1, 2, 3])), TX);
    assert_eq!(verdict(&loaded, &packet([1, 1, 1, 1], [10, 2, 2, 3])), DROP);
    assert_eq!(verdict(&loaded, &packet([1, 1, 1, 1], [11, 2, 2, 3])), PASS);
}

/// bpftool puts no initial entries anywhere, so the program's own copies must do.
#[test]
fn initial_entries_hold_with_any_loader() {
    let (loaded, manifest) = loaded!(
        "initial",
        &format!(
            "{FORWARD}
    action mark(bit<16> id, bit<8> ttl) {{ h.ipv4.id = id; h.ipv4.ttl = ttl + 1; }}
    table hosts {{
        key = {{ h.ipv4.src: exact; }}
        actions = {{ mark; drop; NoAction; }}
        entries = {{ 0x0a000001: mark(0x1234, 6); 0x0a000002: drop(); }}
    }}
    table routes {{
        key = {{ h.ipv4.dst: lpm; }}
        actions = {{ drop; forward; NoAction; }}
        const default_action = NoAction;
        entries = {{ 0x0b000000 &&& 0xff000000: drop(); 0x0b010000 &&& 0xffff0000: forward(); }}
    }}
    table protocols {{ key = {{ h.ipv4.protocol: exact; }} actions = {{ drop; NoAction; }} entries = {{ 6: drop(); }} }}"
        ),
        "        if (h.ipv4.isValid()) { hosts.apply(); routes.apply(); protocols.apply(); }"
    );
    assert_eq!(manifest.tables[0].initial_entries.len(), 2);
    let (first, after) = run(&loaded, &packet([10, 0, 0, 1], [11, 1, 0, 1]));
    assert_eq!((first, &after[18..20], after[22]), (TX, &[0x12, 0x34][..], 7));
    assert_eq!(verdict(&loaded, &packet([10, 0, 0, 2], [12, 0, 0, 1])), DROP);
    assert_eq!(verdict(&loaded, &packet([10, 0, 0, 3], [11, 0, 0, 1])), DROP);
    let mut tcp = packet([10, 0, 0, 3], [12, 0, 0, 1]);
    assert_eq!(verdict(&loaded, &tcp), PASS);
    tcp[23] = 6;
    assert_eq!(verdict(&loaded, &tcp), DROP);
    // What the control plane puts there goes before.
    update(&loaded, "protocols", &6u32.to_le_bytes(), &2u32.to_le_bytes());
    assert_eq!(verdict(&loaded, &tcp), PASS);
}

#[test]
fn hit_and_action_run() {
    let (loaded, _) = loaded!(
        "hit",
        &format!(
            "{FORWARD}
    action nothing() {{ }}
    table one {{ key = {{ h.ipv4.dst: exact; }} actions = {{ nothing; drop; }} default_action = drop; }}
    table two {{ key = {{ h.ipv4.src: exact; }} actions = {{ drop; nothing; }} const default_action = nothing; }}"
        ),
        "        if (one.apply().hit) {{ xout.output_action = xdp_action.XDP_TX; }}
        switch (two.apply().action_run) {
            drop: { h.ethernet.type = 0x1111; }
            nothing: { h.ethernet.type = 0x2222; }
        }"
    );
    let bytes = packet([10, 0, 0, 1], [10, 0, 0, 2]);
    let (first, after) = run(&loaded, &bytes);
    assert_eq!((first, &after[12..14]), (DROP, &[0x22, 0x22][..]));
    update(&loaded, "one", &[10, 0, 0, 2], &[0, 0, 0, 0]);
    let (second, after) = run(&loaded, &bytes);
    assert_eq!((second, &after[12..14]), (TX, &[0x22, 0x22][..]));
    update(&loaded, "two", &[10, 0, 0, 1], &[0, 0, 0, 0]);
    let (third, after) = run(&loaded, &bytes);
    assert_eq!((third, &after[12..14]), (DROP, &[0x11, 0x11][..]));
}

#[test]
fn default_actions_leave_with_exit_and_keep_parameters() {
    let (loaded, manifest) = loaded!(
        "keyless",
        &format!(
            "{FORWARD}
    action stamp(bit<16> id, bit<48> mac, bit<5> low) {{
        h.ipv4.id = id;
        h.ethernet.src = mac;
        h.ipv4.ttl = (bit<8>)low;
        exit;
    }}
    table settings {{ actions = {{ stamp; drop; }} default_action = stamp(0x1234, 0x0203_0405_0607, 3); }}
    table fixed {{ actions = {{ forward; }} const default_action = forward; }}"
        ),
        "        if (h.ipv4.isValid()) { settings.apply(); }
        fixed.apply();"
    );
    let default = manifest.tables[0].default.data.as_ref().unwrap();
    assert_eq!((default.offset, default.section.as_str()), (0, ".data.default"));
    assert!(manifest.tables[1].default.data.is_none());
    let bytes = packet([10, 0, 0, 1], [10, 0, 0, 2]);
    let (first, after) = run(&loaded, &bytes);
    assert_eq!(first, PASS);
    assert_eq!((&after[18..20], &after[6..12], after[22]), (&[0x12, 0x34][..], &[2, 3, 4, 5, 6, 7][..], 3));
    update(&loaded, ".data.default", &[0; 4], &[1].into_iter().chain([0; 23]).collect::<Vec<u8>>());
    assert_eq!(verdict(&loaded, &bytes), TX);
}

#[test]
fn wide_keys_and_parameters() {
    let text = "#include <core.p4>
#include <xdp_model.p4>
header ipv6_t { bit<64> rest; bit<128> src; bit<128> dst; bit<100> odd; bit<4> pad; bit<24> tag; }
struct headers_t { ipv6_t ipv6; }
parser Parse(packet_in packet, out headers_t h) {
    state start { packet.extract(h.ipv6); transition accept; }
}
control Switch(inout headers_t h, in xdp_input xin, out xdp_output xout) {
    action drop() { xout.output_action = xdp_action.XDP_DROP; }
    action nat(bit<128> src, bit<24> tag) { h.ipv6.src = src; h.ipv6.tag = tag; xout.output_action = xdp_action.XDP_TX; }
    table hosts { key = { h.ipv6.dst: exact; h.ipv6.odd: exact; h.ipv6.tag: exact; } actions = { nat; drop; } default_action = drop; }
    table nets { key = { h.ipv6.src: lpm; } actions = { drop; NoAction; } }
    apply {
        xout.output_port = 0;
        xout.output_action = xdp_action.XDP_PASS;
        nets.apply();
        hosts.apply();
    }
}
control Deparse(in headers_t h, packet_out packet) { apply { packet.emit(h.ipv6); } }
xdp(Parse(), Switch(), Deparse()) main;
";
    let output = compiled("wide", text);
    insta::assert_snapshot!(own_part(&output));
    let object = object("wide", &output);
    if !privileged() {
        return;
    }
    let loaded = load("wide", &object);
    let mut bytes: Vec<u8> = (0..64).collect();
    // odd: 0x0123..: the first 100 bits behind the addresses.
    bytes[40..53]
        .copy_from_slice(&[0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45, 0x67, 0x80]);
    assert_eq!(verdict(&loaded, &bytes), DROP);
    let hosts = output.manifest.tables.iter().position(|t| t.name == "Switch.hosts").unwrap();
    let places: Vec<_> = output.manifest.tables[hosts].keys.iter().map(|k| k.place.clone()).collect();
    let Storage::Hash { key_size, value_size, .. } = storage(&output.manifest, hosts) else { panic!() };
    let mut key = vec![0; *key_size as usize];
    let mut put = |i: usize, value: &[u8]| {
        let at = places[i].offset as usize;
        assert_eq!(places[i].size as usize, value.len());
        key[at..at + value.len()].copy_from_slice(value);
    };
    put(0, &bytes[24..40]);
    put(1, &[0x0, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 0x12, 0x34, 0x56, 0x78]);
    put(2, &bytes[53..56]);
    let mut value = vec![0; *value_size as usize];
    let params = &output.manifest.tables[hosts].actions[0].places;
    for (i, param) in params.iter().enumerate() {
        let at = param.offset as usize;
        value[at..at + param.size as usize].fill(0xa0 + i as u8);
    }
    update(&loaded, "hosts", &key, &value);
    let (after_verdict, after) = run(&loaded, &bytes);
    assert_eq!(after_verdict, TX);
    assert_eq!((&after[8..24], &after[53..56]), (&[0xa0; 16][..], &[0xa1; 3][..]));
    assert_eq!(&after[24..53], &bytes[24..53]);
}

#[test]
fn computed_keys() {
    let (loaded, manifest) = loaded!(
        "computed",
        &format!(
            "{FORWARD}
    table t {{
        key = {{
            h.ipv4.src + 1: exact @name(\"plus\");
            h.ipv4.isValid(): exact;
            h.ethernet.src: exact;
            h.ipv4.flags: exact;
        }}
        actions = {{ drop; forward; }}
        default_action = drop;
    }}"
        ),
        "        t.apply();"
    );
    assert_eq!(manifest.tables[0].keys[0].param.name, "plus");
    let places: Vec<_> = manifest.tables[0].keys.iter().map(|k| k.place.clone()).collect();
    let Storage::Hash { key_size, value_size, .. } = storage(&manifest, 0) else { panic!() };
    let mut key = vec![0; *key_size as usize];
    let mut put = |i: usize, value: &[u8]| {
        let at = places[i].offset as usize;
        key[at..at + value.len()].copy_from_slice(value);
    };
    put(0, &0x0a000002u32.to_le_bytes());
    put(1, &[1]);
    put(2, &[2, 0, 0, 0, 0, 2]);
    put(3, &[2]);
    let mut value = vec![0; *value_size as usize];
    value[0] = 1;
    update(&loaded, "t", &key, &value);
    let mut bytes = packet([10, 0, 0, 1], [11, 0, 0, 1]);
    assert_eq!(verdict(&loaded, &bytes), DROP);
    bytes[20] = 0x40;
    assert_eq!(verdict(&loaded, &bytes), TX);
}

#[test]
fn a_table_is_applied_twice() {
    let (loaded, _) = loaded!(
        "twice",
        &format!(
            "{FORWARD}
    bit<32> address;
    table t {{ key = {{ address: exact; }} actions = {{ drop; NoAction; }} const default_action = NoAction; }}"
        ),
        "        address = h.ipv4.src;
        t.apply();
        address = h.ipv4.dst;
        t.apply();"
    );
    let bytes = packet([10, 0, 0, 1], [11, 0, 0, 1]);
    assert_eq!(verdict(&loaded, &bytes), PASS);
    update(&loaded, "t", &0x0b000001u32.to_le_bytes(), &[0; 4]);
    assert_eq!(verdict(&loaded, &bytes), DROP);
    assert_eq!(verdict(&loaded, &packet([11, 0, 0, 1], [10, 0, 0, 1])), DROP);
}

#[test]
fn refused() {
    let diagnostic =
        |declarations: &str, apply: &str| try_compile("bad", &program(declarations, apply)).unwrap_err();
    let text = diagnostic(
        "    action a() {} table t { key = { h.ipv4.src: ternary; } actions = { a; } }",
        "        t.apply();",
    );
    assert!(text.contains("error[E0520]: a `ternary` key with run-time entries"), "{text}");
    let tables: String = (0..70)
        .map(|i| format!("    table t{i} {{ key = {{ h.ipv4.src: exact; }} actions = {{ NoAction; }} }}\n"))
        .collect();
    let apply: String = (0..70).map(|i| format!("        t{i}.apply();\n")).collect();
    let text = diagnostic(&tables, &apply);
    assert!(text.contains("error[E0525]: with table `Switch.t61`"), "{text}");
    let text = diagnostic("    CounterArray(0xffffffff, false) c;", "        c.increment(1);");
    assert!(text.contains("error[E0524]"), "{text}");
    let text = try_compile(
        "bad",
        &program("", "        h.ipv4.ttl = mystery(h.ipv4.src);")
            .replace("struct headers_t", "extern bit<8> mystery(in bit<32> a);\nstruct headers_t"),
    )
    .unwrap_err();
    assert!(text.contains("error[E0523]: extern function `mystery`"), "{text}");
}
