//! Why changes of a transaction were not made.

use crate::error::{Error, Trouble};

/// Why a change was not made, or was undone. Positions are those in the list of changes.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It cannot be made.
    #[error(transparent)]
    Refused(Error),
    /// It was made and undone, because another one cannot be made.
    #[error("undone, as change {at} cannot be made")]
    Undone {
        /// Position of that one.
        at: usize,
    },
    /// It was not tried, because another one cannot be made.
    #[error("not tried, as change {at} cannot be made")]
    NotTried {
        /// Position of that one.
        at: usize,
    },
    /// It was made, and stays, because it cannot be undone.
    #[error("made, though change {at} cannot be: it cannot be undone: {error}")]
    NotUndone {
        /// Position of that one.
        at: usize,
        /// Why not.
        error: Error,
    },
}

/// What is wrong with a list of changes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransactionError {
    /// An object that the program has not.
    #[error("the program has {most} {what}, so none has position {position}")]
    NoObject {
        /// `tables`, ..
        what: &'static str,
        /// What was asked for.
        position: usize,
        /// How many there are.
        most: usize,
    },
    /// Changes that packets would see one after another.
    #[error("change {at} cannot be made in one step for packets: {reason}")]
    Steps {
        /// Position of the first one that is too much.
        at: usize,
        /// Why not.
        reason: &'static str,
    },
    /// It was to be made together with one in front of it, which says more.
    #[error("{0}")]
    Behind(String),
}

impl Trouble for TransactionError {
    fn is_environment(&self) -> bool {
        false
    }
}
