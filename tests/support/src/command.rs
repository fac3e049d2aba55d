//! Commands: in, their words; out, what they say. Among them the p4xdp binary of this build.

use crate::root;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::OnceLock;

/// Where the p4xdp binary of this build is: beside the folder of the test binaries. Cargo builds it for the tests of the root crate.
pub fn binary() -> &'static str {
    static BINARY: OnceLock<String> = OnceLock::new();
    BINARY.get_or_init(|| {
        let own = std::env::current_exe().unwrap();
        let path = own.ancestors().nth(2).unwrap().join("p4xdp");
        assert!(path.is_file(), "{} is not built", path.display());
        path.to_str().unwrap().to_owned()
    })
}

/// The p4xdp binary, to be called.
pub fn p4xdp() -> Command {
    Command::new(binary())
}

/// Compiles a program of the repository with the binary; the object's path.
#[track_caller]
pub fn build(program: impl AsRef<Path>, folder: &Path) -> String {
    let path = root().join(program);
    run(&[binary(), "build", &path.to_string_lossy(), "-o", &folder.to_string_lossy()]);
    folder.join(path.file_stem().unwrap()).with_extension("o").to_string_lossy().into_owned()
}

/// What becomes of a command.
pub fn output(command: &[&str]) -> Output {
    Command::new(command[0]).args(&command[1..]).output().unwrap_or_else(|e| panic!("{}: {e}", command[0]))
}

/// What a command prints that ends well.
#[track_caller]
pub fn run(command: &[&str]) -> String {
    said(&format!("{command:?}"), &output(command))
}

/// What a shell script prints, each line of which ends well.
#[track_caller]
pub fn sh(script: &str) -> String {
    said(script, &output(&["sh", "-ec", script]))
}

/// What a command that has ended well has printed.
#[track_caller]
pub fn said(what: &str, output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{what}: {text}{}", String::from_utf8_lossy(&output.stderr));
    text
}
