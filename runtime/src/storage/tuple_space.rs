//! Entries in a tuple space: a kernel hash map under a list of masks.
//!
//! Each change is one step for packets. An entry is there once it stands in the hash map, and its mask is in the list before that; a mask leaves
//! the list when nothing stands under it. The list is ordered by the highest ranks under its masks. One that stays in order is changed where
//! it is, at its end or in its ranks; any other is written beside it, into room that no packet reads any more, and then takes its place in one
//! word. A set of changes needs that once, so many entries are best added as a set.

use super::map::EntryMap;
use super::{Change, Cursor, Entry, KeyMatch, Opened, Refused, Storage, StorageError};
use crate::error::{KernelError, io_error};
use crate::lock::Lock;
use crate::program::Program;
use crate::sys;
use libbpf_rs::{MapCore, MapFlags, MapHandle};
use p4xdp_control::storage::TupleSpace as Layout;
use p4xdp_control::storage::masked::{self, Masked, Rank};
use p4xdp_control::storage::tuple_space::{Head, Mask};
use std::collections::{BTreeMap, BTreeSet};

struct TupleSpace<'p> {
    map: EntryMap<'p>,
    masks: &'p MapHandle,
    layout: &'p Layout,
}

pub(super) fn open<'p>(layout: &'p Layout, program: &'p Program, map: EntryMap<'p>) -> Opened<'p> {
    Ok(Box::new(TupleSpace { masks: program.map(&layout.masks)?, map, layout }))
}

/// The list of masks as it stands in the map, and as it is to be.
struct List {
    head: Head,
    /// What packets see.
    there: Vec<Mask>,
    masks: Vec<Mask>,
}

impl List {
    /// Those with these bits: more than one where entries have the same keys and other priorities or ranges.
    fn like<'l>(&'l self, bits: &'l [u8]) -> impl Iterator<Item = &'l Mask> {
        self.masks.iter().filter(move |mask| mask.bits == bits)
    }

    fn numbered(&mut self, number: u32) -> Option<&mut Mask> {
        self.masks.iter_mut().find(|mask| mask.number == number)
    }

    /// Adds a mask under which nothing stands; its number.
    fn add(&mut self, bits: Vec<u8>, rank: Rank) -> u32 {
        let taken: BTreeSet<u32> = self.masks.iter().map(|mask| mask.number).collect();
        let mut number = self.head.next_number.max(1);
        while taken.contains(&number) {
            number = number.wrapping_add(1).max(1);
        }
        self.head.next_number = number.wrapping_add(1);
        self.masks.push(Mask { rank, entries: 0, number, bits });
        number
    }
}

/// An entry as it was found: its key with the mask's number, its value, and its rank.
struct Found {
    key: Vec<u8>,
    value: Vec<u8>,
    rank: Rank,
}

impl TupleSpace<'_> {
    fn element(&self, index: u32) -> Result<Vec<u8>, StorageError> {
        let read = self.masks.lookup(&index.to_ne_bytes(), MapFlags::ANY);
        Ok(read.map_err(|error| self.refused("read", &error))?.unwrap_or_default())
    }

    fn write(&self, index: u32, bytes: &[u8]) -> Result<(), StorageError> {
        let written = self.masks.update(&index.to_ne_bytes(), bytes, MapFlags::ANY);
        written.map_err(|error| self.refused("write", &error))
    }

    fn refused(&self, what: &str, error: &libbpf_rs::Error) -> StorageError {
        let what = format!("{what} the masks of table `{}`", self.map.table.name());
        KernelError::new(what, io_error(error)).into()
    }

    fn list(&self) -> Result<List, StorageError> {
        let head = self.layout.decode_head(&self.element(0)?)?;
        let mut there = Vec::new();
        if head.first > 0 {
            for index in head.first..head.first + self.layout.most_masks {
                let Some(mask) = Layout::decode_mask(&self.element(index)?)? else { break };
                there.push(mask);
            }
        }
        Ok(List { head, masks: there.clone(), there })
    }

    /// Makes the list in the map what it is to be.
    fn write_list(&self, list: &mut List) -> Result<(), StorageError> {
        list.masks.sort_by_key(|mask| std::cmp::Reverse(mask.rank));
        let same = |(old, new): (&Mask, &Mask)| old.number == new.number;
        let stays = list.masks.len() >= list.there.len() && list.there.iter().zip(&list.masks).all(same);
        if list.head.first > 0 && stays {
            self.write_in_place(list)?;
        } else {
            self.write_beside(list)?;
        }
        list.there.clone_from(&list.masks);
        Ok(())
    }

    /// The masks that are there stay in order: others stand behind them, and ranks change. Each rank is true before and after, so packets
    /// may see any of them changed and others not.
    fn write_in_place(&self, list: &List) -> Result<(), StorageError> {
        self.write(0, &self.layout.encode_head(list.head))?;
        self.write_masks(list, list.there.len())?;
        for ((index, old), new) in (list.head.first..).zip(&list.there).zip(&list.masks) {
            if old != new {
                self.write(index, &self.layout.encode_mask(new))?;
            }
        }
        Ok(())
    }

    fn write_beside(&self, list: &mut List) -> Result<(), StorageError> {
        if list.head.first > 0 {
            // Packets that began before the list changed its place the last time.
            sys::wait_for_packets();
        }
        list.head.first = self.layout.other(list.head.first);
        self.write_masks(list, 0)?;
        self.write(0, &self.layout.encode_head(list.head))
    }

    /// Writes the masks from one on, the last one first: until the first one is written, the list ends in front of it.
    fn write_masks(&self, list: &List, from: usize) -> Result<(), StorageError> {
        let end = list.masks.len();
        if (end > from || from == 0) && end < self.layout.most_masks as usize {
            self.write(list.head.first + end as u32, &vec![0; self.layout.mask_size() as usize])?;
        }
        let behind: Vec<(u32, &Mask)> = (list.head.first..).zip(&list.masks).skip(from).collect();
        behind
            .into_iter()
            .rev()
            .try_for_each(|(index, mask)| self.write(index, &self.layout.encode_mask(mask)))
    }

    /// The entry with this key under a mask.
    fn look(&self, key: &[u8], number: u32) -> Result<Option<Found>, StorageError> {
        let key = Layout::numbered(key.to_vec(), number);
        let Some(value) = self.map.lookup(&key)? else { return Ok(None) };
        let rank = self.layout.rank(&value)?;
        Ok(Some(Found { key, value, rank }))
    }

    /// The entry with these keys and priority; without one, any with these keys.
    fn find(
        &self,
        list: &List,
        keys: &[KeyMatch],
        priority: Option<u32>,
    ) -> Result<Option<Found>, StorageError> {
        let (key, bits) = (self.map.key(keys), self.layout.mask(self.map.table, keys));
        for mask in list.like(&bits) {
            if let Some(found) = self.look(&key, mask.number)?
                && self.layout.has_ranges(self.map.table, keys, &found.value)?
            {
                let wanted = priority.filter(|_| self.map.table.view.has_priorities());
                if wanted.is_none_or(|priority| found.rank.precedence() == priority) {
                    return Ok(Some(found));
                }
            }
        }
        Ok(None)
    }

    fn entry(&self, found: &Found, bits: &[u8]) -> Result<Entry, StorageError> {
        let table = self.map.table;
        let priority = table.view.has_priorities().then(|| found.rank.precedence());
        let keys = self.layout.decode(table, &found.key, bits, &found.value)?;
        Ok(Entry { keys, priority, ..self.map.entry(&found.key, &found.value)? })
    }

    fn precedence(&self, entry: &Entry) -> Rank {
        Rank::bound(masked::precedence(self.map.table.view, &entry.keys, entry.priority))
    }

    /// Puts all masks of a set of changes into the list at once, as far as there is room.
    fn prepare(&self, list: &mut List, changes: &[&Change]) -> Result<(), StorageError> {
        for change in changes {
            let Change::Insert(entry) = change else { continue };
            let (bits, rank) = (self.layout.mask(self.map.table, &entry.keys), self.precedence(entry));
            if let Some(mask) = list.masks.iter_mut().find(|mask| mask.bits == bits) {
                mask.rank = mask.rank.max(rank);
            } else if list.masks.len() < self.layout.most_masks as usize {
                list.add(bits, rank);
            }
        }
        if list.masks == list.there { Ok(()) } else { self.write_list(list) }
    }

    fn change(&self, list: &mut List, change: &Change) -> Result<(), StorageError> {
        let found = |list: &List, keys: &[KeyMatch], priority: Option<u32>| {
            self.find(list, keys, priority)?.ok_or(StorageError::Missing)
        };
        match change {
            Change::Insert(entry) => self.insert(list, entry),
            Change::Modify(entry) => {
                let found = found(list, &entry.keys, entry.priority)?;
                self.replace(entry, &found)
            }
            Change::Delete(keys, priority) => {
                let found = found(list, keys, *priority)?;
                self.map.delete(&found.key)?;
                if let Some(mask) = list.numbered(Layout::number(&found.key)) {
                    mask.entries = mask.entries.saturating_sub(1);
                }
                Ok(())
            }
        }
    }

    fn insert(&self, list: &mut List, entry: &Entry) -> Result<(), StorageError> {
        let (key, bits) = (self.map.key(&entry.keys), self.layout.mask(self.map.table, &entry.keys));
        let bound = self.precedence(entry);
        // An entry with the same keys and another priority or other ranges stands under a mask of its own.
        let mut free = None;
        for mask in list.like(&bits) {
            match self.look(&key, mask.number)? {
                Some(found)
                    if found.rank.precedence() == bound.precedence()
                        && self.layout.has_ranges(self.map.table, &entry.keys, &found.value)? =>
                {
                    return Err(StorageError::Duplicate);
                }
                Some(_) => {}
                None => free = free.or(Some(mask.number)),
            }
        }
        let number = match free {
            Some(number) => number,
            None => {
                if list.masks.len() >= self.layout.most_masks as usize {
                    self.sweep(list)?;
                }
                if list.masks.len() >= self.layout.most_masks as usize {
                    let most = u64::from(self.layout.most_masks);
                    return Err(StorageError::TooMany { what: "distinct masks", most });
                }
                list.add(bits, bound)
            }
        };
        let is_there = list.there.iter().any(|mask| mask.number == number && mask.rank >= bound);
        if let Some(mask) = list.numbered(number) {
            mask.rank = mask.rank.max(bound);
            mask.entries += 1;
        }
        if !is_there {
            self.write_list(list)?;
        }
        let rank = Rank::new(bound.precedence(), self.age(list)?);
        let added = self.map.add(entry, |mut value| {
            self.layout.put_ranges(self.map.table, &entry.keys, &mut value);
            self.layout.put_rank(&mut value, rank);
            self.map.update(&Layout::numbered(key, number), &value, MapFlags::NO_EXIST)
        });
        if added.is_err()
            && let Some(mask) = list.numbered(number)
        {
            mask.entries = mask.entries.saturating_sub(1);
        }
        added
    }

    fn replace(&self, entry: &Entry, found: &Found) -> Result<(), StorageError> {
        let number = self.map.number(&found.value)?;
        let mut value = self.map.value(entry, number);
        self.layout.put_ranges(self.map.table, &entry.keys, &mut value);
        self.layout.put_rank(&mut value, found.rank);
        self.map.update(&found.key, &value, MapFlags::EXIST)?;
        self.map.changed(entry, number)
    }

    /// The age of a new entry. After four thousand million of them, those that are there are numbered anew, the oldest first: so their
    /// order is the same all the time.
    fn age(&self, list: &mut List) -> Result<u32, StorageError> {
        if list.head.next_age == u32::MAX {
            let mut all = self.stored()?;
            all.sort_by_key(|found| found.rank.age());
            for (age, found) in (0..).zip(&mut all) {
                self.layout.put_rank(&mut found.value, Rank::new(found.rank.precedence(), age));
                self.map.update(&found.key, &found.value, MapFlags::EXIST)?;
            }
            list.head.next_age = u32::try_from(all.len()).unwrap_or(u32::MAX);
        }
        let age = list.head.next_age;
        list.head.next_age = age.saturating_add(1);
        Ok(age)
    }

    fn stored(&self) -> Result<Vec<Found>, StorageError> {
        self.map.all_of(|key, value| self.found(key, value).map(Some))
    }

    fn found(&self, key: &[u8], value: &[u8]) -> Result<Found, StorageError> {
        Ok(Found { key: key.to_vec(), value: value.to_vec(), rank: self.layout.rank(value)? })
    }

    /// Takes those masks out of the list under which nothing stands, and finds the true ranks of the others.
    fn sweep(&self, list: &mut List) -> Result<(), StorageError> {
        let mut seen: BTreeMap<u32, (u64, u32)> = BTreeMap::new();
        for found in self.stored()? {
            let (entries, precedence) = seen.entry(Layout::number(&found.key)).or_default();
            *entries += 1;
            *precedence = found.rank.precedence().max(*precedence);
        }
        list.masks.retain_mut(|mask| {
            let Some((entries, precedence)) = seen.get(&mask.number) else { return false };
            (mask.entries, mask.rank) = (*entries, Rank::bound(*precedence));
            true
        });
        Ok(())
    }

    /// What is left to do behind changes: masks that have become useless, and numbers.
    fn finish(&self, list: &mut List) -> Result<(), StorageError> {
        if list.masks.iter().any(|mask| mask.entries == 0) {
            self.sweep(list)?;
        }
        if list.masks != list.there {
            return self.write_list(list);
        }
        self.write(0, &self.layout.encode_head(list.head))
    }
}

impl Storage for TupleSpace<'_> {
    fn apply(&self, changes: &[&Change], _: &Lock) -> Result<(), Refused> {
        let mut made = 0;
        let mut all = || {
            let mut list = self.list()?;
            self.prepare(&mut list, changes)?;
            let mut result = Ok(());
            for change in changes {
                result = self.change(&mut list, change);
                if result.is_err() {
                    break;
                }
                made += 1;
            }
            self.finish(&mut list).and(result)
        };
        all().map_err(|error| Refused { made, error })
    }

    fn get(&self, keys: &[KeyMatch], priority: Option<u32>) -> Result<Option<Entry>, StorageError> {
        let found = self.find(&self.list()?, keys, priority)?;
        found.map(|found| self.entry(&found, &self.layout.mask(self.map.table, keys))).transpose()
    }

    fn number(&self, keys: &[KeyMatch], priority: Option<u32>) -> Result<Option<u32>, StorageError> {
        let found = self.find(&self.list()?, keys, priority)?;
        found.map(|found| self.map.number(&found.value)).transpose()
    }

    fn chunk(&self, cursor: &mut Cursor, most: u32) -> Result<Vec<Entry>, StorageError> {
        let all = self.map.chunk_of(cursor, most, |key, value| self.found(key, value).map(Some))?;
        // Read behind the entries: a mask is in the list before anything stands under it.
        let list = self.list()?;
        let bits: BTreeMap<u32, &[u8]> = list.masks.iter().map(|mask| (mask.number, &*mask.bits)).collect();
        let listed = all.iter().filter_map(|found| {
            // Without its mask it has gone since it was read.
            Some(self.entry(found, bits.get(&Layout::number(&found.key))?))
        });
        listed.collect()
    }

    fn capacity(&self) -> u64 {
        self.map.capacity()
    }

    fn len(&self) -> Result<u64, StorageError> {
        Ok(self.map.all_of(|_, _| Ok(Some(())))?.len() as u64)
    }
}
