//! Where the time of a compilation goes. In: a program. Out: the median time on the processor of each stage and each pass, in one process.

use crate::process::{median, processor_time};
use p4xdp::driver::{Codegen, Compilation, Options};
use p4xdp_frontend::preprocess;
use p4xdp_midend::passes;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The stages and passes by name, with their times; the list ends with the stage that refuses the program.
pub fn measure(rounds: usize, program: &Path, includes: &[PathBuf]) -> Vec<(&'static str, Duration)> {
    let runs: Vec<_> = (0..rounds).map(|_| once(program, includes)).collect();
    let stages = runs.iter().map(Vec::len).min().unwrap_or_default();
    (0..stages).map(|i| (runs[0][i].0, median(runs.iter().map(|run| run[i].1)))).collect()
}

fn once(program: &Path, includes: &[PathBuf]) -> Vec<(&'static str, Duration)> {
    let mut times = Vec::new();
    let _ = stages(program, includes, &mut times);
    times
}

fn stages(program: &Path, includes: &[PathBuf], times: &mut Vec<(&'static str, Duration)>) -> Option<()> {
    fn timed<T>(times: &mut Vec<(&'static str, Duration)>, name: &'static str, run: impl FnOnce() -> T) -> T {
        let start = processor_time();
        let value = run();
        times.push((name, processor_time() - start));
        value
    }
    let preprocess = preprocess::Options { include_dirs: includes.to_vec(), ..Default::default() };
    let mut compilation =
        Compilation::new(Options { program: program.to_owned(), preprocess, ..Options::default() });
    timed(times, "preprocess", || compilation.preprocess()).ok()?;
    timed(times, "parse", || compilation.parse()).ok()?;
    timed(times, "check", || compilation.check()).ok()?;
    let mut ir = (*timed(times, "elaborate", || compilation.elaborate()).ok()?).clone();
    for pass in passes::PASSES {
        timed(times, pass.name, || (pass.run)(&mut ir));
    }
    compilation.optimise().ok()?;
    timed(times, "emit C", || compilation.generate(&Codegen::default())).ok().map(drop)
}
