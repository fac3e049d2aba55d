//! Blocks that are `@atomic`: in, a program; out, which registers each of them holds while it runs, or why it cannot be had.
//!
//! P4_16, section 18.4 "Concurrency model": parsers and controls run as threads, one a packet, which share the state of externs alone. A call of
//! a method is atomic by itself. `@atomic`, on block statements, parser states, controls and parsers, says that the others see the state as it was
//! before the block or is after it, and "a compiler backend must reject a program containing `@atomic` blocks if it cannot implement the
//! atomic execution of the instruction sequence".
//!
//! On XDP a thread is a processor with a packet. What other packets can see is in registers, meters and the like; counters, messages and events
//! no packet reads. So a block with one such call is atomic as it is. One that does more is, if all of it is in registers. If these are at one index,
//! it holds the lock of the cell (`bpf_spin_lock`), as every other access of that register does, those of control planes with them. Under a lock a
//! program may call nothing, so cells are looked up in front of the block, and indices must be known there (`narrow` makes blocks small).
//!
//! ```text
//! @atomic {                          cell = bpf_map_lookup_elem(&last, &index);
//!     last.read(v, index);           if (cell) bpf_spin_lock(&cell->lock);
//!     last.write(index, v + 1);      ..
//! }                                  if (cell) bpf_spin_unlock(&cell->lock);
//! ```
//!
//! A program holds one lock at a time. Of several registers in a block at one index the first has it, if no access of the others is outside of
//! such blocks. All others have one lock of the whole program's together: registers at several indices, or with different numbers of cells. Any
//! other access of these holds it, too.

use super::extern_facts::{Attached, ExternFacts, Shared};
use p4xdp_frontend::diagnostic::{Diagnostic, Diagnostics, codes};
use p4xdp_frontend::source::Span;
use p4xdp_midend::analysis::effects::{StorageSet, block_effects, expr_reads};
use p4xdp_midend::analysis::parser_graph::ParserGraph;
use p4xdp_midend::ir::{
    Arg, Block, Expr, ExternId, LabelId, Parser, Program, PropertyValue, Stmt, StmtKind, Table, visit,
};
use p4xdp_midend::passes::fold::same;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// What a block holds while it runs.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    /// The cells that it reads and writes: registers, and the indices in them.
    pub(crate) cells: Vec<(ExternId, Expr)>,
    /// The lock is the program's; otherwise it is that of the first cell.
    pub(crate) is_whole: bool,
}

impl Held {
    fn registers(&self) -> BTreeSet<ExternId> {
        self.cells.iter().map(|(register, _)| *register).collect()
    }

    /// Registers that are used in blocks with this lock alone.
    fn guarded(&self) -> BTreeSet<ExternId> {
        let first = self.cells.first().filter(|_| !self.is_whole).map(|(register, _)| *register);
        self.registers().into_iter().filter(|register| Some(*register) != first).collect()
    }
}

/// The blocks of a program that need a lock, and the registers whose cells have one for that.
#[derive(Clone, Debug, Default)]
pub(crate) struct Atomic {
    /// By label.
    pub(crate) blocks: FxHashMap<LabelId, Held>,
    /// Registers whose cells have the locks of blocks.
    pub(crate) locked: FxHashSet<ExternId>,
    /// Registers that are used under the program's lock.
    pub(crate) under_one: BTreeSet<ExternId>,
}

/// A call that other packets may see something of.
struct Access<'p> {
    instance: Option<ExternId>,
    /// Of a register.
    index: Option<&'p Expr>,
    span: Span,
}

/// Why a block cannot be one step, and what of it.
type Reason = (&'static str, Span);

/// Plans the blocks of a program, and refuses those that cannot be had.
pub(crate) fn plan(program: &Program, facts: &ExternFacts, sink: &mut Diagnostics) -> Atomic {
    let mut atomic = Atomic::default();
    // Inside of a block that is atomic another one says nothing new.
    let mut outermost: Vec<(LabelId, &Block, Span)> = Vec::new();
    for block in program.blocks() {
        find(block, &mut outermost);
    }
    for (label, body, span) in outermost {
        match held(program, facts, body) {
            Ok(None) => {}
            Ok(Some(held)) => drop(atomic.blocks.insert(label, held)),
            Err((why, at)) => refuse(sink, span, why, at),
        }
    }
    for parser in program.parsers.values().filter(|parser| parser.atomic) {
        if let Err((why, at)) = parser_is_one_step(program, facts, parser) {
            refuse(sink, parser.span, why, at);
        }
    }
    let mut unguarded = BTreeSet::new();
    for block in program.blocks() {
        find_unguarded(program, facts, &atomic, (block, None), &mut unguarded);
    }
    share_locks(&mut atomic, unguarded);
    atomic
}

/// A register that is used under the program's lock once is always used so; these are, to begin with.
fn share_locks(atomic: &mut Atomic, mut under_one: BTreeSet<ExternId>) {
    loop {
        let of_whole = atomic.blocks.values().filter(|held| held.is_whole);
        under_one.extend(of_whole.flat_map(Held::registers));
        let mut others = atomic.blocks.values_mut().filter(|held| !held.is_whole);
        match others.find(|held| !held.registers().is_disjoint(&under_one)) {
            Some(other) => other.is_whole = true,
            None => break,
        }
    }
    let own = atomic.blocks.values().filter(|held| !held.is_whole);
    atomic.locked = own.filter_map(|held| held.cells.first()).map(|(register, _)| *register).collect();
    atomic.under_one = under_one;
}

/// Refuses a block.
pub(crate) fn refuse(sink: &mut Diagnostics, span: Span, why: &str, at: Span) {
    let message = format!("what is `@atomic` here cannot be executed as one step: {why}");
    sink.emit(Diagnostic::error(codes::E0530, span, message).with_label(at, "here"));
}

fn find<'p>(block: &'p Block, found: &mut Vec<(LabelId, &'p Block, Span)>) {
    for stmt in block {
        if let StmtKind::Labelled { label, atomic: true, body } = &stmt.kind {
            found.push((*label, body, stmt.span));
        } else {
            stmt.blocks().into_iter().for_each(|inner| find(inner, found));
        }
    }
}

/// True if some block of the program is to be one step.
pub(super) fn has_atomic(program: &Program) -> bool {
    let mut found = Vec::new();
    program.blocks().for_each(|block| find(block, &mut found));
    !found.is_empty()
}

/// True if other packets may see something of a statement.
pub(super) fn is_shared(program: &Program, facts: &ExternFacts, stmt: &Stmt) -> bool {
    let mut found = Vec::new();
    accesses(program, facts, std::slice::from_ref(stmt), &mut found);
    !found.is_empty()
}

/// What a block has to hold; nothing if it is atomic by itself.
fn held(program: &Program, facts: &ExternFacts, body: &Block) -> Result<Option<Held>, Reason> {
    let mut found = Vec::new();
    accesses(program, facts, body, &mut found);
    let Some(first) = found.first().filter(|_| found.len() > 1 || has_loop(body)) else { return Ok(None) };
    let mut cells: Vec<(ExternId, Expr)> = Vec::new();
    for access in &found {
        let (Some(instance), Some(own)) = (access.instance, access.index) else {
            return Err(("of the externs with a state only registers can be held", access.span));
        };
        if !cells.iter().any(|(register, index)| *register == instance && same(index, own)) {
            cells.push((instance, own.clone()));
        }
    }
    cells.sort_by_key(|(register, _)| *register);
    let (mut needed, mut written) = (StorageSet::new(), StorageSet::new());
    cells.iter().for_each(|(_, index)| expr_reads(program, index, &mut needed));
    block_effects(program, body, &mut StorageSet::new(), &mut written);
    if needed.overlaps(&written) {
        return Err(("the index of its registers is found in it", first.span));
    }
    if let Some(reason) = way_out(program, body) {
        return Err(reason);
    }
    let size =
        |id: &ExternId| program.externs[*id].args.first().and_then(Arg::value).and_then(Expr::as_const);
    let several_sizes = cells.iter().map(|(id, _)| size(id)).collect::<FxHashSet<_>>().len() > 1;
    let several_indices =
        cells.first().is_some_and(|(_, one)| cells.iter().any(|(_, index)| !same(one, index)));
    Ok(Some(Held { cells, is_whole: several_sizes || several_indices }))
}

/// A parser holds nothing, so it is one step if it asks once for what others see.
fn parser_is_one_step(program: &Program, facts: &ExternFacts, parser: &Parser) -> Result<(), Reason> {
    let mut found = Vec::new();
    parser.states.values().for_each(|state| accesses(program, facts, &state.body, &mut found));
    let again = usize::from(!ParserGraph::new(parser).loops().is_empty());
    match found.get(1usize.saturating_sub(again)) {
        Some(access) => Err(("a parser cannot hold registers", access.span)),
        None => Ok(()),
    }
}

/// Adds the calls in a block, and in the actions of its tables, that other packets may see something of.
fn accesses<'p>(program: &'p Program, facts: &ExternFacts, block: &'p [Stmt], found: &mut Vec<Access<'p>>) {
    visit::statements(block, &mut |stmt| {
        found.extend(access(program, facts, stmt));
        let Some(table) = applied(program, stmt) else { return };
        let hanging = table.properties.iter().filter_map(|(_, value)| match value {
            PropertyValue::Extern(id) => Some(&program.externs[*id].extern_type),
            PropertyValue::Const(_) | PropertyValue::Action(_) => None,
        });
        if hanging.into_iter().any(|of| facts.of(of).shared == Shared::State) {
            found.push(Access { instance: None, index: None, span: stmt.span });
        }
        for action in &table.actions {
            accesses(program, facts, &program.actions[action.action].body, found);
        }
    });
}

/// What other packets may see of a statement itself.
fn access<'p>(program: &'p Program, facts: &ExternFacts, stmt: &'p Stmt) -> Option<Access<'p>> {
    let StmtKind::CallExtern { instance, name, args, .. } = &stmt.kind else { return None };
    let of = facts.of(instance.map_or(&**name, |id| &*program.externs[id].extern_type));
    // What hangs on a table is counted where that is applied.
    if matches!(of.attached, Some(Attached::Direct(_))) {
        return None;
    }
    let index = match of.shared {
        Shared::Nothing => return None,
        Shared::Cell => args.iter().find_map(Arg::value),
        Shared::State => None,
    };
    Some(Access { instance: *instance, index, span: stmt.span })
}

fn applied<'p>(program: &'p Program, stmt: &Stmt) -> Option<&'p Table> {
    if let StmtKind::ApplyTable { table, .. } = &stmt.kind { Some(&program.tables[*table]) } else { None }
}

/// A statement that is not to stand under a lock: one that leaves the block, or calls the kernel.
fn way_out(program: &Program, body: &Block) -> Option<Reason> {
    let mut inside = FxHashSet::default();
    visit::statements(body, &mut |stmt| {
        if let StmtKind::Labelled { label, .. } = &stmt.kind {
            inside.insert(*label);
        }
    });
    let mut found = None;
    visit::statements(body, &mut |stmt| {
        let why = match &stmt.kind {
            StmtKind::Leave(label) if !inside.contains(label) => "it is left by `exit` or `return`",
            StmtKind::Loop { .. } => "a loop is in it",
            StmtKind::Reject { .. }
            | StmtKind::Verify { .. }
            | StmtKind::Extract { .. }
            | StmtKind::Lookahead { .. }
            | StmtKind::Advance { .. } => "it may end where the packet is at fault",
            StmtKind::ApplyTable { table, .. } => {
                let table = &program.tables[*table];
                if !table.keys.is_empty() && !table.entries_are_const {
                    "a table is looked up in it"
                } else {
                    let bodies = table.actions.iter().map(|action| &program.actions[action.action].body);
                    found = found.or(bodies.into_iter().find_map(|body| way_out(program, body)));
                    return;
                }
            }
            StmtKind::Leave(_)
            | StmtKind::Labelled { .. }
            | StmtKind::Assign { .. }
            | StmtKind::SetValid { .. }
            | StmtKind::CopyHeader { .. }
            | StmtKind::PushFront { .. }
            | StmtKind::PopFront { .. }
            | StmtKind::If { .. }
            | StmtKind::Switch { .. }
            | StmtKind::CallExtern { .. }
            | StmtKind::PacketLength { .. }
            | StmtKind::Emit(_)
            | StmtKind::EmitScalar(_) => return,
        };
        found = found.or(Some((why, stmt.span)));
    });
    found
}

fn has_loop(body: &Block) -> bool {
    let mut found = false;
    visit::statements(body, &mut |stmt| found |= matches!(stmt.kind, StmtKind::Loop { .. }));
    found
}

/// Finds registers that blocks hold together with another one's lock, where they are used without it.
fn find_unguarded(
    program: &Program,
    facts: &ExternFacts,
    atomic: &Atomic,
    (block, within): (&Block, Option<&Held>),
    found: &mut BTreeSet<ExternId>,
) {
    for stmt in block {
        let own = access(program, facts, stmt).and_then(|access| access.instance);
        let mut guarded = atomic.blocks.values();
        if let Some(own) = own
            && let Some(held) = guarded.find(|held| !held.is_whole && held.guarded().contains(&own))
            && within.is_none_or(|within| within.registers() != held.registers())
        {
            found.insert(own);
        }
        let held =
            if let StmtKind::Labelled { label, .. } = &stmt.kind { atomic.blocks.get(label) } else { None };
        let within = held.or(within);
        for inner in stmt.blocks() {
            find_unguarded(program, facts, atomic, (inner, within), found);
        }
        for action in applied(program, stmt).into_iter().flat_map(|table| &table.actions) {
            find_unguarded(program, facts, atomic, (&program.actions[action.action].body, within), found);
        }
    }
}
