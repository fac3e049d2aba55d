//! What C control planes do with a table's storage: in goes the manifest's storage, out come the declarations of its key and the statements that
//! fill it, write an entry and remove one; and the members of keys and values as a C program sees and fills them. What the functions are called,
//! and what else is in them, is the header's.

use super::members::short_names;
use crate::names::{Taken, member};
use p4xdp_control::storage::{ByteOrder, Place};
use p4xdp_control::view::{Key, MatchKind, Param};

/// The C of a storage. Functions that fill a key have `key` and the arguments at hand.
pub trait CStorage {
    /// Declares the structures of the key, if it is one; one line each.
    fn key_structure(&self, stem: &str, keys: &[KeyField<'_>]) -> Vec<String>;

    /// The C type of a key.
    fn key_type(&self, stem: &str) -> String;

    /// Statements that fill `*key` from the arguments, which fit. Among them is `priority`, if entries have priorities.
    fn fill_key(&self, keys: &[KeyField<'_>], has_priorities: bool) -> Vec<String>;

    /// How an entry without a number is changed, if that is one call of the kernel.
    fn one_call(&self) -> Option<OneCall> {
        None
    }

    /// How any entry is changed, with the support's `struct p4xdp_table`.
    fn functions(&self) -> Functions;
}

/// Changes of entries that are one call each. The functions have `map_fd`, `key` and `value` at hand.
pub struct OneCall {
    /// An expression: 0, or a negative error number, once `value` stands under `key`; `flags` as for `bpf_map_update_elem`.
    pub put: fn(flags: &str) -> String,
    /// An expression: 0, or a negative error number, once there is nothing under `key`; values are of this C type.
    pub delete: fn(value: &str) -> String,
}

/// What the support has for a storage.
#[derive(Clone)]
pub struct Functions {
    /// The function `p4xdp_in_NAME` makes a `struct p4xdp_table` one of a table that is stored so.
    pub name: &'static str,
    /// The C that has this function, and in front of it what it shares with others.
    pub parts: &'static [&'static str],
    /// Further members of that structure.
    pub members: Vec<(&'static str, Member)>,
}

/// A member of `struct p4xdp_table`.
#[derive(Clone)]
pub enum Member {
    /// The descriptor of the map of this name.
    Map(String),
    /// A number.
    Number(u32),
    /// Structures, of this tag and with these numbers as members.
    List(&'static str, Vec<Vec<u32>>),
}

/// A key with what entries are given for it.
pub struct KeyField<'a> {
    /// Its member; its name is that of the value's argument.
    pub field: Field<'a>,
    /// What it is.
    pub key: &'a Key,
    /// Names of the arguments beside the value, or in its place.
    pub given: Given,
}

/// What entries are given for a key, beside its value.
pub enum Given {
    /// Nothing.
    Value,
    /// The length of the prefix.
    Length(String),
    /// The bits that matter.
    Mask(String),
    /// Whether it may be anything.
    Any(String),
    /// In the place of the value, the least and the largest.
    Bounds(String, String),
}

/// Names keys and their arguments; `taken` are the names that mean something else in the functions.
pub fn key_fields<'a>(
    list: impl Iterator<Item = (&'a Key, &'a Place)> + Clone,
    taken: &[&str],
) -> Vec<KeyField<'a>> {
    let fields = fields(list.clone().map(|(key, place)| (&key.param, place)), taken);
    let names = fields.iter().map(|field| field.name.clone());
    let mut taken: Taken = taken.iter().map(|&name| name.to_owned()).chain(names).collect();
    let named = fields.into_iter().zip(list).map(|(field, (key, _))| {
        let mut argument = |what: &str| member(&format!("{}_{what}", field.name), &mut taken);
        let given = match key.match_kind {
            MatchKind::Exact | MatchKind::Selector => Given::Value,
            MatchKind::Lpm => Given::Length(argument("prefix_length")),
            MatchKind::Ternary => Given::Mask(argument("mask")),
            MatchKind::Optional => Given::Any(argument("any")),
            MatchKind::Range => Given::Bounds(argument("low"), argument("high")),
        };
        KeyField { field, key, given }
    });
    named.collect()
}

impl KeyField<'_> {
    /// Names and declarations of the arguments.
    pub fn arguments(&self) -> Vec<(&str, String)> {
        let (field, param) = (&self.field, self.field.param);
        let value = (field.name.as_str(), field.argument());
        let unsigned = Param { signed: false, ..param.clone() };
        match &self.given {
            Given::Value => vec![value],
            Given::Length(name) | Given::Any(name) => vec![value, (name, format!("__u32 {name}"))],
            Given::Mask(name) => vec![value, (name, argument(&unsigned, name))],
            Given::Bounds(low, high) => vec![(low, argument(param, low)), (high, argument(param, high))],
        }
    }

    /// Statements that refuse arguments that do not fit.
    pub fn checks(&self) -> Vec<String> {
        let param = self.field.param;
        let too_long = |name: &str| Some(format!("if ({name} > {})\n\t\treturn -ERANGE;", param.width));
        let unsigned = Param { signed: false, ..param.clone() };
        let checks = match &self.given {
            Given::Value | Given::Any(_) => [self.field.check(), None],
            Given::Length(name) => [self.field.check(), too_long(name)],
            Given::Mask(name) => [self.field.check(), check(&unsigned, name)],
            Given::Bounds(low, high) => [check(param, low), check(param, high)],
        };
        checks.into_iter().flatten().collect()
    }
}

/// A number with its place and its name in C, which is that of the member and of the argument.
pub struct Field<'a> {
    pub name: String,
    pub param: &'a Param,
    pub place: &'a Place,
}

/// Names the numbers; `taken` are the names that mean something else in the functions.
pub fn fields<'a>(
    list: impl Iterator<Item = (&'a Param, &'a Place)> + Clone,
    taken: &[&str],
) -> Vec<Field<'a>> {
    let taken = taken.iter().map(|&name| name.to_owned()).collect();
    let names = short_names(list.clone().map(|(param, _)| param.name.as_str()), taken);
    list.zip(names).map(|((param, place), name)| Field { name, param, place }).collect()
}

/// The members from byte `start` to byte `end`, gaps included; one line each.
pub fn declarations<'f>(
    fields: impl IntoIterator<Item = &'f Field<'f>>,
    start: u32,
    end: u32,
) -> Vec<String> {
    let mut sorted: Vec<&Field<'_>> = fields.into_iter().collect();
    sorted.sort_by_key(|field| field.place.offset);
    let mut lines = Vec::new();
    let mut at = start;
    let gap = |lines: &mut Vec<String>, from: u32, to: u32| {
        if to > from {
            lines.push(format!("__u8 pad_{from}[{}];", to - from));
        }
    };
    for field in sorted {
        let place = field.place;
        gap(&mut lines, at, place.offset);
        lines.push(match place.order {
            ByteOrder::Host => format!("{} {};", unsigned(place.size * 8), field.name),
            ByteOrder::Network => format!("__u8 {}[{}]; /* network order */", field.name, place.size),
        });
        at = place.offset + place.size;
    }
    gap(&mut lines, at, end);
    lines
}

fn unsigned(bits: u32) -> &'static str {
    match bits {
        0..=8 => "__u8",
        9..=16 => "__u16",
        17..=32 => "__u32",
        _ => "__u64",
    }
}

impl Field<'_> {
    /// It is taken as bytes in network order.
    pub fn is_wide(&self) -> bool {
        is_wide(self.param)
    }

    /// The argument's declaration.
    pub fn argument(&self) -> String {
        argument(self.param, &self.name)
    }

    /// A statement that refuses an argument that does not fit, if any does not.
    pub fn check(&self) -> Option<String> {
        check(self.param, &self.name)
    }

    /// A statement that puts the argument into a structure; `into` is what stands in front of its members.
    pub fn assignment(&self, into: &str) -> String {
        let Param { width, signed, .. } = *self.param;
        let name = &self.name;
        self.assignment_of(into, &if signed && !self.is_wide() { masked(name, width) } else { name.clone() })
    }

    /// The same for the value of an expression, which has the field's bits; of a wide field, bytes.
    pub fn assignment_of(&self, into: &str, value: &str) -> String {
        let (name, size) = (&self.name, self.place.size);
        match self.place.order {
            _ if self.is_wide() => format!("memcpy({into}{name}, {value}, {size});"),
            ByteOrder::Network => format!("p4xdp_put_be({into}{name}, {value}, {size});"),
            ByteOrder::Host if *value == *name => format!("{into}{name} = {name};"),
            ByteOrder::Host => format!("{into}{name} = ({})({value});", unsigned(size * 8)),
        }
    }
}

fn is_wide(param: &Param) -> bool {
    param.width > 64
}

/// An argument's declaration.
fn argument(param: &Param, name: &str) -> String {
    let Param { width, signed, .. } = *param;
    if is_wide(param) {
        return format!("const __u8 {name}[{}]", width.div_ceil(8));
    }
    let ty = unsigned(width);
    let ty = if signed { ty.replace("__u", "__s") } else { ty.to_owned() };
    format!("{ty} {name}")
}

/// A statement that refuses an argument that does not fit, if any does not.
fn check(param: &Param, name: &str) -> Option<String> {
    let Param { width, signed, .. } = *param;
    let container = match width {
        0..=8 => 8,
        9..=16 => 16,
        17..=32 => 32,
        33..=64 => 64,
        _ => width.next_multiple_of(8),
    };
    let condition = if width == container {
        return None;
    } else if is_wide(param) {
        format!("{name}[0] >> {}", 8 - (container - width))
    } else if width == 0 {
        name.to_owned()
    } else if signed {
        let limit = format!("((__s64)1 << {})", width - 1);
        format!("{name} < -{limit} || {name} >= {limit}")
    } else {
        format!("{name} >> {width}")
    };
    Some(format!("if ({condition})\n\t\treturn -ERANGE;"))
}

/// The bits of a signed number that count.
fn masked(name: &str, width: u32) -> String {
    let mask = if width >= 64 { u64::MAX } else { (1 << width) - 1 };
    format!("(__u64){name} & 0x{mask:x}ULL")
}
