//! A kernel map with a table's entries: in, keys and entries; out, the bytes under a key read and written, and the kernel's errors as the
//! storage's. Which map it is, and when a slot is an entry, the strategies say.

use super::direct::Direct;
use super::{Change, Entry, KeyMatch, StorageError};
use crate::error::{Error, KernelError, io_error};
use crate::program::Program;
use libbpf_rs::{MapCore, MapFlags, MapHandle};
use p4xdp_control::manifest::Table;
use p4xdp_control::storage::{self, Strategy};

/// A map with the entries of a table.
pub(super) struct EntryMap<'p> {
    pub(super) map: &'p MapHandle,
    pub(super) table: Table<'p>,
    direct: Option<Direct<'p>>,
    strategy: &'p dyn Strategy,
}

impl<'p> EntryMap<'p> {
    pub(super) fn open(
        program: &'p Program,
        table: Table<'p>,
        strategy: &'p dyn Strategy,
    ) -> Result<EntryMap<'p>, Error> {
        let direct = Direct::open(program, table)?;
        Ok(EntryMap { map: program.map(strategy.map())?, table, direct, strategy })
    }

    pub(super) fn key(&self, keys: &[KeyMatch]) -> Vec<u8> {
        self.strategy.encode_key(self.table, keys)
    }

    /// The value of an entry with a number, if entries have numbers.
    pub(super) fn value(&self, entry: &Entry, number: u32) -> Vec<u8> {
        let (size, action) = (self.strategy.value_size(), self.strategy.action());
        let mut bytes =
            storage::encode_target(self.table, &entry.target, size, action, self.strategy.first_action());
        if let Some(direct) = &self.direct {
            direct.put_number(&mut bytes, number);
        }
        bytes
    }

    pub(super) fn entry(&self, key: &[u8], value: &[u8]) -> Result<Entry, StorageError> {
        let keys = self.strategy.decode_key(self.table, key)?;
        let (action, first) = (self.strategy.action(), self.strategy.first_action());
        let entry = Entry::new(keys, None, storage::decode_target(self.table, value, action, first)?);
        let Some(direct) = &self.direct else { return Ok(entry) };
        direct.read(direct.number(value)?, entry).map_err(StorageError::Cells)
    }

    /// An entry's number, 0 if entries have none.
    pub(super) fn number(&self, value: &[u8]) -> Result<u32, StorageError> {
        self.direct.as_ref().map_or(Ok(0), |direct| direct.number(value))
    }

    /// The numbers of all entries; a slot that is none has number 0.
    fn numbers(&self) -> Result<Vec<u32>, StorageError> {
        let mut numbers = Vec::new();
        for key in self.map.keys() {
            if let Some(value) = self.lookup(&key)? {
                numbers.push(self.number(&value)?);
            }
        }
        Ok(numbers)
    }

    /// Adds an entry by `add`, which is given its value.
    pub(super) fn add(
        &self,
        entry: &Entry,
        add: impl FnOnce(Vec<u8>) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        self.add_beside(entry, || self.numbers(), add)
    }

    /// The same where a slot of the map may be no entry any more; `used` gives the numbers of all entries that packets may have.
    pub(super) fn add_beside(
        &self,
        entry: &Entry,
        used: impl FnOnce() -> Result<Vec<u32>, StorageError>,
        add: impl FnOnce(Vec<u8>) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        let Some(direct) = &self.direct else { return add(self.value(entry, 0)) };
        let number = direct.take(entry, used)?;
        let added = add(self.value(entry, number));
        if added.is_err() {
            direct.give_back(number)?;
        }
        added
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

    /// Puts another action in the place of the value that is there; its number stays.
    pub(super) fn replace(&self, entry: &Entry, key: &[u8], old: &[u8]) -> Result<(), StorageError> {
        let number = self.number(old)?;
        self.update(key, &self.value(entry, number), MapFlags::EXIST)?;
        self.changed(entry, number)
    }

    /// The entry with this number was changed to what this one says.
    pub(super) fn changed(&self, entry: &Entry, number: u32) -> Result<(), StorageError> {
        let Some(direct) = &self.direct else { return Ok(()) };
        direct.changed(number, entry).map_err(StorageError::Cells)
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
            Change::Insert(entry) => self.add(entry, |value| self.update(&key, &value, MapFlags::NO_EXIST)),
            Change::Modify(entry) if self.direct.is_none() => {
                self.update(&key, &self.value(entry, 0), MapFlags::EXIST)
            }
            Change::Modify(entry) => self.replace(entry, &key, &find(&key)?.ok_or(StorageError::Missing)?),
            Change::Delete(..) => self.delete(&key),
        }
    }
}
