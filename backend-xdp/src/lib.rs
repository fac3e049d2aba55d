//! Back end: a validated IR program in; restricted C, a control-plane header, a manifest and an eBPF object out.
//!
//! Knows XDP, the verifier and clang; looks at no AST and no HIR. [`compile`] is pure; [`clang`] runs the compiler.
//!
//! ```
//! use p4xdp_backend_xdp::{Options, compile};
//! use p4xdp_frontend::{analyze, diagnostic::Diagnostics, preprocess, source::{InMemory, SourceMap}};
//! use p4xdp_midend::{elaborate::elaborate, passes};
//!
//! let text = r#"
//! #include <ebpf_model.p4>
//! header h_t { bit<8> kind; }
//! struct headers_t { h_t h; }
//! parser P(packet_in packet, out headers_t hdr) { state start { packet.extract(hdr.h); transition accept; } }
//! control F(inout headers_t hdr, out bool pass) { apply { pass = hdr.h.kind != 7; } }
//! ebpfFilter(P(), F()) main;
//! "#;
//! let files = InMemory::new().with("f.p4", text);
//! let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
//! let checked = analyze("f.p4".as_ref(), &preprocess::Options::default(), &files, &mut sources, &mut sink).unwrap();
//! let mut program = elaborate(&checked, None, &mut sink).unwrap();
//! passes::run(&mut program);
//! let output = compile(&program, &Options { source: "f.p4", ..Options::default() }, &mut sink).unwrap();
//! assert!(output.c.contains("int f(struct xdp_md *ctx)"));
//! ```

mod arch;
mod c;
pub mod clang;
pub mod constructs;
mod emit;
mod externs;
pub mod header;
pub mod lacking;
mod layout;
pub mod limits;
mod manifest;
mod names;
mod pipeline;
mod size;
mod tables;

pub use layout::merging::{Counted, MOST_WAYS, MOST_WORK};
pub use layout::storage::Holding;
use p4xdp_control::kernel::Kernel;
use p4xdp_control::manifest::Manifest;
use p4xdp_frontend::diagnostic::{Diagnostic, Diagnostics, ErrorsReported, codes};
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Idle, Program};

/// What the user asked for.
#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    /// Base name of the P4 file, without directory: it names the program.
    pub source: &'a str,
    /// Names a place in the source as `file.p4:42`, for comments.
    pub locate: Option<&'a dyn Fn(Span) -> Option<String>>,
    /// Where to keep what the parser finds; chosen by the program's size unless it is said here.
    pub holding: Option<Holding>,
    /// Instructions that a program of the object has at most, about: more are split into several that call one another. Chosen by what a
    /// kernel verifies unless it is said here.
    pub part_size: Option<usize>,
    /// How often a packet goes round at most, [`limits::ROUNDS`] of times; [`limits::USUAL_ROUNDS`] unless it is said here.
    pub rounds: Option<u32>,
    /// The program can have a port to user space, which a loader chooses. It can in any case if it has a header for that
    /// (`@controller_header`).
    pub cpu_port: bool,
    /// C of the user's that defines extern functions which the program only declares: see the module `externs::users`. It is the end of the
    /// generated file, unchanged; `#line` directives in it say which file it comes from.
    pub extern_c: Option<&'a str>,
    /// The oldest kernel that the program is to run on; none if it may need whatever serves it best, which the manifest then says.
    pub kernel: Option<Kernel>,
    /// The program is to take packets in fragments, such as jumbo frames (`xdp.frags`).
    pub frags: bool,
    /// What names in the control-plane header begin with, so that the headers of several programs can be used together.
    pub header_prefix: &'a str,
}

/// What the back end makes of a program.
#[derive(Clone, Debug)]
pub struct Output {
    /// The C program.
    pub c: String,
    /// What each line of it stands for, [`Span::NONE`] where that is nothing in particular.
    pub lines: Vec<Span>,
    /// The header for control planes in C.
    pub header: String,
    /// What control planes need to know; the program holds it as well.
    pub manifest: Manifest,
    /// What its lines stand for in P4's terms.
    pub constructs: constructs::Constructs,
    /// What was decided for the verifier's sake, of each program of the object.
    pub decisions: Vec<Decisions>,
    /// Where each header is held and what each deparser does, for people.
    pub layout: String,
}

impl Output {
    /// The P4 text that a line of the C file stands for, the lines counted from 1.
    pub fn span(&self, line: u32) -> Option<Span> {
        self.lines.get(usize::try_from(line).ok()?.checked_sub(1)?).copied()
    }

    /// The construct that a line of the C file stands for.
    pub fn construct(&self, line: u32) -> Option<&constructs::Construct> {
        self.constructs.at(self.span(line)?)
    }
}

/// What was decided for the verifier's sake in one program of an object.
#[derive(Clone, Debug)]
pub struct Decisions {
    /// The program's name.
    pub program: String,
    /// Where what is known of headers is kept.
    pub holding: Holding,
    /// Ways are merged behind branches.
    pub merged: bool,
    /// Ways that the verifier would have to tell apart, as counted; more than [`MOST_WAYS`] are merged.
    pub ways: u64,
    /// Operations on them; ways are merged, too, if ways times operations are more than [`MOST_WORK`].
    pub operations: u64,
    /// By what they differ.
    pub facts: Vec<Counted>,
    /// P4 names of locals that the stack has no room for.
    pub off_stack: Vec<String>,
}

/// Compiles a program to C.
///
/// # Errors
///
/// Valid P4 that XDP or this back end cannot do is reported to the sink with a code E05xx.
pub fn compile(
    program: &Program,
    options: &Options<'_>,
    sink: &mut Diagnostics,
) -> Result<Output, ErrorsReported> {
    let errors = sink.error_count();
    let narrowed = layout::wide::lower(program);
    let program = narrowed.as_ref().unwrap_or(program);
    let (phased, phases) = match layout::phases::lower(program) {
        Some(phased) => (Some(phased.program), phased.phases),
        None => (None, layout::phases::Phases::new()),
    };
    let program = phased.as_ref().unwrap_or(program);
    let counted = layout::parser_rounds::count(program, sink);
    let program = counted.as_ref().unwrap_or(program);
    let facts = emit::externs::facts(externs::REGISTRY, program);
    let small = layout::narrow::lower(program, &facts);
    let program = small.as_ref().unwrap_or(program);
    let (lowered, requested) = arch::requests::lower(program, &facts).unzip();
    let program = lowered.as_ref().unwrap_or(program);
    let has_cpu_port = emit::ports::has_cpu_port(program, options);
    let Some(pipeline) = arch::pipeline(program, requested.as_ref(), &facts, has_cpu_port, sink) else {
        sink.check()?;
        return Err(sink.error(Diagnostic::bug(Span::NONE, "an architecture without back end")));
    };
    let in_front = sink.error_count();
    size::check(program, sink);
    if sink.error_count() > in_front {
        sink.check()?;
    }
    layout::headers::check(program, sink);
    timeouts(program, sink);
    let output = emit::file::write(program, &pipeline, options, (externs::REGISTRY, facts, phases), sink);
    if sink.error_count() > errors {
        sink.check()?;
    }
    output.map_err(|error| sink.error(Diagnostic::bug(Span::NONE, error)))
}

/// All that XDP does not have yet.
pub fn lacks() -> impl Iterator<Item = &'static lacking::Lacking> {
    lacking::ALL.iter().chain(tables::ALL)
}

/// Entries are reported, but do not go by themselves on XDP; and of pna, not reported either.
fn timeouts(program: &Program, sink: &mut Diagnostics) {
    for table in program.tables.values() {
        let what = match table.idle(program) {
            Some(Idle::Delete) => "are not deleted by time",
            Some(Idle::Notify) if &*program.architecture == "pna" => "are not watched for idleness",
            Some(Idle::Notify) | None => continue,
        };
        let message = format!("entries of table `{}` {what} on XDP yet", table.name);
        let found = Diagnostic::warning(codes::W0501, table.span, message);
        sink.emit(found.with_note("`pna_idle_timeout` asks for it"));
    }
}

/// The BPF program's name: that of the source, as far as the kernel keeps names.
pub(crate) fn entry_name(source: &str) -> String {
    let stem = source.strip_suffix(".p4").unwrap_or(source);
    let name: String = names::identifier(stem).chars().take(limits::PROGRAM_NAME).collect();
    if names::is_reserved(&name) { format!("{}_", name.trim_start_matches("xdp_")) } else { name }
}
