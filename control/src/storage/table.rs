//! Where a table lies: its keys, actions, default action and direct counter, by their places in the storage's keys and values.

use super::{Place, Storage};
use crate::view;
use serde::{Deserialize, Serialize};

/// A table as a whole: what it is, and where it lies.
#[derive(Clone, Copy, Debug)]
pub struct Table<'m> {
    /// What control planes see.
    pub view: &'m view::Table,
    /// Where it lies.
    pub layout: &'m TableLayout,
}

impl<'m> Table<'m> {
    /// Full P4 name.
    #[must_use]
    pub fn name(self) -> &'m str {
        self.view.name()
    }

    /// The number that stands for the first action in entries and in the default action: of a number that counts from 1, 0 means that
    /// there is none.
    #[must_use]
    pub fn first_action(self) -> u32 {
        self.layout.storage.as_ref().map_or(0, |storage| storage.strategy().first_action())
    }
}

/// Where a table lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableLayout {
    /// Entries that it holds at most.
    pub size: u64,
    /// How entries are stored; `None` for a table without run-time entries (no key, or `const entries`), which are code.
    pub storage: Option<Storage>,
    /// Where each key stands in the storage's key.
    pub keys: Vec<Place>,
    /// Where each parameter of each action stands in the storage's value, and in the default action's data.
    pub actions: Vec<Vec<Place>>,
    /// Where the default action is held at run time; `None` if it is code.
    pub default: Option<DefaultData>,
    /// Direct counter in the entry, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direct_counter: Option<DirectCounter>,
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
    /// Where the value holds the action's number, in the storage's numbering ([`Table::first_action`]).
    pub action: Place,
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
