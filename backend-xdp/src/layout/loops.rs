//! How loops are made, so that the verifier is done with them: in, the blocks of a section and the oldest kernel to run on; out, for each loop
//! whether it stays a loop in C or becomes a function that `bpf_loop` calls, and which locals are then kept where both can reach them.
//!
//! The verifier walks a loop in C round for round: that costs the number of rounds times the body, nested loops multiplied. A function that
//! `bpf_loop` calls it walks once or twice, whatever the number of rounds. A call takes as long as ten small rounds, though, so each makes
//! several of them if they are small.

mod locals;

use crate::limits::{
    MOST_CALLS, MOST_LOOP_BRANCHES, MOST_LOOP_WORK, MOST_NESTED_CALLS, MOST_ROUNDS_A_CALL, PLAIN_LOOP_WORK,
    PLAIN_LOOPS_WORK, SMALL_LOOP_WORK, WORK_A_CALL,
};
use cranelift_entity::EntitySet;
use p4xdp_control::kernel::Kernel;
use p4xdp_midend::analysis::rounds;
use p4xdp_midend::ir::{Block, Expr, ExprKind, HeaderRef, LocalId, Program, Stmt, StmtKind, visit};
use rustc_hash::{FxHashMap, FxHashSet};

/// How a loop is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// As a loop in C.
    Plain {
        /// Rounds.
        rounds: u64,
    },
    /// As a function that `bpf_loop` calls.
    Called(Called),
    /// Not at all.
    Refused(Refused),
}

/// How `bpf_loop` runs a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Called {
    /// Rounds that one call makes.
    pub rounds: u64,
    /// So many rounds are made before anything is called: few loops have more.
    pub has_first: bool,
    /// Calls at most.
    pub calls: u64,
    /// The program cannot ask for more.
    pub is_bounded: bool,
}

/// Why a loop cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The oldest kernel to run on has no `bpf_loop`.
    Kernel,
    /// It is in a parser, and does more than to compute with variables and fields.
    Parser,
    /// It emits headers.
    Emits,
    /// There are too many around it.
    Nested,
}

/// Operations that a call of a helper comes to, with what stands around it.
const HELPER: u64 = 16;

/// The loops of a section.
#[derive(Debug, Default)]
pub struct Loops {
    shapes: FxHashMap<*const Block, Shape>,
    /// Locals that are members of the shared structure, because functions of loops use them too.
    pub carried: EntitySet<LocalId>,
}

impl Loops {
    /// Decides for a section: `blocks` are all that it may run, `steps` are locals that it uses itself.
    pub fn plan(
        program: &Program,
        blocks: &[&Block],
        steps: &FxHashSet<LocalId>,
        kernel: Option<Kernel>,
    ) -> Loops {
        let has_loops = blocks.iter().any(|block| {
            let mut found = false;
            visit::statements(block, &mut |stmt| found |= matches!(stmt.kind, StmtKind::Loop { .. }));
            found
        });
        if !has_loops {
            return Loops::default();
        }
        let controls: FxHashSet<*const Block> =
            program.controls.values().map(|control| &raw const control.body).collect();
        let actions: FxHashSet<*const Block> =
            program.actions.values().map(|action| &raw const action.body).collect();
        // Actions have their turn where their tables are applied.
        let blocks = blocks.iter().copied().filter(|block| !actions.contains(&std::ptr::from_ref(*block)));
        let blocks: Vec<&Block> = blocks.collect();
        let shapes = |plain: u64| {
            let shapes = FxHashMap::default();
            let mut planner =
                Planner { program, kernel, plain, shapes, spent: 0, in_parser: false, outer: 0 };
            for block in &blocks {
                planner.in_parser = !controls.contains(&std::ptr::from_ref(*block));
                planner.block(block);
            }
            Loops { shapes: planner.shapes, carried: EntitySet::new() }
        };
        let mut loops = shapes(PLAIN_LOOP_WORK);
        if loops.any_called() {
            // The program needs the kernel anyway, and holds headers where plain loops gain less.
            loops = shapes(SMALL_LOOP_WORK);
            loops.carried = locals::carried(program, &blocks, steps, &loops);
        }
        loops
    }

    /// How the loop with this body is made.
    pub fn shape(&self, body: &Block) -> Option<Shape> {
        self.shapes.get(&std::ptr::from_ref(body)).copied()
    }

    /// True if `bpf_loop` is needed.
    pub fn any_called(&self) -> bool {
        self.shapes.values().any(|shape| matches!(shape, Shape::Called(_)))
    }
}

/// What the verifier has to do for statements.
#[derive(Clone, Copy, Default)]
struct Cost {
    /// Operations that it walks: each comes to a few instructions.
    work: u64,
    /// Branches that it has to come back to.
    branches: u64,
}

impl Cost {
    fn of(work: u64) -> Cost {
        Cost { work, branches: 0 }
    }

    fn add(&mut self, other: Cost) {
        self.work = self.work.saturating_add(other.work);
        self.branches = self.branches.saturating_add(other.branches);
    }

    fn times(self, times: u64) -> Cost {
        Cost { work: self.work.saturating_mul(times), branches: self.branches.saturating_mul(times) }
    }
}

struct Planner<'a> {
    program: &'a Program,
    kernel: Option<Kernel>,
    /// Work up to which a loop is one in C.
    plain: u64,
    shapes: FxHashMap<*const Block, Shape>,
    /// Work that loops in C have been given.
    spent: u64,
    in_parser: bool,
    /// Loops around this point that are not certain to be plain.
    outer: usize,
}

impl Planner<'_> {
    fn block(&mut self, block: &Block) -> Cost {
        let mut cost = Cost::default();
        for stmt in block {
            cost.add(self.stmt(stmt));
        }
        cost
    }

    fn stmt(&mut self, stmt: &Stmt) -> Cost {
        if let StmtKind::Loop { body, bound } = &stmt.kind {
            return self.repeated(body, bound.or_else(|| rounds::most(self.program, body)));
        }
        let mut cost = Cost::of(1);
        stmt.exprs(&mut |expr| cost.add(Cost::of(self.expr(expr))));
        stmt.headers(&mut |header| cost.add(Cost::of(self.choice(header))));
        match &stmt.kind {
            StmtKind::If { .. } | StmtKind::Switch { .. } => cost.branches += 1,
            StmtKind::ApplyTable { table, .. } => {
                let table = &self.program.tables[*table];
                cost.add(Cost::of(HELPER));
                for expr in table.key_exprs() {
                    cost.add(Cost::of(self.expr(expr)));
                }
                cost.branches += 1 + table.actions.len() as u64;
                for action in &table.actions {
                    cost.add(self.block(&self.program.actions[action.action].body));
                }
            }
            StmtKind::CallExtern { .. } => cost.add(Cost { work: HELPER, branches: 1 }),
            StmtKind::Assign { .. }
            | StmtKind::SetValid { .. }
            | StmtKind::CopyHeader { .. }
            | StmtKind::PushFront { .. }
            | StmtKind::PopFront { .. }
            | StmtKind::Labelled { .. }
            | StmtKind::Leave(_)
            | StmtKind::Loop { .. }
            | StmtKind::Extract { .. }
            | StmtKind::Lookahead { .. }
            | StmtKind::Advance { .. }
            | StmtKind::PacketLength { .. }
            | StmtKind::Verify { .. }
            | StmtKind::Reject { .. }
            | StmtKind::Emit(_)
            | StmtKind::EmitScalar(_) => {}
        }
        for inner in stmt.blocks() {
            cost.add(self.block(inner));
        }
        cost
    }

    fn expr(&self, expr: &Expr) -> u64 {
        let mut work = match &expr.kind {
            ExprKind::Const(_) | ExprKind::Local(_) => 0,
            ExprKind::Field { .. } | ExprKind::IsValid(_) | ExprKind::Conditional(..) => 2,
            ExprKind::Unary(..) | ExprKind::Binary(..) | ExprKind::Cast(_) | ExprKind::Slice { .. } => 1,
        };
        expr.operands(&mut |operand| work += self.expr(operand));
        work
    }

    /// What it takes to choose an element of a stack.
    fn choice(&self, header: &HeaderRef) -> u64 {
        match header {
            HeaderRef::Header(_) => 0,
            HeaderRef::Element { index, .. } if index.as_const().is_some() => 0,
            HeaderRef::Element { stack, .. } | HeaderRef::Next(stack) | HeaderRef::Last(stack) => {
                2 * self.program.stacks[*stack].elements.len() as u64
            }
        }
    }

    fn repeated(&mut self, body: &Block, bound: Option<u64>) -> Cost {
        let spent = self.spent;
        self.outer += 1;
        let mut round = self.block(body);
        self.outer -= 1;
        round.add(Cost { work: 1, branches: 1 });
        let all = bound.map(|rounds| round.times(rounds));
        let shape = self.shape(body, round, bound, spent);
        let cost = match shape {
            Shape::Plain { .. } => all.unwrap_or_default(),
            Shape::Called(called) => {
                let mut cost = round.times(called.rounds * if called.has_first { 2 } else { 1 });
                cost.add(Cost { work: HELPER, branches: 1 });
                cost
            }
            Shape::Refused(_) => round,
        };
        self.spent = spent.saturating_add(cost.work);
        self.shapes.insert(std::ptr::from_ref(body), shape);
        cost
    }

    fn shape(&self, body: &Block, round: Cost, bound: Option<u64>, spent: u64) -> Shape {
        if contains(body, &|stmt| matches!(stmt.kind, StmtKind::Emit(_) | StmtKind::EmitScalar(_))) {
            return Shape::Refused(Refused::Emits);
        }
        let is_old = self.kernel.is_some_and(|kernel| kernel < Kernel::BPF_LOOP);
        if let Some(rounds) = bound {
            let all = round.times(rounds);
            let total = spent.saturating_add(all.work);
            let fits = if is_old {
                total <= MOST_LOOP_WORK && all.branches <= MOST_LOOP_BRANCHES
            } else {
                // The verifier finds little alike where it comes by different rounds of an inner loop.
                let is_inner = |stmt: &Stmt| matches!(stmt.kind, StmtKind::Loop { .. });
                let most =
                    if contains(body, &is_inner) { self.plain.min(SMALL_LOOP_WORK) } else { self.plain };
                all.work <= most && total <= PLAIN_LOOPS_WORK
            };
            if fits {
                return Shape::Plain { rounds };
            }
        }
        if is_old {
            return Shape::Refused(Refused::Kernel);
        }
        if self.in_parser && !only_computes(body) {
            return Shape::Refused(Refused::Parser);
        }
        if self.outer >= MOST_NESTED_CALLS {
            return Shape::Refused(Refused::Nested);
        }
        let rounds = (WORK_A_CALL / round.work.max(1)).clamp(1, MOST_ROUNDS_A_CALL);
        let calls = bound.map(|bound| bound.div_ceil(rounds)).filter(|calls| *calls <= MOST_CALLS);
        Shape::Called(Called {
            rounds,
            // Copies of loops in loops would multiply.
            has_first: rounds > 1 && !self.calls(body),
            calls: calls.unwrap_or(MOST_CALLS),
            is_bounded: calls.is_some(),
        })
    }

    /// True if there is a loop in it that is called.
    fn calls(&self, block: &Block) -> bool {
        contains(block, &|stmt| {
            if let StmtKind::Loop { body, .. } = &stmt.kind {
                return matches!(self.shapes.get(&std::ptr::from_ref(body)), Some(Shape::Called(_)));
            }
            let StmtKind::ApplyTable { table, .. } = &stmt.kind else { return false };
            let mut actions = self.program.tables[*table].actions.iter();
            actions.any(|action| self.calls(&self.program.actions[action.action].body))
        })
    }
}

/// True if a statement in it is one of those.
fn contains(block: &Block, wanted: &dyn Fn(&Stmt) -> bool) -> bool {
    let mut found = false;
    visit::statements(block, &mut |stmt| found |= wanted(stmt));
    found
}

/// True if it computes with variables and fields, and leaves the packet and the validity of headers alone.
fn only_computes(body: &Block) -> bool {
    !contains(body, &|stmt| match &stmt.kind {
        StmtKind::SetValid { .. }
        | StmtKind::CopyHeader { .. }
        | StmtKind::PushFront { .. }
        | StmtKind::PopFront { .. }
        | StmtKind::Extract { .. }
        | StmtKind::Lookahead { .. }
        | StmtKind::Advance { .. }
        | StmtKind::PacketLength { .. }
        | StmtKind::Verify { .. }
        | StmtKind::Reject { .. }
        | StmtKind::CallExtern { .. }
        | StmtKind::ApplyTable { .. } => true,
        StmtKind::Assign { .. }
        | StmtKind::If { .. }
        | StmtKind::Switch { .. }
        | StmtKind::Labelled { .. }
        | StmtKind::Leave(_)
        | StmtKind::Loop { .. }
        | StmtKind::Emit(_)
        | StmtKind::EmitScalar(_) => false,
    })
}
