//! Maps and sets over handles that are cheap to copy: what two of them have in common is there once.
//!
//! In: handles, which are small numbers. Out: what data-flow analyses carry along. A copy costs nothing, a change a path from the root, and
//! joining two of them what they differ in, because subtrees that are one and the same are not looked into. So a branch costs what it
//! changes, not what is known in front of it. Radix trees of 16 children a node; libraries of persistent maps have no such join.

use cranelift_entity::EntityRef;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

const BITS: u32 = 4;
const CHILDREN: usize = 1 << BITS;

type Link<V> = Option<Rc<Node<V>>>;

#[derive(Clone)]
enum Node<V> {
    Inner([Link<V>; CHILDREN]),
    Leaf([Option<V>; CHILDREN]),
}

impl<V> Node<V> {
    fn child(&self, at: usize) -> Option<&Rc<Node<V>>> {
        match self {
            Node::Inner(links) => links.get(at)?.as_ref(),
            Node::Leaf(_) => None,
        }
    }

    fn value(&self, at: usize) -> Option<&V> {
        match self {
            Node::Leaf(values) => values.get(at)?.as_ref(),
            Node::Inner(_) => None,
        }
    }
}

/// What becomes of a key that only one of two trees has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Alone {
    Keep,
    Drop,
    Ask,
}

/// What becomes of a key whose values differ.
pub type Join<'a, V> = dyn FnMut(Option<&V>, Option<&V>) -> Option<V> + 'a;

/// How two trees become one.
struct Rule<'a, V> {
    alone: Alone,
    join: &'a mut Join<'a, V>,
}

/// What two trees come to.
enum Joined<V> {
    Left,
    Right,
    New(Link<V>),
}

/// A tree: the root is `levels` above nothing, so that leaves are at level 0.
#[derive(Clone)]
struct Tree<V> {
    root: Link<V>,
    levels: u32,
}

impl<V> Default for Tree<V> {
    fn default() -> Self {
        Tree { root: None, levels: 0 }
    }
}

fn slot(key: usize, level: u32) -> usize {
    (key >> (BITS * level)) & (CHILDREN - 1)
}

impl<V: Clone + PartialEq> Tree<V> {
    fn holds(&self, key: usize) -> bool {
        self.levels > 0 && key >> (BITS * self.levels) == 0
    }

    fn get(&self, key: usize) -> Option<&V> {
        if !self.holds(key) {
            return None;
        }
        let mut node = self.root.as_ref()?;
        for level in (1..self.levels).rev() {
            node = node.child(slot(key, level))?;
        }
        node.value(slot(key, 0))
    }

    fn put(&mut self, key: usize, value: Option<V>) {
        if self.get(key) == value.as_ref() {
            return;
        }
        if value.is_none() {
            return take(&mut self.root, self.levels.saturating_sub(1), key);
        }
        while !self.holds(key) {
            self.raise();
        }
        let mut link = &mut self.root;
        for level in (0..self.levels).rev() {
            let empty = || if level == 0 { Node::Leaf(none()) } else { Node::Inner(none()) };
            match Rc::make_mut(link.get_or_insert_with(|| Rc::new(empty()))) {
                Node::Leaf(values) => {
                    if let Some(slot) = values.get_mut(slot(key, level)) {
                        *slot = value;
                    }
                    return;
                }
                Node::Inner(links) => match links.get_mut(slot(key, level)) {
                    Some(next) => link = next,
                    None => return,
                },
            }
        }
    }

    fn raise(&mut self) {
        if let Some(root) = self.root.take() {
            let mut links = none();
            if let Some(first) = links.first_mut() {
                *first = Some(root);
            }
            self.root = Some(Rc::new(Node::Inner(links)));
        }
        self.levels += 1;
    }

    /// True if it has changed.
    fn join(&mut self, other: &Tree<V>, rule: &mut Rule<V>) -> bool {
        let mut other = other.clone();
        while self.levels < other.levels {
            self.raise();
        }
        while other.levels < self.levels {
            other.raise();
        }
        match joined(self.root.as_ref(), other.root.as_ref(), self.levels, rule) {
            Joined::Left => return false,
            Joined::Right => self.root = other.root,
            Joined::New(root) => self.root = root,
        }
        true
    }
}

/// Takes a key's value away. No empty node stays: it would differ from one that never was. `level` is the node's own.
fn take<V: Clone>(link: &mut Link<V>, level: u32, key: usize) {
    let Some(node) = link else { return };
    let is_empty = match Rc::make_mut(node) {
        Node::Leaf(values) => {
            if let Some(value) = values.get_mut(slot(key, level)) {
                *value = None;
            }
            values.iter().all(Option::is_none)
        }
        Node::Inner(links) => {
            if let Some(next) = links.get_mut(slot(key, level)) {
                take(next, level.saturating_sub(1), key);
            }
            links.iter().all(Option::is_none)
        }
    };
    if is_empty {
        *link = None;
    }
}

fn none<T>() -> [Option<T>; CHILDREN] {
    std::array::from_fn(|_| None)
}

/// `level` is that of the parent.
fn joined<V: Clone + PartialEq>(
    a: Option<&Rc<Node<V>>>,
    b: Option<&Rc<Node<V>>>,
    level: u32,
    rule: &mut Rule<V>,
) -> Joined<V> {
    match (a, b, rule.alone) {
        (None, None, _) | (Some(_), None, Alone::Keep) | (None, Some(_), Alone::Drop) => return Joined::Left,
        (None, Some(_), Alone::Keep) | (Some(_), None, Alone::Drop) => return Joined::Right,
        (Some(a), Some(b), _) if Rc::ptr_eq(a, b) => return Joined::Left,
        (Some(_), Some(_), _) | (Some(_), None, Alone::Ask) | (None, Some(_), Alone::Ask) => {}
    }
    let (mut is_left, mut is_right) = (true, true);
    let node = if level <= 1 {
        let mut values = none();
        for (at, slot) in values.iter_mut().enumerate() {
            let (x, y) = (a.and_then(|a| a.value(at)), b.and_then(|b| b.value(at)));
            *slot = match (x, y, rule.alone) {
                _ if x == y => x.cloned(),
                (Some(_), None, Alone::Keep) => x.cloned(),
                (None, Some(_), Alone::Keep) => y.cloned(),
                (Some(_), None, Alone::Drop) | (None, Some(_), Alone::Drop) => None,
                (Some(_), Some(_), _) | (_, _, Alone::Ask) | (None, None, _) => (rule.join)(x, y),
            };
            is_left &= slot.as_ref() == x;
            is_right &= slot.as_ref() == y;
        }
        Node::Leaf(values)
    } else {
        let mut links = none();
        for (at, slot) in links.iter_mut().enumerate() {
            let (x, y) = (a.and_then(|a| a.child(at)), b.and_then(|b| b.child(at)));
            *slot = match joined(x, y, level - 1, rule) {
                Joined::Left => x.cloned(),
                Joined::Right => y.cloned(),
                Joined::New(link) => link,
            };
            is_left &= is_same(slot.as_ref(), x);
            is_right &= is_same(slot.as_ref(), y);
        }
        Node::Inner(links)
    };
    let is_empty = match &node {
        Node::Inner(links) => links.iter().all(Option::is_none),
        Node::Leaf(values) => values.iter().all(Option::is_none),
    };
    match (is_left, is_right) {
        (true, _) => Joined::Left,
        (false, true) => Joined::Right,
        (false, false) => Joined::New((!is_empty).then(|| Rc::new(node))),
    }
}

fn is_same<V>(a: Option<&Rc<Node<V>>>, b: Option<&Rc<Node<V>>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Rc::ptr_eq(a, b),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// A map from handles.
#[derive(Clone)]
pub struct Map<K, V> {
    tree: Tree<V>,
    keys: PhantomData<fn(K)>,
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Map { tree: Tree::default(), keys: PhantomData }
    }
}

impl<K, V> fmt::Debug for Map<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Map").field("levels", &self.tree.levels).finish_non_exhaustive()
    }
}

impl<K: EntityRef, V: Clone + PartialEq> Map<K, V> {
    /// The value of a key.
    pub fn get(&self, key: K) -> Option<&V> {
        self.tree.get(key.index())
    }

    /// Gives a key a value, or takes it away.
    pub fn put(&mut self, key: K, value: Option<V>) {
        self.tree.put(key.index(), value);
    }

    /// Keeps the keys that have the same value in both; true if something was lost.
    pub fn intersect(&mut self, other: &Map<K, V>) -> bool {
        self.tree.join(&other.tree, &mut Rule { alone: Alone::Drop, join: &mut |_, _| None })
    }

    /// Where the maps differ, the key gets the value that `join` gives it; true if the map has changed.
    pub fn join<'a>(&mut self, other: &Map<K, V>, join: &'a mut Join<'a, V>) -> bool {
        self.tree.join(&other.tree, &mut Rule { alone: Alone::Ask, join })
    }
}

/// A set of handles.
#[derive(Clone)]
pub struct Set<K> {
    /// 64 handles each; a word of none is not there.
    words: Tree<u64>,
    keys: PhantomData<fn(K)>,
}

impl<K> Default for Set<K> {
    fn default() -> Self {
        Set { words: Tree::default(), keys: PhantomData }
    }
}

impl<K> fmt::Debug for Set<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Set").field("levels", &self.words.levels).finish_non_exhaustive()
    }
}

impl<K: EntityRef> Set<K> {
    /// True if the handle is in it.
    pub fn contains(&self, key: K) -> bool {
        let at = key.index();
        self.words.get(at / 64).is_some_and(|word| word & (1 << (at % 64)) != 0)
    }

    /// Adds a handle.
    pub fn insert(&mut self, key: K) {
        let at = key.index();
        let word = self.words.get(at / 64).copied().unwrap_or_default();
        self.words.put(at / 64, Some(word | 1 << (at % 64)));
    }

    /// Takes a handle away.
    pub fn remove(&mut self, key: K) {
        let at = key.index();
        if let Some(&word) = self.words.get(at / 64) {
            let word = word & !(1 << (at % 64));
            self.words.put(at / 64, (word != 0).then_some(word));
        }
    }

    /// Adds everything of another set; true if there was something new.
    pub fn add_all(&mut self, other: &Set<K>) -> bool {
        let mut join = |a: Option<&u64>, b: Option<&u64>| Some(a? | b?);
        self.words.join(&other.words, &mut Rule { alone: Alone::Keep, join: &mut join })
    }

    /// Keeps what is in both.
    pub fn keep_all(&mut self, other: &Set<K>) {
        let mut join = |a: Option<&u64>, b: Option<&u64>| Some(a? & b?).filter(|word| *word != 0);
        self.words.join(&other.words, &mut Rule { alone: Alone::Drop, join: &mut join });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::LocalId;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    fn map(entries: &BTreeMap<u32, u8>, from: &Map<LocalId, u8>) -> Map<LocalId, u8> {
        let mut map = from.clone();
        entries.iter().for_each(|(&key, &value)| map.put(LocalId::from_u32(key), Some(value)));
        map
    }

    fn set(entries: &BTreeSet<u32>, from: &Set<LocalId>) -> Set<LocalId> {
        let mut set = from.clone();
        entries.iter().for_each(|&key| set.insert(LocalId::from_u32(key)));
        set
    }

    /// Keys that lie close together and far apart.
    fn key() -> impl Strategy<Value = u32> {
        prop_oneof![0u32..40, 0u32..5000, Just(1_000_000u32)]
    }

    fn entries() -> impl Strategy<Value = BTreeMap<u32, u8>> {
        prop::collection::btree_map(key(), 0u8..3, 0..30)
    }

    proptest! {
        #[test]
        fn maps_are_as_ordinary_ones(base in entries(), left in entries(), right in entries(), gone in key()) {
            let shared = map(&base, &Map::default());
            let (mut a, mut b) = (map(&left, &shared), map(&right, &shared));
            a.put(LocalId::from_u32(gone), None);
            let plain = |own: &BTreeMap<u32, u8>| {
                let mut all = base.clone();
                all.extend(own);
                all
            };
            let (mut x, y) = (plain(&left), plain(&right));
            x.remove(&gone);
            let keys: BTreeSet<u32> = x.keys().chain(y.keys()).copied().chain([gone, 7, 4999]).collect();
            let mut asked = a.clone();
            let different = keys.iter().any(|key| x.get(key) != y.get(key));
            prop_assert_eq!(asked.join(&b, &mut |a, b| Some(10 + a.unwrap_or(&5) + 10 * b.unwrap_or(&5))), different);
            let mut both = a.clone();
            let lost = x.iter().any(|(key, value)| y.get(key) != Some(value));
            prop_assert_eq!(both.intersect(&b), lost);
            b.intersect(&a);
            for key in keys {
                let id = LocalId::from_u32(key);
                prop_assert_eq!(a.get(id), x.get(&key));
                let (v, w) = (x.get(&key), y.get(&key));
                prop_assert_eq!(both.get(id), v.filter(|_| v == w));
                prop_assert_eq!(b.get(id), v.filter(|_| v == w));
                let joined = if v == w { v.copied() } else { Some(10 + v.unwrap_or(&5) + 10 * w.unwrap_or(&5)) };
                prop_assert_eq!(asked.get(id), joined.as_ref());
            }
        }

        #[test]
        fn sets_are_as_ordinary_ones(
            base in prop::collection::btree_set(key(), 0..30),
            left in prop::collection::btree_set(key(), 0..30),
            right in prop::collection::btree_set(key(), 0..30),
            gone in key(),
        ) {
            let shared = set(&base, &Set::default());
            let (mut a, b) = (set(&left, &shared), set(&right, &shared));
            a.remove(LocalId::from_u32(gone));
            let mut x: BTreeSet<u32> = base.union(&left).copied().collect();
            let y: BTreeSet<u32> = base.union(&right).copied().collect();
            x.remove(&gone);
            let mut all = a.clone();
            prop_assert_eq!(all.add_all(&b), !y.is_subset(&x));
            let mut both = a.clone();
            both.keep_all(&b);
            for key in x.union(&y).copied().chain([gone, 7]) {
                let id = LocalId::from_u32(key);
                prop_assert_eq!(a.contains(id), x.contains(&key));
                prop_assert_eq!(all.contains(id), x.contains(&key) || y.contains(&key));
                prop_assert_eq!(both.contains(id), x.contains(&key) && y.contains(&key));
            }
        }
    }
}
