//! Counters. An index out of range counts nothing, nor does a new one where a sparse counter is full.

use super::ExternState;
use crate::interp::code::{ArgCode, Call};
use crate::interp::run::{Flow, Run};
use p4xdp_control::entry::Count;

/// The cell of a counter instance, if the index is in range.
fn cell<'r>(run: &'r mut Run<'_>, instance: Option<u32>, index: u128) -> Option<&'r mut Count> {
    let index = u64::try_from(index).ok()?;
    match run.state.externs.get_mut(instance? as usize)? {
        ExternState::Counter(size, cells) if size.is_none_or(|s| index < s) => {
            Some(cells.entry(index).or_default())
        }
        ExternState::SparseCounter(most, cells) => {
            let is_full = cells.len() as u64 >= *most;
            (!is_full || cells.contains_key(&index)).then(|| cells.entry(index).or_default())
        }
        _ => None,
    }
}

/// `CounterArray.increment(index)`
pub fn increment(run: &mut Run<'_>, call: &Call) -> Flow {
    let index = run.number(call, 0);
    if let Some(cell) = cell(run, call.instance, index) {
        cell.packets = cell.packets.wrapping_add(1);
    }
    Flow::Next
}

/// `CounterArray.add(index, value)`
pub fn add(run: &mut Run<'_>, call: &Call) -> Flow {
    let (index, value) = (run.number(call, 0), run.number(call, 1));
    if let Some(cell) = cell(run, call.instance, index) {
        cell.packets = cell.packets.wrapping_add(value as u64);
    }
    Flow::Next
}

fn counted(run: &mut Run<'_>, instance: Option<u32>, index: u128, length: Option<&ArgCode>) {
    let bytes = match length {
        None | Some(ArgCode::Missing) => run.packet.len() as u64,
        Some(length) => run.value_of(length).0.saturate() as u64,
    };
    if let Some(cell) = cell(run, instance, index) {
        cell.packets = cell.packets.wrapping_add(1);
        cell.bytes = cell.bytes.wrapping_add(bytes);
    }
}

/// `counter.count(index)`, `Counter.count(index)`: packets and bytes of the packet at hand.
pub fn count(run: &mut Run<'_>, call: &Call) -> Flow {
    let index = run.number(call, 0);
    counted(run, call.instance, index, None);
    Flow::Next
}

/// pna's `Counter.count(index, length)`
pub fn count_length(run: &mut Run<'_>, call: &Call) -> Flow {
    let index = run.number(call, 0);
    counted(run, call.instance, index, call.args.get(1));
    Flow::Next
}

/// v1model: an entry matched, and the table has a direct counter.
pub fn count_match(run: &mut Run<'_>, counter: u32, cell: u64) {
    counted(run, Some(counter), u128::from(cell), None);
}

/// Stands for no entry: direct counters and meters have a cell that the default action updates in PSA ("There must be a counter
/// value associated with .. a miss"); v1model only counts entries that match.
const OF_MISSES: u32 = u32::MAX;

/// The cell of an entry of a table, or of its misses, in a direct counter or meter, which several tables may have.
pub fn cell_of(table: u32, entry: Option<u32>) -> u64 {
    u64::from(table) << 32 | u64::from(entry.unwrap_or(OF_MISSES))
}

/// Which table and entry a cell of a direct counter or meter is of; `None` for misses.
pub fn owner_of(cell: u64) -> (u32, Option<u32>) {
    ((cell >> 32) as u32, Some(cell as u32).filter(|entry| *entry != OF_MISSES))
}

/// The cell that a direct counter or meter has for the entry that matched, or for misses. There is none outside of tables, nor in a table that it
/// does not belong to.
pub fn direct_cell(run: &Run<'_>, instance: Option<u32>) -> Option<u64> {
    let ((table, entry), instance) = run.applied.zip(instance)?;
    let code = run.code.tables.get(table as usize)?;
    code.has_direct(instance).then(|| cell_of(table, entry))
}

/// No cell has this index.
const NOWHERE: u128 = u128::MAX;

/// `DirectCounter.count()`: the cell of the entry whose action runs.
pub fn count_direct(run: &mut Run<'_>, call: &Call) -> Flow {
    let cell = direct_cell(run, call.instance).map_or(NOWHERE, u128::from);
    counted(run, call.instance, cell, None);
    Flow::Next
}

/// pna's `DirectCounter.count(length)`
pub fn count_direct_length(run: &mut Run<'_>, call: &Call) -> Flow {
    let cell = direct_cell(run, call.instance).map_or(NOWHERE, u128::from);
    counted(run, call.instance, cell, call.args.first());
    Flow::Next
}
