//! The C file: in go a program and its pipeline, out comes what the user gets. Each section is a function; what its text uses is declared
//! in front of it.

use super::externs::Registry;
use super::module::Module;
use super::writer::Writer;
use super::{Cx, statistics};
use crate::layout::extern_facts::ExternFacts;
use crate::layout::storage::Storage;
use crate::pipeline::{Hook, Pipeline, Section};
use crate::{Options, Output, header, layout, manifest, prelude};
use p4xdp_frontend::diagnostic::Diagnostics;
use p4xdp_frontend::source::Span;
use p4xdp_midend::analysis;
use p4xdp_midend::ir::Program;

/// A section that is written.
struct Function {
    /// The BPF program's name.
    name: String,
    hook: Hook,
    /// What works on the packet.
    text: Writer,
    /// What the body shares with others of its kind: the structure and map of what is known of headers.
    shared: Writer,
    storage: Storage,
    used: crate::emit::ports::Used,
}

/// Writes the file.
pub(crate) fn write(
    program: &Program,
    pipeline: &Pipeline,
    options: &Options<'_>,
    externs: (Registry, ExternFacts),
    sink: &mut Diagnostics,
) -> Result<Output, serde_json::Error> {
    let (mut module, storages) = Module::new(program, pipeline, options, externs, sink);
    module.declare_maps();
    let mut functions = Vec::new();
    for (section, storage) in pipeline.sections.iter().zip(storages) {
        let (rest, function) = write_function(module, section, storage);
        functions.push(function);
        module = rest;
    }
    finish(module, pipeline, functions)
}

fn write_function<'a>(module: Module<'a>, section: &Section, storage: Storage) -> (Module<'a>, Function) {
    let mut cx = Cx::new(module, storage);
    cx.section(section);
    let mut body = std::mem::take(&mut cx.out);
    body.prune();
    let used = body.words();
    let mut text = Writer::default();
    text.line(statistics::PACKET);
    text.open("{");
    if ["data", "data_end", "p"].iter().any(|name| used.contains(name)) {
        let cursor = if used.contains("p") { ", *p = data" } else { "" };
        text.line(format!("void *data = xdp_data(ctx), *data_end = xdp_data_end(ctx){cursor};"));
    }
    for line in cx.declarations(&used) {
        text.line(line);
    }
    if !used.contains("ctx") && !text.words().contains("xdp_data") {
        text.line(statistics::NO_CONTEXT);
    }
    let mut shared = Writer::default();
    cx.declare_shared(&used, &mut shared);
    let ports = super::ports::Used::of(&used, cx.redirects);
    text.blank();
    cx.shared_start(&used).into_iter().for_each(|line| text.line(line));
    drop(used);
    text.append(body);
    text.close("}");
    text.blank();
    let mut name = crate::entry_name(cx.module.options.source);
    if cx.module.is_user_function(&name) {
        name.push('_');
    }
    let Cx { module, storage, .. } = cx;
    (module, Function { name, hook: section.hook, text, shared, storage, used: ports })
}

/// Puts the parts of the file together.
fn finish(
    mut module: Module<'_>,
    pipeline: &Pipeline,
    functions: Vec<Function>,
) -> Result<Output, serde_json::Error> {
    let (program, options) = (module.program, module.options);
    let places = &pipeline.ports;
    let found = analysis::ports::find(program, &places.ingress, &places.egress);
    let used = functions.iter().fold(super::ports::Used::default(), |all, f| all.or(f.used));
    let ports = super::ports::describe(used, places, &found);
    let entry = functions.first().map(|f| f.name.clone()).unwrap_or_default();
    let whole =
        manifest::Whole { source: options.source.to_owned(), entry, kernel: "5.15".to_owned(), ports };
    let manifest =
        manifest::describe(program, &module.tables, module.externs.describe(program), &found, whole);
    let mut file = Writer::default();
    let mut texts = Writer::default();
    let mut storages = Vec::new();
    for function in functions {
        texts.append(function.text);
        match function.hook {
            Hook::Device => statistics::entry(&function.name, &mut texts),
        }
        storages.push((function.shared, function.storage));
    }
    module.header_structures(&texts, storages.iter().map(|(_, storage)| storage), &mut file);
    let mut held = Vec::new();
    for (shared, storage) in storages {
        file.append(shared);
        held.push(storage);
    }
    file.append(std::mem::take(&mut module.globals));
    statistics::declare(&texts, &mut file);
    super::ports::declare(&manifest.ports, &mut file);
    if module.falls_back {
        let loaded = p4xdp_control::manifest::ENTRIES_LOADED;
        file.line(format!(
            "/* A loader that fills the tables sets it. */\nconst volatile __u32 {loaded} = 0;"
        ));
        file.blank();
    }
    file.append(texts);
    file.line(manifest::to_c(&manifest)?);
    file.line("char _license[] SEC(\"license\") = \"GPL\";");
    let (mut text, mut spans) = file.finish();
    if let Some(users) = options.extern_c {
        // As it is, behind everything else: the prototypes of what the program calls stand in front.
        text = format!("{text}\n{users}");
        spans.resize(text.lines().count(), Span::NONE);
    }
    let prelude = prelude::prelude_for(&text);
    let head = format!("/* Generated by p4xdp from {}. Do not edit. */\n\n{prelude}\n", options.source);
    let mut lines = vec![Span::NONE; head.lines().count()];
    lines.extend(spans);
    Ok(Output {
        c: head + &text,
        lines,
        header: header::header(&manifest, options.header_prefix),
        manifest,
        layout: layout::text::layout(program, &module.types, &held, &module.plans),
    })
}
