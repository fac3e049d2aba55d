//! Namespaces of the tests' own, with devices and a BPF file system where they are asked for; nothing is left behind. All devices have indices
//! from 1000 on, so that a test that gets into the machine's namespace by mistake meets none of its devices.

use crate::command::{self, binary, output, sh};
use crate::needs::{Need, are_met, met};
use p4xdp_runtime::harness::netns::NetNs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// What mounts a BPF file system in the shell; needs a mount namespace of one's own.
const BPFFS: &str = "mkdir -p /sys/fs/bpf; mount -t bpf bpf /sys/fs/bpf";

/// A namespace with a name and a veth pair, `sw` and `host`, for commands; removed at the end.
#[derive(Debug)]
pub struct Space(pub String);

impl Space {
    /// The namespace; `name` tells tests of one process apart.
    pub fn new(name: &str) -> Space {
        let space = Space(format!("p4xdp-{}-{name}", std::process::id()));
        command::run(&["ip", "netns", "add", &space.0]);
        space.run(&[
            "sysctl",
            "-qw",
            "net.ipv6.conf.all.disable_ipv6=1",
            "net.ipv6.conf.default.disable_ipv6=1",
        ]);
        space.run(&[
            "ip", "link", "add", "sw", "index", "1000", "type", "veth", "peer", "name", "host", "index",
            "1001",
        ]);
        for device in ["sw", "host"] {
            space.run(&["ip", "link", "set", device, "up"]);
        }
        space.run(&["ip", "address", "add", "10.9.0.1/24", "dev", "host"]);
        space
    }

    /// What becomes of a command in it.
    pub fn try_run(&self, command: &[&str]) -> Output {
        output(&[&["ip", "netns", "exec", &self.0], command].concat())
    }

    /// What a command prints that ends well in it.
    #[track_caller]
    pub fn run(&self, command: &[&str]) -> String {
        command::run(&[&["ip", "netns", "exec", &self.0], command].concat())
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        output(&["ip", "netns", "delete", &self.0]);
    }
}

/// Whether a test can run that is about loading programs on devices.
pub fn privileged() -> bool {
    let commands =
        ["ip", "tc", "ethtool", "ping", "sysctl", "xdp-loader", "setpriv", "unshare"].map(Need::Command);
    are_met(&[&[Need::Root], &commands[..]].concat())
}

/// What a test about loading begins with: a folder, the object of a program of the repository in it, and a namespace. Nothing where the test
/// is passed over.
#[track_caller]
pub fn with_object(program: &str, name: &str) -> Option<(TempDir, String, Space)> {
    if !privileged() {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let object = command::build(program, folder.path());
    Some((folder, object, Space::new(name)))
}

/// Two ends of a veth pair, by name and index.
pub type Pair<'a> = [(&'a str, u32); 2];

/// Two pairs for [`inside`].
pub const TWO_PAIRS: [Pair<'static>; 2] = [[("a0", 1000), ("b0", 1001)], [("a1", 1002), ("b1", 1003)]];

/// Runs a test in a namespace with these devices, all of them up: its thread, and what that starts.
pub fn inside(name: &str, pairs: &[Pair<'_>], test: impl FnOnce() + Send) {
    if !met(name, &[Need::Root, Need::Command("ip")]) {
        return;
    }
    let namespace = NetNs::new().unwrap();
    namespace
        .run(|| {
            for [(a, a_index), (b, b_index)] in pairs {
                sh(&format!(
                    "ip link add {a} index {a_index} type veth peer name {b} index {b_index}
                    ip link set {a} up; ip link set {b} up"
                ));
            }
            test();
        })
        .unwrap();
}

/// The same in a process with a BPF file system of its own, so that nothing is pinned in the machine's: the test binary, once more. `name`
/// is the test's full name.
pub fn with_bpffs(name: &str, pairs: &[Pair<'_>], test: impl FnOnce() + Send) {
    if !met(name, &[Need::Root, Need::Command("ip"), Need::Command("unshare"), Need::Command("mount")]) {
        return;
    }
    if std::env::var_os("P4XDP_TEST_BPFFS").is_some() {
        return inside(name, pairs, test);
    }
    let output = Command::new("unshare")
        .args(["-m", "sh", "-ec", &format!("{BPFFS}; exec \"$0\" --exact \"$1\" --nocapture")])
        .arg(std::env::current_exe().unwrap())
        .arg(name)
        .env("P4XDP_TEST_BPFFS", "1")
        .output()
        .unwrap();
    command::said(name, &output);
}

/// What a shell script prints in namespaces and with a BPF file system of its own, whose every command ends well. `$P` is the p4xdp binary.
#[track_caller]
pub fn script(folder: &Path, text: &str) -> String {
    let output = Command::new("unshare")
        .args(["--mount", "--net", "sh", "-euc", &format!("{BPFFS}\n{text}")])
        .env("P", binary())
        .current_dir(folder)
        .output()
        .unwrap();
    command::said(text, &output)
}
