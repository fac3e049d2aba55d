//! Expansion of macros. In: a macro's name in the text, or the tokens of a directive. Out: tokens. Follows C's rules
//! (C17 6.10.3): arguments are expanded before they are put in, the result is scanned again together with the text
//! that follows, and a macro's name is not expanded within its own expansion.

use super::limits::{MAX_EXPANSION_WORK, MAX_MACRO_DEPTH};
use super::macros::{MacroId, MacroKind, MacroTable};
use super::substitute;
use super::text::{Cursor, Splice};
use super::token::{TextPool, Token, TokenKind, Unterminated, next_token};
use crate::source::SourceMap;
use std::rc::Rc;

/// Macros, the texts of their tokens, and how much expanding may still be done.
#[derive(Debug)]
pub(super) struct Macros {
    pub(super) table: MacroTable,
    pub(super) pool: TextPool,
    work: usize,
}

/// Where the outermost macro is used, for `__FILE__` and `__LINE__`.
#[derive(Clone, Copy, Debug)]
pub(super) struct UseSite<'s> {
    pub(super) sources: &'s SourceMap,
    pub(super) position: u32,
}

impl UseSite<'_> {
    fn file(&self) -> &str {
        self.sources.location(self.position).map_or("", |at| at.file)
    }

    fn line(&self) -> u32 {
        self.sources.location(self.position).map_or(0, |at| at.line)
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
    /// A `#` begins a line within the arguments, at this position.
    DirectiveInArguments(MacroId, u32),
    /// `##` made of two tokens what is none.
    BadPaste(MacroId, String),
    Unterminated(Unterminated),
    /// Expanding goes on for too long or produces too much.
    TooMuch,
    /// Calls within arguments within calls.
    TooDeep,
}

impl ExpandError {
    /// After these nothing can follow.
    pub(super) fn is_fatal(&self) -> bool {
        matches!(self, ExpandError::TooMuch | ExpandError::TooDeep)
    }
}

/// Tokens still to be scanned, and the macro whose expansion they are.
struct Context {
    tokens: Rc<[Token]>,
    next: usize,
    of: Option<MacroId>,
}

/// One expansion at work.
struct Expander<'m, 'c, 't> {
    macros: &'m mut Macros,
    site: UseSite<'m>,
    contexts: Vec<Context>,
    /// The text after the use, from which a function-like macro takes its arguments.
    source: Option<&'c mut Cursor<'t>>,
    depth: usize,
}

impl Macros {
    pub(super) fn new() -> Macros {
        Macros { table: MacroTable::new(), pool: TextPool::default(), work: MAX_EXPANSION_WORK }
    }

    pub(super) fn text(&self, token: Token) -> &str {
        self.pool.text(token)
    }

    /// Counts what is done, in tokens; long texts count for several.
    pub(super) fn spend(&mut self, work: usize) -> Result<(), ExpandError> {
        self.work = self.work.checked_sub(work).ok_or(ExpandError::TooMuch)?;
        Ok(())
    }

    /// Expands the use of `id` whose name has just been passed. `None`: it is the name of a function-like macro
    /// without arguments, which stands for itself.
    pub(super) fn expand_use(
        &mut self,
        id: MacroId,
        name: Token,
        cursor: &mut Cursor<'_>,
        site: UseSite<'_>,
    ) -> Result<Option<Vec<Token>>, ExpandError> {
        let mut expander =
            Expander { macros: self, site, contexts: Vec::new(), source: Some(cursor), depth: 0 };
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
        &mut self,
        tokens: &[Token],
        site: UseSite<'_>,
        depth: usize,
    ) -> Result<Vec<Token>, ExpandError> {
        if depth > MAX_MACRO_DEPTH {
            return Err(ExpandError::TooDeep);
        }
        let contexts = vec![Context { tokens: tokens.into(), next: 0, of: None }];
        let mut expander = Expander { macros: self, site, contexts, source: None, depth };
        let mut result = Vec::new();
        let done = expander.run(&mut result);
        expander.leave_all();
        done.map(|()| result)
    }
}

impl Expander<'_, '_, '_> {
    /// Expands until nothing is left of what the first macro stands for.
    fn run(&mut self, result: &mut Vec<Token>) -> Result<(), ExpandError> {
        while let Some(token) = self.next_in_contexts()? {
            if token.kind == TokenKind::Identifier
                && !token.painted
                && let Some(id) = self.macros.table.find(self.macros.pool.text(token))
                && self.enter(id, token)?
            {
                continue;
            }
            result.push(token);
        }
        Ok(())
    }

    /// The next token of the expansions; those that are used up are left.
    fn next_in_contexts(&mut self) -> Result<Option<Token>, ExpandError> {
        self.macros.spend(1)?;
        while let Some(context) = self.contexts.last_mut() {
            if let Some(token) = context.tokens.get(context.next).copied() {
                context.next += 1;
                return Ok(Some(self.paint(token)));
            }
            self.leave();
        }
        Ok(None)
    }

    /// A name of a macro that is being expanded is never expanded again, wherever it gets to.
    fn paint(&self, token: Token) -> Token {
        if token.kind != TokenKind::Identifier || token.painted {
            return token;
        }
        let table = &self.macros.table;
        let active =
            table.find(self.macros.pool.text(token)).and_then(|id| table.get(id)).is_some_and(|m| m.active);
        token.with_painted(active)
    }

    fn leave(&mut self) {
        if let Some(Context { of: Some(id), .. }) = self.contexts.pop() {
            self.macros.table.set_active(id, false);
        }
    }

    fn leave_all(&mut self) {
        while !self.contexts.is_empty() {
            self.leave();
        }
    }

    /// Begins the expansion of a macro whose name was just read; false if it stands for itself here.
    fn enter(&mut self, id: MacroId, name: Token) -> Result<bool, ExpandError> {
        let Some(found) = self.macros.table.get(id) else { return Ok(false) };
        let tokens: Rc<[Token]> = match &found.kind {
            MacroKind::File => {
                let text = format!("\"{}\"", self.site.file().replace('\\', "\\\\").replace('"', "\\\""));
                self.macros.spend(text.len() / 16)?;
                Rc::new([self.macros.pool.token(TokenKind::String, &text, name.at, name.spaced)])
            }
            MacroKind::Line => {
                let text = self.site.line().to_string();
                Rc::new([self.macros.pool.token(TokenKind::Number, &text, name.at, name.spaced)])
            }
            MacroKind::Object(body) => {
                let body = body.clone();
                let replaced = substitute::body(self.macros, id, &body, &[], self.site, self.depth)?;
                replaced.map_or(body, Rc::from)
            }
            MacroKind::Function { parameters, variadic, body } => {
                let (parameters, variadic, body) = (parameters.len(), *variadic, body.clone());
                if !self.at_open_parenthesis() {
                    return Ok(false);
                }
                let arguments = self.arguments(id, parameters, variadic)?;
                let replaced = substitute::body(self.macros, id, &body, &arguments, self.site, self.depth)?;
                replaced.map_or(body, Rc::from)
            }
        };
        let tokens = match tokens.first() {
            Some(first) if first.spaced != name.spaced => {
                let mut tokens = tokens.to_vec();
                if let Some(first) = tokens.first_mut() {
                    first.spaced = name.spaced;
                }
                tokens.into()
            }
            _ => tokens,
        };
        self.macros.table.set_active(id, true);
        self.contexts.push(Context { tokens, next: 0, of: Some(id) });
        Ok(true)
    }

    /// Whether `(` is the next token, in what is left of the expansions or in the text after them.
    fn at_open_parenthesis(&mut self) -> bool {
        let next = self.contexts.iter().rev().find_map(|context| context.tokens.get(context.next));
        if let Some(next) = next {
            return self.macros.pool.text(*next) == "(";
        }
        let Some(source) = &self.source else { return false };
        let mut ahead = **source;
        ahead.skip_blanks(Splice::Free).is_ok() && ahead.peek() == Some(b'(')
    }

    /// The next token of a call's arguments: of the expansions, then of the text.
    fn next_of_call(&mut self, id: MacroId) -> Result<Token, ExpandError> {
        if let Some(token) = self.next_in_contexts()? {
            return Ok(token);
        }
        let Some(source) = &mut self.source else { return Err(ExpandError::UnterminatedCall(id)) };
        let token = next_token(source, &mut self.macros.pool, Splice::Free)
            .map_err(ExpandError::Unterminated)?
            .ok_or(ExpandError::UnterminatedCall(id))?;
        if self.macros.pool.text(token) == "#" && source.begins_line(token.at) {
            return Err(ExpandError::DirectiveInArguments(id, token.at));
        }
        Ok(self.paint(token))
    }

    /// The arguments of a call, unexpanded.
    fn arguments(
        &mut self,
        id: MacroId,
        parameters: usize,
        variadic: bool,
    ) -> Result<Vec<Vec<Token>>, ExpandError> {
        self.next_of_call(id)?;
        let mut arguments: Vec<Vec<Token>> = Vec::new();
        let mut argument = Vec::new();
        let mut depth = 0usize;
        loop {
            let token = self.next_of_call(id)?;
            match self.macros.pool.text(token) {
                "(" => depth += 1,
                ")" if depth == 0 => break,
                ")" => depth -= 1,
                "," if depth == 0 && !(variadic && arguments.len() + 1 == parameters) => {
                    arguments.push(std::mem::take(&mut argument));
                    continue;
                }
                _ => {}
            }
            argument.push(token);
        }
        // `F()` has no argument if F has no parameter, and one empty argument if it has one.
        if !(parameters == 0 && arguments.is_empty() && argument.is_empty()) {
            arguments.push(argument);
        }
        if variadic && arguments.len() + 1 == parameters {
            arguments.push(Vec::new());
        }
        if arguments.len() == parameters {
            Ok(arguments)
        } else {
            Err(ExpandError::ArgumentCount { id, found: arguments.len() })
        }
    }
}
