//! Where copies go: the ports of multicast groups and clone sessions, with the replication id of each copy.

use crate::interp::machine::State;
use p4xdp_control::entry::Mirror;

/// Ports and replication ids of a multicast group; none if the control plane made no such group.
pub(super) fn group_ports(state: &State, group: u32) -> Vec<(u128, u128)> {
    let nodes = state.groups.get(&group).map(Vec::as_slice).unwrap_or_default();
    nodes
        .iter()
        .flat_map(|n| n.ports.iter().map(|p| (u128::from(*p), u128::from(n.replication_id))))
        .collect()
}

/// What a clone session makes of a packet.
pub(super) struct Copies {
    /// Ports and replication ids.
    pub(super) ports: Vec<(u128, u128)>,
    /// The copies' class of service.
    pub(super) class_of_service: u128,
    /// They are cut to this many bytes.
    pub(super) truncate: Option<u32>,
}

/// The copies of a clone session; none if the control plane made no such session.
pub(super) fn session_copies(state: &State, session: u32) -> Copies {
    let Some(session) = state.mirrors.get(&session) else {
        return Copies { ports: Vec::new(), class_of_service: 0, truncate: None };
    };
    let ports = match session.target {
        Mirror::Port(port) => vec![(u128::from(port), 0)],
        Mirror::Group(group) => group_ports(state, group),
    };
    Copies { ports, class_of_service: u128::from(session.class_of_service), truncate: session.truncate }
}

/// The first bytes of a packet, as many as a session leaves.
pub(super) fn cut(packet: &[u8], truncate: Option<u32>) -> Vec<u8> {
    let most = truncate.map_or(packet.len(), |most| most as usize);
    packet.get(..most).unwrap_or(packet).to_vec()
}
