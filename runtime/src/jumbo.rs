//! Devices with a large MTU: in, a program that a driver refused; out, that its packets are too large for a program without fragments, if that is so.

use crate::attach::Device;
use crate::error::{Error, KernelError, Trouble};
use crate::program::Program;

/// What every driver takes of an MTU without fragments is at most a page (4,096 bytes) without the room in front (256), the kernel's notes behind
/// (320), and the Ethernet header.
const MOST_OF_A_PAGE: u32 = 4096 - 256 - 320 - 14;

/// A driver that does not run the program, on a device whose packets are of more than a page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{device}` has an MTU of {mtu}, and its driver gives packets of more than a page only to programs that take fragments: build the program \
     with `--frags` (it then needs Linux 5.18), or make the MTU smaller (`ip link set {device} mtu {MOST_OF_A_PAGE}`)\n  {refusal}"
)]
pub struct TooLarge {
    /// The device.
    pub device: String,
    /// Its MTU.
    pub mtu: u32,
    /// What the kernel said.
    pub refusal: String,
}

impl Trouble for TooLarge {
    fn is_environment(&self) -> bool {
        true
    }
}

/// The error of a program that a device refused: that its MTU is too large, if it may be that.
pub(crate) fn or_too_large(device: &Device, program: &Program, error: Error) -> Error {
    // What drivers say of it: veth, the others, and some of them.
    const ERRORS: [i32; 4] = [libc::ERANGE, libc::EINVAL, libc::EOPNOTSUPP, libc::E2BIG];
    let number = error.of::<KernelError>().and_then(|error| error.source.raw_os_error());
    let may_be = number.is_some_and(|number| ERRORS.contains(&number)) && !program.manifest().frags;
    match crate::sys::net::mtu(&device.name) {
        Ok(mtu) if may_be && mtu > MOST_OF_A_PAGE => {
            TooLarge { device: device.name.clone(), mtu, refusal: error.to_string() }.into()
        }
        Ok(_) | Err(_) => error,
    }
}
