//! The one request to the kernel's link configuration that ioctl does not know: making a pair of virtual Ethernet devices.

use std::io;

/// Makes two connected devices with these names and indices in the thread's network namespace.
pub(super) fn make_veth(port: (&str, u32), peer: (&str, u32)) -> io::Result<()> {
    const VETH_INFO_PEER: u16 = 1;
    let mut inner = link_header(peer.1);
    inner.extend(name(peer.0));
    let data = attribute(libc::IFLA_INFO_DATA, &attribute(VETH_INFO_PEER, &inner));
    let mut info = attribute(libc::IFLA_INFO_KIND, b"veth\0");
    info.extend(data);
    let mut body = link_header(port.1);
    body.extend(name(port.0));
    body.extend(attribute(libc::IFLA_LINKINFO, &info));
    let flags = libc::NLM_F_REQUEST | libc::NLM_F_ACK | libc::NLM_F_CREATE | libc::NLM_F_EXCL;
    crate::sys::netlink::request(&message(libc::RTM_NEWLINK, flags, &body))
}

/// `struct nlmsghdr` and what follows it.
fn message(kind: u16, flags: libc::c_int, body: &[u8]) -> Vec<u8> {
    const HEADER: usize = 16;
    let mut bytes = Vec::with_capacity(HEADER + body.len());
    bytes.extend(u32::try_from(HEADER + body.len()).unwrap_or(u32::MAX).to_ne_bytes());
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(u16::try_from(flags).unwrap_or(u16::MAX).to_ne_bytes());
    bytes.extend(1u32.to_ne_bytes());
    bytes.extend(0u32.to_ne_bytes());
    bytes.extend(body);
    bytes
}

/// `struct ifinfomsg` for a device that shall have this index.
fn link_header(index: u32) -> Vec<u8> {
    let mut bytes = vec![0u8; 4];
    bytes.extend(index.to_ne_bytes());
    bytes.extend([0u8; 8]);
    bytes
}

fn name(name: &str) -> Vec<u8> {
    let mut bytes = name.as_bytes().to_vec();
    bytes.push(0);
    attribute(libc::IFLA_IFNAME, &bytes)
}

/// `struct rtattr`, padded to four bytes.
fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(4 + value.len().next_multiple_of(4));
    bytes.extend(u16::try_from(4 + value.len()).unwrap_or(u16::MAX).to_ne_bytes());
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}
