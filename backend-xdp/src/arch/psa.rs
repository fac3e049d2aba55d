//! psa, the Portable Switch Architecture: ingress parser, ingress, ingress deparser; what that made goes through egress parser, egress, egress
//! deparser in the same run. One packet in, at most one packet out.
//!
//! | P4 | XDP |
//! | --- | --- |
//! | a parser rejects | the packet goes on, with `parser_error` set |
//! | `ingress_port` | the port of the device (`emit::ports`); `PSA_PORT_RECIRCULATE` and beyond, and without a number, the packet is aborted |
//! | `drop` behind ingress or egress | `XDP_DROP` |
//! | `egress_port` is the port that the packet came from | `XDP_TX` |
//! | any other `egress_port` | sent out of the port (`emit::ports`) |
//! | `class_of_service` | what ingress said; nothing is queued by it |
//! | the timestamps | microseconds since the machine started |
//!
//! Programs that multicast, clone or resubmit are refused where they ask for it.

use super::{Stages, has_no_effects, refuse_stores};
use crate::lacking;
use crate::layout::extern_facts::ExternFacts;
use crate::layout::storage::PacketStores;
use crate::pipeline::{Hook, Pipeline, PortPlaces, Section, Step, Value, Verdict};
use p4xdp_frontend::diagnostic::Diagnostics;
use p4xdp_midend::ir::{LocalId, Program};

/// `PSA_PORT_RECIRCULATE`; the ports beyond are not of devices.
const PORT_RECIRCULATE: u32 = 0xffff_fffa;

/// Members of `PSA_PacketPath_t`.
const NORMAL: u32 = 0;
const NORMAL_UNICAST: u32 = 1;

/// What a program does.
pub(super) fn pipeline(
    program: &Program,
    stages: &Stages<'_>,
    externs: &ExternFacts,
    sink: &mut Diagnostics,
) -> Option<Pipeline> {
    let ingress_out = |field| stages.local("ig", 3, Some(field));
    let egress_out = |field| stages.local("eg", 3, Some(field));
    for (asked, lacking) in [
        (ingress_out("multicast_group"), &lacking::MULTICAST),
        (ingress_out("clone"), &lacking::CLONE),
        (egress_out("clone"), &lacking::CLONE),
        (ingress_out("resubmit"), &lacking::RESUBMIT),
    ] {
        refuse_stores(program, asked, externs, lacking, sink);
    }
    let set = |variable: Option<LocalId>, value| variable.map(|variable| Step::Set { variable, value });
    let (ingress_drop, egress_drop) = (ingress_out("drop")?, egress_out("drop")?);
    let spec = ingress_out("egress_port")?;
    let ingress = Half {
        parser: stages.parser("ip")?,
        control: stages.control("ig")?,
        deparser: stages.control("id")?,
        drop: ingress_drop,
    };
    let egress = Half {
        parser: stages.parser("ep")?,
        control: stages.control("eg")?,
        deparser: stages.control("ed")?,
        drop: egress_drop,
    };
    let arrived = stages.local("ip", 3, Some("ingress_port"));
    let also_arrived = stages.local("ig", 2, Some("ingress_port"));
    let port = arrived.or(also_arrived);
    let mut steps = vec![Step::Arrive { port, limit: PORT_RECIRCULATE }];
    if let (Some(port), Some(other)) = (arrived, also_arrived) {
        steps.extend(set(Some(other), Value::Variable(port)));
    }
    let before = [
        (stages.local("ip", 3, Some("packet_path")), Value::Number(NORMAL)),
        (stages.local("ig", 2, Some("packet_path")), Value::Number(NORMAL)),
        (stages.local("ig", 2, Some("ingress_timestamp")), Value::Microseconds),
        (Some(ingress_drop), Value::Number(1)),
    ];
    steps.extend(before.into_iter().filter_map(|(variable, value)| set(variable, value)));
    let error = stages.local("ig", 2, Some("parser_error"));
    ingress.steps(program, error, &mut steps);
    steps.push(Step::Choose(spec));
    steps.push(Step::Restart);
    let before = [
        (stages.local("ep", 3, Some("egress_port")), Value::Variable(spec)),
        (stages.local("eg", 2, Some("egress_port")), Value::Variable(spec)),
        (stages.local("ed", 6, Some("egress_port")), Value::Variable(spec)),
        (stages.local("ep", 3, Some("packet_path")), Value::Number(NORMAL_UNICAST)),
        (stages.local("eg", 2, Some("packet_path")), Value::Number(NORMAL_UNICAST)),
        (stages.local("eg", 2, Some("egress_timestamp")), Value::Microseconds),
    ];
    steps.extend(before.into_iter().filter_map(|(variable, value)| set(variable, value)));
    if let Some(class) = ingress_out("class_of_service") {
        steps.extend(set(stages.local("eg", 2, Some("class_of_service")), Value::Variable(class)));
    }
    let error = stages.local("eg", 2, Some("parser_error"));
    egress.steps(program, error, &mut steps);
    steps.push(Step::End(Verdict::SendChosen));
    let ports = PortPlaces {
        ingress: arrived.into_iter().chain(also_arrived).collect(),
        egress: vec![spec],
        most: PORT_RECIRCULATE - 1,
        drop: None,
    };
    let section = Section { hook: Hook::Device, steps, rejected: None };
    if let Some(header) = section.crossing(program) {
        sink.emit(lacking::CROSSING.at(program.headers[header].span));
    }
    Some(Pipeline { sections: vec![section], stores: PacketStores::InPlace, ports })
}

/// Ingress or egress.
struct Half {
    parser: p4xdp_midend::ir::ParserId,
    control: p4xdp_midend::ir::ControlId,
    deparser: p4xdp_midend::ir::ControlId,
    drop: LocalId,
}

impl Half {
    fn steps(&self, program: &Program, error: Option<LocalId>, steps: &mut Vec<Step>) {
        steps.push(Step::Parse(self.parser));
        let value = Value::ErrorOf(self.parser);
        steps.extend(error.map(|variable| Step::Set { variable, value }));
        steps.push(Step::Run(self.control));
        let drop = Step::EndIf { variable: self.drop, is: 1, verdict: Verdict::Drop };
        let deparse = Step::Deparse { control: self.deparser, seen_by: None };
        // The deparser of a packet that is dropped runs all the same, if anybody can tell.
        let silent = has_no_effects(&program.controls[self.deparser].body);
        steps.extend(if silent { [drop, deparse] } else { [deparse, drop] });
    }
}
