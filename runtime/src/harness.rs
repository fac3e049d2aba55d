//! Places where a program meets real packets, for tests: in, packets at numbered ports; out, packets at ports. Port `p` is the interface with
//! index [`FIRST_INDEX`]` + p`, in a network namespace that belongs to the harness alone and ends with it, also when a test panics or
//! the process is killed.

pub mod direct;
mod netlink;
pub mod netns;
pub mod tap;
pub mod veth;

use crate::error::{Error, KernelError};
use crate::program::Program;
use std::os::fd::{AsFd, OwnedFd};

/// Interface index of port 0. Real interfaces have small ones, so that a mistake cannot hit them.
pub const FIRST_INDEX: u32 = 1000;

/// How a packet came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// `XDP_PASS`: into the network stack of the port's device.
    Stack,
    /// `XDP_TX` or `XDP_REDIRECT`: out of the port.
    Wire,
}

/// A packet that came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// At which port.
    pub port: u32,
    /// How.
    pub exit: Exit,
    /// The whole packet.
    pub bytes: Vec<u8>,
}

/// A place for a program, loaded with [`FIRST_INDEX`] as its port base.
pub trait Harness {
    /// Makes ports and lets the program run on them.
    ///
    /// # Errors
    /// When the environment lacks what it needs.
    fn open(&mut self, program: &Program, ports: &[u32]) -> Result<(), Error>;

    /// Sends a packet into a port.
    ///
    /// # Errors
    /// When the port is not open or the packet is one that the device does not take.
    fn inject(&mut self, program: &Program, port: u32, packet: &[u8]) -> Result<(), Error>;

    /// All that came out since the last call, in order for each port.
    ///
    /// # Errors
    /// When the kernel refuses.
    fn collect(&mut self, program: &Program) -> Result<Vec<Output>, Error>;
}

/// What a harness cannot do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HarnessError {
    /// A port that was not opened.
    #[error("port {0} is not open")]
    NotOpen(u32),
    /// A port number for which there is no interface index.
    #[error("port {0} is too large: port numbers stand for interface indices")]
    TooLarge(u32),
    /// Less than an Ethernet header.
    #[error("a packet of {0} bytes is too short for a device: an Ethernet header has 14")]
    TooShort(usize),
    /// Longer than a device takes.
    #[error("a packet of {0} bytes is too long for a device")]
    TooLong(usize),
}

/// Packets that a harness's devices take.
const SIZES: std::ops::RangeInclusive<usize> = 14..=1514;

fn check_size(packet: &[u8]) -> Result<(), HarnessError> {
    if packet.len() < *SIZES.start() {
        return Err(HarnessError::TooShort(packet.len()));
    }
    if packet.len() > *SIZES.end() {
        return Err(HarnessError::TooLong(packet.len()));
    }
    Ok(())
}

/// Interface index of a port; of `apart` kinds of devices, the `kind`-th.
fn index_of(port: u32) -> Result<u32, HarnessError> {
    let limit = PEER_DISTANCE - FIRST_INDEX;
    if port < limit { Ok(FIRST_INDEX + port) } else { Err(HarnessError::TooLarge(port)) }
}

/// Peers of ports have indices that no port has.
const PEER_DISTANCE: u32 = 1 << 24;

/// What waits at a packet socket, without what the device itself sent.
fn received(socket: &OwnedFd, port: u32, exit: Exit, into: &mut Vec<Output>) -> Result<(), Error> {
    loop {
        match crate::sys::net::receive(socket.as_fd()) {
            Ok(Some(seen)) if seen.outgoing => {}
            Ok(Some(seen)) => into.push(Output { port, exit, bytes: seen.bytes }),
            Ok(None) => return Ok(()),
            Err(error) => return Err(KernelError::new(format!("capture at port {port}"), error).into()),
        }
    }
}
