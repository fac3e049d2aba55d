//! Several headers in one statement of which each may be there or not.
//!
//! A header that is held in the shared structure is pinned where it is used ([`Cx::pin`]): the verifier then walks on with it and without it. n
//! of them pinned at a time are 2^n ways, whatever they are merged into behind the next branch. So where ways are merged, few are pinned at a
//! time, and a statement that reads more of them has each field read by itself, into the shared structure:
//!
//! ```text
//! shared->read = 0;
//! if (shared->has_vlan) {
//!         vlan = data + (shared->vlan_at & 0x7fff);
//!         if ((void *)vlan + 4 > data_end)
//!                 return XDP_ABORTED;
//!         shared->read = vlan->tci;
//! }
//! barrier();
//! ```

use super::Cx;
use super::losses::cannot_be;
use super::member_access::Holder;
use crate::c::code::{Code, Name, ToCode, code};
use crate::c::expr::{CExpr, CType};
use crate::c::tree::{Place, SHARED};
use crate::layout::storage::{Offset, candidates};
use crate::limits::LARGEST_OFFSET;
use p4xdp_midend::ir::visit::Part;
use p4xdp_midend::ir::{Expr, ExprKind, HeaderId, HeaderRef, LValue, Stmt, StmtKind};
use std::collections::BTreeSet;

/// Headers that may be there or not, and are pinned at a time. Two are four ways through whatever a statement does with them: a loop over bytes,
/// a search among masks.
const MOST_DOUBTFUL: usize = 1;

/// Members of the shared structure for what is read by itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Reads {
    /// The statement that is being written reads by itself.
    wanted: bool,
    members: Vec<(CType, Name)>,
    /// So many of them hold what is still needed.
    used: usize,
}

impl Cx<'_> {
    /// Writes a statement, with few headers pinned in it.
    pub(super) fn with_few_pinned(&mut self, stmt: &Stmt, part: impl FnOnce(&mut Self)) {
        let (outer, used) = (self.reads.wanted, self.reads.used);
        self.reads.wanted = self.will_be_many(stmt);
        part(self);
        (self.reads.wanted, self.reads.used) = (outer, used);
    }

    /// Merges ways if there are too many with what the statement will pin; true if that alone is too many.
    fn will_be_many(&mut self, stmt: &Stmt) -> bool {
        if !self.storage.merging.behind_branches {
            return false;
        }
        let mut pinned: BTreeSet<HeaderId> =
            self.pinned.iter().filter(|(_, known)| !**known).map(|(id, _)| *id).collect();
        let before = pinned.len();
        let own = self.doubtful_in(stmt);
        pinned.extend(own.iter().copied());
        if pinned.len() > MOST_DOUBTFUL && before > 0 {
            self.merge_ways();
        }
        own.len() > MOST_DOUBTFUL
    }

    /// The headers that a statement itself would pin and that may not be there.
    fn doubtful_in(&self, stmt: &Stmt) -> BTreeSet<HeaderId> {
        let mut doubtful = BTreeSet::new();
        // What is emitted is only noted down.
        if let StmtKind::Emit(_) = stmt.kind {
            return doubtful;
        }
        stmt.parts(&mut |part| {
            match part {
                Part::Target(target) => {
                    if let LValue::Field { header, .. } = target.root() {
                        self.note_doubtful(header, &mut doubtful);
                    }
                }
                Part::Written(header) | Part::Header(header) => self.note_doubtful(header, &mut doubtful),
                Part::Expr(_) | Part::Arg(_) | Part::Result(_) | Part::Stack(_) | Part::Local(_) => {}
            }
            part.exprs(&mut |expr| self.doubtful_in_expr(expr, &mut doubtful));
        });
        if let StmtKind::ApplyTable { table, .. } = &stmt.kind {
            for key in &self.program.tables[*table].keys {
                self.doubtful_in_expr(&key.expr, &mut doubtful);
            }
        }
        doubtful
    }

    fn doubtful_in_expr(&self, expr: &Expr, doubtful: &mut BTreeSet<HeaderId>) {
        if let ExprKind::Field { header, .. } | ExprKind::IsValid(header) = &expr.kind {
            self.note_doubtful(header, doubtful);
        }
        expr.operands(&mut |operand| self.doubtful_in_expr(operand, doubtful));
    }

    fn note_doubtful(&self, header: &HeaderRef, doubtful: &mut BTreeSet<HeaderId>) {
        for id in candidates(self.program, header) {
            let may = self.paths.may(id);
            if self.is_fetched(id) && may.packet && (may.absent || may.memory) {
                doubtful.insert(id);
            }
        }
    }

    /// The header is read by itself in this statement.
    pub(super) fn is_read_apart(&self, id: HeaderId) -> bool {
        let may = self.paths_of_statement().may(id);
        self.reads.wanted
            && self.is_fetched(id)
            && may.packet
            && (may.absent || may.memory)
            && !self.pinned.contains_key(&id)
    }

    /// A value by where a header is held, as [`Cx::choose_holder`] has it, which this statement may have to read by itself.
    pub(super) fn value_by_holder(
        &mut self,
        id: HeaderId,
        absent: &CExpr,
        of: impl Fn(&mut Self, &Holder) -> CExpr,
    ) -> CExpr {
        let Some(Offset { has, .. }) = self.storage.headers[id].shared.clone() else {
            return self.choose_holder(id, absent, of);
        };
        if !self.is_read_apart(id) {
            return self.choose_holder(id, absent, of);
        }
        let may = self.paths_of_statement().may(id);
        let storage = self.storage.headers[id].clone();
        let in_packet = of(self, &Holder::Packet(storage.pointer)).masked();
        let in_memory = may.memory.then(|| of(self, &Holder::Memory(storage.memory)).masked());
        let ty = in_memory.as_ref().map_or(in_packet.ty, |other| other.ty.max(in_packet.ty)).max(absent.ty);
        let ty = if ty == CType::Literal { CType::of_width(absent.width) } else { ty };
        let read = self.member_to_read(ty);
        if may.absent {
            self.out.assignment(&read, &absent.text);
        }
        self.out.begin_if(code!("{}->{}", SHARED, has));
        self.point_to(id);
        self.out.assignment(&read, &in_packet.text);
        match in_memory {
            Some(value) if may.absent => {
                self.out.begin_else(Some(storage.made.code()));
                self.out.assignment(&read, &value.text);
            }
            Some(value) => {
                self.out.begin_else(None);
                self.out.assignment(&read, &value.text);
            }
            None => {}
        }
        self.out.end();
        self.out.line(code!("@barrier();"));
        CExpr { clean: true, ..CExpr::atom(&read, ty, in_packet.width) }
    }

    /// A number of which the verifier knows nothing any more, where ways are merged.
    pub(super) fn forgotten(&mut self, value: Code, ty: CType) -> Code {
        if !self.storage.merging.behind_branches {
            return value;
        }
        let read = self.member_to_read(ty);
        self.out.assignment(&read, &value);
        self.out.line(code!("@barrier();"));
        read.code()
    }

    /// A member of the shared structure until the statement is written.
    pub(super) fn member_to_read(&mut self, ty: CType) -> Place {
        let free = self.reads.members.iter().skip(self.reads.used).position(|(of, _)| *of == ty);
        let name = match free {
            Some(behind) => {
                let at = self.reads.used + behind;
                let member = self.reads.members.remove(at);
                let name = member.1.clone();
                self.reads.members.insert(self.reads.used, member);
                name
            }
            None => {
                let name = self.module.names.unique("read");
                let c_type = if ty == CType::Bool { CType::U8 } else { ty };
                self.hold(&name, code!("{} {}", c_type.name(), name));
                self.reads.members.insert(self.reads.used, (ty, name.clone()));
                name
            }
        };
        self.reads.used += 1;
        Place::Shared(name)
    }

    /// Makes a header's pointer of what the shared structure says; the header is in the packet.
    pub(super) fn point_to(&mut self, id: HeaderId) {
        let storage = &self.storage.headers[id];
        let Some(Offset { at, .. }) = storage.shared.clone() else { return };
        let pointer = storage.pointer.clone();
        let bytes = self.header_layout(id).bytes;
        self.out.line(code!("{} = @data + ({}->{} & {});", pointer, SHARED, at, LARGEST_OFFSET));
        // clang must not make the pointer a second time: that would be another one to the verifier, which was not tested. Nor may it conclude
        // from the test that so many bytes are in the packet from its beginning on, of which the verifier knows nothing.
        self.out.update(&pointer, code!("@barrier_var({});", pointer));
        self.abort_if(code!("(void *){} + {} > @data_end", pointer, bytes), cannot_be());
    }
}
