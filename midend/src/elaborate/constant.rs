//! Compile-time evaluation of HIR expressions, with the constructor arguments now in force.
//!
//! The checker has evaluated what does not depend on constructor parameters; this is for the rest.

use super::env::Binding;
use super::types::Class;
use super::value::{Value, pattern};
use super::{Elaborator, Res};
use num_bigint::{BigInt, Sign};
use num_traits::{ToPrimitive, Zero};
use p4xdp_frontend::hir::{self, BinaryOp, ConstValue, ExprKind, TypeId, UnaryOp};
use p4xdp_frontend::source::Span;

/// Bits that a left shift of an `int` may add.
const MOST_SHIFT: u64 = 1 << 16;

impl<'h> Elaborator<'h> {
    /// The value of an expression that must be known at compile time.
    pub(super) fn constant(&mut self, expr: &hir::Expr) -> Res<ConstValue> {
        match self.try_constant(expr)? {
            Some(value) => Ok(value),
            None => Err(self.unsupported(expr.span, "a value here that is not known at compile time")),
        }
    }

    /// A compile-time number that must fit `u64`.
    pub(super) fn constant_u64(&mut self, expr: &hir::Expr) -> Res<u64> {
        match self.constant(expr)? {
            ConstValue::Int(i) => match i.to_u64() {
                Some(value) => Ok(value),
                None => Err(self.unsupported(expr.span, "a number as large as this one")),
            },
            _ => Err(self.bug(expr.span, "a number was expected here")),
        }
    }

    /// The value of an expression, if it is known at compile time.
    pub(super) fn try_constant(&mut self, expr: &hir::Expr) -> Res<Option<ConstValue>> {
        let hir = self.hir;
        Ok(match &expr.kind {
            ExprKind::Literal(value) => Some(value.clone()),
            ExprKind::Variable(var) => match self.env.vars.get(var) {
                Some(Binding::Const(value)) => Some(value.clone()),
                _ => None,
            },
            ExprKind::Constant(id) => match &hir.constants[*id].value {
                Some(value) => Some(value.clone()),
                None => self.try_constant(&hir.constants[*id].init)?,
            },
            ExprKind::Field(base, field) => match self.try_constant(base)? {
                Some(ConstValue::Aggregate(parts)) => parts.get(*field as usize).cloned(),
                _ => None,
            },
            ExprKind::Index(base, index) => match (self.try_constant(base)?, self.try_constant(index)?) {
                (Some(ConstValue::Aggregate(parts)), Some(ConstValue::Int(i))) => {
                    i.to_usize().and_then(|i| parts.get(i).cloned())
                }
                _ => None,
            },
            ExprKind::StackSize(base) => {
                let ty = self.mono(base.ty);
                match self.types.list[ty] {
                    hir::Type::Stack { size, .. } => Some(ConstValue::Int(size.into())),
                    _ => None,
                }
            }
            ExprKind::Slice { base, hi, lo } => match self.try_constant(base)? {
                Some(ConstValue::Int(i)) => {
                    let width = hi.saturating_sub(*lo) + 1;
                    Some(ConstValue::Int(pattern(&(i >> *lo), width).into()))
                }
                _ => None,
            },
            ExprKind::Unary(op, a) => match (op, self.try_constant(a)?) {
                (UnaryOp::Not, Some(ConstValue::Bool(b))) => Some(ConstValue::Bool(!b)),
                (UnaryOp::Neg, Some(ConstValue::Int(i))) => Some(self.fit(-i, expr.ty, expr.span)?),
                (UnaryOp::Plus, value @ Some(ConstValue::Int(_))) => value,
                (UnaryOp::Complement, Some(ConstValue::Int(i))) => {
                    Some(self.fit(-i - 1, expr.ty, expr.span)?)
                }
                _ => None,
            },
            ExprKind::Binary(op, a, b) => {
                let a_value = self.try_constant(a)?;
                match (op, &a_value) {
                    (BinaryOp::And, Some(ConstValue::Bool(false)))
                    | (BinaryOp::Or, Some(ConstValue::Bool(true))) => return Ok(a_value),
                    _ => {}
                }
                match (a_value, self.try_constant(b)?) {
                    (Some(a), Some(b_value)) => self.constant_binary(*op, a, b_value, expr, b)?,
                    _ => None,
                }
            }
            ExprKind::Conditional(c, a, b) => match self.try_constant(c)? {
                Some(ConstValue::Bool(true)) => self.try_constant(a)?,
                Some(ConstValue::Bool(false)) => self.try_constant(b)?,
                _ => None,
            },
            ExprKind::Cast(a) => match self.try_constant(a)? {
                Some(value) => self.constant_cast(value, expr)?,
                None => None,
            },
            ExprKind::Aggregate(parts, _) => {
                let mut values = Vec::new();
                for part in parts {
                    match self.try_constant(part)? {
                        Some(value) => values.push(value),
                        None => return Ok(None),
                    }
                }
                Some(ConstValue::Aggregate(values))
            }
            ExprKind::Call(call) if self.is_static_assert(call) => {
                self.static_assert(call)?;
                Some(ConstValue::Bool(true))
            }
            ExprKind::InvalidHeader => Some(ConstValue::InvalidHeader),
            ExprKind::Default => Some(self.default_constant(expr.ty, expr.span)?),
            ExprKind::Instance(_)
            | ExprKind::This
            | ExprKind::Construct(_)
            | ExprKind::StackNext(_)
            | ExprKind::StackLast(_)
            | ExprKind::StackLastIndex(_)
            | ExprKind::PlusSlice { .. }
            | ExprKind::Call(_)
            | ExprKind::TableHit { .. }
            | ExprKind::TableActionRun(_)
            | ExprKind::ActionName(_)
            | ExprKind::Error => None,
        })
    }

    /// The default value of a type.
    fn default_constant(&mut self, ty: TypeId, span: Span) -> Res<ConstValue> {
        use crate::ir::ScalarType;
        let class = self.class(ty, span)?;
        Ok(match class {
            Class::Scalar(ScalarType::Bool) => ConstValue::Bool(false),
            Class::Scalar(ScalarType::Enum(_)) => ConstValue::EnumMember(0),
            Class::Scalar(_) | Class::Int => ConstValue::Int(BigInt::zero()),
            Class::Header(_) | Class::Union(_) => ConstValue::InvalidHeader,
            Class::Struct { .. } | Class::Stack { .. } | Class::List(_) => {
                let mut parts = Vec::new();
                for (_, ty) in self.part_types(&class, 0) {
                    parts.push(self.default_constant(ty, span)?);
                }
                ConstValue::Aggregate(parts)
            }
            Class::String => ConstValue::String("".into()),
            Class::Void | Class::Opaque(_) => return Err(self.bug(span, "a default value of this type")),
        })
    }

    /// A number wrapped to the type's width.
    fn fit(&mut self, value: BigInt, ty: TypeId, span: Span) -> Res<ConstValue> {
        Ok(ConstValue::Int(match self.class(ty, span)? {
            Class::Scalar(ty) => {
                let bits = pattern(&value, ty.width());
                let negative = ty.is_signed() && ty.width() > 0 && bits.bit(u64::from(ty.width()) - 1);
                let bits = BigInt::from_biguint(Sign::Plus, bits);
                if negative { bits - (BigInt::from(1) << ty.width()) } else { bits }
            }
            _ => value,
        }))
    }

    fn constant_cast(&mut self, value: ConstValue, expr: &hir::Expr) -> Res<Option<ConstValue>> {
        let class = self.class(expr.ty, expr.span)?;
        Ok(match (value, class) {
            (ConstValue::Bool(b), Class::Scalar(crate::ir::ScalarType::Bits { .. })) => {
                Some(ConstValue::Int(u8::from(b).into()))
            }
            (ConstValue::Int(i), Class::Scalar(crate::ir::ScalarType::Bool)) => {
                Some(ConstValue::Bool(!i.is_zero()))
            }
            (ConstValue::Int(i), _) => Some(self.fit(i, expr.ty, expr.span)?),
            (value, _) => Some(value),
        })
    }

    fn constant_binary(
        &mut self,
        op: BinaryOp,
        a: ConstValue,
        b: ConstValue,
        expr: &hir::Expr,
        right: &hir::Expr,
    ) -> Res<Option<ConstValue>> {
        match op {
            BinaryOp::Eq => return Ok(Some(ConstValue::Bool(a == b))),
            BinaryOp::Ne => return Ok(Some(ConstValue::Bool(a != b))),
            BinaryOp::And | BinaryOp::Or => {
                return Ok(match (a, b) {
                    (ConstValue::Bool(a), ConstValue::Bool(b)) => {
                        Some(ConstValue::Bool(if op == BinaryOp::And { a && b } else { a || b }))
                    }
                    _ => None,
                });
            }
            _ => {}
        }
        let (a, b) = match (a, b) {
            (ConstValue::Int(a), ConstValue::Int(b)) => (a, b),
            (ConstValue::String(a), ConstValue::String(b)) if op == BinaryOp::Concat => {
                return Ok(Some(ConstValue::String(format!("{a}{b}").into())));
            }
            _ => return Ok(None),
        };
        let value = match op {
            BinaryOp::Add => a + b,
            BinaryOp::Sub => a - b,
            BinaryOp::Mul => a * b,
            BinaryOp::Div | BinaryOp::Mod if b.is_zero() => return Ok(None),
            BinaryOp::Div => a / b,
            BinaryOp::Mod => a % b,
            BinaryOp::SatAdd => return self.saturate(a + b, expr).map(Some),
            BinaryOp::SatSub => return self.saturate(a - b, expr).map(Some),
            BinaryOp::Shl => match b.to_u64() {
                Some(b) if b <= MOST_SHIFT => a << b,
                _ => return Ok(None),
            },
            BinaryOp::Shr => match b.to_u64() {
                Some(b) => a >> b,
                None => return Ok(None),
            },
            BinaryOp::BitAnd => a & b,
            BinaryOp::BitOr => a | b,
            BinaryOp::BitXor => a ^ b,
            BinaryOp::Concat => {
                let width = self.scalar_type(right.ty, right.span)?.width();
                (a << width) | BigInt::from(pattern(&b, width))
            }
            BinaryOp::Lt => return Ok(Some(ConstValue::Bool(a < b))),
            BinaryOp::Le => return Ok(Some(ConstValue::Bool(a <= b))),
            BinaryOp::Gt => return Ok(Some(ConstValue::Bool(a > b))),
            BinaryOp::Ge => return Ok(Some(ConstValue::Bool(a >= b))),
            BinaryOp::Eq | BinaryOp::Ne | BinaryOp::And | BinaryOp::Or => return Ok(None),
        };
        self.fit(value, expr.ty, expr.span).map(Some)
    }

    fn saturate(&mut self, value: BigInt, expr: &hir::Expr) -> Res<ConstValue> {
        let ty = self.scalar_type(expr.ty, expr.span)?;
        let (low, high) = if ty.is_signed() {
            let half = BigInt::from(1) << ty.width().saturating_sub(1);
            (-half.clone(), half - 1)
        } else {
            (BigInt::zero(), (BigInt::from(1) << ty.width()) - 1)
        };
        Ok(ConstValue::Int(value.clamp(low, high)))
    }

    /// The bit patterns of a compile-time value's scalars, in order.
    pub(super) fn constant_patterns(&mut self, expr: &hir::Expr) -> Res<Vec<num_bigint::BigUint>> {
        let value = self.constant(expr)?;
        let value = self.constant_value(&value, expr.ty, expr.span)?;
        let mut scalars = Vec::new();
        self.flatten(value, &mut scalars, expr.span)?;
        Ok(scalars.iter().filter_map(|s| s.as_const().cloned()).collect())
    }

    /// The value of a compile-time expression that may also be an instance.
    pub(super) fn constant_binding(&mut self, expr: &'h hir::Expr, name: &str) -> Res<Binding> {
        match &expr.kind {
            ExprKind::Construct(construct) => {
                let object = self.construct_in_place(construct, name, expr.span)?;
                return Ok(Binding::Object(object));
            }
            ExprKind::Instance(_) | ExprKind::This | ExprKind::Variable(_) => {
                if let Value::Object(object) = self.value(expr)? {
                    return Ok(Binding::Object(object));
                }
            }
            _ => {}
        }
        self.constant(expr).map(Binding::Const)
    }
}
