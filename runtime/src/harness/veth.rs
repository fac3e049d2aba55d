//! Ports as virtual Ethernet devices with native XDP, each with a peer where packets are sent and captured: what containers have. The
//! peers run a program that passes everything, without which the kernel loses what is sent by `XDP_TX` or redirected.
//! The kernel handles packets soon after they are sent, not at once, so this waits until the program has run.

use super::losses::{Loss, Losses};
use super::netns::NetNs;
use super::{
    Exit, Harness, HarnessError, Inside, Output, PEER_DISTANCE, Room, index_of, netlink, port_of, received,
    set_link,
};
use crate::attach::{Device, WantedMode};
use crate::error::{CAP_SYS_ADMIN, Error, KernelError};
use crate::program::Program;
use crate::sys;
use std::collections::BTreeMap;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::time::{Duration, Instant};

/// The program has had time enough to run.
const PATIENCE: Duration = Duration::from_secs(2);
/// Nothing more is under way.
const SILENCE: Duration = Duration::from_millis(20);

/// What native XDP takes of a veth device: a page without the room in front and the kernel's notes behind.
const ROOM: Room = Room { device: "a veth device with native XDP", most: 3500 };

/// The same where the program takes fragments.
const ROOM_IN_FRAGMENTS: Room = Room { device: "a veth device", most: 65_535 };

fn room(program: &Program) -> Room {
    if program.manifest().frags { ROOM_IN_FRAGMENTS } else { ROOM }
}

/// Virtual Ethernet pairs in a private network namespace.
#[derive(Debug)]
pub struct Veths {
    namespace: NetNs,
    ports: BTreeMap<u32, Port>,
    pass: OwnedFd,
    /// The kernel counts runs of programs while this is held.
    _statistics: OwnedFd,
    /// Packets injected since `runs_before` was read.
    injected: u64,
    runs_before: u64,
    out: Vec<Output>,
    losses: Option<Losses>,
}

#[derive(Debug)]
struct Port {
    /// What the port's device hands to the stack.
    stack: OwnedFd,
    /// The peer: sends into the port, sees what comes out of it.
    wire: OwnedFd,
}

impl Veths {
    /// In a new network namespace, without ports yet.
    ///
    /// # Errors
    /// Without the privilege to make namespaces and load programs.
    pub fn new() -> Result<Veths, Error> {
        let pass =
            sys::programs::load_pass().map_err(|error| KernelError::new("load the peers' program", error))?;
        let statistics = sys::bpf::enable_stats()
            .map_err(|error| KernelError::new("count runs of programs", error).needing(CAP_SYS_ADMIN))?;
        Ok(Veths {
            namespace: NetNs::new()?,
            ports: BTreeMap::new(),
            pass,
            _statistics: statistics,
            injected: 0,
            runs_before: 0,
            out: Vec::new(),
            losses: None,
        })
    }

    fn drain(&mut self) -> Result<(), Error> {
        for (number, port) in &self.ports {
            received(&port.wire, *number, Exit::Wire, &mut self.out)?;
            received(&port.stack, *number, Exit::Stack, &mut self.out)?;
        }
        Ok(())
    }

    /// Waits until the program has seen all packets that were injected.
    fn wait_for_runs(&self, program: &Program) -> Result<(), Error> {
        let start = Instant::now();
        loop {
            let runs = program.run_statistics()?.runs.saturating_sub(self.runs_before);
            if runs >= self.injected || start.elapsed() > PATIENCE {
                return Ok(());
            }
            std::thread::sleep(Duration::from_micros(100));
        }
    }

    /// Waits until nothing more comes out.
    fn settle(&mut self) -> Result<(), Error> {
        let sockets: Vec<RawFd> =
            self.ports.values().flat_map(|port| [port.wire.as_raw_fd(), port.stack.as_raw_fd()]).collect();
        loop {
            self.drain()?;
            let more = sys::net::wait_readable(&sockets, SILENCE)
                .map_err(|error| KernelError::new("wait for packets", error))?;
            if !more {
                return Ok(());
            }
        }
    }
}

fn make(program: &Program, pass: &OwnedFd, number: u32, index: u32) -> Result<Port, Error> {
    let (name, peer) = (format!("p{number}"), format!("h{number}"));
    let peer_index = index + PEER_DISTANCE;
    let error = |what: &str| {
        let what = format!("{what} port {number}");
        move |error| KernelError::new(what, error)
    };
    netlink::make_veth((&name, index), (&peer, peer_index)).map_err(error("make a veth pair for"))?;
    for device in [&name, &peer] {
        // A packet with a checksum that is still to be computed would come out with a wrong one.
        let _ = sys::net::set_offload(device, ETHTOOL_STXCSUM, 0);
        sys::net::set_promiscuous(device).map_err(error("bring up"))?;
        sys::net::set_mtu(device, room(program).mtu()).map_err(error("set the MTU of"))?;
    }
    Device { name: name.clone(), index }.attach(program.as_fd(), WantedMode::Native)?;
    Device { name: peer.clone(), index: peer_index }.attach(pass.as_fd(), WantedMode::Native)?;
    for device in [&name, &peer] {
        sys::net::set_up(device).map_err(error("bring up"))?;
    }
    Ok(Port {
        stack: sys::net::packet_socket(index).map_err(error("capture at"))?,
        wire: sys::net::packet_socket(peer_index).map_err(error("capture at"))?,
    })
}

/// ethtool's command to switch transmit checksums.
const ETHTOOL_STXCSUM: u32 = 0x17;

impl Harness for Veths {
    fn open(&mut self, program: &Program, ports: &[u32]) -> Result<(), Error> {
        if ports.iter().all(|number| self.ports.contains_key(number)) {
            return Ok(());
        }
        self.settle()?;
        let output = std::mem::take(&mut self.out);
        for number in ports {
            if self.ports.contains_key(number) {
                continue;
            }
            let index = index_of(*number)?;
            let port = self.namespace.run(|| make(program, &self.pass, *number, index))??;
            self.ports.insert(*number, port);
        }
        if self.losses.is_none() {
            self.losses = Some(Losses::watch(program));
        }
        // What the devices said when they came up is no output of the program.
        self.settle()?;
        self.out = output;
        self.injected = 0;
        self.runs_before = program.run_statistics()?.runs;
        Ok(())
    }

    fn within(&self, run: &mut Inside<'_>) -> Result<(), Error> {
        self.namespace.run(run)?
    }

    fn set_link(&mut self, port: u32, up: bool) -> Result<(), Error> {
        if !self.ports.contains_key(&port) {
            return Err(HarnessError::NotOpen(port).into());
        }
        self.settle()?;
        let output = std::mem::take(&mut self.out);
        self.namespace.run(|| set_link(port, up))??;
        self.settle()?;
        self.out = output;
        Ok(())
    }

    fn inject(&mut self, program: &Program, port: u32, packet: &[u8]) -> Result<(), Error> {
        room(program).check(packet)?;
        let target = self.ports.get(&port).ok_or(HarnessError::NotOpen(port))?;
        sys::net::send(target.wire.as_fd(), packet)
            .map_err(|error| KernelError::new(format!("inject into port {port}"), error))?;
        self.injected += 1;
        self.wait_for_runs(program)?;
        self.drain()
    }

    fn collect(&mut self, _: &Program) -> Result<Vec<Output>, Error> {
        self.settle()?;
        Ok(std::mem::take(&mut self.out))
    }

    fn losses(&mut self) -> Result<Vec<Loss>, Error> {
        self.losses.as_mut().map_or(Ok(Vec::new()), |losses| losses.take(port_of))
    }
}
