//! Plans of any groups, sessions and ports, held against what is said of sets; and rows of changes, after each of which all is as if it had been made
//! at once.

use super::*;
use p4xdp_control::manifest::copies::KEEPER;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

fn node(replication_id: u32, ports: &[u32]) -> MulticastNode {
    MulticastNode { replication_id, ports: ports.into() }
}

fn ports<const COUNT: usize>(devices: [(u32, u32); COUNT]) -> Ports {
    Ports { devices: BTreeMap::from(devices), cpu: None }
}

fn session(target: Mirror) -> Session {
    Session { target, class_of_service: 2, truncate: Some(64) }
}

fn key(group: u32, port: u32, session: u32) -> SetKey {
    SetKey { group, port, session }
}

/// Two groups, and sessions to a port and to the first of them.
fn config() -> Config {
    Config {
        groups: BTreeMap::from([(7, vec![node(1, &[1, 2]), node(2, &[1])]), (8, Vec::new())]),
        sessions: BTreeMap::from([(0, session(Mirror::Port(3))), (5, session(Mirror::Group(7)))]),
    }
}

/// Kind, port, replication id and device of each copy of a set.
fn told(copies: &[Copy]) -> Vec<(u32, u32, u32, u32)> {
    copies.iter().map(|copy| (copy.role.kind, copy.role.port, copy.role.instance, copy.device)).collect()
}

#[test]
fn of_two_sessions_the_clones_of_one_follow_those_of_the_other() {
    let ports = ports([(1, 1001), (2, 1002), (3, 1003)]);
    let sets = config().sets(&ports, true).unwrap();
    // Beside those with one session or none, any two sessions alone, with three ports, and with two groups.
    assert_eq!(sets.len(), 2 + 2 * (1 + 3 + 2) + 4 * (1 + 3 + 2));
    let both = |first, second| both_sessions(first, second).unwrap();
    assert_eq!(told(&sets[&key(0, NONE, both(0, 0))]), [(2, 3, 0, 1003), (3, 3, 0, 1003)]);
    let clones = [(2, 3, 0, 1003), (3, 1, 1, 1001), (3, 2, 1, 1002), (3, 1, 2, 1001)];
    assert_eq!(told(&sets[&key(0, NONE, both(0, 5))]), clones);
    assert_eq!(told(&sets[&key(0, 1, both(0, 5))]), [&[(0, 1, 0, 1001)][..], &clones].concat());
}

#[test]
fn sessions_that_are_too_large_or_too_many_go_with_no_other() {
    let ports = ports([(1, 1001)]);
    let to_port = |numbers: &mut dyn Iterator<Item = u32>| Config {
        groups: BTreeMap::new(),
        sessions: numbers.map(|number| (number, session(Mirror::Port(1)))).collect(),
    };
    let sets = |config: &Config| config.sets(&ports, true).unwrap().len();
    assert_eq!(sets(&to_port(&mut [1, 1 << 15].into_iter())), 2 * 2 + 2);
    assert_eq!(sets(&to_port(&mut (0..40))), 2 * (40 + 40 * 40));
    assert_eq!(sets(&to_port(&mut (0..50))), 2 * 50);
    let refused = to_port(&mut [both_sessions(1, 2).unwrap()].into_iter());
    assert!(refused.sets(&ports, true).is_err());
    assert!(refused.sets(&ports, false).is_ok());
}

#[test]
fn the_packet_itself_then_the_group_then_the_clones() {
    let ports = ports([(1, 1001), (2, 1002), (3, 1003)]);
    let sets = config().sets(&ports, false).unwrap();
    // Two groups; two sessions, each alone, with three ports, and with two groups.
    assert_eq!(sets.len(), 2 + 2 * (1 + 3 + 2));
    let of_group = [(1, 1, 1, 1001), (1, 2, 1, 1002), (1, 1, 2, 1001)];
    assert_eq!(told(&sets[&key(7, NONE, NONE)]), of_group);
    assert_eq!(told(&sets[&key(8, NONE, NONE)]), []);
    assert_eq!(told(&sets[&key(0, NONE, 0)]), [(2, 3, 0, 1003)]);
    assert_eq!(told(&sets[&key(0, 3, 0)]), [(0, 3, 0, 1003), (2, 3, 0, 1003)]);
    let clones = of_group.map(|(_, port, id, device)| (2, port, id, device));
    assert_eq!(told(&sets[&key(7, NONE, 5)]), [of_group, clones].concat());
    let clone = sets[&key(0, NONE, 0)][0].role;
    assert_eq!((clone.class_of_service, clone.length), (2, 64));
    let places: Vec<u32> = sets[&key(7, NONE, 5)].iter().map(|copy| copy.role.place).collect();
    assert_eq!(places, [0, 1, 0, 0, 1, 0]);
    let roles = roles_of(9, &sets[&key(7, NONE, 5)]);
    let nth: Vec<(u32, u32)> = roles.keys().map(|key| (key.index, key.nth)).collect();
    assert_eq!(nth, [(1001, 0), (1001, 1), (1001, 2), (1001, 3), (1002, 0), (1002, 1)]);
}

#[test]
fn copies_for_user_space_go_by_a_device() {
    let ports = Ports { cpu: Some((3, 1002)), ..ports([(1, 1001), (2, 1002)]) };
    let sets = config().sets(&ports, false).unwrap();
    assert_eq!(told(&sets[&key(0, NONE, 0)]), [(2, 3, 0, 1002)]);
    // By the device goes what is for its port, too.
    assert_eq!(told(&sets[&key(0, 2, 0)]), [(0, 2, 0, 1002), (2, 3, 0, 1002)]);
    assert_eq!(told(&sets[&key(0, 3, 0)]), [(0, 3, 0, 1002), (2, 3, 0, 1002)]);
    let roles = roles_of(9, &sets[&key(0, 2, 0)]);
    let told: Vec<(u32, u32, u32)> =
        roles.iter().map(|(key, role)| (key.index, key.nth, role.port)).collect();
    assert_eq!(told, [(1002, 0, 2), (1002, 1, 3)]);
}

#[test]
fn ports_without_a_device_get_nothing() {
    let sets = config().sets(&ports([(2, 1002)]), false).unwrap();
    assert_eq!(told(&sets[&key(7, NONE, NONE)]), [(1, 2, 1, 1002)]);
    assert_eq!(told(&sets[&key(0, 2, 0)]), [(0, 2, 0, 1002)]);
    assert!(!sets.contains_key(&key(0, 3, 0)));
}

#[test]
fn what_cannot_be_is_told() {
    let ports = ports([(1, 1001)]);
    let refused = |config: Config| config.sets(&ports, false).unwrap_err().to_string();
    let groups = |number| BTreeMap::from([(number, vec![node(0, &vec![1; 200])])]);
    let sessions = |number, target| BTreeMap::from([(number, session(target))]);
    let none = refused(Config { groups: groups(0), sessions: BTreeMap::new() });
    assert_eq!(none, "0 is no multicast group: it stands for none");
    let none = refused(Config { groups: BTreeMap::new(), sessions: sessions(NONE, Mirror::Port(1)) });
    assert_eq!(none, "4294967295 is no clone session: it stands for none");
    let unknown = refused(Config { groups: groups(7), sessions: sessions(3, Mirror::Group(8)) });
    assert_eq!(unknown, "there is no multicast group 8, to which clone session 3 goes");
    let many = refused(Config { groups: groups(7), sessions: sessions(3, Mirror::Group(7)) });
    assert_eq!(
        many,
        "a packet to multicast group 7 and clone session 3 would leave 400 times; 256 times is the most"
    );
}

fn any_config() -> impl Strategy<Value = Config> {
    let nodes = vec((0u32..3, vec(0u32..5, 0..4)).prop_map(|(id, ports)| node(id, &ports)), 0..4);
    let target = prop_oneof![(0u32..5).prop_map(Mirror::Port), (1u32..4).prop_map(Mirror::Group)];
    let session = (target, 0u32..3, proptest::option::of(0u32..99))
        .prop_map(|(target, class_of_service, truncate)| Session { target, class_of_service, truncate });
    (btree_map(1u32..4, nodes, 0..4), btree_map(0u32..4, session, 0..4)).prop_map(|(groups, mut sessions)| {
        sessions.retain(|_, session| match session.target {
            Mirror::Group(group) => groups.contains_key(&group),
            Mirror::Port(_) => true,
        });
        Config { groups, sessions }
    })
}

fn any_ports() -> impl Strategy<Value = Ports> {
    let cpu = proptest::option::of((0u32..5, 1001u32..1004));
    (btree_map(0u32..5, 1001u32..1004, 0..5), cpu).prop_map(|(devices, cpu)| Ports { devices, cpu })
}

/// What stands in the maps once a change is done.
fn done(mut standing: Standing, change: &Change, config: &Config) -> Standing {
    let replaced = change.fresh.iter().map(|fresh| &fresh.key).chain(&change.gone);
    let mut old: BTreeSet<u32> = replaced.filter_map(|key| standing.sets.get(key).copied()).collect();
    old.extend(&change.orphans);
    old.extend([OF_GROUPS, OF_SESSIONS]);
    standing.roles.retain(|key, _| !old.contains(&key.set));
    standing.devices.retain(|set| !old.contains(set));
    standing.sets.retain(|key, _| !change.gone.contains(key));
    for Fresh { key, number, copies } in &change.fresh {
        assert!(![OF_GROUPS, OF_SESSIONS, KEEPER].contains(number));
        assert!(standing.devices.insert(*number), "{number} is in use");
        standing.roles.extend(roles_of(*number, copies));
        standing.sets.insert(*key, *number);
    }
    standing.roles.extend(config.roles());
    standing
}

proptest! {
    #[test]
    fn what_was_asked_for_is_read_again(config in any_config()) {
        let read = Config::of_roles(&config.roles());
        prop_assert_eq!(&read.sessions, &config.sessions);
        prop_assert!(read.groups.keys().eq(config.groups.keys()));
        for group in config.groups.keys() {
            prop_assert_eq!(read.members(*group), config.members(*group));
        }
        prop_assert_eq!(read.roles(), config.roles());
    }

    #[test]
    fn each_copy_of_a_device_has_its_role(config in any_config(), ports in any_ports(), twice: bool) {
        for (key, copies) in config.sets(&ports, twice).unwrap() {
            let roles = roles_of(1, &copies);
            prop_assert_eq!(roles.len(), copies.len());
            let mut seen: BTreeMap<u32, u32> = BTreeMap::new();
            for copy in &copies {
                // What a program does: the place by the first role, then the copy by what has gone there before.
                let nth = seen.entry(copy.device).or_default();
                let role = roles[&RoleKey { set: 1, index: copy.device, nth: *nth }];
                prop_assert_eq!(role, copy.role);
                prop_assert_eq!(role.place, roles[&RoleKey { set: 1, index: copy.device, nth: 0 }].place);
                prop_assert_eq!(ports.device(role.port), Some(copy.device));
                *nth += 1;
            }
            let places: BTreeSet<u32> = copies.iter().map(|copy| copy.role.place).collect();
            prop_assert!(places.into_iter().eq(0..seen.len() as u32));
            let kinds: Vec<u32> = copies.iter().map(|copy| copy.role.kind).collect();
            prop_assert!(kinds.is_sorted(), "{:?}: {:?}", key, kinds);
        }
    }

    #[test]
    fn rows_of_changes_leave_what_one_would(row in vec((any_config(), any_ports(), any::<bool>()), 1..6)) {
        let mut standing = Standing::default();
        for (config, ports, all) in row {
            let wanted = config.sets(&ports, false).unwrap();
            let made = change(&standing, wanted.clone(), 1000, |_| all);
            standing = done(standing, &made, &config);
            prop_assert!(standing.sets.keys().eq(wanted.keys()));
            let mut expected = config.roles();
            for (key, copies) in &wanted {
                expected.extend(roles_of(standing.sets[key], copies));
            }
            prop_assert_eq!(&standing.roles, &expected);
            let numbers: BTreeSet<u32> = standing.sets.values().copied().collect();
            prop_assert_eq!(numbers.len(), standing.sets.len());
            prop_assert_eq!(&standing.devices, &numbers);
            // Nothing is left to do.
            prop_assert_eq!(change(&standing, wanted, 1000, |_| false), Change::default());
        }
    }

    #[test]
    fn what_was_cut_short_is_cleared(config in any_config(), ports in any_ports(), lost in 1u32..9) {
        let mut standing = Standing::default();
        standing.devices.insert(lost);
        standing.roles.extend(roles_of(lost, &[Copy { device: 1000, role: Role::default() }]));
        let wanted = config.sets(&ports, false).unwrap();
        let made = change(&standing, wanted, 1000, |_| false);
        prop_assert_eq!(&made.orphans, &BTreeSet::from([lost]));
        prop_assert!(made.fresh.iter().all(|fresh| fresh.number != lost));
    }
}
