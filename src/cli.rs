//! The command line: arguments as data. What they do is in `commands`.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Compiles P4_16 to XDP, loads it, fills its tables and tests it on packets.
#[derive(Debug, Parser)]
#[command(name = "p4xdp", version, max_term_width = 110, arg_required_else_help = true)]
#[command(
    after_help = "Exit status: 0 done; 1 the input was rejected or a test's expectation was not met; 2 wrong usage, or \
                        the environment is lacking."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Checks a program and reports what is wrong with it.
    Check(CheckArgs),
    /// Explains a diagnostic code.
    Explain(ExplainArgs),
    /// Prints a completion script for a shell.
    Completions(CompletionsArgs),
    /// Prints the manual page.
    #[command(hide = true)]
    Man,
}

/// How a program is read.
#[derive(Debug, Args)]
pub struct SourceArgs {
    /// The P4 program.
    #[arg(value_name = "PROG.p4")]
    pub program: PathBuf,
    /// Looks for included files here, before the built-in ones.
    #[arg(short = 'I', value_name = "DIR")]
    pub include_dirs: Vec<PathBuf>,
    /// Defines a macro; its value is 1 if none is given.
    #[arg(short = 'D', value_name = "NAME[=VALUE]")]
    pub defines: Vec<String>,
    /// Undefines a macro.
    #[arg(short = 'U', value_name = "NAME")]
    pub undefines: Vec<String>,
    /// Takes the program for this architecture, whatever its package type.
    #[arg(long, value_name = "ARCH")]
    pub arch: Option<String>,
    /// How diagnostics are printed.
    #[arg(long, value_enum, default_value_t = ErrorFormat::Human)]
    pub error_format: ErrorFormat,
    /// Warnings: `-W CODE` and `-W no-CODE` switch one, `-W all` and `-W no-all` all, `-W error` makes them errors.
    #[arg(short = 'W', value_name = "WARNING")]
    pub warnings: Vec<String>,
}

/// Forms of diagnostics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ErrorFormat {
    /// With the source, for people.
    Human,
    /// One line each: `PATH:LINE:COL: error[CODE]: message`.
    Short,
    /// One JSON object a line.
    Json,
}

/// `p4xdp check`
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The program.
    #[command(flatten)]
    pub source: SourceArgs,
}

/// `p4xdp explain`
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The code, e.g. `E0301`.
    #[arg(required_unless_present = "list")]
    pub code: Option<String>,
    /// Lists all codes.
    #[arg(long)]
    pub list: bool,
}

/// `p4xdp completions`
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
