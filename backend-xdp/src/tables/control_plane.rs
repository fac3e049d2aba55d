//! What C control planes do with a table's storage: in goes the manifest's storage, out come the declarations of its key and the statements that
//! fill it, write an entry and remove one; and the members of keys and values as a C program sees and fills them. What the functions are called,
//! and what else is in them, is the header's.

use super::members::short_names;
use p4xdp_control::storage::{ByteOrder, Place};
use p4xdp_control::view::{Key, Param};

/// The C of a storage. Its functions have `map_fd`, `key` and `value` at hand.
pub trait CStorage {
    /// Declares the key's structure `struct STEM_key`, if it is one; one line each.
    fn key_structure(&self, stem: &str, keys: &[Field<'_>]) -> Vec<String>;

    /// The C type of a key.
    fn key_type(&self, stem: &str) -> String;

    /// Statements that fill `*key` from the arguments, which fit.
    fn fill_key(&self, keys: &[(&Field<'_>, &Key)]) -> Vec<String>;

    /// An expression: 0, or a negative error number, once `value` stands under `key`; `flags` as for `bpf_map_update_elem`.
    fn put(&self, flags: &str) -> String;

    /// An expression: 0, or a negative error number, once there is nothing under `key`; values are structures with this tag.
    fn delete(&self, tag: &str) -> String;
}

/// The argument with the length of a prefix.
pub fn prefix_length(field: &Field<'_>) -> String {
    format!("{}_prefix_length", field.name)
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
pub fn declarations(fields: &[Field<'_>], start: u32, end: u32) -> Vec<String> {
    let mut sorted: Vec<&Field<'_>> = fields.iter().collect();
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
    fn is_wide(&self) -> bool {
        self.param.width > 64
    }

    /// The argument's declaration.
    pub fn argument(&self) -> String {
        let Param { width, signed, .. } = *self.param;
        if self.is_wide() {
            return format!("const __u8 {}[{}]", self.name, width.div_ceil(8));
        }
        let ty = unsigned(width);
        let ty = if signed { ty.replace("__u", "__s") } else { ty.to_owned() };
        format!("{ty} {}", self.name)
    }

    /// A statement that refuses an argument that does not fit, if any does not.
    pub fn check(&self) -> Option<String> {
        let Param { width, signed, .. } = *self.param;
        let name = &self.name;
        let container = match width {
            0..=8 => 8,
            9..=16 => 16,
            17..=32 => 32,
            33..=64 => 64,
            _ => width.next_multiple_of(8),
        };
        let condition = if width == container {
            return None;
        } else if self.is_wide() {
            format!("{name}[0] >> {}", 8 - (container - width))
        } else if width == 0 {
            name.clone()
        } else if signed {
            let limit = format!("((__s64)1 << {})", width - 1);
            format!("{name} < -{limit} || {name} >= {limit}")
        } else {
            format!("{name} >> {width}")
        };
        Some(format!("if ({condition})\n\t\treturn -ERANGE;"))
    }

    /// A statement that puts the argument into a structure; `into` is what stands in front of its members.
    pub fn assignment(&self, into: &str) -> String {
        let name = &self.name;
        let Param { width, signed, .. } = *self.param;
        match self.place.order {
            _ if self.is_wide() => format!("memcpy({into}{name}, {name}, {});", self.place.size),
            ByteOrder::Network if signed => {
                format!("p4xdp_put_be({into}{name}, {}, {});", masked(name, width), self.place.size)
            }
            ByteOrder::Network => format!("p4xdp_put_be({into}{name}, {name}, {});", self.place.size),
            ByteOrder::Host if signed => {
                format!("{into}{name} = ({})({});", unsigned(self.place.size * 8), masked(name, width))
            }
            ByteOrder::Host => format!("{into}{name} = {name};"),
        }
    }
}

/// The bits of a signed number that count.
fn masked(name: &str, width: u32) -> String {
    let mask = if width >= 64 { u64::MAX } else { (1 << width) - 1 };
    format!("(__u64){name} & 0x{mask:x}ULL")
}
