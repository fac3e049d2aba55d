//! Copies of blocks: a label is the name of one block in the program, so a copy's labels get names of their own.

use crate::ir::*;
use p4xdp_frontend::source::Span;
use rustc_hash::FxHashMap;

/// Renames the labels of the blocks in a copy to those from `first` on, and gives what is to be added to the program's labels.
pub(super) fn rename(copy: &mut Block, first: usize) -> Vec<Span> {
    let mut names: FxHashMap<LabelId, LabelId> = FxHashMap::default();
    let mut added = Vec::new();
    visit::statements(copy, &mut |stmt| {
        if let StmtKind::Labelled { label, .. } = stmt.kind {
            let at = first + added.len();
            added.push(stmt.span);
            names.insert(label, LabelId::from_u32(at as u32));
        }
    });
    if !names.is_empty() {
        replace(copy, &names);
    }
    added
}

fn replace(block: &mut Block, names: &FxHashMap<LabelId, LabelId>) {
    for stmt in block {
        if let StmtKind::Labelled { label, .. } | StmtKind::Leave(label) = &mut stmt.kind
            && let Some(new) = names.get(label)
        {
            *label = *new;
        }
        stmt.blocks_mut().into_iter().for_each(|inner| replace(inner, names));
    }
}
