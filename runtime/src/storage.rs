//! How a table's entries are stored. In, sets of changes in P4's terms; out, the maps changed, or which change could not be made and why.
//!
//! One file a strategy; what the bytes mean is [`p4xdp_control::storage`]'s. Nothing outside this module may assume a kernel map: other
//! layouts take their place behind [`Storage`]. A set of changes is made under the writer's lock of the network namespace
//! ([`crate::lock::writer`]): a strategy may read, compute and write back without losing what another process writes.

pub(crate) mod direct;
pub(crate) mod idle;
mod map;

use crate::error::{Error, KernelError};
use crate::lock;
use crate::program::Program;
use map::EntryMap;
use num_bigint::BigUint;
pub use p4xdp_control::entry::{ActionCall, Count, Entry, Idle, KeyMatch, Other, Target};
use p4xdp_control::manifest::Table;
use p4xdp_control::storage::{DecodeError, Storage as Kind};

/// One change of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Adds an entry.
    Insert(Entry),
    /// Gives the entry with these keys and priority another action; what hangs on it (direct counters and meters) stays. If it says how
    /// long the entry may be idle, that counts from now on.
    Modify(Entry),
    /// Removes the entry with these keys and priority.
    Delete(Vec<KeyMatch>, Option<u32>),
}

impl Change {
    /// Keys of the entry that it is about.
    #[must_use]
    pub fn keys(&self) -> &[KeyMatch] {
        match self {
            Change::Insert(entry) | Change::Modify(entry) => &entry.keys,
            Change::Delete(keys, _) => keys,
        }
    }
}

/// Why a storage does not do what it was told.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// No room.
    #[error("full")]
    Full,
    /// What the storage bounds beside the number of entries: what there are too many of, and how many there may be.
    #[error("it holds {most} {what}")]
    TooMany {
        /// `distinct masks`
        what: &'static str,
        /// That many.
        most: u64,
    },
    /// Insert of keys that are there.
    #[error("there is such an entry")]
    Duplicate,
    /// Modify or delete of keys that are not there.
    #[error("there is no such entry")]
    Missing,
    /// Changes that packets would see one after another.
    #[error("not in one step: {0}")]
    Steps(&'static str),
    /// Bytes that no entry of ours has.
    #[error("an entry has action number {0}, which the table has not")]
    Corrupt(BigUint),
    /// The kernel refuses.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// What hangs on the entry cannot be read or written.
    #[error(transparent)]
    Cells(Error),
}

impl From<DecodeError> for StorageError {
    fn from(error: DecodeError) -> StorageError {
        match error {
            DecodeError::Action(number) => StorageError::Corrupt(number),
            // The layout was held against the maps.
            DecodeError::Short(_) => {
                KernelError::new("read an entry", std::io::Error::other(error.to_string())).into()
            }
        }
    }
}

/// How far a table has been read; at its beginning by default.
#[derive(Clone, Debug, Default)]
pub struct Cursor {
    /// What the kernel calls it; empty at the beginning.
    position: Vec<u8>,
    one_by_one: bool,
    is_over: bool,
}

impl Cursor {
    pub(crate) fn at_the_end() -> Cursor {
        Cursor { is_over: true, ..Cursor::default() }
    }

    /// There is nothing behind it.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.is_over
    }
}

/// A change that was not made, and those behind it: their number in the set.
#[derive(Debug)]
pub struct Refused {
    /// Changes in front of it, which were made.
    pub made: usize,
    /// Why.
    pub error: StorageError,
}

/// The entries of one table. Keys and calls were checked against the table before, and changes come one set at a time. Threads may share
/// it: whoever changes it holds the lock.
pub trait Storage: Send + Sync {
    /// Makes changes in order, up to the first that cannot be made. Whoever calls holds the writer's lock, which is passed to show it.
    ///
    /// # Errors
    /// That one.
    fn apply(&self, changes: &[&Change], writer: &lock::Lock) -> Result<(), Refused>;

    /// The same in one step: packets see all of the changes or none, and where one cannot be made, none is.
    ///
    /// # Errors
    /// That one; or that they cannot be had in one step.
    fn apply_at_once(&self, changes: &[&Change], writer: &lock::Lock) -> Result<(), Refused> {
        match changes {
            [] | [_] => self.apply(changes, writer),
            _ => Err(Refused { made: 0, error: StorageError::Steps("its entries change one by one") }),
        }
    }

    /// Finds the entry with these keys and priority, not one that matches them; without a priority, in a table that has priorities, one of
    /// those with these keys.
    ///
    /// # Errors
    /// When the kernel refuses.
    fn get(&self, keys: &[KeyMatch], priority: Option<u32>) -> Result<Option<Entry>, StorageError>;

    /// As [`Storage::get`] of many entries, all at one time if the storage can.
    ///
    /// # Errors
    /// When the kernel refuses.
    fn get_each(&self, wanted: &[(&[KeyMatch], Option<u32>)]) -> Result<Vec<Option<Entry>>, StorageError> {
        wanted.iter().map(|(keys, priority)| self.get(keys, *priority)).collect()
    }

    /// The number of such an entry, by which it has its direct counters and meters.
    ///
    /// # Errors
    /// When the kernel refuses.
    fn number(&self, keys: &[KeyMatch], priority: Option<u32>) -> Result<Option<u32>, StorageError>;

    /// All entries, in no order.
    ///
    /// # Errors
    /// When the kernel refuses.
    fn entries(&self) -> Result<Vec<Entry>, StorageError> {
        let mut cursor = Cursor::default();
        let mut all = Vec::new();
        while !cursor.is_over() {
            all.append(&mut self.chunk(&mut cursor, 4096)?);
        }
        Ok(all)
    }

    /// The entries behind those that the cursor has passed, in no order: about so many, or all of a storage that is read at one time. An entry that
    /// is there all the time comes once at least.
    ///
    /// # Errors
    /// When the kernel refuses.
    fn chunk(&self, cursor: &mut Cursor, most: u32) -> Result<Vec<Entry>, StorageError>;

    /// Entries that it holds at most.
    fn capacity(&self) -> u64;

    /// How many entries there are.
    ///
    /// # Errors
    /// When the kernel refuses.
    fn len(&self) -> Result<u64, StorageError> {
        Ok(self.entries()?.len() as u64)
    }

    /// There are none.
    ///
    /// # Errors
    /// When the kernel refuses.
    fn is_empty(&self) -> Result<bool, StorageError> {
        Ok(self.len()? == 0)
    }
}

/// A storage that is one map and makes changes one by one: what most kernel maps are.
trait OneByOne<'p>: Send + Sync {
    fn map(&self) -> &EntryMap<'p>;

    fn change(&self, change: &Change) -> Result<(), StorageError>;

    /// Packets see the value of an entry as it was or as it is, not half of it.
    fn is_replaced_whole(&self) -> bool {
        true
    }

    /// The value of the entry with this key.
    fn find(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        self.map().lookup(key)
    }

    /// The entry that stands under a key, if the slot has one.
    fn entry(&self, key: &[u8], value: &[u8]) -> Result<Option<Entry>, StorageError> {
        self.map().entry(key, value).map(Some)
    }

    fn count(&self) -> Result<u64, StorageError> {
        Ok(self.map().all_of(|_, _| Ok(Some(())))?.len() as u64)
    }
}

impl<'p, T: OneByOne<'p>> Storage for T {
    fn apply(&self, changes: &[&Change], _: &lock::Lock) -> Result<(), Refused> {
        for (made, change) in changes.iter().enumerate() {
            self.change(change).map_err(|error| Refused { made, error })?;
        }
        Ok(())
    }

    fn apply_at_once(&self, changes: &[&Change], writer: &lock::Lock) -> Result<(), Refused> {
        let refused = |reason| Err(Refused { made: 0, error: StorageError::Steps(reason) });
        match changes {
            [] => Ok(()),
            [_] if self.is_replaced_whole() => self.apply(changes, writer),
            [_] => refused("a value of more than 8 bytes is written in parts"),
            _ => refused("its entries change one by one"),
        }
    }

    fn get(&self, keys: &[KeyMatch], _: Option<u32>) -> Result<Option<Entry>, StorageError> {
        let key = self.map().key(keys);
        self.find(&key)?.map(|value| self.map().entry(&key, &value)).transpose()
    }

    fn number(&self, keys: &[KeyMatch], _: Option<u32>) -> Result<Option<u32>, StorageError> {
        self.find(&self.map().key(keys))?.map(|value| self.map().number(&value)).transpose()
    }

    fn chunk(&self, cursor: &mut Cursor, most: u32) -> Result<Vec<Entry>, StorageError> {
        self.map().chunk_of(cursor, most, |key, value| self.entry(key, value))
    }

    fn capacity(&self) -> u64 {
        self.map().capacity()
    }

    fn len(&self) -> Result<u64, StorageError> {
        self.count()
    }
}

/// A storage as it was opened, or the map that is not there.
type Opened<'p> = Result<Box<dyn Storage + 'p>, Error>;

/// The modules of the strategies, each with a function `open`, and the one place that tells them apart.
macro_rules! registry {
    ($($module:ident: $kind:ident;)*) => {
        $(mod $module;)*

        fn open_as<'p>(kind: &'p Kind, program: &'p Program, map: EntryMap<'p>) -> Opened<'p> {
            match kind {
                $(Kind::$kind(layout) => $module::open(layout, program, map),)*
            }
        }
    };
}

p4xdp_control::strategies!(registry);

/// Opens the storage of a table; `None` for one without run-time entries.
///
/// # Errors
/// When the program has not the maps that its manifest names.
pub fn open<'p>(program: &'p Program, table: Table<'p>) -> Result<Option<Box<dyn Storage + 'p>>, Error> {
    let Some(kind) = &table.layout.storage else { return Ok(None) };
    let map = EntryMap::open(program, table, kind.strategy())?;
    open_as(kind, program, map).map(Some)
}
