//! Compile time of whole processes: `p4xdp check` and `p4xdp build --emit c` against `cpp` on the same file, alternated in the
//! same run. Prints medians in milliseconds and the ratio to `cpp`.
//!
//! `cargo bench --bench compile [-- FILTER [--include DIR].. [PROGRAM.p4]..]` takes further programs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a failing test may panic, and a bench prints"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 31;

fn main() {
    let mut programs = default_programs();
    let mut includes = vec![PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/p4include"))];
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--include" => includes.extend(args.next().map(PathBuf::from)),
            "--bench" => {}
            _ if arg.ends_with(".p4") => programs.push(PathBuf::from(arg)),
            _ => programs.retain(|p| p.to_string_lossy().contains(&arg)),
        }
    }
    let out = tempfile::tempdir().expect("a temporary directory");
    println!("whole processes, medians of {ROUNDS} alternated rounds, ms");
    println!("| program | lines | cpp | check | build --emit c | check / cpp | build / cpp |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for program in &programs {
        let commands = [
            cpp(program, &includes),
            p4xdp("check", program, &includes, &[]),
            build(program, &includes, out.path()),
        ];
        if let Some([cpp, check, build]) = alternate(commands) {
            println!(
                "| {} | {} | {:.1} | {:.1} | {:.1} | {:.2} | {:.2} |",
                program.file_name().unwrap_or_default().to_string_lossy(),
                std::fs::read_to_string(program).map_or(0, |text| text.lines().count()),
                ms(cpp),
                ms(check),
                ms(build),
                ms(check) / ms(cpp),
                ms(build) / ms(cpp)
            );
        } else {
            println!("| {} | does not compile | | | | | |", program.display());
        }
    }
}

fn default_programs() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut programs = Vec::new();
    for folder in [
        "benches/p4",
        "examples/swap",
        "examples/ping",
        "examples/tunnel",
        "examples/switch",
        "examples/router",
    ] {
        let entries = std::fs::read_dir(root.join(folder)).expect("the folder is part of the project");
        programs.extend(entries.filter_map(|e| e.ok().map(|e| e.path())).filter(|p| {
            p.extension().is_some_and(|e| e == "p4") && p.file_name().is_some_and(|n| n != "headers.p4")
        }));
    }
    programs.sort();
    programs
}

fn cpp(program: &Path, includes: &[PathBuf]) -> Command {
    let mut command = Command::new("cpp");
    command.args(["-undef", "-nostdinc", "-x", "assembler-with-cpp"]);
    for dir in includes {
        command.arg("-I").arg(dir);
    }
    command.arg(program);
    command
}

fn p4xdp(verb: &str, program: &Path, includes: &[PathBuf], rest: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_p4xdp"));
    command.arg(verb).arg(program);
    for dir in includes.iter().skip(1) {
        command.arg("-I").arg(dir);
    }
    command.args(rest);
    command
}

fn build(program: &Path, includes: &[PathBuf], out: &Path) -> Command {
    p4xdp("build", program, includes, &["--emit", "c", "-o", &out.to_string_lossy()])
}

/// Runs the commands in turn, and again and again; the median time of each, or nothing if one of them fails.
fn alternate<const N: usize>(mut commands: [Command; N]) -> Option<[Duration; N]> {
    let mut times: [Vec<Duration>; N] = std::array::from_fn(|_| Vec::with_capacity(ROUNDS));
    for round in 0..=ROUNDS {
        for (command, times) in commands.iter_mut().zip(&mut times) {
            let start = Instant::now();
            let status = command.stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null()).status();
            let took = start.elapsed();
            if !status.is_ok_and(|s| s.success()) {
                return None;
            }
            // The first round only warms the page cache.
            if round > 0 {
                times.push(took);
            }
        }
    }
    Some(times.map(|mut t| {
        t.sort();
        t[t.len() / 2]
    }))
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
