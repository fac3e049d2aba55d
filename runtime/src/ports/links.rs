//! Which ports are up: in, a program's ports and the devices of the thread's network namespace; out, whether the device behind a port is there, is up
//! and has a carrier.

use super::{Numbering, PortError, gone};
use crate::attach;
use crate::error::{Error, KernelError};
use crate::program::Program;
use crate::sys::netlink;
use std::collections::{BTreeMap, BTreeSet};

/// What a device must be to be up: brought up, with a carrier, and past what comes before it may be used (IEEE 802.1X and the like).
const UP: u32 = (libc::IFF_UP | libc::IFF_RUNNING | libc::IFF_LOWER_UP).cast_unsigned();

/// The ports of a program and the devices of this network namespace, at one time.
#[derive(Clone, Debug)]
pub struct Links {
    numbering: Numbering,
    /// Ports whose devices are gone; others may have their indices by now.
    gone: BTreeSet<u32>,
    cpu_port: Option<u32>,
    /// Flags by interface index.
    flags: BTreeMap<u32, u32>,
}

impl Links {
    /// Those of a program that devices of this network namespace run.
    ///
    /// # Errors
    /// When none does, or the kernel refuses.
    pub fn of(program: &Program) -> Result<Links, Error> {
        if attach::running(program.id())?.is_empty() {
            return Err(PortError::NotHere.into());
        }
        Links::here(program)
    }

    /// The same of one whose ports are known to be of this namespace.
    pub(crate) fn here(program: &Program) -> Result<Links, Error> {
        // One without ports has none that is up.
        let numbering = Numbering::of(program)?.unwrap_or(Numbering::Numbered(BTreeMap::new()));
        let flags = netlink::link_flags().map_err(|error| KernelError::new("list devices", error))?;
        Ok(Links { numbering, gone: gone(program)?, cpu_port: program.cpu_port()?, flags })
    }

    /// A port is up. One that no device has is down, and that to user space is up.
    #[must_use]
    pub fn is_up(&self, port: u32) -> bool {
        if self.cpu_port == Some(port) {
            return true;
        }
        let index = match &self.numbering {
            Numbering::Indices(base) => port.checked_add(*base),
            Numbering::Numbered(numbers) => {
                numbers.get(&port).copied().filter(|_| !self.gone.contains(&port))
            }
        };
        index.and_then(|index| self.flags.get(&index)).is_some_and(|flags| flags & UP == UP)
    }
}
