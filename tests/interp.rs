//! The interpreter's control plane, traces and limits: what packet tests in STF cannot say.
#![allow(clippy::unwrap_used, clippy::panic, reason = "it is a test")]

use num_bigint::BigUint;
use p4xdp::driver::{Compilation, Options};
use p4xdp_frontend::source::{InMemory, embedded_file};
use p4xdp_midend::interp::{ControlError, Machine, Verdict};
use p4xdp_midend::ir::Program;
use p4xdp_packet_tests::engine::{ActionCall, Entry, EntryTarget, KeyMatch};
use std::sync::Arc;

fn program(text: &str) -> Program {
    program_with(text, InMemory::new())
}

/// A program that may include what else there is.
fn program_with(text: &str, others: InMemory) -> Program {
    let loader = others.with("test.p4", text);
    let mut options = Options { program: "test.p4".into(), ..Options::default() };
    options.preprocess.include_dirs.push("mine".into());
    let mut compilation = Compilation::with_loader(options, Box::new(loader));
    let program = compilation.elaborate();
    program.map(Arc::unwrap_or_clone).unwrap_or_else(|_| {
        panic!("{}", compilation.diagnostics.iter().map(|d| format!("{}\n", d.message)).collect::<String>())
    })
}

/// A v1model program with this ingress over one header `h` of three bytes `a`, `b`, `c`.
fn v1model(declarations: &str, ingress: &str) -> Program {
    let select = "transition accept;";
    v1model_parsing(declarations, "", select, ingress)
}

fn v1model_parsing(declarations: &str, parser: &str, transition: &str, ingress: &str) -> Program {
    program(&format!(
        "#include <v1model.p4>
        header h_t {{ bit<8> a; bit<8> b; bit<8> c; }}
        struct headers_t {{ h_t h; }}
        struct meta_t {{ }}
        {declarations}
        parser P(packet_in p, out headers_t hdr, inout meta_t m, inout standard_metadata_t sm) {{
            {parser}
            state start {{ p.extract(hdr.h); {transition} }}
        }}
        control V(inout headers_t hdr, inout meta_t m) {{ apply {{ }} }}
        control I(inout headers_t hdr, inout meta_t m, inout standard_metadata_t sm) {{ {ingress} }}
        control E(inout headers_t hdr, inout meta_t m, inout standard_metadata_t sm) {{ apply {{ }} }}
        control C(inout headers_t hdr, inout meta_t m) {{ apply {{ }} }}
        control D(packet_out p, in headers_t hdr) {{ apply {{ p.emit(hdr.h); }} }}
        V1Switch(P(), V(), I(), E(), C(), D()) main;"
    ))
}

/// A call of the `position`-th action of a table.
fn call(position: usize, args: &[u32]) -> ActionCall {
    ActionCall { action: position, args: args.iter().map(|a| BigUint::from(*a)).collect() }
}

fn exact(value: u32) -> KeyMatch {
    KeyMatch::Exact(value.into())
}

fn entry(key: KeyMatch, call: ActionCall) -> Entry {
    Entry::new(vec![key], None, call)
}

fn bytes(machine: &mut Machine, packet: &[u8]) -> Vec<u8> {
    let outcome = machine.process(0, packet);
    outcome.outputs.into_iter().next().map(|o| o.bytes).unwrap_or_default()
}

const SET: &str = "action set(bit<8> v) { hdr.h.c = v; } ";

#[test]
fn entries_come_change_and_go() {
    let program = v1model(
        "",
        &format!(
            "{SET} table t {{ key = {{ hdr.h.a : exact; }} actions = {{ set; @defaultonly NoAction; }} size = 2; }}
            apply {{ t.apply(); }}"
        ),
    );
    let mut machine = Machine::new(&program).unwrap();
    machine.insert("I.t", &entry(exact(1), call(0, &[0x11]))).unwrap();
    assert_eq!(bytes(&mut machine, &[1, 0, 0]), [1, 0, 0x11]);

    let again = machine.insert("I.t", &entry(exact(1), call(0, &[0x12])));
    assert!(matches!(again, Err(ControlError::Duplicate(_))));
    machine.insert("I.t", &entry(exact(2), call(0, &[0x22]))).unwrap();
    let third = machine.insert("I.t", &entry(exact(3), call(0, &[0x33])));
    assert!(matches!(third, Err(ControlError::Full(_))));
    let refused: [(Entry, &str); 5] = [
        (entry(exact(256), call(0, &[1])), "`256` does not fit `hdr.h.a`, which has 8 bits: 0 to 255"),
        (entry(exact(4), call(0, &[256])), "`256` does not fit `v`, which has 8 bits: 0 to 255"),
        (entry(exact(4), call(0, &[])), "action `I.set` has 1 argument, 0 given"),
        (entry(exact(4), call(7, &[])), "there is no action `7` in table `I.t`; there is none"),
        (
            entry(exact(4), call(1, &[])),
            "action `NoAction` is not allowed in entries of table `I.t`: it is `@defaultonly`",
        ),
    ];
    for (entry, message) in refused {
        assert_eq!(machine.insert("I.t", &entry).unwrap_err().to_string(), message);
    }
    let unknown = machine.insert("I.u", &entry(exact(4), call(0, &[1]))).unwrap_err();
    assert_eq!(unknown.to_string(), "the program has no table `I.u`");

    machine.modify("I.t", &[exact(1)], None, &EntryTarget::Action(call(0, &[0x99]))).unwrap();
    assert_eq!(bytes(&mut machine, &[1, 0, 0]), [1, 0, 0x99]);
    machine.delete("I.t", &[exact(1)], None).unwrap();
    assert!(matches!(machine.delete("I.t", &[exact(1)], None), Err(ControlError::NoSuchEntry(_))));
    assert_eq!(bytes(&mut machine, &[1, 0, 0]), [1, 0, 0]);
    assert_eq!(machine.entries("I.t").unwrap().len(), 1);
    machine.set_default("I.t", &call(0, &[0x77])).unwrap();
    machine.clear_tables();
    assert_eq!(bytes(&mut machine, &[2, 0, 0]), [2, 0, 0x77]);
}

#[test]
fn constant_parts_stay() {
    let program = v1model(
        "",
        &format!(
            "{SET} table t {{ key = {{ hdr.h.a : exact; }} actions = {{ set; }} const default_action = set(1);
                const entries = {{ 5 : set(6); }} }}
            apply {{ t.apply(); }}"
        ),
    );
    let mut machine = Machine::new(&program).unwrap();
    assert!(matches!(machine.set_default("I.t", &call(0, &[2])), Err(ControlError::Constant { .. })));
    let added = machine.insert("I.t", &entry(exact(1), call(0, &[0x11])));
    assert!(matches!(added, Err(ControlError::Constant { .. })));
    machine.clear_tables();
    assert_eq!(bytes(&mut machine, &[5, 0, 0]), [5, 0, 6]);
    assert_eq!(bytes(&mut machine, &[4, 0, 0]), [4, 0, 1]);
}

#[test]
fn action_selectors_choose_by_hash() {
    let program = v1model(
        "",
        &format!(
            "{SET} action_selector(HashAlgorithm.identity, 16, 8) sel;
            table t {{ key = {{ hdr.h.a : exact; hdr.h.b : selector; }} actions = {{ set; }} implementation = sel; }}
            apply {{ t.apply(); }}"
        ),
    );
    let mut machine = Machine::new(&program).unwrap();
    for (member, value) in [(1, 0xa1), (2, 0xa2), (3, 0xa3)] {
        machine.set_member("I.sel", member, &call(0, &[value])).unwrap();
    }
    assert!(machine.set_group("I.sel", 9, &[1, 4].map(Into::into)).is_err());
    machine.set_group("I.sel", 9, &[1, 2, 3].map(Into::into)).unwrap();
    machine.insert("I.t", &Entry::new(vec![exact(1)], None, EntryTarget::Group(9))).unwrap();
    machine.insert("I.t", &Entry::new(vec![exact(2)], None, EntryTarget::Member(3))).unwrap();
    let chosen: Vec<u8> = (0..4).map(|b| bytes(&mut machine, &[1, b, 0])[2]).collect();
    assert_eq!(chosen, [0xa1, 0xa2, 0xa3, 0xa1]);
    assert_eq!(bytes(&mut machine, &[2, 7, 0]), [2, 7, 0xa3]);
}

#[test]
fn value_sets_steer_the_parser() {
    let program = v1model_parsing(
        "struct kinds_t { @match(range) bit<8> kind; }",
        "value_set<kinds_t>(4) special;",
        "transition select(hdr.h.a) { special: reject; default: accept; }",
        "apply { if (sm.parser_error != error.NoError) { hdr.h.c = 0xee; } hdr.h.b = 1; }",
    );
    let mut machine = Machine::new(&program).unwrap();
    machine.insert_value_set("P.special", &[KeyMatch::Range(3u8.into(), 4u8.into())]).unwrap();
    assert!(machine.insert_value_set("P.special", &[]).is_err());
    assert_eq!(machine.process(0, &[4, 0, 0]).outputs[0].bytes, [4, 1, 0]);
    // Too short: the error is seen in ingress, where v1model goes on.
    assert_eq!(machine.process(0, &[4, 0]).outputs[0].bytes, [4, 0]);
}

#[test]
fn externs_keep_state() {
    let program = v1model(
        "",
        "register<bit<8>>(4) last; counter(4, CounterType.packets_and_bytes) seen; direct_counter(CounterType.packets) hits;
        meter(2, MeterType.packets) rate;
        action set(bit<8> v) { hdr.h.c = v; hits.count(); }
        table t { key = { hdr.h.a : exact; } actions = { set; } counters = hits; default_action = set(0); }
        apply {
            bit<8> before;
            last.read(before, 1);
            last.write(1, hdr.h.b);
            last.write(9, hdr.h.b);
            seen.count(3);
            t.apply();
            bit<8> colour;
            rate.execute_meter(0, colour);
            hdr.h.b = before;
            hdr.h.a = colour;
        }",
    );
    let mut machine = Machine::new(&program).unwrap();
    machine.insert("I.t", &entry(exact(1), call(0, &[0x11]))).unwrap();
    machine.write_register("I.last", Some(1), &0x42u8.into()).unwrap();
    machine.set_meter_rates("I.rate", None, &[(0.0, 1), (0.0, 2)]).unwrap();
    assert_eq!(bytes(&mut machine, &[1, 7, 0]), [0, 0x42, 0x11]);
    assert_eq!(bytes(&mut machine, &[1, 8, 0]), [1, 7, 0x11]);
    assert_eq!(bytes(&mut machine, &[2, 9, 0]), [2, 8, 0]);
    assert_eq!(machine.register("I.last", 1).unwrap(), 9u8.into());
    assert!(machine.register("I.last", 4).is_err());
    let seen = machine.counter("I.seen", 3).unwrap();
    assert_eq!((seen.packets, seen.bytes), (3, 9));
    assert_eq!(machine.direct_counter("I.t", &[exact(1)], None, None).unwrap().packets, 2);
}

#[test]
fn traces_tell_the_story() {
    let program = v1model(
        "",
        &format!(
            "{SET} table t {{ key = {{ hdr.h.a : exact; }} actions = {{ set; }} default_action = set(9); }}
            apply {{ t.apply(); sm.egress_spec = 4; }}"
        ),
    );
    let mut machine = Machine::new(&program).unwrap();
    assert!(machine.process(0, &[1, 2, 3]).trace.is_empty());
    machine.set_tracing(true);
    let trace = machine.process(0, &[1, 2, 3]).trace;
    let lines: Vec<String> = trace.iter().map(|e| e.kind.to_string().trim().to_owned()).collect();
    let wanted = [
        "into port 0, 3 bytes",
        "stage P",
        "state start",
        "extract hdr.h (24 bits)",
        "accept",
        "stage V",
        "stage I",
        "table I.t [hdr.h.a=0x1] miss: I.set(v=0x9)",
        "hdr.h.c: 0x3 -> 0x9",
        "stage E",
        "stage C",
        "stage D",
        "emit hdr.h",
        "out of port 4, 3 bytes",
    ];
    assert_eq!(lines, wanted);
}

#[test]
fn what_never_ends_is_given_up() {
    let endless = v1model_parsing("", "", "transition again; } state again { transition again;", "apply { }");
    let outcome = Machine::new(&endless).unwrap().process(0, &[1, 2, 3]);
    assert!(matches!(outcome.verdict, Verdict::Failed(_)), "{outcome:?}");
    let around = v1model("", "apply { resubmit_preserving_field_list(0); }");
    let outcome = Machine::new(&around).unwrap().process(0, &[1, 2, 3]);
    assert!(matches!(outcome.verdict, Verdict::Failed(_)), "{outcome:?}");
    let failing = v1model("", "apply { assert(hdr.h.a == 0); }");
    let outcome = Machine::new(&failing).unwrap().process(0, &[1, 2, 3]);
    assert_eq!(outcome.verdict, Verdict::Failed("an `assert` failed".into()));
}

#[test]
fn unknown_externs_are_named() {
    let program = v1model("extern bit<8> mystery(in bit<8> x);", "apply { hdr.h.a = mystery(hdr.h.b); }");
    let found = Machine::new(&program).unwrap_err().0;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code.as_str(), "E0550");
    let wanted = "the interpreter does not know the extern function `mystery` in architecture `v1model`";
    assert_eq!(found[0].message, wanted);
}

/// A core.p4 of the user's own may leave out errors; parsers fail with them all the same.
#[test]
fn errors_without_a_name() {
    let (_, core) = embedded_file("core.p4").unwrap();
    let (before, rest) = core.split_once("error {").unwrap();
    let (_, behind) = rest.split_once('}').unwrap();
    let core = format!("{before}error {{ Mine, NoError }}{behind}");
    let text = "#include <ebpf_model.p4>
        header h_t { bit<8> a; }
        struct headers_t { h_t h; }
        parser P(packet_in p, out headers_t hdr) {
            state start { p.extract(hdr.h); transition select(hdr.h.a) { 1: accept; } }
        }
        control F(inout headers_t hdr, out bool ok) { apply { ok = true; } }
        ebpfFilter(P(), F()) main;";
    let program = program_with(text, InMemory::new().with("mine/core.p4", core));
    let position = |name: &str| program.errors.iter().position(|error| &**error == name);
    assert_eq!((position("Mine"), position("NoError")), (Some(0), Some(1)));
    assert!(position("PacketTooShort") > Some(1) && position("NoMatch") > Some(1));
    let mut machine = Machine::new(&program).unwrap();
    let mut verdict = |packet: &[u8]| machine.process(0, packet).verdict;
    assert_ne!(verdict(&[1]), verdict(&[2]));
    assert_eq!(verdict(&[2]), verdict(&[]));
}
