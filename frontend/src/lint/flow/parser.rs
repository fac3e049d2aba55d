//! Parsers: the states are gone through until nothing changes, then once more to report.

use super::Flow;
use super::state::State;
use super::stmt::literal;
use crate::hir::{Callee, Expr, ExprKind, Keyset, ParserBody, ParserState, StateTarget, Transition};
use std::collections::BTreeSet;

/// How often a state is looked at again. Each time more is known to be possible; this is only to be safe.
const MAX_VISITS: usize = 16;

impl<'p> Flow<'p> {
    /// From the state at the beginning of the parser to the one at `accept`.
    pub(super) fn states(&mut self, body: &'p ParserBody, beginning: State) -> State {
        let leaves = self.unit.leaves.len();
        let mut entries: Vec<State> = body.states.iter().map(|_| State::unreached()).collect();
        if let Some(start) = entries.get_mut(body.start) {
            *start = beginning;
        }
        let order = order(body);
        let muted = std::mem::replace(&mut self.muted, true);
        let mut visits = vec![0; body.states.len()];
        let mut todo: BTreeSet<(usize, usize)> = BTreeSet::new();
        let rank = |index: usize| order.get(index).copied().unwrap_or(usize::MAX);
        todo.insert((rank(body.start), body.start));
        while let Some((_, index)) = todo.pop_first() {
            let (Some(state), Some(entry), Some(count)) =
                (body.states.get(index), entries.get(index).cloned(), visits.get_mut(index))
            else {
                continue;
            };
            *count += 1;
            if *count > MAX_VISITS {
                continue;
            }
            for (target, after) in self.parser_state(state, entry) {
                if let StateTarget::State(next) = target
                    && entries.get_mut(next).is_some_and(|entry| entry.join(&after))
                {
                    todo.insert((rank(next), next));
                }
            }
            self.unit.leaves.truncate(leaves);
        }
        self.muted = muted;
        let mut accepted = State::unreached();
        for (state, entry) in body.states.iter().zip(entries) {
            for (target, after) in self.parser_state(state, entry) {
                if target == StateTarget::Accept {
                    accepted.join(&after);
                }
            }
            self.unit.leaves.truncate(leaves);
        }
        accepted.bits.truncate(leaves);
        accepted
    }

    /// The states in which a parser state is left, by where it goes.
    fn parser_state(&mut self, state: &'p ParserState, mut known: State) -> Vec<(StateTarget, State)> {
        if !known.reached {
            return Vec::new();
        }
        self.statements(&state.body, &mut known);
        match &state.transition {
            Transition::Direct(target, _) => vec![(*target, known)],
            Transition::Select { keys, cases, .. } => {
                keys.iter().for_each(|key| self.read(key, &mut known));
                let mut exits: Vec<(StateTarget, State)> = Vec::new();
                let mut plain: BTreeSet<Option<usize>> = BTreeSet::new();
                for case in cases {
                    let mut after = None;
                    for (key, keyset) in keys.iter().zip(&case.keysets) {
                        if let (Some(header), Keyset::Value(value)) = (tested_header(key), keyset)
                            && let Some(wanted) = literal(value)
                        {
                            let before: State = after.take().unwrap_or_else(|| known.clone());
                            let (valid, invalid) = self.valid_or_not(header, before);
                            after = Some(if wanted { valid } else { invalid });
                        }
                    }
                    // Many cases lead to one state, and most know nothing more than the others.
                    let number = match case.target {
                        StateTarget::State(index) => Some(index),
                        StateTarget::Accept => None,
                        StateTarget::Reject => continue,
                    };
                    match after {
                        Some(after) => exits.push((case.target, after)),
                        None if plain.insert(number) => exits.push((case.target, known.clone())),
                        None => {}
                    }
                }
                exits
            }
        }
    }
}

/// The header of which a key asks whether it is valid.
fn tested_header(key: &Expr) -> Option<&Expr> {
    match &key.kind {
        ExprKind::Call(call) => match &call.callee {
            Callee::IsValid(header) => Some(header),
            _ => None,
        },
        _ => None,
    }
}

/// The rank of each state in an order in which a state mostly comes after those that lead to it.
fn order(body: &ParserBody) -> Vec<usize> {
    let count = body.states.len();
    let mut ranks = vec![usize::MAX; count];
    let mut seen = vec![false; count];
    let mut next = count;
    // Depth first, with what is left to do of each state kept aside instead of recursion.
    let mut open: Vec<(usize, Vec<StateTarget>)> = Vec::new();
    let enter = |index: usize, seen: &mut Vec<bool>| -> Option<(usize, Vec<StateTarget>)> {
        let state = body.states.get(index)?;
        let seen = seen.get_mut(index)?;
        (!std::mem::replace(seen, true)).then(|| (index, super::summary::targets(&state.transition)))
    };
    open.extend(enter(body.start, &mut seen));
    while let Some((index, targets)) = open.last_mut() {
        match targets.pop() {
            Some(StateTarget::State(target)) => {
                let entered = enter(target, &mut seen);
                open.extend(entered);
            }
            Some(StateTarget::Accept | StateTarget::Reject) => {}
            None => {
                next -= 1;
                if let Some(rank) = ranks.get_mut(*index) {
                    *rank = next;
                }
                open.pop();
            }
        }
    }
    ranks
}
