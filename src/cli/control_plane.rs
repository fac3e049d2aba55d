//! Arguments of the subcommands that control a running program.

use clap::{Args, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Which running program.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct TargetArgs {
    /// The one that a device runs.
    #[arg(long, value_name = "DEV")]
    pub dev: Option<String>,
    /// The one that is pinned here.
    #[arg(long, value_name = "PATH")]
    pub pin: Option<PathBuf>,
    /// The one with this number.
    #[arg(long, value_name = "ID")]
    pub id: Option<u32>,
}

/// `p4xdp table`
#[derive(Debug, Args)]
pub struct TableArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: TableCommand,
}

/// What can be done to tables. Names may be shortened to their last parts.
#[derive(Debug, Subcommand)]
pub enum TableCommand {
    /// Lists the tables with keys and actions.
    List {
        /// The program.
        #[command(flatten)]
        target: TargetArgs,
    },
    /// Prints entries and default actions.
    Dump {
        /// The program.
        #[command(flatten)]
        target: TargetArgs,
        /// The table; all of them if none is given.
        table: Option<String>,
    },
    /// Adds an entry, or those of a file.
    Insert(InsertArgs),
    /// Changes the action of an entry.
    Modify(EntryArgs),
    /// Removes an entry.
    Delete {
        /// The program.
        #[command(flatten)]
        target: TargetArgs,
        /// The table.
        table: String,
        /// The keys.
        keys: Vec<String>,
        /// Larger wins (ternary, range and optional keys).
        #[arg(long, default_value_t = 0)]
        priority: u32,
    },
    /// Prints the entries that no packet has used for longer than their idle timeout. Nothing deletes them.
    Idle(IdleArgs),
    /// Removes all entries that are not constant.
    Clear {
        /// The program.
        #[command(flatten)]
        target: TargetArgs,
        /// The table.
        table: String,
    },
    /// Sets the default action.
    Default {
        /// The program.
        #[command(flatten)]
        target: TargetArgs,
        /// The table.
        table: String,
        /// The action and its arguments; the program's own default action if none is given.
        #[arg(value_name = "ACTION [ARG..]")]
        call: Vec<String>,
        /// Takes ports that are not there.
        #[arg(long)]
        force: bool,
    },
}

/// `p4xdp table insert`: an entry, or those of a file.
#[derive(Debug, Args)]
pub struct InsertArgs {
    /// The program.
    #[command(flatten)]
    pub target: TargetArgs,
    /// Adds the entries of a file, `-` for standard input, and sets the default actions there, as `table dump --json` prints both: all
    /// of them or, if one cannot be, none. Constant ones are passed over.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["table", "priority", "idle_timeout"])]
    pub from: Option<PathBuf>,
    /// The table.
    #[arg(required_unless_present = "from")]
    pub table: Option<String>,
    /// As many keys as the table has (`VALUE` or `NAME=VALUE`; prefixes `10.0.0.0/8`, masks `v&&&m`, ranges `a..b`, `_` for
    /// anything), then the action, then its arguments (`VALUE` or `NAME=VALUE`); in a table with an action profile `member NUMBER` or
    /// `group NUMBER` in place of an action. Of a value set, the keys alone.
    #[arg(value_name = "KEY.. [ACTION [ARG..]]", required_unless_present = "from")]
    pub words: Vec<String>,
    /// What else an entry has.
    #[command(flatten)]
    pub with: EntryWith,
}

/// `p4xdp table modify`: `TABLE KEY.. ACTION [ARG..]`.
#[derive(Debug, Args)]
pub struct EntryArgs {
    /// The program.
    #[command(flatten)]
    pub target: TargetArgs,
    /// The table.
    pub table: String,
    /// The keys, then the action with its arguments; see `insert`.
    #[arg(value_name = "KEY.. [ACTION [ARG..]]", required = true)]
    pub words: Vec<String>,
    /// What else an entry has.
    #[command(flatten)]
    pub with: EntryWith,
}

/// What an entry has beside its keys and what it runs.
#[derive(Debug, Args)]
pub struct EntryWith {
    /// Larger wins (ternary, range and optional keys).
    #[arg(long, default_value_t = 0)]
    pub priority: u32,
    /// How long the entry may be used by no packet before `table idle` tells of it, such as `30s` or `5m`; 0s is for ever. Of a table that
    /// the program gives an idle timeout.
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub idle_timeout: Option<Duration>,
    /// Takes ports that are not there.
    #[arg(long)]
    pub force: bool,
}

/// `p4xdp table idle`
#[derive(Debug, Args)]
pub struct IdleArgs {
    /// The program.
    #[command(flatten)]
    pub target: TargetArgs,
    /// The table; all that have an idle timeout if none is given.
    pub table: Option<String>,
    /// Goes on, and prints each entry when it becomes idle.
    #[arg(long)]
    pub follow: bool,
    /// Ends after so many seconds.
    #[arg(long, value_name = "N", requires = "follow")]
    pub seconds: Option<u64>,
}

/// `p4xdp events`
#[derive(Debug, Args)]
pub struct EventsArgs {
    /// The program.
    #[command(flatten)]
    pub target: TargetArgs,
    /// The extern that sends them; may be left out if there is only one.
    pub source: Option<String>,
    /// Stops after so many events.
    #[arg(long, value_name = "N")]
    pub count: Option<u64>,
    /// Stops after so many seconds.
    #[arg(long, value_name = "SECONDS")]
    pub seconds: Option<u64>,
}

/// `p4xdp digest`
#[derive(Debug, Args)]
pub struct DigestArgs {
    /// The program.
    #[command(flatten)]
    pub target: TargetArgs,
    /// The digest, by its name or the end of it; without one, all of the program's.
    pub digest: Option<String>,
    /// Prints how many messages were lost, because nobody read them in time, instead of messages.
    #[arg(long, conflicts_with_all = ["count", "seconds"])]
    pub lost: bool,
    /// Stops after so many messages.
    #[arg(long, value_name = "N")]
    pub count: Option<u64>,
    /// Stops after so many seconds.
    #[arg(long, value_name = "SECONDS")]
    pub seconds: Option<u64>,
}

/// `p4xdp packet-in`
#[derive(Debug, Args)]
pub struct PacketInArgs {
    /// The program.
    #[command(flatten)]
    pub target: TargetArgs,
    /// Waits for more, until somebody interrupts; else those that wait are all.
    #[arg(long)]
    pub follow: bool,
    /// Writes the packets into this file (pcap) instead of printing them.
    #[arg(long, value_name = "FILE.pcap")]
    pub out: Option<PathBuf>,
    /// Stops after so many packets.
    #[arg(long, value_name = "N")]
    pub count: Option<u64>,
    /// Waits for so many seconds.
    #[arg(long, value_name = "SECONDS", conflicts_with = "follow")]
    pub seconds: Option<u64>,
}

/// `p4xdp packet-out`
#[derive(Debug, Args)]
pub struct PacketOutArgs {
    /// The program.
    #[command(flatten)]
    pub target: TargetArgs,
    /// A packet in hexadecimal digits, or a capture (pcap, pcapng) with packets.
    #[arg(value_name = "HEX|FILE.pcap", required = true)]
    pub packets: Vec<String>,
}

/// `p4xdp load`
#[derive(Debug, Args)]
pub struct LoadArgs {
    /// The object.
    #[arg(value_name = "PROG.o")]
    pub object: PathBuf,
    /// The devices; they share the program and its tables. `PORT=DEV` for each says which port number of the program it is;
    /// without numbers, those of the program that is replaced stay, or ports are interface indices.
    #[arg(value_name = "[PORT=]DEV", required = true)]
    pub devices: Vec<String>,
    /// How the program is run.
    #[arg(long, value_enum, default_value_t = ModeArg::Auto)]
    pub mode: ModeArg,
    /// Starts with empty tables even if the program that runs has the same.
    #[arg(long)]
    pub reset_tables: bool,
    /// Replaces a program that p4xdp did not make.
    #[arg(long)]
    pub force: bool,
    /// Counts verdicts and parser errors, which `stat` and `status` then show. What is lost is counted in any case.
    #[arg(long)]
    pub stats: bool,
    /// Ports are interface indices, also if the program names ports or has too few of them.
    #[arg(long)]
    pub ports_are_indices: bool,
    /// The port behind which user space is: packets to it are read by `packet-in`, and `packet-out` sends packets that come from it. Without
    /// it, that of the program that is replaced stays. Needs kernel 5.18.
    #[arg(long, value_name = "PORT")]
    pub cpu_port: Option<u32>,
    /// Makes no pins under /sys/fs/bpf.
    #[arg(long)]
    pub no_pins: bool,
}

/// Ways to run an XDP program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ModeArg {
    /// In the driver if it can, else generic.
    Auto,
    /// In the driver.
    Native,
    /// In the network stack, for drivers without XDP.
    Generic,
}

/// `p4xdp unload`
#[derive(Debug, Args)]
pub struct UnloadArgs {
    /// The devices.
    #[arg(value_name = "DEV", required_unless_present = "stale")]
    pub devices: Vec<String>,
    /// Removes pins of devices and network namespaces that are gone; what runs goes on.
    #[arg(long)]
    pub stale: bool,
    /// Takes off a program that p4xdp did not make, too.
    #[arg(long)]
    pub force: bool,
}

/// `p4xdp stat`
#[derive(Debug, Args)]
pub struct StatArgs {
    /// The program.
    #[command(flatten)]
    pub target: TargetArgs,
}

/// `p4xdp status`
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// The devices; all that run a program of ours if none is given.
    #[arg(value_name = "DEV")]
    pub devices: Vec<String>,
}

/// `p4xdp metrics`
#[derive(Debug, Args)]
pub struct MetricsArgs {
    /// The devices; all that run a program of ours if none is given.
    #[arg(value_name = "DEV")]
    pub devices: Vec<String>,
    /// Serves the metrics over HTTP at this address, under `/metrics`, until somebody interrupts; port 0 is one that is free.
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,
    /// How many cells of a counter are told at most, of those that are not zero.
    #[arg(long, value_name = "N", default_value_t = p4xdp_metrics::read::Options::default().most_cells)]
    pub most_cells: usize,
}

/// `p4xdp top`
#[derive(Debug, Args)]
pub struct TopArgs {
    /// The device; may be left out where only one program of ours runs.
    #[arg(value_name = "DEV")]
    pub device: Option<String>,
    /// How long a moment is, such as `500ms` or `5s`.
    #[arg(short, long, value_name = "TIME", default_value = "1s", value_parser = interval)]
    pub interval: Duration,
    /// Prints text rather than using the terminal: first what was counted since the program was loaded, then each moment. `--json`
    /// does the same with objects.
    #[arg(short, long)]
    pub batch: bool,
    /// Ends after so many frames.
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub frames: Option<u64>,
    /// Measures each packet from outside, for a histogram of times, rather than having the kernel add them up for their mean. Costs
    /// packets more.
    #[arg(long, conflicts_with = "no_time")]
    pub latency: bool,
    /// Does not have the kernel take the time of packets, which it does for as long as this runs, of all BPF programs of the machine, and
    /// which costs each packet some nanoseconds.
    #[arg(long)]
    pub no_time: bool,
}

/// A time that somebody may wait for.
fn interval(text: &str) -> Result<Duration, String> {
    let time = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if time < Duration::from_millis(10) { Err("it is less than 10ms".to_owned()) } else { Ok(time) }
}
