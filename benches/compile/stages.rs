//! Where the time of a compilation goes. In: a program. Out: the median time on the processor of each stage and each pass, in one process.

use crate::process::{median, processor_time};
use p4xdp_backend_xdp as backend;
use p4xdp_frontend::diagnostic::Diagnostics;
use p4xdp_frontend::source::{FileSystem, SourceMap};
use p4xdp_frontend::{lint, parse, preprocess, typecheck};
use p4xdp_midend::{elaborate, passes};
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
    let options = preprocess::Options { include_dirs: includes.to_vec(), ..Default::default() };
    let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
    let text = timed(times, "preprocess", || {
        preprocess::preprocess(program, &options, &FileSystem, &mut sources, &mut sink)
    });
    let text = text.ok()?;
    let tree = timed(times, "parse", || parse::parse(&text.text, &text, &mut sink)).ok()?;
    let hir = timed(times, "check", || typecheck::check(&tree, &sources, &mut sink)).ok()?;
    timed(times, "lint", || {
        lint::apply_annotations(&tree, &mut sink);
        lint::check(&hir, &sources, &mut sink);
    });
    let mut ir = timed(times, "elaborate", || elaborate::elaborate(&hir, &mut sink)).ok()?;
    for pass in passes::PASSES {
        timed(times, pass.name, || (pass.run)(&mut ir));
    }
    let options =
        backend::Options { source: "", locate: None, extern_c: None, holding: None, header_prefix: "" };
    timed(times, "emit C", || backend::compile(&ir, &options, &mut sink)).ok().map(drop)
}
