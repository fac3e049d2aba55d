//! `p4xdp check`: is the program right, and can a target have it?

use super::{Exit, build, source};
use crate::cli::{CheckArgs, CodegenArgs, Target};

/// Checks the program and prints what was found.
pub fn run(args: &CheckArgs) -> Exit {
    let mut compilation = source::compilation(&args.source);
    let result = match args.target {
        None => compilation.check().map(|_| Exit::Done),
        Some(Target::Xdp) => {
            let codegen = CodegenArgs {
                clang: None,
                extern_files: args.extern_files.clone(),
                kernel: args.kernel,
                frags: args.frags,
                split: None,
                rounds: None,
                with_cpu_port: false,
            };
            let codegen = match build::codegen(&codegen) {
                Ok(codegen) => codegen,
                Err(exit) => return exit,
            };
            compilation.generate(&codegen).map(|_| Exit::Done)
        }
    };
    source::finish(&compilation, &args.source, result)
}
