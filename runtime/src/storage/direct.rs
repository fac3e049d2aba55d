//! Entries whose direct counter lies beside the action: in, the value that is there and the one that is wanted; out, the map changed so that
//! no packet is missing from the count.

use super::{Count, StorageError};
use crate::error::KernelError;
use crate::sys::programs::{Change, change_word};
use libbpf_rs::MapHandle;
use p4xdp_control::manifest::Table;
use std::os::fd::AsFd;

/// Bytes that a packet sees change at once.
const WORD: usize = 8;

/// Replaces an entry's action where it lies, if it changes in one aligned word: then packets see one or the other, and count on. Whether it
/// did; a larger change has to replace the value as a whole, and with it the counter, of which packets under way may be missing.
pub(super) fn change_action(
    map: &MapHandle,
    table: Table<'_>,
    key: &[u8],
    old: &[u8],
    new: &[u8],
) -> Result<bool, StorageError> {
    let words = old.chunks(WORD).zip(new.chunks(WORD)).enumerate();
    let mut changed = words.filter(|(_, (old, new))| old != new);
    let (Some((number, (_, word))), None) = (changed.next(), changed.next()) else {
        return Ok(old == new);
    };
    let Ok(word) = <[u8; WORD]>::try_from(word) else { return Ok(false) };
    found(table, change_word(map.as_fd(), key, number * WORD, Change::Store(u64::from_ne_bytes(word))))?;
    Ok(true)
}

/// Sets an entry's counts; what packets count meanwhile comes on top.
pub(super) fn set_count(
    map: &MapHandle,
    table: Table<'_>,
    key: &[u8],
    now: Count,
    wanted: Count,
) -> Result<(), StorageError> {
    let Some(counter) = &table.layout.direct_counter else { return Ok(()) };
    let missing = wanted.minus(now);
    let parts = [(&counter.packets, missing.packets), (&counter.bytes, missing.bytes)];
    for (place, missing) in parts {
        if let Some(place) = place {
            let change = Change::Add(missing);
            found(table, change_word(map.as_fd(), key, place.offset as usize, change))?;
        }
    }
    Ok(())
}

fn found(table: Table<'_>, result: std::io::Result<bool>) -> Result<(), StorageError> {
    match result {
        Ok(true) => Ok(()),
        Ok(false) => Err(StorageError::Missing),
        Err(error) => {
            Err(KernelError::new(format!("write the map of table `{}`", table.name()), error).into())
        }
    }
}
