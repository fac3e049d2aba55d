//! The syntax tree: what the user wrote, with spans, nothing resolved.
//!
//! Plain boxed tree; pest's types never get here. Node names follow the nonterminals of the P4_16 specification
//! (appendix "P4 grammar"). Sugar is kept as it was written.

mod expr;
mod stmt;
mod table;

pub use crate::operator::BinaryOp;
pub use expr::*;
pub use stmt::*;
pub use table::*;

use crate::source::Span;
use std::sync::Arc;

/// An identifier as written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// The text.
    pub text: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

/// A name, possibly with a leading dot: `x`, `.x`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QualifiedName {
    /// True for `.x`, which is looked up in the top-level scope only.
    pub absolute: bool,
    /// The name.
    pub name: Name,
}

/// A whole program, all includes expanded.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// In order of appearance; empty declarations (`;`) are dropped.
    pub declarations: Vec<Declaration>,
}

/// `@name`, `@name(tokens)` or `@name[structured]`; also `@pragma name tokens`.
#[derive(Clone, Debug)]
pub struct Annotation {
    /// The annotation's name, which may be a keyword.
    pub name: Name,
    /// What follows it.
    pub body: AnnotationBody,
    /// From `@` to the end of the body.
    pub span: Span,
}

/// The body of an annotation.
#[derive(Clone, Debug)]
pub enum AnnotationBody {
    /// `@name`
    Empty,
    /// `@name(...)`: the tokens as written, strings still in their quotes, each with its place.
    Unstructured(Vec<Name>),
    /// `@name[a, b]`
    Expressions(Vec<Expr>),
    /// `@name[k=v, ..]`
    KeyValues(Vec<(Name, Expr)>),
}

/// A declaration at any level that admits it.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// Annotations in front.
    pub annotations: Vec<Annotation>,
    /// What is declared.
    pub kind: DeclarationKind,
    /// The whole of it, annotations left out.
    pub span: Span,
}

/// The kinds of declarations.
#[derive(Clone, Debug)]
pub enum DeclarationKind {
    /// `const T name = init;`
    Constant {
        /// Declared type.
        ty: TypeExpr,
        /// Name.
        name: Name,
        /// Initialiser.
        init: Expr,
    },
    /// `T name = init;` or `T name;` (only inside parsers, controls, functions, actions).
    Variable {
        /// Declared type.
        ty: TypeExpr,
        /// Name.
        name: Name,
        /// Initialiser.
        init: Option<Expr>,
    },
    /// `Type(args) name;`, `Type(args) name = { abstract method bodies };`
    Instantiation {
        /// The type; may be specialised.
        ty: TypeExpr,
        /// Constructor arguments.
        args: Vec<Argument>,
        /// Instance name.
        name: Name,
        /// Implementations of abstract methods and instantiations inside, if a body was written.
        body: Option<Vec<Declaration>>,
    },
    /// `extern T f<X>(..);` or a function with body.
    Function {
        /// Name, type parameters, parameters, result.
        prototype: FunctionPrototype,
        /// `None` for an extern function.
        body: Option<Block>,
    },
    /// `action name(params) { .. }`
    Action {
        /// Name.
        name: Name,
        /// Parameters.
        params: Vec<Parameter>,
        /// Body.
        body: Block,
    },
    /// `extern Name<..> { methods }`
    Extern {
        /// Name.
        name: Name,
        /// Type parameters.
        type_params: Vec<Name>,
        /// Constructors (name equal to the extern's) and methods.
        methods: Vec<Method>,
    },
    /// `parser name<..>(..)(ctor) { locals states }`; without body it is a parser type.
    Parser {
        /// Name.
        name: Name,
        /// Type parameters.
        type_params: Vec<Name>,
        /// Apply parameters.
        params: Vec<Parameter>,
        /// Constructor parameters.
        constructor_params: Vec<Parameter>,
        /// `None` for a type declaration.
        body: Option<ParserBody>,
    },
    /// `control name<..>(..)(ctor) { locals apply {} }`; without body it is a control type.
    Control {
        /// Name.
        name: Name,
        /// Type parameters.
        type_params: Vec<Name>,
        /// Apply parameters.
        params: Vec<Parameter>,
        /// Constructor parameters.
        constructor_params: Vec<Parameter>,
        /// `None` for a type declaration.
        body: Option<ControlBody>,
    },
    /// `package name<..>(params);`
    Package {
        /// Name.
        name: Name,
        /// Type parameters.
        type_params: Vec<Name>,
        /// Constructor parameters.
        params: Vec<Parameter>,
    },
    /// `header`, `struct` or `header_union`.
    Struct {
        /// Which of the three.
        kind: StructKind,
        /// Name.
        name: Name,
        /// Type parameters.
        type_params: Vec<Name>,
        /// Fields in order.
        fields: Vec<Field>,
    },
    /// `enum Name { A, B }` or `enum bit<8> Name { A = 1, .. }`
    Enum {
        /// Underlying type of a serialisable enum.
        underlying: Option<TypeExpr>,
        /// Name.
        name: Name,
        /// Members with their values, if given.
        members: Vec<EnumMember>,
    },
    /// `error { A, B }`
    Error {
        /// Members.
        members: Vec<Name>,
    },
    /// `match_kind { a, b }`
    MatchKind {
        /// Members.
        members: Vec<Name>,
    },
    /// `typedef T Name;`
    Typedef {
        /// The type.
        ty: TypeExpr,
        /// Its new name.
        name: Name,
    },
    /// `type T Name;`
    NewType {
        /// The underlying type.
        ty: TypeExpr,
        /// The new type's name.
        name: Name,
    },
    /// `value_set<T>(size) name;` (parsers only)
    ValueSet {
        /// Element type.
        ty: TypeExpr,
        /// Size expression.
        size: Expr,
        /// Name.
        name: Name,
    },
    /// `table name { properties }` (controls only)
    Table {
        /// Name.
        name: Name,
        /// Properties in order.
        properties: Vec<TableProperty>,
    },
}

impl DeclarationKind {
    /// The name that is declared; `error` and `match_kind` declare none of their own.
    pub fn name(&self) -> Option<&Name> {
        match self {
            DeclarationKind::Constant { name, .. }
            | DeclarationKind::Variable { name, .. }
            | DeclarationKind::Instantiation { name, .. }
            | DeclarationKind::Action { name, .. }
            | DeclarationKind::Extern { name, .. }
            | DeclarationKind::Parser { name, .. }
            | DeclarationKind::Control { name, .. }
            | DeclarationKind::Package { name, .. }
            | DeclarationKind::Struct { name, .. }
            | DeclarationKind::Enum { name, .. }
            | DeclarationKind::Typedef { name, .. }
            | DeclarationKind::NewType { name, .. }
            | DeclarationKind::ValueSet { name, .. }
            | DeclarationKind::Table { name, .. } => Some(name),
            DeclarationKind::Function { prototype, .. } => Some(&prototype.name),
            DeclarationKind::Error { .. } | DeclarationKind::MatchKind { .. } => None,
        }
    }
}

/// `header`, `struct` or `header_union`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StructKind {
    /// `header`
    Header,
    /// `struct`
    Struct,
    /// `header_union`
    HeaderUnion,
}

/// A field of a header, struct or union.
#[derive(Clone, Debug)]
pub struct Field {
    /// Annotations in front.
    pub annotations: Vec<Annotation>,
    /// Type.
    pub ty: TypeExpr,
    /// Name.
    pub name: Name,
}

/// A member of an enum.
#[derive(Clone, Debug)]
pub struct EnumMember {
    /// Annotations in front.
    pub annotations: Vec<Annotation>,
    /// Name.
    pub name: Name,
    /// Value of a serialisable enum's member.
    pub value: Option<Expr>,
}

/// A method of an extern.
#[derive(Clone, Debug)]
pub struct Method {
    /// Annotations in front.
    pub annotations: Vec<Annotation>,
    /// Declared `abstract`.
    pub is_abstract: bool,
    /// Name, parameters, result; a constructor has no result type.
    pub prototype: FunctionPrototype,
}

/// `T name<X>(params)`
#[derive(Clone, Debug)]
pub struct FunctionPrototype {
    /// `None` for a constructor only.
    pub result: Option<TypeExpr>,
    /// Name.
    pub name: Name,
    /// Type parameters.
    pub type_params: Vec<Name>,
    /// Parameters.
    pub params: Vec<Parameter>,
    /// All of it.
    pub span: Span,
}

/// A parameter's direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Directionless: compile-time, or filled by the control plane for actions.
    None,
    /// `in`
    In,
    /// `out`
    Out,
    /// `inout`
    InOut,
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Annotations in front.
    pub annotations: Vec<Annotation>,
    /// Direction.
    pub direction: Direction,
    /// Type.
    pub ty: TypeExpr,
    /// Name.
    pub name: Name,
    /// Default value.
    pub default: Option<Expr>,
    /// All of it.
    pub span: Span,
}

/// Body of a parser.
#[derive(Clone, Debug)]
pub struct ParserBody {
    /// Constants, variables, instantiations, value sets.
    pub locals: Vec<Declaration>,
    /// States in order.
    pub states: Vec<ParserState>,
}

/// A parser state.
#[derive(Clone, Debug)]
pub struct ParserState {
    /// Annotations in front.
    pub annotations: Vec<Annotation>,
    /// Name.
    pub name: Name,
    /// Statements before the transition.
    pub statements: Vec<Stmt>,
    /// `None`: no transition was written, which means reject.
    pub transition: Option<Transition>,
    /// All of it.
    pub span: Span,
}

/// How a state is left.
#[derive(Clone, Debug)]
pub enum Transition {
    /// `transition name;`
    Direct(Name),
    /// `transition select(..) { .. }`
    Select(SelectExpr),
}

/// `select(e1, e2) { k: s; .. }`
#[derive(Clone, Debug)]
pub struct SelectExpr {
    /// The selected expressions.
    pub keys: Vec<Expr>,
    /// Cases in order.
    pub cases: Vec<SelectCase>,
    /// All of it.
    pub span: Span,
}

/// `keyset: state;`
#[derive(Clone, Debug)]
pub struct SelectCase {
    /// A single keyset expression (`Tuple`, `Default`, `DontCare`, `Mask`, `Range` and values are all expressions).
    pub keyset: Expr,
    /// Next state.
    pub state: Name,
    /// All of it.
    pub span: Span,
}

/// Body of a control.
#[derive(Clone, Debug)]
pub struct ControlBody {
    /// Constants, variables, instantiations, actions, tables.
    pub locals: Vec<Declaration>,
    /// The `apply` block; annotations between `apply` and `{` are the block's.
    pub apply: Block,
}
