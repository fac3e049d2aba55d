//! What runs: in, a device; out, all that `status` shows about its program.

use crate::attach::{Device, Running, device_names};
use crate::error::Error;
use crate::pins;
use crate::ports::names::PortNames;
use crate::program::{Program, RunStatistics};
use std::path::PathBuf;
use std::time::Duration;

/// What a device runs, and how it fares.
#[derive(Debug)]
pub struct Status {
    /// The device.
    pub device: Device,
    /// How the program is run, and its number.
    pub running: Running,
    /// The program with its manifest.
    pub program: Program,
    /// For how long it has been loaded.
    pub age: Duration,
    /// What the kernel counted, if its statistics are on.
    pub statistics: RunStatistics,
    /// Entries and size of each table.
    pub tables: Vec<TableStatus>,
    /// Which port is which device; `None` if the program has nothing to do with ports.
    pub ports: Option<PortNames>,
    /// Its pins, if there are any.
    pub pins: Option<PathBuf>,
}

/// How full a table is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableStatus {
    /// Full P4 name.
    pub name: String,
    /// Entries, constant ones included.
    pub entries: u64,
    /// Entries that it holds at most.
    pub size: u64,
}

/// Asks what a device runs.
///
/// # Errors
/// When it runs nothing, or nothing of ours.
pub fn status(device: &str) -> Result<Status, Error> {
    let program = Program::by_device(device)?;
    let device = Device::find(device)?;
    let running = device
        .running()?
        .ok_or_else(|| crate::program::ProgramError::NothingAttached { device: device.name.clone() })?;
    let mut tables = Vec::new();
    for table in program.tables()? {
        let description = table.description();
        tables.push(TableStatus {
            name: description.name.clone(),
            entries: table.len()?,
            size: description.size,
        });
    }
    let pins = pins::directory(&device)?;
    Ok(Status {
        age: program.age(),
        statistics: program.run_statistics()?,
        ports: PortNames::of(&program)?,
        pins: pins.join("program").exists().then_some(pins),
        device,
        running,
        tables,
        program,
    })
}

/// Devices of this network namespace that run a program of ours, by name.
///
/// # Errors
/// When devices cannot be listed.
pub fn devices() -> Result<Vec<Device>, Error> {
    let mut found = Vec::new();
    for name in device_names()? {
        if Program::by_device(&name).is_ok() {
            found.push(Device::find(&name)?);
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}
