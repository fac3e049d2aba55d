//! Programs that grow in each way there is: small members of the families that `cargo bench --bench compile -- growth` measures. Every one
//! ends: it is compiled, or refused with its code.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may unwrap, and its numbers are small"
)]

#[path = "../benches/compile/process.rs"]
#[allow(dead_code, reason = "shared with a bench")]
mod process;
#[path = "../benches/compile/shapes/mod.rs"]
mod shapes;

use p4xdp_test_support::command::p4xdp;
use process::{End, limited};

/// Enough for whatever is exponential not to end.
const SIZE: usize = 300;
/// Families in which one thing stands in another without brackets, which the stack must not feel.
const DEEP: [&str; 8] = [
    "controls_chain",
    "controls_nested",
    "controls_applied_twice",
    "functions_chain",
    "generics_nested_chain",
    "structs_chain",
    "subparsers",
    "subparsers_chain",
];
const DEEP_SIZE: usize = 3000;
/// Generous: nothing here is about time but the end of it.
const MOST_SECONDS: u64 = 120;
const MOST_BYTES: u64 = 2 << 30;

#[test]
fn every_way_to_grow_ends() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("grown.p4");
    let mut ends = String::new();
    for family in shapes::families() {
        let size = if DEEP.contains(&family.name) { DEEP_SIZE } else { SIZE };
        std::fs::write(&program, family.make(size)).unwrap();
        let mut command = p4xdp();
        command.arg("build").arg(&program).args([
            "--emit",
            "c",
            "--error-format",
            "short",
            "-W",
            "none",
            "-o",
        ]);
        let (end, _) = limited(command.arg(folder.path()), MOST_SECONDS, MOST_BYTES).unwrap();
        let end = match end {
            End::Done => "compiled".to_owned(),
            End::Refused(said) => {
                let (_, rest) =
                    said.split_once("error[").unwrap_or_else(|| panic!("{}: {said}", family.name));
                format!("refused, {}", &rest[..5])
            }
            End::Killed => panic!("{} of size {size} does not end, or crashes", family.name),
        };
        ends += &format!("{} {size}: {end}\n", family.name);
    }
    insta::assert_snapshot!(ends);
}
