//! Stores to header fields that are overwritten before anybody sees them.
//!
//! ```text
//! h.ttl = 0; x = y; h.ttl = d     =>   x = y; h.ttl = d
//! h.a = 1; h.setInvalid()         =>   h.setInvalid()
//! ```
//!
//! Looks ahead within a block, past branches that neither read the field nor go elsewhere.

use crate::analysis::effects::{self, StorageSet};
use crate::ir::*;

/// Statements to look ahead.
const FAR: usize = 64;

/// Removes such stores everywhere.
pub fn run(program: &mut Program) {
    for at in 0..program.controls.len() {
        let id = ControlId::from_u32(at as u32);
        let mut body = std::mem::take(&mut program.controls[id].body);
        block(program, &mut body);
        program.controls[id].body = body;
    }
    for at in 0..program.actions.len() {
        let id = ActionId::from_u32(at as u32);
        let mut body = std::mem::take(&mut program.actions[id].body);
        block(program, &mut body);
        program.actions[id].body = body;
    }
}

fn block(program: &Program, list: &mut Block) {
    for stmt in list.iter_mut() {
        stmt.blocks_mut().into_iter().for_each(|inner| block(program, inner));
    }
    let dead: Vec<bool> = (0..list.len())
        .map(|at| match list.get(at).map(|s| &s.kind) {
            Some(StmtKind::Assign {
                dst: LValue::Field { header: HeaderRef::Header(header), field },
                ..
            }) => {
                let later = list.iter().skip(at + 1).take(FAR);
                is_overwritten(program, later, *header, *field)
            }
            _ => false,
        })
        .collect();
    let mut dead = dead.into_iter();
    list.retain(|_| dead.next() != Some(true));
}

fn is_overwritten<'a>(
    program: &Program,
    later: impl Iterator<Item = &'a Stmt>,
    header: HeaderId,
    field: u32,
) -> bool {
    for stmt in later {
        let mut reads = StorageSet::new();
        let goes = match &stmt.kind {
            StmtKind::SetValid { header: HeaderRef::Header(h), valid } if *h == header => return !valid,
            StmtKind::CopyHeader { dst: HeaderRef::Header(h), src: HeaderRef::Header(s) } if *h == header => {
                return *s != header;
            }
            StmtKind::Assign { dst, src } => {
                effects::expr_reads(program, src, &mut reads);
                if !reads.has_field(header, field)
                    && let LValue::Field { header: HeaderRef::Header(h), field: f } = dst
                    && (*h, *f) == (header, field)
                {
                    return true;
                }
                // A slice keeps the rest of the field; an index may be anything.
                matches!(dst.root(), LValue::Field { header: HeaderRef::Element { .. }, .. })
                    || matches!(dst.root(), LValue::Field { header: HeaderRef::Header(h), field: f } if (*h, *f) == (header, field))
            }
            StmtKind::If { .. } | StmtKind::Switch { .. } => {
                effects::stmt_effects(program, stmt, &mut reads, &mut StorageSet::new());
                let mut goes = false;
                visit::statements(std::slice::from_ref(stmt), &mut |inner| goes |= goes_elsewhere(inner));
                goes
            }
            _ if goes_elsewhere(stmt) => true,
            _ => {
                effects::stmt_effects(program, stmt, &mut reads, &mut StorageSet::new());
                false
            }
        };
        if goes || reads.has_field(header, field) {
            return false;
        }
    }
    false
}

/// True if control may leave the block here, or others look at headers.
fn goes_elsewhere(stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Assign { .. }
        | StmtKind::SetValid { .. }
        | StmtKind::CopyHeader { .. }
        | StmtKind::If { .. }
        | StmtKind::Switch { .. } => false,
        StmtKind::PushFront { .. }
        | StmtKind::PopFront { .. }
        | StmtKind::Labelled { .. }
        | StmtKind::Leave(_)
        | StmtKind::Loop { .. }
        | StmtKind::ApplyTable { .. }
        | StmtKind::CallExtern { .. }
        | StmtKind::Extract { .. }
        | StmtKind::Lookahead { .. }
        | StmtKind::Advance { .. }
        | StmtKind::PacketLength { .. }
        | StmtKind::Verify { .. }
        | StmtKind::Reject { .. }
        | StmtKind::Emit(_)
        | StmtKind::EmitScalar(_) => true,
    }
}
