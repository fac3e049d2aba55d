//! Parsers: states, selects, and sub-parsers spliced into the state that applies them.

use super::env::{Binding, CopyOut};
use super::footprint::Footprint;
use super::inline::Sharing;
use super::instance::{ObjectId, ObjectKind};
use super::keyset::is_true;
use super::stmt::is_atomic;
use super::types::join;
use super::value::Value;
use super::{Elaborator, Res};
use crate::ir::{self, Expr, Keyset, StateId, Target};
use p4xdp_frontend::arena::Arena;
use p4xdp_frontend::hir::{self, Block, Call, ParserBody, StateTarget, TypeId};
use p4xdp_frontend::source::Span;
use std::collections::VecDeque;
use std::sync::Arc;

/// A parser being made. The statements of the state at hand are the elaborator's `out`.
pub(super) struct ParserBuilder {
    pub(super) states: Arena<StateId, ir::ParserState>,
    current: StateId,
    pub(super) reject_is_visible: bool,
    /// Something of it is `@atomic`.
    pub(super) atomic: bool,
}

impl ParserBuilder {
    pub(super) fn new(reject_is_visible: bool) -> ParserBuilder {
        ParserBuilder {
            states: Arena::new(),
            current: StateId::from_u32(0),
            reject_is_visible,
            atomic: false,
        }
    }
}

impl<'h> Elaborator<'h> {
    fn new_state(&mut self, name: Arc<str>, span: Span) -> Res<StateId> {
        self.statements += 1;
        match &mut self.parser {
            Some(parser) => Ok(parser.states.push(ir::ParserState {
                name,
                body: Vec::new(),
                transition: ir::Transition::Direct(Target::Reject),
                span,
            })),
            None => Err(self.bug(span, "a state outside of a parser")),
        }
    }

    /// Begins a state; its statements follow.
    fn begin_state(&mut self, state: StateId) {
        if let Some(parser) = &mut self.parser {
            parser.current = state;
        }
        self.out.clear();
    }

    /// Ends the state at hand.
    fn end_state(&mut self, transition: ir::Transition) {
        let body = std::mem::take(&mut self.out);
        if let Some(parser) = &mut self.parser {
            let state = &mut parser.states[parser.current];
            state.body = body;
            state.transition = transition;
        }
    }

    fn state_name(&self) -> Arc<str> {
        self.parser.as_ref().map_or_else(|| "".into(), |p| p.states[p.current].name.clone())
    }

    /// Makes the states that a parser's `start` leads to. `accept` is where it goes in the end.
    pub(super) fn parser_states(
        &mut self,
        body: &'h ParserBody,
        prefix: &str,
        accept: Target,
    ) -> Res<StateId> {
        let mut ids: Vec<Option<StateId>> = vec![None; body.states.len()];
        let mut queue = VecDeque::from([body.start]);
        while let Some(at) = queue.pop_front() {
            let (Some(slot), Some(state)) = (ids.get(at), body.states.get(at)) else {
                return Err(self.bug(Span::NONE, "a transition to no state"));
            };
            if slot.is_some() {
                continue;
            }
            let id = self.new_state(join(prefix, &state.name.name), state.name.span)?;
            if let Some(slot) = ids.get_mut(at) {
                *slot = Some(id);
            }
            let mut target = |target: &StateTarget| match target {
                StateTarget::State(next) => queue.push_back(*next),
                StateTarget::Accept | StateTarget::Reject => {}
            };
            match &state.transition {
                hir::Transition::Direct(next, _) => target(next),
                hir::Transition::Select { cases, .. } => cases.iter().for_each(|c| target(&c.target)),
            }
        }
        let mut result = Ok(());
        for (state, id) in body.states.iter().zip(&ids) {
            if let Some(id) = id {
                self.begin_state(*id);
                result = result.and(self.state(state, &ids, accept));
            }
        }
        result?;
        match ids.get(body.start) {
            Some(Some(start)) => Ok(*start),
            _ => Err(self.bug(Span::NONE, "a parser without `start`")),
        }
    }

    fn state(&mut self, state: &'h hir::ParserState, ids: &[Option<StateId>], accept: Target) -> Res<()> {
        let resolve = |target: StateTarget| match target {
            StateTarget::State(at) => match ids.get(at) {
                Some(Some(id)) => Target::State(*id),
                _ => Target::Reject,
            },
            StateTarget::Accept => accept,
            StateTarget::Reject => Target::Reject,
        };
        self.note_atomic(&state.annotations);
        let transition = self.scoped(|e| {
            e.statements(&state.body)?;
            match &state.transition {
                hir::Transition::Direct(target, _) => Ok(ir::Transition::Direct(resolve(*target))),
                hir::Transition::Select { keys, cases, span } => e.select(keys, cases, &resolve, *span),
            }
        })?;
        self.end_state(transition);
        Ok(())
    }

    fn note_atomic(&mut self, annotations: &[hir::Annotation]) {
        if let Some(parser) = &mut self.parser {
            parser.atomic |= is_atomic(annotations);
        }
    }

    fn select(
        &mut self,
        keys: &'h [hir::Expr],
        cases: &'h [hir::SelectCase],
        resolve: &dyn Fn(StateTarget) -> Target,
        span: Span,
    ) -> Res<ir::Transition> {
        let types: Vec<TypeId> = keys.iter().map(|k| k.ty).collect();
        let mut leaves = Vec::new();
        for (value, key) in self.values(&keys.iter().collect::<Vec<_>>())?.into_iter().zip(keys) {
            self.flatten(value, &mut leaves, key.span)?;
        }
        let fixed = leaves.len();
        let mut all = Vec::new();
        // A condition that is not constant becomes a key of its own, which its case alone looks at.
        let mut conditions: Vec<Expr> = Vec::new();
        for case in cases {
            let (mut keysets, own) = self.select_keysets(&case.keysets, &types, &leaves)?;
            if keysets.len() != fixed {
                return Err(self.bug(case.span, "a case with another number of keys"));
            }
            keysets.extend(conditions.iter().map(|_| Keyset::Universal));
            keysets.extend(own.iter().map(|_| is_true()));
            conditions.extend(own);
            all.push(ir::SelectCase { keysets, target: resolve(case.target), span: case.span });
        }
        let count = fixed + conditions.len();
        for case in &mut all {
            case.keysets.resize(count, Keyset::Universal);
        }
        leaves.extend(conditions);
        if leaves.is_empty() {
            // Nothing to look at: the first case that there is.
            return match all.first() {
                Some(case) => Ok(ir::Transition::Direct(case.target)),
                None => Err(self.bug(span, "a select without cases")),
            };
        }
        Ok(ir::Transition::Select { keys: leaves, cases: all })
    }

    /// An `if` around the application of a sub-parser: branches become states.
    pub(super) fn if_in_parser(
        &mut self,
        condition: Expr,
        then_block: &'h Block,
        else_block: Option<&'h Block>,
        span: Span,
    ) -> Res<()> {
        let name = self.state_name();
        let then_state = self.new_state(format!("{name}_then").into(), span)?;
        let else_state = self.new_state(format!("{name}_else").into(), span)?;
        let join_state = self.new_state(name, span)?;
        let case =
            |keyset, state| ir::SelectCase { keysets: vec![keyset], target: Target::State(state), span };
        self.end_state(ir::Transition::Select {
            keys: vec![condition],
            cases: vec![case(is_true(), then_state), case(Keyset::Universal, else_state)],
        });
        self.begin_state(then_state);
        self.block_stmt(then_block)?;
        self.end_state(ir::Transition::Direct(Target::State(join_state)));
        self.begin_state(else_state);
        if let Some(block) = else_block {
            self.block_stmt(block)?;
        }
        self.end_state(ir::Transition::Direct(Target::State(join_state)));
        self.begin_state(join_state);
        Ok(())
    }

    /// Applies a sub-parser (specification, "Sub-parsers"): the state at hand goes to its `start`, its `accept` is the rest of
    /// the state at hand, where the copies out are made. It may work on its caller's storage only where nobody sees what
    /// it wrote before it rejected.
    pub(super) fn apply_parser(&mut self, object: Value, call: &'h Call) -> Res<Value> {
        let span = call.span;
        let Value::Object(object) = object else {
            return Err(self.bug(span, "an application of something that is no parser"));
        };
        let ObjectKind::Parser(decl) = self.objects[object].kind else {
            return Err(self.bug(span, "an application of something that is no parser"));
        };
        if self.env.frames.last().is_some_and(|f| !f.loops.is_empty()) {
            return Err(self.unsupported(span, "a sub-parser in a loop statement"));
        }
        let parser = &self.hir.parsers[decl];
        let Some(body) = &parser.body else {
            return Err(self.bug(span, "a parser type is applied"));
        };
        self.note_atomic(&parser.annotations);
        let actuals = self.arguments(&parser.params, &call.args, &call.order)?;
        let outputs = self.parser.as_ref().is_some_and(|p| !p.reject_is_visible);
        let name = self.state_name();
        let prefix = join(self.state_prefix(&name), self.object_name(object));
        let copies: Vec<CopyOut> = self.within(object, |e| {
            let free = Footprint::default();
            let sharing = Sharing { free: &free, outputs, each: &|_| true };
            let formals = e.formals(&parser.params, &actuals.each, &sharing)?;
            let copies = e.enter(&parser.params, actuals, &formals, span)?;
            e.variables(&body.locals)?;
            let rest = e.new_state(name, span)?;
            // The states of the sub-parser are made after the upper half is put away.
            let upper = std::mem::take(&mut e.out);
            let current = e.parser.as_ref().map(|p| p.current);
            let start = e.parser_states(body, &prefix, Target::State(rest))?;
            if let (Some(parser), Some(current)) = (&mut e.parser, current) {
                parser.current = current;
            }
            e.out = upper;
            e.end_state(ir::Transition::Direct(Target::State(start)));
            e.begin_state(rest);
            Ok(copies)
        })?;
        self.copy_out(&copies, span)?;
        Ok(Value::Void)
    }

    /// Names of inlined states begin with the instances on the way.
    fn state_prefix<'n>(&self, state: &'n str) -> &'n str {
        state.rsplit_once('.').map_or("", |(prefix, _)| prefix)
    }

    fn object_name(&self, object: ObjectId) -> &str {
        match self.objects[object].instance {
            Some(id) => &self.hir.instances[id].name.name,
            None => &self.objects[object].name,
        }
    }

    /// A stage's parser; its parameters are bound.
    pub(super) fn stage_parser(
        &mut self,
        object: ObjectId,
        bindings: Vec<Binding>,
        reject_is_visible: bool,
        init: impl FnOnce(&mut Self) -> Res<()>,
    ) -> Res<ir::Parser> {
        let ObjectKind::Parser(decl) = self.objects[object].kind else {
            return Err(self.bug(Span::NONE, "a parser that is none"));
        };
        let parser = &self.hir.parsers[decl];
        let span = parser.name.span;
        let Some(body) = &parser.body else {
            return Err(self.bug(span, "a parser type in a package"));
        };
        let error = self.new_local("parser_error".into(), ir::ScalarType::Error, Vec::new(), span);
        self.parser = Some(ParserBuilder::new(reject_is_visible));
        self.note_atomic(&parser.annotations);
        let made = self.within(object, |e| {
            e.bind_all(&parser.params, bindings);
            let (prologue, ()) = e.block(|e| {
                init(e)?;
                e.variables(&body.locals)
            })?;
            let (_, start) = e.block(|e| e.parser_states(body, "", Target::Accept))?;
            Ok((prologue, start))
        });
        let (states, atomic) = self.parser.take().map(|p| (p.states, p.atomic)).unwrap_or_default();
        let (prologue, start) = made?;
        Ok(ir::Parser {
            name: self.objects[object].name.clone(),
            prologue,
            states,
            start,
            error,
            atomic,
            span,
        })
    }
}
