//! Parser loops that fill a header stack become chains of states, one for each element.
//!
//! ```text
//! state mpls { extract s.next; select s[s.next_index - 1].bos { 0: mpls; 1: ip } }      (s has 2 elements)
//! =>
//! state mpls   { extract s.next; select .. { 0: mpls#2; 1: ip } }     // next_index was 0
//! state mpls#2 { extract s.next; select .. { 0: mpls#3; 1: ip } }     // next_index was 1
//! state mpls#3 { extract s.next; .. }                                 // next_index was 2: the extraction rejects
//! ```
//!
//! A state is copied for every value that `next_index` of a stack can have there, as far as these values are constants; propagation then
//! puts the elements in place. Only stacks count that are filled in a loop and looked at from the state on.

use super::labels;
use crate::analysis::effects::{self, StorageSet};
use crate::analysis::parser_graph::ParserGraph;
use crate::ir::*;
use num_traits::ToPrimitive;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;

/// States that a parser may grow to.
const MOST_STATES: usize = 1024;

/// Unrolls the loops of every parser.
pub fn run(program: &mut Program) {
    for at in 0..program.parsers.len() {
        let id = ParserId::from_u32(at as u32);
        if let Some(states) = unrolled(program, &program.parsers[id]) {
            let (mut states, start) = states;
            let mut seen = FxHashSet::default();
            for state in states.values_mut() {
                let mut is_copy = false;
                visit::statements(&state.body, &mut |stmt| {
                    if let StmtKind::Labelled { label, .. } = stmt.kind {
                        is_copy |= !seen.insert(label);
                    }
                });
                if is_copy {
                    for span in labels::rename(&mut state.body, program.labels.len()) {
                        program.labels.push(span);
                    }
                }
            }
            program.parsers[id].states = states;
            program.parsers[id].start = start;
        }
    }
}

/// A stack's `next_index` and its size.
#[derive(Clone, Copy)]
struct Next {
    index: LocalId,
    size: usize,
}

/// Known values of `next_index` locals, by local.
type Known = Vec<(LocalId, usize)>;

type States = (p4xdp_frontend::arena::Arena<StateId, ParserState>, StateId);

fn unrolled(program: &Program, parser: &Parser) -> Option<States> {
    let looping = looping_stacks(program, parser);
    if looping.is_empty() {
        return None;
    }
    let watched = watched(program, parser, &looping);
    let next = |stack: &Stack| Next { index: stack.next_index, size: stack.elements.len() };
    let stacks: FxHashMap<StackId, Next> =
        program.stacks.iter().map(|(id, stack)| (id, next(stack))).collect();
    let sizes: FxHashMap<LocalId, usize> = stacks.values().map(|next| (next.index, next.size)).collect();
    // A stack that the prologue has not emptied for certain is not unrolled.
    let mut begin: FxHashMap<LocalId, Option<usize>> = FxHashMap::default();
    transfer(&parser.prologue, &stacks, &mut begin);

    let select = |state: StateId, known: &FxHashMap<LocalId, Option<usize>>| -> Known {
        let of_state = watched.get(&state);
        let mut list: Known = known
            .iter()
            .filter(|(local, _)| of_state.is_some_and(|w| w.contains(local)))
            .filter_map(|(local, value)| Some((*local, (*value)?)))
            .collect();
        list.sort_unstable();
        list
    };
    let mut states = p4xdp_frontend::arena::Arena::new();
    let mut made: FxHashMap<(StateId, Known), StateId> = FxHashMap::default();
    let mut queue = VecDeque::new();
    let mut get = |states: &mut p4xdp_frontend::arena::Arena<StateId, ParserState>,
                   queue: &mut VecDeque<(StateId, Known, StateId)>,
                   old: StateId,
                   known: Known| {
        *made.entry((old, known.clone())).or_insert_with(|| {
            let new = states.push(parser.states[old].clone());
            queue.push_back((old, known, new));
            new
        })
    };
    let known = select(parser.start, &begin);
    let start = get(&mut states, &mut queue, parser.start, known);
    while let Some((old, known, new)) = queue.pop_front() {
        if states.len() > MOST_STATES {
            return None;
        }
        let mut after: FxHashMap<LocalId, Option<usize>> =
            known.iter().map(|&(local, value)| (local, Some(value))).collect();
        transfer(&parser.states[old].body, &stacks, &mut after);
        // Beyond the last element the extraction has rejected: the copy that cannot be left needs no successors of its own.
        let full = after.iter().any(
            |(local, value)| matches!((value, sizes.get(local)), (Some(value), Some(size)) if value > size),
        );
        let mut transition = parser.states[old].transition.clone();
        if full {
            transition = Transition::Direct(Target::Reject);
        }
        let targets = match &mut transition {
            Transition::Direct(target) => vec![target],
            Transition::Select { cases, .. } => cases.iter_mut().map(|case| &mut case.target).collect(),
        };
        for target in targets {
            if let Target::State(next) = target {
                let known = select(*next, &after);
                *next = get(&mut states, &mut queue, *next, known);
            }
        }
        states[new].transition = transition;
    }
    Some((states, start))
}

/// `next_index` of the stacks that are extracted into on a cycle.
fn looping_stacks(program: &Program, parser: &Parser) -> FxHashSet<LocalId> {
    let mut found = FxHashSet::default();
    for component in ParserGraph::new(parser).loops() {
        for at in component {
            visit::statements(&parser.states[at].body, &mut |stmt| {
                if let StmtKind::Extract { header: HeaderRef::Next(stack), .. } = stmt.kind {
                    found.insert(program.stacks[stack].next_index);
                }
            });
        }
    }
    found
}

/// For each state, the indices of interest that it or a state behind it looks at.
fn watched(
    program: &Program,
    parser: &Parser,
    looping: &FxHashSet<LocalId>,
) -> FxHashMap<StateId, FxHashSet<LocalId>> {
    let mut watched: FxHashMap<StateId, FxHashSet<LocalId>> = FxHashMap::default();
    let read = read_anywhere(program);
    for (id, state) in parser.states.iter() {
        let mut reads = StorageSet::new();
        let mut writes = reads.clone();
        for stmt in &state.body {
            // A sub-parser's stack is copied out with its index, for which nobody asks there most times.
            let is_for_nobody = matches!(&stmt.kind, StmtKind::Assign { dst: LValue::Local(dst), src }
                if matches!(src.kind, ExprKind::Local(_)) && !read.locals.contains(dst));
            if !is_for_nobody {
                effects::stmt_effects(program, stmt, &mut reads, &mut writes);
            }
        }
        if let Transition::Select { keys, .. } = &state.transition {
            keys.iter().for_each(|key| effects::expr_reads(program, key, &mut reads));
        }
        reads.add_all(&writes);
        watched.insert(id, looping.iter().copied().filter(|local| reads.locals.contains(local)).collect());
    }
    let mut changed = true;
    while changed {
        changed = false;
        for (id, state) in parser.states.iter() {
            let mut all = watched.get(&id).cloned().unwrap_or_default();
            let before = all.len();
            for target in super::states::targets(&state.transition) {
                if let Target::State(next) = target {
                    all.extend(watched.get(&next).into_iter().flatten().copied());
                }
            }
            if all.len() != before {
                changed = true;
                watched.insert(id, all);
            }
        }
    }
    watched
}

/// All that is read in the program.
fn read_anywhere(program: &Program) -> StorageSet {
    let (mut reads, mut writes) = (StorageSet::new(), StorageSet::new());
    for block in program.blocks() {
        effects::block_effects(program, block, &mut reads, &mut writes);
    }
    for state in program.parsers.values().flat_map(|parser| parser.states.values()) {
        if let Transition::Select { keys, .. } = &state.transition {
            keys.iter().for_each(|key| effects::expr_reads(program, key, &mut reads));
        }
    }
    reads
}

/// What becomes of known indices in a block.
fn transfer(
    block: &[Stmt],
    stacks: &FxHashMap<StackId, Next>,
    known: &mut FxHashMap<LocalId, Option<usize>>,
) {
    let indices: FxHashSet<LocalId> = stacks.values().map(|next| next.index).collect();
    for stmt in block {
        match &stmt.kind {
            StmtKind::Assign { dst, src } => {
                if let LValue::Local(local) = dst.root()
                    && indices.contains(local)
                {
                    let value = match dst {
                        LValue::Local(_) => src.as_const().and_then(ToPrimitive::to_usize),
                        LValue::Field { .. } | LValue::Slice { .. } => None,
                    };
                    known.insert(*local, value);
                }
            }
            StmtKind::Extract { header: HeaderRef::Next(stack), .. } => {
                if let Some(next) = stacks.get(stack)
                    && let Some(Some(value)) = known.get_mut(&next.index)
                {
                    *value += 1;
                }
            }
            StmtKind::PushFront { stack, count } => {
                if let Some(next) = stacks.get(stack)
                    && let Some(Some(value)) = known.get_mut(&next.index)
                {
                    *value = (*value + *count as usize).min(next.size);
                }
            }
            StmtKind::PopFront { stack, count } => {
                if let Some(next) = stacks.get(stack)
                    && let Some(Some(value)) = known.get_mut(&next.index)
                {
                    *value = value.saturating_sub(*count as usize);
                }
            }
            StmtKind::CallExtern { .. } => forget(std::slice::from_ref(stmt), stacks, known),
            StmtKind::If { .. }
            | StmtKind::Switch { .. }
            | StmtKind::Labelled { .. }
            | StmtKind::Loop { .. } => {
                for inner in stmt.blocks() {
                    forget(inner, stacks, known);
                }
            }
            StmtKind::SetValid { .. }
            | StmtKind::CopyHeader { .. }
            | StmtKind::Leave(_)
            | StmtKind::ApplyTable { .. }
            | StmtKind::Extract { .. }
            | StmtKind::Lookahead { .. }
            | StmtKind::Advance { .. }
            | StmtKind::PacketLength { .. }
            | StmtKind::Verify { .. }
            | StmtKind::Reject { .. }
            | StmtKind::Emit(_)
            | StmtKind::EmitScalar(_) => {}
        }
    }
}

/// Indices that may be written somewhere in the block are no longer known.
fn forget(block: &[Stmt], stacks: &FxHashMap<StackId, Next>, known: &mut FxHashMap<LocalId, Option<usize>>) {
    visit::statements(block, &mut |stmt| match &stmt.kind {
        StmtKind::Assign { dst, .. } => {
            if let LValue::Local(local) = dst.root()
                && known.contains_key(local)
            {
                known.insert(*local, None);
            }
        }
        StmtKind::Extract { header: HeaderRef::Next(stack), .. }
        | StmtKind::PushFront { stack, .. }
        | StmtKind::PopFront { stack, .. } => {
            if let Some(next) = stacks.get(stack) {
                known.insert(next.index, None);
            }
        }
        StmtKind::CallExtern { .. } => {
            // An extern may be given a stack.
            known.values_mut().for_each(|value| *value = None);
        }
        _ => {}
    });
}
