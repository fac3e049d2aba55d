//! In: the preprocessed text and the way back from it to the source. Out: the syntax tree.
//!
//! The grammar (`p4_16.pest`) recognises one declaration at a time, and this module lowers it to [`crate::ast`]
//! at once; pest's types never leave it. Expressions arrive flat and get their precedence here, where it is also
//! known which names are types. Resolves no other names, checks no types.

mod annotations;
mod declarations;
mod expectation;
mod expressions;
mod grammar;
mod keywords;
mod literals;
mod nesting;
mod parsers;
mod recovery;
mod statements;
mod syntax_error;
mod tables;
#[cfg(test)]
mod tests;
mod tokens;
mod type_names;
mod types;

use crate::ast::{Name, Program};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, ErrorsReported, codes};
use crate::source::{Span, SpanMap};
use crate::stack::with_room_for_recursion;
pub(crate) use annotations::expressions;
use declarations::Place;
use grammar::{Grammar, Rule};
pub(crate) use literals::string;
use pest::Parser;
use pest::iterators::{Pair, Pairs};
use rustc_hash::FxHashSet;
use std::borrow::Cow;
use std::sync::Arc;
use type_names::TypeNames;

/// How deep brackets may nest: far more than people write.
pub const MAX_BRACKETS: u32 = 256;

/// How high the tree may get, which brackets, chains of operators and chains of `else if` make it. Every later stage
/// recurses over the tree, and relies on this.
pub const MAX_DEPTH: u32 = 1024;

/// After so many errors the rest of the text is left alone.
const MAX_ERRORS: usize = 100;

/// After so many bytes that were parsed again, only the first error of each declaration is reported: time stays linear.
const MOST_PARSED_AGAIN: usize = 1 << 20;

/// Parses `text`; every span in the tree is what `map` makes of a range of `text`.
///
/// # Errors
///
/// When the text does not follow the grammar. What could be understood of it is not handed out.
pub fn parse(text: &str, map: &dyn SpanMap, sink: &mut Diagnostics) -> Result<Program, ErrorsReported> {
    with_room_for_recursion(|| parse_all(text, map, sink))
}

fn parse_all(text: &str, map: &dyn SpanMap, sink: &mut Diagnostics) -> Result<Program, ErrorsReported> {
    if let Some(at) = nesting::too_deep(text) {
        let span = map.span(at, at + 1);
        return Err(sink.error(syntax_error::too_deep(span)));
    }
    let errors_before = sink.error_count();
    let mut lowering = Lowering::new(map, sink);
    let mut program = Program::default();
    let mut text = Cow::Borrowed(text);
    while let Some(next) = lowering.item(&mut text, &mut program) {
        lowering.base = next;
        if lowering.sink.error_count() >= lowering.most_errors {
            break;
        }
    }
    if lowering.sink.error_count() > errors_before {
        lowering.sink.check()?;
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
    /// How many errors the sink may hold before the rest of the text is left alone.
    most_errors: usize,
    /// How many bytes have been parsed once more, for the errors behind the first one of a declaration.
    parsed_again: usize,
}

impl<'a> Lowering<'a> {
    fn new(map: &'a dyn SpanMap, sink: &'a mut Diagnostics) -> Self {
        let most_errors = sink.error_count() + MAX_ERRORS;
        Lowering {
            base: 0,
            map,
            sink,
            names: FxHashSet::default(),
            type_names: TypeNames::default(),
            depth: 0,
            height: 0,
            most_errors,
            parsed_again: 0,
        }
    }
}

impl Lowering<'_> {
    /// Parses and lowers the declaration at `base`. Returns where the next one begins; `None` at the end.
    ///
    /// After an error, what is broken is taken out of `text` and the declaration parsed again, for the errors behind it.
    fn item(&mut self, text: &mut Cow<'_, str>, program: &mut Program) -> Option<usize> {
        let mut last: Option<(usize, Code, Span)> = None;
        loop {
            let error = match Grammar::parse(Rule::program_item, text.get(self.base..)?) {
                Ok(pairs) if last.is_some() => return self.lower_mended(pairs, program),
                Ok(pairs) => return self.lower_item(pairs, program),
                Err(error) => error,
            };
            let (diagnostic, at) = syntax_error::diagnose(self, text, self.base, &error);
            let (code, span) = (diagnostic.code, diagnostic.primary.span);
            if last.is_some_and(|(mended, last_code, last_span)| {
                (code, span) == (last_code, last_span) || recovery::is_consequence(text, mended, at)
            }) {
                return recovery::next_declaration(text, self.base, at);
            }
            self.sink.error(diagnostic);
            // The grammar's errors hold a copy of the line, which may be all there is.
            self.parsed_again += at.saturating_sub(self.base) + line_length(text, at);
            let may_go_on =
                self.parsed_again <= MOST_PARSED_AGAIN && self.sink.error_count() < self.most_errors;
            let mended = if may_go_on { recovery::mend(text, self.base, at, code) } else { None };
            let Some(end) = mended else { return recovery::next_declaration(text, self.base, at) };
            last = Some((end, code, span));
        }
    }

    /// Lowers a declaration that something was taken out of. That it lacks something is no news.
    fn lower_mended(&mut self, pairs: Pairs<'_, Rule>, program: &mut Program) -> Option<usize> {
        let before = std::mem::take(self.sink);
        let end = self.lower_item(pairs, program);
        let found = std::mem::replace(self.sink, before);
        for diagnostic in found.into_vec().into_iter().filter(|found| found.code != codes::E0129) {
            self.sink.emit(diagnostic);
        }
        end
    }

    fn lower_item(&mut self, mut pairs: Pairs<'_, Rule>, program: &mut Program) -> Option<usize> {
        let item = pairs.next()?;
        let end = self.base + item.as_span().end();
        let declaration = item.into_inner().find(|pair| pair.as_rule() == Rule::declaration)?;
        if self.declaration(declaration, Place::TopLevel, &mut program.declarations).is_err() {
            self.depth = 0;
        }
        Some(end)
    }

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

    fn error(&mut self, code: Code, span: Span, message: impl Into<String>) -> ErrorsReported {
        self.sink.error(Diagnostic::error(code, span, message))
    }

    /// The grammar gave a pair that lowering does not know what to do with.
    fn unexpected(&mut self, pair: &Pair<'_, Rule>) -> ErrorsReported {
        let span = self.span(pair);
        let what = format!("lowering met a stray `{:?}`", pair.as_rule());
        self.sink.error(Diagnostic::bug(span, what))
    }

    /// The grammar did not give a pair that it always gives.
    fn missing(&mut self) -> ErrorsReported {
        let span = self.range(0, 0);
        self.sink.error(Diagnostic::bug(span, "the grammar left something out of this declaration"))
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
        self.sink.error(syntax_error::too_deep(span))
    }
}

/// The length of the line around an offset, in bytes.
fn line_length(text: &str, at: usize) -> usize {
    let (before, behind) = text.split_at_checked(at).unwrap_or((text, ""));
    let begin = before.rfind('\n').map_or(0, |end| end + 1);
    before.len() - begin + behind.find('\n').unwrap_or(behind.len())
}

/// The next pair if it is of this rule.
fn take<'i>(pairs: &mut Pairs<'i, Rule>, rule: Rule) -> Option<Pair<'i, Rule>> {
    if pairs.peek()?.as_rule() == rule { pairs.next() } else { None }
}
