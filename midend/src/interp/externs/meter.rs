//! Meters: two rates, three colours (RFC 2698) over the machine's clock. A meter without rates is always green.

use super::ExternState;
use super::counter;
use crate::interp::code::{ArgCode, Call};
use crate::interp::run::{Flow, Run};
use crate::interp::table::TableCode;
use std::collections::BTreeMap;

/// A colour, in the order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colour {
    /// Within the committed rate.
    Green,
    /// Within the peak rate.
    Yellow,
    /// Beyond.
    Red,
}

/// Committed rate and burst, then peak rate and burst: units a microsecond, units.
pub type Rates = [(f64, u64); 2];

#[derive(Clone, Debug, Default)]
struct Bucket {
    /// Tokens of the two buckets; full before the first packet.
    tokens: Option<[f64; 2]>,
    /// Nanoseconds at the last packet.
    at: u64,
}

/// State of an array of meters.
#[derive(Clone, Debug)]
pub struct MeterState {
    /// Cells; without bound for direct meters.
    pub size: Option<u64>,
    /// Counts bytes, not packets.
    pub bytes: bool,
    /// Rates of all cells that have none of their own.
    pub all: Option<Rates>,
    /// Rates of single cells.
    pub rates: BTreeMap<u64, Rates>,
    buckets: BTreeMap<u64, Bucket>,
}

impl MeterState {
    /// Meters without rates.
    pub fn new(size: Option<u64>, bytes: bool) -> MeterState {
        MeterState { size, bytes, all: None, rates: BTreeMap::new(), buckets: BTreeMap::new() }
    }

    /// Sets the rates of a cell or of all; its buckets are full then.
    pub fn set_rates(&mut self, index: Option<u64>, rates: Rates) {
        match index {
            Some(index) => {
                self.rates.insert(index, rates);
                self.buckets.remove(&index);
            }
            None => {
                self.all = Some(rates);
                self.rates.clear();
                self.buckets.clear();
            }
        }
    }

    /// A cell is as it was at the beginning.
    pub fn forget(&mut self, index: u64) {
        self.rates.remove(&index);
        self.buckets.remove(&index);
    }

    /// RFC 2698: the colour of a packet that is at best of colour `before`.
    fn execute(&mut self, index: u64, length: u64, now: u64, before: Colour) -> Colour {
        if self.size.is_some_and(|s| index >= s) {
            return before;
        }
        let Some(rates) = self.rates.get(&index).copied().or(self.all) else { return before };
        let [(committed, committed_burst), (peak, peak_burst)] = rates;
        let bucket = self.buckets.entry(index).or_default();
        let full = [committed_burst as f64, peak_burst as f64];
        let elapsed = now.saturating_sub(bucket.at) as f64 / 1000.0;
        let [c, p] = bucket.tokens.unwrap_or(full);
        let mut tokens = [
            (c + elapsed * committed).min(committed_burst as f64),
            (p + elapsed * peak).min(peak_burst as f64),
        ];
        let needed = if self.bytes { length as f64 } else { 1.0 };
        let colour = match (before, tokens) {
            (Colour::Red, _) => Colour::Red,
            (_, [_, p]) if p < needed => Colour::Red,
            (Colour::Yellow, [c, p]) => {
                tokens = [c, p - needed];
                Colour::Yellow
            }
            (Colour::Green, [c, p]) if c < needed => {
                tokens = [c, p - needed];
                Colour::Yellow
            }
            (Colour::Green, [c, p]) => {
                tokens = [c - needed, p - needed];
                Colour::Green
            }
        };
        *bucket = Bucket { tokens: Some(tokens), at: now };
        colour
    }
}

fn execute(run: &mut Run<'_>, meter: Option<u32>, index: u128, before: Colour) -> Colour {
    let length = run.packet.len() as u64;
    execute_length(run, meter, index, before, length)
}

fn execute_length(run: &mut Run<'_>, meter: Option<u32>, index: u128, before: Colour, length: u64) -> Colour {
    let now = run.state.now;
    let index = u64::try_from(index).unwrap_or(u64::MAX);
    match meter.and_then(|i| run.state.externs.get_mut(i as usize)) {
        Some(ExternState::Meter(state)) => state.execute(index, length, now, before),
        _ => before,
    }
}

/// v1model's numbers.
fn v1model_number(colour: Colour) -> u128 {
    match colour {
        Colour::Green => 0,
        Colour::Yellow => 1,
        Colour::Red => 2,
    }
}

/// `meter.execute_meter(index, out colour)`
pub fn execute_meter(run: &mut Run<'_>, call: &Call) -> Flow {
    let index = run.number(call, 0);
    let colour = execute(run, call.instance, index, Colour::Green);
    run.give_scalar(call.args.get(1), v1model_number(colour), call.span);
    Flow::Next
}

/// v1model: an entry matched, and the table has a direct meter.
pub fn execute_match(run: &mut Run<'_>, meter: u32, cell: u64) -> Colour {
    execute(run, Some(meter), u128::from(cell), Colour::Green)
}

/// `direct_meter.read(out colour)`: what the match gave; the meter is not executed again.
pub fn read_direct(run: &mut Run<'_>, call: &Call) -> Flow {
    run.give_scalar(call.args.first(), v1model_number(run.colour), call.span);
    Flow::Next
}

/// PSA's colours are `RED`, `GREEN`, `YELLOW` in this order.
fn psa_number(colour: Colour) -> u128 {
    match colour {
        Colour::Red => 0,
        Colour::Green => 1,
        Colour::Yellow => 2,
    }
}

/// From PSA's numbers.
fn psa_colour(number: u128) -> Colour {
    match number {
        0 => Colour::Red,
        2 => Colour::Yellow,
        _ => Colour::Green,
    }
}

/// `Meter.execute(index [, colour])`
pub fn psa_execute(run: &mut Run<'_>, call: &Call) -> Flow {
    let index = run.number(call, 0);
    let before = if call.args.len() > 1 { psa_colour(run.number(call, 1)) } else { Colour::Green };
    let colour = execute(run, call.instance, index, before);
    run.give_number(call, psa_number(colour));
    Flow::Next
}

/// `execute` with a length as last argument; the packet's own where it is left out.
fn psa_execute_sized(
    run: &mut Run<'_>,
    call: &Call,
    (meter, index): (Option<u32>, u128),
    before: Colour,
) -> Flow {
    let length = match call.args.last() {
        Some(ArgCode::Missing) | None => run.packet.len() as u64,
        Some(length) => run.value_of(length).0.saturate() as u64,
    };
    let colour = execute_length(run, meter, index, before, length);
    run.give_number(call, psa_number(colour));
    Flow::Next
}

/// A direct meter and its cell: outside of tables that of misses, and none in a table that it does not belong to.
fn direct(run: &Run<'_>, call: &Call) -> (Option<u32>, u128) {
    match (counter::direct_cell(run, call.instance), run.applied) {
        (Some(cell), _) => (call.instance, cell.into()),
        (None, Some(_)) => (None, 0),
        (None, None) => {
            let has = |table: &&TableCode| call.instance.is_some_and(|at| table.has_direct(at));
            let owner = run.code.tables.iter().find(has);
            owner.map_or((None, 0), |table| (call.instance, counter::cell_of(table.id, None).into()))
        }
    }
}

/// `DirectMeter.execute([colour])`
pub fn psa_execute_direct(run: &mut Run<'_>, call: &Call) -> Flow {
    let before = if call.args.is_empty() { Colour::Green } else { psa_colour(run.number(call, 0)) };
    let (meter, cell) = direct(run, call);
    let colour = execute(run, meter, cell, before);
    run.give_number(call, psa_number(colour));
    Flow::Next
}

/// `dpdk_execute(index [, colour], length)`
pub fn execute_sized(run: &mut Run<'_>, call: &Call) -> Flow {
    let index = run.number(call, 0);
    let before = if call.args.len() == 3 { psa_colour(run.number(call, 1)) } else { Colour::Green };
    psa_execute_sized(run, call, (call.instance, index), before)
}

/// `execute([colour,] [length])`, `dpdk_execute(..)` of a direct meter.
pub fn execute_direct_sized(run: &mut Run<'_>, call: &Call) -> Flow {
    let before = if call.args.len() == 2 { psa_colour(run.number(call, 0)) } else { Colour::Green };
    let cell = direct(run, call);
    psa_execute_sized(run, call, cell, before)
}
