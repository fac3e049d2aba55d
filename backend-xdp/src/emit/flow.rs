//! Statements that direct the flow of control: branches, switches, labelled blocks and loops.

use super::cexpr::{CExpr, CType, Prec};
use super::{Cx, Label};
use crate::layout::paths::Paths;
use num_bigint::BigUint;
use p4xdp_frontend::diagnostic::{Diagnostic, codes};
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{BinaryOp, Block, Expr, ExprKind, LabelId, ScalarType};

/// Rounds after which the ways around a loop are given up to be told apart.
const LOOP_ROUNDS: usize = 6;

impl Cx<'_> {
    pub(super) fn branch(&mut self, condition: &Expr, then_block: &Block, else_block: &Block) {
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
    pub(crate) fn only_where(&mut self, condition: &Expr, part: impl FnOnce(&mut Self)) {
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

    pub(super) fn switch(&mut self, scrutinee: &Expr, cases: &[(Vec<BigUint>, Block)], default: &Block) {
        self.check_expr_indices(scrutinee);
        let value = self.value(scrutinee);
        if value.ty == CType::U128 {
            return self.switch_by_tests(scrutinee, cases, default);
        }
        let mut after = Paths::unreachable();
        self.out.open(format!("switch ({}) {{", value.selector()));
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
            Some(Label { name: None, .. }) => self.module.names.unique("done"),
            None => {
                let span = self.program.labels[label];
                self.module.sink.emit(Diagnostic::bug(span, "a jump to a block that it is not in"));
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

    pub(super) fn repeat(&mut self, body: &Block, bound: Option<u64>, span: Span) {
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
        let module = self.module.snapshot();
        let function = (
            self.out.clone(),
            self.locals.clone(),
            self.variables.clone(),
            self.paths.clone(),
            self.labels.clone(),
            self.pinned.clone(),
        );
        part(self);
        self.module.restore(module);
        let paths = std::mem::replace(&mut self.paths, function.3);
        (self.out, self.locals, self.variables) = (function.0, function.1, function.2);
        (self.labels, self.pinned) = (function.4, function.5);
        paths
    }
}
