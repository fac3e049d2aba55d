//! Assignment of values of any type to locations.
//!
//! The value is taken as a whole before anything is written: `s = { s.b, s.a }` swaps.

use super::footprint::Footprint;
use super::storage::Loc;
use super::types::Class;
use super::value::Value;
use super::{Elaborator, Res};
use crate::analysis::effects::StorageSet;
use crate::ir::{self, BinaryOp, Expr, HeaderRef, LValue, ScalarType, StmtKind};
use num_bigint::BigUint;
use p4xdp_frontend::hir::TypeId;
use p4xdp_frontend::source::Span;

/// A leaf of an assignment: a scalar or a header.
enum Leaf {
    Scalar(Loc, Expr),
    Header(Loc, Value),
}

impl Elaborator<'_> {
    /// `loc = value`, both of type `ty`.
    pub(super) fn write(&mut self, loc: &Loc, value: Value, ty: TypeId, span: Span) -> Res<()> {
        let loc = &self.steady(loc);
        let mut leaves = Vec::new();
        self.pair(loc, value, ty, &mut leaves, span)?;
        if let [_] = leaves.as_slice() {
            for leaf in leaves {
                self.write_leaf(leaf, span)?;
            }
            return Ok(());
        }
        let (mut reads, mut writes) = (Footprint::default(), StorageSet::new());
        for leaf in &leaves {
            let (target, value) = match leaf {
                Leaf::Scalar(target, value) => (target, Value::Scalar(value.clone())),
                Leaf::Header(target, value) => (target, value.clone()),
            };
            self.value_reads(&value, &mut reads);
            self.add_storage(target, &mut writes, &mut StorageSet::new());
        }
        if reads.overlaps_set(&writes) {
            leaves = self.freeze_leaves(leaves, span)?;
        }
        for leaf in leaves {
            self.write_leaf(leaf, span)?;
        }
        Ok(())
    }

    /// A place that is written in several steps, its index evaluated once: a step may write what the index reads.
    pub(super) fn steady(&mut self, loc: &Loc) -> Loc {
        let whole = matches!(loc, Loc::Header { .. } | Loc::Union(_) | Loc::Struct(_));
        if !whole || loc.is_static() {
            return loc.clone();
        }
        let (mut leaves, mut reads) = (StorageSet::new(), StorageSet::new());
        self.add_storage(loc, &mut leaves, &mut reads);
        if reads.overlaps(&leaves) { self.freeze_indices(loc) } else { loc.clone() }
    }

    fn freeze_leaves(&mut self, leaves: Vec<Leaf>, span: Span) -> Res<Vec<Leaf>> {
        let mut frozen = Vec::new();
        for leaf in leaves {
            frozen.push(match leaf {
                Leaf::Scalar(target, value) => Leaf::Scalar(target, self.freeze_scalar(value)),
                Leaf::Header(target, Value::At(Loc::Header { header, siblings: _ })) => {
                    let ty = self.header_type(&header);
                    let name = "tmp".into();
                    let copy = HeaderRef::Header(self.ir.headers.push(ir::Header { name, ty, span }));
                    self.push(StmtKind::CopyHeader { dst: copy.clone(), src: header }, span);
                    Leaf::Header(target, Value::At(Loc::header(copy)))
                }
                Leaf::Header(target, Value::HeaderList(fields)) => {
                    let fields = fields.into_iter().map(|f| self.freeze_scalar(f)).collect();
                    Leaf::Header(target, Value::HeaderList(fields))
                }
                Leaf::Header(target, value) => Leaf::Header(target, value),
            });
        }
        Ok(frozen)
    }

    /// Takes an assignment apart into leaves. What a leaf assigns to itself is left out.
    fn pair(&mut self, loc: &Loc, value: Value, ty: TypeId, leaves: &mut Vec<Leaf>, span: Span) -> Res<()> {
        if let (Loc::Discard, _) | (_, Value::Void) = (loc, &value) {
            return Ok(());
        }
        if let Value::At(source) = &value
            && source.same(loc)
            && !loc.is_union_member()
        {
            return Ok(());
        }
        match loc {
            Loc::Scalar(_) | Loc::Field { .. } | Loc::Slice { .. } | Loc::DynamicSlice { .. } => {
                let Value::Scalar(value) = value else {
                    return Err(self.bug(span, "an aggregate assigned to a scalar"));
                };
                leaves.push(Leaf::Scalar(loc.clone(), value));
                Ok(())
            }
            Loc::Header { .. } => {
                leaves.push(Leaf::Header(loc.clone(), value));
                Ok(())
            }
            Loc::Stack(_) | Loc::UnionStack(_) => self.pair_stack(loc, value, ty, leaves, span),
            Loc::Union(members) => {
                for (i, (_, header)) in members.iter().enumerate() {
                    let part = match &value {
                        Value::Invalid => Value::Invalid,
                        Value::At(Loc::Union(others)) => match others.get(i) {
                            Some((_, other)) => Value::At(Loc::header(other.clone())),
                            None => return Err(self.bug(span, "a union of another type")),
                        },
                        _ => return Err(self.unsupported(span, "a list as the value of a header union")),
                    };
                    leaves.push(Leaf::Header(Loc::header(header.clone()), part));
                }
                Ok(())
            }
            Loc::Struct(parts) => {
                let class = self.class(ty, span)?;
                let types = self.part_types(&class, parts.len());
                let values = self.parts(value, ty, parts.len(), span)?;
                for (((_, part), (_, ty)), value) in parts.iter().zip(types).zip(values) {
                    self.pair(part, value, ty, leaves, span)?;
                }
                Ok(())
            }
            Loc::Select { .. } => match value {
                Value::Scalar(value) => {
                    leaves.push(Leaf::Scalar(loc.clone(), value));
                    Ok(())
                }
                _ => {
                    let class = self.class(ty, span)?;
                    for (i, (_, part)) in self.part_types(&class, 0).into_iter().enumerate() {
                        let target = self.loc_field(loc, ty, i as u32, span)?;
                        let value = self.project(value.clone(), ty, i as u32, span)?;
                        self.pair(&target, value, part, leaves, span)?;
                    }
                    Ok(())
                }
            },
            Loc::Discard => Ok(()),
        }
    }

    /// The values of a struct's fields.
    pub(super) fn parts(&mut self, value: Value, ty: TypeId, count: usize, span: Span) -> Res<Vec<Value>> {
        if let Value::List(parts) = value {
            return Ok(parts.into_iter().map(|(_, part)| part).collect());
        }
        (0..count as u32).map(|i| self.project(value.clone(), ty, i, span)).collect()
    }

    fn pair_stack(
        &mut self,
        loc: &Loc,
        value: Value,
        ty: TypeId,
        leaves: &mut Vec<Leaf>,
        span: Span,
    ) -> Res<()> {
        let Class::Stack { element, size } = self.class(ty, span)? else {
            return Err(self.bug(span, "a stack of another type"));
        };
        for i in 0..size {
            let index = Expr::constant(i, ScalarType::bit(32), span);
            let target = self.loc_index(loc, index.clone(), span)?;
            let part = match &value {
                Value::At(source) => {
                    let source = self.loc_index(source, index, span)?;
                    self.read(&source, span)?
                }
                Value::List(parts) => match parts.get(i as usize) {
                    Some((_, part)) => part.clone(),
                    None => Value::Invalid,
                },
                _ => return Err(self.bug(span, "a stack of something else")),
            };
            self.pair(&target, part, element, leaves, span)?;
        }
        let Some(target) = self.next_index(loc) else {
            return Ok(());
        };
        let next = match &value {
            Value::At(source) => match self.next_index(source) {
                Some(next) => Expr::local(next, ScalarType::bit(32), span),
                None => return Ok(()),
            },
            _ => Expr::constant(0u8, ScalarType::bit(32), span),
        };
        leaves.push(Leaf::Scalar(Loc::Scalar(target), next));
        Ok(())
    }

    /// `nextIndex` of a stack; a stack of unions without members has none.
    pub(super) fn next_index(&self, stack: &Loc) -> Option<ir::LocalId> {
        match stack {
            Loc::Stack(stack) => Some(self.ir.stacks[*stack].next_index),
            Loc::UnionStack(members) => members.first().map(|(_, s)| self.ir.stacks[*s].next_index),
            _ => None,
        }
    }

    fn write_leaf(&mut self, leaf: Leaf, span: Span) -> Res<()> {
        match leaf {
            Leaf::Scalar(loc, value) => self.write_scalar(&loc, value, span),
            Leaf::Header(Loc::Header { header, siblings }, value) => {
                self.write_header(&header, &siblings, value, span)
            }
            Leaf::Header(..) => Err(self.bug(span, "a header elsewhere")),
        }
    }

    /// `loc = value` for scalars.
    pub(super) fn write_scalar(&mut self, loc: &Loc, value: Expr, span: Span) -> Res<()> {
        match loc {
            Loc::Scalar(_) | Loc::Field { .. } | Loc::Slice { .. } => {
                if let Some(dst) = lvalue(loc) {
                    self.push(StmtKind::Assign { dst, src: value }, span);
                    return Ok(());
                }
                // A slice of something that has no l-value of its own: rewrite the whole.
                let Loc::Slice { base, hi, lo } = loc else {
                    return Err(self.bug(span, "an l-value that is none"));
                };
                let low = Expr::constant(*lo, ScalarType::bit(32), span);
                let width = hi.saturating_sub(*lo) + 1;
                let whole = Loc::DynamicSlice { base: base.clone(), lo: Box::new(low), width };
                self.write_scalar(&whole, value, span)
            }
            Loc::DynamicSlice { base, lo, width } => {
                let old = self.read_scalar(base, span)?;
                let ty = old.ty;
                let unsigned = ScalarType::bit(ty.width());
                let old = Expr::cast(old, unsigned, span);
                let ones = (BigUint::from(1u8) << (*width).min(ty.width())) - 1u8;
                let shl = |e, ty| Expr::binary(BinaryOp::Shl, e, (**lo).clone(), ty, span);
                let mask = shl(Expr::constant(ones, unsigned, span), unsigned);
                let kind = ir::ExprKind::Unary(ir::UnaryOp::Complement, Box::new(mask));
                let keep = Expr { kind, ty: unsigned, span };
                let kept = Expr::binary(BinaryOp::BitAnd, old, keep, unsigned, span);
                let bits = Expr::cast(Expr::cast(value, ScalarType::bit(*width), span), unsigned, span);
                let new = Expr::binary(BinaryOp::BitOr, kept, shl(bits, unsigned), unsigned, span);
                self.write_scalar(base, Expr::cast(new, ty, span), span)
            }
            Loc::Select { index, elements } => {
                let value = self.freeze_scalar(value);
                let mut cases = Vec::new();
                for (i, element) in elements.iter().enumerate() {
                    if BigUint::from(i).bits() > u64::from(index.ty.width()) {
                        break;
                    }
                    let (block, ()) = self.block(|e| e.write_scalar(element, value.clone(), span))?;
                    cases.push((vec![BigUint::from(i)], block));
                }
                let scrutinee = (**index).clone();
                self.push(StmtKind::Switch { scrutinee, cases, default: Vec::new() }, span);
                Ok(())
            }
            Loc::Discard => Ok(()),
            Loc::Header { .. } | Loc::Stack(_) | Loc::Union(_) | Loc::UnionStack(_) | Loc::Struct(_) => {
                Err(self.bug(span, "a scalar assigned to an aggregate"))
            }
        }
    }

    /// `header = value`; the other members of its union become invalid, whether it becomes valid or not (specification, "Operations on header unions").
    pub(super) fn write_header(
        &mut self,
        header: &HeaderRef,
        siblings: &[HeaderRef],
        value: Value,
        span: Span,
    ) -> Res<()> {
        match value {
            Value::Invalid => {
                self.invalidate(std::slice::from_ref(header), span);
                self.invalidate(siblings, span);
            }
            Value::At(Loc::Header { header: src, .. }) => {
                // The source may be one of the siblings.
                self.push(StmtKind::CopyHeader { dst: header.clone(), src }, span);
                self.invalidate(siblings, span);
            }
            Value::HeaderList(fields) => {
                let fields = self.freeze_self_reads(header, siblings, fields);
                self.set_valid(header, siblings, span);
                for (i, src) in fields.into_iter().enumerate() {
                    let dst = LValue::Field { header: header.clone(), field: i as u32 };
                    self.push(StmtKind::Assign { dst, src }, span);
                }
            }
            Value::Scalar(_)
            | Value::At(_)
            | Value::List(_)
            | Value::String(_)
            | Value::Object(_)
            | Value::Packet
            | Value::Void => return Err(self.bug(span, "something else assigned to a header")),
        }
        Ok(())
    }

    /// Field values that read what the assignment of the header writes, as they are before it.
    fn freeze_self_reads(
        &mut self,
        header: &HeaderRef,
        siblings: &[HeaderRef],
        fields: Vec<Expr>,
    ) -> Vec<Expr> {
        let mut writes = StorageSet::new();
        for header in std::iter::once(header).chain(siblings) {
            writes.add_ref(&self.ir, header, None);
        }
        let mut reads = StorageSet::new();
        fields.iter().for_each(|f| crate::analysis::effects::expr_reads(&self.ir, f, &mut reads));
        if reads.overlaps(&writes) {
            return fields.into_iter().map(|f| self.freeze_scalar(f)).collect();
        }
        fields
    }

    /// Makes a header valid, and the other members of its union invalid.
    pub(super) fn set_valid(&mut self, header: &HeaderRef, siblings: &[HeaderRef], span: Span) {
        self.invalidate(siblings, span);
        self.push(StmtKind::SetValid { header: header.clone(), valid: true }, span);
    }

    pub(super) fn invalidate(&mut self, headers: &[HeaderRef], span: Span) {
        for header in headers {
            self.push(StmtKind::SetValid { header: header.clone(), valid: false }, span);
        }
    }
}

/// The IR's l-value for a scalar location, if it has one.
pub(super) fn lvalue(loc: &Loc) -> Option<LValue> {
    match loc {
        Loc::Scalar(local) => Some(LValue::Local(*local)),
        Loc::Field { header, field } => Some(LValue::Field { header: header.clone(), field: *field }),
        Loc::Slice { base, hi, lo } => {
            Some(LValue::Slice { base: Box::new(lvalue(base)?), hi: *hi, lo: *lo })
        }
        Loc::Header { .. }
        | Loc::Stack(_)
        | Loc::Union(_)
        | Loc::UnionStack(_)
        | Loc::Struct(_)
        | Loc::DynamicSlice { .. }
        | Loc::Select { .. }
        | Loc::Discard => None,
    }
}
