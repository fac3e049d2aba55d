//! Putting arguments into a macro's body: parameters, `#`, `##`, `__VA_OPT__` (C17 6.10.3.1 to 6.10.3.3), and the comma
//! that `, ## __VA_ARGS__` takes back. `##` between tokens that make none leaves both, as `cpp` does in assembler source.

use super::Preprocessor;
use super::expand::{ExpandError, expand_list};
use super::macros::{MacroId, optional_group};
use super::token::{Token, TokenKind};

/// A macro's arguments.
pub(super) struct Arguments {
    pub(super) tokens: Vec<Vec<Token>>,
    /// The parameter for all further arguments.
    pub(super) variadic: Option<usize>,
    /// No argument was given for it, not even an empty one.
    pub(super) omitted: bool,
}

impl Arguments {
    /// Of a macro without parameters.
    const NONE: &Arguments = &Arguments { tokens: Vec::new(), variadic: None, omitted: false };
}

/// One use of a macro.
struct Call<'c, 'p, 'a> {
    pre: &'p mut Preprocessor<'a>,
    id: MacroId,
    /// It has parameters: `#` is an operator.
    function: bool,
    arguments: &'c Arguments,
    /// Arguments that were expanded already.
    expanded: Vec<Option<Vec<Token>>>,
    /// Where the macro is used.
    at: u32,
    depth: usize,
}

/// The body with arguments put in and pastes done; `None` if nothing is to be done to it.
pub(super) fn body(
    pre: &mut Preprocessor<'_>,
    id: MacroId,
    body: &[Token],
    arguments: Option<&Arguments>,
    at: u32,
    depth: usize,
) -> Result<Option<Vec<Token>>, ExpandError> {
    let plain = |token: &Token| match token.kind {
        TokenKind::Parameter(_) | TokenKind::VaOpt => false,
        TokenKind::Punctuator => pre.macros.text(*token) != "##",
        TokenKind::Identifier
        | TokenKind::Number
        | TokenKind::String
        | TokenKind::Character
        | TokenKind::Unclosed
        | TokenKind::Placemarker => true,
    };
    if body.iter().all(plain) {
        return Ok(None);
    }
    let function = arguments.is_some();
    let arguments = arguments.unwrap_or(Arguments::NONE);
    let expanded = vec![None; arguments.tokens.len()];
    let mut call = Call { pre, id, function, arguments, expanded, at, depth };
    let mut result = call.fill(body)?;
    result.retain(|token| token.kind != TokenKind::Placemarker);
    Ok(Some(result))
}

impl Call<'_, '_, '_> {
    fn text(&self, token: Token) -> &str {
        self.pre.macros.text(token)
    }

    fn is(&self, token: Option<&Token>, operator: &str) -> bool {
        token.is_some_and(|t| t.kind == TokenKind::Punctuator && self.text(*t) == operator)
    }

    /// What `__VA_OPT__` holds, at the start of the tokens behind it.
    fn group<'b>(&self, behind: &'b [Token]) -> &'b [Token] {
        optional_group(behind, |token| self.text(token)).unwrap_or(&[])
    }

    fn fill(&mut self, body: &[Token]) -> Result<Vec<Token>, ExpandError> {
        let mut result: Vec<Token> = Vec::new();
        let mut rest = body;
        // True right after `##`: what comes next is pasted to the last token.
        let mut paste = false;
        // What comes next does not stand right behind what is there.
        let mut apart = false;
        // White space before a parameter whose argument is empty.
        let mut pending = false;
        while let Some((&token, behind)) = rest.split_first() {
            self.pre.macros.spend(1)?;
            rest = behind;
            if self.is(Some(&token), "##") {
                paste = true;
                continue;
            }
            let mut own_space = false;
            let mut piece: Vec<Token> = match token.kind {
                TokenKind::Punctuator if self.function && self.is(Some(&token), "#") => {
                    let argument = match rest.first().map(|next| next.kind) {
                        Some(TokenKind::Parameter(index)) => {
                            rest = rest.get(1..).unwrap_or(&[]);
                            self.arguments.tokens.get(usize::from(index)).cloned()
                        }
                        Some(TokenKind::VaOpt) => {
                            let behind = rest.get(1..).unwrap_or(&[]);
                            let group = self.group(behind);
                            rest = behind.get(group.len() + 2..).unwrap_or(&[]);
                            Some(self.optional(group)?)
                        }
                        _ => None,
                    };
                    match argument {
                        Some(argument) => vec![self.stringify(&argument, token)?],
                        None => vec![token.with_at(self.at)],
                    }
                }
                TokenKind::Parameter(index) => {
                    let index = usize::from(index);
                    let raw = paste || self.is(rest.first(), "##");
                    own_space = paste;
                    let piece = self.argument(index, raw)?;
                    let variadic = self.arguments.variadic == Some(index) && !self.is(rest.first(), "##");
                    if paste && variadic && self.is(result.last(), ",") {
                        paste = false;
                        if self.arguments.omitted {
                            result.pop();
                        }
                    }
                    piece
                }
                TokenKind::VaOpt => {
                    let group = self.group(rest);
                    rest = rest.get(group.len() + 2..).unwrap_or(&[]);
                    let piece = self.optional(group)?;
                    if piece.is_empty() { vec![self.placemarker(token)] } else { piece }
                }
                TokenKind::Identifier
                | TokenKind::Number
                | TokenKind::String
                | TokenKind::Character
                | TokenKind::Punctuator
                | TokenKind::Unclosed
                | TokenKind::Placemarker => vec![token.with_at(self.at)],
            };
            self.pre.macros.spend(piece.len())?;
            let plain = piece.len() == 1 && piece.first().is_some_and(|only| only.kind == token.kind);
            pending |= piece.is_empty() && token.spaced;
            if let Some(first) = piece.first_mut() {
                let spaced = if own_space { first.spaced } else { token.spaced };
                first.spaced = spaced || std::mem::take(&mut pending);
                first.joined &= plain && !apart && !first.spaced;
            }
            apart = !plain;
            let mut piece = piece.into_iter();
            if std::mem::take(&mut paste)
                && let Some(right) = piece.next()
            {
                apart = true;
                match result.pop() {
                    Some(left) => self.paste(left, right, &mut result)?,
                    None => result.push(right),
                }
            }
            result.extend(piece);
        }
        Ok(result)
    }

    /// An argument: as written beside `##`, expanded elsewhere.
    fn argument(&mut self, index: usize, raw: bool) -> Result<Vec<Token>, ExpandError> {
        let argument = self.arguments.tokens.get(index).map_or(&[][..], |a| a);
        if raw {
            return Ok(match argument.first() {
                None => vec![self.pre.macros.pool.token(TokenKind::Placemarker, "", self.at, false)],
                Some(_) => argument.to_vec(),
            });
        }
        if let Some(Some(done)) = self.expanded.get(index) {
            return Ok(done.clone());
        }
        let done = expand_list(self.pre, argument, self.depth + 1)?;
        if let Some(slot) = self.expanded.get_mut(index) {
            *slot = Some(done.clone());
        }
        Ok(done)
    }

    /// What is in `__VA_OPT__`, if further arguments leave anything once they are expanded.
    fn optional(&mut self, group: &[Token]) -> Result<Vec<Token>, ExpandError> {
        let Some(index) = self.arguments.variadic else { return Ok(Vec::new()) };
        if self.argument(index, false)?.is_empty() { Ok(Vec::new()) } else { self.fill(group) }
    }

    fn placemarker(&mut self, token: Token) -> Token {
        self.pre.macros.pool.token(TokenKind::Placemarker, "", self.at, token.spaced)
    }

    fn paste(&mut self, left: Token, right: Token, result: &mut Vec<Token>) -> Result<(), ExpandError> {
        if right.kind == TokenKind::Placemarker {
            result.push(left);
            return Ok(());
        }
        if left.kind == TokenKind::Placemarker {
            result.push(right.moved(left.spaced));
            return Ok(());
        }
        self.pre.macros.spend((self.text(left).len() + self.text(right).len()) / 4)?;
        match self.pre.macros.pool.paste(left, right) {
            Some(token) => result.push(token),
            None => {
                self.pre.odd_paste(self.id, left, right, self.at);
                result.push(left);
                result.push(right.moved(right.spaced));
            }
        }
        Ok(())
    }

    /// `#parameter`: the argument as written, white space reduced to single blanks, as a string literal.
    fn stringify(&mut self, argument: &[Token], operator: Token) -> Result<Token, ExpandError> {
        let mut text = String::from("\"");
        for (index, token) in argument.iter().filter(|token| token.kind != TokenKind::Placemarker).enumerate()
        {
            if token.spaced && index > 0 {
                text.push(' ');
            }
            let piece = self.text(*token);
            if matches!(token.kind, TokenKind::String | TokenKind::Character) {
                for c in piece.chars() {
                    if matches!(c, '"' | '\\') {
                        text.push('\\');
                    }
                    text.push(c);
                }
            } else {
                text.push_str(piece);
            }
        }
        // A last `\` that nothing protects would take the closing quote with it.
        if text.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1 {
            text.pop();
        }
        text.push('"');
        self.pre.macros.spend(argument.len() + text.len() / 4)?;
        Ok(self.pre.macros.pool.token(TokenKind::String, &text, self.at, operator.spaced))
    }
}
