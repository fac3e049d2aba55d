//! Expressions, calls and compile-time values of the HIR.

use super::{
    ActionId, BinaryOp, ConstId, Construct, ErrorId, FunctionId, InstanceId, MatchKindId, TableId, TypeId,
    UnaryOp, ValueSetId, VarId,
};
use crate::source::Span;
use num_bigint::BigInt;
use std::sync::Arc;

/// A compile-time value. Its type is that of the expression or constant that carries it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ConstValue {
    /// `bool`
    Bool(bool),
    /// `int`, `bit<w>`, `int<w>`, serialisable enums and `type`s over them; already wrapped to the width.
    Int(BigInt),
    /// `string`
    String(Arc<str>),
    /// Member of an enum that is not serialisable, by its position.
    EnumMember(u32),
    /// `error`
    Error(ErrorId),
    /// `match_kind`
    MatchKind(MatchKindId),
    /// Tuple, list, struct or valid header: fields in order.
    Aggregate(Vec<ConstValue>),
    /// `{#}`: an invalid header or union.
    InvalidHeader,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its type.
    pub ty: TypeId,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of expressions. Operands of arithmetic, bitwise and relational operators have equal types (shifts
/// aside); every conversion is a [`ExprKind::Cast`].
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A compile-time value: literals, enum members, errors, `minSizeInBytes()` and the like.
    Literal(ConstValue),
    /// A parameter (constructor parameters included) or local variable.
    Variable(VarId),
    /// A constant.
    Constant(ConstId),
    /// An instance in scope.
    Instance(InstanceId),
    /// `this`
    This,
    /// An instance made in place, as an argument or property value.
    Construct(Box<Construct>),
    /// Field `1` of the struct, header or union `0`, by position; also tuple elements `t[0]`.
    Field(Box<Expr>, u32),
    /// `s[i]` on a header stack.
    Index(Box<Expr>, Box<Expr>),
    /// `list[i]`-like access at compile time is folded; these four are the stack's own.
    StackNext(Box<Expr>),
    /// `s.last`
    StackLast(Box<Expr>),
    /// `s.lastIndex`
    StackLastIndex(Box<Expr>),
    /// `s.size`
    StackSize(Box<Expr>),
    /// `e[hi:lo]`, bounds known.
    Slice {
        /// Base.
        base: Box<Expr>,
        /// Highest bit.
        hi: u32,
        /// Lowest bit.
        lo: u32,
    },
    /// `e[lo +: width]` with `lo` computed at run time; with a known `lo` it is a `Slice`.
    PlusSlice {
        /// Base.
        base: Box<Expr>,
        /// Lowest bit.
        lo: Box<Expr>,
        /// Number of bits.
        width: u32,
    },
    /// Unary operator.
    Unary(UnaryOp, Box<Expr>),
    /// Binary operator.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `c ? a : b`
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    /// A conversion to this expression's type, explicit or implicit.
    Cast(Box<Expr>),
    /// A tuple, list, struct or header value: all fields in order of the type, defaults (`...`) filled in.
    Aggregate(Vec<Expr>, WrittenOrder),
    /// `{#}`
    InvalidHeader,
    /// A value that the program left open (`...` where no default is given but the type's own): zero of the type,
    /// invalid for headers.
    Default,
    /// A call.
    Call(Box<Call>),
    /// `t.apply(..).hit`, `.miss`
    TableHit {
        /// The `apply` call.
        apply: Box<Call>,
        /// True for `.miss`.
        negated: bool,
    },
    /// `t.apply(..).action_run`
    TableActionRun(Box<Call>),
    /// An action's name as a switch label.
    ActionName(ActionId),
    /// An error sits here; it has been reported. Never in an accepted program.
    Error,
}

/// A keyset of a select case or table entry.
#[derive(Clone, Debug)]
pub enum Keyset {
    /// `_` or `default`
    Universal(Span),
    /// Equal to the value.
    Value(Expr),
    /// `value &&& mask`
    Mask(Expr, Expr),
    /// `lo .. hi`, inclusive
    Range(Expr, Expr),
    /// A value set.
    ValueSet(ValueSetId, Span),
}

/// A call.
#[derive(Clone, Debug)]
pub struct Call {
    /// What is called.
    pub callee: Callee,
    /// Type arguments of the callee's own type parameters, inferred ones included.
    pub type_args: Vec<TypeId>,
    /// One a parameter, in the order of the parameters, defaults filled in.
    pub args: Vec<Argument>,
    /// How `args` were written, which is how they are evaluated.
    pub order: WrittenOrder,
    /// Where it stands.
    pub span: Span,
}

/// In which order arguments or fields were written, where that is not the order in which they are kept because they were given by name. What
/// is evaluated is evaluated as written (specification, "Expression evaluation order").
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrittenOrder(Option<Box<[usize]>>);

impl WrittenOrder {
    /// From the position of each written one, in the order of writing.
    pub fn new(positions: impl IntoIterator<Item = usize>) -> WrittenOrder {
        let positions: Box<[usize]> = positions.into_iter().collect();
        WrittenOrder((!positions.is_sorted()).then_some(positions))
    }

    /// All positions below `count`: the written ones as they were written, then those of defaults.
    pub fn positions(&self, count: usize) -> Vec<usize> {
        let Some(written) = &self.0 else {
            return (0..count).collect();
        };
        let defaults = (0..count).filter(|at| !written.contains(at));
        written.iter().copied().filter(|&at| at < count).chain(defaults).collect()
    }
}

/// What is called.
#[derive(Clone, Debug)]
pub enum Callee {
    /// A function with body, or an extern function.
    Function(FunctionId),
    /// An action, called directly.
    Action(ActionId),
    /// A method of an extern object: `packet.extract(..)`, `counter.count(..)`.
    Method {
        /// The object: a parameter, an instance or `this`.
        object: Box<Expr>,
        /// The chosen overload.
        method: FunctionId,
    },
    /// `apply` of a parser instance or parser-typed constructor parameter.
    ParserApply(Box<Expr>),
    /// `apply` of a control instance or control-typed constructor parameter.
    ControlApply(Box<Expr>),
    /// `apply` of a table.
    TableApply(TableId),
    /// `isValid()` of a header or header union.
    IsValid(Box<Expr>),
    /// `setValid()` of a header.
    SetValid(Box<Expr>),
    /// `setInvalid()` of a header.
    SetInvalid(Box<Expr>),
    /// `push_front(n)` of a header stack.
    PushFront(Box<Expr>, u32),
    /// `pop_front(n)` of a header stack.
    PopFront(Box<Expr>, u32),
}

/// An argument.
#[derive(Clone, Debug)]
pub enum Argument {
    /// A value, or for `out` and `inout` an l-value; already cast to the parameter's type for `in` and directionless.
    Value(Expr),
    /// `_` for an `out` parameter, or for a type that is inferred elsewhere.
    Ignored(Span),
    /// Left out; the parameter is `@optional`.
    Missing,
}
