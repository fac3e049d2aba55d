//! Ids of objects as P4Runtime has them: in, the kind and the full names of a program's objects, with the ids that `@id` gives them; out,
//! one id each, the same whenever and wherever the program is compiled.
//!
//! P4Runtime specification 1.5, section "ID Allocation for P4Info Objects": the first byte says the kind of object, `@id` is honoured, and
//! an id is that of one object. How the other three bytes come about is left to compilers; ours are p4c's, so that a control plane that was
//! written against p4c's P4Info works: the hash of the full name, and if that is taken the next number, names in sorted order.

use std::collections::{BTreeMap, BTreeSet};

/// Kinds of objects, by the first byte of their ids (`P4Ids.Prefix` of `p4info.proto`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// An action.
    Action = 0x01,
    /// A table.
    Table = 0x02,
    /// A value set.
    ValueSet = 0x03,
    /// A header of packets to and from the control plane.
    ControllerHeader = 0x04,
    /// An action profile or selector.
    ActionProfile = 0x11,
    /// An indexed counter.
    Counter = 0x12,
    /// A direct counter.
    DirectCounter = 0x13,
    /// An indexed meter.
    Meter = 0x14,
    /// A direct meter.
    DirectMeter = 0x15,
    /// A register.
    Register = 0x16,
    /// A digest.
    Digest = 0x17,
}

impl Kind {
    /// The kind's first byte, where it stands in an id.
    #[must_use]
    pub fn prefix(self) -> u32 {
        u32::from(self as u8) << 24
    }
}

/// The bytes of an id behind the kind.
const REST: u32 = 0x00ff_ffff;

/// Why ids cannot be given as `@id` says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// It says another kind of object, or nothing of three bytes, or 0.
    #[error("{id:#x} is no id of `{name}`: ids of its kind are 0x{kind:02x}000001 to 0x{kind:02x}ffffff", kind = *kind as u8)]
    Kind {
        /// Position in the list.
        at: usize,
        /// Full name.
        name: String,
        /// What `@id` says.
        id: u64,
        /// Its kind.
        kind: Kind,
    },
    /// Two objects have one id.
    #[error("`{name}` has the id {id:#x}, which `{other}` has as well")]
    Twice {
        /// Position in the list.
        at: usize,
        /// Full name.
        name: String,
        /// Full name of the other.
        other: String,
        /// The id.
        id: u32,
    },
}

/// Gives the objects of one kind their ids, in the order in which they come: full names, and what `@id` says. Objects of one name are one
/// object. Ids that the program gives wrongly come back as errors, and their objects get others.
#[must_use]
pub fn assign(kind: Kind, objects: &[(&str, Option<u64>)]) -> (Vec<u32>, Vec<IdError>) {
    let mut of_name: BTreeMap<&str, u32> = BTreeMap::new();
    let mut taken: BTreeMap<u32, &str> = BTreeMap::new();
    let mut errors = Vec::new();
    // Those that the program gives come first: a hash makes way for them.
    for (at, (name, given)) in objects.iter().enumerate() {
        let Some(given) = *given else { continue };
        let Some(id) = with_prefix(kind, given) else {
            errors.push(IdError::Kind { at, name: (*name).to_owned(), id: given, kind });
            continue;
        };
        match taken.get(&id) {
            Some(other) if other == name => {}
            Some(other) => {
                errors.push(IdError::Twice { at, name: (*name).to_owned(), other: (*other).to_owned(), id });
            }
            None => {
                taken.insert(id, name);
                of_name.insert(name, id);
            }
        }
    }
    let mut rest: Vec<&str> = objects.iter().map(|(name, _)| *name).collect();
    rest.sort_unstable();
    for name in rest {
        of_name.entry(name).or_insert_with(|| {
            let mut id = kind.prefix() | hash(name) & REST;
            while id & REST == 0 || taken.contains_key(&id) {
                id = kind.prefix() | (id + 1) & REST;
            }
            taken.insert(id, name);
            id
        });
    }
    (objects.iter().filter_map(|(name, _)| of_name.get(name).copied()).collect(), errors)
}

/// What `@id` says, with the kind's prefix if it has none.
fn with_prefix(kind: Kind, given: u64) -> Option<u32> {
    let given = u32::try_from(given).ok()?;
    let prefixed = if given & !REST == 0 { given | kind.prefix() } else { given };
    (prefixed & !REST == kind.prefix() && prefixed & REST != 0).then_some(prefixed)
}

/// Ids of what an object numbers itself, such as keys and parameters: from 1 in order, but for those that `@id` gives (P4Runtime
/// specification, section "ID Allocation for P4Info Objects": "unique in the scope of its table / action"). Positions whose `@id` is 0, too
/// large or there already come back as errors.
#[must_use]
pub fn number(given: &[Option<u64>]) -> (Vec<u32>, Vec<usize>) {
    let mut taken = BTreeSet::new();
    let mut errors = Vec::new();
    let mut ids: Vec<Option<u32>> = Vec::with_capacity(given.len());
    for (at, id) in given.iter().enumerate() {
        let valid = id.and_then(|id| u32::try_from(id).ok()).filter(|id| *id != 0 && taken.insert(*id));
        if id.is_some() && valid.is_none() {
            errors.push(at);
        }
        ids.push(valid);
    }
    let mut next = 1;
    let fill = |id: Option<u32>| {
        id.unwrap_or_else(|| {
            while !taken.insert(next) {
                next += 1;
            }
            next
        })
    };
    (ids.into_iter().map(fill).collect(), errors)
}

/// Bob Jenkins's one-at-a-time hash.
fn hash(name: &str) -> u32 {
    let mut hash = 0u32;
    for byte in name.bytes() {
        hash = hash.wrapping_add(u32::from(byte));
        hash = hash.wrapping_add(hash << 10);
        hash ^= hash >> 6;
    }
    hash = hash.wrapping_add(hash << 3);
    hash ^= hash >> 11;
    hash.wrapping_add(hash << 15)
}

/// The shortest end of each name, from a dot on, that ends no other name: P4Runtime's `alias` (section "Preamble Message"). A name that
/// ends another one stays whole.
#[must_use]
pub fn aliases(names: &[&str]) -> Vec<String> {
    // In falling order of length, the last one the name itself.
    fn ends(name: &str) -> impl Iterator<Item = &str> {
        let dots = name.match_indices('.').filter_map(|(at, _)| name.get(at + 1..));
        std::iter::once(name).chain(dots)
    }
    let unique: BTreeSet<&str> = names.iter().copied().collect();
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    for end in unique.into_iter().flat_map(ends) {
        *uses.entry(end).or_insert(0) += 1;
    }
    let alias = |name: &&str| {
        let shortest = ends(name).filter(|end| uses.get(end) == Some(&1)).last();
        shortest.unwrap_or(name).to_owned()
    };
    names.iter().map(alias).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_p4c_has_them() {
        // From P4Info that p4c wrote.
        assert_eq!(assign(Kind::Action, &[("NoAction", None)]).0, [21_257_015]);
    }

    #[test]
    fn given_ids_come_first_and_get_their_prefix() {
        let hashed = Kind::Action.prefix() | hash("NoAction") & REST;
        let objects = [("NoAction", None), ("a.b", Some(u64::from(hashed))), ("c", Some(7))];
        assert_eq!(assign(Kind::Action, &objects).0, [hashed + 1, hashed, 0x0100_0007]);
    }

    #[test]
    fn what_is_wrong_with_given_ids() {
        let objects = [("a", Some(0x0100_0001)), ("b", Some(5)), ("c", Some(0x0200_0005)), ("d", Some(0))];
        let (ids, errors) = assign(Kind::Table, &objects);
        assert_eq!((ids[1], ids.len()), (0x0200_0005, 4));
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(
            errors,
            [
                "0x1000001 is no id of `a`: ids of its kind are 0x02000001 to 0x02ffffff",
                "`c` has the id 0x2000005, which `b` has as well",
                "0x0 is no id of `d`: ids of its kind are 0x02000001 to 0x02ffffff",
            ]
        );
    }

    /// Two names with one hash: the first in sorted order keeps it, whatever the order of the program.
    #[test]
    fn collisions_are_settled_by_the_order_of_names() {
        let mut seen: std::collections::HashMap<u32, String> = std::collections::HashMap::new();
        let (first, second) = (0..)
            .find_map(|number| {
                let name = format!("ingress.t{number}");
                let other = seen.insert(hash(&name) & REST, name.clone())?;
                Some((other, name))
            })
            .unwrap();
        let id = Kind::Table.prefix() | hash(&first) & REST;
        let (low, high) = if first < second { (&first, &second) } else { (&second, &first) };
        assert_eq!(assign(Kind::Table, &[(low, None), (high, None), (low, None)]).0, [id, id + 1, id]);
        assert_eq!(assign(Kind::Table, &[(high, None), (low, None)]).0, [id + 1, id]);
    }

    #[test]
    fn keys_and_parameters() {
        assert_eq!(number(&[None, Some(1), None]), (vec![2, 1, 3], vec![]));
        assert_eq!(number(&[Some(2), Some(2), Some(0)]), (vec![2, 1, 3], vec![1, 2]));
    }

    #[test]
    fn shortest_names() {
        let names = ["a.b.c", "b.c", "d.c", "x.y", "x.y"];
        assert_eq!(aliases(&names), ["a.b.c", "b.c", "d.c", "y", "y"]);
    }
}
