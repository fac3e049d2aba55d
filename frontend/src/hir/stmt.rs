//! Statements of the HIR.

use super::{ActionId, Annotation, BinaryOp, Call, ConstId, Expr, InstanceId, VarId};
use crate::source::Span;

/// `{ .. }`
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// Statements in order.
    pub statements: Vec<Stmt>,
    /// Annotations (`@atomic` among them).
    pub annotations: Vec<Annotation>,
    /// Where it stands.
    pub span: Span,
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of statements.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// A variable comes to life, with its initialiser if it has one.
    Variable(VarId, Option<Expr>),
    /// A constant.
    Constant(ConstId),
    /// An instance declared among statements.
    Instance(InstanceId),
    /// `lhs = rhs;` or `lhs op= rhs;`: the l-value is evaluated once.
    Assign {
        /// L-value.
        lhs: Expr,
        /// Operator of `op=`.
        op: Option<BinaryOp>,
        /// Value, of the l-value's type (shift amounts aside).
        rhs: Expr,
    },
    /// A call for its effect.
    Call(Call),
    /// `if`
    If {
        /// Condition.
        condition: Expr,
        /// Then.
        then_block: Block,
        /// Else.
        else_block: Option<Block>,
    },
    /// A nested block.
    Block(Block),
    /// `switch` on `t.apply().action_run` or on a value.
    Switch {
        /// Scrutinee.
        scrutinee: Expr,
        /// Cases with fall-through resolved: each has all labels that lead to its block.
        cases: Vec<SwitchCase>,
        /// The `default` block.
        default: Option<Block>,
    },
    /// `for (init; condition; update) body`
    For {
        /// Before the loop.
        init: Vec<Stmt>,
        /// Tested before each round.
        condition: Expr,
        /// After each round.
        update: Vec<Stmt>,
        /// Body.
        body: Block,
    },
    /// `for (x in lo .. hi) body`
    ForRange {
        /// Loop variable.
        variable: VarId,
        /// First value.
        lo: Expr,
        /// Last value.
        hi: Expr,
        /// Body.
        body: Block,
    },
    /// `for (x in collection) body` over a list, tuple or header stack.
    ForIn {
        /// Loop variable.
        variable: VarId,
        /// Collection.
        collection: Expr,
        /// Body.
        body: Block,
    },
    /// `break;`
    Break,
    /// `continue;`
    Continue,
    /// `exit;`
    Exit,
    /// `return;`, `return e;`
    Return(Option<Expr>),
}

/// A case of a switch.
#[derive(Clone, Debug)]
pub struct SwitchCase {
    /// The labels.
    pub labels: Vec<SwitchLabel>,
    /// The block.
    pub block: Block,
}

/// A label of a switch.
#[derive(Clone, Debug)]
pub enum SwitchLabel {
    /// An action of the applied table.
    Action(ActionId, Span),
    /// A compile-time value.
    Value(Expr),
}
