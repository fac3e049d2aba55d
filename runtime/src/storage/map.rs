//! A kernel map with a table's entries: in, keys and entries; out, the bytes under a key read and written, and the kernel's errors as the
//! storage's. Which map it is, and when a slot is an entry, the strategies say.

use super::direct::Direct;
use super::{Change, Cursor, Entry, KeyMatch, StorageError};
use crate::error::{Error, KernelError, io_error};
use crate::program::Program;
use crate::sys::elements;
use libbpf_rs::{MapCore, MapFlags, MapHandle};
use p4xdp_control::manifest::Table;
use p4xdp_control::storage::{self, Strategy};
use std::io;
use std::os::fd::AsFd;

/// Elements that are read at a time where all are wanted.
const AT_A_TIME: u32 = 4096;

/// What the kernel says of calls that a map of this type does not know.
const ENOTSUPP: i32 = 524;

/// The kernel cannot read many elements of this map in one call.
fn is_no_batch(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EINVAL | ENOTSUPP))
}

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
        self.all_of(|_, value| self.number(value).map(Some))
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

    /// The key behind one, or the first.
    pub(super) fn next_key(&self, key: Option<&[u8]>) -> Result<Option<Vec<u8>>, StorageError> {
        let next = elements::next_key(self.map.as_fd(), key, self.map.key_size() as usize);
        next.map_err(|error| self.failed("read", error))
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

    /// What `of` makes of keys and their values, of so many at most: those behind the ones that the cursor has passed.
    pub(super) fn chunk_of<T>(
        &self,
        cursor: &mut Cursor,
        most: u32,
        of: impl Fn(&[u8], &[u8]) -> Result<Option<T>, StorageError>,
    ) -> Result<Vec<T>, StorageError> {
        let sizes = (self.map.key_size() as usize, self.map.value_size() as usize);
        let most = most.max(1).min(self.map.max_entries().max(1));
        if !cursor.one_by_one {
            match elements::read_batch(self.map.as_fd(), &mut cursor.position, sizes, most) {
                Ok(read) => {
                    cursor.is_over = cursor.position.is_empty();
                    let both = read.keys.chunks_exact(sizes.0).zip(read.values.chunks_exact(sizes.1));
                    return both
                        .take(read.count)
                        .filter_map(|(key, value)| of(key, value).transpose())
                        .collect();
                }
                // A bucket has more elements than that, or the map does not know such calls.
                Err(error) if cursor.position.is_empty() && is_no_batch(&error) => cursor.one_by_one = true,
                Err(error) if error.raw_os_error() == Some(libc::ENOSPC) => {
                    return self.chunk_of(cursor, most.saturating_mul(4), of);
                }
                // Older kernels give up where entries go meanwhile.
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                    return self.chunk_of(cursor, most, of);
                }
                Err(error) => return Err(self.failed("read", error)),
            }
        }
        let mut found = Vec::new();
        while found.len() < most as usize {
            let before = Some(cursor.position.as_slice()).filter(|position| !position.is_empty());
            let Some(key) = self.next_key(before)? else {
                cursor.is_over = true;
                break;
            };
            // The entry may have gone since the key was listed.
            if let Some(value) = self.lookup(&key)? {
                found.extend(of(&key, &value)?);
            }
            cursor.position = key;
        }
        Ok(found)
    }

    /// What `of` makes of all keys and values.
    pub(super) fn all_of<T>(
        &self,
        of: impl Fn(&[u8], &[u8]) -> Result<Option<T>, StorageError>,
    ) -> Result<Vec<T>, StorageError> {
        let mut cursor = Cursor::default();
        let mut all = Vec::new();
        while !cursor.is_over() {
            all.append(&mut self.chunk_of(&mut cursor, AT_A_TIME, &of)?);
        }
        Ok(all)
    }

    pub(super) fn capacity(&self) -> u64 {
        u64::from(self.map.max_entries())
    }

    fn refused(&self, what: &str, error: &libbpf_rs::Error) -> StorageError {
        self.failed(what, io_error(error))
    }

    fn failed(&self, what: &str, source: io::Error) -> StorageError {
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
