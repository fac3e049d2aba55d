//! ubpf_model: parser, pipeline, deparser, as a hook of a software switch. One packet in, at most one packet out.
//!
//! | P4 | XDP |
//! | --- | --- |
//! | the parser rejects | `XDP_PASS`, the packet as it came |
//! | `input_port` | the port of the device (`emit::ports`); all ones if it has no number |
//! | `mark_to_drop` as the last word | `XDP_DROP` |
//! | `output_action` `PASS`, which holds at first | `XDP_PASS` |
//! | `output_action` `REDIRECT` | sent out of `output_port` (`emit::ports`) |
//! | any other `output_action` | `XDP_DROP` |
//!
//! Programs that clone are refused where they ask for it.

use super::requests::Requested;
use super::{Stages, has_no_effects, refuse_stores};
use crate::lacking;
use crate::layout::extern_facts::ExternFacts;
use crate::layout::storage::PacketStores;
use crate::pipeline::{Hook, Pipeline, PortPlaces, Section, Step, Value, Verdict};
use p4xdp_frontend::diagnostic::Diagnostics;
use p4xdp_frontend::source::Span;
use p4xdp_midend::analysis::idle;
use p4xdp_midend::ir::visit::{self, Part};
use p4xdp_midend::ir::{Block, LValue, Program, StmtKind};

/// Members of `ubpf_action`.
const PASS: u32 = 2;
const REDIRECT: u32 = 3;

/// What a program does.
pub(super) fn pipeline(
    program: &Program,
    stages: &Stages<'_>,
    externs: &ExternFacts,
    requested: Option<&Requested>,
    sink: &mut Diagnostics,
) -> Option<Pipeline> {
    // Before version 20200515 there was no standard metadata.
    let standard = |field| stages.local("p", 2, Some(field));
    refuse_stores(program, standard("clone"), externs, &lacking::CLONE, sink);
    let parser = stages.parser("prs")?;
    let deparser = stages.control("dprs")?;
    for state in program.parsers[parser].states.values() {
        if let Some(span) = store_to_packet(&state.body) {
            sink.emit(lacking::PARSER_STORES.at(span));
        }
    }
    let set = |variable, value| Step::Set { variable, value };
    let mut steps = Vec::new();
    steps.extend(standard("input_port").map(|variable| set(variable, Value::PortIn)));
    steps.extend(standard("packet_length").map(|variable| set(variable, Value::PacketLength)));
    steps.extend(standard("output_action").map(|variable| set(variable, Value::Number(PASS))));
    steps.push(Step::Parse(parser));
    steps.push(Step::Run(stages.control("p")?));
    let deparse = Step::Deparse { control: deparser, seen: None };
    let drop =
        requested.map(|requested| Step::EndIf { variable: requested.fate, is: 1, verdict: Verdict::Drop });
    let silent = has_no_effects(&program.controls[deparser].body);
    let (in_front, behind) = if silent { (drop, None) } else { (None, drop) };
    steps.extend(in_front.into_iter().chain([deparse]).chain(behind));
    let ports = standard("output_port");
    match standard("output_action") {
        None => steps.push(Step::End(Verdict::Pass)),
        Some(action) => {
            let variable = action;
            steps.push(Step::EndIf { variable, is: PASS, verdict: Verdict::Pass });
            match ports.filter(|_| idle::may_be(program, action, REDIRECT)) {
                Some(port) => {
                    steps.push(Step::EndIfNot { variable, is: REDIRECT, verdict: Verdict::Drop });
                    steps.push(Step::Choose(port));
                    steps.push(Step::End(Verdict::SendChosen));
                }
                None => steps.push(Step::End(Verdict::Drop)),
            }
        }
    }
    let ports = PortPlaces {
        ingress: standard("input_port").into_iter().collect(),
        egress: ports.into_iter().collect(),
        // All ones are the port of a device that has none.
        most: u32::MAX - 1,
        drop: None,
        cpu_session: None,
    };
    let sections = vec![Section::new(Hook::Device, steps, Some(Verdict::Pass))];
    Some(Pipeline { sections, stores: PacketStores::InPlace, ports })
}

/// Where a field of a header is stored to.
fn store_to_packet(block: &Block) -> Option<Span> {
    let mut found = None;
    visit::statements(block, &mut |stmt| {
        let stores = |target: &LValue| matches!(target.root(), LValue::Field { .. });
        let mut is_store = false;
        stmt.parts(&mut |part| match part {
            Part::Target(target) => is_store |= stores(target),
            Part::Arg(arg) | Part::Result(arg) => arg.targets(&mut |target| is_store |= stores(target)),
            Part::Expr(_) | Part::Written(_) | Part::Header(_) | Part::Stack(_) | Part::Local(_) => {}
        });
        if is_store && !matches!(stmt.kind, StmtKind::Extract { .. }) && found.is_none() {
            found = Some(stmt.span);
        }
    });
    found
}
