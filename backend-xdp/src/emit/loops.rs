//! Loops: in C, or as functions that `bpf_loop` calls, as `layout::loops` has decided.
//!
//! ```text
//! static __always_inline int sum_rounds(struct xdp_loop *xdp_loop)          some rounds, or one
//! {
//!     struct xdp_md *ctx = xdp_loop->ctx;
//!     struct shared *shared = xdp_loop->shared;
//!     ..
//!     for (round = 0; round < 16; round++) {
//!         if (shared->i >= ..)
//!             return XDP_NEXT_ROUND + 1;                                    leaves the first block that the loop can leave
//!         ..
//!     }
//!     return XDP_NEXT_ROUND;                                                a verdict would end the program
//! }
//!
//! static long sum(__u32 call, struct xdp_loop *xdp_loop)                    what `bpf_loop` calls until it says 1
//! ```
//!
//! Where a call makes several rounds, as many stand in front of the first call: a loop that has no more calls nothing.
//! Nothing is known in such a function but what is in the shared structure: locals that others use too, and where headers are. Pointers are made
//! anew, from the packet, in each call. So all calls are one to the verifier.

use super::Cx;
use super::losses::{abort, cannot_be};
use crate::c::code::{Code, Known, Name, ToCode, code};
use crate::c::expr::CType;
use crate::c::tree::{Place, SHARED, Tree};
use crate::layout::loops::{Called, Refused, Shape};
use crate::layout::paths::Paths;
use crate::layout::storage::candidates;
use p4xdp_control::kernel::Kernel;
use p4xdp_frontend::diagnostic::{Diagnostic, codes};
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Block, HeaderId, LabelId, visit};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// Rounds after which the ways around a loop are given up to be told apart.
const LOOP_ROUNDS: usize = 6;

/// The structure that a loop's function gets, and the variable with it.
const LOOP: Known = Known("xdp_loop");

/// A function of a loop, as far as the rounds go.
#[derive(Clone, Debug)]
pub(super) struct Function {
    /// What `bpf_loop` calls.
    name: Name,
    /// What makes the rounds of a call.
    rounds: Name,
    /// The member of the shared structure with what the last call came to.
    left: Name,
    /// The rounds.
    pub(super) body: Tree,
}

/// The loop whose function is being written.
#[derive(Clone)]
pub(super) struct Rounds {
    /// The labels around it, and the loop around it.
    around: BTreeMap<LabelId, super::Label>,
    outer: Option<Box<Rounds>>,
    /// The blocks that it leaves, and the ways on which it does.
    exits: Vec<(LabelId, Paths)>,
}

impl Rounds {
    fn is_within(&self, label: LabelId) -> bool {
        self.around.contains_key(&label) || self.outer.as_ref().is_some_and(|outer| outer.is_within(label))
    }
}

impl Cx<'_> {
    /// Writes a loop. Only [`Cx::leave`] ends it.
    pub(super) fn repeat(&mut self, body: &Block, span: Span) {
        match self.storage.loops.shape(body) {
            Some(Shape::Plain { rounds }) => self.repeat_here(body, rounds),
            Some(Shape::Called(called)) => self.repeat_by_calls(body, called, span),
            Some(Shape::Refused(refused)) => self.refuse_loop(refused, span),
            None => self.bug(span, "a loop that was not planned"),
        }
        self.paths = Paths::unreachable();
    }

    fn refuse_loop(&mut self, refused: Refused, span: Span) {
        let oldest = self.module.options.kernel.unwrap_or(Kernel::BASELINE);
        let (message, note) = match refused {
            Refused::Kernel => (
                format!("the verifier of kernel {oldest} cannot follow this loop to its end"),
                format!(
                    "kernels have `bpf_loop` for it from {} on: with `--kernel {}`, the program needs one",
                    Kernel::BPF_LOOP,
                    Kernel::BPF_LOOP
                ),
            ),
            Refused::Parser => (
                "this loop of a parser can have too many rounds for the verifier".to_owned(),
                "a longer one may only compute with variables, and fields of headers that are certain to be valid, or not to be"
                    .to_owned(),
            ),
            Refused::Emits => (
                "this loop emits headers, and the number of its rounds is not known".to_owned(),
                "a loop over constants, of at most 64 rounds, or over a header stack is written out"
                    .to_owned(),
            ),
            Refused::Nested => (
                "this loop is in too many others".to_owned(),
                format!("at most {} may be around it", crate::limits::MOST_NESTED_CALLS),
            ),
        };
        self.module.sink.emit(Diagnostic::error(codes::E0511, span, message).with_note(note));
    }

    /// As a loop in C.
    fn repeat_here(&mut self, body: &Block, rounds: u64) {
        self.settle(body);
        self.rounds_here(body, rounds);
    }

    fn rounds_here(&mut self, body: &Block, rounds: u64) {
        self.pin_for_rounds(body);
        // The loop's own: behind it nobody reads it.
        let counter = self.module.names.unique("round");
        self.out.begin(code!("for (__u32 {} = 0; {} < {}; {}++) {{", counter, counter, rounds, counter));
        self.block(body);
        self.out.end();
    }

    /// Finds what holds of headers in every round.
    fn settle(&mut self, body: &Block) {
        for round in 0.. {
            let mut again = self.paths.clone();
            let before = self.pinned.clone();
            let mut after = BTreeMap::new();
            again.join(self.rehearse(|cx| {
                cx.block(body);
                after = cx.pinned.clone();
            }));
            // What a round unpins is not pinned in the next.
            self.pinned.retain(|id, known| after.get(id).is_some_and(|after| *after || !*known));
            if self.pinned.len() < before.len() {
                let gone = before.into_keys().filter(|id| !self.pinned.contains_key(id));
                self.unpinned.extend(gone);
                continue;
            }
            if again == self.paths {
                break;
            }
            self.paths = again;
            if round > LOOP_ROUNDS {
                self.paths.blur();
            }
        }
    }

    /// Pins in front of a loop what each round would pin again.
    fn pin_for_rounds(&mut self, body: &Block) {
        let pinned_by = |cx: &mut Self, first: &[HeaderId]| {
            let mut after = BTreeMap::new();
            cx.rehearse(|cx| {
                first.iter().for_each(|id| cx.pin(*id));
                cx.block(body);
                after = std::mem::take(&mut cx.pinned);
            });
            after
        };
        let wanted = pinned_by(self, &[]);
        let wanted: Vec<HeaderId> = wanted.into_keys().filter(|id| !self.pinned.contains_key(id)).collect();
        if !wanted.is_empty() {
            let stay = pinned_by(self, &wanted);
            wanted.into_iter().filter(|id| stay.contains_key(id)).for_each(|id| self.pin(id));
        }
    }

    /// As a function that is called.
    fn repeat_by_calls(&mut self, body: &Block, called: Called, span: Span) {
        self.module.kernel = self.module.kernel.max(Kernel::BPF_LOOP);
        self.explain_calls(called, span);
        if self.in_parser.is_some() && self.has_doubtful(body) {
            return self.refuse_loop(Refused::Parser, span);
        }
        if called.has_first {
            self.settle(body);
            let before = self.paths.clone();
            self.rounds_here(body, called.rounds);
            self.paths = before;
        }
        self.merge_point();
        let name = self.module.names.unique("loop");
        let left = self.module.names.unique(&format!("{name}_left"));
        let around = std::mem::take(&mut self.labels);
        let outer = self.rounds.take().map(Box::new);
        let is_inner = outer.is_some();
        self.rounds = Some(Rounds { around, outer, exits: Vec::new() });
        let inner = self.out.nested();
        let here = std::mem::replace(&mut self.out, inner);
        // As behind the parser: where headers are is in the shared structure.
        let parser = self.in_parser.take();
        self.settle(body);
        if called.rounds > 1 {
            self.rounds_here(body, called.rounds);
        } else {
            self.block(body);
        }
        if called.rounds > 1 || !self.paths.is_unreachable() {
            self.out.line(code!("return @XDP_NEXT_ROUND;"));
        }
        let function = std::mem::replace(&mut self.out, here);
        self.pinned.clear();
        self.in_parser = parser;
        let Some(Rounds { around, outer, exits }) = self.rounds.take() else { return };
        (self.labels, self.rounds) = (around, outer.map(|outer| *outer));
        self.functions.push(Function {
            rounds: self.module.names.unique(&format!("{name}_rounds")),
            name: name.clone(),
            left: left.clone(),
            body: function,
        });
        self.members.push(super::Member::number(&left, CType::U32, false));
        let context = if is_inner {
            LOOP.code()
        } else {
            self.out.line(code!("{}.ctx = @ctx;", LOOP));
            self.out.line(code!("{}.{} = {};", LOOP, SHARED, SHARED));
            code!("&{}", LOOP)
        };
        self.out.line(code!("@bpf_loop({}, {}, {}, 0);", called.calls, name, context));
        self.leave_as_told(left, exits);
    }

    /// True if a header that is always at the same place, and so held in variables, may be found or not while it is parsed.
    fn has_doubtful(&self, body: &Block) -> bool {
        let mut doubtful = false;
        visit::statements(body, &mut |stmt| {
            stmt.headers(&mut |header| {
                for id in candidates(self.program, header) {
                    let may = self.paths.may(id);
                    doubtful |= may.packet && may.absent && self.storage.headers[id].shared.is_none();
                }
            });
        });
        doubtful
    }

    /// Goes on behind a loop as its last round has told.
    fn leave_as_told(&mut self, left: Name, exits: Vec<(LabelId, Paths)>) {
        let told = self.fresh("told", code!("__u32"));
        self.out.assignment(&told, Place::Shared(left));
        // A loop that did not end has more rounds than there can be.
        let ended = code!("{} < @XDP_NEXT_ROUND ? {} : {}", told, told, abort());
        let mut exits = exits.into_iter().enumerate();
        let Some((_, (last, paths))) = exits.next() else {
            return self.out.line(code!("return {};", ended));
        };
        self.out.return_if(code!("{} <= @XDP_NEXT_ROUND", told), ended);
        for (i, (label, paths)) in exits {
            self.paths = paths;
            self.out.begin_single_if(code!("{} == {}", told, way_out(i)));
            self.leave(label);
            self.out.end();
        }
        self.paths = paths;
        self.leave(last);
    }

    /// Leaves a block that is around the loop whose function is being written; false if there is none.
    pub(super) fn leave_rounds(&mut self, label: LabelId) -> bool {
        let Some(rounds) = self.rounds.as_mut().filter(|rounds| rounds.is_within(label)) else {
            return false;
        };
        let paths = std::mem::replace(&mut self.paths, Paths::unreachable());
        let known = rounds.exits.iter_mut().position(|(exit, _)| *exit == label);
        let at = known.unwrap_or(rounds.exits.len());
        match rounds.exits.get_mut(at) {
            Some((_, ways)) => ways.join(paths),
            None => rounds.exits.push((label, paths)),
        }
        self.out.line(code!("return {};", way_out(at)));
        true
    }

    /// Says what the user has to know of a loop that is called.
    fn explain_calls(&mut self, called: Called, span: Span) {
        if self.module.told.contains(&span) {
            return;
        }
        self.module.told.push(span);
        if !called.is_bounded {
            let most = called.calls.saturating_mul(called.rounds);
            let message =
                format!("this loop may have more than {most} rounds, which is all that XDP has for it");
            self.module.sink.emit(
                Diagnostic::warning(codes::W0503, span, message)
                    .with_note("a packet with which it is not done by then is aborted (`XDP_ABORTED`)"),
            );
        }
    }
}

/// What a function of rounds returns to leave the block of this position.
fn way_out(position: usize) -> Code {
    code!("@XDP_NEXT_ROUND + {}", position + 1)
}

impl Function {
    /// Writes it, with declarations in front: what makes rounds, and what `bpf_loop` calls.
    pub(super) fn write(self, cx: &Cx<'_>, out: &mut Tree) {
        let Function { name, rounds, left, body } = self;
        let used = body.mentions();
        out.line(code!("static @__always_inline int {}(struct {} *{})", rounds, LOOP, LOOP));
        out.begin(code!("{"));
        let mut head = Tree::default();
        cx.derive_fixed(&used, &mut head);
        let mut all = used.clone();
        all.extend(head.mentions());
        let pointers = super::file::packet_pointers(&all);
        let uses_packet = pointers.is_some();
        if uses_packet || used.contains("ctx") {
            out.line(code!("struct @xdp_md *@ctx = {}->ctx;", LOOP));
        }
        if used.contains(SHARED.0) {
            out.line(code!("struct {} *{} = {}->{};", cx.scratch.0, SHARED, LOOP, SHARED));
        }
        pointers.into_iter().for_each(|line| out.line(line));
        cx.declare_variables(&used, out);
        if !uses_packet && ["ctx", SHARED.0, LOOP.0].iter().all(|name| !used.contains(name)) {
            out.line(code!("(void){};", LOOP));
        }
        out.blank();
        drop(all);
        out.append(head);
        drop(used);
        out.append(body);
        out.end();
        out.blank();
        out.line(code!("static long {}(@__u32 call, struct {} *{})", name, LOOP, LOOP));
        out.begin(code!("{"));
        let told = code!("{}->{}", SHARED, left);
        out.line(code!("struct {} *{} = {}->{};", cx.scratch.0, SHARED, LOOP, SHARED));
        out.blank();
        out.line(code!("(void)call;"));
        out.line(code!("{} = {}({});", told, rounds, LOOP));
        out.line(code!("return {} != @XDP_NEXT_ROUND;", told));
        out.end();
        out.blank();
    }
}

impl Cx<'_> {
    /// Reports a variable that several functions use, though each has its own. Locals of the program that every round sets before it reads them
    /// may be such.
    pub(super) fn check_functions(&mut self, functions: &[Function], section: &Tree) {
        if functions.is_empty() {
            return;
        }
        let bodies = functions.iter().map(|function| &function.body).chain([section]);
        let mut used: FxHashMap<&str, usize> = FxHashMap::default();
        for name in bodies.flat_map(Tree::mentions) {
            *used.entry(name).or_default() += 1;
        }
        let shared = |name: &Name| used.get(name.as_str()).is_some_and(|functions| *functions > 1);
        let locals: FxHashSet<&Name> = self.locals.values().flatten().map(Place::name).collect();
        let variables = self.variables.iter().map(|variable| &variable.name);
        let variables = variables.filter(|name| !locals.contains(name));
        let headers = self.storage.headers.values().flat_map(|header| {
            [&header.made, &header.parsed].into_iter().filter(|place| !place.is_shared()).map(Place::name)
        });
        let torn: Vec<Name> = variables.chain(headers).filter(|name| shared(name)).cloned().collect();
        for name in torn {
            self.bug(Span::NONE, &format!("`{name}` is used in several functions of loops"));
        }
    }
}

/// Declares what loops of a section get, if there are any that are called. It has its place on the stack to itself for as long as the section
/// runs: what clang put there afterwards would be a part of a pointer to the verifier, where it was not written.
pub(super) fn declare_context(used: &FxHashSet<&str>, out: &mut Tree) {
    if used.contains(LOOP.0) {
        out.line(code!("struct {} {};", LOOP, LOOP));
    }
}

impl Cx<'_> {
    /// Makes the pointers of headers that are at the same place in every packet.
    fn derive_fixed(&self, used: &FxHashSet<&str>, out: &mut Tree) {
        let fixed: Vec<(&Name, u32, u32)> = self
            .program
            .headers
            .keys()
            .filter_map(|id| {
                let storage = &self.storage.headers[id];
                let is_used = storage.in_packet && used.contains(storage.pointer.as_str());
                let at = storage.fixed_at.filter(|_| is_used && storage.shared.is_none())?;
                Some((&storage.pointer, at, self.header_layout(id).bytes))
            })
            .collect();
        let Some(end) = fixed.iter().map(|(_, at, bytes)| at + bytes).max() else { return };
        out.return_if(code!("@data + {} > @data_end", end), cannot_be());
        for (pointer, at, _) in &fixed {
            out.assignment(*pointer, code!("@data + {}", *at));
        }
    }
}
