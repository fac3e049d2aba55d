//! Statements, blocks, loops.

use super::grammar::Rule;
use super::{Lowered, Lowering, take};
use crate::ast::{
    Annotation, BinaryOp, Block, Declaration, DeclarationKind, Expr, ExprKind, Stmt, StmtKind, SwitchCase,
};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;
use pest::iterators::{Pair, Pairs};

impl Lowering<'_> {
    /// `{ .. }`, with the annotations that stood in front.
    pub(super) fn block(&mut self, pair: Pair<'_, Rule>, annotations: Vec<Annotation>) -> Lowered<Block> {
        let span = self.span(&pair);
        let scope = self.type_names.enter();
        let statements =
            pair.into_inner().map(|statement| self.statement(statement)).collect::<Lowered<_>>()?;
        self.type_names.leave(scope);
        Ok(Block { annotations, statements, span })
    }

    pub(super) fn statement(&mut self, pair: Pair<'_, Rule>) -> Lowered<Stmt> {
        let span = self.span(&pair);
        self.nested(span, |lowering| {
            let mut inner = pair.into_inner();
            let annotations = lowering.annotations(&mut inner)?;
            let pair = lowering.next(&mut inner)?;
            lowering.statement_kind(annotations, pair)
        })
    }

    fn statement_kind(&mut self, mut annotations: Vec<Annotation>, pair: Pair<'_, Rule>) -> Lowered<Stmt> {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let mut inner = pair.clone().into_inner();
        let kind = match rule {
            Rule::empty_statement => StmtKind::Empty,
            Rule::block => StmtKind::Block(self.block(pair, std::mem::take(&mut annotations))?),
            Rule::conditional_statement => self.conditional(inner)?,
            Rule::return_statement => {
                inner.next();
                StmtKind::Return(inner.next().map(|value| self.expression(value)).transpose()?)
            }
            Rule::exit_statement => StmtKind::Exit,
            Rule::break_statement => StmtKind::Break,
            Rule::continue_statement => StmtKind::Continue,
            Rule::switch_statement => self.switch(inner)?,
            Rule::for_statement => {
                let kind = self.for_statement(inner)?;
                return Ok(Stmt { annotations, kind, span });
            }
            Rule::constant_declaration | Rule::variable_declaration => {
                let kind = match rule {
                    Rule::constant_declaration => self.constant(inner)?,
                    _ => self.variable(inner)?,
                };
                let declaration = Declaration { annotations: std::mem::take(&mut annotations), kind, span };
                StmtKind::Declaration(Box::new(declaration))
            }
            Rule::expression_statement => self.expression_statement(&mut inner, &mut annotations, span)?,
            _ => return Err(self.unexpected(&pair)),
        };
        if let Some(annotation) = annotations.first() {
            let message = "an annotation cannot stand before this kind of statement";
            self.sink.emit(Diagnostic::error(codes::E0126, annotation.span, message).with_suggestion(
                annotation.span,
                "",
                "leave it out",
            ));
        }
        Ok(Stmt { annotations, kind, span })
    }

    fn conditional(&mut self, mut pairs: Pairs<'_, Rule>) -> Lowered<StmtKind> {
        pairs.next();
        let condition = self.next(&mut pairs)?;
        let condition = self.expression(condition)?;
        let then_branch = self.next(&mut pairs)?;
        let then_branch = Box::new(self.branch(then_branch)?);
        pairs.next();
        let else_branch = pairs.next().map(|branch| self.branch(branch).map(Box::new)).transpose()?;
        Ok(StmtKind::If { condition, then_branch, else_branch })
    }

    fn switch(&mut self, mut pairs: Pairs<'_, Rule>) -> Lowered<StmtKind> {
        pairs.next();
        let scrutinee = self.next(&mut pairs)?;
        let scrutinee = self.expression(scrutinee)?;
        let cases = pairs.map(|case| self.switch_case(case)).collect::<Lowered<_>>()?;
        Ok(StmtKind::Switch { scrutinee, cases })
    }

    /// The branch of an `if`, the body of a loop: no declaration.
    fn branch(&mut self, pair: Pair<'_, Rule>) -> Lowered<Stmt> {
        let statement = self.statement(pair)?;
        if let StmtKind::Declaration(declaration) = &statement.kind {
            let message = "a declaration is no branch and no body of its own: it needs a block";
            self.error(codes::E0123, declaration.span, message);
        }
        Ok(statement)
    }

    /// An assignment, a call, or an instantiation, which is not allowed among statements.
    fn expression_statement(
        &mut self,
        pairs: &mut Pairs<'_, Rule>,
        annotations: &mut Vec<Annotation>,
        span: Span,
    ) -> Lowered<StmtKind> {
        let lhs = self.next(pairs)?;
        let lhs = self.expression(lhs)?;
        let Some(next) = pairs.next() else {
            self.check_call(&lhs)?;
            return Ok(StmtKind::Call(lhs));
        };
        if next.as_rule() != Rule::assignment_operator {
            annotations.clear();
            return Err(self.error(codes::E0123, span, "an instantiation cannot stand among statements"));
        }
        self.check_lvalue(&lhs)?;
        let op = assignment_operator(next.as_str());
        let rhs = self.next(pairs)?;
        let rhs = self.expression(rhs)?;
        Ok(StmtKind::Assign { lhs, op, rhs })
    }

    /// A statement that is an expression must call something.
    fn check_call(&mut self, expr: &Expr) -> Lowered<()> {
        match &expr.kind {
            ExprKind::Call { callee, .. } => self.check_lvalue(callee),
            _ => {
                let message = "this expression is no statement: it neither calls nor assigns";
                Err(self.error(codes::E0125, expr.span, message))
            }
        }
    }

    /// What an assignment may write to by its form (section "Grammar", `lvalue`).
    fn check_lvalue(&mut self, expr: &Expr) -> Lowered<()> {
        let mut at = expr;
        loop {
            if matches!(at.kind, ExprKind::Name(_) | ExprKind::This | ExprKind::Type(_)) {
                return Ok(());
            }
            let (ExprKind::Member(base, _)
            | ExprKind::Index(base, _)
            | ExprKind::Slice(base, _, _)
            | ExprKind::PlusSlice(base, _, _)
            | ExprKind::Paren(base)) = &at.kind
            else {
                let message = "a statement cannot begin with this expression";
                return Err(self.error(codes::E0125, at.span, message));
            };
            at = base;
        }
    }

    fn switch_case(&mut self, pair: Pair<'_, Rule>) -> Lowered<SwitchCase> {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let label = self.next(&mut inner)?;
        let label = if label.as_rule() == Rule::default_keyset {
            Expr { kind: ExprKind::Default, span: self.span(&label) }
        } else {
            self.expression(label)?
        };
        let annotations = self.annotations(&mut inner)?;
        let block = inner.next().map(|block| self.block(block, annotations)).transpose()?;
        Ok(SwitchCase { label, block, span })
    }

    fn for_statement(&mut self, mut pairs: Pairs<'_, Rule>) -> Lowered<StmtKind> {
        pairs.next();
        let head = self.next(&mut pairs)?;
        let body = self.next(&mut pairs)?;
        let scope = self.type_names.enter();
        let kind = match head.as_rule() {
            Rule::for_loop => self.for_loop(head.into_inner(), body)?,
            _ => self.for_in(head.into_inner(), body)?,
        };
        self.type_names.leave(scope);
        Ok(kind)
    }

    /// `for (init; condition; update) body`
    fn for_loop(&mut self, mut inner: Pairs<'_, Rule>, body: Pair<'_, Rule>) -> Lowered<StmtKind> {
        let init = self.next(&mut inner)?;
        let init = init.into_inner().map(|step| self.for_step(step)).collect::<Lowered<_>>()?;
        let condition = self.next(&mut inner)?;
        let condition = self.expression(condition)?;
        let update = self.next(&mut inner)?;
        let update = update.into_inner().map(|step| self.for_step(step)).collect::<Lowered<Vec<_>>>()?;
        for step in &update {
            if matches!(step.kind, StmtKind::Declaration(_)) {
                return Err(self.error(
                    codes::E0123,
                    step.span,
                    "the update of a loop cannot declare a variable",
                ));
            }
        }
        let body = Box::new(self.branch(body)?);
        Ok(StmtKind::For { init, condition, update, body })
    }

    /// `for (T x in collection) body`
    fn for_in(&mut self, mut inner: Pairs<'_, Rule>, body: Pair<'_, Rule>) -> Lowered<StmtKind> {
        let annotations = self.annotations(&mut inner)?;
        let first = self.next(&mut inner)?;
        let (ty, name) = if first.as_rule() == Rule::type_ref {
            let ty = self.type_ref(first)?;
            (Some(ty), self.next_name(&mut inner)?)
        } else {
            (None, self.name(&first))
        };
        if ty.is_none() {
            return Err(self.error(
                codes::E0136,
                name.span,
                format!("the loop variable `{}` needs a type", name.text),
            ));
        }
        self.type_names.declare_value(&name.text);
        inner.next();
        let collection = self.next(&mut inner)?;
        let mut collection = self.expression(collection)?;
        if take(&mut inner, Rule::range_operator).is_some() {
            let high = self.next(&mut inner)?;
            let high = self.expression(high)?;
            let span = collection.span.to(high.span);
            collection = Expr { kind: ExprKind::Range(Box::new(collection), Box::new(high)), span };
        }
        let span = name.span;
        let variable =
            Expr { kind: ExprKind::Name(crate::ast::QualifiedName { absolute: false, name }), span };
        let body = Box::new(self.branch(body)?);
        Ok(StmtKind::ForIn { annotations, ty, variable, collection, body })
    }

    /// A declaration, an assignment or a call in the head of a loop.
    fn for_step(&mut self, pair: Pair<'_, Rule>) -> Lowered<Stmt> {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let mut annotations = self.annotations(&mut inner)?;
        let kind = if inner.peek().is_some_and(|first| first.as_rule() == Rule::type_ref) {
            let ty = self.next(&mut inner)?;
            let ty = self.type_ref(ty)?;
            let (ty, name) = self.declarator(&mut inner, ty)?;
            let init = inner.next().map(|init| self.expression(init)).transpose()?;
            self.type_names.declare_value(&name.text);
            let kind = DeclarationKind::Variable { ty, name, init };
            StmtKind::Declaration(Box::new(Declaration {
                annotations: std::mem::take(&mut annotations),
                kind,
                span,
            }))
        } else {
            self.expression_statement(&mut inner, &mut annotations, span)?
        };
        Ok(Stmt { annotations, kind, span })
    }
}

fn assignment_operator(text: &str) -> Option<BinaryOp> {
    super::expressions::binary_operator(text.strip_suffix('=')?).map(|(op, _)| op)
}
