//! Names: what an identifier stands for at a place of the program.
//!
//! In: declarations in the order in which the checker meets them. Out: [`Binding`]s. P4 requires a declaration
//! before its use, so resolution happens while [`crate::typecheck`] walks the tree; this module keeps the scopes
//! and proposes names for misspelt ones. It knows nothing of types.

mod scope;

pub use scope::{Binding, Entry, NamedType, Scopes};
