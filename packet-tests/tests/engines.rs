//! The engines `kernel` and `veth` on an object that was made by hand, so that a mistake of the compiler is no excuse for theirs.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp_packet_tests::engine::{ActionCall, Count, Engine, EngineError, Entry, KeyMatch, OutputPacket};
use p4xdp_packet_tests::{kernel, veth};
use p4xdp_test_support::switch;
use p4xdp_test_support::switch::{Variant, call, frame, ipv4, privileged};

fn entry(key: KeyMatch, call: ActionCall) -> Entry {
    Entry::new(vec![key], None, call)
}

fn exercise(engine: &mut dyn Engine) {
    engine.open_ports(&[0, 1, 3]).unwrap();
    let exact = |value: u32| KeyMatch::Exact(value.into());
    engine.insert("ingress.mac", &entry(exact(1), call("ingress.forward", &[3]))).unwrap();
    engine.insert("ingress.mac", &entry(exact(2), call("ingress.reply", &[]))).unwrap();
    let again = engine.insert("ingress.mac", &entry(exact(2), call("ingress.drop", &[])));
    assert!(matches!(again, Err(EngineError::Refused(_))));
    let lpm = KeyMatch::Prefix(0x0a01_0203u32.into(), 16);
    engine.insert("ingress.route", &entry(lpm, call("ingress.drop", &[]))).unwrap();

    let mut to_route = ipv4([10, 1, 9, 9]);
    to_route[5] = 9;
    engine.inject(0, &frame(1, 7, 0x1234)).unwrap();
    engine.inject(0, &frame(2, 7, 0x1234)).unwrap();
    engine.inject(1, &frame(8, 7, 0x1234)).unwrap();
    engine.inject(1, &to_route).unwrap();
    let mut out = engine.collect().unwrap();
    out.sort_by_key(|packet| packet.port);
    let expected = [(0, frame(2, 7, 0x1234)), (1, frame(8, 7, 0x1234)), (3, frame(1, 7, 0x1234))];
    assert_eq!(out, expected.map(|(port, bytes)| OutputPacket { port, bytes, fields: Vec::new() }));

    assert_eq!(engine.counter("ingress.seen", 0).unwrap(), Count { packets: 4, bytes: 240 });
    engine.write_counter("ingress.seen", 1, Count { packets: 2, bytes: 3 }).unwrap();
    assert_eq!(engine.counter("ingress.seen", 1).unwrap(), Count { packets: 2, bytes: 3 });
    assert!(matches!(engine.counter("ingress.seen", 8), Err(EngineError::Refused(_))));

    engine.set_default("ingress.mac", &call("ingress.drop", &[])).unwrap();
    engine.clear_tables().unwrap();
    engine.inject(0, &frame(1, 7, 0x1234)).unwrap();
    assert!(engine.collect().unwrap().is_empty());
    assert!(matches!(engine.inject(0, &[0; 13]), Err(EngineError::Unsupported(_))));
}

#[test]
fn on_taps() {
    if privileged() {
        exercise(&mut kernel::engine(&switch::object(&Variant::default())).unwrap());
    }
}

#[test]
fn on_veths() {
    if privileged() {
        exercise(&mut veth::engine(&switch::object(&Variant::default())).unwrap());
    }
}
