//! A kernel array indexed by the key: for one small exact key, or none that entries match, when there is one slot. A slot whose action's number is 0 is unused, so numbers
//! are stored plus one.

use super::control_plane::{CStorage, Functions, KeyField, OneCall};
use super::strategy::{KeyObject, KeyValues, TableStorage, Wanted};
use crate::c::code::{Name, code};
use crate::c::map::{MapDefinition, MapType};
use crate::c::tree::Tree;
use crate::layout::extern_facts::Attached;
use crate::names::Names;
use crate::tables::ValueLayout;
use crate::tables::members::Shape;
use p4xdp_control::storage::{self, ByteOrder, Place, Storage};
use p4xdp_midend::ir::MatchKind;

/// Widest key, in bits, of which an array is indexed by right away.
const WIDEST_INDEX: u32 = 12;
/// Bytes of an index.
const INDEX: u32 = 4;

/// See the module.
#[derive(Debug)]
pub struct ArrayTable {
    stem: Name,
    width: u32,
    entries: u32,
}

/// For tables with one exact key that is small, or for which the program asks for an array; and for those without keys to match.
pub fn choose(wanted: &Wanted<'_>, _: &mut Names) -> Option<Box<dyn TableStorage>> {
    let key = match wanted.keys {
        [] => return Some(Box::new(ArrayTable::new(wanted.stem, 0, 1))),
        [key] => key,
        [_, _, ..] => return None,
    };
    let width = key.expr.ty.width();
    let small = width <= WIDEST_INDEX && !matches!(wanted.implementation, Some(Attached::Hash));
    let asked_for = matches!(wanted.implementation, Some(Attached::Array)) && width <= 32;
    if key.match_kind != MatchKind::Exact || wanted.lru || !(small || asked_for) {
        return None;
    }
    // An index beyond the array is a miss; one beyond the key cannot occur.
    let reachable = 1u64 << width.min(32);
    let entries = if asked_for { u64::from(wanted.size).min(reachable) } else { reachable };
    let entries = u32::try_from(entries).unwrap_or(u32::MAX);
    Some(Box::new(ArrayTable::new(wanted.stem, width, entries)))
}

impl ArrayTable {
    /// For a key of `width` bits, at most 32; 0 is no key.
    fn new(stem: &Name, width: u32, entries: u32) -> ArrayTable {
        ArrayTable { stem: stem.clone(), width, entries }
    }
}

impl TableStorage for ArrayTable {
    fn action_base(&self) -> u32 {
        1
    }

    fn emit_types(&self, _: &ValueLayout, _: &mut Tree) {}

    fn maps(&self, value: &ValueLayout) -> Vec<MapDefinition> {
        vec![MapDefinition {
            name: self.stem.clone(),
            kind: MapType::Array,
            key: code!("__u32"),
            value: value.in_map(),
            max_entries: Some(self.entries),
        }]
    }

    fn emit_lookup(&self, value: &ValueLayout, keys: &mut dyn KeyValues, entry: &Name, out: &mut Tree) {
        let unit = self.width.div_ceil(8).max(1).next_power_of_two();
        let shape = Shape { unit, units: 1, bytes: unit, order: ByteOrder::Host };
        let key = keys.elements(0, shape).into_iter().next().filter(|_| self.width > 0);
        let index = key.unwrap_or_else(|| code!("0"));
        let name = Name::new(&format!("{}_index", self.stem));
        let object = KeyObject::scalar(keys, code!("__u32"), &name, &index, out);
        out.line(code!(
            "struct {} *{} = @bpf_map_lookup_elem(&{}, &{});",
            value.tag,
            entry,
            self.stem,
            object
        ));
    }

    fn key_places(&self) -> Vec<Place> {
        let keys = usize::from(self.width > 0);
        vec![Place { offset: 0, size: INDEX, order: ByteOrder::Host }; keys]
    }

    fn manifest(&self, value: &ValueLayout) -> Storage {
        Storage::Array(storage::Array {
            map: self.stem.to_string(),
            value_size: value.size,
            action: value.action_place(),
        })
    }

    fn capacity(&self) -> u64 {
        u64::from(self.entries)
    }

    fn key_size(&self) -> u32 {
        INDEX
    }
}

/// The key is the index, and a slot whose action number is 0 is free.
struct Index;

/// What C control planes do with it.
pub fn control_plane(_: &storage::Array, _: storage::Table<'_>) -> Box<dyn CStorage> {
    Box::new(Index)
}

impl CStorage for Index {
    fn key_structure(&self, _: &str, _: &[KeyField<'_>]) -> Vec<String> {
        Vec::new()
    }

    fn key_type(&self, _: &str) -> String {
        "__u32".to_owned()
    }

    fn fill_key(&self, keys: &[KeyField<'_>], _: bool) -> Vec<String> {
        keys.iter().map(|key| format!("*key = {};", key.field.name)).collect()
    }

    fn one_call(&self) -> Option<OneCall> {
        Some(OneCall {
            put: |flags| format!("p4xdp_array_put(map_fd, key, &value, sizeof(value), {flags})"),
            delete: |value| format!("p4xdp_array_put(map_fd, key, NULL, sizeof({value}), BPF_EXIST)"),
        })
    }

    fn functions(&self) -> Functions {
        let parts = &[include_str!("../header/support/array.h")];
        Functions { name: "array", parts, members: Vec::new() }
    }
}
