//! What a machine has counted and kept, for people: the cells of counters and registers that are not zero.

use super::externs::{ExternState, counter};
use super::machine::Machine;
use num_bigint::BigUint;
use p4xdp_control::entry::{Count, KeyMatch};
use std::sync::Arc;

/// Which cell of an extern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CellAt {
    /// By position.
    Index(u64),
    /// That of an entry, by its keys.
    Entry(Vec<(Arc<str>, KeyMatch)>),
    /// That of misses.
    Misses,
}

/// What a cell holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CellValue {
    /// Of a counter.
    Counter(Count),
    /// Of a register; a struct is one number, its first field highest.
    Register(BigUint),
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Full name of the extern.
    pub name: Arc<str>,
    /// Which of its cells.
    pub at: CellAt,
    /// What it holds.
    pub value: CellValue,
}

impl Machine {
    /// All cells of counters and registers that are not zero, by extern in order of declaration, then by position.
    pub fn cells(&self) -> Vec<Cell> {
        let mut out = Vec::new();
        for (state, name) in self.state.externs.iter().zip(&self.names.externs) {
            match state {
                ExternState::Counter(size, cells) => {
                    let counted = cells.iter().filter(|(_, value)| **value != Count::default());
                    out.extend(counted.map(|(index, value)| Cell {
                        name: name.clone(),
                        at: if size.is_some() { CellAt::Index(*index) } else { self.direct(*index) },
                        value: CellValue::Counter(*value),
                    }));
                }
                ExternState::SparseCounter(_, cells) => {
                    let counted = cells.iter().filter(|(_, value)| **value != Count::default());
                    out.extend(counted.map(|(index, value)| Cell {
                        name: name.clone(),
                        at: CellAt::Index(*index),
                        value: CellValue::Counter(*value),
                    }));
                }
                ExternState::Register(state) => {
                    let cells = state.cells.keys().map(|index| (*index, state.number(*index)));
                    out.extend(cells.filter(|(_, value)| *value != BigUint::default()).map(
                        |(index, value)| Cell {
                            name: name.clone(),
                            at: CellAt::Index(index),
                            value: CellValue::Register(value),
                        },
                    ));
                }
                ExternState::Stateless
                | ExternState::Meter(_)
                | ExternState::Selector(_)
                | ExternState::Hash(_)
                | ExternState::Checksum(..)
                | ExternState::Sum(_)
                | ExternState::Random(..)
                | ExternState::Digest(_) => {}
            }
        }
        out
    }

    /// The entry that a direct counter's cell belongs to.
    fn direct(&self, cell: u64) -> CellAt {
        let (table, Some(at)) = counter::owner_of(cell) else { return CellAt::Misses };
        let code = self.code.tables.get(table as usize);
        let entry = self.state.tables.get(table as usize).and_then(|table| table.entry(at));
        match code.zip(entry) {
            Some((code, entry)) => {
                let names = code.match_keys().map(|key| key.name.clone());
                CellAt::Entry(names.zip(entry.keys.iter().cloned()).collect())
            }
            None => CellAt::Index(cell),
        }
    }
}
