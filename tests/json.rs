//! `--json`: what commands print is one object a line, what `table dump` prints is what `table insert --from` takes, and of a file with a fault
//! nothing is taken.
//!
//! Needs root, iproute2 and clang.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp_test_support::command::{self, build};
use p4xdp_test_support::space::{TWO_PAIRS, with_bpffs};
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

/// What it prints and says, and its exit status, on words that are separated by blanks.
fn call(words: &str) -> (String, String, Option<i32>) {
    let output = command::p4xdp().args(words.split_whitespace()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

#[track_caller]
fn p4xdp(words: &str) -> String {
    let (printed, said, status) = call(words);
    assert_eq!(status, Some(0), "{words}: {said}");
    printed
}

/// The objects that it prints, one a line.
#[track_caller]
fn objects(words: &str) -> Vec<Value> {
    let printed = p4xdp(&format!("{words} --json"));
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{words}: {line}: {e}"));
    let objects: Vec<Value> = printed.lines().map(parse).collect();
    assert!(objects.iter().all(Value::is_object), "{words}: {printed}");
    objects
}

fn written(folder: &Path, text: &str) -> String {
    let path = folder.join("entries.jsonl");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// Loads a program of `testdata/packets` and fills it.
fn loaded(folder: &Path, program: &str, commands: &[&str]) {
    let object = build(format!("testdata/packets/{program}.p4"), folder);
    p4xdp(&format!("load {object} 1=a0 2=a1"));
    commands.iter().for_each(|command| {
        p4xdp(&command.replace("DEV", "--dev a0"));
    });
}

const DIRECT: [&str; 9] = [
    "table insert DEV exacts 1 0x20 forward 1",
    "table insert DEV exacts 2 7 coloured 2 0x123456789abcdef0",
    "table insert DEV prefixes 10.0.0.0/8 forward 2",
    "table insert DEV prefixes 10.1.0.0/16 lpm_coloured 1",
    "table insert DEV --priority 7 masks 0x100&&&0xff00 _ forward 1",
    "table insert DEV --priority 9 masks _ 3 masked_coloured 2",
    "table default DEV exacts forward 2",
    "meter write DEV exact_meter 2 7 1000 10 2000 20",
    "table insert DEV initials 77 forward 1",
];

#[test]
fn a_dump_goes_back_in() {
    with_bpffs("a_dump_goes_back_in", &TWO_PAIRS, || {
        let folder = tempfile::tempdir().unwrap();
        loaded(folder.path(), "v1model_direct", &DIRECT);
        let before = p4xdp("table dump --dev a0 --json");
        let text = p4xdp("table dump --dev a0");
        for table in ["exacts", "prefixes", "masks", "initials"] {
            p4xdp(&format!("table clear --dev a0 {table}"));
        }
        p4xdp("table default --dev a0 exacts");
        assert_ne!(p4xdp("table dump --dev a0 --json"), before);
        let file = written(folder.path(), &before);
        // Port 6, of which the program itself has default actions, has no device.
        let added = p4xdp(&format!("table insert --dev a0 --from {file} --force"));
        assert!(added.ends_with(" entries added\n"), "{added}");
        assert_eq!(p4xdp("table dump --dev a0 --json"), before);
        assert_eq!(p4xdp("table dump --dev a0"), text);
        // From another program's output.
        p4xdp("table clear --dev a0 prefixes");
        let mut child = command::p4xdp()
            .args(["table", "insert", "--dev", "a0", "--from", "-", "--json"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let entry = r#"{"table": "prefixes", "keys": {"a": "10.0.0.0/8"}, "action": "forward", "args": {"port": 2}, "counters": {"Ing.lpm_count": {"bytes": 300}}}"#;
        child.stdin.take().unwrap().write_all(entry.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap(), "{\"added\":1}\n");
        let [found] = &objects("counter dump --dev a0 lpm_count")[..] else { panic!("one entry") };
        assert_eq!(found["values"], serde_json::json!({ "bytes": 300 }));
    });
}

#[test]
fn members_and_value_sets_go_back_in() {
    with_bpffs("members_and_value_sets_go_back_in", &TWO_PAIRS, || {
        let folder = tempfile::tempdir().unwrap();
        let fill = [
            "member insert DEV members 3 forward 1",
            "member insert DEV groups 1 forward 2",
            "group insert DEV groups 5 1:2",
            "table insert DEV profiled 9 member 3",
            "table insert DEV selected 10.0.0.0/8 group 5",
            "table insert DEV selected 11.0.0.0/8 member 1",
        ];
        loaded(folder.path(), "v1model_direct_profile", &fill);
        let members = objects("member dump --dev a0");
        assert_eq!(members[0]["args"], serde_json::json!({ "port": "a0" }));
        let groups = objects("group dump --dev a0");
        assert_eq!(
            groups[0]["members"],
            serde_json::json!([{ "member": 1, "weight": 2, "watch_port": null }])
        );
        there_and_back(folder.path(), &["profiled", "selected"]);
        p4xdp("unload a0 a1");

        let fill = [
            "table insert DEV types 0x800",
            "table insert DEV prefixes 10.0.0.0/8",
            "table insert DEV flows 10.0.0.0&&&0xff000000 7 _",
        ];
        loaded(folder.path(), "value_sets", &fill);
        there_and_back(folder.path(), &["types", "prefixes", "flows"]);
    });
}

fn there_and_back(folder: &Path, tables: &[&str]) {
    let before = p4xdp("table dump --dev a0 --json");
    tables.iter().for_each(|table| {
        p4xdp(&format!("table clear --dev a0 {table}"));
    });
    p4xdp(&format!("table insert --dev a0 --from {}", written(folder, &before)));
    assert_eq!(p4xdp("table dump --dev a0 --json"), before);
}

#[test]
fn of_a_file_with_a_fault_nothing_is_taken() {
    with_bpffs("of_a_file_with_a_fault_nothing_is_taken", &TWO_PAIRS, || {
        let folder = tempfile::tempdir().unwrap();
        loaded(folder.path(), "v1model_direct", &DIRECT);
        let before = p4xdp("table dump --dev a0 --json");
        let good = r#"{"table":"exacts","keys":{"a":"50","b":"1"},"action":"forward","args":{"port":"1"}}
{"table":"exacts","default":true,"action":"forward","args":{"port":"1"}}
{"table":"masks","keys":{"a":"1&&&1"},"priority":3,"action":"forward","args":{"port":"1"}}
"#;
        let bad = [
            ("not JSON", "this is no entry as `table dump --json` prints it: expected ident at line 1"),
            (r#"{"table":"exacts","key":{}}"#, "unknown field `key`"),
            (r#"{"keys":{}}"#, "an entry has either a `table` or a `value_set`"),
            (r#"{"table":"nowhere","keys":{}}"#, "no table `nowhere`"),
            (r#"{"table":"exacts","keys":{"a":"1","b":"1"}}"#, "one of `action`, `member` and `group`"),
            (r#"{"table":"exacts","keys":{"a":"1"},"action":"discard"}"#, "`b`"),
            (r#"{"table":"exacts","keys":{"a":"x","b":"1"},"action":"discard"}"#, "`x`"),
            (r#"{"table":"exacts","keys":{"a":"51","b":"1"},"action":"forward","args":{"port":"9"}}"#, "9"),
            (r#"{"table":"exacts","default":true}"#, "a default action has an `action`"),
            (
                r#"{"table":"exacts","keys":{"a":"51","b":"1"},"action":"discard","counters":{"none":{}}}"#,
                "`Ing.exacts` has no direct counter `none`",
            ),
            (
                r#"{"table":"exacts","keys":{"a":"51","b":"1"},"action":"discard","counters":{"Ing.exact_count":{"colour":1}}}"#,
                "`Ing.exact_count` has no field `colour`",
            ),
            // What only the tables themselves know, once the others are in.
            (r#"{"table":"exacts","keys":{"a":"1","b":"0x20"},"action":"discard"}"#, "has an entry for"),
            (
                r#"{"table":"prefixes","keys":{"a":"10.0.0.0/8"},"action":"forward","args":{"port":"1"}}"#,
                "has an entry for",
            ),
        ];
        for (line, says) in bad {
            let file = written(folder.path(), &format!("{good}{line}\n"));
            let (printed, said, status) = call(&format!("table insert --dev a0 --from {file}"));
            assert_eq!((printed.as_str(), status), ("", Some(1)), "{line}: {said}");
            assert!(said.starts_with(&format!("p4xdp: {file}:4: ")) && said.contains(says), "{line}: {said}");
            assert_eq!(p4xdp("table dump --dev a0 --json"), before, "{line}");
        }
        let (_, said, status) = call("table insert --dev a0 --from /nowhere/at/all");
        assert_eq!(status, Some(2), "{said}");
    });
}

/// Each command that prints something prints objects, with the members that docs/json.md names.
#[test]
fn commands_print_objects() {
    with_bpffs("commands_print_objects", &TWO_PAIRS, || {
        let folder = tempfile::tempdir().unwrap();
        let object = build("testdata/packets/v1model_direct.p4", folder.path());
        let source = "testdata/packets/v1model_direct";
        let has = |words: &str, members: &[&str]| {
            let found = objects(words);
            let first = found.first().unwrap_or_else(|| panic!("{words}: nothing"));
            for member in members {
                assert!(!first[member].is_null(), "{words}: no `{member}`: {first}");
            }
        };
        has(&format!("verify {object}"), &["kernel", "programs", "maps"]);
        has(&format!("load {object} 1=a0 2=a1"), &["device", "program", "id", "mode"]);
        loaded(folder.path(), "v1model_direct", &DIRECT);
        has("status", &["device", "id", "source", "mode", "ports", "tables", "lost"]);
        has("stat --dev a0", &["program", "id", "source", "lost", "lost_messages"]);
        has("port list --dev a0", &["port", "index", "device", "runs"]);
        has("table list --dev a0", &["table", "entries", "size", "keys", "actions"]);
        has("table dump --dev a0 exacts", &["table", "keys", "action", "args", "counters", "meters"]);
        has("table dump --dev a0 masks", &["table", "keys", "priority", "action"]);
        has("table clear --dev a0 masks", &["table", "removed"]);
        has("counter list --dev a0", &["kind", "name", "table", "fields"]);
        has("meter dump --dev a0", &["kind", "name", "table", "keys", "values"]);
        has("meter read --dev a0 exact_meter 2 7", &["kind", "name", "keys", "values"]);
        has("counter reset --dev a0 exact_count", &["kind", "name", "reset"]);
        has("explain E0301", &["code", "title", "explanation"]);
        has(&format!("test {source}.p4 {source}.stf"), &["check", "passed"]);
        has(&format!("build {source}.p4 --report -o {}", folder.path().display()), &[]);
        has("unload a0", &["device", "id"]);
        let (printed, said, status) = call("check testdata/refused/no_main.p4 --target xdp --json");
        assert_eq!((printed.as_str(), status), ("", Some(1)));
        assert!(said.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{said}");
    });
}
