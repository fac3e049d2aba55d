//! Idle timeouts: entries that nothing has matched for some time. Where the table notifies, the control plane may ask for
//! them; where it deletes by itself, they are gone at the next lookup.

use super::{EntryState, TableCode, TableState};
pub use crate::ir::Idle;

/// An entry's timer, in nanoseconds of the machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timer {
    /// How long the entry may be idle; for ever if there is none.
    pub timeout: Option<u64>,
    /// When it was added or matched last.
    pub seen: u64,
}

impl Timer {
    /// Is it past its time?
    pub fn expired(self, now: u64) -> bool {
        self.timeout.is_some_and(|timeout| now.saturating_sub(self.seen) >= timeout)
    }
}

impl TableState {
    /// What a lookup found, if it has not expired; a match may start its timer again.
    pub fn seen(&mut self, code: &TableCode, found: Option<u32>, now: u64) -> Option<u32> {
        let at = found?;
        self.use_now(at);
        let timer = &mut self.entry_mut(at)?.timer;
        if code.idle == Some(Idle::Delete) && timer.expired(now) {
            return None;
        }
        if code.match_restarts {
            timer.seen = now;
        }
        Some(at)
    }

    /// Removes what has expired in a table that deletes by itself.
    pub fn expire(&mut self, code: &TableCode, now: u64) {
        if code.idle != Some(Idle::Delete) {
            return;
        }
        let gone: Vec<u32> =
            self.entries().filter(|(_, e)| !e.is_const && e.timer.expired(now)).map(|(at, _)| at).collect();
        for at in gone {
            // Neither constant nor missing, so nothing refuses.
            let _ = self.remove(code, at);
        }
    }

    /// Gives an entry a timeout; its timer starts.
    pub fn set_timeout(&mut self, at: u32, timeout: Option<u64>, now: u64) {
        if let Some(entry) = self.entry_mut(at) {
            entry.timer = Timer { timeout, seen: now };
        }
    }

    fn entry_mut(&mut self, at: u32) -> Option<&mut EntryState> {
        self.entries.get_mut(at as usize)?.as_mut()
    }
}
