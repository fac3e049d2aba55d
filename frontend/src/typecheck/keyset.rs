//! Keysets of select cases and table entries (section "Operations on sets").

use super::report::Lead;
use super::{Checker, expr};
use crate::ast::{self, ExprKind as Ast};
use crate::diagnostic::codes;
use crate::hir::{Expr, ExprKind, Keyset, Sort, Type, TypeId};
use crate::resolve::Binding;

/// What a keyset must fit.
#[derive(Clone, Debug)]
pub(super) struct SetKey {
    /// The key's type.
    pub(super) ty: TypeId,
    /// Where a keyset that does not fit is reported; at the keyset if there is none.
    pub(super) lead: Option<Lead>,
}

impl Checker<'_> {
    /// The keysets of a case, one for each key. A value set over a tuple or struct that covers all keys stands alone.
    pub(super) fn keysets(&mut self, keyset: &ast::Expr, keys: &[SetKey]) -> Vec<Keyset> {
        if matches!(keyset.kind, Ast::Default | Ast::DontCare) {
            return keys.iter().map(|_| Keyset::Universal(keyset.span)).collect();
        }
        if let Ast::Paren(inner) = &keyset.kind
            && keys.len() == 1
        {
            return self.keysets(inner, keys);
        }
        if let Ast::Tuple(parts) | Ast::List { elements: parts, has_default: false } = &keyset.kind
            && parts.len() == keys.len()
        {
            let parts = parts.iter().zip(keys);
            return parts.map(|(part, key)| self.keyset_of(part, key)).collect();
        }
        if let Ast::Tuple(parts) = &keyset.kind {
            self.wrong_keyset_count(keyset, keys.len(), parts.len());
            for part in parts {
                self.keyset(part, self.basic.error);
            }
            return keys.iter().map(|_| Keyset::Value(self.bad(keyset.span))).collect();
        }
        if let [key] = keys {
            return vec![self.keyset_of(keyset, key)];
        }
        if let Some(Binding::ValueSet(id)) = self.binding_of(keyset) {
            return self.value_set_for_all(id, keyset, keys);
        }
        self.wrong_keyset_count(keyset, keys.len(), 1);
        keys.iter().map(|_| Keyset::Value(self.bad(keyset.span))).collect()
    }

    fn keyset_of(&mut self, keyset: &ast::Expr, key: &SetKey) -> Keyset {
        self.with_lead(key.lead.clone(), |this| this.keyset(keyset, key.ty))
    }

    fn wrong_keyset_count(&mut self, keyset: &ast::Expr, expected: usize, found: usize) {
        let expected = if expected == 1 { "is 1 key".to_owned() } else { format!("are {expected} keys") };
        let found = if found == 1 { "1 value".to_owned() } else { format!("{found} values") };
        let message = format!("there {expected}, but the keyset has {found}");
        let diagnostic = self.unfit(codes::E0321, keyset.span, message, "this keyset");
        self.emit(diagnostic);
    }

    fn value_set_for_all(
        &mut self,
        id: crate::hir::ValueSetId,
        keyset: &ast::Expr,
        keys: &[SetKey],
    ) -> Vec<Keyset> {
        let element = self.program.value_sets[id].ty;
        let mut parts = self.slots(element, keys.len()).unwrap_or_default();
        if parts.len() != keys.len() || parts.iter().any(|&part| self.slots(part, 1).is_some()) {
            parts = self.leaves(element);
        }
        let fits =
            parts.len() == keys.len() && parts.iter().zip(keys).all(|(&part, key)| self.unify(key.ty, part));
        if !fits && !self.is_error(element) {
            let text = self.text(element);
            let message = format!("a value set of `{text}` does not fit the types of the keys");
            let diagnostic = self.unfit(codes::E0321, keyset.span, message, "this value set");
            self.emit(diagnostic);
        }
        vec![Keyset::ValueSet(id, keyset.span)]
    }

    /// The types of all fields, those of nested structs and tuples included.
    fn leaves(&mut self, ty: TypeId) -> Vec<TypeId> {
        match self.kind_of(ty).sort() {
            Sort::Struct(id, args) => {
                self.field_types(id, args).into_iter().flat_map(|field| self.leaves(field)).collect()
            }
            Sort::Tuple(elements) => elements.iter().flat_map(|&element| self.leaves(element)).collect(),
            Sort::Unknown
            | Sort::Simple
            | Sort::Stack { .. }
            | Sort::List(_)
            | Sort::Object(_)
            | Sort::Other => vec![ty],
        }
    }

    /// A keyset of one key.
    fn keyset(&mut self, keyset: &ast::Expr, key: TypeId) -> Keyset {
        let keyset = keyset.without_parentheses();
        if matches!(keyset.kind, Ast::Default | Ast::DontCare) {
            return Keyset::Universal(keyset.span);
        }
        if let Ast::Mask(value, mask) = &keyset.kind {
            let key = self.set_element(key, keyset, "&&&");
            let (value, mask) = self.set_bounds(value, mask, key);
            return Keyset::Mask(value, mask);
        }
        if let Ast::Range(lo, hi) = &keyset.kind {
            let key = self.set_element(key, keyset, "..");
            let (lo, hi) = self.set_bounds(lo, hi, key);
            return Keyset::Range(lo, hi);
        }
        if let Some(Binding::ValueSet(id)) = self.binding_of(keyset) {
            return self.value_set_for_one(id, keyset, key);
        }
        Keyset::Value(self.expr_of(keyset, key, None))
    }

    /// Both ends of a mask or range. Where they differ between themselves, the key is not to blame.
    fn set_bounds(&mut self, a: &ast::Expr, b: &ast::Expr, key: TypeId) -> (Expr, Expr) {
        let (a, b) = (self.expr(a, Some(key)), self.expr(b, Some(key)));
        let both_fixed = matches!((self.kind(a.ty), self.kind(b.ty)), (Type::Bits { .. }, Type::Bits { .. }));
        if both_fixed && self.shallow(a.ty) != self.shallow(b.ty) {
            let because = Some((a.span, "expected because of this"));
            self.with_lead(None, |this| this.value_mismatch(b.span, a.ty, b.ty, because));
            return (a, self.bad(b.span));
        }
        (self.set_bound(a, key), self.set_bound(b, key))
    }

    /// An end of a mask or range: a number of the type that represents the key, seen as the key's type.
    fn set_bound(&mut self, value: Expr, key: TypeId) -> Expr {
        if *self.kind(value.ty) == Type::Int
            && let Some(bits) = self.representation(key)
        {
            return self.int_to_bits(value, key, bits);
        }
        if self.enum_underlying(key).is_some_and(|underlying| underlying == self.shallow(value.ty)) {
            let span = value.span;
            return expr(ExprKind::Cast(Box::new(value)), key, span);
        }
        self.coerce(value, key, None)
    }

    fn value_set_for_one(&mut self, id: crate::hir::ValueSetId, keyset: &ast::Expr, key: TypeId) -> Keyset {
        let element = self.program.value_sets[id].ty;
        // A struct with a single field carries that field's `@match`.
        let inner = match self.kind_of(element) {
            Type::Struct(id, args) => match self.field_types(id, &args).as_slice() {
                [only] => *only,
                _ => element,
            },
            _ => element,
        };
        if !self.unify(key, element) && !self.unify(key, inner) {
            let (element, key) = (self.text(element), self.text(key));
            let message = format!("a value set of `{element}` does not fit a key of type `{key}`");
            let diagnostic = self.unfit(codes::E0321, keyset.span, message, "this value set");
            self.emit(diagnostic);
        }
        Keyset::ValueSet(id, keyset.span)
    }

    /// Masks and ranges are of numbers.
    fn set_element(&mut self, key: TypeId, keyset: &ast::Expr, op: &str) -> TypeId {
        if self.is_error(key) || self.representation(key).is_some() || *self.kind(key) == Type::Int {
            return key;
        }
        let text = self.text(key);
        let message = format!("`{op}` needs a key of an integer type, but the key has type `{text}`");
        let diagnostic = self.unfit(codes::E0321, keyset.span, message, "this keyset");
        self.emit(diagnostic);
        self.basic.error
    }
}
