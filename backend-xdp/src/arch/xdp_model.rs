//! xdp_model, as p4c-xdp defined it: parser, switch, deparser; the switch chooses the XDP action.
//!
//! | P4 | XDP |
//! | --- | --- |
//! | the parser rejects | `XDP_ABORTED` |
//! | `input_port` | the port of the device (`emit::ports`); all ones if it has no number |
//! | `output_action` | the verdict; packets that are dropped or aborted skip the deparser |
//! | `output_port` with `XDP_REDIRECT` | sent out of the port (`emit::ports`) |
//! | no room for `bpf_xdp_adjust_head`, or fewer than 14 bytes would be left | `XDP_ABORTED` |

use super::{KERNEL_ACTIONS, Stages, has_no_effects};
use crate::layout::storage::PacketStores;
use crate::pipeline::{Hook, Pipeline, PortPlaces, Section, Seen, Step, Value, Verdict};
use p4xdp_midend::analysis::idle;
use p4xdp_midend::ir::Program;

/// What a program does.
pub(super) fn pipeline(program: &Program, stages: &Stages<'_>) -> Option<Pipeline> {
    let action = stages.local("s", 2, Some("output_action"))?;
    let port = stages.local("s", 2, Some("output_port"))?;
    let deparser = stages.control("d")?;
    let pure = has_no_effects(&program.controls[deparser].body);
    let mut steps = vec![Step::Parse(stages.parser("p")?)];
    let input = stages.local("s", 1, Some("input_port"));
    steps.extend(input.map(|variable| Step::Set { variable, value: Value::PortIn }));
    steps.push(Step::Run(stages.control("s")?));
    steps.push(Step::Deparse { control: deparser, seen: pure.then_some(Seen::Action(action)) });
    let redirect = KERNEL_ACTIONS.iter().zip(0..).find(|(name, _)| **name == "XDP_REDIRECT");
    let redirects = redirect.is_some_and(|(_, value)| idle::may_be(program, action, value));
    steps.push(Step::End(Verdict::Action { action, port: redirects.then_some(port) }));
    let ports = PortPlaces {
        ingress: input.into_iter().collect(),
        egress: vec![port],
        // All ones are the port of a device that has none.
        most: u32::MAX - 1,
        drop: None,
        cpu_session: None,
    };
    let sections = vec![Section::new(Hook::Device, steps, Some(Verdict::Aborted))];
    Some(Pipeline { sections, stores: PacketStores::InPlace, ports })
}
