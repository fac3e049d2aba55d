//! What P4 leaves undefined, as it happens: fields of invalid headers read or written, elements out of range, division by
//! zero. The interpreter gives all of it a meaning (see docs/packet-tests.md), so this is for traces alone and costs nothing
//! without them. Operands that short-cut operators do not evaluate are not looked at.

use super::code::{Access, Any, ArgCode, Dst, Names, Narrow, Op, Scalar, Stmt, Var, Wide};
use super::eval::Env;
use super::layout::Slot;
use super::run::Run;
use super::trace::EventKind;
use crate::ir::BinaryOp;
use num_bigint::BigUint;
use p4xdp_frontend::source::Span;

/// Collects findings, each once.
struct Finder<'a> {
    env: Env<'a>,
    names: &'a Names,
    found: Vec<String>,
}

impl Run<'_> {
    /// Notes what is undefined in a statement that is about to run.
    pub(super) fn note_hazards(&mut self, stmt: &Stmt) {
        self.note(stmt.span, |finder| finder.op(&stmt.op));
    }

    /// Notes what is undefined in expressions that are about to be evaluated.
    pub(super) fn note_hazards_in<'e>(&mut self, exprs: impl Iterator<Item = &'e Any>, span: Span) {
        self.note(span, |finder| exprs.for_each(|e| finder.any(e)));
    }

    fn note(&mut self, span: Span, look: impl FnOnce(&mut Finder<'_>)) {
        let mut finder = Finder { env: self.env(), names: &self.code.names, found: Vec::new() };
        look(&mut finder);
        for text in finder.found {
            self.event(span, |_| EventKind::Undefined(text));
        }
    }
}

impl Finder<'_> {
    fn add(&mut self, text: String) {
        if !self.found.contains(&text) {
            self.found.push(text);
        }
    }

    fn header_name(&self, header: usize) -> &str {
        self.names.headers.get(header).map_or("?", |n| n)
    }

    /// `headers.ipv4.ttl`
    fn field_name(&self, header: usize, slot: Slot) -> String {
        let layout = self.env.layout;
        let fields = layout.type_of(header).map(|t| t.fields.as_slice()).unwrap_or_default();
        let at = fields.iter().position(|f| layout.absolute(header, f.slot) == slot);
        let names = layout.headers.get(header).and_then(|h| self.names.fields.get(h.ty as usize));
        let field = at.and_then(|at| names?.get(at)).map_or("?", |n| n);
        format!("{}.{field}", self.header_name(header))
    }

    /// A slot that is read: of an invalid header?
    fn load(&mut self, slot: Slot) {
        let layout = self.env.layout;
        let is_in = |header: &usize| {
            layout
                .type_of(*header)
                .is_some_and(|ty| ty.fields.iter().any(|field| layout.absolute(*header, field.slot) == slot))
        };
        if let Some(header) = (0..layout.headers.len()).find(is_in)
            && !self.env.storage.is_valid(header)
        {
            self.add(format!("`{}` of an invalid header is read: zero", self.field_name(header, slot)));
        }
    }

    fn load_field(&mut self, access: &Access, slot: Slot) {
        if let Some(header) = self.access(access) {
            self.load(self.env.layout.absolute(header, slot));
        }
    }

    /// A header that is used: is there one?
    fn access(&mut self, access: &Access) -> Option<usize> {
        if let Access::Element(stack, index) = access {
            self.narrow(index);
            let index = self.env.narrow(index);
            let size = self.env.layout.stacks.get(*stack as usize).map_or(0, |s| s.elements.len());
            if index >= size as u128 {
                let name = self.names.stacks.get(*stack as usize).map_or("?", |n| n);
                self.add(format!("index {index} is out of range: `{name}` has {size} elements"));
            }
        }
        self.env.header(access)
    }

    fn op(&mut self, op: &Op) {
        match op {
            Op::Set(_, value) => self.narrow(value),
            Op::SetField(header, slot, value) => {
                self.narrow(value);
                self.written(*header as usize, Slot::Narrow(*slot));
            }
            Op::Assign(dst, value) => {
                self.any(value);
                self.dst(dst);
            }
            Op::SetValid(access, _) | Op::Emit(access) => {
                self.access(access);
            }
            Op::CopyHeader(to, from) => {
                self.access(from);
                self.access(to);
            }
            Op::If(condition, ..) => self.narrow(condition),
            Op::Switch(value, _, _) | Op::EmitScalar(value) => self.scalar(value),
            Op::Call(call) => call.args.iter().for_each(|a| self.arg(a)),
            Op::Extract(access, length) => {
                self.access(access);
                if let Some(length) = length {
                    self.narrow(length);
                }
            }
            Op::Advance(bits) => self.narrow(bits),
            Op::Verify(condition, error) => {
                self.narrow(condition);
                self.narrow(error);
            }
            Op::Reject(error) => self.narrow(error),
            // A table's keys are looked at when it is applied.
            Op::Apply(..)
            | Op::Guard(..)
            | Op::Push(..)
            | Op::Labelled(..)
            | Op::Leave(_)
            | Op::Loop(_)
            | Op::Lookahead(..)
            | Op::PacketLength(_) => {}
        }
    }

    fn written(&mut self, header: usize, slot: Slot) {
        if !self.env.storage.is_valid(header) {
            self.add(format!("`{}` of an invalid header is written: lost", self.field_name(header, slot)));
        }
    }

    fn dst(&mut self, dst: &Dst) {
        if let Some(access) = &dst.header
            && let Some(header) = self.access(access)
        {
            self.written(header, self.env.layout.absolute(header, dst.slot));
        }
    }

    fn arg(&mut self, arg: &ArgCode) {
        match arg {
            ArgCode::In(scalar) => self.scalar(scalar),
            // What is left out is not read.
            ArgCode::While(condition, value) => {
                if self.env.narrow(condition) != 0 {
                    self.scalar(value);
                }
            }
            ArgCode::Out(dst) => self.dst(dst),
            ArgCode::Header(access) => {
                self.access(access);
            }
            ArgCode::Struct(fields) => fields.iter().for_each(|(_, field)| self.arg(field)),
            ArgCode::Stack(_) | ArgCode::String(_) | ArgCode::Extern | ArgCode::Packet | ArgCode::Missing => {
            }
        }
    }

    fn scalar(&mut self, scalar: &Scalar) {
        self.any(&scalar.value);
    }

    fn any(&mut self, e: &Any) {
        match e {
            Any::Narrow(e) => self.narrow(e),
            Any::Wide(e) => self.wide(e),
            Any::Var(e) => self.var(e),
        }
    }

    fn divided(&mut self, op: BinaryOp, by_zero: bool) {
        if matches!(op, BinaryOp::Div | BinaryOp::Mod) && by_zero {
            self.add("division by zero: zero".to_owned());
        }
    }

    fn narrow(&mut self, e: &Narrow) {
        match e {
            Narrow::Const(_) => {}
            Narrow::Load(slot) => self.load(Slot::Narrow(*slot)),
            Narrow::LoadField(access, slot) => self.load_field(access, Slot::Narrow(*slot)),
            Narrow::Valid(access) => {
                self.access(access);
            }
            Narrow::Neg(a, _)
            | Narrow::Flip(a, _)
            | Narrow::Truncate(a, _)
            | Narrow::SignExtend(a, ..)
            | Narrow::Slice(a, ..) => self.narrow(a),
            Narrow::Binary(op, _, _, operands) => {
                let [a, b] = &**operands;
                self.narrow(a);
                let decided = match op {
                    BinaryOp::And => self.env.narrow(a) == 0,
                    BinaryOp::Or => self.env.narrow(a) != 0,
                    _ => false,
                };
                if !decided {
                    self.narrow(b);
                    self.divided(*op, self.env.narrow(b) == 0);
                }
            }
            Narrow::Concat(parts, _) => parts.iter().for_each(|p| self.narrow(p)),
            Narrow::Conditional(parts) => {
                let [c, a, b] = &**parts;
                self.narrow(c);
                self.narrow(if self.env.narrow(c) != 0 { a } else { b });
            }
            Narrow::SliceWide(a, ..) | Narrow::Saturate(a) => self.wide(a),
            Narrow::CompareWide(_, _, _, operands) => operands.iter().for_each(|e| self.wide(e)),
            Narrow::EqualVar(operands) => operands.iter().for_each(|e| self.var(e)),
        }
    }

    fn wide(&mut self, e: &Wide) {
        match e {
            Wide::Const(_) => {}
            Wide::Load(slot) => self.load(Slot::Wide(*slot)),
            Wide::LoadField(access, slot) => self.load_field(access, Slot::Wide(*slot)),
            Wide::Neg(a, _) | Wide::Complement(a, _) | Wide::Resize(a, ..) | Wide::Slice(a, ..) => {
                self.wide(a)
            }
            Wide::Binary(op, _, _, operands) => {
                let [a, b] = &**operands;
                self.wide(a);
                self.wide(b);
                self.divided(*op, self.env.wide(b) == BigUint::default());
            }
            Wide::Shift(_, a, amount, _, _) => {
                self.wide(a);
                self.narrow(amount);
            }
            Wide::Concat(parts, _) => parts.iter().for_each(|p| self.wide(p)),
            Wide::Conditional(c, parts) => {
                let [a, b] = &**parts;
                self.narrow(c);
                self.wide(if self.env.narrow(c) != 0 { a } else { b });
            }
            Wide::Extend(a, ..) => self.narrow(a),
        }
    }

    fn var(&mut self, e: &Var) {
        match e {
            Var::Load(slot) => self.load(Slot::Var(*slot)),
            Var::LoadField(access, slot) => self.load_field(access, Slot::Var(*slot)),
            Var::Conditional(c, parts) => {
                let [a, b] = &**parts;
                self.narrow(c);
                self.var(if self.env.narrow(c) != 0 { a } else { b });
            }
            Var::Empty => {}
        }
    }
}
