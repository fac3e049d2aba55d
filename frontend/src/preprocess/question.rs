//! What an `#if` may ask beyond macros: `defined NAME`, `__has_include("file")`, and `#predicate(answer)` with the
//! assertions that `#assert` makes. Each question becomes 1 or 0 before the expression is evaluated.

use super::Preprocessor;
use super::expand::{ExpandError, Expander, Macros, expand_list};
use super::include::Search;
use super::macros::{BuiltIn, MacroKind};
use super::token::{Token, TokenKind};
use rustc_hash::{FxHashMap, FxHashSet};

/// The answers to each predicate that `#assert` has given.
#[derive(Debug, Default)]
pub(super) struct Assertions {
    answers: FxHashMap<String, FxHashSet<String>>,
}

impl Assertions {
    pub(super) fn add(&mut self, predicate: String, answer: String) {
        self.answers.entry(predicate).or_default().insert(answer);
    }

    /// Takes back one answer, or all.
    pub(super) fn remove(&mut self, predicate: &str, answer: Option<&str>) {
        match answer {
            None => drop(self.answers.remove(predicate)),
            Some(answer) => {
                if let Some(answers) = self.answers.get_mut(predicate) {
                    answers.remove(answer);
                }
            }
        }
    }

    fn holds(&self, predicate: &str, answer: Option<&str>) -> bool {
        let answers = self.answers.get(predicate);
        answers.is_some_and(|answers| answer.map_or(!answers.is_empty(), |answer| answers.contains(answer)))
    }
}

/// An answer as it is compared: its tokens, with a blank where white space stood.
pub(super) fn answer_text(macros: &Macros, tokens: &[Token]) -> String {
    let mut text = String::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.spaced && index > 0 {
            text.push(' ');
        }
        text.push_str(macros.text(*token));
    }
    text
}

impl Expander<'_, '_, '_, '_> {
    /// 1 or 0 if the token begins a question.
    pub(super) fn answer(&mut self, token: Token) -> Result<Option<Token>, ExpandError> {
        let holds = match (token.kind, self.text(token)) {
            (TokenKind::Punctuator, "#") => self.predicate()?,
            (TokenKind::Identifier, "defined") => self.defined(token)?,
            (TokenKind::Identifier, name) => {
                let table = &self.pre.macros.table;
                let kind = table.find(name).and_then(|id| table.get(id)).map(|found| &found.kind);
                match kind {
                    Some(MacroKind::BuiltIn(BuiltIn::HasInclude { next })) => {
                        let next = *next;
                        self.has_include(token, next)?
                    }
                    _ => return Ok(None),
                }
            }
            _ => return Ok(None),
        };
        let value = if holds { "1" } else { "0" };
        Ok(Some(self.pre.macros.pool.token(TokenKind::Number, value, token.at, token.spaced)))
    }

    /// A name behind `defined`, maybe in parentheses.
    fn defined(&mut self, token: Token) -> Result<bool, ExpandError> {
        let mut name = self.next_in_contexts()?;
        let parenthesised = name.is_some_and(|token| self.text(token) == "(");
        if parenthesised {
            name = self.next_in_contexts()?;
        }
        let named = name.filter(|token| token.kind == TokenKind::Identifier);
        let closed = !parenthesised || self.next_in_contexts()?.is_some_and(|token| self.text(token) == ")");
        match named {
            Some(named) if closed => Ok(self.pre.macros.table.is_defined(self.text(named))),
            _ => {
                let message = "`defined` needs a name, as in `defined(NAME)`";
                Err(ExpandError::Question(Some(token), message.into()))
            }
        }
    }

    /// The tokens in the parentheses behind this one.
    fn parenthesised(&mut self, of: Token) -> Result<Vec<Token>, ExpandError> {
        let open = self.next_in_contexts()?;
        let mut inner = Vec::new();
        let mut depth = usize::from(open.is_some_and(|open| self.text(open) == "("));
        while depth > 0 {
            let Some(token) = self.next_in_contexts()? else { break };
            match self.text(token) {
                "(" => depth += 1,
                ")" if depth == 1 => return Ok(inner),
                ")" => depth -= 1,
                _ => {}
            }
            inner.push(token);
        }
        let message = format!("`{}` needs something in parentheses", self.text(of));
        Err(ExpandError::Question(Some(of), message))
    }

    fn has_include(&mut self, token: Token, next: bool) -> Result<bool, ExpandError> {
        let mut inner = self.parenthesised(token)?;
        let literal =
            inner.first().is_some_and(|first| first.kind == TokenKind::String || self.text(*first) == "<");
        if !literal {
            inner = expand_list(self.pre, &inner, 1)?;
        }
        match self.pre.include_name(&inner) {
            Some((name, quoted, 0)) => {
                let search = if next { Search::Next } else { Search::All };
                Ok(self.pre.can_include(&name, quoted, search))
            }
            _ => {
                let message = format!(
                    "`{}` needs a file name, as in `<core.p4>` or `\"headers.p4\"`",
                    self.text(token)
                );
                Err(ExpandError::Question(Some(token), message))
            }
        }
    }

    /// `predicate` or `predicate(answer)` behind `#`.
    fn predicate(&mut self) -> Result<bool, ExpandError> {
        let question = |at: Option<Token>, message: &str| Err(ExpandError::Question(at, message.into()));
        let Some(name) = self.next_in_contexts()?.filter(|name| name.kind == TokenKind::Identifier) else {
            return question(None, "`#` in an `#if` needs the name of a predicate");
        };
        self.pre.deprecated_assertion(name);
        let predicate = self.text(name).to_owned();
        if self.peek_in_contexts().is_none_or(|next| self.text(next) != "(") {
            return Ok(self.pre.macros.assertions.holds(&predicate, None));
        }
        self.next_in_contexts()?;
        let mut answer = Vec::new();
        loop {
            match self.next_in_contexts()? {
                None => return question(None, "expected `)` behind the answer to a predicate"),
                Some(token) if self.text(token) == ")" => break,
                Some(token) => answer.push(token),
            }
        }
        if answer.is_empty() {
            return question(Some(name), "the answer to a predicate is empty");
        }
        let answer = answer_text(&self.pre.macros, &answer);
        Ok(self.pre.macros.assertions.holds(&predicate, Some(&answer)))
    }
}

impl Preprocessor<'_> {
    /// `#assert predicate(answer)`, and `#unassert predicate` with or without an answer; or what is wrong with it.
    pub(super) fn assertion(
        &mut self,
        tokens: &[Token],
        add: bool,
    ) -> Result<(), (Option<Token>, &'static str)> {
        let text = |token: &Token| self.macros.text(*token);
        let name = tokens.first().copied();
        let Some(named) = name.filter(|name| name.kind == TokenKind::Identifier) else {
            return Err((name, "an assertion needs the name of a predicate"));
        };
        let predicate = text(&named).to_owned();
        let rest = tokens.get(1..).unwrap_or(&[]);
        if rest.is_empty() && !add {
            self.macros.assertions.remove(&predicate, None);
            return Ok(());
        }
        let Some(inner) = rest.split_first().filter(|(open, _)| text(open) == "(").map(|(_, inner)| inner)
        else {
            return Err((rest.first().copied(), "expected `(` behind the predicate of an assertion"));
        };
        let Some(close) = inner.iter().position(|token| text(token) == ")") else {
            return Err((None, "expected `)` behind the answer of an assertion"));
        };
        let answer = answer_text(&self.macros, inner.get(..close).unwrap_or(&[]));
        if answer.is_empty() {
            return Err((inner.get(close).copied(), "the answer of an assertion is empty"));
        }
        if add {
            self.macros.assertions.add(predicate, answer);
        } else {
            self.macros.assertions.remove(&predicate, Some(&answer));
        }
        Ok(())
    }
}
