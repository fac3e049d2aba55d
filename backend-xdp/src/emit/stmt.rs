//! Statements.

use super::cexpr::{CExpr, CType, Prec};
use super::field::{Referent, copy_member};
use super::{Cx, Label};
use crate::layout::paths::{Hold, Paths};
use crate::layout::storage::SHARED;
use num_bigint::BigUint;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{
    BinaryOp, Block, Expr, ExprKind, HeaderId, HeaderRef, LValue, LabelId, ScalarType, StackId, Stmt,
    StmtKind,
};

/// Rounds after which the ways around a loop are given up to be told apart.
const LOOP_ROUNDS: usize = 6;

impl Cx<'_> {
    /// Writes a statement.
    pub fn stmt(&mut self, stmt: &Stmt) {
        let outer = self.out.set_span(stmt.span);
        match &stmt.kind {
            StmtKind::Assign { dst, src } => {
                self.check_indices(dst, src);
                self.assign_expr(dst, src, stmt.span);
            }
            StmtKind::SetValid { header, valid } => self.on_each(header, |cx, id| cx.set_valid(id, *valid)),
            StmtKind::CopyHeader { dst, src } => {
                self.on_each(dst, |cx, dst| cx.on_each(src, |cx, src| cx.copy_header(dst, src)));
            }
            StmtKind::PushFront { stack, count } => self.push_front(*stack, *count),
            StmtKind::PopFront { stack, count } => self.pop_front(*stack, *count),
            StmtKind::If { condition, then_block, else_block } => {
                self.branch(condition, then_block, else_block)
            }
            StmtKind::Switch { scrutinee, cases, default } => self.switch(scrutinee, cases, default),
            StmtKind::Labelled { label, body } => self.labelled(*label, |cx| cx.block(body)),
            StmtKind::Leave(label) => self.leave(*label),
            StmtKind::Loop { body, bound } => self.repeat(body, *bound, stmt.span),
            StmtKind::ApplyTable { table, hit, action_run } => {
                self.apply_table(*table, *hit, *action_run, stmt.span);
                self.merge_point();
            }
            StmtKind::CallExtern { instance, name, type_args, args, result } => {
                self.call_extern(*instance, name, type_args, args, result.as_ref(), stmt.span);
            }
            StmtKind::Extract { .. }
            | StmtKind::Lookahead { .. }
            | StmtKind::Advance { .. }
            | StmtKind::PacketLength { .. }
            | StmtKind::Verify { .. }
            | StmtKind::Reject { .. } => self.parser_stmt(stmt),
            StmtKind::Emit(header) => self.emit_header(header, stmt.span),
            StmtKind::EmitScalar(_) => {
                self.refuse(
                    codes::E0516,
                    stmt.span,
                    "emitting a value that is not a header is not supported",
                );
            }
        }
        self.out.set_span(outer);
    }

    fn assign_expr(&mut self, dst: &LValue, src: &Expr, span: Span) {
        if let (LValue::Field { header, field }, ExprKind::Local(local)) = (dst, &src.kind)
            && let Some(param) = self.wire_params.get(local).cloned()
        {
            return self.copy_param(header, *field, &param, span);
        }
        // A field that is a whole number goes to another without a look at its bytes' order.
        if let LValue::Field { header, field } = dst
            && let Referent::One(to) = self.referent(header)
            && let Some(place) = self.field_place(to, *field)
            && place.is_whole()
            && self.is_integer(to, &place)
            && place.bytes > 1
            && matches!(src.kind, ExprKind::Field { .. } | ExprKind::Const(_))
        {
            let value = self.network(src, place.bytes);
            self.for_each_holder(to, |cx, base| {
                let name = cx.member_name(to, &place, base);
                cx.out.line(format!("{name} = {};", value.text));
            });
            return;
        }
        let value = self.value(src);
        self.assign(dst, value, span);
    }

    /// Writes an assignment. The value has no garbage above its width.
    pub fn assign(&mut self, dst: &LValue, value: CExpr, span: Span) {
        let value = value.masked();
        match dst {
            LValue::Local(id) => {
                let variable = self.local(*id);
                if variable.text != value.text {
                    self.out.assignment(&variable.text, &value.text);
                }
            }
            LValue::Field { header, field } => self.write_field(header, *field, &value, span),
            LValue::Slice { base, hi, lo } => {
                let Some(old) = self.read_lvalue(base, span) else { return };
                let new = spliced(old, &value, *hi, *lo);
                self.assign(base, new, span);
            }
        }
    }

    /// The present value of an l-value.
    pub fn read_lvalue(&mut self, lvalue: &LValue, span: Span) -> Option<CExpr> {
        match lvalue {
            LValue::Local(id) => Some(self.local(*id)),
            LValue::Field { header, field } => Some(self.read_field(header, *field, span)),
            LValue::Slice { base, hi, lo } => {
                let base = self.read_lvalue(base, span)?;
                Some(super::expr::slice(base, *hi, *lo).masked())
            }
        }
    }

    /// Runs `part` for the header that a reference means: for each, under a test of the index, if that is known at run time only.
    pub(super) fn on_each(&mut self, header: &HeaderRef, mut part: impl FnMut(&mut Self, HeaderId)) {
        match self.referent(header) {
            Referent::Nothing => {}
            Referent::One(id) => part(self, id),
            Referent::Indexed(elements, index) => {
                // `next` and `last` are in range, which was tested; any other index need not be.
                let position = match header {
                    HeaderRef::Next(stack) => Some((*stack, 0)),
                    HeaderRef::Last(stack) => Some((*stack, 1)),
                    HeaderRef::Header(_) | HeaderRef::Element { .. } => None,
                };
                let mut after = if position.is_some() { Paths::unreachable() } else { self.paths.clone() };
                self.out.open(format!("switch ({}) {{", index.text));
                for (i, id) in elements.into_iter().enumerate() {
                    self.out.outdented(format!("case {i}:"));
                    after.join(self.alternative(|cx| {
                        if let Some((stack, back)) = position {
                            cx.paths.assume_next(stack, i as u32 + back);
                        }
                        part(cx, id);
                    }));
                    self.out.line("break;");
                }
                self.out.close("}");
                self.paths = after;
                self.end_alternatives();
            }
        }
    }

    /// `setValid` and `setInvalid`.
    pub(super) fn set_valid(&mut self, id: HeaderId, valid: bool) {
        let may = self.paths.may(id);
        let storage = self.storage.headers[id].clone();
        if !valid {
            if may.packet && storage.in_packet {
                self.set_here(id, false);
            }
            if may.memory {
                self.out.assignment(&storage.made, "false");
            }
            self.paths.set(id, Hold::Absent);
            return;
        }
        if may.surely_valid() {
            return;
        }
        if self.header_layout(id).fields.iter().rev().skip(1).any(Option::is_none) {
            let span = self.program.headers[id].span;
            self.refuse(
                codes::E0513,
                span,
                "making a header valid that has fields behind a `varbit` field is not supported",
            );
        }
        let guard = may.maybe_valid().then(|| self.validity_flag(id));
        if let Some(valid) = &guard {
            self.out.open(format!("if (!{}) {{", valid.operand()));
        }
        let tag = self.tag_of(id);
        self.out.line(format!("{} = (struct {tag}){{}};", storage.memory));
        self.out.assignment(&storage.made, "true");
        if guard.is_some() {
            self.out.close("}");
        }
        self.paths.make_valid(id);
    }

    fn tag_of(&self, id: HeaderId) -> String {
        self.header_layout(id).tag.clone()
    }

    fn copy_header(&mut self, dst: HeaderId, src: HeaderId) {
        if dst == src {
            return;
        }
        let from = self.paths.may(src);
        if !from.maybe_valid() {
            return self.set_valid(dst, false);
        }
        if from.absent {
            let valid = self.header_is_valid(src);
            self.out.open(format!("if ({}) {{", valid.text));
            let copied = self.alternative(|cx| {
                cx.paths.assume(src, true);
                cx.copy_fields(dst, src);
            });
            self.out.turn("} else {");
            self.paths.assume(src, false);
            self.set_valid(dst, false);
            self.out.close("}");
            self.paths.join(copied);
        } else {
            self.copy_fields(dst, src);
        }
    }

    /// Copies between headers, of which the source is valid.
    fn copy_fields(&mut self, dst: HeaderId, src: HeaderId) {
        let to = self.paths.may(dst);
        let storage = self.storage.headers[dst].clone();
        let in_place = to.packet && !to.absent && !to.memory;
        if in_place {
            self.pin(dst);
        }
        let layout = self.header_layout(dst).clone();
        if layout.fields.iter().any(Option::is_none) {
            let span = self.program.headers[dst].span;
            self.refuse(codes::E0513, span, "copying a header with a `varbit` field is not supported");
        }
        let target = if in_place { format!("{}->", storage.pointer) } else { format!("{}.", storage.memory) };
        self.for_each_holder(src, |cx, from| {
            for member in &layout.members {
                let (to, from) = (format!("{target}{}", member.name), format!("{from}{}", member.name));
                cx.out.line(if member.integer {
                    format!("{to} = {from};")
                } else {
                    copy_member(member, &to, &from, !in_place || from.contains('.'))
                });
            }
        });
        if !in_place {
            if to.packet && storage.in_packet {
                self.set_here(dst, false);
            }
            self.out.assignment(&storage.made, "true");
            self.paths.set(dst, Hold::Memory);
        }
    }

    fn push_front(&mut self, id: StackId, count: u32) {
        let stack = &self.program.stacks[id];
        let (elements, size) = (stack.elements.clone(), stack.elements.len());
        let by = (count as usize).min(size);
        for i in (by..size).rev() {
            if let (Some(&to), Some(&from)) = (elements.get(i), elements.get(i - by)) {
                self.move_header(to, from);
            }
        }
        for &element in elements.iter().take(by) {
            self.set_valid(element, false);
        }
        let (next, known) = (self.local(stack.next_index), self.paths.next_index(id));
        self.paths.set_next(id, |n| (n + count).min(size as u32));
        let value = match (known, self.paths.next_index(id)) {
            (_, Some(n)) => n.to_string(),
            _ => format!("{0} < {1} ? {0} + {count} : {size}", next.text, size - by),
        };
        self.out.assignment(&next.text, &value);
    }

    fn pop_front(&mut self, id: StackId, count: u32) {
        let stack = &self.program.stacks[id];
        let (elements, size) = (stack.elements.clone(), stack.elements.len());
        let by = (count as usize).min(size);
        for i in 0..size - by {
            if let (Some(&to), Some(&from)) = (elements.get(i), elements.get(i + by)) {
                self.move_header(to, from);
            }
        }
        for &element in elements.iter().skip(size - by) {
            self.set_valid(element, false);
        }
        let next = self.local(stack.next_index);
        self.paths.set_next(id, |n| n.saturating_sub(count));
        let value = match self.paths.next_index(id) {
            Some(n) => n.to_string(),
            None => format!("{0} > {count} ? {0} - {count} : 0", next.text),
        };
        self.out.assignment(&next.text, &value);
    }

    /// A header takes the place of another that is overwritten or invalidated next.
    fn move_header(&mut self, to: HeaderId, from: HeaderId) {
        let (old, new) = (self.paths.may(to), self.paths.may(from));
        let (a, b) = (self.storage.headers[to].clone(), self.storage.headers[from].clone());
        if a.in_packet && (old.packet || new.packet) {
            self.take_place(to, from, new.packet);
        }
        if a.in_memory && (old.memory || new.memory) {
            if new.memory {
                self.out.line(format!("{} = {};", a.memory, b.memory));
            }
            self.out.assignment(&a.made, if new.memory { &b.made } else { "false" });
        }
        self.paths.take_over(to, from);
    }

    /// The place in the packet goes from one header to another.
    fn take_place(&mut self, to: HeaderId, from: HeaderId, in_packet: bool) {
        let (a, b) = (self.storage.headers[to].clone(), self.storage.headers[from].clone());
        if !in_packet {
            return self.set_here(to, false);
        }
        let (source, shared) = (self.here(from), !a.at.is_empty());
        if !shared || self.in_parser.is_some() {
            self.out.assignment(&a.pointer, &b.pointer);
            self.out.assignment(&a.here, &b.here);
        }
        if shared {
            let offset = if b.at.is_empty() {
                format!("(void *){} - data", b.pointer)
            } else {
                format!("{SHARED}->{}", b.at)
            };
            self.out.update(&a.at, format!("{SHARED}->{} = {offset};", a.at));
            self.out.update(&a.has, format!("{SHARED}->{} = {source};", a.has));
            self.pinned.remove(&to);
        } else if !b.at.is_empty() && self.in_parser.is_none() {
            let span = self.program.headers[to].span;
            self.refuse(
                codes::E0516,
                span,
                "internal error: a header in local variables takes the place of another",
            );
        }
    }

    fn branch(&mut self, condition: &Expr, then_block: &Block, else_block: &Block) {
        self.check_expr_indices(condition);
        let c = self.condition(condition);
        match c.text.as_str() {
            "true" => return self.block(then_block),
            "false" => return self.block(else_block),
            _ => {}
        }
        let (c, then_block, else_block, holds) = if then_block.is_empty() {
            let negated = CExpr::truth(format!("!{}", c.operand()), Prec::Unary);
            (negated, else_block, then_block, false)
        } else {
            (c, then_block, else_block, true)
        };
        if then_block.is_empty() {
            return;
        }
        self.out.open(format!("if ({}) {{", c.text));
        let first = self.alternative(|cx| {
            cx.assume(condition, holds);
            cx.block(then_block);
        });
        if !else_block.is_empty() {
            self.out.turn("} else {");
        }
        let second = self.alternative(|cx| {
            cx.assume(condition, !holds);
            cx.block(else_block);
        });
        self.paths = second;
        self.out.close("}");
        self.paths.join(first);
        self.end_alternatives();
    }

    /// Writes `part`, to be run only where a condition holds.
    pub(super) fn only_where(&mut self, condition: &Expr, part: impl FnOnce(&mut Self)) {
        let c = self.condition(condition);
        match c.text.as_str() {
            "true" => return part(self),
            "false" => return,
            _ => {}
        }
        self.out.open(format!("if ({}) {{", c.text));
        let held = self.alternative(|cx| {
            cx.assume(condition, true);
            part(cx);
        });
        self.assume(condition, false);
        self.out.close("}");
        self.paths.join(held);
        self.end_alternatives();
    }

    fn switch(&mut self, scrutinee: &Expr, cases: &[(Vec<BigUint>, Block)], default: &Block) {
        self.check_expr_indices(scrutinee);
        let value = self.value(scrutinee);
        if value.ty == CType::U128 {
            return self.switch_by_tests(scrutinee, cases, default);
        }
        let mut after = Paths::unreachable();
        self.out.open(format!("switch ({}) {{", value.text));
        for (values, block) in cases {
            for constant in values {
                let text = self.case_value(constant, scrutinee);
                self.out.outdented(format!("case {text}:"));
            }
            after.join(self.alternative(|cx| cx.block(block)));
            self.out.line("break;");
        }
        if !default.is_empty() {
            self.out.outdented("default:");
            after.join(self.alternative(|cx| cx.block(default)));
            self.out.line("break;");
        } else {
            after.join(self.paths.clone());
        }
        self.out.close("}");
        self.paths = after;
        self.end_alternatives();
    }

    fn case_value(&mut self, value: &BigUint, scrutinee: &Expr) -> String {
        let constant = Expr { kind: ExprKind::Const(value.clone()), ty: scrutinee.ty, span: scrutinee.span };
        match scrutinee.ty {
            ScalarType::Bool => value.to_string(),
            ScalarType::Bits { .. } | ScalarType::Varbit { .. } | ScalarType::Enum(_) | ScalarType::Error => {
                self.value(&constant).text
            }
        }
    }

    /// Values that no C `switch` takes.
    fn switch_by_tests(&mut self, scrutinee: &Expr, cases: &[(Vec<BigUint>, Block)], default: &Block) {
        let Some(((values, block), rest)) = cases.split_first() else { return self.block(default) };
        let is = |v: &BigUint| Expr {
            kind: ExprKind::Binary(
                BinaryOp::Eq,
                Box::new(scrutinee.clone()),
                Box::new(Expr { kind: ExprKind::Const(v.clone()), ..scrutinee.clone() }),
            ),
            ty: ScalarType::Bool,
            span: scrutinee.span,
        };
        let tests: Vec<String> = values.iter().map(|v| self.condition(&is(v)).text).collect();
        self.out.open(format!("if ({}) {{", tests.join(" || ")));
        let first = self.alternative(|cx| cx.block(block));
        self.out.turn("} else {");
        self.switch_by_tests(scrutinee, rest, default);
        self.out.close("}");
        self.paths.join(first);
    }

    /// Writes a block that [`Cx::leave`] can leave.
    pub(super) fn labelled(&mut self, label: LabelId, body: impl FnOnce(&mut Self)) {
        self.labels.insert(label, Label { name: None, paths: Paths::unreachable() });
        body(self);
        let Some(Label { name, paths }) = self.labels.remove(&label) else { return };
        self.paths.join(paths);
        if let Some(name) = name {
            self.out.retract(&format!("goto {name};"));
            self.out.outdented(format!("{name}:;"));
        }
    }

    /// Leaves a block.
    pub(super) fn leave(&mut self, label: LabelId) {
        let name = match self.labels.get(&label) {
            Some(Label { name: Some(name), .. }) => name.clone(),
            Some(Label { name: None, .. }) => self.names.unique("done"),
            None => {
                let span = self.program.labels[label];
                self.refuse(codes::E0516, span, "internal error: a jump to a block that it is not in");
                return;
            }
        };
        self.out.line(format!("goto {name};"));
        let paths = std::mem::replace(&mut self.paths, Paths::unreachable());
        if let Some(entry) = self.labels.get_mut(&label) {
            entry.name = Some(name);
            entry.paths.join(paths);
        }
    }

    fn repeat(&mut self, body: &Block, bound: Option<u64>, span: Span) {
        if bound.is_none() {
            self.refuse(codes::E0511, span, "this loop has no bound that is known at compile time");
            return;
        }
        // What holds of headers in every round.
        for round in 0.. {
            let mut again = self.paths.clone();
            again.join(self.rehearse(|cx| cx.block(body)));
            if again == self.paths {
                break;
            }
            self.paths = again;
            if round > LOOP_ROUNDS {
                self.paths.blur();
            }
        }
        let counter = self.fresh("round", "__u32");
        let bound = bound.unwrap_or_default();
        self.out.open(format!("for ({counter} = 0; {counter} < {bound}; {counter}++) {{"));
        self.block(body);
        self.out.close("}");
        // Only `Leave` ends it.
        self.paths = Paths::unreachable();
    }

    /// Runs `part` for what it does to paths alone; returns the ways out of it.
    pub(super) fn rehearse(&mut self, part: impl FnOnce(&mut Self)) -> Paths {
        let saved = (
            self.out.clone(),
            self.globals.clone(),
            self.names.clone(),
            self.locals.clone(),
            self.variables.clone(),
            self.enums.clone(),
            self.sink.clone(),
            self.paths.clone(),
            self.labels.clone(),
            self.pinned.clone(),
        );
        part(self);
        let paths = std::mem::replace(&mut self.paths, saved.7);
        (self.out, self.globals, self.names) = (saved.0, saved.1, saved.2);
        (self.locals, self.variables, self.enums) = (saved.3, saved.4, saved.5);
        *self.sink = saved.6;
        self.labels = saved.8;
        self.pinned = saved.9;
        paths
    }
}

/// `old` with bits `hi` to `lo` replaced.
fn spliced(old: CExpr, value: &CExpr, hi: u32, lo: u32) -> CExpr {
    use super::cexpr::ones;
    let width = old.width;
    let keep = CExpr::constant(&(ones(width) ^ (ones(hi - lo + 1) << lo)), width);
    let kept = old.masked().joined("&", Prec::BitAnd, &keep, width, true);
    let value = if lo == 0 {
        value.clone()
    } else {
        let by = CExpr::atom(lo.to_string(), CType::Literal, 32);
        value.clone().converted(CType::of_width(width).max(value.ty)).joined(
            "<<",
            Prec::Shift,
            &by,
            width,
            true,
        )
    };
    kept.joined("|", Prec::BitOr, &value, width, true)
}
