//! `p4xdp completions SHELL` and the manual page, both made from the argument definitions.

use super::{Exit, complain};
use crate::cli::Cli;
use clap::CommandFactory;

/// Prints a shell's completion script.
pub fn shell(shell: clap_complete::Shell) -> Exit {
    clap_complete::generate(shell, &mut Cli::command(), "p4xdp", &mut std::io::stdout());
    Exit::Done
}

/// Prints the manual page in roff.
pub fn manual() -> Exit {
    match clap_mangen::Man::new(Cli::command()).render(&mut std::io::stdout()) {
        Ok(()) => Exit::Done,
        Err(error) => {
            complain(&format!("cannot write the manual page: {error}"));
            Exit::Environment
        }
    }
}
