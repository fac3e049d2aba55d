//! Parser loops that nothing bounds but the packet: in, a program; out, one in which their rounds are counted, or none if there are no such loops.
//!
//! ```text
//! state options { extract(opt); transition select(opt.kind) { 0: accept; default: options; } }
//! =>
//! state options { rounds = rounds + 1; verify(rounds <= 128, error.ParserTimeout); extract(opt); .. }
//! ```
//!
//! The specification leaves the error `ParserTimeout` to targets that give up. Loops in which a header stack fills end by themselves.

use num_traits::ToPrimitive;
use p4xdp_frontend::diagnostic::{Diagnostic, Diagnostics, codes};
use p4xdp_frontend::source::Span;
use p4xdp_midend::analysis::parser_graph::ParserGraph;
use p4xdp_midend::ir::{
    BinaryOp, Expr, ExprKind, HeaderRef, LValue, Local, LocalId, Parser, ParserId, Program, ScalarType,
    StateId, Stmt, StmtKind, Transition, visit,
};
use std::collections::BTreeSet;

/// Rounds of a small loop.
const MOST_ROUNDS: u32 = 128;
/// Rounds of a large one.
const FEWEST_ROUNDS: u32 = 16;
/// Statements and cases, over all rounds, of those between: each is about twenty instructions to the verifier.
const MOST_WORK: u32 = 1024;
/// States of a loop that are shown.
const MOST_LABELS: usize = 4;
/// The error with which a parser gives up.
const TIMEOUT: &str = "ParserTimeout";

/// Counts the rounds of loops.
pub fn count(program: &Program, sink: &mut Diagnostics) -> Option<Program> {
    let mut counted: Option<Program> = None;
    for (id, parser) in program.parsers.iter() {
        let graph = ParserGraph::new(parser);
        let endless: Vec<(Vec<StateId>, Vec<StateId>)> = graph
            .loops()
            .into_iter()
            .map(|states| {
                let heads = heads(&graph, parser, &states);
                (states, heads)
            })
            .filter(|(_, heads)| !heads.is_empty())
            .collect();
        for (states, heads) in endless {
            let most = rounds(parser, &states);
            warn(parser, &states, most, sink);
            count_in(counted.get_or_insert_with(|| program.clone()), id, &heads, most);
        }
    }
    counted
}

/// True if a parser can come to a state a second time.
pub fn any_goes_round(program: &Program) -> bool {
    program.parsers.values().any(|parser| !ParserGraph::new(parser).loops().is_empty())
}

/// The locals that count rounds of a parser.
pub fn counters(program: &Program, parser: &Parser) -> BTreeSet<LocalId> {
    let mut counters = BTreeSet::new();
    let timeout = program.errors.iter().position(|error| &**error == TIMEOUT);
    for state in parser.states.values() {
        visit::statements(&state.body, &mut |stmt| {
            if let StmtKind::Verify { condition, error } = &stmt.kind
                && let ExprKind::Binary(BinaryOp::Le, counter, _) = &condition.kind
                && let ExprKind::Local(local) = counter.kind
                && error.as_const().and_then(ToPrimitive::to_usize) == timeout
            {
                counters.insert(local);
            }
        });
    }
    counters
}

/// How many rounds a loop of these states has: the verifier follows each.
fn rounds(parser: &Parser, states: &[StateId]) -> u32 {
    let mut work = 0;
    for state in states.iter().map(|id| &parser.states[*id]) {
        visit::statements(&state.body, &mut |_| work += 1);
        if let Transition::Select { keys, cases } = &state.transition {
            work += u32::try_from(keys.len() + cases.len()).unwrap_or(u32::MAX);
        }
    }
    (MOST_WORK / work.max(1)).clamp(FEWEST_ROUNDS, MOST_ROUNDS)
}

fn warn(parser: &Parser, states: &[StateId], most: u32, sink: &mut Diagnostics) {
    let span = states.first().map_or(parser.span, |id| parser.states[*id].span);
    let message =
        format!("this parser has a loop that nothing bounds but the packet; on XDP it has {most} rounds");
    let mut found = Diagnostic::warning(codes::W0503, span, message);
    for id in states.iter().skip(1).take(MOST_LABELS) {
        let state = &parser.states[*id];
        found = found.with_label(state.span, format!("state `{}` is part of it", state.name));
    }
    sink.emit(found.with_note(format!("a packet that needs more is rejected with `error.{TIMEOUT}`")));
}

/// States that all rounds of a loop lead through which fill no stack.
fn heads(graph: &ParserGraph, parser: &Parser, states: &[StateId]) -> Vec<StateId> {
    let fills_stack = |id: &StateId| {
        let body = &parser.states[*id].body;
        body.iter().any(|s| matches!(s.kind, StmtKind::Extract { header: HeaderRef::Next(_), .. }))
    };
    let mut heads: Vec<StateId> = Vec::new();
    loop {
        let is_left = |id: StateId| states.contains(&id) && !fills_stack(&id) && !heads.contains(&id);
        let Some(cycle) = graph.loops_among(is_left).into_iter().next() else { return heads };
        // Where it is entered, if it is.
        let is_entered =
            |id: &StateId| *id == parser.start || graph.sources(*id).any(|from| !cycle.contains(&from));
        let entered = cycle.iter().copied().find(is_entered);
        let Some(head) = entered.or_else(|| cycle.first().copied()) else { return heads };
        heads.push(head);
    }
}

/// Counts in those states, with one counter.
fn count_in(program: &mut Program, id: ParserId, heads: &[StateId], most: u32) {
    let Some(error) = program.errors.iter().position(|error| &**error == TIMEOUT) else { return };
    let span = program.parsers[id].span;
    let ty = ScalarType::Bits { width: 32, signed: false };
    let rounds = program.locals.push(Local { name: "rounds".into(), ty, annotations: Vec::new(), span });
    let parser = &mut program.parsers[id];
    parser.prologue.push(assign(rounds, constant(0, ty, span), span));
    for head in heads {
        let span = parser.states[*head].span;
        let counter = || Expr { kind: ExprKind::Local(rounds), ty, span };
        let binary = |op, right, ty| Expr {
            kind: ExprKind::Binary(op, Box::new(counter()), Box::new(right)),
            ty,
            span,
        };
        let one_more = binary(BinaryOp::Add, constant(1, ty, span), ty);
        let limit = constant(u64::from(most), ty, span);
        let verify = StmtKind::Verify {
            condition: binary(BinaryOp::Le, limit, ScalarType::Bool),
            error: constant(error as u64, ScalarType::Error, span),
        };
        let body = &mut parser.states[*head].body;
        body.insert(0, assign(rounds, one_more, span));
        body.insert(1, Stmt { kind: verify, span });
    }
}

fn constant(value: u64, ty: ScalarType, span: Span) -> Expr {
    Expr { kind: ExprKind::Const(value.into()), ty, span }
}

fn assign(local: LocalId, value: Expr, span: Span) -> Stmt {
    Stmt { kind: StmtKind::Assign { dst: LValue::Local(local), src: value }, span }
}
