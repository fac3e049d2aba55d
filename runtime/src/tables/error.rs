//! What can be wrong with a table's entry; each message names the table, value set, key, action or parameter as the P4 program does.

use crate::error::{Error, Trouble};
use p4xdp_control::terms::TermError;

/// Why a table does not do what it was told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Names, notations or numbers that do not suit.
    #[error(transparent)]
    Term(#[from] TermError),
    /// Entries or default action that nobody can change.
    #[error("{table} cannot be changed: {reason}")]
    Constant {
        /// The table or value set, and that it is one.
        table: String,
        /// Why not.
        reason: &'static str,
    },
    /// No room.
    #[error("{table} is full: it holds {size} entries")]
    Full {
        /// The table or value set, and that it is one.
        table: String,
        /// Its size.
        size: u64,
    },
    /// An entry without a priority where several can match.
    #[error("{table}: its entries need a priority")]
    NoPriority {
        /// The table or value set, and that it is one.
        table: String,
    },
    /// No room for an entry, though there is for others.
    #[error("{table} has no room for {keys}: it holds {most} {what}")]
    TooMany {
        /// The table or value set, and that it is one.
        table: String,
        /// The entry's keys.
        keys: String,
        /// What there are too many of: `distinct masks`.
        what: &'static str,
        /// That many.
        most: u64,
    },
    /// Insert of what is there.
    #[error("{table} has an entry for {keys}; modify it instead")]
    Duplicate {
        /// The table or value set, and that it is one.
        table: String,
        /// The entry's keys.
        keys: String,
    },
    /// Insert of an element that is there.
    #[error("{table} has this element already: {keys}")]
    Element {
        /// The value set, and that it is one.
        table: String,
        /// The element's keys.
        keys: String,
    },
    /// Modify or delete of what is not there.
    #[error("{table} has no entry for {keys}")]
    Missing {
        /// The table or value set, and that it is one.
        table: String,
        /// The entry's keys.
        keys: String,
    },
    /// Changes that packets would see one after another.
    #[error("{table} cannot make these changes in one step: {reason}")]
    Steps {
        /// The table or value set, and that it is one.
        table: String,
        /// Why not.
        reason: &'static str,
    },
    /// The table has no direct counter, or meter.
    #[error("{table} has no direct {what}")]
    NoDirect {
        /// The table or value set, and that it is one.
        table: String,
        /// `counter` or `meter`.
        what: &'static str,
    },
    /// A timeout where the program does not ask for any.
    #[error(
        "{table} keeps no time of its entries: it has no idle timeout (`support_timeout = true`, `psa_idle_timeout`)"
    )]
    NoIdle {
        /// The table or value set, and that it is one.
        table: String,
    },
    /// A map that somebody else wrote to.
    #[error("an entry of {table} has action number {number}, which the program does not know")]
    Corrupt {
        /// The table or value set, and that it is one.
        table: String,
        /// The number.
        number: String,
    },
}

impl Trouble for TableError {
    fn is_environment(&self) -> bool {
        false
    }
}

impl From<TermError> for Error {
    fn from(error: TermError) -> Error {
        TableError::from(error).into()
    }
}
