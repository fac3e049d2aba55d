//! A private network namespace: it lives as long as this value or a socket or device opened in it, and takes its devices with it.

use crate::error::{CAP_SYS_ADMIN, Error, KernelError};
use crate::sys;
use std::fs::{self, File};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

/// A network namespace of our own.
#[derive(Debug)]
pub struct NetNs {
    handle: OwnedFd,
}

impl NetNs {
    /// Makes one, without IPv6, so that no device speaks unasked.
    ///
    /// # Errors
    /// Without the privilege to make namespaces.
    pub fn new() -> Result<NetNs, Error> {
        let make = || -> std::io::Result<OwnedFd> {
            sys::net::unshare_network()?;
            for kind in ["all", "default"] {
                // A kernel without IPv6 has no such file, and needs none.
                let _ = fs::write(format!("/proc/sys/net/ipv6/conf/{kind}/disable_ipv6"), "1");
            }
            Ok(File::open("/proc/thread-self/ns/net")?.into())
        };
        let handle = in_thread(make)?
            .map_err(|error| KernelError::new("make a network namespace", error).needing(CAP_SYS_ADMIN))?;
        Ok(NetNs { handle })
    }

    /// Runs something inside, in a thread of its own.
    ///
    /// # Errors
    /// When the namespace cannot be entered.
    pub fn run<T: Send>(&self, run: impl FnOnce() -> T + Send) -> Result<T, Error> {
        let inside = || sys::net::enter_network(self.handle.as_fd()).map(|()| run());
        Ok(in_thread(inside)?
            .map_err(|error| KernelError::new("enter a network namespace", error).needing(CAP_SYS_ADMIN))?)
    }

    /// A path by which other processes can enter it while this value lives.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/proc/{}/fd/{}", std::process::id(), self.handle.as_raw_fd())
    }
}

/// Threads have network namespaces of their own, and what a thread changes ends with it. A panic goes on in the caller.
fn in_thread<T: Send>(run: impl FnOnce() -> T + Send) -> Result<T, KernelError> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("network namespace".into());
        match thread.spawn_scoped(scope, run) {
            Ok(thread) => Ok(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))),
            Err(error) => Err(KernelError::new("start a thread", error)),
        }
    })
}
