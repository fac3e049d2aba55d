//! What applying a table does to what is known, and keys of tables that are rewritten.

use crate::analysis::effects::{self, StorageSet};
use crate::ir::*;
use rustc_hash::FxHashMap;

/// What applying a table does, computed once.
pub(super) struct TableFacts {
    pub(super) writes: FxHashMap<TableId, StorageSet>,
    /// Labels that its actions leave.
    pub(super) leaves: FxHashMap<TableId, Vec<LabelId>>,
    /// How often it is applied in the program's text.
    pub(super) sites: FxHashMap<TableId, usize>,
}

impl TableFacts {
    pub(super) fn new(program: &Program) -> TableFacts {
        let mut facts = TableFacts {
            writes: FxHashMap::default(),
            leaves: FxHashMap::default(),
            sites: FxHashMap::default(),
        };
        let mut of_action: FxHashMap<ActionId, (StorageSet, Vec<LabelId>)> = FxHashMap::default();
        for (id, action) in program.actions.iter() {
            let mut writes = StorageSet::new();
            writes.locals.extend(action.params.iter().map(|p| p.local));
            effects::block_effects(program, &action.body, &mut StorageSet::new(), &mut writes);
            let (mut own, mut left) = (Vec::new(), Vec::new());
            visit::statements(&action.body, &mut |stmt| match stmt.kind {
                StmtKind::Labelled { label, .. } => own.push(label),
                StmtKind::Leave(label) => left.push(label),
                _ => {}
            });
            left.retain(|label| !own.contains(label));
            of_action.insert(id, (writes, left));
        }
        for (id, table) in program.tables.iter() {
            let (mut writes, mut leaves) = (StorageSet::new(), Vec::new());
            for action in &table.actions {
                if let Some((w, l)) = of_action.get(&action.action) {
                    writes.add_all(w);
                    leaves.extend(l.iter().copied());
                }
            }
            leaves.sort();
            leaves.dedup();
            facts.writes.insert(id, writes);
            facts.leaves.insert(id, leaves);
        }
        for block in program.blocks() {
            visit::statements(block, &mut |stmt| {
                if let StmtKind::ApplyTable { table, .. } = stmt.kind {
                    *facts.sites.entry(table).or_insert(0) += 1;
                }
            });
        }
        facts
    }
}

/// Expressions of tables' keys as they are to be from now on.
pub(super) type Keys = Vec<(TableId, Vec<Expr>)>;

pub(super) fn put_keys(program: &mut Program, keys: Keys) {
    for (table, exprs) in keys {
        for (key, expr) in program.tables[table].key_exprs_mut().zip(exprs) {
            *key = expr;
        }
    }
}
