//! Statements.

use super::{Annotation, BinaryOp, Declaration, Expr, TypeExpr};
use crate::source::Span;

/// `{ .. }`
#[derive(Clone, Debug)]
pub struct Block {
    /// Annotations in front.
    pub annotations: Vec<Annotation>,
    /// Statements and declarations in order.
    pub statements: Vec<Stmt>,
    /// All of it, braces included.
    pub span: Span,
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// Annotations in front of a `for`; those of a block or a declaration are kept there.
    pub annotations: Vec<Annotation>,
    /// What it does.
    pub kind: StmtKind,
    /// All of it.
    pub span: Span,
}

/// The kinds of statements.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// `;`
    Empty,
    /// `a = b;`, or `a op= b;` with the operator.
    Assign {
        /// Left side.
        lhs: Expr,
        /// The operator of `op=`.
        op: Option<BinaryOp>,
        /// Right side.
        rhs: Expr,
    },
    /// `f(x);`; also direct application `Type.apply(..);`
    Call(Expr),
    /// `if (c) s else t`
    If {
        /// Condition.
        condition: Expr,
        /// Then.
        then_branch: Box<Stmt>,
        /// Else.
        else_branch: Option<Box<Stmt>>,
    },
    /// `{ .. }`
    Block(Block),
    /// `exit;`
    Exit,
    /// `return;`, `return e;`
    Return(Option<Expr>),
    /// `break;`
    Break,
    /// `continue;`
    Continue,
    /// `switch (e) { .. }`
    Switch {
        /// Scrutinee.
        scrutinee: Expr,
        /// Cases in order.
        cases: Vec<SwitchCase>,
    },
    /// `for (init; cond; update) body`
    For {
        /// Declarations and assignments.
        init: Vec<Stmt>,
        /// Condition.
        condition: Expr,
        /// Assignments and calls.
        update: Vec<Stmt>,
        /// Body.
        body: Box<Stmt>,
    },
    /// `for (T x in collection) body`, or over an existing variable (`ty` is `None`).
    ForIn {
        /// Annotations of the loop variable.
        annotations: Vec<Annotation>,
        /// Declared type.
        ty: Option<TypeExpr>,
        /// Loop variable.
        variable: Expr,
        /// A list, header stack or `Range`.
        collection: Expr,
        /// Body.
        body: Box<Stmt>,
    },
    /// A declaration among statements.
    Declaration(Box<Declaration>),
}

/// `label: label: { .. }`; a case without block falls through.
#[derive(Clone, Debug)]
pub struct SwitchCase {
    /// `Default` or an expression (an action's name, a value).
    pub label: Expr,
    /// `None` falls through to the next.
    pub block: Option<Block>,
    /// All of it.
    pub span: Span,
}
