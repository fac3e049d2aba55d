//! `p4xdp build`: a program to files, or one text of it to standard output.

use super::output::{print, say};
use super::{Exit, complain, source};
use crate::cli::{BuildArgs, CodegenArgs, Emit};
use crate::driver::{self, Codegen, Compilation, Made, ObjectError};
use p4xdp_backend_xdp::Output;
use p4xdp_backend_xdp::clang::{self, ClangError, Complaint};
use p4xdp_frontend::diagnostic::{Diagnostic, codes};
use p4xdp_frontend::source::Span;
use p4xdp_frontend::{ast_dump, hir};
use p4xdp_midend::{ir, passes};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Builds and prints what was found; nothing is written unless the program is right.
pub fn run(args: &BuildArgs) -> Exit {
    if args.to_stdout() && !matches!(args.emit.as_slice(), [emit] if *emit != Emit::Obj) {
        complain("`-o -` writes one text to standard output: say which with `--emit`, as in `--emit c`");
        return Exit::Environment;
    }
    let mut compilation = source::compilation(&args.source);
    let exit = build(args, &mut compilation);
    source::report(&compilation, &args.source);
    exit.unwrap_or_else(|exit| exit)
}

fn build(args: &BuildArgs, compilation: &mut Compilation) -> Result<Exit, Exit> {
    let mut codegen = codegen(&args.codegen)?;
    codegen.header_prefix.clone_from(&args.header_prefix);
    let directory = args.out_dir.clone().unwrap_or_else(|| PathBuf::from("."));
    let stem = args.source.program.file_stem().map(PathBuf::from).unwrap_or_default();
    let path = |extension: &str| directory.join(&stem).with_extension(extension);

    let mut files: Vec<(PathBuf, String)> = Vec::new();
    for emit in text_outputs(args) {
        let (extension, text) = text(emit, args, compilation, &codegen)?;
        files.push((path(extension), text));
    }
    let wants_object = args.emit.contains(&Emit::Obj);
    let output =
        if wants_object { Some(compilation.generate(&codegen).map_err(|_| Exit::Rejected)?) } else { None };
    if args.to_stdout() {
        files.iter().for_each(|(_, text)| print(text));
        return Ok(Exit::Done);
    }
    std::fs::create_dir_all(&directory).map_err(|error| {
        complain(&format!("cannot make {}: {error}", directory.display()));
        Exit::Environment
    })?;
    for (path, text) in &files {
        std::fs::write(path, text).map_err(|error| {
            complain(&format!("cannot write {}: {error}", path.display()));
            Exit::Environment
        })?;
    }
    if let Some(output) = output {
        let c = path("c");
        let result = driver::make_object(&output, &c, &codegen);
        let made = result.map_err(|error| explain(&error, &output, compilation))?;
        show_warnings(&made);
        if !args.emit.contains(&Emit::C) {
            remove(&c);
        }
    }
    Ok(Exit::Done)
}

/// The texts that are asked for, each once, in the order of the stages.
fn text_outputs(args: &BuildArgs) -> Vec<Emit> {
    let mut wanted: Vec<Emit> = args.emit.iter().copied().filter(|emit| *emit != Emit::Obj).collect();
    wanted.sort_by_key(|emit| emit.stage());
    wanted.dedup();
    wanted
}

/// One text, and the extension of its file.
fn text(
    emit: Emit,
    args: &BuildArgs,
    compilation: &mut Compilation,
    codegen: &Codegen,
) -> Result<(&'static str, String), Exit> {
    let reported = |_| Exit::Rejected;
    Ok(match emit {
        Emit::Preprocessed => ("i.p4", compilation.preprocess().map_err(reported)?.text.clone()),
        Emit::Ast => ("ast", ast_dump::dump(&*compilation.parse().map_err(reported)?)),
        Emit::Hir => ("hir", hir::dump(&*compilation.check().map_err(reported)?)),
        Emit::Ir => ("ir", ir::display::display(&*program_after(args, compilation)?)),
        Emit::Dot => ("dot", ir::display::dot(&*program_after(args, compilation)?)),
        Emit::H => ("h", compilation.generate(codegen).map_err(reported)?.header.clone()),
        Emit::Layout => ("layout", compilation.generate(codegen).map_err(reported)?.layout.clone()),
        Emit::C => ("c", compilation.generate(codegen).map_err(reported)?.c.clone()),
        Emit::Manifest => {
            let output = compilation.generate(codegen).map_err(reported)?;
            let json = serde_json::to_string_pretty(&output.manifest).map_err(|error| {
                complain(&format!("cannot write the manifest: {error}"));
                Exit::Environment
            })?;
            ("manifest.json", json + "\n")
        }
        // No text: clang makes it.
        Emit::Obj => ("o", String::new()),
    })
}

/// The IR after the pass that is asked for, or after all.
fn program_after(args: &BuildArgs, compilation: &mut Compilation) -> Result<Arc<ir::Program>, Exit> {
    let Some(name) = &args.after else {
        return compilation.optimise().map_err(|_| Exit::Rejected);
    };
    compilation.after(name).map_err(|_| Exit::Rejected)?.ok_or_else(|| {
        let names: Vec<&str> = passes::PASSES.iter().map(|pass| pass.name).collect();
        complain(&format!("there is no pass `{name}`; they are: elaborate, {}", names.join(", ")));
        Exit::Environment
    })
}

fn remove(path: &Path) {
    if let Err(error) = std::fs::remove_file(path) {
        complain(&format!("cannot remove {}: {error}", path.display()));
    }
}

/// The arguments in the driver's terms; says which file cannot be read.
pub fn codegen(args: &CodegenArgs) -> Result<Codegen, Exit> {
    let codegen = Codegen::new(args.clang.clone(), &args.extern_files).map_err(|error| {
        complain(&error.to_string());
        Exit::Environment
    })?;
    let part_size = args.split.and_then(|most| usize::try_from(most).ok());
    Ok(Codegen { kernel: args.kernel, part_size, ..codegen })
}

/// Shows what clang warns of in the user's C.
pub fn show_warnings(made: &Made) {
    made.warnings.iter().for_each(|warning| say(warning));
}

/// Says why there is no object. clang refusing our C is our bug: the C is kept, and the complaints are mapped back to P4. An extern function
/// that the user's C does not define is an error in the program.
pub fn explain(error: &ObjectError, output: &Output, compilation: &mut Compilation) -> Exit {
    let ObjectError::Clang(ClangError::Refused { source_file, complaints, .. }) = error else {
        complain(&error.to_string());
        return Exit::Environment;
    };
    let is_ours =
        |complaint: &Complaint| source_file.file_name().is_some_and(|name| name == &*complaint.file);
    // At a place of ours it is a prototype of the program's extern; the user's own are for clang to tell.
    let (undefined, others): (Vec<&Complaint>, Vec<&Complaint>) = complaints
        .iter()
        .partition(|complaint| is_ours(complaint) && clang::undefined_function(complaint).is_some());
    let span = |complaint: &Complaint| {
        let line = usize::try_from(complaint.line).ok()?.checked_sub(1)?;
        output.lines.get(line).copied()
    };
    for complaint in &undefined {
        let name = clang::undefined_function(complaint).unwrap_or_default();
        let message = format!("extern function `{name}` is not defined in the C that was given for it");
        let place = span(complaint).unwrap_or(Span::NONE);
        compilation.diagnostics.emit(
            Diagnostic::error(codes::E0523, place, message)
                .with_note("`p4xdp explain E0523` tells how to define it"),
        );
    }
    if others.is_empty() && !undefined.is_empty() {
        return Exit::Rejected;
    }
    match others.first() {
        Some(first) if !is_ours(first) && !first.file.is_empty() => {
            complain(&format!("clang refused {}", first.file));
        }
        Some(_) | None => complain(&error.to_string()),
    }
    for complaint in others {
        if !is_ours(complaint) && !complaint.file.is_empty() {
            print(&format!(
                "{}:{}:{}: {}\n",
                complaint.file, complaint.line, complaint.column, complaint.message
            ));
            continue;
        }
        let place = span(complaint).and_then(|span| compilation.sources.location(span.lo));
        let place = place.map(|p| format!(" (from {}:{})", p.file, p.line)).unwrap_or_default();
        print(&format!("{}:{}: {}{place}\n", source_file.display(), complaint.line, complaint.message));
    }
    Exit::Rejected
}
