//! Parser states that nobody can tell apart become one: they do the same, and lead to states that nobody can tell apart.
//!
//! In: a parser. Out: its transitions lead to one state of each class; the others are not reachable any more. The classes are the coarsest that
//! tell states of different bodies, selects or successors apart, found by refinement: where a class falls into several, the largest part keeps
//! its name, so that a state has to be looked at again only as often as the logarithm of their number. States of a loop can be identical, too.

use super::{targets, targets_mut};
use crate::ir::*;
use crate::passes::labels;
use p4xdp_frontend::source::Span;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Leads every transition to the first state of a class.
pub(super) fn merge(parser: &mut Parser) {
    let order = super::reachable(parser);
    let classes = Partition::new(parser, &order).refined();
    if classes.members.iter().all(|members| members.len() <= 1) {
        return;
    }
    let mut first: FxHashMap<usize, StateId> = FxHashMap::default();
    let mut stands_for: FxHashMap<StateId, StateId> = FxHashMap::default();
    for (&id, &class) in order.iter().zip(&classes.class) {
        stands_for.insert(id, *first.entry(class).or_insert(id));
    }
    for &id in &order {
        for target in targets_mut(&mut parser.states[id].transition) {
            if let Target::State(next) = target
                && let Some(&same) = stands_for.get(next)
            {
                *next = same;
            }
        }
    }
}

/// Where a transition leads, as far as it is known: `Ok` a class, `Err` the end.
type Leads = Result<usize, Target>;

/// States, by their position in order of discovery, in classes.
struct Partition {
    class: Vec<usize>,
    members: Vec<Vec<usize>>,
    /// Where a state is among the members of its class.
    slot: Vec<usize>,
    /// States that each state leads to, in order; `Err` is the end.
    leads: Vec<Vec<Leads>>,
    led_from: Vec<Vec<usize>>,
}

impl Partition {
    /// States of the same text are in one class.
    fn new(parser: &Parser, order: &[StateId]) -> Partition {
        let position: FxHashMap<StateId, usize> =
            order.iter().enumerate().map(|(at, &id)| (id, at)).collect();
        let mut classes: FxHashMap<String, usize> = FxHashMap::default();
        let mut partition = Partition {
            class: Vec::new(),
            members: Vec::new(),
            slot: Vec::new(),
            leads: Vec::new(),
            led_from: vec![Vec::new(); order.len()],
        };
        for (at, &id) in order.iter().enumerate() {
            let state = &parser.states[id];
            let next = classes.len();
            let class = *classes.entry(text(state)).or_insert(next);
            partition.class.push(class);
            partition.slot.push(0);
            if partition.members.len() <= class {
                partition.members.push(Vec::new());
            }
            partition.enter(at, class);
            let leads: Vec<Leads> = targets(&state.transition)
                .into_iter()
                .map(|target| match target {
                    Target::State(next) => position.get(&next).copied().ok_or(target),
                    Target::Accept | Target::Reject => Err(target),
                })
                .collect();
            for &next in leads.iter().flatten() {
                if let Some(from) = partition.led_from.get_mut(next) {
                    from.push(at);
                }
            }
            partition.leads.push(leads);
        }
        partition
    }

    fn enter(&mut self, at: usize, class: usize) {
        if let (Some(members), Some(slot), Some(own)) =
            (self.members.get_mut(class), self.slot.get_mut(at), self.class.get_mut(at))
        {
            (*slot, *own) = (members.len(), class);
            members.push(at);
        }
    }

    fn leave(&mut self, at: usize) {
        let (Some(&class), Some(&slot)) = (self.class.get(at), self.slot.get(at)) else {
            return;
        };
        if let Some(members) = self.members.get_mut(class) {
            members.swap_remove(slot);
            if let Some(moved) = members.get(slot).and_then(|&moved| self.slot.get_mut(moved)) {
                *moved = slot;
            }
        }
    }

    /// The classes that a state leads to.
    fn successors(&self, at: usize) -> Vec<Leads> {
        let leads = self.leads.get(at).into_iter().flatten();
        leads.map(|lead| lead.map(|next| self.class.get(next).copied().unwrap_or_default())).collect()
    }

    fn refined(mut self) -> Partition {
        // Those whose successors may have changed their class. At first that is anybody.
        let mut waiting: Vec<usize> = (0..self.class.len()).collect();
        while !waiting.is_empty() {
            let mut by_class: BTreeMap<usize, BTreeMap<Vec<Leads>, Vec<usize>>> = BTreeMap::new();
            waiting.sort_unstable();
            waiting.dedup();
            for at in waiting.drain(..) {
                let class = self.class.get(at).copied().unwrap_or_default();
                by_class.entry(class).or_default().entry(self.successors(at)).or_default().push(at);
            }
            for (class, parts) in by_class {
                // Those that do not wait lead where they always did, which none of the others does any more.
                let looked_at: usize = parts.values().map(Vec::len).sum();
                let rest = self.members.get(class).map_or(0, Vec::len) - looked_at;
                let largest = parts.values().map(Vec::len).max().unwrap_or_default();
                let mut parts: Vec<Vec<usize>> = parts.into_values().collect();
                let stays = parts.iter().position(|part| part.len() == largest && largest >= rest);
                if let Some(stays) = stays {
                    let staying = parts.swap_remove(stays);
                    if rest > 0 {
                        let all = self.members.get(class).cloned().unwrap_or_default();
                        let gone: rustc_hash::FxHashSet<usize> =
                            staying.iter().chain(parts.iter().flatten()).copied().collect();
                        parts.push(all.into_iter().filter(|at| !gone.contains(at)).collect());
                    }
                }
                for part in parts {
                    let class = self.members.len();
                    self.members.push(Vec::new());
                    for at in part {
                        self.leave(at);
                        self.enter(at, class);
                        waiting.extend(self.led_from.get(at).into_iter().flatten());
                    }
                }
            }
        }
        self
    }
}

/// All of a state but where it leads to, and where it stands in the program: equal for states that do the same.
fn text(state: &ParserState) -> String {
    let mut body = state.body.clone();
    // Labels are names within a state.
    labels::rename(&mut body, 0);
    unplaced(&mut body);
    let (mut keys, mut keysets) = (Vec::new(), Vec::new());
    if let Transition::Select { keys: own, cases } = &state.transition {
        keys.clone_from(own);
        keys.iter_mut().for_each(unplaced_expr);
        keysets.extend(cases.iter().map(|case| &case.keysets));
    }
    let is_direct = matches!(state.transition, Transition::Direct(_));
    format!("{body:?} {is_direct} {keys:?} {keysets:?}")
}

fn unplaced(block: &mut Block) {
    for stmt in block {
        stmt.span = Span::NONE;
        stmt.exprs_mut(&mut unplaced_expr);
        stmt.blocks_mut().into_iter().for_each(unplaced);
    }
}

fn unplaced_expr(expr: &mut Expr) {
    expr.span = Span::NONE;
    expr.operands_mut(&mut unplaced_expr);
}
