//! The engine `kernel`: test runs where they show all that a program does, TAP devices in a private network namespace where ports matter.

use super::engine::EngineResult;
use super::loaded::Loaded;
use p4xdp_runtime::Object;
use p4xdp_runtime::harness::direct::Direct;
use p4xdp_runtime::harness::tap::Taps;

/// Loads an object for packet tests.
///
/// # Errors
/// When the kernel refuses the program, or its TAP devices.
pub fn engine(object: &Object) -> EngineResult<Loaded> {
    engine_with(object, None)
}

/// The same with user space behind a port.
///
/// # Errors
/// When the program cannot have this port, too.
pub fn engine_with(object: &Object, cpu_port: Option<u32>) -> EngineResult<Loaded> {
    Loaded::with_cpu_port(object, cpu_port, |program| {
        Ok(if Direct::suffices(program) { Box::new(Direct::new()) } else { Box::new(Taps::new()?) })
    })
}
