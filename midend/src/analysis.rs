//! Facts derived from an [`crate::ir::Program`]: pure functions of it, recomputed when asked for.

pub mod effects;
pub mod parser_graph;
