//! The messages' Rust, from `proto/`: read by a compiler that is a library, so that nobody needs protoc.

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let mut compiler = protox::Compiler::new(["proto"])?;
    compiler.include_imports(true);
    compiler.open_files([
        "p4/config/v1/p4info.proto",
        "p4/v1/p4runtime.proto",
        "stratum/p4_role_config.proto",
    ])?;

    // Text and JSON are written by what descriptors say.
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("descriptors.bin"), compiler.encode_file_descriptor_set())?;
    let mut config = prost_build::Config::new();
    // Maps are written in the order of their keys.
    config.btree_map(["."]);
    for message in compiler.descriptor_pool().all_messages() {
        let name = message.full_name();
        config.message_attribute(name, "#[derive(::prost_reflect::ReflectMessage)]");
        config.message_attribute(
            name,
            format!(
                "#[prost_reflect(message_name = \"{name}\", descriptor_pool = \"crate::descriptors()\")]"
            ),
        );
    }
    config.compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}
