//! Network namespaces, devices, TAPs and packet sockets.

use super::check;
use std::ffi::CString;
use std::io;
use std::mem::{size_of, zeroed};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

/// Index of a device of the thread's network namespace.
pub(crate) fn ifindex(name: &str) -> io::Result<u32> {
    let name = CString::new(name).map_err(io::Error::other)?;
    // SAFETY: the name ends with a zero byte.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => Err(io::Error::last_os_error()),
        index => Ok(index),
    }
}

/// Name of a device of the thread's network namespace.
pub(crate) fn ifname(index: u32) -> io::Result<String> {
    let mut name = [0u8; libc::IF_NAMESIZE];
    // SAFETY: the buffer has the size that the function asks for.
    if unsafe { libc::if_indextoname(index, name.as_mut_ptr().cast()) }.is_null() {
        return Err(io::Error::last_os_error());
    }
    Ok(name.iter().take_while(|byte| **byte != 0).map(|byte| char::from(*byte)).collect())
}

/// Gives the calling thread a network namespace of its own.
pub(crate) fn unshare_network() -> io::Result<()> {
    // SAFETY: takes no pointer; concerns this thread alone.
    check(unsafe { libc::unshare(libc::CLONE_NEWNET) })?;
    Ok(())
}

/// Moves the calling thread into a network namespace.
pub(crate) fn enter_network(namespace: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: takes no pointer; concerns this thread alone.
    check(unsafe { libc::setns(namespace.as_raw_fd(), libc::CLONE_NEWNET) })?;
    Ok(())
}

fn request(name: &str) -> io::Result<libc::ifreq> {
    // SAFETY: plain data, for which zero is a value.
    let mut request: libc::ifreq = unsafe { zeroed() };
    if name.is_empty() || name.len() >= libc::IF_NAMESIZE {
        return Err(io::Error::from_raw_os_error(libc::EINVAL));
    }
    for (to, from) in request.ifr_name.iter_mut().zip(name.bytes()) {
        *to = from as libc::c_char;
    }
    Ok(request)
}

pub(super) fn socket(domain: i32, kind: i32, protocol: i32) -> io::Result<OwnedFd> {
    // SAFETY: takes no pointer.
    let fd = check(unsafe { libc::socket(domain, kind | libc::SOCK_CLOEXEC, protocol) })?;
    // SAFETY: the descriptor is new and nobody else's.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Makes a TAP device with this name and index, and opens it without blocking.
pub(crate) fn open_tap(name: &str, index: u32) -> io::Result<OwnedFd> {
    // SAFETY: the path ends with a zero byte.
    let fd = check(unsafe {
        libc::open(c"/dev/net/tun".as_ptr(), libc::O_RDWR | libc::O_CLOEXEC | libc::O_NONBLOCK)
    })?;
    // SAFETY: the descriptor is new and nobody else's.
    let tap = unsafe { OwnedFd::from_raw_fd(fd) };
    let number = index.cast_signed();
    // SAFETY: the kernel reads one int. It must come before the device is made.
    check(unsafe { libc::ioctl(tap.as_raw_fd(), libc::TUNSETIFINDEX as _, &raw const number) })?;
    let mut request = request(name)?;
    request.ifr_ifru.ifru_flags = (libc::IFF_TAP | libc::IFF_NO_PI) as libc::c_short;
    // SAFETY: the kernel reads and writes one ifreq.
    check(unsafe { libc::ioctl(tap.as_raw_fd(), libc::TUNSETIFF as _, &raw mut request) })?;
    Ok(tap)
}

/// Brings a device up.
pub(crate) fn set_up(name: &str) -> io::Result<()> {
    change_flags(name, libc::IFF_UP, 0)
}

/// Takes a device down.
pub(crate) fn set_down(name: &str) -> io::Result<()> {
    change_flags(name, 0, libc::IFF_UP)
}

/// Lets a device receive packets for any address.
pub(crate) fn set_promiscuous(name: &str) -> io::Result<()> {
    change_flags(name, libc::IFF_PROMISC, 0)
}

/// Whether a device is up.
pub(crate) fn is_up(name: &str) -> io::Result<bool> {
    let control = socket(libc::AF_INET, libc::SOCK_DGRAM, 0)?;
    let mut request = request(name)?;
    // SAFETY: the kernel reads and writes one ifreq; the union's member is the one that the call is about.
    let flags = unsafe {
        check(libc::ioctl(control.as_raw_fd(), libc::SIOCGIFFLAGS as _, &raw mut request))?;
        request.ifr_ifru.ifru_flags
    };
    Ok(libc::c_int::from(flags) & libc::IFF_UP != 0)
}

fn change_flags(name: &str, add: libc::c_int, remove: libc::c_int) -> io::Result<()> {
    let control = socket(libc::AF_INET, libc::SOCK_DGRAM, 0)?;
    let mut request = request(name)?;
    // SAFETY: the kernel reads and writes one ifreq; the union's member is the one that the call is about.
    unsafe {
        check(libc::ioctl(control.as_raw_fd(), libc::SIOCGIFFLAGS as _, &raw mut request))?;
        request.ifr_ifru.ifru_flags |= add as libc::c_short;
        request.ifr_ifru.ifru_flags &= !(remove as libc::c_short);
        check(libc::ioctl(control.as_raw_fd(), libc::SIOCSIFFLAGS as _, &raw mut request))?;
    }
    Ok(())
}

/// Sets the most bytes that a device sends in a packet, its Ethernet header aside.
pub(crate) fn set_mtu(name: &str, mtu: u32) -> io::Result<()> {
    let control = socket(libc::AF_INET, libc::SOCK_DGRAM, 0)?;
    let mut request = request(name)?;
    request.ifr_ifru.ifru_mtu = mtu.cast_signed();
    // SAFETY: the kernel reads one ifreq; the union's member is the one that the call is about.
    check(unsafe { libc::ioctl(control.as_raw_fd(), libc::SIOCSIFMTU as _, &raw mut request) })?;
    Ok(())
}

/// Reads a device's MTU.
pub(crate) fn mtu(name: &str) -> io::Result<u32> {
    let control = socket(libc::AF_INET, libc::SOCK_DGRAM, 0)?;
    let mut request = request(name)?;
    // SAFETY: the kernel reads one ifreq and writes the union's member that the call is about.
    check(unsafe { libc::ioctl(control.as_raw_fd(), libc::SIOCGIFMTU as _, &raw mut request) })?;
    // SAFETY: the kernel has written it.
    Ok(unsafe { request.ifr_ifru.ifru_mtu }.cast_unsigned())
}

/// Sets what ethtool calls by a command number (`ETHTOOL_STXCSUM`, ..) to a value.
pub(crate) fn set_offload(name: &str, command: u32, value: u32) -> io::Result<()> {
    let control = socket(libc::AF_INET, libc::SOCK_DGRAM, 0)?;
    let mut request = request(name)?;
    let mut setting: [u32; 2] = [command, value];
    request.ifr_ifru.ifru_data = setting.as_mut_ptr().cast();
    // SAFETY: the kernel reads one ifreq and the two numbers that it points to.
    check(unsafe { libc::ioctl(control.as_raw_fd(), SIOCETHTOOL as _, &raw mut request) })?;
    Ok(())
}

/// Name of a device's driver.
pub(crate) fn driver(name: &str) -> io::Result<String> {
    let control = socket(libc::AF_INET, libc::SOCK_DGRAM, 0)?;
    let mut request = request(name)?;
    // struct ethtool_drvinfo: the command, the driver's name in 32 bytes, and what is of no interest here.
    let mut info = [0u32; 49];
    const ETHTOOL_GDRVINFO: u32 = 3;
    info[0] = ETHTOOL_GDRVINFO;
    request.ifr_ifru.ifru_data = info.as_mut_ptr().cast();
    // SAFETY: the kernel reads one ifreq and writes the 196 bytes that it points to.
    check(unsafe { libc::ioctl(control.as_raw_fd(), SIOCETHTOOL as _, &raw mut request) })?;
    let bytes = info.iter().skip(1).take(8).flat_map(|word| word.to_ne_bytes());
    Ok(bytes.take_while(|byte| *byte != 0).map(char::from).collect())
}

const SIOCETHTOOL: libc::c_ulong = 0x8946;

/// A raw packet socket on one device, without blocking. It sees what the device hands to the stack and what is sent from it.
pub(crate) fn packet_socket(index: u32) -> io::Result<OwnedFd> {
    let all = (libc::ETH_P_ALL as u16).to_be();
    // Protocol 0 until it is bound: else it would take packets of other devices.
    let socket = socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_NONBLOCK, 0)?;
    let on: libc::c_int = 1;
    let room: libc::c_int = 8 << 20;
    // SAFETY: both calls read one int; the address is plain data and outlives the call.
    unsafe {
        let size = size_of::<libc::c_int>() as libc::socklen_t;
        check(libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_PACKET,
            libc::PACKET_AUXDATA,
            (&raw const on).cast(),
            size,
        ))?;
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_RCVBUFFORCE,
            (&raw const room).cast(),
            size,
        );
        let mut address: libc::sockaddr_ll = zeroed();
        address.sll_family = libc::AF_PACKET as u16;
        address.sll_protocol = all;
        address.sll_ifindex = index.cast_signed();
        let size = size_of::<libc::sockaddr_ll>() as libc::socklen_t;
        check(libc::bind(socket.as_raw_fd(), (&raw const address).cast(), size))?;
    }
    Ok(socket)
}

/// Sends a packet out of the device of a packet socket.
pub(crate) fn send(socket: BorrowedFd<'_>, packet: &[u8]) -> io::Result<()> {
    // SAFETY: the buffer outlives the call, with its true size beside it.
    let sent = unsafe { libc::send(socket.as_raw_fd(), packet.as_ptr().cast(), packet.len(), 0) };
    if sent < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// What a packet socket saw.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub bytes: Vec<u8>,
    /// Sent out of the device rather than received.
    pub outgoing: bool,
}

/// The next packet that a packet socket saw, if there is one. A VLAN tag that the kernel took out is put back.
pub(crate) fn receive(socket: BorrowedFd<'_>) -> io::Result<Option<Seen>> {
    let mut bytes = vec![0u8; 65_536];
    let mut control = [0u64; 16];
    // SAFETY: plain data, for which zero is a value.
    let mut from: libc::sockaddr_ll = unsafe { zeroed() };
    let mut part = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() };
    // SAFETY: as above.
    let mut header: libc::msghdr = unsafe { zeroed() };
    header.msg_name = (&raw mut from).cast();
    header.msg_namelen = size_of::<libc::sockaddr_ll>() as libc::socklen_t;
    header.msg_iov = &raw mut part;
    header.msg_iovlen = 1;
    header.msg_control = control.as_mut_ptr().cast();
    header.msg_controllen = std::mem::size_of_val(&control) as _;
    // SAFETY: all buffers outlive the call, each with its true size beside it.
    let length = unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut header, 0) };
    if length < 0 {
        let error = io::Error::last_os_error();
        return match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => Ok(None),
            // Said once, where the device went down.
            io::ErrorKind::NetworkDown => Ok(None),
            _ => Err(error),
        };
    }
    bytes.truncate(length.unsigned_abs());
    // SAFETY: `header` describes the control buffer as the kernel filled it; the macros stay inside it.
    unsafe {
        let mut message = libc::CMSG_FIRSTHDR(&raw const header);
        while let Some(head) = message.as_ref() {
            if head.cmsg_level == libc::SOL_PACKET && head.cmsg_type == libc::PACKET_AUXDATA {
                let data = libc::CMSG_DATA(message).cast::<libc::tpacket_auxdata>().read_unaligned();
                if data.tp_status & libc::TP_STATUS_VLAN_VALID != 0 && bytes.len() >= 12 {
                    let kind = if data.tp_status & libc::TP_STATUS_VLAN_TPID_VALID != 0 {
                        data.tp_vlan_tpid
                    } else {
                        0x8100
                    };
                    let tag = kind.to_be_bytes().into_iter().chain(data.tp_vlan_tci.to_be_bytes());
                    bytes.splice(12..12, tag);
                }
            }
            message = libc::CMSG_NXTHDR(&raw const header, message);
        }
    }
    Ok(Some(Seen { bytes, outgoing: from.sll_pkttype == libc::PACKET_OUTGOING }))
}

/// Waits until one of the descriptors can be read, or the time is over; whether one can.
pub(crate) fn wait_readable(descriptors: &[RawFd], timeout: std::time::Duration) -> io::Result<bool> {
    let mut list: Vec<libc::pollfd> =
        descriptors.iter().map(|fd| libc::pollfd { fd: *fd, events: libc::POLLIN, revents: 0 }).collect();
    let milliseconds = i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX);
    // SAFETY: the list outlives the call, with its true length beside it.
    let ready = unsafe { libc::poll(list.as_mut_ptr(), list.len() as libc::nfds_t, milliseconds) };
    match check(ready) {
        Ok(count) => Ok(count > 0),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(false),
        Err(error) => Err(error),
    }
}
