//! A P4Runtime server for p4xdp programs (P4Runtime specification 1.5).
//!
//! In: gRPC of controllers, and devices of this network namespace; out, programs loaded there, their entities written and read, packets and
//! notifications. What a program has and holds is the kernel's to keep ([`p4xdp_runtime`]): a server that starts anew finds it all by device.
//!
//! - `entities` turns P4Runtime's messages into the library's terms and back; it knows no connections.
//! - [`problem`] is what can be wrong, in P4Runtime's codes.

pub mod arbitration;
pub mod config;
mod described;
pub mod device;
mod digests;
pub mod entities;
pub mod installed;
mod packets;
pub mod pipeline;
pub mod problem;
pub mod roles;
pub mod serve;
pub mod service;
mod watch;

/// The service as gRPC has it: what a server answers, and a client to ask it.
#[allow(missing_docs, reason = "generated")]
#[allow(clippy::all, clippy::allow_attributes_without_reason, reason = "generated")]
pub mod grpc {
    include!(concat!(env!("OUT_DIR"), "/p4.v1.rs"));
}

pub use pipeline::Pipeline;
pub use problem::Problem;
