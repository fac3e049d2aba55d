//! What externs ask of the architecture while a block runs; the architecture answers when the block is done.

use super::value::Value;
use num_bigint::BigUint;
use std::collections::BTreeMap;

/// Which metadata a packet that goes round again, or its copy, keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Preserve {
    /// None.
    #[default]
    Nothing,
    /// The fields with `@field_list(id)`.
    List(u64),
}

/// Where a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forward {
    /// Nowhere.
    Drop,
    /// Out of a port.
    Port(u32),
    /// Round again.
    Recirculate,
}

/// The requests of one packet.
#[derive(Clone, Debug, Default)]
pub struct Requests {
    /// v1model: resubmit the packet as it came.
    pub resubmit: Option<Preserve>,
    /// v1model: recirculate the packet as it leaves.
    pub recirculate: Option<Preserve>,
    /// v1model: copies, by session; ingress or egress follows from where they were asked for.
    pub clone: Option<(u32, Preserve)>,
    /// The packet is cut to this many bytes.
    pub truncate: Option<u32>,
    /// v1model: a `verify_checksum` failed.
    pub checksum_error: bool,
    /// ubpf_model: the last of `mark_to_drop` (true) and `mark_to_pass`.
    pub drop: Option<bool>,
    /// pna: the last call that said where the packet goes.
    pub forward: Option<Forward>,
    /// pna: sessions of copies, by slot.
    pub mirrors: BTreeMap<u128, u32>,
}

/// A message to the control plane: `digest`, `Digest.pack`, `BPF_PERF_EVENT_OUTPUT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// Type or instance name.
    pub name: String,
    /// The fields' names and values.
    pub fields: Vec<(String, BigUint)>,
}

impl Digest {
    /// A digest of named values.
    pub fn new(name: impl Into<String>, fields: Vec<(String, Value)>) -> Digest {
        Digest {
            name: name.into(),
            fields: fields.into_iter().map(|(name, value)| (name, value.to_big())).collect(),
        }
    }
}
