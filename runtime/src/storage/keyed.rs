//! Entries in a kernel map that finds them by key: `HASH`, `LRU_HASH` and `LPM_TRIE`.

use super::{Count, Entry, KeyMatch, Storage, StorageError, direct, record};
use crate::error::{KernelError, io_error};
use libbpf_rs::{MapCore, MapFlags, MapHandle, MapType};
use p4xdp_control::manifest::{Place, Table};
use std::sync::OnceLock;

pub(super) struct Keyed<'p> {
    map: &'p MapHandle,
    table: &'p Table,
    key_size: usize,
    action: &'p Place,
    trie: bool,
}

impl<'p> Keyed<'p> {
    pub(super) fn hash(map: &'p MapHandle, table: &'p Table, key_size: u32, action: &'p Place) -> Keyed<'p> {
        Keyed { map, table, key_size: key_size as usize, action, trie: false }
    }

    pub(super) fn trie(map: &'p MapHandle, table: &'p Table, key_size: u32, action: &'p Place) -> Keyed<'p> {
        Keyed { map, table, key_size: key_size as usize, action, trie: true }
    }

    fn key(&self, keys: &[KeyMatch]) -> Vec<u8> {
        record::encode_key(self.table, keys, self.key_size, self.trie)
    }

    fn value(&self, entry: &Entry) -> Vec<u8> {
        let size = self.map.value_size() as usize;
        let mut bytes = record::encode_value(self.table, &entry.call, size, self.action, 0);
        record::encode_count(self.table.direct_counter.as_ref(), &mut bytes, entry.count);
        bytes
    }

    /// The value under a key. A trie's lookup finds what matches, so there the keys are searched.
    fn find(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        if self.trie && !self.map.keys().any(|candidate| candidate == key) {
            return Ok(None);
        }
        self.map.lookup(key, MapFlags::ANY).map_err(|error| self.error("read", &error))
    }

    fn error(&self, what: &str, error: &libbpf_rs::Error) -> StorageError {
        let source = io_error(error);
        match source.raw_os_error() {
            Some(libc::E2BIG | libc::ENOSPC) => StorageError::Full,
            Some(libc::EEXIST) => StorageError::Duplicate,
            Some(libc::ENOENT) => StorageError::Missing,
            _ => KernelError::new(format!("{what} the map of table `{}`", self.table.name), source).into(),
        }
    }

    fn update(&self, key: &[u8], value: &[u8], flags: MapFlags) -> Result<(), StorageError> {
        if self.trie && !trie_heeds_flags() {
            let exists = self.map.keys().any(|candidate| candidate == key);
            if exists && flags == MapFlags::NO_EXIST {
                return Err(StorageError::Duplicate);
            }
            if !exists && flags == MapFlags::EXIST {
                return Err(StorageError::Missing);
            }
        }
        self.map.update(key, value, flags).map_err(|error| self.error("write", &error))
    }
}

impl Storage for Keyed<'_> {
    fn insert(&self, entry: &Entry) -> Result<(), StorageError> {
        self.update(&self.key(&entry.keys), &self.value(entry), MapFlags::NO_EXIST)
    }

    fn modify(&self, entry: &Entry) -> Result<(), StorageError> {
        let key = self.key(&entry.keys);
        let mut entry = entry.clone();
        if self.table.direct_counter.is_some() {
            let old = self.find(&key)?.ok_or(StorageError::Missing)?;
            entry.count = record::decode_count(self.table.direct_counter.as_ref(), &old);
            if direct::change_action(self.map, self.table, &key, &old, &self.value(&entry))? {
                return Ok(());
            }
        }
        self.update(&key, &self.value(&entry), MapFlags::EXIST)
    }

    fn delete(&self, entry: &Entry) -> Result<(), StorageError> {
        self.map.delete(&self.key(&entry.keys)).map_err(|error| self.error("write", &error))
    }

    fn get(&self, keys: &[KeyMatch]) -> Result<Option<Entry>, StorageError> {
        let key = self.key(keys);
        let value = self.find(&key)?;
        value.map(|value| record::decode(self.table, &key, &value, self.action, self.trie)).transpose()
    }

    fn entries(&self) -> Result<Vec<Entry>, StorageError> {
        let mut entries = Vec::new();
        for key in self.map.keys() {
            // The entry may have gone since the key was listed.
            if let Some(value) =
                self.map.lookup(&key, MapFlags::ANY).map_err(|error| self.error("read", &error))?
            {
                entries.push(record::decode(self.table, &key, &value, self.action, self.trie)?);
            }
        }
        Ok(entries)
    }

    fn set_count(&self, keys: &[KeyMatch], count: Count) -> Result<(), StorageError> {
        let key = self.key(keys);
        let old = self.find(&key)?.ok_or(StorageError::Missing)?;
        direct::set_count(self.map, self.table, &key, &old, count)
    }

    fn len(&self) -> Result<u64, StorageError> {
        Ok(self.map.keys().count() as u64)
    }
}

/// Before Linux 6.13 a trie ignores `BPF_EXIST` and `BPF_NOEXIST`; distributions took the repair back into older kernels, so it is
/// tried out rather than read from the version.
fn trie_heeds_flags() -> bool {
    static HEEDS: OnceLock<bool> = OnceLock::new();
    *HEEDS.get_or_init(|| {
        let options = libbpf_sys::bpf_map_create_opts {
            sz: size_of::<libbpf_sys::bpf_map_create_opts>() as libbpf_sys::size_t,
            map_flags: libbpf_sys::BPF_F_NO_PREALLOC,
            ..Default::default()
        };
        let map = MapHandle::create(MapType::LpmTrie, Some("p4xdp_probe"), 8, 4, 2, &options);
        let Ok(map) = map else { return false };
        let (key, value) = ([0u8; 8], [0u8; 4]);
        map.update(&key, &value, MapFlags::ANY).is_ok()
            && map.update(&key, &value, MapFlags::NO_EXIST).is_err()
    })
}
