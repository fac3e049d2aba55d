//! Packages, constructor calls and the instances that they make, in the HIR.

use super::{
    Annotation, Argument, ControlId, Expr, ExprKind, ExternId, FunctionId, LocalDecl, Named, PackageId,
    ParserId, Program, TypeId, TypeVarId, VarId,
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

impl Construct {
    /// What a package is given that is constructed itself, in place or as a declared instance: parameter, argument, and how. None where
    /// this constructs something else than a package.
    #[must_use]
    pub fn package_parts<'p>(&'p self, program: &'p Program) -> Vec<(VarId, &'p Expr, &'p Construct)> {
        let Constructor::Package(package) = self.constructor else { return Vec::new() };
        let parts =
            program.packages[package].params.iter().zip(&self.args).filter_map(|(&param, argument)| {
                let Argument::Value(value) = argument else { return None };
                match &value.kind {
                    ExprKind::Construct(inner) => Some((param, value, &**inner)),
                    ExprKind::Instance(id) => Some((param, value, &program.instances[*id].construct)),
                    _ => None,
                }
            });
        parts.collect()
    }
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
