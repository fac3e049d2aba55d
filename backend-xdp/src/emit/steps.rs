//! Steps of a section as C: what an architecture does around the program's parsers and controls.

use super::Cx;
use super::losses::{aborted, cannot_be, lost};
use super::ports::{SEND, SEND_ALONE};
use super::statistics::count_error;
use crate::c::code::{Code, Known, Name, ToCode, code};
use crate::c::tree::Tree;
use crate::layout::paths::Paths;
use crate::pipeline::{Section, Seen, Step, Value, Verdict};
use p4xdp_control::manifest::losses::Reason;
use p4xdp_midend::ir::{ControlId, LocalId, ParserId, ScalarType};

/// Ports that a function keeps, by the names of their variables.
#[derive(Default)]
pub(super) struct KeptPorts {
    /// The one that the packet came by.
    arrived: Option<Name>,
    /// The program's variable that has it too.
    given: Option<Name>,
    /// The one that the packet leaves by.
    chosen: Option<Name>,
}

impl Cx<'_> {
    /// Writes a section, from the first use of the packet to the last return.
    pub(super) fn section(&mut self, section: &Section) {
        if section.copies() {
            self.begin_copying(section.clones(), section.clones_twice());
        }
        if let Some(rounds) = &section.rounds {
            self.enter(rounds);
        }
        for step in &section.steps {
            self.out.clear_span();
            match step {
                Step::Arrive { port, limit } => self.arrive(*port, *limit),
                Step::Set { variable, value } => self.set(*variable, *value),
                Step::Parse(parser) => {
                    self.choose_holding_at(*parser, section);
                    self.parser(*parser, section.rejected.is_none());
                }
                Step::Resume { parser, headers } => {
                    match parser {
                        Some(parser) => self.choose_holding_at(*parser, section),
                        None => self.choose_holding(&[], section.rejected.is_none()),
                    }
                    self.resume(*parser, headers, section.rejected.is_none());
                }
                Step::Clone { asked, session, way, is } => self.clone_packet(*asked, *session, *way, *is),
                Step::KeepForClones { way, asked, kept } => self.keep_for_clones(*way, *asked, kept),
                Step::Multicast { group, way, headers, kept } => {
                    self.multicast(*group, *way, *headers, kept);
                }
                Step::SendToGroup { group } => self.send_to_group(*group),
                Step::Receive(received) => self.receive(received),
                Step::LoadKept => self.load_kept(),
                Step::Lose(asked) => self.lose(*asked),
                Step::Restart => self.restart(),
                Step::Run(control) => self.run_control(*control),
                Step::EndIf { variable, is, verdict } => {
                    let is_flag = self.program.locals[*variable].ty == ScalarType::Bool;
                    let variable = self.variable(*variable);
                    let verdict = self.verdict(*verdict);
                    let condition =
                        if is_flag && *is == 1 { variable.code() } else { code!("{} == {}", variable, *is) };
                    self.out.return_if(condition, verdict);
                }
                Step::EndUnless { unless, variable, is, verdict } => {
                    let [unless, variable] = [unless, variable].map(|variable| self.variable(*variable));
                    let verdict = self.verdict(*verdict);
                    self.out.return_if(code!("!{} && {} == {}", unless, variable, *is), verdict);
                }
                Step::EndIfNot { variable, is, verdict } => {
                    let variable = self.variable(*variable);
                    let verdict = self.verdict(*verdict);
                    self.out.return_if(code!("{} != {}", variable, *is), verdict);
                }
                Step::GoRound { asked, is, way, kept } => self.go_round(*asked, *is, *way, kept),
                Step::Choose(port) => {
                    let variable = self.fresh("out_port", code!("__u32"));
                    let port = self.variable(*port);
                    self.out.assignment(&variable, &port);
                    self.ports.chosen = Some(variable);
                }
                Step::Deparse { control, seen } => {
                    let seen = seen.map(|seen| match seen {
                        Seen::Action(action) => code!("{} >= @XDP_PASS", self.variable(action)),
                        Seen::Unless(variable) => code!("!{}", self.variable(variable)),
                    });
                    self.lose_changed_clones();
                    self.deparser(*control, seen.as_ref());
                    let alone = self.has_no_clones();
                    self.cut_tail(alone);
                    self.is_deparsed = true;
                }
                Step::End(verdict) => {
                    self.out.blank();
                    let verdict = self.verdict(*verdict);
                    self.out.line(code!("return {};", verdict));
                }
            }
        }
        if let Some(verdict) = section.rejected
            && self.out.goes_to(self.reject_label.0)
        {
            self.out.blank();
            self.out.label(&self.reject_label.name(), "");
            let verdict = self.verdict(verdict);
            self.out.line(count_error());
            self.out.line(code!("return {};", verdict));
        }
    }

    /// Decides how headers are held, in front of the section's first parser.
    fn choose_holding_at(&mut self, parser: ParserId, section: &Section) {
        if section.parsers().next() == Some(parser) {
            let parsers: Vec<ParserId> = section.parsers().collect();
            self.choose_holding(&parsers, section.rejected.is_none());
        }
    }

    fn arrive(&mut self, port: Option<LocalId>, limit: u32) {
        let arrived = self.fresh("in_port", code!("__u32"));
        if let Some(port) = port {
            let port = self.variable(port);
            let value = self.port_in();
            self.out.assignment(&arrived, value);
            self.out.assignment(&port, &arrived);
            self.out.update(
                port.name(),
                code!("if ({})\n\treturn {};", self.is_no_port(&port, limit), aborted(Reason::NoNumber)),
            );
            self.ports.given = Some(port.name().clone());
        }
        self.ports.arrived = Some(arrived);
    }

    fn set(&mut self, variable: LocalId, value: Value) {
        let value = match value {
            Value::Number(number) => number.code(),
            Value::PacketLength => self.packet_bytes(),
            Value::Nanoseconds => code!("@bpf_ktime_get_ns()"),
            Value::Microseconds => code!("@bpf_ktime_get_ns() / 1000"),
            Value::PortIn => self.port_in(),
            Value::ErrorOf(parser) => self.local(self.program.parsers[parser].error).text,
            Value::Variable(other) => self.local(other).text,
            Value::Way => self.way(),
            Value::Rounds => self.rounds_so_far(),
            Value::CopyPort => self.copy_port(),
            Value::CopyInstance => self.copy_instance(),
            Value::CopyClass(of_group) => self.copy_class(of_group),
            Value::ByWay { is, then, otherwise } => {
                let otherwise = self.local(otherwise).text;
                if self.rounds_taken.is_none() {
                    otherwise
                } else {
                    code!("{} == {} ? {} : {}", self.way(), is, then, otherwise)
                }
            }
            Value::AtLeast(other, least) => code!("{} >= {}", self.local(other).text, least),
        };
        let variable = self.variable(variable);
        self.out.assignment(&variable, &value);
    }

    /// Asks anew where the packet begins and ends: it was moved, or is another one.
    pub(super) fn fetch_packet(&mut self) {
        let [data, end] = ["data", "data_end"].map(Name::new);
        self.out.update(&data, code!("@data = @xdp_data(@ctx);"));
        self.out.update(&end, code!("@data_end = @xdp_data_end(@ctx);"));
    }

    /// The packet is another one from here on.
    fn restart(&mut self) {
        self.out.blank();
        self.fetch_packet();
        self.out.update(&Name::new("p"), code!("@p = @data;"));
        self.is_deparsed = false;
        self.paths = Paths::start(self.program.headers.len(), self.program.stacks.len());
        self.emits.clear();
        self.pinned.clear();
        self.unpinned.clear();
    }

    fn run_control(&mut self, id: ControlId) {
        let control = &self.program.controls[id];
        let outer = self.out.set_span(control.span);
        self.out.blank();
        self.heading(&control.name, control.span);
        self.control = Some(id);
        self.begin_externs(std::iter::once(&control.body));
        self.with_cuts(true, |cx| cx.block(&control.body));
        self.control = None;
        self.out.set_span(outer);
    }

    /// The verdict as C; what must stand in front of the return is written.
    fn verdict(&mut self, verdict: Verdict) -> Code {
        match verdict {
            Verdict::Aborted => code!("@XDP_ABORTED"),
            Verdict::Drop => self.dropped(),
            Verdict::LoseCopy => lost(Known("XDP_DROP"), Reason::Copy),
            // The device that it is for sends it.
            Verdict::Pass if self.copy_way.is_some() => {
                self.hand_up_copy();
                code!("@XDP_PASS")
            }
            Verdict::Pass => self.pass(),
            Verdict::PassIf(accept) if self.asks_of_stack() => {
                let accept = self.variable(accept);
                self.out.return_if(code!("!{}", accept), code!("@XDP_DROP"));
                self.pass()
            }
            Verdict::PassIf(accept) => code!("{} ? @XDP_PASS : @XDP_DROP", self.variable(accept)),
            Verdict::Action { action, port } => {
                let action = self.variable(action);
                if let Some(port) = port {
                    let port = self.variable(port);
                    self.redirects = true;
                    let redirects = code!("{} == @XDP_REDIRECT", action);
                    self.hand_up_if(Some(redirects.clone()), &port.code());
                    self.out.return_if(redirects, code!("{}({})", SEND, port));
                }
                if self.asks_of_stack() {
                    self.out.begin_if(code!("{} == @XDP_PASS", action));
                    let verdict = self.pass();
                    self.out.line(code!("return {};", verdict));
                    self.out.end();
                }
                action.code()
            }
            Verdict::SendChosen => {
                self.redirects = true;
                let Some(port) = self.ports.chosen.clone() else { return cannot_be() };
                // A program that reads its ingress port has found it already.
                let names = Tree::names_in(self.written());
                let known = self.ports.given.as_ref().is_some_and(|given| names.contains(given.as_str()));
                let arrived = self
                    .ports
                    .arrived
                    .as_ref()
                    .filter(|_| known)
                    .map_or_else(|| self.port_in(), ToCode::code);
                self.send_with_clones(&port);
                self.hand_up_if(None, &port.code());
                self.out.return_if(code!("{} == {}", port, arrived), code!("@XDP_TX"));
                match self.copying {
                    Some(_) => code!("{}(@ctx, {})", SEND_ALONE, port),
                    None => code!("{}({})", SEND, port),
                }
            }
        }
    }
}
