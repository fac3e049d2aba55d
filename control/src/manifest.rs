//! The manifest: all that is needed to control a loaded program, as read-only data of the program itself.
//!
//! The back end writes it, the runtime reads it; this module is the contract between them.
//! It travels in the ELF section [`SECTION`], which every libbpf-based loader turns into a read-only map bound to the
//! program, so any process can find it again from a device or a pin.
//!
//! What the runtime needs of the object, beside this section:
//! - A map's kernel name is the first 15 bytes of its C name, and another process finds maps by that: names of maps in the manifest are at
//!   most 15 bytes, or at least differ in their first 15. Data sections are found by the section's full name (`.data.default`), which must
//!   fit as well.
//! - Variables in `.data.*` sections are global, not `static`: then every loader makes the map mmap-able, so that one default action is
//!   replaced without rewriting its neighbours; and no `volatile` is needed, since the compiler cannot know a global's value.
//!   A default action's value is aligned to 8 bytes.
//! - Maps are defined in `.maps` (BTF), are not pinned by their definition, and the license symbol is not called `license`, which
//!   is also the section's name and collides.
//!
//! Encoding: [`MAGIC`], [`VERSION`] as little-endian `u32`, the length of what follows as little-endian `u32`, then JSON.

use serde::{Deserialize, Serialize};

mod encode;
mod ports;
pub mod statistics;
pub use encode::{DecodeError, MAGIC, SECTION, VERSION};
pub use ports::{IN_PROBES, IN_SLOTS, NUMBERED, Ports, SETTINGS, Settings};

/// A program's manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the compiler that made it.
    pub compiler: String,
    /// Base name of the P4 file.
    pub source: String,
    /// Architecture: `xdp_model`, `ebpf_model`, ..
    pub architecture: String,
    /// Name of the BPF program that the device gets.
    pub entry: String,
    /// Oldest kernel that has all that the program uses, e.g. `5.15`.
    pub kernel: String,
    /// Actions; tables name them by position.
    pub actions: Vec<Action>,
    /// Tables in the order of the program.
    pub tables: Vec<Table>,
    /// Externs with state.
    pub externs: Vec<Extern>,
    /// How port numbers and interfaces belong together.
    pub ports: Ports,
    /// Error constants by value.
    pub errors: Vec<String>,
}

/// An action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Full P4 name.
    pub name: String,
    /// Parameters that the control plane fills.
    pub params: Vec<Param>,
    /// Annotations as written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<String>,
}

/// A field of an action's data or of a table's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Param {
    /// P4 name.
    pub name: String,
    /// Bits.
    pub width: u32,
    /// `int<w>`
    #[serde(default)]
    pub signed: bool,
    /// Names of an enum's members by value, if it is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// It is a port: what is copied to the port that a packet leaves by, or from one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub port: bool,
}

/// Where a number stands in a map's key or value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Bytes in front of it.
    pub offset: u32,
    /// Bytes that it takes; the number is right-aligned in them (low bits significant).
    pub size: u32,
    /// How the bytes are ordered.
    pub order: ByteOrder,
}

/// Byte order of a number in a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ByteOrder {
    /// The machine's.
    Host,
    /// Most significant byte first.
    Network,
}

/// Match kinds of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MatchKind {
    /// Equal.
    Exact,
    /// Longest prefix.
    Lpm,
    /// Value and mask.
    Ternary,
    /// Inclusive range.
    Range,
    /// Equal or anything.
    Optional,
    /// Input of an action selector.
    Selector,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Full P4 name.
    pub name: String,
    /// Keys in P4's order.
    pub keys: Vec<Key>,
    /// Actions in P4's order; the position is the number stored in entries.
    pub actions: Vec<TableAction>,
    /// Entries that it holds at most.
    pub size: u64,
    /// How entries are stored; `None` for a table without run-time entries (no key, or `const entries`).
    pub storage: Option<Storage>,
    /// The default action.
    pub default: Default,
    /// Entries that are code; shown by `table dump`, changed by nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub const_entries: Vec<Entry>,
    /// Entries that are put into the storage when the program is loaded by p4xdp.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub initial_entries: Vec<Entry>,
    /// Direct counter in the entry, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direct_counter: Option<DirectCounter>,
    /// Annotations as written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<String>,
}

impl Table {
    /// The number that stands for the first action in entries and in the default action.
    pub fn first_action(&self) -> u32 {
        u32::from(matches!(self.storage, Some(Storage::Array { .. })))
    }
}

/// A key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// What it is.
    #[serde(flatten)]
    pub param: Param,
    /// Match kind.
    pub match_kind: MatchKind,
    /// Where it stands in the storage's key.
    pub place: Place,
}

/// An action of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableAction {
    /// Position in [`Manifest::actions`].
    pub action: usize,
    /// Where each parameter stands in the storage's value (and in the default action's data).
    pub places: Vec<Place>,
    /// Not as default action.
    #[serde(default)]
    pub table_only: bool,
    /// Not in entries.
    #[serde(default)]
    pub default_only: bool,
}

/// How a table's entries are stored. Nothing outside the storage's own module may assume a kernel map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Storage {
    /// `BPF_MAP_TYPE_HASH` (or LRU): key struct to value struct.
    Hash {
        /// Map name.
        map: String,
        /// Bytes of the key; those that belong to no field are zero.
        key_size: u32,
        /// Bytes of the value.
        value_size: u32,
        /// Where the value holds the action's number.
        action: Place,
    },
    /// `BPF_MAP_TYPE_ARRAY`: the key is the index; a slot is used if its action's number is not 0, and the number stored is one more than
    /// the action's.
    Array {
        /// Map name.
        map: String,
        /// Bytes of the value.
        value_size: u32,
        /// Where the value holds the action's number plus one.
        action: Place,
    },
    /// `BPF_MAP_TYPE_LPM_TRIE`: a `u32` prefix length, then the exact keys, then the lpm key, all in network order. The
    /// prefix length of an entry is `exact_bits` plus the length of its lpm key's prefix.
    LpmTrie {
        /// Map name.
        map: String,
        /// Bytes of the key, the length included.
        key_size: u32,
        /// Bytes of the value.
        value_size: u32,
        /// Where the value holds the action's number.
        action: Place,
        /// Bits of the exact keys in front of the prefix, their padding included: the lpm key's place begins at byte `4 + exact_bits / 8`.
        /// A number is right-aligned in its place, so the trie's prefix length is `exact_bits + (8 * size - width) + length`.
        exact_bits: u32,
    },
}

/// A default action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Default {
    /// The action, with its initial arguments.
    pub initial: ActionCall,
    /// It may not be changed.
    pub is_const: bool,
    /// Where it is held at run time; `None` if it is code.
    pub data: Option<DefaultData>,
}

/// Where a default action is held: a range of the one value of an array map (initialised data).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefaultData {
    /// ELF data section, which is also how the map's name ends.
    pub section: String,
    /// Bytes in front of this table's value in the section.
    pub offset: u32,
    /// Bytes of the value; laid out as the storage's value.
    pub size: u32,
    /// Where the value holds the action's number, in the storage's numbering: plus one if the storage is an [`Storage::Array`].
    pub action: Place,
}

/// An action with its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionCall {
    /// Position in the table's actions.
    pub action: usize,
    /// Arguments as hexadecimal numbers (`0x..`).
    pub args: Vec<String>,
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// One a key.
    pub keys: Vec<KeyValue>,
    /// What it runs.
    pub call: ActionCall,
    /// Priority; larger wins, 0 where the match kinds leave no choice.
    #[serde(default)]
    pub priority: u32,
}

/// A key's value in an entry; numbers are hexadecimal (`0x..`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyValue {
    /// Equal to it.
    Exact(String),
    /// A prefix of so many bits.
    Prefix(String, u32),
    /// Value and mask.
    Masked(String, String),
    /// From, to (inclusive).
    Range(String, String),
    /// Anything.
    Any,
}

/// A direct counter: inside the entry's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectCounter {
    /// P4 name.
    pub name: String,
    /// Packets, a `u64`.
    pub packets: Option<Place>,
    /// Bytes, a `u64`.
    pub bytes: Option<Place>,
}

/// An extern with state in a map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extern {
    /// Full P4 name.
    pub name: String,
    /// Extern type as in P4: `CounterArray`, `register`, ..
    pub extern_type: String,
    /// What it is and where.
    #[serde(flatten)]
    pub kind: ExternKind,
}

/// What an extern with state is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ExternKind {
    /// An indexed counter.
    Counter {
        /// Map name.
        map: String,
        /// The map is per CPU: sum over CPUs.
        per_cpu: bool,
        /// The map is a hash by `u32` index rather than an array.
        sparse: bool,
        /// Number of counters.
        size: u32,
        /// First index of this counter in the map (maps are shared).
        base: u32,
        /// Where a slot holds packets (or plain counts).
        packets: Option<Place>,
        /// Where a slot holds bytes.
        bytes: Option<Place>,
        /// Bytes of a slot.
        value_size: u32,
    },
    /// An array of values that stay from packet to packet, one for all CPUs.
    Register {
        /// Map name: an array by `u32` index.
        map: String,
        /// Number of cells.
        size: u32,
        /// What a cell holds.
        value: Param,
        /// Where a slot holds it.
        place: Place,
        /// Bytes of a slot.
        value_size: u32,
    },
    /// Events through a perf buffer or ring buffer.
    Events {
        /// Map name.
        map: String,
        /// Perf event array rather than ring buffer.
        perf: bool,
        /// Fields of an event. The packet follows them, padded by the kernel; a field `length` says how long it is.
        fields: Vec<(Param, Place)>,
    },
}

/// Name of the C variable `const volatile __u32` (in `.rodata`) that a loader sets to 1 before loading if it takes care of
/// [`Table::initial_entries`]. With any other loader it is 0, and the program uses a copy of its own of these entries wherever the
/// storage has none that matches.
pub const ENTRIES_LOADED: &str = "p4xdp_entries_loaded";
