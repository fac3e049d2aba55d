//! Controls of the HIR, and what parsers and controls have in common.

use super::{
    ActionId, Annotation, Block, ConstId, Expr, InstanceId, Named, TableId, TypeVarId, ValueSetId, VarId,
};

/// A control or control type.
pub type ControlDecl = BlockDecl<ControlBody>;

/// A parser or control, or a type of these; `Body` is what it does.
#[derive(Clone, Debug)]
pub struct BlockDecl<Body> {
    /// Name.
    pub name: Named,
    /// Type parameters.
    pub type_params: Vec<TypeVarId>,
    /// Apply parameters.
    pub params: Vec<VarId>,
    /// Constructor parameters.
    pub constructor_params: Vec<VarId>,
    /// `None` for a parser type or control type.
    pub body: Option<Body>,
    /// Annotations.
    pub annotations: Vec<Annotation>,
}

impl<Body> BlockDecl<Body> {
    /// A declaration of which no more is known yet.
    pub(crate) fn new(name: Named, annotations: Vec<Annotation>) -> BlockDecl<Body> {
        BlockDecl {
            name,
            type_params: Vec::new(),
            params: Vec::new(),
            constructor_params: Vec::new(),
            body: None,
            annotations,
        }
    }
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
