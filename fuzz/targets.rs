//! What the fuzz targets do with their bytes. In: any bytes, as the program `main.p4`. Out: nothing; a panic where p4xdp is at fault.
//!
//! At fault it is not only where it panics or overflows its stack by itself, but also where it reports an internal error, rejects without
//! an error, points outside of the sources, makes invalid IR, or a pass changes what a program does with a packet.

use p4xdp::driver::{Compilation, Options};
use p4xdp::frontend::diagnostic::{ErrorsReported, Format, render};
use p4xdp::frontend::preprocess::Preprocessed;
use p4xdp::frontend::source::{InMemory, Span, SpanMap};
use p4xdp::frontend::{ast, ast_dump, hir};
use p4xdp::midend::interp::{Machine, Outcome};
use p4xdp::midend::{ir, passes, validate};
use std::io;
use std::sync::Arc;

/// The preprocessor.
pub fn preprocess(data: &[u8]) {
    let mut run = Run::new(data);
    let result = run.preprocess();
    run.finish(result);
}

/// Preprocessor and parser.
pub fn parse(data: &[u8]) {
    let mut run = Run::new(data);
    let result = run.parse();
    run.finish(result);
}

/// The whole front end.
pub fn check(data: &[u8]) {
    let mut run = Run::new(data);
    let result = run.check();
    run.finish(result);
}

/// Front end, elaboration, each pass, and the interpreter before and after them. A packet may follow the program behind a zero byte.
pub fn pipeline(data: &[u8]) {
    let (text, packet) = match data.iter().position(|byte| *byte == 0) {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, &[0x45; 64][..]),
    };
    let mut run = Run::new(text);
    let result = run.elaborate();
    if let Ok(program) = &result {
        run_passes((**program).clone(), packet);
    }
    run.finish(result);
}

/// One compilation.
struct Run(Compilation);

impl Run {
    fn new(data: &[u8]) -> Run {
        // A file to include, which includes itself if it can.
        let files = InMemory::new().with("main.p4", data).with("other.p4", data);
        let options = Options { program: "main.p4".into(), ..Options::default() };
        Run(Compilation::with_loader(options, Box::new(files)))
    }

    fn preprocess(&mut self) -> Result<Arc<Preprocessed>, ErrorsReported> {
        let text = self.0.preprocess()?;
        let step = (text.text.len() / 64).max(1);
        for at in (0..text.text.len()).step_by(step) {
            self.require_place(text.span(at, at + 1));
        }
        Ok(text)
    }

    fn parse(&mut self) -> Result<Arc<ast::Program>, ErrorsReported> {
        self.preprocess()?;
        let tree = self.0.parse()?;
        let _ = ast_dump::dump(&tree);
        Ok(tree)
    }

    fn check(&mut self) -> Result<Arc<hir::Program>, ErrorsReported> {
        self.parse()?;
        let program = self.0.check()?;
        let _ = hir::dump(&program);
        Ok(program)
    }

    fn elaborate(&mut self) -> Result<Arc<ir::Program>, ErrorsReported> {
        self.check()?;
        let program = self.0.elaborate()?;
        require_valid(&program, "elaboration");
        Ok(program)
    }

    fn require_place(&self, span: Span) {
        assert!(span == Span::NONE || self.0.sources.file_at(span.lo).is_some(), "{span:?} is nowhere");
    }

    /// Looks at what was found.
    fn finish<T>(&self, result: Result<T, ErrorsReported>) {
        assert!(result.is_ok() || self.0.diagnostics.error_count() > 0, "rejected without a reason");
        for diagnostic in self.0.diagnostics.iter() {
            assert!(!diagnostic.message.contains("internal error"), "{}", diagnostic.message);
            self.require_place(diagnostic.primary.span);
        }
        for format in [Format::Human, Format::Short, Format::Json] {
            let rendered = render(self.0.diagnostics.iter(), &self.0.sources, format, false, &mut io::sink());
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
