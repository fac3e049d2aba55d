//! `p4xdp metrics`: the numbers are those of packets that were sent, promtool finds nothing to complain of, and a Prometheus that scrapes them answers
//! with the same numbers.
//!
//! Needs root, iproute2, clang and Prometheus.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp_metrics::families::ALL;
use p4xdp_runtime::Program;
use p4xdp_runtime::tables::Count;
use p4xdp_test_support::command::{self, build, said, sh};
use p4xdp_test_support::root;
use p4xdp_test_support::space::{TWO_PAIRS, with_bpffs};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const COUNTED: &str = "testdata/metrics/counted.p4";

fn call(words: &str) -> Output {
    command::p4xdp().args(words.split_whitespace()).output().unwrap()
}

#[track_caller]
fn p4xdp(words: &str) -> String {
    said(words, &call(words))
}

/// A packet of the program, of 60 bytes.
fn packet(to: u8, flow: u32) -> Vec<u8> {
    let mut packet = vec![to];
    packet.extend(flow.to_be_bytes());
    packet.resize(60, 0);
    packet
}

/// Lets packets come in by `a0`.
fn send(packet: &[u8], count: u32) {
    Program::by_device("a0").unwrap().flood(packet, 1000, count).unwrap();
}

/// The program runs on both devices, with an entry a verdict.
fn loaded(folder: &Path) {
    let object = build(COUNTED, folder);
    p4xdp(&format!("load --stats {object} 1=a0 2=a1"));
    for (to, call) in [(1, "forward 1"), (2, "forward 2"), (3, "discard"), (4, "--force forward 77")] {
        p4xdp(&format!("table insert --dev a0 ways {to} {call}"));
    }
}

/// Packets, by what becomes of them: 13 sent back, 17 redirected, 3 dropped, 5 lost, 7 missed the table, 11 were too short.
fn sent() {
    for (to, flow, count) in [(1, 5, 13), (2, 131_071, 17), (3, 5, 3), (4, 0, 5), (9, 70_000, 7)] {
        send(&packet(to, flow), count);
    }
    send(&packet(1, 5)[..14], 11);
}

/// The value behind a metric with these labels, in the text.
#[track_caller]
fn value(text: &str, metric: &str, labels: &[&str]) -> f64 {
    let start = format!("{metric}{{");
    let all = text.lines().filter(|line| line.starts_with(&start));
    let found: Vec<&str> = all.filter(|line| labels.iter().all(|label| line.contains(label))).collect();
    let [line] = found[..] else { panic!("{metric} {labels:?}: {found:?} in {text}") };
    line.rsplit_once(' ').unwrap().1.parse().unwrap()
}

/// What promtool has to say, which is nothing.
#[track_caller]
fn promtool(text: &str) {
    let mut child = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("promtool, of Debian's package prometheus: {error}"));
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let complaints = [output.stdout, output.stderr].concat();
    assert_eq!(String::from_utf8_lossy(&complaints), "", "{text}");
    assert!(output.status.success());
}

#[test]
fn metrics_are_what_was_sent() {
    with_bpffs("metrics_are_what_was_sent", &TWO_PAIRS, || {
        let folder = tempfile::tempdir().unwrap();
        loaded(folder.path());
        sent();
        let text = p4xdp("metrics");
        promtool(&text);
        for (verdict, count) in
            [("aborted", 0), ("dropped", 26), ("passed", 0), ("sent_back", 13), ("redirected", 17)]
        {
            let label = format!("verdict=\"{verdict}\"");
            assert_eq!(value(&text, "p4xdp_packets_total", &[&label]), f64::from(count), "{verdict}");
        }
        assert_eq!(value(&text, "p4xdp_parser_errors_total", &[]), 11.0);
        assert_eq!(value(&text, "p4xdp_lost_packets_total", &["reason=\"no-port\""]), 5.0);
        assert_eq!(value(&text, "p4xdp_lost_packets_total", &["reason=\"rounds\""]), 0.0);
        assert_eq!(value(&text, "p4xdp_table_entries", &["table=\"I.ways\""]), 4.0);
        assert_eq!(value(&text, "p4xdp_table_entries_limit", &["table=\"I.unseen\""]), 1024.0);
        for (to, count) in [(1, 13), (2, 17), (3, 3), (4, 5)] {
            let labels = ["table=\"I.ways\"", "counter=\"I.hits\"", &format!("keys=\"headers.op.to={to}\"")];
            assert_eq!(value(&text, "p4xdp_entry_packets_total", &labels), f64::from(count), "{to}");
            assert_eq!(value(&text, "p4xdp_entry_bytes_total", &labels), f64::from(count * 60), "{to}");
        }
        for (flow, count) in [(0, 5), (5, 16), (70_000, 7), (131_071, 17)] {
            let labels = ["counter=\"I.flows\"", &format!("index=\"{flow}\"")];
            assert_eq!(value(&text, "p4xdp_cell_packets_total", &labels), f64::from(count), "{flow}");
            assert_eq!(value(&text, "p4xdp_cell_bytes_total", &labels), f64::from(count * 60), "{flow}");
        }
        assert_eq!(value(&text, "p4xdp_cells_left_out", &["counter=\"I.flows\""]), 0.0);
        // Both devices run the program, which is counted once.
        assert_eq!(text.lines().filter(|line| line.starts_with("p4xdp_program_device_info{")).count(), 2);
        assert_eq!(text.lines().filter(|line| line.starts_with("p4xdp_program_info{")).count(), 1);
        sh("ip link set b1 down");
        let text = p4xdp("metrics a0");
        assert_eq!(value(&text, "p4xdp_port_up", &["port=\"1\"", "device=\"a0\""]), 1.0);
        assert_eq!(value(&text, "p4xdp_port_up", &["port=\"2\"", "device=\"a1\""]), 0.0);
        assert_eq!(value(&text, "p4xdp_device_up", &["device=\"a0\""]), 1.0);
        // As JSON, a value a line.
        let objects = p4xdp("metrics --json");
        let objects: Vec<Value> = objects.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let redirected = objects.iter().find(|object| object["labels"]["verdict"] == "redirected").unwrap();
        assert_eq!(redirected["metric"], "p4xdp_packets_total");
        assert_eq!((&redirected["kind"], &redirected["value"]), (&"counter".into(), &17.into()));
    });
}

#[test]
fn of_a_large_counter_so_many_cells_are_told() {
    with_bpffs("of_a_large_counter_so_many_cells_are_told", &TWO_PAIRS, || {
        let folder = tempfile::tempdir().unwrap();
        loaded(folder.path());
        // Where batches of the kernel's begin and end, too.
        let cells = [0, 8191, 8192, 16_383, 16_384, 65_536, 131_071];
        let program = Program::by_device("a0").unwrap();
        for index in cells {
            let count = Count { packets: index + 1, bytes: 64 };
            program.counter("flows").unwrap().write_count(index, count).unwrap();
        }
        let dumped: String = cells
            .iter()
            .map(|index| format!("I.flows[{index}]: {} packets, 64 bytes\n", index + 1))
            .collect();
        assert_eq!(p4xdp("counter dump --dev a0 flows"), dumped);
        let text = p4xdp("metrics --most-cells 3");
        promtool(&text);
        assert_eq!(text.lines().filter(|line| line.starts_with("p4xdp_cell_packets_total{")).count(), 3);
        assert_eq!(value(&text, "p4xdp_cell_packets_total", &["index=\"8192\""]), 8193.0);
        assert_eq!(value(&text, "p4xdp_cells_left_out", &["counter=\"I.flows\""]), 4.0);
    });
}

/// Programs that together have all that there are metrics of.
const PROGRAMS: [&str; 5] = [
    "testdata/packets/v1model_profiles.p4",
    "testdata/packets/v1model_digest.p4",
    "testdata/packets/v1model_clones_twice.p4",
    COUNTED,
    OF_MISSES,
];
/// One of whose tables has a default action that counts, when it is told so.
const OF_MISSES: &str = "testdata/packets/psa_direct.p4";

#[test]
fn every_metric_is_met_and_told_of() {
    let table = std::fs::read_to_string(root().join("docs/metrics.md")).unwrap();
    for family in ALL {
        let labels: Vec<String> = family.labels.iter().map(|label| format!("`{label}`")).collect();
        let row = format!("| `{}` | {} | {} |", family.name(), family.kind.name(), labels.join(", "));
        assert!(table.contains(&row), "docs/metrics.md lacks {row}");
    }
    with_bpffs("every_metric_is_met_and_told_of", &TWO_PAIRS, || {
        let mut met = BTreeSet::new();
        for program in PROGRAMS {
            let folder = tempfile::tempdir().unwrap();
            let object = build(program, folder.path());
            p4xdp(&format!("load --stats --reset-tables {object} 1=a0 2=a1"));
            if program == COUNTED {
                loaded(folder.path());
                sent();
            }
            if program == OF_MISSES {
                p4xdp("table default --dev a0 first_of_two count_shared");
                send(&packet(3, 0), 3);
            }
            let text = p4xdp("metrics");
            promtool(&text);
            if program == OF_MISSES {
                let labels = ["table=\"IngressImpl.first_of_two\"", "counter=\"IngressImpl.shared\""];
                assert_eq!(value(&text, "p4xdp_miss_packets_total", &labels), 3.0);
                assert_eq!(value(&text, "p4xdp_miss_bytes_total", &labels), 180.0);
            }
            for line in text.lines().filter(|line| !line.starts_with('#')) {
                met.insert(line.split(['{', ' ']).next().unwrap().to_owned());
            }
            p4xdp("unload a0 a1");
        }
        let all: BTreeSet<String> = ALL.iter().map(|family| family.name()).collect();
        assert_eq!(met, all);
    });
}

#[test]
fn a_device_that_cannot_be_read_is_told() {
    with_bpffs("a_device_that_cannot_be_read_is_told", &TWO_PAIRS, || {
        let folder = tempfile::tempdir().unwrap();
        loaded(folder.path());
        let output = call("metrics a0 b0 nowhere");
        assert_eq!(output.status.code(), Some(2));
        let complaints = String::from_utf8(output.stderr).unwrap();
        assert!(complaints.contains("`b0` runs no XDP program"), "{complaints}");
        assert!(complaints.contains("there is no device `nowhere`"), "{complaints}");
        let text = String::from_utf8(output.stdout).unwrap();
        promtool(&text);
        for (device, up) in [("a0", 1.0), ("b0", 0.0), ("nowhere", 0.0)] {
            assert_eq!(value(&text, "p4xdp_device_up", &[&format!("\"{device}\"")]), up);
        }
        assert_eq!(value(&text, "p4xdp_packets_total", &["verdict=\"aborted\""]), 0.0);
    });
}

/// A command that ends with the test.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server of metrics of all devices, and the URL that it says.
fn serving() -> (Served, String) {
    let mut child =
        command::p4xdp().args(["metrics", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let served = Served(child);
    (served, line.trim().to_owned())
}

/// Status line with headers, and body, of a page; nothing where nobody listens.
fn get(host: &str, path: &str, accept: &str) -> Option<(String, String)> {
    let mut stream = TcpStream::connect(host).ok()?;
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: {accept}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    Some((head.to_ascii_lowercase(), body.to_owned()))
}

#[test]
fn over_http_the_asker_chooses_the_form() {
    with_bpffs("over_http_the_asker_chooses_the_form", &TWO_PAIRS, || {
        sh("ip link set lo up");
        let folder = tempfile::tempdir().unwrap();
        loaded(folder.path());
        sent();
        let (_served, url) = serving();
        let host = url.strip_prefix("http://").unwrap().strip_suffix("/metrics").unwrap();
        let (head, text) = get(host, "/metrics", "*/*").unwrap();
        assert!(head.contains("content-type: text/plain; version=0.0.4"), "{head}");
        promtool(&text);
        assert_eq!(value(&text, "p4xdp_packets_total", &["verdict=\"redirected\""]), 17.0);
        let (head, text) = get(host, "/metrics", "application/openmetrics-text;version=1.0.0").unwrap();
        assert!(head.contains("content-type: application/openmetrics-text; version=1.0.0"), "{head}");
        assert!(text.contains("\n# UNIT p4xdp_entry_bytes bytes\n") && text.ends_with("# EOF\n"), "{text}");
        assert!(get(host, "/", "*/*").unwrap().0.starts_with("http/1.1 404"));
        // What is loaded meanwhile is there.
        p4xdp("unload a0 a1");
        let (_, text) = get(host, "/metrics", "*/*").unwrap();
        assert!(!text.contains("p4xdp_packets_total"), "{text}");
        loaded(folder.path());
        send(&packet(2, 0), 3);
        let (_, text) = get(host, "/metrics", "*/*").unwrap();
        assert_eq!(value(&text, "p4xdp_packets_total", &["verdict=\"redirected\""]), 3.0);
    });
}

/// What Prometheus answers to a query: the only value, if there is one.
fn query(host: &str, query: &str) -> Option<f64> {
    let escaped: String = query.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let (_, body) = get(host, &format!("/api/v1/query?query={escaped}"), "*/*")?;
    // The answer may come in chunks, each behind a line with its length.
    let answer = body.lines().find(|line| line.starts_with('{'))?;
    let answer: Value = serde_json::from_str(answer).ok()?;
    let [result] = &answer["data"]["result"].as_array()?[..] else { return None };
    result["value"][1].as_str()?.parse().ok()
}

#[test]
fn prometheus_has_what_was_sent() {
    with_bpffs("prometheus_has_what_was_sent", &TWO_PAIRS, || {
        sh("ip link set lo up");
        let folder = tempfile::tempdir().unwrap();
        loaded(folder.path());
        sent();
        let (_served, url) = serving();
        let target = url.strip_prefix("http://").unwrap().strip_suffix("/metrics").unwrap();
        let config = folder.path().join("prometheus.yml");
        let settings = format!(
            "global: {{scrape_interval: 1s, scrape_timeout: 1s}}\n\
            scrape_configs: [{{job_name: p4xdp, static_configs: [{{targets: ['{target}']}}]}}]\n"
        );
        std::fs::write(&config, settings).unwrap();
        let host = "127.0.0.1:9090";
        let prometheus = Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address={host}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("prometheus, of Debian's package of that name: {error}"));
        let _prometheus = Served(prometheus);
        let queries = [
            ("p4xdp_packets_total{verdict=\"redirected\"}", 17.0),
            ("sum(p4xdp_packets_total)", 56.0),
            ("p4xdp_lost_packets_total{reason=\"no-port\"}", 5.0),
            ("sum by (table) (p4xdp_entry_packets_total)", 38.0),
            ("p4xdp_cell_bytes_total{index=\"70000\"}", 420.0),
            ("count(p4xdp_program_device_info)", 2.0),
            ("up", 1.0),
        ];
        for (text, wanted) in queries {
            comes_to(host, text, wanted);
        }
        send(&packet(2, 9), 1000);
        comes_to(host, "p4xdp_packets_total{verdict=\"redirected\"}", 1017.0);
        comes_to(host, "p4xdp_cell_packets_total{index=\"9\"}", 1000.0);
    });
}

/// Prometheus answers so before long.
#[track_caller]
fn comes_to(host: &str, text: &str, wanted: f64) {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let found = query(host, text);
        if found == Some(wanted) {
            return;
        }
        assert!(Instant::now() < end, "{text} is {found:?}, not {wanted}");
        std::thread::sleep(Duration::from_millis(100));
    }
}
