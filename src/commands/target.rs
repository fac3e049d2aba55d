//! Finding the running program that a command is about.

use crate::cli::TargetArgs;
use p4xdp_runtime::{Error, Program};

/// Opens the program.
pub fn open(target: &TargetArgs) -> Result<Program, Error> {
    match target {
        TargetArgs { dev: Some(dev), .. } => Program::by_device(dev),
        TargetArgs { pin: Some(pin), .. } => Program::by_pin(pin),
        TargetArgs { id, .. } => Program::by_id(id.unwrap_or_default()),
    }
}
