//! Control-plane names (section "Control plane names"): what tables, keys, actions, value sets and instances are called by
//! those who control the program.
//!
//! In: a declared name with its annotations, and the full name of what encloses it. Out: the full name. All stages take
//! these names from here. What encloses what is a matter of evaluation, and left to those who evaluate.

pub(crate) mod duplicates;
mod key;
mod scope;

use crate::ast::{Annotation, AnnotationBody, ExprKind, Name};
pub use key::{KeyName, key_name};
use std::sync::Arc;

/// The full name of something declared in an instance called `scope` (empty at top level). `@name` replaces the local
/// name; one that begins with a dot is the full name.
pub fn full_name(scope: &str, name: &Arc<str>, annotations: &[Annotation]) -> Arc<str> {
    let local = annotated_name(annotations).unwrap_or_else(|| name.clone());
    match local.strip_prefix('.') {
        Some(absolute) => absolute.into(),
        None if scope.is_empty() => local,
        None => format!("{scope}.{local}").into(),
    }
}

/// The name of a block that a package is given as a constructor call: its type's, as P4Runtime has it, whatever `@name` the type has: that is no
/// instance. The package's parameter `role` tells further blocks of one type apart.
pub fn block_name(ty: &Arc<str>, role: &Arc<str>, is_taken: impl Fn(&str) -> bool) -> Arc<str> {
    if is_taken(ty) { role.clone() } else { ty.clone() }
}

/// The argument of `@name`, unless it is empty.
pub fn annotated_name(annotations: &[Annotation]) -> Option<Arc<str>> {
    let text: Arc<str> = match &annotation(annotations, "name")?.body {
        AnnotationBody::Unstructured(tokens) => text(tokens).into(),
        AnnotationBody::Expressions(list) => match list.first().map(|e| &e.kind) {
            Some(ExprKind::String(text)) => text.as_str().into(),
            _ => return None,
        },
        AnnotationBody::Empty | AnnotationBody::KeyValues(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// An annotation by its name.
pub fn annotation<'a>(annotations: &'a [Annotation], name: &str) -> Option<&'a Annotation> {
    annotations.iter().find(|annotation| &*annotation.name.text == name)
}

/// `@hidden`: no name is needed, and none is seen.
pub fn is_hidden(annotations: &[Annotation]) -> bool {
    annotation(annotations, "hidden").is_some()
}

/// The text of an annotation's body: strings without their quotes, concatenated.
pub fn text(tokens: &[Name]) -> String {
    tokens.iter().filter(|token| &*token.text != "++").map(|token| unquote(&token.text)).collect()
}

/// A token without the quotes of a string literal.
fn unquote(token: &str) -> String {
    if token.starts_with('"') { crate::parse::string(token) } else { token.to_owned() }
}
