//! Finding the running program that a command is about.

use crate::cli::TargetArgs;
use p4xdp_runtime::{Error, Program, lock};

/// Opens the program, to look at it.
pub fn open(target: &TargetArgs) -> Result<Program, Error> {
    match target {
        TargetArgs { dev: Some(dev), .. } => Program::by_device(dev),
        TargetArgs { pin: Some(pin), .. } => Program::by_pin(pin),
        TargetArgs { id: Some(id), .. } => Program::by_id(*id),
        // The command line asks for one of them; the kernel numbers programs from 1, and says so.
        TargetArgs { dev: None, pin: None, id: None } => Program::by_id(0),
    }
}

/// Opens the program and changes it. No program is loaded meanwhile, so the change is not made to one that is being replaced.
pub fn change<T>(target: &TargetArgs, change: impl FnOnce(Program) -> Result<T, Error>) -> Result<T, Error> {
    let _lock = lock::writer()?;
    open(target).and_then(change)
}
