//! The one rule about skipping. In: what a test needs of the machine. Out: whether it may run. A test that may not says so on standard error;
//! where `CI` or `P4XDP_FORBID_SKIP` is set (and neither empty, `0` nor `false`) it fails instead. All tests of all crates ask here.
//! What is needed to build at all, clang among it, is not asked for: `.ci/setup` installs it, and tests fail without.

use std::path::Path;

/// What a test may need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The rights to load programs, to make network namespaces, and to pin.
    Root,
    /// A command on the path.
    Command(&'static str),
    /// A file: a header, or a device.
    File(&'static str),
}

/// Capabilities by their numbers in the kernel: `CAP_NET_ADMIN`, `CAP_SYS_ADMIN`, `CAP_BPF`.
const CAPABILITIES: u64 = 1 << 12 | 1 << 21 | 1 << 39;

/// What is lacking, in words; nothing if the test can run.
pub fn lacking(needs: &[Need]) -> Option<String> {
    let lacking: Vec<String> = needs.iter().filter(|need| !is_met(**need)).map(|need| words(*need)).collect();
    (!lacking.is_empty()).then(|| lacking.join(", "))
}

/// Whether the test can run. If it cannot, it says so, or fails where skipping is forbidden.
///
/// # Panics
/// Where something is lacking and skipping is forbidden.
pub fn met(test: &str, needs: &[Need]) -> bool {
    let Some(lacking) = lacking(needs) else { return true };
    assert!(!is_forbidden(), "{test} needs {lacking}, and skipping is forbidden here");
    eprintln!("SKIPPED {test}: it needs {lacking}");
    false
}

/// The same for the test that runs on this thread, by whose name the thread goes.
pub fn are_met(needs: &[Need]) -> bool {
    met(std::thread::current().name().unwrap_or("a test"), needs)
}

/// The same for test runners that mark tests as ignored: true if the test is to be passed over. Where that is forbidden it runs, and
/// fails by itself.
pub fn is_ignored(needs: &[Need]) -> bool {
    lacking(needs).is_some() && !is_forbidden()
}

/// Whether a test that cannot run must fail.
pub fn is_forbidden() -> bool {
    ["CI", "P4XDP_FORBID_SKIP"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .any(|value| !["", "0", "false"].contains(&value.as_str()))
}

fn is_met(need: Need) -> bool {
    match need {
        Need::Root => {
            let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
            let held = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
            let held = held.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok());
            held.is_some_and(|held| held & CAPABILITIES == CAPABILITIES)
        }
        Need::Command(name) => {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
        }
        Need::File(path) => Path::new(path).exists(),
    }
}

fn words(need: Need) -> String {
    match need {
        Need::Root => "root".to_owned(),
        Need::Command(name) => format!("the command `{name}`"),
        Need::File(path) => path.to_owned(),
    }
}
