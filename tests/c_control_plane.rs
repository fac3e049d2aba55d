//! Control planes in plain C, compiled against generated headers and libbpf: one loads the router, fills its table and finds its packets
//! forwarded; the example in `examples/c-control` controls a router that somebody else has loaded; one controls two programs.
//!
//! Needs root, cc and libbpf-dev.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp_test_support::bpftool::load;
use p4xdp_test_support::c::{self, cc};
use p4xdp_test_support::command::p4xdp;
use p4xdp_test_support::needs::{Need, met};
use p4xdp_test_support::program::{compiled, object};
use p4xdp_test_support::root;
use p4xdp_test_support::space::script;
use std::path::Path;
use std::process::Command;

#[track_caller]
fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    assert!(
        output.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn can_run(test: &str) -> bool {
    let commands = ["ip", "bpftool", "setpriv", "unshare", "mount"].map(Need::Command);
    met(test, &[&[Need::Root], &c::NEEDS[..], &commands[..]].concat())
}

const DEVICES: &str = "
    ip link add port1 index 1000 type veth peer name port2 index 1001
    ip link add port.3 index 1002 type veth peer name port4 index 1003
";

/// The example: finds the maps by device, keeps the table as the file says, and does so with two capabilities as well.
#[test]
fn the_example_controls_a_router() {
    if !can_run("the_example_controls_a_router") {
        return;
    }
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let dir = tempfile::tempdir().expect("a temporary directory");
    run(p4xdp().arg("build").arg(examples.join("router/router.p4")).arg("-o").arg(dir.path()));
    let output = cc(dir.path(), &examples.join("c-control/control.c"), &dir.path().join("control"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let routes = "# comment\n10.0.1.0/24 02:00:00:00:01:02 02:00:00:00:01:01 port1\n\
                  10.0.2.9/24 02:00:00:00:02:02 02:00:00:00:02:01 port.3 # host bits are ignored\n";
    std::fs::write(dir.path().join("routes"), routes).expect("writable");
    std::fs::write(dir.path().join("fewer"), "10.0.2.0/24 2:0:0:0:2:3 2:0:0:0:2:1 port2\n")
        .expect("writable");
    std::fs::write(dir.path().join("wrong"), "\n10.0.2.0/33 2:0:0:0:2:3 2:0:0:0:2:1 port2\n")
        .expect("writable");
    let dispatcher = "__attribute__((section(\"xdp\"), used)) int xdp_dispatcher(void *ctx) { return 2; }\n\
                      char _license[] __attribute__((section(\"license\"), used)) = \"GPL\";\n";
    std::fs::write(dir.path().join("dispatcher.c"), dispatcher).expect("writable");
    let text = script(
        dir.path(),
        &format!(
            "{DEVICES}
            refused() {{ if \"$@\" 2>said; then exit 9; fi; cat said; }}
            refused ./control nodev routes 0
            refused ./control port1 routes 0
            $P load router.o port1 port.3 >/dev/null
            ./control port1 routes 0
            $P table dump --dev port.3 route
            # Without CAP_SYS_ADMIN nothing can be opened by number.
            setpriv --bounding-set -all,+bpf,+net_admin ./control port.3 fewer 1
            $P table dump --dev port1 route
            refused ./control port1 wrong 0
            # libxdp attaches a dispatcher and pins the programs that it calls.
            clang -O2 -g -target bpf -c dispatcher.c -o dispatcher.o
            ip link set dev port4 xdp obj dispatcher.o sec xdp
            refused ./control port4 routes 0
            id=$(ip link show dev port4 | sed -n 's/.*prog.xdp id \\([0-9]*\\).*/\\1/p')
            mkdir -p /sys/fs/bpf/xdp/dispatch-1003-$id
            bpftool prog load router.o /sys/fs/bpf/xdp/dispatch-1003-$id/router-prog type xdp
            ./control port4 routes 0
            # Another program under the same name.
            sed 's/table route /table paths /; s/route.apply/paths.apply/' {router} >router.p4
            $P build router.p4 -o other
            $P load --force other/router.o port2 >/dev/null
            refused ./control port2 routes 0",
            router = examples.join("router/router.p4").display()
        ),
    );
    let both =
        "  dst=10.0.1.0/24 -> router.next_hop(dst=02:00:00:00:01:02, src=02:00:00:00:01:01, port=port1)";
    let fewer =
        "  dst=10.0.2.0/24 -> router.next_hop(dst=02:00:00:00:02:03, src=02:00:00:00:02:01, port=port2)";
    for line in [
        "nodev: no router: No such device",
        "port1: no router: No such file or directory",
        "2 routes, 0 removed",
        both,
        "1 routes, 1 removed",
        "routed 0, no route 0, expired 0, not IPv4 0",
        fewer,
        "wrong:2: expected PREFIX/LENGTH NEXT-HOP-MAC OWN-MAC DEVICE",
        "port4: no router: No such file or directory",
        "port2: no router: Protocol error",
    ] {
        assert!(text.lines().any(|found| found == line), "`{line}` is missing:\n{text}");
    }
    assert_eq!(text.matches(both).count(), 1, "{text}");
    assert_eq!(text.matches("2 routes, 0 removed").count(), 2, "{text}");
}

/// Two programs with a table of the same name, controlled by one C file: the second header has a prefix.
#[test]
fn one_c_program_controls_two_programs() {
    if !can_run("one_c_program_controls_two_programs") {
        return;
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dir = tempfile::tempdir().expect("a temporary directory");
    let router = here.join("examples/router/router.p4");
    let edge = dir.path().join("edge.p4");
    std::fs::copy(&router, &edge).expect("copied");
    let build = |program: &Path, extra: &[&str]| {
        run(p4xdp().arg("build").arg(program).arg("-o").arg(dir.path()).args(extra));
    };
    build(&router, &[]);
    build(&edge, &[]);
    let (source, program) = (here.join("tests/c/two_programs.c"), dir.path().join("two"));
    let refused = cc(dir.path(), &source, &program);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("build one with --header-prefix"));
    build(&edge, &["--header-prefix", "e_"]);
    let output = cc(dir.path(), &source, &program);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = script(
        dir.path(),
        &format!(
            "{DEVICES}
            $P load router.o port1 >/dev/null
            $P load edge.o port.3 >/dev/null
            ./two port1 port.3
            $P table dump --dev port1 route
            $P table dump --dev port.3 route"
        ),
    );
    assert!(text.contains("dst=10.0.0.0/8 ->") && text.contains("dst=11.0.0.0/8 ->"), "{text}");
    let wrong = p4xdp().args(["build", "x.p4", "--header-prefix", "a-b"]).output().expect("runs");
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn the_header_serves_a_c_program() {
    if !can_run("the_header_serves_a_c_program") {
        return;
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dir = tempfile::tempdir().expect("a temporary directory");
    run(p4xdp().arg("build").arg(here.join("examples/router/router.p4")).arg("-o").arg(dir.path()));
    let program = dir.path().join("control");
    let output = cc(dir.path(), &here.join("tests/c/router_control.c"), &program);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    run(Command::new(&program).arg(dir.path().join("router.o")));
}

/// All functions of a header, on maps that bpftool has pinned.
#[test]
fn a_c_program_fills_the_tables() {
    if !can_run("a_c_program_fills_the_tables") {
        return;
    }
    let compiled = compiled(&root().join("testdata/generated/controlled_from_c.p4"));
    let object = object("control", &compiled);
    let dir = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(dir.path().join("controlled_from_c.h"), &compiled.header).expect("writable");
    let controller = dir.path().join("controller");
    let output = cc(dir.path(), &root().join("tests/c/fills_tables.c"), &controller);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let loaded = load("control", &object.path);
    let control = |arguments: &[&str]| {
        run(Command::new(&controller).arg(loaded.pin.join("maps")).args(arguments));
    };
    let mut packet = vec![0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 8, 0];
    packet.extend([0x45, 0, 0, 50, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 11, 1, 1, 1]);
    packet.resize(64, 0);
    control(&[]);
    let (verdict, after) = loaded.run(&packet);
    assert_eq!((verdict, &after[..6], after[17]), (3, &[2, 3, 4, 5, 6, 7][..], 46));
    packet[30] = 12;
    assert_eq!(loaded.run(&packet).0, 1);
    packet[30] = 11;
    // Another station: `hosts` misses, and its default action counts nothing.
    packet[11] = 3;
    assert_eq!(loaded.run(&packet).0, 3);
    control(&["after"]);
    let (verdict, after) = loaded.run(&packet);
    assert_eq!((verdict, &after[..6]), (3, &[6; 6][..]));
}

/// Members, groups, and the entries that name them; and value sets.
#[test]
fn a_c_program_fills_profiles_and_value_sets() {
    if !can_run("a_c_program_fills_profiles_and_value_sets") {
        return;
    }
    let dir = tempfile::tempdir().expect("a temporary directory");
    let of = |name: &str| compiled(&root().join(format!("testdata/packets/{name}.p4")));
    let (profiles, sets) = (of("v1model_profiles"), of("value_set"));
    let shared = of("v1model_shared_profile");
    let with_prefix = p4xdp_backend_xdp::header::header(&shared.manifest, "s_");
    let headers =
        [("v1model_profiles", &profiles.header), ("value_set", &sets.header), ("shared", &with_prefix)];
    for (name, header) in headers {
        std::fs::write(dir.path().join(name).with_extension("h"), header).expect("writable");
    }
    let controller = dir.path().join("controller");
    let output = cc(dir.path(), &root().join("tests/c/profiles_and_sets.c"), &controller);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let control = |loaded: &p4xdp_test_support::bpftool::Loaded, more: &[&str]| {
        run(Command::new(&controller).arg(loaded.pin.join("maps")).args(more));
    };
    let packet = |bytes: [u8; 3]| {
        let mut packet = bytes.to_vec();
        packet.resize(20, 0);
        packet
    };
    let loaded = load("profiles", &object("profiles", &profiles).path);
    control(&loaded, &["profiles"]);
    let result = |bytes: [u8; 3]| loaded.run(&packet(bytes)).1[3];
    assert_eq!([result([0, 1, 0]), result([0, 2, 0]), result([0, 3, 0])], [0x11, 0xab, 0]);
    // A group of three by the low bits of the flow, a longer prefix with a member, and nothing.
    assert_eq!([0, 1, 2, 3].map(|flow| result([1, 0x45, flow])), [0x21, 0x22, 0x22, 0x21]);
    assert_eq!([result([1, 0x40, 1]), result([1, 0x41, 1]), result([1, 0x50, 1])], [0x21, 0x22, 0]);

    let loaded = load("shared", &object("shared", &shared).path);
    control(&loaded, &["shared"]);
    let of_table = |table: u8, key: u8| {
        let mut packet = vec![table, key];
        packet.resize(14, 0);
        loaded.run(&packet).1[2]
    };
    assert_eq!([of_table(2, 9), of_table(2, 1), of_table(3, 1), of_table(1, 1)], [0x31, 0xee, 0x32, 0xd1]);

    let loaded = load("sets", &object("sets", &sets).path);
    control(&loaded, &[]);
    // What is in the set is accepted at once, in the parser in front and in the one behind it.
    let second = |bytes: [u8; 3]| loaded.run(&packet(bytes)).1[1];
    assert_eq!([second([1, 0, 0]), second([2, 0, 0])], [1, 0]);
}
