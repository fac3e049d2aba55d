//! The next version of a table in bit vectors: in, changes; out, the version that has them, all in one step.
//!
//! ```text
//! insert   an entry that begins with the next version, at a position between those of higher and lower rank
//! modify   the same in place of one that ends with it: a position names both
//! delete   it ends with the next version
//! ```
//!
//! Where there is no position, all rules are laid out again in the other finder, and the next version is one of that. An entry that no packet
//! can have any more is free, and so is its position. That needs packets under way to be waited for, which is put off until something is lacking.

use super::memory::Memory;
use super::{BitVectors, Slot, Wanted, positions};
use crate::storage::{Change, Entry, KeyMatch, StorageError};
use crate::sys;
use p4xdp_control::storage::BitVectors as Layout;
use p4xdp_control::storage::bit_vectors::{Byte, FINDERS, FOREVER, Word};
use p4xdp_control::storage::masked::{self, Masked, Rank};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// More new rules than this are not put between the others one by one, unless the table has many more.
const FEW: usize = 64;

/// Keys, mask and ranges of an entry, as bytes.
type Identity = Vec<u8>;

/// See the module.
pub(super) struct Changes<'c> {
    storage: &'c BitVectors<'c>,
    memory: &'c Memory,
    /// What packets read.
    version: u64,
    /// The version that is made, without the bit that says which finder it has.
    next: u64,
    /// Entries that packets may have, or are to have.
    slots: BTreeMap<u32, Slot>,
    free: Vec<u32>,
    /// Those that the next version has, by what tells them apart.
    known: BTreeMap<Identity, Vec<u32>>,
    /// The finder in use: entries by position, each with the one before it.
    positions: BTreeMap<u32, (u32, u32)>,
    /// Where entries stand.
    places: BTreeMap<u32, u32>,
    /// Entries without a position.
    unplaced: BTreeSet<u32>,
    /// How many entries the next version has.
    count: u64,
    changed: bool,
    /// All of it is one version, or there is none.
    at_once: bool,
}

impl<'c> Changes<'c> {
    /// Begins with what is there.
    pub(super) fn begin(
        storage: &'c BitVectors<'c>,
        memory: &'c Memory,
        at_once: bool,
    ) -> Result<Changes<'c>, StorageError> {
        let version = memory.head(Word::Version);
        let mut changes = Changes {
            storage,
            memory,
            version,
            next: (version | 1) + 1,
            slots: BTreeMap::new(),
            free: Vec::new(),
            known: BTreeMap::new(),
            positions: BTreeMap::new(),
            places: BTreeMap::new(),
            unplaced: BTreeSet::new(),
            count: 0,
            changed: false,
            at_once,
        };
        changes.read()?;
        Ok(changes)
    }

    fn finder(&self) -> u32 {
        Layout::finder(self.version)
    }

    fn read(&mut self) -> Result<(), StorageError> {
        for slot in self.storage.slots() {
            if self.memory.span(slot) == (0, 0) {
                self.free.push(slot);
            } else {
                self.slots.insert(slot, self.storage.slot(self.memory, slot)?);
            }
        }
        for position in 0..self.storage.layout.positions() {
            let (slot, before) = self.memory.position(self.finder(), position);
            if slot != 0 {
                self.positions.insert(position, (slot, before));
                self.places.extend(
                    [slot, before].into_iter().filter(|slot| *slot != 0).map(|slot| (slot, position)),
                );
            }
        }
        self.forget_what_was_not_published()?;
        self.reclaim(self.memory.head(Word::Settled))?;
        let there = self.slots.iter().filter(|(_, slot)| slot.rule.until == FOREVER);
        for (number, identity) in
            there.map(|(number, slot)| (*number, self.identity(slot))).collect::<Vec<_>>()
        {
            self.known.entry(identity).or_default().push(number);
            self.count += 1;
        }
        Ok(())
    }

    /// A writer that died left entries that begin or end with a version which never was.
    fn forget_what_was_not_published(&mut self) -> Result<(), StorageError> {
        let begun = self.slots.iter().filter(|(_, slot)| slot.rule.since > self.version);
        let begun: Vec<u32> = begun.map(|(number, _)| *number).collect();
        for slot in &begun {
            self.detach(*slot)?;
        }
        if !begun.is_empty() {
            // Packets that found such an entry in a position, and are about to go on to the one before it.
            sys::wait_for_packets();
        }
        for slot in begun {
            self.forget(slot)?;
        }
        for (number, slot) in &mut self.slots {
            if slot.rule.until > self.version && slot.rule.until != FOREVER {
                slot.rule.until = FOREVER;
                self.memory.set_until(*number, FOREVER);
            }
        }
        Ok(())
    }

    /// Makes those entries free that ended with this version or an earlier one, at which all packets are.
    fn reclaim(&mut self, settled: u64) -> Result<(), StorageError> {
        let ended = self.slots.iter().filter(|(_, slot)| slot.rule.until <= settled);
        // The one before another one is named behind it.
        let mut ended: Vec<(u64, u32)> = ended.map(|(number, slot)| (slot.rule.until, *number)).collect();
        ended.sort_unstable();
        for (_, slot) in ended {
            if let Some((position, (now, before))) = self.with_before(slot) {
                self.positions.insert(position, (now, 0));
                self.memory.set_position(self.finder(), position, (now, 0));
                self.places.remove(&before);
            }
            self.forget(slot)?;
        }
        Ok(())
    }

    /// The position where an entry is the one before another one.
    fn with_before(&self, slot: u32) -> Option<(u32, (u32, u32))> {
        let position = *self.places.get(&slot)?;
        let both = *self.positions.get(&position)?;
        (both.1 == slot).then_some((position, both))
    }

    /// Takes an entry's position away. The one before it has it again.
    fn detach(&mut self, number: u32) -> Result<(), StorageError> {
        let Some(slot) = self.slots.get(&number) else { return Ok(()) };
        let Some(position) = self.places.remove(&number) else { return Ok(()) };
        let before = self.positions.get(&position).map_or(0, |(_, before)| *before);
        if before == 0 {
            self.memory.clear_bits(self.finder(), position, &self.bytes(slot)?);
            self.positions.remove(&position);
        } else {
            self.positions.insert(position, (before, 0));
        }
        self.memory.set_position(self.finder(), position, (before, 0));
        Ok(())
    }

    /// Makes an entry free that no packet can look at, and its position.
    fn forget(&mut self, number: u32) -> Result<(), StorageError> {
        self.detach(number)?;
        self.unplaced.remove(&number);
        self.slots.remove(&number);
        self.memory.free_entry(number);
        self.free.push(number);
        Ok(())
    }

    /// Waits for packets under way, and makes free what none of them can have.
    fn settle(&mut self) -> Result<(), StorageError> {
        sys::wait_for_packets();
        self.memory.set_head(Word::Settled, self.version);
        self.reclaim(self.version)
    }

    fn bytes(&self, slot: &Slot) -> Result<Vec<Byte>, StorageError> {
        Ok(self.storage.layout.bytes(self.storage.map.table, &slot.rule, &slot.bytes)?)
    }

    fn identity(&self, slot: &Slot) -> Identity {
        let mut identity = [slot.rule.key.as_slice(), &slot.rule.mask].concat();
        identity.extend_from_slice(self.storage.layout.range_bytes(&slot.bytes));
        identity
    }

    /// The number of the entry with these keys and priority.
    fn find(&self, keys: &[KeyMatch], priority: Option<u32>) -> Result<Option<u32>, StorageError> {
        let wanted = self.storage.wanted(keys, priority);
        let mut ranges = Vec::new();
        self.storage.layout.put_ranges(self.storage.map.table, keys, &mut ranges);
        let Wanted { key, mask, precedence, .. } = wanted;
        let identity = [&key, &mask, self.storage.layout.range_bytes(&ranges)].concat();
        let known = self.known.get(&identity).into_iter().flatten();
        let known = known.filter_map(|number| Some((self.slots.get(number)?.rank, *number)));
        Ok(known
            .filter(|(rank, _)| precedence.is_none_or(|precedence| precedence == rank.precedence()))
            .max()
            .map(|(_, number)| number))
    }

    /// Makes one change more.
    pub(super) fn change(&mut self, change: &Change) -> Result<(), StorageError> {
        match change {
            Change::Insert(entry) => self.insert(entry)?,
            Change::Modify(entry) => {
                let found = self.find(&entry.keys, entry.priority)?.ok_or(StorageError::Missing)?;
                self.modify(entry, found)?;
            }
            Change::Delete(keys, priority) => {
                let found = self.find(keys, *priority)?.ok_or(StorageError::Missing)?;
                self.delete(found)?;
            }
        }
        self.changed = true;
        Ok(())
    }

    fn insert(&mut self, entry: &Entry) -> Result<(), StorageError> {
        let (map, layout) = (&self.storage.map, self.storage.layout);
        let precedence = masked::precedence(map.table.view, &entry.keys, entry.priority);
        // In a table without priorities entries with the same keys have the same precedence.
        if self.find(&entry.keys, Some(precedence))?.is_some() {
            return Err(StorageError::Duplicate);
        }
        if self.count >= map.table.layout.size {
            return Err(StorageError::Full);
        }
        let number = self.take()?;
        let rank = Rank::new(precedence, self.age()?);
        let mut bytes = Vec::new();
        let added = map.add_beside(
            entry,
            || self.numbers(),
            |mut value| {
                layout.put_ranges(map.table, &entry.keys, &mut value);
                layout.put_rank(&mut value, rank);
                layout.put_rule(&mut value, &map.key(&entry.keys), &layout.mask(map.table, &entry.keys));
                bytes = value;
                Ok(())
            },
        );
        if added.is_err() {
            self.free.push(number);
            return added;
        }
        self.unplaced.insert(number);
        self.count += 1;
        self.put(number, bytes)
    }

    fn modify(&mut self, entry: &Entry, found: u32) -> Result<(), StorageError> {
        let map = &self.storage.map;
        let Some(old) = self.slots.get(&found).cloned() else { return Err(StorageError::Missing) };
        let number = map.number(&old.bytes)?;
        // All but the value stays.
        let mut bytes = map.value(entry, number);
        let behind = old.bytes.get(bytes.len()..).unwrap_or_default();
        bytes.extend_from_slice(behind);
        self.storage.layout.free(&mut bytes);
        if old.rule.since == self.next {
            // No packet has it yet.
            self.memory.put_value(found, &bytes);
            let slot = self.storage.slot(self.memory, found)?;
            self.slots.insert(found, slot);
            return map.changed(entry, number);
        }
        let new = self.take()?;
        let place = self.places.get(&found).copied();
        let before =
            place.and_then(|position| self.positions.get(&position)).map_or(0, |(_, before)| *before);
        if before != 0 {
            // A position names two entries, and packets may still be under way that have the older one.
            self.settle()?;
        }
        self.put(new, bytes)?;
        self.end(found);
        if let Some(position) = place {
            self.places.insert(new, position);
            self.positions.insert(position, (new, found));
            self.memory.set_position(self.finder(), position, (new, found));
        }
        map.changed(entry, number)
    }

    fn delete(&mut self, found: u32) -> Result<(), StorageError> {
        self.count -= 1;
        self.end(found);
        if self.unplaced.contains(&found) { self.forget(found) } else { Ok(()) }
    }

    /// An entry ends with the next version.
    fn end(&mut self, number: u32) {
        let Some(slot) = self.slots.get_mut(&number) else { return };
        slot.rule.until = self.next;
        self.memory.set_until(number, self.next);
        let slot = slot.clone();
        if let Some(known) = self.known.get_mut(&self.identity(&slot)) {
            known.retain(|other| *other != number);
        }
    }

    /// Writes an entry that begins with the next version.
    fn put(&mut self, number: u32, bytes: Vec<u8>) -> Result<(), StorageError> {
        self.memory.put_entry(number, &bytes, self.next);
        let slot = self.storage.slot(self.memory, number)?;
        let known = self.known.entry(self.identity(&slot)).or_default();
        if !known.contains(&number) {
            known.push(number);
        }
        self.slots.insert(number, slot);
        Ok(())
    }

    /// A place for an entry. There are twice as many as a table has entries, so that a set can change all of them in one step; one that changes
    /// them again and again takes several.
    fn take(&mut self) -> Result<u32, StorageError> {
        if self.free.is_empty() {
            self.settle()?;
        }
        if self.free.is_empty() {
            if self.at_once {
                return Err(StorageError::Steps("they change the same entries too often"));
            }
            self.publish()?;
            *self = Changes::begin(self.storage, self.memory, false)?;
            self.settle()?;
        }
        self.free.pop().ok_or(StorageError::Full)
    }

    /// The age of a new entry. After four thousand million of them, those that are there are numbered anew, the oldest first: so their
    /// order is the same all the time.
    fn age(&mut self) -> Result<u32, StorageError> {
        let next = u32::try_from(self.memory.head(Word::NextAge)).unwrap_or(u32::MAX);
        let age = if next == u32::MAX { self.renumber() } else { next };
        self.memory.set_head(Word::NextAge, u64::from(age) + 1);
        Ok(age)
    }

    fn renumber(&mut self) -> u32 {
        let mut all: Vec<(u32, u32)> =
            self.slots.iter().map(|(number, slot)| (slot.rank.age(), *number)).collect();
        all.sort_unstable();
        // What takes another one's place has its age.
        let mut ages = all.iter().map(|(age, _)| *age).collect::<Vec<_>>();
        ages.dedup();
        for (old, number) in all {
            let age = ages.binary_search(&old).ok().and_then(|age| u32::try_from(age).ok()).unwrap_or(0);
            if let Some(slot) = self.slots.get_mut(&number) {
                slot.rank = Rank::new(slot.rank.precedence(), age);
                self.memory.set_rank(number, slot.rank);
                slot.bytes = self.memory.entry(number);
            }
        }
        u32::try_from(ages.len()).unwrap_or(u32::MAX)
    }

    /// Numbers by which cells belong to entries that packets have or are to have.
    fn numbers(&self) -> Result<Vec<u32>, StorageError> {
        let used = self.slots.values().filter(|slot| slot.rule.until > self.version);
        used.map(|slot| self.storage.map.number(&slot.bytes)).collect()
    }

    /// Makes the next version the one that packets read.
    pub(super) fn publish(&mut self) -> Result<(), StorageError> {
        if !self.changed {
            return Ok(());
        }
        let mut finder = self.finder();
        let many = self.unplaced.len() > FEW.max(self.positions.len() / 8);
        if many || !self.place()? {
            finder = self.lay_out()?;
        }
        self.memory.set_head(Word::Version, self.next | u64::from(finder));
        Ok(())
    }

    /// Gives all new entries a position in the finder in use, if that can be.
    fn place(&mut self) -> Result<bool, StorageError> {
        let end = self.storage.layout.positions();
        let mut ranked: BTreeMap<Reverse<Rank>, u32> = BTreeMap::new();
        for (position, (slot, _)) in &self.positions {
            ranked.extend(self.slots.get(slot).map(|slot| (Reverse(slot.rank), *position)));
        }
        let mut unplaced: Vec<(Reverse<Rank>, u32)> = self.by_rank(self.unplaced.iter());
        unplaced.sort_unstable();
        for (rank, number) in unplaced {
            let before = ranked.range(..rank).next_back();
            let behind = ranked.range(rank..).next();
            let follows = before.is_some_and(|(before, _)| before.0.precedence() == rank.0.precedence());
            let (before, behind) = (before.map(|(_, at)| *at), behind.map(|(_, at)| *at));
            let Some(position) = positions::between(before, behind, end, follows) else { return Ok(false) };
            ranked.insert(rank, position);
            self.stand(self.finder(), position, number)?;
            self.positions.insert(position, (number, 0));
            self.places.insert(number, position);
            self.unplaced.remove(&number);
        }
        Ok(true)
    }

    fn by_rank<'n>(&self, numbers: impl Iterator<Item = &'n u32>) -> Vec<(Reverse<Rank>, u32)> {
        numbers.filter_map(|number| Some((Reverse(self.slots.get(number)?.rank), *number))).collect()
    }

    /// The position names the entry before the rows have its bits, so that it can be found by one who has to take them away.
    fn stand(&self, finder: u32, position: u32, number: u32) -> Result<(), StorageError> {
        let Some(slot) = self.slots.get(&number) else { return Ok(()) };
        self.memory.set_position(finder, position, (number, 0));
        self.memory.set_bits(finder, position, &self.bytes(slot)?);
        Ok(())
    }

    /// Lays all entries of the next version out in the other finder, which is that of the next version then.
    fn lay_out(&mut self) -> Result<u32, StorageError> {
        if self.memory.head(Word::Settled) < self.memory.head(Word::Switched) {
            self.settle()?;
        }
        let other = FINDERS - 1 - self.finder();
        let there = self.slots.iter().filter(|(_, slot)| slot.rule.until == FOREVER);
        let mut order = self.by_rank(there.map(|(number, _)| number));
        order.sort_unstable();
        let few = self.unplaced.len() <= FEW;
        let last = order.iter().rposition(|(_, number)| few && self.unplaced.contains(number));
        self.memory.clear_finder(other);
        let places = positions::spread(order.len(), self.storage.layout.positions(), last);
        for (position, (_, number)) in places.into_iter().zip(&order) {
            self.stand(other, position, *number)?;
        }
        self.memory.set_head(Word::Switched, self.next);
        Ok(other)
    }
}
