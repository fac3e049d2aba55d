//! Statements of the IR.

use super::{Arg, Expr, ExternId, HeaderRef, LValue, LabelId, LocalId, StackId, TableId, TypeShape};
use num_bigint::BigUint;
use p4xdp_frontend::source::Span;
use std::sync::Arc;

/// Statements in order.
pub type Block = Vec<Stmt>;

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// Where it comes from.
    pub span: Span,
}

/// The kinds of statements. "Fails with E" means, in a parser: sets the parser's error and goes to reject.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// `dst = src`, types equal. Aggregates are one assignment a leaf.
    Assign {
        /// Where to.
        dst: LValue,
        /// What.
        src: Expr,
    },
    /// Makes a header valid or invalid. Becoming valid leaves the fields as they were if it was valid, else zero.
    SetValid {
        /// Which.
        header: HeaderRef,
        /// To what.
        valid: bool,
    },
    /// Copies validity and fields between headers of one type.
    CopyHeader {
        /// Where to.
        dst: HeaderRef,
        /// From where.
        src: HeaderRef,
    },
    /// `push_front`: elements move up by `count`, the first `count` become invalid, `next_index` grows, at most to the size.
    PushFront {
        /// Stack.
        stack: StackId,
        /// How many.
        count: u32,
    },
    /// `pop_front`: elements move down by `count`, the last `count` become invalid, `next_index` shrinks, at least to 0.
    PopFront {
        /// Stack.
        stack: StackId,
        /// How many.
        count: u32,
    },
    /// `if`
    If {
        /// Condition, bool.
        condition: Expr,
        /// Then.
        then_block: Block,
        /// Else; may be empty.
        else_block: Block,
    },
    /// Multi-way branch by constants of the scrutinee's type.
    Switch {
        /// Scrutinee.
        scrutinee: Expr,
        /// Values and blocks; no value occurs twice.
        cases: Vec<(Vec<BigUint>, Block)>,
        /// Else.
        default: Block,
    },
    /// A block that `Leave(label)` leaves.
    Labelled {
        /// Its label.
        label: LabelId,
        /// `@atomic`: other packets see the state of externs as it was before the block or is behind it (P4_16, section 18.4). Then it
        /// is kept though nothing leaves it.
        atomic: bool,
        /// Statements.
        body: Block,
    },
    /// Goes behind the enclosing block of that label. An action's body may leave a label around the `ApplyTable`.
    Leave(LabelId),
    /// Repeats for ever; left by `Leave`. `bound` is the largest number of rounds, where it is known.
    Loop {
        /// Body.
        body: Block,
        /// Most rounds.
        bound: Option<u64>,
    },
    /// Evaluates the keys, finds the entry (or the default action) and runs its action.
    ApplyTable {
        /// Table.
        table: TableId,
        /// Receives whether an entry matched (bool).
        hit: Option<LocalId>,
        /// Receives the position of the action in the table's list (`bit<32>`).
        action_run: Option<LocalId>,
    },
    /// Calls a method of an extern instance, or an extern function. All that it reads (`in` and `inout` arguments) is read
    /// before anything is written; `out` and `inout` arguments are then written from left to right, the result last.
    CallExtern {
        /// Instance of a method call.
        instance: Option<ExternId>,
        /// Method or function name.
        name: Arc<str>,
        /// Type arguments of the method or function.
        type_args: Vec<TypeShape>,
        /// Arguments in order of the parameters.
        args: Vec<Arg>,
        /// Receives the result: a scalar as `Arg::Out`, a struct as tree.
        result: Option<Arg>,
    },
    /// Parser: takes the header from the packet. Too short: fails with `PacketTooShort`. `varbit_bits` is the varbit
    /// field's length in bits (over its maximum: `HeaderTooShort`; not a multiple of 8 in all: `ParserInvalidArgument`). With
    /// `Next`, `next_index` then grows by one. `valid` is set.
    Extract {
        /// Where to.
        header: HeaderRef,
        /// Length of the varbit field in bits (`bit<32>`).
        varbit_bits: Option<Expr>,
    },
    /// Parser: bits of the packet from `offset` bits behind the current position on, first bit highest, into a `bit<w>` local.
    /// The position stays. Fewer than `offset + w` bits left: fails with `PacketTooShort`. A lookahead of several fields is one
    /// statement a field.
    Lookahead {
        /// Bits to pass over first.
        offset: u32,
        /// Receives them.
        dst: LocalId,
    },
    /// Parser: skips bits. Too short: fails with `PacketTooShort`. Not a multiple of 8: `ParserInvalidArgument`.
    Advance {
        /// How many (`bit<32>`).
        bits: Expr,
    },
    /// Parser: the packet's length in bytes into a `bit<32>` local.
    PacketLength {
        /// Receives it.
        dst: LocalId,
    },
    /// Parser: unless the condition holds, sets the parser's error and goes to reject.
    Verify {
        /// Condition, bool.
        condition: Expr,
        /// The error, of type [`super::ScalarType::Error`].
        error: Expr,
    },
    /// Parser: fails with the error; what `Next`, `Last` and the like lower to where it is certain.
    Reject {
        /// The error.
        error: Expr,
    },
    /// Deparser: appends the header if it is valid.
    Emit(HeaderRef),
    /// Deparser: appends a scalar that is not in a header (a struct's field), which core.p4 forbids but some models use.
    EmitScalar(Expr),
}
