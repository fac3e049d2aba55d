//! Whether control can get past a statement, for the checker (`return` and `exit`) and for warnings (`break` and `continue` too).

use super::{Block, Stmt, StmtKind};

/// A way out that no control comes back from to what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayOut {
    /// Out of the whole body: `return` and `exit`.
    Body,
    /// Out of the body or of a round of a loop in it: `break` and `continue` too.
    Round,
}

impl Block {
    /// True if every path through the block takes such a way out.
    pub fn always_leaves(&self, by: WayOut) -> bool {
        self.statements.iter().any(|statement| statement.always_leaves(by))
    }
}

impl Stmt {
    /// True if every path through the statement takes such a way out.
    pub fn always_leaves(&self, by: WayOut) -> bool {
        match &self.kind {
            StmtKind::Return(_) | StmtKind::Exit => true,
            StmtKind::Break | StmtKind::Continue => by == WayOut::Round,
            StmtKind::Block(block) => block.always_leaves(by),
            StmtKind::If { then_block, else_block: Some(else_block), .. } => {
                then_block.always_leaves(by) && else_block.always_leaves(by)
            }
            StmtKind::Switch { cases, default: Some(default), .. } => {
                default.always_leaves(by) && cases.iter().all(|case| case.block.always_leaves(by))
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
}
