//! Waiting for several things at once: in, descriptors; out, one that is readable when one of them is, and a clock that is readable when its time has come.

use super::check;
use libbpf_rs::{PerfBuffer, RingBuffer};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::time::Duration;

/// The descriptor of a ring buffer.
pub(crate) fn of_ring<'r>(ring: &'r RingBuffer<'_>) -> BorrowedFd<'r> {
    // SAFETY: libbpf closes it when the ring buffer ends.
    unsafe { BorrowedFd::borrow_raw(ring.epoll_fd()) }
}

/// The descriptor of a perf buffer.
pub(crate) fn of_perf<'r>(buffer: &'r PerfBuffer<'_>) -> BorrowedFd<'r> {
    // SAFETY: libbpf closes it when the perf buffer ends.
    unsafe { BorrowedFd::borrow_raw(buffer.epoll_fd()) }
}

/// A descriptor that is readable when one of these is.
pub(crate) fn any_of(descriptors: &[BorrowedFd<'_>]) -> io::Result<OwnedFd> {
    // SAFETY: takes no pointer; the descriptor is new and nobody else's.
    let all = unsafe { OwnedFd::from_raw_fd(check(libc::epoll_create1(libc::EPOLL_CLOEXEC))?) };
    for descriptor in descriptors {
        let mut event = libc::epoll_event { events: libc::EPOLLIN.cast_unsigned(), u64: 0 };
        // SAFETY: both descriptors are open, and the kernel copies the event.
        check(unsafe {
            libc::epoll_ctl(all.as_raw_fd(), libc::EPOLL_CTL_ADD, descriptor.as_raw_fd(), &raw mut event)
        })?;
    }
    Ok(all)
}

/// Waits until the descriptor is readable, so long at most; whether it is.
pub(crate) fn wait(descriptor: BorrowedFd<'_>, timeout: Duration) -> io::Result<bool> {
    super::net::wait_readable(&[descriptor.as_raw_fd()], timeout)
}

/// A clock that has not been set.
pub(crate) fn clock() -> io::Result<OwnedFd> {
    // SAFETY: takes no pointer; the descriptor is new and nobody else's.
    Ok(unsafe {
        OwnedFd::from_raw_fd(check(libc::timerfd_create(
            libc::CLOCK_MONOTONIC,
            libc::TFD_CLOEXEC | libc::TFD_NONBLOCK,
        ))?)
    })
}

/// Lets the clock be readable after so long, and not before.
pub(crate) fn set_clock(clock: BorrowedFd<'_>, after: Duration) -> io::Result<()> {
    // SAFETY: plain data.
    let mut time: libc::itimerspec = unsafe { std::mem::zeroed() };
    time.it_value.tv_sec = libc::time_t::try_from(after.as_secs()).unwrap_or(libc::time_t::MAX);
    // Nothing at all would stop it.
    time.it_value.tv_nsec = libc::c_long::from(after.subsec_nanos().max(1).cast_signed());
    // SAFETY: the kernel copies the structure.
    check(unsafe { libc::timerfd_settime(clock.as_raw_fd(), 0, &raw const time, std::ptr::null_mut()) })?;
    Ok(())
}

/// A descriptor that tasks of tokio's wait for.
#[cfg(feature = "tokio")]
pub(crate) fn registered(descriptor: OwnedFd) -> io::Result<tokio::io::unix::AsyncFd<OwnedFd>> {
    // SAFETY: it is the same descriptor, and open, for as long as it is owned.
    let registered = unsafe { tokio::io::unix::AsyncFd::register(descriptor) };
    registered.map_err(|error| error.into_parts().1)
}
