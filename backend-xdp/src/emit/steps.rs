//! Steps of a section as C: what an architecture does around the program's parsers and controls.

use super::Cx;
use super::ports::{PORT_IN, SEND};
use super::statistics::COUNT_ERROR;
use crate::pipeline::{Section, Step, Value, Verdict};
use p4xdp_midend::ir::{ControlId, LocalId};

/// Ports that a function keeps, by the names of their variables.
#[derive(Default)]
pub(super) struct KeptPorts {
    /// The one that the packet came by.
    arrived: Option<String>,
    /// The program's variable that has it too.
    given: Option<String>,
    /// The one that the packet leaves by.
    chosen: Option<String>,
}

impl Cx<'_> {
    /// Writes a section, from the first use of the packet to the last return.
    pub(super) fn section(&mut self, section: &Section) {
        for step in &section.steps {
            match step {
                Step::Arrive { port, limit } => self.arrive(*port, *limit),
                Step::Set { variable, value } => self.set(*variable, *value),
                Step::Parse(parser) => drop(self.parser(*parser, section.rejected.is_none())),
                Step::Run(control) => self.run_control(*control),
                Step::EndIf { variable, is, verdict } => {
                    let variable = self.local(*variable).text;
                    let verdict = self.verdict(*verdict);
                    self.out.line(format!("if ({variable} == {is})\n\treturn {verdict};"));
                }
                Step::Choose(port) => {
                    let variable = self.fresh("out_port", "__u32");
                    let port = self.local(*port).text;
                    self.out.assignment(&variable, &port);
                    self.ports.chosen = Some(variable);
                }
                Step::Deparse { control, seen_by } => {
                    let seen = seen_by.map(|action| format!("{} >= XDP_PASS", self.local(action).text));
                    self.deparser(*control, seen.as_deref());
                }
                Step::End(verdict) => {
                    self.out.blank();
                    let verdict = self.verdict(*verdict);
                    self.out.line(format!("return {verdict};"));
                }
            }
        }
        if let Some(verdict) = section.rejected
            && self.out.words().contains(self.reject_label)
        {
            self.out.blank();
            self.out.outdented(format!("{}:", self.reject_label));
            let verdict = self.verdict(verdict);
            self.out.line(format!("{COUNT_ERROR};\nreturn {verdict};"));
        }
    }

    fn arrive(&mut self, port: Option<LocalId>, limit: u32) {
        let arrived = self.fresh("in_port", "__u32");
        if let Some(port) = port {
            let port = self.local(port).text;
            self.out.assignment(&arrived, PORT_IN);
            self.out.assignment(&port, &arrived);
            self.out.update(&port, format!("if ({port} >= {limit})"));
            self.out.update(&port, format!("\treturn {};", self.abort));
            self.ports.given = Some(port);
        }
        self.ports.arrived = Some(arrived);
    }

    fn set(&mut self, variable: LocalId, value: Value) {
        let value = match value {
            Value::Zero => "0".to_owned(),
            Value::PacketLength => "data_end - data".to_owned(),
            Value::Microseconds => "bpf_ktime_get_ns() / 1000".to_owned(),
            Value::PortIn => PORT_IN.to_owned(),
            Value::ErrorOf(parser) => self.local(self.program.parsers[parser].error).text,
            Value::Variable(other) => self.local(other).text,
        };
        let variable = self.local(variable).text;
        self.out.assignment(&variable, &value);
    }

    fn run_control(&mut self, id: ControlId) {
        let control = &self.program.controls[id];
        let outer = self.out.set_span(control.span);
        self.out.blank();
        self.out.line(self.heading(&control.name, control.span));
        self.block(&control.body);
        self.out.set_span(outer);
    }

    /// The verdict as C; what must stand in front of the return is written.
    fn verdict(&mut self, verdict: Verdict) -> String {
        match verdict {
            Verdict::Aborted => "XDP_ABORTED".to_owned(),
            Verdict::Drop => "XDP_DROP".to_owned(),
            Verdict::PassIf(accept) => format!("{} ? XDP_PASS : XDP_DROP", self.local(accept).text),
            Verdict::Action { action, port } => {
                let (action, port) = (self.local(action).text, self.local(port).text);
                if self.can_be(&action, "XDP_REDIRECT") {
                    self.redirects = true;
                    self.out.line(format!("if ({action} == XDP_REDIRECT)\n\treturn {SEND}({port});"));
                }
                action
            }
            Verdict::SendChosen => {
                self.redirects = true;
                let Some(port) = self.ports.chosen.clone() else { return self.abort.to_owned() };
                // A program that reads its ingress port has found it already.
                let words = self.out.words();
                let known = self.ports.given.as_deref().is_some_and(|given| words.contains(given));
                let arrived = self.ports.arrived.as_deref().filter(|_| known).unwrap_or(PORT_IN).to_owned();
                self.out.line(format!("if ({port} == {arrived})\n\treturn XDP_TX;"));
                format!("{SEND}({port})")
            }
        }
    }
}
