//! Controls of the HIR, and what parsers and controls declare inside.

use super::{
    ActionId, Annotation, Block, ConstId, Expr, InstanceId, Named, TableId, TypeVarId, ValueSetId, VarId,
};

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

/// Body of a control.
#[derive(Clone, Debug)]
pub struct ControlBody {
    /// Local declarations in order.
    pub locals: Vec<LocalDecl>,
    /// The apply block.
    pub apply: Block,
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
