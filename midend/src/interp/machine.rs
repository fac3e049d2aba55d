//! The machine: a program ready to run, with everything that outlives a packet.

use super::arch::{self, Architecture};
use super::code::{Code, Matcher};
use super::externs::hash::CustomCrcs;
use super::externs::{ExternState, counter};
use super::layout::{Slot, Storage};
use super::lower::lower;
use super::requests::Digest;
use super::run::{Run, Scratch};
use super::table::{ControlError, EntryAction, TableCode, TableState};
use super::trace::{Event, EventKind};
use crate::ir::{ExternId, Program, PropertyValue};
use p4xdp_control::entry::{KeyMatch, MulticastNode, Session};
use p4xdp_control::view::View;
use p4xdp_frontend::diagnostic::Diagnostic;
use p4xdp_frontend::source::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// What the interpreter cannot run, as diagnostics with E05xx codes.
#[derive(Clone, Debug)]
pub struct Unsupported(pub Vec<Diagnostic>);

/// A packet that leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Out of which port.
    pub port: u32,
    /// The packet.
    pub bytes: Vec<u8>,
    /// The headers that it begins with, by position, and where each ends, in bits; none unless the machine describes.
    pub headers: Vec<(u32, usize)>,
}

/// Where a field lies in a packet that leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldAt {
    /// `headers.ipv4.ttl`
    pub name: String,
    /// Bits from the packet's beginning.
    pub bits: Range<usize>,
}

/// What becomes of a packet, beyond the copies that leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It leaves, or copies of it do.
    Forwarded,
    /// It goes on into the host.
    Passed,
    /// It ends here, as the program says.
    Dropped,
    /// The parser rejected it (where that drops) or the program said XDP_ABORTED.
    Aborted,
    /// The interpreter gave up: a failed `assert`, or a loop without end.
    Failed(String),
}

/// The result for one packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What becomes of it.
    pub verdict: Verdict,
    /// What gave it up, if that is one place in the program.
    pub failed_at: Span,
    /// Packets that leave, in order. One that passes leaves by the port that it came in on.
    pub outputs: Vec<Output>,
    /// Messages to the control plane.
    pub digests: Vec<Digest>,
    /// What happened, if tracing is on.
    pub trace: Vec<Event>,
}

/// What outlives a packet.
#[derive(Debug, Default)]
pub struct State {
    /// Tables, by handle.
    pub tables: Vec<TableState>,
    /// Externs, by handle.
    pub externs: Vec<ExternState>,
    /// Elements of the value sets, by handle.
    pub value_sets: Vec<Vec<Vec<Matcher>>>,
    /// Clone sessions.
    pub mirrors: BTreeMap<u32, Session>,
    /// Multicast groups.
    pub groups: BTreeMap<u32, Vec<MulticastNode>>,
    /// State of library functions that have some, by their name.
    pub connections: BTreeMap<Vec<u128>, (u32, u128)>,
    /// Nanoseconds since the machine was made; grows by a microsecond a packet.
    pub now: u64,
    /// pna: how long entries with an expire time profile may be idle, in nanoseconds.
    pub profiles: BTreeMap<u128, u64>,
    /// Flow ids that were given out.
    pub flows: u64,
    /// Positions of the externs whose state is new in each run of a block.
    pub fresh: Vec<usize>,
    /// The CRCs that a control plane can set.
    pub custom_crcs: CustomCrcs,
    /// Ports that are down. All others are up.
    pub down: BTreeSet<u32>,
    /// State of the random number generator.
    pub random: u64,
    /// Messages that were not fetched yet.
    pub digests: Vec<Digest>,
}

impl State {
    /// Adds an entry; its direct counter and meter are new.
    pub fn insert(
        &mut self,
        code: &TableCode,
        keys: &[KeyMatch],
        priority: Option<u32>,
        action: EntryAction,
    ) -> Result<u32, ControlError> {
        let Some(table) = self.tables.get_mut(code.id as usize) else { return Ok(u32::MAX) };
        table.expire(code, self.now);
        let at = table.insert(code, keys, priority, action)?;
        table.set_timeout(at, None, self.now);
        let cell = counter::cell_of(code.id, Some(at));
        for direct in code.counters.iter().chain(&code.meters) {
            match self.externs.get_mut(*direct as usize) {
                Some(ExternState::Counter(_, cells)) => {
                    cells.remove(&cell);
                }
                Some(ExternState::Meter(meter)) => meter.forget(cell),
                _ => {}
            }
        }
        Ok(at)
    }

    /// The next random number (SplitMix64).
    pub fn next_random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// A program ready to run.
#[derive(Debug)]
pub struct Machine {
    pub(super) code: Arc<Code>,
    pub(super) view: Arc<View>,
    pub(super) names: Arc<ControlNames>,
    pub(super) state: State,
    storage: Storage,
    pub(super) arch: Arc<dyn Architecture>,
    scratch: Scratch,
    tracing: bool,
    describing: bool,
}

/// Names of what a control plane reaches beside tables.
#[derive(Debug, Default)]
pub(super) struct ControlNames {
    pub externs: Vec<Arc<str>>,
}

/// PSA, section 7.6: a checksum is as after `clear` whenever its parser or control is applied.
fn externs_made_anew(externs: &[ExternState]) -> Vec<usize> {
    let anew = |e: &ExternState| matches!(e, ExternState::Checksum(..) | ExternState::Sum(_));
    externs.iter().enumerate().filter(|(_, e)| anew(e)).map(|(at, _)| at).collect()
}

fn belongs_to_table(program: &Program, id: ExternId) -> bool {
    let is_it = |value: &PropertyValue| matches!(value, PropertyValue::Extern(of) if *of == id);
    program.tables.values().any(|table| table.properties.iter().any(|(_, value)| is_it(value)))
}

impl Machine {
    /// Makes a program ready: declared entries are in the tables, everything else is empty or zero.
    ///
    /// # Errors
    /// All constructs, externs and match kinds of the program that the interpreter does not know, as diagnostics E0550 and E0551.
    pub fn new(program: &Program) -> Result<Machine, Unsupported> {
        let arch = arch::for_program(program).map_err(|d| Unsupported(vec![*d]))?;
        let code = lower(program, &|site| arch.resolve(site)).map_err(Unsupported)?;
        let mut found = Vec::new();
        let externs: Vec<ExternState> = program
            .externs
            .iter()
            .map(|(id, instance)| {
                arch.instantiate(instance).unwrap_or_else(|diagnostic| {
                    // Where the program calls nothing but its abstract methods, its meaning is all in the program. (Calls of others
                    // have been refused by now.)
                    if belongs_to_table(program, id) {
                        found.push(*diagnostic);
                    }
                    ExternState::Stateless
                })
            })
            .collect();
        if !found.is_empty() {
            return Err(Unsupported(found));
        }
        let fresh = externs_made_anew(&externs);
        let mut state = State {
            fresh,
            tables: code.tables.iter().map(TableState::new).collect(),
            externs,
            value_sets: vec![Vec::new(); program.value_sets.len()],
            ..State::default()
        };
        arch.prepare(&mut state);
        let names = ControlNames { externs: program.externs.values().map(|e| e.name.clone()).collect() };
        let storage = code.layout.storage();
        Ok(Machine {
            code: Arc::new(code),
            view: Arc::new(crate::control_plane::view(program)),
            names: Arc::new(names),
            state,
            storage,
            arch,
            scratch: Scratch::default(),
            tracing: false,
            describing: false,
        })
    }

    /// What a control plane sees of the program; entries speak in its terms.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// Notes events from now on, or no longer.
    pub fn set_tracing(&mut self, on: bool) {
        self.tracing = on;
    }

    /// Says of each output from now on where its headers lie, for [`Machine::fields`], or no longer.
    pub fn set_describing(&mut self, on: bool) {
        self.describing = on;
    }

    /// The fields of the headers that an output begins with.
    pub fn fields(&self, output: &Output) -> Vec<FieldAt> {
        let mut fields = Vec::new();
        let mut start = 0;
        for (header, end) in &output.headers {
            let header = *header as usize;
            let Some(ty) = self.code.layout.type_of(header) else { continue };
            let of_type =
                self.code.layout.headers.get(header).and_then(|h| self.code.names.fields.get(h.ty as usize));
            let name = self.code.names.headers.get(header).map_or("?", |n| n);
            // A scalar that was emitted in between has no name.
            let mut at = start.max(end.saturating_sub(ty.fixed as usize + ty.varbit.unwrap_or(0) as usize));
            let varbit = (end - at).saturating_sub(ty.fixed as usize);
            for (field, field_name) in ty.fields.iter().zip(of_type.map(Vec::as_slice).unwrap_or_default()) {
                let width = if matches!(field.slot, Slot::Var(_)) { varbit } else { field.width as usize };
                fields.push(FieldAt { name: format!("{name}.{field_name}"), bits: at..at + width });
                at += width;
            }
            start = *end;
        }
        fields
    }

    /// Sends a packet into a port.
    pub fn process(&mut self, port: u32, packet: &[u8]) -> Outcome {
        let (code, arch) = (Arc::clone(&self.code), Arc::clone(&self.arch));
        self.state.now += 1000;
        let scratch = std::mem::take(&mut self.scratch);
        let mut run = Run::new(&code, &mut self.storage, &mut self.state, scratch, self.tracing);
        run.describing = self.describing;
        run.event(Span::NONE, |_| EventKind::Input { port, length: packet.len() });
        let most = arch.limits().port;
        let processed = if port > most {
            Err(run.stop(format!("port {port} is larger than {most}, the largest port"), Span::NONE))
        } else {
            arch.process(&mut run, port, packet)
        };
        let (verdict, failed_at) = match processed {
            Ok(verdict) => (verdict, Span::NONE),
            Err(_) => {
                let (why, span) = run.fault.take().unwrap_or_else(|| ("it stopped".into(), Span::NONE));
                (Verdict::Failed(why), span)
            }
        };
        run.verdict_events(&verdict);
        let outputs = std::mem::take(&mut run.outputs);
        let trace = run.trace.take().unwrap_or_default();
        self.scratch = run.into_scratch();
        Outcome { verdict, failed_at, outputs, digests: std::mem::take(&mut self.state.digests), trace }
    }

    /// Nanoseconds that the machine's clock shows.
    pub fn now(&self) -> u64 {
        self.state.now
    }

    /// Sets the clock.
    pub fn set_now(&mut self, nanoseconds: u64) {
        self.state.now = nanoseconds;
    }

    /// Seeds the random number generator.
    pub fn seed(&mut self, seed: u64) {
        self.state.random = seed;
    }
}
