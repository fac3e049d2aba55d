//! Registers of structures as control planes read and write them, and what is `@atomic` while several processors run. What packets meet of them is
//! `testdata/packets/v1model_register_structs` and `v1model_atomic`.
#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use num_bigint::BigUint;
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

/// Two processors move amounts between two cells in both directions, by one lock, and nothing comes or goes.
#[test]
fn nothing_is_lost_between_two_cells() {
    const PACKETS: u32 = 100_000;
    if !privileged() {
        return;
    }
    let file = root().join("testdata/packets/v1model_atomic_cells.p4");
    let object = object("atomic_cells", &compiled(&file));
    let program = load_detached(&p4xdp_runtime::Object::open(&object.path).unwrap(), 0).unwrap();
    let packet = |op: u8, from: u8, to: u8, amount: u32| {
        let mut packet = vec![op, from, to];
        packet.extend(amount.to_be_bytes());
        packet.resize(20, 0);
        packet
    };
    for cell in [1, 2] {
        program.run(&packet(0, cell, 0, 1 << 20), None).unwrap();
    }
    std::thread::scope(|scope| {
        for (from, to) in [(1, 2), (2, 1)] {
            let (program, packet) = (&program, packet(1, from, to, 3));
            scope.spawn(move || program.measure(&packet, 1, PACKETS).unwrap());
        }
    });
    let read = |index| program.register("balances").unwrap().read(index).unwrap().0[0].clone();
    assert_eq!(read(1) + read(2), BigUint::from(2u32 << 20));
    assert_eq!(read(1), BigUint::from(1u32 << 20), "as many went there as came back");
}

/// Two processors change the same cells at the same time, and nothing is lost of what they do.
#[test]
fn nothing_is_lost_of_what_is_atomic() {
    const PACKETS: u32 = 200_000;
    const WRITES: u64 = 2_000;
    if !privileged() {
        return;
    }
    let file = root().join("testdata/packets/v1model_atomic.p4");
    let object = object("atomic", &compiled(&file));
    let program = load_detached(&p4xdp_runtime::Object::open(&object.path).unwrap(), 0).unwrap();
    // Op, index, the number that is added.
    let packet = |op: u8, number: u8| {
        let mut packet = vec![op, 1, 0, number];
        packet.resize(16, 0);
        packet
    };
    let mut changed = 0u64;
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    for (op, number) in [(0, 1), (2, 1), (4, 1)] {
                        program.measure(&packet(op, number), 1, PACKETS).unwrap();
                    }
                })
            })
            .collect();
        // The control plane sees whole structures: both of their numbers grow together.
        let flows = program.register("flows").unwrap();
        while changed < WRITES && !runs.iter().all(|run| run.is_finished()) {
            let cell = flows.read(1).unwrap();
            assert_eq!(cell.0[0].clone(), cell.0[1].clone() & BigUint::from(0xffffu32), "{changed}");
            changed += 1;
        }
    });
    assert!(changed > 0);
    let all = BigUint::from(2 * PACKETS);
    let read = |name: &str| program.register(name).unwrap().read(1).unwrap().0;
    assert_eq!(read("counts"), std::slice::from_ref(&all));
    assert_eq!(read("twice.sums"), std::slice::from_ref(&all));
    assert_eq!(read("flows"), [all.clone() & BigUint::from(0xffffu32), all]);
}
