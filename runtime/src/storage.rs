//! How a table's entries are stored. In, entries in P4's terms; out, the same in whatever the data plane looks them up in. Nothing
//! outside this module may assume a kernel map: other layouts take their place behind [`Storage`].

mod array;
mod direct;
mod keyed;
pub(crate) mod record;

use crate::error::{Error, KernelError};
use crate::program::Program;
use num_bigint::BigUint;
use p4xdp_control::manifest::{Storage as Layout, Table};

/// What an entry demands of a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyMatch {
    /// It is the value.
    Exact(BigUint),
    /// Its highest bits are the value's; the value's other bits are ignored.
    Prefix(BigUint, u32),
    /// It agrees with the value where the mask has ones.
    Masked(BigUint, BigUint),
    /// It lies between, both included.
    Range(BigUint, BigUint),
    /// Nothing.
    Any,
}

/// An action with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Position in the table's actions.
    pub action: usize,
    /// One bit pattern a parameter.
    pub args: Vec<BigUint>,
}

/// What a counter counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Packets, or plain counts.
    pub packets: u64,
    /// Bytes.
    pub bytes: u64,
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// One a key of the table.
    pub keys: Vec<KeyMatch>,
    /// What it runs.
    pub call: Call,
    /// Larger wins; 0 where the match kinds leave no choice.
    pub priority: u32,
    /// Of the table's direct counter; new entries start at what is given here.
    pub count: Count,
}

/// Why a storage does not do what it was told.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// No room.
    #[error("full")]
    Full,
    /// Insert of keys that are there.
    #[error("there is such an entry")]
    Duplicate,
    /// Modify or delete of keys that are not there.
    #[error("there is no such entry")]
    Missing,
    /// Bytes that no entry of ours has.
    #[error("an entry has action number {0}, which the table has not")]
    Corrupt(BigUint),
    /// The kernel refuses.
    #[error(transparent)]
    Kernel(#[from] KernelError),
}

/// The entries of one table. Keys and calls were checked against the table before.
pub trait Storage {
    /// Adds an entry.
    ///
    /// # Errors
    /// [`StorageError::Duplicate`] or [`StorageError::Full`].
    fn insert(&self, entry: &Entry) -> Result<(), StorageError>;

    /// Gives an entry another action; its direct counter stays.
    ///
    /// # Errors
    /// [`StorageError::Missing`].
    fn modify(&self, entry: &Entry) -> Result<(), StorageError>;

    /// Removes an entry.
    ///
    /// # Errors
    /// [`StorageError::Missing`].
    fn delete(&self, entry: &Entry) -> Result<(), StorageError>;

    /// Finds the entry with these keys, not one that matches them.
    ///
    /// # Errors
    /// When the kernel refuses.
    fn get(&self, keys: &[KeyMatch]) -> Result<Option<Entry>, StorageError>;

    /// All entries, in no order.
    ///
    /// # Errors
    /// When the kernel refuses.
    fn entries(&self) -> Result<Vec<Entry>, StorageError>;

    /// Sets the direct counter of an entry.
    ///
    /// # Errors
    /// [`StorageError::Missing`].
    fn set_count(&self, keys: &[KeyMatch], count: Count) -> Result<(), StorageError>;

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

    /// Removes all; how many.
    ///
    /// # Errors
    /// When the kernel refuses.
    fn clear(&self) -> Result<u64, StorageError> {
        let entries = self.entries()?;
        for entry in &entries {
            match self.delete(entry) {
                Ok(()) | Err(StorageError::Missing) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(entries.len() as u64)
    }
}

/// Opens the storage of a table; `None` for one without run-time entries.
///
/// # Errors
/// When the program has not the map that its manifest names.
pub fn open<'p>(program: &'p Program, table: &'p Table) -> Result<Option<Box<dyn Storage + 'p>>, Error> {
    let Some(layout) = &table.storage else { return Ok(None) };
    let storage: Box<dyn Storage + 'p> = match layout {
        Layout::Hash { map, key_size, action, .. } => {
            Box::new(keyed::Keyed::hash(program.map(map)?, table, *key_size, action))
        }
        Layout::LpmTrie { map, key_size, action, .. } => {
            Box::new(keyed::Keyed::trie(program.map(map)?, table, *key_size, action))
        }
        Layout::Array { map, action, .. } => Box::new(array::Array::new(program.map(map)?, table, action)),
    };
    Ok(Some(storage))
}
