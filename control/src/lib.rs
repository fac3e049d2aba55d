//! What compiler, runtime and packet tests share of a program's control plane: the words, and no I/O.
//!
//! [`manifest`] is the contract between what is written into an object and what is read out of a running program. The back end writes
//! it, the runtime reads it. This crate depends on none of ours.

pub mod manifest;
