//! `v1model`: parser, checksum verification, ingress, traffic manager, egress, checksum computation, deparser.
//!
//! As the architecture's document and the reference switch have it: a parser's error does not stop the packet; after ingress
//! come, in this order, the clone, the digest, resubmission, multicast, dropping, unicast; after egress the clone, dropping,
//! recirculation, transmission. A clone of ingress is parsed anew from the packet as it came; one of egress keeps its headers.
//! What a field list preserves is there when the parser begins. A recirculation that ingress asks for is remembered until the end of egress,
//! for the packet itself and not for its copies.

use super::blocks::{Blocks, Leaves};
use super::replication::{Copies, group_ports, session_copies};
use super::{Architecture, CallSite, Limits, types_of, unknown_extern};
use crate::interp::externs::v1model::DROP_PORT;
use crate::interp::externs::{Builtin, ExternState, v1model};
use crate::interp::layout::{Layout, Slot, Storage};
use crate::interp::machine::Verdict;
use crate::interp::requests::{Preserve, Requests};
use crate::interp::run::{Flow, Run};
use crate::interp::value::Value;
use crate::ir::{ExternInstance, Place, Program};
use p4xdp_control::annotation::AnnotationBody;
use p4xdp_frontend::diagnostic::{Diagnostic, codes};
use p4xdp_frontend::source::Span;
use std::collections::VecDeque;

/// Times that a packet and its copies may go round.
const MOST_PASSES: usize = 1000;

/// Values of `instance_type`.
const NORMAL: u128 = 0;
const INGRESS_CLONE: u128 = 1;
const EGRESS_CLONE: u128 = 2;
const RECIRCULATED: u128 = 4;
const REPLICATION: u128 = 5;
const RESUBMITTED: u128 = 6;

/// A program's handles.
#[derive(Debug)]
pub(super) struct V1Model {
    types: Program,
    parser: u32,
    verify: u32,
    ingress: u32,
    egress: u32,
    compute: u32,
    deparser: u32,
    metadata: StandardMetadata,
    parser_error: u32,
    /// The user's metadata.
    user: Leaves,
    /// What is preserved, by field list.
    lists: Vec<(u64, Vec<Slot>)>,
}

/// Narrow slots of the fields; `u32::MAX` where the program's includes lack one.
#[derive(Debug)]
struct StandardMetadata {
    all: Vec<u32>,
    ingress_port: u32,
    egress_spec: u32,
    egress_port: u32,
    instance_type: u32,
    packet_length: u32,
    ingress_timestamp: u32,
    egress_timestamp: u32,
    enq_timestamp: u32,
    mcast_grp: u32,
    egress_rid: u32,
    checksum_error: u32,
    parser_error: u32,
}

/// A packet that waits for a pipeline.
enum Work {
    /// For ingress.
    Ingress { packet: Vec<u8>, port: u128, instance_type: u128, kept: Vec<(Slot, Value)> },
    /// For egress.
    Egress { storage: Storage, packet: Vec<u8>, cursor: usize, port: u128, rid: u128, requests: Requests },
}

impl V1Model {
    pub(super) fn new(program: &Program) -> Result<V1Model, Box<Diagnostic>> {
        let blocks = Blocks::new(program);
        let meta = blocks.param("ig", 2)?;
        let field = |name: &str| blocks.field(meta, name).unwrap_or(u32::MAX);
        let all = match meta {
            Place::Struct { fields, .. } => fields.iter().filter_map(|(_, p)| blocks.scalar(p)).collect(),
            _ => Vec::new(),
        };
        let parser = blocks.parser("p")?;
        let layout = Layout::new(program);
        let parser_error = program.parsers.values().nth(parser as usize).map(|p| layout.local(p.error));
        Ok(V1Model {
            types: types_of(program),
            parser,
            verify: blocks.control("vr")?,
            ingress: blocks.control("ig")?,
            egress: blocks.control("eg")?,
            compute: blocks.control("ck")?,
            deparser: blocks.control("dep")?,
            metadata: StandardMetadata {
                all,
                ingress_port: field("ingress_port"),
                egress_spec: field("egress_spec"),
                egress_port: field("egress_port"),
                instance_type: field("instance_type"),
                packet_length: field("packet_length"),
                ingress_timestamp: field("ingress_global_timestamp"),
                egress_timestamp: field("egress_global_timestamp"),
                enq_timestamp: field("enq_timestamp"),
                mcast_grp: field("mcast_grp"),
                egress_rid: field("egress_rid"),
                checksum_error: field("checksum_error"),
                parser_error: field("parser_error"),
            },
            parser_error: match parser_error {
                Some(Slot::Narrow(slot)) => slot,
                _ => u32::MAX,
            },
            user: Leaves::of(program, &layout, blocks.param("ig", 1)?),
            lists: field_lists(program, &layout)?,
        })
    }

    /// The values that a field list preserves.
    fn kept(&self, storage: &Storage, preserve: &Preserve) -> Vec<(Slot, Value)> {
        match preserve {
            Preserve::Nothing => Vec::new(),
            Preserve::List(id) => self
                .lists
                .iter()
                .filter(|(list, _)| list == id)
                .flat_map(|(_, slots)| slots)
                .map(|slot| (*slot, storage.get(*slot)))
                .collect(),
        }
    }

    /// Parses a packet into fresh storage that holds nothing but what was kept.
    fn parse(
        &self,
        run: &mut Run<'_>,
        packet: Vec<u8>,
        port: u128,
        instance_type: u128,
        kept: &[(Slot, Value)],
    ) -> Result<(), Flow> {
        let meta = &self.metadata;
        run.fresh_storage();
        kept.iter().for_each(|(slot, value)| run.storage.set(*slot, value.clone()));
        run.requests = Requests::default();
        run.take_packet(packet);
        let length = run.packet.len() as u128;
        let now = u128::from(run.state.now / 1000);
        run.storage.set_narrow(meta.ingress_port, port);
        run.storage.set_narrow(meta.instance_type, instance_type);
        run.storage.set_narrow(meta.packet_length, length);
        run.storage.set_narrow(meta.ingress_timestamp, now);
        run.parse(self.parser)?;
        let error = run.storage.narrow(self.parser_error);
        run.storage.set_narrow(meta.parser_error, error);
        Ok(())
    }

    fn ingress(&self, run: &mut Run<'_>, work: Work, queue: &mut VecDeque<Work>) -> Result<Verdict, Flow> {
        let Work::Ingress { packet, port, instance_type, kept } = work else { return Ok(Verdict::Dropped) };
        match instance_type {
            RESUBMITTED => run.path_event("resubmit", port, 0),
            RECIRCULATED => run.path_event("recirculate", port, 0),
            _ => {}
        }
        let meta = &self.metadata;
        self.parse(run, packet, port, instance_type, &kept)?;
        self.stage(run, self.verify)?;
        if run.requests.checksum_error {
            run.storage.set_narrow(meta.checksum_error, 1);
        }
        self.stage(run, self.ingress)?;
        let requests = std::mem::take(&mut run.requests);
        let truncated = Requests { truncate: requests.truncate, ..Requests::default() };
        if let Some((session, preserve)) = &requests.clone {
            let kept = self.kept(run.storage, preserve);
            let copies = session_copies(run.state, *session);
            self.clone_of_ingress(run, port, &kept, copies, queue)?;
        }
        if let Some(preserve) = &requests.resubmit {
            let kept = self.kept(run.storage, preserve);
            let packet = std::mem::take(&mut run.packet);
            queue.push_back(Work::Ingress { packet, port, instance_type: RESUBMITTED, kept });
            return Ok(Verdict::Forwarded);
        }
        let group = run.storage.narrow(meta.mcast_grp);
        if group != 0 {
            let ports = group_ports(run.state, group as u32);
            if ports.is_empty() {
                run.drops(&format!("multicast group {group} has no ports"), Some(meta.mcast_grp));
            }
            for (port, rid) in ports {
                let mut storage = run.storage.clone();
                storage.set_narrow(meta.instance_type, REPLICATION);
                let (packet, cursor) = (run.packet.clone(), run.cursor);
                let requests = truncated.clone();
                queue.push_back(Work::Egress { storage, packet, cursor, port, rid, requests });
            }
            return Ok(Verdict::Forwarded);
        }
        let port = run.storage.narrow(meta.egress_spec);
        if port == DROP_PORT {
            run.drops("egress_spec is 511", Some(meta.egress_spec));
            return Ok(Verdict::Dropped);
        }
        run.storage.set_narrow(meta.instance_type, NORMAL);
        // The common case: nothing else looks at this storage any more, so it moves on without a copy.
        let (storage, packet, cursor) =
            (std::mem::take(run.storage), std::mem::take(&mut run.packet), run.cursor);
        // What ingress asks for that only egress can do: the packet itself takes it along.
        let requests = Requests { recirculate: requests.recirculate, ..truncated };
        queue.push_back(Work::Egress { storage, packet, cursor, port, rid: 0, requests });
        Ok(Verdict::Forwarded)
    }

    /// Copies of the packet as it came, parsed anew. The run's own storage and position stay.
    fn clone_of_ingress(
        &self,
        run: &mut Run<'_>,
        port: u128,
        kept: &[(Slot, Value)],
        copies: Copies,
        queue: &mut VecDeque<Work>,
    ) -> Result<(), Flow> {
        if copies.ports.is_empty() {
            return Ok(());
        }
        let saved = (run.storage.clone(), run.cursor);
        let packet = run.packet.clone();
        self.parse(run, packet.clone(), port, INGRESS_CLONE, kept)?;
        // The clone keeps the final values of ingress, whatever its parser has made of them.
        kept.iter().for_each(|(slot, value)| run.storage.set(*slot, value.clone()));
        for (port, rid) in copies.ports {
            let (storage, cursor) = (run.storage.clone(), run.cursor);
            queue.push_back(Work::Egress {
                storage,
                packet: packet.clone(),
                cursor,
                port,
                rid,
                requests: Requests { truncate: copies.truncate, ..Requests::default() },
            });
        }
        (*run.storage, run.cursor) = saved;
        Ok(())
    }

    fn egress(&self, run: &mut Run<'_>, work: Work, queue: &mut VecDeque<Work>) -> Result<Verdict, Flow> {
        let Work::Egress { storage, packet, cursor, port, rid, requests } = work else {
            return Ok(Verdict::Dropped);
        };
        let meta = &self.metadata;
        *run.storage = storage;
        match run.storage.narrow(meta.instance_type) {
            REPLICATION => run.path_event("multicast", port, rid),
            INGRESS_CLONE => run.path_event("clone_i2e", port, rid),
            EGRESS_CLONE => run.path_event("clone_e2e", port, rid),
            _ => {}
        }
        run.requests = requests;
        run.packet = packet;
        run.cursor = cursor;
        let now = u128::from(run.state.now / 1000);
        run.storage.set_narrow(meta.egress_port, port);
        run.storage.set_narrow(meta.egress_rid, rid);
        run.storage.set_narrow(meta.egress_spec, 0);
        run.storage.set_narrow(meta.egress_timestamp, now);
        // The queues are always empty: depths and waiting times stay 0.
        run.storage.set_narrow(meta.enq_timestamp, now);
        // Messages are sent at the end of ingress.
        let sent = run.state.digests.len();
        self.stage(run, self.egress)?;
        run.state.digests.truncate(sent);
        let requests = std::mem::take(&mut run.requests);
        if let Some((session, preserve)) = &requests.clone {
            self.clone_of_egress(run, *session, preserve, requests.truncate, queue);
        }
        if run.storage.narrow(meta.egress_spec) == DROP_PORT {
            run.drops("egress_spec is 511", Some(meta.egress_spec));
            return Ok(Verdict::Dropped);
        }
        self.stage(run, self.compute)?;
        let ingress_port = run.storage.narrow(meta.ingress_port);
        let mut bytes = run.deparse(self.deparser)?;
        if let Some(length) = requests.truncate {
            bytes.truncate(length as usize);
        }
        if let Some(preserve) = &requests.recirculate {
            let kept = self.kept(run.storage, preserve);
            let instance_type = RECIRCULATED;
            queue.push_back(Work::Ingress { packet: bytes, port: ingress_port, instance_type, kept });
            return Ok(Verdict::Forwarded);
        }
        let port = port as u32;
        run.send(port, bytes);
        Ok(Verdict::Forwarded)
    }

    /// Copies with the headers as they are, and metadata as in a new packet but for what is preserved.
    fn clone_of_egress(
        &self,
        run: &mut Run<'_>,
        session: u32,
        preserve: &Preserve,
        truncate: Option<u32>,
        queue: &mut VecDeque<Work>,
    ) {
        let meta = &self.metadata;
        let kept = self.kept(run.storage, preserve);
        let copies = session_copies(run.state, session);
        // The shorter of what the packet and what the session is cut to.
        let truncate = truncate.into_iter().chain(copies.truncate).min();
        let fresh = if copies.ports.is_empty() { Storage::default() } else { run.code.layout.storage() };
        for (port, rid) in copies.ports {
            let mut storage = run.storage.clone();
            let ingress_port = storage.narrow(meta.ingress_port);
            let length = storage.narrow(meta.packet_length);
            meta.all.iter().for_each(|slot| storage.set_narrow(*slot, 0));
            self.user.copy(&run.code.layout, &fresh, &mut storage);
            storage.set_narrow(meta.ingress_port, ingress_port);
            storage.set_narrow(meta.packet_length, length);
            storage.set_narrow(meta.instance_type, EGRESS_CLONE);
            for (slot, value) in &kept {
                storage.set(*slot, value.clone());
            }
            let (packet, cursor) = (run.packet.clone(), run.cursor);
            let requests = Requests { truncate, ..Requests::default() };
            queue.push_back(Work::Egress { storage, packet, cursor, port, rid, requests });
        }
    }

    fn stage(&self, run: &mut Run<'_>, control: u32) -> Result<(), Flow> {
        match run.control(control) {
            Flow::Stop => Err(Flow::Stop),
            Flow::Next | Flow::Leave(_) | Flow::Reject => Ok(()),
        }
    }
}

/// Slots by the ids of the field lists that they are in. Elaboration has made numbers of what has names.
fn field_lists(program: &Program, layout: &Layout) -> Result<Vec<(u64, Vec<Slot>)>, Box<Diagnostic>> {
    let mut lists: Vec<(u64, Vec<Slot>)> = Vec::new();
    for (local_id, local) in program.locals.iter() {
        let annotations = local.annotations.iter().filter(|a| a.name == "field_list");
        for annotation in annotations {
            let tokens = match &annotation.body {
                AnnotationBody::Tokens(tokens) => tokens.as_slice(),
                AnnotationBody::Empty | AnnotationBody::Values(_) | AnnotationBody::Pairs(_) => &[],
            };
            for token in tokens.iter().filter(|token| *token != ",") {
                let Ok(list) = token.parse::<u64>() else {
                    let message = "the id of a field list must be a number, a constant or an enum's member";
                    let found = Diagnostic::error(codes::E0551, annotation.span, message);
                    return Err(Box::new(found.with_primary(format!("`{token}` is no number"))));
                };
                match lists.iter_mut().find(|(id, _)| *id == list) {
                    Some((_, slots)) => slots.push(layout.local(local_id)),
                    None => lists.push((list, vec![layout.local(local_id)])),
                }
            }
        }
    }
    Ok(lists)
}

impl Architecture for V1Model {
    fn resolve(&self, site: &CallSite<'_>) -> Option<Builtin> {
        v1model::resolve(site)
    }

    fn instantiate(&self, instance: &ExternInstance) -> Result<ExternState, Box<Diagnostic>> {
        v1model::state(&self.types, instance).ok_or_else(|| unknown_extern(instance, "v1model"))
    }

    /// As wide as the types are.
    fn limits(&self) -> Limits {
        Limits { port: 511, instance: u32::from(u16::MAX), class_of_service: 0 }
    }

    fn process(&self, run: &mut Run<'_>, port: u32, packet: &[u8]) -> Result<Verdict, Flow> {
        let mut queue = VecDeque::new();
        let first = Work::Ingress {
            packet: packet.to_vec(),
            port: u128::from(port),
            instance_type: NORMAL,
            kept: Vec::new(),
        };
        queue.push_back(first);
        for _ in 0..MOST_PASSES {
            let Some(work) = queue.pop_front() else {
                let forwarded = !run.outputs.is_empty();
                return Ok(if forwarded { Verdict::Forwarded } else { Verdict::Dropped });
            };
            match work {
                Work::Ingress { .. } => self.ingress(run, work, &mut queue)?,
                Work::Egress { .. } => self.egress(run, work, &mut queue)?,
            };
        }
        let why = format!("the packet and its copies went round more than {MOST_PASSES} times");
        Err(run.stop(why, Span::NONE))
    }
}
