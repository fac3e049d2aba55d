//! What sections say to one another about copies: the structure of a slot, its members as they are asked for, and the maps and functions of C around it.

use crate::c::code::{Code, Known, Name, code};
use crate::c::expr::CType;
use crate::c::text::collect_identifiers;
use crate::c::tree::Tree;
use crate::emit::c_type;
use crate::emit::module::Module;
use crate::layout::storage::Varbit;
use p4xdp_midend::ir::{HeaderId, LocalId};
use rustc_hash::FxHashSet;
use std::collections::{BTreeMap, BTreeSet};

/// Bytes that are kept of a packet as it came.
const FRONT: u32 = 512;

/// What sections say to one another by the slot.
#[derive(Clone, Debug, Default)]
pub(in crate::emit) struct Slots {
    /// Members with what copies keep, by their way.
    pub(super) kept: BTreeMap<(u32, LocalId), Name>,
    /// Members with headers, by their way.
    pub(super) headers: BTreeMap<(u32, HeaderId), KeptHeader>,
    /// There are copies that run a program.
    pub(in crate::emit) any: bool,
    /// There are copies that run none.
    pub(in crate::emit) groups: bool,
    /// Packets may have clones of two sessions.
    pub(in crate::emit) twice: bool,
    /// What leaves may be cut, by what ingress or egress say.
    pub(super) cut: bool,
}

/// Members of the slot with a header: whether it is valid, its bytes, and its varbit.
#[derive(Clone, Debug)]
pub(super) struct KeptHeader {
    pub(super) flag: Name,
    pub(super) memory: Name,
    pub(super) varbit: Option<Varbit>,
}

impl Module<'_> {
    /// Writes what is declared for copies, if there are any.
    pub(in crate::emit) fn declare_copies(&self, used: &FxHashSet<&str>, out: &mut Tree) {
        if self.slots.any {
            self.declare_slots(out);
        } else if !self.slots.groups {
            return;
        }
        out.line(Code::fragment(include_str!("maps.h")));
        functions(used).for_each(|text| out.line(Code::fragment(text)));
    }

    fn declare_slots(&self, out: &mut Tree) {
        out.line(code!(
            "/* Bytes that are kept of a packet as it came, at most; a piece of them may be written twice. */"
        ));
        out.line(code!("#define P4XDP_FRONT {}", FRONT));
        out.blank();
        out.line(Code::fragment(include_str!("tag.h")));
        out.line(code!(
            "/* What belongs to the copies of a packet, from when they are asked for until all are sent. */"
        ));
        out.begin(code!("struct p4xdp_copy_slot {"));
        out.line(code!("struct p4xdp_copy_tag replaced;"));
        for member in ["next", "sequence", "set", "way", "came", "front_bytes", "rest", "most", "itself"] {
            out.line(code!("@__u32 {};", Known(member)));
        }
        if self.slots.twice {
            out.line(code!("@__u32 second;"));
        }
        if self.has_cpu_port {
            out.line(code!("@__u32 {};", super::ARRIVED));
        }
        out.line(code!("struct p4xdp_taken taken[256];"));
        out.line(code!("@__u8 front[{}];", FRONT + FRONT / 2));
        for ((_, variable), name) in &self.slots.kept {
            let ty = c_type(self.program.locals[*variable].ty);
            let ty = if ty == CType::Bool { CType::U8 } else { ty };
            out.line(code!("{} {};", ty.name(), name));
        }
        for ((_, id), KeptHeader { flag, memory, varbit }) in &self.slots.headers {
            let tag = &self.types[self.program.headers[*id].ty].tag;
            out.line(code!("__u8 {};", flag));
            out.line(code!("struct {} {} __attribute__((aligned(8)));", tag, memory));
            for member in varbit.iter().flat_map(Varbit::members) {
                out.line(code!("{};", member.declaration));
            }
        }
        out.end_with(code!("};"));
        out.blank();
        out.line(Code::fragment(include_str!("slot_map.h")));
    }
}

macro_rules! functions {
    ($($name:literal)*) => { &[$((concat!("p4xdp_", $name), include_str!(concat!($name, ".h")))),*] };
}

/// Functions of C, each behind those that it calls.
const FUNCTIONS: &[(&str, &str)] = functions! {
    "slot" "take_slot" "keep_front" "is_kept" "is_marked" "put_tag" "generation" "find_set" "is_session" "sessions" "send_copies" "send_clones" "send_group" "send_to_group" "send_alone" "take_tag" "find_role"
    "as_it_came" "cut_copy"
};

/// Those that are used, in order, where other functions use these names.
fn functions(used: &FxHashSet<&str>) -> impl Iterator<Item = &'static str> {
    let mut names: BTreeSet<&str> = used.iter().copied().collect();
    let mut taken = Vec::new();
    for (name, text) in FUNCTIONS.iter().rev() {
        if names.contains(name) {
            collect_identifiers(text, &mut names);
            taken.push(*text);
        }
    }
    taken.into_iter().rev()
}
