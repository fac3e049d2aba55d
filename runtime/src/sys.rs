//! The only unsafe code of the crate: system calls and libbpf functions that no library wraps, each as a safe function that
//! returns [`std::io::Result`]. It decides nothing.
#![allow(unsafe_code, reason = "system calls have no safe form")]

pub(crate) mod batches;
pub(crate) mod bpf;
pub(crate) mod elements;
pub(crate) mod mapping;
pub(crate) mod net;
pub(crate) mod netlink;
pub(crate) mod programs;
pub(crate) mod timing;
pub(crate) mod tracepoint;
pub(crate) mod waiting;

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

/// The error of a C function that returns a negative number and sets `errno`.
fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// The error of a libbpf function that returns a negative error number.
fn check_libbpf(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 { Err(crate::error::system_error(-result)) } else { Ok(result) }
}

/// Nanoseconds since the machine started, sleep included; the clock of a program's load time.
pub(crate) fn since_boot() -> std::time::Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes one timespec.
    unsafe { libc::clock_gettime(libc::CLOCK_BOOTTIME, &raw mut time) };
    std::time::Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Nanoseconds of a tick of the kernel's (`jiffies`): what its coarse clock is exact to (`TICK_NSEC`).
pub(crate) fn tick_length() -> u64 {
    let mut length = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes one timespec.
    unsafe { libc::clock_getres(libc::CLOCK_MONOTONIC_COARSE, &raw mut length) };
    let (seconds, nanoseconds) = (length.tv_sec.unsigned_abs(), length.tv_nsec.unsigned_abs());
    seconds.saturating_mul(1_000_000_000).saturating_add(nanoseconds)
}

/// Locks an open file, shared or not, unless somebody else holds it; until the descriptor is closed.
pub(crate) fn try_lock(file: BorrowedFd<'_>, exclusive: bool) -> io::Result<()> {
    let operation = if exclusive { libc::LOCK_EX } else { libc::LOCK_SH };
    // SAFETY: takes no pointer.
    check(unsafe { libc::flock(file.as_raw_fd(), operation | libc::LOCK_NB) })?;
    Ok(())
}

/// Waits until every packet that a CPU works on now has been dealt with: programs run within a read section of RCU, and this is a grace
/// period of it.
pub(crate) fn wait_for_packets() {
    const MEMBARRIER_CMD_GLOBAL: libc::c_int = 1;
    // SAFETY: takes no pointer.
    let result = unsafe { libc::syscall(libc::SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) };
    if result != 0 {
        // Kernels with CPUs that are never interrupted refuse, some are built without: much longer than a packet takes.
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}
