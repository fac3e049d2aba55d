//! Finding a program's blocks, and the leaves of their parameters, by role and name.

use crate::interp::layout::{Layout, Slot, Storage};
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

    fn missing(&self, what: &str) -> Box<Diagnostic> {
        let package = &self.program.package;
        Box::new(Diagnostic::error(codes::E0551, Span::NONE, format!("package `{package}` has no {what}")))
    }

    pub(super) fn stage(&self, role: &str) -> Result<&'a Stage, Box<Diagnostic>> {
        let found = self.program.stages.iter().find(|s| &*s.role == role);
        found.ok_or_else(|| self.missing(&format!("block `{role}`")))
    }

    pub(super) fn parser(&self, role: &str) -> Result<u32, Box<Diagnostic>> {
        match self.stage(role)?.block {
            StageBlock::Parser(p) => Ok(p.index() as u32),
            StageBlock::Control(_) => Err(self.missing(&format!("parser `{role}`"))),
        }
    }

    pub(super) fn control(&self, role: &str) -> Result<u32, Box<Diagnostic>> {
        match self.stage(role)?.block {
            StageBlock::Control(c) => Ok(c.index() as u32),
            StageBlock::Parser(_) => Err(self.missing(&format!("control `{role}`"))),
        }
    }

    /// The place of a block's parameter by position.
    pub(super) fn param(&self, role: &str, position: usize) -> Result<&'a Place, Box<Diagnostic>> {
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
    pub(super) fn required(&self, place: &Place, name: &str) -> Result<u32, Box<Diagnostic>> {
        self.field(place, name).ok_or_else(|| self.missing(&format!("metadata field `{name}`")))
    }
}

/// All storage of a parameter.
#[derive(Clone, Debug, Default)]
pub(super) struct Leaves {
    slots: Vec<Slot>,
    headers: Vec<usize>,
}

impl Leaves {
    /// The storage of a place.
    pub(super) fn of(program: &Program, layout: &Layout, place: &Place) -> Leaves {
        let mut leaves = Leaves::default();
        leaves.collect(program, layout, place);
        leaves
    }

    fn collect(&mut self, program: &Program, layout: &Layout, place: &Place) {
        let stack = |leaves: &mut Leaves, id: crate::ir::StackId| {
            let stack = &program.stacks[id];
            leaves.headers.extend(stack.elements.iter().map(|h| h.index()));
            leaves.slots.push(layout.local(stack.next_index));
        };
        match place {
            Place::Scalar(local) => self.slots.push(layout.local(*local)),
            Place::Header(header) => self.headers.push(header.index()),
            Place::Stack(id) => stack(self, *id),
            Place::UnionStack(stacks) => stacks.iter().for_each(|(_, id)| stack(self, *id)),
            Place::Union(id) => {
                self.headers.extend(program.unions[*id].members.iter().map(|(_, h)| h.index()));
            }
            Place::Struct { fields, .. } => {
                fields.iter().for_each(|(_, place)| self.collect(program, layout, place));
            }
            Place::Opaque(_) => {}
        }
    }

    /// Copies what is there from one storage to another.
    pub(super) fn copy(&self, layout: &Layout, from: &Storage, to: &mut Storage) {
        for slot in &self.slots {
            copy_slot(*slot, from, to);
        }
        for header in &self.headers {
            let Some(ty) = layout.type_of(*header) else { continue };
            for field in &ty.fields {
                copy_slot(layout.absolute(*header, field.slot), from, to);
            }
            if let (Some(from), Some(to)) = (from.valid.get(*header), to.valid.get_mut(*header)) {
                *to = *from;
            }
        }
    }
}

fn copy_slot(slot: Slot, from: &Storage, to: &mut Storage) {
    match slot {
        Slot::Var(at) => {
            if let (Some(from), Some(to)) = (from.var.get(at as usize), to.var.get_mut(at as usize)) {
                to.clone_from(from);
            }
        }
        Slot::Narrow(_) | Slot::Wide(_) => to.set(slot, from.get(slot)),
    }
}
