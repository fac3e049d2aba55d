//! Statements that control never gets to: those behind `return`, `exit`, `break`, `continue`, or behind a statement of
//! which every branch ends in one of them.

use super::Lint;
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{Block, Stmt, StmtKind, Visit};
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
        let Some(last) = statements.iter().position(leaves) else { return };
        if let (Some(end), Some(next)) = (statements.get(last), statements.get(last + 1)) {
            self.found.push((next.span, end.span));
        }
    }
}

/// True if control never gets past the statement.
fn leaves(statement: &Stmt) -> bool {
    match &statement.kind {
        StmtKind::Return(_) | StmtKind::Exit | StmtKind::Break | StmtKind::Continue => true,
        StmtKind::Block(block) => block_leaves(block),
        StmtKind::If { then_block, else_block: Some(else_block), .. } => {
            block_leaves(then_block) && block_leaves(else_block)
        }
        StmtKind::Switch { cases, default: Some(default), .. } => {
            block_leaves(default) && cases.iter().all(|case| block_leaves(&case.block))
        }
        StmtKind::If { else_block: None, .. }
        | StmtKind::Switch { default: None, .. }
        | StmtKind::Variable(..)
        | StmtKind::Constant(_)
        | StmtKind::Instance(_)
        | StmtKind::Assign { .. }
        | StmtKind::Call(_)
        | StmtKind::For { .. }
        | StmtKind::ForRange { .. }
        | StmtKind::ForIn { .. } => false,
    }
}

fn block_leaves(block: &Block) -> bool {
    block.statements.iter().any(leaves)
}
