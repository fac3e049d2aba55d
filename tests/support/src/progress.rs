//! A sign of life from tests that take long: in, what is counted; out, a line on standard error every ten seconds.

use std::sync::Mutex;
use std::time::{Duration, Instant};

const EVERY: Duration = Duration::from_secs(10);

/// How far a test has come.
#[derive(Debug)]
pub struct Progress {
    what: &'static str,
    total: u64,
    /// So many are done, and when that was last said.
    state: Mutex<(u64, Instant)>,
}

impl Progress {
    /// Nothing of it is done yet.
    pub fn new(what: &'static str, total: u64) -> Progress {
        Progress { what, total, state: Mutex::new((0, Instant::now())) }
    }

    /// One more is done.
    pub fn step(&self) {
        let mut state = self.state.lock().expect("nobody panics while holding it");
        state.0 += 1;
        if state.1.elapsed() >= EVERY {
            state.1 = Instant::now();
            eprintln!("{}: {} of {}", self.what, state.0, self.total);
        }
    }
}
