//! Control-plane names (specification, "Control plane names"): the enclosing instances' names and the local name,
//! joined by dots. `@name` replaces the local name; one that begins with a dot is the whole name.

use p4xdp_frontend::ast::{AnnotationBody, ExprKind, Name};
use p4xdp_frontend::hir::Annotation;
use std::sync::Arc;

/// The full name of something declared in an instance called `scope` (empty at top level).
pub(super) fn full_name(scope: &str, name: &Arc<str>, annotations: &[Annotation]) -> Arc<str> {
    let local = annotated(annotations).unwrap_or_else(|| name.clone());
    match local.strip_prefix('.') {
        Some(absolute) => absolute.into(),
        None => super::types::join(scope, &local),
    }
}

/// The argument of `@name`.
pub(super) fn annotated(annotations: &[Annotation]) -> Option<Arc<str>> {
    let name = find(annotations, "name")?;
    match &name.body {
        AnnotationBody::Unstructured(tokens) => {
            let text: String = tokens.iter().map(|Name { text, .. }| unquote(text)).collect();
            (!text.is_empty()).then(|| text.into())
        }
        AnnotationBody::Expressions(list) => match list.first().map(|e| &e.kind) {
            Some(ExprKind::String(text)) => Some(text.as_str().into()),
            _ => None,
        },
        AnnotationBody::Empty | AnnotationBody::KeyValues(_) => None,
    }
}

/// An annotation by name.
pub(super) fn find<'a>(annotations: &'a [Annotation], name: &str) -> Option<&'a Annotation> {
    annotations.iter().find(|a| &*a.name.text == name)
}

/// The first argument of an annotation as text: `exact` of `@match(exact)`.
pub(super) fn argument(annotation: &Annotation) -> Option<String> {
    match &annotation.body {
        AnnotationBody::Unstructured(tokens) => {
            Some(tokens.iter().map(|Name { text, .. }| unquote(text)).collect())
        }
        AnnotationBody::Expressions(list) => match list.first().map(|e| &e.kind) {
            Some(ExprKind::String(text)) => Some(text.to_string()),
            Some(ExprKind::Name(name)) => Some(name.name.text.to_string()),
            _ => None,
        },
        AnnotationBody::Empty | AnnotationBody::KeyValues(_) => None,
    }
}

/// A token without the quotes of a string literal, its escapes resolved.
fn unquote(token: &str) -> String {
    let Some(inner) = token.strip_prefix('"').and_then(|t| t.strip_suffix('"')) else {
        return token.to_string();
    };
    let mut text = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some(other) => text.push(other),
                None => text.push('\\'),
            },
            other => text.push(other),
        }
    }
    text
}
