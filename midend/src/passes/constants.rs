//! Constant propagation: the value of a local takes the local's place, branches by it are decided, and an index that it gives names an element
//! of a header stack.
//!
//! ```text
//! x = 16w5; if (x == 5) { A }                    =>   x = 16w5; A
//! s.next_index = 1; extract s.next               =>   s.next_index = 1; extract s[1]; s.next_index = 2
//! i = 2; s[i].f = 1                              =>   i = 2; s[2].f = 1
//! ```

use super::flow::{self, Kind};
use crate::ir::Program;

/// Propagates constants through the whole program.
pub fn run(program: &mut Program) {
    flow::run(program, Kind::Constants);
}
