//! Programs that bpftool loads, a loader that knows nothing of us: in, an object; out, what packets meet and what maps hold.

use crate::command::{run, said};
use crate::needs::{Need, are_met};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// True if this process may load programs, by bpftool.
pub fn privileged() -> bool {
    let needs = [Need::Root, Need::Command("bpftool"), Need::File("/sys/fs/bpf")];
    are_met(&needs)
}

/// A program that the kernel has taken; unpinned when dropped.
#[derive(Debug)]
pub struct Loaded {
    /// The folder that has `prog`, and the maps in `maps`.
    pub pin: PathBuf,
}

impl Drop for Loaded {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.pin);
    }
}

/// Loads and pins, program and maps; `name` tells programs of one process apart.
#[track_caller]
pub fn load(name: &str, object: &Path) -> Loaded {
    mount_bpffs();
    let pin = PathBuf::from(format!("/sys/fs/bpf/p4xdp-test-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&pin).unwrap();
    let loaded = Loaded { pin };
    let output = Command::new("bpftool")
        .args(["prog", "load"])
        .arg(object)
        .arg(loaded.pin.join("prog"))
        .args(["type", "xdp", "pinmaps"])
        .arg(loaded.pin.join("maps"))
        .output()
        .unwrap();
    said(name, &output);
    loaded
}

/// What bpftool says, in JSON.
#[track_caller]
fn json(words: &[&str]) -> serde_json::Value {
    serde_json::from_str(&run(&[&["bpftool", "-j"], words].concat())).unwrap()
}

/// The entries of a map that a program is bound to, as bpftool prints them.
#[track_caller]
pub fn dump(program: u32, map: &str) -> Vec<serde_json::Value> {
    let maps = json(&["prog", "show", "id", &program.to_string()])["map_ids"].clone();
    let mut maps = maps.as_array().unwrap().iter().map(ToString::to_string);
    let found = maps.find(|id| json(&["map", "show", "id", id])["name"] == map).unwrap();
    json(&["map", "dump", "id", &found]).as_array().unwrap().clone()
}

/// Lets a program meet a packet so many times.
#[track_caller]
pub fn send(program: u32, packet: &[u8], times: u32) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("packet");
    std::fs::write(&file, packet).unwrap();
    let (id, times) = (program.to_string(), times.to_string());
    run(&["bpftool", "prog", "run", "id", &id, "data_in", file.to_str().unwrap(), "repeat", &times]);
}

/// Pins need the BPF file system where everybody expects it; a freshly started machine may not have it.
fn mount_bpffs() {
    static MOUNTED: std::sync::Once = std::sync::Once::new();
    MOUNTED.call_once(|| {
        let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap();
        if !mounts.lines().any(|line| line.split(' ').nth(1) == Some("/sys/fs/bpf")) {
            let status = Command::new("mount").args(["-t", "bpf", "bpf", "/sys/fs/bpf"]).status().unwrap();
            assert!(status.success(), "the BPF file system can be mounted");
        }
    });
}

impl Loaded {
    /// What becomes of a packet: the verdict, and the packet.
    #[track_caller]
    pub fn run(&self, packet: &[u8]) -> (u32, Vec<u8>) {
        let directory = tempfile::tempdir().unwrap();
        let (input, output) = (directory.path().join("in"), directory.path().join("out"));
        std::fs::write(&input, packet).unwrap();
        let result = Command::new("bpftool")
            .args(["-j", "prog", "run", "pinned"])
            .arg(self.pin.join("prog"))
            .arg("data_in")
            .arg(&input)
            .arg("data_out")
            .arg(&output)
            .output()
            .unwrap();
        let json: serde_json::Value = serde_json::from_str(&said("prog run", &result)).unwrap();
        (json["retval"].as_u64().unwrap() as u32, std::fs::read(&output).unwrap_or_default())
    }

    /// The verdict on a packet.
    #[track_caller]
    pub fn verdict(&self, packet: &[u8]) -> u32 {
        self.run(packet).0
    }

    fn map(&self, action: &[&str], map: &str, key: &[u8], value: Option<&[u8]>) -> Output {
        let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:#04x}")).collect::<Vec<_>>();
        let mut command = Command::new("bpftool");
        command.args(action).arg("pinned").arg(self.pin.join("maps").join(map.replace('.', "_")));
        command.arg("key").args(hex(key));
        if let Some(value) = value {
            command.arg("value").args(hex(value));
        }
        command.output().unwrap()
    }

    /// Puts bytes into a map.
    #[track_caller]
    pub fn update(&self, map: &str, key: &[u8], value: &[u8]) {
        said(map, &self.map(&["map", "update"], map, key, Some(value)));
    }

    /// The sum over all processors of an entry of a per-CPU map of `u64`; `None` if there is none.
    pub fn count(&self, map: &str, index: u32) -> Option<u64> {
        let output = self.map(&["-j", "map", "lookup"], map, &index.to_le_bytes(), None);
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let byte = |b: &serde_json::Value| {
            u8::from_str_radix(b.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
        };
        let number = |cpu: &serde_json::Value| {
            let bytes: Vec<u8> = cpu["value"].as_array().unwrap().iter().map(byte).collect();
            u64::from_le_bytes(bytes.try_into().unwrap())
        };
        Some(json["values"].as_array()?.iter().map(number).sum())
    }
}
