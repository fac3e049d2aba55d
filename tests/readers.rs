//! What others read of a program that runs: bpftool, which prints maps by the types that the object describes, and a Python program that reads the
//! manifest.
//!
//! Needs root, iproute2, bpftool and python3.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp_runtime::Program;
use p4xdp_test_support::command::{binary, build, run};
use p4xdp_test_support::needs::{Need, met};
use p4xdp_test_support::{bpftool, program, root, space};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Runs p4xdp.
fn p4xdp(words: &str) -> String {
    run(&[&[binary()][..], &words.split_whitespace().collect::<Vec<_>>()].concat())
}

/// A program that runs on the device `a0` of a namespace, with these entries of its tables; by its number.
#[track_caller]
fn running(name: &str, program: &str, entries: &[&str], then: impl FnOnce(u32) + Send) {
    if !bpftool::privileged() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let object = build(root().join(program), folder.path());
    space::with_bpffs(name, &space::TWO_PAIRS[..1], || {
        p4xdp(&format!("load --ports-are-indices {object} a0"));
        entries.iter().for_each(|entry| drop(p4xdp(&format!("table insert --dev a0 {entry}"))));
        then(Program::by_device("a0").unwrap().id());
    });
}

/// What bpftool reads in a map of such a program.
#[track_caller]
fn dumped(name: &str, program: &str, entries: &[&str], map: &str, then: impl FnOnce(&[Value]) + Send) {
    running(name, program, entries, |id| {
        let dumped = bpftool::dump(id, map);
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

/// Objects, one a line.
fn objects(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What p4xdp writes as people do, as a number.
#[track_caller]
fn number(text: &Value) -> Value {
    let text = text.as_str().unwrap();
    let joined = |parts: std::str::Split<'_, char>, base| {
        parts.fold(0, |all, part| all << 8 | u64::from(u8::from_str_radix(part, base).unwrap()))
    };
    match text {
        "a0" => json!(1000),
        _ if text.contains(':') => json!(joined(text.split(':'), 16)),
        _ if text.contains('.') => json!(joined(text.split('.'), 10)),
        _ => json!(text.parse::<u64>().unwrap()),
    }
}

/// What `examples/manifest.py` prints is what p4xdp prints, but for the form of numbers, and what is no entry of a control plane's.
#[track_caller]
fn reader_agrees(name: &str, program: &str, entries: &[&str], packets: &[(&[u8], u32)]) {
    if !met(name, &[Need::Command("python3")]) {
        return;
    }
    running(name, program, entries, |id| {
        packets.iter().for_each(|(packet, times)| bpftool::send(id, packet, *times));
        let script = root().join("examples/manifest.py");
        let mut read = objects(&run(&["python3", script.to_str().unwrap(), "a0"]));
        let mut wanted = objects(&p4xdp("table dump --dev a0 --json"));
        wanted.retain(|entry| entry["default"] != true && entry["const"] != true);
        assert_eq!(wanted.len(), entries.len(), "{wanted:?}");
        for entry in &mut wanted {
            let entry = entry.as_object_mut().unwrap();
            entry.remove("counters");
            let mut prefix = None;
            for key in entry["keys"].as_object_mut().unwrap().values_mut() {
                let text = key.as_str().unwrap().to_owned();
                let (value, length) = text.split_once('/').unwrap_or((&text, ""));
                prefix = prefix.or(length.parse::<u32>().ok());
                *key = number(&json!(value));
            }
            entry["args"].as_object_mut().unwrap().values_mut().for_each(|arg| *arg = number(arg));
            entry.extend(prefix.map(|length| ("prefix".to_owned(), json!(length))));
        }
        let counted = objects(&p4xdp("counter dump --dev a0 --json"));
        assert_eq!(counted.is_empty(), packets.is_empty(), "{counted:?}");
        wanted.extend(counted.into_iter().filter(|cell| cell["index"].is_number()));
        let by_text = |value: &Value| value.to_string();
        read.sort_by_key(by_text);
        wanted.sort_by_key(by_text);
        assert_eq!(read, wanted);
    });
}

/// Bytes that are written in hexadecimal digits.
fn bytes(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn a_reader_of_the_manifest_knows_hash_maps_and_counters() {
    let entries = ["mac 02:00:00:00:00:09 forward port=a0", "mac 02:00:00:00:00:0a unknown"];
    let known = bytes("020000000009020000000001080000000000");
    let unknown = bytes("02000000000b020000000001080000000000");
    let packets = [(&known[..], 3), (&unknown[..], 2)];
    let name = "a_reader_of_the_manifest_knows_hash_maps_and_counters";
    reader_agrees(name, "examples/switch/switch.p4", &entries, &packets);
}

#[test]
fn a_reader_of_the_manifest_knows_prefixes() {
    let entries = [
        "route 10.1.2.0/24 next_hop dst=02:00:00:00:00:01 src=02:00:00:00:00:02 port=a0",
        "route 0.0.0.0/0 drop",
    ];
    let packet = bytes("0200000000a0020000000001080045000014000100004011635e0a0000010a01020300000000");
    let name = "a_reader_of_the_manifest_knows_prefixes";
    reader_agrees(name, "examples/router/router.p4", &entries, &[(&packet, 5)]);
}

#[test]
fn a_reader_of_the_manifest_knows_arrays() {
    let entries = ["protocols 17 set port=8", "protocols 6 drop"];
    reader_agrees("a_reader_of_the_manifest_knows_arrays", "testdata/generated/array.p4", &entries, &[]);
}

#[test]
fn a_reader_of_the_manifest_knows_counters_by_any_index() {
    let packet = bytes("ffffffffffffffff0000000308000000");
    let name = "a_reader_of_the_manifest_knows_counters_by_any_index";
    reader_agrees(name, "testdata/packets/counters_sparse.p4", &[], &[(&packet, 4)]);
}

/// Adds the names of all members of a JSON value.
fn members<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(name, value)| {
            found.insert(name);
            members(value, found);
        }),
        Value::Array(list) => list.iter().for_each(|value| members(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_document_names_every_member_of_manifests() {
    let document = std::fs::read_to_string(root().join("docs/manifest.md")).unwrap();
    let manifests: Vec<Value> =
        program::all().map(|(_, output)| serde_json::to_value(&output.manifest).unwrap()).collect();
    let mut found = BTreeSet::new();
    manifests.iter().for_each(|manifest| members(manifest, &mut found));
    assert!(found.len() > 100, "{found:?}");
    found.retain(|name| {
        !document.contains(&format!("`{name}`")) && !document.contains(&format!("\"{name}\":"))
    });
    assert!(found.is_empty(), "docs/manifest.md lacks {found:?}");
    let version = format!("little-endian: {}", p4xdp_control::manifest::VERSION);
    assert!(document.contains(&version), "docs/manifest.md has another version");
}
