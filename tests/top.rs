//! `p4xdp top`: the frames have the packets that were sent, neither more nor fewer, and the terminal is as it was when the show is over.
//!
//! Needs root, iproute2 and clang.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp_runtime::Program;
use p4xdp_runtime::latency::Latency;
use p4xdp_test_support::command::{self, binary, build, said};
use p4xdp_test_support::space::{TWO_PAIRS, with_bpffs};
use serde_json::Value;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};
use std::time::{Duration, Instant};

fn p4xdp(words: &str) -> String {
    let output = command::p4xdp().args(words.split_whitespace()).output().unwrap();
    said(words, &output)
}

/// The program of the tests of metrics runs on both devices.
fn loaded(folder: &Path, options: &str) {
    let object = build("testdata/metrics/counted.p4", folder);
    p4xdp(&format!("load {options} {object} 1=a0 2=a1"));
    for (to, call) in [(1, "forward 1"), (2, "forward 2"), (3, "discard"), (4, "--force forward 77")] {
        p4xdp(&format!("table insert --dev a0 ways {to} {call}"));
    }
}

/// Lets packets come in by `a0`, of 60 bytes or fewer.
fn send(to: u8, length: usize, count: u32) {
    let mut packet = vec![to];
    packet.resize(length, 0);
    Program::by_device("a0").unwrap().flood(&packet, 1000, count).unwrap();
}

/// Frames as they come.
struct Frames {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Frames {
    fn of(words: &str) -> Frames {
        let mut child =
            command::p4xdp().args(words.split_whitespace()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Frames { child, lines }
    }

    fn next(&mut self) -> Value {
        serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap()
    }

    /// Those until all is there that is wanted, and two more, in which nothing may come; then it is enough.
    #[track_caller]
    fn until(mut self, wanted: u64, number: impl Fn(&Value) -> Option<u64>) -> Vec<Value> {
        let (mut frames, mut found) = (Vec::new(), 0);
        for _ in 0..300 {
            frames.push(self.next());
            found += frames.last().and_then(&number).unwrap_or(0);
            if found >= wanted {
                break;
            }
        }
        frames.extend([self.next(), self.next()]);
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        assert_eq!(frames.iter().filter_map(number).sum::<u64>(), wanted, "{frames:?}");
        frames
    }
}

/// The sum of a number over frames.
fn sum(frames: &[Value], number: impl Fn(&Value) -> &Value) -> u64 {
    frames.iter().map(|frame| number(frame).as_u64().unwrap_or_else(|| panic!("{frame}"))).sum()
}

#[test]
fn frames_have_what_was_sent() {
    with_bpffs("frames_have_what_was_sent", &TWO_PAIRS, || {
        let folder = tempfile::tempdir().unwrap();
        loaded(folder.path(), "--stats");
        send(2, 60, 100);
        let mut frames = Frames::of("top a1 --batch --json --interval 300ms");
        // What was there before.
        let first = frames.next();
        assert_eq!(first["program"], "counted");
        assert_eq!(first["devices"], serde_json::json!(["a0", "a1"]));
        assert_eq!((&first["packets"]["redirected"], &first["seen"]), (&100.into(), &100.into()));
        let ways = |frame: &Value| frame["tables"][0]["counters"][0]["hits"].clone();
        assert_eq!(ways(&first), 100);
        // What comes while it looks.
        for (to, length, count) in
            [(1, 60, 13), (2, 60, 1700), (3, 60, 3), (4, 60, 5), (9, 60, 7), (1, 14, 11)]
        {
            send(to, length, count);
        }
        let rest = frames.until(1739, |frame| frame["seen"].as_u64());
        let packets = |name: &'static str| sum(&rest, |frame| &frame["packets"][name]);
        assert_eq!(packets("sent_back"), 13);
        assert_eq!(packets("redirected"), 1700);
        assert_eq!(packets("dropped"), 3 + 5 + 7 + 11);
        assert_eq!(packets("aborted") + packets("passed"), 0);
        assert_eq!(packets("parser_errors"), 11);
        assert_eq!(sum(&rest, |frame| &frame["lost"]["no-port"]), 5);
        assert_eq!(rest.iter().map(|frame| ways(frame).as_u64().unwrap()).sum::<u64>(), 13 + 1700 + 3 + 5);
        assert_eq!(sum(&rest, |frame| &frame["tables"][0]["counters"][0]["bytes"]), 1721 * 60);
        assert_eq!(
            rest[0]["tables"][1],
            serde_json::json!({
                "table": "I.unseen", "entries": 0, "size": 1024, "counters": [],
            })
        );
        let moments = rest.iter().map(|frame| frame["interval_ns"].as_u64().unwrap());
        assert!(moments.clone().all(|moment| moment > 100_000_000), "{:?}", moments.collect::<Vec<_>>());
        // The kernel has taken the time of each while somebody looked.
        assert!(rest.iter().any(|frame| frame["mean_ns"].as_u64().is_some_and(|mean| mean > 0)));
    });
}

#[test]
fn without_stats_the_kernel_counts() {
    with_bpffs("without_stats_the_kernel_counts", &TWO_PAIRS, || {
        let folder = tempfile::tempdir().unwrap();
        loaded(folder.path(), "");
        let mut frames = Frames::of("top --batch --json -i 300ms");
        assert_eq!(frames.next()["packets"], Value::Null);
        send(2, 60, 250);
        frames.until(250, |frame| frame["seen"].as_u64());
        // A program that comes in its place is followed.
        let mut frames = Frames::of("top a0 --json -i 300ms --no-time");
        frames.next();
        loaded(folder.path(), "--stats --reset-tables");
        send(1, 60, 40);
        frames.until(40, |frame| frame["packets"]["sent_back"].as_u64());
    });
}

#[test]
fn batches_are_text_for_people() {
    with_bpffs("batches_are_text_for_people", &TWO_PAIRS, || {
        let folder = tempfile::tempdir().unwrap();
        loaded(folder.path(), "--stats");
        for (to, count) in [(1, 13), (2, 17), (4, 5), (9, 7)] {
            send(to, 60, count);
        }
        let text = p4xdp("top a0 --batch -n 2 -i 10ms --no-time");
        let (text, second) = text.split_at(text.rfind("counted (id ").unwrap());
        assert!(
            second.contains("\n  0 aborted, 0 dropped, 0 passed, 0 sent back, 0 redirected\n"),
            "{second}"
        );
        let (head, rest) = text.split_once('\n').unwrap();
        assert!(head.starts_with("counted (id ") && head.contains(") on a0 a1, counted.p4, "), "{head}");
        let (rate, rest) = rest.split_once('\n').unwrap();
        // Somebody else may have the kernel take the time.
        assert!(rate.starts_with("  42 packets, ") && rate.contains(" a second"), "{rate}");
        let wanted = "  0 aborted, 12 dropped, 0 passed, 13 sent back, 17 redirected\n  \
            0 with a parser error\n  lost, no-port: 5\n  \
            table I.ways: 4 of 256 entries, 35 hits, 2100 bytes (I.hits)\n  \
            table I.unseen: 0 of 1024 entries, hits are not known: no direct counter\n";
        assert_eq!(rest, wanted);
        let refused = |words: &str| {
            let output = command::p4xdp().args(words.split_whitespace()).output().unwrap();
            assert_ne!(output.status.code(), Some(0), "{words}");
            String::from_utf8(output.stderr).unwrap()
        };
        assert!(refused("top a0").contains("`top` needs a terminal; `--batch` prints text"));
        assert!(refused("top b0 --batch").contains("`b0` runs no XDP program"));
        assert!(refused("top a0 --batch -i 1ms").contains("it is less than 10ms"));
    });
}

/// Runs `top` on a terminal of its own. Once it has drawn something, a command or keys make it end; what it drew.
fn on_a_terminal(folder: &Path, command: &str, keys: &[u8]) -> String {
    let script = format!(
        "stty rows 40 cols 110; stty -g >before; \
         (for turn in $(seq 300); do grep -qs I[.]ways drawn && break; sleep 0.1; done; {command}) & \
         sh -c 'echo $$ >pid; exec {} top a0 --interval 100ms --no-time'; \
         echo $? >status; stty -g >after; wait",
        binary()
    );
    let drawn = folder.join("drawn");
    let _ = std::fs::remove_file(&drawn);
    let mut child = std::process::Command::new("script")
        .args(["-qefc", &script, "drawn"])
        .current_dir(folder)
        .env("TERM", "xterm-256color")
        .env("SHELL", "/bin/sh")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let end = Instant::now() + Duration::from_secs(30);
    while Instant::now() < end && !std::fs::read_to_string(&drawn).is_ok_and(|text| text.contains("I.ways")) {
        std::thread::sleep(Duration::from_millis(100));
    }
    stdin.write_all(keys).unwrap();
    said(&script, &child.wait_with_output().unwrap());
    drop(stdin);
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    assert_eq!(read("before"), read("after"));
    assert_eq!(read("status"), "0\n");
    read("drawn")
}

#[test]
fn the_terminal_is_as_it_was() {
    with_bpffs("the_terminal_is_as_it_was", &TWO_PAIRS, || {
        let folder = tempfile::tempdir().unwrap();
        loaded(folder.path(), "--stats");
        let signals = ["INT", "TERM", "HUP"].map(|signal| format!("kill -{signal} $(cat pid)"));
        let ends = signals.iter().map(|kill| (kill.as_str(), &b""[..]));
        for (command, keys) in ends.chain([("true", &b"q"[..]), ("true", b"p p\x03")]) {
            let drawn = on_a_terminal(folder.path(), command, keys);
            assert!(drawn.contains("\u{1b}[?1049h") && drawn.contains("\u{1b}[?1049l"), "{drawn}");
            assert!(drawn.contains("I.ways") && drawn.contains("redirected"), "{drawn}");
        }
    });
}

#[test]
fn times_are_measured_or_it_is_said_why_not() {
    with_bpffs("times_are_measured_or_it_is_said_why_not", &TWO_PAIRS, || {
        let folder = tempfile::tempdir().unwrap();
        loaded(folder.path(), "--stats");
        if let Err(error) = Latency::measure(&Program::by_device("a0").unwrap()) {
            // Some hosts let nobody trace programs.
            let output = command::p4xdp().args(["top", "a0", "--latency", "--batch"]).output().unwrap();
            assert_eq!(String::from_utf8(output.stderr).unwrap(), format!("p4xdp: {error}\n"));
            assert_eq!(output.status.code(), Some(2));
            return;
        }
        let mut frames = Frames::of("top a0 --latency --json -i 300ms");
        assert_eq!(frames.next()["latency"]["runs"], 0);
        send(2, 60, 400);
        let rest = frames.until(400, |frame| frame["latency"]["runs"].as_u64());
        let buckets = rest.iter().flat_map(|frame| frame["latency"]["buckets"].as_array().unwrap());
        assert_eq!(buckets.map(|bucket| bucket["runs"].as_u64().unwrap()).sum::<u64>(), 400);
    });
}
