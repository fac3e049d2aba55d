//! `p4xdp check`: is the program right?

use super::{Exit, source};
use crate::cli::CheckArgs;

/// Checks the program and prints what was found.
pub fn run(args: &CheckArgs) -> Exit {
    let mut compilation = source::compilation(&args.source);
    let result = compilation.check();
    source::finish(&compilation, &args.source, result.map(|_| Exit::Done))
}
