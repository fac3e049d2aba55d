//! Packets that are copied: several devices send one packet, each a copy of its own, for which the program's second section runs. What belongs to the
//! copies waits in a slot of the processor, whose number stands in front of the packet while it is on its way.
//!
//! ```text
//! if (clone) {                                               p4xdp_find_role(ctx, &slot) is what this copy is
//!     number = p4xdp_take_slot();                            way = role->kind == 1 ? 2 : slot->way
//!     p4xdp_keep_front(ctx, slot, parsed);                   p4xdp_as_it_came(ctx, slot)
//!     slot->label = label;                                   label = slot->label
//! }                                                          ..
//! ..                                                         return XDP_PASS
//! if (number)
//!     return p4xdp_send_copies(ctx, number, 0, port, session)
//! ```
//!
//! The packet itself is one of those that are sent then: the kernel sends a packet once.

use super::losses::{cannot_be, lost};
use super::{Cx, c_type};
use crate::c::code::{Code, Known, Name, ToCode, code};
use crate::c::expr::CType;
use crate::c::text::collect_identifiers;
use crate::c::tree::{Place, SHARED, Tree};
use crate::layout::paths::May;
use crate::layout::storage::Holding;
use crate::limits::LARGEST_OFFSET;
use crate::pipeline::{Cloned, Kept, Received};
use p4xdp_control::manifest::losses::Reason;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{HeaderId, LocalId, ParserId};
use rustc_hash::FxHashSet;
use std::collections::{BTreeMap, BTreeSet};

/// The pointer to the slot.
const SLOT: Known = Known("slot");
/// The pointer to what a copy is.
const ROLE: Known = Known("role");
/// Bytes that are kept of a packet as it came.
const FRONT: u32 = 512;

/// What sections say to one another by the slot.
#[derive(Clone, Debug, Default)]
pub(super) struct Slots {
    /// Members with what copies keep, by their way.
    kept: BTreeMap<(u32, LocalId), Name>,
    /// Members with headers, by their way.
    headers: BTreeMap<(u32, HeaderId), KeptHeader>,
    /// There are copies.
    any: bool,
    /// What leaves may be cut, by what ingress or egress say.
    cut: bool,
}

/// Members of the slot with a header: whether it is valid, and its bytes.
#[derive(Clone, Debug)]
struct KeptHeader {
    flag: Name,
    memory: Name,
}

/// Names for a section whose packets are copied.
pub(super) struct Copying {
    /// The slot's number, 0 if the packet has none.
    number: Place,
    /// The session, if the packet has a slot.
    session: Place,
    /// Ways by which clones come, and whether the packet has got some this time round.
    cloned: BTreeMap<u32, (Place, Cloned)>,
    /// A slot is taken by clones.
    clones: bool,
}

impl Cx<'_> {
    /// Begins a section whose packets are copied.
    pub(super) fn begin_copying(&mut self, clones: bool) {
        if self.module.options.frags {
            let span = self.program.parsers.values().next().map_or(Span::NONE, |parser| parser.span);
            let message =
                "this program copies packets, which `--frags` cannot do: the kernel copies none in fragments";
            self.refuse(codes::E0514, span, message);
        }
        let number = self.fresh_by_way("slot_number", CType::U32);
        let session = self.fresh_by_way("session", CType::U32);
        self.copying = Some(Copying { number, session, cloned: BTreeMap::new(), clones });
        self.module.slots.any = true;
    }

    /// Finds the slot of this number.
    fn find_slot(&mut self, number: &Place) {
        self.declare_pointer(SLOT, "p4xdp_copy_slot");
        self.out.line(code!("{} = @p4xdp_slot({});", SLOT, number));
        self.out.return_if(code!("!{}", SLOT), cannot_be());
    }

    fn declare_pointer(&mut self, name: Known, tag: &'static str) {
        let name = name.name();
        if !self.variables.iter().any(|variable| variable.name == name) {
            let declaration = code!("struct {} *{}", Known(tag), name);
            self.variables.push(super::Variable {
                name,
                declaration,
                initial: code!("NULL"),
                is_array: true,
            });
        }
    }

    fn asked(&mut self, asked: LocalId) -> Code {
        self.variable(asked).code()
    }

    /// Writes the step that has a packet cloned, if it is asked for.
    pub(super) fn clone_packet(&mut self, asked: LocalId, session: LocalId, way: u32, is: Cloned) {
        let Some(mut copying) = self.copying.take() else {
            return self.bug(Span::NONE, "a packet is cloned where none may be");
        };
        let asked = self.asked(asked);
        let session = self.local(session).text;
        let now = self.fresh_by_way("cloned", CType::U32);
        self.out.blank();
        let again = code!("@p4xdp_lost(0, {})", Known(Reason::Copy.constant()));
        self.out.line(code!("if ({} && {})\n\t{};", asked, copying.number, again));
        self.out.begin_if(code!("{} && !{}", asked, copying.number));
        self.out.assignment(&copying.number, code!("@p4xdp_take_slot()"));
        self.find_slot(&copying.number);
        self.out.assignment(&copying.session, session);
        self.out.assignment(&now, code!("1"));
        self.out.line(code!("{}->way = {};", SLOT, way));
        match is {
            Cloned::AsItCame => {
                // A packet that goes round may be parsed further the next time.
                let bytes = match self.rounds_taken {
                    Some(_) => code!("P4XDP_FRONT - 1"),
                    None => self.parsed_bytes(),
                };
                let kept = code!("@p4xdp_keep_front(@ctx, {}, {})", SLOT, bytes);
                self.out.begin_if(code!("!{}", kept));
                self.lose_clones(&copying.number);
                self.out.end();
            }
            Cloned::AsItLeaves => {}
            Cloned::Headers => self.keep_headers(way),
        }
        self.keep_limit("most", is == Cloned::Headers);
        self.out.end();
        copying.cloned.insert(way, (now, is));
        self.copying = Some(copying);
        self.merge_ways();
    }

    /// Writes the step that keeps variables for clones.
    pub(super) fn keep_for_clones(&mut self, way: u32, asked: LocalId, kept: &[Kept]) {
        let Some(copying) = self.copying.take() else { return };
        if let Some((now, _)) = copying.cloned.get(&way).cloned()
            && !kept.is_empty()
        {
            self.out.begin_if(code!("{} && {}", now, copying.number));
            self.find_slot(&copying.number);
            let asked = self.asked(asked);
            self.keep_in_slot(way, &asked, kept);
            self.out.end();
            self.merge_ways();
        }
        self.copying = Some(copying);
    }

    /// Writes to the slot how long copies may be, or that they may be of any length.
    fn keep_limit(&mut self, member: &'static str, is_theirs: bool) {
        let limit = self.length_limit.clone().filter(|_| is_theirs);
        self.module.slots.cut |= limit.is_some();
        let limit = limit.map_or_else(|| code!("0"), |limit| limit.code());
        self.out.line(code!("{}->{} = {};", SLOT, Known(member), limit));
    }

    /// The condition that the packet has no clones, where it may have some.
    pub(super) fn has_no_clones(&self) -> Option<Code> {
        let Some(Copying { number, clones: true, .. }) = &self.copying else { return None };
        Some(code!("!{}", number))
    }

    /// Where packets go round: clones of the packet as it came are lost if more of it was parsed than is kept.
    pub(super) fn lose_changed_clones(&mut self) {
        let Some(Copying { number, clones: true, cloned, .. }) = &self.copying else { return };
        if self.rounds_taken.is_none() || cloned.is_empty() {
            return;
        }
        let number = number.clone();
        let parsed = self.parsed_bytes();
        self.out.begin_if(code!("{} && {} >= P4XDP_FRONT", number, parsed));
        self.lose_clones(&number);
        self.out.end();
    }

    /// Where the packet goes round as it leaves: clones that were to be as this, or with these headers, are lost.
    pub(super) fn lose_clones_of_egress(&mut self) {
        let Some(Copying { number, clones: true, cloned, .. }) = &self.copying else { return };
        let number = number.clone();
        let of_egress: Vec<Place> =
            cloned.values().filter(|(_, is)| *is != Cloned::AsItCame).map(|(now, _)| now.clone()).collect();
        for now in of_egress {
            self.out.begin_if(code!("{} && {}", now, number));
            self.lose_clones(&number);
            self.out.end();
        }
    }

    fn lose_clones(&mut self, number: &Place) {
        self.out.line(code!("@p4xdp_lost(0, {});", Known(Reason::Copy.constant())));
        self.out.line(code!("{} = 0;", number));
    }

    /// Writes variables to the slot.
    fn keep_in_slot(&mut self, way: u32, asked: &Code, kept: &[Kept]) {
        for Kept { variable, only } in kept {
            let value = self.local(*variable).text;
            let value = match only {
                None => value,
                Some(values) => {
                    let tests = values.iter().map(|number| code!("{} == {}", asked, *number));
                    code!("{} ? {} : 0", Code::join(tests, " || "), value)
                }
            };
            let wanted = format!("kept_{}", self.program.locals[*variable].name);
            let names = &mut self.module.names;
            let entry = self.module.slots.kept.entry((way, *variable));
            let member = entry.or_insert_with(|| names.unique(&wanted)).clone();
            self.out.line(code!("{}->{} = {};", SLOT, member, value));
        }
    }

    /// Writes the headers to the slot, and how long what is behind them is.
    fn keep_headers(&mut self, way: u32) {
        let program = self.program;
        let rest = self.fresh("rest", code!("__u64"));
        self.out.assignment(&rest, code!("@xdp_data_end(@ctx) - @xdp_data(@ctx)"));
        self.out.line(code!("@barrier_var({});", rest));
        self.out.line(code!("{}->rest = {} - ({});", SLOT, rest, self.parsed_bytes()));
        for (id, header) in program.headers.iter() {
            if !self.storage.headers[id].in_packet && !self.storage.headers[id].in_memory {
                continue;
            }
            let names = &mut self.module.names;
            let entry = self.module.slots.headers.entry((way, id));
            let KeptHeader { flag, memory } = entry
                .or_insert_with(|| {
                    let memory = names.unique(&format!("kept_{}", header.name));
                    KeptHeader { flag: names.unique(&format!("{memory}_valid")), memory }
                })
                .clone();
            let May { packet, memory: made, .. } = self.paths.may(id);
            let valid = self.validity_flag(id).text;
            self.out.line(code!("{}->{} = {};", SLOT, flag, valid));
            if !packet && !made {
                continue;
            }
            if self.header_layout(id).varbit.is_some() {
                self.module.sink.emit(crate::lacking::COPIED_VARBIT.at(header.span));
            }
            let bytes = self.header_layout(id).bytes;
            let storage = self.storage.headers[id].clone();
            self.out.begin_if(code!("{}->{}", SLOT, flag));
            self.alternative(|cx| {
                cx.paths.assume(id, true);
                let to = code!("&{}->{}", SLOT, memory);
                if packet {
                    cx.pin(id);
                    let here = cx.here(id);
                    let copy = code!("@copy_bytes({}, {}, {});", to, storage.pointer, bytes);
                    cx.out.line(code!("if ({})\n\t{}", here, copy));
                }
                if made {
                    let copy = code!("@copy_bytes({}, &{}, {});", to, storage.memory, bytes);
                    cx.out.line(code!("if ({})\n\t{}", storage.made, copy));
                }
            });
            self.out.end();
            self.end_alternatives();
            self.merge_ways();
        }
    }

    /// Writes the step that sends a packet to a group, if it is asked for.
    pub(super) fn multicast(&mut self, group: LocalId, way: u32, headers: bool, kept: &[Kept]) {
        let Some(copying) = self.copying.take() else {
            return self.bug(Span::NONE, "a packet is copied where none may be");
        };
        let group = self.local(group).text;
        self.out.blank();
        self.out.begin_if(&group);
        let none = Known("P4XDP_NONE");
        let session = if copying.clones {
            let session = self.fresh("clones_of", code!("__u32"));
            self.out.assignment(&session, code!("{} ? {} : {}", copying.number, copying.session, none));
            self.out.line(code!("if (!{})\n\t{} = @p4xdp_take_slot();", copying.number, copying.number));
            session.code()
        } else {
            self.out.assignment(&copying.number, code!("@p4xdp_take_slot()"));
            none.name().code()
        };
        self.find_slot(&copying.number);
        self.keep_in_slot(way, &code!("1"), kept);
        if headers {
            self.keep_headers(way);
        }
        self.keep_limit("most", true);
        self.out.line(code!("return @p4xdp_send_group(@ctx, {}, {}, {});", copying.number, group, session));
        self.out.end();
        self.copying = Some(copying);
    }

    /// The verdict on a packet that goes nowhere itself: its clones do.
    pub(super) fn dropped(&self) -> Code {
        match &self.copying {
            Some(Copying { number, session, clones: true, .. }) => {
                code!("{} ? @p4xdp_send_clones(@ctx, {}, {}) : @XDP_DROP", number, number, session)
            }
            _ => code!("@XDP_DROP"),
        }
    }

    /// Writes what must stand in front of sending a packet out of a port: with clones, it goes with them.
    pub(super) fn send_with_clones(&mut self, port: &Name) {
        let Some(Copying { number, session, clones: true, .. }) = &self.copying else { return };
        let (number, session) = (number.clone(), session.clone());
        let verdict = self.fresh("verdict", code!("int"));
        self.out.begin_if(&number);
        if self.length_limit.is_some() {
            self.find_slot(&number);
            self.keep_limit("itself", true);
        }
        let sent = code!("@p4xdp_send_copies(@ctx, {}, 0, {}, {})", number, port, session);
        self.out.line(code!("{} = {};", verdict, sent));
        self.out.return_if(code!("{} >= 0", verdict), verdict.code());
        self.out.line(code!("@p4xdp_lost(0, {});", Known(Reason::NoSession.constant())));
        self.out.end();
    }

    /// What a packet keeps of its clones when it goes round: variables.
    pub(super) fn pending_clones(&self) -> Vec<Place> {
        match &self.copying {
            Some(Copying { number, session, clones: true, .. }) => vec![number.clone(), session.clone()],
            _ => Vec::new(),
        }
    }

    /// Writes the beginning of a copy's program.
    pub(super) fn receive(&mut self, received: &Received) {
        let way = self.fresh_by_way("way", CType::U32);
        self.declare_pointer(SLOT, "p4xdp_copy_slot");
        self.declare_pointer(ROLE, "p4xdp_copy_role");
        let drop = || lost(Known("XDP_DROP"), Reason::Copy);
        let left = code!("@p4xdp_as_it_left(@ctx)");
        self.out.return_if(code!("@p4xdp_goes_alone(@ctx)"), code!("{} ? @XDP_PASS : @XDP_DROP", left));
        self.out.line(code!("{} = @p4xdp_find_role(@ctx, &{});", ROLE, SLOT));
        self.out.return_if(code!("!{} || !{}", ROLE, SLOT), drop());
        let cut = self.module.slots.cut;
        let itself = match cut {
            true => code!("{} && @p4xdp_cut_copy(@ctx, {}->itself - 1)", left, SLOT),
            false => left.clone(),
        };
        self.out.return_if(code!("!{}->kind", ROLE), code!("{} ? @XDP_PASS : @XDP_DROP", itself));
        let cloned = code!("{}->way", SLOT);
        let value = match received.group {
            Some((group, _)) if received.clones.is_empty() => group.code(),
            Some((group, _)) => code!("{}->kind == 1 ? {} : {}", ROLE, group, cloned),
            None => cloned,
        };
        self.out.assignment(&way, value);
        let only = received.clones.len() + usize::from(received.group.is_some()) == 1;
        let group = received.group.map(|(way, headers)| {
            let is = if headers { Cloned::Headers } else { Cloned::AsItLeaves };
            (way, is)
        });
        for (number, is) in received.clones.iter().copied().chain(group) {
            let becomes = match is {
                Cloned::AsItCame => code!("@p4xdp_as_it_came(@ctx, {})", SLOT),
                Cloned::AsItLeaves => left.clone(),
                // The deparser replaces what stands in front of the payload.
                Cloned::Headers => continue,
            };
            let is_way = if only { Code::default() } else { code!("{} == {} && ", way, number) };
            self.out.return_if(code!("{}!{}", is_way, becomes), drop());
        }
        if received.cut_last && (cut || !received.clones.is_empty()) {
            let limit = self.limit_length();
            self.out.assignment(&limit, code!("{}->length + 1", ROLE));
            if cut {
                let shorter = code!("{}->most && {}->most - 1 < {}->length", SLOT, SLOT, ROLE);
                self.out.begin_if(shorter);
                self.out.assignment(&limit, code!("{}->most", SLOT));
                self.out.end();
            }
        } else if !received.clones.is_empty() {
            let cut = code!("@p4xdp_cut_copy(@ctx, {}->length)", ROLE);
            self.out.return_if(code!("!{}", cut), drop());
        }
        self.fetch_packet();
        self.out.update(&Name::new("p"), code!("@p = @data;"));
        self.copy_way = Some(way);
        self.only_way = only;
    }

    /// Writes the step that gives variables what is kept for a copy.
    pub(super) fn load_kept(&mut self) {
        let Some(way) = self.copy_way.clone() else { return };
        let mut of: BTreeMap<LocalId, Vec<(u32, Name)>> = BTreeMap::new();
        for ((number, variable), member) in &self.module.slots.kept {
            of.entry(*variable).or_default().push((*number, member.clone()));
        }
        for (variable, members) in of {
            let target = self.variable(variable);
            for (number, member) in members {
                let value = code!("{}->{}", SLOT, member);
                if self.only_way {
                    self.out.assignment(&target, value);
                    continue;
                }
                // Nothing is done for a variable that nobody reads.
                let code = code!("if ({} == {})\n\t{} = {};", way, number, target, value);
                self.out.update(target.name(), code);
            }
        }
    }

    /// Writes the step that parses a copy, or gives it its headers.
    pub(super) fn resume(&mut self, parser: Option<ParserId>, headers: &[u32], rejection_is_visible: bool) {
        let Some(way) = self.copy_way.clone() else { return };
        let Some(parser) = parser else { return self.take_headers(&way, headers) };
        if headers.is_empty() {
            self.parser(parser, rejection_is_visible);
            return;
        }
        let tests = headers.iter().map(|number| code!("{} == {}", way, *number));
        self.out.begin_if(Code::join(tests, " || "));
        let taken = self.alternative(|cx| cx.take_headers(&way, headers));
        self.out.begin_else(None);
        self.parser(parser, rejection_is_visible);
        self.out.end();
        self.paths.join(taken);
        self.end_alternatives();
        self.merge_ways();
    }

    /// Makes headers of what the slot has.
    fn take_headers(&mut self, way: &Place, ways: &[u32]) {
        self.paths.blur();
        let front = self.fresh("front_length", code!("__u64"));
        self.out.assignment(&front, code!("@data_end - @data"));
        self.out.line(code!("@barrier_var({});", front));
        self.out.assignment(&front, code!("({} - {}->rest) & {}", front, SLOT, LARGEST_OFFSET));
        self.out.update(&Name::new("p"), code!("@p = @data + {};", front));
        if self.storage.holding == Holding::Shared {
            self.out.update(&Name::new("parsed_bytes"), code!("{}->@parsed_bytes = {};", SHARED, front));
        }
        let mut of: BTreeMap<HeaderId, Vec<(u32, KeptHeader)>> = BTreeMap::new();
        for ((number, id), names) in &self.module.slots.headers {
            of.entry(*id).or_default().push((*number, names.clone()));
        }
        for (id, members) in of {
            let storage = self.storage.headers[id].clone();
            if !storage.in_memory {
                continue;
            }
            let bytes = self.header_layout(id).bytes;
            for (number, KeptHeader { flag, memory }) in members {
                let mut test = code!("{}->{}", SLOT, flag);
                if ways.len() > 1 && !self.only_way {
                    test = code!("{} == {} && {}", way, number, test);
                }
                self.out.begin_if(test);
                self.out.assignment(&storage.made, code!("@true"));
                self.out.line(code!("@copy_bytes(&{}, &{}->{}, {});", storage.memory, SLOT, memory, bytes));
                self.out.end();
            }
            self.paths.may_be_in_memory(id);
        }
    }

    /// Writes the step that counts what a copy asks for and cannot have.
    pub(super) fn lose(&mut self, asked: LocalId) {
        let asked = self.asked(asked);
        self.out.line(code!("if ({})\n\t@p4xdp_lost(0, {});", asked, Known(Reason::Copy.constant())));
    }

    /// The port of a copy, its replication id, and its class of service.
    pub(super) fn copy_port(&self) -> Code {
        code!("{}->port", ROLE)
    }

    /// See [`Cx::copy_port`].
    pub(super) fn copy_instance(&self) -> Code {
        code!("{}->instance", ROLE)
    }

    /// See [`Cx::copy_port`].
    pub(super) fn copy_class(&mut self, of_group: Option<LocalId>) -> Code {
        match of_group {
            Some(variable) => {
                let variable = self.local(variable).text;
                code!("{}->kind == 1 ? {} : {}->class_of_service", ROLE, variable, ROLE)
            }
            None => code!("{}->class_of_service", ROLE),
        }
    }
}

impl super::module::Module<'_> {
    /// Writes what is declared for copies, if there are any.
    pub(super) fn declare_copies(&self, used: &FxHashSet<&str>, out: &mut Tree) {
        if !self.slots.any {
            return;
        }
        out.line(code!(
            "/* Bytes that are kept of a packet as it came, at most; a piece of them may be written twice. */"
        ));
        out.line(code!("#define P4XDP_FRONT {}", FRONT));
        out.blank();
        out.line(code!(
            "/* What belongs to the copies of a packet, from when they are asked for until all are sent. */"
        ));
        out.begin(code!("struct p4xdp_copy_slot {"));
        for member in ["next", "sequence", "set", "way", "came", "front_bytes", "rest", "most", "itself"] {
            out.line(code!("@__u32 {};", Known(member)));
        }
        out.line(code!("@__u8 taken[256];"));
        out.line(code!("@__u8 front[{}];", FRONT + FRONT / 2));
        for ((_, variable), name) in &self.slots.kept {
            let ty = c_type(self.program.locals[*variable].ty);
            let ty = if ty == CType::Bool { CType::U8 } else { ty };
            out.line(code!("{} {};", ty.name(), name));
        }
        for ((_, id), KeptHeader { flag, memory }) in &self.slots.headers {
            let tag = &self.types[self.program.headers[*id].ty].tag;
            out.line(code!("__u8 {};", flag));
            out.line(code!("struct {} {} __attribute__((aligned(8)));", tag, memory));
        }
        out.end_with(code!("};"));
        out.blank();
        out.line(Code::fragment(include_str!("copies/maps.h")));
        functions(used).for_each(|text| out.line(Code::fragment(text)));
    }
}

macro_rules! functions {
    ($($name:literal)*) => { &[$((concat!("p4xdp_", $name), include_str!(concat!("copies/", $name, ".h")))),*] };
}

/// Functions of C, each behind those that it calls.
const FUNCTIONS: &[(&str, &str)] = functions! {
    "slot" "take_slot" "keep_front" "send_copies" "send_clones" "send_group" "send_tagged" "goes_alone" "find_role" "as_it_came"
    "as_it_left" "cut_copy"
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
