//! Port numbers and interfaces: the C by which a program gets the port that a packet came in by and sends it out of one. How the numbers
//! belong to interfaces is a loader's choice, see `p4xdp_control::manifest::Ports`; what it does not choose, the verifier removes.
//!
//! ```text
//! port = p4xdp_port_in(ctx->ingress_ifindex);        no more than the index, unless ports are numbered
//! return p4xdp_send(port);                           bpf_redirect, or bpf_redirect_map by number
//! ```
//!
//! A port may be that to user space, if a loader says so: what is sent there goes to a ring buffer as it is, and user space sends packets as if they
//! came from there. They are copied by `bpf_xdp_load_bytes` (kernel 5.18), since a ring buffer takes pieces of packets of constant length only;
//! a perf buffer would take whole packets on older kernels, but lose what comes while nobody reads. Where no loader says so, the verifier never
//! comes to such code, so older kernels take it.

use super::Cx;
use crate::Options;
use crate::c::code::{Code, Known, Name, code};
use crate::c::map::{MapDefinition, MapType};
use crate::c::tree::{Place, Tree};
use crate::pipeline::PortPlaces;
use p4xdp_control::manifest::Ports;
use p4xdp_midend::analysis;
use p4xdp_midend::ir::Program;
use rustc_hash::FxHashSet;

/// The port of the device with this interface index.
pub(crate) fn port_of(index: &Name) -> Code {
    code!("{}({})", PORT_IN, index)
}

/// Function of the port by which a packet came.
const PORT_IN: Known = Known("p4xdp_port_in");

/// The same where user space may have sent it.
const PORT_FROM: Known = Known("p4xdp_port_from");

/// Function that tells whether user space is behind a port.
const IS_CPU_PORT: Known = Known("p4xdp_is_cpu_port");

/// Function that hands the packet to user space; its value is the verdict.
const HAND_UP: Known = Known("p4xdp_hand_up");

/// True if the program can have a port to user space.
pub(crate) fn has_cpu_port(program: &Program, options: &Options<'_>) -> bool {
    let mut types = program.header_types.values();
    options.cpu_port
        || types.any(|ty| ty.annotations.iter().any(|annotation| annotation.name == "controller_header"))
}

impl Cx<'_> {
    /// The port that the packet came in by.
    pub(super) fn port_in(&self) -> Code {
        code!("{}(@ctx->ingress_ifindex)", if self.module.has_cpu_port { PORT_FROM } else { PORT_IN })
    }

    /// What makes a number that is none of a port's: it is `limit` or more, and user space is not behind it.
    pub(super) fn is_no_port(&self, port: &Place, limit: u32) -> Code {
        let too_large = code!("{} >= {}", port, limit);
        if self.module.has_cpu_port {
            code!("{} && !{}({})", too_large, IS_CPU_PORT, port)
        } else {
            too_large
        }
    }

    /// Ends with the packet in user space where the port is that to it, and a condition holds.
    pub(super) fn hand_up_if(&mut self, condition: Option<Code>, port: &Code) {
        if let Some(is_cpu_port) = self.is_cpu_port(port) {
            let all = Code::join(condition.into_iter().chain([is_cpu_port]), " && ");
            let up = self.hand_up(&self.port_in());
            self.out.return_if(all, up);
        }
    }

    /// The condition that user space is behind a port, where it can be.
    pub(super) fn is_cpu_port(&self, port: &Code) -> Option<Code> {
        self.module.has_cpu_port.then(|| code!("{}({})", IS_CPU_PORT, port))
    }

    /// The verdict on a packet that goes to user space, and came by a port.
    pub(super) fn hand_up(&self, arrived: &Code) -> Code {
        code!("{}(@ctx, {})", HAND_UP, arrived)
    }
}

/// Function that sends the packet out of a port; its value is the verdict.
pub(crate) const SEND: Known = Known("p4xdp_send");

/// The same in a program that sends copies, too.
pub(crate) const SEND_ALONE: Known = Known("p4xdp_send_alone");

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
    /// They may hand them to user space.
    hands_up: bool,
}

impl Used {
    /// By the names that a function uses.
    pub(crate) fn of(names: &FxHashSet<&str>, redirects: bool) -> Used {
        let asks = |known: Known| names.contains(known.0);
        let hands_up = [PORT_FROM, IS_CPU_PORT, HAND_UP].into_iter().any(asks);
        // What user space gets is told by which port it came.
        Used {
            ingress: asks(PORT_IN) || hands_up,
            egress: asks(SEND) || asks(SEND_ALONE),
            redirects,
            hands_up,
        }
    }

    /// What this or the other uses.
    pub(crate) fn or(self, other: Used) -> Used {
        Used {
            ingress: self.ingress || other.ingress,
            egress: self.egress || other.egress,
            redirects: self.redirects || other.redirects,
            hands_up: self.hands_up || other.hands_up,
        }
    }
}

/// What the manifest says of ports: what the functions use, and what the program itself says of them.
pub(crate) fn describe(used: Used, places: &PortPlaces, found: &analysis::ports::Ports) -> Ports {
    let Used { ingress, egress, redirects, hands_up } = used;
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
        packet_in: hands_up.then(|| "p4xdp_packet_in".to_owned()),
    }
}

/// Writes what the program needs in front of its function. One that sends copies has functions of its own to send packets by the map of ports.
pub(crate) fn declare(ports: &Ports, copies: bool, out: &mut Tree) {
    if !ports.used {
        return;
    }
    let text = |out: &mut Tree, text: &'static str| {
        out.line(Code::fragment(text.trim_end()));
        out.blank();
    };
    text(
        out,
        if ports.packet_in.is_some() {
            include_str!("ports/settings_cpu.h")
        } else {
            include_str!("ports/settings.h")
        },
    );
    if ports.ingress.is_some() {
        text(out, include_str!("ports/ingress.h"));
    }
    if ports.packet_in.is_some() {
        text(out, include_str!("ports/ingress_cpu.h"));
        text(out, include_str!("ports/packet_in.h"));
    }
    if let Some(name) = &ports.egress {
        out.line(code!("/* Devices of numbered ports. */"));
        // Behind the device there is the program that copies run.
        let (key, value) = (code!("__u32"), if copies { code!("__u64") } else { code!("__u32") });
        // An array is quicker than a hash, by about a nanosecond.
        let (kind, entries) = match ports.most {
            0..SMALL => (MapType::DevMap, SMALL),
            _ => (MapType::DevMapHash, MOST_PORTS),
        };
        MapDefinition { name: Name::new(name), kind, key, value, max_entries: Some(entries) }.emit(out);
        if !copies {
            text(out, include_str!("ports/egress.h"));
        }
    }
}
