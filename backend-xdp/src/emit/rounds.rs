//! Packets that go round: the program begins anew with the packet as it is, by a tail call of itself, so the verifier walks nothing twice. What
//! such a packet keeps is handed over in the shared structure.
//!
//! ```text
//! way = shared->way;                          at the beginning: 0 for a packet that a device has received
//! shared->way = 0;
//! if (way)
//!     label = shared->kept_label;
//! ..
//! if (resubmit) {
//!     if (shared->rounds >= 4)
//!         return p4xdp_lost(XDP_DROP, P4XDP_ROUNDS);
//!     shared->rounds++;
//!     shared->kept_label = label;
//!     shared->way = 6;
//!     return p4xdp_again(ctx, &shared->way);  lost if the call fails
//! }
//! ```

use super::losses::{aborted, lost};
use super::{Cx, Member, c_type};
use crate::c::code::{Code, Known, Name, ToCode, code};
use crate::c::expr::CType;
use crate::c::tree::{Place, SHARED, Tree};
use crate::limits::USUAL_ROUNDS;
use crate::pipeline::{Kept, Rounds};
use p4xdp_control::manifest::losses::Reason;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::LocalId;
use std::collections::BTreeMap;

/// The function that begins anew.
pub(super) const AGAIN: Known = Known("p4xdp_again");

/// Names for a section in which packets go round.
pub(super) struct RoundNames {
    /// The variable with the number of the way by which the packet has come.
    way: Name,
    /// The member with the number of the way that a packet takes.
    way_taken: Name,
    /// The member with how often a packet has gone round.
    rounds: Name,
    /// The members with what it keeps.
    kept: BTreeMap<LocalId, Name>,
    /// What is known of its clones, and the members that keep that.
    pending: Vec<(Place, Name)>,
}

impl Cx<'_> {
    /// Writes what is done first in a section in which packets go round.
    pub(super) fn enter(&mut self, rounds: &Rounds) {
        let way = self.fresh("way", code!("__u32"));
        let way_taken = self.module.names.shortest("way_taken");
        let count = self.module.names.shortest("rounds");
        let mut kept = BTreeMap::new();
        for &id in &rounds.kept {
            let local = &self.program.locals[id];
            let name = self.keep(&format!("kept_{}", local.name), c_type(local.ty));
            kept.insert(id, name);
        }
        let pending = self.pending_clones();
        let pending: Vec<(Place, Name)> = pending
            .into_iter()
            .map(|place| {
                let name = self.keep(&format!("kept_{}", place.name()), CType::U32);
                (place, name)
            })
            .collect();
        self.out.assignment(&way, code!("{}->{}", SHARED, way_taken));
        self.out.line(code!("{}->{} = 0;", SHARED, way_taken));
        let reset = code!("{}->{} = 0;", SHARED, count);
        if kept.is_empty() && pending.is_empty() {
            self.out.begin_if(code!("!{}", way));
            self.out.line(reset);
            self.out.end();
            self.rounds_taken = Some(RoundNames { way, way_taken, rounds: count, kept, pending });
            return;
        }
        self.out.begin_if(&way);
        for (&id, name) in &kept {
            let variable = self.variable(id);
            self.out.assignment(&variable, code!("{}->{}", SHARED, name));
        }
        for (place, name) in &pending {
            self.out.assignment(place, code!("{}->{}", SHARED, name));
        }
        self.out.begin_else(None);
        self.out.line(reset);
        self.out.end();
        self.rounds_taken = Some(RoundNames { way, way_taken, rounds: count, kept, pending });
    }

    /// Declares a member of the shared structure that holds its value from one round to the next.
    fn keep(&mut self, wanted: &str, ty: CType) -> Name {
        let name = self.module.names.shortest(wanted);
        self.members.push(Member { begins_empty: false, ..Member::number(&name, ty, false) });
        name
    }

    /// Writes the first members of the shared structure (`p4xdp_control::manifest::ROUND_BYTES`): only they outlive a packet.
    pub(super) fn declare_round(&self, into: &mut Tree) {
        if let Some(names) = &self.rounds_taken {
            into.line(code!("__u32 {};", names.way_taken));
            into.line(code!("__u32 {};", names.rounds));
        }
    }

    /// The number of the way by which the packet has come, 0 where packets do not go round.
    pub(super) fn way(&self) -> Code {
        if let Some(way) = &self.copy_way {
            return way.code();
        }
        self.rounds_taken.as_ref().map_or_else(|| code!("0"), |names| names.way.code())
    }

    /// How often the packet has gone round.
    pub(super) fn rounds_so_far(&self) -> Code {
        let rounds = self.rounds_taken.as_ref().map(|names| &names.rounds);
        rounds.map_or_else(|| code!("0"), |rounds| code!("{}->{}", SHARED, rounds))
    }

    /// Writes the step that sends a packet round, if it is asked for.
    pub(super) fn go_round(&mut self, asked: LocalId, is: Option<u32>, way: u32, kept: &[Kept]) {
        let asked = self.variable(asked);
        let Some(RoundNames { way: come_by, way_taken, rounds, kept: members, pending }) =
            self.rounds_taken.take()
        else {
            return self.bug(Span::NONE, "a packet goes round where none may");
        };
        self.out.blank();
        self.out.begin_if(match is {
            Some(number) => code!("{} == {}", asked, number),
            None => asked.code(),
        });
        let count = code!("{}->{}", SHARED, rounds);
        let most = self.module.options.rounds.unwrap_or(USUAL_ROUNDS);
        let dropped = lost(self.dropped(), Reason::Rounds);
        self.out.return_if(code!("{} >= {}", count, most), dropped);
        self.out.line(code!("{} += 1;", count));
        if self.is_deparsed && self.has_no_clones().is_some() {
            // With clones, it was not cut before.
            self.cut_tail(None);
            self.keep_clones_of_egress();
        }
        // What another way keeps is as for a packet that has just come.
        for (variable, member) in &members {
            let value = match kept.iter().find(|kept| kept.variable == *variable) {
                None => code!("0"),
                Some(Kept { only: None, .. }) => self.local(*variable).text,
                Some(Kept { only: Some(values), .. }) => {
                    let tests = values.iter().map(|number| code!("{} == {}", asked, *number));
                    code!("{} ? {} : 0", Code::join(tests, " || "), self.local(*variable).text)
                }
            };
            self.out.line(code!("{}->{} = {};", SHARED, member, value));
        }
        for (place, member) in &pending {
            self.out.line(code!("{}->{} = {};", SHARED, member, place));
        }
        self.out.line(code!("{}->{} = {};", SHARED, way_taken, way));
        self.out.line(code!("return {}(@ctx, &{}->{});", AGAIN, SHARED, way_taken));
        self.out.end();
        self.rounds_taken = Some(RoundNames { way: come_by, way_taken, rounds, kept: members, pending });
    }
}

/// Writes the function that begins anew with the program of this number.
pub(super) fn declare(programs: Known, number: usize, out: &mut Tree) {
    out.line(Code::text("/* Begins anew with the packet, which has come by `way`; comes back only where the kernel allows no further call. */"));
    out.begin(code!("static @__always_inline int {}(struct @xdp_md *ctx, @__u32 *way)\n{{", AGAIN));
    out.line(code!("@bpf_tail_call(ctx, &{}, {});", programs, number));
    out.line(code!("*way = 0;"));
    out.line(code!("return {};", aborted(Reason::NotCalled)));
    out.end();
    out.blank();
}
