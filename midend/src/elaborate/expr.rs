//! Expressions to values, l-values to locations, in P4's order of evaluation. What has an effect goes out as statements.

use super::env::Binding;
use super::instance::ObjectKind;
use super::storage::Loc;
use super::types::{Class, index_name};
use super::value::{Value, dynamic_slice, slice};
use super::{Elaborator, Res};
use crate::ir::{self, BinaryOp, Expr, HeaderRef, ScalarType, StmtKind};
use p4xdp_frontend::hir::{self, ExprKind, Type, TypeId};
use p4xdp_frontend::source::Span;

/// What `stack.next` comes to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum NextAs {
    /// The element, after a check that there is one.
    Element,
    /// [`HeaderRef::Next`]: the extraction checks and moves on.
    Extracted,
}

impl<'h> Elaborator<'h> {
    /// The value of an expression.
    pub(super) fn value(&mut self, e: &'h hir::Expr) -> Res<Value> {
        let span = e.span;
        if self.is_int(e) {
            return match self.try_constant(e)? {
                Some(value) => self.constant_value(&value, e.ty, span),
                None => self.integer(e).map(Value::Scalar),
            };
        }
        match &e.kind {
            ExprKind::Literal(value) => self.constant_value(value, e.ty, span),
            ExprKind::Variable(var) => match self.env.vars.get(var) {
                Some(Binding::Const(value)) => {
                    let value = value.clone();
                    self.constant_value(&value, e.ty, span)
                }
                Some(Binding::Loc(loc)) => {
                    let loc = loc.clone();
                    self.read(&loc, span)
                }
                Some(Binding::Value(value)) => Ok(value.clone()),
                Some(Binding::Object(object)) => Ok(Value::Object(*object)),
                Some(Binding::Packet) => Ok(Value::Packet),
                Some(Binding::Missing) => Ok(Value::Void),
                None => {
                    let name = self.hir.variables[*var].name.name.clone();
                    Err(self.bug(span, format!("`{name}` is not bound here")))
                }
            },
            ExprKind::Constant(_) => {
                let value = self.constant(e)?;
                self.constant_value(&value, e.ty, span)
            }
            ExprKind::Instance(id) => self.instance(*id).map(Value::Object),
            ExprKind::This => match self.env.this {
                Some(object) => Ok(Value::Object(object)),
                None => Err(self.bug(span, "`this` outside of an instance")),
            },
            ExprKind::Construct(construct) => {
                let name = self.env.owner.map_or_else(|| "".into(), |o| self.objects[o].name.clone());
                self.construct_in_place(construct, &name, span).map(Value::Object)
            }
            ExprKind::Field(base, field) => {
                let value = self.value(base)?;
                self.project(value, base.ty, *field, span)
            }
            ExprKind::Index(base, index) => self.index_value(base, index, span),
            ExprKind::StackNext(_) | ExprKind::StackLast(_) => {
                let loc = self.loc(e, NextAs::Element)?;
                self.read(&loc, span)
            }
            ExprKind::StackLastIndex(base) => {
                let stack = self.loc(base, NextAs::Element)?;
                match self.next_index(&stack) {
                    Some(next) => Ok(Value::Scalar(minus_one(next, span))),
                    None => Err(self.unsupported(span, "`lastIndex` of this stack")),
                }
            }
            ExprKind::StackSize(base) => {
                let ty = self.mono(base.ty);
                match self.types.list[ty] {
                    Type::Stack { size, .. } => {
                        Ok(Value::Scalar(Expr::constant(size, ScalarType::bit(32), span)))
                    }
                    _ => Err(self.bug(span, "`size` of something that is no stack")),
                }
            }
            ExprKind::Slice { base, hi, lo } => {
                let base = self.scalar(base)?;
                Ok(Value::Scalar(slice(base, *hi, *lo, span)))
            }
            ExprKind::PlusSlice { base, lo, width } => {
                let (base, lo) = self.scalar_pair(base, lo)?;
                Ok(Value::Scalar(dynamic_slice(base, unsigned(lo), *width, span)))
            }
            ExprKind::Unary(op, a) => self.unary(*op, a, span),
            ExprKind::Binary(op, a, b) => self.binary(*op, a, b, e),
            ExprKind::Conditional(c, a, b) => self.conditional(c, a, b, e),
            ExprKind::Cast(a) => self.cast(a, e),
            ExprKind::Aggregate(parts, order) => {
                let class = self.class(e.ty, span)?;
                let names = self.part_types(&class, parts.len());
                let types: Vec<TypeId> = names.iter().map(|(_, ty)| *ty).collect();
                let written = order.positions(parts.len());
                let as_written: Vec<&'h hir::Expr> = written.iter().filter_map(|&at| parts.get(at)).collect();
                let values = self.values(&as_written)?;
                let mut placed: Vec<(usize, Value)> = written.into_iter().zip(values).collect();
                placed.sort_by_key(|(at, _)| *at);
                let values = placed.into_iter().map(|(_, value)| value);
                let mut named = Vec::new();
                for ((value, (name, _)), ty) in values.zip(names).zip(types) {
                    named.push((name, self.convert(value, ty, span)?));
                }
                self.aggregate(named, &class, span)
            }
            ExprKind::InvalidHeader => Ok(Value::Invalid),
            ExprKind::Default => self.default_value(e.ty, span),
            ExprKind::Call(call) => self.call(call),
            ExprKind::TableHit { apply, negated } => {
                let hit = self.new_local("hit".into(), ScalarType::Bool, Vec::new(), span);
                self.apply_table(apply, Some(hit), None)?;
                let hit = Expr::local(hit, ScalarType::Bool, span);
                Ok(Value::Scalar(if *negated { Expr::not(hit) } else { hit }))
            }
            ExprKind::TableActionRun(_) | ExprKind::ActionName(_) => {
                Err(self.unsupported(span, "`action_run` outside of a `switch`"))
            }
            ExprKind::Error => Err(self.bug(span, "an erroneous expression")),
        }
    }

    /// The values of some expressions, evaluated from left to right.
    pub(super) fn values(&mut self, exprs: &[&'h hir::Expr]) -> Res<Vec<Value>> {
        let mut values: Vec<Value> = Vec::new();
        for expr in exprs {
            let mark = self.out.len();
            let value = self.value(expr)?;
            if self.out.len() > mark {
                self.guard_all(&mut values, exprs, mark)?;
            }
            values.push(value);
        }
        Ok(values)
    }

    fn guard_all(&mut self, values: &mut [Value], exprs: &[&'h hir::Expr], mut mark: usize) -> Res<()> {
        for (value, expr) in values.iter_mut().zip(exprs) {
            let before = self.out.len();
            let taken = std::mem::replace(value, Value::Void);
            *value = self.guard(taken, expr.ty, mark, expr.span)?;
            mark += self.out.len() - before;
        }
        Ok(())
    }

    /// The value of a scalar expression.
    pub(super) fn scalar(&mut self, e: &'h hir::Expr) -> Res<Expr> {
        match self.value(e)? {
            Value::Scalar(expr) => Ok(expr),
            _ => Err(self.bug(e.span, "a scalar was expected here")),
        }
    }

    /// Two scalars, evaluated from left to right.
    pub(super) fn scalar_pair(&mut self, a: &'h hir::Expr, b: &'h hir::Expr) -> Res<(Expr, Expr)> {
        let left = self.value(a)?;
        let mark = self.out.len();
        let right = self.value(b)?;
        match (self.guard(left, a.ty, mark, a.span)?, right) {
            (Value::Scalar(a), Value::Scalar(b)) => Ok((a, b)),
            _ => Err(self.bug(a.span.to(b.span), "scalars were expected here")),
        }
    }

    fn index_value(&mut self, base: &'h hir::Expr, index: &'h hir::Expr, span: Span) -> Res<Value> {
        let value = self.value(base)?;
        if let Value::List(parts) = &value
            && let Some(hir::ConstValue::Int(i)) = self.try_constant(index)?
        {
            return match usize::try_from(i).ok().and_then(|i| parts.get(i)) {
                Some((_, value)) => Ok(value.clone()),
                None => Err(self.bug(index.span, "an index out of range")),
            };
        }
        let loc = self.stored(value, base.ty, span)?;
        let index = self.scalar(index)?;
        let loc = self.loc_index(&loc, unsigned(index), span)?;
        self.read(&loc, span)
    }

    /// A location that holds the value: its own, or a new one.
    pub(super) fn stored(&mut self, value: Value, ty: TypeId, span: Span) -> Res<Loc> {
        if let Value::At(loc) = value {
            return Ok(loc);
        }
        let loc = self.alloc(ty, &"tmp".into(), &[], span)?;
        self.write(&loc, value, ty, span)?;
        Ok(loc)
    }

    /// The location that an l-value names, or a new one that holds the expression's value.
    pub(super) fn loc(&mut self, e: &'h hir::Expr, next: NextAs) -> Res<Loc> {
        let span = e.span;
        match &e.kind {
            ExprKind::Variable(var) => match self.env.vars.get(var) {
                Some(Binding::Loc(loc)) | Some(Binding::Value(Value::At(loc))) => Ok(loc.clone()),
                _ => self.stored_expr(e),
            },
            ExprKind::Field(base, field) => {
                let base_loc = self.loc(base, next)?;
                self.loc_field(&base_loc, base.ty, *field, span)
            }
            ExprKind::Index(base, index) => {
                let base = self.loc(base, next)?;
                let index = self.scalar(index)?;
                self.loc_index(&base, unsigned(index), span)
            }
            ExprKind::StackNext(base) => {
                let stack = self.loc(base, next)?;
                match next {
                    NextAs::Element => self.next_element(&stack, base.ty, span),
                    NextAs::Extracted => match &stack {
                        Loc::Stack(id) => Ok(Loc::header(HeaderRef::Next(*id))),
                        Loc::UnionStack(members) => Ok(Loc::Union(
                            members.iter().map(|(name, id)| (name.clone(), HeaderRef::Next(*id))).collect(),
                        )),
                        _ => Err(self.bug(span, "`next` of something that is no stack")),
                    },
                }
            }
            ExprKind::StackLast(base) => {
                let stack = self.loc(base, next)?;
                let Some(index) = self.next_index(&stack) else {
                    return Err(self.bug(span, "`last` of something that is no stack"));
                };
                let ty = ScalarType::bit(32);
                let zero = Expr::constant(0u8, ty, span);
                let local = Expr::local(index, ty, span);
                let exists = Expr::binary(BinaryOp::Ne, local, zero, ScalarType::Bool, span);
                self.check_stack(exists, span)?;
                self.loc_index(&stack, minus_one(index, span), span)
            }
            ExprKind::Slice { base, hi, lo } => {
                let base = self.loc(base, next)?;
                Ok(Loc::Slice { base: Box::new(base), hi: *hi, lo: *lo })
            }
            ExprKind::PlusSlice { base, lo, width } => {
                let base = self.loc(base, next)?;
                let lo = Box::new(unsigned(self.scalar(lo)?));
                Ok(Loc::DynamicSlice { base: Box::new(base), lo, width: *width })
            }
            _ => self.stored_expr(e),
        }
    }

    fn stored_expr(&mut self, e: &'h hir::Expr) -> Res<Loc> {
        let value = self.value(e)?;
        self.stored(value, e.ty, e.span)
    }

    /// `stack.next` where it is not extracted into.
    fn next_element(&mut self, stack: &Loc, ty: TypeId, span: Span) -> Res<Loc> {
        let Some(index) = self.next_index(stack) else {
            return Err(self.bug(span, "`next` of something that is no stack"));
        };
        let Class::Stack { size, .. } = self.class(ty, span)? else {
            return Err(self.bug(span, "`next` of something that is no stack"));
        };
        let ty = ScalarType::bit(32);
        let local = Expr::local(index, ty, span);
        let size = Expr::constant(size, ty, span);
        let exists = Expr::binary(BinaryOp::Lt, local.clone(), size, ScalarType::Bool, span);
        self.check_stack(exists, span)?;
        self.loc_index(stack, local, span)
    }

    /// Rejects with `error.StackOutOfBounds` unless the condition holds.
    fn check_stack(&mut self, condition: Expr, span: Span) -> Res<()> {
        if self.parser.is_none() {
            return Err(self.bug(span, "`next` or `last` outside of a parser"));
        }
        let error = self.error_constant("StackOutOfBounds", span)?;
        self.push(StmtKind::Verify { condition, error }, span);
        Ok(())
    }

    /// One of core.p4's errors.
    pub(super) fn error_constant(&mut self, name: &str, span: Span) -> Res<Expr> {
        match self.ir.errors.iter().position(|e| &**e == name) {
            Some(i) => Ok(Expr::constant(i, ScalarType::Error, span)),
            None => Err(self.bug(span, format!("no `error.{name}`"))),
        }
    }

    /// Keeps the indices in a location as they were before the statements from `mark` on.
    pub(super) fn guard_loc(&mut self, loc: Loc, mark: usize) -> Loc {
        if self.out.len() <= mark || loc.is_static() {
            return loc;
        }
        let later = self.out.split_off(mark);
        let frozen = self.freeze_indices(&loc);
        self.out.extend(later);
        frozen
    }

    /// The location with its computed indices saved.
    pub(super) fn freeze_indices(&mut self, loc: &Loc) -> Loc {
        let header = |e: &mut Self, header: &HeaderRef| match header {
            HeaderRef::Element { stack, index } => {
                HeaderRef::Element { stack: *stack, index: Box::new(e.freeze_scalar((**index).clone())) }
            }
            HeaderRef::Header(_) | HeaderRef::Next(_) | HeaderRef::Last(_) => header.clone(),
        };
        match loc {
            Loc::Scalar(_) | Loc::Stack(_) | Loc::UnionStack(_) | Loc::Discard => loc.clone(),
            Loc::Field { header: h, field } => Loc::Field { header: header(self, h), field: *field },
            Loc::Header { header: h, siblings } => {
                let main = header(self, h);
                let siblings = siblings.iter().map(|s| header(self, s)).collect();
                Loc::Header { header: main, siblings }
            }
            Loc::Union(members) => {
                Loc::Union(members.iter().map(|(n, h)| (n.clone(), header(self, h))).collect())
            }
            Loc::Struct(parts) if loc.is_static() => Loc::Struct(parts.clone()),
            Loc::Struct(parts) => {
                Loc::of_parts(parts.iter().map(|(n, l)| (n.clone(), self.freeze_indices(l))).collect())
            }
            Loc::Slice { base, hi, lo } => {
                Loc::Slice { base: Box::new(self.freeze_indices(base)), hi: *hi, lo: *lo }
            }
            Loc::DynamicSlice { base, lo, width } => Loc::DynamicSlice {
                base: Box::new(self.freeze_indices(base)),
                lo: Box::new(self.freeze_scalar((**lo).clone())),
                width: *width,
            },
            Loc::Select { index, elements } => Loc::Select {
                index: Box::new(self.freeze_scalar((**index).clone())),
                elements: elements.iter().map(|l| self.freeze_indices(l)).collect(),
            },
        }
    }

    /// A value as another type sees it: lists become structs, headers and stacks.
    pub(super) fn convert(&mut self, value: Value, ty: TypeId, span: Span) -> Res<Value> {
        let class = self.class(ty, span)?;
        match (value, &class) {
            (Value::List(parts), Class::Header(_)) => self.aggregate(parts, &class, span),
            (Value::List(parts), Class::Struct { .. } | Class::Stack { .. } | Class::List(_)) => {
                let types = self.part_types(&class, parts.len());
                let mut converted = Vec::new();
                for ((_, part), (name, ty)) in parts.into_iter().zip(types) {
                    converted.push((name, self.convert(part, ty, span)?));
                }
                Ok(Value::List(converted))
            }
            (Value::At(Loc::Struct(parts)), Class::Header(_)) => {
                let mut named = Vec::new();
                for (i, (_, part)) in parts.iter().enumerate() {
                    named.push((index_name(i as u32), self.read(part, span)?));
                }
                self.aggregate(named, &class, span)
            }
            (Value::Scalar(expr), Class::Scalar(ty)) => Ok(Value::Scalar(Expr::cast(expr, *ty, span))),
            (value, _) => Ok(value),
        }
    }

    fn cast(&mut self, a: &'h hir::Expr, e: &'h hir::Expr) -> Res<Value> {
        if self.is_int(a) {
            return match self.try_constant(e)? {
                Some(value) => self.constant_value(&value, e.ty, e.span),
                None => {
                    let value = self.integer(a)?;
                    self.convert(Value::Scalar(value), e.ty, e.span)
                }
            };
        }
        let value = self.value(a)?;
        self.convert(value, e.ty, e.span)
    }

    /// The extern instance behind an object expression; `None` for a packet.
    pub(super) fn extern_object(&mut self, value: &Value, span: Span) -> Res<Option<ir::ExternId>> {
        match value {
            Value::Packet => Ok(None),
            Value::Object(object) => match self.objects[*object].kind {
                ObjectKind::Extern { id, .. } => Ok(Some(id)),
                ObjectKind::Control(_) | ObjectKind::Parser(_) => {
                    Err(self.bug(span, "a method of a control or parser"))
                }
            },
            _ => Err(self.bug(span, "a method of something that is no object")),
        }
    }
}

/// An index or amount as an unsigned number.
pub(super) fn unsigned(e: Expr) -> Expr {
    let span = e.span;
    match e.ty {
        ScalarType::Bits { width, signed: true } => Expr::cast(e, ScalarType::bit(width), span),
        _ => e,
    }
}

/// `next_index - 1`
fn minus_one(next_index: ir::LocalId, span: Span) -> Expr {
    let ty = ScalarType::bit(32);
    let one = Expr::constant(1u8, ty, span);
    Expr::binary(BinaryOp::Sub, Expr::local(next_index, ty, span), one, ty, span)
}
