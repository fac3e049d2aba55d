//! Keysets of selects and entries, and value sets.

use super::names;
use super::types::Class;
use super::value::Value;
use super::{Elaborator, Res};
use crate::ir::{self, BinaryOp, Expr, MatchKind, ScalarType};
use num_bigint::BigUint;
use p4xdp_frontend::hir::{self, Keyset, TypeId, ValueSetId};
use p4xdp_frontend::source::Span;

/// The condition that a key meets a keyset that is not known at compile time, given the key.
pub(super) type Condition = Expr;

impl<'h> Elaborator<'h> {
    /// The keysets of an entry, one a leaf of the keys.
    pub(super) fn constant_keysets(
        &mut self,
        keysets: &'h [Keyset],
        keys: &[TypeId],
    ) -> Res<Vec<ir::Keyset>> {
        let mut flat = Vec::new();
        for (i, &key) in keys.iter().enumerate() {
            // `_` alone stands for all keys.
            let Some(keyset) = keysets.get(i).or(match keysets {
                [only @ Keyset::Universal(_)] => Some(only),
                _ => None,
            }) else {
                return Err(self.bug(Span::NONE, "an entry with too few keysets"));
            };
            let count = self.leaf_count(key, keyset_span(keyset))? as usize;
            match keyset {
                Keyset::Universal(_) => flat.extend((0..count).map(|_| ir::Keyset::Universal)),
                Keyset::Value(e) => {
                    flat.extend(self.constant_leaves(e, key)?.into_iter().map(ir::Keyset::Value));
                }
                Keyset::Mask(value, mask) => {
                    let (values, masks) =
                        (self.constant_leaves(value, key)?, self.constant_leaves(mask, key)?);
                    for (value, mask) in values.into_iter().zip(masks) {
                        flat.push(ir::Keyset::Mask { value, mask });
                    }
                }
                Keyset::Range(lo, hi) => {
                    let (los, his) = (self.constant_leaves(lo, key)?, self.constant_leaves(hi, key)?);
                    flat.extend(los.into_iter().zip(his).map(|(lo, hi)| ir::Keyset::Range { lo, hi }));
                }
                Keyset::ValueSet(_, span) => return Err(self.bug(*span, "a value set in an entry")),
            }
        }
        Ok(flat)
    }

    /// The keysets of a select case, one a leaf of the keys, and the conditions that stand for those that are not constant.
    pub(super) fn select_keysets(
        &mut self,
        keysets: &'h [Keyset],
        keys: &[TypeId],
        leaves: &[Expr],
    ) -> Res<(Vec<ir::Keyset>, Vec<Condition>)> {
        let mut flat = Vec::new();
        let mut conditions = Vec::new();
        if let ([Keyset::ValueSet(id, _)], [_, _, ..]) = (keysets, keys) {
            // One value set for all keys.
            flat.push(ir::Keyset::ValueSet(self.value_set(*id)?));
            flat.resize(leaves.len(), ir::Keyset::Universal);
            return Ok((flat, conditions));
        }
        if let ([Keyset::Universal(_)], [_, _, ..]) = (keysets, keys) {
            flat.resize(leaves.len(), ir::Keyset::Universal);
            return Ok((flat, conditions));
        }
        for (keyset, &key) in keysets.iter().zip(keys) {
            let span = keyset_span(keyset);
            let count = self.leaf_count(key, span)? as usize;
            let at: Vec<Expr> = leaves.iter().skip(flat.len()).take(count).cloned().collect();
            match keyset {
                Keyset::Universal(_) => flat.extend((0..count).map(|_| ir::Keyset::Universal)),
                Keyset::ValueSet(id, _) => {
                    let id = self.value_set(*id)?;
                    flat.push(ir::Keyset::ValueSet(id));
                    flat.extend((1..count).map(|_| ir::Keyset::Universal));
                }
                Keyset::Value(e) => {
                    for (value, key) in self.leaves(e, key)?.into_iter().zip(at) {
                        flat.push(match value.as_const() {
                            Some(value) => ir::Keyset::Value(value.clone()),
                            None => {
                                conditions.push(compare(BinaryOp::Eq, key, value, span));
                                ir::Keyset::Universal
                            }
                        });
                    }
                }
                Keyset::Mask(value, mask) => {
                    let (values, masks) = (self.leaves(value, key)?, self.leaves(mask, key)?);
                    for ((value, mask), key) in values.into_iter().zip(masks).zip(at) {
                        flat.push(match (value.as_const(), mask.as_const()) {
                            (Some(value), Some(mask)) => {
                                ir::Keyset::Mask { value: value.clone(), mask: mask.clone() }
                            }
                            _ => {
                                let masked =
                                    |e: Expr, ty| Expr::binary(BinaryOp::BitAnd, e, mask.clone(), ty, span);
                                let ty = key.ty;
                                let (key, value) = (masked(key, ty), masked(value, ty));
                                conditions.push(compare(BinaryOp::Eq, key, value, span));
                                ir::Keyset::Universal
                            }
                        });
                    }
                }
                Keyset::Range(lo, hi) => {
                    let (los, his) = (self.leaves(lo, key)?, self.leaves(hi, key)?);
                    for ((lo, hi), key) in los.into_iter().zip(his).zip(at) {
                        flat.push(match (lo.as_const(), hi.as_const()) {
                            (Some(lo), Some(hi)) => ir::Keyset::Range { lo: lo.clone(), hi: hi.clone() },
                            _ => {
                                conditions.push(compare(BinaryOp::Le, lo, key.clone(), span));
                                conditions.push(compare(BinaryOp::Le, key, hi, span));
                                ir::Keyset::Universal
                            }
                        });
                    }
                }
            }
        }
        Ok((flat, conditions))
    }

    fn constant_leaves(&mut self, e: &'h hir::Expr, key: TypeId) -> Res<Vec<BigUint>> {
        self.constant(e)?;
        Ok(self.leaves(e, key)?.iter().filter_map(|leaf| leaf.as_const().cloned()).collect())
    }

    /// The scalars of a keyset's value, as the key's type has them.
    fn leaves(&mut self, e: &'h hir::Expr, key: TypeId) -> Res<Vec<Expr>> {
        if let Some(value) = self.try_constant(e)? {
            let ty = if matches!(self.types.list[e.ty], hir::Type::Int) { key } else { e.ty };
            let value = self.constant_value(&value, ty, e.span)?;
            return self.scalars(value, e.span);
        }
        let value = self.value(e)?;
        let value = self.convert(value, key, e.span)?;
        self.scalars(value, e.span)
    }

    pub(super) fn scalars(&mut self, value: Value, span: Span) -> Res<Vec<Expr>> {
        let mut scalars = Vec::new();
        self.flatten(value, &mut scalars, span)?;
        Ok(scalars)
    }

    /// A value set of the parser instance at hand, or of the top level.
    fn value_set(&mut self, id: ValueSetId) -> Res<ir::ValueSetId> {
        let decl = &self.hir.value_sets[id];
        let span = decl.name.span;
        let is_global =
            self.hir.top_level.iter().any(|d| matches!(d, hir::TopLevel::ValueSet(global) if *global == id));
        let owner = self.env.owner.filter(|_| !is_global);
        let known = match owner {
            Some(owner) => &self.objects[owner].value_sets,
            None => &self.env.global_value_sets,
        };
        if let Some(&known) = known.get(&id) {
            return Ok(known);
        }
        let scope = owner.map_or_else(|| "".into(), |owner| self.objects[owner].name.clone());
        let mut keys = Vec::new();
        self.value_set_keys(decl.ty, "", (MatchKind::Exact, &[]), &mut keys, span)?;
        let set = ir::ValueSet {
            name: names::full_name(&scope, &decl.name.name, &decl.annotations),
            keys,
            size: self.constant_u64(&decl.size)?,
            annotations: super::annotations::annotations(&decl.annotations),
            span,
        };
        let new = self.ir.value_sets.push(set);
        match owner {
            Some(owner) => self.objects[owner].value_sets.insert(id, new),
            None => self.env.global_value_sets.insert(id, new),
        };
        Ok(new)
    }

    /// The scalars of a type, each with its name and what is said of it or of what it is in.
    fn value_set_keys(
        &mut self,
        ty: TypeId,
        name: &str,
        (kind, annotations): (MatchKind, &[hir::Annotation]),
        keys: &mut Vec<ir::ValueSetKey>,
        span: Span,
    ) -> Res<()> {
        match self.class(ty, span)? {
            Class::Scalar(scalar) => {
                let annotations = super::annotations::annotations(annotations);
                let type_name = self.told_name(ty, span)?;
                let ty = scalar;
                let name = if name.is_empty() { "value" } else { name }.into();
                keys.push(ir::ValueSetKey { name, ty, type_name, match_kind: kind, annotations });
                Ok(())
            }
            Class::Struct { fields, .. } => {
                for field in fields.iter() {
                    let own = names::find(&field.annotations, "match").and_then(names::argument);
                    let kind = own.map_or_else(|| kind.clone(), |name| match_kind(&name));
                    let dot = if name.is_empty() { "" } else { "." };
                    let inner = format!("{name}{dot}{}", field.name);
                    self.value_set_keys(field.ty, &inner, (kind, &field.annotations), keys, span)?;
                }
                Ok(())
            }
            _ => Err(self.unsupported(span, "a value set of this type")),
        }
    }
}

/// A match kind by name.
pub(super) fn match_kind(name: &str) -> MatchKind {
    match name {
        "exact" => MatchKind::Exact,
        "lpm" => MatchKind::Lpm,
        "ternary" => MatchKind::Ternary,
        "range" => MatchKind::Range,
        "optional" => MatchKind::Optional,
        "selector" => MatchKind::Selector,
        other => MatchKind::Other(other.into()),
    }
}

/// The keyset that stands for "true".
pub(super) fn is_true() -> ir::Keyset {
    ir::Keyset::Value(BigUint::from(1u8))
}

fn compare(op: BinaryOp, a: Expr, b: Expr, span: Span) -> Expr {
    Expr::binary(op, a, b, ScalarType::Bool, span)
}

fn keyset_span(keyset: &Keyset) -> Span {
    match keyset {
        Keyset::Universal(span) | Keyset::ValueSet(_, span) => *span,
        Keyset::Value(e) => e.span,
        Keyset::Mask(a, b) | Keyset::Range(a, b) => a.span.to(b.span),
    }
}
