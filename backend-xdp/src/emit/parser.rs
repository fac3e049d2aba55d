//! Parsers: a label a state, a cursor `p`, and as few bounds checks as P4 allows.
//!
//! Where a rejected packet is gone anyway, what is extracted later for certain may be asked for earlier:
//!
//! ```text
//! parse_ethernet:
//!     if (p + 34 > data_end)        every way on either rejects or extracts 20 bytes more
//!         goto reject;
//! ```

use super::Cx;
use super::losses::cannot_be;
use super::parser_bounds::{Need, needs_bytes};
use super::parser_graph::{states_in_order, targets};
use super::statistics::count_error;
use crate::c::code::{Code, Name, ToCode, code};
use crate::c::expr::CType;
use crate::c::tree::SHARED;
use crate::layout::paths::Paths;
use crate::layout::storage::{HeaderStorage, Holding, Wanted};
use crate::limits::LARGEST_OFFSET;
use p4xdp_frontend::arena::Arena;
use p4xdp_frontend::diagnostic::{Diagnostic, codes};
use p4xdp_frontend::source::Span;
use p4xdp_midend::analysis::parser_graph::ParserGraph;
use p4xdp_midend::ir::{HeaderRef, Parser, ParserId, StateId, Target, Transition};

/// What is known while a parser is written.
pub(super) struct ParserContext {
    pub(super) parser: ParserId,
    /// A rejected packet can still be seen: nothing may be asked for early, and the error matters.
    pub(super) visible: bool,
    /// Bytes behind the cursor that are known to be there.
    pub(super) checked: u32,
    pub(super) states: Arena<StateId, StateContext>,
    /// The ways to accept and to reject.
    accept: Paths,
    reject: Paths,
    accept_label: Name,
}

/// What is known of a state.
#[derive(Clone, Default)]
pub(super) struct StateContext {
    label: Name,
    /// How many transitions lead there.
    incoming: usize,
    /// What leads there.
    entry: Option<Entry>,
    /// Bytes that it needs, once that was asked.
    pub(super) need: Option<Need>,
}

#[derive(Clone, PartialEq)]
pub(super) struct Entry {
    paths: Paths,
    checked: u32,
}

impl<'a> Cx<'a> {
    /// Chooses where the function keeps what its parsers find. Each is written on trial.
    pub(super) fn choose_holding(&mut self, parsers: &[ParserId], rejection_is_visible: bool) {
        let accepted: Vec<Paths> =
            parsers.iter().map(|id| self.rehearse(|cx| drop(cx.parser(*id, rejection_is_visible)))).collect();
        let module = &mut self.module;
        let wanted = if module.cuts {
            Wanted::Cuttable
        } else {
            module.options.holding.map_or(Wanted::Best, Wanted::This)
        };
        self.storage.choose(self.program, &module.types, &accepted, wanted, &mut module.names);
        for id in parsers {
            let parser = &self.program.parsers[*id];
            self.storage.make_room(self.program, parser, &states_in_order(parser));
        }
        self.keep_varbits();
    }

    /// Makes the variables with the lengths of varbit fields, which vanish where nobody asks for them.
    fn keep_varbits(&mut self) {
        for (id, header) in self.program.headers.iter() {
            let is_lifted = self.storage.headers[id].lifted.is_some();
            if is_lifted || self.program.header_types[header.ty].varbit_field().is_none() {
                continue;
            }
            let wanted = format!("{}_varbit", self.storage.headers[id].pointer);
            self.storage.headers[id].varbit = Some(self.fresh_everywhere(&wanted, CType::U32));
        }
    }

    /// Writes a parser. Control goes on behind it when it accepts, and to [`Cx::reject_label`] when it rejects, the ways that lead there
    /// being returned; where a rejection is visible, control goes on behind it in both cases.
    pub(super) fn parser(&mut self, id: ParserId, rejection_is_visible: bool) -> Paths {
        let program = self.program;
        self.phase = self.module.phases.get(&id).copied();
        let parser = &program.parsers[id];
        let order = states_in_order(parser);
        let loops = ParserGraph::new(parser).loops();
        let mut states: Arena<StateId, StateContext> =
            parser.states.keys().map(|_| StateContext::default()).collect();
        // Every round of a loop is a way out of it.
        for round in &loops {
            let out = round.iter().flat_map(|id| targets(parser, *id)).filter(|id| !round.contains(id));
            out.for_each(|id| states[id].incoming += 1);
        }
        for &state in &order {
            states[state].label = self.module.names.unique(&format!("parse_{}", parser.states[state].name));
            for target in targets(parser, state) {
                states[target].incoming += 1;
            }
        }
        let accept_label = self.module.names.unique("parsed");
        let bodies = parser.states.values().map(|state| &state.body);
        self.begin_externs(std::iter::once(&parser.prologue).chain(bodies));
        self.block(&parser.prologue);
        let context = ParserContext {
            parser: id,
            visible: rejection_is_visible,
            checked: 0,
            states,
            accept: Paths::unreachable(),
            reject: Paths::unreachable(),
            accept_label,
        };
        self.in_parser = Some(context);
        let no_error = self.error_value("NoError");
        if rejection_is_visible && !no_error.is("0") {
            self.set_error(&no_error);
        }
        self.jump(Target::State(parser.start));
        if !loops.is_empty() {
            self.settle_loops(parser, &order);
        }
        for &state in &order {
            self.state(parser, state);
        }
        self.forget_fetched();
        let Some(context) = self.in_parser.take() else { return Paths::unreachable() };
        let merges = self.storage.merging.behind_branches && self.storage.holding == Holding::Shared;
        self.paths = context.accept;
        while self.out.retract(&context.accept_label) {}
        self.out.last_label(&context.accept_label);
        if self.storage.holding == Holding::Shared {
            self.out.update(&Name::new("parsed_bytes"), code!("{}->@parsed_bytes = @p - @data;", SHARED));
        }
        if merges {
            self.derive_pointers();
        }
        context.reject
    }

    /// Makes the pointers of headers anew that are at the same place on all ways, so that the verifier forgets how far the packet was looked
    /// at on each.
    fn derive_pointers(&mut self) {
        self.fetch_packet();
        let program = self.program;
        let fixed: Vec<(Name, u32, u32)> = program
            .headers
            .keys()
            .filter(|id| self.storage.headers[*id].in_packet && self.storage.headers[*id].shared.is_none())
            .filter_map(|id| {
                let at = self.paths.fixed_offset(id)?;
                Some((self.storage.headers[id].pointer.clone(), at, self.header_layout(id).bytes))
            })
            .collect();
        let Some(end) = fixed.iter().map(|(_, at, bytes)| at + bytes).max() else { return };
        self.out.return_if(code!("@data + {} > @data_end", end), cannot_be());
        for (pointer, at, _) in &fixed {
            self.out.assignment(pointer, code!("@data + {}", *at));
        }
    }

    /// Makes the cursor anew where ways meet on which it stands at different places: a difference of pointers is any number to the verifier.
    fn merge_cursor(&mut self, incoming: usize) {
        let merging = &self.storage.merging;
        if !merging.behind_branches
            || self.storage.holding != Holding::Shared
            || self.paths.is_at_one_place()
            || incoming < 2
        {
            return;
        }
        // Twice: clang must neither see through the difference nor make the sum a second time, which would be another pointer to the verifier.
        let cursor = Name::new("p");
        self.out.line(code!("@barrier_var(@p);"));
        if self.fetches() {
            // Each way has tested the packet as far as it went, and nothing is pointed to that was found on one.
            let at = self.fresh("cursor_at", code!("__u32"));
            self.out.assignment(&at, code!("@p - @data & {}", LARGEST_OFFSET));
            self.fetch_packet();
            self.out.update(&cursor, code!("@p = @data + {};", at));
        } else {
            self.out.update(&cursor, code!("@p = @data + (@p - @data & {});", LARGEST_OFFSET));
        }
        self.out.line(code!("@barrier_var(@p);"));
        if let Some(context) = self.context() {
            context.checked = 0;
        }
    }

    /// Forgets the pointers and flags of headers that are not carried from state to state.
    fn begin_state(&mut self) {
        self.forget_fetched();
        if self.fetches() {
            // clang must not carry them by itself.
            self.out.line(code!("@barrier();"));
        }
    }

    /// Parsers read from the shared structure where headers are.
    fn fetches(&self) -> bool {
        self.storage.headers.values().any(HeaderStorage::is_fetched_in_parsers)
    }

    fn forget_fetched(&mut self) {
        let storage = &self.storage;
        self.pinned.retain(|id, _| !storage.headers[*id].is_fetched_in_parsers());
    }

    pub(super) fn context(&mut self) -> Option<&mut ParserContext> {
        self.in_parser.as_mut()
    }

    fn state(&mut self, parser: &Parser, id: StateId) {
        let state = &parser.states[id];
        let Some(context) = self.in_parser.as_mut() else { return };
        let Some(entry) = context.states[id].entry.clone() else { return };
        context.checked = entry.checked;
        let (label, incoming) = (context.states[id].label.clone(), context.states[id].incoming);
        self.paths = entry.paths;
        let outer = self.out.set_span(state.span);
        self.out.retract(&label);
        self.out.blank();
        let origin = self.origin("", state.span);
        self.out.label(&label, &origin);
        self.merge_cursor(incoming);
        self.begin_state();
        for (i, stmt) in state.body.iter().enumerate() {
            if self.paths.is_unreachable() {
                break;
            }
            if needs_bytes(stmt) {
                let rest = state.body.get(i..).unwrap_or_default();
                self.ensure(rest, Some(&state.transition), stmt.span);
            }
            self.stmt(stmt);
        }
        if !self.paths.is_unreachable() {
            self.transition(&state.transition);
        }
        self.out.set_span(outer);
    }

    /// The length of a header without varbit field.
    pub(super) fn fixed_bytes(&self, header: &HeaderRef) -> u32 {
        self.module.types[self.header_type(header)].bytes
    }

    /// Writes a jump out of the present state.
    fn jump(&mut self, target: Target) {
        let paths = std::mem::replace(&mut self.paths, Paths::unreachable());
        let reject_label = self.reject_label;
        let Some(context) = self.in_parser.as_mut() else { return };
        let label = match target {
            // Where a rejection can be seen, the packet goes on with what was parsed.
            Target::Reject if context.visible => {
                context.accept.join(paths);
                context.accept_label.clone()
            }
            Target::Accept => {
                context.accept.join(paths);
                context.accept_label.clone()
            }
            Target::Reject => {
                context.reject.join(paths);
                reject_label.name()
            }
            Target::State(id) => {
                let checked = context.checked;
                let entry = &mut context.states[id].entry;
                match entry {
                    Some(entry) => {
                        entry.paths.join(paths);
                        entry.checked = entry.checked.min(checked);
                    }
                    None => *entry = Some(Entry { paths, checked }),
                }
                context.states[id].label.clone()
            }
        };
        self.out.goto(&label);
    }

    /// Writes a jump that is taken under a condition.
    pub(super) fn jump_if(&mut self, condition: impl ToCode, target: Target) {
        let (before, checked) = (self.paths.clone(), self.in_parser.as_ref().map_or(0, |c| c.checked));
        self.out.begin_single_if(condition);
        self.jump(target);
        self.out.end();
        self.paths = before;
        if let Some(context) = self.context() {
            context.checked = checked;
        }
    }

    /// Rejects with an error of core.p4's, if a condition holds.
    pub(super) fn fail_if(&mut self, condition: impl ToCode, error: &str) {
        let value = self.error_value(error);
        self.fail_with(Some(&condition.code()), value);
    }

    pub(super) fn fail_with(&mut self, condition: Option<&Code>, error: impl ToCode) {
        let visible = self.in_parser.as_ref().is_some_and(|c| c.visible);
        match (condition, visible) {
            (Some(condition), false) => self.jump_if(condition, Target::Reject),
            (None, false) => self.jump(Target::Reject),
            (Some(condition), true) => {
                let before = self.paths.clone();
                self.out.begin_if(condition);
                self.out.line(count_error());
                self.set_error(error);
                self.jump(Target::Reject);
                self.out.end();
                self.paths = before;
            }
            (None, true) => {
                self.out.line(count_error());
                self.set_error(error);
                self.jump(Target::Reject);
            }
        }
    }

    fn set_error(&mut self, value: impl ToCode) {
        let parser = self.in_parser.as_ref().map(|c| c.parser);
        if let Some(parser) = parser {
            let variable = self.variable(self.program.parsers[parser].error);
            self.out.assignment(&variable, value);
        }
    }

    fn transition(&mut self, transition: &Transition) {
        match transition {
            Transition::Direct(target) => self.jump(*target),
            Transition::Select { keys, cases } => self.select_target(keys, cases),
        }
    }

    /// Rejects by an error of core.p4's.
    pub(super) fn fail(&mut self, error: &str) {
        let value = self.error_value(error);
        self.fail_with(None, value);
    }

    /// Rejects by an error if nothing matched.
    pub(super) fn no_match(&mut self) {
        self.fail("NoMatch");
    }

    /// Writes the jump that a select without any condition comes down to.
    pub(super) fn jump_to(&mut self, target: Target) {
        self.jump(target);
    }

    /// The number of an error of core.p4's.
    pub(super) fn error_value(&mut self, name: &str) -> Code {
        match self.program.errors.iter().position(|error| &**error == name) {
            Some(position) => position.code(),
            None => {
                let parser = self.in_parser.as_ref().map(|context| context.parser);
                let span = parser.map_or(Span::NONE, |id| self.program.parsers[id].span);
                let message =
                    format!("the parser can reject by `error.{name}`, which the program does not declare");
                self.module.sink.emit(
                    Diagnostic::error(codes::E0516, span, message)
                        .with_note("the standard `core.p4` declares it"),
                );
                code!("0")
            }
        }
    }

    /// Finds what leads into each state of a parser with loops.
    fn settle_loops(&mut self, parser: &Parser, order: &[StateId]) {
        loop {
            let entries = |cx: &Self| -> Option<Vec<Option<Entry>>> {
                Some(cx.in_parser.as_ref()?.states.values().map(|s| s.entry.clone()).collect())
            };
            let before = entries(self);
            self.rehearse(|cx| {
                for &state in order {
                    cx.state(parser, state);
                }
            });
            if before == entries(self) {
                break;
            }
        }
        if let Some(context) = self.context() {
            context.accept = Paths::unreachable();
            context.reject = Paths::unreachable();
        }
    }
}
