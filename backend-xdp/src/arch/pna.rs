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
//! | `recirculate` as the last word | the packet goes round (`emit::rounds`) |
//! | `pass`, `recirculated` | how often it has gone round, and whether it has |
//! | `loopedback` | 0: there are no copies |
//! | the timestamp | nanoseconds since the machine started |

use super::requests::Requested;
use super::{Stages, has_no_effects};
use crate::layout::storage::PacketStores;
use crate::pipeline::{Hook, Pipeline, PortPlaces, Section, Step, Value, Verdict};
use p4xdp_midend::analysis::idle;
use p4xdp_midend::ir::{LocalId, Program};

/// The number of `recirculate` among the words about a packet's fate.
const RECIRCULATE: u32 = 2;

/// The first port of the host.
const FIRST_HOST_PORT: u32 = 256;

/// What a program does.
pub(super) fn pipeline(
    program: &Program,
    stages: &Stages<'_>,
    requested: Option<&Requested>,
) -> Option<Pipeline> {
    let inputs = [("main_parser", 3), ("pre_control", 2), ("main_control", 2)];
    let all = |field: &'static str| {
        inputs.into_iter().filter_map(move |(role, position)| stages.local(role, position, Some(field)))
    };
    let set = |variable: LocalId, value| Step::Set { variable, value };
    let parser = stages.parser("main_parser")?;
    let deparser = stages.control("main_deparser")?;
    let ports: Vec<LocalId> = all("input_port").collect();
    let mut steps = vec![Step::Arrive { port: ports.first().copied(), limit: u32::MAX }];
    if let Some(port) = ports.first() {
        steps.extend(ports.iter().skip(1).map(|other| set(*other, Value::Variable(*port))));
        steps.extend(all("direction").map(|variable| set(variable, Value::AtLeast(*port, FIRST_HOST_PORT))));
    }
    steps.extend(all("timestamp").map(|variable| set(variable, Value::Nanoseconds)));
    let recirculates = requested.is_some_and(|requested| idle::may_be(program, requested.fate, RECIRCULATE));
    if recirculates {
        steps.extend(all("pass").map(|variable| set(variable, Value::Rounds)));
        steps.extend(all("recirculated").map(|variable| set(variable, Value::Way)));
    }
    steps.push(Step::Parse(parser));
    steps.extend(all("parser_error").map(|variable| set(variable, Value::ErrorOf(parser))));
    steps.extend(stages.control("pre_control").map(Step::Run));
    steps.push(Step::Run(stages.control("main_control")?));
    let deparse = Step::Deparse { control: deparser, seen: None };
    let silent = has_no_effects(&program.controls[deparser].body);
    match requested {
        // Nobody sends it anywhere.
        None if silent => {}
        None => steps.push(deparse),
        Some(Requested { fate, .. }) => {
            let drop = Step::EndIf { variable: *fate, is: 0, verdict: Verdict::Drop };
            steps.extend(if silent { [drop, deparse] } else { [deparse, drop] });
            if recirculates {
                steps.push(Step::GoRound { asked: *fate, is: Some(RECIRCULATE), way: 1, kept: Vec::new() });
            }
        }
    }
    steps.extend(requested.map(|requested| Step::Choose(requested.port)));
    steps.push(Step::End(requested.map_or(Verdict::Drop, |_| Verdict::SendChosen)));
    let ports = PortPlaces {
        ingress: ports,
        egress: requested.map(|requested| requested.port).into_iter().collect(),
        most: u32::MAX - 1,
        drop: None,
        cpu_session: None,
    };
    let sections = vec![Section::new(Hook::Device, steps, None)];
    Some(Pipeline { sections, stores: PacketStores::InPlace, ports })
}
