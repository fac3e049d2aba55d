//! Copies of packets (multicast, clones): the maps in which it stands where copies go, and their bytes.
//!
//! A packet that is copied leaves by a broadcast into a `BPF_MAP_TYPE_DEVMAP_HASH`, and each copy runs the egress program on its way out.
//! A *set* is what one packet is sent to at once: the packet itself, the copies of its group and its clones, in this order. Sets are made
//! by control planes, for all that a program may ask for: {group}, {session}, {port, session}, {group, session}; of programs whose packets
//! may be cloned twice ([`Copies::twice`]) the same with any two sessions one behind the other, which have a number together ([`both_sessions`]).
//!
//! | map | type | key | value |
//! | --- | --- | --- | --- |
//! | [`SETS`] | hash | [`SetKey`]: what is asked for | number of the set |
//! | [`DEVICES`] | array of maps | number of the set | a device hash by position: interface index, descriptor of the egress program |
//! | [`ROLES`] | hash | [`RoleKey`]: the n-th copy on a device | [`Role`]: what that copy is |
//!
//! Programs keep what they have read of sets and roles, for a *generation*: [`GENERATION`] is the section with it, a number that rises in front of a change and
//! behind it, before what was there goes.
//!
//! The device hash has positions 0, 1, .. as keys, and a broadcast goes in their order; so the n-th entry of a device is the n-th copy that
//! the egress program sees there.
//!
//! A copy for user space (the CPU port) takes the way through one of the program's devices, as the egress program runs nowhere else: there it goes
//! into the ring buffer, and nothing leaves by the device.
//!
//! What was asked for stands in [`ROLES`] too, under numbers that no set has: the copies of a group as the roles of {[`OF_GROUPS`], group, n},
//! a session as that of {[`OF_SESSIONS`], session, 0}.

use serde::{Deserialize, Serialize};

/// How a program sends copies; none: it sends none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copies {
    /// Name of the program that each copy runs (section `xdp/devmap`), one of [`super::Manifest::programs`]. None: copies are as the packet was sent, and the
    /// program makes no clones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// Number of a clone session to the CPU port that is there from the beginning, if the architecture has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_session: Option<u32>,
    /// A packet may have clones of two sessions.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub twice: bool,
}

/// Name of the map of sets by what is asked for.
pub const SETS: &str = "p4xdp_copy_sets";

/// Name of the map of device hashes by number of the set.
pub const DEVICES: &str = "p4xdp_copy_devs";

/// Name of the map of roles.
pub const ROLES: &str = "p4xdp_copy_role";

/// Name of the map with the generation, 4 bytes in the machine's order.
pub const GENERATION: &str = ".data.copies";

/// Entries that [`SETS`] and [`DEVICES`] have room for.
pub const MOST_SETS: u32 = 8192;

/// Entries that [`ROLES`] has room for.
pub const MOST_ROLES: u32 = 65536;

/// Entries that a device hash has room for: the copies of one packet.
pub const MOST_COPIES: u32 = 256;

/// What stands for no session, no port, and for all bytes of a packet.
pub const NONE: u32 = u32::MAX;

/// Instead of a set's number in [`ROLES`]: the role is the n-th copy of the group `index`.
pub const OF_GROUPS: u32 = 0;

/// Instead of a set's number in [`ROLES`]: the role is the session `index`.
pub const OF_SESSIONS: u32 = u32::MAX;

/// Number in [`DEVICES`] that no set has: the one entry of its device hash is the loopback device with the egress program. So the egress program lasts as
/// long as the map, without pins, and any process finds it.
pub const KEEPER: u32 = 0;

/// What a packet is sent to at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SetKey {
    /// The multicast group; 0 is none.
    pub group: u32,
    /// The port of the packet itself; [`NONE`]: it goes nowhere.
    pub port: u32,
    /// The clone session, or what [`both_sessions`] makes of two; [`NONE`] is none.
    pub session: u32,
}

/// Which copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleKey {
    /// Number of the set, from 1 and below [`MOST_SETS`]; or [`OF_GROUPS`], [`OF_SESSIONS`].
    pub set: u32,
    /// Interface index of the device; or the group or session.
    pub index: u32,
    /// How many copies of the set have gone to this device before it.
    pub nth: u32,
}

/// What a copy is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Role {
    /// See [`Kind`]. Of a session's configuration: 0 it goes to a port, 1 to a group.
    pub kind: u32,
    /// The port; of a session that goes to a group, the group.
    pub port: u32,
    /// Replication id.
    pub instance: u32,
    /// Class of service.
    pub class_of_service: u32,
    /// It is cut to so many bytes; [`NONE`]: it is not.
    pub length: u32,
    /// Number of the device in its set, below [`MOST_COPIES`].
    pub place: u32,
}

/// What kinds of copies there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u32)]
pub enum Kind {
    /// The packet itself.
    Itself = 0,
    /// A copy of the group.
    Group = 1,
    /// A clone.
    Clone = 2,
    /// A clone of the packet's second session.
    SecondClone = 3,
}

/// Sessions below this number can stand in one set with another.
pub const PAIRED_SESSIONS: u32 = 1 << 15;

/// What stands for two sessions, the one that was asked for first in front; none if one of them is [`PAIRED_SESSIONS`] or more.
#[must_use]
pub fn both_sessions(first: u32, second: u32) -> Option<u32> {
    (first.max(second) < PAIRED_SESSIONS).then_some(1 << 31 | first << 15 | second)
}

/// The two for which a number stands, if it stands for two. Where packets have clones of one session alone it does not.
#[must_use]
pub fn sessions_of(both: u32) -> Option<(u32, u32)> {
    let of = (both >> 15 & (PAIRED_SESSIONS - 1), both & (PAIRED_SESSIONS - 1));
    (both >> 30 == 2).then_some(of)
}

impl SetKey {
    /// As the program reads it.
    #[must_use]
    pub fn encode(self) -> [u8; 12] {
        words([self.group, self.port, self.session])
    }

    /// Reads it; nothing if there are too few bytes.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<SetKey> {
        let [group, port, session] = numbers(bytes)?;
        Some(SetKey { group, port, session })
    }
}

impl RoleKey {
    /// As the program reads it.
    #[must_use]
    pub fn encode(self) -> [u8; 12] {
        words([self.set, self.index, self.nth])
    }

    /// Reads it; nothing if there are too few bytes.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<RoleKey> {
        let [set, index, nth] = numbers(bytes)?;
        Some(RoleKey { set, index, nth })
    }
}

impl Role {
    /// As the program reads it.
    #[must_use]
    pub fn encode(self) -> [u8; 24] {
        let Role { kind, port, instance, class_of_service, length, place } = self;
        words([kind, port, instance, class_of_service, length, place])
    }

    /// Reads it; nothing if there are too few bytes.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Role> {
        let [kind, port, instance, class_of_service, length, place] = numbers(bytes)?;
        Some(Role { kind, port, instance, class_of_service, length, place })
    }
}

/// Numbers in the machine's order, one behind the other.
fn words<const COUNT: usize, const BYTES: usize>(numbers: [u32; COUNT]) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    for (to, number) in bytes.chunks_exact_mut(4).zip(numbers) {
        to.copy_from_slice(&number.to_ne_bytes());
    }
    bytes
}

fn numbers<const COUNT: usize>(bytes: &[u8]) -> Option<[u32; COUNT]> {
    let mut found = [0; COUNT];
    for (at, number) in found.iter_mut().enumerate() {
        *number = u32::from_ne_bytes(*bytes.get(at * 4..)?.first_chunk()?);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_come_back(numbers: [u32; 6], set: [u32; 3]) {
            let [kind, port, instance, class_of_service, length, place] = numbers;
            let role = Role { kind, port, instance, class_of_service, length, place };
            prop_assert_eq!(Role::decode(&role.encode()), Some(role));
            prop_assert_eq!(Role::decode(&role.encode()[1..]), None);
            let [group, port, session] = set;
            let key = SetKey { group, port, session };
            prop_assert_eq!(SetKey::decode(&key.encode()), Some(key));
            let paired = [set[0] % PAIRED_SESSIONS, set[1] % PAIRED_SESSIONS];
            let both = both_sessions(paired[0], paired[1]).unwrap();
            prop_assert_eq!(sessions_of(both), Some((paired[0], paired[1])));
            prop_assert_eq!(sessions_of(both ^ 1 << 31), None);
            let key = RoleKey { set: group, index: port, nth: session };
            prop_assert_eq!(RoleKey::decode(&key.encode()), Some(key));
        }
    }
}
