//! Whether the kernel is to blame: in, an object that was refused; out, that it needs a newer kernel than this one, if its manifest says so.

use crate::Object;
use crate::error::{Error, KernelError, Trouble};
use crate::refusal::kernel_release;
use p4xdp_control::kernel::Kernel;

/// A program that the kernel does not take, and that needs a newer one. Versions alone say little, since distributions take features back
/// into older kernels: so it is tried first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{object} needs Linux {needed} or newer, and this is {release}; built with `--kernel {running}`, what needs it is refused"
)]
pub struct OldKernel {
    /// The object.
    pub object: String,
    /// What its manifest asks for.
    pub needed: Kernel,
    /// The release that runs.
    pub release: String,
    /// Its version.
    pub running: Kernel,
}

impl Trouble for OldKernel {
    fn is_environment(&self) -> bool {
        true
    }
}

/// The error for an object that was refused: that the kernel is too old for it, if that is so.
pub(crate) fn or_too_old(object: &Object, error: Error) -> Error {
    let release = kernel_release();
    let needed = object.manifest().kernel;
    match Kernel::of_release(&release) {
        Some(running) if running < needed && !error.of().is_some_and(KernelError::is_forbidden) => {
            OldKernel { object: object.name().into(), needed, release, running }.into()
        }
        Some(_) | None => error,
    }
}
