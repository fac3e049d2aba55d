//! Counters, by index and by the entries of tables. Only cells that are not zero are told, and of those so many: a counter may have a million.

use super::{Cell, CellKind, Cells, Error, OF_MISSES, Reader, Table, metric};
use crate::families::Family;
use p4xdp_runtime::manifest::cells::{BYTES, PACKETS};

/// The metrics of a counter: of packets and of bytes, as far as it counts them.
type Pair = [(Family, &'static str); 2];

const BY_INDEX: Pair = [(metric::CELL_PACKETS, PACKETS), (metric::CELL_BYTES, BYTES)];
const BY_ENTRY: Pair = [(metric::ENTRY_PACKETS, PACKETS), (metric::ENTRY_BYTES, BYTES)];
const OF_MISS: Pair = [(metric::MISS_PACKETS, PACKETS), (metric::MISS_BYTES, BYTES)];

impl Reader<'_> {
    /// Counters by index.
    pub(super) fn counters(&mut self) -> Result<(), Error> {
        for cells in self.program.cells(CellKind::Counter)? {
            let counted = cells.dump()?;
            for (index, cell) in counted.iter().take(self.options.most_cells) {
                self.counts(&BY_INDEX, &cells, &[cells.name(), &index.to_string()], cell);
            }
            self.left_out(&cells, counted.len());
        }
        Ok(())
    }

    /// Counters that hang on the table's entries.
    pub(super) fn direct_counters(&mut self, table: &Table<'_>) -> Result<(), Error> {
        if table.direct(CellKind::Counter).is_none() {
            return Ok(());
        }
        let (name, entries) = (table.view().name(), table.entries()?);
        for cells in table.directs(CellKind::Counter) {
            let counted = entries.iter().map(|(_, entry)| (entry, table.cell(cells, entry)));
            let counted: Vec<_> = counted.filter(|(_, cell)| !cell.is_zero()).collect();
            for (entry, cell) in counted.iter().take(self.options.most_cells) {
                let priority = entry.priority.filter(|_| table.view().has_priorities());
                let priority = priority.map(|priority| priority.to_string()).unwrap_or_default();
                let labels = [name, cells.name(), &table.keys_text(&entry.keys), &priority];
                self.counts(&BY_ENTRY, cells, &labels, cell);
            }
            self.left_out(cells, counted.len());
            let misses = cells.read(OF_MISSES)?;
            if !misses.is_zero() {
                self.counts(&OF_MISS, cells, &[name, cells.name()], &misses);
            }
        }
        Ok(())
    }

    fn counts(&mut self, pair: &Pair, cells: &Cells<'_>, labels: &[&str], cell: &Cell) {
        let count = cells.count(cell);
        for ((family, field), number) in pair.iter().zip([count.packets, count.bytes]) {
            if cells.fields().any(|known| known.name == *field) {
                self.add(family, labels, number);
            }
        }
    }

    fn left_out(&mut self, cells: &Cells<'_>, counted: usize) {
        let left_out = counted.saturating_sub(self.options.most_cells);
        self.add(&metric::LEFT_OUT, &[cells.name()], left_out as u64);
    }
}
