//! p4xdp in a shell: readers that go away early, disks that are full, manual pages, completions, and what `make install` copies.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "it is a test")]

use p4xdp_test_support::command::{binary, p4xdp};
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A command of each kind that prints, with what it needs.
fn printing(dir: &Path) -> Vec<Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let switch = root.join("examples/switch/switch.p4").display().to_string();
    let test = root.join("examples/switch/switch.stf").display().to_string();
    let capture = dir.join("in.pcap");
    // Little-endian pcap of version 2.4 with one Ethernet frame.
    let mut bytes = Vec::new();
    for word in [0xa1b2_c3d4u32, 0x0004_0002, 0, 0, 65_535, 1, 0, 0, 60, 60] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.resize(bytes.len() + 60, 0);
    std::fs::write(&capture, bytes).unwrap();
    let input = format!("0={}", capture.display());
    let mut commands = vec![
        vec!["--help".to_owned()],
        vec!["build".to_owned(), "--help".to_owned()],
        vec!["explain".to_owned(), "--list".to_owned()],
        vec!["explain".to_owned(), "E0301".to_owned()],
        vec!["man".to_owned()],
        vec!["man".to_owned(), "table".to_owned(), "insert".to_owned()],
        vec!["test".to_owned(), switch.clone(), test, "--trace".to_owned()],
    ];
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        commands.push(vec!["completions".to_owned(), shell.to_owned()]);
    }
    for out in ["-".to_owned(), dir.display().to_string()] {
        commands.push(vec![
            "run".to_owned(),
            switch.clone(),
            "--in".to_owned(),
            input.clone(),
            "--out".to_owned(),
            out,
        ]);
    }
    commands
}

fn with_stdout(args: &[String], stdout: impl Into<Stdio>) -> Output {
    let child = p4xdp().args(args).stdout(stdout).stderr(Stdio::piped()).spawn().unwrap();
    child.wait_with_output().unwrap()
}

/// `p4xdp .. | head`: no panic, no word, and the exit status of one who was read to the end.
#[test]
fn a_reader_that_has_gone_is_no_fault() {
    let dir = tempfile::tempdir().unwrap();
    for args in printing(dir.path()) {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = with_stdout(&args, writer);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {stderr}");
        // `run --out -` reports on standard error what became of the packets.
        let about = if args.last().unwrap() == "-" { "packet" } else { "" };
        assert!(stderr.lines().all(|line| !about.is_empty() && line.contains(about)), "{args:?}: {stderr}");
    }
}

/// Results that are lost otherwise are told, once, with the exit status of a lacking environment.
#[test]
fn a_full_disk_is_told() {
    let dir = tempfile::tempdir().unwrap();
    for args in printing(dir.path()) {
        // What clap prints by itself, it prints as it likes.
        if args.last().unwrap() == "--help" {
            continue;
        }
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = with_stdout(&args, full);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {stderr}");
        let told = stderr.matches("p4xdp: cannot write standard output: No space left").count();
        assert_eq!(told, 1, "{args:?}: {stderr}");
        assert!(!stderr.contains("panicked"), "{args:?}: {stderr}");
    }
}

/// A page for each subcommand, and each page that another refers to.
fn check_pages(directory: &Path) {
    let pages: BTreeSet<String> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    for wanted in ["p4xdp.1", "p4xdp-build.1", "p4xdp-table.1", "p4xdp-table-insert.1", "p4xdp-man.1"] {
        assert!(pages.contains(wanted), "{wanted} is not among {pages:?}");
    }
    for page in &pages {
        let text = std::fs::read_to_string(directory.join(page)).unwrap().replace('\\', "");
        assert!(text.contains(".TH "), "{page}: {text}");
        for word in text.split_whitespace().filter(|word| word.starts_with("p4xdp-")) {
            if let Some((name, _)) = word.split_once("(1)") {
                assert!(pages.contains(&format!("{name}.1")), "{page} refers to {name}");
            }
        }
    }
    let page = String::from_utf8(std::fs::read(directory.join("p4xdp-table-insert.1")).unwrap()).unwrap();
    let printed = p4xdp().args(["man", "table", "insert"]).output().unwrap();
    assert_eq!(String::from_utf8(printed.stdout).unwrap(), page);
}

#[test]
fn a_page_that_is_not_there_is_told() {
    let output = p4xdp().args(["man", "table", "burn"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("`p4xdp table` has no subcommand `burn`: ") && stderr.contains("insert"),
        "{stderr}"
    );
}

/// Binary, pages and completions go where PREFIX and DESTDIR say, and `make uninstall` takes them away again.
#[test]
fn make_installs_binary_pages_and_completions() {
    let dir = tempfile::tempdir().unwrap();
    let make = |target: &str| {
        let output = Command::new("make")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args([target, "PREFIX=/usr", &format!("BINARY={}", binary())])
            .arg(format!("DESTDIR={}", dir.path().display()))
            .output()
            .expect("make is there");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    make("install-built");
    let usr = dir.path().join("usr");
    check_pages(&usr.join("share/man/man1"));
    let version = Command::new(usr.join("bin/p4xdp")).arg("--version").output().unwrap();
    assert!(version.status.success());
    for (path, text) in [
        ("bash-completion/completions/p4xdp", "complete -F _p4xdp"),
        ("zsh/site-functions/_p4xdp", "#compdef p4xdp"),
        ("fish/vendor_completions.d/p4xdp.fish", "complete -c p4xdp"),
    ] {
        let script = std::fs::read_to_string(usr.join("share").join(path)).unwrap();
        assert!(script.contains(text), "{path}");
    }
    make("uninstall");
    let mut left = Vec::new();
    files(&usr, &mut left);
    assert!(left.is_empty(), "{left:?}");
}

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}
