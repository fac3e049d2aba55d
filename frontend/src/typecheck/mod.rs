//! AST to HIR: resolves names, types expressions both ways, infers type arguments, evaluates what must be known
//! at compile time, and enforces the language's rules.
//!
//! In: an [`ast::Program`]. Out: a [`hir::Program`] in which every name is resolved, every expression typed and
//! every implicit cast written out. A declaration precedes its uses in P4, so one walk in source order does it
//! all. What was reported once has [`Type::Error`], which fits everything, so that one mistake is one error.
//! The rules of an architecture beyond what its include file declares are left to the back end.

mod action_refs;
mod aggregate;
mod annotations;
mod apply;
mod argument_order;
mod arguments;
mod call;
mod cast;
mod coerce;
pub mod const_eval;
mod constructor;
mod control_decl;
mod core_library;
mod declare;
mod edit;
mod expr;
mod extern_decl;
mod function_decl;
mod instance;
mod keyset;
mod loops;
mod lvalue;
mod member;
mod member_index;
mod method;
mod operator;
mod overload;
mod params;
mod parser_decl;
mod place;
mod report;
mod self_check;
mod size;
mod slice;
mod stmt;
mod struct_decl;
mod switch;
mod table;
mod table_entries;
mod type_decl;
mod type_expr;
mod type_rules;
mod unify;
mod validity;
mod well_formed;

use crate::ast;
use crate::control_plane;
use crate::diagnostic::{Diagnostic, Diagnostics, ErrorsReported};
use crate::hir::{self, LocalDecl, Type, TypeId};
use crate::resolve::Scopes;
use crate::source::{SourceMap, Span};
use member_index::MemberIndex;
use place::Place;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Checks a program. Errors and warnings go into `sink`; the program is handed out if there was no error. `sources`
/// tells which declarations stand in one file: a finding is at a declaration only where it is the user's own.
///
/// # Errors
/// When it found an error; the sink says which.
pub fn check(
    program: &ast::Program,
    sources: &SourceMap,
    sink: &mut Diagnostics,
) -> Result<hir::Program, ErrorsReported> {
    crate::stack::with_room_for_recursion(|| check_all(program, sources, sink))
}

fn check_all(
    program: &ast::Program,
    sources: &SourceMap,
    sink: &mut Diagnostics,
) -> Result<hir::Program, ErrorsReported> {
    let mut checker = Checker::new(sources, sink);
    checker.note_top_level_names(program);
    for declaration in &program.declarations {
        checker.top_level_declaration(declaration);
    }
    checker.report_deferred();
    if cfg!(debug_assertions) && checker.sink.check().is_ok() {
        checker.self_check();
    }
    let program = checker.program;
    sink.check()?;
    control_plane::duplicates::check(&program, sink);
    sink.check()?;
    Ok(program)
}

/// Types that the checker needs all the time.
#[derive(Clone, Copy, Debug)]
struct BasicTypes {
    error: TypeId,
    void: TypeId,
    bool: TypeId,
    int: TypeId,
    string: TypeId,
    error_code: TypeId,
    match_kind: TypeId,
    bit32: TypeId,
}

impl BasicTypes {
    fn new(types: &mut hir::Types) -> BasicTypes {
        BasicTypes {
            error: types.intern(Type::Error),
            void: types.intern(Type::Void),
            bool: types.intern(Type::Bool),
            int: types.intern(Type::Int),
            string: types.intern(Type::String),
            error_code: types.intern(Type::ErrorCode),
            match_kind: types.intern(Type::MatchKind),
            bit32: types.intern(Type::Bits { width: 32, signed: false }),
        }
    }
}

/// What the body that is being checked may return.
#[derive(Clone, Copy, Debug)]
struct ResultContext {
    /// The declared result; `void` for actions and controls.
    ty: TypeId,
    /// Where it is declared.
    span: Span,
}

/// The state of the walk.
struct Checker<'a> {
    program: hir::Program,
    sources: &'a SourceMap,
    sink: &'a mut Diagnostics,
    /// That core.p4 is not included was reported: it lacks more names than one.
    lacks_core: bool,
    /// Findings to be reported after all others.
    deferred: Vec<Diagnostic>,
    /// What the expression at hand must fit, if that is to be named first when it does not.
    lead: Option<report::Lead>,
    scopes: Scopes,
    basic: BasicTypes,
    /// Inference variables and what they were found to be.
    infer: Vec<Option<TypeId>>,
    /// Where the walk is: decides what may be called and instantiated.
    place: Place,
    /// What `return` needs.
    result: Option<ResultContext>,
    /// Number of loops around the current statement.
    loops: u32,
    /// Type of `this`, inside the implementation of an abstract method.
    this: Option<TypeId>,
    /// Instances that direct applications made in the current parser or control.
    direct_instances: Vec<LocalDecl>,
    /// Declarations whose own text is being checked: a use of one of them is a recursion.
    open: Vec<(Arc<str>, Span)>,
    /// The list of actions of the table at hand lacks some that were reported.
    actions_are_incomplete: bool,
    /// Names of all top-level declarations, for "declared later".
    top_level_names: FxHashMap<Arc<str>, Span>,
    /// Type parameters that `_` stands for in the types of parameters.
    anonymous: FxHashSet<hir::TypeVarId>,
    /// The value of the expression at hand does not matter, only its type: indices need not be in range.
    unevaluated: bool,
    /// Directionless parameters of actions, whose values the control plane gives.
    action_data: FxHashSet<hir::VarId>,
    /// The errors declared so far.
    errors_by_name: FxHashMap<Arc<str>, hir::ErrorId>,
    /// Positions of fields and members by name.
    members: MemberIndex,
    /// How large types are.
    extents: FxHashMap<TypeId, well_formed::Extent>,
    /// Types whose parts were found to obey the nesting rules.
    well_formed: FxHashSet<TypeId>,
    /// Actions of the tables that a `switch` asks for.
    table_actions: FxHashMap<hir::TableId, switch::TableActions>,
}

impl<'a> Checker<'a> {
    fn new(sources: &'a SourceMap, sink: &'a mut Diagnostics) -> Checker<'a> {
        let mut program = hir::Program::default();
        let basic = BasicTypes::new(&mut program.types);
        Checker {
            program,
            sources,
            sink,
            lacks_core: false,
            deferred: Vec::new(),
            lead: None,
            scopes: Scopes::new(),
            basic,
            infer: Vec::new(),
            place: Place::TopLevel,
            result: None,
            loops: 0,
            this: None,
            direct_instances: Vec::new(),
            open: Vec::new(),
            actions_are_incomplete: false,
            top_level_names: FxHashMap::default(),
            anonymous: FxHashSet::default(),
            unevaluated: false,
            action_data: FxHashSet::default(),
            errors_by_name: FxHashMap::default(),
            members: MemberIndex::default(),
            extents: FxHashMap::default(),
            well_formed: FxHashSet::default(),
            table_actions: FxHashMap::default(),
        }
    }

    /// The handle of a type.
    fn intern(&mut self, ty: Type) -> TypeId {
        self.program.types.intern(ty)
    }

    /// `bit<width>`
    fn bit(&mut self, width: u32) -> TypeId {
        self.intern(Type::Bits { width, signed: false })
    }

    /// The type behind a handle, inference variables seen through.
    fn kind(&self, ty: TypeId) -> &Type {
        &self.program.types[self.shallow(ty)]
    }

    /// The type behind a handle, as a value of its own.
    fn kind_of(&self, ty: TypeId) -> Type {
        self.kind(ty).clone()
    }

    /// The type as text, inference variables seen through.
    fn text(&mut self, ty: TypeId) -> String {
        let ty = self.resolve(ty);
        self.program.type_text(ty)
    }

    /// Runs `body` in a scope of its own.
    fn scoped<T>(&mut self, body: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes.push();
        let value = body(self);
        self.scopes.pop();
        value
    }

    /// Runs `body` with the walk being at `place`.
    fn at_place<T>(&mut self, place: Place, body: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.place, place);
        let value = body(self);
        self.place = outer;
        value
    }
}

/// A name with its place, from the tree.
fn named(name: &ast::Name) -> hir::Named {
    hir::Named { name: name.text.clone(), span: name.span }
}

/// An expression node.
fn expr(kind: hir::ExprKind, ty: TypeId, span: Span) -> hir::Expr {
    hir::Expr { kind, ty, span }
}
