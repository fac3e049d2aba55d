//! The typed program: every name resolved, every expression typed, every implicit cast explicit; never changed in
//! place once [`crate::typecheck`] has made it.
//!
//! Generic declarations stay generic: their bodies mention [`Type::Var`]. Instantiation, substitution of type
//! arguments and constructor arguments, and inlining are the mid-end's work. Objects live in arenas of
//! [`Program`] and are named by handles; a handle is valid in the program that made it only.

mod access;
mod callable;
mod control;
mod dump;
mod expr;
mod flow;
mod instance;
mod parser;
mod representation;
mod sort;
mod stmt;
mod table;
mod text;
mod type_decl;
mod types;
mod walk;

pub use crate::ast::{Annotation, Direction, StructKind, UnaryOp};
pub use crate::operator::{BinaryOp, Comparison, OpClass};
pub use access::{Access, Parts};
pub use callable::*;
pub use control::*;
pub use dump::dump;
pub use expr::*;
pub use flow::WayOut;
pub use instance::*;
pub use parser::*;
pub use sort::{Object, Sort};
pub use stmt::*;
pub use table::*;
pub use type_decl::*;
pub use types::*;
pub use walk::{Body, Visit};

use crate::arena::{Arena, handles};
use crate::source::Span;
use std::sync::Arc;

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
