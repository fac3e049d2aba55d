//! v1model: parser, checks, ingress, egress, checksums, deparser. One packet in, at most one packet out.
//!
//! | P4 | XDP |
//! | --- | --- |
//! | the parser rejects | the packet goes on, with `parser_error` set |
//! | `ingress_port` | the port of the device (`emit::ports`); beyond 510, and without a number, the packet is aborted |
//! | `egress_spec` behind ingress or egress is 511 | `XDP_DROP` |
//! | `egress_port` is the port that the packet came from | `XDP_TX` |
//! | any other `egress_port` | sent out of the port (`emit::ports`) |
//! | resubmission behind ingress, recirculation behind the deparser | the packet goes round (`emit::rounds`), `instance_type` says how it came |
//! | `egress_rid`, times and depths of queues | 0: a packet is not copied or queued |
//! | the timestamps | microseconds since the machine started |
//!
//! Programs that multicast or clone are refused where they ask for it.

use super::requests::{FIRST_LIST, Requested};
use super::{Stages, gets_a_value, refuse_stores};
use crate::lacking;
use crate::layout::extern_facts::ExternFacts;
use crate::layout::storage::PacketStores;
use crate::pipeline::{Hook, Kept, Pipeline, PortPlaces, Section, Step, Value, Verdict};
use p4xdp_control::annotation::AnnotationBody;
use p4xdp_frontend::diagnostic::{Diagnostic, Diagnostics, codes};
use p4xdp_midend::ir::{LocalId, Program};
use std::collections::BTreeSet;

/// Values of `instance_type`.
const RECIRCULATED: u32 = 4;
const RESUBMITTED: u32 = 6;

/// The port that drops.
const DROP_PORT: u32 = 511;

/// What a program does. One that multicasts is refused.
pub(super) fn pipeline(
    program: &Program,
    stages: &Stages<'_>,
    externs: &ExternFacts,
    requested: Option<&Requested>,
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
    // What the lists say matters only where packets go round.
    let lists = requested.map(|_| field_lists(program, sink)).unwrap_or_default();
    let round = |asked: LocalId, way| {
        let is_asked = gets_a_value(program, asked, externs);
        is_asked.then(|| Step::GoRound { asked, is: None, way, kept: kept(&lists) })
    };
    let resubmits = requested.and_then(|requested| round(requested.resubmit, RESUBMITTED));
    // A packet that is resubmitted is as it came.
    let stores = if resubmits.is_some() { PacketStores::AtDeparser } else { PacketStores::InPlace };
    let recirculates = requested.and_then(|requested| round(requested.recirculate, RECIRCULATED));
    let goes_round = resubmits.is_some() || recirculates.is_some();
    steps.extend(resubmits);
    steps.extend([drop_if_asked(), Step::Choose(spec)]);
    if goes_round {
        steps.extend(set("instance_type", Value::Number(0)));
    }
    steps.extend(set("egress_port", Value::Variable(spec)));
    steps.extend(set("egress_global_timestamp", Value::Microseconds));
    steps.push(Step::Set { variable: spec, value: Value::Number(0) });
    if let Some(egress) = control("eg") {
        steps.extend([egress, drop_if_asked()]);
    }
    steps.extend(control("ck"));
    steps.push(Step::Deparse { control: stages.control("dep")?, seen: None });
    steps.extend(recirculates);
    steps.push(Step::End(Verdict::SendChosen));
    if goes_round {
        let way = set("instance_type", Value::Way);
        steps.splice(1..1, way);
    }
    let ports = PortPlaces {
        ingress: ["ingress_port", "egress_port"].into_iter().filter_map(metadata).collect(),
        egress: vec![spec],
        most: DROP_PORT - 1,
        drop: Some(DROP_PORT),
    };
    let sections = vec![Section::new(Hook::Device, steps, None)];
    Some(Pipeline { sections, stores, ports })
}

/// Variables by the ids of the field lists that they are in. Elaboration has made numbers of what has names.
fn field_lists(program: &Program, sink: &mut Diagnostics) -> Vec<(LocalId, BTreeSet<u32>)> {
    let mut lists: Vec<(LocalId, BTreeSet<u32>)> = Vec::new();
    for (id, local) in program.locals.iter() {
        let mut of_it = BTreeSet::new();
        for annotation in local.annotations.iter().filter(|annotation| annotation.name == "field_list") {
            let AnnotationBody::Tokens(tokens) = &annotation.body else { continue };
            for token in tokens.iter().filter(|token| *token != ",") {
                match token.parse() {
                    // A call names a list by 8 bits.
                    Ok(list) if list > u32::from(u8::MAX) => {}
                    Ok(list) => drop(of_it.insert(list)),
                    Err(_) => {
                        let message =
                            "the id of a field list must be a number, a constant or an enum's member";
                        let found = Diagnostic::error(codes::E0516, annotation.span, message);
                        sink.emit(found.with_primary(format!("`{token}` is no number")));
                    }
                }
            }
        }
        if !of_it.is_empty() {
            lists.push((id, of_it));
        }
    }
    lists
}

/// What a packet keeps that goes round with one of these lists.
fn kept(lists: &[(LocalId, BTreeSet<u32>)]) -> Vec<Kept> {
    let kept = |(variable, of): &(LocalId, BTreeSet<u32>)| Kept {
        variable: *variable,
        only: Some(of.iter().map(|list| FIRST_LIST + *list).collect()),
    };
    lists.iter().map(kept).collect()
}
