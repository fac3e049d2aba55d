//! Whether control can reach the end of a block.

use crate::hir::{Block, Stmt, StmtKind};

/// True if every path through the block ends in `return` or `exit`.
pub(super) fn always_returns(block: &Block) -> bool {
    block.statements.iter().any(statement_returns)
}

fn statement_returns(statement: &Stmt) -> bool {
    match &statement.kind {
        StmtKind::Return(_) | StmtKind::Exit => true,
        StmtKind::Block(block) => always_returns(block),
        StmtKind::If { then_block, else_block: Some(else_block), .. } => {
            always_returns(then_block) && always_returns(else_block)
        }
        StmtKind::Switch { cases, default: Some(default), .. } => {
            always_returns(default) && cases.iter().all(|case| always_returns(&case.block))
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
        | StmtKind::ForIn { .. }
        | StmtKind::Break
        | StmtKind::Continue => false,
    }
}
