//! Types by sort, for code that treats most of them alike. In: a type. Out: a view of it with few cases.

use super::{ControlId, ExternId, PackageId, ParserId, StructId, Type, TypeId};

/// What sort of thing a type describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort<'t> {
    /// A type of which nothing can be said: reported as wrong, a type parameter, or yet to be inferred.
    Unknown,
    /// Values without parts.
    Simple,
    /// A struct, header or header union with its type arguments.
    Struct(StructId, &'t [TypeId]),
    /// A header stack (or stack of unions).
    Stack {
        /// Element type.
        element: &'t TypeId,
        /// Number of elements.
        size: u32,
    },
    /// `tuple<..>`
    Tuple(&'t [TypeId]),
    /// `list<T>`
    List(&'t TypeId),
    /// What is instantiated.
    Object(Object<'t>),
    /// `void`, and what only the compiler makes: sets, names that are no values, and results of tables.
    Other,
}

/// A type of objects, with its type arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object<'t> {
    /// An extern object.
    Extern(ExternId, &'t [TypeId]),
    /// A parser or parser type.
    Parser(ParserId, &'t [TypeId]),
    /// A control or control type.
    Control(ControlId, &'t [TypeId]),
    /// A package.
    Package(PackageId, &'t [TypeId]),
}

impl Type {
    /// The sort of the type.
    pub fn sort(&self) -> Sort<'_> {
        match self {
            Type::Error | Type::Var(_) | Type::Infer(_) => Sort::Unknown,
            Type::Bool
            | Type::Int
            | Type::Bits { .. }
            | Type::Varbit(_)
            | Type::String
            | Type::ErrorCode
            | Type::MatchKind
            | Type::Enum(_)
            | Type::NewType(_) => Sort::Simple,
            Type::Struct(id, args) => Sort::Struct(*id, args),
            Type::Stack { element, size } => Sort::Stack { element, size: *size },
            Type::Tuple(elements) => Sort::Tuple(elements),
            Type::List(element) => Sort::List(element),
            Type::Extern(id, args) => Sort::Object(Object::Extern(*id, args)),
            Type::Parser(id, args) => Sort::Object(Object::Parser(*id, args)),
            Type::Control(id, args) => Sort::Object(Object::Control(*id, args)),
            Type::Package(id, args) => Sort::Object(Object::Package(*id, args)),
            Type::Void
            | Type::Set(_)
            | Type::Action(_)
            | Type::Function(_)
            | Type::Table(_)
            | Type::ApplyResult(_)
            | Type::ActionRun(_) => Sort::Other,
        }
    }

    /// The object type that this is; `None` for all else.
    pub fn object(&self) -> Option<Object<'_>> {
        let Sort::Object(object) = self.sort() else { return None };
        Some(object)
    }
}

impl<'t> Object<'t> {
    /// Its type arguments.
    pub fn args(self) -> &'t [TypeId] {
        match self {
            Object::Extern(_, args)
            | Object::Parser(_, args)
            | Object::Control(_, args)
            | Object::Package(_, args) => args,
        }
    }
}
