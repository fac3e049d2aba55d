//! How long packets are in a program: in, a program that runs; out, a histogram of times, or the mean. The program is not changed: the kernel lets
//! programs of ours run on its entry and exit (`fentry`, `fexit`), or takes the time itself (`kernel.bpf_stats_enabled`). Either costs each
//! packet some tens of nanoseconds for as long as it is measured.

use crate::error::{CAP_SYS_ADMIN, Error, KernelError};
use crate::program::Program;
use crate::sys;
use crate::sys::batches::Batches;
use crate::sys::timing::{self, CELLS, SUM, Timing};
use std::os::fd::{AsFd, OwnedFd};

/// Places of a histogram.
const PLACES: usize = SUM as usize;

/// Times by their length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    counts: Vec<u64>,
    /// Nanoseconds of all runs together.
    sum: u64,
}

/// A part of a histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Nanoseconds that the shortest runs in it took.
    pub from: u64,
    /// Nanoseconds that no run in it took any more.
    pub below: u64,
    /// How many runs there are in it.
    pub runs: u64,
}

impl Default for Histogram {
    fn default() -> Histogram {
        Histogram { counts: vec![0; PLACES], sum: 0 }
    }
}

/// Where a place of the histogram begins, in nanoseconds: eight places of one each, then four to each power of two.
fn beginning(place: usize) -> u64 {
    let place = place as u64;
    let bits = (place / 4).saturating_sub(1);
    match place {
        0..8 => place,
        _ => 1u64.checked_shl(bits as u32).map_or(u64::MAX, |unit| unit.saturating_mul(4 + place % 4)),
    }
}

impl Histogram {
    /// The histogram of runs that took so many nanoseconds.
    #[must_use]
    pub fn of(times: &[u64]) -> Histogram {
        let mut histogram = Histogram::default();
        for time in times {
            let place = (0..PLACES).rev().find(|place| beginning(*place) <= *time);
            if let Some(count) = place.and_then(|place| histogram.counts.get_mut(place)) {
                *count += 1;
            }
            histogram.sum = histogram.sum.saturating_add(*time);
        }
        histogram
    }

    /// How many runs there are.
    #[must_use]
    pub fn runs(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Nanoseconds of a run; none without any.
    #[must_use]
    pub fn mean(&self) -> Option<u64> {
        self.sum.checked_div(self.runs())
    }

    /// The parts that are not empty, by their times.
    pub fn buckets(&self) -> impl Iterator<Item = Bucket> {
        let all = self.counts.iter().enumerate();
        let all = all.map(|(at, runs)| Bucket { from: beginning(at), below: beginning(at + 1), runs: *runs });
        all.filter(|bucket| bucket.runs > 0)
    }

    /// Nanoseconds that this part of all runs (0 to 1) stayed below, rounded up to where a bucket ends; none without any run.
    #[must_use]
    pub fn quantile(&self, part: f64) -> Option<u64> {
        let wanted = (self.runs() as f64 * part).ceil().max(1.0) as u64;
        let mut runs = 0;
        let found = self.buckets().find(|bucket| {
            runs += bucket.runs;
            runs >= wanted
        });
        found.map(|bucket| bucket.below)
    }

    /// What has come since an earlier one.
    #[must_use]
    pub fn since(&self, earlier: &Histogram) -> Histogram {
        let counts = self.counts.iter().zip(&earlier.counts);
        let counts = counts.map(|(now, before)| now.saturating_sub(*before)).collect();
        Histogram { counts, sum: self.sum.saturating_sub(earlier.sum) }
    }
}

/// Measures a program for as long as it lives.
#[derive(Debug)]
pub struct Latency(Timing);

impl Latency {
    /// Begins to measure a program. Of one that calls its other parts or goes round, a run lasts until the last of them has ended.
    ///
    /// # Errors
    /// When the kernel refuses: it knows this from 5.5 on, for programs with BTF that are machine code.
    pub fn measure(program: &Program) -> Result<Latency, Error> {
        let failed = |error| {
            KernelError::new("measure how long packets are in the program", error).needing(
                "the capabilities CAP_BPF and CAP_PERFMON, and a host that does not forbid it to everybody",
            )
        };
        let (btf, entry) = (program.btf(), &program.manifest().entry);
        Ok(Latency(timing::measure(program.as_fd(), btf, entry).map_err(failed)?))
    }

    /// All runs since [`Latency::measure`].
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn read(&self) -> Result<Histogram, Error> {
        let failed = |error| KernelError::new("read how long packets were in the program", error);
        let cpus = libbpf_rs::num_possible_cpus()
            .map_err(|error| KernelError::new("count the CPUs", crate::error::io_error(&error)))?;
        let mut batches = Batches::new(self.0.histogram.as_fd(), cpus * 8);
        let mut sums = vec![0u64; CELLS as usize];
        while let Some((keys, values)) = batches.next().map_err(failed)? {
            for (key, value) in keys.iter().zip(values.chunks_exact(cpus * 8)) {
                let numbers = value.chunks_exact(8).filter_map(|bytes| bytes.first_chunk().copied());
                if let Some(sum) = sums.get_mut(*key as usize) {
                    *sum = numbers.map(u64::from_ne_bytes).sum();
                }
            }
        }
        let sum = sums.pop().unwrap_or_default();
        Ok(Histogram { counts: sums, sum })
    }
}

/// Lets the kernel take the time of all programs of the machine for as long as this lives; see [`Program::run_statistics`].
#[derive(Debug)]
pub struct RunTimes(#[expect(dead_code, reason = "what it holds is what it is for")] OwnedFd);

impl RunTimes {
    /// Begins.
    ///
    /// # Errors
    /// When the kernel refuses: it knows this from 5.8 on.
    pub fn measure() -> Result<RunTimes, Error> {
        let held = sys::bpf::enable_stats().map_err(|error| {
            KernelError::new("let the kernel take programs' times", error).needing(CAP_SYS_ADMIN)
        })?;
        Ok(RunTimes(held))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_one_behind_the_other() {
        assert_eq!((0..10).map(beginning).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 10]);
        for place in 0..PLACES - 1 {
            assert!(beginning(place) < beginning(place + 1), "{place}");
        }
        assert_eq!(beginning(PLACES - 1), 7 << 61);
        assert_eq!(beginning(PLACES), u64::MAX);
    }

    #[test]
    fn what_a_histogram_tells() {
        let histogram = Histogram::of(&[5, 100, 100, 120, 1000, u64::MAX / 2]);
        assert_eq!(histogram.runs(), 6);
        assert_eq!(histogram.quantile(0.5), Some(112));
        assert_eq!(histogram.quantile(0.0), Some(6));
        assert_eq!(Histogram::default().quantile(0.5), None);
        assert_eq!(Histogram::default().mean(), None);
        let later = Histogram::of(&[5, 100, 100, 120, 1000, u64::MAX / 2, 64, 66]);
        let new = later.since(&histogram);
        assert_eq!((new.runs(), new.mean()), (2, Some(65)));
        assert_eq!(new.buckets().collect::<Vec<_>>(), [Bucket { from: 64, below: 80, runs: 2 }]);
    }
}
