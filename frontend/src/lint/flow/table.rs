//! Tables: the keys are read, then one of the actions runs.
//!
//! What each action of a table does is found once, in terms of the surrounding body, and joined: applying a table that has many actions takes
//! no longer than what they change.

use super::Flow;
use super::layout::Leaf;
use super::state::{State, compose, on_entry};
use super::summary::Exposure;
use crate::hir::{ActionId, Call, Callee, Table, TableId};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What a table may do, seen from where it is applied.
#[derive(Debug, Default)]
pub(super) struct TableSummary {
    /// One an action, and one for a miss without default action, which counts as the first action.
    ways: Vec<Way>,
    /// Where the ways of an action stand.
    of_action: FxHashMap<ActionId, Vec<usize>>,
    all: Joined,
    hit: Joined,
    miss: Joined,
    exposures: Vec<Exposure>,
}

/// One action run, or none.
#[derive(Debug)]
struct Way {
    action: ActionId,
    /// What becomes of leaves that do not stay as they are.
    effects: Vec<(u32, u8)>,
    /// False if control never comes back.
    returns: bool,
}

/// Ways joined, so that some of them can be left out again.
#[derive(Debug, Default)]
struct Joined {
    /// Those that come back.
    ways: usize,
    /// How many of them do what to a leaf; the others leave it as it is.
    leaves: BTreeMap<u32, Vec<(u8, usize)>>,
}

impl Joined {
    fn add(&mut self, way: &Way) {
        if !way.returns {
            return;
        }
        self.ways += 1;
        for &(leaf, bits) in &way.effects {
            let kinds = self.leaves.entry(leaf).or_default();
            match kinds.iter_mut().find(|(known, _)| *known == bits) {
                Some((_, count)) => *count += 1,
                None => kinds.push((bits, 1)),
            }
        }
    }

    /// The state behind them, without some of them.
    fn after<'w>(&self, without: impl Iterator<Item = &'w Way>, leaves: &[Leaf], before: &State) -> State {
        let mut ways = self.ways;
        let mut less: FxHashMap<(u32, u8), usize> = FxHashMap::default();
        for way in without.filter(|way| way.returns) {
            ways -= 1;
            way.effects.iter().for_each(|&effect| *less.entry(effect).or_insert(0) += 1);
        }
        if ways == 0 || !before.reached {
            return State::unreached();
        }
        let mut after = before.clone();
        for (&leaf, kinds) in &self.leaves {
            let (mut touched, mut joined) = (0, 0);
            for &(bits, count) in kinds {
                let count = count - less.get(&(leaf, bits)).copied().unwrap_or(0);
                if count > 0 {
                    touched += count;
                    joined |= bits;
                }
            }
            if touched > 0 {
                let kind = leaves.get(leaf as usize).copied().unwrap_or(Leaf::Opaque);
                let bits = if touched < ways { joined | on_entry(kind) } else { joined };
                after.set(leaf, compose(kind, bits, before.get(leaf)));
            }
        }
        after
    }
}

impl<'p> Flow<'p> {
    /// Looks at a table of the control at hand, whose actions are known.
    pub(super) fn local_table(&mut self, id: TableId) {
        let table = &self.program.tables[id];
        let outer = self.unit.swap_exposures(Default::default());
        let outer_table = std::mem::replace(&mut self.in_table, true);
        let entry =
            State { bits: self.unit.leaves.iter().map(|&leaf| on_entry(leaf)).collect(), reached: true };
        let mut summary = TableSummary::default();
        // What the program says; the control plane may choose another default action, if it is not constant.
        let default = table.default_action.as_ref().map(|default| default.action);
        let listed = table.actions.len();
        for (at, reference) in references(table).enumerate() {
            let mut run = entry.clone();
            if let Some(action) = self.action(reference.action)
                && !action.is_nothing()
            {
                let args = reference.args.iter().map(Option::as_ref);
                self.run(&action, args, reference.span, &mut run);
            }
            let changed = (0..).zip(entry.bits.iter().zip(&run.bits)).filter(|(_, (was, is))| was != is);
            let effects = changed.map(|(leaf, (_, is))| (leaf, *is)).collect();
            let way = Way { action: reference.action, effects, returns: run.reached };
            if at < listed && !reference.annotations.iter().any(|a| &*a.name.text == "defaultonly") {
                summary.hit.add(&way);
            }
            if default == Some(reference.action) {
                summary.miss.add(&way);
            }
            summary.add(way);
        }
        if let (None, Some(first)) = (default, table.actions.first()) {
            let nothing = Way { action: first.action, effects: Vec::new(), returns: true };
            summary.hit.add(&nothing);
            summary.miss.add(&nothing);
            summary.add(nothing);
        }
        self.in_table = outer_table;
        summary.exposures = self.unit.swap_exposures(outer).0;
        self.tables.insert(id, Rc::new(summary));
    }

    /// Applies a table for whatever it does.
    pub(super) fn apply_table(&mut self, apply: &'p Call, state: &mut State) {
        if let Some(table) = self.before_actions(apply, state) {
            *state = table.all.after(std::iter::empty(), &self.unit.leaves, state);
        }
    }

    /// Applies a table: the states behind a hit and behind a miss.
    pub(super) fn hit_or_miss(&mut self, apply: &'p Call, mut state: State) -> (State, State) {
        let Some(table) = self.before_actions(apply, &mut state) else { return (state.clone(), state) };
        let after = |joined: &Joined| joined.after(std::iter::empty(), &self.unit.leaves, &state);
        (after(&table.hit), after(&table.miss))
    }

    /// Applies a table: the states behind each of `cases`, which are lists of actions, and behind any other action. Nothing if the table
    /// does nothing.
    pub(super) fn cases_of_table(
        &mut self,
        apply: &'p Call,
        cases: &[Vec<ActionId>],
        state: &mut State,
    ) -> Option<(Vec<State>, State)> {
        let table = self.before_actions(apply, state)?;
        let ways = |actions: &[ActionId]| -> Vec<&Way> {
            let places = actions.iter().filter_map(|action| table.of_action.get(action)).flatten();
            places.filter_map(|&at| table.ways.get(at)).collect()
        };
        let entries = cases.iter().map(|case| {
            let mut joined = Joined::default();
            ways(case).into_iter().for_each(|way| joined.add(way));
            joined.after(std::iter::empty(), &self.unit.leaves, state)
        });
        let entries = entries.collect();
        let named = ways(&cases.concat()).into_iter();
        Some((entries, table.all.after(named, &self.unit.leaves, state)))
    }

    /// What happens before an action runs, and what its uses need. Nothing if no action can run.
    fn before_actions(&mut self, apply: &'p Call, state: &mut State) -> Option<Rc<TableSummary>> {
        let Callee::TableApply(id) = apply.callee else { return None };
        let outer = std::mem::replace(&mut self.in_table, true);
        for key in &self.program.tables[id].keys {
            self.read(&key.expr, state);
        }
        let table = self.tables.get(&id).filter(|table| !table.ways.is_empty()).cloned();
        for exposure in table.iter().filter(|_| state.reached).flat_map(|table| &table.exposures) {
            let bits = compose(self.unit.leaf(exposure.leaf), exposure.bits, state.get(exposure.leaf));
            self.need_for(exposure, exposure.leaf, bits, None, apply.span);
        }
        self.in_table = outer;
        table
    }
}

impl TableSummary {
    fn add(&mut self, way: Way) {
        self.all.add(&way);
        self.of_action.entry(way.action).or_default().push(self.ways.len());
        self.ways.push(way);
    }
}

/// The actions of a table, the default one behind them if it is not listed.
fn references(table: &Table) -> impl Iterator<Item = &crate::hir::ActionRef> {
    let unlisted = table
        .default_action
        .iter()
        .filter(|default| !table.actions.iter().any(|listed| listed.action == default.action));
    table.actions.iter().chain(unlisted)
}
