//! Entries in a kernel `HASH` or `LRU_HASH`.

use super::map::EntryMap;
use super::{Change, Entry, KeyMatch, OneByOne, Opened, Refused, Storage, StorageError};
use crate::lock::Lock;
use crate::program::Program;
use libbpf_rs::MapCore;
use p4xdp_control::storage::Hash as Layout;

struct Hash<'p> {
    map: EntryMap<'p>,
}

pub(super) fn open<'p>(_: &'p Layout, _: &'p Program, map: EntryMap<'p>) -> Opened<'p> {
    Ok(Box::new(Hash { map }))
}

impl OneByOne for Hash<'_> {
    fn change(&self, change: &Change) -> Result<(), StorageError> {
        self.map.change(change, |key| self.map.lookup(key))
    }
}

impl Storage for Hash<'_> {
    fn apply(&self, changes: &[Change], _: &Lock) -> Result<(), Refused> {
        self.apply_each(changes)
    }

    fn get(&self, keys: &[KeyMatch], _: Option<u32>) -> Result<Option<Entry>, StorageError> {
        let key = self.map.key(keys);
        self.map.lookup(&key)?.map(|value| self.map.entry(&key, &value)).transpose()
    }

    fn entries(&self) -> Result<Vec<Entry>, StorageError> {
        self.map.listed()
    }

    fn capacity(&self) -> u64 {
        self.map.capacity()
    }

    fn len(&self) -> Result<u64, StorageError> {
        Ok(self.map.map.keys().count() as u64)
    }
}
