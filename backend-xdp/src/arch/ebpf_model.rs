//! ebpf_model: a packet filter. Accepted packets are passed as they came, all others are dropped.
//!
//! | P4 | XDP |
//! | --- | --- |
//! | the parser rejects | `XDP_DROP` |
//! | `accept` is true | `XDP_PASS` |
//! | `accept` is false | `XDP_DROP` |
//! | stores to headers | to copies; the packet stays as it is |

use super::Stages;
use crate::layout::storage::PacketStores;
use crate::pipeline::{Hook, Pipeline, PortPlaces, Section, Step, Verdict};

/// What a program does.
pub(super) fn pipeline(stages: &Stages<'_>) -> Option<Pipeline> {
    let accept = stages.local("filt", 1, None)?;
    let steps = vec![
        Step::Parse(stages.parser("prs")?),
        Step::Run(stages.control("filt")?),
        Step::End(Verdict::PassIf(accept)),
    ];
    let sections = vec![Section::new(Hook::Device, steps, Some(Verdict::Drop))];
    Some(Pipeline { sections, stores: PacketStores::AtDeparser, ports: PortPlaces::default() })
}
