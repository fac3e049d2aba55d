//! Statements as text.

use super::Dump;
use crate::hir::{BinaryOp, Block, Expr, LocalDecl, Stmt, StmtKind, SwitchLabel, VarId};

impl Dump<'_> {
    pub(super) fn variable(&self, id: VarId, init: Option<&Expr>) -> String {
        let variable = &self.program.variables[id];
        let head = format!("{} {}", self.program.type_text(variable.ty), variable.name.name);
        match init {
            Some(init) => format!("{head} = {};", self.expr(init)),
            None => format!("{head};"),
        }
    }

    pub(super) fn block(&mut self, head: &str, block: &Block) {
        let annotations: String =
            block.annotations.iter().map(|annotation| format!("@{} ", annotation.name.text)).collect();
        let head = format!("{head} {annotations}");
        self.braces(head.trim_end(), |this| this.statements(&block.statements));
    }

    pub(super) fn statements(&mut self, statements: &[Stmt]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match &statement.kind {
            StmtKind::Variable(id, init) => {
                let text = self.variable(*id, init.as_ref());
                self.line(&text);
            }
            StmtKind::Constant(id) => self.local(&LocalDecl::Constant(*id)),
            StmtKind::Instance(id) => self.local(&LocalDecl::Instance(*id)),
            StmtKind::Assign { lhs, op, rhs } => {
                let op = op.map_or("", BinaryOp::text);
                let text = format!("{} {op}= {};", self.expr(lhs), self.expr(rhs));
                self.line(&text);
            }
            StmtKind::Call(call) => {
                let text = format!("{};", self.call(call));
                self.line(&text);
            }
            StmtKind::If { condition, then_block, else_block } => {
                let head = format!("if ({})", self.expr(condition));
                self.block(&head, then_block);
                if let Some(block) = else_block {
                    self.block("else", block);
                }
            }
            StmtKind::Block(block) => self.block("", block),
            StmtKind::Switch { scrutinee, cases, default } => {
                let head = format!("switch ({})", self.expr(scrutinee));
                self.braces(&head, |this| {
                    for case in cases {
                        let labels: Vec<String> = case
                            .labels
                            .iter()
                            .map(|label| match label {
                                SwitchLabel::Action(id, _) => this.program.actions[*id].name.name.to_string(),
                                SwitchLabel::Value(value) => this.expr(value),
                            })
                            .collect();
                        this.block(&format!("{}:", labels.join(", ")), &case.block);
                    }
                    if let Some(block) = default {
                        this.block("default:", block);
                    }
                });
            }
            StmtKind::For { init, condition, update, body } => {
                let head = format!("for (.. ; {}; ..)", self.expr(condition));
                self.braces(&head, |this| {
                    this.braces("init", |this| this.statements(init));
                    this.braces("update", |this| this.statements(update));
                    this.block("body", body);
                });
            }
            StmtKind::ForRange { variable, lo, hi, body } => {
                let name = self.variable(*variable, None);
                let name = name.trim_end_matches(';');
                let head = format!("for ({name} in {} .. {})", self.expr(lo), self.expr(hi));
                self.block(&head, body);
            }
            StmtKind::ForIn { variable, collection, body } => {
                let name = self.variable(*variable, None);
                let head = format!("for ({} in {})", name.trim_end_matches(';'), self.expr(collection));
                self.block(&head, body);
            }
            StmtKind::Break => self.line("break;"),
            StmtKind::Continue => self.line("continue;"),
            StmtKind::Exit => self.line("exit;"),
            StmtKind::Return(value) => {
                let text = match value {
                    Some(value) => format!("return {};", self.expr(value)),
                    None => "return;".to_owned(),
                };
                self.line(&text);
            }
        }
    }
}
