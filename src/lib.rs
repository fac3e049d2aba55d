//! Façade.

pub mod testing;
