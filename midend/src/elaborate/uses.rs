//! Which variables a program mentions more than once: such a parameter may be read after it was written.

use super::walk::{self, Node};
use p4xdp_frontend::hir::{self, Expr, ExprKind, Stmt, StmtKind, VarId, Visit};
use rustc_hash::FxHashMap;
use std::slice;

/// How often variables are mentioned, in a loop or in a parser's state twice at least.
#[derive(Default)]
pub(super) struct Uses {
    count: FxHashMap<VarId, u32>,
    /// Statements of the program.
    pub(super) statements: usize,
}

impl Uses {
    pub(super) fn collect(hir: &hir::Program) -> Uses {
        let mut uses = Uses::default();
        hir.walk(&mut uses);
        for state in hir.parsers.values().filter_map(|p| p.body.as_ref()).flat_map(|body| &body.states) {
            uses.again(&state.body);
        }
        uses
    }

    /// False if a parameter is certainly never read after it was written.
    pub(super) fn may_be_read_back(&self, param: VarId) -> bool {
        self.count.get(&param).is_some_and(|&count| count > 1)
    }

    fn mention(&mut self, expr: &Expr) {
        if let ExprKind::Variable(var) = expr.kind {
            *self.count.entry(var).or_default() += 1;
        }
    }

    fn again(&mut self, list: &[Stmt]) {
        walk::statements(list, &mut |node| match node {
            Node::Expr(expr) => self.mention(expr),
            Node::Stmt(_) | Node::Call(_) => {}
        });
    }
}

impl<'p> Visit<'p> for Uses {
    fn expr(&mut self, expr: &'p Expr) {
        self.mention(expr);
    }

    fn place(&mut self, place: &'p Expr) {
        self.mention(place);
    }

    fn statement(&mut self, statement: &'p Stmt) {
        self.statements += 1;
        if matches!(statement.kind, StmtKind::For { .. } | StmtKind::ForRange { .. } | StmtKind::ForIn { .. })
        {
            self.again(slice::from_ref(statement));
        }
    }
}
