//! All that a program tells its control plane on one stream: what comes, in which share where one kind never ends, and what is waited for.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

use p4xdp::driver::Codegen;
use p4xdp_runtime::load::{Options, load};
use p4xdp_runtime::ports::links::Links;
use p4xdp_runtime::stream::{Event, Events, Kinds};
use p4xdp_runtime::{Object, Program};
use p4xdp_test_support::command::sh;
use p4xdp_test_support::program::{generate, object, of_text};
use p4xdp_test_support::space::{TWO_PAIRS, inside};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The port behind which user space is.
const CPU: u32 = 64;
/// Longer than anything takes on a machine under load.
const A_WHILE: Duration = Duration::from_secs(20);

/// What a packet does is told by its first byte: bit 0 sends it to user space, bit 1 makes a message of it.
const TEXT: &str = "#include <v1model.p4>
header h_t { bit<8> kind; bit<8> a; bit<96> pad; }
struct hs { h_t h; } struct ms { } struct told_t { bit<8> a; }
parser P(packet_in p, out hs h, inout ms m, inout standard_metadata_t s) { state start { p.extract(h.h); transition accept; } }
control V(inout hs h, inout ms m) { apply { } }
control I(inout hs h, inout ms m, inout standard_metadata_t s) {
    action to(bit<9> port) { s.egress_spec = port; }
    table idle {
        key = { h.h.a: exact; }
        actions = { to; NoAction; }
        default_action = NoAction;
        support_timeout = true;
        size = 16;
    }
    apply {
        s.egress_spec = 1;
        idle.apply();
        if ((h.h.kind & 2) == 2) { digest<told_t>(1, { h.h.a }); }
        if ((h.h.kind & 1) == 1) { s.egress_spec = 64; }
    }
}
control E(inout hs h, inout ms m, inout standard_metadata_t s) { apply { } }
control C(inout hs h, inout ms m) { apply { } }
control D(packet_out p, in hs h) { apply { p.emit(h.h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;";

fn loaded() -> Program {
    let output =
        generate(of_text("stream", TEXT), &Codegen { cpu_port: true, ..Codegen::default() }).unwrap();
    let object = Object::open(&object("stream", &output).path).unwrap();
    let options = Options { no_pins: true, cpu_port: Some(CPU), ..Options::default() };
    load(&object, &["1=a0", "2=a1"], &options).unwrap().program
}

fn packet(kind: u8, a: u8) -> Vec<u8> {
    let mut packet = vec![kind, a];
    packet.resize(60, 0);
    packet
}

/// Polls until `enough` is told, or it takes too long.
fn until(events: &mut Events, most: usize, mut enough: impl FnMut(&[Event]) -> bool) -> Vec<Event> {
    let (start, mut all) = (Instant::now(), Vec::new());
    while !enough(&all) {
        assert!(start.elapsed() < A_WHILE, "{all:?}");
        let read = events.poll(Duration::from_secs(1), most).unwrap();
        assert!(read.len() <= most, "{read:?}");
        all.extend(read);
    }
    all
}

#[test]
fn everything_comes_on_one_stream() {
    inside("everything_comes_on_one_stream", &TWO_PAIRS, || {
        let program = Arc::new(loaded());
        sh("for device in a0 a1 b0 b1; do ip link set $device up; done");
        let start = Instant::now();
        while ![1, 2].iter().all(|port| Links::of(&program).unwrap().is_up(*port)) {
            assert!(start.elapsed() < A_WHILE);
            std::thread::sleep(Duration::from_millis(10));
        }
        let mut events = Events::open(program.clone(), Kinds::ALL).unwrap();
        assert!(events.poll(Duration::ZERO, 10).unwrap().is_empty());
        let table = program.table("idle").unwrap();
        let mut entry = table.entry(&["9"], "to", &["1"], None).unwrap();
        entry.idle.timeout = Some(50_000_000);
        table.insert(&entry).unwrap();
        program.run(&packet(3, 5), None).unwrap();
        program.run(&packet(3, 6), None).unwrap();
        sh("ip link set b1 down");
        // It goes to another thread, which waits there.
        let all = std::thread::spawn(move || until(&mut events, 3, |all| all.len() >= 6)).join().unwrap();
        let told: Vec<u32> = all
            .iter()
            .filter_map(|event| match event {
                Event::Digest { digest, message } => {
                    assert!(digest.contains("told_t"), "{digest}");
                    message.fields.first().and_then(|a| u32::try_from(a).ok())
                }
                _ => None,
            })
            .collect();
        assert_eq!(told, [5, 6], "{all:?}");
        let packets =
            all.iter().filter(|event| matches!(event, Event::Packet(packet) if packet.length == 60));
        assert_eq!(packets.count(), 2, "{all:?}");
        assert!(all.contains(&Event::Port { port: 2, up: false }), "{all:?}");
        let idle = |event: &&Event| matches!(event, Event::Idle { table: 0, entry: found } if found.keys == entry.keys);
        assert_eq!(all.iter().filter(idle).count(), 1, "{all:?}");
    });
}

#[test]
fn what_never_ends_leaves_room_for_others() {
    inside("what_never_ends_leaves_room_for_others", &TWO_PAIRS, || {
        let program = Arc::new(loaded());
        let kinds = Kinds { digests: true, packets: true, ..Kinds::NONE };
        let mut events = Events::open(program.clone(), kinds).unwrap();
        for a in 0..100 {
            program.run(&packet(2, a), None).unwrap();
        }
        for a in 0..100 {
            program.run(&packet(1, a), None).unwrap();
        }
        // Ten at a time, by turns: neither kind waits for all of the other one.
        let all = until(&mut events, 10, |all| all.len() >= 200);
        let (first, _) = all.split_at(60);
        let packets = first.iter().filter(|event| matches!(event, Event::Packet(_))).count();
        assert!((10..=50).contains(&packets), "{packets}");
        assert_eq!(events.lost().unwrap(), 0);
        assert!(events.poll(Duration::from_millis(1), 10).unwrap().is_empty());
    });
}
