//! Direct counters and meters of a table: in, one of them and an entry, or the keys of one; out, what its cell holds, or the cell changed. Most tables
//! have one of a kind, which an [`Entry`] has by itself; further ones it has by their names.

use super::{Count, Entry, KeyMatch, Table, TableError};
use crate::cells::{Cell, CellError, CellKind, Cells};
use crate::error::Error;
use crate::lock;
use crate::storage::StorageError;
use crate::storage::direct::Direct;
use num_bigint::BigUint;
use p4xdp_control::terms;

/// Index of the cell of a direct counter that has what was counted of misses, and of the cell of a direct meter that has the rates which new entries begin with.
pub const OF_MISSES: u64 = 0;

impl<'p> Table<'p> {
    /// The first direct counter or meter, if the table has one. Its cells' indices are numbers of entries.
    #[must_use]
    pub fn direct(&self, kind: CellKind) -> Option<&Cells<'p>> {
        self.directs(kind).next()
    }

    /// All direct counters or meters of the table.
    pub fn directs(&self, kind: CellKind) -> impl Iterator<Item = &Cells<'p>> {
        self.direct.iter().flat_map(move |direct| direct.all(kind))
    }

    /// What the entry's cell holds in a direct counter or meter of the table.
    #[must_use]
    pub fn cell(&self, cells: &Cells<'p>, entry: &Entry) -> Cell {
        let cell = self.direct.as_ref().and_then(|direct| direct.cell_of(cells, entry));
        cell.unwrap_or_else(|| Cell(vec![BigUint::ZERO; cells.fields().len()]))
    }

    /// Sets the first direct counter of an entry; what packets count meanwhile comes on top.
    ///
    /// # Errors
    /// When there is none with these keys and priority, or the table has no direct counter.
    pub fn set_count(&self, keys: &[KeyMatch], priority: Option<u32>, count: Count) -> Result<(), Error> {
        let counter = self.needed(CellKind::Counter)?;
        let writer = lock::writer()?;
        counter.write_count(self.number(keys, priority, &writer)?, count)
    }

    /// Adds to the direct counters of an entry what this one has counted; those of another program may be others.
    ///
    /// # Errors
    /// When there is no such entry, or the kernel refuses.
    pub(crate) fn add_counts(&self, entry: &Entry) -> Result<(), Error> {
        let writer = lock::writer()?;
        for counter in self.directs(CellKind::Counter) {
            let count = counter.count(&self.cell(counter, entry));
            if !count.is_zero() {
                counter.adder()?.add(self.number(&entry.keys, entry.priority, &writer)?, count)?;
            }
        }
        Ok(())
    }

    /// Sets the rates of an entry in the first direct meter, one number a field; its buckets are full then.
    ///
    /// # Errors
    /// When there is no such entry, the table has no direct meter, or the rates do not suit it.
    pub fn set_rates(
        &self,
        keys: &[KeyMatch],
        priority: Option<u32>,
        rates: &[BigUint],
    ) -> Result<(), Error> {
        self.set_rates_in(self.needed(CellKind::Meter)?, keys, priority, rates)
    }

    /// Sets the rates of an entry in one of the table's direct meters.
    ///
    /// # Errors
    /// As for [`Table::set_rates`].
    pub fn set_rates_in(
        &self,
        meter: &Cells<'p>,
        keys: &[KeyMatch],
        priority: Option<u32>,
        rates: &[BigUint],
    ) -> Result<(), Error> {
        check_rates(meter, rates)?;
        let writer = lock::writer()?;
        meter.put(self.number(keys, priority, &writer)?, &Cell(rates.to_vec()))
    }

    /// Takes the rates from an entry in one of the table's direct meters: all its packets are green.
    ///
    /// # Errors
    /// When there is no such entry, or the kernel refuses.
    pub fn clear_rates_in(
        &self,
        meter: &Cells<'p>,
        keys: &[KeyMatch],
        priority: Option<u32>,
    ) -> Result<(), Error> {
        let writer = lock::writer()?;
        meter.clear(self.number(keys, priority, &writer)?)
    }

    /// Writes the cell that an entry has; what it held.
    pub(crate) fn write_direct(
        &self,
        cells: &Cells<'p>,
        keys: &[KeyMatch],
        priority: Option<u32>,
        cell: &Cell,
        writer: &lock::Lock,
    ) -> Result<Cell, Error> {
        cells.replace(self.number(keys, priority, writer)?, cell)
    }

    /// Undoes [`Table::write_direct`].
    pub(crate) fn put_direct_back(
        &self,
        cells: &Cells<'p>,
        keys: &[KeyMatch],
        priority: Option<u32>,
        (was, written): (&Cell, &Cell),
        writer: &lock::Lock,
    ) -> Result<(), Error> {
        cells.put_back(self.number(keys, priority, writer)?, was, written)
    }

    /// Gives an entry rates of another program, or new entries; nothing for an entry that is not there.
    pub(crate) fn carry_rates(
        &self,
        meter: &Cells<'p>,
        entry: Option<&Entry>,
        rates: &[BigUint],
    ) -> Result<(), Error> {
        let Some(entry) = entry else { return meter.put(OF_MISSES, &Cell(rates.to_vec())) };
        match self.set_rates_in(meter, &entry.keys, entry.priority, rates) {
            Err(error) if matches!(error.of(), Some(TableError::Missing { .. })) => Ok(()),
            result => result,
        }
    }

    /// Sets the rates of all entries in one of the table's direct meters, also of those that will be added without any of their own.
    ///
    /// # Errors
    /// When the rates do not suit it, or the kernel refuses.
    pub fn set_all_rates(&self, meter: &Cells<'p>, rates: &[BigUint]) -> Result<(), Error> {
        check_rates(meter, rates)?;
        let _writer = lock::writer()?;
        (0..u64::from(meter.size())).try_for_each(|number| meter.put(number, &Cell(rates.to_vec())))
    }

    /// Forgets all that a direct counter of the table counted, or all rates of a direct meter; of how many entries.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn reset(&self, cells: &Cells<'p>) -> Result<u64, Error> {
        let _writer = lock::writer()?;
        cells.reset()
    }

    /// The rates that a new entry is to have suit the meters.
    pub(super) fn check_new_rates(&self, entry: &Entry) -> Result<(), Error> {
        if !entry.rates.is_empty() {
            check_rates(self.needed(CellKind::Meter)?, &entry.rates)?;
        }
        for other in &entry.others {
            let mut all = self.directs(CellKind::Counter).chain(self.directs(CellKind::Meter));
            let Some(cells) = all.find(|cells| cells.name() == other.name) else {
                let what = CellKind::Meter.noun();
                return Err(TableError::NoDirect { table: self.called(), what }.into());
            };
            check_rates(cells, &other.numbers)?;
        }
        Ok(())
    }

    fn needed(&self, kind: CellKind) -> Result<&Cells<'p>, TableError> {
        self.direct(kind).ok_or_else(|| TableError::NoDirect { table: self.called(), what: kind.noun() })
    }

    /// The number of an entry. Who holds the lock is the only one that gives it to another entry.
    pub(super) fn number(
        &self,
        keys: &[KeyMatch],
        priority: Option<u32>,
        _: &lock::Lock,
    ) -> Result<u64, Error> {
        let number = match &self.storage {
            None => self.find_constant(keys, priority).map(|(position, _)| Direct::of_program(position)),
            Some(storage) => {
                terms::check_keys(self.table.view, keys)?;
                storage.number(keys, priority).map_err(|error| self.error(error, Some(keys)))?
            }
        };
        let number = number.ok_or(StorageError::Missing).map_err(|error| self.error(error, Some(keys)))?;
        Ok(number.into())
    }
}

fn check_rates(meter: &Cells<'_>, rates: &[BigUint]) -> Result<(), Error> {
    Ok(meter.layout().check(meter.name(), rates).map_err(CellError::from)?)
}
