//! All that a compiler can tell a control plane of a program: its view, and what is P4Info's beyond it. No object carries that.

use crate::annotation::Annotation;
use crate::types::{TypeSpec, Types};
use crate::view::{Action, Documentation, Param, Preamble, View};

/// A program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// Its objects.
    pub view: View,
    /// The package, if the program has a `main`.
    pub package: Option<Package>,
    /// More of the tables, in the view's order.
    pub tables: Vec<TableDetails>,
    /// More of the externs, in the view's order.
    pub externs: Vec<ExternDetails>,
    /// Actions that no table lists, but code calls.
    pub called: Vec<Action>,
    /// Messages to the control plane that are no instances, but calls.
    pub messages: Vec<Message>,
    /// Headers of packets to and from the control plane.
    pub controller_headers: Vec<ControllerHeader>,
    /// Declared types that all these name.
    pub types: Types,
}

/// What is said of the whole program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// Annotations of `main`.
    pub annotations: Vec<Annotation>,
    /// `@brief` and `@description` of `main`.
    pub documentation: Documentation,
    /// Something in it may have a declared type, though perhaps nothing has. To P4Runtime it makes no difference whether what it says of types is
    /// empty or missing; p4c says it in these programs, and so do we, for the sake of those who compare texts.
    pub may_have_types: bool,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableDetails {
    /// The control plane is told of entries that are not used.
    pub notifies_idle: bool,
    /// Entries that it holds where that is said of its storage and not of the table.
    pub capacity: Option<u64>,
    /// More of its keys, in the view's order.
    pub keys: Vec<KeyDetails>,
    /// Of the program's entries, in the view's order, whether the control plane may not change it.
    pub const_entries: Vec<bool>,
}

/// A key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyDetails {
    /// Its name in P4Info: as the language's, but that the validity of a header `h` is `h.$valid$`, unless `@name` says something else.
    pub name: String,
    /// The match kind, if it is one that the program or its architecture declares.
    pub declared_kind: Option<String>,
}

/// An extern with state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExternDetails {
    /// What a counter or meter counts.
    pub unit: Option<Unit>,
    /// Cells.
    pub size: Option<u64>,
    /// What a cell holds, or a message says.
    pub data: Option<TypeSpec>,
    /// Name of the index's type, if it is a new one.
    pub index_type: Option<String>,
}

/// Units of counters and meters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Packets.
    Packets,
    /// Bytes.
    Bytes,
    /// Both.
    Both,
}

/// A kind of messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Name, id, ..
    pub preamble: Preamble,
    /// What it says.
    pub data: TypeSpec,
}

/// A header type of packets to or from the control plane (`@controller_header`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControllerHeader {
    /// Name and alias are what the annotation says, and the id is by the type's name.
    pub preamble: Preamble,
    /// Fields in order.
    pub fields: Vec<ControllerField>,
}

/// A field of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControllerField {
    /// Unique in the header.
    pub id: u32,
    /// What it is.
    pub param: Param,
    /// Annotations.
    pub annotations: Vec<Annotation>,
}
