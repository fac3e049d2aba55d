//! `p4xdp check`: is the program right?

use super::Exit;
use crate::cli::CheckArgs;
use crate::driver::Compilation;

/// Checks the program and prints what was found.
pub fn run(args: &CheckArgs) -> Exit {
    let mut compilation = Compilation::new(&args.source);
    let result = compilation.check();
    compilation.finish(result.map(|_| ()))
}
