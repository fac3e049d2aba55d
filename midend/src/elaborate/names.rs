//! Names and annotations of declarations, as elaboration asks for them; the rules are the front end's.

use p4xdp_frontend::ast::{AnnotationBody, ExprKind};
use p4xdp_frontend::control_plane::text;
pub(super) use p4xdp_frontend::control_plane::{
    annotated_name as annotated, annotation as find, block_name, full_name,
};
use p4xdp_frontend::hir::Annotation;

/// The first argument of an annotation as text: `exact` of `@match(exact)`.
pub(super) fn argument(annotation: &Annotation) -> Option<String> {
    match &annotation.body {
        AnnotationBody::Unstructured(tokens) => Some(text(tokens)),
        AnnotationBody::Expressions(list) => match list.first().map(|e| &e.kind) {
            Some(ExprKind::String(text)) => Some(text.to_string()),
            Some(ExprKind::Name(name)) => Some(name.name.text.to_string()),
            _ => None,
        },
        AnnotationBody::Empty | AnnotationBody::KeyValues(_) => None,
    }
}
