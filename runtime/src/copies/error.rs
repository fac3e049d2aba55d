//! What can be wrong with groups and sessions.

use crate::error::Trouble;

/// Why a group or session is not what it was asked to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CopyError {
    /// The program has neither groups nor sessions.
    #[error("the program sends no copies of packets: it has neither multicast groups nor clone sessions")]
    NoCopies,
    /// A number that stands for none.
    #[error("{number} is no {what}: it stands for none")]
    NoNumber {
        /// `multicast group`, `clone session`
        what: &'static str,
        /// The number.
        number: u32,
    },
    /// Insert of what is there.
    #[error("{what} {number} is there already; modify it instead")]
    Duplicate {
        /// `multicast group`, `clone session`
        what: &'static str,
        /// Its number.
        number: u32,
    },
    /// There is none of this number.
    #[error("there is no {what} {number}{}", by.map_or_else(String::new, |session| format!(", to which clone session {session} goes")))]
    Missing {
        /// `multicast group`, `clone session`
        what: &'static str,
        /// The number.
        number: u32,
        /// The session that names it.
        by: Option<u32>,
    },
    /// Delete of a group that a session names.
    #[error("multicast group {group} is in use: clone session {session} goes to it")]
    InUse {
        /// The group.
        group: u32,
        /// The session.
        session: u32,
    },
    /// More copies of one packet than fit.
    #[error("a packet to {of} would leave {copies} times; {most} times is the most")]
    TooMany {
        /// `multicast group 7 and clone session 5`
        of: String,
        /// So many copies.
        copies: usize,
        /// So many there can be.
        most: u32,
    },
    /// The maps have no room for it.
    #[error(
        "groups, sessions and ports together need {needed} {what}, those in use until then included; the program has room for {room}"
    )]
    Full {
        /// `sets of copies`, `roles of copies`
        what: &'static str,
        /// So many are needed.
        needed: usize,
        /// So many there can be.
        room: u32,
    },
    /// A device index means another device elsewhere.
    #[error(
        "the program runs on no device of this network namespace: groups and sessions are changed in the one where its devices are"
    )]
    NotHere,
}

impl Trouble for CopyError {
    fn is_environment(&self) -> bool {
        match self {
            CopyError::NotHere => true,
            CopyError::NoCopies
            | CopyError::NoNumber { .. }
            | CopyError::Duplicate { .. }
            | CopyError::Missing { .. }
            | CopyError::InUse { .. }
            | CopyError::TooMany { .. }
            | CopyError::Full { .. } => false,
        }
    }
}
