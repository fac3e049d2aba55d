//! Entries in a kernel `ARRAY`: the key is the index, and whether a slot is free says its value.

use super::map::EntryMap;
use super::{Change, Entry, OneByOne, Opened, StorageError};
use crate::program::Program;
use libbpf_rs::{MapCore, MapFlags};
use p4xdp_control::storage::Array as Layout;

struct Array<'p> {
    map: EntryMap<'p>,
    layout: &'p Layout,
}

pub(super) fn open<'p>(layout: &'p Layout, _: &'p Program, map: EntryMap<'p>) -> Opened<'p> {
    Ok(Box::new(Array { map, layout }))
}

impl Array<'_> {
    /// The array has such an index.
    fn has_room(&self, key: &[u8]) -> bool {
        key.first_chunk().is_some_and(|index| u32::from_ne_bytes(*index) < self.map.map.max_entries())
    }
}

impl<'p> OneByOne<'p> for Array<'p> {
    fn map(&self) -> &EntryMap<'p> {
        &self.map
    }

    fn change(&self, change: &Change) -> Result<(), StorageError> {
        let key = self.map.key(change.keys());
        let slot = self.find(&key)?;
        match change {
            Change::Insert(_) if !self.has_room(&key) => Err(StorageError::Full),
            Change::Insert(_) if slot.is_some() => Err(StorageError::Duplicate),
            Change::Insert(entry) => {
                self.map.add(entry, |value| self.map.update(&key, &value, MapFlags::ANY))
            }
            Change::Modify(_) if !self.has_room(&key) => Err(StorageError::Full),
            Change::Modify(entry) => self.map.replace(entry, &key, &slot.ok_or(StorageError::Missing)?),
            Change::Delete(..) => {
                let size = slot.ok_or(StorageError::Missing)?.len();
                self.map.update(&key, &vec![0; size], MapFlags::ANY)
            }
        }
    }

    /// The kernel copies a value to where it stands, a word at a time.
    fn is_replaced_whole(&self) -> bool {
        self.layout.value_size <= 8
    }

    /// The slot's bytes, if it is in use; `None` also beyond the array.
    fn find(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        let Some(value) = self.map.lookup(key)? else { return Ok(None) };
        Ok(self.layout.is_used(&value)?.then_some(value))
    }

    fn entry(&self, key: &[u8], value: &[u8]) -> Result<Option<Entry>, StorageError> {
        if self.layout.is_used(value)? { self.map.entry(key, value).map(Some) } else { Ok(None) }
    }

    fn count(&self) -> Result<u64, StorageError> {
        let used = |_: &[u8], value: &[u8]| Ok(self.layout.is_used(value)?.then_some(()));
        Ok(self.map.all_of(used)?.len() as u64)
    }
}
