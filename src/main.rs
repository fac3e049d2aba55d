//! The `p4xdp` command.

use clap::Parser;
use p4xdp::cli::Cli;
use p4xdp::commands::{self, Exit};

/// Enough for the recursion that the grammar's nesting limit allows, in unoptimised builds too.
const STACK: usize = 256 << 20;

fn main() -> std::process::ExitCode {
    commands::apologise_on_panic();
    let cli = Cli::parse();
    let work =
        std::thread::Builder::new().name("p4xdp".into()).stack_size(STACK).spawn(move || commands::run(cli));
    match work.map(std::thread::JoinHandle::join) {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(_)) => std::process::ExitCode::from(101),
        Err(error) => {
            commands::complain(&format!("cannot start: {error}"));
            Exit::Environment.into()
        }
    }
}
