//! A kernel map with a table's entries: in, keys and entries; out, the bytes under a key read and written, and the kernel's errors as the
//! storage's. Which map it is, and when a slot is an entry, the strategies say.

use super::{Change, Count, Entry, KeyMatch, StorageError, direct};
use crate::error::{Error, KernelError, io_error};
use crate::program::Program;
use libbpf_rs::{MapCore, MapFlags, MapHandle};
use p4xdp_control::manifest::Table;
use p4xdp_control::storage::{self, Strategy};

/// A map with the entries of a table.
pub(super) struct EntryMap<'p> {
    pub(super) map: &'p MapHandle,
    pub(super) table: Table<'p>,
    strategy: &'p dyn Strategy,
}

impl<'p> EntryMap<'p> {
    pub(super) fn open(
        program: &'p Program,
        table: Table<'p>,
        strategy: &'p dyn Strategy,
    ) -> Result<EntryMap<'p>, Error> {
        Ok(EntryMap { map: program.map(strategy.map())?, table, strategy })
    }

    pub(super) fn key(&self, keys: &[KeyMatch]) -> Vec<u8> {
        self.strategy.encode_key(self.table, keys)
    }

    pub(super) fn value(&self, entry: &Entry) -> Vec<u8> {
        let (size, action) = (self.strategy.value_size(), self.strategy.action());
        let mut bytes =
            storage::encode_call(self.table, &entry.call, size, action, self.strategy.first_action());
        storage::encode_count(self.table.layout.direct_counter.as_ref(), &mut bytes, entry.count);
        bytes
    }

    pub(super) fn entry(&self, key: &[u8], value: &[u8]) -> Result<Entry, StorageError> {
        Ok(Entry {
            keys: self.strategy.decode_key(self.table, key)?,
            call: storage::decode_call(
                self.table,
                value,
                self.strategy.action(),
                self.strategy.first_action(),
            )?,
            priority: None,
            count: self.count(value)?,
        })
    }

    pub(super) fn count(&self, value: &[u8]) -> Result<Count, StorageError> {
        Ok(storage::decode_count(self.table.layout.direct_counter.as_ref(), value)?)
    }

    pub(super) fn lookup(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        self.map.lookup(key, MapFlags::ANY).map_err(|error| self.refused("read", &error))
    }

    pub(super) fn has_key(&self, key: &[u8]) -> bool {
        self.map.keys().any(|candidate| candidate == key)
    }

    pub(super) fn update(&self, key: &[u8], value: &[u8], flags: MapFlags) -> Result<(), StorageError> {
        self.map.update(key, value, flags).map_err(|error| self.refused("write", &error))
    }

    pub(super) fn delete(&self, key: &[u8]) -> Result<(), StorageError> {
        self.map.delete(key).map_err(|error| self.refused("write", &error))
    }

    /// Writes another action over the value that is there; packets go on counting in its direct counter.
    pub(super) fn replace(&self, entry: &Entry, key: &[u8], old: &[u8]) -> Result<(), StorageError> {
        let new = self.value(&Entry { count: self.count(old)?, ..entry.clone() });
        if self.table.layout.direct_counter.is_some()
            && direct::change_action(self.map, self.table, key, old, &new)?
        {
            return Ok(());
        }
        self.update(key, &new, MapFlags::EXIST)
    }

    pub(super) fn set_count(&self, key: &[u8], old: &[u8], count: Count) -> Result<(), StorageError> {
        direct::set_count(self.map, self.table, key, self.count(old)?, count)
    }

    /// Entries under all keys that the map lists.
    pub(super) fn listed(&self) -> Result<Vec<Entry>, StorageError> {
        let mut entries = Vec::new();
        for key in self.map.keys() {
            // The entry may have gone since the key was listed.
            if let Some(value) = self.lookup(&key)? {
                entries.push(self.entry(&key, &value)?);
            }
        }
        Ok(entries)
    }

    pub(super) fn capacity(&self) -> u64 {
        u64::from(self.map.max_entries())
    }

    fn refused(&self, what: &str, error: &libbpf_rs::Error) -> StorageError {
        let source = io_error(error);
        match source.raw_os_error() {
            Some(libc::E2BIG | libc::ENOSPC) => StorageError::Full,
            Some(libc::EEXIST) => StorageError::Duplicate,
            Some(libc::ENOENT) => StorageError::Missing,
            _ => KernelError::new(format!("{what} the map of table `{}`", self.table.name()), source).into(),
        }
    }

    /// Changes in a map that heeds `BPF_EXIST` and `BPF_NOEXIST`, where `find` gives the value of an entry.
    pub(super) fn change(
        &self,
        change: &Change,
        find: impl Fn(&[u8]) -> Result<Option<Vec<u8>>, StorageError>,
    ) -> Result<(), StorageError> {
        let key = self.key(change.keys());
        match change {
            Change::Insert(entry) => self.update(&key, &self.value(entry), MapFlags::NO_EXIST),
            Change::Modify(entry) if self.table.layout.direct_counter.is_none() => {
                self.update(&key, &self.value(entry), MapFlags::EXIST)
            }
            Change::Modify(entry) => self.replace(entry, &key, &find(&key)?.ok_or(StorageError::Missing)?),
            Change::Delete(..) => self.delete(&key),
            Change::SetCount(_, _, count) => {
                self.set_count(&key, &find(&key)?.ok_or(StorageError::Missing)?, *count)
            }
        }
    }
}
