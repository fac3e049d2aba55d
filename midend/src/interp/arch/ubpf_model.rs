//! `ubpf_model`: parser, pipeline, deparser in a software switch.
//!
//! By default packets pass, and so leave by the port that they came in on; one that the parser rejects does so as it came.
//! Others may be dropped by `mark_to_drop` or `output_action`, or redirected; `clone` sends a copy to `clone_port` besides.

use super::blocks::Blocks;
use super::{Architecture, CallSite, types_of, unknown_extern};
use crate::interp::externs::{Builtin, ExternState, ubpf};
use crate::interp::machine::Verdict;
use crate::interp::requests::Requests;
use crate::interp::run::{Flow, Run};
use crate::ir::{ExternInstance, Program};
use p4xdp_frontend::diagnostic::Diagnostic;

/// The members of `ubpf_action` behind `ABORT` and `DROP`.
const PASS: u128 = 2;
const REDIRECT: u128 = 3;

/// A program's handles. Fields of the standard metadata are `u32::MAX` where the program's includes lack them.
#[derive(Debug)]
pub(super) struct UbpfModel {
    types: Program,
    parser: u32,
    pipeline: u32,
    deparser: u32,
    input_port: u32,
    packet_length: u32,
    output_action: u32,
    output_port: u32,
    clone: u32,
    clone_port: u32,
}

impl UbpfModel {
    pub(super) fn new(program: &Program) -> Result<UbpfModel, Box<Diagnostic>> {
        let blocks = Blocks::new(program);
        // Before version 20200515 there was no standard metadata.
        let standard = blocks.param("p", 2).ok();
        let field = |name: &str| standard.and_then(|s| blocks.field(s, name)).unwrap_or(u32::MAX);
        Ok(UbpfModel {
            types: types_of(program),
            parser: blocks.parser("prs")?,
            pipeline: blocks.control("p")?,
            deparser: blocks.control("dprs")?,
            input_port: field("input_port"),
            packet_length: field("packet_length"),
            output_action: field("output_action"),
            output_port: field("output_port"),
            clone: field("clone"),
            clone_port: field("clone_port"),
        })
    }
}

/// Cuts what the deparser made. A header that does not fit wholly is not emitted: what is left of the packet as it came
/// shows in its place.
fn truncated(run: &Run<'_>, mut bytes: Vec<u8>, length: usize) -> Vec<u8> {
    if length >= bytes.len() {
        return bytes;
    }
    bytes.truncate(length);
    let made = run.emitted.last().map_or(0, |(_, end)| end / 8);
    let kept = run.emitted.iter().map(|(_, end)| end / 8).rfind(|end| *end <= length).unwrap_or(0);
    let consumed = run.cursor / 8;
    for (at, byte) in bytes.iter_mut().enumerate().take(made).skip(kept) {
        *byte = (at + consumed).checked_sub(made).and_then(|i| run.packet.get(i)).copied().unwrap_or(0);
    }
    bytes
}

impl Architecture for UbpfModel {
    fn resolve(&self, site: &CallSite<'_>) -> Option<Builtin> {
        ubpf::resolve(site)
    }

    fn instantiate(&self, instance: &ExternInstance) -> Result<ExternState, Box<Diagnostic>> {
        ubpf::state(&self.types, instance).ok_or_else(|| unknown_extern(instance, "ubpf_model"))
    }

    fn process(&self, run: &mut Run<'_>, port: u32, packet: &[u8]) -> Result<Verdict, Flow> {
        run.load_packet(packet);
        run.requests = Requests::default();
        run.storage.set_narrow(self.input_port, u128::from(port));
        run.storage.set_narrow(self.packet_length, packet.len() as u128);
        run.storage.set_narrow(self.output_action, PASS);
        if !run.parse(self.parser)? {
            run.send_as_it_is(port, packet.to_vec(), None);
            return Ok(Verdict::Passed);
        }
        if run.control(self.pipeline) == Flow::Stop {
            return Err(Flow::Stop);
        }
        let has_action = self.output_action != u32::MAX;
        let action = if has_action { run.storage.narrow(self.output_action) } else { PASS };
        let output_port = run.storage.narrow(self.output_port) as u32;
        let clone = (run.storage.narrow(self.clone) != 0).then(|| run.storage.narrow(self.clone_port) as u32);
        let mut bytes = run.deparse(self.deparser)?;
        let requests = std::mem::take(&mut run.requests);
        if let Some(length) = requests.truncate {
            bytes = truncated(run, bytes, length as usize);
        }
        if let Some(port) = clone {
            run.send(port, bytes.clone());
        }
        if requests.drop == Some(true) {
            run.drops("mark_to_drop", None);
            return Ok(Verdict::Dropped);
        }
        let (port, verdict) = match action {
            PASS => (port, Verdict::Passed),
            REDIRECT => (output_port, Verdict::Forwarded),
            _ => {
                run.drops("output_action", Some(self.output_action));
                return Ok(Verdict::Dropped);
            }
        };
        run.send(port, bytes);
        Ok(verdict)
    }
}
