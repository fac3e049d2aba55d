//! What happened to the packets of a run, as shares: whether the programs' deeper parts are reached at all.

use p4xdp_midend::interp::trace::EventKind;
use p4xdp_midend::interp::{Outcome, Verdict};
use std::fmt;

/// Counts of packets and of what they met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    packets: usize,
    /// Left, or went on into the host.
    out: usize,
    /// Dropped by the program.
    dropped: usize,
    /// Aborted: the parser rejected them, or the program said so.
    aborted: usize,
    /// Ended in the parser before what it wanted to extract.
    short: usize,
    /// Failed in the parser for another reason.
    rejected: usize,
    /// Parser states entered.
    states: usize,
    /// Tables applied, and how often an entry matched.
    applied: usize,
    hit: usize,
}

impl Coverage {
    /// Counts a packet by its trace.
    pub fn add_packet(&mut self, outcome: &Outcome) {
        self.packets += 1;
        match outcome.verdict {
            Verdict::Forwarded | Verdict::Passed => self.out += 1,
            Verdict::Dropped => self.dropped += 1,
            Verdict::Aborted | Verdict::Failed(_) => self.aborted += 1,
        }
        for event in &outcome.trace {
            match &event.kind {
                EventKind::State(_) => self.states += 1,
                EventKind::Parsed { error, .. } => match &**error {
                    "NoError" => {}
                    "PacketTooShort" => self.short += 1,
                    _ => self.rejected += 1,
                },
                EventKind::Table { hit, .. } => {
                    self.applied += 1;
                    self.hit += usize::from(*hit);
                }
                _ => {}
            }
        }
    }

    /// Adds another count.
    pub fn add(&mut self, other: &Coverage) {
        self.packets += other.packets;
        self.out += other.out;
        self.dropped += other.dropped;
        self.aborted += other.aborted;
        self.short += other.short;
        self.rejected += other.rejected;
        self.states += other.states;
        self.applied += other.applied;
        self.hit += other.hit;
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |part: usize, of: usize| 100 * part / of.max(1);
        let of = self.packets;
        write!(
            f,
            "of {of} packets watched {} % came out, {} % were dropped, {} % aborted; {} % were too short, {} % failed otherwise \
             in the parser; {:.1} states, {:.1} tables a packet, {} % of which hit",
            share(self.out, of),
            share(self.dropped, of),
            share(self.aborted, of),
            share(self.short, of),
            share(self.rejected, of),
            self.states as f64 / of.max(1) as f64,
            self.applied as f64 / of.max(1) as f64,
            share(self.hit, self.applied)
        )
    }
}
