//! Parsers: a label a state, a cursor `p`, and as few bounds checks as P4 allows.
//!
//! Where a rejected packet is gone anyway, what is extracted later for certain may be asked for earlier:
//!
//! ```text
//! parse_ethernet:
//!     if (p + 34 > data_end)        every way on either rejects or extracts 20 bytes more
//!         goto reject;
//! ```

use super::Cx;
use super::cexpr::{CExpr, CType, Prec};
use super::field::{Referent, at, copy_member};
use super::parser_bounds::{Need, needs_bytes};
use super::parser_graph::states_in_order;
use crate::layout::paths::{Hold, Item, Paths};
use crate::layout::storage::{Holding, SHARED, constant_index};
use crate::limits::MOST_SKIPPED;
use num_bigint::BigUint;
use num_traits::ToPrimitive;
use p4xdp_frontend::arena::Arena;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{
    Expr, ExprKind, HeaderId, HeaderRef, LValue, LocalId, Parser, ParserId, StateId, Stmt, StmtKind, Target,
    Transition,
};

/// What is known while a parser is written.
pub(super) struct ParserContext {
    pub(super) parser: ParserId,
    /// A rejected packet can still be seen: nothing may be asked for early, and the error matters.
    pub(super) visible: bool,
    /// Bytes behind the cursor that are known to be there.
    pub(super) checked: u32,
    pub(super) states: Arena<StateId, StateContext>,
    /// The ways to accept and to reject.
    accept: Paths,
    reject: Paths,
    accept_label: String,
}

/// What is known of a state.
#[derive(Clone, Default)]
pub(super) struct StateContext {
    label: String,
    /// What leads there.
    entry: Option<Entry>,
    /// Bytes that it needs, once that was asked.
    pub(super) need: Option<Need>,
}

#[derive(Clone, PartialEq)]
pub(super) struct Entry {
    paths: Paths,
    checked: u32,
}

impl<'a> Cx<'a> {
    /// Writes a parser. Control goes on behind it when it accepts, and to [`Cx::reject_label`] when it rejects, the ways that lead there
    /// being returned; where a rejection is visible, control goes on behind it in both cases.
    pub fn parser(&mut self, id: ParserId, rejection_is_visible: bool) -> Paths {
        let accepted = self.rehearse(|cx| drop(cx.write_parser(id, rejection_is_visible)));
        self.storage.choose(self.program, &accepted, self.options.holding, &mut self.names);
        self.write_parser(id, rejection_is_visible)
    }

    fn write_parser(&mut self, id: ParserId, rejection_is_visible: bool) -> Paths {
        let program = self.program;
        let parser = &program.parsers[id];
        let order = states_in_order(parser);
        let cyclic = self.check_loops(parser, &order);
        let mut states: Arena<StateId, StateContext> =
            parser.states.keys().map(|_| StateContext::default()).collect();
        for &state in &order {
            states[state].label = self.names.unique(&format!("parse_{}", parser.states[state].name));
        }
        let accept_label = self.names.unique("parsed");
        self.block(&parser.prologue);
        let context = ParserContext {
            parser: id,
            visible: rejection_is_visible,
            checked: 0,
            states,
            accept: Paths::unreachable(),
            reject: Paths::unreachable(),
            accept_label,
        };
        self.in_parser = Some(context);
        self.jump(Target::State(parser.start));
        if cyclic {
            self.settle_loops(parser, &order);
        }
        for &state in &order {
            self.state(parser, state);
        }
        let Some(context) = self.in_parser.take() else { return Paths::unreachable() };
        self.paths = context.accept;
        let jump = format!("goto {};", context.accept_label);
        while self.out.retract(&jump) {}
        self.out.outdented(format!("{}:;", context.accept_label));
        if self.storage.holding == Holding::Shared {
            self.out.update("parsed_bytes", format!("{SHARED}->parsed_bytes = p - data;"));
        }
        context.reject
    }

    pub(super) fn context(&mut self) -> Option<&mut ParserContext> {
        self.in_parser.as_mut()
    }

    fn state(&mut self, parser: &Parser, id: StateId) {
        let state = &parser.states[id];
        let Some(context) = self.in_parser.as_mut() else { return };
        let Some(entry) = context.states[id].entry.clone() else { return };
        context.checked = entry.checked;
        let label = context.states[id].label.clone();
        self.paths = entry.paths;
        let outer = self.out.set_span(state.span);
        self.out.retract(&format!("goto {label};"));
        self.out.blank();
        let origin = self.heading("", state.span);
        self.out.outdented(format!("{label}: {origin}").trim_end());
        for (i, stmt) in state.body.iter().enumerate() {
            if self.paths.is_unreachable() {
                break;
            }
            if needs_bytes(stmt) {
                let rest = state.body.get(i..).unwrap_or_default();
                self.ensure(rest, Some(&state.transition), stmt.span);
            }
            self.stmt(stmt);
        }
        if !self.paths.is_unreachable() {
            self.transition(&state.transition);
        }
        self.out.set_span(outer);
    }

    /// The length of a header without varbit field.
    pub(super) fn fixed_bytes(&self, header: &HeaderRef) -> u32 {
        self.storage.types[self.header_type(header)].bytes
    }

    /// Writes a jump out of the present state.
    fn jump(&mut self, target: Target) {
        let paths = std::mem::replace(&mut self.paths, Paths::unreachable());
        let reject_label = self.reject_label;
        let Some(context) = self.in_parser.as_mut() else { return };
        let label = match target {
            // Where a rejection can be seen, the packet goes on with what was parsed.
            Target::Reject if context.visible => {
                context.accept.join(paths);
                context.accept_label.clone()
            }
            Target::Accept => {
                context.accept.join(paths);
                context.accept_label.clone()
            }
            Target::Reject => {
                context.reject.join(paths);
                reject_label.to_owned()
            }
            Target::State(id) => {
                let checked = context.checked;
                let entry = &mut context.states[id].entry;
                match entry {
                    Some(entry) => {
                        entry.paths.join(paths);
                        entry.checked = entry.checked.min(checked);
                    }
                    None => *entry = Some(Entry { paths, checked }),
                }
                context.states[id].label.clone()
            }
        };
        self.out.line(format!("goto {label};"));
    }

    /// Writes a jump that is taken under a condition.
    pub(super) fn jump_if(&mut self, condition: &str, target: Target) {
        let (before, checked) = (self.paths.clone(), self.in_parser.as_ref().map_or(0, |c| c.checked));
        self.out.open(format!("if ({condition})"));
        self.jump(target);
        self.out.dedent();
        self.paths = before;
        if let Some(context) = self.context() {
            context.checked = checked;
        }
    }

    /// Rejects with an error of core.p4's, if a condition holds.
    pub(super) fn fail_if(&mut self, condition: &str, error: &str) {
        let value = self.program.errors.iter().position(|e| &**e == error).unwrap_or_default();
        self.fail_with(Some(condition), &value.to_string());
    }

    fn fail_with(&mut self, condition: Option<&str>, error: &str) {
        let visible = self.in_parser.as_ref().is_some_and(|c| c.visible);
        match (condition, visible) {
            (Some(condition), false) => self.jump_if(condition, Target::Reject),
            (None, false) => self.jump(Target::Reject),
            (Some(condition), true) => {
                let before = self.paths.clone();
                self.out.open(format!("if ({condition}) {{"));
                self.set_error(error);
                self.jump(Target::Reject);
                self.out.close("}");
                self.paths = before;
            }
            (None, true) => {
                self.set_error(error);
                self.jump(Target::Reject);
            }
        }
    }

    fn set_error(&mut self, value: &str) {
        let parser = self.in_parser.as_ref().map(|c| c.parser);
        if let Some(parser) = parser {
            let variable = self.local(self.program.parsers[parser].error);
            self.out.assignment(&variable.text, value);
        }
    }

    fn transition(&mut self, transition: &Transition) {
        match transition {
            Transition::Direct(target) => self.jump(*target),
            Transition::Select { keys, cases } => self.select_target(keys, cases),
        }
    }

    /// Rejects by an error if nothing matched.
    pub(super) fn no_match(&mut self) {
        let value = self.program.errors.iter().position(|e| &**e == "NoMatch").unwrap_or_default();
        self.fail_with(None, &value.to_string());
    }

    /// Writes the jump that a select without any condition comes down to.
    pub(super) fn jump_to(&mut self, target: Target) {
        self.jump(target);
    }

    /// Writes a statement that only parsers have. Its fixed length has been checked.
    pub(super) fn parser_stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Extract { header, varbit_bits } => self.extract(header, varbit_bits.as_ref(), stmt),
            StmtKind::Lookahead { offset, dst } => {
                self.ensure(std::slice::from_ref(stmt), None, stmt.span);
                self.lookahead(*offset, *dst, stmt.span);
            }
            StmtKind::Advance { bits } => self.advance(bits, stmt),
            StmtKind::PacketLength { dst } => {
                let variable = self.local(*dst);
                self.out.assignment(&variable.text, "data_end - data");
            }
            StmtKind::Verify { condition, error } => {
                self.check_expr_indices(condition);
                let holds = self.condition(condition);
                let error = self.value(error);
                if holds.text != "true" {
                    let fails = match holds.text.as_str() {
                        "false" => None,
                        _ => Some(format!("!{}", holds.operand())),
                    };
                    self.fail_with(fails.as_deref(), &error.text);
                }
                self.assume(condition, true);
            }
            StmtKind::Reject { error } => {
                let error = self.value(error);
                self.fail_with(None, &error.text);
            }
            StmtKind::Assign { .. }
            | StmtKind::SetValid { .. }
            | StmtKind::CopyHeader { .. }
            | StmtKind::PushFront { .. }
            | StmtKind::PopFront { .. }
            | StmtKind::If { .. }
            | StmtKind::Switch { .. }
            | StmtKind::Labelled { .. }
            | StmtKind::Leave(_)
            | StmtKind::Loop { .. }
            | StmtKind::ApplyTable { .. }
            | StmtKind::CallExtern { .. }
            | StmtKind::Emit(_)
            | StmtKind::EmitScalar(_) => {}
        }
    }

    fn extract(&mut self, header: &HeaderRef, varbit: Option<&Expr>, stmt: &Stmt) {
        self.check_index(header);
        if self.paths.is_unreachable() {
            return;
        }
        self.ensure(std::slice::from_ref(stmt), None, stmt.span);
        let bytes = self.fixed_bytes(header);
        match varbit {
            Some(bits) => {
                let skip = self.long_header(header, bits, bytes);
                self.on_each(header, |cx, id| cx.take(id, Item::LongHeader(id)));
                self.out.update("p", format!("p += {skip};"));
                if let Some(context) = self.context() {
                    context.checked = 0;
                }
            }
            None => {
                self.on_each(header, |cx, id| cx.take(id, Item::Header(id, bytes)));
                self.move_cursor(bytes);
            }
        }
        if let HeaderRef::Next(stack) = header {
            let next = self.local(self.program.stacks[*stack].next_index);
            self.paths.set_next(*stack, |n| n + 1);
            let value = match self.paths.next_index(*stack) {
                Some(n) => n.to_string(),
                None => format!("{} + 1", next.text),
            };
            self.out.assignment(&next.text, &value);
        }
    }

    /// Writes the tests of a header with a varbit field; the name of the variable that holds its length in bytes is returned.
    fn long_header(&mut self, header: &HeaderRef, bits: &Expr, fixed: u32) -> String {
        self.check_expr_indices(bits);
        let ty = &self.program.header_types[self.header_type(header)];
        let most = ty.varbit_field().and_then(|f| ty.fields.get(f as usize)).map_or(0, |f| f.ty.width());
        let value = self.value(bits);
        let length = self.fresh("length", "__u32");
        self.out.line(format!("{length} = {};", value.text));
        self.fail_if(&format!("{length} > {most}"), "HeaderTooShort");
        self.fail_if(&format!("{length} % 8"), "ParserInvalidArgument");
        self.out.line(format!("{length} = {fixed} + {length} / 8;"));
        self.fail_if(&format!("p + {length} > data_end"), "PacketTooShort");
        length
    }

    /// The header is where the cursor is.
    fn take(&mut self, id: HeaderId, item: Item) {
        let storage = self.storage.headers[id].clone();
        let was = self.paths.may(id);
        self.out.assignment(&storage.parsed, "true");
        if storage.copied {
            let layout = self.header_layout(id).clone();
            for member in &layout.members {
                let (to, from) = (format!("{}.{}", storage.memory, member.name), at("p", member.offset));
                self.out.line(copy_member(member, &to, &from, true));
            }
            self.out.assignment(&storage.made, "true");
            self.paths.skip(item);
            self.paths.set(id, Hold::Memory);
            return;
        }
        self.out.assignment(&storage.pointer, "p");
        self.set_here(id, true);
        if !storage.at.is_empty() {
            self.out.update(&storage.at, format!("{SHARED}->{} = p - data;", storage.at));
        }
        // Clang would otherwise choose pointer and flag by testing again what led here, one by one, and the verifier
        // does not see that the tests are the same: it finds the flag set and the pointer null.
        let barrier = format!("barrier_vars({}, {});", storage.pointer, storage.here);
        self.out.update_all(&[&storage.pointer, &storage.here], barrier);
        if was.memory {
            self.out.assignment(&storage.made, "false");
        }
        self.paths.extract(id, item);
    }

    fn move_cursor(&mut self, bytes: u32) {
        if bytes > 0 {
            self.out.update("p", format!("p += {bytes};"));
        }
        if let Some(context) = self.context() {
            context.checked = context.checked.saturating_sub(bytes);
        }
    }

    fn lookahead(&mut self, offset: u32, dst: LocalId, span: Span) {
        let variable = self.local(dst);
        let width = variable.width;
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
        let address = if first == 0 { "p".to_owned() } else { format!("p + {first}") };
        let text = if bits == 8 {
            format!("*(__u8 *)({address})")
        } else {
            super::field::load_call(&address, bits, 8)
        };
        let window = CExpr { prec: Prec::Unary, ..CExpr::atom(text, CType::of_width(bits), bits) };
        let low = last * 8 - offset - width;
        let value = super::expr::slice(window, low + width - 1, low).masked();
        self.out.assignment(&variable.text, &value.text);
    }

    fn advance(&mut self, bits: &Expr, stmt: &Stmt) {
        self.check_expr_indices(bits);
        match constant_bits(bits) {
            Some(n) if n % 8 != 0 => self.fail_with(None, &self.error_value("ParserInvalidArgument")),
            Some(n) if n > MOST_SKIPPED * 8 => self.fail_with(None, &self.error_value("PacketTooShort")),
            Some(n) => {
                self.ensure(std::slice::from_ref(stmt), None, stmt.span);
                self.move_cursor(n / 8);
                if n > 0 {
                    self.paths.skip(Item::Gap(n / 8));
                }
            }
            None => {
                let value = self.value(bits);
                let skip = self.fresh("skip", "__u32");
                self.out.line(format!("{skip} = {};", value.text));
                self.fail_if(&format!("{skip} % 8"), "ParserInvalidArgument");
                self.out.line(format!("{skip} /= 8;"));
                self.fail_if(&format!("{skip} > {MOST_SKIPPED} || p + {skip} > data_end"), "PacketTooShort");
                self.out.update("p", format!("p += {skip};"));
                if let Some(context) = self.context() {
                    context.checked = 0;
                }
                self.paths.skip(Item::Variable);
            }
        }
    }

    fn error_value(&self, name: &str) -> String {
        self.program.errors.iter().position(|e| &**e == name).unwrap_or_default().to_string()
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
        match &e.kind {
            ExprKind::Field { header, .. } | ExprKind::IsValid(header) => self.check_index(header),
            ExprKind::Unary(_, x) | ExprKind::Cast(x) | ExprKind::Slice { base: x, .. } => {
                self.check_expr_indices(x)
            }
            ExprKind::Binary(_, a, b) => {
                self.check_expr_indices(a);
                self.check_expr_indices(b);
            }
            ExprKind::Conditional(a, b, c) => {
                self.check_expr_indices(a);
                self.check_expr_indices(b);
                self.check_expr_indices(c);
            }
            ExprKind::Const(_) | ExprKind::Local(_) => {}
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
        match (self.referent(header), self.paths.next_index(id)) {
            (Referent::Nothing, _) => self.fail_with(None, &self.error_value("StackOutOfBounds")),
            (_, Some(_)) => {}
            (_, None) => {
                let next = self.local(stack.next_index);
                let test = if last { format!("!{}", next.text) } else { format!("{} >= {size}", next.text) };
                self.fail_if(&test, "StackOutOfBounds");
            }
        }
    }

    /// Finds what leads into each state of a parser with loops.
    fn settle_loops(&mut self, parser: &Parser, order: &[StateId]) {
        loop {
            let entries = |cx: &Self| -> Option<Vec<Option<Entry>>> {
                Some(cx.in_parser.as_ref()?.states.values().map(|s| s.entry.clone()).collect())
            };
            let before = entries(self);
            self.rehearse(|cx| {
                for &state in order {
                    cx.state(parser, state);
                }
            });
            if before == entries(self) {
                break;
            }
        }
        if let Some(context) = self.context() {
            context.accept = Paths::unreachable();
            context.reject = Paths::unreachable();
        }
    }
}

/// The value of a number of bits that is a constant.
pub(super) fn constant_bits(bits: &Expr) -> Option<u32> {
    match &bits.kind {
        ExprKind::Const(value) => Some(value.to_u32().unwrap_or(u32::MAX)),
        ExprKind::Local(_)
        | ExprKind::Field { .. }
        | ExprKind::IsValid(_)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::Conditional(..)
        | ExprKind::Cast(_)
        | ExprKind::Slice { .. } => None,
    }
}

/// A constant of an expression's type.
pub(super) fn constant_expr(value: &BigUint, like: &Expr) -> Expr {
    Expr { kind: ExprKind::Const(value.clone()), ty: like.ty, span: like.span }
}
