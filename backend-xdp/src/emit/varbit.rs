//! Varbits that are worked with: their extraction, copies and comparison. Each is an array in the shared structure, as long as it can be, with zeros
//! behind its last byte, and the number of its bytes. So copies and comparisons go over the whole array, by constant offsets:
//!
//! ```text
//! a.rest = b.rest;                shared->a_varbit = shared->b_varbit;
//!                                 copy_bytes(shared->a_varbit_bytes, shared->b_varbit_bytes, 40);
//! a.rest == b.rest                shared->a_varbit == shared->b_varbit &&
//!                                 equal_bytes(shared->a_varbit_bytes, shared->b_varbit_bytes, 40)
//! ```
//!
//! Only where they come out of the packet or go back to it, their number matters: a piece is copied for each bit of it (`bytes_from_packet`). The
//! number is read from memory for each, since the verifier would otherwise follow each combination of bits by itself.

use super::Cx;
use super::Member;
use super::field::Referent;
use super::losses::cannot_be;
use super::member_access::Address;
use crate::c::code::{Code, Known, Name, ToCode, code};
use crate::c::expr::{CExpr, CType, Prec};
use crate::c::tree::Place;
use crate::lacking::VARBIT_VALUE;
use crate::layout::paths::{Hold, Item};
use crate::layout::storage::Varbit;
use crate::limits::MOST_VARBIT;
use crate::names::Names;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Comparison, Expr, ExprKind, HeaderId, HeaderRef, LValue, LocalId};

impl Varbit {
    /// Its array, as C.
    pub(crate) fn array(&self) -> Place {
        Place::Shared(self.bytes.clone())
    }

    /// The number of its bytes, as C.
    pub(crate) fn count(&self) -> Place {
        Place::Shared(self.length.clone())
    }

    /// Bytes that are copied and compared: whole words.
    pub(super) fn whole(&self) -> u32 {
        self.most.next_multiple_of(8)
    }

    /// Bytes that the array has: as many as the verifier finds that its pieces may come to.
    fn room(&self) -> u32 {
        (self.most + 1).next_power_of_two().max(8)
    }

    /// One as long, with names of its own.
    pub(super) fn alike(&self, wanted: &str, names: &mut Names) -> Varbit {
        Varbit::named(wanted, self.most * 8, names)
    }

    /// The members of a structure that are it.
    pub(super) fn members(&self) -> [Member; 2] {
        let Varbit { bytes, length, .. } = self;
        let array = code!("__u8 {}[{}] __attribute__((aligned(8)))", bytes, self.room());
        let (size, begins_empty) = (Some(self.whole()), false);
        [
            Member { name: bytes.clone(), declaration: array, begins_empty, bytes: size },
            Member {
                name: length.clone(),
                declaration: code!("__u32 {}", length),
                begins_empty,
                bytes: None,
            },
        ]
    }
}

impl Cx<'_> {
    /// Declares it.
    fn hold_varbit(&mut self, varbit: &Varbit, begins_empty: bool) {
        for member in varbit.members() {
            if !self.members.iter().any(|known| known.name == member.name) {
                self.members.push(Member { begins_empty, ..member });
            }
        }
    }

    /// The varbit of a header that is lifted.
    pub(super) fn lifted(&mut self, id: HeaderId) -> Option<Varbit> {
        let varbit = self.storage.headers[id].lifted.clone()?;
        self.check_varbit(id, &varbit);
        self.hold_varbit(&varbit, false);
        Some(varbit)
    }

    /// It is lifted out of the packet.
    pub(crate) fn is_lifted(&self, id: HeaderId) -> bool {
        self.storage.headers[id].lifted.is_some()
    }

    fn check_varbit(&mut self, id: HeaderId, varbit: &Varbit) {
        let span = self.program.headers[id].span;
        if varbit.most > MOST_VARBIT {
            let bits = MOST_VARBIT * 8;
            let message = format!("a `varbit` of more than {bits} bits can only be extracted and emitted");
            self.refuse(codes::E0513, span, message);
        }
        if self.header_layout(id).varbit.is_some_and(|place| !place.offset.is_multiple_of(8)) {
            let message = "a `varbit` that begins within a byte can only be extracted and emitted";
            self.refuse(codes::E0513, span, message);
        }
    }

    /// A local of type varbit.
    pub(super) fn varbit_local(&mut self, id: LocalId) -> Varbit {
        if let Some(varbit) = self.varbits.get(&id) {
            return varbit.clone();
        }
        let local = &self.program.locals[id];
        let varbit = Varbit::named(&local.name, local.ty.width(), &mut self.module.names);
        if varbit.most > MOST_VARBIT {
            let bits = MOST_VARBIT * 8;
            let message = format!("a variable of type `varbit` has at most {bits} bits");
            self.refuse(codes::E0513, local.span, message);
        }
        self.hold_varbit(&varbit, true);
        self.varbits.insert(id, varbit.clone());
        varbit
    }

    /// Takes the header, which is where the cursor is, out of the packet. `whole` is the variable with its length, of which `fixed` bytes are
    /// not the varbit's.
    pub(super) fn take_lifted(&mut self, id: HeaderId, whole: &Name, fixed: u32) {
        let (Some(varbit), Some(place)) = (self.lifted(id), self.header_layout(id).varbit) else { return };
        let layout = self.header_layout(id).clone();
        let storage = self.storage.headers[id].clone();
        let (front, behind) = layout.around_varbit();
        self.out.assignment(&storage.parsed, code!("@true"));
        self.read_members(id, front, &Address::of(Known("p")));
        self.out.assignment(&varbit.count(), code!("{} - {}", whole, fixed));
        self.clear(&varbit);
        let from = Address::of(Known("p")).behind(place.offset / 8);
        let copy = code!(
            "@bytes_from_packet({}, {}, @data_end, &{}, {})",
            varbit.array(),
            from,
            varbit.count(),
            varbit.most
        );
        self.out.update(&varbit.bytes, code!("if (!{})\n\treturn {};", copy, cannot_be()));
        if !behind.is_empty() {
            let rest: u32 = behind.iter().map(|member| member.bytes).sum();
            let pointer = self.pointer("behind");
            self.out.line(code!("{} = @p + ({} - {});", pointer, whole, rest));
            self.out.line(code!("@barrier_var({});", pointer));
            self.abort_if(code!("{} + {} > @data_end", pointer, rest), cannot_be());
            self.read_members(id, behind, &Address::of(&pointer));
        }
        self.out.assignment(&storage.made, code!("@true"));
        self.paths.skip(Item::LongHeader(id));
        self.paths.set(id, Hold::Memory);
    }

    /// A variable that points to bytes.
    fn pointer(&mut self, wanted: &str) -> Name {
        let name = self.module.names.unique(wanted);
        self.variables.push(super::Variable {
            name: name.clone(),
            declaration: code!("void *{}", name),
            initial: code!("@NULL"),
            is_array: false,
        });
        name
    }

    fn clear(&mut self, varbit: &Varbit) {
        self.out.update(&varbit.bytes, code!("@clear_bytes({}, {});", varbit.array(), varbit.whole()));
    }

    /// It is empty from now on.
    pub(super) fn empty_varbit(&mut self, varbit: &Varbit) {
        self.hold_varbit(varbit, false);
        self.out.assignment(&varbit.count(), code!("0"));
        self.clear(varbit);
    }

    fn copy_varbit(&mut self, to: &Varbit, from: &Varbit) {
        if to == from {
            return;
        }
        self.out.assignment(&to.count(), from.count());
        self.out.update(&to.bytes, code!("@copy_bytes({}, {}, {});", to.array(), from.array(), to.whole()));
    }

    /// The varbit of a header becomes that of another, which is valid and in memory.
    pub(super) fn copy_lifted(&mut self, to: HeaderId, from: HeaderId) {
        if let (Some(to), Some(from)) = (self.lifted(to), self.lifted(from)) {
            self.copy_varbit(&to, &from);
        }
    }

    /// Writes an assignment of a varbit.
    pub(super) fn assign_varbit(&mut self, dst: &LValue, src: &Expr, span: Span) {
        match dst {
            LValue::Local(id) => {
                let to = self.varbit_local(*id);
                self.put_varbit(&to, src);
            }
            LValue::Field { header, .. } => {
                // The header may be named by what the value is made of, and the value by several headers.
                let from = self.varbit_of(src);
                self.on_each(header, |cx, id| {
                    if let Some(to) = cx.lifted(id) {
                        cx.copy_varbit(&to, &from);
                    }
                });
            }
            LValue::Slice { .. } => self.bug(span, "a slice of a varbit"),
        }
    }

    /// The value of an expression, where it is or in a place of its own.
    pub(crate) fn varbit_of(&mut self, src: &Expr) -> Varbit {
        match &src.kind {
            ExprKind::Local(id) => return self.varbit_local(*id),
            ExprKind::Field { header, .. } => {
                if let Referent::One(id) = self.referent(header)
                    && self.paths.may(id).surely_valid()
                    && let Some(varbit) = self.lifted(id)
                {
                    return varbit;
                }
            }
            ExprKind::Const(_)
            | ExprKind::IsValid(_)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Conditional(..)
            | ExprKind::Cast(_)
            | ExprKind::Slice { .. } => {}
        }
        let value = Varbit::named("varbit", src.ty.width(), &mut self.module.names);
        self.hold_varbit(&value, false);
        self.put_varbit(&value, src);
        value
    }

    /// Writes a value to a place.
    fn put_varbit(&mut self, to: &Varbit, src: &Expr) {
        match &src.kind {
            ExprKind::Const(_) => self.empty_varbit(to),
            ExprKind::Local(id) => {
                let from = self.varbit_local(*id);
                self.copy_varbit(to, &from);
            }
            ExprKind::Field { header, .. } => self.put_field(to, header),
            ExprKind::Conditional(condition, then, otherwise) => {
                let c = self.condition(condition);
                match c.known() {
                    Some(true) => return self.put_varbit(to, then),
                    Some(false) => return self.put_varbit(to, otherwise),
                    None => {}
                }
                self.out.begin_if(&c.text);
                for (holds, value) in [(true, then), (false, otherwise)] {
                    if !holds {
                        self.out.begin_else(None);
                    }
                    self.alternative(|cx| {
                        cx.assume(condition, holds);
                        cx.put_varbit(to, value);
                    });
                }
                self.out.end();
                self.end_alternatives();
                self.merge_ways();
            }
            ExprKind::IsValid(_)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Cast(_)
            | ExprKind::Slice { .. } => {
                self.module.sink.emit(VARBIT_VALUE.at(src.span));
            }
        }
    }

    fn put_field(&mut self, to: &Varbit, header: &HeaderRef) {
        let of_header = |cx: &mut Self, id: HeaderId| {
            let Some(from) = cx.lifted(id) else { return };
            let valid = cx.validity_flag(id);
            match valid.known() {
                Some(true) => cx.copy_varbit(to, &from),
                Some(false) => cx.empty_varbit(to),
                None => {
                    cx.out.begin_if(&valid.text);
                    cx.copy_varbit(to, &from);
                    cx.out.begin_else(None);
                    cx.empty_varbit(to);
                    cx.out.end();
                    cx.merge_ways();
                }
            }
        };
        match self.referent(header) {
            Referent::One(id) => of_header(self, id),
            Referent::Nothing => self.empty_varbit(to),
            Referent::Indexed(..) => {
                // An index out of range.
                self.empty_varbit(to);
                self.on_each(header, of_header);
            }
        }
    }

    /// `left == right`, or `left != right`.
    pub(super) fn varbits_compared(&mut self, comparison: Comparison, left: &Expr, right: &Expr) -> CExpr {
        let (a, b) = (self.varbit_of(left), self.varbit_of(right));
        let bytes = a.whole();
        let equal = code!(
            "{} == {} &&\n    @equal_bytes({}, {}, {})",
            a.count(),
            b.count(),
            a.array(),
            b.array(),
            bytes
        );
        if comparison == Comparison::Ne {
            return CExpr::truth(code!("!({})", equal), Prec::Unary);
        }
        CExpr::truth(equal, Prec::And)
    }

    /// Bytes of a header's varbit where it is emitted, on the ways that lead here.
    pub(super) fn emitted_varbit(&mut self, id: HeaderId) -> Option<Code> {
        self.header_layout(id).varbit?;
        if let Some(varbit) = self.lifted(id) {
            return Some(varbit.count().code());
        }
        let may = self.paths.may(id);
        let storage = &self.storage.headers[id];
        let length = storage.varbit.as_ref().filter(|_| may.packet)?.code();
        // In memory it is empty.
        if !may.memory {
            return Some(length);
        }
        let here = self.here(id);
        Some(code!("{} ? {} : 0", here, length))
    }

    /// The member of the shared structure that says how many bytes are copied.
    fn some_bytes(&mut self, length: &Code) -> Place {
        let some = Known("some_bytes").name();
        self.hold(&some, code!("__u32 {}", some));
        let some = Place::Shared(some);
        self.out.line(code!("{} = {};", some, length));
        some
    }

    /// Copies as many bytes from the packet to memory; `most` at most.
    pub(super) fn copy_from_packet(&mut self, to: &Code, from: &Code, length: &Code, most: u32) {
        let some = self.some_bytes(length);
        let copy = code!("@bytes_from_packet({}, {}, @data_end, &{}, {})", to, from, some, most);
        self.out.return_if(code!("!{}", copy), cannot_be());
    }

    /// The same from memory to the packet.
    pub(super) fn copy_to_packet(&mut self, to: &Code, from: &Code, length: &Code, most: u32) {
        let some = self.some_bytes(length);
        let copy = code!("@bytes_to_packet({}, {}, @data_end, &{}, {})", to, from, some, most);
        self.out.return_if(code!("!{}", copy), cannot_be());
    }

    /// A variable with a number of bytes.
    pub(super) fn count_of(&mut self, wanted: &str, value: &Code) -> Name {
        let name = self.fresh(wanted, CType::U32.name());
        self.out.assignment(&name, value);
        name
    }
}
