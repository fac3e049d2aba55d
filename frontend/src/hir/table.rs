//! Tables of the HIR: keys, actions, entries and properties.

use super::{ActionId, Annotation, Argument, Expr, Keyset, MatchKindId, Named};
use crate::source::Span;
use std::sync::Arc;

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Name.
    pub name: Named,
    /// Keys; empty if there is no key property.
    pub keys: Vec<KeyElement>,
    /// Actions in order. `NoAction` is here only if written (or added because no default action was given).
    pub actions: Vec<ActionRef>,
    /// Default action; `NoAction` where none was written and core.p4 declares it.
    pub default_action: Option<ActionRef>,
    /// The default action was declared `const`.
    pub default_action_is_const: bool,
    /// Entries in order.
    pub entries: Vec<Entry>,
    /// `const entries` (else `entries`, which the control plane may change).
    pub entries_are_const: bool,
    /// The `entries` property was written at all.
    pub has_entries: bool,
    /// `size` property.
    pub size: Option<Expr>,
    /// All other properties (`implementation`, `counters`, `meters`, `support_timeout`, `largest_priority_wins`, ..).
    pub properties: Vec<TableProperty>,
    /// Annotations.
    pub annotations: Vec<Annotation>,
}

/// A table property that the language itself gives no meaning.
#[derive(Clone, Debug)]
pub struct TableProperty {
    /// Its name.
    pub name: Named,
    /// Written `const`.
    pub is_const: bool,
    /// Value; an instance made in place is `ExprKind::Construct`, an action `ExprKind::ActionName`.
    pub value: Expr,
    /// The action with its arguments, if the value is one of the table's actions (`psa_empty_group_action`).
    pub action: Option<ActionRef>,
    /// Annotations, which are those of an instance that is made in place.
    pub annotations: Vec<Annotation>,
}

/// A key.
#[derive(Clone, Debug)]
pub struct KeyElement {
    /// The expression.
    pub expr: Expr,
    /// Match kind.
    pub match_kind: MatchKindId,
    /// Its control-plane name: `@name` or the expression as written.
    pub name: Arc<str>,
    /// Annotations.
    pub annotations: Vec<Annotation>,
    /// The whole element.
    pub span: Span,
}

/// An action in a table's list, as default action or in an entry.
#[derive(Clone, Debug)]
pub struct ActionRef {
    /// Which action.
    pub action: ActionId,
    /// One a parameter, in order: `None` where the control plane supplies it.
    pub args: Vec<Option<Argument>>,
    /// Annotations (`@tableonly`, `@defaultonly`).
    pub annotations: Vec<Annotation>,
    /// As written.
    pub span: Span,
}

/// An entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// One a key.
    pub keysets: Vec<Keyset>,
    /// The action with all arguments.
    pub action: ActionRef,
    /// Written priority.
    pub priority: Option<Expr>,
    /// Written `const`, or all are.
    pub is_const: bool,
    /// Annotations.
    pub annotations: Vec<Annotation>,
    /// The whole entry.
    pub span: Span,
}
