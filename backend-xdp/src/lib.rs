//! Placeholder.

pub mod prelude;
