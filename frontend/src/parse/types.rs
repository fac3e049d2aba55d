//! Types as written, their parameters and arguments.

use super::grammar::Rule;
use super::{Lowered, Lowering, MAX_DEPTH, take};
use crate::ast::{Expr, Name, QualifiedName, TypeExpr, TypeExprKind};
use crate::diagnostic::codes;
use pest::iterators::{Pair, Pairs};

impl Lowering<'_> {
    /// A type reference, `void`, or `_`.
    pub(super) fn type_ref(&mut self, pair: Pair<'_, Rule>) -> Lowered<TypeExpr> {
        let span = self.span(&pair);
        self.nested(span, |lowering| lowering.type_of_any_rule(pair))
    }

    fn type_of_any_rule(&mut self, pair: Pair<'_, Rule>) -> Lowered<TypeExpr> {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let text = pair.as_str();
        let mut inner = pair.clone().into_inner();
        let kind = match rule {
            Rule::type_ref | Rule::cast_name | Rule::keyword_type => {
                let base = self.next(&mut inner)?;
                let mut ty = match base.as_rule() {
                    Rule::type_identifier | Rule::prefixed_type => {
                        let name = self.qualified_name(&base)?;
                        TypeExpr { kind: TypeExprKind::Named(name), span: self.span(&base) }
                    }
                    _ => self.type_of_any_rule(base)?,
                };
                for (count, suffix) in inner.enumerate() {
                    ty = self.array_of(ty, suffix, count)?;
                }
                return Ok(ty);
            }
            Rule::void_type => TypeExprKind::Void,
            Rule::dont_care => TypeExprKind::DontCare,
            Rule::simple_type => match text {
                "bool" => TypeExprKind::Bool,
                "error" => TypeExprKind::Error,
                "match_kind" => TypeExprKind::MatchKind,
                _ => TypeExprKind::String,
            },
            Rule::bit_type => TypeExprKind::Bit(self.width(inner)?),
            Rule::int_type => match self.width(inner)? {
                Some(width) => TypeExprKind::SignedInt(width),
                None => TypeExprKind::Int,
            },
            Rule::varbit_type => match self.width(inner)? {
                Some(width) => TypeExprKind::Varbit(width),
                None => return Err(self.missing()),
            },
            Rule::tuple_type => {
                inner.next();
                let args = self.next(&mut inner)?;
                TypeExprKind::Tuple(self.type_arguments(args)?)
            }
            Rule::list_type => {
                inner.next();
                let args = self.next(&mut inner)?;
                let mut args = self.type_arguments(args)?;
                match (args.pop(), args.is_empty()) {
                    (Some(element), true) => TypeExprKind::List(Box::new(element)),
                    _ => return Err(self.error(codes::E0309, span, "`list` takes 1 type argument")),
                }
            }
            Rule::named_type | Rule::specialized_type => {
                let name = self.next(&mut inner)?;
                let base = self.qualified_name(&name)?;
                match inner.next() {
                    None => TypeExprKind::Named(base),
                    Some(args) => {
                        let last = self.span(&args);
                        let args = self.type_arguments(args)?;
                        let span = base.name.span.to(last).to(self.span(&name));
                        let mut ty = TypeExpr { kind: TypeExprKind::Specialized { base, args }, span };
                        for (count, suffix) in inner.enumerate() {
                            ty = self.array_of(ty, suffix, count)?;
                        }
                        return Ok(ty);
                    }
                }
            }
            _ => return Err(self.unexpected(&pair)),
        };
        Ok(TypeExpr { kind, span })
    }

    /// What stands behind `bit`, `int` or `varbit`.
    fn width(&mut self, mut inner: Pairs<'_, Rule>) -> Lowered<Option<Box<Expr>>> {
        inner.next();
        inner.next().map(|width| self.expression(width).map(Box::new)).transpose()
    }

    /// `element[size]`, with so many sizes already in the element.
    fn array_of(&mut self, element: TypeExpr, suffix: Pair<'_, Rule>, sizes: usize) -> Lowered<TypeExpr> {
        let span = element.span.to(self.span(&suffix));
        if sizes >= MAX_DEPTH as usize {
            return Err(self.too_deep(span));
        }
        let mut inner = suffix.into_inner();
        let size = self.next(&mut inner)?;
        let size = Box::new(self.expression(size)?);
        Ok(TypeExpr { kind: TypeExprKind::Stack { element: Box::new(element), size }, span })
    }

    /// `x` or `.x`
    pub(super) fn qualified_name(&mut self, pair: &Pair<'_, Rule>) -> Lowered<QualifiedName> {
        match pair.as_rule() {
            Rule::prefixed_name | Rule::prefixed_type => {
                let mut inner = pair.clone().into_inner();
                Ok(QualifiedName { absolute: true, name: self.next_name(&mut inner)? })
            }
            _ => Ok(QualifiedName { absolute: false, name: self.name(pair) }),
        }
    }

    /// `<T, U>` as arguments
    pub(super) fn type_arguments(&mut self, pair: Pair<'_, Rule>) -> Lowered<Vec<TypeExpr>> {
        pair.into_inner().map(|argument| self.type_ref(argument)).collect()
    }

    /// `<T, U>` as parameters, if they are there. Declares them in the current scope.
    pub(super) fn type_parameters(&mut self, pairs: &mut Pairs<'_, Rule>) -> Vec<Name> {
        let Some(pair) = take(pairs, Rule::type_parameters) else { return Vec::new() };
        let names: Vec<Name> = pair.into_inner().map(|name| self.name(&name)).collect();
        for name in &names {
            self.type_names.declare_type(&name.text);
        }
        names
    }

    /// A name and the array sizes behind it, which belong to the type.
    pub(super) fn declarator(
        &mut self,
        pairs: &mut Pairs<'_, Rule>,
        ty: TypeExpr,
    ) -> Lowered<(TypeExpr, Name)> {
        let name = self.next_name(pairs)?;
        let mut ty = ty;
        let mut sizes = 0;
        while let Some(suffix) = take(pairs, Rule::array_suffix) {
            let span = ty.span;
            ty = self.array_of(ty, suffix, sizes)?;
            ty.span = span;
            sizes += 1;
        }
        Ok((ty, name))
    }
}
