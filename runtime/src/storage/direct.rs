//! What hangs on a table's entries: direct counters and meters, and when they matched last. In, the number of an entry; out, what its cells hold, and the way back; and numbers
//! for new entries. Where an entry's number stands is the storage's; what the parts of it mean, `p4xdp_control::storage::Direct` says.
//!
//! A number is free when no entry has it and no packet is under way that still has the entry which had it. Nobody says so when an entry goes
//! (the kernel may have displaced it): when no number is known to be free, all entries are looked at and packets that are under way are
//! waited for. There are more numbers than entries, so that this happens once in a good many entries.

use super::{Count, Entry, Other, StorageError, idle};
use crate::cells::{Cell, Cells};
use crate::error::{Error, KernelError, io_error};
use crate::program::Program;
use crate::sys;
use libbpf_rs::{MapCore, MapFlags, MapHandle};
use p4xdp_control::manifest::{self, CellKind, FreeNumbers, Table};
use std::collections::BTreeSet;

/// Number of a miss. A meter's cell of this number has the rates that new entries begin with.
const OF_MISSES: u32 = 0;

/// What hangs on the entries of a table.
pub(crate) struct Direct<'p> {
    layout: &'p manifest::Direct,
    cells: Vec<Cells<'p>>,
    idle: Option<idle::Cells<'p>>,
    free: Option<(&'p MapHandle, &'p FreeNumbers)>,
}

/// What is known of the numbers of a table.
#[derive(Clone, Copy)]
struct Head {
    /// So many are listed as free.
    listed: u32,
    /// From this one on, all are.
    untouched: u32,
}

impl Head {
    /// `None` for a table of which nothing is known.
    fn read(element: u64) -> Option<Head> {
        let listed = u32::try_from(element >> 32).ok()?.checked_sub(1)?;
        Some(Head { listed, untouched: element as u32 })
    }

    fn element(self) -> u64 {
        (u64::from(self.listed) + 1) << 32 | u64::from(self.untouched)
    }
}

impl<'p> Direct<'p> {
    /// What hangs on the table's entries; `None` if nothing does.
    ///
    /// # Errors
    /// When the program has not the maps that its manifest names.
    pub(crate) fn open(program: &'p Program, table: Table<'p>) -> Result<Option<Direct<'p>>, Error> {
        let Some(layout) = &table.layout.direct else { return Ok(None) };
        let cells = layout.externs.iter();
        let cells = cells.map(|item| Cells::open(program, &item.name, &item.cells));
        let free = layout.free.as_ref().map(|free| Ok::<_, Error>((program.map(&free.map)?, free)));
        let idle = layout.idle.as_ref().map(|idle| idle::Cells::open(program, idle)).transpose()?;
        Ok(Some(Direct { layout, cells: cells.collect::<Result<_, _>>()?, idle, free: free.transpose()? }))
    }

    /// The number of an entry of the program that is code, by its position in the view.
    pub(crate) fn of_program(position: usize) -> u32 {
        u32::try_from(position).map_or(OF_MISSES, |position| position.saturating_add(1))
    }

    /// The number in an entry's value.
    pub(crate) fn number(&self, value: &[u8]) -> Result<u32, StorageError> {
        Ok(p4xdp_control::storage::decode_number(self.layout.number.as_ref(), value)?)
    }

    /// Puts a number into an entry's value.
    pub(crate) fn put_number(&self, value: &mut [u8], number: u32) {
        p4xdp_control::storage::encode_number(self.layout.number.as_ref(), value, number);
    }

    /// The first counter or meter.
    pub(crate) fn of(&self, kind: CellKind) -> Option<&Cells<'p>> {
        self.all(kind).next()
    }

    /// All counters or meters.
    pub(crate) fn all(&self, kind: CellKind) -> impl Iterator<Item = &Cells<'p>> {
        self.cells.iter().filter(move |cells| cells.kind() == kind)
    }

    /// It is the first of its kind.
    fn is_first(&self, cells: &Cells<'p>) -> bool {
        self.of(cells.kind()).is_some_and(|first| first.name() == cells.name())
    }

    /// What the entry says that its cell holds.
    pub(crate) fn cell_of(&self, cells: &Cells<'p>, entry: &Entry) -> Option<Cell> {
        if self.is_first(cells) {
            return match cells.kind() {
                CellKind::Meter => Some(Cell(entry.rates.clone())).filter(|cell| !cell.0.is_empty()),
                CellKind::Counter | CellKind::Register => Some(cells.of_count(entry.count)),
            };
        }
        let other = entry.others.iter().find(|other| other.name == cells.name())?;
        Some(Cell(other.numbers.clone()))
    }

    /// When entries matched last, if they may be idle.
    pub(crate) fn idle(&self) -> Option<&idle::Cells<'p>> {
        self.idle.as_ref()
    }

    /// The entry with what the cells of its number hold.
    pub(crate) fn read(&self, number: u32, mut entry: Entry) -> Result<Entry, Error> {
        for cells in &self.cells {
            let cell = cells.read(number.into())?;
            match cells.kind() {
                CellKind::Counter if self.is_first(cells) => entry.count = cells.count(&cell),
                CellKind::Counter | CellKind::Meter | CellKind::Register if cell.is_zero() => {}
                CellKind::Meter if self.is_first(cells) => entry.rates = cell.0,
                CellKind::Counter | CellKind::Meter | CellKind::Register => {
                    entry.others.push(Other { name: cells.name().to_owned(), numbers: cell.0 });
                }
            }
        }
        if let Some(idle) = &self.idle {
            entry.idle = idle.read(number)?;
        }
        Ok(entry)
    }

    /// The entry with this number was changed to what this one says.
    pub(crate) fn changed(&self, number: u32, entry: &Entry) -> Result<(), Error> {
        match (&self.idle, entry.idle.timeout) {
            (Some(idle), Some(timeout)) => idle.set_timeout(number, Some(timeout)),
            (Some(_) | None, _) => Ok(()),
        }
    }

    /// A number that no entry has, with cells for a new entry; `used` gives the numbers of all entries.
    ///
    /// # Errors
    /// When there is none, or the kernel refuses.
    pub(crate) fn take(
        &self,
        entry: &Entry,
        used: impl FnOnce() -> Result<Vec<u32>, StorageError>,
    ) -> Result<u32, StorageError> {
        let known = Head::read(self.element(0)?);
        let number = match known.map(|head| self.next(head)).transpose()?.flatten() {
            Some(number) => number,
            None => {
                let head = self.sweep(used()?)?;
                self.next(head)?.ok_or(StorageError::Full)?
            }
        };
        self.begin(number, entry).map_err(StorageError::Cells)?;
        Ok(number)
    }

    /// The entry was not added for which the number was taken last.
    pub(crate) fn give_back(&self, number: u32) -> Result<(), StorageError> {
        if let Some(head) = Head::read(self.element(0)?) {
            self.put(head.listed.saturating_add(1), number.into())?;
            self.put(0, Head { listed: head.listed.saturating_add(1), ..head }.element())?;
        }
        Ok(())
    }

    /// The next free number, of those that are known to be.
    fn next(&self, head: Head) -> Result<Option<u32>, StorageError> {
        if head.listed > 0 {
            let number = self.element(head.listed)?;
            self.put(0, Head { listed: head.listed - 1, ..head }.element())?;
            return Ok(u32::try_from(number).ok());
        }
        if head.untouched >= self.layout.numbers {
            return Ok(None);
        }
        self.put(0, Head { untouched: head.untouched + 1, ..head }.element())?;
        Ok(Some(head.untouched))
    }

    /// Finds out which numbers are free: all but those.
    fn sweep(&self, used: Vec<u32>) -> Result<Head, StorageError> {
        let used: BTreeSet<u32> = used.into_iter().filter(|number| *number >= self.layout.first).collect();
        let untouched = used.last().map_or(self.layout.first, |last| last.saturating_add(1));
        // Packets that have an entry which went meanwhile.
        sys::wait_for_packets();
        let mut head = Head { listed: 0, untouched };
        for number in (self.layout.first..untouched).filter(|number| !used.contains(number)) {
            head.listed += 1;
            self.put(head.listed, number.into())?;
        }
        self.put(0, head.element())?;
        Ok(head)
    }

    /// Gives a number's cells what the entry says, or what new entries have. No packet has the number.
    fn begin(&self, number: u32, entry: &Entry) -> Result<(), Error> {
        for cells in &self.cells {
            let cell = match (self.cell_of(cells, entry), cells.kind()) {
                (Some(cell), _) => cell,
                (None, CellKind::Meter) => cells.read(OF_MISSES.into())?,
                (None, CellKind::Counter | CellKind::Register) => cells.of_count(Count::default()),
            };
            cells.begin(number.into(), &cell)?;
        }
        self.idle.as_ref().map_or(Ok(()), |idle| idle.begin(number, &entry.idle))
    }

    fn index(&self, element: u32) -> Result<(&'p MapHandle, [u8; 4]), StorageError> {
        let (map, free) = self.free.ok_or(StorageError::Full)?;
        Ok((map, free.base.saturating_add(element).to_ne_bytes()))
    }

    fn element(&self, element: u32) -> Result<u64, StorageError> {
        let (map, index) = self.index(element)?;
        let read = map.lookup(&index, MapFlags::ANY).map_err(|error| refused("read", &error))?;
        let bytes = read.as_deref().and_then(|bytes| bytes.first_chunk());
        Ok(bytes.map_or(0, |bytes| u64::from_ne_bytes(*bytes)))
    }

    fn put(&self, element: u32, value: u64) -> Result<(), StorageError> {
        let (map, index) = self.index(element)?;
        map.update(&index, &value.to_ne_bytes(), MapFlags::ANY).map_err(|error| refused("write", &error))
    }
}

fn refused(what: &str, error: &libbpf_rs::Error) -> StorageError {
    KernelError::new(format!("{what} the numbers of entries"), io_error(error)).into()
}
