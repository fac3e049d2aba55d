//! A parser's states as a graph: loops, the number of ways through it, and where in the packet headers can lie.

use crate::ir::*;
use petgraph::Direction;
use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeSet, VecDeque};

/// Offsets of one header that are told apart; beyond that it is [`Offset::Varies`].
const MOST_OFFSETS: usize = 32;

/// Where in the packet something begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Offset {
    /// So many bits behind the packet's beginning.
    Bits(u64),
    /// It depends on the packet.
    Varies,
}

/// The graph of the states that `start` leads to.
#[derive(Debug)]
pub struct ParserGraph {
    /// An edge for each pair of states of which one leads to the other.
    pub graph: DiGraphMap<StateId, ()>,
    /// States in which the parser can accept or reject by a transition.
    pub exits: BTreeSet<StateId>,
    start: StateId,
}

impl ParserGraph {
    /// The graph of a parser.
    pub fn new(parser: &Parser) -> ParserGraph {
        let mut graph = DiGraphMap::new();
        let mut exits = BTreeSet::new();
        graph.add_node(parser.start);
        let mut queue = VecDeque::from([parser.start]);
        let mut seen = FxHashSet::from_iter([parser.start]);
        while let Some(id) = queue.pop_front() {
            let mut visit = |target: Target| match target {
                Target::State(next) => {
                    graph.add_edge(id, next, ());
                    if seen.insert(next) {
                        queue.push_back(next);
                    }
                }
                Target::Accept | Target::Reject => {
                    exits.insert(id);
                }
            };
            match &parser.states[id].transition {
                Transition::Direct(target) => visit(*target),
                Transition::Select { cases, .. } => cases.iter().for_each(|case| visit(case.target)),
            }
        }
        ParserGraph { graph, exits, start: parser.start }
    }

    /// The loops: sets of states each of which leads to all of its set.
    pub fn loops(&self) -> Vec<Vec<StateId>> {
        self.loops_among(|_| true)
    }

    /// The loops that lead through none but these states.
    pub fn loops_among(&self, keep: impl Fn(StateId) -> bool) -> Vec<Vec<StateId>> {
        let kept: DiGraphMap<StateId, ()> =
            self.graph.all_edges().filter(|(from, to, ())| keep(*from) && keep(*to)).collect();
        let mut loops: Vec<Vec<StateId>> = tarjan_scc(&kept)
            .into_iter()
            .filter(|set| match set.as_slice() {
                [only] => kept.contains_edge(*only, *only),
                _ => true,
            })
            .collect();
        loops.iter_mut().for_each(|set| set.sort());
        loops.sort();
        loops
    }

    /// The states that lead to a state.
    pub fn sources(&self, id: StateId) -> impl Iterator<Item = StateId> + '_ {
        self.graph.neighbors_directed(id, Direction::Incoming)
    }

    /// The number of ways from `start` to the end, at most `u64::MAX`; `None` if there are loops.
    pub fn paths(&self) -> Option<u64> {
        let order = petgraph::algo::toposort(&self.graph, None).ok()?;
        let mut ways: FxHashMap<StateId, u64> = FxHashMap::from_iter([(self.start, 1)]);
        let mut total: u64 = 0;
        for id in order {
            let here = ways.get(&id).copied().unwrap_or(0);
            if self.exits.contains(&id) {
                total = total.saturating_add(here);
            }
            for next in self.graph.neighbors(id) {
                let there = ways.entry(next).or_insert(0);
                *there = there.saturating_add(here);
            }
        }
        Some(total)
    }
}

/// Where each header can have been extracted. A stack's element that is not known is all of them.
pub fn header_offsets(program: &Program, parser: &Parser) -> FxHashMap<HeaderId, BTreeSet<Offset>> {
    let mut found: FxHashMap<HeaderId, BTreeSet<Offset>> = FxHashMap::default();
    let mut seen: FxHashMap<StateId, BTreeSet<Offset>> = FxHashMap::default();
    let mut queue = VecDeque::from([(parser.start, Offset::Bits(0))]);
    while let Some((id, offset)) = queue.pop_front() {
        let known = seen.entry(id).or_default();
        let offset = if known.len() >= MOST_OFFSETS { Offset::Varies } else { offset };
        if known.contains(&Offset::Varies) || !known.insert(offset) {
            continue;
        }
        let behind = block_offsets(program, &parser.states[id].body, offset, &mut found);
        let targets: Vec<Target> = match &parser.states[id].transition {
            Transition::Direct(target) => vec![*target],
            Transition::Select { cases, .. } => cases.iter().map(|case| case.target).collect(),
        };
        for target in targets {
            if let Target::State(next) = target {
                queue.push_back((next, behind));
            }
        }
    }
    found
}

fn block_offsets(
    program: &Program,
    block: &[Stmt],
    mut offset: Offset,
    found: &mut FxHashMap<HeaderId, BTreeSet<Offset>>,
) -> Offset {
    for stmt in block {
        match &stmt.kind {
            StmtKind::Extract { header, varbit_bits } => {
                let (ty, headers) = match header {
                    HeaderRef::Header(id) => (program.headers[*id].ty, vec![*id]),
                    HeaderRef::Element { stack, .. } | HeaderRef::Next(stack) | HeaderRef::Last(stack) => {
                        (program.stacks[*stack].ty, program.stacks[*stack].elements.clone())
                    }
                };
                for header in headers {
                    found.entry(header).or_default().insert(offset);
                }
                offset = match (offset, varbit_bits) {
                    (Offset::Bits(bits), None) => {
                        Offset::Bits(bits + u64::from(program.header_types[ty].fixed_width()))
                    }
                    _ => Offset::Varies,
                };
            }
            StmtKind::Advance { bits } => {
                let by = bits.as_const().and_then(|bits| u64::try_from(bits).ok());
                offset = match (offset, by) {
                    (Offset::Bits(bits), Some(by)) => Offset::Bits(bits + by),
                    _ => Offset::Varies,
                };
            }
            _ => {
                let mut ends = BTreeSet::new();
                for inner in stmt.blocks() {
                    ends.insert(block_offsets(program, inner, offset, found));
                }
                let moved = ends.iter().any(|end| *end != offset);
                if moved {
                    offset = match (ends.len(), ends.first()) {
                        (1, Some(only))
                            if matches!(stmt.kind, StmtKind::If { .. } | StmtKind::Switch { .. }) =>
                        {
                            *only
                        }
                        _ => Offset::Varies,
                    };
                }
            }
        }
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;
    use p4xdp_frontend::source::Span;

    fn state(name: &str, extract: Option<HeaderId>, transition: Transition) -> ParserState {
        let extract = extract.map(|id| Stmt {
            kind: StmtKind::Extract { header: HeaderRef::Header(id), varbit_bits: None },
            span: Span::NONE,
        });
        ParserState { name: name.into(), body: extract.into_iter().collect(), transition, span: Span::NONE }
    }

    fn select(targets: &[Target]) -> Transition {
        let cases = targets.iter().map(|&target| SelectCase {
            keysets: vec![Keyset::Universal],
            target,
            span: Span::NONE,
        });
        Transition::Select { keys: vec![Expr::bool(true, Span::NONE)], cases: cases.collect() }
    }

    /// `a` leads to `b` and `c`, both lead to `d`, which accepts or, if `again`, goes back to `b`.
    fn diamond(again: bool) -> (Program, Parser, [HeaderId; 2]) {
        let mut program = Program::default();
        let ty = program.header_types.push(HeaderType {
            name: "h_t".into(),
            fields: vec![HeaderField {
                name: "f".into(),
                ty: ScalarType::bit(16),
                offset: 0,
                annotations: vec![],
            }],
            annotations: vec![],
            span: Span::NONE,
        });
        let mut header =
            |name: &str| program.headers.push(Header { name: name.into(), ty, span: Span::NONE });
        let (x, y) = (header("x"), header("y"));
        let error = program.locals.push(Local {
            name: "error".into(),
            ty: ScalarType::Error,
            annotations: vec![],
            span: Span::NONE,
        });
        let id = StateId::from_u32;
        let mut states = p4xdp_frontend::arena::Arena::new();
        let to = |at| Target::State(id(at));
        states.push(state("a", Some(x), select(&[to(1), to(2)])));
        states.push(state("b", Some(x), Transition::Direct(to(3))));
        states.push(state("c", None, Transition::Direct(to(3))));
        let back = if again { to(1) } else { Target::Reject };
        states.push(state("d", Some(y), select(&[Target::Accept, back])));
        let parser = Parser {
            name: "p".into(),
            prologue: vec![],
            states,
            start: id(0),
            error,
            atomic: false,
            span: Span::NONE,
        };
        (program, parser, [x, y])
    }

    #[test]
    fn ways_and_offsets() {
        let (program, parser, [x, y]) = diamond(false);
        let graph = ParserGraph::new(&parser);
        assert_eq!(graph.paths(), Some(2));
        assert!(graph.loops().is_empty());
        let offsets = header_offsets(&program, &parser);
        assert_eq!(offsets[&x], BTreeSet::from([Offset::Bits(0), Offset::Bits(16)]));
        assert_eq!(offsets[&y], BTreeSet::from([Offset::Bits(16), Offset::Bits(32)]));
    }

    #[test]
    fn loops_have_no_number_of_ways() {
        let (program, parser, [_, y]) = diamond(true);
        let graph = ParserGraph::new(&parser);
        assert_eq!(graph.paths(), None);
        assert_eq!(graph.loops(), [vec![StateId::from_u32(1), StateId::from_u32(3)]]);
        assert!(header_offsets(&program, &parser)[&y].contains(&Offset::Varies));
    }
}
