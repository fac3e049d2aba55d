//! Deparsers as C: the plan (`layout::deparse`) carried out. The difference in length is one `bpf_xdp_adjust_head` by a constant, headers in front
//! of the change move as one piece, and headers that were made are written:
//!
//! ```text
//! if (vlan_valid) {                       ethernet | payload  ->  ethernet | vlan | payload
//!     if (bpf_xdp_adjust_head(ctx, -4))
//!         return XDP_ABORTED;
//!     ..
//!     move_down(data, data + 4, 14);
//!     ((struct vlan_t *)(data + 14))->tci = vlan_new.tci;
//! }
//! ```
//!
//! Where ways that need different edits cannot be told apart at run time, or lengths are not constant, see [`super::assemble`].

use super::Cx;
use super::member_access::{at, copy_member};
use crate::layout::deparse::{Decision, Edit, Feature, Piece, Plan, Planner};
use p4xdp_frontend::diagnostic::codes;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{ControlId, HeaderId, HeaderRef};

/// An emit statement.
#[derive(Clone, Debug)]
pub(super) struct EmitSlot {
    pub(super) header: HeaderId,
    /// The name of the flag that says that the statement was passed.
    pub(super) flag: String,
}

impl Cx<'_> {
    /// Takes note of an emit statement.
    pub(super) fn emit_header(&mut self, header: &HeaderRef, span: Span) {
        let id = match self.referent(header) {
            super::field::Referent::One(id) => id,
            super::field::Referent::Nothing => return,
            super::field::Referent::Indexed(..) => {
                self.refuse(
                    codes::E0516,
                    span,
                    "emitting a stack element by a variable index is not supported",
                );
                return;
            }
        };
        let slot = self.emits.len() as u16;
        let name = format!("{}_emitted", self.storage.headers[id].pointer);
        let flag = self.fresh(&name, "bool");
        self.out.assignment(&flag, "true");
        self.paths.emit(slot);
        self.emits.push(EmitSlot { header: id, flag });
    }

    /// Writes a deparser: its statements, and then what they mean for the packet. `only_if` is a condition without which nobody
    /// will see the packet.
    pub fn deparser(&mut self, control: ControlId, only_if: Option<&str>) {
        let program = self.program;
        let control = &program.controls[control];
        self.block(&control.body);
        let outer = self.out.set_span(control.span);
        let emits: Vec<HeaderId> = self.emits.iter().map(|slot| slot.header).collect();
        let planner = Planner { program, types: &self.module.types, emits: &emits };
        let plan = planner.plan(&self.paths);
        self.module.plans.push((control.name.clone(), crate::layout::text::plan(program, &emits, &plan)));
        let before = self.out.len();
        match plan {
            Plan::Unreachable => return,
            Plan::Decided(Decision::Do(edit)) if edit.is_nothing() => {}
            Plan::Decided(decision) => self.perform(&decision, only_if),
            Plan::Assembled => self.assemble(control.span, only_if),
        }
        if self.out.len() > before {
            let mut heading = super::writer::Writer::at_depth(1);
            heading.set_span(control.span);
            heading.blank();
            heading.line(self.heading(&control.name, control.span));
            self.out.insert(before, heading);
        }
        self.out.set_span(outer);
    }

    fn perform(&mut self, decision: &Decision, only_if: Option<&str>) {
        if let Some(condition) = only_if {
            self.out.open(format!("if ({condition}) {{"));
            self.perform(decision, None);
            self.out.close("}");
            return;
        }
        match decision {
            Decision::Do(edit) => self.perform_edit(edit),
            Decision::Test(feature, yes, no) => {
                let nothing = |d: &Decision| matches!(d, Decision::Do(e) if e.is_nothing());
                let test = self.feature_test(*feature);
                if nothing(yes) {
                    self.out.open(format!("if (!{}) {{", test.operand()));
                    self.perform(no, None);
                } else {
                    self.out.open(format!("if ({}) {{", test.text));
                    self.perform(yes, None);
                    if !nothing(no) {
                        self.out.turn("} else {");
                        self.perform(no, None);
                    }
                }
                self.out.close("}");
            }
        }
    }

    fn feature_test(&mut self, feature: Feature) -> super::cexpr::CExpr {
        use super::cexpr::{CExpr, Prec};
        let name = |text: String| CExpr::truth(text, Prec::Postfix);
        match feature {
            Feature::Valid(h) => self.validity_flag(h),
            Feature::InMemory(h) => name(self.storage.headers[h].made.clone()),
            Feature::Bytes(bytes) => {
                CExpr::truth(format!("{} == {bytes}", self.parsed_bytes()), Prec::Equality)
            }
            Feature::Parsed(h) => name(self.storage.headers[h].parsed.clone()),
            Feature::Emitted(slot) => {
                name(self.emits.get(usize::from(slot)).map(|s| s.flag.clone()).unwrap_or_default())
            }
        }
    }

    fn perform_edit(&mut self, edit: &Edit) {
        if edit.is_nothing() {
            return;
        }
        let (old, new) = (edit.old, edit.new_length());
        // Offsets below count from the start of the longer of both fronts.
        let (grown, shrunk) = (new.saturating_sub(old), old.saturating_sub(new));
        if grown > 0 {
            self.adjust_head(&format!("-{grown}"));
            self.out.line("data = xdp_data(ctx);");
            self.out.line("data_end = xdp_data_end(ctx);");
        }
        // A header that is emitted twice is fetched from behind the front, where it stays the second time.
        let fetched = self.moves(edit).iter().map(|m| m.from + m.bytes).max().unwrap_or_default();
        let bytes = old.max(new).max(fetched);
        if edit.pieces.iter().any(|p| matches!(p, Piece::Made { .. }))
            || self.moves(edit).iter().any(|m| m.from != m.to)
        {
            self.out.line(format!("if (data + {bytes} > data_end)"));
            self.out.line(format!("\treturn {};", self.abort));
        }
        self.move_pieces(edit);
        let mut at = shrunk;
        for piece in &edit.pieces {
            if let Piece::Made { header, .. } = piece {
                self.write_made(*header, "data", at);
            }
            at += piece.bytes();
        }
        if shrunk > 0 {
            self.adjust_head(&shrunk.to_string());
        }
    }

    pub(super) fn adjust_head(&mut self, by: &str) {
        self.out.line(format!("if (bpf_xdp_adjust_head(ctx, {by}))"));
        self.out.line(format!("\treturn {};", self.abort));
    }

    /// Where kept pieces go, offsets from the start of the longer front.
    fn moves(&self, edit: &Edit) -> Vec<Move> {
        let (old, new) = (edit.old, edit.new_length());
        let (grown, shrunk) = (new.saturating_sub(old), old.saturating_sub(new));
        let mut at = shrunk;
        let mut moves = Vec::new();
        for piece in &edit.pieces {
            if let Piece::Kept { from, bytes } = piece {
                moves.push(Move { from: from + grown, to: at, bytes: *bytes });
            }
            at += piece.bytes();
        }
        moves
    }

    fn move_pieces(&mut self, edit: &Edit) {
        let mut waiting: Vec<Move> = self.moves(edit).into_iter().filter(|m| m.from != m.to).collect();
        self.move_all(&mut waiting);
    }

    fn move_all(&mut self, waiting: &mut Vec<Move>) {
        while !waiting.is_empty() {
            // A piece may go where no other piece waits to be fetched from.
            let free = waiting.iter().position(|m| {
                waiting.iter().all(|o| o == m || o.from >= m.to + m.bytes || m.to >= o.from + o.bytes)
            });
            match free {
                Some(i) => {
                    let next = waiting.remove(i);
                    self.write_move(next);
                }
                None => {
                    // They go round in a circle: one steps aside.
                    let aside = waiting.remove(0);
                    let name = self.module.names.unique("aside");
                    self.declare_array(&name, aside.bytes);
                    self.out.line(format!(
                        "copy_bytes({name}, {}, {});",
                        at("data", aside.from),
                        aside.bytes
                    ));
                    self.move_all(waiting);
                    self.out.line(format!("copy_bytes({}, {name}, {});", at("data", aside.to), aside.bytes));
                }
            }
        }
    }

    fn write_move(&mut self, m: Move) {
        let function = if m.to < m.from { "move_down" } else { "move_up" };
        self.out.line(format!("{function}({}, {}, {});", at("data", m.to), at("data", m.from), m.bytes));
    }

    /// Writes a header in memory to the packet, `offset` bytes behind `base`.
    pub(super) fn write_made(&mut self, header: HeaderId, base: &str, offset: u32) {
        let layout = self.module.types[self.program.headers[header].ty].clone();
        let memory = self.storage.headers[header].memory.clone();
        for member in &layout.members {
            let (to, from) = (at(base, offset + member.offset), format!("{memory}.{}", member.name));
            let address = if to.contains(" ") { format!("({to})") } else { to.clone() };
            self.out.line(match (member.integer, member.bytes) {
                (true, 1) => format!("*(__u8 *){address} = {from};"),
                (true, bytes) => format!("*(__be{} *){address} = {from};", bytes * 8),
                (false, _) => copy_member(member, &to, &from, true),
            });
        }
    }
}

/// A piece that goes from one place to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Move {
    from: u32,
    to: u32,
    bytes: u32,
}
