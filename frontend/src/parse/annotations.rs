//! Annotations: unstructured ones as tokens, structured ones as expressions; and the tokens of one whose name says that they are
//! expressions.

use super::grammar::{Grammar, Rule};
use super::{Lowered, Lowering, take};
use crate::ast::{Annotation, AnnotationBody, Expr, Name};
use crate::diagnostic::Diagnostics;
use crate::source::{Span, SpanMap};
use pest::Parser;
use pest::iterators::{Pair, Pairs};

/// The expressions, between commas, that the tokens of an unstructured annotation are; `None` if they are something else.
pub(crate) fn expressions(tokens: &[Name], sink: &mut Diagnostics) -> Option<Vec<Expr>> {
    let mut text = String::from("[");
    let mut places = Vec::with_capacity(tokens.len());
    for token in tokens {
        places.push((text.len(), token.span));
        text.push_str(&token.text);
        text.push(' ');
    }
    text.push(']');
    let pair = Grammar::parse(Rule::structured_annotation, &text).ok()?.next()?;
    if pair.as_str().len() < text.len() {
        return None;
    }
    match Lowering::new(&Tokens(places), sink).structured(pair).ok()? {
        AnnotationBody::Expressions(values) => Some(values),
        AnnotationBody::Empty | AnnotationBody::Unstructured(_) | AnnotationBody::KeyValues(_) => None,
    }
}

/// Where each token begins in a text that was made of them, and its place in the source.
struct Tokens(Vec<(usize, Span)>);

impl SpanMap for Tokens {
    fn span(&self, lo: usize, hi: usize) -> Span {
        let first = self.0.partition_point(|(at, _)| *at <= lo).saturating_sub(1);
        let covered = self.0.iter().skip(first).take_while(|(at, _)| *at < hi.max(lo + 1));
        covered.fold(Span::NONE, |whole, (_, span)| whole.to(*span))
    }
}

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
