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

use super::{PortPlaces, Stages};
use crate::emit::Cx;
use crate::emit::ports::{PORT_IN, SEND};
use crate::layout::extern_facts::ExternFacts;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Arg, Block, ControlId, ExprKind, LValue, LocalId, StmtKind, visit};

/// The port that drops.
const DROP_PORT: u32 = 511;

/// The field of the metadata that asks for copies.
const GROUP: &str = "mcast_grp";

/// Writes the program.
pub(super) fn body(cx: &mut Cx<'_>, stages: &Stages) {
    let program = cx.program;
    let metadata = |field| stages.local("ig", 2, Some(field));
    if let Some(group) = metadata(GROUP)
        && let Some(span) = program.blocks().find_map(|block| write_of(block, group, &cx.extern_facts))
    {
        cx.sink.emit(crate::lacking::MULTICAST.at(span));
    }
    let in_port = cx.fresh("in_port", "__u32");
    if let Some(port) = metadata("ingress_port") {
        let port = cx.local(port).text;
        cx.out.assignment(&in_port, PORT_IN);
        cx.out.assignment(&port, &in_port);
        cx.out.update(&port, format!("if ({port} >= {DROP_PORT})"));
        cx.out.update(&port, format!("\treturn {};", cx.abort));
    }
    set(cx, metadata("packet_length"), "data_end - data");
    set(cx, metadata("ingress_global_timestamp"), "bpf_ktime_get_ns() / 1000");
    if let Some(parser) = stages.parser("p") {
        cx.parser(parser, true);
        let error = cx.local(program.parsers[parser].error).text;
        set(cx, metadata("parser_error"), &error);
    }
    for role in ["vr", "ig"] {
        control(cx, stages.control(role));
    }
    let Some(egress_spec) = metadata("egress_spec") else { return };
    let spec = cx.local(egress_spec).text;
    let port = cx.fresh("out_port", "__u32");
    drop_if_asked(cx, &spec);
    cx.out.assignment(&port, &spec);
    set(cx, metadata("egress_port"), &spec);
    set(cx, metadata("egress_global_timestamp"), "bpf_ktime_get_ns() / 1000");
    cx.out.assignment(&spec, "0");
    if let Some(egress) = stages.control("eg")
        && !program.controls[egress].body.is_empty()
    {
        control(cx, Some(egress));
        drop_if_asked(cx, &spec);
    }
    control(cx, stages.control("ck"));
    if let Some(deparser) = stages.control("dep") {
        cx.deparser(deparser, None);
    }
    cx.out.blank();
    cx.redirects = true;
    // A program that reads its ingress port has found it already.
    let known = metadata("ingress_port").map(|id| cx.local(id).text);
    let known = known.is_some_and(|variable| cx.out.words().contains(variable.as_str()));
    let arrived = if known { &in_port } else { PORT_IN };
    cx.out.line(format!("if ({port} == {arrived})\n\treturn XDP_TX;"));
    cx.out.line(format!("return {SEND}({port});"));
}

/// Where ports are.
pub(super) fn ports(stages: &Stages) -> PortPlaces {
    let metadata = |field| stages.local("ig", 2, Some(field));
    PortPlaces {
        ingress: ["ingress_port", "egress_port"].into_iter().filter_map(metadata).collect(),
        egress: metadata("egress_spec").into_iter().collect(),
        most: DROP_PORT - 1,
        drop: Some(DROP_PORT),
    }
}

fn set(cx: &mut Cx<'_>, local: Option<LocalId>, value: &str) {
    if let Some(local) = local {
        let variable = cx.local(local).text;
        cx.out.assignment(&variable, value);
    }
}

fn drop_if_asked(cx: &mut Cx<'_>, spec: &str) {
    cx.out.line(format!("if ({spec} == {DROP_PORT})\n\treturn XDP_DROP;"));
}

fn control(cx: &mut Cx<'_>, id: Option<ControlId>) {
    let Some(id) = id else { return };
    let control = &cx.program.controls[id];
    if control.body.is_empty() {
        return;
    }
    let outer = cx.out.set_span(control.span);
    cx.out.blank();
    cx.out.line(cx.heading(&control.name, control.span));
    cx.block(&control.body);
    cx.out.set_span(outer);
}

/// Where a variable gets another value than 0.
fn write_of(block: &Block, variable: LocalId, externs: &ExternFacts) -> Option<Span> {
    let mut found = None;
    visit::statements(block, &mut |stmt| {
        let writes = match &stmt.kind {
            StmtKind::Assign { dst, src } => {
                is_variable(dst, variable)
                    && !matches!(&src.kind, ExprKind::Const(value) if *value == 0u32.into())
            }
            StmtKind::CallExtern { name, args, result, .. } => {
                !externs.of(name).sets.contains(&(GROUP, 0))
                    && args.iter().chain(result).any(|arg| is_written(arg, variable))
            }
            StmtKind::Lookahead { dst, .. } | StmtKind::PacketLength { dst } => *dst == variable,
            StmtKind::SetValid { .. }
            | StmtKind::CopyHeader { .. }
            | StmtKind::PushFront { .. }
            | StmtKind::PopFront { .. }
            | StmtKind::If { .. }
            | StmtKind::Switch { .. }
            | StmtKind::Labelled { .. }
            | StmtKind::Leave(_)
            | StmtKind::Loop { .. }
            | StmtKind::ApplyTable { .. }
            | StmtKind::Extract { .. }
            | StmtKind::Advance { .. }
            | StmtKind::Verify { .. }
            | StmtKind::Reject { .. }
            | StmtKind::Emit(_)
            | StmtKind::EmitScalar(_) => false,
        };
        if writes && found.is_none() {
            found = Some(stmt.span);
        }
    });
    found
}

fn is_variable(target: &LValue, variable: LocalId) -> bool {
    matches!(target.root(), LValue::Local(local) if *local == variable)
}

fn is_written(arg: &Arg, variable: LocalId) -> bool {
    match arg {
        Arg::Out(target) => is_variable(target, variable),
        Arg::Struct(fields) => fields.iter().any(|(_, field)| is_written(field, variable)),
        Arg::In(_)
        | Arg::While { .. }
        | Arg::Header(_)
        | Arg::Stack(_)
        | Arg::String(_)
        | Arg::Extern(_)
        | Arg::Packet
        | Arg::Missing => false,
    }
}
