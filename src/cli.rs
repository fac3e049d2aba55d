//! The command line: arguments as data. What they do is in `commands`.

mod cells;
mod control_plane;
mod copies;
mod crc;
mod ports;
mod profiles;
mod serve;

pub use cells::*;
pub use control_plane::*;
pub use copies::*;
pub use crc::*;
pub use ports::*;
pub use profiles::*;
pub use serve::*;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use p4xdp_backend_xdp::limits::ROUNDS;
use p4xdp_control::kernel::Kernel;
use p4xdp_frontend::architecture;
use p4xdp_frontend::diagnostic::{UnknownWarning, WarningPolicy};
use std::path::PathBuf;

/// Compiles P4_16 to XDP, loads it, fills its tables and tests it on packets.
#[derive(Debug, Parser)]
#[command(name = "p4xdp", version, max_term_width = 110, arg_required_else_help = true)]
#[command(
    after_help = "Exit status: 0 done; 1 the input was rejected or a test's expectation was not met; 2 wrong usage, or \
                        the environment is lacking."
)]
pub struct Cli {
    /// Prints results as JSON, one object a line; diagnostics of programs, too. Messages about the run stay text.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Checks a program and reports what is wrong with it.
    Check(CheckArgs),
    /// Compiles a program to C, a control-plane header and an eBPF object.
    Build(BuildArgs),
    /// Runs a packet test (STF) on the interpreter, in the kernel, or over virtual devices.
    Test(TestArgs),
    /// Runs packets from pcap files through a program.
    Run(RunArgs),
    /// Loads an object without attaching it: the verifier's verdict, and what the program costs.
    Verify(VerifyArgs),
    /// Loads an object and attaches it to devices; a running program is replaced atomically and keeps its tables.
    Load(LoadArgs),
    /// Takes the program off devices.
    Unload(UnloadArgs),
    /// Serves P4Runtime: controllers give the devices programs, and read and write what these hold.
    Serve(ServeArgs),
    /// Shows what devices run.
    Status(StatusArgs),
    /// Shows what became of a running program's packets, and what it lost, by reason.
    Stat(StatArgs),
    /// Prints what running programs do as metrics for Prometheus, or serves them over HTTP.
    Metrics(MetricsArgs),
    /// Shows from moment to moment what a running program does: packets by verdict, hits of tables, losses, time.
    Top(TopArgs),
    /// Shows the ports of a running program, and lets devices come and go while it runs.
    Port(PortArgs),
    /// Reads and changes the tables of a running program.
    Table(TableArgs),
    /// Reads and changes members of action profiles and selectors of a running program, which entries of tables name.
    Member(MemberArgs),
    /// Reads and changes groups of action selectors of a running program.
    Group(GroupArgs),
    /// Reads and changes the multicast groups of a running program.
    Multicast(MulticastArgs),
    /// Reads and changes the clone sessions of a running program.
    Session(SessionArgs),
    /// Reads and changes the custom CRCs of a running program.
    Crc(CrcArgs),
    /// Reads and changes counters, registers and the like of a running program: one subcommand a kind.
    #[command(flatten)]
    Cells(CellsCommand),
    /// Prints the events that a running program sends.
    Events(EventsArgs),
    /// Prints the messages (digests) that a running program sends to its control plane. What is read is gone.
    Digest(DigestArgs),
    /// Prints the packets that a running program sends to its CPU port. What is read is gone.
    PacketIn(PacketInArgs),
    /// Sends packets into a running program as if they came in at its CPU port.
    PacketOut(PacketOutArgs),
    /// Explains a diagnostic code.
    Explain(ExplainArgs),
    /// Prints a completion script for a shell.
    Completions(CompletionsArgs),
    /// Prints a manual page, or writes all of them.
    Man(ManArgs),
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
    /// Takes the program for this architecture, whatever its package is called; the package must have this architecture's form.
    #[arg(long, value_name = "ARCH", value_parser = PossibleValuesParser::new(architecture::names()))]
    pub arch: Option<String>,
    /// How diagnostics are printed: `human` unless it is said here, or `--json` is given.
    #[arg(long, value_enum)]
    pub error_format: Option<ErrorFormat>,
    /// Warnings, by name (`unused`) or code (`W0202`): `-W NAME` and `-W no-NAME` switch one, `-W all` and `-W none` all,
    /// `-W error` and `-W error=NAME` make errors of them; `p4xdp explain --list` has the names.
    #[arg(short = 'W', value_name = "WARNING", value_parser = warning_flag)]
    pub warnings: Vec<String>,
}

/// What can begin a name in C; nothing can, too.
fn identifier(text: &str) -> Result<String, &'static str> {
    let mut letters = text.chars();
    let first = letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    let others = letters.all(|c| c.is_ascii_alphanumeric() || c == '_');
    if text.is_empty() || first && others { Ok(text.to_owned()) } else { Err("it is no name in C") }
}

/// How often packets may go round.
fn rounds() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(i64::from(*ROUNDS.start())..=i64::from(*ROUNDS.end()))
}

/// What may follow `-W`.
fn warning_flag(flag: &str) -> Result<String, UnknownWarning> {
    WarningPolicy::default().set(flag).map(|()| flag.to_owned())
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
    /// Says, too, all that keeps the program from being compiled for this target. Needs no clang.
    #[arg(long, value_enum)]
    pub target: Option<Target>,
    /// C files that define the extern functions which the program only declares.
    #[arg(long = "extern", value_name = "FILE.c", requires = "target")]
    pub extern_files: Vec<PathBuf>,
    /// The oldest kernel that the program is to run on; see `build`.
    #[arg(long, value_name = "VERSION", requires = "target")]
    pub kernel: Option<Kernel>,
    /// The program is to take packets of more than a page; see `build`.
    #[arg(long, requires = "target")]
    pub frags: bool,
}

/// What programs are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// The kernel's express data path.
    Xdp,
}

/// `p4xdp verify`
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The object.
    #[arg(value_name = "PROG.o")]
    pub object: PathBuf,
}

/// What `build` can write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Emit {
    /// Restricted C.
    C,
    /// Control-plane header.
    H,
    /// eBPF object.
    Obj,
    /// The manifest as JSON.
    Manifest,
    /// Where each header is held and what each deparser does with the packet.
    Layout,
    /// The preprocessed text.
    Preprocessed,
    /// The syntax tree.
    Ast,
    /// The typed program.
    Hir,
    /// The intermediate representation after all passes, or after the one given by `--after`.
    Ir,
    /// Parser graphs for Graphviz.
    Dot,
    /// What control planes can read and write, as P4Runtime's P4Info.
    P4info,
    /// The program's own table entries, as a P4Runtime WriteRequest.
    Entries,
}

impl Emit {
    /// Outputs in the order in which the stages make them.
    pub fn stage(self) -> u8 {
        match self {
            Emit::Preprocessed => 0,
            Emit::Ast => 1,
            Emit::Hir => 2,
            Emit::Ir => 3,
            Emit::Dot => 4,
            Emit::P4info => 5,
            Emit::Entries => 6,
            Emit::H => 7,
            Emit::Layout => 8,
            Emit::Manifest => 9,
            Emit::C => 10,
            Emit::Obj => 11,
        }
    }
}

/// Forms of P4Runtime's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MessageFormat {
    /// protobuf's text format: `.txtpb`.
    Text,
    /// protobuf's wire format: `.bin`.
    Binary,
    /// protobuf's JSON: `.json`.
    Json,
}

impl BuildArgs {
    /// `-o -`: standard output, and no files.
    pub fn to_stdout(&self) -> bool {
        self.out_dir.as_deref().is_some_and(|dir| dir.as_os_str() == "-")
    }
}

/// `p4xdp build`
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// The program.
    #[command(flatten)]
    pub source: SourceArgs,
    /// Where to write; the current directory if not given. `-` is standard output, for one text.
    #[arg(short = 'o', long = "out-dir", value_name = "DIR")]
    pub out_dir: Option<PathBuf>,
    /// What to write, separated by commas.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Emit::C, Emit::H, Emit::Obj])]
    pub emit: Vec<Emit>,
    /// The pass after which `--emit ir` looks; `elaborate` is before the first.
    #[arg(long, value_name = "PASS")]
    pub after: Option<String>,
    /// How `--emit p4info` and `--emit entries` are written.
    #[arg(long, value_enum, default_value_t = MessageFormat::Text)]
    pub p4info_format: MessageFormat,
    /// What names in the control-plane header begin with, such as `edge_`: with it, a C program can include the headers of several
    /// programs that have tables of the same names.
    #[arg(long, value_name = "PREFIX", default_value = "", hide_default_value = true, value_parser = identifier)]
    pub header_prefix: String,
    /// Prints what the object costs: instructions, stack, maps, what the verifier has to do, and which parts of the program cost most.
    #[arg(long, value_name = "FORM", num_args = 0..=1, default_missing_value = "text", require_equals = true)]
    pub report: Option<TraceFormat>,
    /// Lets the kernel's verifier look at the object; where it refuses, so does `build`. Needs the rights to load programs.
    #[arg(long)]
    pub verify: bool,
    /// How code is generated.
    #[command(flatten)]
    pub codegen: CodegenArgs,
}

/// How code is generated.
#[derive(Debug, Args)]
pub struct CodegenArgs {
    /// The clang to use; else `$P4XDP_CLANG`, else the newest on the PATH.
    #[arg(long, value_name = "PATH")]
    pub clang: Option<PathBuf>,
    /// C files that define the extern functions which the program only declares.
    #[arg(long = "extern", value_name = "FILE.c")]
    pub extern_files: Vec<PathBuf>,
    /// The oldest kernel that the program is to run on, such as 5.15 or 6.1: what needs a newer one is refused. Without it, a program
    /// needs whatever serves it best, and says so.
    #[arg(long, value_name = "VERSION")]
    pub kernel: Option<Kernel>,
    /// Takes packets of more than a page, such as jumbo frames, which lie in memory as fragments (`xdp.frags`; Linux 5.18). Headers are
    /// looked for in the first fragment.
    #[arg(long)]
    pub frags: bool,
    /// Splits the program into BPF programs of at most about so many instructions each, which call one another. Without it, a
    /// program is split only if it is too large for the kernel as one.
    #[arg(long, value_name = "INSTRUCTIONS", value_parser = clap::value_parser!(u32).range(1..))]
    pub split: Option<u32>,
    /// How often a packet that is resubmitted or recirculated goes round at most: 4 times unless it is said here, up to 32. One that
    /// would go round once more is dropped and counted (`stat`).
    #[arg(long, value_name = "N", value_parser = rounds())]
    pub rounds: Option<u32>,
    /// Lets `load --cpu-port` choose a port behind which user space is. Programs with a header for that (`@controller_header`) need no
    /// such word.
    #[arg(long)]
    pub with_cpu_port: bool,
}

/// Engines of packet tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EngineArg {
    /// The reference interpreter: needs no privilege and no clang.
    Interp,
    /// The kernel, with packets injected directly.
    Kernel,
    /// The kernel, with packets over virtual Ethernet devices between namespaces.
    Veth,
}

/// `p4xdp test`
#[derive(Debug, Args)]
pub struct TestArgs {
    /// The program.
    #[command(flatten)]
    pub source: SourceArgs,
    /// The packet test; `-` for standard input.
    #[arg(value_name = "TEST.stf")]
    pub test: PathBuf,
    /// How it is run.
    #[command(flatten)]
    pub running: RunningArgs,
}

/// How packets are run through a program.
#[derive(Debug, Args)]
pub struct RunningArgs {
    /// What runs the program.
    #[arg(long, value_enum, default_value_t = EngineArg::Interp)]
    pub engine: EngineArg,
    /// How code is generated.
    #[command(flatten)]
    pub codegen: CodegenArgs,
    /// The port behind which user space is, as `load --cpu-port` says it: packets of this port take the way of `packet-in` and
    /// `packet-out`. To the interpreter it is a port like any other.
    #[arg(long, value_name = "PORT")]
    pub cpu_port: Option<u32>,
    /// Shows what happens to each packet (interpreter only).
    #[arg(long, value_name = "FORM", num_args = 0..=1, default_missing_value = "text", require_equals = true)]
    pub trace: Option<TraceFormat>,
}

/// Forms of traces, states and reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TraceFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// `p4xdp run`
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The program.
    #[command(flatten)]
    pub source: SourceArgs,
    /// Packets that come in on a port: a capture in pcap or pcapng, `-` for standard input. May be given several times; packets are
    /// taken in the order of their time stamps.
    #[arg(long = "in", value_name = "PORT=FILE", required = true)]
    pub inputs: Vec<String>,
    /// Directory that gets `PORT.pcap` for each port that packets leave by; `-` writes one pcapng with an interface a port to
    /// standard output, and everything else to standard error.
    #[arg(long = "out", value_name = "DIR")]
    pub out: PathBuf,
    /// Table entries: an STF file of which only the table commands are carried out, before the first packet.
    #[arg(long, value_name = "FILE.stf")]
    pub entries: Option<PathBuf>,
    /// A port that packets leave by, for `kernel` and `veth`, which make a device for each. Not needed for ports that a capture comes in
    /// on, or that stand in the program or in an entry.
    #[arg(long = "port", value_name = "PORT")]
    pub ports: Vec<u32>,
    /// How it is run.
    #[command(flatten)]
    pub running: RunningArgs,
    /// Shows digests as they come, and at the end the cells of counters and registers that are not zero (interpreter only).
    #[arg(long, value_name = "FORM", num_args = 0..=1, default_missing_value = "text", require_equals = true)]
    pub state: Option<TraceFormat>,
}

/// `p4xdp explain`
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The code, e.g. `E0301`, or the name of a warning, e.g. `unused`.
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

/// `p4xdp man`
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The subcommand whose page it is, such as `table insert`; the page of `p4xdp` itself if not given.
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
    /// Writes all pages into this directory, `p4xdp-table-insert.1` and so on.
    #[arg(short = 'o', long = "out-dir", value_name = "DIR", conflicts_with = "command")]
    pub out_dir: Option<PathBuf>,
}
