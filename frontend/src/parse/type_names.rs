//! Which names are types at this point of the text.
//!
//! `(N) - x` is a cast if `N` is a type and a subtraction if not, and nothing but the declarations so far can tell.
//! This is no resolution: only the kind of the innermost declaration of a name is kept.

use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A scoped set of names, each of which is known to be a type or known to be none.
#[derive(Default)]
pub(super) struct TypeNames {
    is_type: FxHashMap<Arc<str>, bool>,
    /// What to put back when the scope ends, latest last.
    shadowed: Vec<(Arc<str>, Option<bool>)>,
}

/// The begin of a scope.
pub(super) struct Scope(usize);

impl TypeNames {
    pub(super) fn enter(&mut self) -> Scope {
        Scope(self.shadowed.len())
    }

    pub(super) fn leave(&mut self, scope: Scope) {
        for (name, before) in self.shadowed.drain(scope.0..).rev() {
            match before {
                Some(before) => self.is_type.insert(name, before),
                None => self.is_type.remove(&name),
            };
        }
    }

    /// A type, an extern, a parser, a control, a package or a type parameter is declared.
    pub(super) fn declare_type(&mut self, name: &Arc<str>) {
        let before = self.is_type.insert(Arc::clone(name), true);
        self.shadowed.push((Arc::clone(name), before));
    }

    /// Something else is declared, which may hide a type.
    pub(super) fn declare_value(&mut self, name: &Arc<str>) {
        if let Some(before @ true) = self.is_type.get_mut(name) {
            *before = false;
            self.shadowed.push((Arc::clone(name), Some(true)));
        }
    }

    pub(super) fn is_type(&self, name: &str) -> bool {
        self.is_type.get(name).copied().unwrap_or(false)
    }
}
