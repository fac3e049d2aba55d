//! The P4Runtime server as a process of its own, in network namespaces of the tests' own: who is primary, which program a device has, roles, packets, and what a
//! server finds that starts anew. What entities mean is tested elsewhere.
//!
//! Needs root, iproute2 and clang.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "it is a test")]

mod arbitration;
mod pipelines;
mod robustness;
mod roles;
mod streams;
mod support;
