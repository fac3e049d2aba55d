//! Statements.

use super::Cx;
use super::field::Referent;
use crate::c::code::{ToCode, code};
use crate::c::expr::{CExpr, CType, Prec};
use crate::layout::paths::Paths;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Expr, ExprKind, HeaderId, HeaderRef, LValue, ScalarType, StackId, Stmt, StmtKind};

impl Cx<'_> {
    /// Writes a statement.
    pub fn stmt(&mut self, stmt: &Stmt) {
        let outer = self.out.set_span(stmt.span);
        self.with_few_pinned(stmt, |cx| cx.write_stmt(stmt));
        self.out.set_span(outer);
    }

    fn write_stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Assign { dst, src } => {
                self.check_indices(dst, src);
                self.assign_expr(dst, src, stmt.span);
                self.follow_next(dst, src);
            }
            StmtKind::SetValid { header, valid } => self.on_each(header, |cx, id| cx.set_valid(id, *valid)),
            StmtKind::CopyHeader { dst, src } => {
                self.on_each(dst, |cx, dst| {
                    let otherwise = |cx: &mut Self| cx.set_valid(dst, false);
                    cx.on_each_or(src, |cx, src| cx.copy_header(dst, src), Some(otherwise));
                });
            }
            StmtKind::PushFront { stack, count } => self.push_front(*stack, *count),
            StmtKind::PopFront { stack, count } => self.pop_front(*stack, *count),
            StmtKind::If { condition, then_block, else_block } => {
                self.branch(condition, then_block, else_block)
            }
            StmtKind::Switch { scrutinee, cases, default } => self.switch(scrutinee, cases, default),
            StmtKind::Labelled { label, atomic: true, body } => self.atomic_block(*label, body, stmt.span),
            StmtKind::Labelled { label, atomic: false, body } => self.labelled(*label, |cx| cx.block(body)),
            StmtKind::Leave(label) => self.leave(*label),
            StmtKind::Loop { body, bound: _ } => {
                self.with_cuts(false, |cx| cx.repeat(body, stmt.span));
            }
            StmtKind::ApplyTable { table, hit: None, action_run: None }
                if self.module.idle.contains(table) => {}
            StmtKind::ApplyTable { table, hit, action_run } => {
                // Parameters of actions are read from the entry, which cannot be handed over.
                self.with_cuts(false, |cx| cx.apply_table(*table, *hit, *action_run, stmt.span));
                self.merge_point();
                self.merge_ways();
            }
            StmtKind::CallExtern { instance, name, type_args, args, result } => {
                self.call_extern(*instance, (name, type_args), args, result.as_ref(), stmt.span);
            }
            StmtKind::Extract { header, varbit_bits } => self.extract(header, varbit_bits.as_ref(), stmt),
            StmtKind::Lookahead { offset, dst } => {
                self.ensure(std::slice::from_ref(stmt), None, stmt.span);
                self.lookahead(*offset, *dst, stmt.span);
            }
            StmtKind::Advance { bits } => self.advance(bits, stmt),
            StmtKind::PacketLength { dst } => {
                let variable = self.variable(*dst);
                let bytes = self.packet_bytes();
                self.out.assignment(&variable, bytes);
            }
            StmtKind::Verify { condition, error } => self.verify(condition, error),
            StmtKind::Reject { error } => {
                let error = self.value(error);
                self.fail_with(None, &error.text);
            }
            StmtKind::Emit(header) => self.emit_header(header, stmt.span),
            StmtKind::EmitScalar(_) => {
                self.refuse(
                    codes::E0516,
                    stmt.span,
                    "emitting a value that is not a header is not supported",
                );
            }
        }
    }

    fn assign_expr(&mut self, dst: &LValue, src: &Expr, span: Span) {
        if let ScalarType::Varbit { .. } = src.ty {
            return self.assign_varbit(dst, src, span);
        }
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
                cx.out.line(code!("{} = {};", name, value.text));
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
                let variable = self.variable(*id);
                if value.text != variable.code() {
                    self.out.assignment(&variable, &value.text);
                }
            }
            LValue::Field { header, field } => self.write_field(header, *field, &value, span),
            LValue::Slice { base, hi, lo } => {
                if let LValue::Field { header, field } = &**base
                    && self.field_width(header, *field) > 128
                {
                    return self.write_part(header, *field, (*hi, *lo), &value, span);
                }
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
    /// Of an index out of range nothing is meant.
    pub(super) fn on_each(&mut self, header: &HeaderRef, part: impl FnMut(&mut Self, HeaderId)) {
        self.on_each_or(header, part, None::<fn(&mut Self)>);
    }

    /// As [`Cx::on_each`], and `otherwise` where no header is meant.
    fn on_each_or(
        &mut self,
        header: &HeaderRef,
        mut part: impl FnMut(&mut Self, HeaderId),
        otherwise: Option<impl FnOnce(&mut Self)>,
    ) {
        match self.referent(header) {
            Referent::Nothing => otherwise.into_iter().for_each(|otherwise| otherwise(self)),
            Referent::One(id) => part(self, id),
            Referent::Indexed(elements, index) => {
                // `next` and `last` are in range, which was tested; any other index need not be.
                let position = match header {
                    HeaderRef::Next(stack) => Some((*stack, 0)),
                    HeaderRef::Last(stack) => Some((*stack, 1)),
                    HeaderRef::Header(_) | HeaderRef::Element { .. } => None,
                };
                // Of a member of the shared structure the verifier knows nothing: to it, each element may be meant, or none.
                let position = position
                    .filter(|(stack, _)| !self.variable(self.program.stacks[*stack].next_index).is_shared());
                let otherwise = otherwise.filter(|_| matches!(header, HeaderRef::Element { .. }));
                let covers_all = position.is_some() || otherwise.is_some();
                let mut after = if covers_all { Paths::unreachable() } else { self.paths.clone() };
                self.out.begin_switch(index.selector());
                for (i, id) in elements.into_iter().enumerate() {
                    self.out.case(i);
                    after.join(self.alternative(|cx| {
                        if let Some((stack, back)) = position {
                            let counter = cx.program.first_sharing(stack);
                            cx.paths.assume_next(counter, i as u32 + back);
                        }
                        part(cx, id);
                    }));
                    self.out.line(code!("break;"));
                }
                if let Some(otherwise) = otherwise {
                    self.out.default_case();
                    after.join(self.alternative(otherwise));
                    self.out.line(code!("break;"));
                }
                self.out.end();
                self.paths = after;
                self.end_alternatives();
            }
        }
    }
}

impl Cx<'_> {
    /// A stack's `next_index`, if it is the same on all ways.
    pub(super) fn known_next(&self, stack: StackId) -> Option<u32> {
        self.paths.next_index(self.program.first_sharing(stack))
    }

    /// A stack's `next_index` becomes a function of itself.
    pub(super) fn set_next(&mut self, stack: StackId, f: impl Fn(u32) -> u32) {
        self.paths.set_next(self.program.first_sharing(stack), f);
    }

    /// Where a stack's next element is may be assigned too: passes do it, and the copy of a stack.
    fn follow_next(&mut self, dst: &LValue, src: &Expr) {
        let LValue::Local(local) = dst else { return };
        let Some(stack) = self.program.counted_by(*local) else { return };
        let other =
            if let ExprKind::Local(local) = &src.kind { self.program.counted_by(*local) } else { None };
        match (src.as_const().and_then(|value| u32::try_from(value).ok()), other) {
            (Some(value), _) => self.paths.set_next(stack, |_| value),
            (None, Some(other)) => self.paths.copy_next(stack, other),
            (None, None) => self.paths.blur(),
        }
    }
}

/// `old` with bits `hi` to `lo` replaced.
fn spliced(old: CExpr, value: &CExpr, hi: u32, lo: u32) -> CExpr {
    use crate::c::expr::ones;
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
