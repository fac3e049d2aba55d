//! Ports as TAP devices with native XDP. The kernel handles a packet within the `write` that injects it: what the program sends out of a port can
//! be read from that port's TAP as soon as `write` returns, and what it passes to the stack from a packet socket on the device.
//! So nothing waits, and nothing is lost for want of a peer.

use super::losses::{Loss, Losses};
use super::netns::NetNs;
use super::{Exit, Harness, HarnessError, Inside, Output, Room, index_of, port_of, received, set_link};
use crate::attach::{Device, WantedMode};
use crate::error::{Error, KernelError};
use crate::program::Program;
use crate::sys;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};

/// The kernel runs native XDP on what fits a page, and the same program in its generic form on what does not.
const ROOM: Room = Room { device: "a TAP device", most: 65_535 };

/// TAP devices in a private network namespace.
#[derive(Debug)]
pub struct Taps {
    namespace: NetNs,
    ports: BTreeMap<u32, Port>,
    out: Vec<Output>,
    losses: Option<Losses>,
}

#[derive(Debug)]
struct Port {
    tap: File,
    stack: OwnedFd,
}

impl Taps {
    /// In a new network namespace, without ports yet.
    ///
    /// # Errors
    /// Without the privilege to make namespaces.
    pub fn new() -> Result<Taps, Error> {
        Ok(Taps { namespace: NetNs::new()?, ports: BTreeMap::new(), out: Vec::new(), losses: None })
    }

    /// Reads what waits at all ports.
    fn drain(&mut self) -> Result<(), Error> {
        let mut buffer = vec![0u8; 65_536];
        for (number, port) in &mut self.ports {
            loop {
                match port.tap.read(&mut buffer) {
                    Ok(length) => {
                        let bytes = buffer.get(..length).unwrap_or_default().to_vec();
                        self.out.push(Output { port: *number, exit: Exit::Wire, bytes });
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => {
                        return Err(KernelError::new(format!("read from port {number}"), error).into());
                    }
                }
            }
            received(&port.stack, *number, Exit::Stack, &mut self.out)?;
        }
        Ok(())
    }
}

fn make(program: &Program, number: u32, index: u32) -> Result<Port, Error> {
    let name = format!("p{number}");
    let error = |what: &str| {
        let what = format!("{what} port {number}");
        move |error| KernelError::new(what, error)
    };
    let tap = sys::net::open_tap(&name, index).map_err(error("make a TAP device for"))?;
    sys::net::set_mtu(&name, ROOM.mtu()).map_err(error("set the MTU of"))?;
    sys::net::set_up(&name).map_err(error("bring up"))?;
    sys::net::set_promiscuous(&name).map_err(error("bring up"))?;
    let stack = sys::net::packet_socket(index).map_err(error("capture at"))?;
    Device { name, index }.attach(program.as_fd(), WantedMode::Native)?;
    Ok(Port { tap: tap.into(), stack })
}

impl Harness for Taps {
    fn open(&mut self, program: &Program, ports: &[u32]) -> Result<(), Error> {
        self.drain()?;
        let output = std::mem::take(&mut self.out);
        for number in ports {
            if self.ports.contains_key(number) {
                continue;
            }
            let index = index_of(*number)?;
            let port = self.namespace.run(|| make(program, *number, index))??;
            self.ports.insert(*number, port);
        }
        if self.losses.is_none() {
            self.losses = Some(Losses::watch(program));
        }
        // What the devices said when they came up is no output of the program.
        self.drain()?;
        self.out = output;
        Ok(())
    }

    fn within(&self, run: &mut Inside<'_>) -> Result<(), Error> {
        self.namespace.run(run)?
    }

    fn set_link(&mut self, port: u32, up: bool) -> Result<(), Error> {
        if !self.ports.contains_key(&port) {
            return Err(HarnessError::NotOpen(port).into());
        }
        self.drain()?;
        let output = std::mem::take(&mut self.out);
        self.namespace.run(|| set_link(port, up))??;
        self.drain()?;
        self.out = output;
        Ok(())
    }

    fn inject(&mut self, _: &Program, port: u32, packet: &[u8]) -> Result<(), Error> {
        ROOM.check(packet)?;
        let target = self.ports.get_mut(&port).ok_or(HarnessError::NotOpen(port))?;
        match target.tap.write(packet) {
            Ok(_) => {}
            // The kernel reports a packet that the program drops or aborts in some versions; that is no failure.
            Err(error) if matches!(error.raw_os_error(), Some(libc::EFAULT | libc::EIO)) => {}
            Err(error) => return Err(KernelError::new(format!("inject into port {port}"), error).into()),
        }
        self.drain()
    }

    fn collect(&mut self, _: &Program) -> Result<Vec<Output>, Error> {
        self.drain()?;
        Ok(std::mem::take(&mut self.out))
    }

    fn losses(&mut self) -> Result<Vec<Loss>, Error> {
        self.losses.as_mut().map_or(Ok(Vec::new()), |losses| losses.take(port_of))
    }
}
