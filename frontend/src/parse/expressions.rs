//! Expressions: from a flat run of operands and operators to a tree.
//!
//! What the grammar leaves open is decided here by the names that are types: `(T) - x`, `(T)(x)`.

use super::grammar::{Grammar, Rule};
use super::keywords::{is_keyword, reserved_word};
use super::{Lowered, Lowering, MAX_DEPTH, literals, take};
use crate::ast::{Argument, BinaryOp, Expr, ExprKind, Name, TypeExpr, TypeExprKind, UnaryOp};
use crate::diagnostic::codes;
use crate::source::Span;
use pest::Parser;
use pest::iterators::{Pair, Pairs};

/// What stands between the braces of a list or the brackets of an annotation.
pub(super) struct ListElements {
    /// Elements without a name.
    pub(super) positional: Vec<Expr>,
    /// Elements with a name.
    pub(super) named: Vec<(Name, Expr)>,
}

impl Lowering<'_> {
    /// `expression`, `width` and `lvalue`
    pub(super) fn expression(&mut self, pair: Pair<'_, Rule>) -> Lowered<Expr> {
        let span = self.span(&pair);
        self.nested(span, |lowering| {
            let mut pairs = pair.into_inner();
            let expr = lowering.operators(&mut pairs, 0)?;
            match pairs.next() {
                None => Ok(expr),
                Some(pair) => lowering.ternary(expr, pair),
            }
        })
    }

    fn ternary(&mut self, condition: Expr, pair: Pair<'_, Rule>) -> Lowered<Expr> {
        let mut height = self.height;
        let mut branches = pair.into_inner();
        let then = self.next(&mut branches)?;
        let then = self.expression(then)?;
        height = height.max(self.height);
        let otherwise = self.next(&mut branches)?;
        let otherwise = self.expression(otherwise)?;
        self.height = height.max(self.height);
        let span = condition.span.to(otherwise.span);
        self.node(ExprKind::Ternary(Box::new(condition), Box::new(then), Box::new(otherwise)), span)
    }

    /// A node over what was lowered last, one higher than it.
    fn node(&mut self, kind: ExprKind, span: Span) -> Lowered<Expr> {
        self.height += 1;
        if self.height > MAX_DEPTH {
            return Err(self.too_deep(span));
        }
        Ok(Expr { kind, span })
    }

    fn leaf(&mut self, kind: ExprKind, span: Span) -> Expr {
        self.height = 0;
        Expr { kind, span }
    }

    /// Precedence climbing; all binary operators associate to the left.
    fn operators(&mut self, pairs: &mut Pairs<'_, Rule>, least: u8) -> Lowered<Expr> {
        let mut left = self.operand(pairs)?;
        loop {
            let Some(pair) = pairs.peek() else { return Ok(left) };
            let Some((op, strength)) = binary_operator(pair.as_str()) else { return Ok(left) };
            if strength < least {
                return Ok(left);
            }
            pairs.next();
            let height = self.height;
            let right = self.operators(pairs, strength + 1)?;
            self.height = self.height.max(height);
            let span = left.span.to(right.span);
            left = self.node(ExprKind::Binary(op, Box::new(left), Box::new(right)), span)?;
        }
    }

    /// Prefixes, a primary, postfixes.
    pub(super) fn operand(&mut self, pairs: &mut Pairs<'_, Rule>) -> Lowered<Expr> {
        let pair = self.next(pairs)?;
        match pair.as_rule() {
            Rule::unary_operator => {
                let op = match pair.as_str() {
                    "-" => UnaryOp::Neg,
                    "!" => UnaryOp::Not,
                    "~" => UnaryOp::Complement,
                    _ => UnaryOp::Plus,
                };
                let at = self.span(&pair);
                let inner = self.nested(at, |lowering| lowering.operand(pairs))?;
                let span = at.to(inner.span);
                self.node(ExprKind::Unary(op, Box::new(inner)), span)
            }
            Rule::cast => {
                let at = self.span(&pair);
                let mut types = Vec::new();
                for ty in pair.into_inner() {
                    types.push((self.span(&ty), self.type_ref(ty)?));
                }
                let mut expr = self.nested(at, |lowering| lowering.operand(pairs))?;
                while let Some((_, ty)) = types.pop() {
                    let first = if types.is_empty() { at } else { ty.span };
                    let span = first.to(expr.span);
                    expr = self.node(ExprKind::Cast(Box::new(ty), Box::new(expr)), span)?;
                }
                Ok(expr)
            }
            _ => {
                let primary = self.primary(pair)?;
                self.rest_of_operand(primary, pairs)
            }
        }
    }

    /// What follows a primary: postfixes, or the operand of a cast that the primary turns out to be.
    fn rest_of_operand(&mut self, primary: Expr, pairs: &mut Pairs<'_, Rule>) -> Lowered<Expr> {
        let Some(next) = pairs.peek() else { return Ok(primary) };
        let Some(ty) = self.parenthesized_type(&primary) else { return self.postfixes(primary, pairs) };
        let at = primary.span;
        let operand = match next.as_rule() {
            Rule::argument_list => {
                pairs.next();
                let span = self.span(&next);
                let mut args = self.arguments(next)?;
                match (args.pop(), args.is_empty()) {
                    (Some(Argument { name: None, value, .. }), true) => {
                        let inner = self.node(ExprKind::Paren(Box::new(value)), span)?;
                        self.nested(at, |lowering| lowering.rest_of_operand(inner, pairs))?
                    }
                    _ => return Err(self.error(codes::E0100, span, "a cast applies to one expression")),
                }
            }
            Rule::member => {
                pairs.next();
                let mut inner = next.into_inner();
                let name = self.member_name(&mut inner)?;
                let span = name.span;
                let name = crate::ast::QualifiedName { absolute: true, name };
                let inner = self.leaf(ExprKind::Name(name), span);
                self.postfixes(inner, pairs)?
            }
            Rule::binary_operator | Rule::width_operator => {
                let op = match next.as_str() {
                    "-" => UnaryOp::Neg,
                    "+" => UnaryOp::Plus,
                    _ => return Ok(primary),
                };
                pairs.next();
                let inner = self.nested(at, |lowering| lowering.operand(pairs))?;
                let span = self.span(&next).to(inner.span);
                self.node(ExprKind::Unary(op, Box::new(inner)), span)?
            }
            _ => return self.postfixes(primary, pairs),
        };
        let span = at.to(operand.span);
        self.node(ExprKind::Cast(Box::new(ty), Box::new(operand)), span)
    }

    /// The type, if `expr` is the name of one in parentheses.
    fn parenthesized_type(&self, expr: &Expr) -> Option<TypeExpr> {
        let ExprKind::Paren(inner) = &expr.kind else { return None };
        let ExprKind::Name(name) = &inner.kind else { return None };
        if !self.type_names.is_type(&name.name.text) {
            return None;
        }
        Some(TypeExpr { kind: TypeExprKind::Named(name.clone()), span: inner.span })
    }

    fn primary(&mut self, pair: Pair<'_, Rule>) -> Lowered<Expr> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::name | Rule::prefixed_name => ExprKind::Name(self.qualified_name(&pair)?),
            Rule::integer => self.integer(&pair)?,
            Rule::boolean => ExprKind::Bool(pair.as_str() == "true"),
            Rule::string_literal => ExprKind::String(literals::string(pair.as_str())),
            Rule::this => ExprKind::This,
            Rule::default_value => ExprKind::DefaultValue,
            Rule::invalid_header => ExprKind::InvalidHeader,
            Rule::error_type => ExprKind::Type(Box::new(TypeExpr { kind: TypeExprKind::Error, span })),
            Rule::parenthesized => {
                let mut inner = pair.into_inner();
                let inner = self.next(&mut inner)?;
                let inner = self.expression(inner)?;
                return self.node(ExprKind::Paren(Box::new(inner)), span);
            }
            Rule::list_expression => return self.list_expression(pair, span),
            _ => return Err(self.unexpected(&pair)),
        };
        Ok(self.leaf(kind, span))
    }

    fn list_expression(&mut self, pair: Pair<'_, Rule>, span: Span) -> Lowered<Expr> {
        let ListElements { positional: mut elements, named: members } =
            self.list_elements(pair.into_inner())?;
        let has_default = elements.last().is_some_and(|last| matches!(last.kind, ExprKind::DefaultValue));
        if has_default {
            elements.pop();
        }
        if members.is_empty() {
            self.node(ExprKind::List { elements, has_default }, span)
        } else {
            self.node(ExprKind::NamedList { members, has_default }, span)
        }
    }

    /// The elements of a list: either all have names, or none has; a last `...` goes with both.
    pub(super) fn list_elements(&mut self, pairs: Pairs<'_, Rule>) -> Lowered<ListElements> {
        let mut elements = ListElements { positional: Vec::new(), named: Vec::new() };
        let mut height = 0;
        for pair in pairs {
            let span = self.span(&pair);
            let fits = if pair.as_rule() == Rule::named_element {
                let mut inner = pair.into_inner();
                let name = self.next_name(&mut inner)?;
                let value = self.next(&mut inner)?;
                elements.named.push((name, self.expression(value)?));
                elements.positional.is_empty()
            } else {
                let values = self.elements(pair)?;
                let is_default = values.iter().all(|value| matches!(value.kind, ExprKind::DefaultValue));
                let fits = elements.named.is_empty() || (is_default && elements.positional.is_empty());
                elements.positional.extend(values);
                fits
            };
            if !fits {
                return Err(self.error(
                    codes::E0128,
                    span,
                    "a list has names for all of its elements or for none",
                ));
            }
            height = height.max(self.height);
        }
        self.height = height;
        Ok(elements)
    }

    /// An element of a list, or the several that it turns out to be.
    pub(super) fn elements(&mut self, pair: Pair<'_, Rule>) -> Lowered<Vec<Expr>> {
        if !self.is_several(&pair) {
            return Ok(vec![self.expression(pair)?]);
        }
        let Ok(mut pairs) = Grammar::parse(Rule::comparisons, pair.as_str().trim_end()) else {
            return Ok(vec![self.expression(pair)?]);
        };
        let comparisons = self.next(&mut pairs)?.into_inner();
        let base = self.base;
        self.base += pair.as_span().start();
        let mut height = 0;
        let mut elements = Vec::new();
        for comparison in comparisons.filter(|pair| pair.as_rule() == Rule::comparison) {
            elements.push(self.expression(comparison)?);
            height = height.max(self.height);
        }
        self.base = base;
        self.height = height;
        Ok(elements)
    }

    /// In a list, `a < b, c > (d)` looks like a call with type arguments, which it is only if `b` is a type.
    fn is_several(&self, pair: &Pair<'_, Rule>) -> bool {
        pair.as_str().contains('<')
            && pair.clone().into_inner().any(|part| {
                let Some(list) =
                    part.into_inner().next().filter(|list| list.as_rule() == Rule::type_argument_list)
                else {
                    return false;
                };
                let mut args = list.into_inner();
                let first = args.next().map_or("", |first| first.as_str().trim_end());
                let is_name = first.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
                args.next().is_some() && is_name && !is_builtin(first) && !self.type_names.is_type(first)
            })
    }

    fn postfixes(&mut self, mut expr: Expr, pairs: &mut Pairs<'_, Rule>) -> Lowered<Expr> {
        loop {
            let Some(pair) = pairs.peek() else { return Ok(expr) };
            let span = expr.span.to(self.span(&pair));
            let height = self.height;
            let kind = match pair.as_rule() {
                Rule::member => {
                    pairs.next();
                    let mut inner = pair.into_inner();
                    ExprKind::Member(Box::new(expr), self.member_name(&mut inner)?)
                }
                Rule::index => {
                    pairs.next();
                    self.index(expr, pair)?
                }
                Rule::argument_list => {
                    pairs.next();
                    let args = self.arguments(pair)?;
                    ExprKind::Call { callee: Box::new(expr), type_args: Vec::new(), args }
                }
                Rule::type_application => {
                    pairs.next();
                    let mut inner = pair.into_inner();
                    let type_args = self.next(&mut inner)?;
                    let type_args = self.type_arguments(type_args)?;
                    match take(pairs, Rule::argument_list) {
                        Some(pair) => {
                            let span = span.to(self.span(&pair));
                            let args = self.arguments(pair)?;
                            self.height = self.height.max(height);
                            expr =
                                self.node(ExprKind::Call { callee: Box::new(expr), type_args, args }, span)?;
                            continue;
                        }
                        None => self.specialized(expr, type_args, span)?,
                    }
                }
                _ => return Ok(expr),
            };
            self.height = self.height.max(height);
            expr = self.node(kind, span)?;
        }
    }

    /// The name behind a point, where the grammar admits every word.
    fn member_name(&mut self, pairs: &mut Pairs<'_, Rule>) -> Lowered<Name> {
        let name = self.next_name(pairs)?;
        if is_keyword(&name.text) {
            self.sink.error(reserved_word(name.span, "a name", &name.text));
        }
        Ok(name)
    }

    /// `[i]`, `[hi:lo]`, `[lo +: width]`
    fn index(&mut self, expr: Expr, pair: Pair<'_, Rule>) -> Lowered<ExprKind> {
        let mut inner = pair.into_inner();
        let first = self.next(&mut inner)?;
        let first = Box::new(self.expression(first)?);
        let height = self.height;
        let expr = Box::new(expr);
        let Some(second) = inner.next() else { return Ok(ExprKind::Index(expr, first)) };
        let rule = second.as_rule();
        let mut inner = second.into_inner();
        let second = self.next(&mut inner)?;
        let second = Box::new(self.expression(second)?);
        self.height = self.height.max(height);
        Ok(match rule {
            Rule::slice_low => ExprKind::Slice(expr, first, second),
            _ => ExprKind::PlusSlice(expr, first, second),
        })
    }

    /// `S<T>` before `.apply`
    fn specialized(&mut self, expr: Expr, args: Vec<TypeExpr>, span: Span) -> Lowered<ExprKind> {
        match expr.kind {
            ExprKind::Name(base) => Ok(ExprKind::Type(Box::new(TypeExpr {
                kind: TypeExprKind::Specialized { base, args },
                span,
            }))),
            _ => Err(self.error(
                codes::E0100,
                expr.span,
                "type arguments can only follow the name of a type here",
            )),
        }
    }

    /// `(a, b = c, _)`
    pub(super) fn arguments(&mut self, pair: Pair<'_, Rule>) -> Lowered<Vec<Argument>> {
        let mut height = 0;
        let mut arguments = Vec::new();
        for pair in pair.into_inner() {
            let span = self.span(&pair);
            let mut inner = pair.into_inner();
            let name = take(&mut inner, Rule::name).map(|name| self.name(&name));
            let value = self.next(&mut inner)?;
            if value.as_rule() == Rule::dont_care {
                let kind = ExprKind::DontCare;
                arguments.push(Argument { name, value: Expr { kind, span: self.span(&value) }, span });
                continue;
            }
            if name.is_none() && self.is_several(&value) {
                for value in self.elements(value)? {
                    arguments.push(Argument { name: None, span: value.span, value });
                }
            } else {
                let value = self.expression(value)?;
                arguments.push(Argument { name, value, span });
            }
            height = height.max(self.height);
        }
        self.height = height;
        Ok(arguments)
    }
}

/// Types that need no declaration, and `_` for any.
fn is_builtin(name: &str) -> bool {
    matches!(name, "bit" | "bool" | "error" | "int" | "match_kind" | "string" | "void" | "_")
}

/// The operator and how strongly it binds (section "Operator precedence"; comparison and shift as in C).
pub(super) fn binary_operator(text: &str) -> Option<(BinaryOp, u8)> {
    Some(match text {
        "||" => (BinaryOp::Or, 1),
        "&&" => (BinaryOp::And, 2),
        "==" => (BinaryOp::Eq, 3),
        "!=" => (BinaryOp::Ne, 3),
        "<" => (BinaryOp::Lt, 4),
        "<=" => (BinaryOp::Le, 4),
        ">" => (BinaryOp::Gt, 4),
        ">=" => (BinaryOp::Ge, 4),
        "|" => (BinaryOp::BitOr, 5),
        "^" => (BinaryOp::BitXor, 6),
        "&" => (BinaryOp::BitAnd, 7),
        "<<" => (BinaryOp::Shl, 8),
        ">>" => (BinaryOp::Shr, 8),
        "++" => (BinaryOp::Concat, 9),
        "+" => (BinaryOp::Add, 9),
        "-" => (BinaryOp::Sub, 9),
        "|+|" => (BinaryOp::SatAdd, 9),
        "|-|" => (BinaryOp::SatSub, 9),
        "*" => (BinaryOp::Mul, 10),
        "/" => (BinaryOp::Div, 10),
        "%" => (BinaryOp::Mod, 10),
        _ => return None,
    })
}
