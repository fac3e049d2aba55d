//! What a new program keeps of those that it replaces: in, the old programs with their devices, and the new manifest; out, a plan that is
//! made before anything is changed: maps to use again, entries and default actions to put into new ones, counts to add once the old
//! programs have stopped; and a report of what was kept and what starts anew, and why.
//!
//! One old program's tables stay in place: the new program gets the old maps, so no packet sees an empty table. Those of several programs
//! are put together in a new map, which is full before a packet sees it. What cannot be put together is a [`Conflict`].

mod copies;
mod crcs;
mod externs;
mod profiles;
mod tables;

use crate::cells::CellKind;
use crate::copies::Config;
use crate::crcs::Crc;
use crate::error::{Error, KernelError, Trouble};
use crate::layout::kernel_name;
use crate::ports::Numbering;
use crate::profiles::ProfileError;
use crate::program::Program;
use crate::storage::{self, ActionCall, Entry};
use crate::tables::{Change, TableError};
use libbpf_rs::{MapCore, MapHandle, OpenObject};
use num_bigint::BigUint;
use p4xdp_control::manifest::Manifest;
use std::collections::BTreeMap;
use std::fmt;
use std::os::fd::AsFd;

/// What became of a table or extern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carried {
    /// It is the old one, with all that the replaced programs had in theirs.
    Kept,
    /// Its entries, or the counts of its cells, were put into a new one, since the layout differs.
    Moved {
        /// Why it is not the old one.
        reason: String,
        /// How many entries were moved.
        moved: u64,
        /// How many were not: their action is gone or has other parameters, or there is no room.
        lost: u64,
    },
    /// Several programs had one each, and it has the entries of all, or the sum of their counts.
    Joined {
        /// Devices of the programs, one group a program.
        devices: Vec<Vec<String>>,
        /// Entries, or cells that are not zero.
        entries: u64,
        /// How many were lost, as for [`Carried::Moved`].
        lost: u64,
    },
    /// It starts anew.
    Reset {
        /// Why.
        reason: String,
    },
    /// The old program had none of this name.
    New,
}

/// What several replaced programs have and one program cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Full name of the table or extern.
    pub name: String,
    /// What it is: `` entry dst=10.0.0.0/8 is drop() on `a`, forward(port=1) on `b` ``.
    pub what: String,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.what)
    }
}

/// What the programs have that are replaced cannot be put together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the programs that run there differ in what one program cannot have, and all stays as it was:{}\n\
     change one of them so that they agree, or load with `--reset-tables` to start with empty tables",
    lines(.0)
)]
pub struct Conflicts(pub Vec<Conflict>);

impl Trouble for Conflicts {
    fn is_environment(&self) -> bool {
        false
    }
}

fn lines(conflicts: &[Conflict]) -> String {
    conflicts.iter().map(|conflict| format!("\n  {conflict}")).collect()
}

/// A program that is replaced.
pub(crate) struct Old<'a> {
    pub program: &'a Program,
    /// The devices that run it, of those that are loaded.
    pub devices: Vec<String>,
}

impl Old<'_> {
    /// `` `a`, `b` ``
    fn place(&self) -> String {
        let names: Vec<String> = self.devices.iter().map(|device| format!("`{device}`")).collect();
        names.join(", ")
    }
}

/// Rates of a direct meter.
struct Rates {
    /// Of this table.
    table: String,
    /// Which of its meters, if it is not the first.
    other: Option<String>,
    /// Those of an entry that is code, or those that new entries have.
    entry: Option<Entry>,
    /// One a field of its cells.
    numbers: Vec<BigUint>,
}

/// What is to be done.
pub(crate) struct Plan<'a> {
    /// Maps of the new program, and the maps that take their place.
    maps: BTreeMap<String, &'a MapHandle>,
    /// Entries by table.
    entries: BTreeMap<String, Vec<Entry>>,
    /// Members and groups by profile.
    profiles: BTreeMap<String, profiles::Content>,
    /// Default actions by table.
    defaults: BTreeMap<String, ActionCall>,
    /// Tables of old programs whose direct counters' counts are added to those of the same entries.
    counts: Vec<(&'a Program, String)>,
    /// Rates of direct meters.
    rates: Vec<Rates>,
    /// Counters of old programs whose counts are added to those of the same name.
    counters: Vec<(&'a Program, CellKind, String)>,
    /// Groups and sessions.
    copies: Config,
    /// Custom CRCs that somebody has set.
    crcs: Vec<Crc>,
    report: BTreeMap<String, Carried>,
    /// Programs that are replaced.
    several: bool,
}

/// Compares the programs.
///
/// # Errors
/// [`Conflicts`], or when the old programs cannot be read.
pub(crate) fn plan<'a>(olds: &'a [Old<'a>], new: &Manifest) -> Result<Plan<'a>, Error> {
    let mut plan = Plan {
        maps: BTreeMap::new(),
        entries: BTreeMap::new(),
        profiles: BTreeMap::new(),
        defaults: BTreeMap::new(),
        counts: Vec::new(),
        rates: Vec::new(),
        counters: Vec::new(),
        copies: Config::default(),
        crcs: Vec::new(),
        report: BTreeMap::new(),
        several: olds.len() > 1,
    };
    let mut conflicts = Vec::new();
    profiles::plan(olds, new, &mut plan, &mut conflicts)?;
    tables::plan(olds, new, &mut plan, &mut conflicts)?;
    externs::plan(olds, new, &mut plan, &mut conflicts)?;
    copies::plan(olds, new, &mut plan, &mut conflicts)?;
    crcs::plan(olds, new, &mut plan, &mut conflicts)?;
    if conflicts.is_empty() { Ok(plan) } else { Err(Conflicts(conflicts).into()) }
}

impl Plan<'_> {
    /// Gives the new program the old maps that it keeps.
    pub(crate) fn reuse(&self, open: &mut OpenObject) -> Result<(), Error> {
        for mut map in open.maps_mut() {
            let name = map.name().to_string_lossy().into_owned();
            let Some(old_map) = self.maps.get(&name) else { continue };
            let same = map.map_type() == old_map.map_type()
                && map.key_size() == old_map.key_size()
                && map.value_size() == old_map.value_size()
                && map.max_entries() == old_map.max_entries();
            // The manifests agree, so maps that differ are a mistake of the back end; an empty table would be a worse answer than none.
            if !same {
                let error = std::io::Error::other("its layout is not what the manifest says");
                return Err(KernelError::new(format!("keep map {name}"), error).into());
            }
            map.reuse_fd(old_map.as_fd())
                .map_err(|error| KernelError::bpf(format!("keep map {name}"), &error, Vec::new()))?;
        }
        Ok(())
    }

    /// An old map that takes the place of a new one.
    pub(crate) fn kept(&self, name: &str) -> Option<&MapHandle> {
        self.maps.get(name).copied()
    }

    /// What becomes of tables and externs, as far as it is known.
    pub(crate) fn report(&self) -> &BTreeMap<String, Carried> {
        &self.report
    }

    /// Fills the tables of the new program, which no packet sees yet: entries and default actions of the old programs, and the program's
    /// own initial entries where nothing was kept. Custom CRCs are set, too.
    ///
    /// # Errors
    /// When entries of several programs have no room together, or the kernel refuses.
    pub(crate) fn fill(&mut self, new: &Program) -> Result<(), Error> {
        self.crcs.iter().try_for_each(|crc| new.set_custom_crc(crc))?;
        for profile in new.profiles()? {
            // Ports come to it later, as far as there are any.
            let profile = profile.with_any_port().here();
            let Some(content) = self.profiles.remove(profile.name()) else { continue };
            let (written, refused) = profiles::fill(&profile, &content, self.several)?;
            if let Some(Carried::Moved { moved, lost, .. } | Carried::Joined { entries: moved, lost, .. }) =
                self.report.get_mut(profile.name())
            {
                *moved = written;
                *lost += refused;
            }
        }
        for table in new.tables()? {
            let name = table.view().name();
            // In front of the entries, which may begin with them.
            for rates in self.rates.iter().filter(|rates| rates.table == name) {
                let mut meters = table.directs(CellKind::Meter);
                let meter = meters.find(|meter| rates.other.as_ref().is_none_or(|name| meter.name() == name));
                if let Some(meter) = meter {
                    table.carry_rates(meter, rates.entry.as_ref(), &rates.numbers)?;
                }
            }
            if let Some(entries) = self.entries.remove(name) {
                let count = entries.len() as u64;
                let mut refused = 0;
                table.insert_each(&entries, |error| {
                    refuse(name, self.several, error)?;
                    refused += 1;
                    Ok(())
                })?;
                match self.report.get_mut(name) {
                    Some(
                        Carried::Moved { moved, lost, .. } | Carried::Joined { entries: moved, lost, .. },
                    ) => {
                        *moved = count - refused;
                        *lost += refused;
                    }
                    Some(Carried::Kept | Carried::Reset { .. } | Carried::New) | None => {}
                }
            } else if table.description().layout.storage.is_some()
                && !matches!(self.report.get(name), Some(Carried::Kept))
            {
                let own = &table.view().entries;
                let insert = |entry: &Entry| Change::Entry(storage::Change::Insert(entry.clone()));
                table.apply(&own.iter().map(insert).collect::<Vec<_>>())?;
            }
            if let Some(call) = self.defaults.get(name) {
                table.set_default(call)?;
            }
        }
        Ok(())
    }

    /// Gives the new program the groups and sessions of the old ones, with the devices that its ports have.
    ///
    /// # Errors
    /// When there is no room for those of several programs together, or the kernel refuses.
    pub(crate) fn copy_to(
        &self,
        new: &Program,
        numbering: &Numbering,
        devices: Vec<u32>,
    ) -> Result<(), Error> {
        crate::copies::begin(new, &self.copies, numbering, devices)
    }

    /// Adds what the old programs counted, once no device runs them any more: then their counts are final. Gives the report. There is
    /// no way back any more, so what cannot be added is reported as lost.
    pub(crate) fn finish(mut self, new: &Program) -> BTreeMap<String, Carried> {
        if !self.counters.is_empty() || !self.counts.is_empty() {
            crate::sys::wait_for_packets();
        }
        for (old, name) in std::mem::take(&mut self.counts) {
            let refused = add_direct(old, new, &name);
            match self.report.get_mut(&name) {
                Some(Carried::Moved { lost, .. } | Carried::Joined { lost, .. }) => *lost += refused,
                Some(Carried::Kept | Carried::Reset { .. } | Carried::New) | None => {}
            }
        }
        for (old, kind, name) in std::mem::take(&mut self.counters) {
            let (added, refused) = add(old, new, kind, &name);
            match self.report.get_mut(&name) {
                Some(Carried::Moved { moved, lost, .. }) => {
                    *moved += added;
                    *lost += refused;
                }
                Some(Carried::Joined { entries, lost, .. }) => {
                    *lost += refused;
                    let counts = new.cells_of(kind, &name).and_then(|counter| counter.dump());
                    // One that cannot be read is as good as lost.
                    match counts {
                        Ok(counts) => *entries = counts.len() as u64,
                        Err(_) => *lost += 1,
                    }
                }
                Some(Carried::Kept | Carried::Reset { .. } | Carried::New) | None => {}
            }
        }
        self.report
    }
}

/// Adds what a direct counter of one program counted to the same entries of another; of how many it could not be added. Entries that the
/// other program has not are told of elsewhere.
fn add_direct(old: &Program, new: &Program, name: &str) -> u64 {
    let (Ok(before), Ok(after)) = (old.table(name), new.table(name)) else { return 1 };
    let Ok(entries) = before.entries() else { return 1 };
    let has_counted = |entry: &Entry| !entry.count.is_zero() || !entry.others.is_empty();
    let counted = entries.into_iter().map(|(_, entry)| entry).filter(has_counted);
    let is_lost = |entry: &Entry| match after.add_counts(entry) {
        Ok(()) => false,
        Err(error) => !matches!(error.of(), Some(TableError::Missing { .. })),
    };
    counted.filter(is_lost).count() as u64
}

/// What becomes of an entry or member that the new program does not take: it is lost, or, if several programs are put together, nothing is
/// done at all.
fn refuse(name: &str, several: bool, error: Error) -> Result<(), Error> {
    if error.of::<TableError>().is_none() && error.of::<ProfileError>().is_none() {
        return Err(error);
    }
    if several {
        return Err(Conflicts(vec![Conflict { name: name.to_owned(), what: error.to_string() }]).into());
    }
    Ok(())
}

/// Adds a counter of one program to that of another; how many cells were added, and how many could not be.
fn add(old: &Program, new: &Program, kind: CellKind, name: &str) -> (u64, u64) {
    let Ok(before) = old.cells_of(kind, name) else { return (0, 1) };
    let Ok(cells) = before.dump_counts() else { return (0, 1) };
    let all = cells.len() as u64;
    let Ok(mut adder) = new.cells_of(kind, name).and_then(|counter| counter.adder()) else { return (0, all) };
    let added = cells.into_iter().filter(|(index, count)| adder.add(*index, *count).is_ok()).count() as u64;
    (added, all - added)
}

/// The map of a program, and the kernel's number of it: programs that were replaced on some devices only share maps.
fn map_and_id<'a>(program: &'a Program, name: &str) -> Result<(&'a MapHandle, u32), Error> {
    let map = program.map(name)?;
    let info = map.info().map_err(|error| {
        KernelError::bpf(
            format!("read what the kernel knows of map {}", kernel_name(name)),
            &error,
            Vec::new(),
        )
    })?;
    Ok((map, info.info.id))
}

/// Devices of programs, for reports.
fn devices<'a>(olds: impl Iterator<Item = &'a Old<'a>>) -> Vec<Vec<String>> {
    olds.map(|old| old.devices.clone()).collect()
}
