//! Random programs on several engines: the interpreter on the elaborated program is the oracle for itself after each pass, and for the kernel
//! on the compiled program.
//!
//! `P4XDP_PROGRAMS=N` runs N programs, `P4XDP_SEED=S` begins with seed S: `P4XDP_SEED=17 P4XDP_PROGRAMS=1` is one of them again. With `P4XDP_LARGE=1` there are programs of ten times
//! the size as well; with `P4XDP_KEEP=DIR` each program that is refused is kept there as `SEED.p4`. A failure
//! is shrunk and printed as a program and a packet test. What takes minutes runs only when it is asked for, by `-- --ignored`; a few programs
//! run each time. The kernel needs root; without it that part is ignored, or fails where skipping is forbidden.
#![allow(clippy::indexing_slicing, clippy::expect_used, clippy::print_stdout, reason = "it is a test")]

mod copies;
mod coverage;
mod engines;
mod expand;
mod faults;
mod folding;
mod generate;
mod packet_tests;
mod random;
mod shrink;
mod tree;

use coverage::Coverage;
use engines::{Ending, Failure};
use generate::{Arch, Case, Size};
use libtest_mimic::{Arguments, Failed, Trial};
use p4xdp_test_support::needs::{Need, met};
use p4xdp_test_support::progress::Progress;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Failures that are shown; after so many the rest says little.
const SHOWN: usize = 5;
const PATIENCE: Duration = Duration::from_secs(90);

fn main() {
    let mut args = Arguments::from_args();
    // Each trial takes the cores for itself.
    args.test_threads = Some(1);
    engines::note_panics();
    let small = Size {
        statements: 4,
        depth: 2,
        states: 3,
        actions: 2,
        packets: 20,
        compiles: None,
        copies: false,
        scale: 1,
    };
    let large = Size {
        statements: 6,
        depth: 3,
        states: 4,
        actions: 3,
        packets: 20,
        compiles: Some(Arch::Xdp),
        copies: false,
        scale: 1,
    };
    let huge = Size { scale: 30, ..large };
    let v1model = Size { compiles: Some(Arch::V1Model), ..large };
    let psa = Size { compiles: Some(Arch::Psa), ..large };
    let in_kernel = |name: &str, what: &'static str, programs: u64, size: Size, engines: Engines| {
        Trial::test(name, move || {
            if !met(what, &[Need::Root]) {
                return Ok(());
            }
            run(what, programs, size, engines)
        })
    };
    let kernel = |name: &str, programs: u64, size: Size| {
        in_kernel(name, "agreement with the kernel", programs, size, engines::kernel_agrees)
    };
    let copied = |name: &str, programs: u64, arch: Arch| {
        let size = Size { compiles: Some(arch), copies: true, ..large };
        in_kernel(name, "agreement of copied packets", programs, size, copies::copies_agree)
    };
    let split = |name: &str, programs: u64| {
        in_kernel(name, "agreement of split programs", programs, large, engines::split_kernel_agrees)
    };
    let passes = |name: &str, programs: u64| {
        Trial::test(name, move || run("agreement of the passes", programs, small, engines::passes_agree))
    };
    let tests = Trial::test("packet tests: passes", || {
        let (count, differences) = packet_tests::run();
        println!("agreement of the passes: {count} packet tests, {} disagreements", differences.len());
        if differences.is_empty() { Ok(()) } else { Err(differences.join("\n").into()) }
    });
    let faults = Trial::test("faults: passes", move || {
        let (lines, missed) = faults::run(small);
        println!("faults in passes:");
        lines.iter().for_each(|line| println!("  {line}"));
        if missed.is_empty() { Ok(()) } else { Err(missed.join("\n").into()) }
    });
    let folding = Trial::test("constants: folding", || {
        let programs = number("P4XDP_PROGRAMS").map_or(150, |count| count.min(20_000));
        let found = folding::run(number("P4XDP_SEED").unwrap_or(1), programs);
        println!(
            "constant folding against run time: {programs} programs, {} formulas, {} disagreements",
            found.formulas,
            found.differences.len()
        );
        print_constructs(&found.constructs);
        let shown: Vec<String> = found.differences.into_iter().take(SHOWN).collect();
        if shown.is_empty() { Ok(()) } else { Err(shown.join("\n").into()) }
    });
    let mut trials = vec![
        tests,
        passes("a few random programs: passes", 100),
        kernel("a few random programs: kernel", 4, large),
        kernel("random programs: kernel, v1model", 300, v1model),
        kernel("a few random programs: kernel, psa", 4, psa),
        copied("a few random programs: copies, v1model", 4, Arch::V1Model),
        copied("a few random programs: copies, psa", 4, Arch::Psa),
        split("a few random programs: split", 4),
        folding.with_ignored_flag(true),
        passes("random programs: passes", 2000).with_ignored_flag(true),
        faults.with_ignored_flag(true),
        kernel("random programs: kernel", 60, large).with_ignored_flag(true),
        kernel("random programs: kernel, psa", 60, psa).with_ignored_flag(true),
        copied("random programs: copies, v1model", 60, Arch::V1Model).with_ignored_flag(true),
        copied("random programs: copies, psa", 60, Arch::Psa).with_ignored_flag(true),
        split("random programs: split", 60).with_ignored_flag(true),
    ];
    // One takes up to half a minute, and some are refused yet (E0526).
    if number("P4XDP_LARGE").is_some() {
        trials.push(kernel("large random programs: kernel", 10, huge).with_ignored_flag(true));
    }
    libtest_mimic::run(&args, trials).exit();
}

/// Runs a case on what is to agree; with a failure to look for, no more than that takes.
type Engines = fn(&Case, Option<&Failure>) -> Ending;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Runs the same once on each core, and waits for all.
fn on_all_cores(work: impl Fn() + Sync) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(&work);
        }
    });
}

/// Runs so many programs, on all cores.
fn run(what: &'static str, usual: u64, size: Size, engines: Engines) -> Result<(), Failed> {
    let first = number("P4XDP_SEED").unwrap_or(1);
    let count = number("P4XDP_PROGRAMS").unwrap_or(usual);
    let start = Instant::now();
    let next = AtomicU64::new(first);
    let endings: Mutex<BTreeMap<u64, Ending>> = Mutex::new(BTreeMap::new());
    let constructs: Mutex<BTreeMap<&'static str, (usize, usize)>> = Mutex::new(BTreeMap::new());
    let lines = AtomicU64::new(0);
    let progress = Progress::new(what, count);
    on_all_cores(|| {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= first + count {
                break;
            }
            let case = generate::case(seed, size);
            let mut found = BTreeMap::new();
            case.program.constructs(&mut found);
            lines.fetch_add(case.program.print().lines().count() as u64, Ordering::Relaxed);
            let ending = engines(&case, None);
            if let (Ending::Refused(_), Some(folder)) = (&ending, std::env::var_os("P4XDP_KEEP")) {
                let path = Path::new(&folder).join(format!("{seed}.p4"));
                std::fs::write(path, case.program.print()).expect("the folder can be written to");
            }
            let mut all = constructs.lock().expect("no panic while held");
            for (construct, times) in found {
                let (programs, total) = all.entry(construct).or_default();
                *programs += 1;
                *total += times;
            }
            drop(all);
            endings.lock().expect("no panic while held").insert(seed, ending);
            progress.step();
        }
    });
    let endings = endings.into_inner().expect("no panic while held");
    let mut refused: BTreeMap<&str, usize> = BTreeMap::new();
    let mut failures: Vec<(u64, &Failure)> = Vec::new();
    let mut coverage = Coverage::default();
    for (seed, ending) in &endings {
        match ending {
            Ending::Agreed(found) => coverage.add(found),
            Ending::Refused(why) => *refused.entry(why).or_default() += 1,
            Ending::Failed(failure) => failures.push((*seed, failure)),
        }
    }
    let skipped: usize = refused.values().sum();
    let seconds = start.elapsed().as_secs_f32();
    println!(
        "{what}: {} programs of {} lines x {} packets, {} disagreements, {skipped} programs refused, {seconds:.1} s",
        endings.len() - skipped,
        lines.into_inner() / count.max(1),
        size.packets,
        failures.len()
    );
    for (why, times) in refused {
        println!("  refused {times} times: {why}");
    }
    println!("  {coverage}");
    print_constructs(&constructs.into_inner().expect("no panic while held"));
    if failures.is_empty() {
        return Ok(());
    }
    let mut text = String::new();
    let mut kinds: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for (seed, failure) in &failures {
        kinds.entry(&failure.kind).or_default().push(*seed);
    }
    for (kind, seeds) in &kinds {
        text.push_str(&format!("{kind}: seeds {seeds:?}\n"));
    }
    for seeds in kinds.values().take(SHOWN) {
        let Some(Ending::Failed(failure)) = seeds.first().and_then(|s| endings.get(s)) else { continue };
        let case = generate::case(seeds[0], size);
        let (case, failure) = shrink::shrink(&case, failure, PATIENCE, |case| engines(case, Some(failure)));
        let shown = show(seeds[0], &case, &failure);
        text.push_str(&shown);
    }
    Err(text.into())
}

/// What the programs were made of: in how many of them, and how often in all.
fn print_constructs(constructs: &BTreeMap<&'static str, (usize, usize)>) {
    let cells: Vec<String> =
        constructs.iter().map(|(name, (programs, times))| format!("{name} {programs}/{times}")).collect();
    println!("  constructs (programs with it/times):");
    for line in cells.chunks(4) {
        println!("    {}", line.iter().map(|cell| format!("{cell:<44}")).collect::<String>().trim_end());
    }
}

fn show(seed: u64, case: &Case, failure: &Failure) -> String {
    let packets: Vec<String> = case.packets.iter().map(|p| format!("packet 0 {}", engines::hex(p))).collect();
    format!(
        "seed {seed}: {}\n{}\n---- program\n{}\n---- packet test\n{}\n{}\n----\n",
        failure.kind,
        failure.detail,
        case.program.print(),
        case.entries.join("\n"),
        packets.join("\n")
    )
}
