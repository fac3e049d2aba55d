//! What a body does for those who call it: which leaves it changes, and which of its uses depend on what they hand in.

use super::Flow;
use super::layout::Leaf;
use super::report::Use;
use super::state::{State, on_entry};
use super::unit::Param;
use crate::hir::{
    ActionId, Block, ControlId, FunctionId, LocalDecl, ParserId, StateTarget, Transition, VarId,
};
use crate::source::Span;
use std::rc::Rc;
use std::sync::Arc;

/// A use that is right or wrong only with what a caller has.
#[derive(Clone, Debug)]
pub(super) struct Exposure {
    pub leaf: u32,
    /// What is known of the leaf at the use, in terms of the body.
    pub bits: u8,
    pub what: Use,
    /// It stands in a table's key or action.
    pub in_table: bool,
    /// The use.
    pub span: Span,
    /// How the text calls what is used.
    pub text: Arc<str>,
}

/// A body, seen from outside.
#[derive(Debug, Default)]
pub(super) struct Summary {
    /// Leaves below this are those of the surrounding parser or control.
    pub shared: u32,
    pub params: Vec<Param>,
    /// What becomes of leaves that do not stay as they are.
    pub effects: Vec<(u32, u8)>,
    pub exposures: Vec<Exposure>,
    /// False if control never comes back.
    pub returns: bool,
}

impl Summary {
    fn new(
        shared: u32,
        params: Vec<Param>,
        leaves: Vec<Leaf>,
        end: &State,
        exposures: Vec<Exposure>,
    ) -> Summary {
        let effects = (0..)
            .zip(leaves.iter().zip(&end.bits))
            .filter(|(_, (leaf, bits))| on_entry(**leaf) != **bits)
            .map(|(index, (_, bits))| (index, *bits))
            .collect();
        Summary { shared, params, effects, exposures, returns: end.reached }
    }

    /// True if calling it changes nothing and needs nothing.
    pub(super) fn is_nothing(&self) -> bool {
        self.returns && self.effects.is_empty() && self.exposures.is_empty()
    }
}

impl<'p> Flow<'p> {
    /// A function with a body.
    pub(super) fn function(&mut self, id: FunctionId) -> Option<Rc<Summary>> {
        if let Some(known) = self.functions.get(&id) {
            return known.clone();
        }
        let function = &self.program.functions[id];
        let body = function.body.as_ref()?;
        self.functions.insert(id, None);
        let summary = self.in_new_unit(|this| this.callable(&function.params, body));
        self.functions.insert(id, Some(summary.clone()));
        Some(summary)
    }

    /// An action, in the parser or control that declares it, or a top-level one.
    pub(super) fn action(&mut self, id: ActionId) -> Option<Rc<Summary>> {
        if let Some(known) = self.actions.get(&id) {
            return known.clone();
        }
        self.actions.insert(id, None);
        let action = &self.program.actions[id];
        let summary = self.in_new_unit(|this| this.callable(&action.params, &action.body));
        self.actions.insert(id, Some(summary.clone()));
        Some(summary)
    }

    /// Actions that nothing leads to are looked at as well.
    pub(super) fn remaining_action(&mut self, id: ActionId) {
        self.action(id);
    }

    /// An action of the control at hand.
    fn local_action(&mut self, id: ActionId) {
        self.actions.insert(id, None);
        let action = &self.program.actions[id];
        let outer = self.unit.swap_exposures(Default::default());
        let summary = self.callable(&action.params, &action.body);
        self.unit.swap_exposures(outer);
        self.actions.insert(id, Some(summary));
    }

    pub(super) fn control(&mut self, id: ControlId) -> Option<Rc<Summary>> {
        if let Some(known) = self.controls.get(&id) {
            return known.clone();
        }
        let control = &self.program.controls[id];
        let body = control.body.as_ref()?;
        self.controls.insert(id, None);
        let summary = self.block_decl(&control.params, &body.locals, |this, mut state| {
            this.unit.shared = this.unit.leaves.len() as u32;
            for local in &body.locals {
                match local {
                    LocalDecl::Action(action) => this.local_action(*action),
                    LocalDecl::Table(table) => this.local_table(*table),
                    LocalDecl::Variable(..)
                    | LocalDecl::Constant(_)
                    | LocalDecl::Instance(_)
                    | LocalDecl::ValueSet(_) => {}
                }
            }
            this.block(&body.apply, &mut state);
            this.unit.shared = 0;
            state
        });
        self.controls.insert(id, Some(summary.clone()));
        Some(summary)
    }

    pub(super) fn parser(&mut self, id: ParserId) -> Option<Rc<Summary>> {
        if let Some(known) = self.parsers.get(&id) {
            return known.clone();
        }
        let parser = &self.program.parsers[id];
        let body = parser.body.as_ref()?;
        self.parsers.insert(id, None);
        let summary = self.block_decl(&parser.params, &body.locals, |this, state| this.states(body, state));
        self.parsers.insert(id, Some(summary.clone()));
        Some(summary)
    }

    /// Goes through a parser or control: `inside` from the state behind its local variables to the state at its end.
    fn block_decl(
        &mut self,
        params: &'p [VarId],
        locals: &'p [LocalDecl],
        inside: impl FnOnce(&mut Self, State) -> State,
    ) -> Rc<Summary> {
        self.in_new_unit(|this| {
            let (list, mut state) = this.enter(params, 0);
            let own = this.unit.leaves.len();
            this.local_variables(locals, &mut state);
            let end = inside(this, state);
            this.leave(params, list, own, end)
        })
    }

    /// Goes through the body of a function or action.
    fn callable(&mut self, params: &'p [VarId], body: &'p Block) -> Rc<Summary> {
        let outer = self.unit.leaves.len();
        let returns = std::mem::take(&mut self.returns);
        let loops = std::mem::take(&mut self.loops);
        let (list, mut state) = self.enter(params, self.unit.shared);
        let own = self.unit.leaves.len();
        self.block(body, &mut state);
        let summary = self.leave(params, list, own, state);
        self.unit.leaves.truncate(outer);
        self.returns = returns;
        self.loops = loops;
        summary
    }

    /// The state at the beginning of a body.
    fn enter(&mut self, params: &'p [VarId], shared: u32) -> (Vec<Param>, State) {
        self.unit.leaves.truncate(shared as usize);
        let bits = self.unit.leaves.iter().map(|&leaf| on_entry(leaf)).collect();
        let mut state = State { bits, reached: true };
        let list = self.declare_params(params, &mut state);
        (list, state)
    }

    /// The end of a body, of which the first `own` leaves are those that a caller sees.
    fn leave(&mut self, params: &'p [VarId], list: Vec<Param>, own: usize, mut end: State) -> Rc<Summary> {
        let returns = std::mem::take(&mut self.returns);
        end.join(&returns);
        end.bits.truncate(own);
        self.unit.leaves.truncate(own);
        if end.reached {
            for (&variable, param) in params.iter().zip(&list) {
                self.check_out_parameter(variable, *param, &end);
            }
        }
        let exposures = std::mem::take(&mut self.unit.exposures);
        let leaves = self.unit.leaves.clone();
        Rc::new(Summary::new(self.unit.shared, list, leaves, &end, exposures))
    }

    fn in_new_unit<T>(&mut self, body: impl FnOnce(&mut Self) -> T) -> T {
        let unit = std::mem::take(&mut self.unit);
        let returns = std::mem::take(&mut self.returns);
        let loops = std::mem::take(&mut self.loops);
        let muted = std::mem::replace(&mut self.muted, false);
        let in_table = std::mem::replace(&mut self.in_table, false);
        let result = body(self);
        self.in_table = in_table;
        self.unit = unit;
        self.returns = returns;
        self.loops = loops;
        self.muted = muted;
        result
    }
}

/// All targets of a transition.
pub(super) fn targets(transition: &Transition) -> Vec<StateTarget> {
    match transition {
        Transition::Direct(target, _) => vec![*target],
        Transition::Select { cases, .. } => cases.iter().map(|case| case.target).collect(),
    }
}
