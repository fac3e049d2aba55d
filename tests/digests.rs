//! Messages to the control plane as other processes read them: by the command line and the library, and what becomes of those for which there is
//! no room. What they say, `testdata/packets/v1model_digest` shows.
#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use p4xdp_runtime::Program;
use p4xdp_runtime::load::load_detached;
use p4xdp_test_support::bpftool::privileged;
use p4xdp_test_support::command::{binary, run};
use p4xdp_test_support::program::{compiled, object};
use p4xdp_test_support::root;
use std::process::Command;
use std::time::Duration;

fn program() -> Option<Program> {
    if !privileged() {
        return None;
    }
    let object = object("v1model_digest", &compiled(&root().join("testdata/packets/v1model_digest.p4")));
    Some(load_detached(&p4xdp_runtime::Object::open(&object.path).unwrap(), 0).unwrap())
}

/// Of this source; `extra` follows the Ethernet header.
fn packet(source: u8, kind: u8, extra: &[u8]) -> Vec<u8> {
    [&[2, 2, 2, 2, 2, 1, 4, 4, 4, 4, 4, source, 8, kind], extra].concat()
}

const EXTRA: [u8; 18] = [0x1f, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

#[test]
fn the_command_line_reads_them() {
    let Some(program) = program() else { return };
    let id = program.id().to_string();
    let digest = |words: &[&str]| run(&[&[binary(), "digest", "--id", &id], words].concat());
    for source in 1..=3 {
        program.run(&packet(source, 0, &[]), None).unwrap();
    }
    // What is not asked for stays.
    let first = "learn_t receiver=7 src=04:04:04:04:04:01 port=1\n";
    assert_eq!(digest(&["learn_t", "--count", "1"]), first);
    let second = r#"{"digest":"learn_t","fields":{"port":"0x1","src":"0x40404040402"},"receiver":"0x7"}"#;
    assert_eq!(digest(&["learn_t", "--count", "1", "--json"]), format!("{second}\n"));
    // Of several digests all are read if none is named.
    program.run(&packet(4, 1, &EXTRA), None).unwrap();
    let all = digest(&["--count", "5"]);
    let lines: Vec<&str> = all.lines().collect();
    assert_eq!(
        lines,
        [
            "report_t receiver=9 type=2049 state=busy inner.middle=7 inner.flag=1 change=-2 \
             address=8000::1 shifted=4294967297 failure=PacketTooShort ethernet.dst=02:02:02:02:02:01 \
             ethernet.src=00:00:00:00:00:01 ethernet.type=2049 tags[0].more=0 tags[1].more=0",
            "digest_0 receiver=10 [0]=02:02:02:02:02:01 [1]=8000::1",
            "learn_t receiver=7 src=04:04:04:04:04:03 port=1",
            "learn_t receiver=7 src=04:04:04:04:04:04 port=1",
            "learn_t receiver=8 src=00:00:00:00:00:01 port=1",
        ]
    );
    assert_eq!(digest(&["learn_t", "--lost"]), "learn_t: 0 lost\n");
    assert_eq!(digest(&["digest_0", "--lost", "--json"]), "{\"digest\":\"digest_0\",\"lost\":0}\n");
    assert_eq!(digest(&["learn_t", "--seconds", "0"]), "");
    let wrong = Command::new(binary()).args(["digest", "--id", &id, "lern_t"]).output().unwrap();
    assert!(!wrong.status.success());
    let said = String::from_utf8(wrong.stderr).unwrap();
    assert!(said.contains("there is no digest `lern_t`") && said.contains("`learn_t`"), "{said}");
}

#[test]
fn what_has_no_room_is_counted() {
    const SENT: u32 = 20_000;
    let Some(program) = program() else { return };
    let learnt = program.digest("learn_t").unwrap();
    program.measure(&packet(1, 0, &[]), 1, SENT).unwrap();
    let lost = learnt.lost().unwrap();
    let mut read = 0;
    loop {
        let batch = learnt.read(Duration::ZERO, usize::MAX).unwrap();
        if batch.is_empty() {
            break;
        }
        assert!(batch.len() <= 1024, "{}", batch.len());
        read += batch.len() as u64;
    }
    assert!(read >= 4096 && lost > 0, "{read} read, {lost} lost");
    assert_eq!(read + lost, u64::from(SENT));
    // There is room again, and what is lost of one kind is not lost of others.
    program.run(&packet(2, 1, &EXTRA), None).unwrap();
    assert_eq!(learnt.lost().unwrap(), lost);
    let sent = learnt.read(Duration::ZERO, usize::MAX).unwrap();
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert_eq!(program.digest("report_t").unwrap().lost().unwrap(), 0);
}
