//! Parser graph: states that do the same and lead to the same are one (`identical`); a state that only one state leads to, unconditionally,
//! becomes part of it; empty states that only lead on are passed by; selects whose outcome is known are gone; states that nothing leads to
//! are gone.
//!
//! ```text
//! state a { A; goto b }   state b { B; select .. }    =>    state a { A; B; select .. }
//! select (4w4) { 4w4: s; _: t }                       =>    goto s
//! select (x) { 1: s; _: s }                           =>    goto s
//! select (x) { 1: s; _: t }   (s and t: A; goto u)     =>    goto s
//! ```

mod identical;

use crate::ir::*;
use p4xdp_frontend::arena::Arena;
use rustc_hash::FxHashMap;

/// Simplifies every parser's graph.
pub fn run(program: &mut Program) {
    for parser in program.parsers.values_mut() {
        for state in parser.states.values_mut() {
            simplify_select(&mut state.transition);
            cut(state);
        }
        pass_by(parser);
        identical::merge(parser);
        // Where two ways have become one.
        parser.states.values_mut().for_each(|state| simplify_select(&mut state.transition));
        pass_by(parser);
        merge(parser);
        compact(parser);
    }
}

/// What follows a state that surely rejects is gone.
fn cut(state: &mut ParserState) {
    if state.body.last().is_some_and(super::simplify::diverges) {
        state.transition = Transition::Direct(Target::Reject);
    }
}

/// What a keyset says of a constant: `None` if it depends on the control plane.
pub fn matches(keyset: &Keyset, value: &num_bigint::BigUint, ty: ScalarType) -> Option<bool> {
    Some(match keyset {
        Keyset::Universal => true,
        Keyset::Value(v) => v == value,
        Keyset::Mask { value: v, mask } => v & mask == value & mask,
        Keyset::Range { lo, hi } => {
            let number = |v| super::fold::number(v, ty);
            number(lo) <= number(value) && number(value) <= number(hi)
        }
        Keyset::ValueSet(_) => return None,
    })
}

fn simplify_select(transition: &mut Transition) {
    let Transition::Select { keys, cases } = transition else {
        return;
    };
    // Cases that a constant key rules out; what follows a case that always matches.
    let types: Vec<ScalarType> = keys.iter().map(|k| k.ty).collect();
    let known: Vec<Option<num_bigint::BigUint>> = keys.iter().map(|k| k.as_const().cloned()).collect();
    cases.retain(|case| {
        !case.keysets.iter().zip(&known).zip(&types).any(|((keyset, value), ty)| {
            value.as_ref().is_some_and(|value| matches(keyset, value, *ty) == Some(false))
        })
    });
    let sure = cases.iter().position(|case| {
        case.keysets.iter().zip(&known).zip(&types).all(|((keyset, value), ty)| match value {
            Some(value) => matches(keyset, value, *ty) == Some(true),
            None => *keyset == Keyset::Universal,
        })
    });
    if let Some(sure) = sure {
        cases.truncate(sure + 1);
        let last = cases.last().map(|c| c.target);
        // In front of the sure case, cases that lead to the same place are not needed.
        while cases.len() > 1 && cases.get(cases.len() - 2).map(|c| c.target) == last {
            cases.remove(cases.len() - 2);
        }
        if let (Some(target), [_]) = (last, cases.as_slice()) {
            *transition = Transition::Direct(target);
            return;
        }
    }
    // Keys that no case looks at, and constant keys that all remaining cases accept.
    let unused: Vec<bool> = (0..keys.len())
        .map(|i| {
            let (value, ty) = (known.get(i).and_then(Option::as_ref), types.get(i));
            cases.iter().all(|case| match (case.keysets.get(i), value, ty) {
                (Some(Keyset::Universal), _, _) => true,
                (Some(keyset), Some(value), Some(ty)) => matches(keyset, value, *ty) == Some(true),
                _ => false,
            })
        })
        .collect();
    // A value set stands for several keys.
    let spans = cases.iter().flat_map(|c| &c.keysets).any(|k| matches!(k, Keyset::ValueSet(_)));
    if unused.iter().all(|u| *u) || spans {
        return;
    }
    let keep = |i: &mut usize| {
        let used = !unused.get(*i).copied().unwrap_or(false);
        *i += 1;
        used
    };
    let mut i = 0;
    keys.retain(|_| keep(&mut i));
    for case in cases {
        let mut i = 0;
        case.keysets.retain(|_| keep(&mut i));
    }
}

fn targets_mut(transition: &mut Transition) -> Vec<&mut Target> {
    match transition {
        Transition::Direct(target) => vec![target],
        Transition::Select { cases, .. } => cases.iter_mut().map(|c| &mut c.target).collect(),
    }
}

/// The targets of a transition.
pub fn targets(transition: &Transition) -> Vec<Target> {
    match transition {
        Transition::Direct(target) => vec![*target],
        Transition::Select { cases, .. } => cases.iter().map(|c| c.target).collect(),
    }
}

/// The targets that a transition can come to, as far as constant keys tell.
pub fn live_targets(transition: &Transition) -> Vec<Target> {
    let mut simple = transition.clone();
    simplify_select(&mut simple);
    targets(&simple)
}

/// Leads transitions past states that do nothing but lead on.
fn pass_by(parser: &mut Parser) {
    let mut beyond: FxHashMap<StateId, Target> = FxHashMap::default();
    for (id, state) in parser.states.iter() {
        if let (true, Transition::Direct(target)) = (state.body.is_empty(), &state.transition)
            && *target != Target::State(id)
        {
            beyond.insert(id, *target);
        }
    }
    // Where each of them leads in the end, found once for all on the way there; a ring leads to one of its own.
    let mut ends: FxHashMap<StateId, Target> = FxHashMap::default();
    let mut resolve = |mut target: Target| {
        let mut way = Vec::new();
        while let Target::State(id) = target {
            if let Some(&end) = ends.get(&id) {
                target = end;
                break;
            }
            let Some(&next) = beyond.get(&id) else { break };
            ends.insert(id, target);
            way.push(id);
            target = next;
        }
        ends.extend(way.into_iter().map(|id| (id, target)));
        target
    };
    for state in parser.states.values_mut() {
        for target in targets_mut(&mut state.transition) {
            *target = resolve(*target);
        }
    }
    if let Target::State(start) = resolve(Target::State(parser.start)) {
        parser.start = start;
    }
}

/// Appends a state to the only one that leads to it, if that does so unconditionally.
fn merge(parser: &mut Parser) {
    let mut incoming: FxHashMap<StateId, usize> = FxHashMap::default();
    *incoming.entry(parser.start).or_insert(0) += 1;
    for id in reachable(parser) {
        for target in targets(&parser.states[id].transition) {
            if let Target::State(next) = target {
                *incoming.entry(next).or_insert(0) += 1;
            }
        }
    }
    for id in reachable(parser) {
        while let Transition::Direct(Target::State(next)) = parser.states[id].transition {
            if next == id || incoming.get(&next) != Some(&1) {
                break;
            }
            let state = &mut parser.states[next];
            let mut body = std::mem::take(&mut state.body);
            let transition = std::mem::replace(&mut state.transition, Transition::Direct(Target::Reject));
            parser.states[id].body.append(&mut body);
            parser.states[id].transition = transition;
            incoming.remove(&next);
        }
    }
}

/// The states that `start` leads to, in order of discovery.
pub fn reachable(parser: &Parser) -> Vec<StateId> {
    let mut seen = vec![parser.start];
    let mut known: rustc_hash::FxHashSet<StateId> = seen.iter().copied().collect();
    let mut at = 0;
    while let Some(&id) = seen.get(at) {
        at += 1;
        for target in targets(&parser.states[id].transition) {
            if let Target::State(next) = target
                && known.insert(next)
            {
                seen.push(next);
            }
        }
    }
    seen
}

/// The states that `start` leads to, each before those that it leads to, but where there are loops.
pub fn topological(parser: &Parser) -> Vec<StateId> {
    let mut finished = Vec::new();
    let mut seen = rustc_hash::FxHashSet::from_iter([parser.start]);
    let mut open = vec![(parser.start, targets(&parser.states[parser.start].transition))];
    while let Some((id, rest)) = open.last_mut() {
        match rest.pop() {
            Some(Target::State(next)) => {
                if seen.insert(next) {
                    open.push((next, targets(&parser.states[next].transition)));
                }
            }
            Some(Target::Accept | Target::Reject) => {}
            None => {
                finished.push(*id);
                open.pop();
            }
        }
    }
    finished.reverse();
    finished
}

/// Drops states that are not reachable; the others keep their order.
fn compact(parser: &mut Parser) {
    let mut live: Vec<StateId> = reachable(parser);
    if live.len() == parser.states.len() {
        return;
    }
    live.sort();
    let mut states: Arena<StateId, ParserState> = Arena::new();
    let mut renamed: FxHashMap<StateId, StateId> = FxHashMap::default();
    for id in live {
        let empty = ParserState {
            name: "".into(),
            body: Vec::new(),
            transition: Transition::Direct(Target::Reject),
            span: parser.states[id].span,
        };
        let state = std::mem::replace(&mut parser.states[id], empty);
        renamed.insert(id, states.push(state));
    }
    for state in states.values_mut() {
        for target in targets_mut(&mut state.transition) {
            if let Target::State(id) = target
                && let Some(&new) = renamed.get(id)
            {
                *id = new;
            }
        }
    }
    if let Some(&start) = renamed.get(&parser.start) {
        parser.start = start;
    }
    parser.states = states;
}
