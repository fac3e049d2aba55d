//! P4Runtime's messages, and what programs say in them: in, the control plane's view of a program; out, its P4Info and its entries as messages,
//! and messages as bytes or text.
//!
//! The messages are written for this project from the P4Runtime specification 1.5 (`proto/`); they are the same on the wire. This crate
//! knows nothing of compilers, of what runs in the kernel, or of connections.

mod entries;
mod format;
mod p4info;
mod values;

pub use entries::entries;
pub use format::{Format, FormatError};
pub use p4info::p4info;

pub use prost::Message;
pub use prost_reflect::ReflectMessage;
pub use prost_types::Any;

use prost_reflect::DescriptorPool;
use std::sync::LazyLock;

/// What messages of P4Runtime use of gRPC's own.
#[allow(missing_docs, reason = "generated")]
#[allow(clippy::all, reason = "generated")]
pub mod google {
    /// How calls end.
    pub mod rpc {
        include!(concat!(env!("OUT_DIR"), "/google.rpc.rs"));
    }
}

/// How controllers describe roles.
#[allow(missing_docs, reason = "generated")]
#[allow(clippy::all, reason = "generated")]
pub mod stratum {
    include!(concat!(env!("OUT_DIR"), "/stratum.rs"));
}

/// P4Runtime's packages.
#[allow(missing_docs, reason = "generated")]
#[allow(clippy::all, reason = "generated")]
pub mod p4 {
    /// P4Info.
    pub mod config {
        /// Version 1.
        pub mod v1 {
            include!(concat!(env!("OUT_DIR"), "/p4.config.v1.rs"));
        }
    }
    /// Entities and requests, version 1.
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/p4.v1.rs"));
    }
}

/// What is known of the messages and the service: a `google.protobuf.FileDescriptorSet` as bytes.
#[must_use]
pub fn encoded_descriptors() -> &'static [u8] {
    include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"))
}

/// The same: names, numbers and types of the messages' fields.
#[must_use]
pub fn descriptors() -> DescriptorPool {
    static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
        // The build has written them. Were they none, no message would find itself in the pool, and `tests/wire.rs` not one.
        DescriptorPool::decode(encoded_descriptors()).unwrap_or_default()
    });
    POOL.clone()
}
