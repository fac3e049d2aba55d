//! Numbers in the structures of maps: where each stands, how wide it is in C, and in which byte order it is kept.
//!
//! Structures have no hidden padding: gaps are members of their own, so that C's initialisers zero them. Sizes are
//! multiples of 4, because the kernel hashes keys in words.

use crate::c::code::{Code, Known, code};
use crate::names;
use p4xdp_control::storage::{ByteOrder, Place};
use p4xdp_midend::ir::ScalarType;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// How a number is kept: `units` elements of `unit` bytes, of which the first `bytes` bytes count.
///
/// In host order there is one element, the number itself. In network order the bytes stand most significant first
/// from the start of the member, and what is left of its last element is zero; a number whose width is no multiple of
/// 8 has its leading bits zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Bytes of an element: 1, 2, 4 or 8.
    pub unit: u32,
    /// Elements.
    pub units: u32,
    /// Bytes that hold the number.
    pub bytes: u32,
    /// Byte order.
    pub order: ByteOrder,
}

impl Shape {
    /// The usual shape of a number: what is wider than 64 bits is in network order in any case.
    pub fn of(ty: ScalarType, order: ByteOrder) -> Shape {
        let bytes = ty.width().div_ceil(8).max(1);
        if bytes > 8 {
            let unit = if bytes.is_multiple_of(8) { 8 } else { 4 };
            return Shape { unit, units: bytes.div_ceil(unit), bytes, order: ByteOrder::Network };
        }
        let unit = bytes.next_power_of_two();
        match order {
            ByteOrder::Host => Shape { unit, units: 1, bytes: unit, order },
            // A single byte has no order.
            ByteOrder::Network if bytes == 1 => Shape { unit, units: 1, bytes, order: ByteOrder::Host },
            ByteOrder::Network => Shape { unit, units: 1, bytes, order },
        }
    }

    /// The same with elements of 4 bytes at most, for structures that begin with 4 bytes.
    pub fn in_words(self) -> Shape {
        if self.unit <= 4 {
            return self;
        }
        Shape { unit: 4, units: self.bytes.div_ceil(4), order: ByteOrder::Network, ..self }
    }

    fn size(self) -> u32 {
        self.unit * self.units
    }
}

/// A member of a structure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// P4 name.
    pub name: Arc<str>,
    /// Name in C.
    pub c_name: String,
    /// P4 type.
    pub ty: ScalarType,
    /// Bytes in front of it.
    pub offset: u32,
    /// How it is kept.
    pub shape: Shape,
}

impl Member {
    /// The place as the manifest has it.
    pub fn place(&self) -> Place {
        Place { offset: self.offset, size: self.shape.bytes, order: self.shape.order }
    }

    /// One past its last byte.
    pub fn end(&self) -> u32 {
        self.offset + self.shape.size()
    }
}

/// A number to be placed: P4 name, type, shape.
pub type Wish = (Arc<str>, ScalarType, Shape);

/// Members of a structure in the order of their offsets' making: position `i` is wish `i`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members {
    /// One a wish.
    pub list: Vec<Member>,
    /// One past the last byte that a member takes.
    pub end: u32,
    /// Strictest alignment.
    pub align: u32,
}

impl Members {
    /// Places numbers from byte `start` on: in P4's order, unless another order saves bytes.
    pub fn place(start: u32, wishes: Vec<Wish>) -> Members {
        let in_order: Vec<usize> = (0..wishes.len()).collect();
        let mut by_size = in_order.clone();
        by_size.sort_by_key(|&i| std::cmp::Reverse(wishes.get(i).map_or(0, |w| w.2.unit)));
        let plain = Members::place_in(start, &wishes, &in_order);
        let tight = Members::place_in(start, &wishes, &by_size);
        if tight.size() < plain.size() { tight } else { plain }
    }

    /// Places numbers from byte `start` on in P4's order.
    pub fn place_in_order(start: u32, wishes: Vec<Wish>) -> Members {
        let in_order: Vec<usize> = (0..wishes.len()).collect();
        Members::place_in(start, &wishes, &in_order)
    }

    fn place_in(start: u32, wishes: &[Wish], order: &[usize]) -> Members {
        let c_names = short_names(wishes.iter().map(|(name, ..)| &**name), names::Taken::default());
        let mut list: Vec<Member> = wishes
            .iter()
            .zip(c_names)
            .map(|((name, ty, shape), c_name)| Member {
                name: Arc::clone(name),
                c_name,
                ty: *ty,
                offset: 0,
                shape: *shape,
            })
            .collect();
        let mut end = start;
        let mut align = 1;
        for &position in order {
            if let Some(member) = list.get_mut(position) {
                member.offset = end.next_multiple_of(member.shape.unit);
                end = member.end();
                align = align.max(member.shape.unit);
            }
        }
        Members { list, end, align }
    }

    /// Bytes of a structure that ends with these members.
    pub fn size(&self) -> u32 {
        self.end.next_multiple_of(self.align.max(4))
    }

    /// The members as C declares them, gaps included, from byte `start` to byte `end`; one line each.
    pub fn declarations(&self, start: u32, end: u32, form: Form) -> Vec<Code> {
        let mut lines = Vec::new();
        self.walk(start, end, form, |part| {
            lines.push(match part {
                Part::Member(member) if form.is_bytes(member) => {
                    code!("__u8 {}[{}];", member.c_name, member.shape.bytes)
                }
                Part::Member(member) => declaration(member),
                Part::Gap(name, bytes) => code!("__u8 {}[{}];", name, bytes),
            });
        });
        lines
    }

    /// The two forms differ.
    pub fn have_bytes(&self) -> bool {
        self.list.iter().any(|member| Form::Bytes.is_bytes(member))
    }

    /// The gaps between them, by names and bytes.
    pub fn gaps(&self, start: u32, end: u32) -> Vec<(Code, u32)> {
        let mut gaps = Vec::new();
        self.walk(start, end, Form::Numbers, |part| {
            if let Part::Gap(name, bytes) = part {
                gaps.push((name, bytes));
            }
        });
        gaps
    }

    fn walk<'m>(&'m self, start: u32, end: u32, form: Form, mut visit: impl FnMut(Part<'m>)) {
        let mut sorted: Vec<&Member> = self.list.iter().collect();
        sorted.sort_by_key(|member| member.offset);
        let mut at = start;
        let mut gaps = 0_u32;
        let places = sorted.into_iter().map(|member| (member.offset, Some(member)));
        for (to, member) in places.chain(std::iter::once((end, None))) {
            if to > at {
                let name = if gaps == 0 { code!("pad") } else { code!("pad_{}", gaps) };
                visit(Part::Gap(name, to - at));
                gaps += 1;
            }
            if let Some(member) = member {
                visit(Part::Member(member));
                let bytes = form.is_bytes(member).then_some(member.offset + member.shape.bytes);
                at = bytes.unwrap_or_else(|| member.end());
            }
        }
    }
}

/// How C declares numbers in network order. Both forms have the same layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As numbers, by which lookups and actions read and write them.
    Numbers,
    /// As bytes: what prints maps by their types, as bpftool does, would take numbers for such of the host's order.
    Bytes,
}

impl Form {
    fn is_bytes(self, member: &Member) -> bool {
        self == Form::Bytes && member.shape.order == ByteOrder::Network
    }
}

/// A part of a structure.
enum Part<'m> {
    Member(&'m Member),
    /// Its name and bytes.
    Gap(Code, u32),
}

/// Names for members: the last component of a dotted name where that is unambiguous, else all of it.
pub fn short_names<'a>(
    dotted: impl Iterator<Item = &'a str> + Clone,
    mut taken: names::Taken,
) -> Vec<String> {
    let last = |name: &'a str| name.rsplit('.').next().unwrap_or(name);
    let mut uses: FxHashMap<&str, usize> = FxHashMap::default();
    for name in dotted.clone() {
        *uses.entry(last(name)).or_default() += 1;
    }
    dotted
        .map(|name| {
            let unique = uses.get(last(name)) == Some(&1);
            names::member(if unique { last(name) } else { name }, &mut taken)
        })
        .collect()
}

/// C's type of an element.
pub fn element_type(unit: u32, order: ByteOrder) -> Known {
    match (unit, order) {
        (1, _) => Known("__u8"),
        (2, ByteOrder::Host) => Known("__u16"),
        (4, ByteOrder::Host) => Known("__u32"),
        (_, ByteOrder::Host) => Known("__u64"),
        (2, ByteOrder::Network) => Known("__be16"),
        (4, ByteOrder::Network) => Known("__be32"),
        (_, ByteOrder::Network) => Known("__be64"),
    }
}

fn declaration(member: &Member) -> Code {
    let Shape { unit, units, bytes, order } = member.shape;
    let ty = element_type(unit, order);
    let array = if units > 1 { code!("[{}]", units) } else { Code::default() };
    let remark = match order {
        ByteOrder::Network if bytes < unit * units => {
            code!(" /* {} bits in the first {} bytes */", member.ty.width(), bytes)
        }
        ByteOrder::Host | ByteOrder::Network => Code::default(),
    };
    code!("{} {}{};{}", ty, member.c_name, array, remark)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(name: &str, width: u32, order: ByteOrder) -> Wish {
        let ty = ScalarType::bit(width);
        (Arc::from(name), ty, Shape::of(ty, order))
    }

    fn text(members: &Members, start: u32) -> String {
        in_form(members, start, Form::Numbers)
    }

    fn in_form(members: &Members, start: u32, form: Form) -> String {
        Code::join(members.declarations(start, members.size(), form), " ").to_string()
    }

    #[test]
    fn five_tuple_needs_one_gap() {
        let members = Members::place(
            0,
            vec![
                wish("src", 32, ByteOrder::Network),
                wish("dst", 32, ByteOrder::Network),
                wish("proto", 8, ByteOrder::Network),
                wish("sport", 16, ByteOrder::Network),
                wish("dport", 16, ByteOrder::Network),
            ],
        );
        // P4's order would take 16 bytes as well, so it stays.
        assert_eq!(
            text(&members, 0),
            "__be32 src; __be32 dst; __u8 proto; __u8 pad[1]; __be16 sport; __be16 dport; __u8 pad_1[2];"
        );
        assert_eq!(members.size(), 16);
    }

    #[test]
    fn sorting_saves_bytes() {
        let members = Members::place(
            0,
            vec![
                wish("a", 8, ByteOrder::Host),
                wish("b", 32, ByteOrder::Host),
                wish("c", 8, ByteOrder::Host),
            ],
        );
        assert_eq!(text(&members, 0), "__u32 b; __u8 a; __u8 c; __u8 pad[2];");
        assert_eq!(members.list[0].offset, 4);
    }

    #[test]
    fn a_mac_address_is_six_of_eight_bytes() {
        let members = Members::place(0, vec![wish("dst", 48, ByteOrder::Network)]);
        assert_eq!(text(&members, 0), "__be64 dst; /* 48 bits in the first 6 bytes */");
        assert_eq!(members.list[0].place(), Place { offset: 0, size: 6, order: ByteOrder::Network });
        assert!(members.have_bytes());
        assert_eq!(in_form(&members, 0, Form::Bytes), "__u8 dst[6]; __u8 pad[2];");
    }

    #[test]
    fn numbers_of_the_host_are_no_bytes() {
        let wishes = vec![wish("a", 8, ByteOrder::Network), wish("b", 32, ByteOrder::Host)];
        let members = Members::place(0, wishes);
        assert!(!members.have_bytes());
        assert_eq!(in_form(&members, 0, Form::Bytes), in_form(&members, 0, Form::Numbers));
    }

    #[test]
    fn wide_numbers_are_arrays() {
        let shape = Shape::of(ScalarType::bit(128), ByteOrder::Host);
        assert_eq!((shape.unit, shape.units, shape.order), (8, 2, ByteOrder::Network));
        let shape = shape.in_words();
        assert_eq!((shape.unit, shape.units), (4, 4));
        let shape = Shape::of(ScalarType::bit(100), ByteOrder::Host);
        assert_eq!((shape.unit, shape.units, shape.bytes), (4, 4, 13));
    }
}
