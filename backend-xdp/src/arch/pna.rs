//! pna, the Portable NIC Architecture: parser, the control before the main one if the package has it, main control, deparser. One packet in, at
//! most one packet out.
//!
//! | P4 | XDP |
//! | --- | --- |
//! | the parser rejects | the packet goes on, with `parser_error` set |
//! | `input_port` | the port of the device (`emit::ports`); without a number, the packet is aborted |
//! | `direction` | from the network if the port is below 256, else from the host |
//! | `send_to_port` as the last word | sent out of the port (`emit::ports`); if the packet came by it, `XDP_TX` |
//! | `drop_packet`, or no word at all | `XDP_DROP` |
//! | `pass`, `loopedback`, `recirculated` | 0: packets do not go round |
//! | the timestamp | microseconds since the machine started |

use super::requests::Requested;
use super::{Stages, has_no_effects};
use crate::layout::storage::PacketStores;
use crate::pipeline::{Hook, Pipeline, PortPlaces, Section, Step, Value, Verdict};
use p4xdp_midend::ir::{LocalId, Program};

/// The first port of the host.
const FIRST_HOST_PORT: u32 = 256;

/// What a program does.
pub(super) fn pipeline(program: &Program, stages: &Stages<'_>, requested: &Requested) -> Option<Pipeline> {
    let inputs = [("main_parser", 3), ("pre_control", 2), ("main_control", 2)];
    let all = |field: &'static str| {
        inputs.into_iter().filter_map(move |(role, position)| stages.local(role, position, Some(field)))
    };
    let set = |variable: LocalId, value| Step::Set { variable, value };
    let parser = stages.parser("main_parser")?;
    let deparser = stages.control("main_deparser")?;
    let ports: Vec<LocalId> = all("input_port").collect();
    let port = requested.arrived;
    let mut steps = vec![Step::Arrive { port: Some(port), limit: u32::MAX }];
    steps.extend(ports.iter().map(|other| set(*other, Value::Variable(port))));
    steps.extend(all("direction").map(|variable| set(variable, Value::AtLeast(port, FIRST_HOST_PORT))));
    steps.extend(all("timestamp").map(|variable| set(variable, Value::Microseconds)));
    steps.push(Step::Parse(parser));
    steps.extend(all("parser_error").map(|variable| set(variable, Value::ErrorOf(parser))));
    steps.extend(stages.control("pre_control").map(Step::Run));
    steps.push(Step::Run(stages.control("main_control")?));
    let drop = Step::EndIf { variable: requested.fate, is: 0, verdict: Verdict::Drop };
    let deparse = Step::Deparse { control: deparser, seen_by: None };
    let silent = has_no_effects(&program.controls[deparser].body);
    steps.extend(if silent { [drop, deparse] } else { [deparse, drop] });
    steps.extend([Step::Choose(requested.port), Step::End(Verdict::SendChosen)]);
    let ingress = ports.into_iter().chain([port]).collect();
    let ports = PortPlaces { ingress, egress: vec![requested.port], most: u32::MAX - 1, drop: None };
    let sections = vec![Section { hook: Hook::Device, steps, rejected: None }];
    Some(Pipeline { sections, stores: PacketStores::InPlace, ports })
}
