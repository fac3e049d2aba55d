//! Whether the verifier has to be kept from telling ways apart: in, the blocks of a section; out, whether ways are merged behind branches, and
//! which locals are then held where the verifier does not follow them.
//!
//! The verifier walks what follows a branch once for each way that leads there, unless it finds the ways alike. They differ by what it
//! has learned on them and is asked for again: a flag that is tested twice, a local that branches set and a later one tests, a header
//! that is made on one way and emitted at the end. n such facts are 2^n ways. What stands in memory of a map it forgets, and packets are
//! memory too: so all that is wanted is that clang reads again behind a branch, by a barrier, and that such locals stand in the shared
//! structure. That costs some loads, and small programs are better off without.

use crate::layout::pressure;
use crate::layout::storage::candidates;
use cranelift_entity::EntitySet;
use p4xdp_midend::ir::{
    Arg, BinaryOp, Block, Expr, ExprKind, HeaderId, HeaderRef, LValue, LocalId, Program, ScalarType, Stmt,
    StmtKind,
    visit::{self, Part},
};
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

/// Ways that are left to the verifier.
pub const MOST_WAYS: u64 = 128;

/// Work that is left to it: ways times operations, about what it processes if the ways part at the start. Ways are estimated from above, so
/// many programs of this much take a tenth.
pub const MOST_WORK: u64 = 5000;

/// How ways are merged in a section.
#[derive(Debug, Default)]
pub struct Merging {
    /// Ways are merged behind branches.
    pub behind_branches: bool,
    /// Locals that are members of the shared structure, so that the verifier forgets them.
    pub shared: EntitySet<LocalId>,
    /// Locals that are there because the stack has no room for them.
    pub off_stack: EntitySet<LocalId>,
    /// Headers that become valid or invalid otherwise than by being extracted.
    pub changed: EntitySet<HeaderId>,
    /// Whatever the number of ways.
    always: bool,
    /// Ways by facts that branches make; once it is settled, all ways.
    pub ways: u64,
    /// What is learned and asked for again.
    pub facts: Vec<Counted>,
    /// Headers that are asked for again and valid by being extracted alone: which of them are is one fact for each way of a parser.
    parsed: usize,
    /// Operations of the section.
    pub operations: u64,
}

/// A fact by which ways differ, as people are told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// In P4: "`h.flags.urgent`", "whether `h.vlan` is valid".
    pub fact: String,
    /// How often it is learned or asked for on one way, at most.
    pub times: u32,
    /// By how many the ways are multiplied; 1 where that is counted by the ways of the parser.
    pub ways: u64,
}

impl Merging {
    /// Counts in the blocks of a section; [`Merging::settle`] decides. `always` merges whatever the number of ways. A section that
    /// `begins_with_headers` is given each of them by a test.
    pub fn plan(program: &Program, blocks: &[&Block], begins_with_headers: bool, always: bool) -> Merging {
        let controls: FxHashSet<*const Block> =
            program.controls.values().map(|control| &raw const control.body).collect();
        let actions: FxHashSet<*const Block> =
            program.actions.values().map(|action| &raw const action.body).collect();
        let mut walk = Walk { program, changed: EntitySet::new(), in_parser: false };
        let mut times = Times::default();
        // Of parser states and actions some are run, on some ways.
        let mut alternatives = Times::default();
        for block in blocks {
            let body = std::ptr::from_ref(*block);
            if controls.contains(&body) {
                times.add(walk.block(block, false));
                continue;
            }
            walk.in_parser = !actions.contains(&body);
            alternatives.or(walk.block(block, true));
            walk.in_parser = false;
        }
        times.add(alternatives);
        if begins_with_headers {
            let is_asked = |id: &HeaderId| times.0.contains_key(&Fact::Valid(*id));
            for id in program.headers.keys().filter(is_asked).collect::<Vec<_>>() {
                times.note(Fact::Valid(id));
                walk.changed.insert(id);
            }
        }
        let again = || times.0.iter().filter(|(_, asked)| asked.times > 1);
        let is_parsed = |fact: &Fact| matches!(fact, Fact::Valid(id) if !walk.changed.contains(*id));
        let ways_of = |fact: &Fact, asked: &Asked| match (walk.is_flag(fact), asked.in_parts) {
            _ if is_parsed(fact) => 1,
            (true, false) => 2,
            (false, false) => u64::from(asked.times) + 1,
            (_, true) => 1u64.checked_shl(asked.times).unwrap_or(u64::MAX),
        };
        let facts: Vec<Counted> = again()
            .map(|(fact, asked)| Counted {
                fact: fact.name(program),
                times: asked.times,
                ways: ways_of(fact, asked),
            })
            .collect();
        let ways = facts.iter().fold(1u64, |ways, fact| ways.saturating_mul(fact.ways));
        let parsed = again().filter(|(fact, _)| is_parsed(fact)).count();
        let mut shared = EntitySet::new();
        for (fact, _) in again() {
            if let Fact::Local(local) = fact {
                shared.insert(*local);
            }
        }
        let operations = blocks.iter().map(|block| operations(block)).sum();
        let off_stack = pressure::without_room(program, blocks);
        let changed = walk.changed;
        Merging { behind_branches: true, shared, off_stack, changed, always, ways, facts, parsed, operations }
    }

    /// Leaves the ways as they are if they are few: those of branches, times those by which a parser accepts.
    pub fn settle(&mut self, accepting: usize) {
        let combinations = u32::try_from(self.parsed).ok().and_then(|n| 1u64.checked_shl(n));
        // A section without a parser has one way to begin.
        let accepting = u64::try_from(accepting).unwrap_or(u64::MAX).max(1);
        let ways = self.ways.saturating_mul(combinations.unwrap_or(u64::MAX).min(accepting));
        self.ways = ways;
        let is_little = ways <= MOST_WAYS && ways.saturating_mul(self.operations) <= MOST_WORK;
        if is_little && !self.always {
            self.behind_branches = false;
            self.shared = EntitySet::new();
        }
    }
}

/// Statements and the expressions in them. What an extern is given is work by the 16 bits, as for a checksum.
fn operations(block: &Block) -> u64 {
    let mut count = 0;
    visit::statements(block, &mut |stmt| {
        count += 1;
        stmt.parts(&mut |part| {
            count += match part {
                Part::Expr(_) => 1,
                Part::Arg(arg) => u64::from(arg_words(arg)),
                Part::Target(_)
                | Part::Written(_)
                | Part::Header(_)
                | Part::Stack(_)
                | Part::Local(_)
                | Part::Result(_) => 0,
            }
        });
    });
    count
}

fn arg_words(arg: &Arg) -> u32 {
    match arg {
        Arg::In(value) | Arg::While { value, .. } => value.ty.width().div_ceil(16),
        Arg::Struct(fields) => fields.iter().map(|(_, field)| arg_words(field)).sum(),
        Arg::Out(_)
        | Arg::Header(_)
        | Arg::Stack(_)
        | Arg::String(_)
        | Arg::Extern(_)
        | Arg::Packet
        | Arg::Missing => 0,
    }
}

/// Something that the verifier can learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fact {
    Local(LocalId),
    Field(HeaderId, u32),
    Valid(HeaderId),
}

impl Fact {
    fn name(self, program: &Program) -> String {
        match self {
            Fact::Local(local) => format!("`{}`", program.locals[local].name),
            Fact::Field(header, field) => {
                let header = &program.headers[header];
                let field = program.header_types[header.ty].fields.get(field as usize);
                format!("`{}.{}`", header.name, field.map_or("", |field| &field.name))
            }
            Fact::Valid(header) => format!("whether `{}` is valid", program.headers[header].name),
        }
    }
}

/// How a fact is learned or asked for on one way.
#[derive(Clone, Copy, Default)]
struct Asked {
    /// How often, at most.
    times: u32,
    /// By a part of it, or otherwise than whether it has a value: what is learned then adds up.
    in_parts: bool,
}

/// How facts are learned or asked for on one way.
#[derive(Default)]
struct Times(BTreeMap<Fact, Asked>);

impl Times {
    fn note(&mut self, fact: Fact) {
        self.note_as(fact, false);
    }

    fn note_as(&mut self, fact: Fact, in_parts: bool) {
        let asked = self.0.entry(fact).or_default();
        asked.times += 1;
        asked.in_parts |= in_parts;
    }

    /// What comes one behind the other.
    fn add(&mut self, other: Times) {
        self.join(other, |a, b| a + b);
    }

    /// One or the other.
    fn or(&mut self, other: Times) {
        self.join(other, u32::max);
    }

    /// The smaller into the larger, so that nested parts cost little.
    fn join(&mut self, mut other: Times, both: fn(u32, u32) -> u32) {
        if other.0.len() > self.0.len() {
            std::mem::swap(self, &mut other);
        }
        for (fact, asked) in other.0 {
            let own = self.0.entry(fact).or_default();
            own.times = both(own.times, asked.times);
            own.in_parts |= asked.in_parts;
        }
    }
}

struct Walk<'a> {
    program: &'a Program,
    changed: EntitySet<HeaderId>,
    /// What parsers do to headers is known where they accept.
    in_parser: bool,
}

impl Walk<'_> {
    fn is_flag(&self, fact: &Fact) -> bool {
        match fact {
            Fact::Valid(_) => true,
            Fact::Local(local) => is_flag(self.program.locals[*local].ty),
            Fact::Field(header, field) => {
                let ty = &self.program.header_types[self.program.headers[*header].ty];
                ty.fields.get(*field as usize).is_some_and(|field| is_flag(field.ty))
            }
        }
    }

    fn block(&mut self, block: &Block, conditional: bool) -> Times {
        let mut times = Times::default();
        for stmt in block {
            self.stmt(stmt, conditional, &mut times);
        }
        times
    }

    fn stmt(&mut self, stmt: &Stmt, conditional: bool, times: &mut Times) {
        let kind = &stmt.kind;
        if let StmtKind::If { condition: tested, .. } | StmtKind::Switch { scrutinee: tested, .. } = kind {
            self.tested(tested, times);
            let mut either = Times::default();
            for inner in stmt.blocks() {
                either.or(self.block(inner, true));
            }
            times.add(either);
        } else {
            stmt.blocks().into_iter().for_each(|body| times.add(self.block(body, conditional)));
        }
        if let StmtKind::Assign { dst: LValue::Local(local), src } = kind
            && conditional
            && src.as_const().is_some()
        {
            times.note(Fact::Local(*local));
        }
        if let StmtKind::SetValid { header, .. } | StmtKind::CopyHeader { dst: header, .. } = kind {
            for id in candidates(self.program, header) {
                if !self.in_parser {
                    self.changed.insert(id);
                }
                if conditional {
                    times.note(Fact::Valid(id));
                }
            }
        }
        if let StmtKind::Emit(header) = kind {
            self.validity(header, times);
        }
        if let StmtKind::PushFront { stack, .. } | StmtKind::PopFront { stack, .. } = kind {
            for element in &self.program.stacks[*stack].elements {
                self.changed.insert(*element);
                // It takes the place of another, wherever that was.
                times.note_as(Fact::Valid(*element), true);
            }
        }
        if let StmtKind::ApplyTable { hit, action_run, .. } = kind {
            hit.iter().chain(action_run).for_each(|local| times.note(Fact::Local(*local)));
        }
        if let StmtKind::CallExtern { args, .. } = kind {
            args.iter().for_each(|arg| self.arg(arg, times));
        }
    }

    fn tested(&self, expr: &Expr, times: &mut Times) {
        self.tested_as(expr, false, times);
    }

    fn tested_as(&self, expr: &Expr, in_parts: bool, times: &mut Times) {
        let in_parts = match &expr.kind {
            ExprKind::Local(local) => {
                let in_parts = in_parts && !is_flag(expr.ty);
                return times.note_as(Fact::Local(*local), in_parts);
            }
            ExprKind::Field { header, field } => {
                let in_parts = in_parts && !is_flag(expr.ty);
                for id in candidates(self.program, header) {
                    times.note_as(Fact::Field(id, *field), in_parts);
                }
                return;
            }
            ExprKind::IsValid(header) => return self.validity(header, times),
            ExprKind::Const(_) => return,
            ExprKind::Unary(..) | ExprKind::Cast(_) | ExprKind::Conditional(..) => in_parts,
            ExprKind::Binary(op, ..) => {
                let by_value = matches!(op, BinaryOp::Eq | BinaryOp::Ne | BinaryOp::And | BinaryOp::Or);
                in_parts || !by_value
            }
            ExprKind::Slice { .. } => true,
        };
        expr.operands(&mut |operand| self.tested_as(operand, in_parts, times));
    }

    /// What is in a list only while its header is valid is asked for by a test.
    fn arg(&self, arg: &Arg, times: &mut Times) {
        if let Arg::While { condition, .. } = arg {
            self.tested(condition, times);
        }
        if let Arg::Struct(fields) = arg {
            fields.iter().for_each(|(_, field)| self.arg(field, times));
        }
    }

    fn validity(&self, header: &HeaderRef, times: &mut Times) {
        for id in candidates(self.program, header) {
            times.note(Fact::Valid(id));
        }
    }
}

fn is_flag(ty: ScalarType) -> bool {
    ty.width() == 1
}
