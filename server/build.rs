//! The service's Rust; its messages are those of the crate `p4runtime`.

use std::error::Error;

/// Where the messages are described.
const PROTO: &str = "../p4runtime/proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={PROTO}");
    let files = protox::compile(["p4/v1/p4runtime.proto"], [PROTO])?;
    tonic_prost_build::configure()
        .build_client(true)
        .codec_path("tonic_prost::ProstCodec")
        .extern_path(".p4", "::p4xdp_p4runtime::p4")
        .extern_path(".google.rpc", "::p4xdp_p4runtime::google::rpc")
        .compile_fds(files)?;
    Ok(())
}
