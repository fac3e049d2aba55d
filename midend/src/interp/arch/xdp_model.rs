//! `xdp_model`: parser, switch, deparser on the receive path of a device.
//!
//! A packet that the parser rejects is aborted, as p4c-xdp does. The switch says what becomes of the others: passed to
//! the host, sent back, redirected to `output_port`, dropped or aborted; those that live leave as the deparser made them.

use super::blocks::Blocks;
use super::{Architecture, CallSite, unknown_extern};
use crate::interp::externs::{self, Builtin, ExternState};
use crate::interp::machine::Verdict;
use crate::interp::run::{Flow, Run};
use crate::ir::{ExternInstance, Program};
use p4xdp_frontend::diagnostic::Diagnostic;

/// The five actions, in the order in which xdp_model.p4 declares them; they are the kernel's numbers.
const XDP_DROP: u128 = 1;
const XDP_PASS: u128 = 2;
const XDP_TX: u128 = 3;
const XDP_REDIRECT: u128 = 4;

/// A program's handles.
#[derive(Debug)]
pub(super) struct XdpModel {
    parser: u32,
    switch: u32,
    deparser: u32,
    input_port: u32,
    output_action: u32,
    output_port: u32,
}

impl XdpModel {
    pub(super) fn new(program: &Program) -> Result<XdpModel, Box<Diagnostic>> {
        let blocks = Blocks::new(program);
        let (input, output) = (blocks.param("s", 1)?, blocks.param("s", 2)?);
        Ok(XdpModel {
            parser: blocks.parser("p")?,
            switch: blocks.control("s")?,
            deparser: blocks.control("d")?,
            input_port: blocks.required(input, "input_port")?,
            output_action: blocks.required(output, "output_action")?,
            output_port: blocks.required(output, "output_port")?,
        })
    }
}

impl Architecture for XdpModel {
    fn resolve(&self, site: &CallSite<'_>) -> Option<Builtin> {
        externs::ebpf(site)
    }

    fn instantiate(&self, instance: &ExternInstance) -> Result<ExternState, Box<Diagnostic>> {
        externs::ebpf_state(instance).ok_or_else(|| unknown_extern(instance, "xdp_model"))
    }

    fn process(&self, run: &mut Run<'_>, port: u32, packet: &[u8]) -> Result<Verdict, Flow> {
        run.load_packet(packet);
        if !run.parse(self.parser)? {
            run.aborts("the parser rejects", None);
            return Ok(Verdict::Aborted);
        }
        run.storage.set_narrow(self.input_port, u128::from(port));
        if run.control(self.switch) == Flow::Stop {
            return Err(Flow::Stop);
        }
        let action = run.storage.narrow(self.output_action);
        let output_port = run.storage.narrow(self.output_port) as u32;
        let bytes = run.deparse(self.deparser)?;
        let (port, verdict, name) = match action {
            XDP_PASS => (port, Verdict::Passed, "XDP_PASS"),
            XDP_TX => (port, Verdict::Forwarded, "XDP_TX"),
            XDP_REDIRECT => (output_port, Verdict::Forwarded, "XDP_REDIRECT"),
            XDP_DROP => {
                run.drops("XDP_DROP", Some(self.output_action));
                return Ok(Verdict::Dropped);
            }
            _ => {
                run.aborts("XDP_ABORTED", Some(self.output_action));
                return Ok(Verdict::Aborted);
            }
        };
        run.send_by(port, bytes, Some(name));
        Ok(verdict)
    }
}
