//! Makes a failing case smaller while it fails in the same way: fewer packets and entries, then fewer statements and smaller expressions.

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
    let start = Instant::now();
    let mut best = (case.clone(), failure.clone());
    let attempt = |best: &mut (Case, Failure), candidate: Case| -> bool {
        match run(&candidate) {
            Ending::Failed(found) if found.kind == failure.kind => {
                *best = (candidate, found);
                true
            }
            _ => false,
        }
    };
    for packet in case.packets.clone() {
        let candidate = Case { packets: vec![packet], ..best.0.clone() };
        if attempt(&mut best, candidate) {
            break;
        }
    }
    loop {
        let size = weight(&best.0);
        let mut at = 0;
        while at < best.0.entries.len() {
            let mut candidate = best.0.clone();
            candidate.entries.remove(at);
            if !attempt(&mut best, candidate) {
                at += 1;
            }
        }
        let mut position = 0;
        while position < best.0.program.size() {
            if start.elapsed() > patience {
                return best;
            }
            let taken = best.0.program.replacements(position).into_iter().take(6).any(|replacement| {
                let program = best.0.program.with(position, replacement);
                let candidate = Case { program, ..best.0.clone() };
                attempt(&mut best, candidate)
            });
            if !taken {
                position += 1;
            }
        }
        if weight(&best.0) == size {
            return best;
        }
    }
}

fn weight(case: &Case) -> (usize, usize) {
    (case.program.print().len(), case.entries.len())
}
