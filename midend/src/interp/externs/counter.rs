//! Counters. An index out of range counts nothing.

use super::ExternState;
use crate::interp::code::Call;
use crate::interp::control::CounterValue;
use crate::interp::run::{Flow, Run};

/// The cell of a counter instance, if the index is in range.
fn cell<'r>(run: &'r mut Run<'_>, instance: Option<u32>, index: u128) -> Option<&'r mut CounterValue> {
    let index = u64::try_from(index).ok()?;
    match run.state.externs.get_mut(instance? as usize)? {
        ExternState::Counter(size, cells) if size.is_none_or(|s| index < s) => {
            Some(cells.entry(index).or_default())
        }
        _ => None,
    }
}

/// `CounterArray.increment(index)`
pub fn increment(run: &mut Run<'_>, call: &Call) -> Flow {
    let index = run.number(call, 0);
    if let Some(cell) = cell(run, call.instance, index) {
        cell.packets = cell.packets.wrapping_add(1) & u64::from(u32::MAX);
    }
    Flow::Next
}

/// `CounterArray.add(index, value)`
pub fn add(run: &mut Run<'_>, call: &Call) -> Flow {
    let (index, value) = (run.number(call, 0), run.number(call, 1));
    if let Some(cell) = cell(run, call.instance, index) {
        cell.packets = cell.packets.wrapping_add(value as u64) & u64::from(u32::MAX);
    }
    Flow::Next
}

/// `counter.count(index)`, `Counter.count(index)`: packets and bytes of the packet at hand.
pub fn count(run: &mut Run<'_>, call: &Call) -> Flow {
    let index = run.number(call, 0);
    let bytes = run.packet.len() as u64;
    if let Some(cell) = cell(run, call.instance, index) {
        cell.packets = cell.packets.wrapping_add(1);
        cell.bytes = cell.bytes.wrapping_add(bytes);
    }
    Flow::Next
}

/// `direct_counter.count()`: the cell of the entry whose action runs.
pub fn count_direct(run: &mut Run<'_>, call: &Call) -> Flow {
    let entry = run.applied.map_or(u64::MAX, |(_, entry)| entry.map_or(u64::MAX, u64::from));
    let bytes = run.packet.len() as u64;
    if let Some(cell) = cell(run, call.instance, u128::from(entry)) {
        cell.packets = cell.packets.wrapping_add(1);
        cell.bytes = cell.bytes.wrapping_add(bytes);
    }
    Flow::Next
}
