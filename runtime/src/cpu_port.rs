//! Packets between a program and user space: what it sends to its CPU port is read here from a ring buffer, as the program left it, and what is
//! sent here comes in at that port. Headers that say more of a packet (`@controller_header`) are the program's own.
//!
//! A ring buffer has one reader at a time; two would take packets from one another. Packets go into the program by a test run of the kernel's with
//! real redirects (5.18), as if they came from the loopback device, which is there in every network namespace and has no XDP of its own.

use crate::error::{Error, KernelError, io_error};
use crate::object::Object;
use crate::ports::{Numbering, PortError};
use crate::program::{Program, read_data};
use crate::ring::{self, Batch};
use libbpf_rs::{RingBuffer, RingBufferBuilder};
use p4xdp_control::manifest::{PACKET_IN_HEADER, PACKET_OUT_INDEX, SETTINGS, Settings};
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::time::Duration;

/// A packet that came to user space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// The port by which it had come to the program.
    pub port: u32,
    /// Its length; there are no more than 16,384 bytes of a longer one.
    pub length: u32,
    /// Its bytes, as the program left it.
    pub bytes: Vec<u8>,
}

/// Reads packets.
pub struct PacketIn<'p> {
    ring: RingBuffer<'p>,
    pending: Arc<Batch<Packet>>,
}

/// The CPU port of a program that is loaded: the one that is asked for, or else that of those that it replaces.
///
/// # Errors
/// When the program can have none, or not this one.
pub(crate) fn choose<'p>(
    object: &Object,
    numbering: &Numbering,
    wanted: Option<u32>,
    replaced: impl Iterator<Item = &'p Program>,
) -> Result<Option<u32>, Error> {
    let ports = &object.manifest().ports;
    let Some(wanted) = wanted else {
        let mut kept = None;
        for program in replaced.filter(|_| ports.packet_in.is_some()) {
            kept = kept.or(program.cpu_port()?);
        }
        return Ok(kept.filter(|port| device_of(numbering, *port).is_none()));
    };
    if ports.packet_in.is_none() {
        return Err(PortError::NoCpuPort { object: object.name().to_owned() }.into());
    }
    // An architecture may have a number for it that no other port has, which then stands in the program.
    if wanted > ports.most && !ports.constants.contains(&wanted) || ports.drop == Some(wanted) {
        return Err(PortError::TooLarge { port: wanted.to_string(), most: ports.most }.into());
    }
    match device_of(numbering, wanted) {
        Some(index) => {
            let device = crate::attach::Device::by_index(index);
            let device = device.map_or_else(|_| format!("#{index}"), |device| device.name);
            Err(PortError::Taken { port: wanted, device }.into())
        }
        None => Ok(Some(wanted)),
    }
}

/// The interface index of a port that has a number.
fn device_of(numbering: &Numbering, port: u32) -> Option<u32> {
    match numbering {
        Numbering::Numbered(numbers) => numbers.get(&port).copied(),
        Numbering::Indices(_) => None,
    }
}

impl Program {
    /// The port behind which user space is; none if it was loaded without.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn cpu_port(&self) -> Result<Option<u32>, Error> {
        if self.manifest().ports.packet_in.is_none() {
            return Ok(None);
        }
        Ok(Settings::decode(&read_data(self.map(SETTINGS)?)?).and_then(|settings| settings.cpu_port))
    }

    /// Begins to read the packets that the program sends to its CPU port.
    ///
    /// # Errors
    /// When it has none, or the kernel refuses.
    pub fn packet_in(&self) -> Result<PacketIn<'_>, Error> {
        let (Some(name), Some(_)) = (&self.manifest().ports.packet_in, self.cpu_port()?) else {
            return Err(PortError::NoCpuPortChosen.into());
        };
        let pending = Arc::new(Batch::default());
        let sink = Arc::clone(&pending);
        let take = move |record: &[u8]| sink.put(packet(record));
        let error = |error: libbpf_rs::Error| {
            KernelError::new("read packets", io_error(&error)).needing("the capability CAP_BPF")
        };
        let mut builder = RingBufferBuilder::new();
        builder.add(self.map(name)?, take).map_err(error)?;
        Ok(PacketIn { ring: builder.build().map_err(error)?, pending })
    }

    /// Sends a packet of at least 14 bytes into the program as if it came in at its CPU port; what the program sends out of devices leaves by those
    /// of this network namespace.
    ///
    /// # Errors
    /// When the program has no CPU port, or the kernel refuses (it knows this from 5.18 on).
    pub fn packet_out(&self, packet: &[u8]) -> Result<(), Error> {
        if self.cpu_port()?.is_none() {
            return Err(PortError::NoCpuPortChosen.into());
        }
        self.flood(packet, PACKET_OUT_INDEX, 1).map(drop)
    }
}

fn packet(record: &[u8]) -> Option<Packet> {
    let (header, bytes) = record.split_at_checked(PACKET_IN_HEADER)?;
    let mut words = header.chunks_exact(4).filter_map(|word| Some(u32::from_ne_bytes(*word.first_chunk()?)));
    Some(Packet { port: words.next()?, length: words.next()?, bytes: bytes.to_vec() })
}

impl PacketIn<'_> {
    /// Waits for packets until there are some or the time is over; takes at most `most` (and no more than 1,024 in any case, 1 at least). The
    /// others stay for the next time.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn read(&self, timeout: Duration, most: usize) -> Result<Vec<Packet>, Error> {
        let read = self.pending.read(&self.ring, timeout, most);
        Ok(read.map_err(|error| KernelError::new("wait for packets", error))?)
    }

    /// A descriptor that can be waited for: it is readable while there are packets.
    #[must_use]
    pub fn as_fd(&self) -> BorrowedFd<'_> {
        ring::descriptor(&self.ring)
    }
}
