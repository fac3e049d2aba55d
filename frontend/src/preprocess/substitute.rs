//! Putting arguments into a macro's body: parameters, `#` and `##` (C17 6.10.3.1 to 6.10.3.3).

use super::expand::{ExpandError, Macros, UseSite};
use super::macros::MacroId;
use super::token::{Token, TokenKind};

/// The body with arguments put in and pastes done; `None` if nothing is to be done to it.
pub(super) fn body(
    macros: &mut Macros,
    id: MacroId,
    body: &[Token],
    arguments: &[Vec<Token>],
    site: UseSite<'_>,
    depth: usize,
) -> Result<Option<Vec<Token>>, ExpandError> {
    let is = |macros: &Macros, token: Option<&Token>, operator: &str| {
        token.is_some_and(|t| t.kind == TokenKind::Punctuator && macros.text(*t) == operator)
    };
    let plain = !body.iter().any(|t| matches!(t.kind, TokenKind::Parameter(_)) || is(macros, Some(t), "##"));
    if plain {
        return Ok(None);
    }
    let function = body.iter().any(|t| matches!(t.kind, TokenKind::Parameter(_)));
    let mut expanded: Vec<Option<Vec<Token>>> = vec![None; arguments.len()];
    let mut result: Vec<Token> = Vec::new();
    let mut rest = body.iter().copied().peekable();
    // True right after `##`: what comes next is pasted to the last token.
    let mut paste = false;
    while let Some(token) = rest.next() {
        macros.spend(1)?;
        if is(macros, Some(&token), "##") {
            paste = true;
            continue;
        }
        let mut piece: Vec<Token> = match token.kind {
            TokenKind::Punctuator if function && is(macros, Some(&token), "#") => match rest.peek() {
                Some(&Token { kind: TokenKind::Parameter(index), .. }) => {
                    rest.next();
                    vec![stringify(macros, arguments.get(usize::from(index)).map_or(&[], |a| a), token)?]
                }
                _ => vec![token],
            },
            TokenKind::Parameter(index) => {
                let index = usize::from(index);
                let argument = arguments.get(index).map_or(&[][..], |a| a);
                let raw = paste || is(macros, rest.peek(), "##");
                if raw && argument.is_empty() {
                    vec![macros.pool.token(TokenKind::Placemarker, "", token.at, token.spaced)]
                } else if raw {
                    argument.to_vec()
                } else {
                    let slot = expanded.get_mut(index);
                    match slot {
                        Some(Some(done)) => done.clone(),
                        Some(slot) => {
                            let done = macros.expand_list(argument, site, depth + 1)?;
                            *slot = Some(done.clone());
                            done
                        }
                        None => Vec::new(),
                    }
                }
            }
            TokenKind::Identifier
            | TokenKind::Number
            | TokenKind::String
            | TokenKind::Punctuator
            | TokenKind::Placemarker => vec![token],
        };
        macros.spend(piece.len())?;
        if let Some(first) = piece.first_mut() {
            first.spaced = token.spaced;
        }
        let mut piece = piece.into_iter();
        if std::mem::take(&mut paste)
            && let Some(right) = piece.next()
        {
            match result.pop() {
                Some(left) => result.push(pasted(macros, id, left, right)?),
                None => result.push(right),
            }
        }
        result.extend(piece);
    }
    result.retain(|token| token.kind != TokenKind::Placemarker);
    Ok(Some(result))
}

fn pasted(macros: &mut Macros, id: MacroId, left: Token, right: Token) -> Result<Token, ExpandError> {
    if right.kind == TokenKind::Placemarker {
        return Ok(left);
    }
    if left.kind == TokenKind::Placemarker {
        return Ok(right.with_spaced(left.spaced));
    }
    macros.spend((macros.text(left).len() + macros.text(right).len()) / 16)?;
    macros.pool.paste(left, right).ok_or_else(|| {
        ExpandError::BadPaste(id, format!("`{}` and `{}`", macros.text(left), macros.text(right)))
    })
}

/// `#parameter`: the argument as written, white space reduced to single blanks, as a string literal.
fn stringify(macros: &mut Macros, argument: &[Token], operator: Token) -> Result<Token, ExpandError> {
    let mut text = String::from("\"");
    for (index, token) in argument.iter().enumerate() {
        if token.spaced && index > 0 {
            text.push(' ');
        }
        let piece = macros.text(*token);
        if token.kind == TokenKind::String {
            text.extend(
                piece.chars().flat_map(|c| {
                    matches!(c, '"' | '\\').then_some('\\').into_iter().chain(std::iter::once(c))
                }),
            );
        } else {
            text.push_str(piece);
        }
    }
    text.push('"');
    macros.spend(argument.len() + text.len() / 16)?;
    Ok(macros.pool.token(TokenKind::String, &text, operator.at, operator.spaced))
}
