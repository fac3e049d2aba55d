//! The generated header in use: a C program over plain libbpf fills the tables of a loaded program.

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
use support::needs::{Need, met};
use support::{compiled, load, object, privileged, run};

const LIBBPF: &str = "/usr/include/bpf/bpf.h";

const PROGRAM: &str = "#include <core.p4>
#include <xdp_model.p4>
header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header ipv4_t {
    bit<4> version; bit<4> ihl; bit<8> diffserv; bit<16> len; bit<16> id; bit<3> flags; bit<13> frag;
    bit<8> ttl; bit<8> protocol; bit<16> csum; bit<32> src; bit<32> dst;
}
struct headers_t { ethernet_t ethernet; ipv4_t ipv4; }
parser Parse(packet_in packet, out headers_t h) {
    state start { packet.extract(h.ethernet); packet.extract(h.ipv4); transition accept; }
}
control Switch(inout headers_t h, in xdp_input xin, out xdp_output xout) {
    CounterArray(7, false) seen;
    CounterArray(10, true) senders;
    action drop() { xout.output_action = xdp_action.XDP_DROP; }
    action route(bit<48> dst, int<16> less) {
        h.ethernet.dst = dst;
        h.ipv4.len = (bit<16>)((int<16>)h.ipv4.len + less);
        xout.output_action = xdp_action.XDP_TX;
    }
    action tag(bit<3> kind) { seen.increment((bit<32>)kind); }
    table routes { key = { h.ipv4.diffserv: exact; h.ipv4.dst: lpm; } actions = { route; drop; } default_action = drop; }
    table hosts { key = { h.ethernet.src: exact; h.ipv4.src: exact; } actions = { tag; NoAction; } size = 1; }
    table protocols { key = { h.ipv4.protocol: exact; } actions = { tag; NoAction; } }
    apply {
        xout.output_port = 0;
        xout.output_action = xdp_action.XDP_PASS;
        senders.increment(h.ipv4.src);
        hosts.apply();
        protocols.apply();
        routes.apply();
    }
}
control Deparse(in headers_t h, packet_out packet) { apply { packet.emit(h.ethernet); packet.emit(h.ipv4); } }
xdp(Parse(), Switch(), Deparse()) main;
";

/// Each check that does not hold is a line on standard error and the exit status.
const CONTROLLER: &str = r#"
#include <stdio.h>
#include "control.h"

static int failures;
#define CHECK(x) do { if (!(x)) { fprintf(stderr, "line %d: %s\n", __LINE__, #x); failures++; } } while (0)

static int map(const char *directory, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	int fd = bpf_obj_get(path);
	CHECK(fd >= 0);
	return fd;
}

int main(int argc, char **argv)
{
	int routes = map(argv[1], ROUTES_MAP), hosts = map(argv[1], HOSTS_MAP);
	int protocols = map(argv[1], PROTOCOLS_MAP), defaults = map(argv[1], "_data_default");
	__u64 count;

	if (argc > 2) {
		CHECK(seen_read(map(argv[1], SEEN_MAP), 5, &count) == 0 && count == 2);
		CHECK(seen_read(map(argv[1], SEEN_MAP), 6, &count) == 0 && count == 3);
		CHECK(seen_read(map(argv[1], SEEN_MAP), 8, &count) == -ENOENT);
		CHECK(senders_read(map(argv[1], SENDERS_MAP), 0x0a000001, &count) == 0 && count == 3);
		CHECK(senders_read(map(argv[1], SENDERS_MAP), 0x0a000002, &count) == -ENOENT);
		CHECK(routes_delete(routes, 0, 0x0b000000, 8) == 0);
		CHECK(routes_delete(routes, 0, 0x0b000000, 8) == -ENOENT);
		CHECK(protocols_delete(protocols, 17) == 0);
		CHECK(protocols_delete(protocols, 17) == -ENOENT);
		CHECK(routes_set_default_route(defaults, 0x060606060606ULL, 0) == 0);
		return failures;
	}
	CHECK(routes_insert_route(routes, 0, 0x0b000000, 8, 0x020304050607ULL, -4) == 0);
	CHECK(routes_insert_route(routes, 0, 0x0b000000, 8, 1, 0) == -EEXIST);
	CHECK(routes_insert_route(routes, 0, 0x0b000000, 33, 1, 0) == -ERANGE);
	CHECK(routes_insert_route(routes, 0, 0, 0, 0x1000000000000ULL, 0) == -ERANGE);
	CHECK(hosts_insert_tag(hosts, 0x020000000002ULL, 0x0a000001, 5) == 0);
	CHECK(hosts_insert_tag(hosts, 2, 2, 8) == -ERANGE);
	CHECK(hosts_insert_tag(hosts, 2, 2, 7) == -E2BIG);
	CHECK(hosts_update_tag(hosts, 0x020000000002ULL, 0x0a000001, 5) == 0);
	CHECK(protocols_insert_NoAction(protocols, 17) == 0);
	CHECK(protocols_insert_tag(protocols, 17, 6) == -EEXIST);
	CHECK(protocols_update_tag(protocols, 17, 6) == 0);
	return failures;
}
"#;

#[test]
fn a_c_program_fills_the_tables() {
    if !met("a_c_program_fills_the_tables", &[Need::Command("cc"), Need::File(LIBBPF)]) {
        return;
    }
    let output = compiled("control", PROGRAM);
    let object = object("control", &output);
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("control.h"), &output.header).unwrap();
    let source = directory.path().join("controller.c");
    std::fs::write(&source, CONTROLLER).unwrap();
    let controller = directory.path().join("controller");
    let result = Command::new("cc")
        .args(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-o"])
        .arg(&controller)
        .arg(&source)
        .arg("-lbpf")
        .output()
        .unwrap();
    assert!(result.status.success(), "{}", String::from_utf8_lossy(&result.stderr));
    if !privileged() {
        return;
    }
    let loaded = load("control", &object);
    let control = |arguments: &[&str]| {
        let result = Command::new(&controller).arg(loaded.pin.join("maps")).args(arguments).output().unwrap();
        assert!(result.status.success(), "{}", String::from_utf8_lossy(&result.stderr));
    };
    let mut packet = vec![0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 8, 0];
    packet.extend([0x45, 0, 0, 50, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 11, 1, 1, 1]);
    packet.resize(64, 0);
    control(&[]);
    let (verdict, after) = run(&loaded, &packet);
    assert_eq!((verdict, &after[..6], after[17]), (3, &[2, 3, 4, 5, 6, 7][..], 46));
    packet[30] = 12;
    assert_eq!(run(&loaded, &packet).0, 1);
    packet[30] = 11;
    // Another station: `hosts` misses, and its default action counts nothing.
    packet[11] = 3;
    assert_eq!(run(&loaded, &packet).0, 3);
    control(&["after"]);
    let (verdict, after) = run(&loaded, &packet);
    assert_eq!((verdict, &after[..6]), (3, &[6; 6][..]));
}
