//! The graph of a parser's states: in which order they are written, and which loops they make.

use super::Cx;
use p4xdp_frontend::arena::Arena;
use p4xdp_frontend::diagnostic::{Diagnostic, codes};
use p4xdp_midend::analysis::parser_graph::ParserGraph;
use p4xdp_midend::ir::{HeaderRef, Parser, StateId, StmtKind, Target, Transition};

/// States of an endless loop that are shown.
const MOST_LABELS: usize = 4;

impl Cx<'_> {
    /// Refuses loops that nothing ends but the packet; true if there are loops at all.
    pub(super) fn check_loops(&mut self, parser: &Parser, order: &[StateId]) -> bool {
        let cyclic = has_cycle(parser, order, |_| true);
        let fills_stack = |id: StateId| {
            let body = &parser.states[id].body;
            body.iter().any(|s| matches!(s.kind, StmtKind::Extract { header: HeaderRef::Next(_), .. }))
        };
        if cyclic && has_cycle(parser, order, |id| !fills_stack(id)) {
            let mut diagnostic = Diagnostic::error(
                codes::E0511,
                parser.span,
                "this parser has a loop that does not fill a header stack, so nothing bounds it",
            );
            let endless = ParserGraph::new(parser)
                .loops()
                .into_iter()
                .find(|states| !states.iter().any(|&id| fills_stack(id)));
            for id in endless.into_iter().flatten().take(MOST_LABELS) {
                let state = &parser.states[id];
                diagnostic =
                    diagnostic.with_label(state.span, format!("state `{}` is part of it", state.name));
            }
            self.module.sink.emit(diagnostic.with_note(
                "extract into the `next` element of a header stack in each round: the loop then ends when the stack is full",
            ));
        }
        cyclic
    }
}

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

/// True if there is a loop among the states that `keep` names.
fn has_cycle(parser: &Parser, order: &[StateId], keep: impl Fn(StateId) -> bool) -> bool {
    let mut incoming: Arena<StateId, usize> = parser.states.keys().map(|_| 0).collect();
    let kept: Vec<StateId> = order.iter().copied().filter(|&s| keep(s)).collect();
    for &id in &kept {
        for target in targets(parser, id).into_iter().filter(|&t| keep(t)) {
            incoming[target] += 1;
        }
    }
    let mut ready: Vec<StateId> = kept.iter().copied().filter(|&s| incoming[s] == 0).collect();
    let mut done = 0;
    while let Some(id) = ready.pop() {
        done += 1;
        for target in targets(parser, id).into_iter().filter(|&t| keep(t)) {
            incoming[target] -= 1;
            if incoming[target] == 0 {
                ready.push(target);
            }
        }
    }
    done < kept.len()
}
