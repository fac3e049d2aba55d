//! The beginning of a copy's program: in, what the tag on the packet leads to; out, C that makes the packet what the copy is to be, and gives
//! variables and headers what they are to have.

use super::slots::KeptHeader;
use super::{ARRIVED, ROLE, SLOT};
use crate::c::code::{Code, Known, Name, ToCode, code};
use crate::c::expr::CType;
use crate::c::tree::{Place, SHARED};
use crate::emit::Cx;
use crate::emit::losses::lost;
use crate::layout::storage::Holding;
use crate::limits::LARGEST_OFFSET;
use crate::pipeline::{Cloned, Received};
use p4xdp_control::manifest::losses::Reason;
use p4xdp_midend::ir::{HeaderId, LocalId, ParserId};
use std::collections::BTreeMap;

impl Cx<'_> {
    /// Writes the beginning of a copy's program, for packets with a tag.
    pub(in crate::emit) fn receive(&mut self, received: &Received) {
        let way = self.fresh_by_way("way", CType::U32);
        self.declare_pointer(SLOT, "p4xdp_copy_slot");
        self.declare_pointer(ROLE, "p4xdp_copy_role");
        let drop = || lost(Known("XDP_DROP"), Reason::Copy);
        self.out.line(code!("{} = @p4xdp_take_tag(@ctx);", SLOT));
        self.out.return_if(code!("!{}", SLOT), drop());
        self.out.return_if(code!("!{}->set", SLOT), code!("@XDP_PASS"));
        self.out.line(code!("{} = @p4xdp_find_role(@ctx, {});", ROLE, SLOT));
        self.out.return_if(code!("!{}", ROLE), drop());
        if self.module.slots.twice {
            self.out.begin_if(code!("{}->kind == 3", ROLE));
            self.out.line(code!("{} = @p4xdp_slot({}->second);", SLOT, SLOT));
            self.out.return_if(code!("!{}", SLOT), drop());
            self.out.end();
        }
        let cut = self.module.slots.cut;
        self.out.begin_if(code!("!{}->kind", ROLE));
        if cut {
            let itself = code!("@p4xdp_cut_copy(@ctx, {}->itself - 1)", SLOT);
            self.out.return_if(code!("!{}", itself), code!("@XDP_DROP"));
        }
        self.hand_up_copy();
        self.out.line(code!("return @XDP_PASS;"));
        self.out.end();
        let cloned = code!("{}->way", SLOT);
        let value = match received.group {
            Some((group, _)) if received.clones.is_empty() => group.code(),
            Some((group, _)) => code!("{}->kind == 1 ? {} : {}", ROLE, group, cloned),
            None => cloned,
        };
        self.out.assignment(&way, value);
        let only = received.clones.len() + usize::from(received.group.is_some()) == 1;
        for (number, is) in &received.clones {
            let is_way = if only { Code::default() } else { code!("{} == {} && ", way, *number) };
            let has_gone_on = match is {
                Cloned::AsItCame => Code::default(),
                // The packet has gone round since.
                Cloned::AsItLeaves if received.goes_round => code!("{}->came && ", SLOT),
                // It is what leaves, or has headers of its own.
                Cloned::AsItLeaves | Cloned::Headers => continue,
            };
            self.out.return_if(code!("{}{}!@p4xdp_as_it_came(@ctx, {})", is_way, has_gone_on, SLOT), drop());
        }
        if received.cut_last && (cut || !received.clones.is_empty()) {
            let limit = self.limit_length();
            self.out.assignment(&limit, code!("{}->length + 1", ROLE));
            if cut {
                // What ingress says of the packet is not said of a clone that is as it came.
                let mut tests: Vec<Code> = received
                    .clones
                    .iter()
                    .filter(|(_, is)| *is == Cloned::AsItCame)
                    .map(|(number, _)| code!("{} != {}", way, *number))
                    .collect();
                tests.push(code!("{}->most", SLOT));
                tests.push(code!("{}->most - 1 < {}->length", SLOT, ROLE));
                self.out.begin_if(Code::join(tests, " && "));
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
    pub(in crate::emit) fn load_kept(&mut self) {
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
    pub(in crate::emit) fn resume(
        &mut self,
        parser: Option<ParserId>,
        headers: &[u32],
        rejection_is_visible: bool,
    ) {
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
        self.out.assignment(&front, code!("@xdp_length(@data, @data_end)"));
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
            for (number, KeptHeader { flag, memory, varbit }) in members {
                let mut test = code!("{}->{}", SLOT, flag);
                if ways.len() > 1 && !self.only_way {
                    test = code!("{} == {} && {}", way, number, test);
                }
                self.out.begin_if(test);
                self.out.assignment(&storage.made, code!("@true"));
                self.out.line(code!("@copy_bytes(&{}, &{}->{}, {});", storage.memory, SLOT, memory, bytes));
                if let (Some(to), Some(kept)) = (self.lifted(id), varbit) {
                    let from = code!("{}->{}", SLOT, kept.bytes);
                    self.out.assignment(&to.count(), code!("{}->{}", SLOT, kept.length));
                    self.out
                        .update(&to.bytes, code!("@copy_bytes({}, {}, {});", to.array(), from, to.whole()));
                }
                self.out.end();
                self.merge_ways();
            }
            self.paths.may_be_in_memory(id);
        }
    }

    /// Writes the step that counts what a copy asks for and cannot have.
    pub(in crate::emit) fn lose(&mut self, asked: LocalId) {
        let asked = self.asked(asked);
        self.out.line(code!("if ({})\n\t@p4xdp_lost(0, {});", asked, Known(Reason::Copy.constant())));
    }

    /// Ends with the copy in user space if it is for it.
    pub(in crate::emit) fn hand_up_copy(&mut self) {
        if let Some(is_cpu_port) = self.is_cpu_port(&self.copy_port()) {
            let up = self.hand_up(&code!("{}->{}", SLOT, ARRIVED));
            self.out.return_if(is_cpu_port, up);
        }
    }

    /// The port of a copy, its replication id, and its class of service.
    pub(in crate::emit) fn copy_port(&self) -> Code {
        code!("{}->port", ROLE)
    }

    /// See [`Cx::copy_port`].
    pub(in crate::emit) fn copy_instance(&self) -> Code {
        code!("{}->instance", ROLE)
    }

    /// See [`Cx::copy_port`].
    pub(in crate::emit) fn copy_class(&mut self, of_group: Option<LocalId>) -> Code {
        match of_group {
            Some(variable) => {
                let variable = self.local(variable).text;
                code!("{}->kind == 1 ? {} : {}->class_of_service", ROLE, variable, ROLE)
            }
            None => code!("{}->class_of_service", ROLE),
        }
    }
}
