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
//! | `multicast_group` is not 0; `clone` | copies: a section of its own for each (`emit::copies`) |

use super::{Stages, gets_a_value, has_no_effects};
use crate::lacking;
use crate::layout::extern_facts::ExternFacts;
use crate::layout::storage::PacketStores;
use crate::pipeline::{
    Cloned, Hook, Kept, Pipeline, PortPlaces, Received, Section, Seen, Step, Value, Verdict,
};
use p4xdp_frontend::diagnostic::Diagnostics;
use p4xdp_midend::ir::{ControlId, LocalId, ParserId, Program};

/// `PSA_PORT_RECIRCULATE`; the ports beyond are not of devices.
const PORT_RECIRCULATE: u32 = 0xffff_fffa;

/// `PSA_CLONE_SESSION_TO_CPU`.
const CLONE_SESSION_TO_CPU: u32 = 0;

/// Members of `PSA_PacketPath_t`.
const NORMAL_UNICAST: u32 = 1;
const NORMAL_MULTICAST: u32 = 2;
const CLONE_I2E: u32 = 3;
const CLONE_E2E: u32 = 4;
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
    let is_used = |asked: &LocalId| gets_a_value(program, *asked, externs);
    let group = ingress_out("multicast_group").filter(is_used);
    let clone = |out: Option<LocalId>, session: Option<LocalId>| {
        Some(Clones { asked: out.filter(is_used)?, session: session? })
    };
    let ingress_clones = clone(ingress_out("clone"), ingress_out("clone_session_id"));
    let egress_clones = clone(egress_out("clone"), egress_out("clone_session_id"));
    let set = |variable: Option<LocalId>, value| variable.map(|variable| Step::Set { variable, value });
    let (ingress_drop, egress_drop) = (ingress_out("drop")?, egress_out("drop")?);
    let spec = ingress_out("egress_port")?;
    let resubmits = ingress_out("resubmit").filter(|asked| gets_a_value(program, *asked, externs));
    let kept = |role, position| -> Vec<Kept> {
        let leaves = stages.locals(role, position).into_iter();
        leaves.map(|variable| Kept { variable, only: None }).collect()
    };
    let ingress = Half {
        parser: stages.parser("ip")?,
        control: stages.control("ig")?,
        deparser: stages.control("id")?,
        drop: ingress_drop,
        unseen: resubmits,
        clones: ingress_clones.map(|clones| (clones, CLONE_I2E, Cloned::AsItCame, kept("id", 1))),
    };
    let egress = Half {
        parser: stages.parser("ep")?,
        control: stages.control("eg")?,
        deparser: stages.control("ed")?,
        drop: egress_drop,
        unseen: None,
        clones: egress_clones.map(|clones| (clones, CLONE_E2E, Cloned::AsItLeaves, kept("ed", 1))),
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
    steps.extend(resubmits.map(|asked| Step::GoRound {
        asked,
        is: None,
        way: RESUBMIT,
        kept: kept("id", 2),
    }));
    let class = ingress_out("class_of_service");
    steps.extend(group.map(|group| {
        let mut kept = kept("id", 3);
        kept.extend(class.map(|variable| Kept { variable, only: None }));
        Step::Multicast { group, way: NORMAL_MULTICAST, headers: false, kept }
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
    if let Some(class) = class {
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
        cpu_session: Some(CLONE_SESSION_TO_CPU),
    };
    let section = Section::new(Hook::Device, steps, None);
    let received = Received {
        clones: ingress.clones.iter().chain(&egress.clones).map(|(_, way, is, _)| (*way, *is)).collect(),
        group: group.map(|_| (NORMAL_MULTICAST, false)),
        cut_last: false,
        goes_round: section.rounds.is_some(),
    };
    let copies = section.copies().then(|| {
        let mut steps = vec![Step::Receive(received), Step::LoadKept];
        let before = [
            (stages.local("ep", 3, Some("egress_port")), Value::CopyPort),
            (stages.local("eg", 2, Some("egress_port")), Value::CopyPort),
            (stages.local("ed", 6, Some("egress_port")), Value::CopyPort),
            (stages.local("ep", 3, Some("packet_path")), Value::Way),
            (stages.local("eg", 2, Some("packet_path")), Value::Way),
            (stages.local("eg", 2, Some("egress_timestamp")), Value::Nanoseconds),
            (stages.local("eg", 2, Some("instance")), Value::CopyInstance),
            (
                stages.local("eg", 2, Some("class_of_service")),
                Value::CopyClass(class.filter(|_| group.is_some())),
            ),
        ];
        steps.extend(before.into_iter().filter_map(|(variable, value)| set(variable, value)));
        let of_copies = egress.clones.as_ref().map(|(clones, ..)| Step::Lose(clones.asked));
        Half { clones: None, ..egress }.steps(program, error, &mut steps);
        steps.extend(of_copies);
        steps.push(Step::End(Verdict::Pass));
        Section::new(Hook::Copy, steps, None)
    });
    let mut carried = [("id", 2), ("ed", 2)]
        .into_iter()
        .flat_map(|(role, position)| stages.headers(program, role, position));
    let carried = carried.find(|header| section.may_be_valid(program, *header));
    if let Some(header) = section.crossing(program).or(carried) {
        sink.emit(lacking::CROSSING.at(program.headers[header].span));
    }
    // A packet that is resubmitted, or cloned in ingress, is as it came.
    let as_it_came = resubmits.is_some() || ingress_clones.is_some();
    let stores = if as_it_came { PacketStores::AtDeparser } else { PacketStores::InPlace };
    Some(Pipeline { sections: std::iter::once(section).chain(copies).collect(), stores, ports })
}

/// How a control asks for clones.
#[derive(Clone, Copy)]
struct Clones {
    asked: LocalId,
    session: LocalId,
}

/// Ingress or egress.
struct Half {
    parser: ParserId,
    control: ControlId,
    deparser: ControlId,
    drop: LocalId,
    /// If this is true, nobody sees what the deparser makes.
    unseen: Option<LocalId>,
    /// Clones, the way by which they come, what they are, and what they keep, once the deparser has run.
    clones: Option<(Clones, u32, Cloned, Vec<Kept>)>,
}

impl Half {
    fn steps(&self, program: &Program, error: Option<LocalId>, steps: &mut Vec<Step>) {
        steps.push(Step::Parse(self.parser));
        let value = Value::ErrorOf(self.parser);
        steps.extend(error.map(|variable| Step::Set { variable, value }));
        steps.push(Step::Run(self.control));
        let drop = Step::EndIf { variable: self.drop, is: 1, verdict: Verdict::Drop };
        let deparse = Step::Deparse { control: self.deparser, seen: self.unseen.map(Seen::Unless) };
        if let Some((Clones { asked, session }, way, is, kept)) = &self.clones {
            let (asked, session, way) = (*asked, *session, *way);
            let clone = Step::Clone { asked, session, way, is: *is };
            let keep = Step::KeepForClones { way, asked, kept: kept.clone() };
            steps.extend(match is {
                Cloned::AsItCame | Cloned::Headers => [clone, deparse, keep],
                Cloned::AsItLeaves => [deparse, clone, keep],
            });
            steps.push(drop);
            return;
        }
        // The deparser of a packet that is dropped runs all the same, if anybody can tell.
        let silent = has_no_effects(&program.controls[self.deparser].body);
        steps.extend(if silent { [drop, deparse] } else { [deparse, drop] });
    }
}
