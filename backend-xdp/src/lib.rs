//! Placeholder.

pub mod clang;
pub mod prelude;
