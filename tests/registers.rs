//! Registers of structures as control planes read and write them. What packets meet of them is `testdata/packets/v1model_register_structs`.
#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use p4xdp_runtime::load::load_detached;
use p4xdp_test_support::bpftool::privileged;
use p4xdp_test_support::command::{binary, run};
use p4xdp_test_support::program::{compiled, object};
use p4xdp_test_support::root;
use std::process::Command;

#[test]
fn a_structure_has_a_number_a_field() {
    if !privileged() {
        return;
    }
    let file = root().join("testdata/packets/v1model_register_structs.p4");
    let object = object("registers", &compiled(&file));
    let program = load_detached(&p4xdp_runtime::Object::open(&object.path).unwrap(), 0).unwrap();
    let id = program.id().to_string();
    let register =
        |words: &[&str]| run(&[&[binary(), "register", words[0], "--id", &id], &words[1..]].concat());
    assert_eq!(
        register(&["list"]),
        "Ing.cells (4 x bit<48>, bit<32>, bit<5>, bit<1>, bit<128>)\nIng.addresses (4 x bit<128>)\n\
         Ing.odd (2 x bit<72>)\n"
    );
    assert_eq!(register(&["write", "cells", "2", "02:00:00:00:00:07", "1", "21", "1", "2001:db8::1"]), "");
    let read = register(&["read", "cells", "2"]);
    assert_eq!(read, "Ing.cells[2]: 02:00:00:00:00:07, open, 21, 1, 2001:db8::1\n");
    // A packet reads what was written, all of it.
    let mut packet = vec![1, 2];
    packet.extend([0; 23]);
    let (_, out) = program.run(&packet, None).unwrap();
    assert_eq!(out[2..9], [2, 0, 0, 0, 0, 7, 21 << 3 | 1 << 1 | 1]);
    assert_eq!(out[9..13], [0x20, 0x01, 0x0d, 0xb8]);
    let few = [binary(), "register", "write", "--id", &id, "cells", "2", "1"];
    let refused = Command::new(few[0]).args(&few[1..]).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("takes an index, then mac, state, inner.low, inner.flag, wide"), "{said}");
}
