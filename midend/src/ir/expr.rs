//! Expressions, l-values and arguments of the IR.

use super::{ExternId, HeaderId, LocalId, ScalarType, StackId};
use num_bigint::BigUint;
pub use p4xdp_frontend::operator::{BinaryOp, Comparison, OpClass};
use p4xdp_frontend::source::Span;
use std::sync::Arc;

/// A pure expression over storage.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its type.
    pub ty: ScalarType,
    /// Where it comes from.
    pub span: Span,
}

impl Expr {
    /// A constant; `value` must fit the type.
    pub fn constant(value: impl Into<BigUint>, ty: ScalarType, span: Span) -> Expr {
        Expr { kind: ExprKind::Const(value.into()), ty, span }
    }

    /// `true` or `false`.
    pub fn bool(value: bool, span: Span) -> Expr {
        Expr::constant(u8::from(value), ScalarType::Bool, span)
    }

    /// A local's value.
    pub fn local(local: LocalId, ty: ScalarType, span: Span) -> Expr {
        Expr { kind: ExprKind::Local(local), ty, span }
    }

    /// A header's validity.
    pub fn is_valid(header: HeaderRef, span: Span) -> Expr {
        Expr { kind: ExprKind::IsValid(header), ty: ScalarType::Bool, span }
    }

    /// `!a`
    #[allow(clippy::should_implement_trait, reason = "all expressions are made by functions of this kind")]
    pub fn not(a: Expr) -> Expr {
        let span = a.span;
        Expr { kind: ExprKind::Unary(UnaryOp::Not, Box::new(a)), ty: ScalarType::Bool, span }
    }

    /// A binary operation of type `ty`.
    pub fn binary(op: BinaryOp, a: Expr, b: Expr, ty: ScalarType, span: Span) -> Expr {
        Expr { kind: ExprKind::Binary(op, Box::new(a), Box::new(b)), ty, span }
    }

    /// A conversion; none if the type is that already.
    pub fn cast(a: Expr, ty: ScalarType, span: Span) -> Expr {
        if a.ty == ty { a } else { Expr { kind: ExprKind::Cast(Box::new(a)), ty, span } }
    }

    /// The header and position of the field that it reads, if it does that and nothing else.
    pub fn as_field(&self) -> Option<(&HeaderRef, u32)> {
        if let ExprKind::Field { header, field } = &self.kind { Some((header, *field)) } else { None }
    }

    /// Its value, if it is a constant.
    pub fn as_const(&self) -> Option<&BigUint> {
        if let ExprKind::Const(value) = &self.kind { Some(value) } else { None }
    }
}

/// The kinds of expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A constant as a bit pattern of the type's width (two's complement if signed; bool 0/1; enum and error by position).
    /// A constant varbit is the empty one, 0.
    Const(BigUint),
    /// A local's value.
    Local(LocalId),
    /// A field. Of an invalid header, or of a stack element out of range: zero.
    Field {
        /// Header.
        header: HeaderRef,
        /// Position in the header type.
        field: u32,
    },
    /// Validity (`bool`). Out of range: false.
    IsValid(HeaderRef),
    /// Unary operator; operand of this type.
    Unary(UnaryOp, Box<Expr>),
    /// Binary operator. None fails:
    ///
    /// | Operator | Operands and result |
    /// | --- | --- |
    /// | arithmetic and bitwise | one `Bits` type, modulo 2^w; saturating ones clamp to the type's range; `/` truncates, `%` has the sign of the dividend, and both are 0 by zero |
    /// | `<<`, `>>` | the amount is an unsigned `Bits` of any width; `>>` is logical or arithmetic by the left operand's type; by w or more gives 0 or the sign |
    /// | `&&`, `\|\|` | bool. Operands are pure, so there is nothing to short-cut |
    /// | `++` | the left operand has the high bits; the result has the sum of the widths and the left one's sign |
    /// | `==`, `!=` | scalars of one type, varbit included, to bool |
    /// | `<`, `<=`, `>`, `>=` | one `Bits` type, ordered by its sign, to bool |
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `c ? a : b`; both are evaluated in the sense that neither can fail.
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    /// Conversion to this type: between widths (truncates; extends by the *operand's* sign), signedness (same bits),
    /// bool and `bit<1>`, number and enum or error by position.
    Cast(Box<Expr>),
    /// Bits `hi` to `lo` of a `Bits` operand; the type is `bit<hi-lo+1>`.
    Slice {
        /// Base.
        base: Box<Expr>,
        /// Highest bit.
        hi: u32,
        /// Lowest bit.
        lo: u32,
    },
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-`, modulo 2^w.
    Neg,
    /// `!` on bool.
    Not,
    /// `~`
    Complement,
}

/// A header by name or by position in a stack.
#[derive(Clone, Debug)]
pub enum HeaderRef {
    /// An instance.
    Header(HeaderId),
    /// `stack[index]`; out of range there is no header: reads give zero, writes do nothing.
    Element {
        /// Stack.
        stack: StackId,
        /// Unsigned index.
        index: Box<Expr>,
    },
    /// `stack.next` (parsers): the element at `next_index`. Full: `error.StackOutOfBounds`, reject.
    Next(StackId),
    /// `stack.last` (parsers): the element at `next_index - 1`. Empty: `error.StackOutOfBounds`, reject.
    Last(StackId),
}

/// What can be assigned.
#[derive(Clone, Debug)]
pub enum LValue {
    /// A local.
    Local(LocalId),
    /// A field. Of an invalid header: no effect that P4 can see (it stays invalid, fields read as zero).
    Field {
        /// Header.
        header: HeaderRef,
        /// Position in the header type.
        field: u32,
    },
    /// Bits `hi` to `lo` of another l-value.
    Slice {
        /// Base.
        base: Box<LValue>,
        /// Highest bit.
        hi: u32,
        /// Lowest bit.
        lo: u32,
    },
}

/// An argument of an extern: values and l-values as trees of scalars.
#[derive(Clone, Debug)]
pub enum Arg {
    /// A scalar that is read.
    In(Expr),
    /// A scalar that is read, and takes part only while the condition holds: a header's field in the data of a hash or checksum, which the
    /// field of an invalid header is left out of.
    While {
        /// Of type `bool`.
        condition: Expr,
        /// What is read.
        value: Expr,
    },
    /// A scalar that is written; for `inout` also read.
    Out(LValue),
    /// A header (read, written or both, by the parameter's direction).
    Header(HeaderRef),
    /// A header stack.
    Stack(StackId),
    /// A struct, tuple or list.
    Struct(Vec<(Arc<str>, Arg)>),
    /// A string.
    String(Arc<str>),
    /// An extern instance.
    Extern(ExternId),
    /// `packet_in` or `packet_out`.
    Packet,
    /// An `@optional` argument that was left out, or `_`.
    Missing,
}
