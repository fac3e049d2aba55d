//! Which locals have no room on the stack: in, the blocks of a section; out, locals that go to the shared structure.
//!
//! clang keeps a local in a register or, as there are ten, in eight bytes of the stack, from where it is set first to where it is read last.
//! Where too many are alive, those that stay alive longest go elsewhere, as in linear-scan register allocation.

use crate::limits::STACK_FOR_LOCALS;
use cranelift_entity::EntitySet;
use p4xdp_midend::ir::visit::{self, Part};
use p4xdp_midend::ir::{Block, Expr, ExprKind, LValue, LocalId, Program, StmtKind};
use std::collections::{BTreeMap, BTreeSet};

/// The locals without room.
pub fn without_room(program: &Program, blocks: &[&Block]) -> EntitySet<LocalId> {
    let mut alive = Alive { spans: BTreeMap::new(), position: 0 };
    for block in blocks {
        visit::statements(block, &mut |stmt| {
            alive.position += 1;
            stmt.parts(&mut |part| alive.part(part));
            if let StmtKind::ApplyTable { table, .. } = &stmt.kind {
                program.tables[*table].key_exprs().for_each(|expr| alive.expr(expr));
            }
        });
    }
    let mut starts: Vec<(usize, usize, LocalId)> =
        alive.spans.into_iter().map(|(local, (first, last))| (first, last, local)).collect();
    starts.sort_unstable();
    let mut without = EntitySet::new();
    // Those that are alive, by where they end.
    let mut active: BTreeSet<(usize, LocalId)> = BTreeSet::new();
    let mut taken = 0;
    for (first, last, local) in starts {
        while let Some(&(end, ended)) = active.first().filter(|(end, _)| *end < first) {
            active.remove(&(end, ended));
            taken -= bytes(program, ended);
        }
        active.insert((last, local));
        taken += bytes(program, local);
        while taken > STACK_FOR_LOCALS
            && let Some((_, longest)) = active.pop_last()
        {
            taken -= bytes(program, longest);
            without.insert(longest);
        }
    }
    without
}

fn bytes(program: &Program, local: LocalId) -> u32 {
    program.locals[local].ty.width().div_ceil(64).max(1) * 8
}

/// Where locals are used first and last.
struct Alive {
    spans: BTreeMap<LocalId, (usize, usize)>,
    position: usize,
}

impl Alive {
    fn local(&mut self, local: LocalId) {
        let position = self.position;
        let (_, last) = self.spans.entry(local).or_insert((position, position));
        *last = position;
    }

    fn part(&mut self, part: Part<'_>) {
        match part {
            Part::Target(target) => {
                if let LValue::Local(local) = target.root() {
                    self.local(*local);
                }
            }
            Part::Local(local) => self.local(*local),
            Part::Arg(arg) | Part::Result(arg) => arg.targets(&mut |target| self.part(Part::Target(target))),
            Part::Expr(_) | Part::Written(_) | Part::Header(_) | Part::Stack(_) => {}
        }
        part.exprs(&mut |expr| self.expr(expr));
    }

    fn expr(&mut self, expr: &Expr) {
        if let ExprKind::Local(local) = &expr.kind {
            self.local(*local);
        }
        expr.operands(&mut |operand| self.expr(operand));
    }
}
