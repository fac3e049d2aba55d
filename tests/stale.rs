//! Nothing of an earlier packet is read or sent: what a packet becomes does not depend on what stands in the program's scratch memory or in
//! front of the packet. Two copies of a program get the same entries and packets; one finds both filled with other bytes each time.
//! The random programs of `agreement` meet such bytes too.
//!
//! Needs root and clang.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test")]

use p4xdp::backend::Holding;
use p4xdp::driver::Codegen;
use p4xdp_frontend::diagnostic::{Format, render};
use p4xdp_packet_tests::loaded::Loaded;
use p4xdp_packet_tests::runner::run_entries;
use p4xdp_packet_tests::stf::{CommandKind, parse};
use p4xdp_runtime::Object;
use p4xdp_runtime::harness::Harness;
use p4xdp_runtime::harness::direct::Direct;
use p4xdp_test_support::needs::{Need, met};
use p4xdp_test_support::program::{findings, object, of_file};
use p4xdp_test_support::{files, root};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// A test run takes these.
const LENGTHS: std::ops::RangeInclusive<usize> = 14..=3400;

/// Calls whose results are others each time.
const UNLIKE: [&str; 2] = ["bpf_ktime_get_ns(", "bpf_get_prandom_u32("];

#[test]
fn what_was_there_before_is_not_seen() {
    compare_all(None, None);
}

#[test]
#[ignore = "takes a minute"]
fn what_was_there_before_is_not_seen_where_all_is_shared() {
    compare_all(Some(Holding::Shared), None);
}

#[test]
#[ignore = "takes a minute"]
fn what_was_there_before_is_not_seen_where_programs_are_split() {
    compare_all(None, Some(1));
}

fn compare_all(holding: Option<Holding>, part_size: Option<usize>) {
    if !met("stale bytes", &[Need::Root]) {
        return;
    }
    let tests: Vec<PathBuf> = ["examples", "testdata/packets", "testdata/cases"]
        .iter()
        .flat_map(|folder| files(&root().join(folder), "stf"))
        .collect();
    let waiting = Mutex::new(tests.iter());
    let (packets, left) = (Mutex::new(0), Mutex::new(Vec::new()));
    let next = || waiting.lock().unwrap().next();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(test) = next() {
                    match compare(test, holding, part_size) {
                        Ok(count) => *packets.lock().unwrap() += count,
                        Err(why) => left.lock().unwrap().push(format!("{}: {why}", test.display())),
                    }
                }
            });
        }
    });
    let (packets, left) = (packets.into_inner().unwrap(), left.into_inner().unwrap());
    println!("{} packet tests, {packets} packets; {} left out:", tests.len(), left.len());
    left.iter().for_each(|why| println!("  {why}"));
    assert!(packets > 1000, "{packets} packets");
}

/// How many packets were alike, or why this is no test.
fn compare(test: &Path, holding: Option<Holding>, part_size: Option<usize>) -> Result<usize, String> {
    let exact = test.with_extension("p4");
    let source = if exact.exists() { exact } else { exact.with_extension("").with_extension("p4") };
    let name = source.file_stem().unwrap().to_string_lossy();
    let mut compilation = of_file(&source);
    let program = compilation.elaborate().unwrap_or_else(|_| panic!("{}", findings(&compilation)));
    let externs = source.with_extension("c");
    let externs: &[PathBuf] = if externs.exists() { &[externs] } else { &[] };
    let codegen = Codegen { holding, part_size, ..Codegen::new(None, externs).unwrap() };
    let Ok(output) = compilation.generate(&codegen) else {
        let mut text = Vec::new();
        let errors = compilation.diagnostics.iter().filter(|d| !d.code.is_warning()).take(1);
        render(errors, &compilation.sources, Format::Short, false, &mut text).unwrap();
        return Err(String::from_utf8_lossy(&text).trim().to_owned());
    };
    if let Some(call) = UNLIKE.iter().find(|call| output.c.contains(**call)) {
        return Err(format!("calls {call})"));
    }
    let object = object(&name, &output);
    let object = Object::open(&object.path).unwrap();
    let load = || Loaded::new(&object, |_| Ok(Box::new(Direct::new()) as Box<dyn Harness>));
    let (mut clean, mut dirty) = (load().unwrap(), load().unwrap());
    let text = std::fs::read_to_string(test).unwrap();
    let mut count = 0;
    for (command, line) in
        parse(&text).unwrap().iter().map(|c| (c, text.lines().nth(c.line as usize - 1).unwrap()))
    {
        match &command.kind {
            CommandKind::Packet { bytes: data, .. } => {
                if !LENGTHS.contains(&data.len()) {
                    continue;
                }
                for dirt in [0xa5, 0xff, 0x01] {
                    let plain = clean.program().run(data, None).unwrap();
                    let found = dirty.program().run_dirty(data, dirt).unwrap();
                    assert_eq!(found, plain, "{}: {dirt:#x} shows in {line}", test.display());
                    count += 1;
                }
            }
            CommandKind::Expect { .. } => {}
            _ => {
                for engine in [&mut clean, &mut dirty] {
                    // What a test checks need not hold here: each packet is sent more than once.
                    let _ = run_entries(&program, line, engine);
                }
            }
        }
    }
    Ok(count)
}
