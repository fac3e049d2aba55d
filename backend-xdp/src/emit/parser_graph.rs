//! The graph of a parser's states: where its states lead, and in which order they are written.

use p4xdp_frontend::arena::Arena;
use p4xdp_midend::ir::{Parser, StateId, Target, Transition};

/// The states that a state's transitions lead to, one a transition.
pub(super) fn targets(parser: &Parser, id: StateId) -> Vec<StateId> {
    let all: Vec<Target> = match &parser.states[id].transition {
        Transition::Direct(target) => vec![*target],
        Transition::Select { cases, .. } => cases.iter().map(|c| c.target).collect(),
    };
    all.into_iter()
        .filter_map(|t| match t {
            Target::State(id) => Some(id),
            Target::Accept | Target::Reject => None,
        })
        .collect()
}

/// The states that can be reached, each behind all that lead to it except round a loop.
pub(super) fn states_in_order(parser: &Parser) -> Vec<StateId> {
    let mut seen: Arena<StateId, bool> = parser.states.keys().map(|_| false).collect();
    let mut order = Vec::new();
    let mut stack = vec![(parser.start, targets(parser, parser.start))];
    seen[parser.start] = true;
    while let Some((id, children)) = stack.last_mut() {
        // The last target is visited first, so that in the reversed order the first one follows its state.
        match children.pop() {
            Some(next) => {
                if !seen[next] {
                    seen[next] = true;
                    stack.push((next, targets(parser, next)));
                }
            }
            None => {
                order.push(*id);
                stack.pop();
            }
        }
    }
    order.reverse();
    order
}
