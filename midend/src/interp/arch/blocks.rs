//! Finding a program's blocks, and the leaves of their parameters, by role and name.

use crate::interp::layout::{Layout, Slot};
use crate::ir::{Place, Program, Stage, StageBlock};
use cranelift_entity::EntityRef;
use p4xdp_frontend::diagnostic::{Diagnostic, codes};
use p4xdp_frontend::source::Span;

/// A program's blocks by position in the package.
pub(super) struct Blocks<'a> {
    program: &'a Program,
    layout: Layout,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(program: &'a Program) -> Blocks<'a> {
        Blocks { program, layout: Layout::new(program) }
    }

    fn missing(&self, what: &str) -> Diagnostic {
        let package = &self.program.package;
        Diagnostic::error(codes::E0551, Span::NONE, format!("package `{package}` has no {what}"))
    }

    pub(super) fn stage(&self, role: &str) -> Result<&'a Stage, Diagnostic> {
        let found = self.program.stages.iter().find(|s| &*s.role == role);
        found.ok_or_else(|| self.missing(&format!("block `{role}`")))
    }

    pub(super) fn parser(&self, role: &str) -> Result<u32, Diagnostic> {
        match self.stage(role)?.block {
            StageBlock::Parser(p) => Ok(p.index() as u32),
            StageBlock::Control(_) => Err(self.missing(&format!("parser `{role}`"))),
        }
    }

    pub(super) fn control(&self, role: &str) -> Result<u32, Diagnostic> {
        match self.stage(role)?.block {
            StageBlock::Control(c) => Ok(c.index() as u32),
            StageBlock::Parser(_) => Err(self.missing(&format!("control `{role}`"))),
        }
    }

    /// The place of a block's parameter by position.
    pub(super) fn param(&self, role: &str, position: usize) -> Result<&'a Place, Diagnostic> {
        let param = self.stage(role)?.params.get(position);
        param
            .map(|p| &p.place)
            .ok_or_else(|| self.missing(&format!("parameter {position} in block `{role}`")))
    }

    /// The slot of a scalar parameter.
    pub(super) fn scalar(&self, place: &Place) -> Option<u32> {
        match place {
            Place::Scalar(local) => match self.layout.local(*local) {
                Slot::Narrow(slot) => Some(slot),
                Slot::Wide(_) | Slot::Var(_) => None,
            },
            Place::Header(_)
            | Place::Stack(_)
            | Place::Union(_)
            | Place::UnionStack(_)
            | Place::Struct { .. }
            | Place::Opaque(_) => None,
        }
    }

    /// The slot of a scalar field of a struct parameter; `None` if the struct has no such field.
    pub(super) fn field(&self, place: &Place, name: &str) -> Option<u32> {
        match place {
            Place::Struct { fields, .. } => {
                fields.iter().find(|(n, _)| &**n == name).and_then(|(_, place)| self.scalar(place))
            }
            Place::Scalar(_)
            | Place::Header(_)
            | Place::Stack(_)
            | Place::Union(_)
            | Place::UnionStack(_)
            | Place::Opaque(_) => None,
        }
    }

    /// As [`Blocks::field`], for a field that must be there.
    pub(super) fn required(&self, place: &Place, name: &str) -> Result<u32, Diagnostic> {
        self.field(place, name).ok_or_else(|| self.missing(&format!("metadata field `{name}`")))
    }

    /// The position of an enum's member.
    pub(super) fn member(&self, type_name: &str, member: &str) -> Option<u128> {
        let ty = self.program.enums.values().find(|e| &*e.name == type_name)?;
        ty.members.iter().position(|m| &**m == member).map(|i| i as u128)
    }
}
