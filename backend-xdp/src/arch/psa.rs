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
//! | the timestamps | nanoseconds since the machine started |
//! | `resubmit` | the packet as it came goes round (`emit::rounds`) |
//! | `egress_port` is `PSA_PORT_RECIRCULATE` | the packet goes round as the egress deparser made it |
//!
//! Programs that multicast or clone are refused where they ask for it.

use super::{Stages, gets_a_value, has_no_effects, refuse_stores};
use crate::lacking;
use crate::layout::extern_facts::ExternFacts;
use crate::layout::storage::PacketStores;
use crate::pipeline::{Hook, Kept, Pipeline, PortPlaces, Section, Seen, Step, Value, Verdict};
use p4xdp_frontend::diagnostic::Diagnostics;
use p4xdp_midend::ir::{ControlId, LocalId, ParserId, Program};

/// `PSA_PORT_RECIRCULATE`; the ports beyond are not of devices.
const PORT_RECIRCULATE: u32 = 0xffff_fffa;

/// Members of `PSA_PacketPath_t`.
const NORMAL_UNICAST: u32 = 1;
const RESUBMIT: u32 = 5;
const RECIRCULATE: u32 = 6;

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
    ] {
        refuse_stores(program, asked, externs, lacking, sink);
    }
    let set = |variable: Option<LocalId>, value| variable.map(|variable| Step::Set { variable, value });
    let (ingress_drop, egress_drop) = (ingress_out("drop")?, egress_out("drop")?);
    let spec = ingress_out("egress_port")?;
    let resubmits = ingress_out("resubmit").filter(|asked| gets_a_value(program, *asked, externs));
    let ingress = Half {
        parser: stages.parser("ip")?,
        control: stages.control("ig")?,
        deparser: stages.control("id")?,
        drop: ingress_drop,
        unseen: resubmits,
    };
    let egress = Half {
        parser: stages.parser("ep")?,
        control: stages.control("eg")?,
        deparser: stages.control("ed")?,
        drop: egress_drop,
        unseen: None,
    };
    let arrived = stages.local("ip", 3, Some("ingress_port"));
    let also_arrived = stages.local("ig", 2, Some("ingress_port"));
    let port = arrived.or(also_arrived);
    let mut steps = vec![Step::Arrive { port, limit: PORT_RECIRCULATE }];
    if let Some(port) = port {
        let from = Value::ByWay { is: RECIRCULATE, then: PORT_RECIRCULATE, otherwise: port };
        steps.extend(set(Some(port), from));
    }
    if let (Some(port), Some(other)) = (arrived, also_arrived) {
        steps.extend(set(Some(other), Value::Variable(port)));
    }
    let before = [
        (stages.local("ip", 3, Some("packet_path")), Value::Way),
        (stages.local("ig", 2, Some("packet_path")), Value::Way),
        (stages.local("ig", 2, Some("ingress_timestamp")), Value::Nanoseconds),
        (Some(ingress_drop), Value::Number(1)),
    ];
    steps.extend(before.into_iter().filter_map(|(variable, value)| set(variable, value)));
    let error = stages.local("ig", 2, Some("parser_error"));
    ingress.steps(program, error, &mut steps);
    let kept = |role, position| {
        let leaves = stages.locals(role, position).into_iter();
        leaves.map(|variable| Kept { variable, only: None }).collect()
    };
    steps.extend(resubmits.map(|asked| Step::GoRound {
        asked,
        is: None,
        way: RESUBMIT,
        kept: kept("id", 2),
    }));
    steps.push(Step::Choose(spec));
    steps.push(Step::Restart);
    let before = [
        (stages.local("ep", 3, Some("egress_port")), Value::Variable(spec)),
        (stages.local("eg", 2, Some("egress_port")), Value::Variable(spec)),
        (stages.local("ed", 6, Some("egress_port")), Value::Variable(spec)),
        (stages.local("ep", 3, Some("packet_path")), Value::Number(NORMAL_UNICAST)),
        (stages.local("eg", 2, Some("packet_path")), Value::Number(NORMAL_UNICAST)),
        (stages.local("eg", 2, Some("egress_timestamp")), Value::Nanoseconds),
    ];
    steps.extend(before.into_iter().filter_map(|(variable, value)| set(variable, value)));
    if let Some(class) = ingress_out("class_of_service") {
        steps.extend(set(stages.local("eg", 2, Some("class_of_service")), Value::Variable(class)));
    }
    let error = stages.local("eg", 2, Some("parser_error"));
    egress.steps(program, error, &mut steps);
    steps.push(Step::GoRound {
        asked: spec,
        is: Some(PORT_RECIRCULATE),
        way: RECIRCULATE,
        kept: kept("ed", 2),
    });
    steps.push(Step::End(Verdict::SendChosen));
    let ports = PortPlaces {
        ingress: arrived.into_iter().chain(also_arrived).collect(),
        egress: vec![spec],
        most: PORT_RECIRCULATE - 1,
        drop: None,
    };
    let section = Section::new(Hook::Device, steps, None);
    let carried =
        [("id", 2), ("ed", 2)].into_iter().find_map(|(role, position)| stages.header(role, position));
    if let Some(header) = section.crossing(program).or(carried) {
        sink.emit(lacking::CROSSING.at(program.headers[header].span));
    }
    // A packet that is resubmitted is as it came.
    let stores = if resubmits.is_some() { PacketStores::AtDeparser } else { PacketStores::InPlace };
    Some(Pipeline { sections: vec![section], stores, ports })
}

/// Ingress or egress.
struct Half {
    parser: ParserId,
    control: ControlId,
    deparser: ControlId,
    drop: LocalId,
    /// If this is true, nobody sees what the deparser makes.
    unseen: Option<LocalId>,
}

impl Half {
    fn steps(&self, program: &Program, error: Option<LocalId>, steps: &mut Vec<Step>) {
        steps.push(Step::Parse(self.parser));
        let value = Value::ErrorOf(self.parser);
        steps.extend(error.map(|variable| Step::Set { variable, value }));
        steps.push(Step::Run(self.control));
        let drop = Step::EndIf { variable: self.drop, is: 1, verdict: Verdict::Drop };
        let deparse = Step::Deparse { control: self.deparser, seen: self.unseen.map(Seen::Unless) };
        // The deparser of a packet that is dropped runs all the same, if anybody can tell.
        let silent = has_no_effects(&program.controls[self.deparser].body);
        steps.extend(if silent { [drop, deparse] } else { [deparse, drop] });
    }
}
