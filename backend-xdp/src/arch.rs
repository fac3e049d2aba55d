//! Architectures: how a packet flows through the program's blocks, what their parameters mean on XDP, and which verdict comes out. In: a
//! program. Out: a [`Pipeline`]; there is no C here.

mod ebpf_model;
mod pna;
mod psa;
pub(crate) mod requests;
mod ubpf_model;
mod v1model;
mod xdp_model;

use crate::lacking::Lacking;
use crate::layout::extern_facts::ExternFacts;
use crate::pipeline::Pipeline;
use p4xdp_frontend::diagnostic::Diagnostics;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::visit::{self, Part};
use p4xdp_midend::ir::{
    Arg, Block, ControlId, EnumType, HeaderId, LValue, LocalId, ParserId, Place, Program, Stage, StageBlock,
    StmtKind,
};
use requests::Requested;

/// The pipeline of a program, whose calls about the packet's fate are stores to variables. Nothing comes back for an architecture that nobody
/// knows, or whose package lacks a part.
pub(crate) fn pipeline(
    program: &Program,
    requested: Option<&Requested>,
    externs: &ExternFacts,
    has_cpu_port: bool,
    sink: &mut Diagnostics,
) -> Option<Pipeline> {
    let stages = Stages(&program.stages);
    match &*program.architecture {
        "xdp_model" => xdp_model::pipeline(program, &stages),
        "ebpf_model" => ebpf_model::pipeline(&stages),
        "v1model" => v1model::pipeline(program, &stages, externs, requested, has_cpu_port, sink),
        "psa" => psa::pipeline(program, &stages, externs, sink),
        "pna" => pna::pipeline(program, &stages, requested),
        "ubpf_model" => ubpf_model::pipeline(program, &stages, externs, requested, sink),
        _ => None,
    }
}

/// Refuses a program that gives a variable of the architecture another value than 0, where it does so first.
fn refuse_stores(
    program: &Program,
    variable: Option<LocalId>,
    externs: &ExternFacts,
    lacking: &Lacking,
    sink: &mut Diagnostics,
) {
    if let Some(span) =
        variable.and_then(|variable| program.blocks().find_map(|block| store(block, variable, externs)))
    {
        sink.emit(lacking.at(span));
    }
}

/// True if a program gives a variable of the architecture another value than 0.
fn gets_a_value(program: &Program, variable: LocalId, externs: &ExternFacts) -> bool {
    program.blocks().any(|block| store(block, variable, externs).is_some())
}

/// Where a variable gets another value than 0.
fn store(block: &Block, variable: LocalId, externs: &ExternFacts) -> Option<Span> {
    let mut found = None;
    visit::statements(block, &mut |stmt| {
        let mut writes = false;
        if let StmtKind::Assign { dst, src } = &stmt.kind {
            writes = is_variable(dst, variable) && src.as_const().is_none_or(|value| *value != 0u32.into());
        } else {
            let zeroed = |field: &str| match &stmt.kind {
                StmtKind::CallExtern { name, .. } => externs.of(name).sets.contains(&(field, 0)),
                _ => false,
            };
            stmt.parts(&mut |part| match part {
                Part::Local(local) => writes |= *local == variable,
                Part::Arg(arg) | Part::Result(arg) => writes |= is_written(arg, variable, &zeroed),
                Part::Expr(_) | Part::Target(_) | Part::Written(_) | Part::Header(_) | Part::Stack(_) => {}
            });
        }
        if writes && found.is_none() {
            found = Some(stmt.span);
        }
    });
    found
}

fn is_variable(target: &LValue, variable: LocalId) -> bool {
    matches!(target.root(), LValue::Local(local) if *local == variable)
}

/// True if a call writes the variable through this argument; fields of a structure that are `zeroed` do not count.
fn is_written(arg: &Arg, variable: LocalId, zeroed: &dyn Fn(&str) -> bool) -> bool {
    if let Arg::Struct(fields) = arg {
        return fields.iter().any(|(name, field)| !zeroed(name) && is_written(field, variable, zeroed));
    }
    let mut written = false;
    arg.targets(&mut |target| written |= is_variable(target, variable));
    written
}

/// The statements do nothing that lasts but emit.
fn has_no_effects(block: &Block) -> bool {
    block.iter().all(|stmt| {
        !matches!(stmt.kind, StmtKind::ApplyTable { .. } | StmtKind::CallExtern { .. })
            && stmt.blocks().into_iter().all(has_no_effects)
    })
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

    /// The locals in a parameter.
    fn locals(&self, role: &str, position: usize) -> Vec<LocalId> {
        let mut found = Vec::new();
        self.leaves(role, position, &mut |place| {
            if let Place::Scalar(id) = place {
                found.push(*id);
            }
        });
        found
    }

    /// The headers in a parameter, also those in its stacks and unions.
    fn headers(&self, program: &Program, role: &str, position: usize) -> Vec<HeaderId> {
        let mut found = Vec::new();
        self.leaves(role, position, &mut |place| match place {
            Place::Header(id) => found.push(*id),
            Place::Stack(id) => found.extend(&program.stacks[*id].elements),
            Place::Union(id) => found.extend(program.unions[*id].members.iter().map(|(_, id)| *id)),
            Place::UnionStack(stacks) => {
                found.extend(stacks.iter().flat_map(|(_, id)| &program.stacks[*id].elements));
            }
            Place::Scalar(_) | Place::Struct { .. } | Place::Opaque(_) => {}
        });
        found
    }

    fn leaves(&self, role: &str, position: usize, visit: &mut dyn FnMut(&Place)) {
        fn walk(place: &Place, visit: &mut dyn FnMut(&Place)) {
            visit(place);
            if let Place::Struct { fields, .. } = place {
                fields.iter().for_each(|(_, field)| walk(field, visit));
            }
        }
        if let Some(param) = self.stage(role).and_then(|stage| stage.params.get(position)) {
            walk(&param.place, visit);
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
