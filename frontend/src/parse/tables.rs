//! Tables, their entries, and the keysets that entries share with `select`.

use super::grammar::Rule;
use super::{Lowered, Lowering, take};
use crate::ast::{
    ActionRef, Annotation, DeclarationKind, Entry, Expr, ExprKind, KeyElement, SelectCase, SelectExpr,
    TableProperty, TablePropertyKind,
};
use crate::diagnostic::codes;
use pest::iterators::{Pair, Pairs};

impl Lowering<'_> {
    /// `table name { properties }`, behind the keyword.
    pub(super) fn table(&mut self, mut pairs: Pairs<'_, Rule>) -> Lowered<DeclarationKind> {
        pairs.next();
        let name = self.next_name(&mut pairs)?;
        self.type_names.declare_value(&name.text);
        let properties = pairs.map(|property| self.table_property(property)).collect::<Lowered<Vec<_>>>()?;
        if properties.is_empty() {
            self.error(codes::E0129, name.span, format!("table `{}` has no properties", name.text));
        }
        Ok(DeclarationKind::Table { name, properties })
    }

    fn table_property(&mut self, pair: Pair<'_, Rule>) -> Lowered<TableProperty> {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let annotations = self.annotations(&mut inner)?;
        let is_const = take(&mut inner, Rule::kw_const).is_some();
        let property = self.next(&mut inner)?;
        let rule = property.as_rule();
        let mut inner = property.into_inner();
        let first = self.next(&mut inner)?;
        let kind = match rule {
            Rule::key_property => {
                TablePropertyKind::Key(inner.map(|key| self.key_element(key)).collect::<Lowered<_>>()?)
            }
            Rule::actions_property => TablePropertyKind::Actions(
                inner.map(|action| self.listed_action(action)).collect::<Lowered<_>>()?,
            ),
            Rule::entries_property => {
                TablePropertyKind::Entries(inner.map(|entry| self.entry(entry)).collect::<Lowered<_>>()?)
            }
            _ => {
                let name = self.name(&first);
                let value = self.next(&mut inner)?;
                TablePropertyKind::Custom { name, value: self.expression(value)? }
            }
        };
        Ok(TableProperty { annotations, is_const, kind, span })
    }

    fn key_element(&mut self, pair: Pair<'_, Rule>) -> Lowered<KeyElement> {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let expr = self.next(&mut inner)?;
        let expr = self.expression(expr)?;
        let match_kind = self.next_name(&mut inner)?;
        let annotations = self.annotations(&mut inner)?;
        Ok(KeyElement { annotations, expr, match_kind, span })
    }

    fn listed_action(&mut self, pair: Pair<'_, Rule>) -> Lowered<ActionRef> {
        let mut inner = pair.into_inner();
        let annotations = self.annotations(&mut inner)?;
        let action = self.next(&mut inner)?;
        self.action_ref(action, annotations)
    }

    fn action_ref(&mut self, pair: Pair<'_, Rule>, annotations: Vec<Annotation>) -> Lowered<ActionRef> {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let name = self.next(&mut inner)?;
        let name = self.qualified_name(&name)?;
        let args = inner.next().map(|args| self.arguments(args)).transpose()?;
        Ok(ActionRef { annotations, name, args, span })
    }

    fn entry(&mut self, pair: Pair<'_, Rule>) -> Lowered<Entry> {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let is_const = take(&mut inner, Rule::kw_const).is_some();
        let priority =
            take(&mut inner, Rule::entry_priority).map(|pair| self.entry_priority(pair)).transpose()?;
        let keyset = self.next(&mut inner)?;
        let keyset = self.keyset(keyset)?;
        let action = self.next(&mut inner)?;
        let action = self.action_ref(action, Vec::new())?;
        let annotations = self.annotations(&mut inner)?;
        Ok(Entry { annotations, is_const, priority, keyset, action, span })
    }

    /// `priority = 10:` or `priority = (e):`
    fn entry_priority(&mut self, pair: Pair<'_, Rule>) -> Lowered<Expr> {
        let mut inner = pair.into_inner();
        inner.next();
        self.operand(&mut inner)
    }

    pub(super) fn select_expression(&mut self, pair: Pair<'_, Rule>) -> Lowered<SelectExpr> {
        let span = self.span(&pair);
        let mut select = SelectExpr { keys: Vec::new(), cases: Vec::new(), span };
        let mut inner = pair.into_inner();
        inner.next();
        for pair in inner {
            if pair.as_rule() == Rule::select_case {
                let span = self.span(&pair);
                let mut inner = pair.into_inner();
                let keyset = self.next(&mut inner)?;
                let keyset = self.keyset(keyset)?;
                select.cases.push(SelectCase { keyset, state: self.next_name(&mut inner)?, span });
            } else {
                select.keys.extend(self.elements(pair)?);
            }
        }
        Ok(select)
    }

    /// One keyset, or several in parentheses.
    fn keyset(&mut self, pair: Pair<'_, Rule>) -> Lowered<Expr> {
        let mut inner = pair.into_inner();
        let pair = self.next(&mut inner)?;
        if pair.as_rule() != Rule::tuple_keyset {
            return self.simple_keyset(pair);
        }
        let span = self.span(&pair);
        let mut keysets =
            pair.into_inner().map(|keyset| self.simple_keyset(keyset)).collect::<Lowered<Vec<_>>>()?;
        let kind = match (keysets.pop(), keysets.is_empty()) {
            (Some(only), true) => ExprKind::Paren(Box::new(only)),
            (Some(last), false) => {
                keysets.push(last);
                ExprKind::Tuple(keysets)
            }
            (None, _) => return Err(self.missing()),
        };
        Ok(Expr { kind, span })
    }

    fn simple_keyset(&mut self, pair: Pair<'_, Rule>) -> Lowered<Expr> {
        let mut inner = pair.into_inner();
        let first = self.next(&mut inner)?;
        match first.as_rule() {
            Rule::default_keyset => return Ok(Expr { kind: ExprKind::Default, span: self.span(&first) }),
            Rule::dont_care => return Ok(Expr { kind: ExprKind::DontCare, span: self.span(&first) }),
            _ => {}
        }
        let low = self.expression(first)?;
        let Some(operator) = inner.next() else { return Ok(low) };
        let high = self.next(&mut inner)?;
        let high = self.expression(high)?;
        let span = low.span.to(high.span);
        let (low, high) = (Box::new(low), Box::new(high));
        let kind = match operator.as_rule() {
            Rule::mask_operator => ExprKind::Mask(low, high),
            _ => ExprKind::Range(low, high),
        };
        Ok(Expr { kind, span })
    }
}
