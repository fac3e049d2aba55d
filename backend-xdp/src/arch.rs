//! Architectures: how a packet flows through the program's blocks, what their parameters mean on XDP, and which verdict comes out. In: a
//! program. Out: a [`Pipeline`]; there is no C here.

mod ebpf_model;
mod v1model;
mod xdp_model;

use crate::lacking;
use crate::layout::extern_facts::ExternFacts;
use crate::pipeline::Pipeline;
use p4xdp_frontend::diagnostic::Diagnostics;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{ControlId, EnumType, LocalId, ParserId, Place, Program, Stage, StageBlock};

/// The pipeline of a program. An architecture that XDP does not have is refused; nothing comes back for one that nobody knows, or whose
/// package lacks a part.
pub(crate) fn pipeline(program: &Program, externs: &ExternFacts, sink: &mut Diagnostics) -> Option<Pipeline> {
    let stages = Stages(&program.stages);
    match &*program.architecture {
        "xdp_model" => xdp_model::pipeline(program, &stages),
        "ebpf_model" => ebpf_model::pipeline(&stages),
        "v1model" => v1model::pipeline(program, &stages, externs, sink),
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
    &*ty.name == "xdp_action" && ty.members.iter().map(|m| &**m).eq(KERNEL_ACTIONS.iter().copied())
}

/// Members of the kernel's `enum xdp_action`, in order.
pub(crate) const KERNEL_ACTIONS: &[&str] = &["XDP_ABORTED", "XDP_DROP", "XDP_PASS", "XDP_TX", "XDP_REDIRECT"];

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
