//! What the preprocessor costs: a small program with its architecture, and throughput on plain text, on comments and
//! on macros.

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use p4xdp_frontend::diagnostic::Diagnostics;
use p4xdp_frontend::preprocess::{Options, preprocess};
use p4xdp_frontend::source::{InMemory, SourceMap};
use std::path::Path;

fn main() {
    divan::main();
}

const SMALL: &str = "#include <core.p4>\n#include <v1model.p4>\n";

const DECLARATION: &str = "
    state parse_ipv4 {
        packet.extract(headers.ipv4);
        transition select(headers.ipv4.fragOffset, headers.ipv4.ihl, headers.ipv4.protocol) {
            (13w0x0 &&& 13w0x0, 4w0x5 &&& 4w0xf, 8w0x6 &&& 8w0xff): parse_tcp;
            default: accept;
        }
    }
";

const COMMENTED: &str = "
    /* The time to live is counted down by each router that the packet passes, and the packet is dropped
     * when it is zero: nothing circles forever. */
    bit<8> ttl;     // hops
";

const MACROS: &str = "
    FIELD(TTL_WIDTH, ttl) FIELD(16, checksum) bit<TTL_WIDTH> other;
";

fn run(bencher: Bencher, text: String) {
    let loader = InMemory::new().with("main.p4", text.as_bytes());
    bencher.counter(BytesCount::new(text.len())).bench_local(|| {
        let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
        let options = Options::default();
        let result = preprocess(Path::new("main.p4"), &options, &loader, &mut sources, &mut sink);
        black_box(result.map(|preprocessed| preprocessed.text.len()))
    });
}

#[divan::bench]
fn small_program_with_v1model(bencher: Bencher) {
    run(bencher, [SMALL, &DECLARATION.repeat(7)].concat());
}

#[divan::bench(args = [1, 10, 100])]
fn plain_text(bencher: Bencher, hundred_kilobytes: usize) {
    run(bencher, DECLARATION.repeat(hundred_kilobytes * 100_000 / DECLARATION.len()));
}

#[divan::bench(args = [1, 10, 100])]
fn comments(bencher: Bencher, hundred_kilobytes: usize) {
    run(bencher, COMMENTED.repeat(hundred_kilobytes * 100_000 / COMMENTED.len()));
}

#[divan::bench(args = [1, 10, 100])]
fn macros(bencher: Bencher, hundred_kilobytes: usize) {
    let defines = "#define TTL_WIDTH 8\n#define FIELD(width, name) bit<width> name;\n";
    run(bencher, [defines, &MACROS.repeat(hundred_kilobytes * 100_000 / MACROS.len())].concat());
}
