//! Value sets of a loaded program: what is an element and what is none, that sizes hold, and the command line. What packets meet of them is
//! `testdata/packets/value_sets`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a failing test may panic")]

use p4xdp_midend::interp::Machine;
use p4xdp_packet_tests::engine::{Engine, EngineError, KeyMatch};
use p4xdp_packet_tests::kernel;
use p4xdp_test_support::bpftool::privileged;
use p4xdp_test_support::command::binary;
use p4xdp_test_support::program::{compiled, object, of_file};
use p4xdp_test_support::root;
use p4xdp_test_support::space::with_object;

fn exact(value: u32) -> KeyMatch {
    KeyMatch::Exact(value.into())
}

/// Interpreter and kernel refuse the same elements.
#[test]
fn bad_elements_are_refused() {
    let file = root().join("testdata/packets/value_sets.p4");
    let mut machine = Machine::new(&of_file(&file).elaborate().unwrap()).unwrap();
    let mut kernel = privileged().then(|| {
        let object = object("value_sets", &compiled(&file));
        kernel::engine(&p4xdp_runtime::Object::open(&object.path).unwrap()).unwrap()
    });
    let prefix = |value: u32, length| KeyMatch::Prefix(value.into(), length);
    let steps: [(&str, Vec<KeyMatch>, bool); 12] = [
        ("P.small", vec![exact(5)], true),
        ("P.small", vec![exact(5)], false),
        ("P.small", vec![exact(256)], false),
        ("P.small", vec![KeyMatch::Any], false),
        ("P.small", vec![], false),
        ("P.small", vec![exact(6)], true),
        ("P.small", vec![exact(7)], false),
        ("P.prefixes", vec![prefix(0x0a00_0000, 33)], false),
        ("P.prefixes", vec![prefix(0x0a00_0000, 8)], true),
        // The bits behind the prefix do not matter.
        ("P.prefixes", vec![prefix(0x0a00_0001, 8)], false),
        ("P.flows", vec![KeyMatch::Range(1u8.into(), 2u8.into()), exact(1), KeyMatch::Any], false),
        ("P.nowhere", vec![exact(1)], false),
    ];
    for (set, keys, right) in steps {
        let by_interpreter = machine.insert_value_set(set, &keys).map_err(|error| error.to_string());
        assert_eq!(by_interpreter.is_ok(), right, "{set} {keys:?}: {by_interpreter:?}");
        let Some(kernel) = &mut kernel else { continue };
        match kernel.insert_value_set(set, &keys) {
            Ok(()) => assert!(right, "{set} {keys:?}"),
            Err(EngineError::Refused(why)) => assert!(!right, "{set} {keys:?}: {why}"),
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[test]
fn elements_come_and_go_by_the_command_line_and_survive_a_new_program() {
    let Some((_dir, object, space)) = with_object("testdata/packets/value_sets.p4", "value_sets") else {
        return;
    };
    let load = || space.run(&[binary(), "load", "--no-pins", &object, "1=sw"]);
    load();
    let table = |words: &[&str]| {
        let output = space.try_run(&[&[binary(), "table", words[0], "--dev", "sw"], &words[1..]].concat());
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let done = (Some(0), String::new());
    let refused = |words: &[&str]| {
        let (status, said) = table(words);
        assert_eq!(status, Some(1), "{said}");
        said
    };
    assert_eq!(table(&["insert", "small", "5"]), done);
    assert_eq!(table(&["insert", "P.flows", "10.0.0.0&&&255.0.0.0", "80", "_"]), done);
    assert_eq!(table(&["insert", "prefixes", "10.0.0.0/8"]), done);
    assert_eq!(table(&["dump", "small"]), (Some(0), "P.small\n  value=5\n".into()));
    let flows = "P.flows\n  a=167772160&&&0xff000000 b=80 c=*\n";
    assert_eq!(table(&["dump", "flows"]), (Some(0), flows.into()));
    assert!(
        table(&["list"]).1.contains("P.small (1 of 2 elements, value set)\n  key     value: bit<8> exact\n")
    );
    assert_eq!(
        refused(&["insert", "small", "5"]),
        "p4xdp: value set `P.small` has this element already: value=5\n"
    );
    assert!(refused(&["insert", "small", "5", "drop"]).contains("value set `P.small` has 1 key, 2 given"));
    assert!(refused(&["default", "small", "drop"]).contains("value set `P.small`"));
    assert_eq!(table(&["insert", "small", "6"]), done);
    assert!(refused(&["insert", "small", "7"]).contains("value set `P.small` is full"));
    assert_eq!(table(&["delete", "small", "5"]), done);
    assert!(load().contains("P.small"));
    assert_eq!(table(&["dump", "small"]), (Some(0), "P.small\n  value=6\n".into()));
    assert_eq!(table(&["clear", "flows"]), (Some(0), "1 entries removed\n".into()));
}
