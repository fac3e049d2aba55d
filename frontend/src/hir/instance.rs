//! Packages, constructor calls and the instances that they make, in the HIR.

use super::{
    Annotation, Argument, ControlId, ExternId, FunctionId, LocalDecl, Named, PackageId, ParserId, TypeId,
    TypeVarId, VarId,
};

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
