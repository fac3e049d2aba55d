//! Bounded mutations of small inputs: whatever comes out, nothing panics, nothing takes long, spans stay in bounds,
//! and every finding can be rendered.

use super::run_with;
use crate::diagnostic::{Format, render};
use crate::preprocess::Options;
use crate::source::{InMemory, SpanMap};

const SEEDS: &[&str] = &[
    "#define F(a, b, ...) a ## b #a __VA_ARGS__\n#define X F(1, 2, 3)\nX F(X, z, (X, 1)) F(,) F\n",
    "#if defined(X) && (1 + 2 * 3 > 4 ? 5 : 6) \\\n || !Y\n a\n#elif X\n b /* c */\n#else\n \"d\\\"\" // e\n#endif\n",
    "#include \"a.p4\"\n#include <core.p4>\n#define N \"a.p4\"\n#include N\n# 12 \"x.p4\" 1\n#line 4\n__LINE__ __FILE__\n",
    "#ifndef G\n#define G\n#pragma once\nbit<W> é; /*\n# */ #define W 8\r\n#undef W\n#if 0\n#error x\n#endif\n#warning y\n#endif\n",
];
const PIECES: &[&str] = &[
    "#",
    "##",
    "\n",
    "\\\n",
    "\r\n",
    "\"",
    "/*",
    "*/",
    "//",
    "(",
    ")",
    ",",
    "F",
    "X",
    "F(",
    "#define ",
    "#define F(a) ",
    "#if ",
    "#ifdef X\n",
    "#else\n",
    "#endif\n",
    "#include ",
    "<",
    ">",
    "defined",
    "é",
    "\u{feff}",
    "\0",
    "1",
    "...",
    "__VA_ARGS__",
    "__LINE__",
    "#line 0",
    "?",
    ":",
    "/",
    "-",
    " ",
];

/// xorshift: the same sequence on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

fn mutate(text: &str, random: &mut Random) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..1 + random.below(6) {
        let at = random.below(bytes.len() + 1);
        match random.below(5) {
            0 | 1 => drop(bytes.splice(at..at, PIECES[random.below(PIECES.len())].bytes())),
            2 => drop(bytes.drain(at..(at + random.below(8)).min(bytes.len()))),
            3 => {
                let end = (at + random.below(30)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                let to = random.below(bytes.len() + 1);
                bytes.splice(to..to, piece);
            }
            _ if at < bytes.len() => bytes[at] = random.below(256) as u8,
            _ => {}
        }
    }
    bytes
}

#[test]
fn nothing_panics() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut accepted, mut refused) = (0, 0);
    for seed in SEEDS {
        let run = run_with(&Options::default(), InMemory::new().with("main.p4", *seed).with("a.p4", "x"));
        assert!(run.result.is_some(), "{}", run.short());
    }
    for round in 0..10_000 {
        let main = mutate(SEEDS[round % SEEDS.len()], &mut random);
        let included = mutate(SEEDS[random.below(SEEDS.len())], &mut random);
        let options = Options { defines: vec!["Y=1".into()], ..Options::default() };
        let run = run_with(&options, InMemory::new().with("main.p4", main).with("a.p4", included));
        for format in [Format::Human, Format::Short, Format::Json] {
            render(run.sink.iter(), &run.sources, format, false, &mut Vec::new()).unwrap();
        }
        let Some(result) = &run.result else {
            assert!(run.sink.error_count() > 0);
            refused += 1;
            continue;
        };
        accepted += 1;
        let length = result.text.len();
        for _ in 0..20 {
            let lo = random.below(length + 1);
            let span = result.span(lo, lo + random.below(length + 1 - lo));
            assert!(span.lo <= span.hi && run.sources.location(span.lo).is_some());
            let (file, _) = run.sources.file_at(span.lo).unwrap();
            assert_eq!(run.sources.file_at(span.hi).unwrap().0, file);
        }
        assert!(run.sources.file_at(result.span(length, length).lo).is_some());
    }
    assert!(accepted > 500 && refused > 500, "{accepted} accepted, {refused} refused");
}
