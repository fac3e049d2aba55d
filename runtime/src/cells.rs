//! Cells of a loaded program, such as counters and registers: in, a name and an index; out, what the cell holds, and the way back. Those of
//! direct counters and meters are their table's, by its entries.
//!
//! What the kinds have in common is here; what differs (what a cell holds, whether values add up) the manifest's `cells` says.

use crate::error::{Error, KernelError, Trouble, io_error};
use crate::program::Program;
use crate::sys;
use crate::sys::batches::Batches;
use libbpf_rs::{MapCore, MapFlags, MapHandle, MapType};
use num_bigint::BigUint;
use p4xdp_control::entry::Count;
pub use p4xdp_control::manifest::CellKind;
use p4xdp_control::manifest::cells::{BYTES, PACKETS, Unfit};
use p4xdp_control::manifest::{self, ExternKind};
use p4xdp_control::storage::place;
use p4xdp_control::terms;
use p4xdp_control::view::Param;
use std::os::fd::{AsFd, OwnedFd};

/// Why cells cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CellError {
    /// The index is too large.
    #[error("{what} `{name}` has indices 0 to {}, not {index}", size.saturating_sub(1))]
    Index {
        /// `counter`, ..
        what: &'static str,
        /// Full name.
        name: String,
        /// Number of its cells.
        size: u32,
        /// What was asked for.
        index: u64,
    },
    /// No room for another index.
    #[error("{what} `{name}` holds {size} indices, and there is no room for {index}")]
    Full {
        /// `counter`, ..
        what: &'static str,
        /// Full name.
        name: String,
        /// Number of its cells.
        size: u32,
        /// What was to be written.
        index: u64,
    },
    /// What was to be written is no cell.
    #[error(transparent)]
    Unfit(#[from] Unfit),
}

impl Trouble for CellError {
    fn is_environment(&self) -> bool {
        false
    }
}

/// What a cell holds: one number a field, in the order of [`Cells::fields`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell(pub Vec<BigUint>);

impl Cell {
    /// It holds nothing but zeros.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0.iter().all(|number| *number == BigUint::ZERO)
    }

    /// The one number of a register's cell, or the first of others.
    #[must_use]
    pub fn number(&self) -> Option<&BigUint> {
        self.0.first()
    }
}

impl From<BigUint> for Cell {
    fn from(number: BigUint) -> Cell {
        Cell(vec![number])
    }
}

/// The cells of an extern of a loaded program.
#[derive(Clone, Copy, Debug)]
pub struct Cells<'p> {
    name: &'p str,
    layout: &'p manifest::Cells,
    map: &'p MapHandle,
}

impl Program {
    /// All cells of a kind in the order of the program.
    ///
    /// # Errors
    /// When the program lacks a map that its manifest names.
    pub fn cells(&self, kind: CellKind) -> Result<Vec<Cells<'_>>, Error> {
        let mut found = Vec::new();
        for item in &self.manifest().externs {
            match &item.kind {
                ExternKind::Cells(layout) if layout.kind == kind => {
                    found.push(Cells::open(self, &item.name, layout)?);
                }
                ExternKind::Cells(_)
                | ExternKind::Profile(_)
                | ExternKind::Digest(_)
                | ExternKind::Events { .. } => {}
            }
        }
        Ok(found)
    }

    /// Cells by their name or the end of it.
    ///
    /// # Errors
    /// When none of the kind, or more than one, has such a name.
    pub fn cells_of(&self, kind: CellKind, name: &str) -> Result<Cells<'_>, Error> {
        let cells = self.cells(kind)?;
        let names: Vec<&str> = cells.iter().map(|cells| cells.name()).collect();
        let position = terms::find(kind.noun(), name, &names, None)?;
        Ok(*cells.get(position).ok_or_else(|| terms::nothing(kind.noun(), name, None))?)
    }

    /// A counter by its name or the end of it.
    ///
    /// # Errors
    /// As for [`Program::cells_of`].
    pub fn counter(&self, name: &str) -> Result<Cells<'_>, Error> {
        self.cells_of(CellKind::Counter, name)
    }

    /// A register by its name or the end of it.
    ///
    /// # Errors
    /// As for [`Program::cells_of`].
    pub fn register(&self, name: &str) -> Result<Cells<'_>, Error> {
        self.cells_of(CellKind::Register, name)
    }
}

impl<'p> Cells<'p> {
    pub(crate) fn open(
        program: &'p Program,
        name: &'p str,
        layout: &'p manifest::Cells,
    ) -> Result<Cells<'p>, Error> {
        Ok(Cells { name, layout, map: program.map(&layout.map)? })
    }

    /// Their full name.
    #[must_use]
    pub fn name(&self) -> &'p str {
        self.name
    }

    /// What they are.
    #[must_use]
    pub fn kind(&self) -> CellKind {
        self.layout.kind
    }

    /// How many there are.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.layout.size
    }

    /// All that is known of them.
    #[must_use]
    pub fn layout(&self) -> &'p manifest::Cells {
        self.layout
    }

    /// What a cell holds.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = &'p Param> + DoubleEndedIterator + use<'p> {
        self.layout.fields.iter().map(|field| &field.param)
    }

    /// What a counter's cell counted.
    #[must_use]
    pub fn count(&self, cell: &Cell) -> Count {
        let number = |name: &str| {
            let at = self.fields().position(|field| field.name == name)?;
            u64::try_from(cell.0.get(at)?).ok()
        };
        // What is not counted is 0.
        Count { packets: number(PACKETS).unwrap_or(0), bytes: number(BYTES).unwrap_or(0) }
    }

    /// The cell of a counter that counted so much.
    pub(crate) fn of_count(&self, count: Count) -> Cell {
        let number = |field: &Param| match field.name.as_str() {
            BYTES => BigUint::from(count.bytes),
            _ => BigUint::from(count.packets),
        };
        Cell(self.fields().map(number).collect())
    }

    /// Reads a cell.
    ///
    /// # Errors
    /// When there is no such index.
    pub fn read(&self, index: u64) -> Result<Cell, Error> {
        let values = self.values(&self.key(index)?)?;
        self.decode(values.iter().map(Vec::as_slice))
    }

    /// The cell with these values, one a CPU or one alone.
    fn decode<'v>(&self, values: impl Iterator<Item = &'v [u8]>) -> Result<Cell, Error> {
        let Cell(mut numbers) = self.zero();
        for value in values {
            for (field, number) in self.layout.fields.iter().zip(&mut numbers) {
                let part = place::get(value, &field.place).ok_or_else(|| {
                    self.refused("read", std::io::Error::other(format!("a cell has {} bytes", value.len())))
                })?;
                *number = (&*number + field.flipped(part)) & crate::value::ones(field.param.width);
            }
        }
        Ok(Cell(numbers))
    }

    /// All cells that are not zero, by index.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn dump(&self) -> Result<Vec<(u64, Cell)>, Error> {
        if let Some(cells) = self.dump_by_batches()? {
            return Ok(cells);
        }
        let mut indices: Vec<u64> = if self.layout.sparse {
            let number = |key: Vec<u8>| key.first_chunk::<4>().map(|bytes| u32::from_ne_bytes(*bytes));
            let numbers = self.map.keys().filter_map(number);
            numbers.filter_map(|key| key.checked_sub(self.layout.base)).map(u64::from).collect()
        } else {
            (0..u64::from(self.layout.size)).collect()
        };
        indices.sort_unstable();
        let mut cells = Vec::new();
        for index in indices {
            let cell = self.read(index)?;
            if !cell.is_zero() {
                cells.push((index, cell));
            }
        }
        Ok(cells)
    }

    /// The same of an array without locks, many cells a call of the kernel; `None` where that cannot be done.
    fn dump_by_batches(&self) -> Result<Option<Vec<(u64, Cell)>>, Error> {
        let kind = self.map.map_type();
        if self.layout.sparse || self.layout.locked || !matches!(kind, MapType::Array | MapType::PercpuArray)
        {
            return Ok(None);
        }
        let (values, size) = match kind {
            // What each CPU has begins at a multiple of 8.
            MapType::PercpuArray => (possible_cpus()?, (self.map.value_size() as usize).next_multiple_of(8)),
            _ => (1, self.map.value_size() as usize),
        };
        let mut batches = Batches::new(self.map.as_fd(), values * size);
        let mut cells = Vec::new();
        loop {
            let (keys, found) = match batches.next() {
                Ok(Some(batch)) => batch,
                Ok(None) => return Ok(Some(cells)),
                // Kernels before 5.13 (5.6 without CPUs) have no batches.
                Err(_) if cells.is_empty() => return Ok(None),
                Err(error) => return Err(self.refused("read", error).into()),
            };
            for (key, value) in keys.iter().zip(found.chunks_exact(values * size)) {
                // Most cells of large arrays are empty.
                if value.iter().all(|byte| *byte == 0) {
                    continue;
                }
                let Some(index) = key.checked_sub(self.layout.base) else { continue };
                let cell = self.decode(value.chunks_exact(size))?;
                if index < self.layout.size && !cell.is_zero() {
                    cells.push((u64::from(index), cell));
                }
            }
        }
    }

    /// Sets a cell. Where values add up, what packets count meanwhile is counted on top; else each writes a whole value.
    ///
    /// # Errors
    /// When there is no such index, no room for it, or a number is too large.
    pub fn write(&self, index: u64, cell: &Cell) -> Result<(), Error> {
        self.check(cell)?;
        self.replace(index, cell).map(drop)
    }

    fn check(&self, cell: &Cell) -> Result<(), Error> {
        Ok(self.layout.check(self.name(), &cell.0).map_err(CellError::from)?)
    }

    /// The same, but zeros take the rates from a meter; what the cell held. Where values add up, what packets count meanwhile comes on top of both.
    pub(crate) fn replace(&self, index: u64, cell: &Cell) -> Result<Cell, Error> {
        if self.kind() != CellKind::Meter || *cell != self.zero() {
            self.check(cell)?;
        }
        let now = self.read(index)?;
        if self.kind().adds_up() {
            self.adder()?.add(index, self.count(cell).minus(self.count(&now)))?;
        } else {
            self.put(index, cell)?;
        }
        Ok(now)
    }

    /// Undoes [`Cells::replace`]. Where values add up, what it has added is taken away again, so what packets have counted since stays.
    pub(crate) fn put_back(&self, index: u64, was: &Cell, written: &Cell) -> Result<(), Error> {
        if self.kind().adds_up() {
            return self.adder()?.add(index, self.count(was).minus(self.count(written)));
        }
        self.put(index, was)
    }

    /// Packets see a cell as it was or as it is, not half of it.
    pub(crate) fn is_written_whole(&self) -> bool {
        self.kind().adds_up() || self.layout.locked || self.map.value_size() <= 8
    }

    /// Sets a cell to what it is before anybody writes it: zeros, and no rates of a meter.
    ///
    /// # Errors
    /// When there is no such index.
    pub fn clear(&self, index: u64) -> Result<(), Error> {
        let zero = self.zero();
        if self.kind().adds_up() { self.write(index, &zero) } else { self.put(index, &zero) }
    }

    fn zero(&self) -> Cell {
        Cell(vec![BigUint::ZERO; self.layout.fields.len()])
    }

    /// Sets a cell that no packet uses.
    pub(crate) fn begin(&self, index: u64, cell: &Cell) -> Result<(), Error> {
        if !self.map.map_type().is_percpu() {
            return self.put(index, cell);
        }
        let cpus = possible_cpus()?;
        let nothing = vec![0u8; self.map.value_size() as usize];
        let mut values = vec![nothing; cpus];
        if let Some(first) = values.first_mut() {
            self.encode(cell, first);
        }
        let written = self.map.update_percpu(&self.key(index)?, &values, MapFlags::ANY);
        written.map_err(|error| self.refused("write", io_error(&error)).into())
    }

    fn encode(&self, cell: &Cell, bytes: &mut [u8]) {
        for (field, number) in self.layout.fields.iter().zip(&cell.0) {
            place::put(bytes, &field.place, &field.flipped(number.clone()));
        }
    }

    /// Replaces a cell's value.
    pub(crate) fn put(&self, index: u64, cell: &Cell) -> Result<(), Error> {
        let key = self.key(index)?;
        let mut bytes = vec![0u8; self.map.value_size() as usize];
        self.encode(cell, &mut bytes);
        self.map
            .update(&key, &bytes, self.flags())
            .map_err(|error| self.refused("write", io_error(&error)).into())
    }

    /// How a value is read and written as a whole.
    fn flags(&self) -> MapFlags {
        if self.layout.locked { MapFlags::LOCK } else { MapFlags::ANY }
    }

    /// Reads a counter's cell.
    ///
    /// # Errors
    /// As for [`Cells::read`].
    pub fn read_count(&self, index: u64) -> Result<Count, Error> {
        Ok(self.count(&self.read(index)?))
    }

    /// All cells of a counter that are not zero, by index.
    ///
    /// # Errors
    /// As for [`Cells::dump`].
    pub fn dump_counts(&self) -> Result<Vec<(u64, Count)>, Error> {
        Ok(self.dump()?.iter().map(|(index, cell)| (*index, self.count(cell))).collect())
    }

    /// Sets a counter's cell.
    ///
    /// # Errors
    /// As for [`Cells::write`].
    pub fn write_count(&self, index: u64, count: Count) -> Result<(), Error> {
        self.write(index, &self.of_count(count))
    }

    /// Sets all cells to zero; how many were not. What packets count meanwhile stays.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn reset(&self) -> Result<u64, Error> {
        if self.kind().adds_up() {
            return Ok(self.take()?.len() as u64);
        }
        let cells = self.dump()?;
        let zero = self.zero();
        for (index, _) in &cells {
            self.put(*index, &zero)?;
        }
        Ok(cells.len() as u64)
    }

    /// As [`Cells::reset`] of a counter, but what was taken: summed over all calls and added to what is there, it is all that was ever
    /// counted.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn take(&self) -> Result<Vec<(u64, Count)>, Error> {
        let cells = self.dump_counts()?;
        if !cells.is_empty() {
            let mut adder = self.adder()?;
            for (index, count) in &cells {
                adder.add(*index, Count::default().minus(*count))?;
            }
        }
        Ok(cells)
    }

    /// Adds to a counter's cells while packets count in them.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub(crate) fn adder(self) -> Result<Adder<'p>, Error> {
        let offset = |name: &str| self.layout.field(name).map(|place| place.offset);
        let program = sys::programs::load_adder(self.map.as_fd(), [offset(PACKETS), offset(BYTES)])
            .map_err(|error| self.refused("write", error))?;
        Ok(Adder { cells: self, program })
    }

    fn refused(&self, verb: &str, error: std::io::Error) -> KernelError {
        KernelError::new(format!("{verb} {} `{}`", self.kind().noun(), self.name()), error)
    }

    fn key(&self, index: u64) -> Result<[u8; 4], Error> {
        let beyond = !self.layout.sparse && index >= u64::from(self.layout.size);
        let key = u32::try_from(index).ok().and_then(|index| index.checked_add(self.layout.base));
        match key {
            Some(key) if !beyond => Ok(key.to_ne_bytes()),
            _ => {
                let (what, name) = (self.kind().noun(), self.name().to_owned());
                Err(CellError::Index { what, name, size: self.layout.size, index }.into())
            }
        }
    }

    fn full(&self, index: u64) -> Error {
        let (what, name) = (self.kind().noun(), self.name().to_owned());
        CellError::Full { what, name, size: self.layout.size, index }.into()
    }

    /// Makes a cell where any index may be one, with zeros, unless a packet has made it meanwhile.
    fn make(&self, index: u64, key: &[u8]) -> Result<(), Error> {
        let value = vec![0u8; self.map.value_size() as usize];
        let result = if self.map.map_type().is_percpu() {
            self.map.update_percpu(key, &vec![value; possible_cpus()?], MapFlags::NO_EXIST)
        } else {
            self.map.update(key, &value, MapFlags::NO_EXIST)
        };
        let Err(error) = result else { return Ok(()) };
        let source = io_error(&error);
        match source.raw_os_error() {
            Some(libc::EEXIST) => Ok(()),
            Some(libc::E2BIG) => Err(self.full(index)),
            _ => Err(self.refused("write", source).into()),
        }
    }

    /// The cell's value, or one a CPU; none where any index may be one and nobody made it.
    fn values(&self, key: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
        let values = if self.map.map_type().is_percpu() {
            self.map.lookup_percpu(key, MapFlags::ANY)
        } else {
            self.map.lookup(key, self.flags()).map(|value| value.map(|value| vec![value]))
        };
        let values = values.map_err(|error| self.refused("read", io_error(&error)))?;
        Ok(values.unwrap_or_else(Vec::new))
    }
}

fn possible_cpus() -> Result<usize, KernelError> {
    libbpf_rs::num_possible_cpus().map_err(|error| KernelError::new("count the CPUs", io_error(&error)))
}

/// Adds to a counter's cells. The kernel does it, by a program that runs once a cell and adds to the cell of its CPU in one instruction: a
/// packet on that CPU counts before or after it, one on another CPU in a cell of its own. Reading and writing back would lose what is
/// counted in between.
pub(crate) struct Adder<'p> {
    cells: Cells<'p>,
    program: OwnedFd,
}

impl Adder<'_> {
    /// Adds to a cell.
    ///
    /// # Errors
    /// When there is no such index, or no room for it.
    pub(crate) fn add(&mut self, index: u64, count: Count) -> Result<(), Error> {
        let cells = &self.cells;
        let key = cells.key(index)?;
        let add = || sys::programs::run_adder(self.program.as_fd(), key, [count.packets, count.bytes]);
        if add().map_err(|error| cells.refused("write", error))? {
            return Ok(());
        }
        cells.make(index, &key)?;
        if add().map_err(|error| cells.refused("write", error))? {
            return Ok(());
        }
        Err(cells.full(index))
    }
}
