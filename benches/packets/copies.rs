//! Packets that are copied, forwarded and go round, beside hand-written C that does the same, or beside a program that does not. Copies cannot be seen
//! in a plain test run, so packets are really sent: by live frames, from the loopback device to virtual devices whose far ends drop them.

use super::{REPEAT, ROUNDS, built, ip, object, ours, root, tcp_packet};
use libbpf_rs::{MapCore, MapFlags, Object as Loaded, ObjectBuilder, ProgramInput};
use p4xdp_runtime::copies::{Mirror, MulticastNode, Session, Write};
use p4xdp_runtime::harness::netns::NetNs;
use p4xdp_runtime::ports::Numbering;
use p4xdp_runtime::{Program, load};
use std::os::fd::{AsFd, AsRawFd};
use std::path::Path;
use std::process::{Command, Stdio};

/// Ports of the largest group.
const MOST: u32 = 32;
/// Interface index, and number of the port, of the first device behind the loopback device.
const FIRST: u32 = 2;
/// Copies that are sent in one go: few enough for the processor to be left alone meanwhile, now and then.
const SENT: u32 = 65_536;
/// Goes of each.
const GOES: u32 = 40;

/// What is sent packets: ours, or written by hand.
enum Sender {
    Ours(Box<Program>),
    Hand(Loaded),
}

impl Sender {
    /// Nanoseconds a packet, of so many.
    fn send(&self, packet: &[u8], count: u32) -> u32 {
        match self {
            Sender::Ours(program) => program.flood(packet, 0, count).expect("live frames"),
            Sender::Hand(object) => {
                let input = ProgramInput {
                    data_in: Some(packet),
                    flags: libbpf_rs::libbpf_sys::BPF_F_TEST_XDP_LIVE_FRAMES,
                    repeat: count,
                    ..ProgramInput::default()
                };
                let run = object.progs_mut().next().expect("a program").test_run(input);
                run.expect("live frames").duration.as_nanos().try_into().expect("less than seconds")
            }
        }
    }
}

/// The program of this name, with ports from 1, which is the loopback device.
fn numbered(name: &str, dir: &Path) -> Program {
    built(name, &[], dir);
    let numbers = (1..FIRST + MOST).map(|port| (port, port)).collect();
    load::load_detached_with(&object(name, dir), &Numbering::Numbered(numbers), None, false)
        .expect("the verifier accepts it")
}

/// Ours, with group 1 of the first `ports` devices, and session 1 to the second of them.
fn copying(name: &str, ports: u32, dir: &Path) -> Sender {
    let program = numbered(name, dir);
    let copies = program.copies().expect("it copies").with_any_port().here();
    let group = MulticastNode { replication_id: 0, ports: (FIRST..FIRST + ports).collect() };
    copies.write_group(1, &[group], Write::Insert).expect("a group");
    let session = Session { target: Mirror::Port(FIRST + 1), class_of_service: 0, truncate: None };
    copies.write_session(1, &session, Write::Insert).expect("a session");
    Sender::Ours(program.into())
}

/// C by hand, which sends to the first `devices` devices.
fn by_hand(name: &str, devices: u32, dir: &Path) -> Sender {
    let path = dir.join(format!("hand_{name}.o"));
    let clang = p4xdp_backend_xdp::clang::Clang::find(None).expect("clang");
    let text =
        format!("#define DEVICES {devices}\n#include \"{}\"\n", root(&format!("hand/{name}.c")).display());
    let c = path.with_extension("c");
    std::fs::write(&c, text).expect("writable");
    clang.compile(&c, &path, &[]).expect("the hand-written C compiles");
    let object = ObjectBuilder::default().open_file(&path).expect("an object");
    let object = object.load().expect("the verifier accepts it");
    let egress = object.progs().find(|program| program.section() == "xdp/devmap");
    let egress = egress.map_or(0, |program| program.as_fd().as_raw_fd());
    let map = object.maps().find(|map| map.name() == "devices").expect("the map");
    for position in 0..devices {
        let value = [(FIRST + position).to_ne_bytes(), egress.to_ne_bytes()].concat();
        map.update(&position.to_ne_bytes(), &value, MapFlags::ANY).expect("a device");
    }
    Sender::Hand(object)
}

/// The least time of each for a packet, taken in turn; all copies have arrived.
fn race<const N: usize>(senders: [&Sender; N], packet: &[u8], copies: u32) -> [u32; N] {
    let count = SENT / copies;
    let mut least = [u32::MAX; N];
    for _ in 0..GOES {
        for (sender, least) in senders.iter().zip(&mut least) {
            let before = received();
            *least = (*least).min(sender.send(packet, count));
            let came = received() - before;
            let wanted = u64::from(count * copies);
            // A device's queue may overflow for a moment.
            assert!(came <= wanted && came >= wanted - wanted / 50, "{came} of {wanted} arrived");
        }
    }
    least
}

/// Packets that the far ends have received.
fn received() -> u64 {
    let devices = std::fs::read_to_string("/proc/thread-self/net/dev").expect("devices");
    let far = devices.lines().filter_map(|line| line.trim().strip_prefix("far")?.split_once(':'));
    far.map(|(_, counts)| {
        counts.split_whitespace().nth(1).expect("packets").parse::<u64>().expect("a number")
    })
    .sum()
}

/// Prints the tables.
pub fn copies(dir: &Path) {
    ours("drop", dir);
    let namespace = NetNs::new().expect("a namespace");
    let lines = namespace.run(|| {
        for port in FIRST..FIRST + MOST {
            ip(&format!(
                "link add name near{port} index {port} type veth peer name far{port} index {}",
                1000 + port
            ));
            ip(&format!("link set near{port} up"));
            ip(&format!("link set far{port} up"));
        }
        let p4xdp = &mut Command::new(env!("CARGO_BIN_EXE_p4xdp"));
        p4xdp.args(["load", "--no-pins"]).arg(dir.join("drop.o"));
        p4xdp.args((FIRST..FIRST + MOST).map(|port| format!("far{port}")));
        let status = p4xdp.stdout(Stdio::null()).status();
        assert!(status.is_ok_and(|status| status.success()), "the far ends run no program");
        measured(dir)
    });
    println!(
        "\n| packets to virtual devices | by hand, ns | ours, ns | ratio |\n| --- | ---: | ---: | ---: |"
    );
    for line in lines.expect("a namespace") {
        println!("{line}");
    }
}

fn measured(dir: &Path) -> Vec<String> {
    let packet = tcp_packet();
    let mut lines = Vec::new();
    let mut line = |title: String, [hand, ours]: [u32; 2]| {
        lines.push(format!("| {title} | {hand} | {ours} | {:.2} |", f64::from(ours) / f64::from(hand)));
    };
    for (title, name) in [("broadcast", "broadcast"), ("broadcast, each copy changed", "broadcast_marked")] {
        for ports in [2, 8, MOST] {
            let (hand, ours) = (by_hand(name, ports, dir), copying(name, ports, dir));
            line(format!("{title}, {ports} ports"), race([&hand, &ours], &packet, ports));
        }
    }
    let (hand, ours) = (by_hand("clone", 2, dir), copying("clone", 2, dir));
    line("unicast and a clone".into(), race([&hand, &ours], &packet, 2));
    let (hand, ours) = (by_hand("unicast", 1, dir), Sender::Ours(numbered("unicast", dir).into()));
    line("unicast".into(), race([&hand, &ours], &packet, 1));
    for (title, name) in [
        ("unicast, and ours could multicast", "unicast_or_multicast"),
        ("unicast, and ours could multicast with each copy changed", "unicast_or_marked"),
    ] {
        line(title.into(), race([&hand, &copying(name, 2, dir)], &packet, 1));
    }
    lines
}

/// What going round takes, up to the verdict: a packet that goes round once, beside one that does not.
pub fn rounds(dir: &Path) {
    built("recirculate", &[], dir);
    let numbers = Numbering::Numbered([(1, 1), (2, 1)].into());
    let program = load::load_detached_with(&object("recirculate", dir), &numbers, None, false);
    let (empty, program) = (ours("empty", dir), program.expect("the verifier accepts it"));
    let (once, mut twice) = (tcp_packet(), tcp_packet());
    twice.splice(12..14, [0x88, 0xb5]);
    let mut least = [u32::MAX; 3];
    for _ in 0..ROUNDS {
        for (at, (program, packet)) in
            [(&empty, &once), (&program, &once), (&program, &twice)].into_iter().enumerate()
        {
            least[at] = least[at].min(program.measure(packet, 1, REPEAT).expect("a test run"));
        }
    }
    let [base, once, twice] = least;
    let (once, twice) = (once.saturating_sub(base), twice.saturating_sub(base));
    println!("\n| `benches/p4/recirculate.p4` | ns |\n| --- | ---: |");
    println!("| goes straight | {once} |\n| goes round once | {twice} |");
    println!("| more than twice straight | {} |", i64::from(twice) - 2 * i64::from(once));
}
