//! Network namespaces with devices, for tests of the command line as root.
#![allow(dead_code, reason = "no test file uses all of it")]

#[path = "../needs/mod.rs"]
mod needs;

use needs::Need;
use std::process::{Command, Output};

/// A namespace with a veth pair; removed at the end.
pub struct Space(pub String);

impl Space {
    pub fn new(name: &str) -> Space {
        let space = Space(format!("p4xdp-{}-{name}", std::process::id()));
        run(&["ip", "netns", "add", &space.0]);
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

    pub fn try_run(&self, command: &[&str]) -> Output {
        output(&[&["ip", "netns", "exec", &self.0], command].concat())
    }

    #[track_caller]
    pub fn run(&self, command: &[&str]) -> String {
        run(&[&["ip", "netns", "exec", &self.0], command].concat())
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        output(&["ip", "netns", "delete", &self.0]);
    }
}

pub fn output(command: &[&str]) -> Output {
    Command::new(command[0]).args(&command[1..]).output().unwrap_or_else(|e| panic!("{}: {e}", command[0]))
}

#[track_caller]
pub fn run(command: &[&str]) -> String {
    let output = output(command);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// Whether a test can run that is about loading programs on devices.
pub fn privileged(test: &str) -> bool {
    let commands = ["ip", "ethtool", "ping", "sysctl", "xdp-loader", "setpriv", "unshare"].map(Need::Command);
    needs::met(test, &[&[Need::Root], &commands[..]].concat())
}
