//! Places where a program meets real packets, for tests: in, packets at numbered ports; out, packets at ports. Port `p` is the interface with
//! index [`FIRST_INDEX`]` + p`, in a network namespace that belongs to the harness alone and ends with it, also when a test panics or
//! the process is killed.

pub mod direct;
pub mod losses;
mod netlink;
pub mod netns;
pub mod tap;
pub mod veth;

use crate::error::{Error, KernelError, Trouble};
use crate::program::Program;
use losses::Loss;
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

/// What can be run in a namespace.
pub type Inside<'a> = dyn FnMut() -> Result<(), Error> + Send + 'a;

/// A place for a program, loaded with [`FIRST_INDEX`] as its port base.
pub trait Harness {
    /// Makes ports and lets the program run on them.
    ///
    /// # Errors
    /// When the environment lacks what it needs.
    fn open(&mut self, program: &Program, ports: &[u32]) -> Result<(), Error>;

    /// Runs something in the network namespace of the ports, where their interface indices mean them.
    ///
    /// # Errors
    /// That of what is run, or when the namespace cannot be entered.
    fn within(&self, run: &mut Inside<'_>) -> Result<(), Error>;

    /// Takes the link of a port down that is open, or brings it up. What its devices say then is no output.
    ///
    /// # Errors
    /// When the port is not open, or the kernel refuses.
    fn set_link(&mut self, port: u32, up: bool) -> Result<(), Error>;

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

    /// Packets that came in since the last call and neither came out nor were dropped; after [`Harness::collect`] all of them.
    ///
    /// # Errors
    /// When the kernel refuses.
    fn losses(&mut self) -> Result<Vec<Loss>, Error>;
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
    #[error("a packet of {length} bytes is too long for {device}, which takes up to {most}")]
    TooLong {
        /// Its bytes.
        length: usize,
        /// `a TAP device`
        device: &'static str,
        /// The most bytes.
        most: usize,
    },
}

impl Trouble for HarnessError {
    fn is_environment(&self) -> bool {
        false
    }
}

/// An Ethernet header: the least that XDP knows, and what an MTU leaves out.
const ETHERNET: usize = 14;

/// The kind of device, and the most bytes of a packet that it takes.
#[derive(Clone, Copy, Debug)]
struct Room {
    device: &'static str,
    most: usize,
}

impl Room {
    fn check(self, packet: &[u8]) -> Result<(), HarnessError> {
        let (length, Room { device, most }) = (packet.len(), self);
        if length < ETHERNET {
            return Err(HarnessError::TooShort(length));
        }
        if length > most {
            return Err(HarnessError::TooLong { length, device, most });
        }
        Ok(())
    }

    /// The MTU for such packets.
    fn mtu(self) -> u32 {
        u32::try_from(self.most - ETHERNET).unwrap_or(u32::MAX)
    }
}

/// Interface index of a port; of `apart` kinds of devices, the `kind`-th.
fn index_of(port: u32) -> Result<u32, HarnessError> {
    let limit = PEER_DISTANCE - FIRST_INDEX;
    if port < limit { Ok(FIRST_INDEX + port) } else { Err(HarnessError::TooLarge(port)) }
}

/// The port of an interface index.
fn port_of(index: u32) -> u32 {
    index.wrapping_sub(FIRST_INDEX)
}

/// Takes the device of a port down, or brings it up, in the thread's network namespace.
fn set_link(port: u32, up: bool) -> Result<(), Error> {
    let (name, what) = (format!("p{port}"), if up { "bring up" } else { "take down" });
    let done = if up { crate::sys::net::set_up(&name) } else { crate::sys::net::set_down(&name) };
    Ok(done.map_err(|error| KernelError::new(format!("{what} port {port}"), error))?)
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
