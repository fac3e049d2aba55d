//! What a control plane says to a running program, in P4's terms: key matches, action calls, entries, groups and sessions.
//!
//! Numbers are bit patterns of their field's width. What is stored of all this, and how, is [`crate::storage`]'s.

use crate::field::MatchKind;
use crate::value::{ones, prefix_mask};
use num_bigint::BigUint;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What an entry demands of a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyMatch {
    /// It is the value.
    Exact(#[serde(with = "crate::hex")] BigUint),
    /// Its highest bits are the value's; the value's other bits are ignored.
    Prefix(#[serde(with = "crate::hex")] BigUint, u32),
    /// It agrees with the value where the mask has ones.
    Masked(#[serde(with = "crate::hex")] BigUint, #[serde(with = "crate::hex")] BigUint),
    /// It lies between, both included, by the order of its type.
    Range(#[serde(with = "crate::hex")] BigUint, #[serde(with = "crate::hex")] BigUint),
    /// Nothing.
    Any,
}

impl KeyMatch {
    /// The same in the form that keys of this kind have: a value for a prefix is a prefix of all bits, and so on. What has no such form
    /// stays.
    #[must_use]
    pub fn in_form(self, kind: MatchKind, width: u32, signed: bool) -> KeyMatch {
        match (kind, self) {
            (MatchKind::Lpm, KeyMatch::Exact(value)) => KeyMatch::Prefix(value, width),
            (MatchKind::Lpm, KeyMatch::Any) => KeyMatch::Prefix(BigUint::ZERO, 0),
            (MatchKind::Ternary, KeyMatch::Exact(value)) => KeyMatch::Masked(value, ones(width)),
            (MatchKind::Ternary, KeyMatch::Prefix(value, length)) if length <= width => {
                KeyMatch::Masked(value, prefix_mask(width, length))
            }
            (MatchKind::Ternary, KeyMatch::Any) => KeyMatch::Masked(BigUint::ZERO, BigUint::ZERO),
            (MatchKind::Range, KeyMatch::Exact(value)) => KeyMatch::Range(value.clone(), value),
            (MatchKind::Range, KeyMatch::Any) if signed && width > 0 => {
                KeyMatch::Range(BigUint::from(1u8) << (width - 1), ones(width - 1))
            }
            (MatchKind::Range, KeyMatch::Any) => KeyMatch::Range(BigUint::ZERO, ones(width)),
            (
                MatchKind::Exact
                | MatchKind::Lpm
                | MatchKind::Ternary
                | MatchKind::Range
                | MatchKind::Optional
                | MatchKind::Selector,
                same,
            ) => same,
        }
    }

    /// The same without the bits that do not matter.
    #[must_use]
    pub fn cleared(self, width: u32) -> KeyMatch {
        match self {
            KeyMatch::Prefix(value, length) => KeyMatch::Prefix(value & prefix_mask(width, length), length),
            KeyMatch::Masked(value, mask) => KeyMatch::Masked(value & &mask, mask),
            same @ (KeyMatch::Exact(_) | KeyMatch::Range(..) | KeyMatch::Any) => same,
        }
    }
}

impl fmt::Display for KeyMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyMatch::Exact(value) => write!(f, "{value:#x}"),
            KeyMatch::Prefix(value, length) => write!(f, "{value:#x}/{length}"),
            KeyMatch::Masked(value, mask) => write!(f, "{value:#x}&&&{mask:#x}"),
            KeyMatch::Range(low, high) => write!(f, "{low:#x}..{high:#x}"),
            KeyMatch::Any => f.write_str("*"),
        }
    }
}

/// An action with its arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionCall {
    /// Position in the table's actions.
    pub action: usize,
    /// One bit pattern a parameter.
    #[serde(with = "crate::hex::list", default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<BigUint>,
}

/// What an entry runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// An action of the table.
    #[serde(rename = "call")]
    Action(ActionCall),
    /// A member of the table's action profile.
    Member(u32),
    /// A group of the table's action selector.
    Group(u32),
}

impl Target {
    /// The action, if it is one of the table.
    #[must_use]
    pub fn call(&self) -> Option<&ActionCall> {
        match self {
            Target::Action(call) => Some(call),
            Target::Member(_) | Target::Group(_) => None,
        }
    }
}

impl From<ActionCall> for Target {
    fn from(call: ActionCall) -> Target {
        Target::Action(call)
    }
}

/// What a counter counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Packets, or plain counts.
    pub packets: u64,
    /// Bytes.
    pub bytes: u64,
}

impl Count {
    /// Nothing was counted.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        *self == Count::default()
    }

    /// Both sums.
    #[must_use]
    pub fn plus(self, other: Count) -> Count {
        Count {
            packets: self.packets.wrapping_add(other.packets),
            bytes: self.bytes.wrapping_add(other.bytes),
        }
    }

    /// What is to be added to the other to make this.
    #[must_use]
    pub fn minus(self, other: Count) -> Count {
        Count {
            packets: self.packets.wrapping_sub(other.packets),
            bytes: self.bytes.wrapping_sub(other.bytes),
        }
    }
}

/// How long an entry is used by no packet, and how long it may be, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idle {
    /// After so long without a match the control plane is told. None: it is never told; in a change of an entry: as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
    /// So long ago was the last match, or the entry was added. A new entry may begin with it.
    #[serde(default)]
    pub unused: u64,
}

impl Idle {
    /// Nobody has said or seen anything.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Idle::default()
    }

    /// The control plane is to be told.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.timeout.is_some_and(|timeout| self.unused >= timeout)
    }
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// One a key that takes part in the match, in the table's order; keys of kind `selector` have none.
    pub keys: Vec<KeyMatch>,
    /// What it runs.
    #[serde(flatten)]
    pub target: Target,
    /// Larger wins, as in P4Runtime; `None` where the match kinds leave no choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u32>,
    /// Of the table's direct counter, the first one; new entries start at what is given here.
    #[serde(default, skip_serializing_if = "Count::is_zero")]
    pub count: Count,
    /// Rates of the table's direct meter, the first one: one number a field of its cells, see [`crate::manifest::Cells::fields`]; none: it has no rates.
    #[serde(with = "crate::hex::list", default, skip_serializing_if = "Vec::is_empty")]
    pub rates: Vec<BigUint>,
    /// What it has in further direct counters and meters of the table; of one that is not named here, what new entries have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Other>,
    /// Of a table whose entries may be idle.
    #[serde(default, skip_serializing_if = "Idle::is_nothing")]
    pub idle: Idle,
}

/// What an entry has in a direct counter or meter behind the first one of its kind, which [`Entry::count`] and [`Entry::rates`] are of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Other {
    /// Full name of the extern.
    pub name: String,
    /// One number a field of its cells.
    #[serde(with = "crate::hex::list")]
    pub numbers: Vec<BigUint>,
}

impl Entry {
    /// An entry that has counted nothing, has no rates and may be idle for ever.
    #[must_use]
    pub fn new(keys: Vec<KeyMatch>, priority: Option<u32>, target: impl Into<Target>) -> Entry {
        Entry {
            keys,
            target: target.into(),
            priority,
            count: Count::default(),
            rates: Vec::new(),
            others: Vec::new(),
            idle: Idle::default(),
        }
    }
}

/// A place of a group of an action selector. One with a weight has as many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupMember {
    /// The member's number.
    pub member: u32,
    /// It is chosen only while this port is up.
    pub watch_port: Option<u32>,
}

impl From<u32> for GroupMember {
    fn from(member: u32) -> GroupMember {
        GroupMember { member, watch_port: None }
    }
}

/// A node of a multicast group, or of a clone session: copies go out of these ports with this replication id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MulticastNode {
    /// Replication id, seen by egress (`egress_rid`, `instance`).
    pub replication_id: u32,
    /// Ports in order.
    pub ports: Vec<u32>,
}

/// Where the copies of a clone session go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mirror {
    /// To one port.
    Port(u32),
    /// To a multicast group.
    Group(u32),
}

/// A clone session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Where its copies go.
    pub target: Mirror,
    /// The class of service that they have.
    pub class_of_service: u32,
    /// They are cut to this many bytes.
    pub truncate: Option<u32>,
}
