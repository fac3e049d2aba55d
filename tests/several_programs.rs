//! Objects of several programs: one that the device runs, which calls the program that was compiled as a tail, and one for packets that a
//! device map sends on. They are verified, loaded, pinned, replaced and run
//! as those of one program are.
//!
//! Needs root, iproute2 and unshare.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a failing test may panic")]

use p4xdp::backend::Output;
use p4xdp_control::manifest::{BpfProgram, Role, SECTION};
use p4xdp_runtime::load::load_detached;
use p4xdp_runtime::{Object, verify};
use p4xdp_test_support::needs::{Need, met};
use p4xdp_test_support::program::{self, try_compile};
use p4xdp_test_support::space;

const P4: &str = "\
#include <core.p4>
#include <xdp_model.p4>
header eth_t { bit<48> dst; bit<48> src; bit<16> type; }
struct hs { eth_t eth; }
parser p(packet_in b, out hs h) { state start { b.extract(h.eth); transition accept; } }
control c(inout hs h, in xdp_input i, out xdp_output o) {
  CounterArray(4, false) seen;
  action answer(bit<16> type) { h.eth.type = type; o.output_action = xdp_action.XDP_TX; }
  action drop() { o.output_action = xdp_action.XDP_DROP; }
  table station { key = { h.eth.dst: exact; } actions = { answer; drop; } default_action = drop(); size = 16; }
  apply { o.output_port = 0; seen.increment(1); station.apply(); }
}
control d(in hs h, packet_out b) { apply { b.emit(h.eth); } }
xdp(p(), c(), d()) main;
";

/// What stands in front of the compiled program in this test, and beside it.
const OTHERS: &str = "
struct {
	__uint(type, 3);
	__uint(key_size, 4);
	__uint(max_entries, 1);
	__typeof__(int(struct xdp_md *)) *values[];
} tails SEC(\".maps\") = { .values = { [0] = (void *)&COMPILED } };

SEC(\"xdp\") int first(struct xdp_md *ctx)
{
	((long (*)(void *, void *, __u64))12)(ctx, &tails, 0);
	return XDP_ABORTED;
}

SEC(\"xdp/devmap\") int sent_on(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}
";

/// The compiled program as the tail of another.
fn split() -> Output {
    let compiled = try_compile("split", P4).unwrap();
    let (mut manifest, tail) = (compiled.manifest.clone(), compiled.manifest.entry.clone());
    let program = |name: &str, role| BpfProgram { name: name.into(), role };
    manifest.entry = "first".into();
    manifest.programs =
        vec![program("first", Role::Entry), program(&tail, Role::Tail(0)), program("sent_on", Role::Egress)];
    let (before, behind) = compiled.c.split_once("const char p4xdp_manifest[]").unwrap();
    let (_, behind) = behind.split_once(";\n").unwrap();
    let bytes: Vec<String> = manifest.encode().unwrap().iter().map(u8::to_string).collect();
    let c = format!(
        "{before}const unsigned char p4xdp_manifest[] SEC(\"{SECTION}\") = {{{}}};\n{}{behind}",
        bytes.join(","),
        OTHERS.replace("COMPILED", &tail),
    );
    Output { c, manifest, ..Output::clone(&compiled) }
}

fn ready(test: &str) -> bool {
    met(test, &[Need::Root, Need::Command("ip"), Need::Command("unshare"), Need::Command("ping")])
}

#[test]
fn all_are_verified_and_the_entry_is_run() {
    if !ready("all_are_verified_and_the_entry_is_run") {
        return;
    }
    let file = program::object("split", &split());
    let object = Object::open(&file.path).unwrap();
    let verdict = verify::verify(&object).unwrap();
    let names: Vec<&str> = verdict.programs.iter().map(|program| program.name.as_str()).collect();
    assert_eq!(names[0], "first");
    assert_eq!(names[2], "sent_on");
    assert!(verdict.programs[1].processed > verdict.programs[2].processed, "{verdict:?}");

    let loaded = load_detached(&object, 0).unwrap();
    let frame = [2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, 8, 0, 1, 2, 3, 4];
    assert_eq!(loaded.run(&frame, None).unwrap().0, p4xdp_runtime::testrun::Verdict::Drop);
}

#[test]
fn what_is_not_there_is_told() {
    let mut output = split();
    output.c = output.c.replace("int sent_on(", "int other(");
    let file = program::object("split", &output);
    let error = Object::open(&file.path).unwrap_err().to_string();
    assert!(error.ends_with("has no program `sent_on`, though its manifest says so"), "{error}");
}

/// What a script prints that has the object `split.o` and a veth pair; `send` sends a packet to what runs on `d0`.
fn script(text: &str) -> String {
    let file = program::object("split", &split());
    let begin =
        "ip link add d0 index 1000 type veth peer name d1 index 1001; ip link set d0 up; ip link set d1 up
        ip address add 10.9.0.1/24 dev d1; ip neighbour add 10.9.0.9 lladdr 02:00:00:00:00:09 dev d1
        send() { ping -q -c 1 -W 0.1 10.9.0.9 >/dev/null || true; }";
    space::script(file.path.parent().unwrap(), &format!("{begin}\n{text}"))
}

#[test]
fn calls_last_when_the_loader_has_gone_and_tables_are_kept() {
    if !ready("calls_last_when_the_loader_has_gone_and_tables_are_kept") {
        return;
    }
    let said = script(
        "seen() { $P counter dump --dev d0 | sed -n 's/.*seen.1.: \\([0-9]*\\) packets.*/\\1/p'; }
        $P load split.o d0 >/dev/null
        $P table insert --dev d0 station 02:00:00:00:00:09 answer 0x1234
        send; first=$(seen); test $first -ge 1
        $P load split.o d0
        send; test $(seen) -gt $first; $P table dump --dev d0
        $P load --reset-tables split.o d0 >/dev/null; $P table dump --dev d0
        $P unload d0; ls /sys/fs/bpf/p4xdp 2>&1 || true",
    );
    let kept = "c.seen: kept\nc.station: kept\n";
    let entry = "c.station\n  h.eth.dst=02:00:00:00:00:09 -> c.answer(type=4660)\n  default -> c.drop()\n";
    let (_, behind) = said.split_once(kept).unwrap_or_else(|| panic!("{said}"));
    let behind = behind.strip_prefix(entry).unwrap_or_else(|| panic!("{said}"));
    assert!(behind.starts_with("c.station\n  default -> c.drop()\nd0: program"), "{said}");
    assert!(behind.contains("taken off\n") && behind.contains("No such file"), "{said}");
}

#[test]
fn without_pins_they_are_not_loaded() {
    if !ready("without_pins_they_are_not_loaded") {
        return;
    }
    let said =
        script("$P load --no-pins split.o d0 2>&1 && exit 1; echo \"exit status $?\"; ip -o link show d0");
    assert!(said.contains("leave `--no-pins` out") && said.contains("exit status 1"), "{said}");
    assert!(!said.contains("prog/xdp"), "{said}");
}
