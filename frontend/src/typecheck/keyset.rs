//! Keysets of select cases and table entries (section "Operations on sets").

use super::{Checker, expr};
use crate::ast::{self, ExprKind as Ast};
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{Expr, ExprKind, Keyset, Type, TypeId};
use crate::resolve::Binding;

impl Checker<'_> {
    /// The keysets of a case, one for each key. A value set over a tuple or struct that covers all keys stands alone.
    pub(super) fn keysets(&mut self, keyset: &ast::Expr, keys: &[TypeId]) -> Vec<Keyset> {
        match &keyset.kind {
            Ast::Default | Ast::DontCare => keys.iter().map(|_| Keyset::Universal(keyset.span)).collect(),
            Ast::Paren(inner) if keys.len() == 1 => self.keysets(inner, keys),
            Ast::Tuple(parts) | Ast::List { elements: parts, has_default: false }
                if parts.len() == keys.len() =>
            {
                parts.iter().zip(keys).map(|(part, &key)| self.keyset(part, key)).collect()
            }
            Ast::Tuple(parts) => {
                self.wrong_keyset_count(keyset, keys.len(), parts.len());
                for part in parts {
                    self.keyset(part, self.basic.error);
                }
                keys.iter().map(|_| Keyset::Universal(keyset.span)).collect()
            }
            _ => match keys {
                [key] => vec![self.keyset(keyset, *key)],
                _ => {
                    if let Some(Binding::ValueSet(id)) = self.binding_of(keyset) {
                        return self.value_set_for_all(id, keyset, keys);
                    }
                    self.wrong_keyset_count(keyset, keys.len(), 1);
                    keys.iter().map(|_| Keyset::Universal(keyset.span)).collect()
                }
            },
        }
    }

    fn wrong_keyset_count(&mut self, keyset: &ast::Expr, expected: usize, found: usize) {
        let expected = if expected == 1 { "is 1 key".to_owned() } else { format!("are {expected} keys") };
        let found = if found == 1 { "1 value".to_owned() } else { format!("{found} values") };
        self.error(codes::E0321, keyset.span, format!("there {expected}, but this keyset has {found}"));
    }

    fn value_set_for_all(
        &mut self,
        id: crate::hir::ValueSetId,
        keyset: &ast::Expr,
        keys: &[TypeId],
    ) -> Vec<Keyset> {
        let element = self.program.value_sets[id].ty;
        let mut parts = self.slots(element, keys.len()).unwrap_or_default();
        if parts.len() != keys.len() || parts.iter().any(|&part| self.slots(part, 1).is_some()) {
            parts = self.leaves(element);
        }
        let fits =
            parts.len() == keys.len() && parts.iter().zip(keys).all(|(&part, &key)| self.unify(key, part));
        if !fits && !self.is_error(element) {
            let text = self.text(element);
            self.error(
                codes::E0321,
                keyset.span,
                format!("this value set of `{text}` does not fit the types of the keys"),
            );
        }
        vec![Keyset::ValueSet(id, keyset.span)]
    }

    /// The types of all fields, those of nested structs and tuples included.
    fn leaves(&mut self, ty: TypeId) -> Vec<TypeId> {
        match self.kind_of(ty) {
            Type::Struct(id, args) => {
                self.field_types(id, &args).into_iter().flat_map(|field| self.leaves(field)).collect()
            }
            Type::Tuple(elements) => elements.into_iter().flat_map(|element| self.leaves(element)).collect(),
            _ => vec![ty],
        }
    }

    /// A keyset of one key.
    fn keyset(&mut self, keyset: &ast::Expr, key: TypeId) -> Keyset {
        match &keyset.kind {
            Ast::Default | Ast::DontCare => Keyset::Universal(keyset.span),
            Ast::Paren(inner) => self.keyset(inner, key),
            Ast::Mask(value, mask) => {
                let key = self.set_element(key, keyset, "&&&");
                let value = self.set_bound(value, key);
                Keyset::Mask(value, self.set_bound(mask, key))
            }
            Ast::Range(lo, hi) => {
                let key = self.set_element(key, keyset, "..");
                let lo = self.set_bound(lo, key);
                Keyset::Range(lo, self.set_bound(hi, key))
            }
            _ => {
                if let Some(Binding::ValueSet(id)) = self.binding_of(keyset) {
                    return self.value_set_for_one(id, keyset, key);
                }
                Keyset::Value(self.expr_of(keyset, key, None))
            }
        }
    }

    /// An end of a mask or range: a number of the type that represents the key, seen as the key's type.
    fn set_bound(&mut self, e: &ast::Expr, key: TypeId) -> Expr {
        let value = self.expr(e, Some(key));
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
            self.error(
                codes::E0321,
                keyset.span,
                format!("this value set has elements of type `{element}`, but the key has type `{key}`"),
            );
        }
        Keyset::ValueSet(id, keyset.span)
    }

    /// Masks and ranges are of numbers.
    fn set_element(&mut self, key: TypeId, keyset: &ast::Expr, op: &str) -> TypeId {
        if self.is_error(key) || self.representation(key).is_some() || *self.kind(key) == Type::Int {
            return key;
        }
        let text = self.text(key);
        self.emit(Diagnostic::error(
            codes::E0321,
            keyset.span,
            format!("`{op}` needs a key of an integer type, but this key has type `{text}`"),
        ));
        self.basic.error
    }
}
