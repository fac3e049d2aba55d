//! Programs that are too large for XDP whatever they do. In: a valid program. Out: diagnostics; what passes is not certain to load. They are
//! refused first, for laying out and emitting would take its time for nothing.

use crate::limits::{MOST_CHOSEN, MOST_MAPS, MOST_STATEMENTS, MOST_STATES};
use crate::tables::strategy;
use p4xdp_frontend::diagnostic::{Diagnostic, Diagnostics, codes};
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{
    ActionId, Block, HeaderRef, Parser, Program, StackId, StateId, StmtKind, TableId, Target, Transition,
    visit,
};
use p4xdp_midend::passes::states;
use rustc_hash::FxHashMap;

/// Tables with maps that are laid out at most. With fewer, though too many for the kernel, whatever else is lacking is said as well.
const MOST_TABLES: usize = MOST_MAPS * 16;

/// Refuses what is too large.
pub fn check(program: &Program, sink: &mut Diagnostics) {
    let mut statements = 0;
    let mut applications: FxHashMap<TableId, usize> = FxHashMap::default();
    let mut chosen: Option<(StackId, Span)> = None;
    let mut look = |header: &HeaderRef, span: Span| {
        let stack = match header {
            HeaderRef::Header(_) => return,
            HeaderRef::Element { index, .. } if index.as_const().is_some() => return,
            HeaderRef::Element { stack, .. } | HeaderRef::Next(stack) | HeaderRef::Last(stack) => *stack,
        };
        if program.stacks[stack].elements.len() > MOST_CHOSEN {
            chosen.get_or_insert((stack, span));
        }
    };
    for block in program.blocks() {
        visit::statements(block, &mut |stmt| {
            statements += 1;
            if let StmtKind::ApplyTable { table, .. } = &stmt.kind {
                *applications.entry(*table).or_insert(0) += 1;
            }
            stmt.headers(&mut |header| look(header, stmt.span));
        });
    }
    for state in program.parsers.values().flat_map(|parser| parser.states.values()) {
        if let Transition::Select { keys, .. } = &state.transition {
            keys.iter().for_each(|key| key.headers(&mut |header| look(header, key.span)));
        }
    }
    for expr in program.tables.values().flat_map(|table| table.key_exprs()) {
        expr.headers(&mut |header| look(header, expr.span));
    }
    statements += repeated(program, &applications);
    if let Some((stack, span)) = chosen {
        let stack = &program.stacks[stack];
        let message = format!(
            "an index into `{}`, which has {} elements, is known at run time only; for XDP it may choose from at most {MOST_CHOSEN}",
            stack.name,
            stack.elements.len()
        );
        sink.emit(Diagnostic::error(codes::E0516, span, message).with_label(stack.span, "the stack"));
    }
    for parser in program.parsers.values() {
        let (length, last) = longest_way(parser);
        if length > MOST_STATES {
            let message = format!(
                "the parser has {length} states one behind the other, at most {MOST_STATES} are compiled to XDP"
            );
            sink.emit(
                Diagnostic::error(codes::E0502, parser.span, message)
                    .with_label(parser.states[last].span, "the last of them")
                    .with_note("the kernel's verifier follows no way of more than 8,192 jumps"),
            );
        }
    }
    let mut with_maps = program.tables.values().filter(|table| strategy::has_map(table));
    if let Some(table) = with_maps.nth(MOST_TABLES) {
        let message = format!(
            "with table `{}` the program has more than {MOST_TABLES} tables with run-time entries",
            table.name
        );
        sink.emit(Diagnostic::error(codes::E0525, table.span, message));
    }
    if statements > MOST_STATEMENTS {
        let largest = program.controls.values().max_by_key(|control| size(&control.body));
        let span = largest.map_or(Span::NONE, |control| control.span);
        let message =
            format!("the program has {statements} statements, at most {MOST_STATEMENTS} are compiled to XDP");
        sink.emit(
            Diagnostic::error(codes::E0502, span, message)
                .with_note("the kernel's verifier takes no more than a million instructions"),
        );
    }
}

/// Statements that tables add by being applied: each application has its own copy of the actions, and of constant entries. The first copy
/// of each is counted where it stands.
fn repeated(program: &Program, applications: &FxHashMap<TableId, usize>) -> usize {
    let sizes: FxHashMap<ActionId, usize> =
        program.actions.iter().map(|(id, action)| (id, size(&action.body))).collect();
    let mut copies: FxHashMap<ActionId, usize> = FxHashMap::default();
    let mut count = 0;
    for (&table, &times) in applications {
        let table = &program.tables[table];
        for action in &table.actions {
            *copies.entry(action.action).or_insert(0) += times;
        }
        if table.entries_are_const {
            count += (times - 1) * table.entries.len();
        }
    }
    // A copy comes to a jump at least.
    let each = |action| sizes.get(action).map_or(1, |size| size + 1);
    count + copies.iter().map(|(action, times)| (times - 1) * each(action)).sum::<usize>()
}

/// Statements in a block, those in inner blocks included.
fn size(block: &Block) -> usize {
    let mut count = 0;
    visit::statements(block, &mut |_| count += 1);
    count
}

/// How many states are one behind the other on the longest way, loops gone round once, and the last of them.
fn longest_way(parser: &Parser) -> (usize, StateId) {
    let order = states::topological(parser);
    let position: FxHashMap<StateId, usize> = order.iter().enumerate().map(|(at, &id)| (id, at)).collect();
    let mut lengths: FxHashMap<StateId, usize> = FxHashMap::default();
    let mut longest = (0, parser.start);
    for (at, &id) in order.iter().enumerate() {
        let length = *lengths.entry(id).or_insert(1);
        if length > longest.0 {
            longest = (length, id);
        }
        for target in states::targets(&parser.states[id].transition) {
            if let Target::State(next) = target
                && position.get(&next).is_some_and(|&behind| behind > at)
            {
                let there = lengths.entry(next).or_insert(1);
                *there = (*there).max(length + 1);
            }
        }
    }
    longest
}
