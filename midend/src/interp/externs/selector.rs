//! Action profiles and selectors: members, groups, and the choice of a member by hash.

use super::ExternState;
use super::args::push;
use super::hash::{Algorithm, digest_of};
use crate::interp::bits::BitWriter;
use crate::interp::machine::State;
use crate::interp::value::{Value, mask};
use p4xdp_control::entry::GroupMember;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the members of a group are chosen by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SelectorHash(pub Algorithm);

/// State of a profile or selector.
#[derive(Clone, Debug)]
pub struct SelectorState {
    /// How groups choose.
    pub hash: SelectorHash,
    /// Bits of the hash that are used.
    pub width: u32,
    /// Most members.
    pub size: u64,
    /// Members: full name of the action, and its arguments.
    pub members: BTreeMap<u32, (Arc<str>, Arc<[Value]>)>,
    /// Groups: members in order.
    pub groups: BTreeMap<u32, Vec<GroupMember>>,
}

impl SelectorState {
    /// An action profile without members.
    pub fn profile(size: u64) -> SelectorState {
        SelectorState {
            hash: SelectorHash(Algorithm::Identity),
            width: 0,
            size,
            members: BTreeMap::new(),
            groups: BTreeMap::new(),
        }
    }
}

impl SelectorState {
    /// An action selector without members, which uses so many bits of the hash.
    pub fn selector(hash: Algorithm, size: u64, width: u64) -> SelectorState {
        let width = u32::try_from(width).unwrap_or(u32::MAX);
        SelectorState { hash: SelectorHash(hash), width, ..SelectorState::profile(size) }
    }
}

fn selector(state: &State, instance: Option<u32>) -> Option<&SelectorState> {
    match state.externs.get(instance? as usize)? {
        ExternState::Selector(s) => Some(s),
        _ => None,
    }
}

/// The member that a group chooses for these selector fields, of those whose port is up, if they watch one; none if there are none.
pub fn choose(state: &State, instance: Option<u32>, group: u32, fields: &[(Value, u32)]) -> Option<u32> {
    let selector = selector(state, instance)?;
    let is_up = |member: &&GroupMember| member.watch_port.is_none_or(|port| !state.down.contains(&port));
    let members: Vec<&GroupMember> = selector.groups.get(&group)?.iter().filter(is_up).collect();
    let mut bits = BitWriter::default();
    fields.iter().for_each(|(value, width)| push(&mut bits, value, *width));
    let SelectorHash(algorithm) = selector.hash;
    let hash = digest_of(algorithm, bits, &state.custom_crcs) & mask(selector.width);
    let index = hash.checked_rem(members.len() as u128)?;
    members.get(index as usize).map(|member| member.member)
}

/// The action of a member.
pub fn member(state: &State, instance: Option<u32>, member: u32) -> Option<(Arc<str>, Arc<[Value]>)> {
    selector(state, instance)?.members.get(&member).cloned()
}
