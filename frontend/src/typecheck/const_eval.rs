//! Compile-time evaluation of expressions.
//!
//! In: a typed expression, and values for those variables (constructor parameters, in the main) that have one.
//! Out: its value, wrapped to the width of its type, or why it has none. The expression must not mention type
//! parameters: who specialises a generic body substitutes first.

mod arithmetic;

use crate::hir::{
    Argument, Call, Callee, ConstValue, Expr, ExprKind, FunctionKind, Program, Sort, StructKind, Type,
    TypeId, VarId,
};
use crate::source::Span;
pub use arithmetic::wrap;
use num_bigint::BigInt;
use num_traits::{One, ToPrimitive, Zero};
use std::borrow::Cow;
use std::sync::Arc;

/// Why an expression has no value at compile time, and which part of it is to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong with the part.
    pub why: Why,
    /// The part.
    pub span: Span,
}

/// What is wrong with a part of an expression that has no value at compile time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is known at run time only, or is yet to be bound.
    NotKnown,
    /// It was reported as wrong.
    Reported,
    /// `/` or `%` by zero.
    DivisionByZero,
    /// `/` or `%` with a negative operand.
    NegativeDivision,
    /// A shift by a negative amount.
    NegativeShift,
    /// A shift whose result would not fit into memory.
    TooLarge,
    /// An index beyond the end.
    OutOfBounds,
    /// A cast of a value that the destination does not have (`(bool)2`).
    BadCast,
    /// `static_assert(false, ..)`, with its message.
    AssertionFailed(Option<Arc<str>>),
}

impl Why {
    /// The fault of this part.
    pub fn at(self, span: Span) -> Fault {
        Fault { why: self, span }
    }
}

/// Values of variables that are known at compile time.
pub type Bindings<'a> = dyn Fn(VarId) -> Option<ConstValue> + 'a;

/// The value of an expression under bindings.
///
/// # Errors
/// Why it has no value, and which part is to blame.
pub fn eval(program: &Program, e: &Expr, bindings: &Bindings<'_>) -> Result<ConstValue, Fault> {
    Evaluator { program, bindings }.expr(e)
}

/// The value of an expression that is local compile-time known.
///
/// # Errors
/// Why it has no value, and which part is to blame.
pub fn eval_local(program: &Program, e: &Expr) -> Result<ConstValue, Fault> {
    eval(program, e, &|_| None)
}

/// Largest default value that is spelt out.
const MAX_LEAVES: u64 = 1 << 20;

/// How many simple values a value of the type has.
fn leaves(program: &Program, ty: TypeId) -> u64 {
    match program.types[ty].sort() {
        Sort::Struct(id, _) => {
            let fields = program.structs[id].fields.iter();
            fields.fold(1u64, |sum, field| sum.saturating_add(leaves(program, field.ty)))
        }
        Sort::Tuple(elements) => {
            elements.iter().fold(1u64, |sum, &element| sum.saturating_add(leaves(program, element)))
        }
        Sort::Stack { element, size } => leaves(program, *element).saturating_mul(size.into()),
        Sort::Unknown | Sort::Simple | Sort::List(_) | Sort::Object(_) | Sort::Other => 1,
    }
}

/// The default value of a type (section "Default values"), if it has one.
pub fn default_value(program: &Program, ty: TypeId) -> Option<ConstValue> {
    match &program.types[ty] {
        Type::Bool => Some(ConstValue::Bool(false)),
        Type::Int | Type::Bits { .. } | Type::Varbit(_) => Some(ConstValue::Int(BigInt::zero())),
        Type::String => Some(ConstValue::String(Arc::from(""))),
        Type::ErrorCode => program
            .errors
            .iter()
            .find(|(_, error)| &*error.name == "NoError")
            .map(|(id, _)| ConstValue::Error(id)),
        Type::Enum(id) => match program.enums[*id].underlying {
            Some(_) => Some(ConstValue::Int(BigInt::zero())),
            None => Some(ConstValue::EnumMember(0)),
        },
        Type::NewType(id) => default_value(program, program.new_types[*id].underlying),
        Type::Struct(id, args) => {
            let decl = &program.structs[*id];
            match decl.kind {
                StructKind::Header | StructKind::HeaderUnion => Some(ConstValue::InvalidHeader),
                StructKind::Struct if args.is_empty() => {
                    let fields = decl.fields.iter().map(|field| default_value(program, field.ty));
                    fields.collect::<Option<_>>().map(ConstValue::Aggregate)
                }
                StructKind::Struct => None,
            }
        }
        Type::Stack { element, size } => {
            let element = default_value(program, *element)?;
            Some(ConstValue::Aggregate(vec![element; *size as usize]))
        }
        Type::Tuple(elements) => {
            let values = elements.iter().map(|&element| default_value(program, element));
            values.collect::<Option<_>>().map(ConstValue::Aggregate)
        }
        Type::List(_) => Some(ConstValue::Aggregate(Vec::new())),
        Type::Error
        | Type::Void
        | Type::MatchKind
        | Type::Set(_)
        | Type::Var(_)
        | Type::Extern(..)
        | Type::Parser(..)
        | Type::Control(..)
        | Type::Package(..)
        | Type::Action(_)
        | Type::Function(_)
        | Type::Table(_)
        | Type::ApplyResult(_)
        | Type::ActionRun(_)
        | Type::Infer(_) => None,
    }
}

struct Evaluator<'a> {
    program: &'a Program,
    bindings: &'a Bindings<'a>,
}

impl Evaluator<'_> {
    fn expr(&self, e: &Expr) -> Result<ConstValue, Fault> {
        let not_known = || Why::NotKnown.at(e.span);
        match &e.kind {
            ExprKind::Literal(value) => Ok(value.clone()),
            ExprKind::Variable(var) => (self.bindings)(*var).ok_or_else(not_known),
            ExprKind::Constant(id) => {
                let constant = &self.program.constants[*id];
                match &constant.value {
                    Some(value) => Ok(value.clone()),
                    None => self.expr(&constant.init),
                }
            }
            ExprKind::Field(..) | ExprKind::Index(..) => Ok(self.part(e)?.into_owned()),
            ExprKind::StackSize(base) => match self.program.types[base.ty] {
                Type::Stack { size, .. } => Ok(ConstValue::Int(size.into())),
                _ => Err(not_known()),
            },
            ExprKind::Slice { base, hi, lo } => {
                let width = hi.saturating_sub(*lo) + 1;
                Ok(ConstValue::Int(wrap(self.int(base)? >> *lo, width, false)))
            }
            ExprKind::PlusSlice { base, lo, width } => {
                let lo = self.int(lo)?.to_u32().ok_or(Why::OutOfBounds.at(lo.span))?;
                Ok(ConstValue::Int(wrap(self.int(base)? >> lo, *width, false)))
            }
            ExprKind::Unary(op, operand) => {
                let operand = self.expr(operand)?;
                arithmetic::unary(*op, operand, self.program.representation(e.ty)).ok_or_else(not_known)
            }
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right, e),
            ExprKind::Conditional(condition, then, otherwise) => {
                if self.bool(condition)? {
                    self.expr(then)
                } else {
                    self.expr(otherwise)
                }
            }
            ExprKind::Cast(operand) => self.cast(operand, e),
            ExprKind::Aggregate(parts, _) => {
                Ok(ConstValue::Aggregate(parts.iter().map(|part| self.expr(part)).collect::<Result<_, _>>()?))
            }
            ExprKind::InvalidHeader => Ok(ConstValue::InvalidHeader),
            ExprKind::Default if leaves(self.program, e.ty) > MAX_LEAVES => Err(Why::TooLarge.at(e.span)),
            ExprKind::Default => default_value(self.program, e.ty).ok_or_else(not_known),
            ExprKind::Call(call) => self.call(call),
            ExprKind::Instance(_)
            | ExprKind::This
            | ExprKind::Construct(_)
            | ExprKind::StackNext(_)
            | ExprKind::StackLast(_)
            | ExprKind::StackLastIndex(_)
            | ExprKind::TableHit { .. }
            | ExprKind::TableActionRun(_)
            | ExprKind::ActionName(_) => Err(not_known()),
            ExprKind::Error => Err(Why::Reported.at(e.span)),
        }
    }

    /// A field or element, without a copy of what it is a part of where that is a constant.
    fn part<'e>(&'e self, e: &'e Expr) -> Result<Cow<'e, ConstValue>, Fault> {
        let (base, at, span) = match &e.kind {
            ExprKind::Field(base, position) => (base, *position as usize, e.span),
            ExprKind::Index(base, index) => {
                (base, self.int(index)?.to_usize().ok_or(Why::OutOfBounds.at(index.span))?, index.span)
            }
            ExprKind::Constant(id) => {
                return match &self.program.constants[*id].value {
                    Some(value) => Ok(Cow::Borrowed(value)),
                    None => self.expr(e).map(Cow::Owned),
                };
            }
            _ => return self.expr(e).map(Cow::Owned),
        };
        let found = match self.part(base)? {
            Cow::Borrowed(ConstValue::Aggregate(parts)) => parts.get(at).map(Cow::Borrowed),
            Cow::Owned(ConstValue::Aggregate(parts)) => parts.into_iter().nth(at).map(Cow::Owned),
            Cow::Borrowed(_) | Cow::Owned(_) => return Err(Why::NotKnown.at(e.span)),
        };
        found.ok_or(Why::OutOfBounds.at(span))
    }

    fn binary(
        &self,
        op: crate::hir::BinaryOp,
        left: &Expr,
        right: &Expr,
        e: &Expr,
    ) -> Result<ConstValue, Fault> {
        use crate::hir::BinaryOp;
        if op == BinaryOp::And {
            return Ok(ConstValue::Bool(self.bool(left)? && self.bool(right)?));
        }
        if op == BinaryOp::Or {
            return Ok(ConstValue::Bool(self.bool(left)? || self.bool(right)?));
        }
        let (a, b) = (self.expr(left)?, self.expr(right)?);
        arithmetic::binary(
            op,
            (a, self.program.representation(left.ty)),
            (b, self.program.representation(right.ty)),
            e.span,
        )
    }

    /// Only `static_assert` has a meaning of its own at compile time.
    fn call(&self, call: &Call) -> Result<ConstValue, Fault> {
        let Callee::Function(id) = call.callee else {
            return Err(Why::NotKnown.at(call.span));
        };
        let function = &self.program.functions[id];
        if function.kind != FunctionKind::Extern || &*function.name.name != "static_assert" {
            return Err(Why::NotKnown.at(call.span));
        }
        let argument = |index: usize| match call.args.get(index) {
            Some(Argument::Value(value)) => Some(value),
            Some(Argument::Ignored(_) | Argument::Missing) | None => None,
        };
        let check = argument(0).ok_or(Why::NotKnown.at(call.span))?;
        if self.bool(check)? {
            return Ok(ConstValue::Bool(true));
        }
        let message = match argument(1).map(|message| self.expr(message)) {
            Some(Ok(ConstValue::String(text))) => Some(text),
            Some(_) | None => None,
        };
        Err(Why::AssertionFailed(message).at(call.span))
    }

    fn cast(&self, operand: &Expr, e: &Expr) -> Result<ConstValue, Fault> {
        let value = self.expr(operand)?;
        let to = self.program.underlying(e.ty);
        match (&self.program.types[to], value) {
            (Type::Bits { width, signed }, ConstValue::Int(value)) => {
                Ok(ConstValue::Int(wrap(value, *width, *signed)))
            }
            (Type::Bits { .. } | Type::Int, ConstValue::Bool(value)) => {
                Ok(ConstValue::Int(u8::from(value).into()))
            }
            (Type::Bool, ConstValue::Int(value)) => {
                if value.is_zero() || value.is_one() {
                    Ok(ConstValue::Bool(value.is_one()))
                } else {
                    Err(Why::BadCast.at(e.span))
                }
            }
            (_, value) => Ok(value),
        }
    }

    fn int(&self, e: &Expr) -> Result<BigInt, Fault> {
        match self.expr(e)? {
            ConstValue::Int(value) => Ok(value),
            _ => Err(Why::NotKnown.at(e.span)),
        }
    }

    fn bool(&self, e: &Expr) -> Result<bool, Fault> {
        match self.expr(e)? {
            ConstValue::Bool(value) => Ok(value),
            _ => Err(Why::NotKnown.at(e.span)),
        }
    }
}
