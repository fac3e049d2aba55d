//! Where copies go: the ports of multicast groups and clone sessions, with the replication id of each copy.

use crate::interp::machine::{Mirror, State};

/// Ports and replication ids of a multicast group; none if the control plane made no such group.
pub(super) fn group_ports(state: &State, group: u32) -> Vec<(u128, u128)> {
    let nodes = state.groups.get(&group).map(Vec::as_slice).unwrap_or_default();
    nodes
        .iter()
        .flat_map(|n| n.ports.iter().map(|p| (u128::from(*p), u128::from(n.replication_id))))
        .collect()
}

/// Ports and replication ids of a clone session's copies.
pub(super) fn session_ports(state: &State, session: u32) -> Vec<(u128, u128)> {
    match state.mirrors.get(&session) {
        Some(Mirror::Port(port)) => vec![(u128::from(*port), 0)],
        Some(Mirror::Group(group)) => group_ports(state, *group),
        None => Vec::new(),
    }
}
