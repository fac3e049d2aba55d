//! The engine `veth`: virtual Ethernet pairs in a private network namespace, as a program meets them in containers.

use super::engine::EngineResult;
use super::loaded::Loaded;
use p4xdp_runtime::Object;
use p4xdp_runtime::harness::veth::Veths;

/// Loads an object for packet tests.
///
/// # Errors
/// When the kernel refuses the program, or its devices.
pub fn engine(object: &Object) -> EngineResult<Loaded> {
    engine_with(object, None)
}

/// The same with user space behind a port.
///
/// # Errors
/// When the program cannot have this port, too.
pub fn engine_with(object: &Object, cpu_port: Option<u32>) -> EngineResult<Loaded> {
    Loaded::with_cpu_port(object, cpu_port, |_| Ok(Box::new(Veths::new()?)))
}
