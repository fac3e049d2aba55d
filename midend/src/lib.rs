//! Mid-end: HIR in; elaborated, validated and optimised IR out. With the reference interpreter.
//!
//! Knows P4's semantics, nothing of C, BPF or XDP.

pub mod analysis;
pub mod arch;
pub mod elaborate;
pub mod interp;
pub mod ir;
pub mod passes;
pub mod validate;
