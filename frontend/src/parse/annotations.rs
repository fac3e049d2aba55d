//! Annotations: unstructured ones as tokens, structured ones as expressions.

use super::grammar::Rule;
use super::{Lowered, Lowering, take};
use crate::ast::{Annotation, AnnotationBody};
use pest::iterators::{Pair, Pairs};

impl Lowering<'_> {
    /// All annotations that stand next.
    pub(super) fn annotations(&mut self, pairs: &mut Pairs<'_, Rule>) -> Lowered<Vec<Annotation>> {
        let mut annotations = Vec::new();
        while let Some(pair) = take(pairs, Rule::annotation) {
            annotations.push(self.annotation(pair)?);
        }
        Ok(annotations)
    }

    pub(super) fn annotation(&mut self, pair: Pair<'_, Rule>) -> Lowered<Annotation> {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let first = self.next(&mut inner)?;
        if first.as_rule() == Rule::pragma {
            let mut inner = first.into_inner();
            let name = self.next_name(&mut inner)?;
            let tokens: Vec<_> = inner
                .filter(|pair| pair.as_rule() == Rule::pragma_token)
                .map(|token| self.name(&token))
                .collect();
            let body =
                if tokens.is_empty() { AnnotationBody::Empty } else { AnnotationBody::Unstructured(tokens) };
            return Ok(Annotation { name, body, span });
        }
        let name = self.name(&first);
        let body = match inner.next() {
            None => AnnotationBody::Empty,
            Some(body) if body.as_rule() == Rule::annotation_body => {
                AnnotationBody::Unstructured(body.into_inner().map(|token| self.name(&token)).collect())
            }
            Some(body) => self.structured(body)?,
        };
        Ok(Annotation { name, body, span })
    }

    /// `[a, b]` or `[k = v]`
    fn structured(&mut self, pair: Pair<'_, Rule>) -> Lowered<AnnotationBody> {
        let elements = self.list_elements(pair.into_inner())?;
        Ok(if elements.named.is_empty() {
            AnnotationBody::Expressions(elements.positional)
        } else {
            AnnotationBody::KeyValues(elements.named)
        })
    }
}
