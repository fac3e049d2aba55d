//! A kernel array indexed by the key: for one small exact key. A slot whose action's number is 0 is unused, so numbers
//! are stored plus one.

use super::strategy::{KeyValues, TableStorage, key_alignment};
use crate::c::code::{Name, code};
use crate::c::map::{MapDefinition, MapType};
use crate::c::tree::Tree;
use crate::tables::ValueLayout;
use crate::tables::members::Shape;
use p4xdp_control::storage::{self, ByteOrder, Place, Storage};

/// See the module.
#[derive(Debug)]
pub struct ArrayTable {
    stem: Name,
    width: u32,
    entries: u32,
}

impl ArrayTable {
    /// For a key of `width` bits, at most 32.
    pub fn new(stem: &Name, width: u32, entries: u32) -> ArrayTable {
        ArrayTable { stem: stem.clone(), width, entries }
    }
}

impl TableStorage for ArrayTable {
    fn action_base(&self) -> u32 {
        1
    }

    fn emit_types(&self, _: &mut Tree) {}

    fn maps(&self, value: &ValueLayout) -> Vec<MapDefinition> {
        vec![MapDefinition {
            name: self.stem.clone(),
            kind: MapType::Array,
            key: code!("__u32"),
            value: code!("struct {}", value.tag),
            max_entries: Some(self.entries),
        }]
    }

    fn emit_lookup(&self, value: &ValueLayout, keys: &mut dyn KeyValues, entry: &Name, out: &mut Tree) {
        let unit = self.width.div_ceil(8).max(1).next_power_of_two();
        let shape = Shape { unit, units: 1, bytes: unit, order: ByteOrder::Host };
        let index = keys.elements(0, shape).into_iter().next().unwrap_or_default();
        out.line(code!("__u32 {}_index {} = {};", self.stem, key_alignment(), index));
        out.line(code!(
            "struct {} *{} = @bpf_map_lookup_elem(&{}, &{}_index);",
            value.tag,
            entry,
            self.stem,
            self.stem
        ));
    }

    fn key_places(&self) -> Vec<Place> {
        vec![Place { offset: 0, size: 4, order: ByteOrder::Host }]
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
}
