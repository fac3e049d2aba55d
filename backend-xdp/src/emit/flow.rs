//! Statements that direct the flow of control: branches, switches and labelled blocks. Loops are in [`super::loops`].

use super::{Cx, Label};
use crate::c::code::{Code, ToCode, code};
use crate::c::expr::{CExpr, CType, Prec};
use crate::layout::paths::Paths;
use num_bigint::BigUint;
use p4xdp_frontend::diagnostic::Diagnostic;
use p4xdp_midend::ir::{BinaryOp, Block, Expr, ExprKind, HeaderId, LabelId, ScalarType};
use std::collections::BTreeMap;

impl Cx<'_> {
    pub(super) fn branch(&mut self, condition: &Expr, then_block: &Block, else_block: &Block) {
        self.check_expr_indices(condition);
        let c = self.condition(condition);
        match c.known() {
            Some(true) => return self.block(then_block),
            Some(false) => return self.block(else_block),
            None => {}
        }
        let (c, then_block, else_block, holds) = if then_block.is_empty() {
            let negated = CExpr::truth(code!("!{}", c.operand()), Prec::Unary);
            (negated, else_block, then_block, false)
        } else {
            (c, then_block, else_block, true)
        };
        if then_block.is_empty() {
            return;
        }
        self.out.begin_if(&c.text);
        let first = self.alternative(|cx| {
            cx.assume(condition, holds);
            cx.block(then_block);
        });
        if !else_block.is_empty() {
            self.out.begin_else(None);
        }
        let second = self.alternative(|cx| {
            cx.assume(condition, !holds);
            cx.block(else_block);
        });
        self.paths = second;
        self.out.end();
        self.paths.join(first);
        self.end_alternatives();
        self.cut_point();
        self.merge_ways();
    }

    /// Writes `part`, to be run only where a condition holds.
    pub(crate) fn only_where(&mut self, condition: &Expr, part: impl FnOnce(&mut Self)) {
        let c = self.condition(condition);
        match c.known() {
            Some(true) => return part(self),
            Some(false) => return,
            None => {}
        }
        self.out.begin_if(&c.text);
        let held = self.alternative(|cx| {
            cx.assume(condition, true);
            part(cx);
        });
        self.assume(condition, false);
        self.out.end();
        self.paths.join(held);
        self.end_alternatives();
        self.merge_ways();
    }

    pub(super) fn switch(&mut self, scrutinee: &Expr, cases: &[(Vec<BigUint>, Block)], default: &Block) {
        self.check_expr_indices(scrutinee);
        let value = self.value(scrutinee);
        if CType::of_width(scrutinee.ty.width()) == CType::U128 {
            return self.switch_by_tests(scrutinee, cases, default);
        }
        let mut after = Paths::unreachable();
        self.out.begin_switch(value.selector());
        for (values, block) in cases {
            for constant in values {
                let text = self.case_value(constant, scrutinee);
                self.out.case(&text);
            }
            after.join(self.alternative(|cx| cx.block(block)));
            self.out.line(code!("break;"));
        }
        if !default.is_empty() {
            self.out.default_case();
            after.join(self.alternative(|cx| cx.block(default)));
            self.out.line(code!("break;"));
        } else {
            after.join(self.paths.clone());
        }
        self.out.end();
        self.paths = after;
        self.end_alternatives();
        self.cut_point();
        self.merge_ways();
    }

    fn case_value(&mut self, value: &BigUint, scrutinee: &Expr) -> Code {
        let constant = Expr { kind: ExprKind::Const(value.clone()), ty: scrutinee.ty, span: scrutinee.span };
        match scrutinee.ty {
            ScalarType::Bool => value.to_string().code(),
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
        let tests: Vec<Code> = values.iter().map(|v| self.condition(&is(v)).text).collect();
        self.out.begin_if(Code::join(&tests, " || "));
        let first = self.alternative(|cx| cx.block(block));
        self.out.begin_else(None);
        self.switch_by_tests(scrutinee, rest, default);
        self.out.end();
        self.paths.join(first);
    }

    /// Writes a block that [`Cx::leave`] can leave.
    pub(super) fn labelled(&mut self, label: LabelId, body: impl FnOnce(&mut Self)) {
        self.labels.insert(label, Label { name: None, paths: Paths::unreachable(), pinned: BTreeMap::new() });
        body(self);
        let Some(Label { name, paths, pinned }) = self.labels.remove(&label) else { return };
        if self.paths.is_unreachable() {
            self.pinned = pinned;
        } else if name.is_some() {
            self.pinned = pinned_on_both(&self.pinned, &pinned);
        }
        self.paths.join(paths);
        if let Some(name) = name {
            self.out.retract(&name);
            self.cut_point();
            self.out.last_label(&name);
        }
    }

    /// Leaves a block.
    pub(super) fn leave(&mut self, label: LabelId) {
        if !self.labels.contains_key(&label) && self.leave_rounds(label) {
            return;
        }
        let name = match self.labels.get(&label) {
            Some(Label { name: Some(name), .. }) => name.clone(),
            Some(Label { name: None, .. }) => self.module.names.unique("done"),
            None => {
                let span = self.program.labels[label];
                self.module.sink.emit(Diagnostic::bug(span, "a jump to a block that it is not in"));
                return;
            }
        };
        self.out.goto(&name);
        let paths = std::mem::replace(&mut self.paths, Paths::unreachable());
        if let Some(entry) = self.labels.get_mut(&label) {
            entry.pinned = match entry.name {
                Some(_) => pinned_on_both(&entry.pinned, &self.pinned),
                None => self.pinned.clone(),
            };
            entry.name = Some(name);
            entry.paths.join(paths);
        }
    }

    /// Runs `part` for what it does to paths alone; returns the ways out of it.
    pub(super) fn rehearse(&mut self, part: impl FnOnce(&mut Self)) -> Paths {
        let module = self.module.snapshot();
        let function = (
            self.out.clone(),
            (self.locals.clone(), self.varbits.clone()),
            (self.variables.clone(), self.members.clone(), self.asides.clone()),
            self.paths.clone(),
            self.labels.clone(),
            (self.pinned.clone(), self.unpinned.clone(), self.reads.clone()),
            (self.rounds.clone(), self.functions.len(), self.length_limit.clone(), self.kept.clone()),
        );
        part(self);
        self.module.restore(module);
        let paths = std::mem::replace(&mut self.paths, function.3);
        (self.out, (self.variables, self.members, self.asides)) = (function.0, function.2);
        (self.locals, self.varbits) = function.1;
        (self.labels, (self.pinned, self.unpinned, self.reads)) = (function.4, function.5);
        self.rounds = function.6.0;
        self.functions.truncate(function.6.1);
        (self.length_limit, self.kept) = (function.6.2, function.6.3);
        paths
    }
}

/// What is pinned on two ways that meet, and known on both.
fn pinned_on_both(
    one: &BTreeMap<HeaderId, bool>,
    other: &BTreeMap<HeaderId, bool>,
) -> BTreeMap<HeaderId, bool> {
    one.iter().filter_map(|(id, known)| Some((*id, *known && *other.get(id)?))).collect()
}
