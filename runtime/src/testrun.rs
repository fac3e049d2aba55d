//! Runs a loaded program on one packet, without any device (`BPF_PROG_TEST_RUN`): in, a packet; out, the verdict and the packet
//! as the program left it, or how long it takes.

use crate::error::{Error, KernelError, io_error};
use crate::program::Program;
use crate::sys::bpf::{TestRun, test_run};
use libbpf_rs::{MapCore, MapFlags};
use p4xdp_control::manifest::{ROUND_BYTES, SCRATCH};
use std::fmt;
use std::os::fd::AsFd;

/// What a program does with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Dropped, with a trace point: the program failed.
    Aborted,
    /// Dropped.
    Drop,
    /// Handed to the network stack.
    Pass,
    /// Sent out of the device that it came from.
    Tx,
    /// Sent elsewhere.
    Redirect,
    /// No verdict that XDP knows.
    Unknown(u32),
}

impl Verdict {
    fn of(number: u32) -> Verdict {
        match number {
            0 => Verdict::Aborted,
            1 => Verdict::Drop,
            2 => Verdict::Pass,
            3 => Verdict::Tx,
            4 => Verdict::Redirect,
            other => Verdict::Unknown(other),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Aborted => f.write_str("XDP_ABORTED"),
            Verdict::Drop => f.write_str("XDP_DROP"),
            Verdict::Pass => f.write_str("XDP_PASS"),
            Verdict::Tx => f.write_str("XDP_TX"),
            Verdict::Redirect => f.write_str("XDP_REDIRECT"),
            Verdict::Unknown(number) => write!(f, "unknown verdict {number}"),
        }
    }
}

/// Bytes that a packet may grow.
const GROWTH: usize = 512;
/// Bytes of metadata that every kernel takes.
const METADATA: usize = 32;

impl Program {
    /// Runs the program on a packet of at least 14 bytes. `ingress` is the index of a device of this network namespace; without it the
    /// packet comes from the loopback device.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn run(&self, packet: &[u8], ingress: Option<u32>) -> Result<(Verdict, Vec<u8>), Error> {
        let (ifindex, room) = (ingress.unwrap_or(0), packet.len() + GROWTH);
        let run = TestRun { packet, ifindex, repeat: 1, room, ..TestRun::default() };
        let result =
            test_run(self.as_fd(), &run).map_err(|error| KernelError::new("run the program", error))?;
        Ok((Verdict::of(result.verdict), result.packet))
    }

    /// Runs the program on a packet where bytes of others may lie: those that the program has kept for packets (its per-CPU structure)
    /// are set to `dirt` first, and so are 32 bytes in front of the packet, by way of metadata. What becomes of the packet must not
    /// depend on it.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn run_dirty(&self, packet: &[u8], dirt: u8) -> Result<(Verdict, Vec<u8>), Error> {
        if let Ok(map) = self.map(SCRATCH) {
            let (key, mut value) = (0u32.to_ne_bytes(), vec![dirt; map.value_size() as usize]);
            let kept = if self.manifest().goes_round() { ROUND_BYTES } else { 0 };
            value.iter_mut().take(kept).for_each(|byte| *byte = 0);
            let processors = libbpf_rs::num_possible_cpus();
            let filled = processors.and_then(|n| map.update_percpu(&key, &vec![value; n], MapFlags::ANY));
            filled.map_err(|error| KernelError::new("fill scratch memory", io_error(&error)))?;
        }
        let mut input = vec![dirt; METADATA];
        input.extend_from_slice(packet);
        let room = input.len() + GROWTH;
        let run = TestRun { packet: &input, metadata: METADATA, repeat: 1, room, ..TestRun::default() };
        let result =
            test_run(self.as_fd(), &run).map_err(|error| KernelError::new("run the program", error))?;
        Ok((Verdict::of(result.verdict), result.packet))
    }

    /// Nanoseconds a packet: the least of `rounds` averages over `repeat` runs, since the least is what is stable. The kernel's
    /// own loop takes about 20 of them. Each run gets the packet as the one before left it.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn measure(&self, packet: &[u8], rounds: u32, repeat: u32) -> Result<u32, Error> {
        let run = TestRun { packet, repeat, ..TestRun::default() };
        let mut least = u32::MAX;
        for _ in 0..rounds.max(1) {
            let result =
                test_run(self.as_fd(), &run).map_err(|error| KernelError::new("run the program", error))?;
            least = least.min(result.duration);
        }
        Ok(least)
    }

    /// Sends `count` copies of a packet through the program as if they had come from a device, and really forwards them: a load generator.
    /// Nanoseconds a packet, as the kernel took them: without setting up, and without what others had of the processor between packets.
    ///
    /// # Errors
    /// When the kernel refuses (it knows this from 5.18 on).
    pub fn flood(&self, packet: &[u8], ingress: u32, count: u32) -> Result<u32, Error> {
        let flags = libbpf_sys::BPF_F_TEST_XDP_LIVE_FRAMES;
        let run = TestRun { packet, ifindex: ingress, repeat: count, flags, ..TestRun::default() };
        let result =
            test_run(self.as_fd(), &run).map_err(|error| KernelError::new("send live frames", error))?;
        Ok(result.duration)
    }
}
