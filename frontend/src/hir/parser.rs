//! Parsers of the HIR: their states, transitions and value sets.

use super::{Annotation, BlockDecl, Expr, Keyset, LocalDecl, Named, Stmt, TypeId};
use crate::source::Span;

/// A parser or parser type.
pub type ParserDecl = BlockDecl<ParserBody>;

/// Body of a parser.
#[derive(Clone, Debug)]
pub struct ParserBody {
    /// Local declarations in order.
    pub locals: Vec<LocalDecl>,
    /// States; targets are indices into this.
    pub states: Vec<ParserState>,
    /// Index of `start`.
    pub start: usize,
}

/// A parser state.
#[derive(Clone, Debug)]
pub struct ParserState {
    /// Name.
    pub name: Named,
    /// Statements.
    pub body: Vec<Stmt>,
    /// Where it goes.
    pub transition: Transition,
    /// Annotations.
    pub annotations: Vec<Annotation>,
}

/// Where a transition leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateTarget {
    /// A state of the same parser.
    State(usize),
    /// `accept`
    Accept,
    /// `reject`
    Reject,
}

/// How a state is left.
#[derive(Clone, Debug)]
pub enum Transition {
    /// Unconditionally.
    Direct(StateTarget, Span),
    /// By value. No case matching means `error.NoMatch` and reject.
    Select {
        /// Selected expressions.
        keys: Vec<Expr>,
        /// Cases in order; the first match wins.
        cases: Vec<SelectCase>,
        /// The select expression.
        span: Span,
    },
}

/// A case of a select.
#[derive(Clone, Debug)]
pub struct SelectCase {
    /// One keyset a key.
    pub keysets: Vec<Keyset>,
    /// Next state.
    pub target: StateTarget,
    /// The case.
    pub span: Span,
}

/// A value set.
#[derive(Clone, Debug)]
pub struct ValueSet {
    /// Name.
    pub name: Named,
    /// Element type.
    pub ty: TypeId,
    /// Size.
    pub size: Expr,
    /// Annotations.
    pub annotations: Vec<Annotation>,
}
