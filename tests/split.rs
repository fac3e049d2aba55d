//! A program that is too large for one BPF program becomes several by itself, which are verified, and do with packets what the interpreter does.
//!
//! Needs root and clang.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a failing test may panic")]

use p4xdp::driver::Codegen;
use p4xdp_control::manifest::Role;
use p4xdp_midend::interp::{Machine, Verdict};
use p4xdp_runtime::load::load_detached;
use p4xdp_runtime::testrun;
use p4xdp_runtime::{Object, verify};
use p4xdp_test_support::needs::{Need, met};
use p4xdp_test_support::program::{findings, generate, object, of_file, of_text};
use p4xdp_test_support::{root, space};
use std::fmt::Write;

/// Rules of the large program: several times what the kernel takes as one program.
const RULES: usize = 1000;
const PACKETS: u32 = 400;
/// No program has more: jumps reach a little further.
const MOST_INSTRUCTIONS: u32 = 30_000;

/// A program that applies so many rules, one behind the other, to each IPv4 packet: what it is, and what each does, differ.
fn program(rules: usize) -> String {
    let mut tables = String::new();
    let mut apply = String::new();
    for i in 0..rules {
        let (bit, byte) = (i % 24, i % 251);
        let rule = match i % 8 {
            0 => format!(
                "if (h.ip.src[{high}:{bit}] == {byte}) {{ a = a * 3 + {i}; k = k ^ h.ip.tos; }}
                 else if (h.ip.id == {id}) {{ m = m + h.ip.len; h.ip.ttl = k; }} else {{ a = a ^ {i}; }}",
                high = bit + 7,
                id = i * 7 % 65_536,
            ),
            1 => format!(
                "if (a[{at}:{at}] == 1) {{ if (h.ip.tos > {byte}) {{ h.ip.tos = h.ip.tos - 1; }}
                 else if (m[3:0] == {}) {{ h.ip.dst = h.ip.dst ^ a; m = m + 1; }} }}",
                i % 16,
                at = i % 31,
            ),
            2 => format!("switch (k) {{ {byte}: {{ m = {i}; }} {}: {{ k = k + 1; }} default: {{ wide = wide + (bit<64>) a; }} }}", (byte + 1) % 256),
            3 => format!("h.ip.len = h.ip.len |+| (bit<16>) k; wide = wide << 1 ^ (bit<64>) m; a = a + (bit<32>) wide[{}:{bit}];", bit + 31),
            4 if i % 64 == 4 => {
                write!(
                    tables,
                    "table t{i} {{ key = {{ h.ip.src: ternary; k: exact; }} actions = {{ mark; NoAction; }}
                     const entries = {{ (0x0a000000 &&& 0xff000000, {byte}): mark({i}); (_, {}): mark(1); }} }}\n",
                    (byte + 7) % 256
                )
                .unwrap();
                format!("if (t{i}.apply().hit) {{ m = m ^ 0x55; }}")
            }
            4 => format!("if (h.ip.dst == {i} || m == {byte}) {{ k = (bit<8>) a; }}"),
            5 if i % 80 == 5 => {
                format!("if (m[5:0] == {}) {{ o.output_action = xdp_action.XDP_DROP; exit; }}", i % 64)
            }
            5 => format!("m = m + (h.note.isValid() ? h.note.mark : 16w{i});"),
            6 => format!(
                "if (wide[{at}:{bit}] == {byte}) {{ h.note.setValid(); h.note.mark = m; h.note.more = k; h.eth.type = 0x1234; }}
                 else if (k == {}) {{ h.note.setInvalid(); h.eth.type = 0x800; }}",
                i % 256,
                at = bit + 7,
            ),
            _ => format!("if (h.note.isValid()) {{ h.note.mark = h.note.mark + {i}; }} else {{ a = a |-| {i}; }}"),
        };
        writeln!(apply, "    {rule}").unwrap();
    }
    format!(
        "#include <core.p4>
#include <xdp_model.p4>
header eth_t {{ bit<48> dst; bit<48> src; bit<16> type; }}
header note_t {{ bit<16> mark; bit<8> more; bit<8> rest; }}
header ipv4_t {{ bit<8> vihl; bit<8> tos; bit<16> len; bit<16> id; bit<16> frag; bit<8> ttl; bit<8> proto; bit<16> sum; bit<32> src; bit<32> dst; }}
struct hs {{ eth_t eth; note_t note; ipv4_t ip; }}
parser p(packet_in b, out hs h) {{
  state start {{ b.extract(h.eth); transition select(h.eth.type) {{ 0x800: ip; 0x1234: note; default: accept; }} }}
  state note {{ b.extract(h.note); transition ip; }}
  state ip {{ b.extract(h.ip); transition accept; }}
}}
control c(inout hs h, in xdp_input i, out xdp_output o) {{
  bit<32> a = 1; bit<16> m = 2; bit<8> k = 3; bit<64> wide = 4;
  action mark(bit<16> by) {{ m = m + by; a = a + 1; }}
{tables}  apply {{ o.output_port = 0; o.output_action = xdp_action.XDP_PASS;
  if (h.ip.isValid()) {{
{apply}
    h.ip.sum = m; h.ip.src = a; h.eth.src = wide[47:0]; h.eth.dst[7:0] = k;
  }} }}
}}
control d(in hs h, packet_out b) {{ apply {{ b.emit(h.eth); b.emit(h.note); b.emit(h.ip); }} }}
xdp(p(), c(), d()) main;
"
    )
}

/// A packet of random fields, with or without a note.
fn packet(random: &mut impl FnMut(u32) -> u32) -> Vec<u8> {
    let mut bytes = vec![2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1];
    bytes.extend([&[8, 0][..], &[0x12, 0x34, 1, 2, 3, 4], &[8, 6]][random(8).saturating_sub(5) as usize]);
    bytes.extend((0..20 + random(40)).map(|_| random(256) as u8));
    bytes
}

#[test]
fn a_program_that_is_too_large_is_split() {
    let mut compilation = of_text("large", &program(RULES));
    let program = compilation.elaborate().unwrap_or_else(|_| panic!("{}", findings(&compilation)));
    let output = generate(compilation, &Codegen::default()).unwrap();
    let roles: Vec<Role> = output.manifest.programs.iter().map(|program| program.role).collect();
    assert_eq!(roles[..3], [Role::Entry, Role::Tail(0), Role::Tail(1)]);
    if !met("a_program_that_is_too_large_is_split", &[Need::Root, Need::Command("clang")]) {
        return;
    }
    let file = object("large", &output);
    let object = Object::open(&file.path).unwrap();
    let verdict = verify::verify(&object).unwrap();
    assert_eq!(verdict.programs.len(), roles.len());
    let most = verdict.programs.iter().map(|program| program.instructions).max();
    assert!(most < Some(MOST_INSTRUCTIONS), "{verdict:?}");
    let loaded = load_detached(&object, 0).unwrap();
    let mut machine = Machine::new(&program).unwrap();
    let mut seed = 1u32;
    let mut random = |below: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) % below
    };
    let (mut passed, mut dropped) = (0, 0);
    for _ in 0..PACKETS {
        let packet = packet(&mut random);
        let outcome = machine.process(0, &packet);
        let (verdict, bytes) = loaded.run(&packet, None).unwrap();
        match (&outcome.verdict, verdict) {
            (Verdict::Aborted, testrun::Verdict::Aborted) => {}
            (Verdict::Dropped, testrun::Verdict::Drop) => dropped += 1,
            (Verdict::Passed, testrun::Verdict::Pass) => {
                assert_eq!(bytes, outcome.outputs[0].bytes, "what becomes of {packet:02x?}");
                passed += 1;
            }
            (wanted, found) => panic!("{wanted:?}, but {found:?} of {packet:02x?}"),
        }
    }
    assert!(passed > 100 && dropped > 10, "{passed} packets came out, {dropped} were dropped");
}

#[test]
fn a_split_program_is_controlled_as_any_other() {
    let needs = [Need::Root, Need::Command("ip"), Need::Command("unshare"), Need::Command("ping")];
    if !met("a_split_program_is_controlled_as_any_other", &needs) {
        return;
    }
    let codegen = Codegen { part_size: Some(1), ..Codegen::default() };
    let file =
        object("switch", &generate(of_file(&root().join("examples/switch/switch.p4")), &codegen).unwrap());
    // The switch drops what it has no entry for.
    let said = space::script(
        file.path.parent().unwrap(),
        "echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
        ip link add d0 index 1000 type veth peer name d1 index 1001; ip link set d0 up; ip link set d1 up
        ip address add 10.9.0.1/24 dev d1; ip neighbour add 10.9.0.9 lladdr 02:00:00:00:00:09 dev d1
        send() { ping -q -c 3 -i 0.01 -W 0.1 10.9.0.9 >/dev/null || true; }
        count() { $P status d0 | sed -n 's/^ *packets: \\(.*\\)/\\1/p'; }
        test $($P verify switch.o | grep -c ^program) -gt 3
        $P load --no-pins switch.o d0 2>&1 && exit 1
        $P load --stats switch.o d0 >/dev/null
        send; count
        $P table insert --dev d0 mac 02:00:00:00:00:09 forward d0
        $P load --stats switch.o d0 | grep kept; $P table dump --dev d0 | grep forward
        send; count
        $P unload d0; ls /sys/fs/bpf/p4xdp 2>&1 || true",
    );
    for wanted in [
        "leave `--no-pins` out",
        "0 aborted, 3 dropped, 0 passed, 0 sent back, 0 redirected\nl2_switch.mac: kept\n",
        " -> l2_switch.forward(port=d0)\n",
        "0 aborted, 0 dropped, 0 passed, 0 sent back, 3 redirected\n",
        "No such file",
    ] {
        assert!(said.contains(wanted), "{wanted} is not in\n{said}");
    }
}

/// Calls of a function of the user's, of so many instructions: more in all than a jump reaches over.
const CALLS: u32 = 80;
const INSTRUCTIONS: u32 = 512;

#[test]
fn what_only_clang_sees_is_split_too() {
    let calls = "if (h.eth.src[7:0] != 3) { sum = add(sum); } sum = sum ^ 1;\n".repeat(CALLS as usize);
    let text = format!(
        "#include <core.p4>
#include <xdp_model.p4>
extern bit<32> add(in bit<32> a);
header eth_t {{ bit<48> dst; bit<48> src; bit<16> type; }}
header sum_t {{ bit<32> sum; }}
struct hs {{ eth_t eth; sum_t sum; }}
parser p(packet_in b, out hs h) {{ state start {{ b.extract(h.eth); b.extract(h.sum); transition accept; }} }}
control c(inout hs h, in xdp_input i, out xdp_output o) {{
  apply {{ o.output_port = 0; o.output_action = xdp_action.XDP_PASS; bit<32> sum = h.sum.sum;
{calls} h.sum.sum = sum; }} }}
control d(in hs h, packet_out b) {{ apply {{ b.emit(h.eth); b.emit(h.sum); }} }}
xdp(p(), c(), d()) main;
"
    );
    let add = format!(
        "static __attribute__((always_inline)) __u32 add(__u32 a)\n{{\n\tasm volatile(\"{}\" : \"+r\"(a));\n\treturn a;\n}}\n",
        "%0 += 7\\n".repeat(INSTRUCTIONS as usize)
    );
    let codegen = Codegen { extern_c: Some(add), ..Codegen::default() };
    let folder = tempfile::tempdir().unwrap();
    let mut compilation = of_text("heavy", &text);
    let made = compilation.object(&folder.path().join("heavy.c"), &codegen);
    let made = made.unwrap_or_else(|error| panic!("{error}: {}", findings(&compilation)));
    let programs = compilation.generate(&codegen).unwrap().manifest.programs.len();
    assert!((3..30).contains(&programs), "{programs}");
    if !met("what_only_clang_sees_is_split_too", &[Need::Root]) {
        return;
    }
    let loaded = load_detached(&Object::open(&made.object).unwrap(), 0).unwrap();
    let packet = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 8, 0, 0, 0, 1, 0, 9];
    let mut sum = 256;
    for _ in 0..CALLS {
        sum = (sum + 7 * INSTRUCTIONS) ^ 1;
    }
    let mut wanted = packet;
    wanted[14..18].copy_from_slice(&sum.to_be_bytes());
    assert_eq!(loaded.run(&packet, None).unwrap(), (testrun::Verdict::Pass, wanted.to_vec()));
}

/// Bytes of stack that a function of the user's takes: with them, the table's key has no room any more.
const SPACE: u32 = 400;

#[test]
fn what_has_no_room_on_the_stack_is_split() {
    let fields: String = (0..31).map(|i| format!("bit<64> a{i}; ")).collect();
    let keys: String = (0..31).map(|i| format!("h.f.a{i}: exact; ")).collect();
    let text = format!(
        "#include <core.p4>
#include <xdp_model.p4>
extern bit<64> deep(in bit<64> a);
header eth_t {{ bit<48> dst; bit<48> src; bit<16> type; }}
header f_t {{ bit<64> s; {fields} }}
struct hs {{ eth_t eth; f_t f; }}
parser p(packet_in b, out hs h) {{ state start {{ b.extract(h.eth); b.extract(h.f); transition accept; }} }}
control c(inout hs h, in xdp_input i, out xdp_output o) {{
  action miss() {{ h.f.s = h.f.s + 1; }}
  table t {{ key = {{ {keys} }} actions = {{ miss; NoAction; }} default_action = miss(); size = 16; }}
  apply {{ o.output_port = 0; o.output_action = xdp_action.XDP_PASS; h.f.s = deep(h.f.s); t.apply(); }}
}}
control d(in hs h, packet_out b) {{ apply {{ b.emit(h.eth); b.emit(h.f); }} }}
xdp(p(), c(), d()) main;
"
    );
    let deep = format!(
        "static __attribute__((noinline)) __u64 deep(__u64 a)\n{{\n\tvolatile __u8 space[{SPACE}];\n\t\
         for (__u32 i = 0; i < {SPACE}; i++)\n\t\tspace[i] = i;\n\treturn a + space[7];\n}}\n"
    );
    let codegen = Codegen { extern_c: Some(deep), ..Codegen::default() };
    let folder = tempfile::tempdir().unwrap();
    let mut compilation = of_text("deep", &text);
    let made = compilation.object(&folder.path().join("deep.c"), &codegen);
    let made = made.unwrap_or_else(|error| panic!("{error}: {}", findings(&compilation)));
    assert!(compilation.generate(&codegen).unwrap().manifest.programs.len() > 1);
    if !met("what_has_no_room_on_the_stack_is_split", &[Need::Root]) {
        return;
    }
    let loaded = load_detached(&Object::open(&made.object).unwrap(), 0).unwrap();
    let packet: Vec<u8> = (0..14 + 256).map(|i| i as u8).collect();
    let mut wanted = packet.clone();
    wanted[14 + 7] += 7 + 1;
    assert_eq!(loaded.run(&packet, None).unwrap(), (testrun::Verdict::Pass, wanted));
}

/// A program of this name whose only table has an action of so many steps.
fn with_action(table: &str, steps: usize) -> String {
    let steps: String = (0..steps)
        .map(|i| {
            format!("h.eth.src = h.eth.src + {i}; if (h.eth.type == {i}) {{ h.eth.dst = h.eth.src; }}\n")
        })
        .collect();
    format!(
        "#include <core.p4>
#include <xdp_model.p4>
header eth_t {{ bit<48> dst; bit<48> src; bit<16> type; }}
struct hs {{ eth_t eth; }}
parser p(packet_in b, out hs h) {{ state start {{ b.extract(h.eth); transition accept; }} }}
control c(inout hs h, in xdp_input i, out xdp_output o) {{
  action long() {{ {steps} }}
  table {table} {{ key = {{ h.eth.dst: exact; }} actions = {{ long; NoAction; }} }}
  apply {{
    o.output_port = 0; o.output_action = xdp_action.XDP_PASS;
    {table}.apply();
  }}
}}
control d(in hs h, packet_out b) {{ apply {{ b.emit(h.eth); }} }}
xdp(p(), c(), d()) main;
"
    )
}

#[test]
fn what_cannot_be_cut_is_refused_by_name() {
    let text = with_action("t", 6000);
    let place = text.lines().position(|line| line.contains("t.apply")).unwrap() + 1;
    let said = match generate(of_text("long", &text), &Codegen::default()) {
        Ok(output) => panic!("{} programs", output.manifest.programs.len()),
        Err(said) => said,
    };
    let line = said.lines().find(|line| line.contains("E0502")).unwrap_or_else(|| panic!("{said}"));
    assert!(line.starts_with(&format!("long.p4:{place}:")), "{line}");
    assert!(line.ends_with("instructions, and must be in one BPF program"), "{line}");
}

#[test]
fn parts_have_names_of_their_own() {
    let codegen = Codegen { part_size: Some(1), ..Codegen::default() };
    let output = generate(of_text("clash", &with_action("clash_1", 1)), &codegen).unwrap();
    let names: Vec<&str> = output.manifest.programs.iter().map(|program| program.name.as_str()).collect();
    assert_eq!(names[..2], ["clash", "clash_1_1"]);
    if met("parts_have_names_of_their_own", &[Need::Command("clang")]) {
        object("clash", &output);
    }
}
