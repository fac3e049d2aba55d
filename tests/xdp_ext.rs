//! The externs of `xdp_ext.p4` where there is something to be had: devices, routes, processors and the network stack, all in namespaces of the test's
//! own. What they give without is in `testdata/packets`.
#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use p4xdp::backend::clang::Clang;
use p4xdp::driver::Codegen;
use p4xdp_test_support::command::binary;
use p4xdp_test_support::program::{findings, of_file};
use p4xdp_test_support::root;
use p4xdp_test_support::space::{Space, with_object};
use std::path::Path;

/// What the program on `sw` has added up in a counter.
fn counter(space: &Space, index: u32) -> u64 {
    let said = space.run(&[binary(), "counter", "read", "--raw", "--dev", "sw", "known", &index.to_string()]);
    said.trim().parse().unwrap()
}

/// Sends a packet to `sw` from an address of the other end; nobody answers.
fn ping(space: &Space, address: &str) {
    drop(space.try_run(&["ping", "-q", "-c", "1", "-W", "1", address]));
}

/// Runs a program of this C at a device, where packets go to the network stack or come from it.
fn at_the_stack(space: &Space, folder: &Path, (device, direction): (&str, &str), c: &str) {
    let (source, object) = (folder.join("stack.c"), folder.join("stack.o"));
    std::fs::write(&source, c).unwrap();
    Clang::find(None).unwrap().compile(&source, &object, &[]).unwrap();
    space.run(&["tc", "qdisc", "add", "dev", device, "clsact"]);
    let object = object.to_str().unwrap();
    space.run(&["tc", "filter", "add", "dev", device, direction, "bpf", "da", "obj", object, "sec", "tc"]);
}

#[test]
fn the_device_tells_what_it_knows_of_packets() {
    let Some((folder, object, space)) = with_object("testdata/load/rx_metadata.p4", "rx-metadata") else {
        return;
    };
    let loaded = space.try_run(&[binary(), "load", "--no-pins", &object, "sw"]);
    let said = String::from_utf8_lossy(&loaded.stderr);
    assert!(loaded.status.success() && !said.contains("fallback"), "{said}");
    space.run(&["ip", "neigh", "add", "10.9.0.2", "lladdr", "02:00:00:00:00:02", "dev", "host"]);
    ping(&space, "10.9.0.2");
    // A veth device knows the hash of the packet's flow, and no time, for which it says 0.
    assert_ne!(counter(&space, 0), 7);
    assert_ne!(counter(&space, 0), 0);
    assert_eq!(counter(&space, 1), 0);
    assert_eq!(counter(&space, 2), 0, "a VLAN tag that nobody has sent");
    let push = "#define SEC(name) __attribute__((section(name), used))
static long (*const bpf_skb_vlan_push)(void *skb, unsigned short proto, unsigned short tci) = (void *)18;
SEC(\"tc\") int push(void *skb) { bpf_skb_vlan_push(skb, __builtin_bswap16(0x8100), 100); return 0; }
char _license[] SEC(\"license\") = \"GPL\";
";
    at_the_stack(&space, folder.path(), ("host", "egress"), push);
    ping(&space, "10.9.0.2");
    assert_eq!((counter(&space, 2), counter(&space, 3)), (0x8100, 100));
}

/// Where a program cannot be bound to its device, its fallbacks hold, and that is said.
#[test]
fn without_a_device_of_its_own_there_are_fallbacks() {
    let Some((_folder, object, space)) = with_object("testdata/load/rx_metadata.p4", "fallbacks") else {
        return;
    };
    space.run(&["ip", "neigh", "add", "10.9.0.2", "lladdr", "02:00:00:00:00:02", "dev", "host"]);
    for (args, why) in [(&["--mode", "generic", "sw"][..], "native mode"), (&["sw", "host"], "one device")] {
        let loaded = space.try_run(&[&[binary(), "load", "--no-pins", &object], args].concat());
        let said = String::from_utf8_lossy(&loaded.stderr).into_owned();
        assert!(
            loaded.status.success() && said.contains("give their fallbacks: ") && said.contains(why),
            "{said}"
        );
        ping(&space, "10.9.0.2");
        assert_eq!((counter(&space, 0), counter(&space, 1)), (7, 77), "{args:?}");
        for device in ["sw", "host"] {
            drop(space.try_run(&[binary(), "unload", device]));
        }
    }
    // Another loader binds nothing.
    let loaded = space.try_run(&["ip", "link", "set", "dev", "sw", "xdp", "obj", &object, "sec", "xdp"]);
    assert!(loaded.status.success(), "{}", String::from_utf8_lossy(&loaded.stderr));
    ping(&space, "10.9.0.2");
    assert_eq!((counter(&space, 0), counter(&space, 1)), (7, 77));
}

#[test]
fn older_kernels_know_nothing_of_packets() {
    let said = |kernel: &str| {
        let mut compilation = of_file(&root().join("testdata/load/rx_metadata.p4"));
        let codegen = Codegen { kernel: Some(kernel.parse().unwrap()), ..Codegen::default() };
        compilation.generate(&codegen).unwrap();
        findings(&compilation)
    };
    let old = said("5.15");
    assert!(
        old.contains("warning[W0502]: before Linux 6.3, `xdp_rx_hash` always gives its fallback"),
        "{old}"
    );
    assert!(old.contains("before Linux 6.8, `xdp_rx_vlan_tag`"), "{old}");
    assert!(!said("6.3").contains("xdp_rx_hash") && said("6.3").contains("xdp_rx_vlan_tag"));
    assert!(!said("6.8").contains("W0502"));
}
