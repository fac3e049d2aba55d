//! What runs: in, a device; out, all that `status` shows about its program.

use crate::attach::{Device, NoDevice, Running, device_names};
use crate::copies::Config;
use crate::error::Error;
use crate::lock;
use crate::pins;
use crate::pins::Stale;
use crate::ports::names::PortNames;
use crate::program::{Program, ProgramError, RunStatistics};
use crate::statistics::{Losses, Statistics};
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
    /// Multicast groups and clone sessions; `None` if the program sends no copies.
    pub copies: Option<Config>,
    /// Which port is which device; `None` if the program has nothing to do with ports.
    pub ports: Option<PortNames>,
    /// What became of its packets; `None` unless it was loaded to count them.
    pub packets: Option<Statistics>,
    /// What it lost.
    pub losses: Losses,
    /// Its pins, if there are any.
    pub pins: Option<PathBuf>,
    /// There is no BPF file system to see pins in.
    pub pins_hidden: bool,
}

/// What all devices of this network namespace run.
#[derive(Debug)]
pub struct Overview {
    /// Devices that run a program of ours, by name.
    pub devices: Vec<Device>,
    /// Programs that could not be looked at, for want of rights or since their manifests do not read, and what keeps us.
    pub hidden: Vec<(Device, Error)>,
    /// Pins that nothing belongs to any more, or why they could not be looked for.
    pub stale: Result<Vec<Stale>, Error>,
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
    let running =
        device.running()?.ok_or_else(|| ProgramError::NothingAttached { device: device.name.clone() })?;
    let mut tables = Vec::new();
    for table in program.tables()? {
        let description = table.description();
        tables.push(TableStatus {
            name: description.name().to_owned(),
            entries: table.len()?,
            size: description.layout.size,
        });
    }
    let copies = match &program.manifest().copies {
        Some(_) => Some(program.copies()?.config()?),
        None => None,
    };
    let pins = pins::directory(&device)?;
    let pinned = Program::by_pin(&pins).is_ok_and(|pinned| pinned.id() == program.id());
    Ok(Status {
        age: program.age(),
        statistics: program.run_statistics()?,
        ports: PortNames::of(&program)?,
        packets: program.statistics()?,
        losses: program.losses()?,
        pins: pinned.then_some(pins),
        pins_hidden: !pins::is_possible(),
        device,
        running,
        tables,
        copies,
        program,
    })
}

/// Looks at all devices of this network namespace.
///
/// # Errors
/// When devices cannot be listed.
pub fn overview() -> Result<Overview, Error> {
    let (mut devices, mut hidden) = (Vec::new(), Vec::new());
    for name in device_names()? {
        match Program::by_device(&name) {
            Ok(_) => devices.push(Device::find(&name)?),
            Err(error) if error.of::<NoDevice>().is_some() => {}
            Err(error) => match error.of() {
                Some(ProgramError::NothingAttached { .. } | ProgramError::NotOurs { .. }) => {}
                Some(_) | None => hidden.push((Device::find(&name)?, error)),
            },
        }
    }
    devices.sort_by(|a, b| a.name.cmp(&b.name));
    // While a load is under way, its pins look like those of one that was cut short.
    let stale = lock::reader().and_then(|_lock| pins::stale());
    Ok(Overview { devices, hidden, stale })
}

/// Devices of this network namespace that run a program of ours, by name.
///
/// # Errors
/// When devices cannot be listed.
pub fn devices() -> Result<Vec<Device>, Error> {
    Ok(overview()?.devices)
}
