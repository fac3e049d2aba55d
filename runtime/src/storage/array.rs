//! Entries in a kernel `ARRAY`: the key is the index, and a slot whose action number is 0 is free.

use super::{Count, Entry, KeyMatch, Storage, StorageError, direct, record};
use crate::error::{KernelError, io_error};
use libbpf_rs::{MapCore, MapFlags, MapHandle};
use num_bigint::BigUint;
use p4xdp_control::manifest::{Place, Table};

pub(super) struct Array<'p> {
    map: &'p MapHandle,
    table: &'p Table,
    action: &'p Place,
}

impl<'p> Array<'p> {
    pub(super) fn new(map: &'p MapHandle, table: &'p Table, action: &'p Place) -> Array<'p> {
        Array { map, table, action }
    }

    /// The slot's bytes, if it is in use. An index beyond the array is a key for which there is no room.
    fn slot(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        let index = key.first_chunk::<4>().map_or(0, |bytes| u32::from_ne_bytes(*bytes));
        if index >= self.map.max_entries() {
            return Err(StorageError::Full);
        }
        let value = self.map.lookup(key, MapFlags::ANY).map_err(|error| self.error("read", &error))?;
        Ok(value.filter(|value| record::get(value, self.action) != BigUint::ZERO))
    }

    fn write(&self, key: &[u8], value: &[u8]) -> Result<(), StorageError> {
        self.map.update(key, value, MapFlags::ANY).map_err(|error| self.error("write", &error))
    }

    fn key(&self, keys: &[KeyMatch]) -> Vec<u8> {
        record::encode_key(self.table, keys, 4, false)
    }

    fn value(&self, entry: &Entry) -> Vec<u8> {
        let size = self.map.value_size() as usize;
        let mut bytes = record::encode_value(self.table, &entry.call, size, self.action, 1);
        record::encode_count(self.table.direct_counter.as_ref(), &mut bytes, entry.count);
        bytes
    }

    fn decode(&self, key: &[u8], value: &[u8]) -> Result<Entry, StorageError> {
        Ok(Entry {
            keys: record::decode_key(self.table, key, false),
            call: record::decode_call(self.table, value, self.action, 1)?,
            priority: 0,
            count: record::decode_count(self.table.direct_counter.as_ref(), value),
        })
    }

    fn error(&self, what: &str, error: &libbpf_rs::Error) -> StorageError {
        KernelError::new(format!("{what} the map of table `{}`", self.table.name), io_error(error)).into()
    }
}

impl Storage for Array<'_> {
    fn insert(&self, entry: &Entry) -> Result<(), StorageError> {
        let key = self.key(&entry.keys);
        if self.slot(&key)?.is_some() {
            return Err(StorageError::Duplicate);
        }
        self.write(&key, &self.value(entry))
    }

    fn modify(&self, entry: &Entry) -> Result<(), StorageError> {
        let key = self.key(&entry.keys);
        let old = self.slot(&key)?.ok_or(StorageError::Missing)?;
        let count = record::decode_count(self.table.direct_counter.as_ref(), &old);
        let new = self.value(&Entry { count, ..entry.clone() });
        if self.table.direct_counter.is_some()
            && direct::change_action(self.map, self.table, &key, &old, &new)?
        {
            return Ok(());
        }
        self.write(&key, &new)
    }

    fn delete(&self, entry: &Entry) -> Result<(), StorageError> {
        let key = self.key(&entry.keys);
        match self.slot(&key) {
            Ok(Some(value)) => self.write(&key, &vec![0; value.len()]),
            Ok(None) | Err(StorageError::Full) => Err(StorageError::Missing),
            Err(error) => Err(error),
        }
    }

    fn get(&self, keys: &[KeyMatch]) -> Result<Option<Entry>, StorageError> {
        let key = self.key(keys);
        match self.slot(&key) {
            Ok(value) => value.map(|value| self.decode(&key, &value)).transpose(),
            Err(StorageError::Full) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn entries(&self) -> Result<Vec<Entry>, StorageError> {
        let mut entries = Vec::new();
        for index in 0..self.map.max_entries() {
            let key = index.to_ne_bytes();
            if let Some(value) = self.slot(&key)? {
                entries.push(self.decode(&key, &value)?);
            }
        }
        Ok(entries)
    }

    fn set_count(&self, keys: &[KeyMatch], count: Count) -> Result<(), StorageError> {
        let key = self.key(keys);
        let old = self.slot(&key)?.ok_or(StorageError::Missing)?;
        direct::set_count(self.map, self.table, &key, &old, count)
    }
}
