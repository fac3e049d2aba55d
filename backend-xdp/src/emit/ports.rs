//! Port numbers and interfaces: the C by which a program gets the port that a packet came in by and sends it out of one. How the numbers
//! belong to interfaces is a loader's choice, see `p4xdp_control::manifest::Ports`; what it does not choose, the verifier removes.
//!
//! ```text
//! port = p4xdp_port_in(ctx->ingress_ifindex);        no more than the index, unless ports are numbered
//! return p4xdp_send(port);                           bpf_redirect, or bpf_redirect_map by number
//! ```

use crate::c::code::{Code, Known, Name, code};
use crate::c::map::{MapDefinition, MapType};
use crate::c::tree::Tree;
use crate::pipeline::PortPlaces;
use p4xdp_control::manifest::Ports;
use p4xdp_midend::analysis;
use rustc_hash::FxHashSet;

/// The port that the packet came in by.
pub(crate) fn port_in() -> Code {
    code!("{}(@ctx->ingress_ifindex)", PORT_IN)
}

/// The port of the device with this interface index.
pub(crate) fn port_of(index: &Name) -> Code {
    code!("{}({})", PORT_IN, index)
}

/// Function of the port by which a packet came.
const PORT_IN: Known = Known("p4xdp_port_in");

/// Function that sends the packet out of a port; its value is the verdict.
pub(crate) const SEND: Known = Known("p4xdp_send");

/// Numbers below this make an array of devices.
const SMALL: u32 = 512;

/// Ports that a loader can number.
const MOST_PORTS: u32 = 256;

/// What the functions of a program have to do with ports.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Used {
    /// They ask by which a packet came.
    ingress: bool,
    /// They send packets out of some.
    egress: bool,
    /// They do so by what the program says, not only where they came from.
    redirects: bool,
}

impl Used {
    /// By the names that a function uses.
    pub(crate) fn of(names: &FxHashSet<&str>, redirects: bool) -> Used {
        Used { ingress: names.contains(PORT_IN.0), egress: names.contains(SEND.0), redirects }
    }

    /// What this or the other uses.
    pub(crate) fn or(self, other: Used) -> Used {
        Used {
            ingress: self.ingress || other.ingress,
            egress: self.egress || other.egress,
            redirects: self.redirects || other.redirects,
        }
    }
}

/// What the manifest says of ports: what the functions use, and what the program itself says of them.
pub(crate) fn describe(used: Used, places: &PortPlaces, found: &analysis::ports::Ports) -> Ports {
    let Used { ingress, egress, redirects } = used;
    if !ingress && !egress {
        return Ports::default();
    }
    let constants = found.constants.iter().filter_map(|value| u32::try_from(value).ok());
    Ports {
        used: true,
        redirects,
        most: places.most,
        drop: places.drop,
        constants: constants.filter(|value| Some(*value) != places.drop).collect(),
        ingress: ingress.then(|| ".data.ports".to_owned()),
        egress: egress.then(|| "p4xdp_ports".to_owned()),
    }
}

/// Writes what the program needs in front of its function.
pub(crate) fn declare(ports: &Ports, out: &mut Tree) {
    if !ports.used {
        return;
    }
    let text = |out: &mut Tree, text: &'static str| {
        out.line(Code::fragment(text.trim_end()));
        out.blank();
    };
    text(out, include_str!("ports/settings.h"));
    if ports.ingress.is_some() {
        text(out, include_str!("ports/ingress.h"));
    }
    if let Some(name) = &ports.egress {
        out.line(code!("/* Devices of numbered ports. */"));
        let (key, value) = (code!("__u32"), code!("__u32"));
        // An array is quicker than a hash, by about a nanosecond.
        let (kind, entries) = match ports.most {
            0..SMALL => (MapType::DevMap, SMALL),
            _ => (MapType::DevMapHash, MOST_PORTS),
        };
        MapDefinition { name: Name::new(name), kind, key, value, max_entries: Some(entries) }.emit(out);
        text(out, include_str!("ports/egress.h"));
    }
}
