//! What `log_msg` writes to the kernel's trace buffer. That packets are as the interpreter has them, `testdata/packets/v1model_log` shows.
#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use p4xdp_runtime::load::load_detached;
use p4xdp_test_support::bpftool::privileged;
use p4xdp_test_support::program::{compiled, object};
use p4xdp_test_support::root;
use p4xdp_test_support::space::script;

/// The lines of the trace buffer behind `p4log `. The file system with it is mounted where nobody else sees it.
fn messages() -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let text =
        script(folder.path(), "mount -t tracefs tracefs /sys/kernel/tracing\ncat /sys/kernel/tracing/trace");
    text.lines().filter_map(|line| Some(line.split_once("bpf_trace_printk: ")?.1.to_owned())).collect()
}

#[test]
fn a_message_has_all_its_values() {
    if !privileged() {
        return;
    }
    let file = root().join("testdata/packets/v1model_log.p4");
    let object = object("v1model_log", &compiled(&file));
    let program = load_detached(&p4xdp_runtime::Object::open(&object.path).unwrap(), 0).unwrap();
    // Others may write there too, but not this.
    let marker = std::process::id();
    let mut packet = vec![0, 0];
    packet.extend(marker.to_be_bytes());
    packet.extend([0, 0, 0, 0, 0, 2, 0x12, 0x34, 0x12, 0x3f]);
    packet.extend(1..=16);
    packet.extend([0xff, 0, 0, 0, 0, 0, 0, 0, 1]);
    program.run(&packet, None).unwrap();
    let expected = [
        "p4log 1: nothing, 100% of it {}".to_owned(),
        format!("p4log 2: {marker} 2 4660."),
        "p4log 3: 1 2 3 ".to_owned(),
        "-1 0.".to_owned(),
        "p4log 4: 0x102030405060708090a0b0c0d0e0f10, ".to_owned(),
        "0xff0000000000000001 and 4660".to_owned(),
        format!("p4log 5: {marker}"),
        "p4log 6: 0 {}".to_owned(),
    ];
    let found = messages();
    let begin = found.iter().rposition(|line| *line == expected[1]).unwrap() - 1;
    assert_eq!(found.get(begin..begin + expected.len()).unwrap(), expected);
}
