//! One writer at a time: in, the thread's network namespace; out, a lock that ends with the value or the process. A load reads what the
//! running programs have, puts it into a new one and attaches that: what another process changes in between would be lost. The lock lies on
//! the namespace itself, so there is no file, and other namespaces do not wait.

use crate::error::{Error, KernelError};
use crate::sys;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

/// How long it is waited for. Loading a large program, or copying large tables, takes some seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// Held while tables are changed, or programs loaded. The namespace is that of the thread that took it.
#[derive(Debug)]
#[must_use]
pub struct Lock(#[expect(dead_code, reason = "closing it gives the lock back")] File);

/// For those who change tables, counters and registers: many at a time, but not while a program is loaded. Take it before looking for the
/// program, so that it is not one which is being replaced.
///
/// # Errors
/// When the namespace cannot be opened, or another process holds the lock for longer than a minute.
pub fn shared() -> Result<Lock, Error> {
    take(false)
}

/// For those who load and unload: one at a time.
pub(crate) fn exclusive() -> Result<Lock, Error> {
    take(true)
}

fn take(exclusive: bool) -> Result<Lock, Error> {
    let error =
        |error| KernelError::new("wait for another p4xdp to be done in this network namespace", error);
    let file = File::open("/proc/thread-self/ns/net").map_err(error)?;
    let start = Instant::now();
    loop {
        match sys::try_lock(file.as_fd(), exclusive) {
            Ok(()) => return Ok(Lock(file)),
            Err(refused) if refused.kind() == io::ErrorKind::WouldBlock && start.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(refused) => return Err(error(refused).into()),
        }
    }
}
