//! Typed arenas: objects by handle. `cranelift_entity::PrimaryMap` without the fallible access, because a handle is always valid in the
//! program that made it; so indexing by handle is no hidden failure, and the lint against indexing slices need not be silenced.

pub use crate::handles;
pub use cranelift_entity::entity_impl;
use cranelift_entity::{EntityRef, PrimaryMap};
use std::ops::{Index, IndexMut};

/// Types of handles: documentation, name, and what stands in front of the number where one is shown.
#[macro_export]
macro_rules! handles {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);
        $crate::arena::entity_impl!($name, $prefix);)*
    };
}

/// Objects in order of their handles; nothing is ever removed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Arena<K: EntityRef, V>(PrimaryMap<K, V>);

impl<K: EntityRef, V> Default for Arena<K, V> {
    fn default() -> Self {
        Arena(PrimaryMap::new())
    }
}

impl<K: EntityRef, V> Arena<K, V> {
    /// An empty arena.
    pub fn new() -> Arena<K, V> {
        Arena::default()
    }

    /// Adds an object and hands out its handle.
    pub fn push(&mut self, value: V) -> K {
        self.0.push(value)
    }

    /// The handle that the next `push` hands out.
    pub fn next_key(&self) -> K {
        self.0.next_key()
    }

    /// Number of objects.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Nothing there?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Is this one of our handles? For handles that may come from elsewhere, as in a validator.
    pub fn is_valid(&self, key: K) -> bool {
        self.0.is_valid(key)
    }

    /// What a handle that may be of another arena names, if anything.
    pub fn find(&self, key: K) -> Option<&V> {
        self.0.get(key)
    }

    /// All handles, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = K> + ExactSizeIterator + use<K, V> {
        self.0.keys()
    }

    /// All objects, in order.
    pub fn values(&self) -> std::slice::Iter<'_, V> {
        self.0.values()
    }

    /// All objects, in order, to be changed.
    pub fn values_mut(&mut self) -> std::slice::IterMut<'_, V> {
        self.0.values_mut()
    }

    /// Handles and objects, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (K, &V)> + ExactSizeIterator {
        self.0.iter()
    }

    /// Handles and objects, in order, to be changed.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (K, &mut V)> + ExactSizeIterator {
        self.0.iter_mut()
    }
}

impl<K: EntityRef, V> Index<K> for Arena<K, V> {
    type Output = V;
    #[expect(clippy::indexing_slicing, reason = "a handle is valid in the program that made it")]
    fn index(&self, key: K) -> &V {
        &self.0[key]
    }
}

impl<K: EntityRef, V> IndexMut<K> for Arena<K, V> {
    #[expect(clippy::indexing_slicing, reason = "a handle is valid in the program that made it")]
    fn index_mut(&mut self, key: K) -> &mut V {
        &mut self.0[key]
    }
}

impl<K: EntityRef, V> FromIterator<V> for Arena<K, V> {
    fn from_iter<I: IntoIterator<Item = V>>(values: I) -> Self {
        Arena(PrimaryMap::from_iter(values))
    }
}
