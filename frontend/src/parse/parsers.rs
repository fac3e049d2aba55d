//! Parsers: their states and how they are left.

use super::declarations::{BlockHead, Place};
use super::grammar::Rule;
use super::{Lowered, Lowering};
use crate::ast::{DeclarationKind, Name, ParserBody, ParserState, Stmt, StmtKind, Transition};
use crate::diagnostic::codes;
use pest::iterators::{Pair, Pairs};

impl Lowering<'_> {
    /// `parser name<..>(..)(..) { locals states }`, or a parser's type.
    pub(super) fn parser(&mut self, mut pairs: Pairs<'_, Rule>) -> Lowered<DeclarationKind> {
        let BlockHead { name, scope, type_params, params } = self.block_head(&mut pairs)?;
        let constructor_params = self.optional_parameters(&mut pairs)?;
        let body = pairs.next().map(|body| self.parser_body(body, &name)).transpose()?;
        self.type_names.leave(scope);
        Ok(DeclarationKind::Parser { name, type_params, params, constructor_params, body })
    }

    fn parser_body(&mut self, pair: Pair<'_, Rule>, name: &Name) -> Lowered<ParserBody> {
        let mut body = ParserBody { locals: Vec::new(), states: Vec::new() };
        for pair in pair.into_inner() {
            if pair.as_rule() == Rule::parser_state {
                body.states.push(self.parser_state(pair)?);
            } else {
                self.declaration(pair, Place::Parser, &mut body.locals)?;
            }
        }
        if body.states.is_empty() {
            self.error(codes::E0129, name.span, format!("parser `{}` has no states", name.text));
        }
        Ok(body)
    }

    fn parser_state(&mut self, pair: Pair<'_, Rule>) -> Lowered<ParserState> {
        let mut inner = pair.clone().into_inner();
        let annotations = self.annotations(&mut inner)?;
        let keyword = self.next(&mut inner)?;
        let span = self.span(&keyword).to(self.span(&pair));
        let name = self.next_name(&mut inner)?;
        let scope = self.type_names.enter();
        let mut statements = Vec::new();
        let mut transition = None;
        for pair in inner {
            if pair.as_rule() == Rule::transition_statement {
                transition = Some(self.transition(pair)?);
            } else {
                let statement = self.statement(pair)?;
                self.check_parser_statement(&statement);
                statements.push(statement);
            }
        }
        self.type_names.leave(scope);
        Ok(ParserState { annotations, name, statements, transition, span })
    }

    /// The statements of a parser are fewer (section "Grammar", `parserStatement`).
    fn check_parser_statement(&mut self, statement: &Stmt) {
        let what = match &statement.kind {
            StmtKind::Empty | StmtKind::Assign { .. } | StmtKind::Call(_) | StmtKind::Declaration(_) => {
                return;
            }
            StmtKind::Block(block) => {
                block.statements.iter().for_each(|statement| self.check_parser_statement(statement));
                return;
            }
            StmtKind::If { then_branch, else_branch, .. } => {
                self.check_parser_statement(then_branch);
                if let Some(branch) = else_branch {
                    self.check_parser_statement(branch);
                }
                return;
            }
            StmtKind::Exit => "`exit`",
            StmtKind::Return(_) => "`return`",
            StmtKind::Break => "`break`",
            StmtKind::Continue => "`continue`",
            StmtKind::Switch { .. } => "`switch`",
            StmtKind::For { .. } | StmtKind::ForIn { .. } => "`for`",
        };
        self.error(codes::E0124, statement.span, format!("{what} cannot stand in a parser"));
    }

    fn transition(&mut self, pair: Pair<'_, Rule>) -> Lowered<Transition> {
        let mut inner = pair.into_inner();
        inner.next();
        let target = self.next(&mut inner)?;
        match target.as_rule() {
            Rule::select_expression => Ok(Transition::Select(self.select_expression(target)?)),
            _ => Ok(Transition::Direct(self.name(&target))),
        }
    }
}
