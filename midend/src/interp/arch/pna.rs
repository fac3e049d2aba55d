//! `pna`, the Portable NIC Architecture (a draft): parser, the control before the main one if the package has it, main control, deparser.
//!
//! A parser's error does not stop the packet. Where it goes is decided by the last call of `send_to_port`, `drop_packet`
//! and `recirculate`; without any it is dropped. Copies by `mirror_packet` are the packet as it entered the block. Ports below 256 are the
//! network's, the others the host's: the port of entry gives the direction. A copy for a port on the side that it came
//! from is looped back: it goes through the block in the other direction, its port decided beforehand.

use super::blocks::Blocks;
use super::replication::{cut, session_copies};
use super::{Architecture, CallSite, unknown_extern};
use crate::interp::externs::pna::FIRST_HOST_PORT;
use crate::interp::externs::{Builtin, ExternState, pna, psa};
use crate::interp::layout::{Layout, Slot, Storage};
use crate::interp::machine::Verdict;
use crate::interp::requests::{Forward, Requests};
use crate::interp::run::{Flow, Run};
use crate::ir::{ExternInstance, Place, Program};
use p4xdp_frontend::diagnostic::Diagnostic;
use p4xdp_frontend::source::Span;
use std::collections::VecDeque;

/// Times that a packet and its copies may go round.
const MOST_PASSES: usize = 1000;

/// A program's handles.
#[derive(Debug)]
pub(super) struct Pna {
    types: Program,
    parser: u32,
    pre: Option<u32>,
    main: u32,
    deparser: u32,
    inputs: Vec<Input>,
    parser_error: u32,
}

/// Slots of the metadata that a block is given; `u32::MAX` for those that its include lacks.
#[derive(Debug)]
struct Input {
    direction: u32,
    pass: u32,
    loopedback: u32,
    recirculated: u32,
    input_port: u32,
    timestamp: u32,
    parser_error: u32,
}

/// A packet that waits for the block.
struct Work {
    packet: Vec<u8>,
    port: u32,
    to_net: bool,
    pass: u32,
    loopedback: bool,
    forward: Option<Forward>,
}

impl Input {
    fn new(blocks: &Blocks<'_>, place: &Place) -> Input {
        let field = |name: &str| blocks.field(place, name).unwrap_or(u32::MAX);
        Input {
            direction: field("direction"),
            pass: field("pass"),
            loopedback: field("loopedback"),
            recirculated: field("recirculated"),
            input_port: field("input_port"),
            timestamp: field("timestamp"),
            parser_error: field("parser_error"),
        }
    }

    fn set(&self, storage: &mut Storage, work: &Work, now: u64) {
        storage.set_narrow(self.direction, u128::from(work.to_net));
        // `PassNumber_t` has three bits.
        storage.set_narrow(self.pass, u128::from(work.pass.min(7)));
        storage.set_narrow(self.loopedback, u128::from(work.loopedback));
        storage.set_narrow(self.recirculated, u128::from(work.pass > 0));
        storage.set_narrow(self.input_port, u128::from(work.port));
        storage.set_narrow(self.timestamp, u128::from(now));
    }
}

impl Pna {
    pub(super) fn new(program: &Program) -> Result<Pna, Box<Diagnostic>> {
        let blocks = Blocks::new(program);
        let layout = Layout::new(program);
        let parser = blocks.parser("main_parser")?;
        let parser_error = program.parsers.values().nth(parser as usize).map(|p| layout.local(p.error));
        let pre = blocks.control("pre_control").ok();
        let mut inputs = vec![
            Input::new(&blocks, blocks.param("main_parser", 3)?),
            Input::new(&blocks, blocks.param("main_control", 2)?),
        ];
        if pre.is_some() {
            inputs.push(Input::new(&blocks, blocks.param("pre_control", 2)?));
        }
        Ok(Pna {
            types: super::types_of(program),
            parser,
            pre,
            main: blocks.control("main_control")?,
            deparser: blocks.control("main_deparser")?,
            inputs,
            parser_error: match parser_error {
                Some(Slot::Narrow(slot)) => slot,
                Some(Slot::Wide(_) | Slot::Var(_)) | None => u32::MAX,
            },
        })
    }

    fn main_block(&self, run: &mut Run<'_>, work: Work, queue: &mut VecDeque<Work>) -> Result<(), Flow> {
        if work.loopedback {
            run.path_event("loopback", u128::from(work.port), 0);
        } else if work.pass > 0 {
            run.path_event("recirculate", u128::from(work.port), 0);
        }
        run.fresh_storage();
        run.requests = Requests { forward: work.forward, ..Requests::default() };
        run.take_packet(work.packet.clone());
        let now = run.state.now;
        self.inputs.iter().for_each(|input| input.set(run.storage, &work, now));
        run.parse(self.parser)?;
        let error = run.storage.narrow(self.parser_error);
        self.inputs.iter().for_each(|input| run.storage.set_narrow(input.parser_error, error));
        for control in self.pre.into_iter().chain([self.main]) {
            if run.control(control) == Flow::Stop {
                return Err(Flow::Stop);
            }
        }
        let bytes = run.deparse(self.deparser)?;
        let Requests { forward, mirrors, .. } = std::mem::take(&mut run.requests);
        for session in mirrors.into_values() {
            let copies = session_copies(run.state, session);
            for (port, _) in copies.ports {
                let packet = cut(&work.packet, copies.truncate);
                self.mirror(run, &work, packet, port as u32, queue);
            }
        }
        match forward {
            None => run.drops("nobody sent it anywhere", None),
            Some(Forward::Drop) => run.drops("drop_packet", None),
            Some(Forward::Port(port)) => run.send(port, bytes),
            Some(Forward::Recirculate) => queue.push_back(Work {
                packet: bytes,
                pass: work.pass + 1,
                loopedback: false,
                forward: None,
                ..work
            }),
        }
        Ok(())
    }

    fn mirror(&self, run: &mut Run<'_>, work: &Work, packet: Vec<u8>, port: u32, queue: &mut VecDeque<Work>) {
        let to_host = port >= FIRST_HOST_PORT;
        // Only the include with directions speaks of looping back.
        let has_direction = self.inputs.iter().any(|i| i.loopedback != u32::MAX);
        if has_direction && work.to_net == to_host {
            queue.push_back(Work {
                packet,
                port: work.port,
                to_net: !work.to_net,
                pass: 0,
                loopedback: true,
                forward: Some(Forward::Port(port)),
            });
        } else {
            run.send_as_it_is(port, packet, None);
        }
    }
}

impl Architecture for Pna {
    fn resolve(&self, site: &CallSite<'_>) -> Option<Builtin> {
        // The draft gave up the control before the main one together with the `bool`.
        pna::resolve(site, self.pre.is_none())
    }

    fn instantiate(&self, instance: &ExternInstance) -> Result<ExternState, Box<Diagnostic>> {
        psa::state(&self.types, instance).ok_or_else(|| unknown_extern(instance, "pna"))
    }

    fn process(&self, run: &mut Run<'_>, port: u32, packet: &[u8]) -> Result<Verdict, Flow> {
        let first = Work {
            packet: packet.to_vec(),
            port,
            to_net: port >= FIRST_HOST_PORT,
            pass: 0,
            loopedback: false,
            forward: None,
        };
        let mut queue = VecDeque::from([first]);
        for _ in 0..MOST_PASSES {
            let Some(work) = queue.pop_front() else {
                let forwarded = !run.outputs.is_empty();
                return Ok(if forwarded { Verdict::Forwarded } else { Verdict::Dropped });
            };
            self.main_block(run, work, &mut queue)?;
        }
        let why = format!("the packet and its copies went round more than {MOST_PASSES} times");
        Err(run.stop(why, Span::NONE))
    }
}
