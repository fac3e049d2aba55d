//! What sets there are to be: in, groups, sessions and the devices of ports; out, each set's copies in order, their roles, and which sets of
//! a running program are to be made anew. Asks no kernel. What the sets mean, and their bytes, says `p4xdp_control::manifest::copies`.

use super::CopyError;
use p4xdp_control::entry::{Mirror, MulticastNode, Session};
use p4xdp_control::manifest::copies::{
    Kind, MOST_COPIES, MOST_ROLES, MOST_SETS, NONE, OF_GROUPS, OF_SESSIONS, Role, RoleKey, SetKey,
    both_sessions, sessions_of,
};
use std::collections::{BTreeMap, BTreeSet};

/// Multicast groups and clone sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The nodes of each group, in order.
    pub groups: BTreeMap<u32, Vec<MulticastNode>>,
    /// The sessions.
    pub sessions: BTreeMap<u32, Session>,
}

/// Where copies go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ports {
    /// Interface indices by port.
    pub devices: BTreeMap<u32, u32>,
    /// The port behind which user space is, and the device that copies for it take their way through.
    pub cpu: Option<(u32, u32)>,
}

impl Ports {
    fn device(&self, port: u32) -> Option<u32> {
        let cpu = self.cpu.filter(|(cpu, _)| *cpu == port).map(|(_, device)| device);
        cpu.or_else(|| self.devices.get(&port).copied())
    }

    fn numbers(&self) -> BTreeSet<u32> {
        self.devices.keys().copied().chain(self.cpu.map(|(cpu, _)| cpu)).collect()
    }
}

/// Roles by their keys, of one set or of many.
pub(super) type Roles = BTreeMap<RoleKey, Role>;

/// A copy: to which device, and as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Copy {
    /// Interface index.
    pub device: u32,
    pub role: Role,
}

/// The role in which a group without copies stands in the map of roles; its kind is none of a group's copies.
const EMPTY: Role =
    Role { kind: Kind::Itself as u32, port: NONE, instance: 0, class_of_service: 0, length: NONE, place: 0 };

impl Config {
    /// Ports that groups and sessions name.
    pub(super) fn named(&self) -> BTreeSet<u32> {
        let of_groups = self.groups.values().flatten().flat_map(|node| node.ports.iter().copied());
        let of_sessions = self.sessions.values().filter_map(|session| match session.target {
            Mirror::Port(port) => Some(port),
            Mirror::Group(_) => None,
        });
        of_groups.chain(of_sessions).collect()
    }

    /// Port and replication id of each copy of a group; none if there is no such group.
    fn members(&self, group: u32) -> Vec<(u32, u32)> {
        let nodes = self.groups.get(&group).into_iter().flatten();
        nodes.flat_map(|node| node.ports.iter().map(|port| (*port, node.replication_id))).collect()
    }

    fn clones(&self, session: u32, kind: Kind) -> Vec<Role> {
        let Some(Session { target, class_of_service, truncate }) = self.sessions.get(&session) else {
            return Vec::new();
        };
        let to = match target {
            Mirror::Port(port) => vec![(*port, 0)],
            Mirror::Group(group) => self.members(*group),
        };
        let role = |(port, instance)| Role {
            kind: kind as u32,
            port,
            instance,
            class_of_service: *class_of_service,
            length: truncate.unwrap_or(NONE),
            place: 0,
        };
        to.into_iter().map(role).collect()
    }

    /// What is asked for by sets with these sessions, each of which is one or two.
    fn keys(&self, ports: &Ports, sessions: &[u32]) -> Vec<SetKey> {
        let mut keys = Vec::new();
        for &session in sessions {
            keys.push(SetKey { group: 0, port: NONE, session });
            keys.extend(ports.numbers().into_iter().map(|port| SetKey { group: 0, port, session }));
            keys.extend(self.groups.keys().map(|group| SetKey { group: *group, port: NONE, session }));
        }
        keys
    }

    /// Any two sessions, one behind the other.
    fn pairs(&self) -> Vec<u32> {
        let numbers = || self.sessions.keys().copied();
        numbers().flat_map(|first| numbers().filter_map(move |second| both_sessions(first, second))).collect()
    }

    /// What leaves for a key: the packet itself, the group's copies, the clones. Those to ports without a device are left out.
    fn copies(&self, key: SetKey, ports: &Ports) -> Vec<Copy> {
        let plain = |kind: Kind, port, instance| Role {
            kind: kind as u32,
            port,
            instance,
            class_of_service: 0,
            length: NONE,
            place: 0,
        };
        let itself = (key.port != NONE).then(|| plain(Kind::Itself, key.port, 0));
        let group = self.members(key.group).into_iter().map(|(port, id)| plain(Kind::Group, port, id));
        let mut places: BTreeMap<u32, u32> = BTreeMap::new();
        let mut copies = Vec::new();
        let clones = match (self.sessions.contains_key(&key.session), sessions_of(key.session)) {
            (false, Some((first, second))) => {
                [self.clones(first, Kind::Clone), self.clones(second, Kind::SecondClone)].concat()
            }
            _ => self.clones(key.session, Kind::Clone),
        };
        for role in itself.into_iter().chain(group).chain(clones) {
            let Some(device) = ports.device(role.port) else { continue };
            let next = u32::try_from(places.len()).unwrap_or(u32::MAX);
            let place = *places.entry(device).or_insert(next);
            copies.push(Copy { device, role: Role { place, ..role } });
        }
        copies
    }

    /// All sets; with those of any two sessions if packets are cloned `twice`, unless there is no room for all of them.
    ///
    /// # Errors
    /// When a number stands for none, a session names a group that is not there, or a packet would leave too often.
    pub(super) fn sets(&self, ports: &Ports, twice: bool) -> Result<BTreeMap<SetKey, Vec<Copy>>, CopyError> {
        if self.groups.contains_key(&0) {
            return Err(CopyError::NoNumber { what: GROUP, number: 0 });
        }
        let is_none = |number: &u32| *number == NONE || twice && sessions_of(*number).is_some();
        if let Some(number) = self.sessions.keys().copied().find(is_none) {
            return Err(CopyError::NoNumber { what: SESSION, number });
        }
        for (number, session) in &self.sessions {
            match session.target {
                Mirror::Group(group) if !self.groups.contains_key(&group) => {
                    return Err(CopyError::Missing { what: GROUP, number: group, by: Some(*number) });
                }
                Mirror::Group(_) | Mirror::Port(_) => {}
            }
        }
        let mut sets = BTreeMap::new();
        let alone = self.groups.keys().map(|group| SetKey { group: *group, port: NONE, session: NONE });
        let sessions: Vec<u32> = self.sessions.keys().copied().collect();
        for key in alone.chain(self.keys(ports, &sessions)) {
            let copies = self.copies(key, ports);
            if copies.len() > MOST_COPIES as usize {
                return Err(CopyError::TooMany { of: text(key), copies: copies.len(), most: MOST_COPIES });
            }
            sets.insert(key, copies);
        }
        if twice {
            let pairs = self.keys(ports, &self.pairs());
            let pairs: Vec<_> = pairs.into_iter().map(|key| (key, self.copies(key, ports))).collect();
            let are_few = pairs.iter().all(|(_, copies)| copies.len() <= MOST_COPIES as usize);
            let of_all = || sets.values().chain(pairs.iter().map(|(_, copies)| copies));
            let (roles, count) = (of_all().map(Vec::len).sum::<usize>(), of_all().count());
            // While they are made anew, old and new stand side by side.
            if are_few && 2 * count < MOST_SETS as usize && 2 * roles < MOST_ROLES as usize {
                sets.extend(pairs);
            }
        }
        Ok(sets)
    }

    /// As it stands in the map of roles.
    pub(super) fn roles(&self) -> Roles {
        let mut roles = Roles::new();
        for group in self.groups.keys() {
            let members = self.members(*group);
            if members.is_empty() {
                roles.insert(RoleKey { set: OF_GROUPS, index: *group, nth: 0 }, EMPTY);
            }
            for (nth, (port, instance)) in (0..).zip(members) {
                let role = Role { kind: Kind::Group as u32, port, instance, ..Role::default() };
                roles.insert(RoleKey { set: OF_GROUPS, index: *group, nth }, role);
            }
        }
        for (session, Session { target, class_of_service, truncate }) in &self.sessions {
            let (kind, port) = match target {
                Mirror::Port(port) => (TO_PORT, *port),
                Mirror::Group(group) => (TO_GROUP, *group),
            };
            let (class_of_service, length) = (*class_of_service, truncate.unwrap_or(NONE));
            let role = Role { kind, port, class_of_service, length, ..Role::default() };
            roles.insert(RoleKey { set: OF_SESSIONS, index: *session, nth: 0 }, role);
        }
        roles
    }

    /// Reads it there. Copies with one replication id that follow each other are one node.
    pub(super) fn of_roles(roles: &Roles) -> Config {
        let mut config = Config::default();
        for (key, role) in of_set(roles, OF_GROUPS) {
            let nodes = config.groups.entry(key.index).or_default();
            if role.kind != Kind::Group as u32 {
                continue;
            }
            match nodes.last_mut() {
                Some(node) if node.replication_id == role.instance => node.ports.push(role.port),
                Some(_) | None => {
                    nodes.push(MulticastNode { replication_id: role.instance, ports: vec![role.port] });
                }
            }
        }
        for (key, role) in of_set(roles, OF_SESSIONS) {
            let target =
                if role.kind == TO_GROUP { Mirror::Group(role.port) } else { Mirror::Port(role.port) };
            let truncate = (role.length != NONE).then_some(role.length);
            config
                .sessions
                .insert(key.index, Session { target, class_of_service: role.class_of_service, truncate });
        }
        config
    }
}

/// Kinds of roles that are sessions.
const TO_PORT: u32 = 0;
const TO_GROUP: u32 = 1;

/// What errors call them.
pub(super) const GROUP: &str = "multicast group";
pub(super) const SESSION: &str = "clone session";

/// `multicast group 7 and clone session 5`
fn text(key: SetKey) -> String {
    let group = (key.group != 0).then(|| format!("{GROUP} {}", key.group));
    let port = (key.port != NONE).then(|| format!("port {}", key.port));
    let session = (key.session != NONE).then(|| format!("{SESSION} {}", key.session));
    let parts: Vec<String> = [group, port, session].into_iter().flatten().collect();
    parts.join(" and ")
}

/// The roles of one set, or of all groups or sessions.
pub(super) fn of_set(roles: &Roles, set: u32) -> impl Iterator<Item = (&RoleKey, &Role)> {
    let at = |bound| RoleKey { set, index: bound, nth: bound };
    roles.range(at(0)..=at(u32::MAX))
}

/// The roles of a set's copies, by its number.
pub(super) fn roles_of(set: u32, copies: &[Copy]) -> Roles {
    let mut before: BTreeMap<u32, u32> = BTreeMap::new();
    let mut roles = Roles::new();
    for Copy { device, role } in copies {
        let nth = before.entry(*device).or_default();
        roles.insert(RoleKey { set, index: *device, nth: *nth }, *role);
        *nth += 1;
    }
    roles
}

/// What stands in the maps of a running program.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    /// Numbers of sets by what is asked for.
    pub sets: BTreeMap<SetKey, u32>,
    /// All roles, those of groups and sessions among them.
    pub roles: Roles,
    /// Numbers of sets that have devices.
    pub devices: BTreeSet<u32>,
}

/// A set that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fresh {
    pub key: SetKey,
    /// Its number, which nothing has now.
    pub number: u32,
    pub copies: Vec<Copy>,
}

/// What is to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// Sets that are new, or take another's place.
    pub fresh: Vec<Fresh>,
    /// What is not asked for any more.
    pub gone: Vec<SetKey>,
    /// Numbers to which nothing leads, as somebody was cut short.
    pub orphans: BTreeSet<u32>,
    /// Sets that are to be made too, but there are no numbers for them.
    pub without_number: usize,
}

/// Compares what there is with what there is to be. A set stays that has the same roles, unless it is one to renew: a device that came back under its
/// index has lost its places in sets, though the roles do not show it. Numbers are below `room`.
pub(super) fn change(
    standing: &Standing,
    wanted: BTreeMap<SetKey, Vec<Copy>>,
    room: u32,
    renew: impl Fn(SetKey) -> bool,
) -> Change {
    let in_use: BTreeSet<u32> = standing.sets.values().copied().collect();
    let known: BTreeSet<u32> =
        standing.roles.keys().map(|key| key.set).chain(standing.devices.iter().copied()).collect();
    let is_set = |number: &u32| ![OF_GROUPS, OF_SESSIONS].contains(number);
    let orphans = known.difference(&in_use).copied().filter(is_set).collect();
    let mut free = (1..room).filter(|number| !in_use.contains(number) && !known.contains(number));
    let gone = standing.sets.keys().filter(|key| !wanted.contains_key(key)).copied().collect();
    let (mut fresh, mut without_number) = (Vec::new(), 0);
    for (key, copies) in wanted {
        let stays = standing.sets.get(&key).is_some_and(|number| {
            let roles = roles_of(*number, &copies);
            !renew(key) && of_set(&standing.roles, *number).eq(roles.iter())
        });
        if stays {
            continue;
        }
        match free.next() {
            Some(number) => fresh.push(Fresh { key, number, copies }),
            None => without_number += 1,
        }
    }
    Change { fresh, gone, orphans, without_number }
}

#[cfg(test)]
mod tests;
