//! Macro definitions: the table, and `#define` read into it. Expanding them is left to `expand`.

use super::token::{Token, TokenKind};
use crate::source::Span;
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::Arc;

/// What a macro stands for.
#[derive(Clone, Debug)]
pub(super) enum MacroKind {
    /// `__FILE__`
    File,
    /// `__LINE__`
    Line,
    /// `#define NAME body`
    Object(Rc<[Token]>),
    /// `#define NAME(parameters) body`
    Function { parameters: Rc<[Arc<str>]>, variadic: bool, body: Rc<[Token]> },
}

impl MacroKind {
    pub(super) fn is_built_in(&self) -> bool {
        matches!(self, MacroKind::File | MacroKind::Line)
    }

    pub(super) fn parameter_count(&self) -> usize {
        match self {
            MacroKind::File | MacroKind::Line | MacroKind::Object(_) => 0,
            MacroKind::Function { parameters, .. } => parameters.len(),
        }
    }
}

/// A definition.
#[derive(Clone, Debug)]
pub(super) struct Macro {
    pub(super) name: Arc<str>,
    /// The name in its `#define`; [`Span::NONE`] for those that are built in.
    pub(super) defined: Span,
    pub(super) kind: MacroKind,
    /// Its expansion is being scanned: the name is not to be expanded again.
    pub(super) active: bool,
}

/// Names a definition for as long as it stands in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MacroId(usize);

/// The macros that are defined now.
#[derive(Debug)]
pub(super) struct MacroTable {
    by_name: FxHashMap<Arc<str>, MacroId>,
    all: Vec<Macro>,
    /// For each first byte the lengths (mod 64) of the names that begin with it: most words of a program are told
    /// to be no macro by this alone.
    lengths: [u64; 256],
}

impl MacroTable {
    pub(super) fn new() -> MacroTable {
        let mut table = MacroTable { by_name: FxHashMap::default(), all: Vec::new(), lengths: [0; 256] };
        for (name, kind) in [("__FILE__", MacroKind::File), ("__LINE__", MacroKind::Line)] {
            table.define(Macro { name: name.into(), defined: Span::NONE, kind, active: false });
        }
        table
    }

    #[inline]
    pub(super) fn find(&self, name: &str) -> Option<MacroId> {
        let first = name.as_bytes().first()?;
        let lengths = self.lengths.get(usize::from(*first))?;
        if lengths >> (name.len() % 64) & 1 == 0 {
            return None;
        }
        self.by_name.get(name).copied()
    }

    pub(super) fn get(&self, id: MacroId) -> Option<&Macro> {
        self.all.get(id.0)
    }

    pub(super) fn set_active(&mut self, id: MacroId, active: bool) {
        if let Some(found) = self.all.get_mut(id.0) {
            found.active = active;
        }
    }

    pub(super) fn define(&mut self, new: Macro) {
        let first = new.name.as_bytes().first().copied().unwrap_or(0);
        if let Some(lengths) = self.lengths.get_mut(usize::from(first)) {
            *lengths |= 1 << (new.name.len() % 64);
        }
        self.by_name.insert(new.name.clone(), MacroId(self.all.len()));
        self.all.push(new);
    }

    pub(super) fn undefine(&mut self, name: &str) {
        self.by_name.remove(name);
    }
}

/// What is wrong with a definition, and the token where.
pub(super) struct BadDefinition {
    pub(super) at: Option<Token>,
    pub(super) message: String,
    pub(super) is_operator: bool,
}

/// Reads what follows the macro's name in its `#define`.
pub(super) fn definition<'t>(
    tokens: &[Token],
    text: impl Fn(Token) -> &'t str + Copy,
) -> Result<MacroKind, BadDefinition> {
    let bad = |at: Option<Token>, message: String| BadDefinition { at, message, is_operator: false };
    let function = tokens.first().is_some_and(|open| !open.spaced && text(*open) == "(");
    if !function {
        let body = body(tokens, &[], text)?;
        return Ok(MacroKind::Object(body.into()));
    }
    let mut parameters: Vec<Arc<str>> = Vec::new();
    let mut variadic = false;
    let mut rest = tokens.iter().copied().skip(1);
    let mut used = 1;
    let mut next = || {
        used += 1;
        rest.next()
    };
    loop {
        let token = next();
        match token {
            Some(close) if text(close) == ")" && parameters.is_empty() => break,
            Some(dots) if text(dots) == "..." => {
                parameters.push("__VA_ARGS__".into());
                variadic = true;
            }
            Some(name) if name.kind == TokenKind::Identifier => {
                if parameters.iter().any(|parameter| **parameter == *text(name)) {
                    return Err(bad(token, format!("duplicate macro parameter `{}`", text(name))));
                }
                parameters.push(text(name).into());
            }
            _ => return Err(bad(token, "expected a parameter name in the macro's parameter list".into())),
        }
        let token = next();
        match token {
            Some(close) if text(close) == ")" => break,
            Some(comma) if text(comma) == "," && !variadic => {}
            _ => return Err(bad(token, "expected `,` or `)` in the macro's parameter list".into())),
        }
    }
    if parameters.len() > usize::from(u16::MAX) {
        return Err(bad(None, "too many macro parameters".into()));
    }
    let body = body(tokens.get(used..).unwrap_or(&[]), &parameters, text)?;
    if let Some((at, message)) = misplaced_stringify(&body, text) {
        return Err(BadDefinition { at: Some(at), message, is_operator: true });
    }
    Ok(MacroKind::Function { parameters: parameters.into(), variadic, body: body.into() })
}

/// The body with its parameters marked.
fn body<'t>(
    tokens: &[Token],
    parameters: &[Arc<str>],
    text: impl Fn(Token) -> &'t str,
) -> Result<Vec<Token>, BadDefinition> {
    for at in [tokens.first(), tokens.last()].into_iter().flatten() {
        if text(*at) == "##" {
            let message = "`##` cannot stand at either end of a macro's body".into();
            return Err(BadDefinition { at: Some(*at), message, is_operator: true });
        }
    }
    let by_name: FxHashMap<&str, u16> =
        parameters.iter().enumerate().map(|(index, name)| (&**name, index as u16)).collect();
    let mark = |token: &Token| {
        let parameter = (token.kind == TokenKind::Identifier).then(|| by_name.get(text(*token))).flatten();
        token.with_kind(parameter.map_or(token.kind, |index| TokenKind::Parameter(*index)))
    };
    Ok(tokens.iter().map(mark).collect())
}

/// In a function-like macro `#` must stand before a parameter.
fn misplaced_stringify<'t>(body: &[Token], text: impl Fn(Token) -> &'t str) -> Option<(Token, String)> {
    let followers = body.iter().skip(1).map(Some).chain(std::iter::once(None));
    body.iter().zip(followers).find_map(|(token, follower)| {
        let parameter = follower.is_some_and(|next| matches!(next.kind, TokenKind::Parameter(_)));
        (token.kind == TokenKind::Punctuator && text(*token) == "#" && !parameter)
            .then(|| (*token, "`#` in a macro's body is not followed by a parameter".into()))
    })
}

/// True if two definitions mean the same, so that the second is no redefinition.
pub(super) fn same_definition<'t>(a: &MacroKind, b: &MacroKind, text: impl Fn(Token) -> &'t str) -> bool {
    let same_body = |a: &[Token], b: &[Token]| {
        a.len() == b.len()
            && a.iter().zip(b).enumerate().all(|(index, (a, b))| {
                a.kind == b.kind && text(*a) == text(*b) && (a.spaced == b.spaced || index == 0)
            })
    };
    match (a, b) {
        (MacroKind::Object(a), MacroKind::Object(b)) => same_body(a, b),
        (
            MacroKind::Function { parameters: a_parameters, variadic: a_variadic, body: a },
            MacroKind::Function { parameters: b_parameters, variadic: b_variadic, body: b },
        ) => a_parameters == b_parameters && a_variadic == b_variadic && same_body(a, b),
        (MacroKind::File | MacroKind::Line | MacroKind::Object(_) | MacroKind::Function { .. }, _) => false,
    }
}
