//! Entries in a kernel `HASH` or `LRU_HASH`.

use super::map::EntryMap;
use super::{Change, OneByOne, Opened, StorageError};
use crate::program::Program;
use p4xdp_control::storage::Hash as Layout;

struct Hash<'p> {
    map: EntryMap<'p>,
}

pub(super) fn open<'p>(_: &'p Layout, _: &'p Program, map: EntryMap<'p>) -> Opened<'p> {
    Ok(Box::new(Hash { map }))
}

impl<'p> OneByOne<'p> for Hash<'p> {
    fn map(&self) -> &EntryMap<'p> {
        &self.map
    }

    fn change(&self, change: &Change) -> Result<(), StorageError> {
        self.map.change(change, |key| self.find(key))
    }
}
