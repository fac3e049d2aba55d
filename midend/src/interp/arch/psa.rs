//! `psa`, the Portable Switch Architecture, after section 6 of its specification: ingress parser, ingress, ingress deparser,
//! replication engine, egress parser, egress, egress deparser.
//!
//! Ingress clones and resubmitted packets are the packet as it came; what goes to egress is what the ingress deparser
//! made, parsed again; egress clones and recirculated packets are what the egress deparser made.

use super::blocks::{Blocks, Leaves};
use super::replication::{cut, group_ports, session_copies};
use super::{Architecture, CallSite, Limits, types_of, unknown_extern};
use crate::interp::externs::{Builtin, ExternState, psa};
use crate::interp::layout::{Layout, Slot, Storage};
use crate::interp::machine::{State, Verdict};
use crate::interp::run::{Flow, Run};
use crate::ir::{ExternInstance, Place, Program};
use p4xdp_control::entry::{Mirror, Session};
use p4xdp_frontend::diagnostic::Diagnostic;
use p4xdp_frontend::source::Span;
use std::collections::VecDeque;

/// Times that a packet and its copies may go round.
const MOST_PASSES: usize = 1000;

/// The members of `PSA_PacketPath_t`.
const NORMAL: u128 = 0;
const UNICAST: u128 = 1;
const MULTICAST: u128 = 2;
const CLONE_I2E: u128 = 3;
const CLONE_E2E: u128 = 4;
const RESUBMIT: u128 = 5;
const RECIRCULATE: u128 = 6;

/// A program's handles.
#[derive(Debug)]
pub(super) struct Psa {
    types: Program,
    ingress_parser: u32,
    ingress: u32,
    ingress_deparser: u32,
    egress_parser: u32,
    egress: u32,
    egress_deparser: u32,
    parser_in: Path,
    ingress_in: Path,
    ingress_out: IngressOutput,
    egress_parser_in: Path,
    egress_in: Path,
    egress_clone: u32,
    egress_session: u32,
    egress_drop: u32,
    egress_deparser_port: u32,
    resubmit_meta: Leaves,
    recirculate_meta: Leaves,
    normal_meta: Leaves,
    clone_i2e_meta: Leaves,
    clone_e2e_meta: Leaves,
    ingress_error: u32,
    egress_error: u32,
}

/// Slots of the metadata that a block is given; `u32::MAX` for those that it is not.
#[derive(Debug)]
struct Path {
    port: u32,
    path: u32,
    timestamp: u32,
    parser_error: u32,
    class_of_service: u32,
    instance: u32,
}

#[derive(Debug)]
struct IngressOutput {
    class_of_service: u32,
    clone: u32,
    clone_session_id: u32,
    drop: u32,
    resubmit: u32,
    multicast_group: u32,
    egress_port: u32,
}

/// A packet that waits for a pipeline; the storage holds the metadata that goes with it.
struct Work {
    egress: Option<Copy>,
    packet: Vec<u8>,
    storage: Storage,
    path: u128,
    port: u128,
}

/// What a packet for egress has beside its port.
struct Copy {
    instance: u128,
    class_of_service: u128,
}

impl Path {
    fn new(blocks: &Blocks<'_>, place: &Place, port: &str) -> Path {
        let field = |name: &str| blocks.field(place, name).unwrap_or(u32::MAX);
        Path {
            port: field(port),
            path: field("packet_path"),
            timestamp: field(if port == "ingress_port" { "ingress_timestamp" } else { "egress_timestamp" }),
            parser_error: field("parser_error"),
            class_of_service: field("class_of_service"),
            instance: field("instance"),
        }
    }

    fn set(&self, storage: &mut Storage, port: u128, path: u128, now: u64) {
        storage.set_narrow(self.port, port);
        storage.set_narrow(self.path, path);
        storage.set_narrow(self.timestamp, u128::from(now));
    }
}

impl Psa {
    pub(super) fn new(program: &Program) -> Result<Psa, Box<Diagnostic>> {
        let blocks = Blocks::new(program);
        let layout = Layout::new(program);
        let leaves = |role: &str, position: usize| -> Result<Leaves, Box<Diagnostic>> {
            Ok(Leaves::of(program, &layout, blocks.param(role, position)?))
        };
        let error_of = |parser: u32| match program.parsers.values().nth(parser as usize) {
            Some(p) => match layout.local(p.error) {
                Slot::Narrow(slot) => slot,
                Slot::Wide(_) | Slot::Var(_) => u32::MAX,
            },
            None => u32::MAX,
        };
        let ostd = blocks.param("ig", 3)?;
        let egress_out = blocks.param("eg", 3)?;
        let (ingress_parser, egress_parser) = (blocks.parser("ip")?, blocks.parser("ep")?);
        Ok(Psa {
            types: types_of(program),
            ingress_parser,
            ingress: blocks.control("ig")?,
            ingress_deparser: blocks.control("id")?,
            egress_parser,
            egress: blocks.control("eg")?,
            egress_deparser: blocks.control("ed")?,
            parser_in: Path::new(&blocks, blocks.param("ip", 3)?, "ingress_port"),
            ingress_in: Path::new(&blocks, blocks.param("ig", 2)?, "ingress_port"),
            ingress_out: IngressOutput {
                class_of_service: blocks.required(ostd, "class_of_service")?,
                clone: blocks.required(ostd, "clone")?,
                clone_session_id: blocks.required(ostd, "clone_session_id")?,
                drop: blocks.required(ostd, "drop")?,
                resubmit: blocks.required(ostd, "resubmit")?,
                multicast_group: blocks.required(ostd, "multicast_group")?,
                egress_port: blocks.required(ostd, "egress_port")?,
            },
            egress_parser_in: Path::new(&blocks, blocks.param("ep", 3)?, "egress_port"),
            egress_in: Path::new(&blocks, blocks.param("eg", 2)?, "egress_port"),
            egress_clone: blocks.required(egress_out, "clone")?,
            egress_session: blocks.required(egress_out, "clone_session_id")?,
            egress_drop: blocks.required(egress_out, "drop")?,
            egress_deparser_port: blocks.required(blocks.param("ed", 6)?, "egress_port")?,
            resubmit_meta: leaves("id", 2)?,
            recirculate_meta: leaves("ed", 2)?,
            normal_meta: leaves("id", 3)?,
            clone_i2e_meta: leaves("id", 1)?,
            clone_e2e_meta: leaves("ed", 1)?,
            ingress_error: error_of(ingress_parser),
            egress_error: error_of(egress_parser),
        })
    }

    /// Fresh storage with some metadata of the packet at hand.
    fn carry(run: &Run<'_>, leaves: &Leaves) -> Storage {
        let mut storage = run.code.layout.storage();
        leaves.copy(&run.code.layout, run.storage, &mut storage);
        storage
    }

    /// Sends the copies of a packet that a session makes to egress, by a path and with its metadata.
    fn clones(
        run: &Run<'_>,
        session: u32,
        packet: &[u8],
        (path, metadata): (u128, &Leaves),
        queue: &mut VecDeque<Work>,
    ) {
        let copies = session_copies(run.state, session);
        let class_of_service = copies.class_of_service;
        queue.extend(copies.ports.into_iter().map(|(port, instance)| Work {
            egress: Some(Copy { instance, class_of_service }),
            packet: cut(packet, copies.truncate),
            storage: Self::carry(run, metadata),
            path,
            port,
        }));
    }

    fn stage(run: &mut Run<'_>, control: u32) -> Result<(), Flow> {
        match run.control(control) {
            Flow::Stop => Err(Flow::Stop),
            Flow::Next | Flow::Leave(_) | Flow::Reject => Ok(()),
        }
    }

    fn ingress(&self, run: &mut Run<'_>, work: Work, queue: &mut VecDeque<Work>) -> Result<(), Flow> {
        let now = run.state.now;
        match work.path {
            RESUBMIT => run.path_event("resubmit", work.port, 0),
            RECIRCULATE => run.path_event("recirculate", work.port, 0),
            _ => {}
        }
        *run.storage = work.storage;
        run.take_packet(work.packet);
        self.parser_in.set(run.storage, work.port, work.path, now);
        run.parse(self.ingress_parser)?;
        let error = run.storage.narrow(self.ingress_error);
        self.ingress_in.set(run.storage, work.port, work.path, now);
        run.storage.set_narrow(self.ingress_in.parser_error, error);
        let out = &self.ingress_out;
        run.storage.set_narrow(out.drop, 1);
        Self::stage(run, self.ingress)?;
        let original = run.packet.clone();
        let deparsed = run.deparse(self.ingress_deparser)?;
        let get = |slot: u32| run.storage.narrow(slot);
        let class_of_service = get(out.class_of_service);
        if get(out.clone) != 0 {
            let session = get(out.clone_session_id) as u32;
            Self::clones(run, session, &original, (CLONE_I2E, &self.clone_i2e_meta), queue);
        }
        if get(out.drop) != 0 {
            run.drops("`drop` is true at the end of ingress", Some(out.drop));
            return Ok(());
        }
        if get(out.resubmit) != 0 {
            let storage = Self::carry(run, &self.resubmit_meta);
            queue.push_back(Work {
                egress: None,
                packet: original,
                storage,
                path: RESUBMIT,
                port: work.port,
            });
            return Ok(());
        }
        let group = get(out.multicast_group);
        let (copies, path) = if group != 0 {
            (group_ports(run.state, group as u32), MULTICAST)
        } else {
            (vec![(get(out.egress_port), 0)], UNICAST)
        };
        if copies.is_empty() {
            run.drops(&format!("multicast group {group} has no ports"), Some(out.multicast_group));
        }
        for (port, instance) in copies {
            queue.push_back(Work {
                egress: Some(Copy { instance, class_of_service }),
                packet: deparsed.clone(),
                storage: Self::carry(run, &self.normal_meta),
                path,
                port,
            });
        }
        Ok(())
    }

    fn egress(&self, run: &mut Run<'_>, work: Work, queue: &mut VecDeque<Work>) -> Result<(), Flow> {
        let Some(copy) = work.egress else { return Ok(()) };
        let now = run.state.now;
        match work.path {
            MULTICAST => run.path_event("multicast", work.port, copy.instance),
            CLONE_I2E => run.path_event("clone_i2e", work.port, copy.instance),
            CLONE_E2E => run.path_event("clone_e2e", work.port, copy.instance),
            _ => {}
        }
        *run.storage = work.storage;
        run.take_packet(work.packet);
        self.egress_parser_in.set(run.storage, work.port, work.path, now);
        run.parse(self.egress_parser)?;
        let error = run.storage.narrow(self.egress_error);
        let metadata = &self.egress_in;
        metadata.set(run.storage, work.port, work.path, now);
        run.storage.set_narrow(metadata.parser_error, error);
        run.storage.set_narrow(metadata.instance, copy.instance);
        run.storage.set_narrow(metadata.class_of_service, copy.class_of_service);
        Self::stage(run, self.egress)?;
        run.storage.set_narrow(self.egress_deparser_port, work.port);
        let bytes = run.deparse(self.egress_deparser)?;
        if run.storage.narrow(self.egress_clone) != 0 {
            let session = run.storage.narrow(self.egress_session) as u32;
            Self::clones(run, session, &bytes, (CLONE_E2E, &self.clone_e2e_meta), queue);
        }
        if run.storage.narrow(self.egress_drop) != 0 {
            run.drops("`drop` is true at the end of egress", Some(self.egress_drop));
            return Ok(());
        }
        if work.port == psa::PORT_RECIRCULATE {
            let storage = Self::carry(run, &self.recirculate_meta);
            let port = psa::PORT_RECIRCULATE;
            queue.push_back(Work { egress: None, packet: bytes, storage, path: RECIRCULATE, port });
            return Ok(());
        }
        let port = work.port as u32;
        run.send(port, bytes);
        Ok(())
    }
}

impl Architecture for Psa {
    fn resolve(&self, site: &CallSite<'_>) -> Option<Builtin> {
        psa::resolve(site)
    }

    fn instantiate(&self, instance: &ExternInstance) -> Result<ExternState, Box<Diagnostic>> {
        psa::state(&self.types, instance).ok_or_else(|| unknown_extern(instance, "psa"))
    }

    /// Section "Packet Cloning": a session to the CPU port is there from the beginning.
    fn prepare(&self, state: &mut State) {
        let target = Mirror::Port(psa::PORT_CPU);
        state
            .mirrors
            .insert(psa::CLONE_SESSION_TO_CPU, Session { target, class_of_service: 0, truncate: None });
    }

    /// As wide as the types are.
    fn limits(&self) -> Limits {
        Limits { port: u32::MAX, instance: u32::from(u16::MAX), class_of_service: u32::from(u8::MAX) }
    }

    fn process(&self, run: &mut Run<'_>, port: u32, packet: &[u8]) -> Result<Verdict, Flow> {
        let storage = run.code.layout.storage();
        let first =
            Work { egress: None, packet: packet.to_vec(), storage, path: NORMAL, port: u128::from(port) };
        let mut queue = VecDeque::from([first]);
        for _ in 0..MOST_PASSES {
            let Some(work) = queue.pop_front() else {
                let forwarded = !run.outputs.is_empty();
                return Ok(if forwarded { Verdict::Forwarded } else { Verdict::Dropped });
            };
            if work.egress.is_some() {
                self.egress(run, work, &mut queue)?;
            } else {
                self.ingress(run, work, &mut queue)?;
            }
        }
        let why = format!("the packet and its copies went round more than {MOST_PASSES} times");
        Err(run.stop(why, Span::NONE))
    }
}
