//! Functions, methods and actions of the HIR, and the constants, variables and parameters that their bodies name.

use super::{Annotation, Block, ConstValue, Direction, Expr, ExternId, Named, TypeId, TypeVarId, VarId};

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
