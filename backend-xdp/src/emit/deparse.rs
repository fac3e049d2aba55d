//! Deparsers: what the emit statements mean for the packet, compared with how it was parsed; only the difference is done.
//!
//! On each way through the program the packet's front is a row of parsed headers, and the emitted headers are another row.
//! What both have at their ends stays where it is. The difference in length is one `bpf_xdp_adjust_head` by a constant, headers in front
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
use super::field::{at, copy_member};
use crate::layout::paths::{Hold, Item, Path, Paths};
use crate::limits::MOST_EDITS;
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

/// A piece of the new front of the packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Piece {
    /// Bytes that were parsed.
    Kept { from: u32, bytes: u32 },
    /// A header in memory.
    Made { header: HeaderId, bytes: u32 },
}

impl Piece {
    fn bytes(self) -> u32 {
        match self {
            Piece::Kept { bytes, .. } | Piece::Made { bytes, .. } => bytes,
        }
    }
}

/// What has to be done to the front of the packet: `old` bytes become the pieces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Edit {
    old: u32,
    pieces: Vec<Piece>,
}

impl Edit {
    fn new_length(&self) -> u32 {
        self.pieces.iter().map(|p| p.bytes()).sum()
    }

    fn is_nothing(&self) -> bool {
        self.old == self.new_length()
            && self.pieces.iter().try_fold(0, |at, piece| match piece {
                Piece::Kept { from, bytes } if *from == at => Some(at + bytes),
                _ => None,
            }) == Some(self.old)
    }
}

/// What tells ways apart at run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    Valid(HeaderId),
    InMemory(HeaderId),
    Parsed(HeaderId),
    Emitted(u16),
    /// So many bytes were parsed.
    Bytes(u32),
}

impl Feature {
    fn holds(self, path: &Path) -> bool {
        let hold = |h: HeaderId| path.holds.get(h.as_u32() as usize).copied().unwrap_or(Hold::Absent);
        match self {
            Feature::Valid(h) => hold(h) != Hold::Absent,
            Feature::InMemory(h) => hold(h) == Hold::Memory,
            Feature::Parsed(h) => {
                path.order.iter().any(|i| matches!(i, Item::Header(id, _) | Item::LongHeader(id) if *id == h))
            }
            Feature::Emitted(slot) => path.emitted.contains(&slot),
            Feature::Bytes(bytes) => path.parsed_bytes() == Some(bytes),
        }
    }
}

/// A decision between edits.
enum Decision {
    Do(Edit),
    Test(Feature, Box<Decision>, Box<Decision>),
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
        let mut decision = None;
        if let Paths::Few(paths) = &self.paths {
            let real: Vec<&Path> = paths.iter().collect();
            if real.is_empty() {
                return;
            }
            let edits: Option<Vec<(Edit, &Path)>> =
                real.iter().map(|path| Some((self.edit(path)?, *path))).collect();
            let mut leaves = 0;
            decision = edits.and_then(|edits| self.decide(&edits, &mut leaves));
        }
        let before = self.out.len();
        match decision {
            Some(Decision::Do(edit)) if edit.is_nothing() => {}
            Some(decision) => self.perform(&decision, only_if),
            None => self.assemble(control.span, only_if),
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

    /// What a way makes of the packet; `None` if that depends on lengths that are known at run time only.
    fn edit(&self, path: &Path) -> Option<Edit> {
        let mut wanted: Vec<(HeaderId, Hold)> = path
            .emitted
            .iter()
            .filter_map(|slot| self.emits.get(usize::from(*slot)))
            .map(|slot| {
                (slot.header, path.holds.get(slot.header.as_u32() as usize).copied().unwrap_or(Hold::Absent))
            })
            .filter(|(_, hold)| *hold != Hold::Absent)
            .collect();
        let mut order = path.order.as_slice();
        while let (Some((_, Hold::Packet(last))), Some((_, rest))) = (wanted.last(), order.split_last()) {
            if usize::from(*last) != rest.len() {
                break;
            }
            wanted.pop();
            order = rest;
        }
        let mut starts = vec![0u32];
        for item in order {
            let bytes = match item {
                Item::Header(_, bytes) | Item::Gap(bytes) => *bytes,
                Item::LongHeader(_) | Item::Variable => return None,
            };
            starts.push(starts.last().copied().unwrap_or_default() + bytes);
        }
        let mut pieces: Vec<Piece> = Vec::new();
        for (header, hold) in wanted {
            let bytes = self.fixed_bytes(&HeaderRef::Header(header));
            match hold {
                Hold::Packet(i) => {
                    let from = *starts.get(usize::from(i))?;
                    match pieces.last_mut() {
                        Some(Piece::Kept { from: f, bytes: b }) if *f + *b == from => *b += bytes,
                        _ => pieces.push(Piece::Kept { from, bytes }),
                    }
                }
                Hold::Memory => pieces.push(Piece::Made { header, bytes }),
                Hold::Absent => {}
            }
        }
        let mut edit = Edit { old: starts.last().copied().unwrap_or_default(), pieces };
        if edit.is_nothing() {
            edit = Edit { old: 0, pieces: Vec::new() };
        }
        Some(edit)
    }

    fn decide(&self, edits: &[(Edit, &Path)], leaves: &mut usize) -> Option<Decision> {
        let distinct = |edits: &[&(Edit, &Path)]| {
            let mut all: Vec<&Edit> = edits.iter().map(|(e, _)| e).collect();
            all.sort();
            all.dedup();
            all.len()
        };
        let (first, _) = edits.first()?;
        if edits.iter().all(|(e, _)| e == first) {
            *leaves += 1;
            return (*leaves <= MOST_EDITS).then(|| Decision::Do(first.clone()));
        }
        let headers = || self.program.headers.keys();
        let mut lengths: Vec<u32> = edits.iter().filter_map(|(_, path)| path.parsed_bytes()).collect();
        lengths.sort_unstable();
        lengths.dedup();
        let features = headers()
            .map(Feature::Valid)
            .chain(headers().map(Feature::InMemory))
            .chain(headers().map(Feature::Parsed))
            .chain((0..self.emits.len() as u16).map(Feature::Emitted))
            .chain(lengths.into_iter().map(Feature::Bytes));
        let mut best: Option<(usize, Feature)> = None;
        for feature in features {
            let (yes, no): (Vec<_>, Vec<_>) = edits.iter().partition(|(_, path)| feature.holds(path));
            if yes.is_empty() || no.is_empty() {
                continue;
            }
            let cost = distinct(&yes) + distinct(&no);
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, feature));
            }
        }
        let (_, feature) = best?;
        let (yes, no): (Vec<_>, Vec<_>) = edits.iter().cloned().partition(|(_, path)| feature.holds(path));
        let yes = self.decide(&yes, leaves)?;
        let no = self.decide(&no, leaves)?;
        Some(Decision::Test(feature, Box::new(yes), Box::new(no)))
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
                    let name = self.names.unique("aside");
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
        let layout = self.storage.types[self.program.headers[header].ty].clone();
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
