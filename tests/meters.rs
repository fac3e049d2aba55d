//! Meters: the arithmetic of their C against exact numbers and against the interpreter, and what only a kernel shows (several processors,
//! the clock), and the command line. What packets meet of them is `testdata/packets/v1model_meters`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failing test may panic")]

use p4xdp_midend::interp::Machine;
use p4xdp_runtime::cells::{Cell, CellKind};
use p4xdp_runtime::{Object, Program, load};
use p4xdp_test_support::command::binary;
use p4xdp_test_support::needs::{Need, met};
use p4xdp_test_support::program::{object, of_text, try_compile};
use p4xdp_test_support::random::Random;
use p4xdp_test_support::root;
use p4xdp_test_support::space::with_object;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What is done with a meter.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Committed rate and burst, peak rate and burst.
    Rates([u64; 4]),
    /// So many units at this time, in nanoseconds.
    Packet(u64, u64),
}

/// The colours that the C gives, compiled for this machine: the kernel's functions do what little they mean here.
fn by_c(steps: &[Step]) -> Vec<u32> {
    const MAIN: &str = "
static struct xdp_meter meter;
int scanf(const char *format, ...);
int printf(const char *format, ...);
int main(void)
{
	unsigned long long a, b, c, d;

	while (scanf(\"%llu %llu %llu %llu\", &a, &b, &c, &d) == 4) {
		if (b) {
			struct xdp_meter set = { .committed_rate = a, .committed_burst = b, .peak_rate = c, .peak_burst = d };
			meter = set;
		} else {
			now = c;
			printf(\"%u\\n\", xdp_meter_colour(&meter, 0, d));
		}
	}
	return 0;
}
";
    const KERNEL: &str = "
static unsigned long long now;
static unsigned long long bpf_ktime_get_ns(void) { return now; }
static void *bpf_map_lookup_elem(void *map, const void *key) { (void)key; return map; }
static void bpf_spin_lock(void *lock) { *(int *)lock += 1; }
static void bpf_spin_unlock(void *lock) { *(int *)lock -= 1; }
";
    let piece =
        |name: &str| std::fs::read_to_string(root().join("backend-xdp/src/c/prelude").join(name)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (source, program) = (folder.path().join("meter.c"), folder.path().join("meter"));
    std::fs::write(
        &source,
        [&piece("types.h"), KERNEL, &piece("spin_lock.h"), &piece("xdp_meter.h"), MAIN].concat(),
    )
    .unwrap();
    let compiled = Command::new("clang")
        .args(["-O1", "-Wall", "-Wextra", "-Werror", "-o"])
        .args([&program, &source])
        // No number overflows.
        .args(["-fsanitize=undefined,unsigned-integer-overflow", "-fsanitize-trap=all"])
        .output()
        .unwrap();
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    let mut text = String::new();
    for step in steps {
        match step {
            Step::Rates([a, b, c, d]) => writeln!(text, "{a} {b} {c} {d}").unwrap(),
            Step::Packet(units, at) => writeln!(text, "0 0 {at} {units}").unwrap(),
        }
    }
    let mut child = Command::new(&program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| line.parse().unwrap()).collect()
}

/// RFC 2698, colour-blind, in numbers that are wide enough for everything: tokens are units * 10^9.
fn exactly(steps: &[Step]) -> Vec<u32> {
    const SCALE: u128 = 1_000_000_000;
    let (mut rates, mut tokens, mut last) = ([0u128; 2], [0u128; 2], 0);
    let mut full = [0u128; 2];
    let mut colours = Vec::new();
    for step in steps {
        match *step {
            Step::Rates([committed, committed_burst, peak, peak_burst]) => {
                rates = [committed.into(), peak.into()];
                full = [u128::from(committed_burst) * SCALE, u128::from(peak_burst) * SCALE];
                (tokens, last) = (full, 0);
            }
            Step::Packet(units, at) => {
                let elapsed = u128::from(at.saturating_sub(last));
                last = last.max(at);
                for bucket in 0..2 {
                    tokens[bucket] = full[bucket].min(tokens[bucket] + elapsed * rates[bucket]);
                }
                let needed = u128::from(units) * SCALE;
                colours.push(if tokens[1] < needed {
                    2
                } else {
                    tokens[1] -= needed;
                    if tokens[0] < needed {
                        1
                    } else {
                        tokens[0] -= needed;
                        0
                    }
                });
            }
        }
    }
    colours
}

/// Every colour is often there: a test of one colour only would show little.
fn all_colours(colours: &[u32]) {
    for colour in 0..3 {
        let count = colours.iter().filter(|found| **found == colour).count();
        assert!(count > colours.len() / 50, "colour {colour}: {count} of {}", colours.len());
    }
}

#[track_caller]
fn same(steps: &[Step], ours: &[u32], wanted: &[u32]) {
    let packets: Vec<usize> = (0..steps.len()).filter(|at| matches!(steps[*at], Step::Packet(..))).collect();
    assert_eq!((ours.len(), wanted.len()), (packets.len(), packets.len()));
    if let Some(differing) = (0..packets.len()).find(|at| ours[*at] != wanted[*at]) {
        let at = packets[differing];
        let rates = steps[..at].iter().rposition(|step| matches!(step, Step::Rates(_))).unwrap_or(0);
        let (found, wanted) = (ours[differing], wanted[differing]);
        assert_eq!(found, wanted, "packet {differing}: {:?}", &steps[rates..=at]);
    }
}

/// Rates up to 2^64 - 1, bursts up to 2^32 - 1, and times that go on by a nanosecond or by centuries, or go back as those of two processors do.
#[test]
fn arithmetic_is_exact_for_all_rates_bursts_and_times() {
    if !met("arithmetic_is_exact_for_all_rates_bursts_and_times", &[Need::Command("clang")]) {
        return;
    }
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut steps = Vec::new();
    for _ in 0..4000 {
        let burst = |random: &mut Random| random.of_bits(32).max(1);
        let (first, second) = (random.of_bits(64), random.of_bits(64));
        let (committed, peak) = (first.min(second), first.max(second));
        let bursts = [burst(&mut random), burst(&mut random)];
        steps.push(Step::Rates([committed, bursts[0], peak, bursts[1]]));
        let mut now = random.of_bits(62);
        // About what a bucket wins in this time makes all colours.
        let typical = bursts[1].saturating_mul(1_000_000_000) / peak.max(1);
        for _ in 0..40 {
            let gap = match random.below(8) {
                0 => 0,
                1 => random.of_bits(63),
                _ => random.below(typical.max(4)) / 2,
            };
            now = if random.below(16) == 0 {
                now.saturating_sub(random.of_bits(20))
            } else {
                now.saturating_add(gap)
            };
            // More than a packet has, so that there is much to be refilled.
            let units = match random.below(4) {
                0 => random.of_bits(32).max(1),
                _ => random.below(bursts[1]) + 1,
            };
            steps.push(Step::Packet(units, now));
        }
    }
    // At the ends: all that flows in the longest time there is, a bucket of one unit that is just not full, and just full.
    steps.extend([
        Step::Rates([u64::MAX, u32::MAX.into(), u64::MAX, u32::MAX.into()]),
        Step::Packet(65_535, 1),
    ]);
    steps.extend([Step::Packet(65_535, u64::MAX), Step::Rates([1, 1, 1, 1]), Step::Packet(1, 5)]);
    steps.extend([Step::Packet(1, 1_000_000_004), Step::Packet(1, 1_000_000_005)]);
    let (ours, wanted) = (by_c(&steps), exactly(&steps));
    assert_eq!(wanted[wanted.len() - 3..], [0, 2, 0]);
    all_colours(&wanted);
    same(&steps, &ours, &wanted);
}

fn program(unit: &str, declarations: &str, apply: &str) -> String {
    format!(
        "#include <v1model.p4>
        header h_t {{ bit<112> ethernet; bit<8> colour; }}
        struct headers_t {{ h_t h; }}
        struct meta_t {{ }}
        parser P(packet_in p, out headers_t hdr, inout meta_t m, inout standard_metadata_t sm) {{
            state start {{ p.extract(hdr.h); transition accept; }}
        }}
        control V(inout headers_t hdr, inout meta_t m) {{ apply {{ }} }}
        control I(inout headers_t hdr, inout meta_t m, inout standard_metadata_t sm) {{
            meter(2, MeterType.{unit}) limit;
            {declarations}
            apply {{ limit.execute_meter(1, hdr.h.colour); {apply} }}
        }}
        control E(inout headers_t hdr, inout meta_t m, inout standard_metadata_t sm) {{ apply {{ }} }}
        control D(packet_out p, in headers_t hdr) {{ apply {{ p.emit(hdr.h); }} }}
        V1Switch(P(), V(), I(), E(), V(), D()) main;"
    )
}

/// The interpreter has its tokens in floating point: rates of 1/64 unit a microsecond and times in microseconds are exact there too.
#[test]
fn arithmetic_is_that_of_the_interpreter() {
    if !met("arithmetic_is_that_of_the_interpreter", &[Need::Command("clang")]) {
        return;
    }
    let elaborated = of_text("meter", &program("bytes", "", "")).elaborate().unwrap();
    let mut machine = Machine::new(&elaborated).unwrap();
    let mut random = Random(0x0123_4567_89ab_cdef);
    let (mut steps, mut interpreted) = (Vec::new(), Vec::new());
    for _ in 0..60 {
        let [first, second] = [random.of_bits(16), random.of_bits(16)];
        let (committed, peak) = (first.min(second), first.max(second));
        let bursts = [random.of_bits(14).max(40), random.of_bits(14).max(40)];
        steps.push(Step::Rates([committed * 15_625, bursts[0], peak * 15_625, bursts[1]]));
        let a_microsecond = |rate: u64| rate as f64 / 64.0;
        let rates = [(a_microsecond(committed), bursts[0]), (a_microsecond(peak), bursts[1])];
        machine.set_meter_rates("I.limit", Some(1), &rates).unwrap();
        let mut now = 1_000_000;
        for _ in 0..50 {
            now += 1000
                * (1 + if random.below(10) == 0 {
                    random.of_bits(30)
                } else {
                    random.below(60_000 / peak.max(1) + 1)
                });
            let units = 15 + random.below(bursts[1].min(1500));
            steps.push(Step::Packet(units, now));
            machine.set_now(now);
            let out = machine.process(0, &vec![0; units as usize]);
            interpreted.push(u32::from(out.outputs[0].bytes[14]));
        }
    }
    all_colours(&interpreted);
    same(&steps, &by_c(&steps), &interpreted);
}

fn loaded(text: &str) -> Program {
    let output = try_compile("meter", text).unwrap();
    let object = object("meter", &output);
    load::load_detached(&Object::open(&object.path).unwrap(), 0).unwrap()
}

fn rates(numbers: [u64; 4]) -> Cell {
    Cell(numbers.into_iter().map(Into::into).collect())
}

/// Several processors take from the same buckets, and none takes what another one has taken.
#[test]
fn packets_on_all_processors_share_a_meter() {
    if !met("packets_on_all_processors_share_a_meter", &[Need::Root]) {
        return;
    }
    let counting = "counter(3, CounterType.packets) colours;";
    let program = loaded(&program("packets", counting, "colours.count((bit<32>)hdr.h.colour);"));
    let limit = program.cells_of(CellKind::Meter, "limit").unwrap();
    limit.write(1, &rates([0, 100_000, 0, 250_000])).unwrap();
    let processors = std::thread::available_parallelism().unwrap().get().clamp(2, 8) as u64;
    std::thread::scope(|scope| {
        for _ in 0..processors {
            scope.spawn(|| program.measure(&[0; 60], 3, 100_000).unwrap());
        }
    });
    let counts: Vec<u64> =
        (0..3).map(|at| program.counter("colours").unwrap().read_count(at).unwrap().packets).collect();
    assert_eq!(counts, [100_000, 150_000, processors * 300_000 - 250_000]);
    assert_eq!(limit.read(1).unwrap(), rates([0, 100_000, 0, 250_000]));
}

/// A second of the kernel's clock is a second of the rates.
#[test]
fn what_a_rate_gives_back_comes_by_the_clock() {
    if !met("what_a_rate_gives_back_comes_by_the_clock", &[Need::Root]) {
        return;
    }
    let program = loaded(&program("packets", "", ""));
    let colour = || program.run(&[0; 60], None).unwrap().1[14];
    let limit = program.cells_of(CellKind::Meter, "limit").unwrap();
    assert_eq!(colour(), 0);
    limit.write(1, &rates([1, 1, 1, 1])).unwrap();
    let start = Instant::now();
    assert_eq!(colour(), 0);
    let second = colour();
    // A machine that stood still for a second shows nothing.
    assert!(second == 2 || start.elapsed() > Duration::from_secs(1));
    std::thread::sleep(Duration::from_millis(1050));
    assert_eq!(colour(), 0);
    assert_eq!(limit.reset().unwrap(), 1);
    assert_eq!([colour(), colour()], [0, 0]);
}

#[test]
fn rates_are_set_and_read_from_the_command_line_and_survive_a_new_program() {
    let Some((_dir, object, space)) = with_object("testdata/packets/v1model_meters.p4", "meters") else {
        return;
    };
    let load = || space.run(&[binary(), "load", "--no-pins", &object, "1=sw"]);
    load();
    let meter = |words: &[&str]| {
        space.try_run(&[&[binary(), "meter", words[0], "--dev", "sw"], &words[1..]].concat())
    };
    let said = |words: &[&str]| {
        let output = meter(words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let refused = |words: &[&str]| {
        let output = meter(words);
        assert!(!output.status.success(), "{words:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let list = said(&["list"]);
    let [packets, bytes] = ["packets", "bytes"].map(|unit| {
        format!(
            "ingress.{unit} (4 pairs of rates: committed_rate in {unit}/s, committed_burst in {unit}, \
             peak_rate in {unit}/s, peak_burst in {unit})\n"
        )
    });
    assert!(list.starts_with(&(packets + &bytes)), "{list}");
    assert_eq!(said(&["dump"]), "");
    assert_eq!(said(&["write", "bytes", "2", "125000", "1500", "250000", "3000"]), "");
    assert_eq!(said(&["write", "ingress.packets", "3", "0", "1", "18446744073709551615", "4294967295"]), "");
    let of_bytes = "ingress.bytes[2]: committed_rate 125000 bytes/s, committed_burst 1500 bytes, \
                    peak_rate 250000 bytes/s, peak_burst 3000 bytes\n";
    assert_eq!(said(&["read", "bytes", "2"]), of_bytes);
    assert_eq!(said(&["dump", "bytes"]), of_bytes);
    assert_eq!(said(&["dump"]).lines().count(), 2);

    for (words, message) in [
        (
            ["bytes", "2", "9", "1", "8", "1"],
            "`peak_rate` of meter `ingress.bytes` is not below `committed_rate`: 8 is less than 9",
        ),
        (
            ["bytes", "2", "1", "0", "1", "1"],
            "`committed_burst` of meter `ingress.bytes` is at least 1, not 0",
        ),
        (["bytes", "2", "1", "1", "1", "0"], "`peak_burst` of meter `ingress.bytes` is at least 1, not 0"),
        (["bytes", "2", "1", "1", "1", "4294967296"], "does not fit `peak_burst`, which has 32 bits"),
        (["bytes", "4", "1", "1", "1", "1"], "meter `ingress.bytes` has indices 0 to 3, not 4"),
        (["byte", "0", "1", "1", "1", "1"], "there is no meter `byte`; did you mean `ingress.bytes`?"),
    ] {
        let said = refused(&[&["write"], &words[..]].concat());
        assert!(said.contains(message), "{words:?}: {said}");
    }
    let lacking = refused(&["write", "bytes", "2", "1", "1", "1"]);
    assert!(lacking.contains("peak_burst; 4 words are given"), "{lacking}");

    let kept = load();
    assert!(kept.contains("ingress.bytes") && kept.contains("kept"), "{kept}");
    assert_eq!(said(&["read", "bytes", "2"]), of_bytes);
    assert_eq!(said(&["reset", "bytes"]), "1 pairs of rates set to 0\n");
    assert_eq!(said(&["dump", "bytes"]), "");
}
