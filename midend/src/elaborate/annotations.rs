//! Annotations: in, the checked program's, whose values are literals; out, the IR's.

use crate::ir::Annotation;
use p4xdp_control::annotation::{self as told, AnnotationBody, Literal};
use p4xdp_frontend::ast::{self, Expr, ExprKind};
use p4xdp_frontend::hir;

/// Makes the IR's annotations.
pub(super) fn annotations<'a>(list: impl IntoIterator<Item = &'a hir::Annotation>) -> Vec<Annotation> {
    list.into_iter().map(annotation).collect()
}

fn annotation(annotation: &hir::Annotation) -> Annotation {
    let body = match &annotation.body {
        ast::AnnotationBody::Empty => AnnotationBody::Empty,
        ast::AnnotationBody::Unstructured(tokens) => {
            AnnotationBody::Tokens(tokens.iter().map(|token| token.text.to_string()).collect())
        }
        ast::AnnotationBody::Expressions(values) => {
            AnnotationBody::Values(values.iter().filter_map(literal).collect())
        }
        ast::AnnotationBody::KeyValues(pairs) => {
            let pairs =
                pairs.iter().filter_map(|(name, value)| Some((name.text.to_string(), literal(value)?)));
            AnnotationBody::Pairs(pairs.collect())
        }
    };
    let what = told::Annotation { name: annotation.name.text.to_string(), body };
    Annotation { what, span: annotation.span }
}

/// A value; the checker has made literals of all expressions, or reported what is none.
fn literal(value: &Expr) -> Option<Literal> {
    match &value.kind {
        ExprKind::Int { value, .. } => Some(Literal::Number(value.to_string())),
        ExprKind::Bool(value) => Some(Literal::Bool(*value)),
        ExprKind::String(text) => Some(Literal::Text(text.clone())),
        _ => None,
    }
}
