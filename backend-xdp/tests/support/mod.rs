//! From P4 text to a loaded program, for tests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test"
)]
#![allow(dead_code, reason = "no test file uses all of it")]

#[path = "../../../tests/needs/mod.rs"]
pub mod needs;

use needs::Need;
use p4xdp_backend_xdp::clang::Clang;
use p4xdp_backend_xdp::{Options, Output, compile};
use p4xdp_frontend::diagnostic::{Diagnostics, Format, render};
use p4xdp_frontend::source::{InMemory, SourceMap};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles a program; what is wrong with it comes as short diagnostics.
pub fn try_compile(name: &str, text: &str) -> Result<Output, String> {
    try_compile_with(name, text, "")
}

/// The same with C that defines extern functions.
pub fn try_compile_with(name: &str, text: &str, extern_c: &str) -> Result<Output, String> {
    let file = format!("{name}.p4");
    let loader = InMemory::new().with(file.as_str(), text);
    let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
    let result = p4xdp_frontend::preprocess_and_parse(
        Path::new(&file),
        &Default::default(),
        &loader,
        &mut sources,
        &mut sink,
    )
    .and_then(|ast| p4xdp_frontend::typecheck::check(&ast, &sources, &mut sink))
    .and_then(|hir| p4xdp_midend::elaborate::elaborate(&hir, &mut sink))
    .and_then(|ir| {
        compile(
            &ir,
            &Options {
                source: &file,
                extern_c: (!extern_c.is_empty()).then_some(extern_c),
                ..Options::default()
            },
            &mut sink,
        )
    });
    result.map_err(|_| {
        let mut text = Vec::new();
        render(sink.iter(), &sources, Format::Short, false, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    })
}

/// Compiles a program that is right.
pub fn compiled(name: &str, text: &str) -> Output {
    try_compile(name, text).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// The same with C that defines extern functions.
pub fn compiled_with(name: &str, text: &str, extern_c: &str) -> Output {
    try_compile_with(name, text, extern_c).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// An object in a directory of its own.
pub struct Object {
    _directory: tempfile::TempDir,
    pub path: PathBuf,
}

/// Runs clang, with all warnings as errors.
pub fn object(name: &str, output: &Output) -> Object {
    object_by(&Clang::find(None).unwrap(), name, output)
}

/// Runs a certain clang, with all warnings as errors.
pub fn object_by(clang: &Clang, name: &str, output: &Output) -> Object {
    let directory = tempfile::tempdir().unwrap();
    let source = directory.path().join(format!("{name}.c"));
    std::fs::write(&source, &output.c).unwrap();
    let path = directory.path().join(format!("{name}.o"));
    if let Err(error) = clang.compile(&source, &path, &["-Wextra".to_owned(), "-Werror".to_owned()]) {
        panic!("{name}: {error:?}\n{}", numbered(&output.c));
    }
    Object { _directory: directory, path }
}

fn numbered(text: &str) -> String {
    text.lines().enumerate().map(|(i, line)| format!("{:4} {line}\n", i + 1)).collect()
}

/// A program that the kernel has taken; unpinned when dropped.
pub struct Loaded {
    pub pin: PathBuf,
}

impl Drop for Loaded {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.pin);
    }
}

/// Loads and pins with bpftool, program and maps. Needs privilege.
pub fn load(name: &str, object: &Object) -> Loaded {
    mount_bpffs();
    let pin = PathBuf::from(format!("/sys/fs/bpf/p4xdp-test-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&pin).unwrap();
    let loaded = Loaded { pin };
    let output = Command::new("bpftool")
        .args(["prog", "load"])
        .arg(&object.path)
        .arg(loaded.pin.join("prog"))
        .args(["type", "xdp", "pinmaps"])
        .arg(loaded.pin.join("maps"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    loaded
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

/// True if this process may load programs, by bpftool.
pub fn privileged() -> bool {
    let thread = std::thread::current();
    let needs = [Need::Root, Need::Command("bpftool"), Need::File("/sys/fs/bpf")];
    needs::met(thread.name().unwrap_or("a test"), &needs)
}

/// Runs a packet through a loaded program: verdict and packet.
pub fn run(loaded: &Loaded, packet: &[u8]) -> (u32, Vec<u8>) {
    let directory = tempfile::tempdir().unwrap();
    let (input, output) = (directory.path().join("in"), directory.path().join("out"));
    std::fs::write(&input, packet).unwrap();
    let result = Command::new("bpftool")
        .args(["-j", "prog", "run", "pinned"])
        .arg(loaded.pin.join("prog"))
        .arg("data_in")
        .arg(&input)
        .arg("data_out")
        .arg(&output)
        .output()
        .unwrap();
    assert!(result.status.success(), "{}", String::from_utf8_lossy(&result.stderr));
    let json: serde_json::Value = serde_json::from_slice(&result.stdout).unwrap();
    (json["retval"].as_u64().unwrap() as u32, std::fs::read(&output).unwrap_or_default())
}

/// The part of the C that is the program's own: tables, defaults and the function.
pub fn own_part(output: &Output) -> &str {
    let start = output.c.find("/* table").unwrap_or(0);
    let end = output.c.find("/* All that a control plane").unwrap_or(output.c.len());
    &output.c[start..end]
}
