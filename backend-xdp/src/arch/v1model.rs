//! v1model: parser, checks, ingress, egress, checksums, deparser. One packet in, one out, or copies.
//!
//! | P4 | XDP |
//! | --- | --- |
//! | the parser rejects | the packet goes on, with `parser_error` set |
//! | `ingress_port` | the port of the device (`emit::ports`); beyond 510, and without a number, the packet is aborted |
//! | `egress_spec` behind ingress or egress is 511 | `XDP_DROP` |
//! | `egress_port` is the port that the packet came from | `XDP_TX` |
//! | any other `egress_port` | sent out of the port (`emit::ports`) |
//! | resubmission behind ingress, recirculation behind the deparser | the packet goes round (`emit::rounds`), `instance_type` says how it came |
//! | `mcast_grp` is not 0; clones | copies: a section of its own for each (`emit::copies`), unless nothing is done with those of groups; what is multicast, or cloned in egress, keeps its headers |
//! | times and depths of queues | 0: a packet is not queued |
//! | the timestamps | microseconds since the machine started |

use super::requests::{FIRST_LIST, Requested};
use super::{Stages, gets_a_value};
use crate::layout::extern_facts::ExternFacts;
use crate::layout::storage::PacketStores;
use crate::pipeline::{
    self, Cloned, Hook, Kept, Pipeline, PortPlaces, Received, Section, Step, Value, Verdict,
};
use p4xdp_control::annotation::AnnotationBody;
use p4xdp_frontend::diagnostic::{Diagnostic, Diagnostics, codes};
use p4xdp_midend::analysis::effects::{self, StorageSet};
use p4xdp_midend::ir::{LocalId, Program};
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;

/// Values of `instance_type`.
const INGRESS_CLONE: u32 = 1;
const EGRESS_CLONE: u32 = 2;
const RECIRCULATED: u32 = 4;
const REPLICATION: u32 = 5;
const RESUBMITTED: u32 = 6;

/// The port that drops.
const DROP_PORT: u32 = 511;

/// What a program does.
pub(super) fn pipeline(
    program: &Program,
    stages: &Stages<'_>,
    externs: &ExternFacts,
    requested: Option<&Requested>,
    has_cpu_port: bool,
    sink: &mut Diagnostics,
) -> Option<Pipeline> {
    let metadata = |field| stages.local("ig", 2, Some(field));
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
    // What the lists say matters only where packets go round, or are cloned.
    let lists = requested.map(|_| field_lists(program, sink)).unwrap_or_default();
    let round = |asked: LocalId, way| {
        let is_asked = gets_a_value(program, asked, externs);
        is_asked.then(|| Step::GoRound { asked, is: None, way, kept: kept(&lists) })
    };
    // Clones keep these in any case.
    let always = ["ingress_port", "packet_length"].into_iter().filter_map(metadata);
    let always = always.map(|variable| Kept { variable, only: None });
    let of_clone: Vec<Kept> = always.chain(kept(&lists)).collect();
    let clones = |role, way, is| {
        let Requested { clone: asked, session, .. } = *requested?;
        let of = pipeline::blocks(&[control(role)?], program);
        let is_asked = of.into_iter().any(|block| super::store(block, asked, externs).is_some());
        is_asked.then(|| {
            let clone = Step::Clone { asked, session, way, is };
            [clone, Step::KeepForClones { way, asked, kept: of_clone.clone() }]
        })
    };
    let ingress_clones = clones("ig", INGRESS_CLONE, Cloned::AsItCame);
    let egress_clones = clones("eg", EGRESS_CLONE, Cloned::Headers);
    let clones = [
        ingress_clones.as_ref().map(|_| (INGRESS_CLONE, Cloned::AsItCame)),
        egress_clones.as_ref().map(|_| (EGRESS_CLONE, Cloned::Headers)),
    ];
    let group = metadata("mcast_grp").filter(|group| gets_a_value(program, *group, externs));
    let resubmits = requested.and_then(|requested| round(requested.resubmit, RESUBMITTED));
    // A packet that is resubmitted, or cloned in ingress, is as it came.
    let as_it_came = resubmits.is_some() || ingress_clones.is_some();
    let stores = if as_it_came { PacketStores::AtDeparser } else { PacketStores::InPlace };
    let recirculates = requested.and_then(|requested| round(requested.recirculate, RECIRCULATED));
    let goes_round = resubmits.is_some() || recirculates.is_some();
    steps.extend(ingress_clones.into_iter().flatten());
    steps.extend(resubmits);
    let at_egress = steps.len();
    // Copies of a group are what ingress has made of the packet, if nothing is done behind it, and user space gets none.
    let copies_alike = !goes_round
        && !has_cpu_port
        && clones.iter().all(Option::is_none)
        && control("eg").is_none()
        && control("ck").is_none();
    let (group, sent) = if copies_alike { (None, group) } else { (group, None) };
    steps.push(match sent {
        Some(group) => {
            Step::EndUnless { unless: group, variable: spec, is: DROP_PORT, verdict: Verdict::Drop }
        }
        None => drop_if_asked(),
    });
    steps.push(Step::Choose(spec));
    if goes_round {
        steps.extend(set("instance_type", Value::Number(0)));
    }
    if let (Some(requested), Some(_)) = (requested, &egress_clones) {
        steps.push(Step::Set { variable: requested.clone, value: Value::Number(0) });
    }
    let egress = |port, cloned: Option<[Step; 2]>| {
        let mut steps: Vec<Step> = set("egress_port", port).into_iter().collect();
        steps.extend(set("egress_global_timestamp", Value::Microseconds));
        steps.push(Step::Set { variable: spec, value: Value::Number(0) });
        if let Some(egress) = control("eg") {
            steps.push(egress);
            steps.extend(cloned.into_iter().flatten());
            steps.push(drop_if_asked());
        }
        steps.extend(control("ck"));
        steps.push(Step::Deparse { control: stages.control("dep")?, seen: None });
        Some(steps)
    };
    steps.extend(egress(Value::Variable(spec), egress_clones)?);
    steps.extend(recirculates);
    steps.extend(sent.map(|group| Step::SendToGroup { group }));
    steps.push(Step::End(Verdict::SendChosen));
    if goes_round {
        let way = set("instance_type", Value::Way);
        steps.splice(1..1, way);
    }
    let mut copies = None;
    if group.is_some() || clones.iter().any(Option::is_some) {
        let received = Received {
            clones: clones.into_iter().flatten().collect(),
            group: group.map(|_| (REPLICATION, true)),
            cut_last: true,
            // Clones of egress have their headers, and are lost then.
            goes_round: false,
        };
        let mut of_copy = vec![Step::Receive(received), Step::LoadKept];
        of_copy.extend(set("instance_type", Value::Way));
        let parses = clones.iter().flatten().any(|(_, is)| *is == Cloned::AsItCame);
        let mut headers: Vec<u32> = group.iter().map(|_| REPLICATION).collect();
        headers.extend(clones.iter().flatten().filter(|(_, is)| *is == Cloned::Headers).map(|(way, _)| *way));
        of_copy.push(Step::Resume { parser: parses.then_some(parser), headers });
        if parses {
            of_copy.extend(set("parser_error", Value::ErrorOf(parser)));
            // They have the last values of ingress, whatever the parser has made of them.
            of_copy.push(Step::LoadKept);
            of_copy.extend(set("instance_type", Value::Way));
        }
        of_copy.extend(set("egress_rid", Value::CopyInstance));
        of_copy.extend(egress(Value::CopyPort, None)?);
        if let Some(requested) = requested {
            let asks = |asked: &LocalId| gets_a_value(program, *asked, externs);
            of_copy.extend(Some(requested.clone).filter(asks).map(Step::Lose));
            // Without that, a copy would go where it is not to go.
            let lost = |variable| Step::EndIfNot { variable, is: 0, verdict: Verdict::LoseCopy };
            of_copy.extend(Some(requested.recirculate).filter(asks).map(lost));
        }
        of_copy.push(Step::End(Verdict::Pass));
        let of_copy = Section::new(Hook::Copy, of_copy, None);
        if let Some(group) = group {
            let at = at_egress + usize::from(goes_round && metadata("instance_type").is_some());
            // The checksums that are verified write it, and no statement does.
            let implied = metadata("checksum_error");
            let mut kept = handed_over(program, steps.get(..at).unwrap_or_default(), &of_copy, implied);
            // What ingress asks for is for the packet itself.
            let asked = requested.map(|requested| [requested.recirculate, requested.clone]);
            kept.retain(|kept| !asked.is_some_and(|asked| asked.contains(&kept.variable)));
            let multicast = Step::Multicast { group, way: REPLICATION, headers: true, kept };
            steps.insert(at, multicast);
        }
        copies = Some(of_copy);
    }
    let ports = PortPlaces {
        ingress: ["ingress_port", "egress_port"].into_iter().filter_map(metadata).collect(),
        egress: vec![spec],
        most: DROP_PORT - 1,
        drop: Some(DROP_PORT),
        cpu_session: None,
    };
    let section = Section::new(Hook::Device, steps, None);
    Some(Pipeline { sections: std::iter::once(section).chain(copies).collect(), stores, ports })
}

/// Variables that have a value where ingress ends, one that is `implied` among them, and that copies ask for.
fn handed_over(program: &Program, steps: &[Step], copies: &Section, implied: Option<LocalId>) -> Vec<Kept> {
    let (mut reads, mut writes) = (StorageSet::new(), StorageSet::new());
    for block in pipeline::blocks(steps, program) {
        effects::block_effects(program, block, &mut StorageSet::new(), &mut writes);
    }
    for block in copies.blocks(program) {
        effects::block_effects(program, block, &mut reads, &mut StorageSet::new());
    }
    let set = steps.iter().filter_map(|step| match step {
        Step::Set { variable, .. } => Some(*variable),
        Step::Arrive { port, .. } => *port,
        _ => None,
    });
    writes.locals.extend(set.chain(implied.filter(|local| reads.locals.contains(local))));
    let read: FxHashSet<LocalId> = reads.locals.into_iter().chain(copies.locals(program)).collect();
    let mut both: Vec<LocalId> = writes.locals.into_iter().filter(|local| read.contains(local)).collect();
    both.sort();
    both.into_iter().map(|variable| Kept { variable, only: None }).collect()
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
