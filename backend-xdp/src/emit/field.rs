//! Fields of headers: loads, stores and validity, in the packet or in memory.
//!
//! ```text
//! known in the packet   ipv4->ttl
//! perhaps invalid       ipv4 ? ipv4->ttl : 0
//! made or extracted     vlan ? vlan->tpid : vlan_new.tpid
//! ```

use super::Cx;
use super::member_access::{Holder, alignment_at, load_call, store_call};
use crate::c::code::{Code, Name, ToCode, code};
use crate::c::expr::{CExpr, CType, Prec, ones};
use crate::layout::headers::{FieldPlace, HeaderLayout, Member};
use crate::layout::storage::constant_index;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{HeaderId, HeaderRef, HeaderTypeId, ScalarType};

/// What a reference to a header comes down to.
#[derive(Clone, Debug)]
pub(crate) enum Referent {
    /// A header.
    One(HeaderId),
    /// One of several, by an index that is known at run time.
    Indexed(Vec<HeaderId>, CExpr),
    /// None: the index is out of range.
    Nothing,
}

impl Cx<'_> {
    pub(crate) fn referent(&mut self, header: &HeaderRef) -> Referent {
        let at = |elements: &[HeaderId], i: usize| {
            elements.get(i).map_or(Referent::Nothing, |h| Referent::One(*h))
        };
        match header {
            HeaderRef::Header(id) => Referent::One(*id),
            HeaderRef::Element { stack, index } => {
                let elements = &self.program.stacks[*stack].elements;
                match constant_index(index) {
                    Some(i) => at(elements, i),
                    None => Referent::Indexed(elements.clone(), self.expr(index).masked()),
                }
            }
            HeaderRef::Next(id) | HeaderRef::Last(id) => {
                let stack = &self.program.stacks[*id];
                let back = u32::from(matches!(header, HeaderRef::Last(_)));
                match self.known_next(*id) {
                    Some(next) => {
                        next.checked_sub(back).map_or(Referent::Nothing, |i| at(&stack.elements, i as usize))
                    }
                    None => {
                        let next = self.local(stack.next_index);
                        let index = if back == 0 {
                            next
                        } else {
                            let one = CExpr::atom(code!("1"), CType::Literal, 32);
                            next.joined("-", Prec::Additive, &one, 32, true)
                        };
                        Referent::Indexed(stack.elements.clone(), index)
                    }
                }
            }
        }
    }

    /// Whether a header is valid, as a C condition.
    pub fn is_valid(&mut self, header: &HeaderRef) -> CExpr {
        match self.referent(header) {
            Referent::Nothing => CExpr::boolean(false),
            Referent::One(id) => self.header_is_valid(id),
            Referent::Indexed(elements, index) => {
                self.pick(&elements, &index, CExpr::boolean(false), |cx, id| cx.header_is_valid(id))
            }
        }
    }

    /// As [`Cx::is_valid`], where nobody follows the header's pointer.
    pub(crate) fn validity_of(&mut self, header: &HeaderRef) -> Code {
        let valid = match self.referent(header) {
            Referent::Nothing => CExpr::boolean(false),
            Referent::One(id) => self.validity_flag(id),
            Referent::Indexed(elements, index) => {
                self.pick(&elements, &index, CExpr::boolean(false), |cx, id| cx.validity_flag(id))
            }
        };
        valid.text
    }

    pub(super) fn header_is_valid(&mut self, id: HeaderId) -> CExpr {
        let may = self.paths.may(id);
        if may.packet && (may.absent || may.memory) && !self.is_read_apart(id) {
            // What is behind the test will use the pointer, and the verifier believes only one test for both.
            self.pin(id);
        }
        self.validity_flag(id)
    }

    /// As [`Cx::header_is_valid`], where nobody follows the header's pointer.
    pub(super) fn validity_flag(&mut self, id: HeaderId) -> CExpr {
        let may = self.paths.may(id);
        if !may.maybe_valid() {
            return CExpr::boolean(false);
        }
        if may.surely_valid() {
            return CExpr::boolean(true);
        }
        let (here, made) = (self.here(id), self.storage.headers[id].made.clone());
        let storage = &self.storage.headers[id];
        match (may.packet && storage.in_packet, may.memory && storage.in_memory) {
            (true, false) => CExpr::truth(here, Prec::Postfix),
            (false, true) => CExpr::truth(made, Prec::Postfix),
            _ => CExpr::truth(code!("{} || {}", here, made), Prec::Or),
        }
    }

    /// The value of a field; zero where the header is invalid.
    pub fn read_field(&mut self, header: &HeaderRef, field: u32, span: Span) -> CExpr {
        let ty = self.program.header_types[self.header_type(header)].fields.get(field as usize).map(|f| f.ty);
        if let Some(ScalarType::Varbit { .. }) = ty {
            self.module.sink.emit(crate::lacking::VARBIT_VALUE.at(span));
            return CExpr::zero(0);
        }
        let width = self.field_width(header, field);
        if width > 128 {
            self.refuse(
                codes::E0512,
                span,
                format!("computing with {width} bits is not supported, at most 128"),
            );
            return CExpr::zero(width);
        }
        match self.referent(header) {
            Referent::Nothing => CExpr::zero(width),
            Referent::One(id) => self.read_header_field(id, field, span),
            Referent::Indexed(elements, index) => {
                self.pick(&elements, &index, CExpr::zero(width), |cx, id| {
                    cx.read_header_field(id, field, span)
                })
            }
        }
    }

    /// Bits `hi` to `lo` of a field that is too wide to be read as a whole.
    pub(super) fn read_part(
        &mut self,
        header: &HeaderRef,
        field: u32,
        bits: (u32, u32),
        span: Span,
    ) -> CExpr {
        let width = bits.0 - bits.1 + 1;
        if width > 128 {
            return self.too_wide(width, span);
        }
        let of_header = |cx: &mut Self, id: HeaderId| match cx.field_place(id, field) {
            Some(place) => {
                let part = place.part(bits.0, bits.1);
                cx.value_by_holder(id, &CExpr::zero(width), |cx, base| cx.load(id, &part, base))
            }
            None => CExpr::zero(width),
        };
        match self.referent(header) {
            Referent::Nothing => CExpr::zero(width),
            Referent::One(id) => of_header(self, id),
            Referent::Indexed(elements, index) => self.pick(&elements, &index, CExpr::zero(width), of_header),
        }
    }

    /// Writes bits `hi` to `lo` of such a field.
    pub(super) fn write_part(
        &mut self,
        header: &HeaderRef,
        field: u32,
        bits: (u32, u32),
        value: &CExpr,
        span: Span,
    ) {
        if value.width > 128 {
            self.too_wide(value.width, span);
            return;
        }
        self.on_each(header, |cx, id| {
            let Some(place) = cx.field_place(id, field) else { return };
            let part = place.part(bits.0, bits.1);
            cx.for_each_holder(id, |cx, base| {
                let text = cx.store(id, &part, base, value);
                cx.out.line(text);
            });
        });
    }

    fn too_wide(&mut self, width: u32, span: Span) -> CExpr {
        let message = format!("computing with {width} bits is not supported, at most 128");
        self.refuse(codes::E0512, span, message);
        CExpr::zero(width)
    }

    /// `index == 0 ? a : index == 1 ? b : otherwise`
    fn pick(
        &mut self,
        elements: &[HeaderId],
        index: &CExpr,
        otherwise: CExpr,
        mut value: impl FnMut(&mut Self, HeaderId) -> CExpr,
    ) -> CExpr {
        let mut result = otherwise;
        for (i, &id) in elements.iter().enumerate().rev() {
            let i = CExpr::atom(i.to_string(), CType::Literal, 32);
            let here = index.clone().joined("==", Prec::Equality, &i, 1, true);
            let value = value(self, id).masked();
            result = here.choose(&value, &result);
        }
        result
    }

    pub(super) fn field_width(&self, header: &HeaderRef, field: u32) -> u32 {
        let ty = &self.program.header_types[self.header_type(header)];
        ty.fields.get(field as usize).map_or(0, |f| f.ty.width())
    }

    /// The type of the header that a reference means.
    pub(crate) fn header_type(&self, header: &HeaderRef) -> HeaderTypeId {
        match header {
            HeaderRef::Header(id) => self.program.headers[*id].ty,
            HeaderRef::Element { stack, .. } | HeaderRef::Next(stack) | HeaderRef::Last(stack) => {
                self.program.stacks[*stack].ty
            }
        }
    }

    /// The C form of a header's type.
    pub(super) fn header_layout(&self, id: HeaderId) -> &HeaderLayout {
        &self.module.types[self.program.headers[id].ty]
    }

    pub(crate) fn field_place(&self, id: HeaderId, field: u32) -> Option<FieldPlace> {
        self.header_layout(id).fields.get(field as usize)?.clone()
    }

    fn no_place(&mut self, span: Span) {
        self.module.sink.emit(crate::lacking::VARBIT_VALUE.at(span));
    }

    fn read_header_field(&mut self, id: HeaderId, field: u32, span: Span) -> CExpr {
        let width = self.field_width(&HeaderRef::Header(id), field);
        if width == 0 {
            return CExpr::zero(0);
        }
        let Some(place) = self.field_place(id, field) else {
            self.no_place(span);
            return CExpr::zero(width);
        };
        self.value_by_holder(id, &CExpr::zero(width), |cx, base| cx.load(id, &place, base))
    }

    /// An expression by where the header is held: `of` is given the text in front of a member's name.
    pub(crate) fn choose_holder(
        &mut self,
        id: HeaderId,
        absent: &CExpr,
        of: impl Fn(&mut Self, &Holder) -> CExpr,
    ) -> CExpr {
        let may = self.paths.may(id);
        if !may.maybe_valid() {
            return absent.clone();
        }
        if may.packet {
            self.pin(id);
        }
        let storage = self.storage.headers[id].clone();
        let (packet, memory) = (Holder::Packet(storage.pointer), Holder::Memory(storage.memory));
        let made = CExpr::truth(storage.made, Prec::Postfix);
        let in_packet = CExpr::truth(storage.here, Prec::Postfix);
        let elsewhere = match (may.memory, may.absent) {
            (false, _) => absent.clone(),
            (true, false) => of(self, &memory).masked(),
            (true, true) => made.choose(&of(self, &memory).masked(), absent),
        };
        match (may.packet, may.absent || may.memory || self.is_doubtful(id)) {
            (false, _) => elsewhere,
            (true, false) => of(self, &packet),
            (true, true) => in_packet.choose(&of(self, &packet).masked(), &elsewhere),
        }
    }

    /// Of a header with a varbit field that can be in the packet: its pointer, what says that it is there (nothing: it always is), and the
    /// bytes of that field there. In memory it is empty.
    pub(crate) fn varbit(&mut self, id: HeaderId) -> Option<(Name, Option<Code>, Code)> {
        let may = self.paths.may(id);
        if !may.packet {
            return None;
        }
        self.pin(id);
        let storage = &self.storage.headers[id];
        let doubtful = may.absent || may.memory || self.is_doubtful(id);
        let there = doubtful.then(|| storage.here.code());
        Some((storage.pointer.clone(), there, storage.varbit.as_ref()?.code()))
    }

    /// Loads a field from the structure whose members' names follow `base`.
    fn load(&mut self, id: HeaderId, place: &FieldPlace, base: &Holder) -> CExpr {
        if place.bytes > 16 {
            return self.load_straddling(id, place, base);
        }
        let window = self.load_window(id, place, base);
        let ty = CType::of_width(place.width);
        if place.is_whole() {
            return CExpr { width: place.width, ..window };
        }
        let shifted = if place.shift == 0 {
            window
        } else {
            let by = CExpr::atom(place.shift.to_string(), CType::Literal, 32);
            window.joined(">>", Prec::Shift, &by, place.width, true)
        };
        let clean = place.shift + place.width == place.bytes * 8;
        let field = CExpr { width: place.width, clean, ..shifted };
        let field = if clean { field } else { field.masked() };
        if field.ty.min(CType::of_width(place.bytes * 8)) > ty { narrowed(field, ty) } else { field }
    }

    /// The window of a field as a number in host order.
    fn load_window(&mut self, id: HeaderId, place: &FieldPlace, base: &Holder) -> CExpr {
        let (bits, name) = (place.bytes * 8, self.member_name(id, place, base));
        if self.is_integer(id, place) {
            return match place.bytes {
                1 => CExpr::atom(name, CType::U8, bits),
                2 => CExpr::atom(code!("@bpf_ntohs({})", name), CType::U16, bits),
                4 => CExpr::atom(code!("@bpf_ntohl({})", name), CType::U32, bits),
                _ => CExpr::atom(code!("@bpf_be64_to_cpu({})", name), CType::U64, bits),
            };
        }
        if place.bytes == 1 {
            return CExpr::atom(code!("*({})", name), CType::U8, bits);
        }
        load_call(&name, bits, self.alignment(id, place, base))
    }

    /// A field of up to 128 bits that touches 17 bytes.
    fn load_straddling(&mut self, id: HeaderId, place: &FieldPlace, base: &Holder) -> CExpr {
        let [head, tail] = straddling_parts(place);
        let (high, low) = (self.load_window(id, &head, base), self.load_window(id, &tail, base));
        let text = code!("{} << {} | {} >> {}", high.operand(), 8 - place.shift, low.operand(), place.shift);
        let clean = place.width == 128;
        CExpr { text, prec: Prec::BitOr, ty: CType::U128, width: place.width, clean }.masked()
    }

    /// To what multiple of bytes an address is aligned as far as accesses need it: on the stack the verifier insists on it,
    /// in the packet nobody does.
    pub(super) fn alignment(&self, id: HeaderId, place: &FieldPlace, base: &Holder) -> u32 {
        let offset = self.member(id, place).map_or(0, |m| m.offset) + place.start;
        match place.bytes {
            _ if !base.is_memory() => 8,
            // Of these a word at the end is taken.
            9..16 => 1,
            _ => alignment_at(offset),
        }
    }

    pub(crate) fn is_integer(&self, id: HeaderId, place: &FieldPlace) -> bool {
        self.member(id, place).is_some_and(|m| m.integer)
    }

    pub(super) fn member(&self, id: HeaderId, place: &FieldPlace) -> Option<&Member> {
        self.header_layout(id).members.get(place.member)
    }

    /// The window as C names it: a member, or an address in an array member.
    pub(crate) fn member_name(&self, id: HeaderId, place: &FieldPlace, base: &Holder) -> Code {
        let Some(member) = self.member(id, place) else { return Code::default() };
        match place.start {
            0 => code!("{}{}", base, member.name),
            start => code!("{}{} + {}", base, member.name, start),
        }
    }

    /// Writes a store of a field (all of it) to a header that is valid, or whose content nobody can see while it is not.
    pub(super) fn write_field(&mut self, header: &HeaderRef, field: u32, value: &CExpr, span: Span) {
        match self.referent(header) {
            Referent::Nothing => {}
            Referent::One(id) => self.write_header_field(id, field, value, span),
            Referent::Indexed(elements, index) => {
                self.out.begin_switch(index.selector());
                for (i, &id) in elements.iter().enumerate() {
                    self.out.case(i);
                    self.alternative(|cx| cx.write_header_field(id, field, value, span));
                    self.out.line(code!("break;"));
                }
                self.out.end();
                self.end_alternatives();
            }
        }
    }

    fn write_header_field(&mut self, id: HeaderId, field: u32, value: &CExpr, span: Span) {
        if value.width == 0 {
            return;
        }
        let Some(place) = self.field_place(id, field) else {
            self.no_place(span);
            return;
        };
        let mut value = value.clone();
        if place.bytes > 16 {
            // It is stored in two parts, and may be computed of what the first one overwrites.
            let name = self.fresh("wide", value.ty.name());
            self.out.assignment(&name, &value.text);
            value = CExpr { clean: value.clean, ..CExpr::atom(name, value.ty, value.width) };
        }
        self.for_each_holder(id, |cx, base| {
            let text = cx.store(id, &place, base, &value);
            cx.out.line(text);
        });
    }

    /// Writes something once a place where the header can be: `part` is given the text in front of a member's name.
    pub(super) fn for_each_holder(&mut self, id: HeaderId, mut part: impl FnMut(&mut Self, &Holder)) {
        let may = self.paths.may(id);
        if may.packet {
            self.pin(id);
        }
        let storage = self.storage.headers[id].clone();
        let (packet, memory) = (Holder::Packet(storage.pointer), Holder::Memory(storage.memory));
        match (may.packet, may.memory) {
            (false, false) => {}
            (false, true) => part(self, &memory),
            (true, false) if !may.absent && !self.is_doubtful(id) => part(self, &packet),
            (true, memory_too) => {
                self.out.begin_if(&storage.here);
                part(self, &packet);
                if memory_too {
                    self.out.begin_else(None);
                    part(self, &memory);
                }
                self.out.end();
            }
        }
    }

    /// The statement that stores a value in a field.
    pub(super) fn store(&mut self, id: HeaderId, place: &FieldPlace, base: &Holder, value: &CExpr) -> Code {
        if place.bytes > 16 {
            return self.store_straddling(id, place, base, value);
        }
        let (name, bits) = (self.member_name(id, place, base), place.bytes * 8);
        let integer = self.is_integer(id, place);
        let alignment = self.alignment(id, place, base);
        let target = if place.bytes == 1 && !integer { code!("*({})", name) } else { name.clone() };
        let in_order = |text: &Code| match place.bytes {
            1 => text.clone(),
            2 => code!("@bpf_htons({})", text),
            4 => code!("@bpf_htonl({})", text),
            _ => code!("@bpf_cpu_to_be64({})", text),
        };
        let by_integer = integer || place.bytes == 1;
        if place.is_whole() {
            return if by_integer {
                code!("{} = {};", target, in_order(&value.text))
            } else {
                store_call(&name, bits, alignment, &value.text)
            };
        }
        let ty = CType::of_width(bits);
        let field_mask = ones(place.width) << place.shift;
        let keep = CExpr::constant(&(ones(bits) ^ field_mask), bits);
        let value = value.clone().masked();
        let value = if value.ty < ty && place.shift > 0 { value.converted(ty) } else { value };
        let by = CExpr::atom(place.shift.to_string(), CType::Literal, 32);
        let placed = if place.shift == 0 {
            value.clone()
        } else {
            value.clone().joined("<<", Prec::Shift, &by, bits, true)
        };
        if by_integer {
            let keep = in_order(&keep.text);
            if value.is_zero() {
                return code!("{} &= {};", target, keep);
            }
            let placed = if place.bytes == 1 { placed.operand() } else { in_order(&placed.text) };
            return code!("{} = ({} & {}) | {};", target, target, keep, placed);
        }
        let placed = placed.operand();
        let whole = code!("({} & {}) | {}", load_call(&name, bits, alignment).text, keep.operand(), placed);
        store_call(&name, bits, alignment, &whole)
    }

    fn store_straddling(&mut self, id: HeaderId, place: &FieldPlace, base: &Holder, value: &CExpr) -> Code {
        let [head, tail] = straddling_parts(place);
        let value = value.clone().masked().converted(CType::U128);
        let by = |n: u32| CExpr::atom(n.to_string(), CType::Literal, 32);
        let high = value.clone().joined(">>", Prec::Shift, &by(8 - place.shift), head.width, true);
        let low = CExpr { width: tail.width, clean: false, ..value };
        let (high, low) = (self.store(id, &head, base, &high), self.store(id, &tail, base, &low));
        code!("{}\n{}", high, low)
    }
}

/// Cast to a narrower C type; the value fits.
fn narrowed(value: CExpr, ty: CType) -> CExpr {
    CExpr { text: code!("({}){}", ty.name(), value.operand()), prec: Prec::Unary, ty, ..value }
}

/// The first 16 and the last byte of a field that touches 17.
fn straddling_parts(place: &FieldPlace) -> [FieldPlace; 2] {
    let in_tail = 8 - place.shift;
    [
        FieldPlace { bytes: 16, shift: 0, width: place.width - in_tail, ..*place },
        FieldPlace { bytes: 1, start: place.start + 16, width: in_tail, ..*place },
    ]
}
