//! What storages share whose entries say which bits of their keys matter: which tables those are, how their keys are laid out, and what an entry's
//! ranges ask of them.

pub mod control_plane;

use super::ValueLayout;
use super::members::{Members, Shape};
use super::strategy::exact_order;
use crate::c::code::{Code, Name, code};
use crate::c::tree::Tree;
use p4xdp_control::storage::ByteOrder;
use p4xdp_midend::ir::{KeyElement, MatchKind, Program};

/// Keys whose entries have masks, or several prefixes.
pub fn are_masked(keys: &[&KeyElement]) -> bool {
    let is_masked = |key: &&KeyElement| {
        matches!(key.match_kind, MatchKind::Ternary | MatchKind::Optional | MatchKind::Range)
    };
    let prefixes = keys.iter().filter(|key| key.match_kind == MatchKind::Lpm).count();
    keys.iter().any(is_masked) || prefixes > 1
}

/// The keys as members of a structure, from byte `start` on; `shaped` may change how each is kept.
pub fn place(
    program: &Program,
    keys: &[&KeyElement],
    start: u32,
    shaped: impl Fn(Shape) -> Shape,
) -> Members {
    let wishes = keys.iter().map(|key| {
        // A range is one of numbers.
        let is_range = key.match_kind == MatchKind::Range;
        let order = if is_range { ByteOrder::Host } else { exact_order(program, key) };
        (key.name.clone(), key.expr.ty, shaped(Shape::of(key.expr.ty, order)))
    });
    Members::place(start, wishes.collect())
}

/// Positions of the keys of kind `range`.
pub fn ranges(keys: &[&KeyElement]) -> Vec<usize> {
    let both = keys.iter().enumerate();
    both.filter(|(_, key)| key.match_kind == MatchKind::Range).map(|(at, _)| at).collect()
}

/// C's structure of an entry.
#[derive(Debug)]
pub struct EntryTags {
    /// As lookups use it.
    pub tag: Name,
    /// As the map has it, where that differs: see [`ValueLayout::in_map`].
    bytes_tag: Name,
}

impl EntryTags {
    /// Names it.
    pub fn new(mut of: impl FnMut(&str) -> Name) -> EntryTags {
        EntryTags { tag: of("ranked"), bytes_tag: of("ranked_bytes") }
    }

    /// Writes it: the value, and behind it these members.
    pub fn declare(&self, value: &ValueLayout, members: &[Code], out: &mut Tree) {
        let bytes = value.bytes_tag().map(|tag| (&self.bytes_tag, tag));
        for (tag, own) in std::iter::once((&self.tag, value.tag.clone())).chain(bytes) {
            out.begin(code!("struct {} {{", tag));
            out.line(code!("struct {} value;", own));
            members.iter().for_each(|line| out.line(line));
            out.end_with(code!("}};"));
            out.blank();
        }
    }

    /// Its tag as the map has it.
    pub fn in_map(&self, value: &ValueLayout) -> &Name {
        value.bytes_tag().map_or(&self.tag, |_| &self.bytes_tag)
    }
}

/// Members of an entry with the bounds of its ranges.
pub fn bounds(ranges: &[usize]) -> Vec<Code> {
    let count = 2 * ranges.len();
    let bounds = (count > 0).then(|| code!("__u64 range[{}] __attribute__((aligned(8)));", count));
    bounds.into_iter().collect()
}

/// Whether what is searched for lies in the ranges of `entry`, as what follows another condition; `base` is C's name of the structure with
/// the keys.
pub fn in_ranges(key: &Members, ranges: &[usize], base: &'static str) -> Code {
    let mut terms = Code::default();
    for (range, member) in ranges.iter().filter_map(|position| key.list.get(*position)).enumerate() {
        let name = code!("{}.{}", Code::text(base), member.c_name);
        let number = match member.shape.units {
            1 => name,
            _ => code!("@load_be_bytes({}, {})", name, member.shape.bytes),
        };
        let number = match member.ty.is_signed() {
            true => code!("({} ^ 1ULL << {})", number, member.ty.width().max(1) - 1),
            false => number,
        };
        let (low, high) = (2 * range, 2 * range + 1);
        terms =
            code!("{} && {} >= entry->range[{}] && {} <= entry->range[{}]", terms, number, low, number, high);
    }
    terms
}
