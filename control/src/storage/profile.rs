//! Where an action profile lies: its members, and its groups if it is a selector. In, a member's action or a group's members; out, the bytes in
//! the maps, and back.
//!
//! Both are kernel hash maps by number, whose entries packets see before or after a change. A group is the number of its members and an array of
//! their numbers.

use super::{DecodeError, MapKind, MapShape, Place, decode_call, encode_call};
use crate::entry::ActionCall;
use serde::{Deserialize, Serialize};

/// Bytes of a number.
const NUMBER: usize = 4;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Name of the map with the members.
    pub map: String,
    /// Members that it holds at most.
    pub size: u32,
    /// Bytes of a member's value.
    pub value_size: u32,
    /// Where the value holds the action's number.
    pub action: Place,
    /// Where it holds each parameter of each action.
    pub actions: Vec<Vec<Place>>,
    /// Its groups, if it is a selector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<Groups>,
}

/// The groups of a selector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Groups {
    /// Name of the map.
    pub map: String,
    /// Groups that it holds at most.
    pub size: u32,
    /// Members that a group has at most.
    pub most: u32,
}

impl Profile {
    /// The maps, the one with the members first.
    #[must_use]
    pub fn maps(&self) -> Vec<MapShape> {
        let of = |name: &str, value_size| MapShape {
            name: name.to_owned(),
            kinds: &[MapKind::Hash],
            key_size: NUMBER as u32,
            value_size,
            ..MapShape::default()
        };
        let groups = self.groups.as_ref().map(|groups| of(&groups.map, groups.value_size()));
        std::iter::once(of(&self.map, self.value_size)).chain(groups).collect()
    }

    /// The same profile in maps of other names: members and groups can stay where they are.
    #[must_use]
    pub fn same_but_for_names(&self, other: &Profile) -> bool {
        let groups = other.groups.as_ref().map(|groups| Groups {
            map: self.groups.as_ref().map_or_else(String::new, |own| own.map.clone()),
            ..groups.clone()
        });
        *self == Profile { map: self.map.clone(), groups, ..other.clone() }
    }

    /// A member's value.
    #[must_use]
    pub fn encode(&self, call: &ActionCall) -> Vec<u8> {
        encode_call(&self.actions, call, self.value_size, &self.action, 0)
    }

    /// The action of a member.
    ///
    /// # Errors
    /// When it has no such action, or there are too few bytes.
    pub fn decode(&self, bytes: &[u8]) -> Result<ActionCall, DecodeError> {
        decode_call(&self.actions, bytes, &self.action, 0)
    }
}

impl Groups {
    /// Bytes of a group.
    #[must_use]
    pub fn value_size(&self) -> u32 {
        NUMBER as u32 * (1 + self.most)
    }

    /// A group of these members, which are no more than it holds.
    #[must_use]
    pub fn encode(&self, members: &[u32]) -> Vec<u8> {
        let count = u32::try_from(members.len()).unwrap_or(u32::MAX);
        let numbers = std::iter::once(&count).chain(members);
        let mut bytes: Vec<u8> = numbers.flat_map(|number| number.to_ne_bytes()).collect();
        bytes.resize(self.value_size() as usize, 0);
        bytes
    }

    /// The members of a group.
    ///
    /// # Errors
    /// When there are too few bytes.
    pub fn decode(bytes: &[u8]) -> Result<Vec<u32>, DecodeError> {
        let (numbers, _) = bytes.as_chunks::<NUMBER>();
        let mut numbers = numbers.iter().map(|number| u32::from_ne_bytes(*number));
        let short = || DecodeError::Short(bytes.len());
        let count = numbers.next().ok_or_else(short)? as usize;
        let members: Vec<u32> = numbers.take(count).collect();
        if members.len() == count { Ok(members) } else { Err(short()) }
    }
}
