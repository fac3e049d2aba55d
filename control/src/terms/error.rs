//! What can be wrong with an entry; each message names the table, key, action or parameter as the P4 program does.

use crate::field::MatchKind;
use crate::value::ValueError;

/// Why text is no entry of a table, or an entry does not suit it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TermError {
    /// No such table, action, key or parameter.
    #[error("there is no {what} `{name}`{}{}", of_text(of.as_ref()), hint(nearest.as_ref(), candidates))]
    Unknown {
        /// `table`, `action`, ..
        what: &'static str,
        /// What was asked for.
        name: String,
        /// Of what it would be.
        of: Option<String>,
        /// All that there are.
        candidates: Vec<String>,
        /// The one that was likely meant.
        nearest: Option<String>,
    },
    /// The end of several names.
    #[error("{what} `{name}` may be any of {}", list(candidates))]
    Ambiguous {
        /// `table`, `action`, ..
        what: &'static str,
        /// What was asked for.
        name: String,
        /// What it may be.
        candidates: Vec<String>,
    },
    /// Too few or too many keys or arguments.
    #[error("{what} has {wanted} {of}{}, {given} given", if *wanted == 1 { "" } else { "s" })]
    Count {
        /// Of what.
        what: String,
        /// `key` or `argument`.
        of: &'static str,
        /// How many there are.
        wanted: usize,
        /// How many were given.
        given: usize,
    },
    /// A key or parameter without value.
    #[error("{of} needs a value for `{name}`")]
    MissingValue {
        /// Table or action.
        of: String,
        /// Key or parameter.
        name: String,
    },
    /// A key or parameter with two values.
    #[error("`{name}` is given twice")]
    Twice {
        /// Key or parameter.
        name: String,
    },
    /// No value.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// Notation of another match kind.
    #[error("`{text}` does not suit key `{key}`, whose match kind is {}", kind_text(*kind))]
    Kind {
        /// What was written.
        text: String,
        /// The key.
        key: String,
        /// Its match kind.
        kind: MatchKind,
    },
    /// More bits than the key has.
    #[error("a prefix of {length} bits is longer than key `{key}`, which has {width}")]
    PrefixLength {
        /// The key.
        key: String,
        /// Its width.
        width: u32,
        /// The prefix's length.
        length: u32,
    },
    /// Ones behind the prefix or outside of the mask.
    #[error("`{text}` has ones that its {what} does not cover; did you mean `{meant}`?")]
    Uncovered {
        /// What was written.
        text: String,
        /// `prefix` or `mask`.
        what: &'static str,
        /// The same without them.
        meant: String,
    },
    /// From more than to.
    #[error("the range `{text}` of key `{key}` is empty")]
    EmptyRange {
        /// The key.
        key: String,
        /// What was written.
        text: String,
    },
    /// An action where the table's entries name members of an action profile.
    #[error("entries of table `{table}` run members of `{profile}`: give {} in place of action `{action}`", if *groups {
        "`member N` or `group N`"
    } else {
        "`member N`"
    })]
    NoMember {
        /// The table.
        table: String,
        /// Its action profile or selector.
        profile: String,
        /// It has groups.
        groups: bool,
        /// The action.
        action: String,
    },
    /// A member that no packet is to meet.
    #[error("the weight of member {member} is 0: leave it out of the group")]
    NoWeight {
        /// The member.
        member: u32,
    },
    /// A watch port where none can be.
    #[error(
        "`{text}`: a watch port belongs to a member of a group (`group insert`), not to a member or group by itself"
    )]
    NoWatchPort {
        /// What was written.
        text: String,
    },
    /// A member whose action is none of the table's.
    #[error(
        "entries of table `{table}` may not run action `{action}`, which member {member} of `{profile}` has"
    )]
    Unlisted {
        /// The table.
        table: String,
        /// Its action profile or selector.
        profile: String,
        /// The member.
        member: u32,
        /// The action.
        action: String,
    },
    /// A member or group where the table has no action profile.
    #[error("table `{table}` has no action profile: give an action in place of {what}")]
    NoProfile {
        /// The table.
        table: String,
        /// `member 3`
        what: String,
    },
    /// A group of an action profile.
    #[error("`{profile}` is an action profile, which has no groups{}", of.as_ref().map_or_else(String::new, |table| {
        format!(": give `member N` for table `{table}`")
    }))]
    NoGroups {
        /// Its name.
        profile: String,
        /// The table whose entry names a group.
        of: Option<String>,
    },
    /// `@tableonly` or `@defaultonly`.
    #[error("action `{action}` is not allowed in {place} of {of}: it is `{mark}`")]
    Misplaced {
        /// The action.
        action: String,
        /// The table, or the action profile.
        of: String,
        /// `entries`, `the default action` or `members`.
        place: &'static str,
        /// `@defaultonly` or `@tableonly`.
        mark: &'static str,
    },
}

fn kind_text(kind: MatchKind) -> &'static str {
    match kind {
        MatchKind::Exact => "exact: give one value",
        MatchKind::Lpm => "lpm: give VALUE/LENGTH",
        MatchKind::Ternary => "ternary: give VALUE&&&MASK",
        MatchKind::Range => "range: give LOW..HIGH",
        MatchKind::Optional => "optional: give one value, or *",
        MatchKind::Selector => "selector: give one value",
    }
}

fn of_text(of: Option<&String>) -> String {
    of.map_or_else(String::new, |of| format!(" in {of}"))
}

fn hint(nearest: Option<&String>, candidates: &[String]) -> String {
    match nearest {
        Some(nearest) => format!("; did you mean `{nearest}`?"),
        None if candidates.is_empty() => "; there is none".into(),
        None if candidates.len() <= 8 => format!("; there is {}", list(candidates)),
        None => String::new(),
    }
}

fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
