//! Idle timeouts: in, how long entries may be used by no packet; out, those that have been idle for longer. Nothing deletes them: what becomes
//! of them is the control plane's to say, as in P4Runtime (`IdleTimeoutNotification`).

use super::{Entry, KeyMatch, Origin, Table, TableError, lock};
use crate::error::Error;
use crate::storage::idle::Cells;
use std::collections::BTreeMap;
use std::time::Duration;

impl<'p> Table<'p> {
    pub(super) fn idle_cells(&self) -> Result<&Cells<'p>, TableError> {
        let cells = self.direct.as_ref().and_then(|direct| direct.idle());
        cells.ok_or_else(|| TableError::NoIdle { table: self.called() })
    }

    /// Its entries may have an idle timeout.
    #[must_use]
    pub fn has_idle_timeout(&self) -> bool {
        self.idle_cells().is_ok()
    }

    /// Sets how long an entry may be idle from now on, `None` for ever.
    ///
    /// # Errors
    /// When there is no such entry, or the table has no idle timeout.
    pub fn set_idle_timeout(
        &self,
        keys: &[KeyMatch],
        priority: Option<u32>,
        timeout: Option<Duration>,
    ) -> Result<(), Error> {
        let cells = self.idle_cells()?;
        let writer = lock::writer()?;
        let number = u32::try_from(self.number(keys, priority, &writer)?).unwrap_or(u32::MAX);
        cells.set_timeout(number, timeout.map(nanoseconds))
    }

    /// The entries that have been idle for longer than they may, the longest first.
    ///
    /// # Errors
    /// When the table has no idle timeout, or the kernel refuses.
    pub fn idle_entries(&self) -> Result<Vec<Entry>, Error> {
        let (is_over, _) = self.idle_cells()?.next()?;
        if !is_over {
            return Ok(Vec::new());
        }
        let own = self.entries()?.into_iter().filter(|(origin, _)| *origin == Origin::Control);
        let mut over: Vec<Entry> = own.map(|(_, entry)| entry).filter(|entry| entry.idle.is_over()).collect();
        over.sort_by_key(|entry| std::cmp::Reverse(entry.idle.unused));
        Ok(over)
    }
}

/// A timeout as entries have it; one of 584 years and more is that.
pub(super) fn nanoseconds(timeout: Duration) -> u64 {
    u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX)
}

/// Tells of each entry once that it has become idle, and again when it has been used since; or each time that its timeout has passed.
#[derive(Debug, Default)]
pub struct IdleWatch {
    told: BTreeMap<(Vec<KeyMatch>, Option<u32>), Told>,
    again: bool,
}

/// An entry that was told of.
#[derive(Debug)]
struct Told {
    /// For so long it had been idle at the last look.
    looked: u64,
    /// And when it was told of.
    told: u64,
}

impl IdleWatch {
    /// Tells of an entry each time that its timeout has passed without a packet, as P4Runtime's servers do.
    #[must_use]
    pub fn again() -> IdleWatch {
        IdleWatch { again: true, ..IdleWatch::default() }
    }

    /// Looks at the table: the entries that have become idle since the last look, and how long it takes until the next one can be, if
    /// any has a timeout that is not over.
    ///
    /// # Errors
    /// When the table has no idle timeout, or the kernel refuses.
    pub fn look(&mut self, table: &Table<'_>) -> Result<(Vec<Entry>, Option<Duration>), Error> {
        let (_, mut next) = table.idle_cells()?.next()?;
        let over = table.idle_entries()?;
        let mut told = BTreeMap::new();
        let mut new = Vec::new();
        for entry in over {
            let unused = entry.idle.unused;
            let timeout = entry.idle.timeout.unwrap_or(u64::MAX);
            let key = (entry.keys.clone(), entry.priority);
            // One that was used in between has been idle for a shorter time.
            let known =
                self.told.get(&key).filter(|before| unused >= before.looked).map(|before| before.told);
            let known = known.filter(|told| !self.again || unused - told < timeout);
            let now = Told { looked: unused, told: known.unwrap_or(unused) };
            if self.again {
                let rest = timeout.saturating_sub(unused - now.told);
                next = Some(next.map_or(rest, |next| next.min(rest)));
            }
            told.insert(key, now);
            if known.is_none() {
                new.push(entry);
            }
        }
        self.told = told;
        Ok((new, next.map(Duration::from_nanos)))
    }
}
