//! The subcommands: one file each. They take arguments, call the driver and the runtime, and print.
//!
//! Results go to standard output, everything about them to standard error.

mod attach;
mod build;
mod cells;
mod check;
mod completions;
mod copies;
mod crc;
mod digest;
mod engine;
mod events;
mod explain;
mod json;
mod metrics;
mod output;
mod packet;
mod port;
mod profile;
mod run;
mod serve;
mod source;
mod stat;
mod state;
mod status;
mod table;
mod target;
mod test;
mod top;
mod trace;
mod verify;

pub use output::{apologise_on_panic, complain};

use crate::cli::{Cli, Command};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// The input was rejected, or a test's expectation was not met.
    Rejected,
    /// Wrong usage, or the environment is lacking.
    Environment,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => 0.into(),
            Exit::Rejected => 1.into(),
            Exit::Environment => 2.into(),
        }
    }
}

impl Exit {
    /// Done, or what a runtime error means; says it.
    fn of(result: Result<(), p4xdp_runtime::Error>) -> Exit {
        match result {
            Ok(()) => Exit::Done,
            Err(error) => {
                complain(&error.to_string());
                if error.is_environment() { Exit::Environment } else { Exit::Rejected }
            }
        }
    }
}

/// Carries out a command line.
pub fn run(cli: Cli) -> Exit {
    if cli.json {
        output::speak_json();
    }
    output::settle(dispatch(cli))
}

fn dispatch(cli: Cli) -> Exit {
    match cli.command {
        Command::Check(args) => check::run(&args),
        Command::Build(args) => build::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Load(args) => attach::load(&args),
        Command::Unload(args) => attach::unload(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Status(args) => status::run(&args),
        Command::Stat(args) => stat::run(&args),
        Command::Metrics(args) => metrics::run(&args),
        Command::Top(args) => top::run(&args),
        Command::Table(args) => table::run(&args.command),
        Command::Member(args) => profile::members(&args.command),
        Command::Port(args) => port::run(&args.command),
        Command::Group(args) => profile::groups(&args.command),
        Command::Multicast(args) => copies::multicast(&args.command),
        Command::Session(args) => copies::sessions(&args.command),
        Command::Crc(args) => crc::run(&args.command),
        Command::Cells(args) => cells::run(&args),
        Command::Events(args) => events::run(&args),
        Command::Digest(args) => digest::run(&args),
        Command::PacketIn(args) => packet::read(&args),
        Command::PacketOut(args) => packet::send(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Completions(args) => completions::shell(args.shell),
        Command::Man(args) => completions::manual(&args),
    }
}
