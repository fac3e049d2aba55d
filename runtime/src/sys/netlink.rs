//! The kernel's link configuration: requests, the flags of all devices of the thread's network namespace, and word of changes.

use super::check;
use super::net::{send, socket, wait_readable};
use std::collections::BTreeMap;
use std::io;
use std::mem::{size_of, zeroed};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::time::Duration;

/// Bytes of a `struct nlmsghdr`.
const HEADER: usize = 16;

/// Sends one request to the kernel's link configuration and waits for its answer.
pub(crate) fn request(message: &[u8]) -> io::Result<()> {
    let socket = socket(libc::AF_NETLINK, libc::SOCK_RAW, libc::NETLINK_ROUTE)?;
    send(socket.as_fd(), message)?;
    let mut answer = [0u8; 4096];
    // SAFETY: the buffer outlives the call, with its true size beside it.
    let length = unsafe { libc::recv(socket.as_raw_fd(), answer.as_mut_ptr().cast(), answer.len(), 0) };
    if length < 0 {
        return Err(io::Error::last_os_error());
    }
    // struct nlmsghdr (16 bytes), then for NLMSG_ERROR a negative error number, 0 for success.
    let kind =
        answer.get(4..6).and_then(|bytes| bytes.first_chunk::<2>()).map(|bytes| u16::from_ne_bytes(*bytes));
    let code =
        answer.get(16..20).and_then(|bytes| bytes.first_chunk::<4>()).map(|bytes| i32::from_ne_bytes(*bytes));
    match (kind, code) {
        (Some(kind), Some(0)) if i32::from(kind) == libc::NLMSG_ERROR => Ok(()),
        (Some(kind), Some(code)) if i32::from(kind) == libc::NLMSG_ERROR => {
            Err(io::Error::from_raw_os_error(-code))
        }
        _ => Err(io::Error::other("the kernel's answer is not understood")),
    }
}

fn receive(socket: BorrowedFd<'_>, flags: libc::c_int, buffer: &mut [u8]) -> io::Result<usize> {
    // SAFETY: the buffer outlives the call, with its true size beside it.
    let length = unsafe { libc::recv(socket.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len(), flags) };
    if length < 0 { Err(io::Error::last_os_error()) } else { Ok(length.unsigned_abs()) }
}

/// Flags (`IFF_UP`, ..) of all devices, by interface index.
pub(crate) fn link_flags() -> io::Result<BTreeMap<u32, u32>> {
    // struct nlmsghdr, struct ifinfomsg, and an attribute that says what of a device is of no interest.
    const SKIP_STATISTICS: u32 = 8;
    let kind = libc::RTM_GETLINK;
    let flags = u16::try_from(libc::NLM_F_REQUEST | libc::NLM_F_DUMP).unwrap_or_default();
    let mut body = vec![0u8; 16];
    body.extend([8u16, libc::IFLA_EXT_MASK].into_iter().flat_map(u16::to_ne_bytes));
    body.extend(SKIP_STATISTICS.to_ne_bytes());
    let mut message = u32::try_from(HEADER + body.len()).unwrap_or_default().to_ne_bytes().to_vec();
    message.extend([kind, flags].into_iter().flat_map(u16::to_ne_bytes));
    message.extend([1u32, 0].into_iter().flat_map(u32::to_ne_bytes));
    message.extend(body);
    let socket = socket(libc::AF_NETLINK, libc::SOCK_RAW, libc::NETLINK_ROUTE)?;
    send(socket.as_fd(), &message)?;
    let (mut buffer, mut found) = (vec![0u8; 1 << 16], BTreeMap::new());
    loop {
        let length = receive(socket.as_fd(), 0, &mut buffer)?;
        let mut rest = buffer.get(..length).unwrap_or_default();
        while let (Some(length), Some(kind)) = (word(rest, 0), half(rest, 4)) {
            match i32::from(kind) {
                libc::NLMSG_DONE => return Ok(found),
                libc::NLMSG_ERROR => {
                    let error = word(rest, HEADER).unwrap_or_default().cast_signed();
                    return Err(io::Error::from_raw_os_error(-error));
                }
                _ => {}
            }
            if kind == libc::RTM_NEWLINK
                && let (Some(index), Some(flags)) = (word(rest, HEADER + 4), word(rest, HEADER + 8))
            {
                found.insert(index, flags);
            }
            let length = usize::try_from(length).unwrap_or(usize::MAX).max(HEADER).next_multiple_of(4);
            rest = rest.get(length..).unwrap_or_default();
        }
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Tells of changes to the devices of the network namespace in which it was made: they come, go, or are up or down.
#[derive(Debug)]
pub(crate) struct Changes(OwnedFd);

impl Changes {
    /// From now on.
    pub(crate) fn new() -> io::Result<Changes> {
        let socket = socket(libc::AF_NETLINK, libc::SOCK_RAW | libc::SOCK_NONBLOCK, libc::NETLINK_ROUTE)?;
        // SAFETY: plain data, for which zero is a value.
        let mut address: libc::sockaddr_nl = unsafe { zeroed() };
        address.nl_family = libc::AF_NETLINK as u16;
        address.nl_groups = libc::RTMGRP_LINK.cast_unsigned();
        let size = size_of::<libc::sockaddr_nl>() as libc::socklen_t;
        // SAFETY: the address outlives the call, with its true size beside it.
        check(unsafe { libc::bind(socket.as_raw_fd(), (&raw const address).cast(), size) })?;
        Ok(Changes(socket))
    }

    /// A descriptor that is readable when there are some.
    pub(crate) fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    /// Whether there were some since the last call; waits for the first one, so long at most.
    pub(crate) fn wait(&self, timeout: Duration) -> io::Result<bool> {
        if !wait_readable(&[self.0.as_raw_fd()], timeout)? {
            return Ok(false);
        }
        let mut buffer = vec![0u8; 1 << 16];
        loop {
            match receive(self.0.as_fd(), 0, &mut buffer) {
                Ok(_) => {}
                Err(error) => match error.raw_os_error() {
                    Some(libc::EAGAIN) => return Ok(true),
                    // More than it has room for: what they were is asked for anyway.
                    Some(libc::EINTR | libc::ENOBUFS) => {}
                    _ => return Err(error),
                },
            }
        }
    }
}
