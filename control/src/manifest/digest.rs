//! Messages of a program to its control plane: where they lie in a ring buffer, and where it stands how many were lost.

use crate::cells::Cells;
use crate::storage::Place;
use crate::view::Param;
use serde::{Deserialize, Serialize};

/// Messages of one kind. Each is a record of the ring buffer with one structure. A ring buffer has one reader at a time, and what it has read is
/// gone; a message for which there is no room is lost, and counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// Name of the ring buffer.
    pub map: String,
    /// Bytes of the ring buffer; a record takes eight besides its structure.
    pub capacity: u32,
    /// Bytes of the structure.
    pub size: u32,
    /// Where it stands whom the program means the message for, a number of 32 bits; none with architectures that have no such thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiver: Option<Place>,
    /// What a message says, and where.
    pub fields: Vec<(Param, Place)>,
    /// One cell with the number of messages that were lost since the program was loaded. Its map may be shared.
    pub lost: Cells,
}
