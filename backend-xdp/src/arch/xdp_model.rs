//! xdp_model, as p4c-xdp defined it: parser, switch, deparser; the switch chooses the XDP action.
//!
//! | P4 | XDP |
//! | --- | --- |
//! | the parser rejects | `XDP_ABORTED` |
//! | `input_port` | the port of the device (`emit::ports`); all ones if it has no number |
//! | `output_action` | the verdict; packets that are dropped or aborted skip the deparser |
//! | `output_port` with `XDP_REDIRECT` | sent out of the port (`emit::ports`) |
//! | no room for `bpf_xdp_adjust_head`, or fewer than 14 bytes would be left | `XDP_ABORTED` |

use super::{PortPlaces, Stages};
use crate::emit::Cx;
use crate::emit::ports::{PORT_IN, SEND};
use p4xdp_midend::ir::{Block, StmtKind};

/// Writes the program.
pub(super) fn body(cx: &mut Cx<'_>, stages: &Stages) {
    let program = cx.program;
    if let Some(parser) = stages.parser("p") {
        cx.parser(parser, false);
    }
    let action = stages.local("s", 2, Some("output_action"));
    let port = stages.local("s", 2, Some("output_port"));
    if let Some(id) = stages.control("s") {
        let control = &program.controls[id];
        if let Some(input) = stages.local("s", 1, Some("input_port")) {
            let variable = cx.local(input);
            cx.out.assignment(&variable.text, PORT_IN);
        }
        let outer = cx.out.set_span(control.span);
        cx.out.blank();
        cx.out.line(cx.heading(&control.name, control.span));
        cx.block(&control.body);
        cx.out.set_span(outer);
    }
    let (Some(action), Some(port)) = (action, port) else { return };
    let (action, port) = (cx.local(action).text, cx.local(port).text);
    if let Some(deparser) = stages.control("d") {
        let pure = has_no_effects(&program.controls[deparser].body);
        let seen = format!("{action} >= XDP_PASS");
        cx.deparser(deparser, pure.then_some(seen.as_str()));
    }
    cx.out.blank();
    if cx.can_be(&action, "XDP_REDIRECT") {
        cx.redirects = true;
        cx.out.line(format!("if ({action} == XDP_REDIRECT)"));
        cx.out.line(format!("\treturn {SEND}({port});"));
    }
    cx.out.line(format!("return {action};"));
    cx.rejection(cx.abort);
}

/// Where ports are.
pub(super) fn ports(stages: &Stages) -> PortPlaces {
    PortPlaces {
        ingress: stages.local("s", 1, Some("input_port")).into_iter().collect(),
        egress: stages.local("s", 2, Some("output_port")).into_iter().collect(),
        // All ones are the port of a device that has none.
        most: u32::MAX - 1,
        drop: None,
    }
}

/// The statements do nothing that lasts but emit.
fn has_no_effects(block: &Block) -> bool {
    block.iter().all(|stmt| match &stmt.kind {
        StmtKind::ApplyTable { .. } | StmtKind::CallExtern { .. } => false,
        StmtKind::If { then_block, else_block, .. } => {
            has_no_effects(then_block) && has_no_effects(else_block)
        }
        StmtKind::Switch { cases, default, .. } => {
            cases.iter().all(|(_, block)| has_no_effects(block)) && has_no_effects(default)
        }
        StmtKind::Labelled { body, .. } | StmtKind::Loop { body, .. } => has_no_effects(body),
        StmtKind::Assign { .. }
        | StmtKind::SetValid { .. }
        | StmtKind::CopyHeader { .. }
        | StmtKind::PushFront { .. }
        | StmtKind::PopFront { .. }
        | StmtKind::Leave(_)
        | StmtKind::Extract { .. }
        | StmtKind::Lookahead { .. }
        | StmtKind::Advance { .. }
        | StmtKind::PacketLength { .. }
        | StmtKind::Verify { .. }
        | StmtKind::Reject { .. }
        | StmtKind::Emit(_)
        | StmtKind::EmitScalar(_) => true,
    })
}
