//! What can be wrong with members and groups.

use crate::error::Trouble;

/// Why a profile does not do what it was told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// There is no such member or group.
    #[error("`{profile}` has no {what}{}", by.as_ref().map_or_else(String::new, |by| format!(", which {by} names")))]
    Missing {
        /// The profile.
        profile: String,
        /// `member 3`, `group 7`
        what: String,
        /// What names it.
        by: Option<String>,
    },
    /// Insert of what is there.
    #[error("`{profile}` has {what} already; modify it instead")]
    Duplicate {
        /// The profile.
        profile: String,
        /// `member 3`, `group 7`
        what: String,
    },
    /// No room.
    #[error("`{profile}` is full: it holds {size} {what}")]
    Full {
        /// The profile.
        profile: String,
        /// `members` or `groups`
        what: &'static str,
        /// So many.
        size: u32,
    },
    /// More members than a group has room for.
    #[error("group {group} of `{profile}` has {members} members; a group holds {most}")]
    Large {
        /// The profile.
        profile: String,
        /// The group.
        group: u32,
        /// So many were given.
        members: usize,
        /// So many it holds.
        most: u32,
    },
    /// Delete of what something names.
    #[error("{what} of `{profile}` is in use: {by} names it")]
    InUse {
        /// The profile.
        profile: String,
        /// `member 3`, `group 7`
        what: String,
        /// `group 7`, `` an entry of table `t` (key=3) ``
        by: String,
    },
    /// A port that a member of a group cannot watch.
    #[error("watch port {port} of member {member} of `{profile}`: {reason}")]
    WatchPort {
        /// The profile.
        profile: String,
        /// The member.
        member: u32,
        /// The port.
        port: u32,
        /// What is wrong with it.
        reason: String,
    },
    /// A watch port where there is no map for it.
    #[error(
        "members of `{profile}` can have no watch ports, since p4xdp has not loaded the program: `p4xdp load` makes the map for them"
    )]
    NoWatchPorts {
        /// The profile.
        profile: String,
    },
    /// Bytes that are no member or group of ours.
    #[error("{what} of `{profile}` is not what p4xdp writes")]
    Corrupt {
        /// The profile.
        profile: String,
        /// `member 3`, `group 7`
        what: String,
    },
}

impl Trouble for ProfileError {
    fn is_environment(&self) -> bool {
        false
    }
}
