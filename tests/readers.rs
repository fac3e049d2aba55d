//! What others read of a program that runs: bpftool, which prints maps by the types that the object describes.
//!
//! Needs root, iproute2 and bpftool.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp_runtime::Program;
use p4xdp_test_support::command::{binary, build, run};
use p4xdp_test_support::{bpftool, root, space};
use serde_json::{Value, json};

/// Runs p4xdp.
fn p4xdp(words: &str) -> String {
    run(&[&[binary()][..], &words.split_whitespace().collect::<Vec<_>>()].concat())
}

/// A program that runs on the device `a0` of a namespace, with these entries in a table; and what bpftool reads in the map.
#[track_caller]
fn dumped(name: &str, program: &str, entries: &[&str], map: &str, then: impl FnOnce(&[Value]) + Send) {
    if !bpftool::privileged() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let object = build(root().join(program), folder.path());
    space::with_bpffs(name, &space::TWO_PAIRS[..1], || {
        p4xdp(&format!("load {object} a0"));
        entries.iter().for_each(|entry| drop(p4xdp(&format!("table insert --dev a0 {entry}"))));
        let dumped = bpftool::dump(Program::by_device("a0").unwrap().id(), map);
        then(&dumped.into_iter().map(|entry| entry["formatted"].clone()).collect::<Vec<_>>());
    });
}

#[test]
fn bpftool_prints_actions_by_name_and_addresses_in_order() {
    let entry = "mac 02:00:00:00:00:09 forward port=a0";
    let name = "bpftool_prints_actions_by_name_and_addresses_in_order";
    dumped(name, "examples/switch/switch.p4", &[entry], "mac", |dumped| {
        let key = json!({ "dst": [2, 0, 0, 0, 0, 9], "pad": [0, 0] });
        let value = json!({ "action": "MAC_FORWARD", "": { "forward": { "port": 1000 } } });
        assert_eq!(dumped, [json!({ "key": key, "value": value })]);
    });
}

#[test]
fn bpftool_prints_prefixes_and_arguments() {
    let entry = "route 10.1.2.0/24 next_hop dst=02:00:00:00:00:01 src=02:00:00:00:00:02 port=a0";
    let name = "bpftool_prints_prefixes_and_arguments";
    dumped(name, "examples/router/router.p4", &[entry], "route", |dumped| {
        assert_eq!(dumped[0]["key"], json!({ "prefixlen": 24, "dst": [10, 1, 2, 0] }));
        let value = &dumped[0]["value"];
        assert_eq!(value["action"], "ROUTE_NEXT_HOP", "{value}");
        let arguments = &value[""]["next_hop"];
        let read = ["dst", "src", "port"].map(|argument| arguments[argument].clone());
        assert_eq!(read, [json!([2, 0, 0, 0, 0, 1]), json!([2, 0, 0, 0, 0, 2]), json!(1000)]);
    });
}

/// What a storage of masks holds has a rank, other than what it has room for.
#[track_caller]
fn is_masked_entry(dumped: &[Value]) {
    let held: Vec<&Value> =
        dumped.iter().map(|entry| &entry["value"]).filter(|value| value["rank"] != 0).collect();
    let [held] = held.as_slice() else { panic!("an entry: {held:?}") };
    assert_eq!(held["value"]["action"], "FLOWS_ROUTE", "{held}");
    assert_eq!(held["value"][""]["route"]["dst"], json!([2, 0, 0, 0, 0, 7]), "{held}");
}

const MASKED: &str = "flows src=10.0.0.0&&&255.0.0.0 dst=10.1.0.0/16 protocol=17&&&255 version=4 --priority 5 route dst=02:00:00:00:00:07 src=02:00:00:00:00:08";

#[test]
fn bpftool_prints_what_bit_vectors_hold() {
    let name = "bpftool_prints_what_bit_vectors_hold";
    dumped(name, "testdata/generated/masks.p4", &[MASKED], "flows", is_masked_entry);
}

#[test]
fn bpftool_prints_what_a_tuple_space_holds() {
    let name = "bpftool_prints_what_a_tuple_space_holds";
    dumped(name, "testdata/generated/many_masks.p4", &[MASKED], "flows", |dumped| {
        is_masked_entry(dumped);
        assert_eq!(dumped[0]["key"]["dst"], json!([10, 1, 0, 0]));
    });
}
