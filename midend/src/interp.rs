//! The reference interpreter: an [`ir::Program`](crate::ir::Program) at any stage, packets and table entries in; packets out.
//!
//! It is the oracle of the compiler and shares nothing with passes and back ends: it is written from the definitions
//! in [`crate::ir`] alone. Architectures say how packets flow through a program's blocks.

pub mod control;
