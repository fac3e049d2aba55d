//! `ebpf_model`: a filter. The packet passes unchanged or is dropped.

use super::blocks::Blocks;
use super::{Architecture, CallSite, unknown_extern};
use crate::interp::externs::{self, Builtin, ExternState};
use crate::interp::machine::Verdict;
use crate::interp::run::{Flow, Run};
use crate::ir::{ExternInstance, Program};
use p4xdp_frontend::diagnostic::Diagnostic;

/// A program's handles.
#[derive(Debug)]
pub(super) struct EbpfModel {
    parser: u32,
    filter: u32,
    accept: u32,
}

impl EbpfModel {
    pub(super) fn new(program: &Program) -> Result<EbpfModel, Box<Diagnostic>> {
        let blocks = Blocks::new(program);
        let accept = blocks.param("filt", 1)?;
        Ok(EbpfModel {
            parser: blocks.parser("prs")?,
            filter: blocks.control("filt")?,
            accept: blocks.scalar(accept).unwrap_or(u32::MAX),
        })
    }
}

impl Architecture for EbpfModel {
    fn resolve(&self, site: &CallSite<'_>) -> Option<Builtin> {
        externs::ebpf(site)
    }

    fn instantiate(&self, instance: &ExternInstance) -> Result<ExternState, Box<Diagnostic>> {
        externs::ebpf_state(instance).ok_or_else(|| unknown_extern(instance, "ebpf_model"))
    }

    fn process(&self, run: &mut Run<'_>, port: u32, packet: &[u8]) -> Result<Verdict, Flow> {
        run.load_packet(packet);
        if !run.parse(self.parser)? {
            run.drops("the parser rejects", None);
            return Ok(Verdict::Dropped);
        }
        if run.control(self.filter) == Flow::Stop {
            return Err(Flow::Stop);
        }
        if run.storage.narrow(self.accept) == 0 {
            run.drops("the filter does not accept it", Some(self.accept));
            return Ok(Verdict::Dropped);
        }
        run.send_as_it_is(port, packet.to_vec(), Some("XDP_PASS"));
        Ok(Verdict::Passed)
    }
}
