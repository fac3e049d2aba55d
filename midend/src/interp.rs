//! The reference interpreter: an [`ir::Program`](crate::ir::Program) at any stage, packets and table entries in; packets out.
//!
//! It is the oracle of the compiler and shares nothing with passes and back ends: it is written from the definitions
//! in [`crate::ir`] alone. [`Machine::new`] turns a program into a form that runs fast; [`Machine::process`] takes a packet
//! through its blocks as the architecture says. Everything is deterministic: the clock and the random numbers too.

mod apply;
mod arch;
mod bits;
mod changes;
mod code;
mod ending;
mod eval;
mod externs;
mod hazard;
mod layout;
mod lower;
mod machine;
mod parse;
mod program_control;
mod requests;
mod run;
mod snapshot;
mod table;
pub mod trace;
mod value;

pub use machine::{FieldAt, Machine, Outcome, Output, Unsupported, Verdict};
pub use program_control::ReadEntry;
pub use requests::Digest;
pub use snapshot::{Cell, CellAt, CellValue};
pub use table::ControlError;
