//! Architectures: how a packet flows through the program's blocks, what their parameters mean on XDP, and which verdict comes out.

mod ebpf_model;
mod v1model;
mod xdp_model;

use crate::emit::Cx;
use crate::lacking;
use crate::layout::storage::PacketStores;
use p4xdp_frontend::diagnostic::Diagnostics;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{ControlId, EnumType, LocalId, ParserId, Place, Program, Stage, StageBlock};

/// What the back end does for an architecture.
pub(crate) struct Architecture {
    /// Whether headers may be written where they are.
    pub(crate) stores: PacketStores,
    /// Writes the function's body, from the first use of the packet to the last return.
    pub(crate) body: fn(&mut Cx<'_>, &Stages),
    /// Where ports come in and go out.
    pub(crate) ports: fn(&Stages) -> PortPlaces,
}

/// The variables of an architecture that hold ports.
#[derive(Default)]
pub(crate) struct PortPlaces {
    /// Those that it sets.
    pub(crate) ingress: Vec<LocalId>,
    /// Those by which packets leave.
    pub(crate) egress: Vec<LocalId>,
    /// Largest number of a port.
    pub(crate) most: u32,
    /// The number that stands for dropping.
    pub(crate) drop: Option<u32>,
}

/// The back end's side of an architecture.
pub(crate) fn of(program: &Program, sink: &mut Diagnostics) -> Option<Architecture> {
    match &*program.architecture {
        "xdp_model" => Some(Architecture {
            stores: PacketStores::InPlace,
            body: xdp_model::body,
            ports: xdp_model::ports,
        }),
        "ebpf_model" => Some(Architecture {
            stores: PacketStores::Forbidden,
            body: ebpf_model::body,
            ports: |_| PortPlaces::default(),
        }),
        "v1model" => {
            Some(Architecture { stores: PacketStores::InPlace, body: v1model::body, ports: v1model::ports })
        }
        other => {
            let span = program.parsers.values().next().map_or(Span::NONE, |p| p.span);
            if let Some(lacking) = lacking::architecture(other) {
                let note = "compiled are `xdp_model`, `ebpf_model` and `v1model`";
                sink.emit(lacking.at(span).with_note(note));
            }
            None
        }
    }
}

/// True for the enum that stands for the kernel's `enum xdp_action`: it has the kernel's members in the kernel's order.
pub(crate) fn is_kernel_enum(ty: &EnumType) -> bool {
    &*ty.name == "xdp_action"
        && ty.members.iter().map(|m| &**m).eq([
            "XDP_ABORTED",
            "XDP_DROP",
            "XDP_PASS",
            "XDP_TX",
            "XDP_REDIRECT",
        ])
}

/// The package's blocks by the names of its parameters.
pub(crate) struct Stages<'a>(pub(crate) &'a [Stage]);

impl Stages<'_> {
    fn stage(&self, role: &str) -> Option<&Stage> {
        self.0.iter().find(|s| &*s.role == role)
    }

    fn parser(&self, role: &str) -> Option<ParserId> {
        match self.stage(role)?.block {
            StageBlock::Parser(id) => Some(id),
            StageBlock::Control(_) => None,
        }
    }

    fn control(&self, role: &str) -> Option<ControlId> {
        match self.stage(role)?.block {
            StageBlock::Control(id) => Some(id),
            StageBlock::Parser(_) => None,
        }
    }

    /// The local behind a scalar parameter, or behind a field of a parameter.
    pub(crate) fn local(&self, role: &str, position: usize, field: Option<&str>) -> Option<LocalId> {
        let place = &self.stage(role)?.params.get(position)?.place;
        match (place, field) {
            (Place::Scalar(id), None) => Some(*id),
            (Place::Struct { fields, .. }, Some(field)) => {
                fields.iter().find_map(|(name, place)| match place {
                    Place::Scalar(id) if &**name == field => Some(*id),
                    _ => None,
                })
            }
            _ => None,
        }
    }
}
