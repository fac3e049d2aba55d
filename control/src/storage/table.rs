//! Where a table lies: its keys, actions, default action, and what hangs on its entries, by their places in the storage's keys and values.

use super::{DecodeError, Place, Storage, decode_call, encode_call, place};
use crate::cells::{CellKind, Cells};
use crate::entry::ActionCall;
use crate::view;
use num_bigint::BigUint;
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
        let own = self.layout.storage.as_ref().filter(|_| self.layout.target.is_none());
        own.map_or(0, |storage| storage.strategy().first_action())
    }

    /// The number that stands for the action at a position in a default action.
    #[must_use]
    pub fn default_number(self, position: usize) -> u32 {
        let own = self.layout.default.as_ref().and_then(|data| data.numbers.get(position).copied());
        own.unwrap_or_else(|| u32::try_from(position).unwrap_or(u32::MAX).saturating_add(self.first_action()))
    }

    /// A default action as it lies in its section.
    #[must_use]
    pub fn encode_default(self, data: &DefaultData, call: &ActionCall) -> Vec<u8> {
        let mut bytes = encode_call(&self.layout.actions, call, data.size, &data.action, 0);
        place::put(&mut bytes, &data.action, &self.default_number(call.action).into());
        bytes
    }

    /// The default action in these bytes.
    ///
    /// # Errors
    /// As for [`decode_call`].
    pub fn decode_default(self, data: &DefaultData, bytes: &[u8]) -> Result<ActionCall, DecodeError> {
        if data.numbers.is_empty() {
            return decode_call(&self.layout.actions, bytes, &data.action, self.first_action());
        }
        let mut bytes = bytes.to_vec();
        let number = place::get(&bytes, &data.action).ok_or(DecodeError::Short(bytes.len()))?;
        let position = data.numbers.iter().position(|own| BigUint::from(*own) == number);
        let Some(position) = position else { return Err(DecodeError::Action(number)) };
        place::put(&mut bytes, &data.action, &position.into());
        decode_call(&self.layout.actions, &bytes, &data.action, 0)
    }
}

/// Stands in an entry whose target is a member.
pub const MEMBER: u32 = 1;
/// Stands in an entry whose target is a group.
pub const GROUP: u32 = 2;

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
    /// Of a table with an action profile: where the storage's value holds the number of a member or group. What it is stands in the place of
    /// the action's number: [`MEMBER`] or [`GROUP`]. Actions stand in members' values, and in the default action's data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Place>,
    /// Where the default action is held at run time; `None` if it is code.
    pub default: Option<DefaultData>,
    /// Direct counters and meters, if there are some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direct: Option<Direct>,
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
    /// The numbers of the table's actions, where they are others: of a table with an action profile whose members can have other actions too,
    /// they are those of the profile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<u32>,
}

/// What hangs on a table's entries: direct counters and meters, and when they matched last. Each entry has a number, which stands in its value, and a cell of that number in
/// each of them. So an entry's action can be replaced while packets count, and reading a count needs no second search.
///
/// Number 0 is that of a miss. The entries of the program, as the view has them, have the numbers from 1 on where they are code, or copied into
/// the program; entries of a control plane have the numbers behind those.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Direct {
    /// Where a value holds the number; `None` if there are no values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<Place>,
    /// The first number that an entry of a control plane can have.
    pub first: u32,
    /// Numbers in all. There are more than the table has entries, so that those of deleted entries need to be found only now and then.
    pub numbers: u32,
    /// Which numbers are free, if there can be entries of a control plane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free: Option<FreeNumbers>,
    /// The externs, by index of which is the number.
    pub externs: Vec<DirectExtern>,
    /// When entries matched last, if they may be idle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle: Option<IdleCells>,
}

/// When entries matched last, and how long they may be idle: an array by number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdleCells {
    /// Map name.
    pub map: String,
    /// Bytes of a cell.
    pub value_size: u32,
    /// Where a cell holds the tick of the last match (`jiffies`), a `u64`.
    pub seen: Place,
    /// Where it holds the timeout in nanoseconds, a `u64`; 0 for none.
    pub timeout: Place,
}

/// Where numbers are listed that no entry has: a part of an array of `u64`. The first element says what is known ([`Direct`]'s runtime writes
/// it; 0 is that nothing is), and behind it there is one for each number that entries of a control plane can have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreeNumbers {
    /// Map name; tables share it.
    pub map: String,
    /// Elements in front of this table's.
    pub base: u32,
}

/// A direct counter or meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectExtern {
    /// Full P4 name.
    pub name: String,
    /// Its cells.
    pub cells: Cells,
}

impl Direct {
    /// The first extern of this kind.
    #[must_use]
    pub fn of(&self, kind: CellKind) -> Option<&DirectExtern> {
        self.externs.iter().find(|item| item.cells.kind == kind)
    }

    /// The same, but for the names of maps: cells can stay where they are.
    #[must_use]
    pub fn same_but_for_names(&self, other: &Direct) -> bool {
        let named = |direct: &Direct| {
            let mut direct = direct.clone();
            direct.free = direct.free.map(|_| FreeNumbers { map: String::new(), base: 0 });
            for item in &mut direct.externs {
                item.cells.map.clear();
            }
            if let Some(idle) = &mut direct.idle {
                idle.map.clear();
            }
            direct
        };
        named(self) == named(other)
    }
}
