//! Action profiles and selectors: members, groups, and the choice of a member by hash.

use super::ExternState;
use super::args::push;
use super::hash::{CRC16, CRC32, xor16};
use crate::interp::bits::{BitWriter, read_big};
use crate::interp::machine::State;
use crate::interp::value::{Value, low128};
use num_bigint::BigUint;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the members of a group are chosen by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectorHash {
    /// CRC-16.
    Crc16,
    /// CRC-32.
    Crc32,
    /// Internet checksum.
    Csum16,
    /// Exclusive or.
    Xor16,
    /// The bits themselves.
    Identity,
}

/// State of a profile or selector.
#[derive(Clone, Debug)]
pub struct SelectorState {
    /// How groups choose.
    pub hash: SelectorHash,
    /// Bits of the hash that are used.
    pub width: u32,
    /// Members: full name of the action, and its arguments.
    pub members: BTreeMap<u32, (Arc<str>, Arc<[Value]>)>,
    /// Groups: members in order.
    pub groups: BTreeMap<u32, Vec<u32>>,
}

fn selector(state: &State, instance: Option<u32>) -> Option<&SelectorState> {
    match state.externs.get(instance? as usize)? {
        ExternState::Selector(s) => Some(s),
        _ => None,
    }
}

/// The member that a group chooses for these selector fields; none if the group is empty.
pub fn choose(state: &State, instance: Option<u32>, group: u32, fields: &[(Value, u32)]) -> Option<u32> {
    let selector = selector(state, instance)?;
    let members = selector.groups.get(&group)?;
    let mut bits = BitWriter::default();
    fields.iter().for_each(|(value, width)| push(&mut bits, value, *width));
    let length = bits.len();
    let bytes = bits.into_bytes();
    let hash = match selector.hash {
        SelectorHash::Crc16 => u128::from(CRC16.of(&bytes)),
        SelectorHash::Crc32 => u128::from(CRC32.of(&bytes)),
        SelectorHash::Csum16 => u128::from(super::checksum::internet(&bytes)),
        SelectorHash::Xor16 => u128::from(xor16(&bytes)),
        SelectorHash::Identity => {
            let all: BigUint = read_big(&bytes, 0, u32::try_from(length).unwrap_or(0));
            low128(&all)
        }
    };
    let hash = hash & crate::interp::value::mask(selector.width);
    let index = hash.checked_rem(members.len() as u128)?;
    members.get(index as usize).copied()
}

/// The action of a member.
pub fn member(state: &State, instance: Option<u32>, member: u32) -> Option<(Arc<str>, Arc<[Value]>)> {
    selector(state, instance)?.members.get(&member).cloned()
}
