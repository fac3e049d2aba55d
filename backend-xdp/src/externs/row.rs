//! The data of hashes and checksums: in go the values that a program lists, out come groups of values that stand one behind the other
//! in a row of bits. Fields of headers that are not valid are no part of the row, nor are such headers themselves.
//!
//! What is made of the row is left to [`super::digest`].

use crate::c::code::{Code, Name, code};
use crate::emit::Cx;
use crate::emit::field::Referent;
use crate::emit::pieces::words_of;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Arg, Expr, ExprKind, HeaderId, HeaderRef, ScalarType};

/// Values that are there together.
pub(super) struct Group {
    /// They are there where it holds; none if they always are.
    pub(super) condition: Option<Expr>,
    /// The values, the first of them in front.
    pub(super) values: Vec<Expr>,
    /// Bytes instead of values.
    pub(super) bytes: Option<Bytes>,
}

/// Bytes whose number is known at run time only.
#[derive(Clone)]
pub(super) enum Bytes {
    /// Of the packet: what the parser has left.
    Payload,
    /// Of the packet: the varbit field of a header, behind so many bytes.
    Varbit(HeaderId, u32),
    /// In memory: a varbit that is worked with.
    Value(Expr),
}

/// Such bytes, as C.
pub(super) struct Range {
    /// What the names of the prelude's functions for them begin with.
    pub(super) stem: &'static str,
    /// The first arguments of these, up to their number.
    pub(super) from: Code,
    /// How many there are.
    pub(super) length: Name,
}

impl Group {
    /// The group begins with a unit of bits wherever the one in front of it does.
    pub(super) fn is_of(&self, unit: u32) -> bool {
        let width: u32 = self.values.iter().map(|value| value.ty.width()).sum();
        width.is_multiple_of(unit) && (self.bytes.is_none() || 8_u32.is_multiple_of(unit))
    }
}

/// True if every value's place within its unit of bits is known, whatever is there: in front of it only whole units may be missing.
pub(super) fn is_steady(groups: &[Group], unit: u32) -> bool {
    in_front_of_last(groups)
        .all(|group| group.condition.is_none() && group.bytes.is_none() || group.is_of(unit))
}

/// True if every group begins with a byte.
pub(super) fn is_of_bytes(groups: &[Group]) -> bool {
    in_front_of_last(groups).all(|group| group.is_of(8))
}

fn in_front_of_last(groups: &[Group]) -> impl Iterator<Item = &Group> {
    groups.split_last().into_iter().flat_map(|(_, before)| before)
}

impl Cx<'_> {
    /// The groups of values in an argument. What has no bits, or cannot be had, is refused.
    pub(super) fn row_of(&mut self, data: &Arg, span: Span) -> Option<Vec<Group>> {
        let mut groups = Vec::new();
        self.collect_row(data, span, &mut groups).then_some(groups)
    }

    fn collect_row(&mut self, data: &Arg, span: Span, groups: &mut Vec<Group>) -> bool {
        match data {
            Arg::In(value) => self.add_value(None, value, span, groups),
            Arg::While { condition, value } => self.add_value(Some(condition), value, span, groups),
            Arg::Struct(fields) => fields.iter().all(|(_, field)| self.collect_row(field, span, groups)),
            Arg::Header(header) => self.add_header(header, span, groups),
            Arg::Stack(stack) => {
                let elements = self.program.stacks[*stack].elements.clone();
                elements.into_iter().all(|id| self.add_header(&HeaderRef::Header(id), span, groups))
            }
            Arg::Out(_) | Arg::String(_) | Arg::Extern(_) | Arg::Packet | Arg::Missing => {
                self.refuse(codes::E0524, span, "this is nothing that a hash or checksum can be made of");
                false
            }
        }
    }

    /// All fields of a header, while it is valid.
    fn add_header(&mut self, header: &HeaderRef, span: Span, groups: &mut Vec<Group>) -> bool {
        let ty = self.header_type(header);
        let valid = Expr { kind: ExprKind::IsValid(header.clone()), ty: ScalarType::Bool, span };
        let types: Vec<ScalarType> = self.program.header_types[ty].fields.iter().map(|f| f.ty).collect();
        (0..).zip(types).all(|(field, ty)| {
            let value = Expr { kind: ExprKind::Field { header: header.clone(), field }, ty, span };
            self.add_value(Some(&valid), &value, span, groups)
        })
    }

    fn add_value(
        &mut self,
        condition: Option<&Expr>,
        value: &Expr,
        span: Span,
        groups: &mut Vec<Group>,
    ) -> bool {
        let bytes = match value.ty {
            ScalarType::Varbit { .. } => match self.bytes_of(value, span) {
                Some(bytes) => Some(bytes),
                None => return false,
            },
            ScalarType::Bool | ScalarType::Bits { .. } | ScalarType::Enum(_) | ScalarType::Error => None,
        };
        let condition = match condition.map(|condition| self.validity(condition)) {
            Some(valid) if valid.is("false") => return true,
            Some(valid) if !valid.is("true") => condition,
            Some(_) | None => None,
        };
        if bytes.is_some() {
            groups.push(Group { condition: condition.cloned(), values: Vec::new(), bytes });
            return true;
        }
        if let Some(last) = groups.last_mut().filter(|last| last.bytes.is_none()) {
            let same = match (&last.condition, condition) {
                (None, None) => true,
                (Some(a), Some(b)) => self.validity(a) == self.validity(b),
                (None, Some(_)) | (Some(_), None) => false,
            };
            if same {
                last.values.extend(words_of(value));
                return true;
            }
        }
        groups.push(Group { condition: condition.cloned(), values: words_of(value), bytes: None });
        true
    }

    /// The bytes of a varbit: in the packet where they lie there as such, or else wherever the value is kept.
    fn bytes_of(&mut self, value: &Expr, span: Span) -> Option<Bytes> {
        if let ExprKind::Field { header, field } = &value.kind
            && let Referent::One(id) = self.referent(header)
            && !self.is_lifted(id)
        {
            let ty = self.header_type(header);
            let offset = self.program.header_types[ty].fields.get(*field as usize).map_or(0, |f| f.offset);
            if !offset.is_multiple_of(8) {
                let message = "a `varbit` that begins within a byte cannot be had in a checksum or hash";
                self.refuse(codes::E0513, span, message);
                return None;
            }
            return Some(Bytes::Varbit(id, offset / 8));
        }
        Some(Bytes::Value(value.clone()))
    }

    /// Where bytes are, for what is written next.
    pub(super) fn range(&mut self, bytes: &Bytes) -> Range {
        if let Bytes::Value(value) = bytes {
            let varbit = self.varbit_of(value);
            let length = self.fresh("length", code!("__u64"));
            self.out.assignment(&length, varbit.count());
            let from = code!("{}, {}", varbit.array(), varbit.most);
            return Range { stem: "xdp_memory", from, length };
        }
        // The verifier takes differences of pointers by themselves and in 64 bits only, so clang must not see what comes of them.
        let from = self.fresh("from", code!("__u64"));
        let length = self.fresh("length", code!("__u64"));
        match bytes {
            Bytes::Payload => {
                self.check_payload();
                let parsed = self.parsed_bytes();
                self.out.assignment(&from, parsed);
                self.out.line(code!("@barrier_var({});", from));
                let bytes = self.packet_bytes();
                self.out.assignment(&length, code!("{} - {}", bytes, from));
            }
            Bytes::Value(_) => {}
            Bytes::Varbit(id, offset) => {
                if let Some((pointer, there, varbit)) = self.varbit(*id) {
                    let start = code!("(void *){} - @data", pointer);
                    // In memory it is empty.
                    let [start, bytes] = [start, varbit].map(|part| match &there {
                        Some(there) => code!("{} ? {} : 0", there, part),
                        None => part,
                    });
                    self.out.assignment(&from, start);
                    self.out.line(code!("@barrier_var({});", from));
                    self.out.update(&from, code!("{} += {};", from, *offset));
                    self.out.assignment(&length, bytes);
                } else {
                    self.out.assignment(&from, code!("0"));
                    self.out.assignment(&length, code!("0"));
                }
            }
        }
        let stem = if self.has_fragments(bytes) { "xdp_frags" } else { "xdp_packet" };
        Range { stem, from: code!("@ctx, {}", from), length }
    }

    /// Bytes of the packet that may lie beyond the first fragment.
    pub(super) fn has_fragments(&self, bytes: &Bytes) -> bool {
        matches!(bytes, Bytes::Payload) && self.module.options.frags
    }

    /// A condition as text, to be compared: what it takes to evaluate it is written where that is done.
    fn validity(&mut self, condition: &Expr) -> Code {
        if let ExprKind::IsValid(header) = &condition.kind {
            self.validity_of(header)
        } else {
            self.condition(condition).text
        }
    }

    /// Writes `part` for a group, to be run where the group is there.
    pub(super) fn where_there(&mut self, group: &Group, part: impl FnOnce(&mut Self)) {
        match &group.condition {
            Some(condition) => self.only_where(condition, part),
            None => part(self),
        }
    }
}
