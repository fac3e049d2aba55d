//! The typed program: every name resolved, every expression typed, every implicit cast explicit; never changed in
//! place once [`crate::typecheck`] has made it.
//!
//! Generic declarations stay generic: their bodies mention [`Type::Var`]. Instantiation, substitution of type
//! arguments and constructor arguments, and inlining are the mid-end's work. Objects live in arenas of
//! [`Program`] and are named by handles; a handle is valid in the program that made it only.

mod dump;
mod expr;
mod stmt;
mod text;
mod types;
mod walk;

pub use crate::ast::{Annotation, BinaryOp, Direction, StructKind, UnaryOp};
pub use dump::dump;
pub use expr::*;
pub use stmt::*;
pub use types::*;
pub use walk::{Body, Visit};

use crate::arena::Arena;
use crate::source::Span;
use cranelift_entity::entity_impl;
use std::sync::Arc;

macro_rules! handles {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);
        entity_impl!($name, $prefix);)*
    };
}

handles! {
    /// A struct, header or header union.
    StructId "struct";
    /// An enum, serialisable or not.
    EnumId "enum";
    /// A `type T N;` declaration.
    NewTypeId "newtype";
    /// A type parameter.
    TypeVarId "tvar";
    /// An extern object type.
    ExternId "extern";
    /// A function, extern function, extern method or extern constructor.
    FunctionId "fn";
    /// An action.
    ActionId "action";
    /// A parser or parser type.
    ParserId "parser";
    /// A control or control type.
    ControlId "control";
    /// A package type.
    PackageId "package";
    /// A constant.
    ConstId "const";
    /// A variable or parameter.
    VarId "var";
    /// An instance of an extern, parser, control or package.
    InstanceId "inst";
    /// A table.
    TableId "table";
    /// A parser value set.
    ValueSetId "vset";
    /// An error constant: an index into [`Program::errors`].
    ErrorId "error";
    /// A match kind: an index into [`Program::match_kinds`].
    MatchKindId "mkind";
    /// An interned type.
    TypeId "type";
}

/// A whole program.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Interned types.
    pub types: Types,
    /// Structs, headers, unions.
    pub structs: Arena<StructId, StructDecl>,
    /// Enums.
    pub enums: Arena<EnumId, EnumDecl>,
    /// `type` declarations.
    pub new_types: Arena<NewTypeId, NewTypeDecl>,
    /// Type parameters of all generic declarations.
    pub type_vars: Arena<TypeVarId, TypeVar>,
    /// Extern objects.
    pub externs: Arena<ExternId, ExternDecl>,
    /// Functions of all kinds.
    pub functions: Arena<FunctionId, Function>,
    /// Actions, top-level and local.
    pub actions: Arena<ActionId, Action>,
    /// Parsers and parser types.
    pub parsers: Arena<ParserId, ParserDecl>,
    /// Controls and control types.
    pub controls: Arena<ControlId, ControlDecl>,
    /// Package types.
    pub packages: Arena<PackageId, PackageDecl>,
    /// Constants, top-level and local.
    pub constants: Arena<ConstId, Constant>,
    /// All parameters and variables.
    pub variables: Arena<VarId, Variable>,
    /// All instances, top-level, local and those made by direct application.
    pub instances: Arena<InstanceId, Instance>,
    /// Tables.
    pub tables: Arena<TableId, Table>,
    /// Value sets.
    pub value_sets: Arena<ValueSetId, ValueSet>,
    /// Error constants in order of declaration; the position is the numeric value. `error.NoError` is 0 with core.p4.
    pub errors: Arena<ErrorId, Named>,
    /// Match kinds in order of declaration.
    pub match_kinds: Arena<MatchKindId, Named>,
    /// Top-level declarations in order, for tools that list a program.
    pub top_level: Vec<TopLevel>,
    /// The instance named `main`, if there is one.
    pub main: Option<InstanceId>,
}

/// A name with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The P4 identifier.
    pub name: Arc<str>,
    /// Where it is declared.
    pub span: Span,
}

/// A top-level declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopLevel {
    /// Struct, header, union.
    Struct(StructId),
    /// Enum.
    Enum(EnumId),
    /// New type.
    NewType(NewTypeId),
    /// Extern object.
    Extern(ExternId),
    /// Function or extern function.
    Function(FunctionId),
    /// Action.
    Action(ActionId),
    /// Parser or parser type.
    Parser(ParserId),
    /// Control or control type.
    Control(ControlId),
    /// Package.
    Package(PackageId),
    /// Constant.
    Constant(ConstId),
    /// Instance.
    Instance(InstanceId),
    /// Value set.
    ValueSet(ValueSetId),
}

/// A struct, header or header union.
#[derive(Clone, Debug)]
pub struct StructDecl {
    /// Name.
    pub name: Named,
    /// Which of the three.
    pub kind: StructKind,
    /// Type parameters.
    pub type_params: Vec<TypeVarId>,
    /// Fields in order.
    pub fields: Vec<FieldDecl>,
    /// Annotations.
    pub annotations: Vec<Annotation>,
}

/// A field.
#[derive(Clone, Debug)]
pub struct FieldDecl {
    /// Name.
    pub name: Named,
    /// Type; mentions the struct's type parameters where it is generic.
    pub ty: TypeId,
    /// Annotations.
    pub annotations: Vec<Annotation>,
}

/// An enum.
#[derive(Clone, Debug)]
pub struct EnumDecl {
    /// Name.
    pub name: Named,
    /// `bit<w>`/`int<w>` of a serialisable enum.
    pub underlying: Option<TypeId>,
    /// Members in order.
    pub members: Vec<EnumMemberDecl>,
    /// Annotations.
    pub annotations: Vec<Annotation>,
}

/// A member of an enum.
#[derive(Clone, Debug)]
pub struct EnumMemberDecl {
    /// Name.
    pub name: Named,
    /// Value of a serialisable enum's member, already fitted to the underlying type.
    pub value: Option<num_bigint::BigInt>,
}

/// `type T N;`
#[derive(Clone, Debug)]
pub struct NewTypeDecl {
    /// Name.
    pub name: Named,
    /// The type that it wraps.
    pub underlying: TypeId,
    /// Annotations (`@p4runtime_translation` among them).
    pub annotations: Vec<Annotation>,
}

/// A type parameter.
#[derive(Clone, Debug)]
pub struct TypeVar {
    /// Name.
    pub name: Named,
}

/// An extern object type.
#[derive(Clone, Debug)]
pub struct ExternDecl {
    /// Name.
    pub name: Named,
    /// Type parameters.
    pub type_params: Vec<TypeVarId>,
    /// Constructors (overloads by arity and names).
    pub constructors: Vec<FunctionId>,
    /// Methods (overloads by arity and names).
    pub methods: Vec<FunctionId>,
    /// Annotations.
    pub annotations: Vec<Annotation>,
}

/// What a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionKind {
    /// Has a body.
    Defined,
    /// `extern` function: its meaning is the architecture's.
    Extern,
    /// Method of an extern; abstract ones are implemented by the instance.
    Method {
        /// Of which extern.
        owner: ExternId,
        /// Declared abstract.
        is_abstract: bool,
    },
    /// Constructor of an extern.
    Constructor {
        /// Of which extern.
        owner: ExternId,
    },
}

/// A function, extern function, method or constructor.
#[derive(Clone, Debug)]
pub struct Function {
    /// Name.
    pub name: Named,
    /// What it is.
    pub kind: FunctionKind,
    /// Type parameters of its own (not those of the extern that owns it).
    pub type_params: Vec<TypeVarId>,
    /// Parameters.
    pub params: Vec<VarId>,
    /// Result; `void` for constructors.
    pub result: TypeId,
    /// Body of a defined function.
    pub body: Option<Block>,
    /// Annotations.
    pub annotations: Vec<Annotation>,
}

/// An action.
#[derive(Clone, Debug)]
pub struct Action {
    /// Name.
    pub name: Named,
    /// Parameters: directed ones are bound in the program, directionless ones at the end by the control plane.
    pub params: Vec<VarId>,
    /// Body.
    pub body: Block,
    /// Annotations.
    pub annotations: Vec<Annotation>,
}

/// A parser or parser type.
#[derive(Clone, Debug)]
pub struct ParserDecl {
    /// Name.
    pub name: Named,
    /// Type parameters.
    pub type_params: Vec<TypeVarId>,
    /// Apply parameters.
    pub params: Vec<VarId>,
    /// Constructor parameters.
    pub constructor_params: Vec<VarId>,
    /// `None` for a parser type.
    pub body: Option<ParserBody>,
    /// Annotations.
    pub annotations: Vec<Annotation>,
}

/// A control or control type.
#[derive(Clone, Debug)]
pub struct ControlDecl {
    /// Name.
    pub name: Named,
    /// Type parameters.
    pub type_params: Vec<TypeVarId>,
    /// Apply parameters.
    pub params: Vec<VarId>,
    /// Constructor parameters.
    pub constructor_params: Vec<VarId>,
    /// `None` for a control type.
    pub body: Option<ControlBody>,
    /// Annotations.
    pub annotations: Vec<Annotation>,
}

/// A package type.
#[derive(Clone, Debug)]
pub struct PackageDecl {
    /// Name.
    pub name: Named,
    /// Type parameters.
    pub type_params: Vec<TypeVarId>,
    /// Constructor parameters.
    pub params: Vec<VarId>,
    /// Annotations.
    pub annotations: Vec<Annotation>,
}

/// A constant.
#[derive(Clone, Debug)]
pub struct Constant {
    /// Name.
    pub name: Named,
    /// Declared type.
    pub ty: TypeId,
    /// Initialiser, cast to the declared type.
    pub init: Expr,
    /// Its value, unless it depends on constructor parameters.
    pub value: Option<ConstValue>,
    /// The program mentions it, possibly in an expression whose value stands here instead.
    pub is_mentioned: bool,
    /// Annotations.
    pub annotations: Vec<Annotation>,
}

/// What a variable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariableKind {
    /// Apply, function, method or action parameter.
    Parameter(Direction),
    /// Constructor or package parameter.
    ConstructorParameter,
    /// Declared in a body; also a loop variable.
    Local,
}

/// A variable or parameter.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Name.
    pub name: Named,
    /// Type.
    pub ty: TypeId,
    /// What it is.
    pub kind: VariableKind,
    /// Default value of a parameter.
    pub default: Option<Expr>,
    /// The program mentions it, possibly in an expression whose value stands here instead.
    pub is_mentioned: bool,
    /// Annotations (`@optional` among them).
    pub annotations: Vec<Annotation>,
}

impl Variable {
    /// The direction of a parameter; constructor parameters and local variables have none.
    pub fn direction(&self) -> Direction {
        match self.kind {
            VariableKind::Parameter(direction) => direction,
            VariableKind::ConstructorParameter | VariableKind::Local => Direction::None,
        }
    }

    /// True for a parameter that a caller may leave out without a default value.
    pub fn is_optional(&self) -> bool {
        self.annotations.iter().any(|annotation| &*annotation.name.text == "optional")
    }
}

/// A thing with a constructor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constructor {
    /// An extern, by its chosen constructor.
    Extern(ExternId, FunctionId),
    /// A parser.
    Parser(ParserId),
    /// A control.
    Control(ControlId),
    /// A package.
    Package(PackageId),
}

/// A constructor call with all that it was given.
#[derive(Clone, Debug)]
pub struct Construct {
    /// What is constructed.
    pub constructor: Constructor,
    /// Type arguments, inferred ones included, in order of the type parameters.
    pub type_args: Vec<TypeId>,
    /// Arguments in order of the parameters.
    pub args: Vec<Argument>,
}

/// An instance.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Name; for direct application (`C.apply()`) the type's name.
    pub name: Named,
    /// Its type.
    pub ty: TypeId,
    /// How it is constructed.
    pub construct: Construct,
    /// Implementations of abstract methods (functions of kind `Defined` with the method's name).
    pub implementations: Vec<FunctionId>,
    /// Instances and such declared in the initialiser body beside the implementations.
    pub locals: Vec<LocalDecl>,
    /// Annotations.
    pub annotations: Vec<Annotation>,
}

/// A declaration inside a parser or control, in order of evaluation.
#[derive(Clone, Debug)]
pub enum LocalDecl {
    /// A variable with its initialiser.
    Variable(VarId, Option<Expr>),
    /// A constant.
    Constant(ConstId),
    /// An instance.
    Instance(InstanceId),
    /// An action (controls).
    Action(ActionId),
    /// A table (controls).
    Table(TableId),
    /// A value set (parsers).
    ValueSet(ValueSetId),
}

/// Body of a parser.
#[derive(Clone, Debug)]
pub struct ParserBody {
    /// Local declarations in order.
    pub locals: Vec<LocalDecl>,
    /// States; targets are indices into this.
    pub states: Vec<ParserState>,
    /// Index of `start`.
    pub start: usize,
}

/// A parser state.
#[derive(Clone, Debug)]
pub struct ParserState {
    /// Name.
    pub name: Named,
    /// Statements.
    pub body: Vec<Stmt>,
    /// Where it goes.
    pub transition: Transition,
    /// Annotations.
    pub annotations: Vec<Annotation>,
}

/// Where a transition leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateTarget {
    /// A state of the same parser.
    State(usize),
    /// `accept`
    Accept,
    /// `reject`
    Reject,
}

/// How a state is left.
#[derive(Clone, Debug)]
pub enum Transition {
    /// Unconditionally.
    Direct(StateTarget, Span),
    /// By value. No case matching means `error.NoMatch` and reject.
    Select {
        /// Selected expressions.
        keys: Vec<Expr>,
        /// Cases in order; the first match wins.
        cases: Vec<SelectCase>,
        /// The select expression.
        span: Span,
    },
}

/// A case of a select.
#[derive(Clone, Debug)]
pub struct SelectCase {
    /// One keyset a key.
    pub keysets: Vec<Keyset>,
    /// Next state.
    pub target: StateTarget,
    /// The case.
    pub span: Span,
}

/// Body of a control.
#[derive(Clone, Debug)]
pub struct ControlBody {
    /// Local declarations in order.
    pub locals: Vec<LocalDecl>,
    /// The apply block.
    pub apply: Block,
}

/// A value set.
#[derive(Clone, Debug)]
pub struct ValueSet {
    /// Name.
    pub name: Named,
    /// Element type.
    pub ty: TypeId,
    /// Size.
    pub size: Expr,
    /// Annotations.
    pub annotations: Vec<Annotation>,
}

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Name.
    pub name: Named,
    /// Keys; empty if there is no key property.
    pub keys: Vec<KeyElement>,
    /// Actions in order. `NoAction` is here only if written (or added because no default action was given).
    pub actions: Vec<ActionRef>,
    /// Default action; `NoAction` where none was written and core.p4 declares it.
    pub default_action: Option<ActionRef>,
    /// The default action was declared `const`.
    pub default_action_is_const: bool,
    /// Entries in order.
    pub entries: Vec<Entry>,
    /// `const entries` (else `entries`, which the control plane may change).
    pub entries_are_const: bool,
    /// The `entries` property was written at all.
    pub has_entries: bool,
    /// `size` property.
    pub size: Option<Expr>,
    /// All other properties (`implementation`, `counters`, `meters`, `support_timeout`, `largest_priority_wins`, ..).
    pub properties: Vec<TableProperty>,
    /// Annotations.
    pub annotations: Vec<Annotation>,
}

/// A table property that the language itself gives no meaning.
#[derive(Clone, Debug)]
pub struct TableProperty {
    /// Its name.
    pub name: Named,
    /// Written `const`.
    pub is_const: bool,
    /// Value; an instance made in place is `ExprKind::Construct`.
    pub value: Expr,
}

/// A key.
#[derive(Clone, Debug)]
pub struct KeyElement {
    /// The expression.
    pub expr: Expr,
    /// Match kind.
    pub match_kind: MatchKindId,
    /// Its control-plane name: `@name` or the expression as written.
    pub name: Arc<str>,
    /// Annotations.
    pub annotations: Vec<Annotation>,
    /// The whole element.
    pub span: Span,
}

/// An action in a table's list, as default action or in an entry.
#[derive(Clone, Debug)]
pub struct ActionRef {
    /// Which action.
    pub action: ActionId,
    /// One a parameter, in order: `None` where the control plane supplies it.
    pub args: Vec<Option<Argument>>,
    /// Annotations (`@tableonly`, `@defaultonly`).
    pub annotations: Vec<Annotation>,
    /// As written.
    pub span: Span,
}

/// An entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// One a key.
    pub keysets: Vec<Keyset>,
    /// The action with all arguments.
    pub action: ActionRef,
    /// Written priority.
    pub priority: Option<Expr>,
    /// Written `const`, or all are.
    pub is_const: bool,
    /// Annotations.
    pub annotations: Vec<Annotation>,
    /// The whole entry.
    pub span: Span,
}
