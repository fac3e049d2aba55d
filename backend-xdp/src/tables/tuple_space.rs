//! A tuple space, for keys of which entries say what matters: a kernel hash map with the entries, each under the number of its mask, and an
//! array with the list of masks. What stands where, and which entry counts, is [`p4xdp_control::storage::tuple_space`]'s.
//!
//! ```text
//! struct acl_search acl_search = { .bits.key = { .mask = ~0U, .src = .., .dst = .. } };
//!
//! if (!acl_find(&acl_search))
//!         break;
//! ```
//!
//! One mask is tried by a global function, and all of them by another: the verifier checks each once, whatever led to the table, and of a loop
//! are left a few instructions a mask. Such a function cannot return a pointer, so the entry is looked up again under the mask that won. Should
//! it have gone meanwhile, the search begins anew: what counts then is another one, or none.

use super::control_plane::{CStorage, Functions, Member};
use super::hash::{emit_key_structure, key_in_map};
use super::masked::{self, EntryTags, control_plane::Masked};
use super::members::{Members, Shape};
use super::strategy::{KeyObject, KeyValues, TableStorage, Wanted};
use crate::c::code::{Known, Name, code};
use crate::c::map::{MapDefinition, MapType};
use crate::c::tree::Tree;
use crate::names::Names;
use crate::tables::{ValueLayout, short_name};
use p4xdp_control::storage::{self, Place, Storage, tuple_space};

/// Masks that entries may have.
const MOST_MASKS: u32 = 512;
/// Times that a search is begun: as often in a row an entry would have to be removed between its being found and its being read.
const ATTEMPTS: u32 = 4;
/// Most bytes of a key: one is on the stack as it was made, one as a mask leaves it.
const LARGEST_KEY: u32 = 128;

/// See the module.
#[derive(Debug)]
pub struct TupleSpaceTable {
    stem: Name,
    key: Members,
    /// Positions of the keys of kind `range`.
    ranges: Vec<usize>,
    size: u32,
    /// The map with the masks.
    masks: Name,
    /// Names of structures and of the function, and of variables.
    bits: Name,
    mask: Name,
    ranked: EntryTags,
    search: Name,
    under: Name,
    find: Name,
    attempts: Name,
}

/// For tables with keys whose entries have masks, and for those with several `lpm` keys.
pub fn choose(wanted: &Wanted<'_>, names: &mut Names) -> Option<Box<dyn TableStorage>> {
    let Wanted { program, keys, stem, size, .. } = *wanted;
    if !masked::are_masked(keys) {
        return None;
    }
    let key = masked::place(program, keys, tuple_space::NUMBER, Shape::in_words);
    let mut of = |suffix: &str| names.unique(&format!("{stem}_{suffix}"));
    Some(Box::new(TupleSpaceTable {
        stem: stem.clone(),
        key,
        ranges: masked::ranges(keys),
        size,
        bits: of("bits"),
        mask: of("mask"),
        ranked: EntryTags::new(&mut of),
        search: of("search"),
        under: of("under"),
        find: of("find"),
        attempts: of("attempts"),
        masks: short_name(names, &format!("{stem}_masks")),
    }))
}

impl TupleSpaceTable {
    /// Bytes of a key, in whole words of 8 bytes.
    fn size(&self) -> u32 {
        self.key.size().next_multiple_of(8)
    }

    fn words(&self) -> u32 {
        self.size() / 8
    }

    fn layout(&self, value: &ValueLayout) -> storage::TupleSpace {
        storage::TupleSpace {
            map: self.stem.to_string(),
            masks: self.masks.to_string(),
            key_size: self.size(),
            value_size: value.size,
            action: value.action_place(),
            most_masks: MOST_MASKS,
            ranges: self.ranges.len() as u32,
        }
    }
}

impl TableStorage for TupleSpaceTable {
    fn emit_types(&self, value: &ValueLayout, out: &mut Tree) {
        let Self { stem, bits, mask, ranked, search, .. } = self;
        emit_key_structure(
            stem,
            (Some(code!("__u32 mask;")), tuple_space::NUMBER),
            &self.key,
            self.size(),
            out,
        );
        out.begin(code!("union {} {{", bits));
        out.line(code!("struct {}_key key;", stem));
        out.line(code!("__u64 word[{}];", self.words()));
        out.end_with(code!("};"));
        out.blank();
        out.line(code!("/* An entry. Of those that match, the one with the highest rank counts. */"));
        let mut members = masked::bounds(&self.ranges);
        members.push(code!("__u64 rank __attribute__((aligned(8)));"));
        ranked.declare(value, &members, out);
        out.line(code!(
            "/* A mask, and the highest rank under it. The first one tells where the list begins. */"
        ));
        out.begin(code!("struct {} {{", mask));
        out.line(code!("__u64 rank;"));
        out.line(code!("__u64 entries;"));
        out.line(code!("union {} bits;", bits));
        out.end_with(code!("};"));
        out.blank();
        out.begin(code!("struct {} {{", search));
        out.line(code!("union {} bits;", bits));
        out.line(code!("__u64 rank;"));
        out.line(code!("__u32 mask;"));
        out.line(code!("__u32 pad;"));
        out.end_with(code!("};"));
        out.blank();
    }

    fn maps(&self, value: &ValueLayout) -> Vec<MapDefinition> {
        vec![
            MapDefinition {
                name: self.stem.clone(),
                kind: MapType::Hash,
                key: key_in_map(&self.stem, &self.key),
                value: code!("struct {}", self.ranked.in_map(value)),
                max_entries: Some(self.size),
            },
            MapDefinition {
                name: self.masks.clone(),
                kind: MapType::Array,
                key: code!("__u32"),
                value: code!("struct {}", self.mask),
                max_entries: Some(1 + 2 * MOST_MASKS),
            },
        ]
    }

    fn emit_functions(&self, out: &mut Tree) {
        let Self { stem, masks, bits, mask, search, under, find, .. } = self;
        let ranked = &self.ranked.tag;
        out.line(code!(
            "/* Looks under a mask; whether no mask from it on can have an entry that counts. */"
        ));
        out.begin(code!(
            "__attribute__((noinline)) int {}(struct {} *search, __u32 index)\n{{",
            under,
            search
        ));
        out.line(code!("struct {} *mask = @bpf_map_lookup_elem(&{}, &index);", mask, masks));
        out.line(code!("struct {} *entry;\nunion {} bits;", ranked, bits));
        out.blank();
        out.line(code!("if (!search || !mask || mask->rank <= search->rank)\n\treturn 1;"));
        for word in 0..self.words() {
            out.line(code!("bits.word[{}] = search->bits.word[{}] & mask->bits.word[{}];", word, word, word));
        }
        out.line(code!("entry = @bpf_map_lookup_elem(&{}, &bits);", stem));
        out.begin(code!(
            "if (entry && entry->rank > search->rank{}) {{",
            masked::in_ranges(&self.key, &self.ranges, "search->bits.key")
        ));
        out.line(code!("search->rank = entry->rank;\nsearch->mask = index;"));
        out.end_with(code!("}}"));
        out.line(code!("return 0;"));
        out.end_with(code!("}}"));
        out.blank();
        out.line(code!(
            "/* Looks under all masks, from the one with the highest rank on; whether an entry matches. */"
        ));
        out.begin(code!("__attribute__((noinline)) int {}(struct {} *search)\n{{", find, search));
        out.line(code!("__u32 index = 0;"));
        out.line(code!("struct {} *head = @bpf_map_lookup_elem(&{}, &index);", mask, masks));
        out.blank();
        out.line(code!("if (!search || !head)\n\treturn 0;"));
        out.line(code!("index = head->rank;"));
        out.line(code!(
            "for (__u32 left = {}; left; left--)\n\tif ({}(search, index++))\n\t\tbreak;",
            MOST_MASKS,
            under
        ));
        out.line(code!("return search->rank > 0;"));
        out.end_with(code!("}}"));
        out.blank();
    }

    fn emit_lookup(&self, value: &ValueLayout, keys: &mut dyn KeyValues, entry: &Name, out: &mut Tree) {
        let Self { stem, masks, mask, search, find, attempts, .. } = self;
        let ranked = &self.ranked.tag;
        out.line(code!("struct {} *{} = @NULL;", value.tag, entry));
        out.blank();
        out.begin(code!("for (__u32 {} = {}; {}; {}--) {{", attempts, ATTEMPTS, attempts, attempts));
        let key = KeyObject::begin_within(keys, code!("struct {}", search), search, Some("bits.key"), out);
        key.set(Known("mask"), &[code!("~0U")], false, out);
        super::hash::emit_key_values(&key, &self.key, keys, out);
        key.fill_gaps(&self.key, tuple_space::NUMBER..self.size(), out);
        key.end(out);
        key.clear("rank", out);
        key.clear("mask", out);
        out.line(code!("struct {} *{};", mask, mask));
        out.line(code!("struct {} *{};", ranked, ranked));
        out.blank();
        out.line(code!("if (!{}(&{}))\n\tbreak;", find, key));
        out.line(code!("{} = @bpf_map_lookup_elem(&{}, &{}.mask);", mask, masks, key));
        out.line(code!("if (!{})\n\tbreak;", mask));
        for word in 0..self.words() {
            out.line(code!("{}.bits.word[{}] &= {}->bits.word[{}];", key, word, mask, word));
        }
        out.line(code!("{} = @bpf_map_lookup_elem(&{}, &{}.bits);", ranked, stem, key));
        out.begin(code!("if ({} && {}->rank == {}.rank) {{", ranked, ranked, key));
        out.line(code!("{} = &{}->value;", entry, ranked));
        out.line(code!("break;"));
        out.end_with(code!("}}"));
        out.end_with(code!("}}"));
    }

    fn key_places(&self) -> Vec<Place> {
        self.key.list.iter().map(|member| member.place()).collect()
    }

    fn manifest(&self, value: &ValueLayout) -> Storage {
        Storage::TupleSpace(self.layout(value))
    }

    fn capacity(&self) -> u64 {
        u64::from(self.size)
    }

    fn key_size(&self) -> u32 {
        self.size()
    }

    fn largest_key(&self) -> u32 {
        LARGEST_KEY
    }
}

/// What C control planes do with it.
/// What C control planes do with it.
pub fn control_plane(layout: &storage::TupleSpace, _: storage::Table<'_>) -> Box<dyn CStorage> {
    let own = Functions {
        name: "tuple_space",
        parts: &[include_str!("../header/support/masked.h"), include_str!("../header/support/tuple_space.h")],
        members: vec![
            ("masks", Member::Map(layout.masks.clone())),
            ("most_masks", Member::Number(layout.most_masks)),
        ],
    };
    Box::new(Masked::new(layout, true, own))
}
