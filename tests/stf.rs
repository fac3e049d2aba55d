//! Packet tests as data: every `.stf` in `examples/` and `testdata/packets/`, on every engine. `NAME.stf` tests `NAME.p4` beside it;
//! so does `NAME.CASE.stf`. A line `# engines: interp` restricts where it runs, with the reason behind it.
//!
//! `split` is the engine `kernel` with a program that is cut into as many BPF programs as can be, or into parts of the size that a line
//! `# split: N` says. Most of these take their turn with `--ignored`.
//!
//! The engines but the interpreter need root; without it they are reported as ignored, or fail where skipping is forbidden.
#![allow(clippy::expect_used, reason = "it is a test")]

use libtest_mimic::{Arguments, Failed, Trial};
use p4xdp_test_support::command::p4xdp;
use p4xdp_test_support::files;
use p4xdp_test_support::needs::{Need, is_ignored};
use std::path::{Path, PathBuf};

const ENGINES: [&str; 4] = ["interp", "kernel", "veth", SPLIT];
const SPLIT: &str = "split";
/// Tests that are run split each time: those whose programs leave blocks early, make headers, and have tables of each kind.
const ALWAYS_SPLIT: [&str; 6] = [
    "exits.stf",
    "optional_headers_twice.stf",
    "router.stf",
    "stack_rules.stf",
    "ternary.stf",
    "v1model_translated.stf",
];

fn main() {
    let mut args = Arguments::from_args();
    // Kernel and veth runs make namespaces and load programs; more than a few at once only wait for each other.
    args.test_threads.get_or_insert(2);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tests: Vec<PathBuf> =
        ["examples", "testdata/packets"].iter().flat_map(|folder| files(&root.join(folder), "stf")).collect();
    let unprivileged = is_ignored(&[Need::Root]);
    let trials = tests.iter().flat_map(|stf| ENGINES.iter().map(move |engine| (stf, *engine))).filter_map(
        |(stf, engine)| {
            if !wanted(stf, engine) {
                return None;
            }
            let name = format!("{engine}: {}", stf.strip_prefix(root).unwrap_or(stf).display());
            let later = engine == SPLIT && !ALWAYS_SPLIT.iter().any(|name| stf.ends_with(name));
            let stf = stf.clone();
            let trial = Trial::test(name, move || run(&stf, engine));
            Some(trial.with_ignored_flag(engine != "interp" && unprivileged || later))
        },
    );
    libtest_mimic::run(&args, trials.collect()).exit();
}

/// Does the test's first line let it run on this engine?
fn wanted(stf: &Path, engine: &str) -> bool {
    let text = std::fs::read_to_string(stf).expect("readable");
    match text.lines().find_map(|line| line.strip_prefix("# engines:")) {
        Some(list) => {
            list.split([',', ' ']).any(|word| word == if engine == SPLIT { "kernel" } else { engine })
        }
        None => true,
    }
}

/// So many instructions a part has; as few as can be, unless the test says that its packets would go through too many parts.
fn part_size(stf: &Path) -> String {
    let text = std::fs::read_to_string(stf).expect("readable");
    let said = text.lines().find_map(|line| line.strip_prefix("# split:")?.split_whitespace().next());
    said.unwrap_or("1").to_owned()
}

fn program(stf: &Path) -> PathBuf {
    let exact = stf.with_extension("p4");
    if exact.exists() { exact } else { exact.with_extension("").with_extension("p4") }
}

fn run(stf: &Path, engine: &str) -> Result<(), Failed> {
    let part = part_size(stf);
    let how: &[&str] = if engine == SPLIT { &["kernel", "--split", &part] } else { &[engine] };
    let output = p4xdp()
        .arg("test")
        .arg(program(stf))
        .arg(stf)
        .arg("--engine")
        .args(how)
        .output()
        .map_err(|e| e.to_string())?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    if output.status.code() != Some(0) {
        return Err(format!("exit {:?}\n{stdout}{stderr}", output.status.code()).into());
    }
    // A test that expects nothing shows nothing.
    let last = stdout.lines().last().unwrap_or_default();
    if !last.ends_with(" passed, 0 failed") || last.starts_with("0 ") {
        return Err(format!("the last line is '{last}'").into());
    }
    Ok(())
}
