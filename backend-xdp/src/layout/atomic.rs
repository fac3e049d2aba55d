//! Blocks that are `@atomic`: in, a program; out, which registers each of them holds while it runs, or why it cannot be had.
//!
//! P4_16, section 18.4 "Concurrency model": parsers and controls run as threads, one a packet, which share the state of externs alone. A call of
//! a method is atomic by itself. `@atomic`, on block statements, parser states, controls and parsers, says that the others see the state as it was
//! before the block or is after it, and "a compiler backend must reject a program containing `@atomic` blocks if it cannot implement the
//! atomic execution of the instruction sequence".
//!
//! On XDP a thread is a processor with a packet. What other packets can see is in registers, meters and the like; counters, messages and events
//! no packet reads. So a block with one such call is atomic as it is. One that does more is, if all of it is in registers at one index: it holds
//! the lock of the cell (`bpf_spin_lock`), as every other access of that register does, those of control planes with them. Under a lock a
//! program may call nothing, so cells are looked up in front of the block, and the index must be known there.
//!
//! ```text
//! @atomic {                          cell = bpf_map_lookup_elem(&last, &index);
//!     last.read(v, index);           if (cell) bpf_spin_lock(&cell->lock);
//!     last.write(index, v + 1);      ..
//! }                                  if (cell) bpf_spin_unlock(&cell->lock);
//! ```
//!
//! A program holds one lock at a time. Of several registers in a block the first has it, if no access of the others is outside of
//! such blocks.

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

/// What a block holds while it runs.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    /// Registers that it reads and writes; the first one's cell has the lock.
    pub(crate) registers: Vec<ExternId>,
    /// The index of the cells.
    pub(crate) index: Expr,
}

/// The blocks of a program that need a lock, and the registers whose cells have one for that.
#[derive(Clone, Debug, Default)]
pub(crate) struct Atomic {
    /// By label.
    pub(crate) blocks: FxHashMap<LabelId, Held>,
    /// First registers of blocks.
    pub(crate) locked: FxHashSet<ExternId>,
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
            Ok(Some(held)) => {
                atomic.locked.extend(held.registers.first());
                atomic.blocks.insert(label, held);
            }
            Err((why, at)) => refuse(sink, span, why, at),
        }
    }
    for parser in program.parsers.values().filter(|parser| parser.atomic) {
        if let Err((why, at)) = parser_is_one_step(program, facts, parser) {
            refuse(sink, parser.span, why, at);
        }
    }
    if atomic.blocks.values().any(|held| held.registers.len() > 1) {
        for control in program.controls.values() {
            check_guarded(program, facts, &atomic, &control.body, None, sink);
        }
        for state in program.parsers.values().flat_map(|parser| parser.states.values()) {
            check_guarded(program, facts, &atomic, &state.body, None, sink);
        }
    }
    atomic
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

/// What a block has to hold; nothing if it is atomic by itself.
fn held(program: &Program, facts: &ExternFacts, body: &Block) -> Result<Option<Held>, Reason> {
    let mut found = Vec::new();
    accesses(program, facts, body, &mut found);
    let Some(first) = found.first().filter(|_| found.len() > 1 || has_loop(body)) else { return Ok(None) };
    let mut registers: Vec<ExternId> = Vec::new();
    let mut index: Option<&Expr> = None;
    for access in &found {
        let (Some(instance), Some(own)) = (access.instance, access.index) else {
            return Err(("of the externs with a state only registers can be held", access.span));
        };
        if index.is_some_and(|index| !same(index, own)) {
            return Err(("it uses registers at several indices", access.span));
        }
        index = Some(own);
        registers.push(instance);
    }
    let Some(index) = index else { return Ok(None) };
    registers.sort_unstable();
    registers.dedup();
    let (mut needed, mut written) = (StorageSet::new(), StorageSet::new());
    expr_reads(program, index, &mut needed);
    block_effects(program, body, &mut StorageSet::new(), &mut written);
    if needed.overlaps(&written) {
        return Err(("the index of its registers is found in it", first.span));
    }
    if let Some(reason) = way_out(program, body) {
        return Err(reason);
    }
    let size =
        |id: &ExternId| program.externs[*id].args.first().and_then(Arg::value).and_then(Expr::as_const);
    if registers.iter().map(size).collect::<FxHashSet<_>>().len() > 1 {
        return Err(("its registers have not the same number of cells", first.span));
    }
    Ok(Some(Held { registers, index: index.clone() }))
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
fn accesses<'p>(program: &'p Program, facts: &ExternFacts, block: &'p Block, found: &mut Vec<Access<'p>>) {
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

/// Refuses what asks for a register, held together with another one's lock somewhere, without it.
fn check_guarded(
    program: &Program,
    facts: &ExternFacts,
    atomic: &Atomic,
    block: &Block,
    within: Option<&Held>,
    sink: &mut Diagnostics,
) {
    for stmt in block {
        let own = access(program, facts, stmt).and_then(|access| access.instance);
        let guarded = atomic
            .blocks
            .values()
            .find(|held| own.is_some() && held.registers.iter().skip(1).any(|id| Some(*id) == own));
        if let Some(held) = guarded
            && within.is_none_or(|within| within.registers != held.registers)
        {
            refuse(sink, held.index.span, "another register is used without its lock elsewhere", stmt.span);
        }
        let held =
            if let StmtKind::Labelled { label, .. } = &stmt.kind { atomic.blocks.get(label) } else { None };
        let within = held.or(within);
        stmt.blocks()
            .into_iter()
            .for_each(|inner| check_guarded(program, facts, atomic, inner, within, sink));
        for action in applied(program, stmt).into_iter().flat_map(|table| &table.actions) {
            check_guarded(program, facts, atomic, &program.actions[action.action].body, within, sink);
        }
    }
}
