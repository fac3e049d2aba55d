//! Tables and externs from P4 text to the kernel: what the verifier takes, and what packets then meet.

mod support;

use p4xdp_manifest::{Manifest, Storage};
use std::process::Command;
use support::{compiled, load, object, own_part, privileged, run};

const DROP: u32 = 1;
const TX: u32 = 3;

/// Ethernet and IPv4, and a control whose declarations and apply block are given.
fn program(declarations: &str, apply: &str) -> String {
    format!(
        "#include <core.p4>
#include <xdp_model.p4>
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
fn update(loaded: &support::Loaded, map: &str, key: &[u8], value: &[u8]) {
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:#04x}")).collect::<Vec<_>>();
    let output = Command::new("bpftool")
        .args(["map", "update", "pinned"])
        .arg(loaded.pin.join("maps").join(map))
        .arg("key")
        .args(hex(key))
        .arg("value")
        .args(hex(value))
        .output()
        .unwrap();
    assert!(output.status.success(), "{map}: {}", String::from_utf8_lossy(&output.stderr));
}

fn verdict(loaded: &support::Loaded, packet: &[u8]) -> u32 {
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
