//! How P4's port numbers and interfaces belong together: what the program says of it, and what a loader sets.
//!
//! A program that looks at ports has a section [`SETTINGS`] of read-only data, all zero unless a loader fills it before loading; the
//! verifier knows the values and removes what they make dead. Its `port_base` says what a port is:
//!
//! | `port_base` | ingress | egress |
//! | --- | --- | --- |
//! | 0, with any ordinary loader | interface index | `bpf_redirect` to the interface index |
//! | n (packet tests: so that their ports are 0, 1, 2 ..) | interface index - n | `bpf_redirect` to n + port |
//! | [`NUMBERED`] | looked up in [`Ports::ingress`]; all ones if the device has no number | [`Ports::egress`] by port; dropped if there is no such port |

use serde::{Deserialize, Serialize};

/// What the program has to do with ports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ports {
    /// The program reads its ingress port or redirects: it has the section [`SETTINGS`].
    pub used: bool,
    /// The program redirects to other ports.
    pub redirects: bool,
    /// Largest number of a port.
    #[serde(default)]
    pub most: u32,
    /// The number that stands for dropping.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drop: Option<u32>,
    /// Numbers of ports that stand in the program itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub constants: Vec<u32>,
    /// Data section with an array of [`IN_SLOTS`] + [`IN_PROBES`] - 1 pairs `{u32 ifindex; u32 port;}`. A device stands at the slot `ifindex %
    /// IN_SLOTS` or at most `IN_PROBES - 1` behind it. `None` if the program does not look at its ingress port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ingress: Option<String>,
    /// `BPF_MAP_TYPE_DEVMAP` or `BPF_MAP_TYPE_DEVMAP_HASH` by port, of interface indices; with values of 8 bytes, of indices and the program that
    /// copies run. `None` if the program does not redirect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub egress: Option<String>,
    /// Ring buffer of packets for user space: `{u32 port by which it came; u32 length; bytes}`, of longer packets no more than 16,384 bytes. With
    /// it [`SETTINGS`] has all of [`Settings`]. `None` if the program can have no port to user space.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packet_in: Option<String>,
}

/// Bytes of a record in [`Ports::packet_in`] in front of the packet.
pub const PACKET_IN_HEADER: usize = 8;

/// The interface index of what user space sends into a program: that of the loopback device, in every network namespace.
pub const PACKET_OUT_INDEX: u32 = 1;

impl Ports {
    /// The program's ports cannot all be interface indices, or are written as if they were not.
    #[must_use]
    pub fn want_numbers(&self) -> bool {
        self.used && (self.most < i32::MAX.unsigned_abs() || !self.constants.is_empty())
    }
}

/// The settings' ELF section, which is also how the map's name ends.
pub const SETTINGS: &str = ".rodata.load";

/// The port base that says: a loader has numbered the ports.
pub const NUMBERED: u32 = u32::MAX;

/// Slots of the array of ingress ports, a power of two.
pub const IN_SLOTS: u32 = 512;

/// Slots at which a device may stand.
pub const IN_PROBES: u32 = 4;

/// What stands in [`SETTINGS`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Interface index of port 0, or [`NUMBERED`].
    pub port_base: u32,
    /// The port behind which user space is, if the program can have one ([`Ports::packet_in`]) and shall.
    pub cpu_port: Option<u32>,
}

impl Settings {
    /// The section's bytes: the base; whether there is a port to user space; its number. Programs that can have none have the first of them.
    #[must_use]
    pub fn encode(&self) -> [u8; 12] {
        let words = [self.port_base, self.cpu_port.is_some().into(), self.cpu_port.unwrap_or_default()];
        let mut bytes = [0; 12];
        for (to, word) in bytes.chunks_exact_mut(4).zip(words) {
            to.copy_from_slice(&word.to_ne_bytes());
        }
        bytes
    }

    /// Reads the section's bytes.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Settings> {
        let mut words =
            bytes.chunks_exact(4).filter_map(|word| Some(u32::from_ne_bytes(*word.first_chunk()?)));
        let port_base = words.next()?;
        let cpu_port = match (words.next(), words.next()) {
            (Some(1..), Some(port)) => Some(port),
            _ => None,
        };
        Some(Settings { port_base, cpu_port })
    }
}
