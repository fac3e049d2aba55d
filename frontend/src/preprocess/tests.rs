//! Tests of the preprocessor: text and macros here; directives, bad input and mutations in their own files.

mod bad_input;
mod directives;
mod mutations;

use super::{Options, Preprocessed, preprocess};
use crate::diagnostic::{Diagnostics, Format, render};
use crate::source::{InMemory, SourceMap, Span, SpanMap};
use std::path::Path;

struct Run {
    sources: SourceMap,
    sink: Diagnostics,
    result: Option<Preprocessed>,
}

impl Run {
    fn short(&self) -> String {
        let mut out = Vec::new();
        render(self.sink.iter(), &self.sources, Format::Short, false, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn text(&self) -> &str {
        assert_eq!(self.short(), "");
        &self.result.as_ref().unwrap().text
    }

    /// The source text under the `index`th occurrence of `needle` in the output.
    fn source_of(&self, needle: &str, index: usize) -> (&str, Span) {
        let result = self.result.as_ref().unwrap();
        let (at, _) = result.text.match_indices(needle).nth(index).unwrap();
        let span = result.span(at, at + needle.len());
        (self.sources.text(span).unwrap(), span)
    }
}

fn run_with(options: &Options, loader: InMemory) -> Run {
    run_main("main.p4", options, loader)
}

fn run_main(main: &str, options: &Options, loader: InMemory) -> Run {
    let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
    let result = preprocess(Path::new(main), options, &loader, &mut sources, &mut sink).ok();
    Run { sources, sink, result }
}

fn run(text: &str) -> Run {
    run_with(&Options::default(), InMemory::new().with("main.p4", text))
}

#[track_caller]
fn expands(text: &str, expected: &str) {
    assert_eq!(run(text).text().trim(), expected);
}

#[test]
fn plain_text_is_copied() {
    let text = "const bit<8> x = 8w0x1F; // no end";
    assert_eq!(run(text).text(), "const bit<8> x = 8w0x1F; ");
    assert_eq!(run("").text(), "");
    assert_eq!(run("a /* b */ c/**/d\r\n").text(), "a  c d\r\n");
}

#[test]
fn object_macros() {
    expands("#define W 32\nbit<W> x;", "bit<32> x;");
    expands("#define W\nbit<W> x;", "bit<> x;");
    expands("#define A B\n#define B A\nA B", "A B");
    expands("#define f(x) x f\nf(f)(1)", "f f(1)");
    expands("#define X 8\n8wX 0X1 X_ \"X\" X // X", "8wX 0X1 X_ \"X\" 8");
    expands("#define MINUS -\n-MINUS 1", "- - 1");
    expands("#define A a\\\nb\nA", "ab");
    expands("#define A \"a\\\r\nb\"\nA \"c\\\nd\\\\\"", "\"ab\" \"cd\\\\\"");
}

#[test]
fn function_macros() {
    expands("#define F(a, b) a + b\nF(1, (2, 3)) F ( x\n, y ) F", "1 + (2, 3) x + y F");
    expands("#define S(x) #x\nS(a  \"b\\n\"  + c)", "\"a \\\"b\\\\n\\\" + c\"");
    expands("#define P(a, b) a ## b\nP(x, 1) P(, y) P(z,) [P(,)]", "x1 y z []");
    expands("#define X 1\n#define P(a) X ## a a\nP(X)", "XX 1");
    expands("#define V(f, ...) f(__VA_ARGS__)\nV(g, 1, 2) V(g) V(g,)", "g(1, 2) g() g()");
    expands("#define Z() z\nZ() Z( )", "z z");
    expands("#define F f\n#define f(x) <x>\nF(1)", "<1>");
}

// The examples of C17 6.10.3.5 that P4 tokens can express.
#[test]
fn rescanning_as_in_the_c_standard() {
    let text = "#define x 3\n#define f(a) f(x * (a))\n#undef x\n#define x 2\n#define g f\n#define z z[0]\n\
        #define h g(~\n#define m(a) a(w)\n#define w 0,1\n#define t(a) a\n#define p() int\n#define q(x) x\n\
        #define r(x,y) x ## y\n#define str(x) # x\n";
    expands(
        &format!("{text}f(y+1) + f(f(z)) % t(t(g)(0) + t)(1);"),
        "f(2 * (y+1)) + f(2 * (f(2 * (z[0])))) % f(2 * (0)) + t(1);",
    );
    expands(
        &format!("{text}g(x+(3,4)-w) | h 5) & m\n(f)^m(m);"),
        "f(2 * (2 +(3,4)-0,1)) | f(2 * (~ 5)) & f(2 * (0,1))^m(0,1);",
    );
    expands(
        &format!("{text}p() i[q()] = {{ q(1), r(2,3), r(4,), r(,5), r(,) }};"),
        "int i[] = { 1, 23, 4, 5,  };",
    );
}

#[test]
fn spans_lead_back() {
    let run = run("#define W 32\n// gone\nbit<W> é; /* x */ y\n");
    assert_eq!(run.source_of("bit", 0).0, "bit");
    assert_eq!(run.source_of("32", 0).0, "W");
    assert_eq!(run.source_of("bit<32>", 0).0, "bit<W>");
    let (text, span) = run.source_of("y", 0);
    assert_eq!(text, "y");
    let at = run.sources.location(span.lo).unwrap();
    assert_eq!((at.line, at.column), (3, 19));
}
