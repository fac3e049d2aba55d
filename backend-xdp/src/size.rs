//! Programs that are too large for XDP whatever they do. In: a valid program. Out: diagnostics; what passes is not certain to load. They are
//! refused first, for laying out and emitting would take its time for nothing.

use crate::limits::{MOST_CHOSEN, MOST_STATEMENTS};
use p4xdp_frontend::diagnostic::{Diagnostic, Diagnostics, codes};
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Control, HeaderRef, Program, StackId, Transition, visit};

/// Refuses what is too large.
pub fn check(program: &Program, sink: &mut Diagnostics) {
    let mut statements = 0;
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
            stmt.headers(&mut |header| look(header, stmt.span));
        });
    }
    for state in program.parsers.values().flat_map(|parser| parser.states.values()) {
        if let Transition::Select { keys, .. } = &state.transition {
            keys.iter().for_each(|key| key.headers(&mut |header| look(header, key.span)));
        }
    }
    for key in program.tables.values().flat_map(|table| &table.keys) {
        key.expr.headers(&mut |header| look(header, key.expr.span));
    }
    if let Some((stack, span)) = chosen {
        let stack = &program.stacks[stack];
        let message = format!(
            "an index into `{}`, which has {} elements, is known at run time only; for XDP it may choose from at most {MOST_CHOSEN}",
            stack.name,
            stack.elements.len()
        );
        sink.emit(Diagnostic::error(codes::E0516, span, message).with_label(stack.span, "the stack"));
    }
    if statements > MOST_STATEMENTS {
        let size = |control: &Control| {
            let mut count = 0;
            visit::statements(&control.body, &mut |_| count += 1);
            count
        };
        let largest = program.controls.values().max_by_key(|control| size(control));
        let span = largest.map_or(Span::NONE, |control| control.span);
        let message =
            format!("the program has {statements} statements, at most {MOST_STATEMENTS} are compiled to XDP");
        sink.emit(
            Diagnostic::error(codes::E0502, span, message)
                .with_note("the kernel's verifier takes no more than a million instructions"),
        );
    }
}
