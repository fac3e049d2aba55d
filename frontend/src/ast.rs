//! The syntax tree: what the user wrote, with spans, nothing resolved.
//!
//! Plain boxed tree; pest's types never get here. Node names follow the nonterminals of the P4_16 specification
//! (appendix "P4 grammar"). Sugar is kept as it was written.

use crate::source::Span;
use num_bigint::BigInt;
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

/// A table property.
#[derive(Clone, Debug)]
pub struct TableProperty {
    /// Annotations in front.
    pub annotations: Vec<Annotation>,
    /// Written with `const`.
    pub is_const: bool,
    /// The property.
    pub kind: TablePropertyKind,
    /// All of it.
    pub span: Span,
}

/// The kinds of table properties.
#[derive(Clone, Debug)]
pub enum TablePropertyKind {
    /// `key = { e: kind; .. }`
    Key(Vec<KeyElement>),
    /// `actions = { a; b(x); }`
    Actions(Vec<ActionRef>),
    /// `entries = { .. }`
    Entries(Vec<Entry>),
    /// `name = value;`, among them `default_action`, `size`, `implementation`; the value may be an instantiation.
    Custom {
        /// Property name.
        name: Name,
        /// Value.
        value: Expr,
    },
}

/// `expr: match_kind @annotations;`
#[derive(Clone, Debug)]
pub struct KeyElement {
    /// Annotations behind.
    pub annotations: Vec<Annotation>,
    /// The key expression.
    pub expr: Expr,
    /// The match kind.
    pub match_kind: Name,
    /// All of it.
    pub span: Span,
}

/// An action in a table's list: `a`, `.a`, `a(x)`.
#[derive(Clone, Debug)]
pub struct ActionRef {
    /// Annotations in front.
    pub annotations: Vec<Annotation>,
    /// Which action.
    pub name: QualifiedName,
    /// Arguments bound here; `None` if no parentheses were written.
    pub args: Option<Vec<Argument>>,
    /// All of it.
    pub span: Span,
}

/// `const priority = n: keyset: action;` in an entries list.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Annotations behind.
    pub annotations: Vec<Annotation>,
    /// Written with `const`.
    pub is_const: bool,
    /// `priority = expr:`
    pub priority: Option<Expr>,
    /// Keyset; `Tuple` for several keys.
    pub keyset: Expr,
    /// Action with arguments.
    pub action: ActionRef,
    /// All of it.
    pub span: Span,
}

/// `{ .. }`
#[derive(Clone, Debug)]
pub struct Block {
    /// Annotations in front.
    pub annotations: Vec<Annotation>,
    /// Statements and declarations in order.
    pub statements: Vec<Stmt>,
    /// All of it, braces included.
    pub span: Span,
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// Annotations in front of a `for`; those of a block or a declaration are kept there.
    pub annotations: Vec<Annotation>,
    /// What it does.
    pub kind: StmtKind,
    /// All of it.
    pub span: Span,
}

/// The kinds of statements.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// `;`
    Empty,
    /// `a = b;`, or `a op= b;` with the operator.
    Assign {
        /// Left side.
        lhs: Expr,
        /// The operator of `op=`.
        op: Option<BinaryOp>,
        /// Right side.
        rhs: Expr,
    },
    /// `f(x);`; also direct application `Type.apply(..);`
    Call(Expr),
    /// `if (c) s else t`
    If {
        /// Condition.
        condition: Expr,
        /// Then.
        then_branch: Box<Stmt>,
        /// Else.
        else_branch: Option<Box<Stmt>>,
    },
    /// `{ .. }`
    Block(Block),
    /// `exit;`
    Exit,
    /// `return;`, `return e;`
    Return(Option<Expr>),
    /// `break;`
    Break,
    /// `continue;`
    Continue,
    /// `switch (e) { .. }`
    Switch {
        /// Scrutinee.
        scrutinee: Expr,
        /// Cases in order.
        cases: Vec<SwitchCase>,
    },
    /// `for (init; cond; update) body`
    For {
        /// Declarations and assignments.
        init: Vec<Stmt>,
        /// Condition.
        condition: Expr,
        /// Assignments and calls.
        update: Vec<Stmt>,
        /// Body.
        body: Box<Stmt>,
    },
    /// `for (T x in collection) body`, or over an existing variable (`ty` is `None`).
    ForIn {
        /// Annotations of the loop variable.
        annotations: Vec<Annotation>,
        /// Declared type.
        ty: Option<TypeExpr>,
        /// Loop variable.
        variable: Expr,
        /// A list, header stack or `Range`.
        collection: Expr,
        /// Body.
        body: Box<Stmt>,
    },
    /// A declaration among statements.
    Declaration(Box<Declaration>),
}

/// `label: label: { .. }`; a case without block falls through.
#[derive(Clone, Debug)]
pub struct SwitchCase {
    /// `Default` or an expression (an action's name, a value).
    pub label: Expr,
    /// `None` falls through to the next.
    pub block: Option<Block>,
    /// All of it.
    pub span: Span,
}

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

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Mod,
    /// `|+|`
    SatAdd,
    /// `|-|`
    SatSub,
    /// `<<`
    Shl,
    /// `>>`
    Shr,
    /// `&`
    BitAnd,
    /// `|`
    BitOr,
    /// `^`
    BitXor,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `++`
    Concat,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

impl BinaryOp {
    /// The operator as it is written.
    pub fn text(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::Mod => "%",
            BinaryOp::SatAdd => "|+|",
            BinaryOp::SatSub => "|-|",
            BinaryOp::Shl => "<<",
            BinaryOp::Shr => ">>",
            BinaryOp::BitAnd => "&",
            BinaryOp::BitOr => "|",
            BinaryOp::BitXor => "^",
            BinaryOp::And => "&&",
            BinaryOp::Or => "||",
            BinaryOp::Concat => "++",
            BinaryOp::Eq => "==",
            BinaryOp::Ne => "!=",
            BinaryOp::Lt => "<",
            BinaryOp::Le => "<=",
            BinaryOp::Gt => ">",
            BinaryOp::Ge => ">=",
        }
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
