//! Nanoseconds a packet, and instructions, of our objects against hand-written C (`benches/hand/*.c`) for the same programs
//! (`benches/p4/*.p4`): the least of 10 x 1e6 test runs, the two alternated, minus the empty program. Needs root and clang.
//!
//! `cargo bench --bench packets [-- FILTER]`
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench that fails may stop, and it prints"
)]

mod copies;

use p4xdp_control::entry::ActionCall;
use p4xdp_control::kernel::Kernel;
use p4xdp_control::storage::{ByteOrder, Hash, Place, Storage};
use p4xdp_control::view::{self, Action, ActionParam, Key, MatchKind, Param, Preamble, TableAction, View};
use p4xdp_runtime::harness::netns::NetNs;
use p4xdp_runtime::manifest::{BpfProgram, Manifest, Ports, Role, TableLayout};
use p4xdp_runtime::ports::Numbering;
use p4xdp_runtime::storage::{self, Count, Entry};
use p4xdp_runtime::tables::Change;
use p4xdp_runtime::{Object, Program, load};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const ROUNDS: u32 = 10;
const REPEAT: u32 = 1_000_000;

/// A program and what it meets.
struct Case {
    /// What the table of results calls it.
    title: &'static str,
    /// Name of the P4 and C files.
    name: &'static str,
    /// Entry of its only table: key, action, arguments.
    entry: Option<(&'static str, &'static str, &'static [&'static str])>,
    /// The key's and the parameters' places in the hand-written program's table.
    hand_table: Option<HandTable>,
    packet: fn() -> Vec<u8>,
}

/// Name, bits and byte order of an action's parameter.
type HandParam = (&'static str, u32, ByteOrder);

/// A table of a hand-written program: one `__be32` key; a `__u32` action, then at most one parameter.
struct HandTable {
    key: &'static str,
    actions: &'static [(&'static str, Option<HandParam>)],
}

const LOOKUP: HandTable = HandTable { key: "dst", actions: &[("drop", None), ("pass", None)] };

const CASES: &[Case] = &[
    Case {
        title: "parse Ethernet/IPv4, pass",
        name: "parse",
        entry: None,
        hand_table: None,
        packet: tcp_packet,
    },
    Case {
        title: "exact lookup, hit",
        name: "lookup",
        entry: Some(("10.0.0.2", "pass", &[])),
        hand_table: Some(LOOKUP),
        packet: tcp_packet,
    },
    Case {
        title: "exact lookup, miss",
        name: "lookup",
        entry: Some(("10.0.0.3", "pass", &[])),
        hand_table: Some(LOOKUP),
        packet: tcp_packet,
    },
    Case {
        title: "lookup, parameter to TTL",
        name: "set_ttl",
        entry: Some(("10.0.0.2", "set_ttl", &["17"])),
        hand_table: Some(HandTable {
            key: "dst",
            actions: &[("set_ttl", Some(("ttl", 8, ByteOrder::Host)))],
        }),
        packet: tcp_packet,
    },
    Case {
        title: "SNAT with TCP checksum",
        name: "snat",
        entry: Some(("10.0.0.1", "set_source", &["10.0.0.1"])),
        hand_table: Some(HandTable {
            key: "src",
            actions: &[("set_source", Some(("address", 32, ByteOrder::Network)))],
        }),
        packet: tcp_packet,
    },
    Case { title: "MAC swap, TX", name: "mac_swap", entry: None, hand_table: None, packet: tcp_packet },
    Case { title: "push 8 bytes, and pop", name: "push", entry: None, hand_table: None, packet: tcp_packet },
    Case { title: "VLAN push, and pop", name: "vlan", entry: None, hand_table: None, packet: tcp_packet },
    Case { title: "decrement TTL", name: "dec_ttl", entry: None, hand_table: None, packet: tcp_packet },
    // By hand with `bpf_loop`, which makes a call a round.
    Case { title: "loop, 0 rounds", name: "rounds", entry: None, hand_table: None, packet: || counted(0) },
    Case { title: "loop, 3 rounds", name: "rounds", entry: None, hand_table: None, packet: || counted(3) },
    Case {
        title: "loop, 100 rounds",
        name: "rounds",
        entry: None,
        hand_table: None,
        packet: || counted(100),
    },
];

fn main() {
    let filter = std::env::args().skip(1).find(|a| a != "--bench").unwrap_or_default();
    // Whole words: `check` is a filter of the compile bench, and no part of "checksum".
    let words = |title: &str| format!(" {} ", title.replace(',', " ").trim());
    let wanted = |case: &&Case| filter.is_empty() || words(case.title).contains(&words(&filter));
    let cases: Vec<_> = CASES.iter().filter(wanted).collect();
    let dir = tempfile::tempdir().expect("a temporary directory");
    if filter.is_empty() || filter == "ports" {
        ports(dir.path());
    }
    if filter.is_empty() || filter == "masks" {
        masks(dir.path());
    }
    if filter.is_empty() || filter == "rules" {
        rules(dir.path());
    }
    if filter.is_empty() || filter == "split" {
        split(dir.path());
    }
    if filter.is_empty() || filter == "copies" {
        copies::copies(dir.path());
    }
    if filter.is_empty() || filter == "recirculate" {
        copies::rounds(dir.path());
    }
    if cases.is_empty() {
        return;
    }
    let empty = ours("empty", dir.path());
    println!(
        "ns above the empty program (least of {ROUNDS} x {REPEAT} test runs, alternated), instructions after load"
    );
    println!("| program | hand ns | ours ns | ratio | hand insns | ours insns | ratio |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for case in cases {
        let hand = hand(case, dir.path());
        let ours = ours(case.name, dir.path());
        if let Some((key, action, args)) = case.entry {
            for program in [&hand, &ours] {
                insert(program, key, action, args);
            }
        }
        let packet = (case.packet)();
        let [base, theirs, mine] = alternate([&empty, &hand, &ours], &packet);
        let (theirs, mine) = (theirs.saturating_sub(base), mine.saturating_sub(base));
        println!(
            "| {} | {theirs} | {mine} | {:.2} | {} | {} | {:.2} |",
            case.title,
            f64::from(mine) / f64::from(theirs.max(1)),
            hand.instructions(),
            ours.instructions(),
            f64::from(ours.instructions()) / f64::from(hand.instructions())
        );
    }
}

/// What numbered ports and counting cost, on one program: to the verdict, and with what the kernel does to forward the packet. It comes from
/// the loopback device, which is port 1, and leaves by a device that is port 2, whose far end drops it.
fn ports(dir: &Path) {
    let empty = ours("empty", dir);
    for name in ["drop", "ports"] {
        ours(name, dir);
    }
    let object = Object::open(&dir.join("ports.o")).expect("our object");
    let namespace = NetNs::new().expect("a namespace");
    let measured = namespace.run(|| {
        ip("link add name near index 2 type veth peer name far index 3");
        for device in ["near", "far"] {
            ip(&format!("link set {device} up"));
        }
        let p4xdp = &mut Command::new(env!("CARGO_BIN_EXE_p4xdp"));
        let load = p4xdp.args(["load", "--no-pins"]).arg(dir.join("drop.o")).arg("far");
        let status = load.stdout(Stdio::null()).status();
        assert!(status.is_ok_and(|s| s.success()), "the far end runs no program");
        let load = |numbers: Numbering, count| {
            load::load_detached_with(&object, &numbers, None, count).expect("the verifier accepts it")
        };
        let numbers = Numbering::Numbered([(1, 1), (2, 2)].into());
        let programs =
            [load(Numbering::Indices(0), false), load(numbers, false), load(Numbering::Indices(0), true)];
        let [indices, numbered, counted] = &programs;
        let packet = tcp_packet();
        let [base, verdicts @ ..] = alternate([&empty, indices, numbered, counted], &packet);
        let verdicts = verdicts.map(|ns| ns.saturating_sub(base));
        let mut forwarded = [u32::MAX; 3];
        for _ in 0..ROUNDS {
            for (program, least) in programs.iter().zip(&mut forwarded) {
                *least = (*least).min(program.flood(&packet, 0, REPEAT).expect("live frames"));
            }
        }
        (programs.map(|program| program.instructions()), verdicts, forwarded)
    });
    let (instructions, verdicts, forwarded) = measured.expect("a namespace");
    println!(
        "\n| ports of `benches/p4/ports.p4` | verdict, ns | forwarded, ns | insns |\n| --- | ---: | ---: | ---: |"
    );
    for (at, title) in ["indices", "numbered", "indices, counted (`--stats`)"].iter().enumerate() {
        println!("| {title} | {} | {} | {} |", verdicts[at], forwarded[at], instructions[at]);
    }
}

/// Runs `ip` in the thread's network namespace.
fn ip(words: &str) {
    let status = Command::new("ip").args(words.split_whitespace()).status();
    assert!(status.is_ok_and(|s| s.success()), "ip {words}");
}

/// What a lookup costs in a table whose entries have so many distinct masks, each with a higher priority than the next.
fn masks(dir: &Path) {
    let empty = ours("empty", dir);
    let packet = tcp_packet();
    println!("\n| masks of `benches/p4/ternary.p4` | first matches, ns | last matches, ns | none, ns |");
    println!("| --- | ---: | ---: | ---: |");
    for count in [1u32, 16, 128, 512] {
        let filled = |matching: Option<u32>| {
            let program = ours("ternary", dir);
            let tables = program.tables().expect("tables");
            let table = tables.first().expect("a table");
            for mask in 0..count {
                // The source is 10.0.0.1 and the time to live 64, or they are not.
                let source = if matching == Some(mask) { 0x0a00_0001u32 } else { 0x0b00_0001 };
                let bits = 0xff00_0000u32 | mask;
                let source = format!("{:#x}&&&{bits:#x}", source & bits);
                let entry = table.entry(&[&source, "*", "64"], "drop", &[], Some(1000 - mask));
                table.insert(&entry.expect("an entry")).expect("an entry fits");
            }
            drop(tables);
            program
        };
        let (first, last, none) = (filled(Some(0)), filled(Some(count - 1)), filled(None));
        let [base, first, last, none] = alternate([&empty, &first, &last, &none], &packet);
        let above = |ns: u32| ns.saturating_sub(base);
        println!("| {count} | {} | {} | {} |", above(first), above(last), above(none));
    }
}

/// What a lookup of five keys costs in a table of so many rules, of which the last one matches: by bit vectors, and in a tuple space, which larger tables have.
/// The rules have as many distinct masks, up to 128.
fn rules(dir: &Path) {
    let empty = ours("empty", dir);
    let without = built("five_tuple", &[], dir);
    let packet = tcp_packet();
    println!(
        "\n| rules of `benches/p4/five_tuple.p4` | bit vectors, ns | tuple space, ns | without the table, ns |"
    );
    println!("| --- | ---: | ---: | ---: |");
    for count in [1u32, 16, 128, 512, 4096] {
        let filled = |size: u32| {
            let program = built("five_tuple", &[&format!("-DSIZE={size}")], dir);
            let tables = program.tables().expect("tables");
            let table = tables.first().expect("a table");
            let mut random = 0x9e37_79b9_7f4a_7c15u64;
            let mut number = || {
                random =
                    random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (random >> 32) as u32
            };
            let entries = (0..count).map(|rule| {
                // The packet goes from 10.0.0.1, port 12345, to 10.0.0.2, port 80; all others differ from it by the addresses' last bits.
                let last = rule + 1 == count;
                let mask = rule % 128;
                let prefix = |shorter: u32| u32::MAX << (2 * (shorter % 8));
                let (of_source, of_target) = (prefix(mask), prefix(mask / 8));
                let address = |own: u32, mask: u32, other: u32| {
                    let value = if last { own } else { other | !own >> 24 << 24 };
                    format!("{:#x}&&&{mask:#x}", value & mask)
                };
                let source = address(0x0a00_0001, of_source, number());
                let target = address(0x0a00_0002, of_target, number());
                let port = if mask < 64 { "80".to_owned() } else { "*".to_owned() };
                let keys = [source.as_str(), target.as_str(), "6", "*", port.as_str()];
                let entry = table.entry(&keys, "drop", &[], Some(count - rule)).expect("an entry");
                Change::Entry(storage::Change::Insert(entry))
            });
            table.apply(&entries.collect::<Vec<_>>()).expect("the entries fit");
            drop(tables);
            program
        };
        let (vectors, space) = (filled(count.max(16)), filled(1 << 16));
        let [base, without, vectors, space] = alternate([&empty, &without, &vectors, &space], &packet);
        let above = |ns: u32| ns.saturating_sub(base);
        println!("| {count} | {} | {} | {} |", above(vectors), above(space), above(without));
    }
}

/// What a program takes that is split, by the number of BPF programs that each packet runs through.
fn split(dir: &Path) {
    let empty = ours("empty", dir);
    let packet = tcp_packet();
    let whole = ours("steps", dir);
    let sizes = ["12000", "480", "240", "120", "60"];
    let parts = sizes.map(|size| built("steps", &["--split", size], dir));
    let [one, two, three, four, five] = &parts;
    let times = alternate([&empty, &whole, one, two, three, four, five], &packet);
    let [base, whole_time, times @ ..] = times.map(|ns| ns.saturating_sub(times[0]));
    assert_eq!(base, 0, "all are above the empty program");
    println!("\n| BPF programs of `benches/p4/steps.p4` | ns | ns for each call |\n| --- | ---: | ---: |");
    println!("| 1, not split | {whole_time} | |");
    for (program, time) in parts.iter().zip(times) {
        // There are no branches between the parts.
        let calls = program.manifest().programs.len() - 1;
        let more = f64::from(time) - f64::from(times[0]);
        let each = if calls == 0 { String::new() } else { format!("{:.1}", more / calls as f64) };
        println!("| {} | {time} | {each} |", calls + 1);
    }
}

/// The least time of each, taken in turn.
fn alternate<const N: usize>(programs: [&Program; N], packet: &[u8]) -> [u32; N] {
    let mut least = [u32::MAX; N];
    for _ in 0..ROUNDS {
        for (program, least) in programs.iter().zip(&mut least) {
            *least = (*least).min(program.measure(packet, 1, REPEAT).expect("a test run"));
        }
    }
    least
}

fn insert(program: &Program, key: &str, action: &str, args: &[&str]) {
    let tables = program.tables().expect("tables");
    let table = tables.first().expect("a table");
    let entry: Entry = table.entry(&[key], action, args, None).expect("an entry");
    table.insert(&Entry { count: Count::default(), ..entry }).expect("an entry fits");
}

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches").join(path)
}

fn ours(name: &str, dir: &Path) -> Program {
    built(name, &[], dir)
}

fn built(name: &str, how: &[&str], dir: &Path) -> Program {
    let status = Command::new(env!("CARGO_BIN_EXE_p4xdp"))
        .arg("build")
        .arg(root(&format!("p4/{name}.p4")))
        .args(how)
        .arg("-o")
        .arg(dir)
        .status();
    assert!(status.is_ok_and(|s| s.success()), "{name}.p4 does not compile");
    load::load_detached(&object(name, dir), 0).expect("the verifier accepts it")
}

/// What was built.
fn object(name: &str, dir: &Path) -> Object {
    Object::open(&dir.join(format!("{name}.o"))).expect("our object")
}

/// Hand-written C with a manifest behind it, so that the same runtime loads it and fills its table.
fn hand(case: &Case, dir: &Path) -> Program {
    let manifest = manifest(case).encode().expect("a manifest");
    let bytes: Vec<String> = manifest.iter().map(|b| b.to_string()).collect();
    let text = format!(
        "#include \"{}\"\nconst __u8 manifest[] SEC(\".rodata.p4xdp\") = {{{}}};\n",
        root(&format!("hand/{}.c", case.name)).display(),
        bytes.join(",")
    );
    let c = dir.join(format!("hand_{}.c", case.name));
    let object = c.with_extension("o");
    std::fs::write(&c, text).expect("writable");
    let clang = p4xdp_backend_xdp::clang::Clang::find(None).expect("clang");
    clang.compile(&c, &object, &[]).expect("the hand-written C compiles");
    load::load_detached(&Object::open(&object).expect("an object"), 0).expect("the verifier accepts it")
}

fn manifest(case: &Case) -> Manifest {
    let place = |offset, size, order| Place { offset, size, order };
    let action_place = place(0, 4, ByteOrder::Host);
    let preamble = |name: &str| Preamble { name: name.into(), ..Preamble::default() };
    let (mut actions, mut tables, mut layouts) = (Vec::new(), Vec::new(), Vec::new());
    if let Some(hand) = &case.hand_table {
        let (mut table_actions, mut places) = (Vec::new(), Vec::new());
        let mut value_size = 4;
        for (action, (name, param)) in hand.actions.iter().enumerate() {
            let params = param.iter().map(|(name, width, _)| ActionParam {
                param: Param::new(*name, *width),
                ..ActionParam::default()
            });
            actions.push(Action { preamble: preamble(name), params: params.collect() });
            places.push(param.iter().map(|(_, width, order)| place(4, width / 8, *order)).collect());
            let annotations = Vec::new();
            table_actions.push(TableAction { action, table_only: false, default_only: false, annotations });
            value_size = value_size.max(if param.is_some() { 8 } else { 4 });
        }
        let key = Key {
            id: 1,
            param: Param::new(hand.key, 32),
            match_kind: MatchKind::Exact,
            annotations: Vec::new(),
            documentation: view::Documentation::default(),
        };
        tables.push(view::Table {
            preamble: preamble("table"),
            keys: vec![key],
            actions: table_actions,
            default: ActionCall { action: 0, args: vec![0u8.into(); hand.actions[0].1.iter().len()] },
            default_is_const: true,
            ..view::Table::default()
        });
        layouts.push(TableLayout {
            size: 1024,
            storage: Some(Storage::Hash(Hash {
                map: "table".into(),
                key_size: 4,
                value_size,
                action: action_place,
            })),
            keys: vec![place(0, 4, ByteOrder::Network)],
            actions: places,
            target: None,
            default: None,
            direct: None,
        });
    }
    Manifest {
        frags: false,
        metadata: Vec::new(),
        compiler: env!("CARGO_PKG_VERSION").into(),
        source: format!("{}.c", case.name),
        entry: case.name.into(),
        programs: vec![BpfProgram { name: case.name.into(), role: Role::Entry }],
        kernel: Kernel::BASELINE,
        view: View { architecture: "none".into(), actions, tables, ..View::default() },
        tables: layouts,
        value_sets: Vec::new(),
        externs: Vec::new(),
        ports: Ports::default(),
        copies: None,
        custom_crcs: Vec::new(),
    }
}

/// A packet that asks `rounds` for so many rounds.
fn counted(rounds: u16) -> Vec<u8> {
    let mut packet = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5];
    packet.extend(rounds.to_be_bytes());
    packet.resize(64, 0);
    packet
}

/// 64 bytes: Ethernet, IPv4 10.0.0.1 to 10.0.0.2, TCP.
fn tcp_packet() -> Vec<u8> {
    let mut packet = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0];
    packet.extend([0x45, 0, 0, 50, 0, 1, 0, 0, 64, 6, 0x66, 0xc3, 10, 0, 0, 1, 10, 0, 0, 2]);
    packet.extend([0x30, 0x39, 0, 80, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x10, 0x20, 0, 0x12, 0x34, 0, 0]);
    packet.resize(64, 0);
    packet
}
