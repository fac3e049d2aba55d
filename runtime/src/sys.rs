//! The only unsafe code of the crate: system calls and libbpf functions that no library wraps, each as a safe function that
//! returns [`std::io::Result`]. It decides nothing.
#![allow(unsafe_code, reason = "system calls have no safe form")]

pub(crate) mod bpf;
pub(crate) mod net;
pub(crate) mod tracepoint;

use std::io;

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
