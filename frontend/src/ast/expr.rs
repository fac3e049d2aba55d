//! Arguments, types and expressions.

use super::{BinaryOp, Name, QualifiedName};
use crate::source::Span;
use num_bigint::BigInt;

/// An argument.
#[derive(Clone, Debug)]
pub struct Argument {
    /// `name = value`
    pub name: Option<Name>,
    /// The value; `DontCare` for `_`.
    pub value: Expr,
    /// All of it.
    pub span: Span,
}

/// A type as written.
#[derive(Clone, Debug)]
pub struct TypeExpr {
    /// What it is.
    pub kind: TypeExprKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of type expressions.
#[derive(Clone, Debug)]
pub enum TypeExprKind {
    /// `bool`
    Bool,
    /// `error`
    Error,
    /// `match_kind`
    MatchKind,
    /// `string`
    String,
    /// `int`, of arbitrary precision
    Int,
    /// `void`
    Void,
    /// `_`
    DontCare,
    /// `bit<e>`; plain `bit` is `bit<1>` (`None`).
    Bit(Option<Box<Expr>>),
    /// `int<e>`
    SignedInt(Box<Expr>),
    /// `varbit<e>`
    Varbit(Box<Expr>),
    /// A name.
    Named(QualifiedName),
    /// `Base<T, ..>`
    Specialized {
        /// The generic type.
        base: QualifiedName,
        /// Its arguments.
        args: Vec<TypeExpr>,
    },
    /// `T[e]`
    Stack {
        /// Element type.
        element: Box<TypeExpr>,
        /// Size.
        size: Box<Expr>,
    },
    /// `tuple<..>`
    Tuple(Vec<TypeExpr>),
    /// `list<T>`
    List(Box<TypeExpr>),
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// Width and signedness in front of an integer literal: `8w`, `4s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiteralWidth {
    /// Bits.
    pub width: u32,
    /// `s` rather than `w`.
    pub signed: bool,
}

/// The kinds of expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `10`, `0xff`, `8w1`
    Int {
        /// Value as written (not yet fitted to the width).
        value: BigInt,
        /// Width prefix.
        width: Option<LiteralWidth>,
        /// The base that it is written in: 2, 8, 10 or 16.
        radix: u8,
    },
    /// `true`, `false`
    Bool(bool),
    /// `"text"`, escapes resolved.
    String(String),
    /// `x`, `.x`
    Name(QualifiedName),
    /// `this`
    This,
    /// A type in the place of an expression: `error` in `error.NoError`, `S<bit<8>>` before `(..)` or `.apply`.
    Type(Box<TypeExpr>),
    /// `e.name`
    Member(Box<Expr>, Name),
    /// `e[i]`
    Index(Box<Expr>, Box<Expr>),
    /// `e[hi:lo]`
    Slice(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `e[lo +: width]`
    PlusSlice(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `-e` and the like
    Unary(UnaryOp, Box<Expr>),
    /// `a + b` and the like
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `c ? a : b`
    Ternary(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `(T) e`
    Cast(Box<TypeExpr>, Box<Expr>),
    /// `f<T>(args)`; a constructor call has a type name as callee.
    Call {
        /// What is called.
        callee: Box<Expr>,
        /// Explicit type arguments.
        type_args: Vec<TypeExpr>,
        /// Arguments.
        args: Vec<Argument>,
    },
    /// `{ a, b }`; with `...` at the end if `has_default`.
    List {
        /// Elements.
        elements: Vec<Expr>,
        /// Ends in `...`
        has_default: bool,
    },
    /// `{ x = a, y = b }`; with `...` at the end if `has_default`.
    NamedList {
        /// Members.
        members: Vec<(Name, Expr)>,
        /// Ends in `...`
        has_default: bool,
    },
    /// `(a, b)` as a keyset.
    Tuple(Vec<Expr>),
    /// `{#}`
    InvalidHeader,
    /// `...`
    DefaultValue,
    /// `default` as a keyset or switch label.
    Default,
    /// `_`
    DontCare,
    /// `a &&& b`
    Mask(Box<Expr>, Box<Expr>),
    /// `a .. b`
    Range(Box<Expr>, Box<Expr>),
    /// `(e)`
    Paren(Box<Expr>),
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-`
    Neg,
    /// `+`
    Plus,
    /// `!`
    Not,
    /// `~`
    Complement,
}

impl Expr {
    /// The expression inside all parentheses around it.
    pub fn without_parentheses(&self) -> &Expr {
        let mut e = self;
        while let ExprKind::Paren(inner) = &e.kind {
            e = inner;
        }
        e
    }
}

impl UnaryOp {
    /// The operator as it is written.
    pub fn text(self) -> &'static str {
        match self {
            UnaryOp::Neg => "-",
            UnaryOp::Plus => "+",
            UnaryOp::Not => "!",
            UnaryOp::Complement => "~",
        }
    }
}
