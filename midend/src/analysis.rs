//! Facts derived from an [`crate::ir::Program`]: pure functions of it, recomputed when asked for, and the maps that they are kept in.

pub mod effects;
pub mod idle;
pub mod parser_graph;
pub mod persistent;
pub mod ports;
pub mod rounds;
