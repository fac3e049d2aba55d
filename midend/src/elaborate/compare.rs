//! `==` on values of any type. Headers are equal if both are invalid, or both valid with equal fields; `nextIndex` of
//! stacks does not count (specification, "Operations on header stacks").

use super::storage::Loc;
use super::types::{Class, HeaderLayout};
use super::value::Value;
use super::{Elaborator, Res};
use crate::ir::{BinaryOp, Expr, ExprKind, ScalarType};
use p4xdp_frontend::hir::TypeId;
use p4xdp_frontend::source::Span;

impl Elaborator<'_> {
    /// `a == b`, both of type `ty`.
    pub(super) fn compare(&mut self, a: Value, b: Value, ty: TypeId, span: Span) -> Res<Expr> {
        let class = self.class(ty, span)?;
        match &class {
            Class::Scalar(_) => match (a, b) {
                (Value::Scalar(a), Value::Scalar(b)) => {
                    Ok(Expr::binary(BinaryOp::Eq, a, b, ScalarType::Bool, span))
                }
                _ => Err(self.bug(span, "a comparison of different things")),
            },
            Class::Header(layout) => {
                let (a, b) = (self.convert(a, ty, span)?, self.convert(b, ty, span)?);
                self.compare_headers(a, b, layout, span)
            }
            Class::Struct { .. } | Class::Union(_) => {
                let mut all = None;
                for (i, (_, part)) in self.part_types(&class, 0).into_iter().enumerate() {
                    let left = self.project(a.clone(), ty, i as u32, span)?;
                    let right = self.project(b.clone(), ty, i as u32, span)?;
                    let equal = self.compare(left, right, part, span)?;
                    all = Some(and(all, equal, span));
                }
                Ok(all.unwrap_or_else(|| Expr::bool(true, span)))
            }
            Class::Stack { element, size } => {
                let mut all = None;
                for i in 0..*size {
                    let left = self.element(&a, i, span)?;
                    let right = self.element(&b, i, span)?;
                    let equal = self.compare(left, right, *element, span)?;
                    all = Some(and(all, equal, span));
                }
                Ok(all.unwrap_or_else(|| Expr::bool(true, span)))
            }
            Class::List(_) | Class::Int | Class::String | Class::Void | Class::Opaque(_) => {
                Err(self.unsupported(span, "a comparison of values of this type"))
            }
        }
    }

    /// Element `i` of a stack.
    pub(super) fn element(&mut self, stack: &Value, i: u32, span: Span) -> Res<Value> {
        match stack {
            Value::At(loc) => {
                let index = Expr::constant(i, ScalarType::bit(32), span);
                let loc = self.loc_index(loc, index, span)?;
                self.read(&loc, span)
            }
            Value::List(parts) => Ok(parts.get(i as usize).map_or(Value::Invalid, |(_, part)| part.clone())),
            _ => Err(self.bug(span, "a stack of something else")),
        }
    }

    fn compare_headers(&mut self, a: Value, b: Value, layout: &HeaderLayout, span: Span) -> Res<Expr> {
        let valid_a = self.validity(&a, span)?;
        let valid_b = self.validity(&b, span)?;
        match (valid_a, valid_b) {
            (Validity::Never, Validity::Never) => Ok(Expr::bool(true, span)),
            (Validity::Never, Validity::Always) | (Validity::Always, Validity::Never) => {
                Ok(Expr::bool(false, span))
            }
            (Validity::Never, Validity::Maybe(v)) | (Validity::Maybe(v), Validity::Never) => Ok(Expr::not(v)),
            (Validity::Always, Validity::Always) => self.compare_fields(&a, &b, layout, span),
            (Validity::Always, Validity::Maybe(v)) | (Validity::Maybe(v), Validity::Always) => {
                let fields = self.compare_fields(&a, &b, layout, span)?;
                Ok(and(Some(v), fields, span))
            }
            (Validity::Maybe(v), Validity::Maybe(w)) => {
                let fields = self.compare_fields(&a, &b, layout, span)?;
                let both = and(Some(and(Some(v.clone()), w.clone(), span)), fields, span);
                let none = and(Some(Expr::not(v)), Expr::not(w), span);
                Ok(Expr::binary(BinaryOp::Or, none, both, ScalarType::Bool, span))
            }
        }
    }

    fn compare_fields(&mut self, a: &Value, b: &Value, layout: &HeaderLayout, span: Span) -> Res<Expr> {
        let mut all = None;
        for (i, ty) in self.flat_types(layout).into_iter().enumerate() {
            let (Some(left), Some(right)) = (flat_field(a, i, ty, span), flat_field(b, i, ty, span)) else {
                return Err(self.bug(span, "a header without fields"));
            };
            let equal = Expr::binary(BinaryOp::Eq, left, right, ScalarType::Bool, span);
            all = Some(and(all, equal, span));
        }
        Ok(all.unwrap_or_else(|| Expr::bool(true, span)))
    }

    fn validity(&mut self, value: &Value, span: Span) -> Res<Validity> {
        Ok(match value {
            Value::HeaderList(_) => Validity::Always,
            Value::Invalid => Validity::Never,
            Value::At(Loc::Header { header, .. }) => Validity::Maybe(Expr::is_valid(header.clone(), span)),
            _ => return Err(self.bug(span, "the validity of something that is no header")),
        })
    }

    /// `isValid()` of a header or union.
    pub(super) fn is_valid(&mut self, value: &Value, span: Span) -> Res<Expr> {
        if let Value::At(Loc::Union(members)) = value {
            let any = members
                .iter()
                .map(|(_, h)| Expr::is_valid(h.clone(), span))
                .reduce(|a, b| Expr::binary(BinaryOp::Or, a, b, ScalarType::Bool, span));
            return Ok(any.unwrap_or_else(|| Expr::bool(false, span)));
        }
        Ok(match self.validity(value, span)? {
            Validity::Always => Expr::bool(true, span),
            Validity::Never => Expr::bool(false, span),
            Validity::Maybe(valid) => valid,
        })
    }
}

enum Validity {
    Always,
    Never,
    Maybe(Expr),
}

/// Field `i` of a header by flat position.
pub(super) fn flat_field(header: &Value, i: usize, ty: ScalarType, span: Span) -> Option<Expr> {
    match header {
        Value::HeaderList(fields) => fields.get(i).cloned(),
        Value::At(Loc::Header { header, .. }) => {
            let kind = ExprKind::Field { header: header.clone(), field: i as u32 };
            Some(Expr { kind, ty, span })
        }
        _ => None,
    }
}

fn and(a: Option<Expr>, b: Expr, span: Span) -> Expr {
    match a {
        None => b,
        Some(a) => Expr::binary(BinaryOp::And, a, b, ScalarType::Bool, span),
    }
}
