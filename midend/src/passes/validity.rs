//! Simplification by validity: what is known of a header because it was extracted, made valid or invalid, copied or tested.
//!
//! ```text
//! extract h; if (h.isValid()) { A }              =>   extract h; A
//! h.setInvalid(); y = h.f; h.f = 3               =>   h.setInvalid(); y = 0
//! if (h.isValid()) { h.setValid(); A }           =>   if (h.isValid()) { A }
//! ```

use super::flow::{self, Kind};
use crate::ir::Program;

/// Simplifies the whole program.
pub fn run(program: &mut Program) {
    flow::run(program, Kind::Validity);
}
