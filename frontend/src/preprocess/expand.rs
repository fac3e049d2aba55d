//! Expansion of macros. In: a macro's name in the text, or the tokens of a directive. Out: tokens. Follows C's rules
//! (C17 6.10.3): arguments are expanded before they are put in, the result is scanned again together with the text
//! that follows, and a macro's name is not expanded within its own expansion. Directives within arguments are obeyed.
//! What `#if` asks beyond macros (`defined`, `__has_include`, `#predicate`) is answered by `question`.

use super::Preprocessor;
use super::directive::Next;
use super::limits::{MAX_EXPANSION_WORK, MAX_MACRO_DEPTH};
use super::macros::{BuiltIn, MacroId, MacroKind, MacroTable};
use super::question::Assertions;
use super::scan::FileScan;
use super::substitute::{self, Arguments};
use super::text::LineEnd;
use super::token::{TextPool, Token, TokenKind, Unterminated, token_here};
use crate::diagnostic::ErrorsReported;
use std::rc::Rc;

/// Macros, the texts of their tokens, and how much expanding may still be done.
#[derive(Debug)]
pub(super) struct Macros {
    pub(super) table: MacroTable,
    pub(super) pool: TextPool,
    pub(super) assertions: Assertions,
    /// The next value of `__COUNTER__`.
    counter: u32,
    work: usize,
}

impl Macros {
    pub(super) fn new() -> Macros {
        let mut pool = TextPool::default();
        let table = MacroTable::new(&mut pool);
        Macros { table, pool, assertions: Assertions::default(), counter: 0, work: MAX_EXPANSION_WORK }
    }

    pub(super) fn text(&self, token: Token) -> &str {
        self.pool.text(token)
    }

    /// Counts what is done, in tokens; long texts count for several.
    pub(super) fn spend(&mut self, work: usize) -> Result<(), ExpandError> {
        self.work = self.work.checked_sub(work).ok_or(ExpandError::TooMuch)?;
        Ok(())
    }
}

/// What is wrong with a use of a macro.
#[derive(Debug)]
pub(super) enum ExpandError {
    /// The file ends before the call's `)`.
    UnterminatedCall(MacroId),
    ArgumentCount {
        id: MacroId,
        found: usize,
    },
    /// An `#include` within the arguments, at this position.
    IncludeInArguments(MacroId, u32),
    /// `_Pragma` without its string.
    MalformedPragma,
    /// `__has_include` and the like outside `#if`.
    OutsideCondition(MacroId),
    /// A name that `#pragma GCC poison` forbids.
    Poisoned(Token),
    /// What `#if` asks is malformed at this token; `None` is the end of the line.
    Question(Option<Token>, String),
    Unterminated(Unterminated),
    /// A directive within the arguments was the last that could be dealt with.
    Reported(ErrorsReported),
    /// Expanding goes on for too long or produces too much.
    TooMuch,
    /// Calls within arguments within calls.
    TooDeep,
}

impl ExpandError {
    /// After these nothing can follow.
    pub(super) fn is_fatal(&self) -> bool {
        matches!(self, ExpandError::TooMuch | ExpandError::TooDeep | ExpandError::Reported(_))
    }
}

/// Tokens still to be scanned, and the macro whose expansion they are.
struct Context {
    tokens: Rc<[Token]>,
    next: usize,
    of: Option<MacroId>,
    /// Where the macro was used: its body's tokens count as standing there.
    at: Option<u32>,
}

/// One expansion at work.
pub(super) struct Expander<'p, 'a, 's, 't> {
    pub(super) pre: &'p mut Preprocessor<'a>,
    contexts: Vec<Context>,
    /// The text after the use, from which a function-like macro takes its arguments.
    scan: Option<&'s mut FileScan<'t>>,
    depth: usize,
    /// These are the tokens of an `#if`.
    condition: bool,
    /// A macro begins or ends before the next token.
    boundary: bool,
    /// White space stood before a macro that left nothing.
    pending_space: bool,
}

/// Expands the use of `id` whose name has just been passed. `None`: it is the name of a function-like macro
/// without arguments, which stands for itself.
pub(super) fn expand_use(
    pre: &mut Preprocessor<'_>,
    id: MacroId,
    name: Token,
    scan: &mut FileScan<'_>,
) -> Result<Option<Vec<Token>>, ExpandError> {
    let mut expander = Expander::new(pre, Vec::new(), Some(scan), 0);
    let mut result = Vec::new();
    let used = expander.enter(id, name).and_then(|entered| match entered {
        true => expander.run(&mut result).map(|()| true),
        false => Ok(false),
    });
    expander.leave_all();
    Ok(used?.then_some(result))
}

/// Expands all macros in a list of tokens.
pub(super) fn expand_list(
    pre: &mut Preprocessor<'_>,
    tokens: &[Token],
    depth: usize,
) -> Result<Vec<Token>, ExpandError> {
    expand_tokens(pre, tokens, depth, false)
}

/// Expands the expression of an `#if` and answers what it asks; what is left can be evaluated.
pub(super) fn expand_condition(
    pre: &mut Preprocessor<'_>,
    tokens: &[Token],
) -> Result<Vec<Token>, ExpandError> {
    expand_tokens(pre, tokens, 0, true)
}

fn expand_tokens(
    pre: &mut Preprocessor<'_>,
    tokens: &[Token],
    depth: usize,
    condition: bool,
) -> Result<Vec<Token>, ExpandError> {
    if depth > MAX_MACRO_DEPTH {
        return Err(ExpandError::TooDeep);
    }
    // What is no macro stands for itself: most arguments are so.
    let table = &pre.macros.table;
    let maybe_macro = |token: &Token| {
        token.kind == TokenKind::Identifier && table.find(pre.macros.pool.text(*token)).is_some()
    };
    if !condition && !tokens.iter().any(maybe_macro) {
        pre.macros.spend(tokens.len())?;
        let mut result = tokens.to_vec();
        if let Some(first) = result.first_mut() {
            first.joined = false;
        }
        return Ok(result);
    }
    let contexts = vec![Context { tokens: tokens.into(), next: 0, of: None, at: None }];
    let mut expander = Expander::new(pre, contexts, None, depth);
    expander.condition = condition;
    let mut result = Vec::new();
    let done = expander.run(&mut result);
    expander.leave_all();
    done.map(|()| result)
}

impl<'p, 'a, 's, 't> Expander<'p, 'a, 's, 't> {
    fn new(
        pre: &'p mut Preprocessor<'a>,
        contexts: Vec<Context>,
        scan: Option<&'s mut FileScan<'t>>,
        depth: usize,
    ) -> Expander<'p, 'a, 's, 't> {
        Expander { pre, contexts, scan, depth, condition: false, boundary: true, pending_space: false }
    }

    pub(super) fn text(&self, token: Token) -> &str {
        self.pre.macros.text(token)
    }

    /// Expands until nothing is left of what the first macro stands for.
    fn run(&mut self, result: &mut Vec<Token>) -> Result<(), ExpandError> {
        while let Some(mut token) = self.next_in_contexts()? {
            token.spaced |= std::mem::take(&mut self.pending_space);
            if self.condition
                && let Some(answer) = self.answer(token)?
            {
                result.push(answer);
                continue;
            }
            if token.kind == TokenKind::Identifier
                && !token.painted
                && let Some(id) = self.pre.macros.table.find(self.pre.macros.pool.text(token))
                && self.enter(id, token)?
            {
                continue;
            }
            result.push(token);
        }
        Ok(())
    }

    /// The next token of the expansions; those that are used up are left.
    pub(super) fn next_in_contexts(&mut self) -> Result<Option<Token>, ExpandError> {
        self.pre.macros.spend(1)?;
        while let Some(context) = self.contexts.last_mut() {
            if let Some(token) = context.tokens.get(context.next).copied() {
                context.next += 1;
                let token = context.at.map_or(token, |at| token.with_at(at));
                return Ok(Some(self.arrived(token)));
            }
            self.leave();
        }
        Ok(None)
    }

    /// The next token of the expansions, not taken.
    pub(super) fn peek_in_contexts(&self) -> Option<Token> {
        self.contexts.iter().rev().find_map(|context| context.tokens.get(context.next).copied())
    }

    /// A token that was just read. The name of a macro that is being expanded is never expanded again, wherever it gets to.
    fn arrived(&mut self, token: Token) -> Token {
        let token = if std::mem::take(&mut self.boundary) { token.moved(token.spaced) } else { token };
        if token.kind != TokenKind::Identifier || token.painted {
            return token;
        }
        let table = &self.pre.macros.table;
        let active = table
            .find(self.pre.macros.pool.text(token))
            .and_then(|id| table.get(id))
            .is_some_and(|m| m.active);
        token.with_painted(active)
    }

    fn leave(&mut self) {
        self.boundary = true;
        if let Some(Context { of: Some(id), .. }) = self.contexts.pop() {
            self.pre.macros.table.set_active(id, false);
        }
    }

    fn leave_all(&mut self) {
        while !self.contexts.is_empty() {
            self.leave();
        }
    }

    /// Begins the expansion of a macro whose name was just read; false if it stands for itself here.
    fn enter(&mut self, id: MacroId, name: Token) -> Result<bool, ExpandError> {
        let Some(found) = self.pre.macros.table.get(id) else { return Ok(false) };
        // A body that stays as it is counts as standing where the macro is used.
        let mut at = Some(name.at);
        let tokens: Rc<[Token]> = match &found.kind {
            MacroKind::BuiltIn(built_in) => {
                let built_in = *built_in;
                match self.built_in(id, built_in, name)? {
                    Some(tokens) => tokens,
                    None => return Ok(false),
                }
            }
            MacroKind::Poisoned => return Err(ExpandError::Poisoned(name)),
            MacroKind::Object(body) => {
                let body = body.clone();
                let replaced = substitute::body(self.pre, id, &body, None, name.at, self.depth)?;
                self.replaced(replaced, body, &mut at)
            }
            MacroKind::Function { parameters, variadic, body } => {
                let (parameters, variadic, body) = (parameters.len(), *variadic, body.clone());
                if !self.at_open_parenthesis() {
                    return Ok(false);
                }
                let arguments = self.arguments(id, parameters, variadic)?;
                let replaced = substitute::body(self.pre, id, &body, Some(&arguments), name.at, self.depth)?;
                self.replaced(replaced, body, &mut at)
            }
        };
        self.pending_space = tokens.is_empty() && name.spaced;
        let tokens = match tokens.first() {
            Some(first) if first.spaced != name.spaced => {
                let mut tokens = tokens.to_vec();
                if let Some(first) = tokens.first_mut() {
                    first.spaced = name.spaced;
                }
                self.pre.macros.spend(tokens.len() / 16)?;
                tokens.into()
            }
            _ => tokens,
        };
        self.boundary = true;
        self.pre.macros.table.set_active(id, true);
        self.contexts.push(Context { tokens, next: 0, of: Some(id), at });
        Ok(true)
    }

    fn replaced(&self, replaced: Option<Vec<Token>>, body: Rc<[Token]>, at: &mut Option<u32>) -> Rc<[Token]> {
        match replaced {
            // The arguments among these stand where they were written.
            Some(tokens) => {
                *at = None;
                tokens.into()
            }
            None => body,
        }
    }

    /// What a built-in macro stands for; `None`: its name stays.
    fn built_in(
        &mut self,
        id: MacroId,
        built_in: BuiltIn,
        name: Token,
    ) -> Result<Option<Rc<[Token]>>, ExpandError> {
        let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        let sources = &self.pre.sources;
        let (kind, text) = match built_in {
            BuiltIn::File => {
                (TokenKind::String, quoted(sources.stated_line(name.at).map_or("", |(file, _)| file)))
            }
            BuiltIn::BaseFile => {
                let main = sources.files().next().map_or("", |(_, file)| file.name());
                (TokenKind::String, quoted(main))
            }
            BuiltIn::Line => {
                let line = sources.stated_line(name.at).map_or(0, |(_, line)| line);
                (TokenKind::Number, line.to_string())
            }
            BuiltIn::IncludeLevel => {
                (TokenKind::Number, self.pre.includes.len().saturating_sub(1).to_string())
            }
            BuiltIn::Counter => {
                let value = self.pre.macros.counter;
                self.pre.macros.counter += 1;
                (TokenKind::Number, value.to_string())
            }
            BuiltIn::Moment(unknown) => {
                self.pre.unknown_moment(id, name.at);
                (TokenKind::String, unknown.to_owned())
            }
            BuiltIn::Pragma if self.condition => return Ok(None),
            BuiltIn::Pragma => {
                self.pragma_operator(id)?;
                return Ok(Some(Rc::new([])));
            }
            // In `#if` these are answered before they get here.
            BuiltIn::HasInclude { .. } => return Err(ExpandError::OutsideCondition(id)),
        };
        self.pre.macros.spend(text.len() / 4)?;
        Ok(Some(Rc::new([self.pre.macros.pool.token(kind, &text, name.at, name.spaced)])))
    }

    /// `("..")` behind `_Pragma`: as if `#pragma ..` stood here.
    fn pragma_operator(&mut self, id: MacroId) -> Result<(), ExpandError> {
        if !self.at_open_parenthesis() {
            return Err(ExpandError::MalformedPragma);
        }
        self.next_of_call(id)?;
        let string = self.next_of_call(id)?;
        let close = self.next_of_call(id)?;
        if string.kind != TokenKind::String || self.text(close) != ")" {
            return Err(ExpandError::MalformedPragma);
        }
        let quoted = self.text(string).trim_start_matches('L');
        let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or("");
        let text = inner.replace("\\\"", "\"").replace("\\\\", "\\");
        self.pre.pragma_text(&text, string.at).map_err(ExpandError::Reported)
    }

    /// Whether `(` is the next token, in what is left of the expansions or in the text after them.
    fn at_open_parenthesis(&mut self) -> bool {
        if let Some(next) = self.peek_in_contexts() {
            return self.text(next) == "(";
        }
        let Some(scan) = &self.scan else { return false };
        let mut ahead = scan.cursor;
        ahead.skip_blanks(LineEnd::Blank).is_ok() && ahead.peek() == Some(b'(')
    }

    /// The next token of a call's arguments: of the expansions, then of the text. `None`: there is none.
    fn next_or_end(&mut self, id: MacroId) -> Result<Option<Token>, ExpandError> {
        if let Some(token) = self.next_in_contexts()? {
            return Ok(Some(token));
        }
        let Some(scan) = &mut self.scan else { return Ok(None) };
        let mut spaced = false;
        loop {
            let blanks = scan.cursor.skip_blanks(LineEnd::Blank).map_err(ExpandError::Unterminated)?;
            spaced |= blanks.any;
            if !(blanks.line_end && scan.cursor.peek() == Some(b'#')) {
                break;
            }
            if super::directive::is_include(scan.cursor) {
                return Err(ExpandError::IncludeInArguments(id, scan.cursor.position()));
            }
            let fatal = ExpandError::Reported;
            while self.pre.directive(scan).map_err(fatal)? == Next::Skip
                && self.pre.skip_to_branch(scan).map_err(fatal)?
            {}
        }
        let token = token_here(&mut scan.cursor, &mut self.pre.macros.pool, LineEnd::Blank, spaced)
            .map_err(ExpandError::Unterminated)?;
        Ok(token.map(|token| self.arrived(token)))
    }

    fn next_of_call(&mut self, id: MacroId) -> Result<Token, ExpandError> {
        self.next_or_end(id)?.ok_or(ExpandError::UnterminatedCall(id))
    }

    /// The arguments of a call, unexpanded.
    fn arguments(
        &mut self,
        id: MacroId,
        parameters: usize,
        variadic: bool,
    ) -> Result<Arguments, ExpandError> {
        self.next_of_call(id)?;
        let mut tokens: Vec<Vec<Token>> = Vec::new();
        let mut argument = Vec::new();
        let mut depth = 0usize;
        loop {
            let token = self.next_of_call(id)?;
            if token.kind == TokenKind::Punctuator {
                match self.text(token) {
                    "(" => depth += 1,
                    ")" if depth == 0 => break,
                    ")" => depth -= 1,
                    "," if depth == 0 && !(variadic && tokens.len() + 1 == parameters) => {
                        tokens.push(std::mem::take(&mut argument));
                        continue;
                    }
                    _ => {}
                }
            }
            // Arguments are kept until the call is done: within others they add up.
            self.pre.macros.spend(2)?;
            argument.push(token);
        }
        // `F()` has no argument if F has no parameter, and one empty argument if it has one. An empty one alone counts as
        // none where any number may be given.
        let nothing = tokens.is_empty() && argument.is_empty();
        if !(parameters == 0 && nothing) {
            tokens.push(argument);
        }
        let mut omitted = variadic && parameters == 1 && nothing;
        if variadic && tokens.len() + 1 == parameters {
            tokens.push(Vec::new());
            omitted = true;
        }
        if tokens.len() == parameters {
            Ok(Arguments { tokens, variadic: variadic.then(|| parameters - 1), omitted })
        } else {
            Err(ExpandError::ArgumentCount { id, found: tokens.len() })
        }
    }
}
