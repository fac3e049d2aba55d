//! The engines `kernel` and `veth` on an object that was made by hand, so that a mistake of the compiler is no excuse for theirs.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp_packet_tests::engine::{
    ActionCall, Count, Engine, EngineError, Entry, KeyMatch, Mirror, MulticastNode, OutputPacket, Session,
};
use p4xdp_packet_tests::{kernel, veth};
use p4xdp_test_support::copies::{self, NONE, Way, packet, seen};
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

/// Port, kind and replication id of what comes out when a packet is sent to a group or session.
fn copied(engine: &mut dyn Engine, group: u8, session: u8) -> Vec<(u32, u8, u16)> {
    engine.inject(0, &packet(Way::Set, group, NONE, session)).unwrap();
    let out = engine.collect().unwrap();
    let told = out.iter().map(|out| (out.port, seen(&out.bytes)));
    told.map(|(port, seen)| (port, seen.kind, seen.instance)).collect()
}

fn exercise_copies(engine: &mut dyn Engine) {
    engine.open_ports(&[0, 1]).unwrap();
    // A session may come before its group, and a group before its ports.
    let session = |target| Session { target, class_of_service: 0, truncate: None };
    engine.set_mirror(5, Some(&session(Mirror::Group(7)))).unwrap();
    assert_eq!(copied(engine, 0, 5), []);
    let node = |replication_id, ports: &[u32]| MulticastNode { replication_id, ports: ports.into() };
    engine.set_multicast_group(7, &[node(2, &[1, 3]), node(4, &[0])]).unwrap();
    assert_eq!(copied(engine, 7, NONE), [(0, 1, 4), (1, 1, 2)]);
    assert_eq!(copied(engine, 0, 5), [(0, 2, 4), (1, 2, 2)]);
    engine.capture_everywhere().unwrap();
    engine.set_multicast_group(8, &[node(1, &[2])]).unwrap();
    assert_eq!(copied(engine, 8, NONE), [(2, 1, 1)]);
    engine.set_mirror(6, Some(&session(Mirror::Port(3)))).unwrap();
    assert_eq!(copied(engine, 0, 6), [(3, 2, 0)]);
    assert_eq!(copied(engine, 7, NONE), [(0, 1, 4), (1, 1, 2), (3, 1, 2)], "port 3 is there now");
    engine.set_mirror(5, None).unwrap();
    engine.set_mirror(5, None).unwrap();
    assert_eq!(copied(engine, 0, 5), []);
    assert!(matches!(engine.set_multicast_group(0, &[]), Err(EngineError::Refused(_))));
    let beyond = engine.set_multicast_group(7, &[node(0, &[u32::MAX])]);
    assert!(matches!(beyond, Err(EngineError::Refused(_))));
}

#[test]
fn copies_on_taps() {
    if privileged() {
        exercise_copies(&mut kernel::engine(&copies::object(&copies::Variant::default())).unwrap());
    }
}

#[test]
fn copies_on_veths() {
    if privileged() {
        exercise_copies(&mut veth::engine(&copies::object(&copies::Variant::default())).unwrap());
    }
}

#[test]
fn what_sends_no_copies_takes_any_group() {
    if privileged() {
        let mut engine = kernel::engine(&switch::object(&Variant::default())).unwrap();
        engine.open_ports(&[0]).unwrap();
        engine.set_multicast_group(7, &[]).unwrap();
    }
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
