//! The memory of an array that the kernel lets user space map (`BPF_F_MMAPABLE`): in, the map; out, its words and bytes, read and written
//! without a call of the kernel.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// A map's memory, for as long as this lives.
#[derive(Debug)]
pub(crate) struct Mapping {
    base: *mut u8,
    size: usize,
}

// SAFETY: the mapping is a file's, which no thread owns.
unsafe impl Send for Mapping {}
// SAFETY: words and bytes are read and written as atomic ones.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Maps `size` bytes from the map's beginning.
    pub(crate) fn new(map: BorrowedFd<'_>, size: usize) -> io::Result<Mapping> {
        // SAFETY: a new mapping at an address of the kernel's choice.
        let base = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                size,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED,
                map.as_raw_fd(),
                0,
            )
        };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(Mapping { base: base.cast(), size })
    }

    fn word(&self, word: u64) -> Option<&AtomicU64> {
        let at = usize::try_from(word).ok()?.checked_mul(8)?;
        if at.checked_add(8).is_none_or(|end| end > self.size) {
            return None;
        }
        // SAFETY: within the mapping, aligned as the mapping begins with a page; all who share it read and write whole words.
        Some(unsafe { AtomicU64::from_ptr(self.base.wrapping_add(at).cast()) })
    }

    /// A word of 64 bits by its number, as it was written with all that was written before it; 0 behind the end.
    pub(crate) fn load(&self, word: u64) -> u64 {
        self.word(word).map_or(0, |word| word.load(Ordering::Acquire))
    }

    /// Writes a word in one step, behind all that was written before it; nothing behind the end.
    pub(crate) fn store(&self, word: u64, value: u64) {
        if let Some(word) = self.word(word) {
            word.store(value, Ordering::Release);
        }
    }

    /// Writes bytes; 8 aligned ones at a time are one step for the program.
    pub(crate) fn put(&self, offset: usize, bytes: &[u8]) -> io::Result<()> {
        if offset.checked_add(bytes.len()).is_none_or(|end| end > self.size) {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        let mut at = offset;
        for chunk in bytes.chunks(8) {
            match <[u8; 8]>::try_from(chunk) {
                Ok(word) if at.is_multiple_of(8) => self.store(at as u64 / 8, u64::from_ne_bytes(word)),
                _ => {
                    for (target, byte) in (at..).zip(chunk) {
                        // SAFETY: within the mapping, checked above.
                        let target = unsafe { AtomicU8::from_ptr(self.base.wrapping_add(target)) };
                        target.store(*byte, Ordering::Relaxed);
                    }
                }
            }
            at += chunk.len();
        }
        Ok(())
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the mapping made above, no longer used.
        unsafe { libc::munmap(self.base.cast(), self.size) };
    }
}
