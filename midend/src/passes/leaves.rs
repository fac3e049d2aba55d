//! `exit`, `return`, `break` and `continue` are removed, where control gets to the end of their block without them.
//!
//! ```text
//! l: { A; leave l; }                 =>   A                (no other `leave l` in A)
//! if (c) { A; leave l; } B  in  l    =>   if (c) { A } else { B }
//! ```
//!
//! What is left is in the middle of loops or goes beyond more than one block: the back end writes these as jumps.

use super::simplify::ends;
use crate::ir::*;
use rustc_hash::FxHashSet;

/// Removes what can be removed in every block.
pub fn run(program: &mut Program) {
    for block in program.blocks_mut() {
        labels(block);
    }
    unused_labels(program);
}

/// Removes leaves that lead to where control goes anyway.
fn labels(block: &mut Block) {
    for stmt in block.iter_mut() {
        if let StmtKind::Labelled { label, body, .. } = &mut stmt.kind {
            tail(body, *label);
        }
        for inner in stmt.blocks_mut() {
            labels(inner);
        }
    }
}

/// The block's end is right in front of the label's end: a leave there is not needed.
fn tail(block: &mut Block, label: LabelId) {
    push_rest_into_branches(block, label);
    let Some(last) = block.last_mut() else { return };
    if matches!(last.kind, StmtKind::Leave(l) if l == label) {
        block.pop();
        return;
    }
    // The end of a loop's body is in front of its start.
    if !matches!(last.kind, StmtKind::Loop { .. }) {
        last.blocks_mut().into_iter().for_each(|inner| tail(inner, label));
    }
}

/// Branches that may come to stand within one another here. C compilers take some hundreds; what would be deeper stays a jump.
const MOST_NESTED: usize = 64;

/// In a block at the label's end: `if (c) { A; leave l; } B` becomes `if (c) { A; leave l; } else { B }`.
fn push_rest_into_branches(block: &mut Block, label: LabelId) {
    let leaves_label =
        |block: &Block| matches!(block.last(), Some(Stmt { kind: StmtKind::Leave(l), .. }) if *l == label);
    // From the end, so that each statement is moved once.
    let mut depth = 0;
    for at in (0..block.len()).rev() {
        let Some(Stmt { kind: StmtKind::If { then_block, else_block, .. }, .. }) = block.get(at) else {
            depth = depth.max(block.get(at).map_or(0, nesting));
            continue;
        };
        if leaves_label(then_block) == leaves_label(else_block) {
            depth = depth.max(block.get(at).map_or(0, nesting));
            continue;
        }
        if depth >= MOST_NESTED {
            return;
        }
        let mut rest = block.split_off(at + 1);
        let Some(last) = block.last_mut() else { return };
        if let StmtKind::If { then_block, else_block, .. } = &mut last.kind {
            let (leaving, other) =
                if leaves_label(then_block) { (then_block, else_block) } else { (else_block, then_block) };
            debug_assert!(leaves_label(leaving));
            depth = depth.max(block_nesting(leaving)).max(block_nesting(other)) + 1;
            // Control does not get to the rest behind a branch that ends.
            if !ends(other) {
                other.append(&mut rest);
            }
        }
    }
}

/// How many statements stand within one another in it.
fn nesting(stmt: &Stmt) -> usize {
    stmt.blocks().into_iter().map(block_nesting).max().map_or(0, |inner| inner + 1)
}

fn block_nesting(block: &Block) -> usize {
    block.iter().map(nesting).max().unwrap_or(0)
}

/// Removes the labels that are left nowhere in the program; actions leave labels of controls, too.
fn unused_labels(program: &mut Program) {
    let mut uses = FxHashSet::default();
    for block in program.blocks() {
        visit::statements(block, &mut |s| {
            if let StmtKind::Leave(label) = s.kind {
                uses.insert(label);
            }
        });
    }
    for block in program.blocks_mut() {
        unwrap_unused(block, &uses);
    }
}

fn unwrap_unused(block: &mut Block, uses: &FxHashSet<LabelId>) {
    let mut result = Vec::with_capacity(block.len());
    for mut stmt in block.drain(..) {
        for inner in stmt.blocks_mut() {
            unwrap_unused(inner, uses);
        }
        match stmt.kind {
            StmtKind::Labelled { label, atomic: false, mut body } if !uses.contains(&label) => {
                result.append(&mut body);
            }
            kind => result.push(Stmt { kind, span: stmt.span }),
        }
    }
    *block = result;
}
