//! Expressions by their form, for code that treats most of them alike. In: an expression. Out: how it reaches into
//! something, or what it is made of.

use super::{Call, Construct, Expr, ExprKind, VarId};

/// How an expression reaches a variable or a part of something.
#[derive(Clone, Copy, Debug)]
pub enum Access<'e> {
    /// A parameter or local variable.
    Variable(VarId),
    /// A field or tuple element.
    Field(&'e Expr, u32),
    /// `s[i]`
    Index(&'e Expr, &'e Expr),
    /// `s.next`
    Next(&'e Expr),
    /// `s.last`
    Last(&'e Expr),
    /// `e[hi:lo]`: base, highest and lowest bit.
    Slice(&'e Expr, u32, u32),
    /// `e[lo +: width]`: base and lowest bit.
    PlusSlice(&'e Expr, &'e Expr),
    /// A conversion.
    Cast(&'e Expr),
    /// A value of its own, no part of anything.
    Value,
}

/// What an expression is made of.
#[derive(Clone, Copy, Debug)]
pub enum Parts<'e> {
    /// Operands, in order; none for literals, names and the like.
    Operands([Option<&'e Expr>; 3]),
    /// The fields of a tuple, list, struct or header.
    Fields(&'e [Expr]),
    /// A call, and perhaps what of its result is asked for.
    Call(&'e Call),
    /// A constructor call.
    Construct(&'e Construct),
}

impl Expr {
    /// How the expression reaches what it stands for.
    pub fn access(&self) -> Access<'_> {
        match &self.kind {
            ExprKind::Variable(id) => Access::Variable(*id),
            ExprKind::Field(base, field) => Access::Field(base, *field),
            ExprKind::Index(base, index) => Access::Index(base, index),
            ExprKind::StackNext(base) => Access::Next(base),
            ExprKind::StackLast(base) => Access::Last(base),
            ExprKind::Slice { base, hi, lo } => Access::Slice(base, *hi, *lo),
            ExprKind::PlusSlice { base, lo, .. } => Access::PlusSlice(base, lo),
            ExprKind::Cast(base) => Access::Cast(base),
            ExprKind::Literal(_)
            | ExprKind::Constant(_)
            | ExprKind::Instance(_)
            | ExprKind::This
            | ExprKind::Construct(_)
            | ExprKind::StackLastIndex(_)
            | ExprKind::StackSize(_)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Conditional(..)
            | ExprKind::Aggregate(..)
            | ExprKind::InvalidHeader
            | ExprKind::Default
            | ExprKind::Call(_)
            | ExprKind::TableHit { .. }
            | ExprKind::TableActionRun(_)
            | ExprKind::ActionName(_)
            | ExprKind::Error => Access::Value,
        }
    }

    /// What the expression is made of, in the order of evaluation.
    pub fn parts(&self) -> Parts<'_> {
        match &self.kind {
            ExprKind::Literal(_)
            | ExprKind::Variable(_)
            | ExprKind::Constant(_)
            | ExprKind::Instance(_)
            | ExprKind::This
            | ExprKind::InvalidHeader
            | ExprKind::Default
            | ExprKind::ActionName(_)
            | ExprKind::Error => Parts::Operands([None, None, None]),
            ExprKind::Field(base, _)
            | ExprKind::StackNext(base)
            | ExprKind::StackLast(base)
            | ExprKind::StackLastIndex(base)
            | ExprKind::StackSize(base)
            | ExprKind::Slice { base, .. }
            | ExprKind::Unary(_, base)
            | ExprKind::Cast(base) => Parts::Operands([Some(base), None, None]),
            ExprKind::Index(a, b)
            | ExprKind::Binary(_, a, b)
            | ExprKind::PlusSlice { base: a, lo: b, .. } => Parts::Operands([Some(a), Some(b), None]),
            ExprKind::Conditional(a, b, c) => Parts::Operands([Some(a), Some(b), Some(c)]),
            ExprKind::Aggregate(fields, _) => Parts::Fields(fields),
            ExprKind::Construct(construct) => Parts::Construct(construct),
            ExprKind::Call(call)
            | ExprKind::TableHit { apply: call, .. }
            | ExprKind::TableActionRun(call) => Parts::Call(call),
        }
    }
}
