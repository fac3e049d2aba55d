//! Entries in a kernel `LPM_TRIE`.

use super::map::EntryMap;
use super::{Change, OneByOne, Opened, StorageError};
use crate::program::Program;
use crate::sys::elements;
use libbpf_rs::{MapCore, MapFlags, MapHandle, MapType};
use p4xdp_control::storage::LpmTrie as Layout;
use std::os::fd::AsFd;
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
            let exists = self.has_key(&self.map.key(change.keys()))?;
            match change {
                Change::Insert(_) if exists => return Err(StorageError::Duplicate),
                Change::Modify(_) if !exists => return Err(StorageError::Missing),
                Change::Insert(_) | Change::Modify(_) | Change::Delete(..) => {}
            }
        }
        self.map.change(change, |key| self.find(key))
    }

    /// A trie's lookup finds what matches, which is this entry only if its key is there.
    fn find(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        if self.has_key(key)? { self.map.lookup(key) } else { Ok(None) }
    }
}

impl LpmTrie<'_> {
    /// A trie has this key: behind one that is there comes another one than the first, or none; behind any other comes the first.
    fn has_key(&self, key: &[u8]) -> Result<bool, StorageError> {
        if !begins_anew() {
            return Ok(self.map.has_key(key));
        }
        let mut first = self.map.next_key(None)?;
        loop {
            let next = self.map.next_key(Some(key))?;
            // Another process may change the trie meanwhile.
            let still = self.map.next_key(None)?;
            if first == still {
                return Ok(first.is_some() && next != first);
            }
            first = still;
        }
    }
}

/// Makes a trie with keys of 4 bytes that holds these prefixes of 8 bits.
fn probe(prefixes: &[u8]) -> Option<MapHandle> {
    let options = libbpf_sys::bpf_map_create_opts {
        sz: size_of::<libbpf_sys::bpf_map_create_opts>() as libbpf_sys::size_t,
        map_flags: libbpf_sys::BPF_F_NO_PREALLOC,
        ..Default::default()
    };
    let map = MapHandle::create(MapType::LpmTrie, Some("p4xdp_probe"), 8, 4, 4, &options).ok()?;
    let put = |prefix: &u8| map.update(&probe_key(*prefix), &[0; 4], MapFlags::ANY);
    prefixes.iter().try_for_each(put).ok()?;
    Some(map)
}

fn probe_key(prefix: u8) -> [u8; 8] {
    let [a, b, c, d] = 8u32.to_ne_bytes();
    [a, b, c, d, prefix, 0, 0, 0]
}

/// Before Linux 6.13 a trie ignores `BPF_EXIST` and `BPF_NOEXIST`; distributions took the repair back into older kernels, so it is
/// tried out rather than read from the version.
fn heeds_flags() -> bool {
    static HEEDS: OnceLock<bool> = OnceLock::new();
    *HEEDS.get_or_init(|| {
        probe(&[1]).is_some_and(|map| map.update(&probe_key(1), &[0; 4], MapFlags::NO_EXIST).is_err())
    })
}

/// Before Linux 6.13 what comes behind a key that is not there is sometimes what comes behind one of the same length.
fn begins_anew() -> bool {
    static BEGINS: OnceLock<bool> = OnceLock::new();
    *BEGINS.get_or_init(|| {
        let Some(map) = probe(&[1, 2, 4]) else { return false };
        let next = |key: Option<u8>| {
            let key = key.map(probe_key);
            elements::next_key(map.as_fd(), key.as_ref().map(<[u8; 8]>::as_slice), 8).ok().flatten()
        };
        let first = next(None);
        first.is_some() && [0, 3, 5, 6].into_iter().all(|absent| next(Some(absent)) == first)
    })
}
