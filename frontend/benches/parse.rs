//! What the parser costs: an architecture's file, and throughput on programs that grow, which must stay linear.

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use p4xdp_frontend::diagnostic::Diagnostics;
use p4xdp_frontend::parse::parse;
use p4xdp_frontend::preprocess::{Options, Preprocessed, preprocess};
use p4xdp_frontend::source::{InMemory, SourceMap};
use std::path::Path;

fn main() {
    divan::main();
}

const CONTROL: &str = include_str!("../../testdata/syntax/controls.p4");
const EXPRESSIONS: &str = include_str!("../../testdata/syntax/expressions.p4");
const STATEMENTS: &str = include_str!("../../testdata/syntax/statements.p4");

fn preprocessed(text: &str) -> Option<Preprocessed> {
    let loader = InMemory::new().with("main.p4", text.as_bytes());
    preprocess(
        Path::new("main.p4"),
        &Options::default(),
        &loader,
        &mut SourceMap::new(),
        &mut Diagnostics::new(),
    )
    .ok()
}

fn run(bencher: Bencher, text: &str) {
    let Some(text) = preprocessed(text) else { return };
    bencher
        .counter(BytesCount::new(text.text.len()))
        .bench_local(|| black_box(parse(&text.text, &text, &mut Diagnostics::new()).is_ok()));
}

#[divan::bench]
fn v1model(bencher: Bencher) {
    run(bencher, "#include <core.p4>\n#include <v1model.p4>\n");
}

#[divan::bench(args = [1, 10, 100], sample_count = 5)]
fn controls(bencher: Bencher, hundred_kilobytes: usize) {
    run(bencher, &CONTROL.repeat(hundred_kilobytes * 100_000 / CONTROL.len()));
}

#[divan::bench(args = [1, 10, 100], sample_count = 5)]
fn expressions(bencher: Bencher, hundred_kilobytes: usize) {
    run(bencher, &EXPRESSIONS.repeat(hundred_kilobytes * 100_000 / EXPRESSIONS.len()));
}

#[divan::bench(args = [1, 10, 100], sample_count = 5)]
fn statements(bencher: Bencher, hundred_kilobytes: usize) {
    run(bencher, &STATEMENTS.repeat(hundred_kilobytes * 100_000 / STATEMENTS.len()));
}
