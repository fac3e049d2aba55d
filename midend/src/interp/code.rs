//! The form that the interpreter runs: the IR with every name turned into a slot and every expression split by
//! the width of its value. Made once a program by [`super::lower`].

use super::externs::Builtin;
use super::layout::{Layout, Slot};
use super::value::Value;
use crate::ir::{BinaryOp, Keyset};
use num_bigint::BigUint;
use p4xdp_frontend::source::Span;
use std::sync::Arc;

/// Which header.
#[derive(Clone, Debug)]
pub enum Access {
    /// That one.
    Fixed(u32),
    /// An element of a stack.
    Element(u32, Box<Narrow>),
    /// The element at `nextIndex`. A [`Op::Guard`] in front has made sure that it exists.
    Next(u32),
    /// The element before `nextIndex`. As above.
    Last(u32),
}

/// An expression with a value of at most 128 bits.
#[derive(Clone, Debug)]
pub enum Narrow {
    /// A constant.
    Const(u128),
    /// A local, or a field of a fixed header.
    Load(u32),
    /// A field of another header; the slot counts from its base.
    LoadField(Access, u32),
    /// Validity.
    Valid(Access),
    /// `-`
    Neg(Box<Narrow>, u32),
    /// `~` and `!`: flips these bits.
    Flip(Box<Narrow>, u128),
    /// An operator on operands of this width and sign.
    Binary(BinaryOp, u32, bool, Box<[Narrow; 2]>),
    /// High part, low part, width of the low part.
    Concat(Box<[Narrow; 2]>, u32),
    /// `c ? a : b`
    Conditional(Box<[Narrow; 3]>),
    /// The low bits.
    Truncate(Box<Narrow>, u128),
    /// Extends by the sign: from this width to that one.
    SignExtend(Box<Narrow>, u32, u32),
    /// Shifted right by, and with.
    Slice(Box<Narrow>, u32, u128),
    /// Bits of a wide value: from `lo`, so many.
    SliceWide(Box<Wide>, u32, u32),
    /// The number itself, `u128::MAX` if it does not fit.
    Saturate(Box<Wide>),
    /// Comparison of wide values of this width and sign.
    CompareWide(BinaryOp, u32, bool, Box<[Wide; 2]>),
    /// Equality of varbits.
    EqualVar(Box<[Var; 2]>),
}

/// An expression with a value of more than 128 bits.
#[derive(Clone, Debug)]
pub enum Wide {
    /// A constant.
    Const(BigUint),
    /// A local, or a field of a fixed header.
    Load(u32),
    /// A field of another header.
    LoadField(Access, u32),
    /// `-` at this width.
    Neg(Box<Wide>, u32),
    /// `~` at this width.
    Complement(Box<Wide>, u32),
    /// An operator at this width and sign.
    Binary(BinaryOp, u32, bool, Box<[Wide; 2]>),
    /// To the left? Value, amount, width, sign.
    Shift(bool, Box<Wide>, Box<Narrow>, u32, bool),
    /// High part, low part, width of the low part.
    Concat(Box<[Wide; 2]>, u32),
    /// `c ? a : b`
    Conditional(Box<Narrow>, Box<[Wide; 2]>),
    /// A narrow value of this width and sign, extended to that width.
    Extend(Box<Narrow>, u32, bool, u32),
    /// A wide value of this width and sign to that width.
    Resize(Box<Wide>, u32, bool, u32),
    /// From `lo`, so many bits.
    Slice(Box<Wide>, u32, u32),
}

/// An expression of type varbit.
#[derive(Clone, Debug)]
pub enum Var {
    /// A local, or a field of a fixed header.
    Load(u32),
    /// A field of another header.
    LoadField(Access, u32),
    /// `c ? a : b`
    Conditional(Box<Narrow>, Box<[Var; 2]>),
    /// No bits.
    Empty,
}

/// Any expression.
#[derive(Clone, Debug)]
pub enum Any {
    /// Up to 128 bits.
    Narrow(Narrow),
    /// More.
    Wide(Wide),
    /// A varbit.
    Var(Var),
}

/// A scalar argument with its width.
#[derive(Clone, Debug)]
pub struct Scalar {
    /// The expression.
    pub value: Any,
    /// Bits; of a varbit the most.
    pub width: u32,
}

/// Where a value goes.
#[derive(Clone, Debug)]
pub struct Dst {
    /// Of which header, if it is a field: the slot then counts from its base.
    pub header: Option<Access>,
    /// The slot.
    pub slot: Slot,
    /// Width of all of it.
    pub width: u32,
    /// Only bits from here, and so many.
    pub part: Option<(u32, u32)>,
}

impl Dst {
    /// Bits that are written.
    pub fn bits(&self) -> u32 {
        self.part.map_or(self.width, |(_, w)| w)
    }
}

/// An argument of an extern.
#[derive(Clone, Debug)]
pub enum ArgCode {
    /// Read.
    In(Scalar),
    /// Read, and part of a row of bits while the condition holds.
    While(Narrow, Scalar),
    /// Written, perhaps also read.
    Out(Dst),
    /// A header.
    Header(Access),
    /// A stack.
    Stack(u32),
    /// A struct, tuple or list with the fields' names.
    Struct(Vec<(Arc<str>, ArgCode)>),
    /// A string.
    String(Arc<str>),
    /// An extern instance.
    Extern,
    /// `packet_in` or `packet_out`.
    Packet,
    /// Left out.
    Missing,
}

/// How a value is written in a message.
#[derive(Clone, Debug)]
pub enum Writing {
    /// As a decimal number.
    Number,
    /// As a decimal number of so many bits with a sign.
    Signed(u32),
    /// By name.
    Names(Vec<Arc<str>>),
}

/// A call of an extern.
#[derive(Clone, Debug)]
pub struct Call {
    /// What it does.
    pub builtin: Builtin,
    /// The function, or instance and method: `ingress.packets.count`.
    pub name: Arc<str>,
    /// A trace has an event of its own for it.
    pub tells: bool,
    /// Of which instance.
    pub instance: Option<u32>,
    /// Arguments.
    pub args: Vec<ArgCode>,
    /// Of a message, how its values are written.
    pub writings: Vec<Writing>,
    /// Where the result goes.
    pub result: Option<ArgCode>,
    /// Where it stands.
    pub span: Span,
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What it does.
    pub op: Op,
    /// Where it comes from.
    pub span: Span,
}

/// Statements in order.
pub type Block = Vec<Stmt>;

/// What a statement does.
#[derive(Clone, Debug)]
pub enum Op {
    /// A narrow local.
    Set(u32, Narrow),
    /// A narrow field of a fixed header: header, slot, value.
    SetField(u32, u32, Narrow),
    /// Any other assignment.
    Assign(Dst, Any),
    /// `stack.next` (true) or `stack.last` must exist.
    Guard(u32, bool),
    /// Validity.
    SetValid(Access, bool),
    /// Copy: to, from.
    CopyHeader(Access, Access),
    /// Stack, count: up if true.
    Push(u32, u32, bool),
    /// `if`; where the condition stands, unless it is one that the compiler has made.
    If(Narrow, Block, Block, Option<Span>),
    /// Cases in order by value.
    Switch(Scalar, Vec<(Vec<Value>, Block)>, Block),
    /// A block with a label.
    Labelled(u32, Block),
    /// Leaves it.
    Leave(u32),
    /// For ever.
    Loop(Block),
    /// Table, slot of the hit flag, slot of the action's position.
    Apply(u32, Option<u32>, Option<u32>),
    /// An extern.
    Call(Box<Call>),
    /// Header, length of the varbit.
    Extract(Access, Option<Narrow>),
    /// How many bits to pass over, to where, how many bits.
    Lookahead(u32, Slot, u32),
    /// Skips bits.
    Advance(Narrow),
    /// The packet's length.
    PacketLength(Slot),
    /// Condition, error.
    Verify(Narrow, Narrow),
    /// Fails.
    Reject(Narrow),
    /// Appends a header.
    Emit(Access),
    /// Appends a scalar.
    EmitScalar(Scalar),
}

/// Where a parser goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A state.
    State(u32),
    /// Accepts.
    Accept,
    /// Rejects.
    Reject,
}

/// What a key is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matcher {
    /// Everything.
    Any,
    /// `key & mask == value`; the value is masked already.
    Masked {
        /// Value.
        value: u128,
        /// Mask.
        mask: u128,
    },
    /// Inclusive.
    Range {
        /// Lowest.
        low: u128,
        /// Highest.
        high: u128,
        /// Width, if the order is that of signed numbers.
        signed: Option<u32>,
    },
    /// The like for wide keys.
    Wide(Keyset, u32, bool),
    /// A value set and the number of keys that it spans.
    ValueSet(u32),
}

/// A case of a select.
#[derive(Clone, Debug)]
pub struct Case {
    /// One a key.
    pub matchers: Vec<Matcher>,
    /// Where it leads.
    pub target: Target,
}

/// How a state is left.
#[derive(Clone, Debug)]
pub enum Transition {
    /// Always so.
    Direct(Target),
    /// By value; guards come first. Where it stands comes last.
    Select(Block, Vec<Any>, Vec<Case>, Span),
}

/// A state.
#[derive(Clone, Debug)]
pub struct State {
    /// Name.
    pub name: Arc<str>,
    /// Statements.
    pub body: Block,
    /// Where it goes.
    pub transition: Transition,
    /// Declaration.
    pub span: Span,
}

/// A parser.
#[derive(Clone, Debug)]
pub struct ParserCode {
    /// Name.
    pub name: Arc<str>,
    /// Runs first.
    pub prologue: Block,
    /// States.
    pub states: Vec<State>,
    /// First state.
    pub start: u32,
    /// Narrow slot of the error.
    pub error: u32,
}

/// A control.
#[derive(Clone, Debug)]
pub struct ControlCode {
    /// Name.
    pub name: Arc<str>,
    /// Statements.
    pub body: Block,
}

/// An action.
#[derive(Clone, Debug)]
pub struct ActionCode {
    /// Slots and widths of the parameters.
    pub params: Vec<(Arc<str>, Slot, u32)>,
    /// Statements.
    pub body: Block,
}

/// The positions of core.p4's errors.
#[derive(Clone, Copy, Debug, Default)]
pub struct Errors {
    /// `NoError`
    pub none: u128,
    /// `PacketTooShort`
    pub packet_too_short: u128,
    /// `NoMatch`
    pub no_match: u128,
    /// `StackOutOfBounds`
    pub stack_out_of_bounds: u128,
    /// `HeaderTooShort`
    pub header_too_short: u128,
    /// `ParserInvalidArgument`
    pub invalid_argument: u128,
}

/// Names, for traces.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Of headers.
    pub headers: Vec<Arc<str>>,
    /// Of stacks.
    pub stacks: Vec<Arc<str>>,
    /// Of the fields of each header type.
    pub fields: Vec<Vec<Arc<str>>>,
    /// Of errors.
    pub errors: Vec<Arc<str>>,
}

/// A whole program.
#[derive(Debug, Default)]
pub struct Code {
    /// Where things are.
    pub layout: Layout,
    /// Parsers.
    pub parsers: Vec<ParserCode>,
    /// Controls.
    pub controls: Vec<ControlCode>,
    /// Actions.
    pub actions: Vec<ActionCode>,
    /// Tables.
    pub tables: Vec<super::table::TableCode>,
    /// Errors.
    pub errors: Errors,
    /// Names.
    pub names: Names,
}
