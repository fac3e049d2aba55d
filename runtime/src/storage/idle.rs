//! When entries matched last, and how long they may be idle: in, the number of an entry; out, what its cell says, and the way back. Packets write
//! the kernel's tick into cells (`jiffies`), which only programs can read, so one of ours is asked what it is now.

use crate::error::{Error, KernelError, io_error};
use crate::program::Program;
use crate::sys;
use libbpf_rs::{MapCore, MapFlags, MapHandle};
use p4xdp_control::entry::Idle;
use p4xdp_control::manifest::IdleCells;
use p4xdp_control::storage::place;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::OnceLock;

/// The cells of a table.
pub(crate) struct Cells<'p> {
    layout: &'p IdleCells,
    map: &'p MapHandle,
    clock: OnceLock<OwnedFd>,
}

/// What a cell holds.
#[derive(Clone, Copy)]
struct Cell {
    seen: u64,
    timeout: u64,
}

/// A moment, in ticks, and how long a tick is.
#[derive(Clone, Copy)]
pub(crate) struct Now {
    tick: u64,
    nanoseconds: u64,
}

impl Now {
    /// A tick that was so many nanoseconds ago.
    fn ago(self, nanoseconds: u64) -> u64 {
        self.tick.saturating_sub(nanoseconds / self.nanoseconds)
    }

    fn idle(self, cell: Cell) -> Idle {
        // A tick tells a moment to a tick, so less may have passed: nobody is told too early.
        let ticks = self.tick.saturating_sub(cell.seen).saturating_sub(1);
        let unused = ticks.saturating_mul(self.nanoseconds);
        Idle { timeout: (cell.timeout > 0).then_some(cell.timeout), unused }
    }
}

impl<'p> Cells<'p> {
    pub(crate) fn open(program: &'p Program, layout: &'p IdleCells) -> Result<Cells<'p>, Error> {
        Ok(Cells { layout, map: program.map(&layout.map)?, clock: OnceLock::new() })
    }

    /// What time it is.
    pub(crate) fn now(&self) -> Result<Now, Error> {
        let failed = |error| KernelError::new("read the kernel's clock of ticks", error);
        let clock = match self.clock.get() {
            Some(clock) => clock,
            None => {
                let clock = sys::programs::load_clock().map_err(failed)?;
                self.clock.get_or_init(|| clock)
            }
        };
        let tick = sys::programs::run_clock(clock.as_fd()).map_err(failed)?;
        Ok(Now { tick, nanoseconds: sys::tick_length().max(1) })
    }

    /// What is known of the entry with a number.
    pub(crate) fn read(&self, number: u32) -> Result<Idle, Error> {
        // The cell first: what is seen meanwhile is not later than now.
        let cell = self.cell(number)?;
        Ok(self.now()?.idle(cell))
    }

    /// A new entry has this number, which no packet knows yet.
    pub(crate) fn begin(&self, number: u32, idle: &Idle) -> Result<(), Error> {
        let seen = self.now()?.ago(idle.unused);
        self.write(number, Cell { seen, timeout: idle.timeout.unwrap_or(0) })
    }

    /// Sets an entry's timeout, `None` for none. Its time begins anew.
    pub(crate) fn set_timeout(&self, number: u32, timeout: Option<u64>) -> Result<(), Error> {
        self.write(number, Cell { seen: self.now()?.tick, timeout: timeout.unwrap_or(0) })
    }

    /// The nanoseconds after which the first entry can be over that is not yet, and whether one is: of all numbers, also such as no
    /// entry has any more.
    pub(crate) fn next(&self) -> Result<(bool, Option<u64>), Error> {
        const BATCH: u32 = 4096;
        let (mut over, mut next) = (false, None);
        let now = self.now()?;
        let batches = self.map.lookup_batch(BATCH, MapFlags::ANY, MapFlags::ANY);
        for read in batches.map_err(|error| refused("read", &error))? {
            let (_, bytes) = read;
            let idle = now.idle(self.decode(&bytes));
            over |= idle.is_over();
            if let Some(left) = idle.timeout.and_then(|timeout| timeout.checked_sub(idle.unused))
                && left > 0
            {
                next = Some(next.map_or(left, |next: u64| next.min(left)));
            }
        }
        Ok((over, next))
    }

    fn decode(&self, bytes: &[u8]) -> Cell {
        let number = |place| place::get(bytes, place).and_then(|number| u64::try_from(number).ok());
        let of = |place| number(place).unwrap_or(0);
        Cell { seen: of(&self.layout.seen), timeout: of(&self.layout.timeout) }
    }

    fn cell(&self, number: u32) -> Result<Cell, Error> {
        let read = self.map.lookup(&number.to_ne_bytes(), MapFlags::ANY);
        let bytes = read.map_err(|error| refused("read", &error))?;
        Ok(self.decode(&bytes.unwrap_or_default()))
    }

    fn write(&self, number: u32, cell: Cell) -> Result<(), Error> {
        let mut bytes = vec![0; self.layout.value_size as usize];
        place::put(&mut bytes, &self.layout.seen, &cell.seen.into());
        place::put(&mut bytes, &self.layout.timeout, &cell.timeout.into());
        let written = self.map.update(&number.to_ne_bytes(), &bytes, MapFlags::ANY);
        written.map_err(|error| refused("write", &error).into())
    }
}

fn refused(what: &str, error: &libbpf_rs::Error) -> KernelError {
    KernelError::new(format!("{what} when entries matched last"), io_error(error))
}
