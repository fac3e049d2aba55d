//! How a table's entries are stored, as bytes: in, an entry and the places that the manifest tells; out, what stands in the maps, and back.
//! No I/O: the runtime reads and writes the maps.
//!
//! One file a strategy. [`Storage::strategy`] is the only place that tells them apart; everybody else asks [`Strategy`]. Which strategies there
//! are stands in [`strategies`](crate::strategies), of which other stages make their registries.

/// What [`Strategy`] asks of a storage in one map: fields of these names hold it. The type is given, and which of its fields name maps.
macro_rules! in_one_map {
    ($kind:ident: $($name:ident),+) => {
        fn map(&self) -> &str {
            &self.map
        }

        fn value_size(&self) -> u32 {
            self.value_size
        }

        fn action(&self) -> &Place {
            &self.action
        }

        fn same_but_for_names(&self, other: &Storage) -> bool {
            let own = |other: &$kind| $kind { $($name: self.$name.clone(),)+ ..other.clone() };
            matches!(other, Storage::$kind(other) if *self == own(other))
        }
    };
}

/// The strategies, one a line: the module that it has in every stage, and its type here, which is its variant of [`Storage`] too. Gives the list
/// to another macro: a stage that lacks one does not compile.
#[macro_export]
macro_rules! strategies {
    ($registry:ident) => {
        $registry! {
            hash: Hash;
            array: Array;
            lpm_trie: LpmTrie;
            bit_vectors: BitVectors;
            tuple_space: TupleSpace;
        }
    };
}

pub mod array;
pub mod bit_vectors;
pub mod hash;
pub mod lpm_trie;
pub mod masked;
pub mod profile;
mod table;
pub mod tuple_space;
pub mod watched;

pub use crate::place::{self, ByteOrder, Place};
pub use array::Array;
pub use bit_vectors::BitVectors;
pub use hash::Hash;
pub use lpm_trie::LpmTrie;
pub use profile::{Groups, Profile};
pub use table::{
    DefaultData, Direct, DirectExtern, FreeNumbers, GROUP, IdleCells, MEMBER, Table, TableLayout,
};
pub use tuple_space::TupleSpace;

use crate::entry::{ActionCall, KeyMatch, Target};
use num_bigint::BigUint;
use serde::{Deserialize, Serialize};

/// How a table's entries are stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Storage {
    /// A kernel hash map.
    Hash(Hash),
    /// A kernel array, for one small key.
    Array(Array),
    /// A kernel trie, for a key `lpm`.
    LpmTrie(LpmTrie),
    /// Arrays of bit vectors, for keys with masks in tables that are not too large.
    BitVectors(BitVectors),
    /// A kernel hash map and a list of masks, for all other keys.
    TupleSpace(TupleSpace),
}

impl Storage {
    /// What knows this storage.
    #[must_use]
    pub fn strategy(&self) -> &dyn Strategy {
        match self {
            Storage::Hash(hash) => hash,
            Storage::Array(array) => array,
            Storage::LpmTrie(trie) => trie,
            Storage::BitVectors(vectors) => vectors,
            Storage::TupleSpace(space) => space,
        }
    }
}

/// A map that a storage uses, as far as one can tell whether a map is the one that is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MapShape {
    /// Name.
    pub name: String,
    /// Kinds that it may be of.
    pub kinds: &'static [MapKind],
    /// Bytes of the key.
    pub key_size: u32,
    /// Bytes of the value.
    pub value_size: u32,
    /// `BPF_F_..` that must be set.
    pub flags: u32,
    /// Of a map of maps: the maps in it.
    pub inner: Option<Box<MapShape>>,
    /// Of a map of maps or programs: what stands in it from the beginning, by index.
    pub values: Vec<String>,
    /// The key is a structure whose members are the table's keys, rather than an index.
    pub structured_key: bool,
    /// How many elements it has; `None` for a map with the entries that has one for each.
    pub elements: Option<u32>,
}

/// Kinds of maps that storages use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapKind {
    /// `BPF_MAP_TYPE_HASH`
    Hash,
    /// `BPF_MAP_TYPE_LRU_HASH`
    LruHash,
    /// `BPF_MAP_TYPE_ARRAY`
    Array,
    /// `BPF_MAP_TYPE_LPM_TRIE`
    LpmTrie,
}

/// `BPF_F_NO_PREALLOC` of `linux/bpf.h`.
pub const NO_PREALLOC: u32 = 1;

/// Bytes that stand for no entry of the table's: somebody else wrote them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Fewer than the places need.
    #[error("an entry has {0} bytes")]
    Short(usize),
    /// A number of no action.
    #[error("an entry has action number {0}, which the table has not")]
    Action(BigUint),
}

/// What a storage of a table's entries says of itself.
pub trait Strategy: Sync {
    /// The maps, the one with the entries first.
    fn maps(&self) -> Vec<MapShape>;

    /// Name of the map with the entries.
    fn map(&self) -> &str;

    /// Bytes of a value.
    fn value_size(&self) -> u32;

    /// Where a value holds the action's number.
    fn action(&self) -> &Place;

    /// The number of the first action in values.
    fn first_action(&self) -> u32 {
        0
    }

    /// Bytes within which the table's keys stand: those of the first map's key, unless the storage keeps them elsewhere.
    fn keys_within(&self) -> u32 {
        self.maps().first().map_or(0, |map| map.key_size)
    }

    /// The same storage in a map of another name: entries can stay where they are.
    fn same_but_for_names(&self, other: &Storage) -> bool;

    /// The bytes by which the map finds an entry.
    fn encode_key(&self, table: Table<'_>, keys: &[KeyMatch]) -> Vec<u8>;

    /// The keys of an entry.
    ///
    /// # Errors
    /// When there are too few bytes.
    fn decode_key(&self, table: Table<'_>, bytes: &[u8]) -> Result<Vec<KeyMatch>, DecodeError>;

    /// What is wrong with the layout of a table that says it is stored so, beyond what can be said of all.
    ///
    /// # Errors
    /// What is wrong first.
    fn check(&self, table: Table<'_>) -> Result<(), String> {
        let _ = table;
        Ok(())
    }
}

/// An action with its arguments as a value of `size` bytes; `action` is where its number stands, counted from `first`.
#[must_use]
pub fn encode_call(
    actions: &[Vec<Place>],
    call: &ActionCall,
    size: u32,
    action: &Place,
    first: u32,
) -> Vec<u8> {
    let mut bytes = vec![0; size as usize];
    place::put(&mut bytes, action, &(BigUint::from(call.action) + first));
    if let Some(places) = actions.get(call.action) {
        for (place, arg) in places.iter().zip(&call.args) {
            place::put(&mut bytes, place, arg);
        }
    }
    bytes
}

/// The action call in a value; `action` and `first` as for [`encode_call`].
///
/// # Errors
/// When it has no such action, or there are too few bytes.
pub fn decode_call(
    actions: &[Vec<Place>],
    bytes: &[u8],
    action: &Place,
    first: u32,
) -> Result<ActionCall, DecodeError> {
    let read = |place: &Place| place::get(bytes, place).ok_or(DecodeError::Short(bytes.len()));
    let number = read(action)?;
    let position = u32::try_from(&number).ok().and_then(|number| number.checked_sub(first));
    let found = position.and_then(|position| {
        let position = usize::try_from(position).ok()?;
        Some((position, actions.get(position)?))
    });
    let Some((action, places)) = found else { return Err(DecodeError::Action(number)) };
    Ok(ActionCall { action, args: places.iter().map(read).collect::<Result<_, _>>()? })
}

/// What an entry runs, as a value of `size` bytes: see [`encode_call`], and [`TableLayout::target`] for members and groups.
#[must_use]
pub fn encode_target(table: Table<'_>, target: &Target, size: u32, action: &Place, first: u32) -> Vec<u8> {
    let (kind, number) = match target {
        Target::Action(call) => return encode_call(&table.layout.actions, call, size, action, first),
        Target::Member(member) => (MEMBER, *member),
        Target::Group(group) => (GROUP, *group),
    };
    let mut bytes = vec![0; size as usize];
    place::put(&mut bytes, action, &kind.into());
    if let Some(place) = &table.layout.target {
        place::put(&mut bytes, place, &number.into());
    }
    bytes
}

/// What the entry with this value runs.
///
/// # Errors
/// As for [`decode_call`].
pub fn decode_target(
    table: Table<'_>,
    bytes: &[u8],
    action: &Place,
    first: u32,
) -> Result<Target, DecodeError> {
    let Some(target) = &table.layout.target else {
        return Ok(Target::Action(decode_call(&table.layout.actions, bytes, action, first)?));
    };
    let read = |place: &Place| place::get(bytes, place).ok_or(DecodeError::Short(bytes.len()));
    let kind = read(action)?;
    let number = read(target)?;
    let number = u32::try_from(&number).map_err(|_| DecodeError::Action(number))?;
    match u32::try_from(&kind) {
        Ok(MEMBER) => Ok(Target::Member(number)),
        Ok(GROUP) => Ok(Target::Group(number)),
        Ok(_) | Err(_) => Err(DecodeError::Action(kind)),
    }
}

/// Puts an entry's number into its value.
pub fn encode_number(place: Option<&Place>, bytes: &mut [u8], number: u32) {
    if let Some(place) = place {
        place::put(bytes, place, &BigUint::from(number));
    }
}

/// The number in an entry's value; 0 if there is none.
///
/// # Errors
/// When there are too few bytes.
pub fn decode_number(place: Option<&Place>, bytes: &[u8]) -> Result<u32, DecodeError> {
    let Some(place) = place else { return Ok(0) };
    let number = place::get_u64(bytes, place).ok_or(DecodeError::Short(bytes.len()))?;
    Ok(u32::try_from(number).unwrap_or(0))
}

#[cfg(test)]
mod tests;
