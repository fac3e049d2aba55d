//! Copy propagation: what a local was copied from takes the local's place, as long as neither has changed.
//!
//! ```text
//! tmp = h.f; y = tmp                             =>   tmp = h.f; y = h.f
//! a = b; c = a; b = 1; d = a                     =>   a = b; c = b; b = 1; d = a
//! ```

use super::flow::{self, Kind};
use crate::ir::Program;

/// Propagates copies through the whole program.
pub fn run(program: &mut Program) {
    flow::run(program, Kind::Copies);
}
