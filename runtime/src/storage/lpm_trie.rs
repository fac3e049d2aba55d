//! Entries in a kernel `LPM_TRIE`.

use super::map::EntryMap;
use super::{Change, OneByOne, Opened, StorageError};
use crate::program::Program;
use libbpf_rs::{MapCore, MapFlags, MapHandle, MapType};
use p4xdp_control::storage::LpmTrie as Layout;
use std::sync::OnceLock;

struct LpmTrie<'p> {
    map: EntryMap<'p>,
}

pub(super) fn open<'p>(_: &'p Layout, _: &'p Program, map: EntryMap<'p>) -> Opened<'p> {
    Ok(Box::new(LpmTrie { map }))
}

impl<'p> OneByOne<'p> for LpmTrie<'p> {
    fn map(&self) -> &EntryMap<'p> {
        &self.map
    }

    fn change(&self, change: &Change) -> Result<(), StorageError> {
        if !heeds_flags() {
            let exists = || self.map.has_key(&self.map.key(change.keys()));
            match change {
                Change::Insert(_) if exists() => return Err(StorageError::Duplicate),
                Change::Modify(_) if !exists() => return Err(StorageError::Missing),
                Change::Insert(_) | Change::Modify(_) | Change::Delete(..) => {}
            }
        }
        self.map.change(change, |key| self.find(key))
    }

    /// A trie's lookup finds what matches, so the keys are searched.
    fn find(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        if self.map.has_key(key) { self.map.lookup(key) } else { Ok(None) }
    }
}

/// Before Linux 6.13 a trie ignores `BPF_EXIST` and `BPF_NOEXIST`; distributions took the repair back into older kernels, so it is
/// tried out rather than read from the version.
fn heeds_flags() -> bool {
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
