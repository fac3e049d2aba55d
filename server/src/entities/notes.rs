//! What controllers say of entities that programs have no room for, such as the metadata of entries: in, an entity's key and a part of its message; out, that part
//! again, as long as the entity is there.
//!
//! Notes are in memory, and beside it in a map that the kernel keeps with the program: a server that starts anew reads it once.

use crate::problem::Problem;
use p4xdp_p4runtime::Message;
use p4xdp_p4runtime::p4::v1 as proto;
use p4xdp_runtime::Program;
use p4xdp_runtime::kept::KeptPairs;
use proto::entity::Entity;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes that a note has at most.
const MOST: usize = 240;
/// Notes of a program, beyond which no update may make one.
const ROOM: u32 = 1 << 18;
/// Those that the updates of one batch can make beyond.
const MORE: u32 = 1 << 17;
/// Under this name they are left with the program.
const NAME: &str = "p4rt_notes";
/// Bytes of a key.
const KEY: usize = 16;

/// What stands for an entity's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key([u8; KEY]);

impl Key {
    /// Of a message that has its key alone.
    pub(super) fn of(entity: Entity) -> Key {
        let message = proto::Entity { entity: Some(entity) };
        let digest = Sha256::digest(message.encode_to_vec());
        let mut key = [0; KEY];
        key.iter_mut().zip(digest).for_each(|(key, byte)| *key = byte);
        Key(key)
    }
}

/// What is to be noted of an entity; nothing to forget it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    key: Key,
    bytes: Vec<u8>,
}

impl Note {
    /// A part of an entity's message; of one in which nothing is said, nothing is noted.
    ///
    /// # Errors
    /// When it is too long, or there are too many.
    pub(super) fn new<M: Message>(
        notes: &Notes,
        key: Key,
        part: &M,
        of: &dyn Fn() -> String,
    ) -> Result<Note, Problem> {
        let bytes = part.encode_to_vec();
        if !bytes.is_empty() && notes.len() >= ROOM as usize && !notes.has(&key) {
            let message = format!("{}: the server keeps metadata and the like of {ROOM} entities", of());
            return Err(Problem::exhausted(message));
        }
        if bytes.len() > MOST {
            let size = bytes.len();
            let message =
                format!("{}: metadata and the like take {size} bytes; the server keeps {MOST}", of());
            return Err(Problem::exhausted(message));
        }
        Ok(Note { key, bytes })
    }

    /// That the entity is gone.
    pub(super) fn nothing(key: Key) -> Note {
        Note { key, bytes: Vec::new() }
    }
}

/// The notes of a program.
#[derive(Debug, Default)]
pub struct Notes {
    known: Mutex<Known>,
    /// There are some.
    any: AtomicBool,
    program: Option<Arc<Program>>,
}

#[derive(Debug, Default)]
struct Known {
    notes: BTreeMap<Key, Vec<u8>>,
    kept: Option<KeptPairs>,
}

impl Notes {
    /// No notes, and none that outlive this value.
    #[must_use]
    pub fn new() -> Notes {
        Notes::default()
    }

    /// Those that are left with a program.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn of(program: Arc<Program>) -> Result<Notes, p4xdp_runtime::Error> {
        let kept = program.kept_pairs(NAME)?;
        let pairs = kept.as_ref().map_or_else(|| Ok(Vec::new()), KeptPairs::all)?;
        let key = |bytes: Vec<u8>| bytes.first_chunk().map(|bytes| Key(*bytes));
        let notes: BTreeMap<Key, Vec<u8>> =
            pairs.into_iter().filter_map(|(bytes, note)| Some((key(bytes)?, note))).collect();
        let any = AtomicBool::new(!notes.is_empty());
        Ok(Notes { known: Mutex::new(Known { notes, kept }), any, program: Some(program) })
    }

    /// Takes over what was noted of another program, whose entities this one has.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn take_over(&self, other: &Notes) -> Result<(), p4xdp_runtime::Error> {
        let notes = other.known().notes.clone();
        notes.into_iter().try_for_each(|(key, bytes)| self.put(key, bytes))
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // A note is there or is not, whatever a thread died of.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// There are none.
    pub(super) fn is_empty(&self) -> bool {
        !self.any.load(Ordering::Relaxed)
    }

    fn len(&self) -> usize {
        if self.is_empty() { 0 } else { self.known().notes.len() }
    }

    /// There is one.
    pub(super) fn has(&self, key: &Key) -> bool {
        !self.is_empty() && self.known().notes.contains_key(key)
    }

    /// A note, if there is one.
    pub(super) fn get<M: Message + Default>(&self, key: &Key) -> Option<M> {
        if self.is_empty() {
            return None;
        }
        let known = self.known();
        M::decode(known.notes.get(key)?.as_slice()).ok()
    }

    /// Makes notes.
    ///
    /// # Errors
    /// When there is no room for another one, or the kernel refuses.
    pub(super) fn make(&self, notes: Vec<Note>) -> Result<(), Problem> {
        Ok(notes.into_iter().try_for_each(|note| self.put(note.key, note.bytes))?)
    }

    fn put(&self, key: Key, bytes: Vec<u8>) -> Result<(), p4xdp_runtime::Error> {
        let mut known = self.known();
        let Known { notes, kept } = &mut *known;
        if notes.get(&key).map_or(&[][..], Vec::as_slice) == bytes {
            return Ok(());
        }
        if kept.is_none()
            && let Some(program) = &self.program
        {
            let size = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
            *kept = Some(program.keep_pairs(NAME, size(KEY), size(MOST), ROOM + MORE)?);
        }
        if bytes.is_empty() {
            kept.as_ref().map_or(Ok(()), |kept| kept.remove(&key.0))?;
            notes.remove(&key);
        } else {
            kept.as_ref().map_or(Ok(()), |kept| kept.put(&key.0, &bytes))?;
            notes.insert(key, bytes);
        }
        self.any.store(!notes.is_empty(), Ordering::Relaxed);
        Ok(())
    }
}
