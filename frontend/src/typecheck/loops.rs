//! `for` loops.

use super::Checker;
use super::type_rules::TypeUse;
use crate::ast::{self, ExprKind as Ast};
use crate::diagnostic::codes;
use crate::hir::{self, ExprKind, StmtKind, Type, VarId};

/// Annotations, declared type and variable of a `for .. in`.
type LoopVariable<'e> = (&'e [ast::Annotation], Option<&'e ast::TypeExpr>, &'e ast::Expr);

impl Checker<'_> {
    /// `for (init; condition; update) body`
    pub(super) fn for_loop(
        &mut self,
        init: &[ast::Stmt],
        condition: &ast::Expr,
        update: &[ast::Stmt],
        body: &ast::Stmt,
    ) -> StmtKind {
        self.scoped(|this| {
            let init = this.statements(init);
            let condition = this.condition(condition);
            let update = this.statements(update);
            let body = this.loop_body(body);
            StmtKind::For { init, condition, update, body }
        })
    }

    fn loop_body(&mut self, body: &ast::Stmt) -> hir::Block {
        self.loops += 1;
        let body = self.branch(body);
        self.loops -= 1;
        body
    }

    /// `for (T x in collection) body`
    pub(super) fn for_in_loop(
        &mut self,
        (annotations, ty, variable): LoopVariable<'_>,
        collection: &ast::Expr,
        body: &ast::Stmt,
    ) -> Option<StmtKind> {
        let declared = ty.map(|ty| (self.type_expr_for(ty, TypeUse::Variable), ty.span));
        // The collection is evaluated outside the scope of the variable.
        let existing = if declared.is_none() { Some(self.expr(variable, None)) } else { None };
        let ty = declared.map(|(ty, _)| ty).or(existing.as_ref().map(|e| e.ty)).unwrap_or(self.basic.error);
        let because = declared.map(|(_, span)| (span, "expected because of this type"));
        let source = if let Ast::Range(lo, hi) = &collection.kind {
            let lo = self.expr_of(lo, ty, because);
            let hi = self.expr_of(hi, ty, because);
            if !self.is_numeric(ty) {
                let text = self.text(ty);
                self.error(
                    codes::E0301,
                    collection.span,
                    format!("a range has integers, but the loop variable has type `{text}`"),
                );
            }
            Source::Range(lo, hi)
        } else {
            Source::Collection(self.collection(collection, ty))
        };
        self.scopes.push();
        let id = match (declared, existing) {
            (Some((ty, _)), _) => match &variable.kind {
                Ast::Name(name) => Some(self.local_variable(annotations, &name.name, ty)),
                _ => None,
            },
            (None, Some(existing)) => self.loop_variable(&existing),
            (None, None) => None,
        };
        let body = self.loop_body(body);
        self.scopes.pop();
        let variable = id?;
        Some(match source {
            Source::Range(lo, hi) => StmtKind::ForRange { variable, lo, hi, body },
            Source::Collection(collection) => StmtKind::ForIn { variable, collection, body },
        })
    }

    fn loop_variable(&mut self, existing: &hir::Expr) -> Option<VarId> {
        if self.is_error(existing.ty) || !self.require_lvalue(existing, "a loop variable") {
            return None;
        }
        if let ExprKind::Variable(id) = existing.kind {
            return Some(id);
        }
        self.error(codes::E0306, existing.span, "a loop variable must be a variable, not a part of one");
        None
    }

    fn collection(&mut self, collection: &ast::Expr, element: hir::TypeId) -> hir::Expr {
        let hint = self.intern(Type::List(element));
        let hint = super::operator::needs_type(collection).then_some(hint);
        let value = self.expr(collection, hint);
        if *self.kind(value.ty) == Type::Error {
            return value;
        }
        let (Type::List(found) | Type::Stack { element: found, .. }) = *self.kind(value.ty) else {
            let text = self.text(value.ty);
            return self.bad_expr(
                codes::E0301,
                collection.span,
                format!("a `for` loop runs over a list, an array or a range, not over a `{text}`"),
            );
        };
        if !self.unify(element, found) {
            self.mismatch(collection.span, element, found, None);
        }
        value
    }
}

enum Source {
    Range(hir::Expr, hir::Expr),
    Collection(hir::Expr),
}
