//! One packet under way: statements over storage, tables and externs. Architectures drive it block by block.

use super::bits::{BitWriter, read, read_big};
use super::code::{Access, Any, Block, Code, Dst, Op, Scalar, Stmt};
use super::ending::Causes;
use super::eval::{Env, splice};
use super::externs::ExternState;
use super::externs::meter::Colour;
use super::layout::{Slot, StackLayout, Storage};
use super::machine::{Output, State};
use super::requests::{Digest, Requests};
use super::trace::{Event, EventKind, number};
use super::value::{NARROW, Value, VarBits};
use num_bigint::BigUint;
use p4xdp_frontend::source::Span;

/// Rounds of loops and parser states that one packet may take.
const MOST_ROUNDS: u64 = 1_000_000;

/// How a statement ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// The next one follows.
    Next,
    /// A labelled block is being left.
    Leave(u32),
    /// The parser rejects.
    Reject,
    /// The packet is given up: [`Run::fault`] says why.
    Stop,
}

/// Memory that serves one packet after the other.
#[derive(Debug, Default)]
pub struct Scratch {
    packet: Vec<u8>,
    emitted: Vec<(u32, usize)>,
    keys: Vec<Value>,
}

/// A packet under way.
pub struct Run<'m> {
    /// The program.
    pub code: &'m Code,
    /// Its storage.
    pub storage: &'m mut Storage,
    /// What outlives the packet.
    pub state: &'m mut State,
    /// The packet that is parsed.
    pub packet: Vec<u8>,
    /// Bits of it that are consumed.
    pub cursor: usize,
    /// What the deparser has put out.
    pub out: BitWriter,
    /// The headers in `out`, and where each ends, in bits.
    pub emitted: Vec<(u32, usize)>,
    /// What externs have asked of the architecture.
    pub requests: Requests,
    /// Packets that leave.
    pub outputs: Vec<Output>,
    /// Why the packet was given up.
    pub fault: Option<(String, Span)>,
    /// Events, if anybody wants them.
    pub trace: Option<Vec<Event>>,
    /// Somebody wants to know where the headers of the outputs lie.
    pub describing: bool,
    /// The table whose action runs, and the entry that matched.
    pub applied: Option<(u32, Option<u32>)>,
    /// v1model: the colour that the direct meter of the table whose action runs gave.
    pub colour: Colour,
    /// The error of the parser that runs or ran last.
    pub parser_error: u128,
    /// The parser that runs or ran last.
    pub(super) parsing: Option<u32>,
    /// Who did what the packet ends by, if anybody traces it.
    pub causes: Causes,
    pub(super) rounds: u64,
    pub(super) keys: Vec<Value>,
}

impl<'m> Run<'m> {
    /// A run over fresh storage.
    pub fn new(
        code: &'m Code,
        storage: &'m mut Storage,
        state: &'m mut State,
        scratch: Scratch,
        tracing: bool,
    ) -> Run<'m> {
        let Scratch { packet, emitted, keys } = scratch;
        let mut run = Run {
            code,
            storage,
            state,
            packet,
            cursor: 0,
            out: BitWriter::default(),
            emitted,
            requests: Requests::default(),
            outputs: Vec::new(),
            fault: None,
            trace: tracing.then(Vec::new),
            describing: false,
            applied: None,
            colour: Colour::Green,
            parser_error: 0,
            parsing: None,
            causes: Causes::default(),
            rounds: 0,
            keys,
        };
        run.fresh_storage();
        run
    }

    /// Gives the memory back.
    pub fn into_scratch(self) -> Scratch {
        Scratch { packet: self.packet, emitted: self.emitted, keys: self.keys }
    }

    /// Everything zero, all headers invalid; also after the storage was taken away.
    pub fn fresh_storage(&mut self) {
        if self.storage.valid.len() == self.code.layout.headers.len() && !self.storage.narrow.is_empty() {
            self.storage.reset();
        } else {
            *self.storage = self.code.layout.storage();
        }
    }

    /// What expressions are evaluated over.
    pub fn env(&self) -> Env<'_> {
        Env { layout: &self.code.layout, storage: self.storage }
    }

    /// Notes an event; `kind` is only made if somebody wants it.
    pub fn event(&mut self, span: Span, kind: impl FnOnce(&Self) -> EventKind) {
        if self.trace.is_some() {
            let kind = kind(self);
            if let Some(trace) = &mut self.trace {
                trace.push(Event { kind, span });
            }
        }
    }

    /// Notes that the packet goes a way that is not the usual one.
    pub(super) fn path_event(&mut self, path: &'static str, port: u128, instance: u128) {
        let (port, instance) = (port as u32, instance as u32);
        self.event(Span::NONE, |_| EventKind::Path { path, port, instance });
    }

    /// Sends a message to the control plane.
    pub fn send_digest(&mut self, digest: Digest, span: Span) {
        self.event(span, |_| EventKind::Digest { name: digest.name.clone(), fields: digest.fields.clone() });
        self.state.digests.push(digest);
    }

    /// Gives the packet up; the span leads to what did it, if that is one place.
    pub fn stop(&mut self, why: impl Into<String>, span: Span) -> Flow {
        self.fault = Some((why.into(), span));
        Flow::Stop
    }

    /// Copies a new packet to be parsed.
    pub fn load_packet(&mut self, packet: &[u8]) {
        self.packet.clear();
        self.packet.extend_from_slice(packet);
        self.cursor = 0;
    }

    /// Takes a new packet to be parsed.
    pub fn take_packet(&mut self, packet: Vec<u8>) {
        self.packet = packet;
        self.cursor = 0;
    }

    /// The part of the packet that is not parsed. If that begins within a byte, the last byte is filled up with zeros.
    pub fn payload(&self) -> Vec<u8> {
        let mut rest = BitWriter::default();
        self.add_payload(&mut rest);
        rest.into_bytes()
    }

    /// Appends what is not parsed, bit by bit if that begins within a byte.
    fn add_payload(&self, out: &mut BitWriter) {
        let within = (self.cursor.next_multiple_of(8) - self.cursor) as u32;
        out.push(read(&self.packet, self.cursor, within), within);
        out.extend(self.packet.get(self.cursor.div_ceil(8)..).unwrap_or_default());
    }

    /// What an extern keeps for one run of a block only is new.
    pub(super) fn fresh_externs(&mut self) {
        let State { fresh, externs, .. } = &mut *self.state;
        for at in fresh {
            match externs.get_mut(*at) {
                Some(ExternState::Checksum(_, data)) => *data = BitWriter::default(),
                Some(ExternState::Sum(sum)) => *sum = 0,
                _ => {}
            }
        }
    }

    /// Runs a control.
    pub fn control(&mut self, control: u32) -> Flow {
        let code = self.code;
        let Some(control) = code.controls.get(control as usize) else { return Flow::Next };
        self.event(Span::NONE, |_| EventKind::Stage(control.name.clone()));
        self.fresh_externs();
        match self.block(&control.body) {
            Flow::Stop => Flow::Stop,
            Flow::Next | Flow::Leave(_) | Flow::Reject => Flow::Next,
        }
    }

    /// Runs a deparser; the packet then is what it emitted and the payload.
    pub fn deparse(&mut self, control: u32) -> Result<Vec<u8>, Flow> {
        // Room for the packet as it came and a few headers more.
        self.out = BitWriter::with_capacity(self.packet.len() + 64);
        self.emitted.clear();
        match self.control(control) {
            Flow::Stop => Err(Flow::Stop),
            Flow::Next | Flow::Leave(_) | Flow::Reject => {
                let mut out = std::mem::take(&mut self.out);
                self.add_payload(&mut out);
                Ok(out.into_bytes())
            }
        }
    }

    /// Statements in order.
    pub fn block(&mut self, block: &'m Block) -> Flow {
        for stmt in block {
            match self.stmt(stmt) {
                Flow::Next => {}
                other => return other,
            }
        }
        Flow::Next
    }

    fn stmt(&mut self, stmt: &'m Stmt) -> Flow {
        if self.trace.is_some() {
            self.note_hazards(stmt);
        }
        match &stmt.op {
            Op::Set(slot, value) => {
                let value = self.env().narrow(value);
                self.note_write(Slot::Narrow(*slot), stmt.span);
                self.storage.set_narrow(*slot, value);
            }
            Op::SetField(header, slot, value) => {
                if self.storage.is_valid(*header as usize) {
                    let value = self.env().narrow(value);
                    if self.trace.is_some() {
                        self.field_event(
                            *header as usize,
                            Slot::Narrow(*slot),
                            &Value::Narrow(value),
                            stmt.span,
                        );
                    }
                    self.storage.set_narrow(*slot, value);
                }
            }
            Op::Assign(dst, src) => self.assign(dst, src, stmt.span),
            Op::Guard(stack, next) => return self.guard(*stack, *next, stmt.span),
            Op::SetValid(access, valid) => self.set_valid(access, *valid, stmt.span),
            Op::CopyHeader(to, from) => self.copy_header(to, from, stmt.span),
            Op::Push(stack, count, up) => self.push(*stack, *count as usize, *up, stmt.span),
            Op::If(condition, then_block, else_block, span) => {
                let taken = self.env().narrow(condition) != 0;
                if let Some(span) = span {
                    self.event(*span, |_| EventKind::Condition { taken });
                }
                return self.block(if taken { then_block } else { else_block });
            }
            Op::Switch(scrutinee, cases, otherwise) => {
                let value = self.env().any(&scrutinee.value);
                let case = cases.iter().find(|(values, _)| values.contains(&value));
                let default = case.is_none();
                self.event(stmt.span, |_| EventKind::Switch { value: number(&value), default });
                return self.block(case.map_or(otherwise, |(_, block)| block));
            }
            Op::Labelled(label, body) => {
                return match self.block(body) {
                    Flow::Leave(left) if left == *label => Flow::Next,
                    other => other,
                };
            }
            Op::Leave(label) => {
                self.event(stmt.span, |_| EventKind::Leave);
                return Flow::Leave(*label);
            }
            Op::Loop(body) => loop {
                if let Some(stop) = self.round() {
                    return stop;
                }
                match self.block(body) {
                    Flow::Next => {}
                    other => return other,
                }
            },
            Op::Apply(table, hit, action_run) => return self.apply(*table, *hit, *action_run, stmt.span),
            Op::Call(call) => {
                if self.trace.is_none() {
                    return (call.builtin)(self, call);
                }
                if !call.tells {
                    self.event(call.span, |_| EventKind::Call(call.name.clone()));
                }
                self.causes.caller = Some(call.name.clone());
                let flow = (call.builtin)(self, call);
                self.causes.caller = None;
                return flow;
            }
            Op::Extract(access, length) => return self.extract(access, length.as_ref(), stmt.span),
            Op::Lookahead(offset, slot, width) => {
                let at = self.cursor + *offset as usize;
                if at + *width as usize > self.packet.len() * 8 {
                    return self.fail(self.code.errors.packet_too_short, stmt.span);
                }
                let value = self.peek(at, *width);
                self.storage.set(*slot, value);
            }
            Op::Advance(bits) => {
                let bits = self.env().narrow(bits) as usize;
                if !bits.is_multiple_of(8) {
                    return self.fail(self.code.errors.invalid_argument, stmt.span);
                }
                if self.cursor + bits > self.packet.len() * 8 {
                    return self.fail(self.code.errors.packet_too_short, stmt.span);
                }
                self.cursor += bits;
            }
            Op::PacketLength(slot) => {
                let length = self.packet.len() as u128 & u128::from(u32::MAX);
                self.storage.set(*slot, Value::Narrow(length));
            }
            Op::Verify(condition, error) => {
                if self.env().narrow(condition) == 0 {
                    let error = self.env().narrow(error);
                    return self.fail(error, stmt.span);
                }
            }
            Op::Reject(error) => {
                let error = self.env().narrow(error);
                return self.fail(error, stmt.span);
            }
            Op::Emit(access) => self.emit(access, stmt.span),
            Op::EmitScalar(scalar) => self.emit_scalar(scalar),
        }
        Flow::Next
    }

    /// Counts a round of a loop or a state of a parser; too many stop the packet.
    pub(super) fn round(&mut self) -> Option<Flow> {
        self.rounds += 1;
        (self.rounds > MOST_ROUNDS).then(|| {
            let why = format!("the packet took more than {MOST_ROUNDS} loop rounds and parser states");
            self.stop(why, Span::NONE)
        })
    }

    /// Bits of the packet, which are there.
    fn peek(&self, at: usize, width: u32) -> Value {
        if width <= NARROW {
            Value::Narrow(read(&self.packet, at, width))
        } else {
            Value::Wide(read_big(&self.packet, at, width))
        }
    }

    /// Writes an l-value.
    pub fn write(&mut self, dst: &Dst, value: Value, span: Span) {
        let Some((header, slot)) = self.env().place(dst) else { return };
        let value = match dst.part {
            None => value,
            Some((lo, width)) => splice(&self.storage.get(slot), lo, width, &value),
        };
        if let Some(header) = header
            && self.trace.is_some()
        {
            self.field_event(header, slot, &value, span);
        }
        self.note_write(slot, span);
        self.storage.set(slot, value);
    }

    fn assign(&mut self, dst: &Dst, src: &Any, span: Span) {
        if let Any::Var(v) = src {
            let value = self.env().var(v);
            self.write_var(dst, value);
        } else {
            let value = self.env().any(src);
            self.write(dst, value, span);
        }
    }

    fn write_var(&mut self, dst: &Dst, value: VarBits) {
        if let Some((_, Slot::Var(slot))) = self.env().place(dst)
            && let Some(place) = self.storage.var.get_mut(slot as usize)
        {
            *place = value;
        }
    }

    /// `stack.next` and `stack.last` exist, or the parser fails.
    fn guard(&mut self, stack: u32, next: bool, span: Span) -> Flow {
        let access = if next { Access::Next(stack) } else { Access::Last(stack) };
        match self.env().header(&access) {
            Some(_) => Flow::Next,
            None => self.fail(self.code.errors.stack_out_of_bounds, span),
        }
    }

    fn set_valid(&mut self, access: &Access, valid: bool, span: Span) {
        let Some(header) = self.env().header(access) else { return };
        self.observed([header].into_iter(), span, |run| {
            run.storage.set_valid(&run.code.layout, header, valid);
        });
    }

    fn copy_header(&mut self, to: &Access, from: &Access, span: Span) {
        let (to, from) = (self.env().header(to), self.env().header(from));
        let Some(to) = to else { return };
        self.observed([to].into_iter(), span, |run| match from {
            Some(from) => run.storage.copy_header(&run.code.layout, to, from),
            // A header out of range reads as an invalid one.
            None => run.storage.set_valid(&run.code.layout, to, false),
        });
    }

    fn push(&mut self, stack: u32, count: usize, up: bool, span: Span) {
        let code = self.code;
        let Some(stack) = code.layout.stacks.get(stack as usize) else { return };
        self.observed(stack.elements.iter().map(|e| *e as usize), span, |run| {
            run.move_elements(stack, count, up);
        });
    }

    fn move_elements(&mut self, stack: &StackLayout, count: usize, up: bool) {
        let code = self.code;
        let size = stack.elements.len();
        let next = self.storage.narrow(stack.next_index);
        let element = |i: usize| stack.elements.get(i).map_or(usize::MAX, |e| *e as usize);
        if up {
            for i in (0..size).rev() {
                match i.checked_sub(count) {
                    Some(from) => self.storage.copy_header(&code.layout, element(i), element(from)),
                    None => self.storage.set_valid(&code.layout, element(i), false),
                }
            }
            self.storage.set_narrow(stack.next_index, (next + count as u128).min(size as u128));
        } else {
            for i in 0..size {
                match i.checked_add(count).filter(|from| *from < size) {
                    Some(from) => self.storage.copy_header(&code.layout, element(i), element(from)),
                    None => self.storage.set_valid(&code.layout, element(i), false),
                }
            }
            self.storage.set_narrow(stack.next_index, next.saturating_sub(count as u128));
        }
    }

    fn emit(&mut self, access: &Access, span: Span) {
        let Some(header) = self.env().header(access).filter(|h| self.storage.is_valid(*h)) else { return };
        self.event(span, |run| {
            EventKind::Emit(run.code.names.headers.get(header).cloned().unwrap_or_default())
        });
        let mut out = std::mem::take(&mut self.out);
        self.header_bits(header, &mut out);
        self.emitted.push((header as u32, out.len()));
        self.out = out;
    }

    /// Appends all bits of a header, valid or not.
    pub fn header_bits(&self, header: usize, out: &mut BitWriter) {
        let layout = &self.code.layout;
        let Some(ty) = layout.type_of(header) else { return };
        // Narrow fields are put together as long as they fit a machine integer.
        let (mut bits, mut have) = (0u128, 0);
        for field in &ty.fields {
            let slot = layout.absolute(header, field.slot);
            if !matches!(slot, Slot::Narrow(_)) || have + field.width > NARROW {
                out.push(bits, have);
                (bits, have) = (0, 0);
            }
            match slot {
                Slot::Narrow(slot) => {
                    bits = bits.checked_shl(field.width).unwrap_or(0) | self.storage.narrow(slot);
                    have += field.width;
                }
                Slot::Wide(slot) => {
                    out.push_big(
                        self.storage.wide.get(slot as usize).unwrap_or(&BigUint::default()),
                        field.width,
                    );
                }
                Slot::Var(slot) => {
                    if let Some(v) = self.storage.var.get(slot as usize) {
                        out.push_big(&v.bits, v.len);
                    }
                }
            }
        }
        out.push(bits, have);
    }

    fn emit_scalar(&mut self, scalar: &Scalar) {
        match self.env().sized(scalar) {
            (Value::Narrow(v), width) => self.out.push(v, width),
            (Value::Wide(v), width) => self.out.push_big(&v, width),
        }
    }
}
