//! Statements and blocks.

use super::place::Place;
use super::{Checker, operator};
use crate::ast::{self, BinaryOp, StmtKind as Ast};
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{self, ExprKind, LocalDecl, StmtKind, Type};
use crate::source::Span;

impl Checker<'_> {
    /// `{ .. }` in a scope of its own.
    pub(super) fn block(&mut self, block: &ast::Block) -> hir::Block {
        let annotations = self.annotations(&block.annotations);
        let statements = self.scoped(|this| this.statements(&block.statements));
        hir::Block { statements, annotations, span: block.span }
    }

    /// Statements in the current scope.
    pub(super) fn statements(&mut self, statements: &[ast::Stmt]) -> Vec<hir::Stmt> {
        statements.iter().filter_map(|statement| self.statement(statement)).collect()
    }

    /// A statement as the body of something: a block.
    pub(super) fn branch(&mut self, statement: &ast::Stmt) -> hir::Block {
        if let Ast::Block(block) = &statement.kind {
            return self.block(block);
        }
        let statements = self.scoped(|this| this.statements(std::slice::from_ref(statement)));
        hir::Block { statements, annotations: Vec::new(), span: statement.span }
    }

    fn statement(&mut self, statement: &ast::Stmt) -> Option<hir::Stmt> {
        let span = statement.span;
        let kind = match &statement.kind {
            Ast::Empty => return None,
            Ast::Assign { lhs, op, rhs } => self.assignment(lhs, *op, rhs, span)?,
            Ast::Call(call) => self.call_statement(call)?,
            Ast::If { condition, then_branch, else_branch } => {
                let condition = self.condition(condition);
                let then_block = self.branch(then_branch);
                let else_block = else_branch.as_ref().map(|branch| self.branch(branch));
                StmtKind::If { condition, then_block, else_block }
            }
            Ast::Block(block) => StmtKind::Block(self.block(block)),
            Ast::Exit => {
                if !matches!(self.place, Place::ControlApply | Place::Action) {
                    self.not_here("exit", span);
                    return None;
                }
                StmtKind::Exit
            }
            Ast::Return(value) => self.return_statement(value.as_ref(), span)?,
            Ast::Break | Ast::Continue => {
                let is_break = matches!(statement.kind, Ast::Break);
                if self.loops == 0 {
                    let name = if is_break { "break" } else { "continue" };
                    self.error(codes::E0318, span, format!("`{name}` can only be used in a loop"));
                    return None;
                }
                if is_break { StmtKind::Break } else { StmtKind::Continue }
            }
            Ast::Switch { scrutinee, cases } => {
                if self.place.in_parser() {
                    self.not_here("switch", span);
                    return None;
                }
                self.switch(scrutinee, cases)?
            }
            Ast::For { init, condition, update, body } => self.for_loop(init, condition, update, body),
            Ast::ForIn { annotations, ty, variable, collection, body } => {
                self.for_in_loop((annotations, ty.as_ref(), variable), collection, body)?
            }
            Ast::Declaration(declaration) => self.declaration_statement(declaration)?,
        };
        Some(hir::Stmt { kind, span })
    }

    fn not_here(&mut self, what: &str, span: Span) {
        let place = self.place.text();
        self.error(codes::E0318, span, format!("`{what}` cannot be used {place}"));
    }

    fn assignment(
        &mut self,
        lhs: &ast::Expr,
        op: Option<BinaryOp>,
        rhs: &ast::Expr,
        span: Span,
    ) -> Option<StmtKind> {
        let lhs = self.expr(lhs, None);
        let sound = !self.is_error(lhs.ty);
        if !sound {
            self.expr(rhs, None);
            return None;
        }
        let assignable =
            self.require_lvalue(&lhs, "the left side of an assignment") && self.require_value(&lhs);
        if !assignable {
            // A value of another type would be wrong for no reason of its own.
            self.expr(rhs, Some(lhs.ty));
            return None;
        }
        let because = Some((lhs.span, "expected because of the left side"));
        let Some(op) = op else {
            let rhs = self.expr_of(rhs, lhs.ty, because);
            return Some(StmtKind::Assign { lhs, op: None, rhs });
        };
        if operator::is_assignable(op) {
            let rhs = self.expr(rhs, None);
            let whole = self.binary_of(op, lhs.clone(), rhs, span);
            let whole = self.coerce(whole, lhs.ty, because);
            let ExprKind::Binary(_, _, rhs) = whole.kind else {
                return None;
            };
            return Some(StmtKind::Assign { lhs, op: Some(op), rhs: *rhs });
        }
        self.expr(rhs, None);
        self.error(codes::E0302, span, format!("there is no assignment with operator `{}`", op.text()));
        None
    }

    fn require_value(&mut self, e: &hir::Expr) -> bool {
        if self.is_data(e.ty) {
            return true;
        }
        let text = self.text(e.ty);
        self.error(codes::E0306, e.span, format!("a `{text}` cannot be assigned"));
        false
    }

    fn call_statement(&mut self, call: &ast::Expr) -> Option<StmtKind> {
        let value = self.expr(call, None);
        if let ExprKind::Call(call) = value.kind {
            return Some(StmtKind::Call(*call));
        }
        // `h.minSizeInBits();` was evaluated already.
        let folded = matches!((&value.kind, &call.kind), (ExprKind::Literal(_), ast::ExprKind::Call { .. }));
        if !folded && !self.is_error(value.ty) {
            self.error(codes::E0313, value.span, "this has no effect: only a call can be a statement");
        }
        None
    }

    fn return_statement(&mut self, value: Option<&ast::Expr>, span: Span) -> Option<StmtKind> {
        let Some(result) = self.result.filter(|_| !self.place.in_parser()) else {
            self.not_here("return", span);
            return None;
        };
        let is_void = *self.kind(result.ty) == Type::Void;
        match value {
            Some(value) if is_void => {
                self.expr(value, None);
                let place = self.place.text();
                let message = format!("`return` cannot have a value {place}");
                let diagnostic = Diagnostic::error(codes::E0317, span, message)
                    .with_label(result.span, "there is no result here");
                let diagnostic = self.without_value(diagnostic, value.span);
                self.emit(diagnostic);
                None
            }
            Some(value) => {
                let because = Some((result.span, "expected because of this result type"));
                let value = self.expr_of(value, result.ty, because);
                Some(StmtKind::Return(Some(value)))
            }
            None if is_void || self.is_error(result.ty) => Some(StmtKind::Return(None)),
            None => {
                let text = self.text(result.ty);
                self.emit(
                    Diagnostic::error(codes::E0317, span, format!("`return` needs a value of type `{text}`"))
                        .with_label(result.span, "because of this result type"),
                );
                // It still ends the path: that a value is missing was said.
                Some(StmtKind::Return(None))
            }
        }
    }

    fn declaration_statement(&mut self, declaration: &ast::Declaration) -> Option<StmtKind> {
        Some(match self.local(declaration)? {
            LocalDecl::Variable(id, init) => StmtKind::Variable(id, init),
            LocalDecl::Constant(id) => StmtKind::Constant(id),
            LocalDecl::Instance(id) => StmtKind::Instance(id),
            // `local` makes none of these.
            LocalDecl::Action(_) | LocalDecl::Table(_) | LocalDecl::ValueSet(_) => return None,
        })
    }
}
