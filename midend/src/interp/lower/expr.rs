//! Expressions, l-values and arguments.

use super::Lowering;
use crate::interp::code::{Access, Any, ArgCode, Dst, Narrow, Scalar, Var, Wide};
use crate::interp::layout::Slot;
use crate::interp::value::{NARROW, Value, mask};
use crate::ir::{Arg, BinaryOp, Expr, ExprKind, HeaderRef, LValue, ScalarType, UnaryOp};
use crate::ir::{Comparison, OpClass};
use cranelift_entity::EntityRef;

/// Does a value of this type fit a machine integer?
fn is_narrow(ty: ScalarType) -> bool {
    ty.width() <= NARROW && !is_var(ty)
}

fn is_var(ty: ScalarType) -> bool {
    matches!(ty, ScalarType::Varbit { .. })
}

impl Lowering<'_> {
    /// Any expression.
    pub(super) fn any(&mut self, e: &Expr) -> Any {
        self.deeper(e.span, Any::Narrow(Narrow::Const(0)), |this| {
            if is_var(e.ty) {
                Any::Var(this.lower_var(e))
            } else if is_narrow(e.ty) {
                Any::Narrow(this.lower_narrow(e))
            } else {
                Any::Wide(this.lower_wide(e))
            }
        })
    }

    /// An expression with its width.
    pub(super) fn scalar(&mut self, e: &Expr) -> Scalar {
        Scalar { value: self.any(e), width: e.ty.width() }
    }

    /// An expression whose value is needed as a machine integer; a wide one saturates.
    pub(super) fn narrow(&mut self, e: &Expr) -> Narrow {
        match self.any(e) {
            Any::Narrow(n) => n,
            Any::Wide(w) => Narrow::Saturate(Box::new(w)),
            Any::Var(_) => Narrow::Const(0),
        }
    }

    fn wide(&mut self, e: &Expr) -> Wide {
        match self.any(e) {
            Any::Wide(w) => w,
            Any::Narrow(n) => Wide::Extend(Box::new(n), e.ty.width(), false, e.ty.width()),
            Any::Var(_) => Wide::Const(Default::default()),
        }
    }

    fn var(&mut self, e: &Expr) -> Var {
        match self.any(e) {
            Any::Var(v) => v,
            Any::Narrow(_) | Any::Wide(_) => Var::Empty,
        }
    }

    pub(super) fn access(&mut self, header: &HeaderRef) -> Access {
        match header {
            HeaderRef::Header(h) => Access::Fixed(h.index() as u32),
            HeaderRef::Element { stack, index } => {
                if let ExprKind::Const(v) = &index.kind {
                    let at = Value::new(v, NARROW).saturate();
                    let elements = self.layout.stacks.get(stack.index()).map(|s| &s.elements);
                    let header = usize::try_from(at).ok().and_then(|i| elements?.get(i).copied());
                    // Out of range there is no header: a position that no header has.
                    return Access::Fixed(header.unwrap_or(u32::MAX));
                }
                Access::Element(stack.index() as u32, Box::new(self.narrow(index)))
            }
            HeaderRef::Next(stack) => {
                self.guards.push((stack.index() as u32, true));
                Access::Next(stack.index() as u32)
            }
            HeaderRef::Last(stack) => {
                self.guards.push((stack.index() as u32, false));
                Access::Last(stack.index() as u32)
            }
        }
    }

    /// A field: its header and slot; absolute if the header is fixed and exists.
    fn field(&mut self, header: &HeaderRef, field: u32) -> (Option<Access>, Slot) {
        let ty = match header {
            HeaderRef::Header(h) => self.layout.type_of_header(*h),
            HeaderRef::Element { stack, .. } | HeaderRef::Next(stack) | HeaderRef::Last(stack) => {
                self.layout.type_of_stack(*stack)
            }
        };
        let slot = ty.and_then(|t| t.fields.get(field as usize)).map_or(Slot::Narrow(u32::MAX), |f| f.slot);
        match self.access(header) {
            Access::Fixed(u32::MAX) => (Some(Access::Fixed(u32::MAX)), slot),
            Access::Fixed(h) => (None, self.layout.absolute(h as usize, slot)),
            access => (Some(access), slot),
        }
    }

    fn lower_narrow(&mut self, e: &Expr) -> Narrow {
        let width = e.ty.width();
        let signed = e.ty.is_signed();
        match &e.kind {
            ExprKind::Const(v) => Narrow::Const(Value::new(v, width).saturate()),
            ExprKind::Local(l) => Narrow::Load(self.narrow_local(*l)),
            ExprKind::Field { header, field } => match self.field(header, *field) {
                (None, Slot::Narrow(slot)) => Narrow::Load(slot),
                (Some(access), Slot::Narrow(slot)) => Narrow::LoadField(access, slot),
                (_, Slot::Wide(_) | Slot::Var(_)) => Narrow::Const(0),
            },
            ExprKind::IsValid(header) => Narrow::Valid(self.access(header)),
            ExprKind::Unary(UnaryOp::Neg, a) => Narrow::Neg(Box::new(self.narrow(a)), width),
            ExprKind::Unary(UnaryOp::Not | UnaryOp::Complement, a) => {
                Narrow::Flip(Box::new(self.narrow(a)), mask(width))
            }
            ExprKind::Binary(op, a, b) => self.narrow_binary(*op, a, b, width, signed),
            ExprKind::Conditional(c, a, b) => {
                Narrow::Conditional(Box::new([self.narrow(c), self.narrow(a), self.narrow(b)]))
            }
            ExprKind::Cast(a) => {
                let from = a.ty.width();
                match self.any(a) {
                    Any::Narrow(n) if width < from => Narrow::Truncate(Box::new(n), mask(width)),
                    Any::Narrow(n) if width > from && a.ty.is_signed() => {
                        Narrow::SignExtend(Box::new(n), from, width)
                    }
                    Any::Narrow(n) => n,
                    Any::Wide(w) => Narrow::SliceWide(Box::new(w), 0, width),
                    Any::Var(_) => Narrow::Const(0),
                }
            }
            ExprKind::Slice { base, lo, .. } => match self.any(base) {
                Any::Narrow(n) => Narrow::Slice(Box::new(n), *lo, mask(width)),
                Any::Wide(w) => Narrow::SliceWide(Box::new(w), *lo, width),
                Any::Var(_) => Narrow::Const(0),
            },
        }
    }

    fn narrow_binary(&mut self, op: BinaryOp, a: &Expr, b: &Expr, width: u32, signed: bool) -> Narrow {
        match op.class() {
            OpClass::Concat => {
                Narrow::Concat(Box::new([self.narrow(a), self.narrow(b)]), b.ty.width().min(NARROW))
            }
            OpClass::Comparison(Comparison::Eq | Comparison::Ne) if is_var(a.ty) => {
                let equal = Narrow::EqualVar(Box::new([self.var(a), self.var(b)]));
                if op == BinaryOp::Eq { equal } else { Narrow::Flip(Box::new(equal), 1) }
            }
            OpClass::Comparison(_) => {
                let (width, signed) = (a.ty.width(), a.ty.is_signed());
                if is_narrow(a.ty) {
                    Narrow::Binary(op, width, signed, Box::new([self.narrow(a), self.narrow(b)]))
                } else {
                    Narrow::CompareWide(op, width, signed, Box::new([self.wide(a), self.wide(b)]))
                }
            }
            OpClass::Arithmetic | OpClass::Shift | OpClass::Logic => {
                Narrow::Binary(op, width, signed, Box::new([self.narrow(a), self.narrow(b)]))
            }
        }
    }

    fn lower_wide(&mut self, e: &Expr) -> Wide {
        let width = e.ty.width();
        let signed = e.ty.is_signed();
        match &e.kind {
            ExprKind::Const(v) => Wide::Const(Value::new(v, width).to_big()),
            ExprKind::Local(l) => match self.layout.local(*l) {
                Slot::Wide(slot) => Wide::Load(slot),
                Slot::Narrow(_) | Slot::Var(_) => Wide::Const(Default::default()),
            },
            ExprKind::Field { header, field } => match self.field(header, *field) {
                (None, Slot::Wide(slot)) => Wide::Load(slot),
                (Some(access), Slot::Wide(slot)) => Wide::LoadField(access, slot),
                (_, Slot::Narrow(_) | Slot::Var(_)) => Wide::Const(Default::default()),
            },
            ExprKind::IsValid(_) => Wide::Const(Default::default()),
            ExprKind::Unary(UnaryOp::Neg, a) => Wide::Neg(Box::new(self.wide(a)), width),
            ExprKind::Unary(UnaryOp::Not | UnaryOp::Complement, a) => {
                Wide::Complement(Box::new(self.wide(a)), width)
            }
            ExprKind::Binary(op, a, b) => match op.class() {
                OpClass::Shift => {
                    let amount = self.narrow(b);
                    let value = self.wide(a);
                    Wide::Shift(*op == BinaryOp::Shl, Box::new(value), Box::new(amount), width, signed)
                }
                OpClass::Concat => Wide::Concat(Box::new([self.wide(a), self.wide(b)]), b.ty.width()),
                OpClass::Arithmetic | OpClass::Logic | OpClass::Comparison(_) => {
                    Wide::Binary(*op, width, signed, Box::new([self.wide(a), self.wide(b)]))
                }
            },
            ExprKind::Conditional(c, a, b) => {
                Wide::Conditional(Box::new(self.narrow(c)), Box::new([self.wide(a), self.wide(b)]))
            }
            ExprKind::Cast(a) => {
                let (from, from_signed) = (a.ty.width(), a.ty.is_signed());
                match self.any(a) {
                    Any::Narrow(n) => Wide::Extend(Box::new(n), from, from_signed, width),
                    Any::Wide(w) => Wide::Resize(Box::new(w), from, from_signed, width),
                    Any::Var(_) => Wide::Const(Default::default()),
                }
            }
            ExprKind::Slice { base, lo, .. } => Wide::Slice(Box::new(self.wide(base)), *lo, width),
        }
    }

    fn lower_var(&mut self, e: &Expr) -> Var {
        match &e.kind {
            ExprKind::Local(l) => match self.layout.local(*l) {
                Slot::Var(slot) => Var::Load(slot),
                Slot::Narrow(_) | Slot::Wide(_) => Var::Empty,
            },
            ExprKind::Field { header, field } => match self.field(header, *field) {
                (None, Slot::Var(slot)) => Var::Load(slot),
                (Some(access), Slot::Var(slot)) => Var::LoadField(access, slot),
                (_, Slot::Narrow(_) | Slot::Wide(_)) => Var::Empty,
            },
            ExprKind::Conditional(c, a, b) => {
                Var::Conditional(Box::new(self.narrow(c)), Box::new([self.var(a), self.var(b)]))
            }
            ExprKind::Const(_)
            | ExprKind::IsValid(_)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Cast(_)
            | ExprKind::Slice { .. } => Var::Empty,
        }
    }

    /// An l-value.
    pub(super) fn dst(&mut self, lvalue: &LValue) -> Dst {
        match lvalue {
            LValue::Local(l) => {
                let width = self.program.locals[*l].ty.width();
                Dst { header: None, slot: self.layout.local(*l), width, part: None }
            }
            LValue::Field { header, field } => {
                let ty = match header {
                    HeaderRef::Header(h) => self.layout.type_of_header(*h),
                    HeaderRef::Element { stack, .. } | HeaderRef::Next(stack) | HeaderRef::Last(stack) => {
                        self.layout.type_of_stack(*stack)
                    }
                };
                let (slot, width) = ty
                    .and_then(|t| t.fields.get(*field as usize))
                    .map_or((Slot::Narrow(u32::MAX), 0), |f| (f.slot, f.width));
                Dst { header: Some(self.access(header)), slot, width, part: None }
            }
            LValue::Slice { base, hi, lo } => {
                let mut dst = self.dst(base);
                let (from, _) = dst.part.unwrap_or((0, 0));
                dst.part = Some((from + lo, hi - lo + 1));
                dst
            }
        }
    }

    /// An argument.
    pub(super) fn arg(&mut self, arg: &Arg) -> ArgCode {
        match arg {
            Arg::In(e) => ArgCode::In(self.scalar(e)),
            Arg::While { condition, value } => ArgCode::While(self.narrow(condition), self.scalar(value)),
            Arg::Out(l) => ArgCode::Out(self.dst(l)),
            Arg::Header(h) => ArgCode::Header(self.access(h)),
            Arg::Stack(s) => ArgCode::Stack(s.index() as u32),
            Arg::Struct(fields) => {
                ArgCode::Struct(fields.iter().map(|(name, a)| (name.clone(), self.arg(a))).collect())
            }
            Arg::String(s) => ArgCode::String(s.clone()),
            Arg::Extern(_) => ArgCode::Extern,
            Arg::Packet => ArgCode::Packet,
            Arg::Missing => ArgCode::Missing,
        }
    }
}
