//! Which locals the functions of loops share with what is around them: in, blocks and how their loops are made; out, the locals that are used
//! in more than one function, or by a later round of what an earlier one has left.
//!
//! A local that one function alone uses, and that every round sets before it is read, is a variable of that function.

use super::{Loops, Shape};
use cranelift_entity::EntitySet;
use p4xdp_midend::analysis::effects::{self, StorageSet};
use p4xdp_midend::ir::visit::Flow;
use p4xdp_midend::ir::{Block, LValue, LabelId, LocalId, Program, Stmt, StmtKind, Table};
use rustc_hash::{FxHashMap, FxHashSet};

/// The locals that several functions use; `steps` are used by the section itself.
pub(super) fn carried(
    program: &Program,
    blocks: &[&Block],
    steps: &FxHashSet<LocalId>,
    loops: &Loops,
) -> EntitySet<LocalId> {
    let mut users = Users { program, loops, of: FxHashMap::default(), shared: EntitySet::new() };
    for local in steps {
        users.of.insert(*local, None);
    }
    for block in blocks {
        users.block(block, None);
    }
    users.shared
}

/// A function: the section's own, or that of the loop with this body.
type User = Option<*const Block>;

struct Users<'a> {
    program: &'a Program,
    loops: &'a Loops,
    /// The function that uses a local, as far as it is the only one.
    of: FxHashMap<LocalId, User>,
    shared: EntitySet<LocalId>,
}

impl Users<'_> {
    fn uses(&mut self, local: LocalId, user: User) {
        if *self.of.entry(local).or_insert(user) != user {
            self.shared.insert(local);
        }
    }

    fn block(&mut self, block: &Block, user: User) {
        for stmt in block {
            self.stmt(stmt, user);
        }
    }

    fn stmt(&mut self, stmt: &Stmt, user: User) {
        if let StmtKind::Loop { body, .. } = &stmt.kind
            && let Some(Shape::Called(_)) = self.loops.shape(body)
        {
            let mut rounds =
                Rounds { program: self.program, exposed: FxHashSet::default(), left: FxHashMap::default() };
            rounds.block(body, &mut Some(FxHashSet::default()));
            rounds.exposed.into_iter().for_each(|local| {
                self.shared.insert(local);
            });
            return self.block(body, Some(std::ptr::from_ref(body)));
        }
        let (mut reads, mut writes) = (StorageSet::new(), StorageSet::new());
        own_effects(self.program, stmt, &mut reads, &mut writes);
        reads.locals.into_iter().chain(writes.locals).for_each(|local| self.uses(local, user));
        if let StmtKind::ApplyTable { table, .. } = &stmt.kind {
            for action in &self.program.tables[*table].actions {
                self.block(&self.program.actions[action.action].body, user);
            }
        }
        for inner in stmt.blocks() {
            self.block(inner, user);
        }
    }
}

/// What a statement itself reads and writes, its blocks and the bodies of actions left out.
fn own_effects(program: &Program, stmt: &Stmt, reads: &mut StorageSet, writes: &mut StorageSet) {
    if let StmtKind::ApplyTable { table, hit, action_run } = &stmt.kind {
        let table = &program.tables[*table];
        table.key_exprs().for_each(|expr| effects::expr_reads(program, expr, reads));
        writes.locals.extend(params(program, table));
        writes.locals.extend(hit.iter().chain(action_run).copied());
    } else if stmt.blocks().is_empty() {
        effects::stmt_effects(program, stmt, reads, writes);
    } else {
        stmt.exprs(&mut |expr| effects::expr_reads(program, expr, reads));
    }
}

fn params<'p>(program: &'p Program, table: &'p Table) -> impl Iterator<Item = LocalId> + 'p {
    table
        .actions
        .iter()
        .flat_map(|action| program.actions[action.action].params.iter().map(|param| param.local))
}

/// Locals that are set for certain at a point, if it can be reached.
type Set = Option<FxHashSet<LocalId>>;

/// Looks through the body of a loop for locals that may be read before the round has set them.
struct Rounds<'a> {
    program: &'a Program,
    exposed: FxHashSet<LocalId>,
    /// What is set where labels are left.
    left: FxHashMap<LabelId, Set>,
}

impl Rounds<'_> {
    fn block(&mut self, block: &Block, set: &mut Set) {
        for stmt in block {
            self.stmt(stmt, set);
        }
    }

    fn stmt(&mut self, stmt: &Stmt, set: &mut Set) {
        let (mut reads, mut writes) = (StorageSet::new(), StorageSet::new());
        own_effects(self.program, stmt, &mut reads, &mut writes);
        let is_set = |local: &LocalId| set.as_ref().is_none_or(|set| set.contains(local));
        self.exposed.extend(reads.locals.iter().copied().filter(|local| !is_set(local)));
        match &stmt.kind {
            StmtKind::Assign { dst: LValue::Local(local), .. } => {
                set.iter_mut().for_each(|set| {
                    set.insert(*local);
                });
            }
            StmtKind::ApplyTable { table, hit, action_run } => {
                let table = &self.program.tables[*table];
                if let Some(set) = set.as_mut() {
                    set.extend(hit.iter().chain(action_run).copied().chain(params(self.program, table)));
                }
                for action in &table.actions {
                    self.block(&self.program.actions[action.action].body, &mut set.clone());
                }
            }
            StmtKind::Assign { .. }
            | StmtKind::SetValid { .. }
            | StmtKind::CopyHeader { .. }
            | StmtKind::PushFront { .. }
            | StmtKind::PopFront { .. }
            | StmtKind::If { .. }
            | StmtKind::Switch { .. }
            | StmtKind::Labelled { .. }
            | StmtKind::Leave(_)
            | StmtKind::Loop { .. }
            | StmtKind::CallExtern { .. }
            | StmtKind::Extract { .. }
            | StmtKind::Lookahead { .. }
            | StmtKind::Advance { .. }
            | StmtKind::PacketLength { .. }
            | StmtKind::Verify { .. }
            | StmtKind::Reject { .. }
            | StmtKind::Emit(_)
            | StmtKind::EmitScalar(_) => {}
        }
        match stmt.flow() {
            Flow::Next | Flow::Verify(_) => {}
            Flow::Branches(blocks) => {
                let mut after = None;
                for block in blocks {
                    let mut inner = set.clone();
                    self.block(block, &mut inner);
                    join(&mut after, inner);
                }
                *set = after;
            }
            Flow::Labelled(label, body) => {
                self.left.insert(label, None);
                self.block(body, set);
                join(set, self.left.remove(&label).flatten());
            }
            Flow::Loop(body) => {
                self.block(body, set);
                *set = None;
            }
            Flow::Leave(label) => {
                let set = set.take();
                join(self.left.entry(label).or_default(), set);
            }
            Flow::Reject => *set = None,
        }
    }
}

/// What is set on both ways.
fn join(one: &mut Set, other: Set) {
    match (one.as_mut(), other) {
        (Some(one), Some(other)) => one.retain(|local| other.contains(local)),
        (None, other) => *one = other,
        (Some(_), None) => {}
    }
}
