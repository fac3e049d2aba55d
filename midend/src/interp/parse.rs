//! Parsers: states, extraction, selection, errors.

use super::bits::{read, read_big};
use super::code::{Access, Any, Case, Matcher, Narrow, Target, Transition};
use super::layout::Slot;
use super::run::{Flow, Run};
use super::trace::{EventKind, number};
use super::value::{Value, VarBits, big_compare, less};
use crate::ir::{BinaryOp, Keyset};
use p4xdp_frontend::source::Span;
use std::sync::Arc;

impl<'m> Run<'m> {
    /// Runs a parser on the packet from the cursor. `Ok(false)`: it rejected. The error is in its local.
    pub fn parse(&mut self, parser: u32) -> Result<bool, Flow> {
        let code = self.code;
        self.parsing = Some(parser);
        let Some(parser) = code.parsers.get(parser as usize) else { return Ok(true) };
        self.event(Span::NONE, |_| EventKind::Stage(parser.name.clone()));
        self.fresh_externs();
        self.storage.set_narrow(parser.error, code.errors.none);
        self.parser_error = code.errors.none;
        let mut flow = self.block(&parser.prologue);
        let mut at = parser.start;
        let accepted = loop {
            match flow {
                Flow::Reject => break false,
                Flow::Stop => return Err(Flow::Stop),
                Flow::Next | Flow::Leave(_) => {}
            }
            let Some(state) = parser.states.get(at as usize) else { break false };
            if let Some(stop) = self.round() {
                return Err(stop);
            }
            self.event(state.span, |_| EventKind::State(state.name.clone()));
            flow = self.block(&state.body);
            if matches!(flow, Flow::Reject | Flow::Stop) {
                continue;
            }
            match self.transition(&state.transition) {
                Ok(Target::State(next)) => at = next,
                Ok(Target::Accept) => break true,
                Ok(Target::Reject) => break false,
                Err(failed) => flow = failed,
            }
        };
        self.storage.set_narrow(parser.error, self.parser_error);
        self.event(Span::NONE, |run| EventKind::Parsed { accepted, error: run.error_name() });
        Ok(accepted)
    }

    fn error_name(&self) -> Arc<str> {
        let position = usize::try_from(self.parser_error).ok();
        position.and_then(|i| self.code.names.errors.get(i).cloned()).unwrap_or_else(|| "?".into())
    }

    fn transition(&mut self, transition: &'m Transition) -> Result<Target, Flow> {
        let (guards, keys, cases, span) = match transition {
            Transition::Direct(target) => return Ok(*target),
            Transition::Select(guards, keys, cases, span) => (guards, keys, cases, *span),
        };
        match self.block(guards) {
            Flow::Next => {}
            failed => return Err(failed),
        }
        if self.trace.is_some() {
            self.note_hazards_in(keys.iter(), span);
        }
        if let ([Any::Narrow(key)], true) = (keys.as_slice(), cases.iter().all(is_plain)) {
            let key = self.env().narrow(key);
            let found = cases.iter().find(|c| match c.matchers.as_slice() {
                [Matcher::Masked { value, mask }] => key & mask == *value,
                _ => true,
            });
            if let (Some(case), true) = (found, self.trace.is_some()) {
                self.select_event(&[Value::Narrow(key)], case.target, span);
            }
            return found.map(|c| c.target).ok_or_else(|| self.fail(self.code.errors.no_match, span));
        }
        let values: Vec<Value> = keys.iter().map(|k| self.env().any(k)).collect();
        let found = cases.iter().find(|c| self.matches(&c.matchers, &values));
        if let (Some(case), true) = (found, self.trace.is_some()) {
            self.select_event(&values, case.target, span);
        }
        found.map(|c| c.target).ok_or_else(|| self.fail(self.code.errors.no_match, span))
    }

    fn select_event(&mut self, keys: &[Value], target: Target, span: Span) {
        let to = match target {
            Target::Accept => "accept".into(),
            Target::Reject => "reject".into(),
            Target::State(at) => {
                let states = self.parsing.and_then(|at| self.code.parsers.get(at as usize));
                let state = states.and_then(|parser| parser.states.get(at as usize));
                state.map_or_else(|| "?".into(), |state| state.name.clone())
            }
        };
        let keys = keys.iter().map(number).collect();
        self.event(span, |_| EventKind::Select { keys, to });
    }

    fn matches(&self, matchers: &[Matcher], values: &[Value]) -> bool {
        matchers.iter().enumerate().all(|(i, matcher)| match (matcher, values.get(i)) {
            (Matcher::ValueSet(set), _) => {
                let elements =
                    self.state.value_sets.get(*set as usize).map(Vec::as_slice).unwrap_or_default();
                let rest = values.get(i..).unwrap_or_default();
                elements.iter().any(|e| self.matches(e, rest))
            }
            (Matcher::Any, _) => true,
            (matcher, Some(value)) => holds(matcher, value),
            (_, None) => false,
        })
    }

    /// Sets the parser's error and rejects.
    pub(super) fn fail(&mut self, error: u128, span: Span) -> Flow {
        self.parser_error = error;
        self.event(span, |run| EventKind::Failed(run.error_name()));
        Flow::Reject
    }

    /// `extract`, in the order of the specification's section 12.8.1: length of the varbit, of the packet, of the header.
    pub(super) fn extract(&mut self, access: &Access, length: Option<&Narrow>, span: Span) -> Flow {
        let code = self.code;
        // A guard has made sure that `next` exists; an index out of range extracts into nothing.
        let Some(header) = self.env().header(access) else { return Flow::Next };
        let Some(ty) = code.layout.type_of(header) else { return Flow::Next };
        let length = length.map_or(0, |l| self.env().narrow(l));
        if !length.is_multiple_of(8) {
            return self.fail(code.errors.invalid_argument, span);
        }
        let left = (self.packet.len() * 8 - self.cursor) as u128;
        if u128::from(ty.fixed) + length > left {
            return self.fail(code.errors.packet_too_short, span);
        }
        if length > u128::from(ty.varbit.unwrap_or(0)) {
            return self.fail(code.errors.header_too_short, span);
        }
        let length = length as u32;
        let mut at = self.cursor;
        for field in &ty.fields {
            let mut width = field.width;
            match code.layout.absolute(header, field.slot) {
                Slot::Narrow(slot) => self.storage.set_narrow(slot, read(&self.packet, at, width)),
                Slot::Wide(slot) => {
                    if let Some(place) = self.storage.wide.get_mut(slot as usize) {
                        *place = read_big(&self.packet, at, width);
                    }
                }
                Slot::Var(slot) => {
                    width = length;
                    if let Some(place) = self.storage.var.get_mut(slot as usize) {
                        *place = VarBits { len: length, bits: read_big(&self.packet, at, length) };
                    }
                }
            }
            at += width as usize;
        }
        self.cursor = at;
        if let Some(valid) = self.storage.valid.get_mut(header) {
            *valid = true;
        }
        self.event(span, |run| EventKind::Extract {
            header: run.code.names.headers.get(header).cloned().unwrap_or_default(),
            bits: ty.fixed + length,
        });
        if let Access::Next(stack) = access
            && let Some(stack) = code.layout.stacks.get(*stack as usize)
        {
            let next = self.storage.narrow(stack.next_index);
            self.storage.set_narrow(stack.next_index, next + 1);
        }
        Flow::Next
    }
}

fn is_plain(case: &Case) -> bool {
    matches!(case.matchers.as_slice(), [Matcher::Any | Matcher::Masked { .. }])
}

fn holds(matcher: &Matcher, value: &Value) -> bool {
    match (matcher, value) {
        (Matcher::Any, _) => true,
        (Matcher::Masked { value, mask }, Value::Narrow(key)) => key & mask == *value,
        (Matcher::Range { low, high, signed }, Value::Narrow(key)) => {
            let (width, is_signed) = signed.map_or((0, false), |w| (w, true));
            !less(*key, *low, width, is_signed) && !less(*high, *key, width, is_signed)
        }
        (Matcher::Wide(keyset, width, signed), Value::Wide(key)) => match keyset {
            Keyset::Universal => true,
            Keyset::Value(v) => v == key,
            Keyset::Mask { value, mask } => value & mask == key & mask,
            Keyset::Range { lo, hi } => {
                big_compare(BinaryOp::Le, lo, key, *width, *signed)
                    && big_compare(BinaryOp::Le, key, hi, *width, *signed)
            }
            Keyset::ValueSet(_) => false,
        },
        (Matcher::Masked { .. } | Matcher::Range { .. }, Value::Wide(_))
        | (Matcher::Wide(..), Value::Narrow(_))
        | (Matcher::ValueSet(_), _) => false,
    }
}
