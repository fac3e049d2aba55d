//! Entries in bit vectors: arrays that are mapped into memory. What stands where is [`p4xdp_control::storage::bit_vectors`]'s.
//!
//! A set of changes is one step for packets: all of it belongs to one version, which is made beside what packets read, and then one word says that
//! it counts. What a writer left behind that died in front of that word goes in front of the next changes ([`changes`]).

mod changes;
mod memory;
mod positions;

use super::map::EntryMap;
use super::{Change, Cursor, Entry, KeyMatch, Opened, Refused, Storage, StorageError};
use crate::error::KernelError;
use crate::lock::Lock;
use crate::program::Program;
use changes::Changes;
use libbpf_rs::MapHandle;
use memory::Memory;
use p4xdp_control::storage::BitVectors as Layout;
use p4xdp_control::storage::bit_vectors::{Rule, Word};
use p4xdp_control::storage::masked::{Masked, Rank};
use std::collections::BTreeMap;
use std::os::fd::AsFd;
use std::sync::OnceLock;

/// Times that a table is read which changes meanwhile.
const ATTEMPTS: u32 = 100;

struct BitVectors<'p> {
    map: EntryMap<'p>,
    finders: &'p MapHandle,
    layout: &'p Layout,
    memory: OnceLock<Memory>,
}

pub(super) fn open<'p>(layout: &'p Layout, program: &'p Program, map: EntryMap<'p>) -> Opened<'p> {
    let finders = program.map(&layout.finders)?;
    Ok(Box::new(BitVectors { finders, map, layout, memory: OnceLock::new() }))
}

/// An entry as it stands in the map.
#[derive(Clone, Debug)]
struct Slot {
    rule: Rule,
    rank: Rank,
    bytes: Vec<u8>,
}

impl BitVectors<'_> {
    /// The arrays, mapped when they are first needed.
    fn memory(&self) -> Result<&Memory, StorageError> {
        if let Some(memory) = self.memory.get() {
            return Ok(memory);
        }
        let mapped = Memory::new(self.layout, self.map.map.as_fd(), self.finders.as_fd());
        let mapped = mapped.map_err(|error| self.refused("map", error))?;
        Ok(self.memory.get_or_init(|| mapped))
    }

    fn refused(&self, what: &str, source: std::io::Error) -> StorageError {
        KernelError::new(format!("{what} the arrays of table `{}`", self.map.table.name()), source).into()
    }

    /// Numbers of all places of entries.
    fn slots(&self) -> impl Iterator<Item = u32> + use<> {
        1..self.layout.slots
    }

    fn slot(&self, memory: &Memory, slot: u32) -> Result<Slot, StorageError> {
        let bytes = memory.entry(slot);
        Ok(Slot { rule: self.layout.rule(&bytes)?, rank: self.layout.rank(&bytes)?, bytes })
    }

    /// The entry has these keys and, where it counts, this priority.
    fn is(&self, slot: &Slot, wanted: &Wanted) -> Result<bool, StorageError> {
        let same = slot.rule.key == wanted.key
            && slot.rule.mask == wanted.mask
            && wanted.precedence.is_none_or(|precedence| precedence == slot.rank.precedence());
        Ok(same && self.layout.has_ranges(self.map.table, &wanted.keys, &slot.bytes)?)
    }

    fn wanted(&self, keys: &[KeyMatch], priority: Option<u32>) -> Wanted {
        Wanted {
            key: self.map.key(keys),
            mask: self.layout.mask(self.map.table, keys),
            keys: keys.to_vec(),
            precedence: priority.filter(|_| self.map.table.view.has_priorities()),
        }
    }

    /// What `read` makes of the entries that packets have, all at one time: those that are in one version.
    fn read<T>(
        &self,
        read: impl Fn(&mut dyn Iterator<Item = Result<Slot, StorageError>>) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let memory = self.memory()?;
        for _ in 0..ATTEMPTS {
            let version = memory.head(Word::Version);
            let there = |slot: &u32| {
                let (since, until) = memory.span(*slot);
                since <= version && version < until
            };
            let result = read(&mut self.slots().filter(there).map(|slot| self.slot(memory, slot)));
            // What this version has is not written over before it is another one's turn.
            if memory.head(Word::Version) == version {
                return result;
            }
        }
        Err(self.refused("read", std::io::ErrorKind::WouldBlock.into()))
    }

    /// The entry with these keys and priority; without one, that of the highest rank with these keys.
    fn find(&self, keys: &[KeyMatch], priority: Option<u32>) -> Result<Option<Slot>, StorageError> {
        let wanted = self.wanted(keys, priority);
        self.read(|slots| self.highest(slots, &wanted))
    }

    /// Of those that are wanted, that of the highest rank.
    fn highest(
        &self,
        slots: impl Iterator<Item = Result<Slot, StorageError>>,
        wanted: &Wanted,
    ) -> Result<Option<Slot>, StorageError> {
        let mut found: Option<Slot> = None;
        for slot in slots {
            let slot = slot?;
            if found.as_ref().is_none_or(|best| best.rank < slot.rank) && self.is(&slot, wanted)? {
                found = Some(slot);
            }
        }
        Ok(found)
    }

    /// Makes changes, up to the first that cannot be made; none of them then, if they are to be one step.
    fn make(&self, changes: &[&Change], at_once: bool) -> Result<(), Refused> {
        let mut made = 0;
        let mut all = || {
            let mut version = Changes::begin(self, self.memory()?, at_once)?;
            for change in changes {
                if let Err(error) = version.change(change) {
                    // What is not published is as if its writer had died.
                    return if at_once { Err(error) } else { version.publish().and(Err(error)) };
                }
                made += 1;
            }
            version.publish()
        };
        all().map_err(|error| Refused { made, error })
    }

    fn entry(&self, slot: &Slot) -> Result<Entry, StorageError> {
        let table = self.map.table;
        let priority = table.view.has_priorities().then(|| slot.rank.precedence());
        let keys = self.layout.decode(table, &slot.rule.key, &slot.rule.mask, &slot.bytes)?;
        Ok(Entry { keys, priority, ..self.map.entry(&slot.rule.key, &slot.bytes)? })
    }
}

/// An entry that is looked for.
struct Wanted {
    key: Vec<u8>,
    mask: Vec<u8>,
    keys: Vec<KeyMatch>,
    precedence: Option<u32>,
}

impl Storage for BitVectors<'_> {
    fn apply(&self, changes: &[&Change], _: &Lock) -> Result<(), Refused> {
        self.make(changes, false)
    }

    fn apply_at_once(&self, changes: &[&Change], _: &Lock) -> Result<(), Refused> {
        self.make(changes, true)
    }

    fn get_each(&self, wanted: &[(&[KeyMatch], Option<u32>)]) -> Result<Vec<Option<Entry>>, StorageError> {
        let wanted: Vec<Wanted> =
            wanted.iter().map(|(keys, priority)| self.wanted(keys, *priority)).collect();
        let found = self.read(|slots| {
            let mut by_key: BTreeMap<(Vec<u8>, Vec<u8>), Vec<Slot>> = BTreeMap::new();
            for slot in slots {
                let slot = slot?;
                by_key.entry((slot.rule.key.clone(), slot.rule.mask.clone())).or_default().push(slot);
            }
            let find = |wanted: &Wanted| {
                let key = (wanted.key.clone(), wanted.mask.clone());
                self.highest(by_key.get(&key).into_iter().flatten().cloned().map(Ok), wanted)
            };
            wanted.iter().map(find).collect::<Result<Vec<_>, _>>()
        })?;
        found.iter().map(|slot| slot.as_ref().map(|slot| self.entry(slot)).transpose()).collect()
    }

    fn get(&self, keys: &[KeyMatch], priority: Option<u32>) -> Result<Option<Entry>, StorageError> {
        self.find(keys, priority)?.map(|slot| self.entry(&slot)).transpose()
    }

    fn number(&self, keys: &[KeyMatch], priority: Option<u32>) -> Result<Option<u32>, StorageError> {
        self.find(keys, priority)?.map(|slot| self.map.number(&slot.bytes)).transpose()
    }

    fn chunk(&self, cursor: &mut Cursor, _: u32) -> Result<Vec<Entry>, StorageError> {
        cursor.is_over = true;
        self.read(|slots| slots.map(|slot| self.entry(&slot?)).collect())
    }

    fn capacity(&self) -> u64 {
        self.map.table.layout.size
    }

    fn len(&self) -> Result<u64, StorageError> {
        self.read(|slots| Ok(slots.count() as u64))
    }
}
