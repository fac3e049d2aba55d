//! Reading ring buffers some records at a time: in, a ring buffer whose records go into a batch; out, the batch. Who writes them, and what they mean, is
//! the business of `digests` and `cpu_port`.

use crate::sys;
use libbpf_rs::RingBuffer;
use std::io;
use std::os::fd::BorrowedFd;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Records that one call reads at most, so that it ends while a program goes on sending.
const MOST: usize = 1024;
/// What the reader of a record says to be given no more of them now.
const ENOUGH: i32 = -libc::EAGAIN;

/// Records that were read, and how many there may be.
#[derive(Debug)]
pub(crate) struct Batch<T>(Mutex<(Vec<T>, usize)>);

impl<T> Default for Batch<T> {
    fn default() -> Self {
        Batch(Mutex::new((Vec::new(), MOST)))
    }
}

impl<T> Batch<T> {
    fn locked(&self) -> std::sync::MutexGuard<'_, (Vec<T>, usize)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds what a record is, if it is one; what the ring buffer is to be told.
    pub(crate) fn put(&self, record: Option<T>) -> i32 {
        let (records, most) = &mut *self.locked();
        records.extend(record);
        if records.len() < *most { 0 } else { ENOUGH }
    }

    /// Waits for records until there are some or the time is over; takes so many at most, and no more than 1,024 in any case, 1 at least.
    pub(crate) fn read(&self, ring: &RingBuffer<'_>, timeout: Duration, most: usize) -> io::Result<Vec<T>> {
        self.locked().1 = most.clamp(1, MOST);
        match ring.poll_raw(timeout) {
            ENOUGH | 0.. => Ok(std::mem::take(&mut self.locked().0)),
            error => Err(io::Error::from_raw_os_error(error.saturating_neg())),
        }
    }
}

/// A descriptor that can be waited for.
pub(crate) fn descriptor<'r>(ring: &'r RingBuffer<'_>) -> BorrowedFd<'r> {
    sys::waiting::of_ring(ring)
}
