//! The C file: in go a program and its pipeline, out comes what the user gets. Each section is a function; what its text uses is declared
//! in front of it.

use super::module::{Given, Module};
use super::parts::{self, Part, Parts};
use super::{Cx, statistics};
use crate::c::code::{Code, Known, Name, code};
use crate::c::prelude::prelude_for;
use crate::c::text::collect_identifiers;
use crate::c::tree::{SHARED, Tree};
use crate::constructs::Constructs;
use crate::layout::storage::Storage;
use crate::limits::MOST_WHOLE;
use crate::pipeline::{Hook, Pipeline, Section};
use crate::tables::{DEFAULTS, DEFAULTS_SECTION};
use crate::{Decisions, Options, Output, header, layout, manifest};
use p4xdp_control::crc;
use p4xdp_control::manifest::Manifest;
use p4xdp_control::manifest::copies::ROLES;
use p4xdp_frontend::diagnostic::Diagnostics;
use p4xdp_frontend::source::Span;
use p4xdp_midend::analysis;
use p4xdp_midend::ir::Program;
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;

/// A section that is written.
struct Function {
    /// The BPF program's name.
    name: Name,
    /// The names of the others that it is split into.
    tails: Vec<Name>,
    hook: Hook,
    /// What works on the packet; more than one, if the section is split.
    texts: Vec<Tree>,
    /// About how many instructions that is.
    weight: usize,
    /// One program has not room for all of its maps.
    has_many_maps: bool,
    /// What the body shares with others of its kind: the structure and map of what is known of headers.
    shared: Tree,
    storage: Storage,
    used: crate::emit::ports::Used,
    /// Widths of the custom CRCs that it computes.
    custom_crcs: BTreeSet<u32>,
}

/// Writes the file. A program that is too large for one BPF program is split.
pub(crate) fn write(
    program: &Program,
    pipeline: &Pipeline,
    options: &Options<'_>,
    known: Given,
    sink: &mut Diagnostics,
) -> Result<Output, serde_json::Error> {
    let before = sink.clone();
    let write = |cuts, sink: &mut Diagnostics| {
        let (module, functions) = write_functions(program, pipeline, options, cuts, known.clone(), sink);
        let weight = functions.iter().map(|function| function.weight).max().unwrap_or(0);
        let many_maps = functions.iter().any(|function| function.has_many_maps);
        ((weight, many_maps), finish(module, pipeline, functions))
    };
    let (mut whole, mut many_maps) = (0, false);
    if options.part_size.is_none() {
        let ((weight, many), output) = write(false, sink);
        if weight <= MOST_WHOLE && !many {
            return output;
        }
        (whole, many_maps) = (weight, many);
        *sink = before.clone();
    }
    let (_, output) = write(true, sink);
    if whole > 0 && whole <= 2 * MOST_WHOLE && !many_maps && sink.error_count() > before.error_count() {
        // The estimate may be wrong by so much: clang will tell.
        *sink = before;
        return write(false, sink).1;
    }
    output
}

fn write_functions<'a>(
    program: &'a Program,
    pipeline: &Pipeline,
    options: &'a Options<'a>,
    cuts: bool,
    known: Given,
    sink: &'a mut Diagnostics,
) -> (Module<'a>, Vec<Function>) {
    let (mut module, storages) = Module::new(program, pipeline, options, cuts, known, sink);
    module.declare_maps();
    module.take_fragments();
    let mut functions = Vec::new();
    for (section, storage) in pipeline.sections.iter().zip(storages) {
        let (rest, function) = write_function(module, section, storage);
        functions.push(function);
        module = rest;
    }
    (module, functions)
}

fn write_function<'a>(module: Module<'a>, section: &Section, storage: Storage) -> (Module<'a>, Function) {
    let mut cx = Cx::new(module, storage);
    if section.hook == Hook::Copy {
        cx.scratch = (Known("copied"), Known("p4xdp_copied"));
    }
    cx.section(section);
    let mut body = std::mem::take(&mut cx.out);
    let mut functions = std::mem::take(&mut cx.functions);
    let mut trees: Vec<&mut Tree> = functions.iter_mut().map(|function| &mut function.body).collect();
    trees.push(&mut body);
    Tree::prune_all(&mut trees);
    body.trim_start();
    cx.check_functions(&functions, &body);
    let everything = Tree::names_in(functions.iter().map(|function| &function.body).chain([&body]));
    let used = super::ports::Used::of(&everything, cx.redirects);
    let crcs = crc::WIDTHS.into_iter().filter(|width| everything.contains(crc::name(*width)));
    let custom_crcs = crcs.collect();
    drop(everything);
    let weight = body.weight() + functions.iter().map(|function| function.body.weight()).sum::<usize>();
    let has_many_maps = !cx.module.cuts && cx.has_many_maps(&body, &functions);
    let whole = section.hook == Hook::Copy;
    if whole && weight > MOST_WHOLE {
        cx.copies_are_too_large(&body, weight);
    }
    let Parts { parts, handed, mut read_first } = cx.parts(body, &functions, whole);
    let trees = functions.iter().map(|function| &function.body).chain(parts.iter().map(|part| &part.body));
    let mut all: FxHashSet<&str> = trees.flat_map(Tree::mentions).collect();
    all.extend(handed.iter().map(Name::as_str));
    // Where the way goes back, whatever there can be counts as read.
    read_first.retain(|name| all.contains(name.as_str()));
    let mut shared = Tree::default();
    cx.declare_shared(&all, &handed, &mut shared);
    let mut texts: Vec<Tree> = parts
        .iter()
        .enumerate()
        .map(|(number, part)| write_part(&cx, section.hook, (number, part), &all, &read_first))
        .collect();
    drop(all);
    if let Some(first) = texts.first_mut() {
        let mut text = Tree::default();
        functions.into_iter().for_each(|function| function.write(&cx, &mut text));
        text.append(std::mem::take(first));
        *first = text;
    }
    let mut name = match section.hook {
        Hook::Device => Name::new(&crate::entry_name(cx.module.options.source)),
        Hook::Copy => {
            let entry = crate::entry_name(cx.module.options.source);
            cx.module.names.unique(&parts::named(&entry, "_copy"))
        }
    };
    if cx.module.is_user_function(&name) {
        name = Name::new(&format!("{name}_"));
    }
    let Cx { mut module, storage, .. } = cx;
    let tails = (1..texts.len()).map(|number| module.names.unique(&parts::program(&name, number))).collect();
    (
        module,
        Function {
            name,
            tails,
            hook: section.hook,
            texts,
            weight,
            has_many_maps,
            shared,
            storage,
            used,
            custom_crcs,
        },
    )
}

/// The function of a part; `all` are the names that any part uses, `read_first` members of the shared structure that must be zero at first.
fn write_part(
    cx: &Cx<'_>,
    hook: Hook,
    (number, part): (usize, &Part),
    all: &FxHashSet<&str>,
    read_first: &FxHashSet<Name>,
) -> Tree {
    let mut text = Tree::default();
    text.line(match hook {
        Hook::Copy => statistics::packet_by(&statistics::COPY.name()),
        Hook::Device if number == 0 => statistics::packet(),
        Hook::Device => statistics::packet_by(&parts::function(number)),
    });
    text.begin(code!("{{"));
    let mut used = part.body.mentions();
    if !part.loads.is_empty() {
        used.extend(part.loads.iter().map(Name::as_str));
        used.insert(SHARED.0);
    }
    // The first part empties for all.
    if number == 0 && all.contains(SHARED.0) {
        used.insert(SHARED.0);
    }
    let pointers = packet_pointers(&used);
    let uses_packet = pointers.is_some();
    pointers.into_iter().for_each(|line| text.line(line));
    cx.declare_variables(&used, &mut text);
    super::loops::declare_context(&used, &mut text);
    cx.find_shared(&used, &mut text);
    if !uses_packet && !used.contains("ctx") {
        text.line(statistics::no_context());
    }
    text.blank();
    // The first part empties the structure for all.
    cx.start_shared(&used, (number == 0).then_some(read_first), &mut text);
    cx.load_handed(&part.loads, &mut text);
    text.append(part.body.clone());
    text.end();
    text.blank();
    text
}

/// Declares those of the packet's pointers that are used: where it begins, where it ends, and how far it is parsed.
pub(super) fn packet_pointers(used: &FxHashSet<&str>) -> Option<Code> {
    let reads = |name| used.contains(name);
    let begin = (reads("data") || reads("p")).then(|| code!("*@data = @xdp_data(@ctx)"));
    let end = reads("data_end").then(|| code!("*@data_end = @xdp_data_end(@ctx)"));
    let cursor = reads("p").then(|| code!("*@p = @data"));
    let all: Vec<Code> = [begin, end, cursor].into_iter().flatten().collect();
    (!all.is_empty()).then(|| code!("void {};", Code::join(all, ", ")))
}

/// Puts the parts of the file together.
fn finish(
    mut module: Module<'_>,
    pipeline: &Pipeline,
    functions: Vec<Function>,
) -> Result<Output, serde_json::Error> {
    let (program, options) = (module.program, module.options);
    module.explain_kernel();
    let places = &pipeline.ports;
    let found = analysis::ports::find(program, &places.ingress, &places.egress);
    let used = functions.iter().fold(super::ports::Used::default(), |all, f| all.or(f.used));
    let ports = super::ports::describe(used, places, &found);
    let entry = functions.first().map(|f| f.name.clone()).unwrap_or_default();
    let tails: Vec<Name> = functions.iter().flat_map(|f| f.tails.iter().cloned()).collect();
    let again = pipeline.sections.iter().any(|section| section.rounds.is_some());
    let egress: Vec<Name> =
        functions.iter().filter(|f| f.hook == Hook::Copy).map(|f| f.name.clone()).collect();
    let programs = parts::describe(&entry, &tails, again, &egress);
    let again = again.then(|| entry.clone());
    let entry = entry.to_string();
    let whole = manifest::Whole {
        source: options.source.to_owned(),
        entry,
        programs,
        frags: options.frags,
        metadata: module.metadata.iter().map(|name| (*name).to_owned()).collect(),
        kernel: module.kernel,
        ports,
        cpu_session: places.cpu_session,
        copies: module.slots.any || module.slots.groups,
        clones_twice: module.slots.twice,
        custom_crcs: Vec::from_iter(
            functions.iter().flat_map(|f| f.custom_crcs.clone()).collect::<BTreeSet<_>>(),
        ),
    };
    let manifest =
        manifest::describe(program, &module.tables, module.externs.describe(program), &found, whole);
    let kept = kept(&manifest, &functions);
    let mut file = Tree::default();
    let mut texts = Tree::default();
    let mut storages = Vec::new();
    let section_names: Vec<String> = functions.iter().map(|function| function.name.to_string()).collect();
    for Function { name, tails, hook, texts: functions, shared, storage, .. } in functions {
        let names = std::iter::once(name).chain(tails);
        for (number, (name, text)) in names.zip(functions).enumerate() {
            texts.append(text);
            let function = if number == 0 { statistics::PACKET.name() } else { parts::function(number) };
            match hook {
                Hook::Device => statistics::entry(&name, &function, options.frags, &mut texts),
                Hook::Copy => statistics::copy_entry(&name, &mut texts),
            }
        }
        storages.push((shared, storage));
    }
    texts.prune();
    let mut names = texts.names();
    let mut copies = Tree::default();
    module.declare_copies(&names, &mut copies);
    names.extend(copies.names());
    module.header_structures(&names, storages.iter().map(|(_, storage)| storage), &mut file);
    let mut held = Vec::new();
    let mut decisions = Vec::new();
    // The shared structure has keys of tables.
    file.append(std::mem::take(&mut module.globals));
    for (name, (shared, storage)) in section_names.into_iter().zip(storages) {
        file.append(shared);
        decisions.push(decided(program, name, &storage));
        held.push(storage);
    }
    let leaves = manifest.ports.egress.is_some() || manifest.ports.packet_in.is_some();
    let is_lost_by_ours = leaves || !tails.is_empty() || again.is_some();
    statistics::declare(&names, is_lost_by_ours, !kept.is_empty(), &mut file);
    drop(names);
    super::ports::declare(&manifest.ports, module.slots.any, &mut file);
    if module.falls_back {
        let loaded = Known(p4xdp_control::manifest::ENTRIES_LOADED);
        file.line(code!(
            "/* A loader that fills the tables sets it. */\nconst volatile __u32 {} = 0;",
            loaded
        ));
        file.blank();
    }
    file.append(copies);
    statistics::declare_keeping(&kept, &mut file);
    parts::declare(&tails, again.as_ref(), &mut file);
    file.append(texts);
    file.line(Code::text(manifest::to_c(&manifest)?));
    file.line(code!("char _license[] SEC(\"license\") = \"GPL\";"));
    file.prune();
    let mut names: BTreeSet<String> = file.names().into_iter().map(str::to_owned).collect();
    let (mut text, mut spans) = file.finish();
    if let Some(users) = options.extern_c {
        // As it is, behind everything else: the prototypes of what the program calls stand in front.
        text = format!("{text}\n{users}");
        spans.resize(text.lines().count(), Span::NONE);
        let mut theirs = BTreeSet::new();
        collect_identifiers(users, &mut theirs);
        names.extend(theirs.into_iter().map(str::to_owned));
    }
    let prelude = prelude_for(&names.iter().map(String::as_str).collect());
    let head = format!("/* Generated by p4xdp from {}. Do not edit. */\n\n{prelude}\n", options.source);
    let deparsers: Vec<&str> = module.plans.iter().map(|(name, _)| &**name).collect();
    let mut lines = vec![Span::NONE; head.lines().count()];
    lines.extend(spans);
    Ok(Output {
        c: head + &text,
        lines,
        header: header::header(&manifest, options.header_prefix),
        manifest,
        constructs: Constructs::of(program, &deparsers),
        decisions,
        layout: layout::text::layout(program, &module.types, &held, &module.plans),
    })
}

/// C's names of maps that control planes use and the entry does not: another program of the object does, or none. Of a program that is split they are
/// left out, since there may be more than one can have.
fn kept(manifest: &Manifest, functions: &[Function]) -> Vec<Name> {
    let entry: Vec<&Function> = functions.iter().filter(|function| function.hook == Hook::Device).collect();
    if entry.iter().any(|function| !function.tails.is_empty()) {
        return Vec::new();
    }
    let used = Tree::names_in(entry.iter().flat_map(|function| &function.texts));
    // Of a table that has several maps the lookup is a function, whose name begins with that of the first.
    let storages = manifest.tables().filter_map(|table| table.layout.storage.as_ref());
    let looked_up: BTreeSet<String> = storages
        .map(|storage| (storage.strategy().map(), storage.strategy().maps()))
        .filter(|(stem, _)| {
            used.iter().any(|name| name.strip_prefix(stem).is_some_and(|rest| rest.starts_with('_')))
        })
        .flat_map(|(_, maps)| maps.into_iter().map(|map| map.name))
        .collect();
    let variable = |map: String| match map.as_str() {
        DEFAULTS_SECTION => Some(DEFAULTS.name()),
        section if section.starts_with('.') => None,
        name => Some(Name::new(name)),
    };
    let roles = manifest.copies.iter().map(|_| ROLES.to_owned());
    let unused =
        header::maps::names(manifest).into_iter().chain(roles).filter(|map| !looked_up.contains(map));
    unused.filter_map(variable).filter(|name| !used.contains(name.as_str())).collect()
}

/// What was decided in a section, by P4's names.
fn decided(program: &Program, name: String, storage: &Storage) -> Decisions {
    let merging = &storage.merging;
    let off_stack = program.locals.iter().filter(|(id, _)| merging.off_stack.contains(*id));
    Decisions {
        program: name,
        holding: storage.holding,
        merged: merging.behind_branches,
        ways: merging.ways,
        operations: merging.operations,
        facts: merging.facts.clone(),
        off_stack: off_stack.map(|(_, local)| local.name.to_string()).collect(),
    }
}
