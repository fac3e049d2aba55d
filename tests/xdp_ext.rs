//! The externs of `xdp_ext.p4` where there is something to be had: devices, routes, processors and the network stack, all in namespaces of the test's
//! own. What they give without is in `testdata/packets`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failing test may panic")]

use p4xdp::backend::clang::Clang;
use p4xdp::driver::Codegen;
use p4xdp_runtime::load::load_detached;
use p4xdp_test_support::command::{binary, sh};
use p4xdp_test_support::program::{compiled, findings, generate, object, of_file, of_text};
use p4xdp_test_support::root;
use p4xdp_test_support::space::{Space, TWO_PAIRS, inside, with_object};
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

/// Packets that a program which [`at_the_stack`] runs has dropped at a device.
fn drops(space: &Space, device: &str) -> u64 {
    let said = space.run(&["tc", "-s", "qdisc", "show", "dev", device, "clsact"]);
    let words: Vec<&str> = said.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let at = words.iter().position(|word| *word == "dropped").unwrap();
    words[at + 1].parse().unwrap()
}

/// What C for [`at_the_stack`] begins with.
const STACK: &str = "typedef unsigned char u8; typedef unsigned int u32;
#define SEC(name) __attribute__((section(name), used))
char _license[] SEC(\"license\") = \"GPL\";
struct __sk_buff {
	u32 len, pkt_type, mark, queue_mapping, protocol, vlan_present, vlan_tci, vlan_proto, priority, ingress_ifindex, ifindex;
	u32 tc_index, cb[5], hash, tc_classid, data, data_end, napi_id, family, remote_ip4, local_ip4, remote_ip6[4];
	u32 local_ip6[4], remote_port, local_port, data_meta;
};
";

/// A packet is routed by the kernel's table to another device, as the kernel would have done it.
#[test]
fn routes_are_the_kernels() {
    let Some((folder, object, space)) = with_object("testdata/packets/xdp_ext_routes.p4", "routes") else {
        return;
    };
    for command in [
        "ip link add out index 1002 type veth peer name far index 1003",
        "ip link set out address 02:00:00:00:00:0a",
        "ip link set out up",
        "ip link set far up",
        "ethtool -K far gro on",
        "sysctl -qw net.ipv4.ip_forward=1",
        "ip address add 10.10.0.1/24 dev out",
        "ip neigh add 10.10.0.2 lladdr 02:00:00:00:00:99 dev out",
        "ip neigh add 10.10.0.2 lladdr 02:00:00:00:00:01 dev host",
        "ip neigh add 10.10.0.3 lladdr 02:00:00:00:00:01 dev host",
    ] {
        space.run(&command.split(' ').collect::<Vec<_>>());
    }
    space.run(&[binary(), "load", "--no-pins", &object, "sw"]);
    let c = format!(
        "{STACK}
SEC(\"tc\") int routed(struct __sk_buff *skb)
{{
	static const u8 wanted[12] = {{ 2, 0, 0, 0, 0, 0x99, 2, 0, 0, 0, 0, 0x0a }};
	u8 *p = (void *)(long)skb->data;

	if ((void *)(p + 34) > (void *)(long)skb->data_end)
		return 0;
	for (int i = 0; i < 12; i++)
		if (p[i] != wanted[i])
			return 0;
	/* ping begins with 64. */
	return p[22] == 63 ? 2 : 0;
}}
"
    );
    at_the_stack(&space, folder.path(), ("far", "ingress"), &c);
    let ping =
        |address: &str| drop(space.try_run(&["ping", "-q", "-c", "1", "-W", "1", "-I", "host", address]));
    ping("10.10.0.2");
    assert_eq!(drops(&space, "far"), 1);
    // Nobody knows this one's address: the network stack gets the packet, and asks.
    ping("10.10.0.3");
    assert_eq!(drops(&space, "far"), 1);
}

#[test]
fn routes_of_ipv6_are_the_kernels() {
    inside("routes_of_ipv6_are_the_kernels", &TWO_PAIRS, || {
        sh("sysctl -qw net.ipv6.conf.a0.disable_ipv6=0 net.ipv6.conf.a1.disable_ipv6=0 net.ipv6.conf.all.forwarding=1
            ip -6 address add 2001:db8:1::1/64 dev a1 nodad
            ip link set a1 address 02:00:00:00:00:0a
            ip -6 neigh add 2001:db8:1::2 lladdr 02:00:00:00:00:99 dev a1
            ip -6 route add blackhole 2001:db8:2::/64");
        let file = root().join("testdata/packets/xdp_ext_routes.p4");
        let object = object("routes", &compiled(&file));
        let program = load_detached(&p4xdp_runtime::Object::open(&object.path).unwrap(), 0).unwrap();
        let run = |to: [u8; 4]| {
            let mut packet = [
                &[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 0, 59, 64][..],
                &[0; 32],
            ]
            .concat();
            packet[22..26].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
            packet[37] = 9;
            packet[38..42].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
            packet[42..44].copy_from_slice(&to[..2]);
            packet[52..54].copy_from_slice(&to[2..]);
            let (verdict, bytes) = program.run(&packet, Some(1000)).unwrap();
            (verdict.to_string(), bytes[..12].to_vec(), bytes[21])
        };
        let routed = vec![2, 0, 0, 0, 0, 0x99, 2, 0, 0, 0, 0, 0x0a];
        let same = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
        assert_eq!(run([0, 1, 0, 2]), ("XDP_REDIRECT".to_owned(), routed, 63));
        assert_eq!(
            run([0, 1, 0, 3]),
            ("XDP_PASS".to_owned(), same.clone(), 64),
            "a neighbour that nobody knows"
        );
        assert_eq!(run([0, 2, 0, 1]), ("XDP_DROP".to_owned(), same.clone(), 64), "a black hole");
        assert_eq!(run([0, 3, 0, 1]).0, "XDP_PASS", "no route");
    });
}

/// Packets are taken to the network stack by the processor that the program says.
#[test]
fn another_processor_takes_packets_to_the_stack() {
    let Some((folder, object, space)) = with_object("testdata/load/pass_on_cpu.p4", "processors") else {
        return;
    };
    let processors = std::thread::available_parallelism().unwrap().get();
    space.run(&[binary(), "load", "--no-pins", &object, "sw"]);
    let c = format!(
        "{STACK}
static u32 (*const bpf_get_smp_processor_id)(void) = (void *)8;
SEC(\"tc\") int second(struct __sk_buff *skb) {{ return bpf_get_smp_processor_id() == 1 ? 2 : 0; }}
"
    );
    at_the_stack(&space, folder.path(), ("sw", "ingress"), &c);
    for (address, on_the_second) in [("10.9.0.2", 0), ("10.9.0.3", 10), ("10.9.0.4", 10), ("10.9.0.5", 20)] {
        space.run(&["ip", "neigh", "add", address, "lladdr", "02:00:00:00:00:02", "dev", "host"]);
        drop(space.try_run(&["ping", "-q", "-c", "10", "-i", "0.01", "-W", "1", address]));
        // Where there is no second one, packets stay where they are.
        assert_eq!(drops(&space, "sw"), if processors > 1 { on_the_second } else { 0 }, "{address}");
    }
}

/// Where no packet goes to the network stack, there is nothing to say of its processor.
#[test]
fn a_program_without_the_stack_is_refused() {
    let text = std::fs::read_to_string(root().join("testdata/packets/v1model_xdp_ext.p4")).unwrap();
    let text = text.replace("m.tpid = 1;", "xdp_pass_on_cpu(1);");
    let refused = generate(of_text("v1model", &text), &Codegen::default()).unwrap_err();
    assert!(refused.contains("error[E0524]: `xdp_pass_on_cpu` is about packets that go to the"), "{refused}");
}

/// A program of tc's reads what the packet carries.
#[test]
fn metadata_goes_to_the_stack() {
    let Some((folder, object, space)) = with_object("testdata/load/pass_metadata.p4", "metadata") else {
        return;
    };
    space.run(&[binary(), "load", "--no-pins", &object, "sw"]);
    let c = format!(
        "{STACK}
SEC(\"tc\") int told(struct __sk_buff *skb)
{{
	static const u8 wanted[8] = {{ 0xa0, 0xc0, 0xff, 0xee, 4, 8, 0, 0 }};
	u8 *metadata = (void *)(long)skb->data_meta, *p = (void *)(long)skb->data;

	if (metadata + 8 > p || (void *)(p + 18) > (void *)(long)skb->data_end)
		return 0;
	for (int i = 0; i < 8; i++)
		if (metadata[i] != wanted[i])
			return 0;
	return p[14] == 1 && p[17] == 4 ? 2 : 0;
}}
"
    );
    at_the_stack(&space, folder.path(), ("sw", "ingress"), &c);
    for (address, dropped) in [("10.9.0.3", 0), ("10.9.0.4", 1), ("10.9.0.6", 1), ("10.9.0.4", 2)] {
        space.run(&["ip", "neigh", "replace", address, "lladdr", "02:00:00:00:00:02", "dev", "host"]);
        ping(&space, address);
        assert_eq!(drops(&space, "sw"), dropped, "{address}");
    }
}

/// What a packet carries is of one size, and not too much.
#[test]
fn metadata_has_one_size() {
    let text = std::fs::read_to_string(root().join("testdata/load/pass_metadata.p4")).unwrap();
    for (instead, message) in [
        ("xdp_pass_metadata(told); xdp_pass_metadata(64w1); xdp_pass_metadata(1w1);", "of another size"),
        ("xdp_pass_metadata({ hdr.ethernet.src, hdr.ipv4.rest, 128w0 });", "at most 32 bytes"),
        ("xdp_pass_metadata(hdr.label);", "must be there always"),
    ] {
        let text = text.replace("xdp_pass_metadata(told);", instead);
        let refused = generate(of_text("told", &text), &Codegen::default()).unwrap_err();
        assert!(refused.contains("error[E0524]") && refused.contains(message), "{refused}");
    }
}
