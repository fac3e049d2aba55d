//! Tables: properties, keys, actions, entries.

use super::{Annotation, Argument, Expr, Name, QualifiedName};
use crate::source::Span;

/// A table property.
#[derive(Clone, Debug)]
pub struct TableProperty {
    /// Annotations in front.
    pub annotations: Vec<Annotation>,
    /// Written with `const`.
    pub is_const: bool,
    /// The property.
    pub kind: TablePropertyKind,
    /// All of it.
    pub span: Span,
}

/// The kinds of table properties.
#[derive(Clone, Debug)]
pub enum TablePropertyKind {
    /// `key = { e: kind; .. }`
    Key(Vec<KeyElement>),
    /// `actions = { a; b(x); }`
    Actions(Vec<ActionRef>),
    /// `entries = { .. }`
    Entries(Vec<Entry>),
    /// `name = value;`, among them `default_action`, `size`, `implementation`; the value may be an instantiation.
    Custom {
        /// Property name.
        name: Name,
        /// Value.
        value: Expr,
    },
}

/// `expr: match_kind @annotations;`
#[derive(Clone, Debug)]
pub struct KeyElement {
    /// Annotations behind.
    pub annotations: Vec<Annotation>,
    /// The key expression.
    pub expr: Expr,
    /// The match kind.
    pub match_kind: Name,
    /// All of it.
    pub span: Span,
}

/// An action in a table's list: `a`, `.a`, `a(x)`.
#[derive(Clone, Debug)]
pub struct ActionRef {
    /// Annotations in front.
    pub annotations: Vec<Annotation>,
    /// Which action.
    pub name: QualifiedName,
    /// Arguments bound here; `None` if no parentheses were written.
    pub args: Option<Vec<Argument>>,
    /// All of it.
    pub span: Span,
}

/// `const priority = n: keyset: action;` in an entries list.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Annotations behind.
    pub annotations: Vec<Annotation>,
    /// Written with `const`.
    pub is_const: bool,
    /// `priority = expr:`
    pub priority: Option<Expr>,
    /// Keyset; `Tuple` for several keys.
    pub keyset: Expr,
    /// Action with arguments.
    pub action: ActionRef,
    /// All of it.
    pub span: Span,
}
