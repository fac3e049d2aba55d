//! In: the preprocessed text and the way back from it to the source. Out: the syntax tree.
//!
//! The grammar (`p4_16.pest`) recognises one declaration at a time, and this module lowers it to [`crate::ast`]
//! at once; pest's types never leave it. Expressions arrive flat and get their precedence here, where it is also
//! known which names are types. Resolves no other names, checks no types.

mod annotations;
mod declarations;
mod expressions;
mod grammar;
mod literals;
mod statements;
mod tables;
mod type_names;
mod types;

use crate::ast::{Name, Program};
use crate::diagnostic::{Diagnostic, Diagnostics, ErrorsReported, codes};
use crate::source::{Span, SpanMap};
use grammar::{Grammar, Rule};
use pest::Parser;
use pest::iterators::{Pair, Pairs};
use rustc_hash::FxHashSet;
use std::sync::Arc;
use type_names::TypeNames;

/// How deep an expression or a statement may nest. Far more than people write, and little enough for every later
/// stage to recurse over the tree.
pub const MAX_DEPTH: u32 = 500;

/// Parses `text`; every span in the tree is what `map` makes of a range of `text`.
///
/// # Errors
///
/// When the text does not follow the grammar. What could be understood of it is not handed out.
pub fn parse(text: &str, map: &dyn SpanMap, sink: &mut Diagnostics) -> Result<Program, ErrorsReported> {
    let mut lowering = Lowering {
        base: 0,
        map,
        sink,
        names: FxHashSet::default(),
        type_names: TypeNames::default(),
        depth: 0,
        height: 0,
    };
    let mut program = Program::default();
    loop {
        let rest = text.get(lowering.base..).unwrap_or_default();
        let mut pairs = match Grammar::parse(Rule::program_item, rest) {
            Ok(pairs) => pairs,
            Err(error) => {
                let at = match error.location {
                    pest::error::InputLocation::Pos(at) => at,
                    pest::error::InputLocation::Span((at, _)) => at,
                };
                let span = lowering.map.span(lowering.base + at, lowering.base + at);
                return Err(lowering.sink.error(Diagnostic::error(codes::E0100, span, "syntax error")));
            }
        };
        let Some(item) = pairs.next() else { break };
        let end = item.as_span().end();
        let Some(declaration) = item.into_inner().find(|pair| pair.as_rule() == Rule::declaration) else {
            break;
        };
        lowering.declaration(declaration, &mut program.declarations)?;
        lowering.base += end;
    }
    Ok(program)
}

type Lowered<T> = Result<T, ErrorsReported>;

/// What lowering needs to know besides the pairs.
struct Lowering<'a> {
    /// Where the text of the pairs at hand begins in the whole text.
    base: usize,
    map: &'a dyn SpanMap,
    sink: &'a mut Diagnostics,
    /// Every text of a name is kept once.
    names: FxHashSet<Arc<str>>,
    type_names: TypeNames,
    /// How many statements and expressions the one at hand stands in.
    depth: u32,
    /// The height of the expression that was lowered last.
    height: u32,
}

impl Lowering<'_> {
    /// The place of a range of the text of the pairs at hand.
    fn range(&self, lo: usize, hi: usize) -> Span {
        self.map.span(self.base + lo, self.base + hi)
    }

    /// The place of a pair. White space that a rule took behind its last token does not count.
    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        self.range(span.start(), span.start() + span.as_str().trim_end().len())
    }

    /// A name or keyword.
    fn name(&mut self, pair: &Pair<'_, Rule>) -> Name {
        let text = pair.as_str();
        let text = match self.names.get(text) {
            Some(text) => Arc::clone(text),
            None => {
                let text: Arc<str> = Arc::from(text);
                self.names.insert(Arc::clone(&text));
                text
            }
        };
        let span = pair.as_span();
        Name { text, span: self.range(span.start(), span.end()) }
    }

    fn error(&mut self, span: Span, message: impl Into<String>) -> ErrorsReported {
        self.sink.error(Diagnostic::error(codes::E0100, span, message))
    }

    /// The grammar gave a pair that lowering does not know what to do with.
    fn unexpected(&mut self, pair: &Pair<'_, Rule>) -> ErrorsReported {
        let span = self.span(pair);
        self.error(span, format!("internal error: lowering met a stray `{:?}`", pair.as_rule()))
    }

    /// The grammar did not give a pair that it always gives.
    fn missing(&mut self) -> ErrorsReported {
        let span = self.range(0, 0);
        self.error(span, "internal error: the grammar left something out of this declaration")
    }

    /// The next pair, which the grammar guarantees.
    fn next<'i>(&mut self, pairs: &mut Pairs<'i, Rule>) -> Lowered<Pair<'i, Rule>> {
        pairs.next().ok_or_else(|| self.missing())
    }

    /// The next pair as a name.
    fn next_name(&mut self, pairs: &mut Pairs<'_, Rule>) -> Lowered<Name> {
        let pair = self.next(pairs)?;
        Ok(self.name(&pair))
    }

    /// Runs `lower` one level deeper, unless that is too deep.
    fn nested<T>(&mut self, span: Span, lower: impl FnOnce(&mut Self) -> Lowered<T>) -> Lowered<T> {
        if self.depth >= MAX_DEPTH {
            return Err(self.too_deep(span));
        }
        self.depth += 1;
        let result = lower(self);
        self.depth -= 1;
        result
    }

    fn too_deep(&mut self, span: Span) -> ErrorsReported {
        self.error(span, format!("nested too deeply: more than {MAX_DEPTH} levels"))
    }
}

/// The next pair if it is of this rule.
fn take<'i>(pairs: &mut Pairs<'i, Rule>, rule: Rule) -> Option<Pair<'i, Rule>> {
    if pairs.peek()?.as_rule() == rule { pairs.next() } else { None }
}
