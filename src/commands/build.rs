//! `p4xdp build`: a program to files.

use super::{Exit, complain, output::print, source};
use crate::cli::{BuildArgs, CodegenArgs, Emit};
use crate::driver::{self, Codegen, Compilation, ObjectError};
use p4xdp_backend_xdp::Output;
use p4xdp_backend_xdp::clang::ClangError;
use p4xdp_frontend::source::SourceMap;
use p4xdp_frontend::{ast_dump, hir};
use p4xdp_midend::{ir, passes};
use std::path::{Path, PathBuf};

/// Builds and prints what was found; nothing is written unless the program is right.
pub fn run(args: &BuildArgs) -> Exit {
    let mut compilation = source::compilation(&args.source);
    let exit = build(args, &mut compilation);
    source::report(&compilation, &args.source);
    exit.unwrap_or_else(|exit| exit)
}

fn build(args: &BuildArgs, compilation: &mut Compilation) -> Result<Exit, Exit> {
    let reported = |_| Exit::Rejected;
    let mut codegen = codegen(&args.codegen)?;
    codegen.header_prefix.clone_from(&args.header_prefix);
    let directory = args.out_dir.clone().unwrap_or_else(|| PathBuf::from("."));
    let stem = args.source.program.file_stem().map(PathBuf::from).unwrap_or_default();
    let path = |extension: &str| directory.join(&stem).with_extension(extension);
    let wants = |emit: Emit| args.emit.contains(&emit);

    let mut files: Vec<(PathBuf, String)> = Vec::new();
    if wants(Emit::Preprocessed) {
        files.push((path("i.p4"), compilation.preprocess().map_err(reported)?.text));
    }
    if wants(Emit::Ast) {
        files.push((path("ast"), ast_dump::dump(&compilation.parse().map_err(reported)?)));
    }
    if wants(Emit::Hir) {
        files.push((path("hir"), hir::dump(&compilation.check().map_err(reported)?)));
    }
    if wants(Emit::Ir) || wants(Emit::Dot) {
        let mut program = compilation.elaborate().map_err(reported)?;
        match &args.after {
            None => passes::run(&mut program),
            Some(name) => {
                if !passes::run_until(&mut program, name) {
                    let names: Vec<&str> = passes::PASSES.iter().map(|pass| pass.name).collect();
                    complain(&format!(
                        "there is no pass `{name}`; they are: elaborate, {}",
                        names.join(", ")
                    ));
                    return Err(Exit::Environment);
                }
            }
        }
        if wants(Emit::Ir) {
            files.push((path("ir"), ir::display::display(&program)));
        }
        if wants(Emit::Dot) {
            files.push((path("dot"), ir::display::dot(&program)));
        }
    }
    let mut generated = None;
    if [Emit::C, Emit::H, Emit::Obj, Emit::Manifest, Emit::Layout].into_iter().any(wants) {
        let output = compilation.generate(&codegen).map_err(reported)?;
        if wants(Emit::H) {
            files.push((path("h"), output.header.clone()));
        }
        if wants(Emit::Layout) {
            files.push((path("layout"), output.layout.clone()));
        }
        if wants(Emit::Manifest) {
            let json = serde_json::to_string_pretty(&output.manifest).map_err(|error| {
                complain(&format!("cannot write the manifest: {error}"));
                Exit::Environment
            })?;
            files.push((path("manifest.json"), json + "\n"));
        }
        if wants(Emit::C) {
            files.push((path("c"), output.c.clone()));
        }
        generated = Some(output);
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
    if let Some(output) = generated
        && wants(Emit::Obj)
    {
        let c = path("c");
        let result = driver::make_object(&output, &c, &codegen);
        result.map_err(|error| explain(&error, &output, &compilation.sources))?;
        if !wants(Emit::C) {
            remove(&c);
        }
    }
    Ok(Exit::Done)
}

fn remove(path: &Path) {
    if let Err(error) = std::fs::remove_file(path) {
        complain(&format!("cannot remove {}: {error}", path.display()));
    }
}

/// The arguments in the driver's terms; says which file cannot be read.
pub fn codegen(args: &CodegenArgs) -> Result<Codegen, Exit> {
    Codegen::new(args.clang.clone(), &args.extern_files).map_err(|error| {
        complain(&error.to_string());
        Exit::Environment
    })
}

/// Says why there is no object. clang refusing our C is our bug: the C is kept, and the complaints are mapped back to P4.
pub fn explain(error: &ObjectError, output: &Output, sources: &SourceMap) -> Exit {
    complain(&error.to_string());
    if let ObjectError::Clang(ClangError::Refused { source_file, complaints, .. }) = error {
        for complaint in complaints {
            let span = usize::try_from(complaint.line).ok().and_then(|l| output.lines.get(l.checked_sub(1)?));
            let place = span.and_then(|span| sources.location(span.lo));
            let place = place.map(|p| format!(" (from {}:{})", p.file, p.line)).unwrap_or_default();
            print(&format!("{}:{}: {}{place}\n", source_file.display(), complaint.line, complaint.message));
        }
        return Exit::Rejected;
    }
    Exit::Environment
}
