//! Prints all tables of a program with their keys, actions and sizes: what one does with the typed program.
//! `tables FILE [INCLUDE_DIR]..`

#![allow(clippy::disallowed_methods, reason = "it ends with the front end")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a command-line program")]

use p4xdp_frontend::diagnostic::{Diagnostics, Format, render};
use p4xdp_frontend::hir::{self, ConstValue, Program};
use p4xdp_frontend::preprocess::Options;
use p4xdp_frontend::source::{FileSystem, SourceMap};
use p4xdp_frontend::typecheck::const_eval;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let Some(file) = args.next() else {
        eprintln!("usage: tables FILE [INCLUDE_DIR]..");
        return ExitCode::from(2);
    };
    let options = Options { include_dirs: args.collect(), ..Options::default() };
    let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
    match p4xdp_frontend::analyze(&file, &options, &FileSystem, &mut sources, &mut sink) {
        Ok(program) => {
            program.tables.values().for_each(|table| print_table(&program, table));
            ExitCode::SUCCESS
        }
        Err(_) => {
            drop(render(sink.iter(), &sources, Format::Human, false, &mut std::io::stderr()));
            ExitCode::FAILURE
        }
    }
}

fn print_table(program: &Program, table: &hir::Table) {
    println!("table {}", table.name.name);
    for key in &table.keys {
        let kind = &program.match_kinds[key.match_kind].name;
        println!("    key {}: {}, {kind}", key.name, program.type_text(key.expr.ty));
    }
    for reference in &table.actions {
        let action = &program.actions[reference.action];
        println!("    action {}{}", action.name.name, program.params_text(&action.params));
    }
    if let Some(default) = &table.default_action {
        println!("    default {}", program.actions[default.action].name.name);
    }
    // A size may depend on constructor parameters; then it is known for each instance only.
    match table.size.as_ref().map(|size| const_eval::eval_local(program, size)) {
        Some(Ok(ConstValue::Int(size))) => println!("    size {size}"),
        Some(_) => println!("    size by instance"),
        None => {}
    }
}
