//! The manifest: all that is needed to control a loaded program, as read-only data of the program itself: the control plane's view of it, and
//! where everything in that view lies.
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

pub use crate::cells::{self, CellKind, Cells};
use crate::kernel::Kernel;
use crate::storage::Place;
pub use crate::storage::{
    DefaultData, Direct, DirectExtern, FreeNumbers, IdleCells, Profile, Table, TableLayout,
};
use crate::view::{Param, View};
use serde::{Deserialize, Serialize};

pub mod copies;
mod digest;
mod encode;
pub mod losses;
pub mod metadata;
mod ports;
pub mod statistics;
pub use copies::Copies;
pub use digest::Digest;
pub use encode::{DecodeError, MAGIC, SECTION, VERSION};
pub use ports::{
    IN_PROBES, IN_SLOTS, NUMBERED, PACKET_IN_HEADER, PACKET_OUT_INDEX, Ports, SETTINGS, Settings,
};

/// A program's manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the compiler that made it.
    pub compiler: String,
    /// Base name of the P4 file.
    pub source: String,
    /// Name of the BPF program that the device gets, one of [`Manifest::programs`].
    pub entry: String,
    /// All BPF programs of the object.
    pub programs: Vec<BpfProgram>,
    /// Its programs take packets in fragments (`xdp.frags`), such as jumbo frames.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub frags: bool,
    /// What the program asks the receiving device of packets, by the names of P4's functions; see [`metadata`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metadata: Vec<String>,
    /// Oldest kernel that has all that the program uses, e.g. `5.15`.
    pub kernel: Kernel,
    /// What control planes see.
    pub view: View,
    /// Where the tables lie, in the view's order.
    pub tables: Vec<TableLayout>,
    /// Where the value sets lie, in the view's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub value_sets: Vec<TableLayout>,
    /// Externs with state in maps.
    pub externs: Vec<Extern>,
    /// How port numbers and interfaces belong together.
    pub ports: Ports,
    /// How it sends copies of packets: to groups, by clone sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copies: Option<Copies>,
    /// Widths of the custom CRCs that it computes, which stand in [`crate::crc::SECTION`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub custom_crcs: Vec<u32>,
}

/// A BPF program of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BpfProgram {
    /// Name of its function.
    pub name: String,
    /// What it is for.
    pub role: Role,
}

/// What a BPF program is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It is attached to devices.
    Entry,
    /// It runs for packets that a device map sends on (`xdp/devmap`).
    Egress,
    /// Others call it, as this number in their array of programs. An entry to which packets come back stands there twice.
    Tail(u32),
}

impl Manifest {
    /// True if packets go round: the program calls itself.
    pub fn goes_round(&self) -> bool {
        self.programs
            .iter()
            .any(|program| program.name == self.entry && matches!(program.role, Role::Tail(_)))
    }

    /// The tables in the order of the program, and behind them the value sets.
    pub fn tables(&self) -> impl Iterator<Item = Table<'_>> {
        let tables = self.view.tables.iter().zip(&self.tables);
        let sets = self.view.value_sets.iter().zip(&self.value_sets);
        tables.chain(sets).map(|(view, layout)| Table { view, layout })
    }
}

/// An extern with state in a map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extern {
    /// Full P4 name.
    pub name: String,
    /// Extern type as in P4: `CounterArray`, `register`, ..
    pub extern_type: String,
    /// What it is and where.
    pub kind: ExternKind,
}

/// What an extern with state is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExternKind {
    /// Cells by index: counters, registers.
    Cells(Cells),
    /// Members of an action profile or selector, and their groups.
    Profile(Profile),
    /// Messages through a ring buffer.
    Digest(Digest),
    /// Events through a perf buffer.
    Events {
        /// Map name.
        map: String,
        /// Fields of an event. The packet follows them, padded by the kernel; a field `length` says how long it is.
        fields: Vec<(Param, Place)>,
    },
}

/// Name of the C variable `const volatile __u32` (in `.rodata`) that a loader sets to 1 before loading if it takes care of
/// the tables' [`crate::view::Table::entries`]. With any other loader it is 0, and the program uses a copy of its own of these entries wherever the
/// storage has none that matches.
pub const ENTRIES_LOADED: &str = "p4xdp_entries_loaded";

/// Name of the per-CPU map with what a program knows of a packet while it has it, if it has one. Nothing in it outlives the packet, but for the first
/// [`ROUND_BYTES`] where packets go round ([`Manifest::goes_round`]): they are 0 while the program has none.
pub const SCRATCH: &str = "shared_map";

/// Name of the map with the processors to which a program hands packets that go to the network stack, if it does so: a processor map by number. A
/// processor that is not in it gets none, and the packet goes to the stack where it is. The map has room for [`PROCESSOR_ROOM`] unless a loader makes more.
pub const PROCESSORS: &str = "p4xdp_cpus";

/// See [`PROCESSORS`].
pub const PROCESSOR_ROOM: u32 = 64;

/// Bytes in [`SCRATCH`] that say how a packet comes that goes round.
pub const ROUND_BYTES: usize = 8;
