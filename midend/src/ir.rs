//! The IR: a whole P4 program after elaboration: monomorphic, instances inlined, structs flattened to leaves.
//!
//! Every stage after [`crate::elaborate`] takes and gives a [`Program`]; the interpreter runs it at any point, the
//! back end emits from it. What holds of a valid program is the checklist in [`crate::validate`].
//!
//! **Storage.** There are two kinds of leaves: *locals* (one scalar each) and *headers* (validity and fields).
//! Header stacks and unions only group headers. A struct exists as a [`Place`] tree over leaves, nowhere else. All
//! storage lives as long as the packet; a variable that P4 leaves uninitialised is set to zero where it is declared.
//!
//! **Evaluation.** Expressions are pure and total: they read storage, never write it and never fail. Whatever has an
//! effect or can fail (extract, table apply, extern call, lookahead) is a statement, in P4's order of evaluation.
//!
//! **Control flow.** Structured: a [`StmtKind::Labelled`] block is left by [`StmtKind::Leave`]. `return` leaves the label of the
//! inlined callable, `exit` that of the pipeline stage, `break` and `continue` those around a loop and its body.

mod annotation;
pub mod display;
mod expr;
mod stmt;
mod table;
mod told;
mod types;
pub mod visit;

pub use annotation::Annotation;
pub use expr::*;
pub use stmt::*;
pub use table::*;
pub use told::*;
pub use types::*;

use p4xdp_control::types::TypeSpec;
use p4xdp_frontend::arena::{Arena, handles};
use p4xdp_frontend::hir::Direction;
use p4xdp_frontend::source::Span;
use std::sync::Arc;

handles! {
    /// A header type.
    HeaderTypeId "htype";
    /// An enum that is not serialisable.
    EnumId "enum";
    /// A scalar variable.
    LocalId "v";
    /// A header instance.
    HeaderId "h";
    /// A header stack.
    StackId "stack";
    /// A header union instance.
    UnionId "union";
    /// An action, specialised to its bound arguments.
    ActionId "action";
    /// A table.
    TableId "table";
    /// An extern instance.
    ExternId "extern";
    /// A value set.
    ValueSetId "vset";
    /// A parser.
    ParserId "parser";
    /// A state of a parser.
    StateId "state";
    /// A control.
    ControlId "control";
    /// A label of a block; unique in the program.
    LabelId "label";
}

/// A whole program.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Name of the package type that `main` instantiates: `xdp`, `ebpfFilter`, `V1Switch`, `PSA_Switch`.
    pub package: Arc<str>,
    /// Name of the architecture, see [`crate::arch`].
    pub architecture: Arc<str>,
    /// Header types in use.
    pub header_types: Arena<HeaderTypeId, HeaderType>,
    /// Enums in use.
    pub enums: Arena<EnumId, EnumType>,
    /// Error constants; the position is the value.
    pub errors: Vec<Arc<str>>,
    /// Scalar variables.
    pub locals: Arena<LocalId, Local>,
    /// Header instances.
    pub headers: Arena<HeaderId, Header>,
    /// Header stacks.
    pub stacks: Arena<StackId, Stack>,
    /// Header unions.
    pub unions: Arena<UnionId, Union>,
    /// Actions.
    pub actions: Arena<ActionId, Action>,
    /// Tables.
    pub tables: Arena<TableId, Table>,
    /// Extern instances.
    pub externs: Arena<ExternId, ExternInstance>,
    /// Value sets.
    pub value_sets: Arena<ValueSetId, ValueSet>,
    /// Parsers.
    pub parsers: Arena<ParserId, Parser>,
    /// Controls.
    pub controls: Arena<ControlId, Control>,
    /// Labels; the payload is where the label comes from.
    pub labels: Arena<LabelId, Span>,
    /// Annotations of `main`.
    pub annotations: Vec<Annotation>,
    /// What control planes are told of the program, and nothing else needs.
    pub told: Told,
    /// The programmable blocks in the order of the package's parameters. How packets flow through them is the
    /// architecture's matter.
    pub stages: Vec<Stage>,
}

/// A scalar variable.
#[derive(Clone, Debug)]
pub struct Local {
    /// P4 name, dotted for a struct's leaf (`meta.port`); not unique.
    pub name: Arc<str>,
    /// Type.
    pub ty: ScalarType,
    /// Annotations of the variable, and of the struct fields that lead to it (`@field_list`, `@alias`).
    pub annotations: Vec<Annotation>,
    /// Declaration.
    pub span: Span,
}

/// A header instance.
#[derive(Clone, Debug)]
pub struct Header {
    /// P4 name, dotted: `headers.ipv4`, `headers.vlan[0]`.
    pub name: Arc<str>,
    /// Type.
    pub ty: HeaderTypeId,
    /// Declaration.
    pub span: Span,
}

/// A header stack. A stack of unions is one `Stack` a member of the union, sharing `next_index`.
#[derive(Clone, Debug)]
pub struct Stack {
    /// P4 name.
    pub name: Arc<str>,
    /// Element type.
    pub ty: HeaderTypeId,
    /// Elements.
    pub elements: Vec<HeaderId>,
    /// `nextIndex`, a `bit<32>`, 0 at first.
    pub next_index: LocalId,
    /// Declaration.
    pub span: Span,
}

impl Program {
    /// The first of the stacks whose `next_index` is this local. The stacks of a union's members share one: what is known of it is known by this stack.
    pub fn counted_by(&self, next_index: LocalId) -> Option<StackId> {
        self.stacks.iter().find(|(_, stack)| stack.next_index == next_index).map(|(id, _)| id)
    }

    /// The first of the stacks that share a stack's `next_index`.
    pub fn first_sharing(&self, stack: StackId) -> StackId {
        self.counted_by(self.stacks[stack].next_index).unwrap_or(stack)
    }
}

/// A header union: at most one member is valid. Elaboration makes that so by explicit `SetValid(false)` of the others.
#[derive(Clone, Debug)]
pub struct Union {
    /// P4 name.
    pub name: Arc<str>,
    /// Members with their field names.
    pub members: Vec<(Arc<str>, HeaderId)>,
}

/// Where a P4 value of any type lives.
#[derive(Clone, Debug)]
pub enum Place {
    /// A scalar.
    Scalar(LocalId),
    /// A header.
    Header(HeaderId),
    /// A header stack.
    Stack(StackId),
    /// A union.
    Union(UnionId),
    /// A stack of unions: one stack a member, with the member's name; all share one `next_index`.
    UnionStack(Vec<(Arc<str>, StackId)>),
    /// A struct, tuple or array of scalars: field names (`[0]`, `[1]`, .. for the latter two) and places in order.
    Struct {
        /// Type name; empty for tuples.
        type_name: Arc<str>,
        /// Fields.
        fields: Vec<(Arc<str>, Place)>,
    },
    /// Something without storage of its own: `packet_in`, `packet_out`, an extern passed as parameter.
    Opaque(Arc<str>),
}

/// An instance of an extern object, or one that a table property makes in place.
#[derive(Clone, Debug)]
pub struct ExternInstance {
    /// Full control-plane name.
    pub name: Arc<str>,
    /// Extern type name: `CounterArray`, `register`, `hash_table`.
    pub extern_type: Arc<str>,
    /// Type arguments.
    pub type_args: Vec<TypeShape>,
    /// What control planes are told of the type arguments; `None` for those that P4Runtime knows no words for.
    pub told_types: Vec<Option<TypeSpec>>,
    /// Constructor arguments, all constant.
    pub args: Vec<Arg>,
    /// Annotations.
    pub annotations: Vec<Annotation>,
    /// Declaration.
    pub span: Span,
}

/// A value set: filled by the control plane.
#[derive(Clone, Debug)]
pub struct ValueSet {
    /// Full control-plane name.
    pub name: Arc<str>,
    /// The keys that an element matches.
    pub keys: Vec<ValueSetKey>,
    /// Capacity.
    pub size: u64,
    /// Annotations.
    pub annotations: Vec<Annotation>,
    /// Declaration.
    pub span: Span,
}

/// A key of a value set.
#[derive(Clone, Debug)]
pub struct ValueSetKey {
    /// Dotted name of the structure's field; `value` if there is no structure.
    pub name: Arc<str>,
    /// Type.
    pub ty: ScalarType,
    /// Name of the type, as in [`KeyElement`].
    pub type_name: Option<Arc<str>>,
    /// What `@match` says, or exact.
    pub match_kind: MatchKind,
    /// Annotations of the field.
    pub annotations: Vec<Annotation>,
}

/// A programmable block in its place in the package.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Name of the package's parameter: `prs`, `filt`, `ig`.
    pub role: Arc<str>,
    /// The block.
    pub block: StageBlock,
    /// Apply parameters of the block in order.
    pub params: Vec<StageParam>,
}

/// What a stage runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageBlock {
    /// A parser.
    Parser(ParserId),
    /// A control; a deparser is one whose parameters include `packet_out`.
    Control(ControlId),
}

/// An apply parameter of a stage. Parameters that the architecture hands on from stage to stage (headers, user
/// metadata, standard metadata) share their places.
#[derive(Clone, Debug)]
pub struct StageParam {
    /// Parameter name.
    pub name: Arc<str>,
    /// Direction.
    pub direction: Direction,
    /// Where it lives.
    pub place: Place,
}

/// A parser with its sub-parsers inlined.
#[derive(Clone, Debug)]
pub struct Parser {
    /// Full name.
    pub name: Arc<str>,
    /// Initialisation of the parser's variables, run before `start`.
    pub prologue: Block,
    /// States.
    pub states: Arena<StateId, ParserState>,
    /// Where it begins.
    pub start: StateId,
    /// The parser's error, a local of type [`ScalarType::Error`]: set to `error.NoError` at the start, and by whatever fails.
    pub error: LocalId,
    /// `@atomic`: all of its states are one step, as in [`StmtKind::Labelled`].
    pub atomic: bool,
    /// Declaration.
    pub span: Span,
}

/// A state.
#[derive(Clone, Debug)]
pub struct ParserState {
    /// Name; states of an inlined sub-parser are `instance.state`.
    pub name: Arc<str>,
    /// Statements.
    pub body: Block,
    /// Where it goes.
    pub transition: Transition,
    /// Declaration.
    pub span: Span,
}

/// Where a transition leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// A state.
    State(StateId),
    /// The parser accepts.
    Accept,
    /// The parser rejects; its error stays as it is.
    Reject,
}

/// How a state is left.
#[derive(Clone, Debug)]
pub enum Transition {
    /// Always to the same place.
    Direct(Target),
    /// By value; the first matching case wins. No match sets `error.NoMatch` and rejects.
    Select {
        /// Selected expressions.
        keys: Vec<Expr>,
        /// Cases in order.
        cases: Vec<SelectCase>,
    },
}

/// A case of a select.
#[derive(Clone, Debug)]
pub struct SelectCase {
    /// One keyset a key; a value set that spans several keys stands at the first, the rest are `Universal`.
    pub keysets: Vec<Keyset>,
    /// Where it leads.
    pub target: Target,
    /// Where it stands.
    pub span: Span,
}

/// A control with its sub-controls and functions inlined.
#[derive(Clone, Debug)]
pub struct Control {
    /// Full name.
    pub name: Arc<str>,
    /// All of it: initialisation of local variables, then the apply block. `exit` leaves a label around it.
    pub body: Block,
    /// Declaration.
    pub span: Span,
}
