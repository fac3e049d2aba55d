//! `p4xdp build`: a program to files, or one text of it to standard output.

use super::output::{self, print, say, write};
use super::{Exit, complain, source};
use crate::cli::{BuildArgs, CodegenArgs, Emit, MessageFormat, TraceFormat};
use crate::driver::{Codegen, Compilation, Made, ObjectError};
use crate::report::{self, Verdict};
use p4xdp_backend_xdp::Output;
use p4xdp_backend_xdp::clang::{ClangError, Complaint};
use p4xdp_frontend::{ast_dump, hir};
use p4xdp_midend::{ir, passes};
use p4xdp_p4runtime::{self as p4runtime, Format};
use p4xdp_runtime::{Error, Object};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Builds and prints what was found; nothing is written unless the program is right.
pub fn run(args: &BuildArgs) -> Exit {
    if args.to_stdout() && !matches!(args.emit.as_slice(), [emit] if *emit != Emit::Obj) {
        complain("`-o -` writes one text to standard output: say which with `--emit`, as in `--emit c`");
        return Exit::Environment;
    }
    if (args.report.is_some() || args.verify) && !args.emit.contains(&Emit::Obj) {
        complain("`--report` and `--verify` are about the object: add `obj` to `--emit`");
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

    let make_directory = || {
        std::fs::create_dir_all(&directory).map_err(|error| {
            complain(&format!("cannot make {}: {error}", directory.display()));
            Exit::Environment
        })
    };
    let c = path("c");
    // First, as it decides into how many programs the others are split.
    let made = if args.emit.contains(&Emit::Obj) {
        compilation.generate(&codegen).map_err(|_| Exit::Rejected)?;
        make_directory()?;
        let made = compilation.object(&c, &codegen).map_err(|error| explain(&error))?;
        show_warnings(&made);
        Some(made)
    } else {
        None
    };
    let mut files: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    for emit in text_outputs(args) {
        let (extension, text) = one_output(emit, args, compilation, &codegen)?;
        files.push((path(&extension), text));
    }
    if args.to_stdout() {
        files.iter().for_each(|(_, text)| write(text));
        return Ok(Exit::Done);
    }
    make_directory()?;
    for (path, text) in &files {
        std::fs::write(path, text).map_err(|error| {
            complain(&format!("cannot write {}: {error}", path.display()));
            Exit::Environment
        })?;
    }
    let Some(made) = made else { return Ok(Exit::Done) };
    let output = compilation.generate(&codegen).map_err(|_| Exit::Rejected)?;
    let exit = look(args, &made.object, &output, compilation)?;
    if !args.emit.contains(&Emit::C) && exit != Exit::Rejected {
        remove(&c);
    }
    Ok(exit)
}

/// The texts that are asked for, each once, in the order of the stages.
fn text_outputs(args: &BuildArgs) -> Vec<Emit> {
    let mut wanted: Vec<Emit> = args.emit.iter().copied().filter(|emit| *emit != Emit::Obj).collect();
    wanted.sort_by_key(|emit| emit.stage());
    wanted.dedup();
    wanted
}

/// One output, and the extension of its file.
fn one_output(
    emit: Emit,
    args: &BuildArgs,
    compilation: &mut Compilation,
    codegen: &Codegen,
) -> Result<(String, Vec<u8>), Exit> {
    let reported = |_| Exit::Rejected;
    let (extension, text) = match emit {
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
        Emit::P4info => {
            let info = p4runtime::p4info(&*compilation.describe().map_err(reported)?);
            return message("p4info", &info, args);
        }
        Emit::Entries => {
            let entries = p4runtime::entries(&*compilation.describe().map_err(reported)?);
            return message("entries", &entries, args);
        }
        // clang makes it.
        Emit::Obj => ("o", String::new()),
    };
    Ok((extension.to_owned(), text.into_bytes()))
}

/// A message of P4Runtime in the form that is asked for.
fn message(
    name: &str,
    message: &impl p4runtime::ReflectMessage,
    args: &BuildArgs,
) -> Result<(String, Vec<u8>), Exit> {
    let format = match args.p4info_format {
        MessageFormat::Text => Format::Text,
        MessageFormat::Binary => Format::Binary,
        MessageFormat::Json => Format::Json,
    };
    let bytes = format.write(message).map_err(|error| {
        complain(&error.to_string());
        Exit::Environment
    })?;
    Ok((format!("{name}.{}", format.extension()), bytes))
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
    Ok(Codegen {
        kernel: args.kernel,
        frags: args.frags,
        part_size,
        rounds: args.rounds,
        cpu_port: args.with_cpu_port,
        ..codegen
    })
}

/// Shows what clang warns of in the user's C.
pub fn show_warnings(made: &Made) {
    made.warnings.iter().for_each(|warning| say(warning));
}

/// Says why there is no object, where that is not among the findings.
pub fn explain(error: &ObjectError) -> Exit {
    match error {
        ObjectError::Reported(_) => Exit::Rejected,
        ObjectError::Clang(ClangError::Refused { source_file, complaints, .. }) => {
            let is_theirs = |complaint: &&Complaint| {
                !complaint.file.is_empty()
                    && source_file.file_name().is_none_or(|name| name != &*complaint.file)
            };
            let theirs: Vec<&Complaint> = complaints.iter().filter(is_theirs).collect();
            match theirs.first() {
                Some(first) => complain(&format!("clang refused {}", first.file)),
                None => complain(&error.to_string()),
            }
            for Complaint { file, line, column, message } in theirs {
                print(&format!("{file}:{line}:{column}: {message}\n"));
            }
            Exit::Rejected
        }
        ObjectError::Clang(_)
        | ObjectError::Unreadable(_)
        | ObjectError::Read(..)
        | ObjectError::Write(..) => {
            complain(&error.to_string());
            Exit::Environment
        }
    }
}

/// Prints what the object costs, and asks the verifier, as far as either is wanted.
fn look(
    args: &BuildArgs,
    object: &Path,
    output: &Output,
    compilation: &mut Compilation,
) -> Result<Exit, Exit> {
    if args.report.is_none() && !args.verify {
        return Ok(Exit::Done);
    }
    let failed = |error: Error| Exit::of(Err(error));
    let object = Object::open(object).map_err(|error| failed(error.into()))?;
    let report = report::of(&object, output, &compilation.sources).map_err(failed)?;
    match args.report.map(output::form) {
        Some(TraceFormat::Text) => print(&report::text::text(&report)),
        Some(TraceFormat::Json) => print(&report::json::json(&report)),
        None => {}
    }
    if !args.verify {
        return Ok(Exit::Done);
    }
    match &report.verdict {
        Verdict::Accepted(_) => Ok(Exit::Done),
        Verdict::NotAsked(why) => {
            complain(&format!("the verifier cannot be asked: {why}"));
            Ok(Exit::Environment)
        }
        Verdict::Refused(refusal) => {
            let cost = report::cost(object.bytes()).unwrap_or_default();
            let found = report::refusal::of_verifier(refusal, &cost, output, &compilation.sources);
            compilation.diagnostics.emit(found);
            Ok(Exit::Rejected)
        }
    }
}
