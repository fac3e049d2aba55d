//! Statements that only parsers have: extraction, lookahead, advance, and the tests of indices.

use super::Cx;
use super::field::Referent;
use super::member_access::{Address, copy_array, load_call};
use crate::c::code::{Known, Name, ToCode, code};
use crate::c::expr::{CExpr, CType, Prec};
use crate::c::tree::SHARED;
use crate::layout::headers::Member;
use crate::layout::paths::{Hold, Item};
use crate::layout::storage::{Offset, constant_index};
use crate::limits::MOST_SKIPPED;
use num_bigint::BigUint;
use num_traits::ToPrimitive;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Expr, ExprKind, HeaderId, HeaderRef, LValue, LocalId, Stmt};

impl Cx<'_> {
    /// Writes the test of a condition; the error where it does not hold.
    pub(super) fn verify(&mut self, condition: &Expr, error: &Expr) {
        self.check_expr_indices(condition);
        let holds = self.condition(condition);
        let error = self.value(error);
        if !holds.is_true() {
            let fails = (!holds.is_false()).then(|| code!("!{}", holds.operand()));
            self.fail_with(fails.as_ref(), &error.text);
        }
        self.assume(condition, true);
    }

    /// Writes an extraction. Its fixed length has been checked.
    pub(super) fn extract(&mut self, header: &HeaderRef, varbit: Option<&Expr>, stmt: &Stmt) {
        self.check_index(header);
        if self.paths.is_unreachable() {
            return;
        }
        let length = varbit.map(|bits| self.varbit_length(bits));
        self.ensure(std::slice::from_ref(stmt), None, stmt.span);
        let bytes = self.fixed_bytes(header);
        match length {
            Some(length) => {
                let skip = self.long_header(header, length, bytes);
                self.on_each(header, |cx, id| {
                    if cx.storage.headers[id].lifted.is_some() {
                        return cx.take_lifted(id, &skip, bytes);
                    }
                    cx.take(id, Item::LongHeader(id));
                    if let Some(varbit) = cx.storage.headers[id].varbit.clone() {
                        cx.out.assignment(&varbit, code!("{} - {}", skip, bytes));
                    }
                });
                self.move_cursor_over(&skip);
            }
            None => {
                self.on_each(header, |cx, id| cx.take(id, Item::Header(id, bytes)));
                self.move_cursor(bytes);
            }
        }
        if let HeaderRef::Next(stack) = header {
            let next = self.variable(self.program.stacks[*stack].next_index);
            self.set_next(*stack, |n| n + 1);
            let value = match self.known_next(*stack) {
                Some(n) => n.code(),
                None => code!("{} + 1", next),
            };
            self.out.assignment(&next, &value);
        }
    }

    /// Moves the cursor by a number of bytes that is known at run time only. The verifier takes two sums with that number for different
    /// places, so clang must make no second one for a header behind it.
    fn move_cursor_over(&mut self, bytes: &Name) {
        self.out.update(&Name::new("p"), code!("@p += {};\n@barrier_var(@p);", bytes));
        if let Some(context) = self.context() {
            context.checked = 0;
        }
    }

    /// A variable with the length of a varbit field in bits, which are whole bytes.
    fn varbit_length(&mut self, bits: &Expr) -> Name {
        self.check_expr_indices(bits);
        let value = self.value(bits);
        let length = self.fresh("length", code!("__u32"));
        self.out.line(code!("{} = {};", length, value.text));
        // As for `advance`: the verifier needs the test, though clang may not.
        self.out.line(code!("@barrier_var({});", length));
        self.fail_if(code!("{} % 8", length), "ParserInvalidArgument");
        length
    }

    /// Writes the tests of a header with a varbit field; the variable with its length then holds that of the whole header in bytes.
    fn long_header(&mut self, header: &HeaderRef, length: Name, fixed: u32) -> Name {
        let ty = &self.program.header_types[self.header_type(header)];
        let most = ty.varbit_field().and_then(|f| ty.fields.get(f as usize)).map_or(0, |f| f.ty.width());
        let too_long = code!("{} > {}", length, most);
        if self.in_parser.as_ref().is_some_and(|context| context.visible) {
            // That the packet ends before comes first. The verifier wants a length that it knows to be small, so that comes second.
            let is_there = self.is_there(&code!("{} + {} / 8", fixed, length));
            self.fail_if(code!("{} && {}", too_long, is_there), "HeaderTooShort");
            self.fail_if(&too_long, "PacketTooShort");
        } else {
            self.fail_if(&too_long, "HeaderTooShort");
        }
        self.out.line(code!("{} = {} + {} / 8;", length, fixed, length));
        self.ask_for(&length.code());
        length
    }

    /// Copies members of a header to memory, the first of them from an address.
    pub(super) fn read_members(&mut self, id: HeaderId, members: &[Member], from: &Address) {
        let memory = self.storage.headers[id].memory.clone();
        let first = members.first().map_or(0, |member| member.offset);
        for member in members {
            let (to, from) = (code!("{}.{}", memory, member.name), from.behind(member.offset - first));
            self.out.line(match member.integer {
                true => code!("{} = {};", to, from.number(member.bytes)),
                false => copy_array(member, &to, &from, true),
            });
        }
    }

    /// The header is where the cursor is.
    pub(super) fn take(&mut self, id: HeaderId, item: Item) {
        let storage = self.storage.headers[id].clone();
        let was = self.paths.may(id);
        self.out.assignment(&storage.parsed, code!("@true"));
        if storage.copied {
            let layout = self.header_layout(id).clone();
            self.read_members(id, layout.around_varbit().0, &Address::of(Known("p")));
            self.out.assignment(&storage.made, code!("@true"));
            self.paths.skip(item);
            self.paths.set(id, Hold::Memory);
            return;
        }
        self.out.assignment(&storage.pointer, code!("@p"));
        self.set_here(id, true);
        if let Some(Offset { at, .. }) = &storage.shared {
            self.out.update(at, code!("{}->{} = @p - @data;", SHARED, at));
        }
        // Clang would otherwise choose pointer and flag by testing again what led here, one by one, and the verifier
        // does not see that the tests are the same: it finds the flag set and the pointer null.
        let barrier = code!("@barrier_vars({}, {});", storage.pointer, storage.here);
        self.out.update_all(&[&storage.pointer, &storage.here], barrier);
        if self.is_fetched(id) {
            self.pinned.insert(id, true);
            self.unpinned.remove(&id);
        }
        if was.memory {
            self.out.assignment(&storage.made, code!("@false"));
        }
        self.paths.extract(id, item);
    }

    fn move_cursor(&mut self, bytes: u32) {
        if bytes > 0 {
            self.out.update(&Name::new("p"), code!("@p += {};", bytes));
        }
        if let Some(context) = self.context() {
            context.checked = context.checked.saturating_sub(bytes);
        }
    }

    /// Writes a lookahead; its length has been checked.
    pub(super) fn lookahead(&mut self, offset: u32, dst: LocalId, span: Span) {
        let (name, width) = (self.variable(dst), self.program.locals[dst].ty.width());
        if width == 0 {
            return;
        }
        let (first, last) = (offset / 8, (offset + width).div_ceil(8));
        let bits = (last - first) * 8;
        if bits > 128 {
            self.refuse(
                codes::E0512,
                span,
                format!("looking {bits} bits ahead at once is not supported, at most 128"),
            );
            return;
        }
        let address = if first == 0 { code!("@p") } else { code!("@p + {}", first) };
        let text =
            if bits == 8 { code!("*(__u8 *)({})", address) } else { load_call(&address, bits, 8).text };
        // It is shifted to the right and masked, which comes out the same in any type that holds it.
        let window = CExpr { prec: Prec::Unary, ..CExpr::atom(text, CType::of_width(bits), bits) };
        let low = last * 8 - offset - width;
        let value = super::expr::slice(window, low + width - 1, low).masked();
        self.out.assignment(&name, &value.text);
    }

    /// Writes an advance, with the tests that it needs.
    pub(super) fn advance(&mut self, bits: &Expr, stmt: &Stmt) {
        self.check_expr_indices(bits);
        match constant_bits(bits) {
            Some(n) if n % 8 != 0 => self.fail("ParserInvalidArgument"),
            Some(n) if n > MOST_SKIPPED * 8 => {
                self.abort_if_in_fragments(None, &(n / 8).code());
                self.fail("PacketTooShort");
            }
            Some(n) => {
                self.ensure(std::slice::from_ref(stmt), None, stmt.span);
                self.move_cursor(n / 8);
                if n > 0 {
                    self.paths.skip(Item::Gap(n / 8));
                }
            }
            None => {
                let value = self.value(bits);
                let skip = self.fresh("skip", code!("__u32"));
                self.out.line(code!("{} = {};", skip, value.text));
                self.fail_if(code!("{} % 8", skip), "ParserInvalidArgument");
                self.out.line(code!("{} /= 8;", skip));
                // Clang knows more of the value than the verifier does, and would leave out the test.
                self.out.line(code!("@barrier_var({});", skip));
                let too_far = code!("{} > {} || @p + {} > @data_end", skip, MOST_SKIPPED, skip);
                self.abort_if_in_fragments(Some(&too_far), &skip.code());
                self.fail_if(too_far, "PacketTooShort");
                self.move_cursor_over(&skip);
                self.paths.skip(Item::Variable);
            }
        }
    }

    /// Writes the tests that `next` and `last` in a statement need.
    pub(super) fn check_indices(&mut self, dst: &LValue, src: &Expr) {
        let mut base = dst;
        while let LValue::Slice { base: inner, .. } = base {
            base = inner;
        }
        self.check_expr_indices(src);
        if let LValue::Field { header, .. } = base {
            self.check_index(header);
        }
    }

    /// Writes the tests that `next` and `last` in an expression need.
    pub(super) fn check_expr_indices(&mut self, e: &Expr) {
        match e.header() {
            Some(header) => self.check_index(header),
            None => e.operands(&mut |operand| self.check_expr_indices(operand)),
        }
    }

    /// `next` of a full stack, and `last` of an empty one, reject.
    fn check_index(&mut self, header: &HeaderRef) {
        if self.in_parser.is_none() {
            return;
        }
        let (id, last) = match header {
            HeaderRef::Header(_) => return,
            HeaderRef::Element { index, .. } => {
                if constant_index(index).is_none() {
                    self.check_expr_indices(index);
                }
                return;
            }
            HeaderRef::Next(id) => (*id, false),
            HeaderRef::Last(id) => (*id, true),
        };
        let stack = &self.program.stacks[id];
        let size = stack.elements.len();
        match (self.referent(header), self.known_next(id)) {
            (Referent::Nothing, _) => self.fail("StackOutOfBounds"),
            (_, Some(_)) => {}
            (_, None) => {
                let next = self.local(stack.next_index);
                let test = if last { code!("!{}", next.text) } else { code!("{} >= {}", next.text, size) };
                self.fail_if(&test, "StackOutOfBounds");
            }
        }
    }
}

/// The value of a number of bits that is a constant.
pub(super) fn constant_bits(bits: &Expr) -> Option<u32> {
    bits.as_const().map(|value| value.to_u32().unwrap_or(u32::MAX))
}

/// A constant of an expression's type.
pub(super) fn constant_expr(value: &BigUint, like: &Expr) -> Expr {
    Expr { kind: ExprKind::Const(value.clone()), ty: like.ty, span: like.span }
}
