//! Reads programs: in, devices by name, or a program that is open; out, a snapshot. A program that several devices run is read once.

use crate::families::{self as metric, Family, OF_PROGRAM};
use crate::snapshot::{Sample, Snapshot, Unread, Value};
use p4xdp_runtime::attach::{self, Device, Mode, NoDevice};
use p4xdp_runtime::cells::{Cell, CellKind, Cells};
use p4xdp_runtime::ports::Numbering;
use p4xdp_runtime::ports::links::Links;
use p4xdp_runtime::ports::names::PortNames;
use p4xdp_runtime::program::ProgramError;
use p4xdp_runtime::tables::{OF_MISSES, Table};
use p4xdp_runtime::{Error, Program};
use std::collections::BTreeMap;
use std::time::{Instant, SystemTime};

mod cells;

/// How much is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Cells of one counter at most, by index or by entry, of those that are not zero. How many more there are, a metric tells.
    pub most_cells: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options { most_cells: 10_000 }
    }
}

/// A device that runs a program, and how.
pub type Runs = (Device, Mode);

/// Reads what devices of the thread's network namespace run: these, or, if none is named, all that run a program of ours. What cannot be read of
/// a device, the snapshot tells.
///
/// # Errors
/// When devices cannot be listed.
pub fn devices(names: &[String], options: Options) -> Result<Snapshot, Error> {
    let begin = Instant::now();
    let mut snapshot = Snapshot::default();
    let all = names.is_empty();
    let names = if all { attach::device_names()? } else { names.to_vec() };
    // By the number of what is attached: each is opened once.
    let mut running: BTreeMap<u32, Vec<Runs>> = BTreeMap::new();
    for name in names {
        match Device::find(&name).and_then(|device| Ok((device.running()?, device))) {
            Ok((Some(runs), device)) => running.entry(runs.id).or_default().push((device, runs.mode)),
            Ok((None, _)) if all => {}
            Ok((None, device)) => {
                snapshot.fail(
                    &device.name,
                    &ProgramError::NothingAttached { device: device.name.clone() }.into(),
                );
            }
            // One that has gone meanwhile runs nothing.
            Err(error) if all && error.of::<NoDevice>().is_some() => {}
            Err(error) => snapshot.fail(&name, &error),
        }
    }
    // Programs are opened by devices, as one of ours may be called by another's.
    let mut programs: BTreeMap<u32, (Program, Vec<Runs>)> = BTreeMap::new();
    for devices in running.into_values() {
        let Some((first, _)) = devices.first() else { continue };
        match Program::by_device(&first.name) {
            Ok(program) => programs.entry(program.id()).or_insert((program, Vec::new())).1.extend(devices),
            Err(error) => match error.of() {
                Some(ProgramError::NothingAttached { .. } | ProgramError::NotOurs { .. }) if all => {}
                Some(_) | None => devices.iter().for_each(|(device, _)| snapshot.fail(&device.name, &error)),
            },
        }
    }
    for (program, devices) in programs.values() {
        match of_program(program, devices, options) {
            Ok(read) => {
                snapshot.append(read);
                for (device, _) in devices {
                    snapshot.device_is_up(&device.name, true);
                }
            }
            Err(error) => devices.iter().for_each(|(device, _)| snapshot.fail(&device.name, &error)),
        }
    }
    let took = Value::Real(begin.elapsed().as_secs_f64());
    snapshot.extend(&metric::SCRAPE_DURATION, [Sample { labels: Vec::new(), value: took }]);
    Ok(snapshot)
}

impl Snapshot {
    fn device_is_up(&mut self, device: &str, up: bool) {
        let labels = vec![("device", device.to_owned())];
        self.extend(&metric::DEVICE_UP, [Sample { labels, value: u64::from(up).into() }]);
    }

    fn fail(&mut self, device: &str, error: &Error) {
        self.device_is_up(device, false);
        let (reason, is_environment) = (error.to_string(), error.is_environment());
        self.unread.push(Unread { device: device.to_owned(), reason, is_environment });
    }
}

/// Reads a program that these devices run.
///
/// # Errors
/// When the kernel refuses.
pub fn of_program(program: &Program, devices: &[Runs], options: Options) -> Result<Snapshot, Error> {
    let mut reader = Reader { program, options, snapshot: Snapshot::default() };
    reader.itself(devices);
    reader.run_statistics()?;
    reader.packets()?;
    reader.losses()?;
    reader.tables()?;
    reader.counters()?;
    reader.profiles()?;
    reader.copies()?;
    if !devices.is_empty() {
        reader.ports()?;
    }
    Ok(reader.snapshot)
}

struct Reader<'p> {
    program: &'p Program,
    options: Options,
    snapshot: Snapshot,
}

impl Reader<'_> {
    /// A value with the labels that say of which program it is, and its own, in the order of the family.
    fn sample(&self, family: &Family, own: &[&str], value: Value) -> Sample {
        let of_program = [self.program.name().to_owned(), self.program.id().to_string()];
        let of_program = OF_PROGRAM.into_iter().zip(of_program);
        let own = family.labels.iter().copied().zip(own.iter().map(|text| (*text).to_owned()));
        Sample { labels: of_program.chain(own).collect(), value }
    }

    fn add(&mut self, family: &Family, own: &[&str], value: impl Into<Value>) {
        let sample = self.sample(family, own, value.into());
        self.snapshot.extend(family, [sample]);
    }

    fn itself(&mut self, devices: &[Runs]) {
        let manifest = self.program.manifest();
        let own = [manifest.source.as_str(), manifest.view.architecture.as_str(), manifest.compiler.as_str()];
        self.add(&metric::PROGRAM, &own, 1);
        for (Device { name, index }, mode) in devices {
            self.add(&metric::PROGRAM_DEVICE, &[name, &index.to_string(), &mode.to_string()], 1);
        }
        let loaded = SystemTime::now().checked_sub(self.program.age());
        let since_epoch = loaded.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
        if let Some(since_epoch) = since_epoch {
            // Clocks are not read at one time: what is said of one program shall stay the same.
            self.add(&metric::LOAD_TIME, &[], since_epoch.as_secs_f64().round());
        }
        self.add(&metric::INSTRUCTIONS, &[], u64::from(self.program.instructions()));
        self.add(&metric::MACHINE_CODE, &[], u64::from(self.program.machine_code()));
    }

    fn run_statistics(&mut self) -> Result<(), Error> {
        let counted = self.program.run_statistics()?;
        self.add(&metric::RUNS, &[], counted.runs);
        self.add(&metric::RUN_TIME, &[], counted.time.as_secs_f64());
        Ok(())
    }

    fn packets(&mut self) -> Result<(), Error> {
        let counted = self.program.statistics()?;
        self.add(&metric::COUNTS_PACKETS, &[], u64::from(counted.is_some()));
        let Some(counted) = counted else { return Ok(()) };
        let verdicts = ["aborted", "dropped", "passed", "sent_back", "redirected"];
        for (verdict, count) in verdicts.into_iter().zip(counted.verdicts) {
            self.add(&metric::PACKETS, &[verdict], count);
        }
        self.add(&metric::PARSER_ERRORS, &[], counted.parser_errors);
        Ok(())
    }

    fn losses(&mut self) -> Result<(), Error> {
        let lost = self.program.losses()?;
        for (reason, count) in lost.packets {
            self.add(&metric::LOST_PACKETS, &[reason.name()], count);
        }
        for (digest, count) in lost.messages {
            self.add(&metric::LOST_MESSAGES, &[&digest], count);
        }
        Ok(())
    }

    fn tables(&mut self) -> Result<(), Error> {
        for table in self.program.tables()? {
            let name = table.view().name();
            self.add(&metric::TABLE_ENTRIES, &[name], table.len()?);
            self.add(&metric::TABLE_LIMIT, &[name], table.capacity());
            self.direct_counters(&table)?;
        }
        Ok(())
    }

    fn profiles(&mut self) -> Result<(), Error> {
        for profile in self.program.profiles()? {
            self.add(&metric::PROFILE_MEMBERS, &[profile.name()], profile.members()?.len() as u64);
            if profile.layout().groups.is_some() {
                self.add(&metric::PROFILE_GROUPS, &[profile.name()], profile.groups()?.len() as u64);
            }
        }
        Ok(())
    }

    fn copies(&mut self) -> Result<(), Error> {
        if self.program.manifest().copies.is_some() {
            let config = self.program.copies()?.config()?;
            self.add(&metric::MULTICAST_GROUPS, &[], config.groups.len() as u64);
            self.add(&metric::CLONE_SESSIONS, &[], config.sessions.len() as u64);
        }
        Ok(())
    }

    /// Of ports with numbers; where ports are interface indices, any device is one.
    fn ports(&mut self) -> Result<(), Error> {
        let Some(Numbering::Numbered(numbers)) = Numbering::of(self.program)? else { return Ok(()) };
        if attach::running(self.program.id())?.is_empty() {
            // Another's program calls it, and its devices are not known.
            return Ok(());
        }
        let (names, links) = (PortNames::of(self.program)?, Links::of(self.program)?);
        for port in numbers.into_keys() {
            let device = names.as_ref().and_then(|names| names.name(&port.into())).unwrap_or_default();
            self.add(&metric::PORT_UP, &[&port.to_string(), device], u64::from(links.is_up(port)));
        }
        Ok(())
    }
}
