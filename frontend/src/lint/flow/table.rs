//! Tables: the keys are read, then one of the actions runs.

use super::Flow;
use super::state::State;
use crate::hir::{ActionId, ActionRef, Call, Callee, Table};

impl<'p> Flow<'p> {
    /// Applies a table for whatever it does.
    pub(super) fn apply_table(&mut self, apply: &'p Call, state: &mut State) {
        let runs = self.table_runs(apply, state.clone());
        // A table without actions does nothing.
        if !runs.is_empty() {
            *state = State::unreached();
        }
        for (_, run) in runs {
            state.join(&run);
        }
    }

    /// Applies a table: the state behind each action that may run.
    pub(super) fn table_runs(&mut self, apply: &'p Call, state: State) -> Vec<(ActionId, State)> {
        self.runs(apply, state, |_, _| true)
    }

    /// Applies a table: the states behind a hit and behind a miss.
    pub(super) fn hit_or_miss(&mut self, apply: &'p Call, state: State) -> (State, State) {
        let Callee::TableApply(id) = apply.callee else { return (state.clone(), state) };
        let table = &self.program.tables[id];
        let joined = |runs: Vec<(ActionId, State)>| {
            let mut joined = State::unreached();
            for (_, run) in runs {
                joined.join(&run);
            }
            joined
        };
        // What the program says; the control plane may choose another default action, if it is not constant.
        let default = table.default_action.as_ref().map(|default| default.action);
        let miss = self.runs(apply, state.clone(), |reference, _| Some(reference.action) == default);
        let miss = if default.is_none() { state.clone() } else { joined(miss) };
        let in_entries = |reference: &ActionRef| {
            !reference.annotations.iter().any(|annotation| &*annotation.name.text == "defaultonly")
        };
        let hit = self.runs(apply, state, |reference, table: &Table| {
            in_entries(reference) && table.actions.iter().any(|listed| listed.action == reference.action)
        });
        (joined(hit), miss)
    }

    fn runs(
        &mut self,
        apply: &'p Call,
        mut state: State,
        admit: impl Fn(&ActionRef, &Table) -> bool,
    ) -> Vec<(ActionId, State)> {
        let Callee::TableApply(id) = apply.callee else { return Vec::new() };
        let table = &self.program.tables[id];
        let outer = std::mem::replace(&mut self.in_table, true);
        for key in &table.keys {
            self.read(&key.expr, &mut state);
        }
        let mut runs: Vec<(ActionId, State)> = Vec::new();
        let unlisted = table
            .default_action
            .iter()
            .filter(|default| !table.actions.iter().any(|listed| listed.action == default.action));
        for reference in table.actions.iter().chain(unlisted) {
            if !admit(reference, table) {
                continue;
            }
            let mut run = state.clone();
            if let Some(summary) = self.action(reference.action)
                && !summary.is_nothing()
            {
                let args = reference.args.iter().map(Option::as_ref);
                self.run(&summary, args, apply.span, &mut run);
            }
            runs.push((reference.action, run));
        }
        self.in_table = outer;
        if table.default_action.is_none() || runs.is_empty() {
            // A miss changes nothing.
            runs.extend(table.actions.first().map(|first| (first.action, state)));
        }
        runs
    }
}
