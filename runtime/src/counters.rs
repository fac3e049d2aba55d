//! Counters of a loaded program: in, a counter's name and index; out, what it counted, summed over CPUs. Direct counters stand in their
//! table's entries and are read with them.

use crate::error::{Error, KernelError, io_error};
use crate::program::Program;
use crate::storage::{Count, record};
use crate::sys;
use crate::tables::{TableError, terms};
use libbpf_rs::{MapCore, MapFlags, MapHandle};
use p4xdp_control::manifest::{Extern, ExternKind, Place};
use std::os::fd::{AsFd, OwnedFd};

/// Why a counter cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CounterError {
    /// The index is too large.
    #[error("counter `{counter}` has indices 0 to {}, not {index}", size.saturating_sub(1))]
    Index {
        /// The counter.
        counter: String,
        /// Number of its cells.
        size: u32,
        /// What was asked for.
        index: u64,
    },
    /// No room for another index.
    #[error("counter `{counter}` holds {size} indices, and there is no room for {index}")]
    Full {
        /// The counter.
        counter: String,
        /// Number of its cells.
        size: u32,
        /// What was to be written.
        index: u64,
    },
}

/// Adds to a counter's cells. The kernel does it, by a program that runs once a cell and adds to the cell of its CPU in one instruction: a
/// packet on that CPU counts before or after it, one on another CPU in a cell of its own. Reading and writing back would lose what is
/// counted in between.
pub(crate) struct Adder<'p> {
    counter: Counter<'p>,
    program: OwnedFd,
}

impl Adder<'_> {
    /// Adds to a cell.
    ///
    /// # Errors
    /// When there is no such index, or no room for it.
    pub(crate) fn add(&mut self, index: u64, count: Count) -> Result<(), Error> {
        let counter = &self.counter;
        let key = counter.key(index)?;
        let add = || sys::programs::run_adder(self.program.as_fd(), key, [count.packets, count.bytes]);
        if add().map_err(|error| counter.refused(error))? {
            return Ok(());
        }
        counter.make(index, &key)?;
        if add().map_err(|error| counter.refused(error))? {
            return Ok(());
        }
        let (counter, size) = (counter.item.name.clone(), counter.layout.size);
        Err(CounterError::Full { counter, size, index }.into())
    }
}

fn difference(wanted: Count, now: Count) -> Count {
    Count { packets: wanted.packets.wrapping_sub(now.packets), bytes: wanted.bytes.wrapping_sub(now.bytes) }
}

/// An indexed counter of a loaded program.
#[derive(Clone, Copy, Debug)]
pub struct Counter<'p> {
    item: &'p Extern,
    layout: Layout<'p>,
    map: &'p MapHandle,
}

#[derive(Clone, Copy, Debug)]
struct Layout<'p> {
    sparse: bool,
    size: u32,
    base: u32,
    packets: Option<&'p Place>,
    bytes: Option<&'p Place>,
}

impl Program {
    /// All indexed counters in the order of the program.
    ///
    /// # Errors
    /// When the program lacks a map that its manifest names.
    pub fn counters(&self) -> Result<Vec<Counter<'_>>, Error> {
        self.manifest().externs.iter().filter_map(|item| Counter::open(self, item).transpose()).collect()
    }

    /// A counter by its name or the end of it.
    ///
    /// # Errors
    /// When no counter, or more than one, has such a name.
    pub fn counter(&self, name: &str) -> Result<Counter<'_>, Error> {
        let counters = self.counters()?;
        let names: Vec<&str> = counters.iter().map(|counter| counter.name()).collect();
        let position = terms::find("counter", name, &names, None)?;
        let unknown = || TableError::Unknown {
            what: "counter",
            name: name.into(),
            of: None,
            candidates: Vec::new(),
            nearest: None,
        };
        Ok(*counters.get(position).ok_or_else(unknown)?)
    }
}

impl<'p> Counter<'p> {
    fn open(program: &'p Program, item: &'p Extern) -> Result<Option<Counter<'p>>, Error> {
        match &item.kind {
            ExternKind::Counter { map, sparse, size, base, packets, bytes, .. } => {
                let (packets, bytes) = (packets.as_ref(), bytes.as_ref());
                let layout = Layout { sparse: *sparse, size: *size, base: *base, packets, bytes };
                Ok(Some(Counter { item, layout, map: program.map(map)? }))
            }
            ExternKind::Register { .. } | ExternKind::Events { .. } => Ok(None),
        }
    }

    /// Its full name.
    #[must_use]
    pub fn name(&self) -> &'p str {
        &self.item.name
    }

    /// Number of its cells.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.layout.size
    }

    /// Its indices may be any number, of which it holds as many as its size.
    #[must_use]
    pub fn is_sparse(&self) -> bool {
        self.layout.sparse
    }

    /// It counts packets, or plain events.
    #[must_use]
    pub fn counts_packets(&self) -> bool {
        self.layout.packets.is_some()
    }

    /// It counts bytes.
    #[must_use]
    pub fn counts_bytes(&self) -> bool {
        self.layout.bytes.is_some()
    }

    /// Reads a cell.
    ///
    /// # Errors
    /// When there is no such index.
    pub fn read(&self, index: u64) -> Result<Count, Error> {
        let key = self.key(index)?;
        let mut count = Count::default();
        for value in self.values(&key)? {
            let number = |place: Option<&Place>| {
                place.map_or(0, |place| u64::try_from(record::get(&value, place)).unwrap_or(0))
            };
            count.packets = count.packets.wrapping_add(number(self.layout.packets));
            count.bytes = count.bytes.wrapping_add(number(self.layout.bytes));
        }
        Ok(count)
    }

    /// All cells that are not zero, by index.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn dump(&self) -> Result<Vec<(u64, Count)>, Error> {
        let mut indices: Vec<u64> = if self.layout.sparse {
            let number = |key: Vec<u8>| key.first_chunk::<4>().map(|bytes| u32::from_ne_bytes(*bytes));
            let range = self.layout.base..=self.layout.base.saturating_add(u32::MAX);
            let numbers = self.map.keys().filter_map(number).filter(|key| range.contains(key));
            numbers.map(|key| u64::from(key - self.layout.base)).collect()
        } else {
            (0..u64::from(self.layout.size)).collect()
        };
        indices.sort_unstable();
        let mut cells = Vec::new();
        for index in indices {
            let count = self.read(index)?;
            if count != Count::default() {
                cells.push((index, count));
            }
        }
        Ok(cells)
    }

    /// Sets a cell to a value. What packets count meanwhile is counted on top of it: nothing is lost.
    ///
    /// # Errors
    /// When there is no such index, or no room for it.
    pub fn write(&self, index: u64, count: Count) -> Result<(), Error> {
        let now = self.read(index)?;
        self.adder()?.add(index, difference(count, now))
    }

    /// Takes what all cells have counted away from them; how many were not zero. What packets count meanwhile stays.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn reset(&self) -> Result<u64, Error> {
        Ok(self.take()?.len() as u64)
    }

    /// As [`Counter::reset`], but what was taken: summed over all calls and added to what is there, it is all that was ever counted.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn take(&self) -> Result<Vec<(u64, Count)>, Error> {
        let cells = self.dump()?;
        if !cells.is_empty() {
            let mut adder = self.adder()?;
            for (index, count) in &cells {
                adder.add(*index, difference(Count::default(), *count))?;
            }
        }
        Ok(cells)
    }

    /// Adds to cells while packets count in them.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub(crate) fn adder(self) -> Result<Adder<'p>, Error> {
        let offset = |place: Option<&Place>| place.map(|place| place.offset);
        let places = [offset(self.layout.packets), offset(self.layout.bytes)];
        let program =
            sys::programs::load_adder(self.map.as_fd(), places).map_err(|error| self.refused(error))?;
        Ok(Adder { counter: self, program })
    }

    fn refused(&self, error: std::io::Error) -> Error {
        KernelError::new(format!("write counter `{}`", self.item.name), error).into()
    }

    fn key(&self, index: u64) -> Result<[u8; 4], Error> {
        let beyond = !self.layout.sparse && index >= u64::from(self.layout.size);
        let key = u32::try_from(index).ok().and_then(|index| index.checked_add(self.layout.base));
        match key {
            Some(key) if !beyond => Ok(key.to_ne_bytes()),
            _ => {
                let (counter, size) = (self.item.name.clone(), self.layout.size);
                Err(CounterError::Index { counter, size, index }.into())
            }
        }
    }

    /// Makes a cell of a sparse counter, with zeros, unless a packet has made it meanwhile.
    fn make(&self, index: u64, key: &[u8]) -> Result<(), Error> {
        let value = vec![0u8; self.map.value_size() as usize];
        let result = if self.map.map_type().is_percpu() {
            let cpus = libbpf_rs::num_possible_cpus()
                .map_err(|error| KernelError::new("count the CPUs", io_error(&error)))?;
            self.map.update_percpu(key, &vec![value; cpus], MapFlags::NO_EXIST)
        } else {
            self.map.update(key, &value, MapFlags::NO_EXIST)
        };
        let Err(error) = result else { return Ok(()) };
        let source = io_error(&error);
        match source.raw_os_error() {
            Some(libc::EEXIST) => Ok(()),
            Some(libc::E2BIG) => {
                let (counter, size) = (self.item.name.clone(), self.layout.size);
                Err(CounterError::Full { counter, size, index }.into())
            }
            _ => Err(self.refused(source)),
        }
    }

    /// The cell's value, or one a CPU; none for an index of a sparse counter that nobody counted.
    fn values(&self, key: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
        let values = if self.map.map_type().is_percpu() {
            self.map.lookup_percpu(key, MapFlags::ANY)
        } else {
            self.map.lookup(key, MapFlags::ANY).map(|value| value.map(|value| vec![value]))
        };
        let values = values.map_err(|error| {
            KernelError::new(format!("read counter `{}`", self.item.name), io_error(&error))
        })?;
        Ok(values.unwrap_or_default())
    }
}
