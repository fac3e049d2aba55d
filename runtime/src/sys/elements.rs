//! Elements of kernel maps in the maps' own order: one key behind another, or many keys with their values in one call.

use super::check_libbpf;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

/// The key behind one, or the first; `None` if there is none. Of a key that is not there, what comes behind it is the map's to say.
pub(crate) fn next_key(map: BorrowedFd<'_>, key: Option<&[u8]>, size: usize) -> io::Result<Option<Vec<u8>>> {
    if key.is_some_and(|key| key.len() != size) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut next = vec![0u8; size];
    let key = key.map_or(std::ptr::null(), <[u8]>::as_ptr);
    // SAFETY: both keys have the size of the map's, which the caller gives, and outlive the call.
    let result = check_libbpf(unsafe {
        libbpf_sys::bpf_map_get_next_key(map.as_raw_fd(), key.cast(), next.as_mut_ptr().cast())
    });
    match result {
        Ok(_) => Ok(Some(next)),
        Err(error) if error.raw_os_error() == Some(libc::ENOENT) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Room for elements that are read in one call.
pub(crate) struct Batch {
    pub(crate) keys: Vec<u8>,
    pub(crate) values: Vec<u8>,
    /// How many there are.
    pub(crate) count: usize,
}

/// Reads so many elements at most, from where the last call left off; `position` is empty at first, and again behind the last one. Of maps with a value a CPU, no.
pub(crate) fn read_batch(
    map: BorrowedFd<'_>,
    position: &mut Vec<u8>,
    (key, value): (usize, usize),
    most: u32,
) -> io::Result<Batch> {
    let mut keys = vec![0u8; key * most as usize];
    let mut values = vec![0u8; value * most as usize];
    // Hash maps keep a number of a bucket here, others a key.
    let mut next = vec![0u8; key.max(4)];
    let mut count = most;
    let options = libbpf_sys::bpf_map_batch_opts {
        sz: size_of::<libbpf_sys::bpf_map_batch_opts>() as libbpf_sys::size_t,
        ..Default::default()
    };
    if !position.is_empty() && position.len() != next.len() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let from = if position.is_empty() { std::ptr::null_mut() } else { position.as_mut_ptr().cast() };
    // SAFETY: there is room for `count` keys and values of the map's sizes, which the caller gives, and for a position; all of it outlives the call.
    let result = check_libbpf(unsafe {
        libbpf_sys::bpf_map_lookup_batch(
            map.as_raw_fd(),
            from,
            next.as_mut_ptr().cast(),
            keys.as_mut_ptr().cast(),
            values.as_mut_ptr().cast(),
            &raw mut count,
            &raw const options,
        )
    });
    match result {
        Ok(_) => *position = next,
        Err(error) if error.raw_os_error() == Some(libc::ENOENT) => position.clear(),
        Err(error) => return Err(error),
    }
    Ok(Batch { keys, values, count: count as usize })
}
