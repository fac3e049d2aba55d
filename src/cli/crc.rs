//! Arguments of the subcommands for the custom CRCs of a running program.

use super::TargetArgs;
use clap::{Args, Subcommand};

/// `p4xdp crc`
#[derive(Debug, Args)]
pub struct CrcArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: CrcCommand,
}

/// What can be done to custom CRCs.
#[derive(Debug, Subcommand)]
pub enum CrcCommand {
    /// Prints the custom CRCs that the program uses, as they are given to `write`.
    Dump {
        /// The program.
        #[command(flatten)]
        target: TargetArgs,
    },
    /// Gives a custom CRC other parameters, in one step.
    Write(CrcWriteArgs),
    /// Makes a custom CRC what it was from the beginning: CRC-32 or CRC-16.
    Reset {
        /// The program.
        #[command(flatten)]
        target: TargetArgs,
        /// The CRC.
        crc: CustomCrcArg,
    },
}

/// A custom CRC: `NAME POLYNOMIAL INITIAL FINAL_XOR REFLECT_DATA REFLECT_REMAINDER`.
#[derive(Debug, Args)]
pub struct CrcWriteArgs {
    /// The program.
    #[command(flatten)]
    pub target: TargetArgs,
    /// The CRC.
    pub crc: CustomCrcArg,
    /// The polynomial without its highest term, the highest bit first: `0x04c11db7` is that of CRC-32.
    pub polynomial: String,
    /// The remainder in front of the first byte.
    pub initial: String,
    /// What the remainder is combined with at the end, by exclusive or.
    pub final_xor: String,
    /// Bytes go in with their lowest bit first: `true` or `false`.
    #[arg(action = clap::ArgAction::Set)]
    pub reflect_data: bool,
    /// The remainder comes out with its lowest bit first: `true` or `false`.
    #[arg(action = clap::ArgAction::Set)]
    pub reflect_remainder: bool,
}

/// The custom CRCs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum CustomCrcArg {
    /// That of 16 bits.
    #[value(name = "crc16_custom")]
    Crc16,
    /// That of 32 bits.
    #[value(name = "crc32_custom")]
    Crc32,
}

impl CustomCrcArg {
    /// Bits.
    #[must_use]
    pub fn width(self) -> u32 {
        match self {
            CustomCrcArg::Crc16 => 16,
            CustomCrcArg::Crc32 => 32,
        }
    }
}
