//! A kernel hash map: exact keys in a structure, each as it comes cheapest. With `@lru`, the kind that forgets.

use super::control_plane::{CStorage, Functions, Given, KeyField, OneCall, declarations};
use super::strategy::{KeyObject, KeyValues, TableStorage, Wanted, exact_order};
use crate::c::code::{Code, Known, Name, ToCode, code};
use crate::c::map::{MapDefinition, MapType};
use crate::c::tree::Tree;
use crate::names::Names;
use crate::tables::ValueLayout;
use crate::tables::members::{Form, Members, Shape};
use p4xdp_control::storage::lpm_trie::LENGTH;
use p4xdp_control::storage::{self, Place, Storage};
use p4xdp_midend::ir::{KeyElement, Program};

/// See the module.
#[derive(Debug)]
pub struct HashTable {
    stem: Name,
    key: Members,
    size: u32,
    lru: bool,
}

/// For tables with exact keys only: all that nothing else is for.
pub fn choose(wanted: &Wanted<'_>, _: &mut Names) -> Option<Box<dyn TableStorage>> {
    let Wanted { program, keys, stem, size, lru, .. } = *wanted;
    Some(Box::new(HashTable::new(program, keys, stem, size, lru)))
}

impl HashTable {
    /// For a table with exact keys only.
    fn new(program: &Program, keys: &[&KeyElement], stem: &Name, size: u32, lru: bool) -> HashTable {
        let wishes = keys
            .iter()
            .map(|k| (k.name.clone(), k.expr.ty, Shape::of(k.expr.ty, exact_order(program, k))))
            .collect();
        HashTable { stem: stem.clone(), key: Members::place(0, wishes), size, lru }
    }
}

impl TableStorage for HashTable {
    fn emit_types(&self, _: &ValueLayout, out: &mut Tree) {
        emit_key_structure(&self.stem, (None, 0), &self.key, self.key.size(), out);
    }

    fn maps(&self, value: &ValueLayout) -> Vec<MapDefinition> {
        vec![MapDefinition {
            name: self.stem.clone(),
            kind: if self.lru { MapType::LruHash } else { MapType::Hash },
            key: key_in_map(&self.stem, &self.key),
            value: value.in_map(),
            max_entries: Some(self.size),
        }]
    }

    fn emit_lookup(&self, value: &ValueLayout, keys: &mut dyn KeyValues, entry: &Name, out: &mut Tree) {
        emit_lookup_by_structure(&self.stem, value, entry, (None, &self.key), keys, out);
    }

    fn key_object(&self) -> Option<(Name, Name)> {
        Some((self.stem.clone(), Name::new(&format!("{}_key", self.stem))))
    }

    fn key_places(&self) -> Vec<Place> {
        self.key.list.iter().map(|member| member.place()).collect()
    }

    fn manifest(&self, value: &ValueLayout) -> Storage {
        Storage::Hash(storage::Hash {
            map: self.stem.to_string(),
            key_size: self.key.size(),
            value_size: value.size,
            action: value.action_place(),
        })
    }

    fn capacity(&self) -> u64 {
        u64::from(self.size)
    }

    fn key_size(&self) -> u32 {
        self.key.size()
    }
}

/// Writes `struct STEM_key`, and `struct STEM_key_bytes` where that differs. `first` is a line in front of the members, which begin at byte `start`.
pub fn emit_key_structure(
    stem: &Name,
    (first, start): (Option<Code>, u32),
    key: &Members,
    size: u32,
    out: &mut Tree,
) {
    let members = |form| key.declarations(start, size, form);
    declare_key(code!("{}_key", stem), first.clone(), members(Form::Numbers), out);
    if key.have_bytes() {
        declare_key(code!("{}_key_bytes", stem), first, members(Form::Bytes), out);
    }
}

/// Writes the structure of a key with this tag.
pub fn declare_key(tag: Code, first: Option<Code>, members: Vec<Code>, out: &mut Tree) {
    out.begin(code!("struct {} {{", tag));
    first.into_iter().chain(members).for_each(|line| out.line(line));
    out.end_with(code!("}};"));
    out.blank();
}

/// The type of a map's keys, if [`emit_key_structure`] has written them: see [`ValueLayout::in_map`].
pub fn key_in_map(stem: &Name, key: &Members) -> Code {
    match key.have_bytes() {
        true => code!("struct {}_key_bytes", stem),
        false => code!("struct {}_key", stem),
    }
}

/// Fills the structure of a table's keys and looks it up. `first` is the length of a prefix.
pub fn emit_lookup_by_structure(
    stem: &Name,
    value: &ValueLayout,
    entry: &Name,
    (first, key): (Option<u32>, &Members),
    keys: &mut dyn KeyValues,
    out: &mut Tree,
) {
    let (c_type, name) = (code!("struct {}_key", stem), Name::new(&format!("{stem}_key")));
    let object = KeyObject::begin(keys, c_type, &name, out);
    if let Some(length) = first {
        object.set(Known("prefixlen"), &[length.to_string().code()], false, out);
    }
    emit_key_values(&object, key, keys, out);
    object.fill_gaps(key, first.map_or(0, |_| LENGTH)..key.size(), out);
    object.end(out);
    out.line(code!("struct {} *{} = @bpf_map_lookup_elem(&{}, &{});", value.tag, entry, stem, object));
}

/// Sets the members of a key.
pub fn emit_key_values(object: &KeyObject, key: &Members, keys: &mut dyn KeyValues, out: &mut Tree) {
    for (position, member) in key.list.iter().enumerate() {
        let elements = keys.elements(position, member.shape);
        object.set(&member.c_name, &elements, member.shape.units > 1, out);
    }
}

/// What C control planes do with it.
pub fn control_plane(layout: &storage::Hash, _: storage::Table<'_>) -> Box<dyn CStorage> {
    Box::new(Keyed { key_size: layout.key_size, exact_bits: None })
}

/// A key that is a structure, which in a trie begins with the length of the prefix.
pub struct Keyed {
    /// Bytes of the key.
    pub key_size: u32,
    /// Of a trie: bits of the key in front of the prefix.
    pub exact_bits: Option<u32>,
}

impl CStorage for Keyed {
    fn key_structure(&self, stem: &str, keys: &[KeyField<'_>]) -> Vec<String> {
        let mut lines = vec![format!("struct {stem}_key {{")];
        let mut start = 0;
        if self.exact_bits.is_some() {
            lines.push("\t__u32 prefixlen;".to_owned());
            start = LENGTH;
        }
        let members = declarations(keys.iter().map(|key| &key.field), start, self.key_size).into_iter();
        lines.extend(members.map(|declaration| format!("\t{declaration}")));
        lines.push("};".to_owned());
        lines.push(format!("static_assert(sizeof(struct {stem}_key) == {}, \"layout\");\n", self.key_size));
        lines
    }

    fn key_type(&self, stem: &str) -> String {
        format!("struct {stem}_key")
    }

    fn fill_key(&self, keys: &[KeyField<'_>], _: bool) -> Vec<String> {
        let mut statements = vec!["memset(key, 0, sizeof(*key));".to_owned()];
        if let Some(exact_bits) = self.exact_bits {
            let lengths = keys.iter().filter_map(|key| match &key.given {
                Given::Length(name) => Some(format!(" + {name}")),
                Given::Value | Given::Mask(_) | Given::Any(_) | Given::Bounds(..) => None,
            });
            statements.push(format!("key->prefixlen = {exact_bits}{};", lengths.collect::<String>()));
        }
        statements.extend(keys.iter().map(|key| key.field.assignment("key->")));
        statements
    }

    fn one_call(&self) -> Option<OneCall> {
        Some(OneCall {
            put: |flags| format!("bpf_map_update_elem(map_fd, &key, &value, {flags}) ? -errno : 0"),
            delete: |_| "bpf_map_delete_elem(map_fd, &key) ? -errno : 0".to_owned(),
        })
    }

    fn functions(&self) -> Functions {
        let (name, parts) = match self.exact_bits {
            None => ("hash_map", &[include_str!("../header/support/hash_map.h")]),
            Some(_) => ("lpm_trie", &[include_str!("../header/support/lpm_trie.h")]),
        };
        Functions { name, parts, members: Vec::new() }
    }
}
