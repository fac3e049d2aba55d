//! The variables of one body and its leaves: a row that grows and shrinks with the scopes. A parser or control is one body
//! with its actions, which see its parameters and variables.

use super::Flow;
use super::layout::Leaf;
use super::state::{self, State};
use super::summary::Exposure;
use crate::hir::{Direction, LocalDecl, TypeId, VarId};
use crate::source::Span;
use rustc_hash::FxHashMap;

/// So many uses of a leaf are handed on to callers: each caller hands them on to its own.
const MAX_EXPOSURES: usize = 8;

/// More leaves than this are not told apart.
const MAX_LEAVES: usize = 1 << 15;

/// How a leaf came to lack something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// By `setInvalid` or an assignment of `{#}`.
    Invalidated,
    /// By `setValid`, which leaves the fields open.
    Opened,
    /// By `isValid()` being false.
    Tested,
}

/// The body at hand.
#[derive(Default)]
pub(super) struct Unit {
    /// Where each variable's leaves begin.
    pub bases: FxHashMap<VarId, u32>,
    /// The kind of each leaf.
    pub leaves: Vec<Leaf>,
    /// Leaves that actions of this body see as well as the body itself.
    pub shared: u32,
    /// Uses that depend on what the caller has.
    pub exposures: Vec<Exposure>,
    /// Where each leaf is used so.
    exposed: FxHashMap<u32, Vec<Span>>,
    /// How leaves came to lack something.
    pub origins: FxHashMap<u32, Vec<(Span, Origin)>>,
}

/// A parameter and its leaves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Param {
    pub base: u32,
    pub size: u32,
    pub direction: Direction,
    /// It has leaves of its own.
    pub tracked: bool,
}

impl Unit {
    pub(super) fn leaf(&self, leaf: u32) -> Leaf {
        self.leaves.get(leaf as usize).copied().unwrap_or(Leaf::Opaque)
    }

    /// Remembers a use that depends on what the caller has.
    pub(super) fn expose(&mut self, exposure: Exposure) {
        let known = self.exposed.entry(exposure.leaf).or_default();
        if known.len() < MAX_EXPOSURES && !known.contains(&exposure.span) {
            known.push(exposure.span);
            self.exposures.push(exposure);
        }
    }

    /// Begins or ends the body of an action: its uses are its own. Gives those that were there.
    pub(super) fn swap_exposures(
        &mut self,
        (exposures, exposed): (Vec<Exposure>, FxHashMap<u32, Vec<Span>>),
    ) -> (Vec<Exposure>, FxHashMap<u32, Vec<Span>>) {
        (std::mem::replace(&mut self.exposures, exposures), std::mem::replace(&mut self.exposed, exposed))
    }

    pub(super) fn origin(&mut self, leaf: u32, span: Span, origin: Origin) {
        let list = self.origins.entry(leaf).or_default();
        if list.last() != Some(&(span, origin)) {
            list.push((span, origin));
        }
    }
}

impl<'p> Flow<'p> {
    /// Gives a variable its leaves; each gets what `initial` says of its kind.
    pub(super) fn declare(
        &mut self,
        variable: VarId,
        state: &mut State,
        initial: fn(Leaf) -> u8,
    ) -> Option<u32> {
        let declaration = &self.program.variables[variable];
        let ty: TypeId = declaration.ty;
        let base = self.unit.leaves.len();
        if base + self.layouts.size(ty) as usize > MAX_LEAVES {
            return None;
        }
        let mut leaves = std::mem::take(&mut self.unit.leaves);
        self.layouts.leaves(ty, false, &mut leaves);
        // A state that was not reached has no leaves; it never gets any.
        state.bits.resize(base, 0);
        state.bits.extend(leaves.get(base..).unwrap_or_default().iter().map(|&leaf| initial(leaf)));
        self.unit.leaves = leaves;
        let base = base as u32;
        self.unit.bases.insert(variable, base);
        Some(base)
    }

    /// Forgets the variables that were declared since there were `leaves` leaves.
    pub(super) fn close_scope(&mut self, leaves: usize, state: &mut State) {
        self.unit.leaves.truncate(leaves);
        state.bits.truncate(leaves);
    }

    /// Gives parameters their leaves.
    pub(super) fn declare_params(&mut self, params: &[VarId], state: &mut State) -> Vec<Param> {
        let mut list = Vec::with_capacity(params.len());
        for &param in params {
            let variable = &self.program.variables[param];
            let direction = variable.direction();
            let initial = match direction {
                Direction::Out => state::declared,
                Direction::None | Direction::In | Direction::InOut => state::on_entry,
            };
            let size = self.layouts.size(variable.ty);
            let base = self.declare(param, state, initial);
            let tracked = base.is_some();
            let base = base.unwrap_or(self.unit.leaves.len() as u32);
            list.push(Param { base, size: if tracked { size } else { 0 }, direction, tracked });
        }
        list
    }

    /// Variables of a parser or control with their initialisers, in order.
    pub(super) fn local_variables(&mut self, locals: &'p [LocalDecl], state: &mut State) {
        for local in locals {
            match local {
                LocalDecl::Variable(id, init) => self.variable(*id, init.as_ref(), state),
                LocalDecl::Constant(_)
                | LocalDecl::Instance(_)
                | LocalDecl::Action(_)
                | LocalDecl::Table(_)
                | LocalDecl::ValueSet(_) => {}
            }
        }
    }
}
