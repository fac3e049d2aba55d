//! What a control plane says to a running program, in P4's terms: names as the program has them, values as numbers.

use num_bigint::BigUint;
use std::fmt;
use std::sync::Arc;

/// What an entry demands of one key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyMatch {
    /// The key is the value.
    Exact(BigUint),
    /// The key's highest `prefix_len` bits are the value's. Bits below the prefix are ignored.
    Lpm {
        /// As wide as the key.
        value: BigUint,
        /// From 0 (everything) to the key's width.
        prefix_len: u32,
    },
    /// The key and the value agree where the mask has ones.
    Ternary {
        /// As wide as the key.
        value: BigUint,
        /// As wide as the key.
        mask: BigUint,
    },
    /// The key lies in `low..=high`, by the order of its type; bounds are bit patterns.
    Range {
        /// Lowest.
        low: BigUint,
        /// Highest.
        high: BigUint,
    },
    /// The key is the value; anything if there is none.
    Optional(Option<BigUint>),
}

impl fmt::Display for KeyMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyMatch::Exact(value) | KeyMatch::Optional(Some(value)) => write!(f, "{value:#x}"),
            KeyMatch::Lpm { value, prefix_len } => write!(f, "{value:#x}/{prefix_len}"),
            KeyMatch::Ternary { value, mask } => write!(f, "{value:#x}&&&{mask:#x}"),
            KeyMatch::Range { low, high } => write!(f, "{low:#x}..{high:#x}"),
            KeyMatch::Optional(None) => f.write_str("*"),
        }
    }
}

/// An action with the values of its control-plane parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionSpec {
    /// Full control-plane name: `ingress.set_port`.
    pub name: Arc<str>,
    /// One bit pattern a parameter, in order; each fits its parameter's width.
    pub args: Vec<BigUint>,
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableEntry {
    /// One a key in the table's order; keys of kind `selector` take no part in the match and have none.
    pub keys: Vec<KeyMatch>,
    /// Larger wins, as in P4Runtime. Tables with a ternary, range or optional key need one; others ignore it.
    pub priority: Option<u32>,
    /// What the entry runs.
    pub action: ActionSpec,
}

/// A counter's cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CounterValue {
    /// Packets. The sum for counters that count neither packets nor bytes (`CounterArray`).
    pub packets: u64,
    /// Bytes.
    pub bytes: u64,
}

/// A node of a multicast group, or of a clone session: copies go out of these ports with this replication id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MulticastNode {
    /// Replication id, seen by egress (`egress_rid`, `instance`).
    pub replication_id: u32,
    /// Ports in order.
    pub ports: Vec<u32>,
}
