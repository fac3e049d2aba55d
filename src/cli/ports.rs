//! Arguments of `p4xdp port`.

use super::{ModeArg, TargetArgs};
use clap::{Args, Subcommand};

/// `p4xdp port`
#[derive(Debug, Args)]
pub struct PortArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: PortCommand,
}

/// What can be done to the ports of a running program.
#[derive(Debug, Subcommand)]
pub enum PortCommand {
    /// Lists the ports with their devices.
    List {
        /// The program.
        #[command(flatten)]
        target: TargetArgs,
    },
    /// Lets further devices run the program. Packets of other ports go on meanwhile.
    Add {
        /// The program.
        #[command(flatten)]
        target: TargetArgs,
        /// How the program shall be run there.
        #[arg(long, value_enum, default_value_t = ModeArg::Auto)]
        mode: ModeArg,
        /// Makes no pins under /sys/fs/bpf.
        #[arg(long)]
        no_pins: bool,
        /// The ports' numbers and devices, such as `3=eth3`; devices alone where ports are interface indices.
        #[arg(value_name = "[PORT=]DEV", required = true)]
        ports: Vec<String>,
    },
    /// Watches the links of the ports, and brings groups whose members watch them (`group insert`) up to date when one goes down or comes
    /// up. Prints what changes; ends when the program runs nowhere any more.
    Watch {
        /// The program. One that replaces it is watched in its place.
        #[command(flatten)]
        target: TargetArgs,
        /// Ends after so many seconds.
        #[arg(long, value_name = "SECONDS")]
        seconds: Option<u64>,
    },
    /// Takes ports from the program: their devices run it no more, and nothing is sent out of them.
    Remove {
        /// The program.
        #[command(flatten)]
        target: TargetArgs,
        /// The ports' numbers, or their devices (`dev:NAME` if the name is a number).
        #[arg(value_name = "PORT|DEV", required = true)]
        ports: Vec<String>,
    },
}
