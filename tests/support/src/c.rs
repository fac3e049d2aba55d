//! Control planes in C: in, C beside the headers that `build` writes; out, programs that control what runs, one call a line if they are driven.

use crate::needs::Need;
#[cfg(feature = "compile")]
use crate::{
    needs::met,
    program::object,
    root,
    space::{TWO_PAIRS, with_bpffs},
};
#[cfg(feature = "compile")]
use p4xdp_runtime::{
    Object, Program,
    load::{Options, load},
};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

/// What it takes to compile one.
pub const NEEDS: [Need; 2] = [Need::Command("cc"), Need::File("/usr/include/bpf/bpf.h")];

/// Compiles C with the headers that lie in a folder.
pub fn cc(folder: &Path, source: &Path, program: &Path) -> Output {
    Command::new("cc")
        .args(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-O2", "-I"])
        .args([folder, source, Path::new("-o"), program, Path::new("-lbpf")])
        .output()
        .unwrap()
}

/// A program that reads calls from standard input and answers each with a number; it ends when it is dropped.
#[derive(Debug)]
pub struct Driven {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Driven {
    /// Compiles and starts it with a device for argument; the header lies under its name beside it.
    #[track_caller]
    pub fn new(source: &Path, (name, header): (&str, &str), device: &str) -> Driven {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), header).unwrap();
        let program = folder.path().join("program");
        let output = cc(folder.path(), source, &program);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut command = Command::new(&program);
        command.arg(device).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Driven { child, answers }
    }

    /// What it answers.
    #[track_caller]
    pub fn call(&mut self, line: &str) -> i64 {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        answer.trim().parse().unwrap_or_else(|error| panic!("{line}: `{answer}`: {error}"))
    }
}

impl Drop for Driven {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// A test with a program that runs on the device `a0` in a namespace, and a C program that controls it, `source` of `tests/c`. The test's
/// name is given in full.
#[cfg(feature = "compile")]
pub fn control(
    name: &str,
    program: &p4xdp::backend::Output,
    source: &str,
    test: impl FnOnce(&Program, Driven) + Send,
) {
    if !met(name, &NEEDS) {
        return;
    }
    let header = format!("{}.h", program.manifest.entry);
    let source = root().join("tests/c").join(source);
    with_bpffs(name, &TWO_PAIRS[..1], || {
        let object = object(&program.manifest.entry, program);
        load(&Object::open(&object.path).unwrap(), &["0=a0"], &Options::default()).unwrap();
        let driven = Driven::new(&source, (&header, &program.header), "a0");
        test(&Program::by_device("a0").unwrap(), driven);
    });
}
