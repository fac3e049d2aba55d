//! Arrays in the kernel, many elements a call: in, a map with a key of 4 bytes; out, its keys and values, batch after batch.

use super::check_libbpf;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

/// Bytes of values that a batch has at most, and keys.
const ROOM: usize = 1 << 20;
const MOST: usize = 1 << 14;

/// A way through a map.
pub(crate) struct Batches<'m> {
    map: BorrowedFd<'m>,
    value_size: usize,
    keys: Vec<u32>,
    values: Vec<u8>,
    /// Where the next batch begins; `None` before the first.
    next: Option<u32>,
    is_over: bool,
}

impl<'m> Batches<'m> {
    /// `value_size`: bytes of an element, those of all CPUs together.
    pub(crate) fn new(map: BorrowedFd<'m>, value_size: usize) -> Batches<'m> {
        let count = (ROOM / value_size.max(1)).clamp(1, MOST);
        let (keys, values) = (vec![0; count], vec![0; count * value_size]);
        Batches { map, value_size, keys, values, next: None, is_over: false }
    }

    /// The next keys, and their values one behind the other.
    pub(crate) fn next(&mut self) -> io::Result<Option<(&[u32], &[u8])>> {
        if self.is_over {
            return Ok(None);
        }
        let mut count = u32::try_from(self.keys.len()).map_err(io::Error::other)?;
        let mut behind = 0u32;
        let from = self.next.as_mut().map_or(std::ptr::null_mut(), std::ptr::from_mut);
        // SAFETY: keys and values have room for `count` elements, of sizes that the map has, which is the caller's part; all outlive the call.
        let done = check_libbpf(unsafe {
            libbpf_sys::bpf_map_lookup_batch(
                self.map.as_raw_fd(),
                from.cast(),
                (&raw mut behind).cast(),
                self.keys.as_mut_ptr().cast(),
                self.values.as_mut_ptr().cast(),
                &raw mut count,
                std::ptr::null(),
            )
        });
        match done {
            Ok(_) => self.next = Some(behind),
            // The last batch.
            Err(error) if error.raw_os_error() == Some(libc::ENOENT) => self.is_over = true,
            Err(error) => return Err(error),
        }
        let count = count as usize;
        let keys = self.keys.get(..count).unwrap_or_default();
        let values = self.values.get(..count * self.value_size).unwrap_or_default();
        Ok(Some((keys, values)).filter(|_| count > 0))
    }
}
