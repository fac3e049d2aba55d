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
//! let mut program = elaborate(&checked, &mut sink).unwrap();
//! passes::run(&mut program);
//! let output = compile(&program, &Options { source: "f.p4", ..Options::default() }, &mut sink).unwrap();
//! assert!(output.c.contains("int f(struct xdp_md *ctx)"));
//! ```

mod arch;
pub mod clang;
mod emit;
mod externs;
pub mod header;
pub mod lacking;
mod layout;
pub mod limits;
mod manifest;
mod maps;
mod names;
pub mod prelude;
mod size;
mod table_storage;

use emit::Cx;
use emit::writer::Writer;
pub use layout::storage::Holding;
use p4xdp_control::manifest::Manifest;
use p4xdp_frontend::diagnostic::{Diagnostic, Diagnostics, ErrorsReported, codes};
use p4xdp_frontend::source::Span;
use p4xdp_midend::analysis;
use p4xdp_midend::ir::{Arg, Program, PropertyValue};

/// What the user asked for.
#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    /// Base name of the P4 file, without directory: it names the program.
    pub source: &'a str,
    /// Names a place in the source as `file.p4:42`, for comments.
    pub locate: Option<&'a dyn Fn(Span) -> Option<String>>,
    /// Where to keep what the parser finds; chosen by the program's size unless it is said here.
    pub holding: Option<Holding>,
    /// C of the user's that defines extern functions which the program only declares: see the module `externs::users`. It is the end of the
    /// generated file, unchanged; `#line` directives in it say which file it comes from.
    pub extern_c: Option<&'a str>,
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
    /// Where the program keeps what the parser finds.
    pub holding: Holding,
    /// Where each header is held and what each deparser does, for people.
    pub layout: String,
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
    let Some(architecture) = arch::of(program, sink) else {
        sink.check()?;
        return Err(sink.error(emit::internal_error("an architecture without back end")));
    };
    size::check(program, sink);
    if sink.error_count() > errors {
        sink.check()?;
    }
    layout::headers::check(program, sink);
    timeouts(program, sink);
    let mut cx = Cx::new(program, options, architecture.stores, externs::REGISTRY, sink);
    cx.declare_maps();
    let stages = arch::Stages(&program.stages);
    (architecture.body)(&mut cx, &stages);
    let output = finish(cx, &(architecture.ports)(&stages));
    if sink.error_count() > errors {
        sink.check()?;
    }
    output.map_err(|message| sink.error(emit::internal_error(&message)))
}

/// Entries do not expire on XDP. Nobody can give them a time either, so that a table is what it is without one.
fn timeouts(program: &Program, sink: &mut Diagnostics) {
    for table in program.tables.values() {
        if let Some((property, PropertyValue::Const(Arg::In(value)))) =
            table.properties.iter().find(|(property, _)| &**property == "support_timeout")
            && value.as_const().is_some_and(|value| *value != 0u32.into())
        {
            let message = format!("entries of table `{}` do not expire on XDP yet", table.name);
            let found = Diagnostic::warning(codes::W0501, table.span, message);
            sink.emit(found.with_note(format!("`{property}` asks for entries that do")));
        }
    }
}

/// Puts the parts of the file together.
fn finish(mut cx: Cx<'_>, places: &arch::PortPlaces) -> Result<Output, String> {
    let mut entry = entry_name(cx.options.source);
    if cx.is_user_function(&entry) {
        entry.push('_');
    }
    let mut body = std::mem::take(&mut cx.out);
    body.prune();
    let used = body.words();
    let mut function = Writer::default();
    function.line(emit::statistics::PACKET);
    function.open("{");
    if ["data", "data_end", "p"].iter().any(|name| used.contains(name)) {
        let cursor = if used.contains("p") { ", *p = data" } else { "" };
        function.line(format!("void *data = xdp_data(ctx), *data_end = xdp_data_end(ctx){cursor};"));
    }
    for line in cx.declarations(&used) {
        function.line(line);
    }
    if !used.contains("ctx") && !function.words().contains("xdp_data") {
        function.line(emit::statistics::NO_CONTEXT);
    }
    let mut shared = Writer::default();
    cx.declare_shared(&used, &mut shared);
    let found = analysis::ports::find(cx.program, &places.ingress, &places.egress);
    let ports = emit::ports::describe(&used, cx.redirects, places, &found);
    function.blank();
    cx.shared_start(&used).into_iter().for_each(|line| function.line(line));
    function.append(body);
    function.close("}");
    function.blank();
    emit::statistics::entry(&entry, &mut function);

    let whole =
        manifest::Whole { source: cx.options.source.to_owned(), entry, kernel: "5.15".to_owned(), ports };
    let manifest = manifest::describe(cx.program, &cx.tables, cx.externs.describe(cx.program), &found, whole);
    let mut file = Writer::default();
    cx.header_structures(&function, &mut file);
    file.append(shared);
    file.append(std::mem::take(&mut cx.globals));
    emit::statistics::declare(&function, &mut file);
    Cx::declare_ports(&manifest.ports, &mut file);
    if cx.falls_back {
        let loaded = p4xdp_control::manifest::ENTRIES_LOADED;
        file.line(format!(
            "/* A loader that fills the tables sets it. */\nconst volatile __u32 {loaded} = 0;"
        ));
        file.blank();
    }
    file.append(function);
    file.line(manifest::to_c(&manifest).map_err(|e| e.to_string())?);
    file.line("char _license[] SEC(\"license\") = \"GPL\";");
    let (mut text, mut spans) = file.finish();
    if let Some(users) = cx.options.extern_c {
        // As it is, behind everything else: the prototypes of what the program calls stand in front.
        text = format!("{text}\n{users}");
        spans.resize(text.lines().count(), Span::NONE);
    }
    let prelude = prelude::prelude_for(&text);
    let head = format!("/* Generated by p4xdp from {}. Do not edit. */\n\n{prelude}\n", cx.options.source);
    let mut lines = vec![Span::NONE; head.lines().count()];
    lines.extend(spans);
    Ok(Output {
        c: head + &text,
        lines,
        header: header::header(&manifest, cx.options.header_prefix),
        manifest,
        holding: cx.storage.holding,
        layout: layout::text::layout(cx.program, &cx.storage, &cx.plans),
    })
}

/// The BPF program's name: that of the source, as far as the kernel keeps names.
pub(crate) fn entry_name(source: &str) -> String {
    let stem = source.strip_suffix(".p4").unwrap_or(source);
    let name: String = names::identifier(stem).chars().take(limits::PROGRAM_NAME).collect();
    if names::is_reserved(&name) { format!("{}_", name.trim_start_matches("xdp_")) } else { name }
}
