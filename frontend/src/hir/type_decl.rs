//! Declarations of types in the HIR: structs, headers, unions, enums, `type`, type parameters and externs.

use super::{Annotation, FunctionId, Named, StructKind, TypeId, TypeVarId};

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
