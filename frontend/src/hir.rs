//! HIR.
