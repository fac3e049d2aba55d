//! What is carried along the flow of control, and put in place there: the common half of [`super::constants`], [`super::copies`] and
//! [`super::validity`], each of which carries one kind of facts.
//!
//! What holds is carried through branches, blocks left by labels, and the states of a parser; loops forget what they write. Statements
//! that control cannot reach are dropped. An action knows nothing of where its table is applied.

mod conditions;
mod facts;
mod rewrite;
mod stacks;
mod tables;
mod walk;

use crate::arch;
use crate::ir::*;
use facts::{Facts, Known};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use tables::TableFacts;
use walk::Walker;

/// What is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Values of locals.
    Constants,
    /// Which local or field a local is a copy of.
    Copies,
    /// Which headers are valid, and which are not.
    Validity,
}

/// Carries facts of a kind through the whole program.
pub fn run(program: &mut Program, kind: Kind) {
    let tables = TableFacts::new(program);
    // Where packets go from stage to stage without a way around, validity goes with them. Other storage may be written in between.
    let straight = arch::by_name(&program.architecture).is_some_and(|a| !a.reject_is_visible);
    let mut validity = Known::default();
    for at in 0..program.stages.len() {
        let Some(stage) = program.stages.get(at) else {
            break;
        };
        let entry = if straight { validity.clone() } else { Known::default() };
        let exit = match stage.block {
            StageBlock::Parser(id) => parser(program, id, kind, &tables, &entry),
            StageBlock::Control(id) => {
                let body = std::mem::take(&mut program.controls[id].body);
                let mut walker = Walker::new(program, &tables, Facts::new(kind, &entry), true);
                let body = walker.block(body);
                let (facts, keys) = walker.finish();
                program.controls[id].body = body;
                tables::put_keys(program, keys);
                Some(facts.exit())
            }
        };
        validity = match kind {
            Kind::Validity => exit.unwrap_or_default(),
            Kind::Constants | Kind::Copies => Known::default(),
        };
    }
    for at in 0..program.actions.len() {
        let id = ActionId::from_u32(at as u32);
        let body = std::mem::take(&mut program.actions[id].body);
        let mut walker = Walker::new(program, &tables, Facts::new(kind, &Known::default()), true);
        program.actions[id].body = walker.block(body);
    }
}

/// A parser: first what holds where each state begins, then the rewriting. Answers what holds where it accepts.
fn parser(
    program: &mut Program,
    id: ParserId,
    kind: Kind,
    tables: &TableFacts,
    entry: &Known,
) -> Option<Known> {
    let prologue = std::mem::take(&mut program.parsers[id].prologue);
    let mut walker = Walker::new(program, tables, Facts::new(kind, entry), true);
    let prologue = walker.block(prologue);
    let begin = walker.finish().0.exit();
    program.parsers[id].prologue = prologue;

    // States wait in an order in which those that lead to a state come before it, but for loops.
    let order = super::states::topological(&program.parsers[id]);
    let position: FxHashMap<StateId, usize> = order.iter().enumerate().map(|(at, &id)| (id, at)).collect();
    let mut entries: FxHashMap<StateId, Known> = FxHashMap::default();
    let mut accept: Option<Known> = None;
    entries.insert(program.parsers[id].start, begin);
    let mut waiting = BTreeSet::from([0]);
    while let Some(at) = waiting.pop_first() {
        let Some(&at) = order.get(at) else {
            continue;
        };
        let Some(entry) = entries.get(&at) else {
            continue;
        };
        let state = &program.parsers[id].states[at];
        let mut walker = Walker::new(program, tables, Facts::new(kind, entry), false);
        walker.block(state.body.clone());
        let mut transition = state.transition.clone();
        walker.transition(&mut transition);
        let (facts, _) = walker.finish();
        if facts.dead {
            continue;
        }
        let exit = facts.exit();
        for target in super::states::live_targets(&transition) {
            match target {
                Target::State(next) => {
                    let is_new = match entries.get_mut(&next) {
                        Some(known) => known.meet(&exit),
                        None => entries.insert(next, exit.clone()).is_none(),
                    };
                    if is_new {
                        waiting.extend(position.get(&next));
                    }
                }
                Target::Accept => match &mut accept {
                    Some(known) => {
                        known.meet(&exit);
                    }
                    None => accept = Some(exit.clone()),
                },
                Target::Reject => {}
            }
        }
    }
    for at in 0..program.parsers[id].states.len() {
        let at = StateId::from_u32(at as u32);
        // A state that nothing leads to is left as it is; another pass removes it.
        let Some(entry) = entries.get(&at) else {
            continue;
        };
        let body = std::mem::take(&mut program.parsers[id].states[at].body);
        let mut transition = program.parsers[id].states[at].transition.clone();
        let mut walker = Walker::new(program, tables, Facts::new(kind, entry), true);
        let body = walker.block(body);
        if walker.is_dead() {
            transition = Transition::Direct(Target::Reject);
        } else {
            walker.transition(&mut transition);
        }
        let state = &mut program.parsers[id].states[at];
        state.body = body;
        state.transition = transition;
    }
    accept
}
