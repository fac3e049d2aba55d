//! ebpf_model: a packet filter. Accepted packets are passed as they came, all others are dropped.
//!
//! | P4 | XDP |
//! | --- | --- |
//! | the parser rejects | `XDP_DROP` |
//! | `accept` is true | `XDP_PASS` |
//! | `accept` is false | `XDP_DROP` |
//! | stores to headers | to copies; the packet stays as it is |

use super::Stages;
use crate::emit::Cx;

/// Writes the program.
pub(super) fn body(cx: &mut Cx<'_>, stages: &Stages) {
    let program = cx.program;
    if let Some(parser) = stages.parser("prs") {
        cx.parser(parser, false);
    }
    let Some(accept) = stages.local("filt", 1, None) else { return };
    let accept = cx.local(accept).text;
    if let Some(id) = stages.control("filt") {
        let control = &program.controls[id];
        let outer = cx.out.set_span(control.span);
        cx.out.blank();
        cx.out.line(cx.heading(&control.name, control.span));
        cx.block(&control.body);
        cx.out.set_span(outer);
    }
    cx.out.blank();
    cx.out.line(format!("return {accept} ? XDP_PASS : XDP_DROP;"));
    cx.rejection("XDP_DROP");
}
