//! The two arrays of bit vectors in memory: in, entries, positions and what bytes of keys have to be; out, the words that say so, written and read.
//! What order they are written in is the business of who changes them; a word is one step for packets.

use crate::sys::mapping::Mapping;
use p4xdp_control::storage::BitVectors as Layout;
use p4xdp_control::storage::bit_vectors::{Byte, FOREVER, HEAD, ROWS, Word};
use p4xdp_control::storage::masked::Rank;
use std::io;
use std::os::fd::BorrowedFd;

/// See the module.
pub(super) struct Memory {
    layout: Layout,
    entries: Mapping,
    finders: Mapping,
}

impl Memory {
    pub(super) fn new(
        layout: &Layout,
        entries: BorrowedFd<'_>,
        finders: BorrowedFd<'_>,
    ) -> io::Result<Memory> {
        let entries = Mapping::new(entries, layout.entry_size() as usize * layout.slots as usize)?;
        let finders = Mapping::new(finders, 2 * layout.finder_size() as usize)?;
        Ok(Memory { layout: layout.clone(), entries, finders })
    }

    /// A word of the head.
    pub(super) fn head(&self, word: Word) -> u64 {
        self.finders.load(word as u64)
    }

    pub(super) fn set_head(&self, word: Word, value: u64) {
        self.finders.store(word as u64, value);
    }

    /// A word of an entry by the bytes in front of it.
    fn entry_word(&self, slot: u32, bytes: u32) -> u64 {
        u64::from(slot) * u64::from(self.layout.entry_size() / 8) + u64::from(bytes / 8)
    }

    /// From which version on and until which an entry is there.
    pub(super) fn span(&self, slot: u32) -> (u64, u64) {
        let word = |bytes| self.entries.load(self.entry_word(slot, bytes));
        (word(self.layout.since()), word(self.layout.until()))
    }

    /// The bytes of an entry.
    pub(super) fn entry(&self, slot: u32) -> Vec<u8> {
        let start = self.entry_word(slot, 0);
        let words = start..start + u64::from(self.layout.entry_size() / 8);
        words.flat_map(|word| self.entries.load(word).to_ne_bytes()).collect()
    }

    /// Writes a free entry, for packets of a version and later ones; its bytes say that it is free.
    pub(super) fn put_entry(&self, slot: u32, bytes: &[u8], since: u64) {
        self.put(slot, bytes);
        self.entries.store(self.entry_word(slot, self.layout.since()), since);
        self.set_until(slot, FOREVER);
    }

    /// Writes value, ranges and rank of an entry that no packet reads yet.
    pub(super) fn put_value(&self, slot: u32, bytes: &[u8]) {
        self.put(slot, bytes.get(..self.layout.since() as usize).unwrap_or_default());
    }

    fn put(&self, slot: u32, bytes: &[u8]) {
        for (word, chunk) in (self.entry_word(slot, 0)..).zip(bytes.chunks_exact(8)) {
            self.entries.store(word, chunk.first_chunk().map_or(0, |bytes| u64::from_ne_bytes(*bytes)));
        }
    }

    /// Ends an entry with a version.
    pub(super) fn set_until(&self, slot: u32, until: u64) {
        self.entries.store(self.entry_word(slot, self.layout.until()), until);
    }

    /// Makes an entry free that no packet can look at.
    pub(super) fn free_entry(&self, slot: u32) {
        self.set_until(slot, 0);
        self.entries.store(self.entry_word(slot, self.layout.since()), 0);
    }

    /// Gives an entry another rank, which packets do not read.
    pub(super) fn set_rank(&self, slot: u32, rank: Rank) {
        self.entries.store(self.entry_word(slot, self.layout.since()) - 1, rank.0);
    }

    fn finder_word(&self, finder: u32, word: u64) -> u64 {
        u64::from(finder) * self.layout.finder_words() + word
    }

    /// The entry of a position, and the one before it; 0 if there is none.
    pub(super) fn position(&self, finder: u32, position: u32) -> (u32, u32) {
        let word = self.layout.position_word(position);
        Layout::decode_position(self.finders.load(self.finder_word(finder, word)))
    }

    pub(super) fn set_position(&self, finder: u32, position: u32, (slot, before): (u32, u32)) {
        let word = self.layout.position_word(position);
        self.finders.store(self.finder_word(finder, word), Layout::encode_position(slot, before));
    }

    /// Sets a position's bits in the rows of all keys that take these bytes.
    pub(super) fn set_bits(&self, finder: u32, position: u32, bytes: &[Byte]) {
        self.each_row(bytes, |chunk, byte| {
            let word = self.finder_word(finder, self.layout.row_word(chunk, byte, position));
            self.finders.store(word, self.finders.load(word) | Layout::bit(position));
            if let Some((word, bit)) = self.layout.summary_word(chunk, byte, position) {
                let word = self.finder_word(finder, word);
                self.finders.store(word, self.finders.load(word) | bit);
            }
        });
    }

    /// Takes a position's bits out of those rows.
    pub(super) fn clear_bits(&self, finder: u32, position: u32, bytes: &[Byte]) {
        self.each_row(bytes, |chunk, byte| {
            let word = self.finder_word(finder, self.layout.row_word(chunk, byte, position));
            let left = self.finders.load(word) & !Layout::bit(position);
            self.finders.store(word, left);
            if let Some((word, bit)) = self.layout.summary_word(chunk, byte, position)
                && left == 0
            {
                let word = self.finder_word(finder, word);
                self.finders.store(word, self.finders.load(word) & !bit);
            }
        });
    }

    fn each_row(&self, bytes: &[Byte], mut each: impl FnMut(usize, u8)) {
        for (chunk, wanted) in bytes.iter().enumerate() {
            for byte in (0..ROWS as u16).filter_map(|byte| u8::try_from(byte).ok()) {
                if wanted.takes(byte) {
                    each(chunk, byte);
                }
            }
        }
    }

    /// Empties a finder that no packet uses.
    pub(super) fn clear_finder(&self, finder: u32) {
        for word in u64::from(HEAD)..self.layout.finder_words() {
            self.finders.store(self.finder_word(finder, word), 0);
        }
    }
}
