//! Entries in a kernel `ARRAY`: the key is the index, and whether a slot is free says its value.

use super::map::EntryMap;
use super::{Change, Entry, KeyMatch, OneByOne, Opened, Refused, Storage, StorageError};
use crate::lock::Lock;
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
    /// The slot's bytes, if it is in use; `None` also beyond the array.
    fn slot(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        let Some(value) = self.map.lookup(key)? else { return Ok(None) };
        Ok(self.layout.is_used(&value)?.then_some(value))
    }

    /// The array has such an index.
    fn has_room(&self, key: &[u8]) -> bool {
        key.first_chunk().is_some_and(|index| u32::from_ne_bytes(*index) < self.map.map.max_entries())
    }
}

impl OneByOne for Array<'_> {
    fn change(&self, change: &Change) -> Result<(), StorageError> {
        let key = self.map.key(change.keys());
        let slot = self.slot(&key)?;
        match change {
            Change::Insert(_) if !self.has_room(&key) => Err(StorageError::Full),
            Change::Insert(_) if slot.is_some() => Err(StorageError::Duplicate),
            Change::Insert(entry) => self.map.update(&key, &self.map.value(entry), MapFlags::ANY),
            Change::Modify(_) if !self.has_room(&key) => Err(StorageError::Full),
            Change::Modify(entry) => self.map.replace(entry, &key, &slot.ok_or(StorageError::Missing)?),
            Change::Delete(..) => {
                let size = slot.ok_or(StorageError::Missing)?.len();
                self.map.update(&key, &vec![0; size], MapFlags::ANY)
            }
            Change::SetCount(_, _, count) => {
                self.map.set_count(&key, &slot.ok_or(StorageError::Missing)?, *count)
            }
        }
    }
}

impl Storage for Array<'_> {
    fn apply(&self, changes: &[Change], _: &Lock) -> Result<(), Refused> {
        self.apply_each(changes)
    }

    fn get(&self, keys: &[KeyMatch], _: Option<u32>) -> Result<Option<Entry>, StorageError> {
        let key = self.map.key(keys);
        self.slot(&key)?.map(|value| self.map.entry(&key, &value)).transpose()
    }

    fn entries(&self) -> Result<Vec<Entry>, StorageError> {
        let mut entries = Vec::new();
        for index in 0..self.map.map.max_entries() {
            let key = index.to_ne_bytes();
            if let Some(value) = self.slot(&key)? {
                entries.push(self.map.entry(&key, &value)?);
            }
        }
        Ok(entries)
    }

    fn capacity(&self) -> u64 {
        self.map.capacity()
    }
}
