//! Statements, blocks, states.

use super::declarations::{annotations, declaration};
use super::expressions::{expression, name, ty};
use super::sexp::Sexp;
use crate::ast::{BinaryOp, Block, ParserState, SelectCase, Stmt, StmtKind, SwitchCase, Transition};

/// A block's statements behind `head`.
pub(super) fn block(head: &str, block: &Block) -> Sexp {
    Sexp::node(head, annotations(&block.annotations).chain(block.statements.iter().map(statement)))
}

fn statement(statement: &Stmt) -> Sexp {
    let notes = annotations(&statement.annotations);
    let one = |head: &str| Sexp::node(head, []);
    match &statement.kind {
        StmtKind::Empty => one("empty"),
        StmtKind::Assign { lhs, op, rhs } => {
            let operator = format!("{}=", op.map_or("", BinaryOp::text));
            Sexp::node(&operator, [expression(lhs), expression(rhs)])
        }
        StmtKind::Call(call) => expression(call),
        StmtKind::If { condition, then_branch, else_branch } => {
            let branches = [expression(condition), self::statement(then_branch)];
            Sexp::node("if", branches.into_iter().chain(else_branch.as_deref().map(self::statement)))
        }
        StmtKind::Block(inner) => block("block", inner),
        StmtKind::Exit => one("exit"),
        StmtKind::Return(value) => Sexp::node("return", value.as_ref().map(expression)),
        StmtKind::Break => one("break"),
        StmtKind::Continue => one("continue"),
        StmtKind::Switch { scrutinee, cases } => {
            Sexp::node("switch", std::iter::once(expression(scrutinee)).chain(cases.iter().map(switch_case)))
        }
        StmtKind::For { init, condition, update, body } => {
            let parts = [
                Sexp::node("init", init.iter().map(self::statement)),
                expression(condition),
                Sexp::node("update", update.iter().map(self::statement)),
                self::statement(body),
            ];
            Sexp::node("for", notes.chain(parts))
        }
        StmtKind::ForIn { annotations: of_variable, ty: declared, variable, collection, body } => {
            let variable = annotations(of_variable).chain(declared.as_ref().map(ty)).chain([
                expression(variable),
                expression(collection),
                self::statement(body),
            ]);
            Sexp::node("for-in", notes.chain(variable))
        }
        StmtKind::Declaration(inner) => declaration(inner),
    }
}

fn switch_case(case: &SwitchCase) -> Sexp {
    let body = case.block.as_ref().map(|body| block("block", body));
    Sexp::node("case", std::iter::once(expression(&case.label)).chain(body))
}

pub(super) fn parser_state(state: &ParserState) -> Sexp {
    let parts = annotations(&state.annotations)
        .chain([name(&state.name)])
        .chain(state.statements.iter().map(statement))
        .chain(state.transition.as_ref().map(transition));
    Sexp::node("state", parts)
}

fn transition(transition: &Transition) -> Sexp {
    match transition {
        Transition::Direct(target) => Sexp::node("transition", [name(target)]),
        Transition::Select(select) => {
            let keys = Sexp::list(select.keys.iter().map(expression));
            Sexp::node("select", std::iter::once(keys).chain(select.cases.iter().map(select_case)))
        }
    }
}

fn select_case(case: &SelectCase) -> Sexp {
    Sexp::node("case", [expression(&case.keyset), name(&case.state)])
}
