//! What names stand for at the place that is being elaborated, and which callables are being inlined around it.

use super::Elaborator;
use super::instance::ObjectId;
use super::storage::Loc;
use super::value::Value;
use crate::ir::{self, LabelId, LocalId};
use p4xdp_frontend::hir::{self, ActionId, ConstValue, InstanceId, TopLevel, TypeId, ValueSetId, VarId};
use rustc_hash::{FxHashMap, FxHashSet};

/// What a parameter or variable stands for.
#[derive(Clone, Debug)]
pub(super) enum Binding {
    /// A constructor argument.
    Const(ConstValue),
    /// Storage.
    Loc(Loc),
    /// An `in` argument that is used as it stands.
    Value(Value),
    /// An instance.
    Object(ObjectId),
    /// `packet_in`, `packet_out`.
    Packet,
    /// An `@optional` argument that was left out.
    Missing,
}

/// A value that goes back to its argument when the callable is left.
#[derive(Clone, Debug)]
pub(super) struct CopyOut {
    pub(super) param: Loc,
    pub(super) arg: Loc,
    pub(super) ty: TypeId,
}

/// What is inlined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameKind {
    /// A programmable block of the package.
    Stage,
    /// A function, control or action called in place.
    Inlined,
    /// The body of an action as a table runs it.
    TableAction,
}

/// A callable that is being inlined.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) kind: FrameKind,
    /// Made when a `return` (for tables' actions and stages also an `exit`) first needs it.
    pub(super) label: Option<LabelId>,
    /// Where the result goes.
    pub(super) result: Option<(Loc, TypeId)>,
    /// What `return` and `exit` still have to do.
    pub(super) copy_outs: Vec<CopyOut>,
    /// Labels of the loops that are open in it.
    pub(super) loops: Vec<LoopLabels>,
    /// It is the body of a control: its variables keep their storage.
    pub(super) is_control: bool,
    /// The control may be applied under several names, hence with different callers around it.
    pub(super) is_shared: bool,
}

impl Frame {
    pub(super) fn new(kind: FrameKind) -> Frame {
        Frame {
            kind,
            label: None,
            result: None,
            copy_outs: Vec::new(),
            loops: Vec::new(),
            is_control: false,
            is_shared: false,
        }
    }
}

/// Labels of a loop, made when first needed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LoopLabels {
    pub(super) on_break: Option<LabelId>,
    pub(super) on_continue: Option<LabelId>,
}

/// Names and frames.
#[derive(Default)]
pub(super) struct Env {
    pub(super) vars: FxHashMap<VarId, Binding>,
    /// Former bindings, for [`Elaborator::scoped`].
    undo: Vec<(VarId, Option<Binding>)>,
    pub(super) frames: Vec<Frame>,
    /// The control or parser instance (or extern with abstract methods) whose body this is.
    pub(super) owner: Option<ObjectId>,
    /// Top-level instances.
    pub(super) globals: FxHashMap<InstanceId, ObjectId>,
    /// Top-level value sets, which all parsers share.
    pub(super) global_value_sets: FxHashMap<ValueSetId, ir::ValueSetId>,
    top_level: Option<FxHashSet<InstanceId>>,
    global_actions: Option<FxHashSet<ActionId>>,
    /// `this`
    pub(super) this: Option<ObjectId>,
    /// Set by an action of a table that exits where copies are pending; see [`Elaborator::exit`].
    pub(super) exit_flag: Option<LocalId>,
    /// Extern functions that may leave out what they work on, and that, in the block of the package at hand.
    pub(super) implied: Vec<(&'static str, Loc, TypeId)>,
    /// The body at hand is an action's.
    pub(super) in_action: bool,
    /// An action made since this was cleared sets the flag.
    pub(super) flagged: bool,
}

impl Env {
    /// True if the action is declared at top level.
    pub(super) fn is_global_action(&mut self, hir: &hir::Program, id: ActionId) -> bool {
        let action = |d: &TopLevel| if let TopLevel::Action(id) = d { Some(*id) } else { None };
        let actions =
            self.global_actions.get_or_insert_with(|| hir.top_level.iter().filter_map(action).collect());
        actions.contains(&id)
    }

    /// True if the instance is declared at top level.
    pub(super) fn is_global(&mut self, hir: &hir::Program, id: InstanceId) -> bool {
        let instance = |d: &TopLevel| if let TopLevel::Instance(id) = d { Some(*id) } else { None };
        let instances =
            self.top_level.get_or_insert_with(|| hir.top_level.iter().filter_map(instance).collect());
        instances.contains(&id)
    }
}

impl<'h> Elaborator<'h> {
    /// Binds a variable until the scope ends.
    pub(super) fn bind(&mut self, var: VarId, binding: Binding) {
        let old = self.env.vars.insert(var, binding);
        self.env.undo.push((var, old));
    }

    /// Makes something whose bindings end with it.
    pub(super) fn scoped<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        let mark = self.env.undo.len();
        let result = make(self);
        while self.env.undo.len() > mark {
            if let Some((var, old)) = self.env.undo.pop() {
                match old {
                    Some(binding) => self.env.vars.insert(var, binding),
                    None => self.env.vars.remove(&var),
                };
            }
        }
        result
    }

    /// Makes the body of an instance's declaration: names of instances mean those of `owner`.
    pub(super) fn owned<T>(&mut self, owner: Option<ObjectId>, make: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.env.owner, owner);
        let result = make(self);
        self.env.owner = outer;
        result
    }
}
