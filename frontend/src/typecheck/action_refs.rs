//! References to actions in a table: its list, its default action, its entries.

use super::Checker;
use super::place::Place;
use crate::ast;
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{self, ActionId, ActionRef, Argument, Direction, Expr, ExprKind, VarId};
use crate::resolve::Binding;
use crate::source::Span;

impl Checker<'_> {
    /// An element of the `actions` list: parameters with a direction are bound here, the others are not.
    pub(super) fn listed_action(&mut self, reference: &ast::ActionRef) -> Option<ActionRef> {
        let action = self.action_named(&reference.name)?;
        let given = reference.args.as_deref().unwrap_or_default();
        let params = self.program.actions[action].params.clone();
        let directed: Vec<VarId> = params.iter().copied().filter(|&param| self.is_directed(param)).collect();
        let mut args = self.bind(action, &directed, given, reference.span)?;
        args.resize(params.len(), None);
        let annotations = self.annotations(&reference.annotations);
        Some(ActionRef { action, args, annotations, span: reference.span })
    }

    /// An action with all its arguments: the default action, or that of an entry. What was bound in the list of
    /// actions must be repeated as it is there.
    pub(super) fn complete_action(
        &mut self,
        (name, given): (&ast::QualifiedName, &[ast::Argument]),
        listed: &[ActionRef],
        span: Span,
    ) -> Option<ActionRef> {
        // A name that the list of actions could not find either was reported there.
        if self.actions_are_incomplete && self.scopes.lookup(&name.name.text).is_none() {
            return None;
        }
        let action = self.action_named(name)?;
        let Some(in_list) = listed.iter().find(|candidate| candidate.action == action) else {
            if self.actions_are_incomplete {
                return None;
            }
            let mut diagnostic = Diagnostic::error(
                codes::E0320,
                span,
                format!("action `{}` is not in the table's list of actions", name.name.text),
            );
            if let (Some(first), Some(last)) = (listed.first(), listed.last()) {
                diagnostic = diagnostic.with_label(first.span.to(last.span), "the actions of the table");
            }
            self.emit(diagnostic);
            return None;
        };
        let bound: Vec<Option<Argument>> = in_list.args.clone();
        let params = self.program.actions[action].params.clone();
        let args = self.bind(action, &params, given, span)?;
        for (written, bound) in args.iter().zip(&bound) {
            let (Some(Argument::Value(written)), Some(Argument::Value(bound))) = (written, bound) else {
                continue;
            };
            if !same_expr(written, bound) {
                self.emit(
                    Diagnostic::error(
                        codes::E0320,
                        written.span,
                        "this argument differs from the one in the list of actions",
                    )
                    .with_label(bound.span, "bound here"),
                );
                return None;
            }
        }
        for (&param, arg) in params.iter().zip(&args) {
            if !self.is_directed(param)
                && let Some(Argument::Value(value)) = arg
                && !self.is_known(value)
            {
                let span = value.span;
                self.error(
                    codes::E0303,
                    span,
                    "an argument for action data in a table must be known at compile time",
                );
                return None;
            }
        }
        Some(ActionRef { action, args, annotations: Vec::new(), span })
    }

    /// Reports an action that the list of actions keeps out of this place by an annotation.
    pub(super) fn require_place(
        &mut self,
        listed: &[ActionRef],
        used: &ActionRef,
        annotation: &str,
        what: &str,
    ) {
        let Some(in_list) = listed.iter().find(|listed| listed.action == used.action) else {
            return;
        };
        if in_list.annotations.iter().any(|given| &*given.name.text == annotation) {
            let name = self.program.actions[used.action].name.name.clone();
            self.emit(
                Diagnostic::error(codes::E0320, used.span, format!("action `{name}` cannot {what}"))
                    .with_label(in_list.span, format!("it is `@{annotation}` here")),
            );
        }
    }

    fn bind(
        &mut self,
        action: ActionId,
        params: &[VarId],
        given: &[ast::Argument],
        span: Span,
    ) -> Option<Vec<Option<Argument>>> {
        use super::arguments::{CallKind, Signature};
        let name = self.program.actions[action].name.clone();
        let signature =
            Signature { name: &name.name, declared: name.span, params, at_params: false, result: None };
        let args = self.at_place(Place::ActionArguments, |this| {
            this.arguments(&signature, &Vec::new(), given, CallKind::Action, span)
        });
        let args = args.ok()?;
        Some(args.into_iter().map(Some).collect())
    }

    fn is_directed(&self, param: VarId) -> bool {
        match self.program.variables[param].direction() {
            Direction::None => false,
            Direction::In | Direction::Out | Direction::InOut => true,
        }
    }

    fn action_named(&mut self, name: &ast::QualifiedName) -> Option<ActionId> {
        let entry = self.resolve_name(name, |binding| matches!(binding, Binding::Action(_)))?;
        match entry.binding {
            Binding::Action(id) => Some(id),
            Binding::Error => None,
            other => {
                let message = format!("`{}` is {}, not an action", name.name.text, other.kind());
                self.error_beside(codes::E0203, name.name.span, message, (entry.span, "declared here"));
                None
            }
        }
    }
}

/// True if two expressions are written alike, names resolved.
fn same_expr(a: &Expr, b: &Expr) -> bool {
    use ExprKind as K;
    let all = |x: &[Expr], y: &[Expr]| x.len() == y.len() && x.iter().zip(y).all(|(x, y)| same_expr(x, y));
    let one = |other: Option<&Box<Expr>>, x: &Expr| other.is_some_and(|y| same_expr(x, y));
    match &a.kind {
        K::Literal(x) => matches!(&b.kind, K::Literal(y) if x == y && a.ty == b.ty),
        K::Variable(x) => matches!(&b.kind, K::Variable(y) if x == y),
        K::Constant(x) => matches!(&b.kind, K::Constant(y) if x == y),
        K::Instance(x) => matches!(&b.kind, K::Instance(y) if x == y),
        K::This => matches!(&b.kind, K::This),
        K::Field(x, i) => matches!(&b.kind, K::Field(y, j) if i == j && same_expr(x, y)),
        K::Index(x, i) => matches!(&b.kind, K::Index(y, j) if same_expr(x, y) && same_expr(i, j)),
        K::StackNext(x) => one(if let K::StackNext(y) = &b.kind { Some(y) } else { None }, x),
        K::StackLast(x) => one(if let K::StackLast(y) = &b.kind { Some(y) } else { None }, x),
        K::StackLastIndex(x) => one(if let K::StackLastIndex(y) = &b.kind { Some(y) } else { None }, x),
        K::StackSize(x) => one(if let K::StackSize(y) = &b.kind { Some(y) } else { None }, x),
        K::Slice { base, hi, lo } => {
            matches!(&b.kind, K::Slice { base: y, hi: h, lo: l } if hi == h && lo == l && same_expr(base, y))
        }
        K::PlusSlice { base, lo, width } => matches!(
            &b.kind,
            K::PlusSlice { base: y, lo: l, width: w } if width == w && same_expr(base, y) && same_expr(lo, l)
        ),
        K::Unary(op, x) => matches!(&b.kind, K::Unary(o, y) if op == o && same_expr(x, y)),
        K::Binary(op, x, z) => {
            matches!(&b.kind, K::Binary(o, y, w) if op == o && same_expr(x, y) && same_expr(z, w))
        }
        K::Conditional(c, x, z) => matches!(
            &b.kind,
            K::Conditional(d, y, w) if same_expr(c, d) && same_expr(x, y) && same_expr(z, w)
        ),
        K::Cast(x) => matches!(&b.kind, K::Cast(y) if a.ty == b.ty && same_expr(x, y)),
        K::Aggregate(x, _) => matches!(&b.kind, K::Aggregate(y, _) if all(x, y)),
        K::InvalidHeader => matches!(&b.kind, K::InvalidHeader),
        K::Default => matches!(&b.kind, K::Default),
        K::Call(x) => matches!(&b.kind, K::Call(y) if same_call(x, y)),
        K::ActionName(x) => matches!(&b.kind, K::ActionName(y) if x == y),
        // None of these can be an argument of an action.
        K::Construct(_) | K::TableHit { .. } | K::TableActionRun(_) | K::Error => false,
    }
}

fn same_call(a: &hir::Call, b: &hir::Call) -> bool {
    use crate::hir::Callee;
    let same_callee = match (&a.callee, &b.callee) {
        (Callee::Function(x), Callee::Function(y)) => x == y && a.type_args == b.type_args,
        (Callee::IsValid(x), Callee::IsValid(y)) => same_expr(x, y),
        (Callee::Method { object: x, method: m }, Callee::Method { object: y, method: n }) => {
            m == n && same_expr(x, y) && a.type_args == b.type_args
        }
        (_, _) => false,
    };
    same_callee
        && a.args.len() == b.args.len()
        && a.args.iter().zip(&b.args).all(|(x, y)| match x {
            Argument::Value(x) => matches!(y, Argument::Value(y) if same_expr(x, y)),
            Argument::Ignored(_) => matches!(y, Argument::Ignored(_)),
            Argument::Missing => matches!(y, Argument::Missing),
        })
}
