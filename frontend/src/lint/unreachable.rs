//! Statements that control never gets to: those behind `return`, `exit`, `break`, `continue`, or behind a statement of
//! which every branch ends in one of them.

use super::Lint;
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{Stmt, Visit, WayOut};
use crate::source::Span;

pub(super) fn check(lint: &mut Lint<'_>) {
    let mut dead = Dead { found: Vec::new() };
    lint.program.walk(&mut dead);
    for (statement, because) in dead.found {
        let finding = Diagnostic::warning(codes::W0310, statement, "this statement is never reached");
        lint.emit(finding.with_label(because, "control never gets past this"));
    }
}

struct Dead {
    /// Each with the statement that nothing gets past.
    found: Vec<(Span, Span)>,
}

impl<'p> Visit<'p> for Dead {
    fn statements(&mut self, statements: &'p [Stmt]) {
        let Some(last) = statements.iter().position(|statement| statement.always_leaves(WayOut::Round))
        else {
            return;
        };
        if let (Some(end), Some(next)) = (statements.get(last), statements.get(last + 1)) {
            self.found.push((next.span, end.span));
        }
    }
}
