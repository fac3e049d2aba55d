//! Annotations of the IR: what control planes are told as well, and where it stands.

use p4xdp_control::annotation as told;
use p4xdp_frontend::source::Span;
use std::ops::Deref;

/// An annotation whose values are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// Name and body.
    pub what: told::Annotation,
    /// From `@` to the end of the body.
    pub span: Span,
}

impl Deref for Annotation {
    type Target = told::Annotation;

    fn deref(&self) -> &told::Annotation {
        &self.what
    }
}
