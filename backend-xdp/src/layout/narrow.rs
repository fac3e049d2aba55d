//! `@atomic` blocks become as small as they can be: in goes a program, out comes one whose blocks begin with the first and end with the last statement
//! of which other packets may see something, or none if it has no such blocks.
//!
//! ```text
//! @atomic {                                      hash(i, ..);
//!     hash(i, ..);                               random(r, 0, 9);
//!     last.read(v, i);                   =>      @atomic {
//!     if (v > 5) {                                   last.read(v, i);
//!         random(r, 0, 9);                           if (v > 5) {
//!         last.write(i, r);                              last.write(i, r);
//!     }                                              }
//!     meta.v = v;                                }
//! }                                              meta.v = v;
//! ```
//!
//! What is the packet's own nobody else sees, so it need not be one step with the rest. Under a lock a program may call nothing, and indices of registers
//! must be known in front of it.

use super::atomic::{has_atomic, is_shared};
use super::extern_facts::ExternFacts;
use p4xdp_frontend::arena::Arena;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{
    Arg, Block, Expr, ExprKind, LValue, LabelId, Local, LocalId, Program, Stmt, StmtKind, visit,
};
use rustc_hash::FxHashSet;

/// Makes such a program.
pub(crate) fn lower(program: &Program, facts: &ExternFacts) -> Option<Program> {
    if !has_atomic(program) {
        return None;
    }
    let mut narrowed = program.clone();
    let (mut locals, mut labels) =
        (std::mem::take(&mut narrowed.locals), std::mem::take(&mut narrowed.labels));
    let mut narrowing = Narrowing { program, facts, locals: &mut locals, labels: &mut labels };
    for block in narrowed.blocks_mut() {
        narrowing.block(block);
    }
    (narrowed.locals, narrowed.labels) = (locals, labels);
    Some(narrowed)
}

struct Narrowing<'p> {
    program: &'p Program,
    facts: &'p ExternFacts,
    locals: &'p mut Arena<LocalId, Local>,
    labels: &'p mut Arena<LabelId, Span>,
}

impl Narrowing<'_> {
    fn block(&mut self, block: &mut Block) {
        for stmt in block {
            match &mut stmt.kind {
                StmtKind::Labelled { atomic, body, .. } if *atomic => {
                    *atomic = false;
                    let whole = std::mem::take(body);
                    *body = self.narrowed(whole, stmt.span);
                }
                _ => stmt.blocks_mut().into_iter().for_each(|inner| self.block(inner)),
            }
        }
    }

    /// The statements, of which those that have to be are one step.
    fn narrowed(&mut self, whole: Block, span: Span) -> Block {
        let mut flat = Block::new();
        self.flatten(whole, &mut flat);
        let shared = |stmt: &Stmt| is_shared(self.program, self.facts, stmt);
        let Some(first) = flat.iter().position(shared) else { return flat };
        let last = flat.iter().rposition(shared).unwrap_or(first);
        let behind = flat.split_off(last + 1);
        let mut middle = flat.split_off(first);
        if let [only] = middle.as_mut_slice()
            && let Some(inner) = self.only_block(only)
        {
            let whole = std::mem::take(inner);
            *inner = self.narrowed(whole, span);
        } else {
            self.ask_ahead(&mut middle, &mut flat);
            let label = self.labels.push(span);
            middle = vec![Stmt { kind: StmtKind::Labelled { label, atomic: true, body: middle }, span }];
        }
        flat.extend(middle);
        flat.extend(behind);
        flat
    }

    /// Takes blocks apart that nothing leaves.
    fn flatten(&self, block: Block, into: &mut Block) {
        for stmt in block {
            match stmt.kind {
                StmtKind::Labelled { label, body, .. } if !self.leaves(&body).contains(&label) => {
                    self.flatten(body, into);
                }
                kind => into.push(Stmt { kind, span: stmt.span }),
            }
        }
    }

    /// Labels that statements leave, and actions of tables that they apply.
    fn leaves(&self, block: &[Stmt]) -> FxHashSet<LabelId> {
        let mut left = FxHashSet::default();
        visit::statements(block, &mut |stmt| match &stmt.kind {
            StmtKind::Leave(label) => drop(left.insert(*label)),
            StmtKind::ApplyTable { table, .. } => {
                for action in &self.program.tables[*table].actions {
                    left.extend(self.leaves(&self.program.actions[action.action].body));
                }
            }
            _ => {}
        });
        left
    }

    /// The one block in a statement in which there is something that others see.
    fn only_block<'s>(&self, stmt: &'s mut Stmt) -> Option<&'s mut Block> {
        if !matches!(stmt.kind, StmtKind::If { .. } | StmtKind::Switch { .. }) {
            return None;
        }
        let shared = |block: &Block| block.iter().any(|stmt| is_shared(self.program, self.facts, stmt));
        let mut blocks = stmt.blocks_mut().into_iter().filter(|block| shared(block));
        blocks.next().filter(|_| blocks.next().is_none())
    }

    /// Moves calls in front whose results depend on nothing that a packet does.
    fn ask_ahead(&mut self, block: &mut Block, ahead: &mut Block) {
        for stmt in block {
            if let Some(target) = self.asked_ahead(stmt) {
                let (ty, span) = (self.locals[target].ty, stmt.span);
                let id = self.locals.push(Local { name: "ahead".into(), ty, annotations: Vec::new(), span });
                let src = Expr { kind: ExprKind::Local(id), ty, span };
                let assignment = StmtKind::Assign { dst: LValue::Local(target), src };
                let mut call = std::mem::replace(stmt, Stmt { kind: assignment, span });
                if let StmtKind::CallExtern { args, result, .. } = &mut call.kind {
                    args.iter_mut().chain(result).filter(|arg| matches!(arg, Arg::Out(_))).for_each(|arg| {
                        *arg = Arg::Out(LValue::Local(id));
                    });
                }
                ahead.push(call);
            } else {
                stmt.blocks_mut().into_iter().for_each(|inner| self.ask_ahead(inner, ahead));
            }
        }
    }

    /// The one variable that such a call gives a value, if it is one with constants.
    fn asked_ahead(&self, stmt: &Stmt) -> Option<LocalId> {
        let StmtKind::CallExtern { instance, name, args, result, .. } = &stmt.kind else { return None };
        let name = instance.map_or(&**name, |id| &*self.program.externs[id].extern_type);
        if !self.facts.of(name).is_any_time {
            return None;
        }
        let mut targets = Vec::new();
        for arg in args.iter().chain(result) {
            match arg {
                Arg::Out(LValue::Local(id)) => targets.push(*id),
                Arg::In(value) if value.as_const().is_some() => {}
                _ => return None,
            }
        }
        if let [target] = targets.as_slice() { Some(*target) } else { None }
    }
}
