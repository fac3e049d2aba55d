//! v1model: parser, checks, ingress, egress, checksums, deparser. One packet in, at most one packet out.
//!
//! | P4 | XDP |
//! | --- | --- |
//! | the parser rejects | the packet goes on, with `parser_error` set |
//! | `ingress_port` | the port of the device (`emit::ports`); beyond 510, and without a number, the packet is aborted |
//! | `egress_spec` behind ingress or egress is 511 | `XDP_DROP` |
//! | `egress_port` is the port that the packet came from | `XDP_TX` |
//! | any other `egress_port` | sent out of the port (`emit::ports`) |
//! | `instance_type`, `egress_rid`, times and depths of queues | 0: a packet is not copied, sent round or queued |
//! | the timestamps | microseconds since the machine started |
//!
//! Programs that multicast, clone, resubmit or recirculate are refused where they ask for it.

use super::{Stages, refuse_stores};
use crate::lacking;
use crate::layout::extern_facts::ExternFacts;
use crate::layout::storage::PacketStores;
use crate::pipeline::{Hook, Pipeline, PortPlaces, Section, Step, Value, Verdict};
use p4xdp_frontend::diagnostic::Diagnostics;
use p4xdp_midend::ir::Program;

/// The port that drops.
const DROP_PORT: u32 = 511;

/// What a program does. One that multicasts is refused.
pub(super) fn pipeline(
    program: &Program,
    stages: &Stages<'_>,
    externs: &ExternFacts,
    sink: &mut Diagnostics,
) -> Option<Pipeline> {
    let metadata = |field| stages.local("ig", 2, Some(field));
    refuse_stores(program, metadata("mcast_grp"), externs, &lacking::MULTICAST, sink);
    let set = |field, value| metadata(field).map(|variable| Step::Set { variable, value });
    let control = |role| {
        let id = stages.control(role)?;
        (!program.controls[id].body.is_empty()).then_some(Step::Run(id))
    };
    let spec = metadata("egress_spec")?;
    let drop_if_asked = || Step::EndIf { variable: spec, is: DROP_PORT, verdict: Verdict::Drop };
    let parser = stages.parser("p")?;
    let mut steps = vec![Step::Arrive { port: metadata("ingress_port"), limit: DROP_PORT }];
    steps.extend(set("packet_length", Value::PacketLength));
    steps.extend(set("ingress_global_timestamp", Value::Microseconds));
    steps.push(Step::Parse(parser));
    steps.extend(set("parser_error", Value::ErrorOf(parser)));
    steps.extend(control("vr"));
    steps.extend(control("ig"));
    steps.extend([drop_if_asked(), Step::Choose(spec)]);
    steps.extend(set("egress_port", Value::Variable(spec)));
    steps.extend(set("egress_global_timestamp", Value::Microseconds));
    steps.push(Step::Set { variable: spec, value: Value::Number(0) });
    if let Some(egress) = control("eg") {
        steps.extend([egress, drop_if_asked()]);
    }
    steps.extend(control("ck"));
    steps.push(Step::Deparse { control: stages.control("dep")?, seen_by: None });
    steps.push(Step::End(Verdict::SendChosen));
    let ports = PortPlaces {
        ingress: ["ingress_port", "egress_port"].into_iter().filter_map(metadata).collect(),
        egress: vec![spec],
        most: DROP_PORT - 1,
        drop: Some(DROP_PORT),
    };
    let sections = vec![Section { hook: Hook::Device, steps, rejected: None }];
    Some(Pipeline { sections, stores: PacketStores::InPlace, ports })
}
