//! Externs from P4 text to the kernel.

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

use std::process::Command;
use support::{Loaded, compiled, load, object, own_part, privileged, run};

const DROP: u32 = 1;
const PASS: u32 = 2;

/// A packet filter over Ethernet, IPv4 and TCP.
fn filter(externs: &str, declarations: &str, apply: &str) -> String {
    format!(
        "#include <core.p4>
#include <ebpf_model.p4>
header Ethernet_h {{ bit<48> dst; bit<48> src; bit<16> type; }}
header IPv4_h {{
    bit<4> version; bit<4> ihl; bit<8> diffserv; bit<16> totalLen; bit<16> identification; bit<3> flags;
    bit<13> fragOffset; bit<8> ttl; bit<8> protocol; bit<16> hdrChecksum; bit<32> srcAddr; bit<32> dstAddr;
}}
header Tcp_h {{
    bit<16> srcPort; bit<16> dstPort; bit<32> seq; bit<32> ackNo; bit<4> offset; bit<3> res; bit<3> ecn;
    bit<1> urgent; bit<1> ack; bit<1> psh; bit<1> rst; bit<1> syn; bit<1> fin; bit<16> window;
    bit<16> checksum; bit<16> urgentPtr;
}}
struct Headers_t {{ Ethernet_h ethernet; IPv4_h ipv4; Tcp_h tcp; }}
{externs}
parser prs(packet_in p, out Headers_t headers) {{
    state start {{
        p.extract(headers.ethernet);
        transition select(headers.ethernet.type) {{ 0x800: ip; default: accept; }}
    }}
    state ip {{
        p.extract(headers.ipv4);
        transition select(headers.ipv4.protocol) {{ 6: tcp; default: accept; }}
    }}
    state tcp {{ p.extract(headers.tcp); transition accept; }}
}}
control pipe(inout Headers_t headers, out bool pass) {{
{declarations}
    apply {{
        pass = true;
{apply}
    }}
}}
ebpfFilter(prs(), pipe()) main;
"
    )
}

/// A TCP segment with a right header checksum, in 64 bytes.
fn segment(src: [u8; 4], dst: [u8; 4], ports: (u16, u16), flags: u8) -> Vec<u8> {
    let mut bytes = vec![0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 8, 0];
    bytes.extend([0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0, 0]);
    bytes.extend(src);
    bytes.extend(dst);
    let sum: u32 = bytes[14..34].chunks(2).map(|w| u32::from(u16::from_be_bytes([w[0], w[1]]))).sum();
    let sum = (sum & 0xffff) + (sum >> 16);
    let checksum = !((sum & 0xffff) + (sum >> 16)) as u16;
    bytes[24..26].copy_from_slice(&checksum.to_be_bytes());
    bytes.extend(ports.0.to_be_bytes());
    bytes.extend(ports.1.to_be_bytes());
    bytes.extend([0, 0, 0, 1, 0, 0, 0, 2, 0x50, flags, 0x20, 0, 0, 0, 0, 0]);
    bytes.resize(64, 0);
    bytes
}

/// The sum over all processors of an entry of a per-CPU map of `u64`; `None` if there is none.
fn count(loaded: &Loaded, map: &str, index: u32) -> Option<u64> {
    let key: Vec<String> = index.to_le_bytes().iter().map(|b| format!("{b:#04x}")).collect();
    let output = Command::new("bpftool")
        .args(["-j", "map", "lookup", "pinned"])
        .arg(loaded.pin.join("maps").join(map))
        .arg("key")
        .args(key)
        .output()
        .unwrap();
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let byte =
        |b: &serde_json::Value| u8::from_str_radix(b.as_str().unwrap().trim_start_matches("0x"), 16).unwrap();
    let number = |cpu: &serde_json::Value| {
        let bytes: Vec<u8> = cpu["value"].as_array().unwrap().iter().map(byte).collect();
        u64::from_le_bytes(bytes.try_into().unwrap())
    };
    Some(json["values"].as_array()?.iter().map(number).sum())
}

macro_rules! loaded {
    ($name:literal, $externs:expr, $declarations:expr, $apply:expr) => {{
        let output = compiled($name, &filter($externs, $declarations, $apply));
        insta::assert_snapshot!($name, own_part(&output));
        let object = object($name, &output);
        if !privileged() {
            return;
        }
        (load($name, &object), output)
    }};
}

fn verdict(loaded: &Loaded, packet: &[u8]) -> u32 {
    run(loaded, packet).0
}

#[test]
fn counters() {
    let (loaded, _) = loaded!(
        "counters",
        "",
        "    CounterArray(3, false) dense;
    CounterArray(2, true) sparse;",
        "        dense.increment((bit<32>)headers.ipv4.ttl);
        sparse.add(headers.ipv4.srcAddr, (bit<32>)headers.ipv4.totalLen);"
    );
    let mut bytes = segment([10, 0, 0, 1], [10, 0, 0, 2], (1, 2), 2);
    for ttl in [3, 3, 0, 4] {
        bytes[22] = ttl;
        assert_eq!(verdict(&loaded, &bytes), PASS);
    }
    // The dense one has its largest index; what is beyond counts nowhere.
    let dense: Vec<_> = (0..4).map(|i| count(&loaded, "dense", i)).collect();
    assert_eq!(dense, [Some(1), Some(0), Some(0), Some(2)]);
    assert_eq!(count(&loaded, "sparse", 0x0a000001), Some(160));
    assert_eq!(count(&loaded, "sparse", 0x0a000002), None);
}

#[test]
fn checksums() {
    let (loaded, _) = loaded!(
        "checksum",
        "extern bool verify_ipv4_checksum(in IPv4_h h);",
        "",
        "        pass = verify_ipv4_checksum(headers.ipv4);"
    );
    let mut bytes = segment([10, 0, 0, 1], [10, 0, 0, 2], (1, 2), 2);
    assert_eq!(verdict(&loaded, &bytes), PASS);
    bytes[26] ^= 1;
    assert_eq!(verdict(&loaded, &bytes), DROP);
    bytes[12] = 9;
    assert_eq!(verdict(&loaded, &bytes), DROP);
}

#[test]
fn connections() {
    let (loaded, _) = loaded!(
        "conntrack",
        "extern bool tcp_conntrack(in Headers_t headers);",
        "",
        "        pass = false;
        if (headers.tcp.isValid()) {
            bool known = tcp_conntrack(headers);
            pass = known;
        }"
    );
    const SYN: u8 = 2;
    const ACK: u8 = 16;
    const FIN: u8 = 1;
    let (client, server) = ([10, 0, 2, 15], [10, 1, 0, 1]);
    let up = |flags| verdict(&loaded, &segment(client, server, (5793, 80), flags));
    let down = |flags| verdict(&loaded, &segment(server, client, (80, 5793), flags));
    assert_eq!(down(SYN | ACK), DROP);
    assert_eq!(up(SYN), PASS);
    assert_eq!(up(SYN), DROP);
    assert_eq!(up(ACK), DROP);
    assert_eq!(down(SYN | ACK), PASS);
    assert_eq!(down(SYN | ACK), DROP);
    assert_eq!(up(ACK), PASS);
    assert_eq!(down(ACK), PASS);
    assert_eq!(up(SYN), DROP);
    assert_eq!(up(ACK | 8), PASS);
    assert_eq!(up(FIN | ACK), PASS);
    assert_eq!(up(ACK), DROP);
    // Ends that have one address and differ in their ports only.
    let to_self = |ports, flags| verdict(&loaded, &segment(client, client, ports, flags));
    assert_eq!(to_self((9, 80), SYN), PASS);
    assert_eq!(to_self((80, 9), SYN | ACK), PASS);
    assert_eq!(to_self((9, 80), ACK), PASS);
}

#[test]
fn xdp_model_functions() {
    let text = "#include <core.p4>
#include <xdp_model.p4>
header numbers_t {
    bit<16> csum; bit<16> from2; bit<16> to2; bit<16> result2;
    bit<32> from4; bit<32> to4; bit<16> result4; bit<16> ip; bit<32> now;
    bit<4> version; bit<4> ihl; bit<8> diffserv; bit<16> len; bit<16> id; bit<3> flags; bit<13> frag;
    bit<8> ttl; bit<8> protocol; bit<16> hcsum; bit<32> src; bit<32> dst;
}
struct headers_t { numbers_t n; }
parser Parse(packet_in packet, out headers_t h) { state start { packet.extract(h.n); transition accept; } }
control Switch(inout headers_t h, in xdp_input xin, out xdp_output xout) {
    apply {
        xout.output_port = 0;
        xout.output_action = xdp_action.XDP_PASS;
        h.n.result2 = csum_replace2(h.n.csum, h.n.from2, h.n.to2);
        h.n.result4 = csum_replace4(h.n.csum, h.n.from4, h.n.to4);
        h.n.ip = ebpf_ipv4_checksum(h.n.version, h.n.ihl, h.n.diffserv, h.n.len, h.n.id, h.n.flags, h.n.frag,
            h.n.ttl, h.n.protocol, h.n.src, h.n.dst);
        h.n.now = BPF_KTIME_GET_NS();
        BPF_PERF_EVENT_OUTPUT();
    }
}
control Deparse(in headers_t h, packet_out packet) { apply { packet.emit(h.n); } }
xdp(Parse(), Switch(), Deparse()) main;
";
    let output = compiled("functions", text);
    insta::assert_snapshot!(own_part(&output));
    let object = object("functions", &output);
    if !privileged() {
        return;
    }
    let loaded = load("functions", &object);
    let ip = [0x45, 0, 0, 0x73, 0, 0, 0x40, 0, 0x40, 0x11, 0, 0, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0, 0xc7];
    for (csum, from2, to2, from4, to4) in [
        (0xb861u16, 0x4500u16, 0x4600u16, 0xc0a80001u32, 0x05060708u32),
        (0, 0xffff, 0, 0xffffffff, 0),
        (0xffff, 0xffff, 0, 0xffffffff, 0),
        (0xffff, 0, 0, 0, 0),
        (0x1234, 0, 0xffff, 0, 0xffffffff),
    ] {
        let mut bytes = Vec::new();
        bytes.extend(csum.to_be_bytes());
        bytes.extend(from2.to_be_bytes());
        bytes.extend(to2.to_be_bytes());
        bytes.extend([0; 2]);
        bytes.extend(from4.to_be_bytes());
        bytes.extend(to4.to_be_bytes());
        bytes.extend([0; 8]);
        bytes.extend(ip);
        bytes.resize(64, 0);
        let (_, after) = run(&loaded, &bytes);
        // RFC 1624, equation 3, in ones' complement of 16 bits.
        let expected = |words: &[u16]| {
            let mut sum: u64 = words.iter().map(|&w| u64::from(w)).sum();
            while sum >> 16 != 0 {
                sum = (sum & 0xffff) + (sum >> 16);
            }
            !(sum as u16)
        };
        let halves = |w: u32| [(w >> 16) as u16, w as u16];
        let [nh, nl] = halves(!from4);
        let [th, tl] = halves(to4);
        assert_eq!(u16::from_be_bytes([after[6], after[7]]), expected(&[!csum, !from2, to2]));
        assert_eq!(u16::from_be_bytes([after[16], after[17]]), expected(&[!csum, nh, nl, th, tl]));
        assert_eq!(u16::from_be_bytes([after[18], after[19]]), 0xb861);
        assert_ne!(&after[20..24], &[0; 4]);
    }
}

#[test]
fn functions_that_the_user_brings() {
    let text = "#include <core.p4>
#include <xdp_model.p4>
header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header tag_t { bit<16> kind; bit<16> rest; }
struct headers_t { ethernet_t ethernet; tag_t tag; }
struct pair_t { bit<8> a; int<8> b; }
extern bit<16> mix(in bit<32> a, inout bit<16> b, in bool c, in pair_t pair);
extern bool swap(inout ethernet_t ethernet, in tag_t tag);
extern void seen(in bit<9> port);
parser Parse(packet_in packet, out headers_t h) {
    state start {
        packet.extract(h.ethernet);
        transition select(h.ethernet.type) { 0x1111: tag; default: accept; }
    }
    state tag { packet.extract(h.tag); transition accept; }
}
control Switch(inout headers_t h, in xdp_input xin, out xdp_output xout) {
    pair_t pair;
    apply {
        xout.output_port = 0;
        xout.output_action = xdp_action.XDP_PASS;
        pair.a = 3;
        pair.b = -2;
        if (h.tag.isValid()) {
            h.tag.kind = mix(0x10000, h.tag.rest, true, pair);
        }
        if (swap(h.ethernet, h.tag)) { xout.output_action = xdp_action.XDP_TX; }
        seen(5);
    }
}
control Deparse(in headers_t h, packet_out packet) { apply { packet.emit(h.ethernet); packet.emit(h.tag); } }
xdp(Parse(), Switch(), Deparse()) main;
";
    let c = "struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} ports SEC(\".maps\");

__u16 mix(__u32 a, __u16 *b, bool c, __u8 pair_a, __s8 pair_b)
{
	*b += 1;
	return (a >> 16) + c + pair_a + pair_b;
}

bool swap(struct ethernet_t *ethernet, struct tag_t *tag)
{
	ethernet->type = bpf_htons(0x2222);
	return tag != NULL;
}

void seen(__u16 port)
{
	xdp_count(&ports, port, 1);
}
";
    let output = support::compiled_with("user", text, c);
    insta::assert_snapshot!(own_part(&output));
    let object = object("user", &output);
    if !privileged() {
        return;
    }
    let loaded = load("user", &object);
    let mut bytes = vec![0; 64];
    bytes[12..18].copy_from_slice(&[0x11, 0x11, 0, 0, 0, 7]);
    let (verdict, after) = run(&loaded, &bytes);
    assert_eq!((verdict, &after[12..18]), (3, &[0x22, 0x22, 0, 3, 0, 8][..]));
    bytes[12] = 0;
    assert_eq!(run(&loaded, &bytes).0, PASS);
    assert_eq!(count(&loaded, "ports", 5), Some(2));
}
