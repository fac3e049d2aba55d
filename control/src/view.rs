//! What a control plane sees of a program: tables, keys, actions, externs with state, with their ids, annotations and documentation.
//!
//! `midend::control_plane` makes it, once, from the program as it is written. Where anything lies is the manifest's.

use crate::annotation::Annotation;
use crate::entry::{ActionCall, Entry};
pub use crate::field::{MatchKind, Param};
use num_bigint::BigUint;
use serde::{Deserialize, Serialize};

/// A program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Architecture: `xdp_model`, `ebpf_model`, ..
    pub architecture: String,
    /// Actions; tables name them by position.
    pub actions: Vec<Action>,
    /// Tables in the order of the program.
    pub tables: Vec<Table>,
    /// Instances of externs that P4Runtime knows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub externs: Vec<Extern>,
    /// Value sets of parsers: tables without actions, see [`Table::is_set`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub value_sets: Vec<Table>,
    /// Error constants by value.
    pub errors: Vec<String>,
}

/// What all objects have (P4Runtime specification, section "Preamble Message").
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preamble {
    /// Full P4 name.
    pub name: String,
    /// Its number, see [`crate::ids`].
    pub id: u32,
    /// The shortest end of the name that no other object's name has.
    pub alias: String,
    /// Annotations in order, but for those that are said otherwise here (`@name`, `@id`, `@brief`, `@description`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Annotation>,
    /// `@brief` and `@description`.
    #[serde(flatten)]
    pub documentation: Documentation,
}

/// What the program says for people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Documentation {
    /// One sentence, from `@brief`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brief: Option<String>,
    /// More, from `@description`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// An action.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Name, id, ..
    #[serde(flatten)]
    pub preamble: Preamble,
    /// Parameters that the control plane fills.
    pub params: Vec<ActionParam>,
}

impl Action {
    /// What entries give values for, in order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Param> + Clone {
        self.params.iter().map(|param| &param.param)
    }
}

/// A parameter of an action.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionParam {
    /// Unique in the action.
    pub id: u32,
    /// What it is.
    #[serde(flatten)]
    pub param: Param,
    /// Annotations, as in [`Preamble`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Annotation>,
    /// `@brief` and `@description`.
    #[serde(flatten)]
    pub documentation: Documentation,
}

/// A table, or a value set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Name, id, ..
    #[serde(flatten)]
    pub preamble: Preamble,
    /// Keys in P4's order.
    pub keys: Vec<Key>,
    /// Actions in P4's order; the position is the number stored in entries.
    pub actions: Vec<TableAction>,
    /// The program's own default action.
    pub default: ActionCall,
    /// The default action may not be changed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub default_is_const: bool,
    /// Entries of the program, in falling precedence where several can match.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<Entry>,
    /// The entries may not be changed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub entries_are_const: bool,
    /// Positions of entries that may not be changed though others may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub const_entries: Vec<usize>,
    /// What the program says; how many entries it holds is the target's choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Position in [`View::externs`] of the action profile or selector whose members or groups its entries name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<usize>,
}

impl Table {
    /// Full name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.preamble.name
    }

    /// Keys that an entry has a match for.
    pub fn match_keys(&self) -> impl Iterator<Item = &Key> + Clone {
        self.keys.iter().filter(|key| key.match_kind != MatchKind::Selector)
    }

    /// It is a value set: what matters of an entry is that it is there. Every P4 table has an action.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.actions.is_empty()
    }

    /// `table` or `value set`, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        if self.is_set() { "value set" } else { "table" }
    }

    /// Its entries have priorities.
    #[must_use]
    pub fn has_priorities(&self) -> bool {
        !self.is_set() && self.keys.iter().any(|key| key.match_kind.needs_priority())
    }

    /// An entry that may not be changed, by its position among the program's.
    #[must_use]
    pub fn is_const(&self, position: usize) -> bool {
        self.entries_are_const || self.const_entries.contains(&position)
    }

    /// Nobody adds or changes entries: it has no key, or the program's are constant.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        self.keys.is_empty() || self.entries_are_const
    }
}

/// A key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Unique in the table.
    pub id: u32,
    /// What it is.
    #[serde(flatten)]
    pub param: Param,
    /// Match kind.
    pub match_kind: MatchKind,
    /// Annotations, as in [`Preamble`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Annotation>,
    /// `@brief` and `@description`.
    #[serde(flatten)]
    pub documentation: Documentation,
}

/// An action of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableAction {
    /// Position in [`View::actions`].
    pub action: usize,
    /// Not as default action.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub table_only: bool,
    /// Not in entries.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub default_only: bool,
    /// Annotations of the reference.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Annotation>,
}

/// An extern with state that control planes read or write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extern {
    /// Name, id, ..
    #[serde(flatten)]
    pub preamble: Preamble,
    /// Extern type as in P4: `CounterArray`, `register`, ..
    pub extern_type: String,
    /// What it is.
    pub kind: ExternKind,
    /// Position of the table that it belongs to, if it is a direct one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<usize>,
    /// What an action profile or selector has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<ActionProfile>,
}

/// An action profile, or an action selector, whose members come in groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionProfile {
    /// Members that it holds.
    pub size: u64,
    /// It is a selector.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_groups: bool,
    /// Members that a group holds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub max_group_size: u64,
    /// The actions that members run: those of the table that has most, of the tables whose entries name members, and behind them what others
    /// list besides. A member's action has to be one of the table's whose entry names it.
    pub actions: Vec<TableAction>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Kinds of externs with state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExternKind {
    /// Counts by index.
    Counter,
    /// Counts by entry of a table.
    DirectCounter,
    /// Colours by index.
    Meter,
    /// Colours by entry of a table.
    DirectMeter,
    /// Values by index.
    Register,
    /// Members, perhaps in groups, that entries of tables name.
    ActionProfile,
    /// Messages to the control plane.
    Digest,
}

impl View {
    /// Full names of all tables and value sets.
    #[must_use]
    pub fn table_names(&self) -> Vec<&str> {
        self.tables.iter().chain(&self.value_sets).map(Table::name).collect()
    }

    /// A table's actions in its order.
    #[must_use]
    pub fn actions_of(&self, table: &Table) -> Vec<&Action> {
        table.actions.iter().filter_map(|entry| self.actions.get(entry.action)).collect()
    }

    /// The action profile or selector whose members or groups a table's entries name.
    #[must_use]
    pub fn profile_of(&self, table: &Table) -> Option<&Extern> {
        self.externs.get(table.profile?)
    }

    /// The actions of an action profile's members, in its order.
    #[must_use]
    pub fn actions_of_members(&self, profile: &ActionProfile) -> Vec<&Action> {
        profile.actions.iter().filter_map(|entry| self.actions.get(entry.action)).collect()
    }

    /// The action that a table's call is of.
    #[must_use]
    pub fn action(&self, table: &Table, position: usize) -> Option<&Action> {
        self.actions.get(table.actions.get(position)?.action)
    }

    /// A call by the full names of a table and of one of its actions, as they stand in the program; `None` if it has no such.
    #[must_use]
    pub fn call(&self, table: &str, action: &str, args: Vec<BigUint>) -> Option<ActionCall> {
        let table = self.tables.iter().find(|known| known.name() == table)?;
        let action = self.actions_of(table).iter().position(|known| known.preamble.name == action)?;
        Some(ActionCall { action, args })
    }
}
