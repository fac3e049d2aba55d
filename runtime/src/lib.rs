//! Loads, attaches, pins and controls compiled programs.
//!
//! In: an object file, a device, a pin or a program's number. Out: a running program, its tables and counters, packets
//! for tests. This crate needs no compiler: it knows a program only by its manifest ([`p4xdp_manifest::Manifest`]), which travels in
//! the object and, once loaded, in the kernel. It prints nothing, and all `unsafe` code stands in the module `sys`.

pub mod attach;
pub mod carry;
pub mod counters;
pub mod error;
pub mod events;
pub mod harness;
mod libbpf_log;
pub mod load;
pub mod object;
pub mod pins;
pub mod program;
pub mod registers;
pub mod status;
pub mod storage;
mod sys;
pub mod tables;
pub mod testrun;
pub mod value;
pub mod verify;

pub use error::{Error, KernelError};
pub use object::Object;
pub use p4xdp_manifest as manifest;
pub use program::Program;
