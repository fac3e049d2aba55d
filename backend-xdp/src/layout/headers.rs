//! Header types as C structures: which member holds which field, and where.
//!
//! A member is as long as a run of fields between byte boundaries. Runs of 1, 2, 4 and 8 bytes that are naturally aligned in
//! the header become integers in network order, all others arrays of bytes: so the structure has no padding inside, and no access
//! is split by clang for fear of alignment. `sizeof` may exceed the length on the wire; nobody uses it for that.

use super::phases::type_of;
use crate::c::code::{Known, Name, code};
use crate::c::tree::Tree;
use crate::names;
use p4xdp_frontend::diagnostic::{Diagnostic, Diagnostics, codes};
use p4xdp_midend::ir::{HeaderType, Program, ScalarType, StmtKind, visit};

/// Refuses headers that end within a byte where they are extracted, which [`super::phases`] has left.
pub fn check(program: &Program, sink: &mut Diagnostics) {
    for block in program.blocks() {
        visit::statements(block, &mut |stmt| {
            let StmtKind::Extract { header, .. } = &stmt.kind else { return };
            let ty = type_of(program, header);
            let bits = ty.fixed_width();
            if !bits.is_multiple_of(8) {
                let message = format!("`{}` has {bits} bits, which is not a whole number of bytes", ty.name);
                let found = Diagnostic::error(codes::E0514, ty.span, message)
                    .with_label(stmt.span, "where it begins in the packet is not known here");
                sink.emit(found.with_note(format!("{} bits of padding are missing", 8 - bits % 8)));
            }
        });
    }
}

/// A header type's C form.
#[derive(Clone, Debug)]
pub struct HeaderLayout {
    /// Structure tag.
    pub tag: Name,
    /// Bytes on the wire, a varbit field not counted.
    pub bytes: u32,
    /// The members, without gaps.
    pub members: Vec<Member>,
    /// Where each field is; `None` for varbit. What stands behind that is where it would be if the varbit were empty.
    pub fields: Vec<Option<FieldPlace>>,
    /// The varbit field, if it has one.
    pub varbit: Option<VarbitPlace>,
}

/// Where a varbit field is. Its length is whole bytes, since it comes out of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VarbitPlace {
    /// Its position among the fields.
    pub field: u32,
    /// Bits in front of it.
    pub offset: u32,
    /// Bytes that it has at most.
    pub most: u32,
}

/// A member of the structure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Name.
    pub name: String,
    /// Bytes in front.
    pub offset: u32,
    /// Length in bytes.
    pub bytes: u32,
    /// An integer in network order rather than an array.
    pub integer: bool,
}

/// Where a field is within its member: `shift` bits from the low end of the big-endian number that the window's bytes form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPlace {
    /// Position in [`HeaderLayout::members`].
    pub member: usize,
    /// First byte of the window within the member; 0 for integers.
    pub start: u32,
    /// Bytes of the window: the whole of an integer, or the bytes that the field touches in an array.
    pub bytes: u32,
    /// Bits to its right in the window.
    pub shift: u32,
    /// Its width.
    pub width: u32,
}

impl FieldPlace {
    /// Where bits `hi` to `lo` of it are, if it is in an array.
    pub fn part(&self, hi: u32, lo: u32) -> FieldPlace {
        let (width, behind) = (hi - lo + 1, self.shift + lo);
        let (shift, bytes) = (behind % 8, (behind % 8 + width).div_ceil(8));
        let start = (self.start + self.bytes).saturating_sub(behind / 8 + bytes);
        FieldPlace { member: self.member, start, bytes, shift, width }
    }

    /// The field is all of its window.
    pub fn is_whole(&self) -> bool {
        self.width == self.bytes * 8
    }
}

impl HeaderLayout {
    /// Lays a header type out. Behind one that ends within a byte there are bits that nobody reads.
    pub fn new(tag: Name, ty: &HeaderType) -> HeaderLayout {
        let mut layout = HeaderLayout {
            tag,
            bytes: ty.fixed_width().div_ceil(8),
            members: Vec::new(),
            fields: Vec::new(),
            varbit: None,
        };
        let mut taken = names::Taken::default();
        let mut run: Vec<usize> = Vec::new();
        let mut run_start = 0;
        for (i, field) in ty.fields.iter().enumerate() {
            layout.fields.push(None);
            if let ScalarType::Varbit { max } = field.ty {
                layout.varbit = Some(VarbitPlace { field: i as u32, offset: field.offset, most: max / 8 });
                continue;
            }
            if run.is_empty() {
                run_start = field.offset;
            }
            run.push(i);
            if (field.offset + field.ty.width()) % 8 == 0 {
                layout.close_run(ty, run_start, &run, &mut taken);
                run.clear();
            }
        }
        layout.close_run(ty, run_start, &run, &mut taken);
        layout
    }

    fn close_run(&mut self, ty: &HeaderType, start: u32, run: &[usize], taken: &mut names::Taken) {
        let fields = || run.iter().filter_map(|&i| ty.fields.get(i).map(|f| (i, f)));
        let bits = fields().map(|(_, f)| f.ty.width()).sum::<u32>().next_multiple_of(8);
        let (offset, bytes) = (start / 8, bits / 8);
        if bytes == 0 {
            return;
        }
        let parts: Vec<&str> = fields().filter(|(_, f)| f.ty.width() > 0).map(|(_, f)| &*f.name).collect();
        let integer = matches!(bytes, 1 | 2 | 4 | 8) && offset % bytes == 0;
        let member = self.members.len();
        self.members.push(Member { name: names::member(&parts.join("_"), taken), offset, bytes, integer });
        for (i, field) in fields() {
            let (from, width) = (field.offset - start, field.ty.width());
            let place = if integer {
                FieldPlace { member, start: 0, bytes, shift: bits - from - width, width }
            } else {
                let (first, last) = (from / 8, (from + width).div_ceil(8));
                FieldPlace {
                    member,
                    start: first,
                    bytes: last - first,
                    shift: last * 8 - from - width,
                    width,
                }
            };
            if let Some(slot) = self.fields.get_mut(i) {
                *slot = Some(place);
            }
        }
    }

    /// The members in front of the varbit field and those behind it.
    pub fn around_varbit(&self) -> (&[Member], &[Member]) {
        let Some(varbit) = self.varbit else { return (&self.members, &[]) };
        let front =
            self.members.iter().take_while(|member| member.offset < varbit.offset.div_ceil(8)).count();
        self.members.split_at(front)
    }

    /// Writes the structure's definition.
    pub fn define(&self, out: &mut Tree) {
        out.begin(code!("struct {} {{", self.tag));
        for member in &self.members {
            let (name, bytes) = (&member.name, member.bytes);
            out.line(match (member.integer, bytes) {
                (true, 1) => code!("__u8 {};", name),
                (true, _) => code!("{} {};", big_endian(bytes), name),
                (false, _) => code!("__u8 {}[{}];", name, bytes),
            });
        }
        out.end_with(code!("}};"));
        out.blank();
    }
}

/// C's type of a number of 2, 4 or 8 bytes in network order.
pub fn big_endian(bytes: u32) -> Known {
    match bytes {
        2 => Known("__be16"),
        4 => Known("__be32"),
        _ => Known("__be64"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use p4xdp_frontend::source::Span;
    use p4xdp_midend::ir::HeaderField;

    fn header(fields: &[(&str, u32)]) -> HeaderLayout {
        let mut offset = 0;
        let fields = fields
            .iter()
            .map(|&(name, width)| {
                let field = HeaderField {
                    name: name.into(),
                    ty: ScalarType::bit(width),
                    offset,
                    annotations: Vec::new(),
                };
                offset += width;
                field
            })
            .collect();
        HeaderLayout::new(
            Name::new("h"),
            &HeaderType { name: "h".into(), fields, annotations: Vec::new(), span: Span::NONE },
        )
    }

    #[test]
    fn ethernet_and_ipv4() {
        let eth = header(&[("dst", 48), ("src", 48), ("type", 16)]);
        let mut out = Tree::default();
        eth.define(&mut out);
        assert_eq!(out.finish().0, "struct h {\n\t__u8 dst[6];\n\t__u8 src[6];\n\t__be16 type;\n};\n\n");
        let ip = header(&[
            ("version", 4),
            ("ihl", 4),
            ("tos", 8),
            ("len", 16),
            ("id", 16),
            ("flags", 3),
            ("frag", 13),
        ]);
        let names: Vec<_> = ip.members.iter().map(|m| m.name.as_str()).collect();
        assert_eq!(names, ["version_ihl", "tos", "len", "id", "flags_frag"]);
        assert_eq!(ip.fields[0], Some(FieldPlace { member: 0, start: 0, bytes: 1, shift: 4, width: 4 }));
        assert_eq!(ip.fields[6], Some(FieldPlace { member: 4, start: 0, bytes: 2, shift: 0, width: 13 }));
    }

    #[test]
    fn unaligned_numbers_are_bytes() {
        let h = header(&[("a", 16), ("b", 32), ("c", 3), ("d", 10), ("e", 3)]);
        assert!(!h.members[1].integer);
        assert_eq!(h.members[2], Member { name: "c_d_e".into(), offset: 6, bytes: 2, integer: true });
        let wide = header(&[("a", 4), ("b", 14), ("c", 6)]);
        assert_eq!(wide.fields[1], Some(FieldPlace { member: 0, start: 0, bytes: 3, shift: 6, width: 14 }));
    }
}
