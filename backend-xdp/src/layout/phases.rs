//! Headers that end within a byte: in goes a program, out comes one whose parsers take whole bytes, or none if it has no such headers.
//!
//! A state is written once for each phase at which it is entered, that is, how many bits of the byte at the cursor are parsed already, and
//! for each number of elements that are in stacks. A header that begins or ends within a byte is not extracted but looked at, and made in memory. The
//! phase is in a local, since the deparser goes on with the packet there.
//!
//! ```text
//! header h_t { bit<3> a; bit<9> b; }
//! extract h
//! =>
//! b = lookahead 3; a = lookahead 0; h.setValid(); h.a = a; h.b = b; advance 8; phase = 4
//! ```
//!
//! Where that cannot be done, extractions are left as they are, and refused by [`super::headers::check`]: of a varbit within a byte, and where
//! branches within a state lead to different bits.

use crate::layout::storage::constant_index;
use num_traits::ToPrimitive;
use p4xdp_frontend::arena::Arena;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{
    Block, Expr, ExprKind, HeaderRef, HeaderType, LValue, Local, LocalId, Parser, ParserId, ParserState,
    Program, ScalarType, StackId, StateId, Stmt, StmtKind, Target, Transition, visit,
};
use std::collections::BTreeMap;

/// Bits that are looked at together at most.
const AT_ONCE: u32 = 64;

/// A program whose parsers take whole bytes.
#[derive(Debug)]
pub struct Phased {
    /// The program.
    pub program: Program,
    /// Where a parser keeps how many bits of the byte at the cursor are parsed, if that can be others than none.
    pub phases: Phases,
}

/// The locals with the phases of parsers.
pub type Phases = BTreeMap<ParserId, LocalId>;

/// Makes such a program.
pub fn lower(program: &Program) -> Option<Phased> {
    if program.header_types.values().all(|ty| ty.fixed_width().is_multiple_of(8)) {
        return None;
    }
    let mut phased = Phased { program: program.clone(), phases: Phases::new() };
    for (id, parser) in program.parsers.iter() {
        if !takes_part_bytes(program, parser) {
            continue;
        }
        let phase = local(&mut phased.program, "phase", 8, parser.span);
        let mut lowering =
            Lowering { program: &mut phased.program, phase, numbers: BTreeMap::new(), to_do: Vec::new() };
        if let Some(parser) = lowering.parser(parser) {
            phased.program.parsers[id] = parser;
            phased.phases.insert(id, phase);
        }
    }
    Some(phased)
}

/// Stacks that a parser fills, which are empty at first.
fn filled(program: &Program, parser: &Parser) -> BTreeMap<StackId, u32> {
    let mut stacks = BTreeMap::new();
    for state in parser.states.values() {
        visit::statements(&state.body, &mut |stmt| {
            if let StmtKind::Extract { header: HeaderRef::Next(stack), .. } = &stmt.kind {
                stacks.insert(program.first_sharing(*stack), 0);
            }
        });
    }
    stacks
}

fn is_known(header: &HeaderRef) -> bool {
    match header {
        HeaderRef::Header(_) => true,
        HeaderRef::Element { index, .. } => constant_index(index).is_some(),
        HeaderRef::Next(_) | HeaderRef::Last(_) => false,
    }
}

/// The type of the header that a reference means.
pub fn type_of<'p>(program: &'p Program, header: &HeaderRef) -> &'p HeaderType {
    let ty = match header {
        HeaderRef::Header(id) => program.headers[*id].ty,
        HeaderRef::Element { stack, .. } | HeaderRef::Next(stack) | HeaderRef::Last(stack) => {
            program.stacks[*stack].ty
        }
    };
    &program.header_types[ty]
}

fn takes_part_bytes(program: &Program, parser: &Parser) -> bool {
    let mut found = false;
    for state in parser.states.values() {
        visit::statements(&state.body, &mut |stmt| {
            if let StmtKind::Extract { header, .. } = &stmt.kind {
                found |= !type_of(program, header).fixed_width().is_multiple_of(8);
            }
        });
    }
    found
}

fn local(program: &mut Program, name: &str, width: u32, span: Span) -> LocalId {
    let ty = ScalarType::bit(width);
    program.locals.push(Local { name: name.into(), ty, annotations: Vec::new(), span })
}

/// What is known at a point of a parser.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct At {
    /// Bits of the byte at the cursor that are parsed.
    phase: u32,
    /// `next_index` of the stacks that are filled in it, by the first that has it.
    next: BTreeMap<StackId, u32>,
}

struct Lowering<'a> {
    program: &'a mut Program,
    phase: LocalId,
    /// The states that are written, by what they were and what is known where they are entered.
    numbers: BTreeMap<(StateId, At), StateId>,
    /// These in the order of their numbers.
    to_do: Vec<(StateId, At)>,
}

impl Lowering<'_> {
    /// The parser; none if something in it cannot be done.
    fn parser(&mut self, parser: &Parser) -> Option<Parser> {
        let start = self.state(parser.start, &At { phase: 0, next: filled(self.program, parser) });
        let mut states: Arena<StateId, ParserState> = Arena::new();
        while let Some((id, mut at)) = self.to_do.get(states.len()).cloned() {
            let mut state = parser.states[id].clone();
            self.block(&mut state.body, &mut at)?;
            match &mut state.transition {
                Transition::Direct(target) => self.target(target, &at),
                Transition::Select { cases, .. } => {
                    cases.iter_mut().for_each(|case| self.target(&mut case.target, &at));
                }
            }
            states.push(state);
        }
        let mut prologue = parser.prologue.clone();
        prologue.push(self.set_phase(0, parser.span));
        Some(Parser { states, start, prologue, ..parser.clone() })
    }

    /// The number of a state that is entered there.
    fn state(&mut self, id: StateId, at: &At) -> StateId {
        let number = StateId::from_u32(u32::try_from(self.to_do.len()).unwrap_or(u32::MAX));
        *self.numbers.entry((id, at.clone())).or_insert_with(|| {
            self.to_do.push((id, at.clone()));
            number
        })
    }

    fn target(&mut self, target: &mut Target, at: &At) {
        if let Target::State(id) = target {
            *id = self.state(*id, at);
        }
    }

    /// Writes statements, and what is known behind them.
    fn block(&mut self, block: &mut Block, at: &mut At) -> Option<()> {
        let mut lowered = Vec::new();
        for mut stmt in std::mem::take(block) {
            for inner in stmt.blocks_mut() {
                // What is known must be the same on all ways.
                let mut behind = at.clone();
                self.block(inner, &mut behind)?;
                if behind != *at {
                    return None;
                }
            }
            let span = stmt.span;
            match &mut stmt.kind {
                StmtKind::Extract { header, varbit_bits } => {
                    let filled = self.element(header, at);
                    let width = type_of(self.program, header).fixed_width();
                    if let HeaderRef::Next(_) = header {
                        lowered.push(Stmt { kind: self.out_of_bounds()?, span });
                        break;
                    }
                    if at.phase == 0 && width.is_multiple_of(8) {
                        lowered.push(stmt);
                    } else if varbit_bits.is_some() || !is_known(header) {
                        return None;
                    } else {
                        self.extract(header, at.phase, span, &mut lowered);
                        at.phase = (at.phase + width) % 8;
                        lowered.push(self.set_phase(at.phase, span));
                    }
                    lowered.extend(filled);
                    continue;
                }
                StmtKind::Lookahead { offset, .. } => *offset += at.phase,
                StmtKind::Advance { bits } if at.phase > 0 => {
                    let bits = bits.as_const()?.to_u32()?;
                    if bits.is_multiple_of(8) && bits > 0 {
                        // What is passed ends within the byte behind.
                        let last = local(self.program, "passed", 1, span);
                        let kind = StmtKind::Lookahead { offset: at.phase + bits - 1, dst: last };
                        lowered.push(Stmt { kind, span });
                    }
                }
                StmtKind::Assign { dst: LValue::Local(local), src } => {
                    let stack = self.program.counted_by(*local);
                    if let Some(next) = stack.and_then(|id| at.next.get_mut(&id)) {
                        *next = src.as_const()?.to_u32()?;
                    }
                }
                StmtKind::PushFront { stack, count } => {
                    let size = u32::try_from(self.program.stacks[*stack].elements.len()).ok()?;
                    if let Some(next) = at.next.get_mut(&self.program.first_sharing(*stack)) {
                        *next = next.saturating_add(*count).min(size);
                    }
                }
                StmtKind::PopFront { stack, count } => {
                    if let Some(next) = at.next.get_mut(&self.program.first_sharing(*stack)) {
                        *next = next.saturating_sub(*count);
                    }
                }
                StmtKind::Advance { .. }
                | StmtKind::Assign { .. }
                | StmtKind::SetValid { .. }
                | StmtKind::CopyHeader { .. }
                | StmtKind::If { .. }
                | StmtKind::Switch { .. }
                | StmtKind::Labelled { .. }
                | StmtKind::Leave(_)
                | StmtKind::Loop { .. }
                | StmtKind::ApplyTable { .. }
                | StmtKind::CallExtern { .. }
                | StmtKind::PacketLength { .. }
                | StmtKind::Verify { .. }
                | StmtKind::Reject { .. }
                | StmtKind::Emit(_)
                | StmtKind::EmitScalar(_) => {}
            }
            lowered.push(stmt);
        }
        *block = lowered;
        Some(())
    }

    /// The element that is `next` in place of that, and the statement by which the next one is another; there is none if the stack is full.
    fn element(&self, header: &mut HeaderRef, at: &mut At) -> Option<Stmt> {
        let HeaderRef::Next(id) = header else { return None };
        let next = at.next.get_mut(&self.program.first_sharing(*id))?;
        let stack = &self.program.stacks[*id];
        let element = *stack.elements.get(*next as usize)?;
        *next += 1;
        let (span, ty) = (self.program.headers[element].span, ScalarType::bit(32));
        let src = Expr { kind: ExprKind::Const((*next).into()), ty, span };
        *header = HeaderRef::Header(element);
        Some(Stmt { kind: StmtKind::Assign { dst: LValue::Local(stack.next_index), src }, span })
    }

    fn out_of_bounds(&self) -> Option<StmtKind> {
        let error = self.program.errors.iter().position(|error| &**error == "StackOutOfBounds")?;
        let kind = ExprKind::Const(error.into());
        Some(StmtKind::Reject { error: Expr { kind, ty: ScalarType::Error, span: Span::NONE } })
    }

    /// Looks at a header's fields and makes it of them. The last bits are looked at first: if they are there, all are.
    fn extract(&mut self, header: &HeaderRef, phase: u32, span: Span, out: &mut Block) {
        let ty = type_of(self.program, header);
        let (width, fields) = (ty.fixed_width(), ty.fields.clone());
        let mut looks = Vec::new();
        let mut stores = Vec::new();
        for (number, field) in (0..).zip(&fields) {
            let all = field.ty.width();
            let mut low = all;
            while low > 0 {
                let part = low.min(AT_ONCE);
                low -= part;
                let dst = local(self.program, &field.name, part, span);
                let offset = phase + field.offset + (all - low - part);
                looks.push(Stmt { kind: StmtKind::Lookahead { offset, dst }, span });
                let place = LValue::Field { header: header.clone(), field: number };
                let value = Expr { kind: ExprKind::Local(dst), ty: ScalarType::bit(part), span };
                stores.push(Stmt { kind: store(place, field.ty, value, low), span });
            }
        }
        looks.reverse();
        out.extend(looks);
        out.push(Stmt { kind: StmtKind::SetValid { header: header.clone(), valid: true }, span });
        out.extend(stores);
        let passed = (phase + width) / 8 * 8;
        if passed > 0 {
            let bits = Expr { kind: ExprKind::Const(passed.into()), ty: ScalarType::bit(32), span };
            out.push(Stmt { kind: StmtKind::Advance { bits }, span });
        }
    }

    fn set_phase(&self, phase: u32, span: Span) -> Stmt {
        let src = Expr { kind: ExprKind::Const(phase.into()), ty: ScalarType::bit(8), span };
        Stmt { kind: StmtKind::Assign { dst: LValue::Local(self.phase), src }, span }
    }
}

/// The store of bits in a field, from bit `low` on.
fn store(place: LValue, ty: ScalarType, value: Expr, low: u32) -> StmtKind {
    let width = value.ty.width();
    if width < ty.width() {
        let dst = LValue::Slice { base: Box::new(place), hi: low + width - 1, lo: low };
        return StmtKind::Assign { dst, src: value };
    }
    let span = value.span;
    let src = if value.ty == ty { value } else { Expr { kind: ExprKind::Cast(Box::new(value)), ty, span } };
    StmtKind::Assign { dst: place, src }
}
