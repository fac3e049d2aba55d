//! Values: what an expression came to. Scalars are IR expressions; aggregates are storage or lists of values.
//!
//! A value is lazy: it reads storage when it is used. Whoever makes statements between evaluation and use sees to
//! it that the value is frozen first, see [`Elaborator::guard`].

use super::footprint::Footprint;
use super::instance::ObjectId;
use super::storage::Loc;
use super::types::{Class, HeaderLayout, index_name};
use super::{Elaborator, Res};
use crate::analysis::effects::{self, StorageSet};
use crate::ir::{self, Expr, ExprKind, HeaderRef, ScalarType, StmtKind};
use num_bigint::{BigInt, BigUint};
use p4xdp_frontend::hir::{ConstValue, TypeId};
use p4xdp_frontend::source::Span;
use std::sync::Arc;

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Scalar(Expr),
    /// An aggregate in storage.
    At(Loc),
    /// A valid header by its flat fields.
    HeaderList(Vec<Expr>),
    /// An invalid header or union.
    Invalid,
    /// A struct, tuple, list or stack by its parts.
    List(Vec<(Arc<str>, Value)>),
    String(Arc<str>),
    /// An instance.
    Object(ObjectId),
    /// `packet_in`, `packet_out`.
    Packet,
    Void,
}

/// A bit pattern of a type's width.
pub(super) fn pattern(value: &BigInt, width: u32) -> BigUint {
    let modulus = BigInt::from(1) << width;
    let wrapped = ((value % &modulus) + &modulus) % &modulus;
    wrapped.to_biguint().unwrap_or_default()
}

impl Elaborator<'_> {
    /// A compile-time value of a type.
    pub(super) fn constant_value(&mut self, value: &ConstValue, ty: TypeId, span: Span) -> Res<Value> {
        let class = self.class(ty, span)?;
        Ok(match (value, class) {
            (ConstValue::Bool(b), Class::Scalar(ty)) => Value::Scalar(Expr::constant(u8::from(*b), ty, span)),
            (ConstValue::Int(i), Class::Scalar(ty)) => {
                Value::Scalar(Expr::constant(pattern(i, ty.width()), ty, span))
            }
            (ConstValue::Int(i), Class::Int) => Value::Scalar(int_constant(i, span)),
            (ConstValue::EnumMember(i), Class::Scalar(ty)) => Value::Scalar(Expr::constant(*i, ty, span)),
            (ConstValue::Error(e), Class::Scalar(ty)) => {
                Value::Scalar(Expr::constant(super::types::position(*e), ty, span))
            }
            (ConstValue::String(s), _) => Value::String(s.clone()),
            (ConstValue::MatchKind(_), _) => Value::Void,
            (ConstValue::InvalidHeader, _) => Value::Invalid,
            (ConstValue::Aggregate(parts), class) => {
                let types = self.part_types(&class, parts.len());
                if types.len() != parts.len() {
                    return Err(self.bug(span, "a constant of another length than its type"));
                }
                let mut values = Vec::new();
                for (part, (name, ty)) in parts.iter().zip(types) {
                    values.push((name, self.constant_value(part, ty, span)?));
                }
                self.aggregate(values, &class, span)?
            }
            (
                ConstValue::Bool(_) | ConstValue::Int(_) | ConstValue::EnumMember(_) | ConstValue::Error(_),
                _,
            ) => return Err(self.bug(span, "a constant of another type")),
        })
    }

    /// Names and types of an aggregate's parts; `count` is the length of lists and stacks.
    pub(super) fn part_types(&mut self, class: &Class, count: usize) -> Vec<(Arc<str>, TypeId)> {
        match class {
            Class::Struct { fields, .. } | Class::Union(fields) => {
                fields.iter().map(|f| (f.name.clone(), f.ty)).collect()
            }
            Class::Header(layout) => layout.fields.iter().map(|f| (f.name.clone(), f.ty)).collect(),
            Class::Stack { element, size } => (0..*size).map(|i| (index_name(i), *element)).collect(),
            Class::List(element) => (0..count as u32).map(|i| (index_name(i), *element)).collect(),
            Class::Scalar(_) | Class::Int | Class::String | Class::Void | Class::Opaque(_) => Vec::new(),
        }
    }

    /// An aggregate of a class from the values of its parts.
    pub(super) fn aggregate(
        &mut self,
        parts: Vec<(Arc<str>, Value)>,
        class: &Class,
        span: Span,
    ) -> Res<Value> {
        if let Class::Header(_) = class {
            let mut fields = Vec::new();
            for (_, part) in parts {
                self.flatten(part, &mut fields, span)?;
            }
            return Ok(Value::HeaderList(fields));
        }
        Ok(Value::List(parts))
    }

    /// The scalars that a value without headers consists of, in order.
    pub(super) fn flatten(&mut self, value: Value, scalars: &mut Vec<Expr>, span: Span) -> Res<()> {
        match value {
            Value::Scalar(expr) => scalars.push(expr),
            Value::List(parts) => {
                for (_, part) in parts {
                    self.flatten(part, scalars, span)?;
                }
            }
            Value::At(Loc::Struct(parts)) => {
                for (_, part) in parts.iter() {
                    let part = self.read(part, span)?;
                    self.flatten(part, scalars, span)?;
                }
            }
            Value::At(_) | Value::HeaderList(_) | Value::Invalid => {
                return Err(self.unsupported(span, "a header where only numbers can stand"));
            }
            Value::String(_) | Value::Object(_) | Value::Packet | Value::Void => {
                return Err(self.bug(span, "something without a value among scalars"));
            }
        }
        Ok(())
    }

    /// The value that a type has by default: zero, first member, invalid.
    pub(super) fn default_value(&mut self, ty: TypeId, span: Span) -> Res<Value> {
        let class = self.class(ty, span)?;
        Ok(match class {
            Class::Scalar(ty) => Value::Scalar(Expr::constant(0u8, ty, span)),
            Class::Header(_) | Class::Union(_) => Value::Invalid,
            Class::Stack { .. } | Class::Struct { .. } => {
                let mut parts = Vec::new();
                for (name, ty) in self.part_types(&class, 0) {
                    parts.push((name, self.default_value(ty, span)?));
                }
                Value::List(parts)
            }
            Class::List(_) => Value::List(Vec::new()),
            Class::Int => Value::Scalar(int_constant(&BigInt::default(), span)),
            Class::String => Value::String("".into()),
            Class::Void | Class::Opaque(_) => return Err(self.bug(span, "a default value of this type")),
        })
    }

    /// The value in a location.
    pub(super) fn read(&mut self, loc: &Loc, span: Span) -> Res<Value> {
        Ok(match loc {
            Loc::Scalar(local) => Value::Scalar(Expr::local(*local, self.ir.locals[*local].ty, span)),
            Loc::Field { header, field } => {
                let ty = self.field_type(header, *field, span)?;
                let kind = ExprKind::Field { header: header.clone(), field: *field };
                Value::Scalar(Expr { kind, ty, span })
            }
            Loc::Slice { base, hi, lo } => {
                let base = self.read_scalar(base, span)?;
                Value::Scalar(slice(base, *hi, *lo, span))
            }
            Loc::DynamicSlice { base, lo, width } => {
                let base = self.read_scalar(base, span)?;
                Value::Scalar(dynamic_slice(base, (**lo).clone(), *width, span))
            }
            Loc::Select { index, elements } => self.read_select(index, elements, span)?,
            Loc::Header { .. } | Loc::Stack(_) | Loc::Union(_) | Loc::UnionStack(_) | Loc::Struct(_) => {
                Value::At(loc.clone())
            }
            Loc::Discard => return Err(self.bug(span, "a read of `_`")),
        })
    }

    /// An array element by a computed index: a chain of choices; out of range: zero.
    fn read_select(&mut self, index: &Expr, elements: &[Loc], span: Span) -> Res<Value> {
        let mut values = Vec::new();
        for element in elements {
            match self.read(element, span)? {
                Value::Scalar(expr) => values.push(expr),
                Value::At(_) => {
                    return Ok(Value::At(Loc::Select {
                        index: Box::new(index.clone()),
                        elements: elements.into(),
                    }));
                }
                _ => return Err(self.bug(span, "an array of something else")),
            }
        }
        let Some(first) = values.first() else {
            return Err(self.bug(span, "an index into an array without elements"));
        };
        let mut result = Expr::constant(0u8, first.ty, span);
        for (i, value) in values.into_iter().enumerate().rev() {
            let ty = value.ty;
            let equal = index_is(index, i, span);
            let kind = ExprKind::Conditional(Box::new(equal), Box::new(value), Box::new(result));
            result = Expr { kind, ty, span };
        }
        Ok(Value::Scalar(result))
    }

    pub(super) fn read_scalar(&mut self, loc: &Loc, span: Span) -> Res<Expr> {
        match self.read(loc, span)? {
            Value::Scalar(expr) => Ok(expr),
            _ => Err(self.bug(span, "a scalar was expected here")),
        }
    }

    /// The header type of a reference.
    pub(super) fn header_type(&self, header: &HeaderRef) -> ir::HeaderTypeId {
        match header {
            HeaderRef::Header(id) => self.ir.headers[*id].ty,
            HeaderRef::Element { stack, .. } | HeaderRef::Next(stack) | HeaderRef::Last(stack) => {
                self.ir.stacks[*stack].ty
            }
        }
    }

    pub(super) fn field_type(&mut self, header: &HeaderRef, field: u32, span: Span) -> Res<ScalarType> {
        let ty = self.header_type(header);
        match self.ir.header_types[ty].fields.get(field as usize) {
            Some(field) => Ok(field.ty),
            None => Err(self.bug(span, "no such header field")),
        }
    }

    /// A part of an aggregate value of type `ty`.
    pub(super) fn project(&mut self, value: Value, ty: TypeId, field: u32, span: Span) -> Res<Value> {
        match value {
            Value::At(loc) => {
                let loc = self.loc_field(&loc, ty, field, span)?;
                self.read(&loc, span)
            }
            Value::List(parts) => match parts.into_iter().nth(field as usize) {
                Some((_, value)) => Ok(value),
                None => Err(self.bug(span, "no such field")),
            },
            Value::HeaderList(fields) => {
                let Class::Header(layout) = self.class(ty, span)? else {
                    return Err(self.bug(span, "a header of another type"));
                };
                let (Some(&start), Some(part)) =
                    (layout.starts.get(field as usize), layout.fields.get(field as usize))
                else {
                    return Err(self.bug(span, "no such header field"));
                };
                let mut rest = fields.into_iter().skip(start as usize);
                self.unflatten(&mut rest, part.ty, span)
            }
            Value::Invalid => {
                let class = self.class(ty, span)?;
                match self.part_types(&class, 0).get(field as usize) {
                    Some(&(_, ty)) => self.default_value(ty, span),
                    None => Err(self.bug(span, "no such field")),
                }
            }
            Value::Scalar(_) | Value::String(_) | Value::Object(_) | Value::Packet | Value::Void => {
                Err(self.bug(span, "a field of something without fields"))
            }
        }
    }

    /// A value of a type without headers, from its scalars in order.
    pub(super) fn unflatten(
        &mut self,
        scalars: &mut impl Iterator<Item = Expr>,
        ty: TypeId,
        span: Span,
    ) -> Res<Value> {
        let class = self.class(ty, span)?;
        if let Class::Struct { .. } = class {
            let mut parts = Vec::new();
            for (name, ty) in self.part_types(&class, 0) {
                parts.push((name, self.unflatten(scalars, ty, span)?));
            }
            return Ok(Value::List(parts));
        }
        match scalars.next() {
            Some(expr) => Ok(Value::Scalar(expr)),
            None => Err(self.bug(span, "too few scalars")),
        }
    }

    /// Adds what using a value reads.
    pub(super) fn value_reads(&self, value: &Value, reads: &mut Footprint) {
        match value {
            Value::Scalar(expr) => effects::expr_reads(&self.ir, expr, &mut reads.own),
            Value::At(loc) => {
                let mut leaves = Footprint::default();
                self.add_footprint(loc, &mut leaves, reads);
                reads.add_all(&leaves);
            }
            Value::HeaderList(fields) => {
                fields.iter().for_each(|f| effects::expr_reads(&self.ir, f, &mut reads.own));
            }
            Value::List(parts) => parts.iter().for_each(|(_, v)| self.value_reads(v, reads)),
            Value::Invalid | Value::String(_) | Value::Object(_) | Value::Packet | Value::Void => {}
        }
    }

    /// A scalar's value as it is now.
    pub(super) fn freeze_scalar(&mut self, expr: Expr) -> Expr {
        if expr.as_const().is_some() {
            return expr;
        }
        let (ty, span) = (expr.ty, expr.span);
        let local = self.new_local("tmp".into(), ty, Vec::new(), span);
        self.push(StmtKind::Assign { dst: ir::LValue::Local(local), src: expr }, span);
        Expr::local(local, ty, span)
    }

    /// A value of type `ty` as it is now.
    pub(super) fn freeze(&mut self, value: Value, ty: TypeId, span: Span) -> Res<Value> {
        Ok(match value {
            Value::Scalar(expr) => Value::Scalar(self.freeze_scalar(expr)),
            Value::At(_) => {
                let copy = self.alloc(ty, &"tmp".into(), &[], span)?;
                self.write(&copy, value, ty, span)?;
                Value::At(copy)
            }
            Value::HeaderList(fields) => {
                Value::HeaderList(fields.into_iter().map(|f| self.freeze_scalar(f)).collect())
            }
            Value::List(parts) => {
                let class = self.class(ty, span)?;
                let types = self.part_types(&class, parts.len());
                let mut frozen = Vec::new();
                for ((name, part), (_, ty)) in parts.into_iter().zip(types) {
                    frozen.push((name, self.freeze(part, ty, span)?));
                }
                Value::List(frozen)
            }
            Value::Invalid | Value::String(_) | Value::Object(_) | Value::Packet | Value::Void => value,
        })
    }

    /// Makes sure that a value evaluated before the statements from `mark` on keeps the value it had there.
    pub(super) fn guard(&mut self, value: Value, ty: TypeId, mark: usize, span: Span) -> Res<Value> {
        if self.out.len() <= mark || matches!(&value, Value::Scalar(e) if e.as_const().is_some()) {
            return Ok(value);
        }
        let mut reads = Footprint::default();
        self.value_reads(&value, &mut reads);
        if !reads.overlaps_set(&self.writes_since(mark)) {
            return Ok(value);
        }
        let later = self.out.split_off(mark);
        let frozen = self.freeze(value, ty, span);
        self.out.extend(later);
        frozen
    }

    /// What the statements from `mark` on may write.
    pub(super) fn writes_since(&self, mark: usize) -> StorageSet {
        let mut writes = StorageSet::new();
        if let Some(made) = self.out.get(mark..) {
            effects::block_effects(&self.ir, made, &mut StorageSet::new(), &mut writes);
        }
        writes
    }

    /// Flat field types of a header.
    pub(super) fn flat_types(&self, layout: &HeaderLayout) -> Vec<ScalarType> {
        self.ir.header_types[layout.id].fields.iter().map(|f| f.ty).collect()
    }
}

/// A compile-time `int` where a number of some width must stand: as narrow as it can be.
fn int_constant(value: &BigInt, span: Span) -> Expr {
    let negative = value.sign() == num_bigint::Sign::Minus;
    let width = (value.bits() as u32 + u32::from(negative)).max(32);
    Expr::constant(pattern(value, width), ScalarType::Bits { width, signed: negative }, span)
}

/// `index == i`; false if `i` does not fit.
pub(super) fn index_is(index: &Expr, i: usize, span: Span) -> Expr {
    let value = BigUint::from(i);
    if value.bits() > u64::from(index.ty.width()) {
        return Expr::bool(false, span);
    }
    let i = Expr::constant(value, index.ty, span);
    Expr::binary(ir::BinaryOp::Eq, index.clone(), i, ScalarType::Bool, span)
}

/// `base[hi:lo]`
pub(super) fn slice(base: Expr, hi: u32, lo: u32, span: Span) -> Expr {
    let ty = ScalarType::bit(hi.saturating_sub(lo) + 1);
    Expr { kind: ExprKind::Slice { base: Box::new(base), hi, lo }, ty, span }
}

/// `width` bits of `base` from bit `lo` on; bits beyond the base are zero.
pub(super) fn dynamic_slice(base: Expr, lo: Expr, width: u32, span: Span) -> Expr {
    let unsigned = ScalarType::bit(base.ty.width());
    let base = Expr::cast(base, unsigned, span);
    let shifted = Expr::binary(ir::BinaryOp::Shr, base, lo, unsigned, span);
    Expr::cast(shifted, ScalarType::bit(width), span)
}
