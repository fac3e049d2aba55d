//! What the fuzz targets do with their bytes. In: any bytes, as the program `main.p4`. Out: nothing; a panic where p4xdp is at fault.
//!
//! At fault it is not only where it panics or overflows its stack by itself, but also where it reports an internal error, rejects without
//! an error, points outside of the sources, makes invalid IR, or a pass changes what a program does with a packet.

use p4xdp_frontend::diagnostic::{Diagnostics, ErrorsReported, Format, render};
use p4xdp_frontend::preprocess::Preprocessed;
use p4xdp_frontend::source::{InMemory, SourceMap, Span, SpanMap};
use p4xdp_frontend::{ast, ast_dump, check_tree, hir, parse as parser, preprocess as preprocessor};
use p4xdp_midend::interp::{Machine, Outcome};
use p4xdp_midend::{elaborate, ir, passes, validate};
use std::io;

/// The preprocessor.
pub fn preprocess(data: &[u8]) {
    let mut run = Run::default();
    let result = run.preprocess(data);
    run.finish(result);
}

/// Preprocessor and parser.
pub fn parse(data: &[u8]) {
    let mut run = Run::default();
    let result = run.parse(data);
    run.finish(result);
}

/// The whole front end.
pub fn check(data: &[u8]) {
    let mut run = Run::default();
    let result = run.check(data);
    run.finish(result);
}

/// Front end, elaboration, each pass, and the interpreter before and after them. A packet may follow the program behind a zero byte.
pub fn pipeline(data: &[u8]) {
    let (text, packet) = match data.iter().position(|byte| *byte == 0) {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, &[0x45; 64][..]),
    };
    let mut run = Run::default();
    let result = run.elaborate(text);
    if let Ok(program) = &result {
        run_passes(program.clone(), packet);
    }
    run.finish(result);
}

/// One compilation.
#[derive(Default)]
struct Run {
    sources: SourceMap,
    sink: Diagnostics,
}

impl Run {
    fn preprocess(&mut self, data: &[u8]) -> Result<Preprocessed, ErrorsReported> {
        // A file to include, which includes itself if it can.
        let loader = InMemory::new().with("main.p4", data).with("other.p4", data);
        let options = preprocessor::Options::default();
        let (sources, sink) = (&mut self.sources, &mut self.sink);
        let text = preprocessor::preprocess("main.p4".as_ref(), &options, &loader, sources, sink)?;
        let step = (text.text.len() / 64).max(1);
        for at in (0..text.text.len()).step_by(step) {
            self.require_place(text.span(at, at + 1));
        }
        Ok(text)
    }

    fn parse(&mut self, data: &[u8]) -> Result<ast::Program, ErrorsReported> {
        let text = self.preprocess(data)?;
        let tree = parser::parse(&text.text, &text, &mut self.sink)?;
        let _ = ast_dump::dump(&tree);
        Ok(tree)
    }

    fn check(&mut self, data: &[u8]) -> Result<hir::Program, ErrorsReported> {
        let tree = self.parse(data)?;
        let program = check_tree(&tree, None, &self.sources, &mut self.sink)?;
        let _ = hir::dump(&program);
        Ok(program)
    }

    fn elaborate(&mut self, data: &[u8]) -> Result<ir::Program, ErrorsReported> {
        let program = self.check(data)?;
        let program = elaborate::elaborate(&program, &mut self.sink)?;
        require_valid(&program, "elaboration");
        Ok(program)
    }

    fn require_place(&self, span: Span) {
        assert!(span == Span::NONE || self.sources.file_at(span.lo).is_some(), "{span:?} is nowhere");
    }

    /// Looks at what was found.
    fn finish<T>(&self, result: Result<T, ErrorsReported>) {
        assert!(result.is_ok() || self.sink.error_count() > 0, "rejected without a reason");
        for diagnostic in self.sink.iter() {
            assert!(!diagnostic.message.contains("internal error"), "{}", diagnostic.message);
            self.require_place(diagnostic.primary.span);
        }
        for format in [Format::Human, Format::Short, Format::Json] {
            let rendered = render(self.sink.iter(), &self.sources, format, false, &mut io::sink());
            rendered.expect("diagnostics can be shown");
        }
    }
}

fn require_valid(program: &ir::Program, after: &str) {
    let violations = validate::validate(program);
    assert!(violations.is_empty(), "{after} made invalid IR: {violations:?}");
}

fn run_passes(mut program: ir::Program, packet: &[u8]) {
    let Some(before) = observe(&program, packet) else { return };
    for pass in passes::PASSES {
        (pass.run)(&mut program);
        require_valid(&program, pass.name);
        assert!(observe(&program, packet).as_ref() == Some(&before), "`{}` changed the program", pass.name);
    }
}

/// What becomes of the packet, and of its first half; nothing if the interpreter cannot run the program.
fn observe(program: &ir::Program, packet: &[u8]) -> Option<String> {
    let mut machine = Machine::new(program).ok()?;
    let mut seen = String::new();
    for bytes in [packet, &packet[..packet.len() / 2]] {
        let Outcome { verdict, outputs, digests, .. } = machine.process(0, bytes);
        seen += &format!("{verdict:?} {outputs:?} {digests:?}\n");
    }
    Some(seen)
}
