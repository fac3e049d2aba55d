//! What a program has counted at one time.

use p4xdp_control::manifest::cells::{BYTES, PACKETS};
use p4xdp_runtime::attach;
use p4xdp_runtime::cells::{CellKind, Cells};
use p4xdp_runtime::latency::Histogram;
use p4xdp_runtime::program::RunStatistics;
use p4xdp_runtime::statistics::{Losses, Statistics};
use p4xdp_runtime::tables::{Count, OF_MISSES};
use p4xdp_runtime::{Error, Program};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Which program it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// As the kernel knows it.
    pub program: String,
    /// The kernel's number.
    pub id: u32,
    /// Base name of the P4 file.
    pub source: String,
    /// Devices that run it.
    pub devices: Vec<String>,
}

/// All that was read.
#[derive(Clone, Debug)]
pub struct Reading {
    pub at: Instant,
    pub age: Duration,
    pub name: Name,
    /// None unless it was loaded to count them.
    pub packets: Option<Statistics>,
    pub losses: Losses,
    /// What the kernel has measured.
    pub runs: RunStatistics,
    /// What was measured from outside.
    pub latency: Option<Histogram>,
    pub tables: Vec<Table>,
}

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    pub name: String,
    pub entries: u64,
    pub size: u64,
    pub counters: Vec<Counter>,
}

/// A direct counter of a table.
#[derive(Clone, Debug)]
pub struct Counter {
    pub name: String,
    /// It counts packets, and not bytes alone.
    pub has_packets: bool,
    pub has_bytes: bool,
    /// What it counted by the numbers of entries.
    pub cells: BTreeMap<u64, Count>,
}

impl Reading {
    /// Reads a program.
    pub fn of(program: &Program, latency: Option<Histogram>) -> Result<Reading, Error> {
        let mut devices: Vec<String> =
            attach::running(program.id())?.into_iter().map(|device| device.name).collect();
        devices.sort();
        let mut tables = Vec::new();
        for table in program.tables()? {
            let counters = table.directs(CellKind::Counter).map(Counter::of);
            tables.push(Table {
                name: table.view().name().to_owned(),
                entries: table.len()?,
                size: table.capacity(),
                counters: counters.collect::<Result<_, _>>()?,
            });
        }
        Ok(Reading {
            at: Instant::now(),
            age: program.age(),
            name: Name {
                program: program.name().to_owned(),
                id: program.id(),
                source: program.manifest().source.clone(),
                devices,
            },
            packets: program.statistics()?,
            losses: program.losses()?,
            runs: program.run_statistics()?,
            latency,
            tables,
        })
    }
}

impl Counter {
    fn of(cells: &Cells<'_>) -> Result<Counter, Error> {
        let has = |name: &str| cells.fields().any(|field| field.name == name);
        Ok(Counter {
            name: cells.name().to_owned(),
            has_packets: has(PACKETS),
            has_bytes: has(BYTES),
            cells: cells.dump_counts()?.into_iter().collect(),
        })
    }

    /// What it has counted since an earlier reading: of entries, and of misses. A cell that has less than before is a new entry's.
    pub fn since(&self, before: Option<&Counter>) -> [Count; 2] {
        let mut sums = [Count::default(); 2];
        for (number, now) in &self.cells {
            let old = before.and_then(|before| before.cells.get(number)).copied().unwrap_or_default();
            let is_new = now.packets < old.packets || now.bytes < old.bytes;
            let old = if is_new { Count::default() } else { old };
            let [hits, misses] = &mut sums;
            let sum = if *number == OF_MISSES { misses } else { hits };
            sum.packets += now.packets - old.packets;
            sum.bytes += now.bytes - old.bytes;
        }
        sums
    }
}
