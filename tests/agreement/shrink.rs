//! Makes a failing case smaller while it fails in the same way: fewer packets and entries, shorter packets, fewer statements and
//! declarations, the largest first, smaller expressions.

use crate::engines::{Ending, Failure};
use crate::generate::Case;
use std::time::{Duration, Instant};

/// The smallest case found within a time.
pub fn shrink(
    case: &Case,
    failure: &Failure,
    patience: Duration,
    run: impl Fn(&Case) -> Ending,
) -> (Case, Failure) {
    let mut search =
        Search { case: case.clone(), failure: failure.clone(), end: Instant::now() + patience, run: &run };
    search.case.watched = false;
    for packet in case.packets.clone() {
        if search.attempt(Case { packets: vec![packet], ..search.case.clone() }) {
            break;
        }
    }
    loop {
        let size = search.weight();
        search.fewer_entries();
        search.smaller_program();
        search.shorter_packets();
        if search.weight() == size || search.is_late() {
            return (search.case, search.failure);
        }
    }
}

struct Search<'a> {
    /// The smallest so far.
    case: Case,
    failure: Failure,
    end: Instant,
    run: &'a dyn Fn(&Case) -> Ending,
}

impl Search<'_> {
    fn is_late(&self) -> bool {
        Instant::now() > self.end
    }

    /// Takes the candidate if it fails in the same way.
    fn attempt(&mut self, candidate: Case) -> bool {
        if self.is_late() {
            return false;
        }
        match (self.run)(&candidate) {
            Ending::Failed(found) if found.kind == self.failure.kind => {
                self.case = candidate;
                self.failure = found;
                true
            }
            Ending::Failed(_) | Ending::Agreed(_) | Ending::Refused(_) => false,
        }
    }

    fn fewer_entries(&mut self) {
        if self.attempt(Case { entries: Vec::new(), ..self.case.clone() }) {
            return;
        }
        let mut at = 0;
        while at < self.case.entries.len() {
            let mut candidate = self.case.clone();
            candidate.entries.remove(at);
            if !self.attempt(candidate) {
                at += 1;
            }
        }
    }

    /// Once with the large parts only, so that little is left when the small ones are tried.
    fn smaller_program(&mut self) {
        for least in [60, 25, 8, 1] {
            let mut position = 0;
            while position < self.case.program.size() && !self.is_late() {
                let part = self.case.program.size_at(position);
                let taken = part >= least
                    && self.case.program.replacements(position).into_iter().take(6).any(|replacement| {
                        let program = self.case.program.with(position, replacement);
                        self.attempt(Case { program, ..self.case.clone() })
                    });
                if !taken {
                    position += 1;
                }
            }
        }
    }

    fn shorter_packets(&mut self) {
        for at in 0..self.case.packets.len() {
            for part in [2, 4, 8, 16, 64] {
                loop {
                    let mut candidate = self.case.clone();
                    let length = candidate.packets[at].len();
                    let shorter = length - length / part;
                    candidate.packets[at].truncate(shorter.max(14));
                    if candidate.packets[at].len() == length || !self.attempt(candidate) {
                        break;
                    }
                }
            }
            let mut zeros = self.case.clone();
            zeros.packets[at].fill(0);
            if zeros.packets[at] == self.case.packets[at] || self.attempt(zeros) {
                continue;
            }
            for byte in 0..self.case.packets[at].len() {
                let mut candidate = self.case.clone();
                if std::mem::take(&mut candidate.packets[at][byte]) != 0 {
                    self.attempt(candidate);
                }
            }
        }
    }

    fn weight(&self) -> (usize, usize, usize) {
        let bytes = self.case.packets.iter().flatten().filter(|b| **b != 0).count();
        (self.case.program.print().len(), self.case.entries.len(), bytes)
    }
}
