//! Loading on devices: modes, replacement, what is kept, what is refused, and other tools' view. All in network namespaces of the tests' own.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp_runtime::attach::{Device, Mode, WantedMode};
use p4xdp_runtime::carry::Carried;
use p4xdp_runtime::load::{Options, load, unload};
use p4xdp_runtime::{Program, status};
use p4xdp_test_support::command::sh;
use p4xdp_test_support::needs::{Need, met};
use p4xdp_test_support::space::{TWO_PAIRS, inside, with_bpffs};
use p4xdp_test_support::switch;
use p4xdp_test_support::switch::Variant;
use std::time::{Duration, Instant};

/// Without pins: tests must leave nothing behind in the machine's bpffs.
fn options() -> Options {
    Options { no_pins: true, ..Options::default() }
}

fn plain() -> p4xdp_runtime::Object {
    switch::object(&Variant::default())
}

fn insert(program: &Program, key: &str, action: &str) {
    let mac = program.table("mac").unwrap();
    mac.insert(&mac.entry(&[key], action, &[], None).unwrap()).unwrap();
}

/// Whether the kernel frees a program within ten seconds. It does so after a grace period, not in the call that drops the last reference.
fn gone(id: u32) -> bool {
    let deadline = Instant::now() + Duration::from_secs(10);
    while Program::by_id(id).is_ok() {
        if Instant::now() > deadline {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    true
}

#[test]
fn load_and_unload() {
    inside("load_and_unload", &TWO_PAIRS, || {
        let report = load(&plain(), &["a0", "a1"], &options()).unwrap();
        assert_eq!(report.devices.len(), 2);
        assert!(report.devices.iter().all(|device| device.mode == Mode::Native && device.replaced.is_none()));
        assert!(report.devices[1].warning.as_ref().unwrap().contains("veth device `a1`"));
        let id = report.program.id();
        drop(report);

        let found = Program::by_device("a0").unwrap();
        assert_eq!(found.id(), id);
        assert_eq!(found.manifest().source, "switch.p4");
        insert(&found, "1", "drop");
        let status = status::status("a1").unwrap();
        assert_eq!(status.running.mode, Mode::Native);
        assert_eq!(status.tables[0].entries, 2);
        assert_eq!(status.tables[0].size, 4);
        assert!(status.age.as_secs() < 60);
        let names: Vec<String> = status::devices().unwrap().into_iter().map(|device| device.name).collect();
        assert_eq!(names, ["a0", "a1"]);

        assert_eq!(unload("a0", false).unwrap(), id);
        assert_eq!(unload("a0", false).unwrap_err().to_string(), "`a0` runs no XDP program");
        assert!(Program::by_device("a1").is_ok());
        unload("a1", false).unwrap();
        assert_eq!(
            unload("nope", false).unwrap_err().to_string(),
            "there is no device `nope` in this network namespace"
        );
        drop((found, status));
        assert!(gone(id), "the program outlives its last device");
    });
}

#[test]
fn flood() {
    inside("flood", &TWO_PAIRS, || {
        let program = load(&plain(), &["a0", "a0"], &options()).unwrap().program;
        insert(&program, "1", "drop");
        program.flood(&switch::frame(1, 2, 0x1234), 1000, 10_000).unwrap();
        assert_eq!(program.counter("seen").unwrap().read_count(0).unwrap().packets, 10_000);
    });
}

#[test]
fn modes() {
    inside("modes", &TWO_PAIRS, || {
        let generic = Options { mode: WantedMode::Generic, ..options() };
        assert_eq!(load(&plain(), &["a0"], &generic).unwrap().devices[0].mode, Mode::Generic);
        let again = load(&plain(), &["a0"], &options()).unwrap();
        assert_eq!(again.devices[0].mode, Mode::Generic, "auto keeps the running mode");
        let native = Options { mode: WantedMode::Native, ..options() };
        let error = load(&plain(), &["a0"], &native).unwrap_err().to_string();
        assert_eq!(error, "`a0` runs a program in generic mode; unload it before you load in native mode");

        // The loopback device has no native XDP.
        sh("ip link set lo up");
        assert_eq!(load(&plain(), &["lo"], &options()).unwrap().devices[0].mode, Mode::Generic);
        unload("lo", false).unwrap();
        let error = load(&plain(), &["lo"], &native).unwrap_err().to_string();
        assert!(error.contains("`--mode generic`"), "{error}");
    });
}

#[test]
fn replacement_keeps_tables() {
    inside("replacement_keeps_tables", &TWO_PAIRS, || {
        let first = load(&plain(), &["a0"], &options()).unwrap().program;
        insert(&first, "1", "reply");
        let mac = first.table("mac").unwrap();
        mac.delete(&mac.keys(&["0xee"]).unwrap(), None).unwrap();
        mac.set_default(&mac.call("forward", &["3"]).unwrap()).unwrap();
        first
            .counter("seen")
            .unwrap()
            .write_count(2, p4xdp_runtime::tables::Count { packets: 7, bytes: 8 })
            .unwrap();
        let small = first.table("small").unwrap();
        for key in ["9", "200"] {
            small.insert(&small.entry(&[key], "drop", &[], None).unwrap()).unwrap();
        }

        let smaller = switch::object(&Variant { small: Some(128), ..Variant::default() });
        let report = load(&smaller, &["a0"], &options()).unwrap();
        assert_eq!(report.devices[0].replaced, Some(first.id()));
        assert_eq!(report.carried["ingress.mac"], Carried::Kept);
        assert_eq!(report.carried["ingress.route"], Carried::Kept);
        assert_eq!(report.carried["ingress.seen"], Carried::Kept);
        assert_eq!(
            report.carried["ingress.small"],
            Carried::Moved { reason: "its size was 256 and is 128".into(), moved: 1, lost: 1 }
        );
        let second = report.program;
        let mac = second.table("mac").unwrap();
        assert_eq!(mac.entries().unwrap().len(), 1, "no initial entry comes back");
        assert_eq!(mac.call_text(&mac.default_action().unwrap()), "ingress.forward(port=3)");
        assert_eq!(second.counter("seen").unwrap().read_count(2).unwrap().packets, 7);
        let small = second.table("small").unwrap();
        let entries = small.entries().unwrap();
        assert_eq!(entries.len(), 1);
        assert_eq!(small.target_text(&entries[0].1.target), "ingress.drop()");

        let reset = Options { reset_tables: true, ..options() };
        let third = load(&plain(), &["a0"], &reset).unwrap();
        assert!(third.carried.is_empty());
        let mac = third.program.table("mac").unwrap();
        assert_eq!(mac.entries().unwrap().len(), 1);
        assert_eq!(mac.call_text(&mac.default_action().unwrap()), "NoAction()");
    });
}

#[test]
fn failure_leaves_everything_as_it_was() {
    inside("failure_leaves_everything_as_it_was", &TWO_PAIRS, || {
        let first = load(&plain(), &["a0"], &options()).unwrap().program;
        insert(&first, "1", "drop");
        let wrong = switch::object(&Variant { defines: vec!["WRONG".into()], ..Variant::default() });
        let error = load(&wrong, &["a0"], &options()).unwrap_err().to_string();
        assert!(error.contains("refuses switch.o") && error.contains("P4: switch.p4:42"), "{error}");
        assert_eq!(Program::by_device("a0").unwrap().id(), first.id());
        assert_eq!(first.table("mac").unwrap().len().unwrap(), 2);

        // The second device cannot run it natively: the first one runs what it ran before.
        sh("ip link set lo up");
        let native = Options { mode: WantedMode::Native, ..options() };
        assert!(load(&plain(), &["a0", "a1", "lo"], &native).is_err());
        assert_eq!(Program::by_device("a0").unwrap().id(), first.id());
        assert!(Device::find("a1").unwrap().running().unwrap().is_none());
        assert!(load(&plain(), &["a0", "nope"], &options()).is_err());
        assert_eq!(Program::by_device("a0").unwrap().id(), first.id());
    });
}

#[test]
fn programs_of_others() {
    inside("programs_of_others", &TWO_PAIRS, || {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("other.o");
        let source = "int p(void *c) __attribute__((section(\"xdp\"), used)); int p(void *c) { return 2; }
                      char l[] __attribute__((section(\"license\"), used)) = \"GPL\";";
        std::fs::write(directory.path().join("other.c"), source).unwrap();
        sh(&format!("clang -O2 -g -target bpf -c {0}/other.c -o {0}/other.o", directory.path().display()));
        sh(&format!("ip link set dev a0 xdp obj {} sec xdp", file.display()));
        let error = Program::by_device("a0").unwrap_err().to_string();
        assert!(error.contains("was not made by p4xdp"), "{error}");
        let error = load(&plain(), &["a0"], &options()).unwrap_err().to_string();
        assert!(error.contains("which p4xdp did not make"), "{error}");
        assert!(unload("a0", false).is_err());
        load(&plain(), &["a0"], &Options { force: true, ..options() }).unwrap();
        assert!(Program::by_device("a0").is_ok());
    });
}

#[test]
fn other_loaders() {
    if !met("other_loaders", &[Need::Command("xdp-loader")]) {
        return;
    }
    with_bpffs("other_loaders", &TWO_PAIRS, || {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("switch.o");
        std::fs::write(&file, plain().bytes()).unwrap();
        sh(&format!("ip link set dev a0 xdp obj {} sec xdp", file.display()));
        sh(&format!("xdp-loader load a1 {}", file.display()));
        for device in ["a0", "a1"] {
            let program = Program::by_device(device).unwrap();
            let route = program.table("route").unwrap();
            assert_eq!(route.call_text(&route.default_action().unwrap()), "ingress.pass()");
            insert(&program, "1", "drop");
            assert_eq!(program.table("mac").unwrap().len().unwrap(), 1);
        }
        // One of ours by another loader can be replaced and keeps its tables.
        let report = load(&plain(), &["a0"], &options()).unwrap();
        assert_eq!(report.carried["ingress.mac"], Carried::Kept);
        assert_eq!(report.program.table("mac").unwrap().len().unwrap(), 1);
        sh("ip link set dev a0 xdp off; xdp-loader unload -a a1");
        assert!(Program::by_device("a0").is_err());
    });
}

#[test]
fn pins() {
    with_bpffs("pins", &TWO_PAIRS, || {
        let report = load(&plain(), &["b1"], &Options::default()).unwrap();
        let directory = report.devices[0].pins.clone().unwrap();
        assert!(directory.starts_with("/sys/fs/bpf/p4xdp"));
        assert!(directory.ends_with("b1"));
        assert_eq!(Program::by_pin(&directory).unwrap().id(), report.program.id());
        assert_eq!(Program::by_pin(&directory.join("program")).unwrap().id(), report.program.id());
        assert!(directory.join("maps/ingress_mac").exists());
        assert_eq!(status::status("b1").unwrap().pins, Some(directory.clone()));

        let again = load(&plain(), &["b1"], &Options::default()).unwrap();
        assert_eq!(Program::by_pin(&directory).unwrap().id(), again.program.id());
        // Pins of a device that is gone go with the next load.
        load(&plain(), &["a0"], &Options::default()).unwrap();
        sh("ip link del a1");
        let other = load(&plain(), &["a0"], &Options::default()).unwrap().devices[0].pins.clone().unwrap();
        assert!(!directory.exists());
        unload("a0", false).unwrap();
        assert!(!other.exists());
    });
}

#[test]
fn behind_a_dispatcher() {
    with_bpffs("behind_a_dispatcher", &TWO_PAIRS, || {
        // What libxdp leaves behind where the kernel lets it run several programs on a device.
        let directory = tempfile::tempdir().unwrap();
        let source = "int xdp_dispatcher(void *c) __attribute__((section(\"xdp\"), used)); int xdp_dispatcher(void *c) { return 2; }
                      char l[] __attribute__((section(\"license\"), used)) = \"GPL\";";
        std::fs::write(directory.path().join("d.c"), source).unwrap();
        sh(&format!("clang -O2 -g -target bpf -c {0}/d.c -o {0}/d.o", directory.path().display()));
        sh(&format!("ip link set dev a0 xdp obj {}/d.o sec xdp", directory.path().display()));
        let dispatcher = Device::find("a0").unwrap().running().unwrap().unwrap().id;
        assert!(Program::by_device("a0").unwrap_err().to_string().contains("`xdp_dispatcher`"));
        let ours = load(&plain(), &["a1"], &Options::default()).unwrap();
        let pin = ours.devices[0].pins.clone().unwrap().join("program");
        let path = format!("/sys/fs/bpf/xdp/dispatch-1000-{dispatcher}");
        sh(&format!("mkdir -p {path}; mv {} {path}/prog0-prog", pin.display()));
        assert_eq!(Program::by_device("a0").unwrap().id(), ours.program.id());
        assert_eq!(status::status("a0").unwrap().running.id, dispatcher);
    });
}
