//! Deparsers as C: the plan (`layout::deparse`) carried out. The difference in length is one `bpf_xdp_adjust_head` by a constant, headers in front
//! of the change move as one piece, and headers that were made are written:
//!
//! ```text
//! if (vlan_valid) {                       ethernet | payload  ->  ethernet | vlan | payload
//!     if (bpf_xdp_adjust_head(ctx, -4))
//!         return p4xdp_lost(XDP_ABORTED, P4XDP_NO_ROOM);
//!     ..
//!     move_down(data, data + 4, 14);
//!     ((struct vlan_t *)(data + 14))->tci = vlan_new.tci;
//! }
//! ```
//!
//! Where ways that need different edits cannot be told apart at run time, or lengths are not constant, see [`super::assemble`].

use super::Cx;
use super::losses::{aborted, cannot_be};
use super::member_access::{Address, copy_array};
use super::moves::{self, Move, Step};
use crate::c::code::{Code, Known, Name, ToCode, code};
use crate::layout::deparse::{Decision, Edit, Feature, Piece, Plan, Planner};
use crate::layout::headers::Member;
use cranelift_entity::EntitySet;
use p4xdp_control::manifest::losses::Reason;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{ControlId, HeaderId, HeaderRef};

/// An emit statement.
#[derive(Clone, Debug)]
pub(super) struct EmitSlot {
    pub(super) header: HeaderId,
    /// The name of the flag that says that the statement was passed.
    pub(super) flag: Name,
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
        let flag = self.fresh(&name, Known("bool"));
        self.out.assignment(&flag, code!("@true"));
        self.paths.emit(slot);
        self.emits.push(EmitSlot { header: id, flag });
    }

    /// Writes a deparser: its statements, and then what they mean for the packet. `only_if` is a condition without which nobody
    /// will see the packet.
    pub fn deparser(&mut self, control: ControlId, only_if: Option<&Code>) {
        let program = self.program;
        let control = &program.controls[control];
        self.begin_externs(std::iter::once(&control.body));
        self.block(&control.body);
        let outer = self.out.set_span(control.span);
        let emits: Vec<HeaderId> = self.emits.iter().map(|slot| slot.header).collect();
        let mut lifted = EntitySet::new();
        lifted
            .extend(self.storage.headers.iter().filter(|(_, held)| held.lifted.is_some()).map(|(id, _)| id));
        let planner = Planner { program, types: &self.module.types, emits: &emits, lifted: &lifted };
        let plan = planner.plan(&self.paths);
        self.module.plans.push((control.name.clone(), crate::layout::text::plan(program, &emits, &plan)));
        let before = self.out.len();
        match plan {
            Plan::Unreachable => return,
            Plan::Decided(_) | Plan::Assembled if self.emits_bits() => {
                if self.copying.is_some() || self.copy_way.is_some() {
                    self.module.sink.emit(crate::lacking::COPIED_BITS.at(control.span));
                }
                self.assemble_bits(control.span, only_if)
            }
            Plan::Decided(Decision::Do(edit)) if edit.is_nothing() => {}
            Plan::Decided(decision) => self.perform(&decision, only_if),
            Plan::Assembled => self.assemble(control.span, only_if),
        }
        if self.out.len() > before {
            let written = self.out.split_off(before);
            self.heading(&control.name, control.span);
            self.out.append(written);
        }
        self.out.set_span(outer);
    }

    /// Cuts what leaves to the length that was asked for, if it goes `alone`.
    pub(super) fn cut_tail(&mut self, alone: Option<Code>) {
        let Some(limit) = self.length_limit.clone() else { return };
        self.out.blank();
        let bytes = self.fresh("bytes", code!("__u64"));
        let there = if self.module.options.frags {
            self.packet_bytes()
        } else {
            code!("@xdp_length(@xdp_data(@ctx), @xdp_data_end(@ctx))")
        };
        self.out.assignment(&bytes, there);
        let alone = alone.map_or_else(Code::default, |alone| code!("{} && ", alone));
        let is_longer = code!("{}{} && {} >= {}", alone, limit, bytes, limit);
        let cut = code!("@bpf_xdp_adjust_tail(@ctx, {} - 1 - {})", limit, bytes);
        self.out.return_if(code!("{} &&\n    {}", is_longer, cut), aborted(Reason::NoRoom));
    }

    fn perform(&mut self, decision: &Decision, only_if: Option<&Code>) {
        if let Some(condition) = only_if {
            self.out.begin_if(condition);
            self.perform(decision, None);
            self.out.end();
            return;
        }
        match decision {
            Decision::Do(edit) => self.perform_edit(edit),
            Decision::Test(feature, yes, no) => {
                let nothing = |d: &Decision| matches!(d, Decision::Do(e) if e.is_nothing());
                let test = self.feature_test(*feature);
                if nothing(yes) {
                    self.out.begin_if(code!("!{}", test.operand()));
                    self.perform(no, None);
                } else {
                    self.out.begin_if(&test.text);
                    self.perform(yes, None);
                    if !nothing(no) {
                        self.out.begin_else(None);
                        self.perform(no, None);
                    }
                }
                self.out.end();
            }
        }
    }

    fn feature_test(&mut self, feature: Feature) -> crate::c::expr::CExpr {
        use crate::c::expr::{CExpr, Prec};
        let name = |flag: &dyn ToCode| CExpr::truth(flag.code(), Prec::Postfix);
        match feature {
            Feature::Valid(h) => self.validity_flag(h),
            Feature::InMemory(h) => name(&self.storage.headers[h].made),
            Feature::Bytes(bytes) => {
                CExpr::truth(code!("{} == {}", self.parsed_bytes(), bytes), Prec::Equality)
            }
            Feature::Parsed(h) => name(&self.storage.headers[h].parsed),
            Feature::Emitted(slot) => match self.emits.get(usize::from(slot)) {
                Some(slot) => name(&slot.flag),
                None => CExpr::boolean(false),
            },
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
            self.adjust_head(code!("-{}", grown));
            self.fetch_packet();
        }
        // A header that is emitted twice is fetched from behind the front, where it stays the second time.
        let fetched = self.moves(edit).iter().map(|m| m.from + m.bytes).max().unwrap_or_default();
        let bytes = old.max(new).max(fetched);
        if edit.pieces.iter().any(|p| matches!(p, Piece::Made { .. }))
            || self.moves(edit).iter().any(|m| m.from != m.to)
        {
            self.out.return_if(code!("@data + {} > @data_end", bytes), cannot_be());
        }
        self.move_pieces(edit);
        let mut at = shrunk;
        for piece in &edit.pieces {
            if let Piece::Made { header, .. } = piece {
                self.write_made(*header, &at_data(at));
            }
            at += piece.bytes();
        }
        if shrunk > 0 {
            self.adjust_head(shrunk);
        }
    }

    fn adjust_head(&mut self, by: impl ToCode) {
        self.out.return_if(code!("@bpf_xdp_adjust_head(@ctx, {})", by), aborted(Reason::NoRoom));
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
        let moves: Vec<Move> = self.moves(edit).into_iter().filter(|m| m.from != m.to).collect();
        let mut asides = Vec::new();
        for step in moves::order(&moves) {
            match step {
                Step::Move(m) => {
                    let function = if m.to < m.from { Known("move_down") } else { Known("move_up") };
                    self.out.line(code!(
                        "{}({}, {}, {});",
                        function,
                        at_data(m.to),
                        at_data(m.from),
                        m.bytes
                    ));
                }
                Step::Aside(_, m) => {
                    let name = self.room_aside(m.bytes, &asides);
                    self.out.line(code!("@copy_bytes({}, {}, {});", name, at_data(m.from), m.bytes));
                    asides.push(name);
                }
                Step::Back(number, m) => {
                    if let Some(name) = asides.get(number) {
                        self.out.line(code!("@copy_bytes({}, {}, {});", at_data(m.to), name, m.bytes));
                    }
                }
            }
        }
    }

    /// An array of so many bytes that holds none of these pieces. Other ways through the deparser have it, too.
    fn room_aside(&mut self, bytes: u32, taken: &[Name]) -> Name {
        let free = self.asides.iter().find(|(size, name)| *size == bytes && !taken.contains(name));
        if let Some((_, name)) = free {
            return name.clone();
        }
        let name = self.module.names.unique("aside");
        self.declare_array(&name, bytes);
        self.asides.push((bytes, name.clone()));
        name
    }

    /// Writes a header in memory to an address.
    pub(super) fn write_made(&mut self, header: HeaderId, base: &Address) {
        let layout = self.header_layout(header).clone();
        self.write_members(header, &layout.members, base);
    }

    /// Writes some members of a header in memory, the first of them to an address.
    pub(super) fn write_members(&mut self, header: HeaderId, members: &[Member], base: &Address) {
        let memory = self.storage.headers[header].memory.clone();
        let first = members.first().map_or(0, |member| member.offset);
        for member in members {
            let (to, from) = (base.behind(member.offset - first), code!("{}.{}", memory, member.name));
            self.out.line(match member.integer {
                true => code!("{} = {};", to.number(member.bytes), from),
                false => copy_array(member, &to, &from, true),
            });
        }
    }
}

/// So many bytes behind the start of the packet.
fn at_data(offset: u32) -> Address {
    Address::of(Known("data")).behind(offset)
}
