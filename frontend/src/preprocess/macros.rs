//! Macro definitions: the table, those that are built in, and `#define` read into it. Expanding them is left to `expand`.

use super::token::{TextPool, Token, TokenKind};
use crate::source::Span;
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::Arc;

/// A macro whose text depends on where it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BuiltIn {
    File,
    BaseFile,
    Line,
    IncludeLevel,
    Counter,
    /// `__DATE__` and its kin: what is said of a moment that is not known, as the output depends on the source alone.
    Moment(&'static str),
    /// `_Pragma("..")`
    Pragma,
    /// `__has_include(..)`, in `#if` only; or `__has_include_next(..)`.
    HasInclude {
        next: bool,
    },
}

const BUILT_IN: &[(&str, BuiltIn)] = &[
    ("__FILE__", BuiltIn::File),
    ("__BASE_FILE__", BuiltIn::BaseFile),
    ("__LINE__", BuiltIn::Line),
    ("__INCLUDE_LEVEL__", BuiltIn::IncludeLevel),
    ("__COUNTER__", BuiltIn::Counter),
    ("__DATE__", BuiltIn::Moment("\"??? ?? ????\"")),
    ("__TIME__", BuiltIn::Moment("\"??:??:??\"")),
    ("__TIMESTAMP__", BuiltIn::Moment("\"??? ??? ?? ??:??:?? ????\"")),
    ("_Pragma", BuiltIn::Pragma),
    ("__has_include", BuiltIn::HasInclude { next: false }),
    ("__has_include_next", BuiltIn::HasInclude { next: true }),
];

/// What `cpp -undef` defines as 1 in assembler source.
const ONES: [&str; 3] = ["__ASSEMBLER__", "__STDC__", "__STDC_HOSTED__"];

/// What a macro stands for.
#[derive(Clone, Debug)]
pub(super) enum MacroKind {
    BuiltIn(BuiltIn),
    /// `#pragma GCC poison NAME`: no macro, and not to be used.
    Poisoned,
    /// `#define NAME body`
    Object(Rc<[Token]>),
    /// `#define NAME(parameters) body`; the last parameter may stand for any number of arguments.
    Function {
        parameters: Rc<[Arc<str>]>,
        variadic: bool,
        body: Rc<[Token]>,
    },
}

impl MacroKind {
    pub(super) fn is_built_in(&self) -> bool {
        matches!(self, MacroKind::BuiltIn(_))
    }

    pub(super) fn parameter_count(&self) -> usize {
        match self {
            MacroKind::BuiltIn(_) | MacroKind::Poisoned | MacroKind::Object(_) => 0,
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
    /// It has been warned of a `##` in it that makes no token.
    pub(super) warned: bool,
}

impl Macro {
    pub(super) fn new(name: Arc<str>, defined: Span, kind: MacroKind) -> Macro {
        Macro { name, defined, kind, active: false, warned: false }
    }
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
    /// What `#pragma push_macro` has put away, by name.
    pushed: FxHashMap<Arc<str>, Vec<Option<Macro>>>,
}

impl MacroTable {
    pub(super) fn new(pool: &mut TextPool) -> MacroTable {
        let mut table = MacroTable {
            by_name: FxHashMap::default(),
            all: Vec::new(),
            lengths: [0; 256],
            pushed: FxHashMap::default(),
        };
        for (name, built_in) in BUILT_IN {
            table.define(Macro::new((*name).into(), Span::NONE, MacroKind::BuiltIn(*built_in)));
        }
        for name in ONES {
            let one = pool.token(TokenKind::Number, "1", 0, true);
            table.define(Macro::new(name.into(), Span::NONE, MacroKind::Object(Rc::new([one]))));
        }
        pool.keep();
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

    /// True if `#ifdef` and `defined` say so.
    pub(super) fn is_defined(&self, name: &str) -> bool {
        let found = self.find(name).and_then(|id| self.get(id));
        found.is_some_and(|found| !matches!(found.kind, MacroKind::Poisoned))
    }

    pub(super) fn get(&self, id: MacroId) -> Option<&Macro> {
        self.all.get(id.0)
    }

    pub(super) fn get_mut(&mut self, id: MacroId) -> Option<&mut Macro> {
        self.all.get_mut(id.0)
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

    /// The definition that was there, if any.
    pub(super) fn undefine(&mut self, name: &str) -> Option<&Macro> {
        self.by_name.remove(name).and_then(|id| self.all.get(id.0))
    }

    /// Puts away what the name stands for now.
    pub(super) fn push(&mut self, name: &str) {
        let now = self.find(name).and_then(|id| self.get(id)).cloned();
        self.pushed.entry(name.into()).or_default().push(now);
    }

    /// Takes back what was put away last, if anything was.
    pub(super) fn pop(&mut self, name: &str) {
        match self.pushed.get_mut(name).and_then(Vec::pop) {
            Some(Some(then)) => self.define(Macro { active: false, ..then }),
            Some(None) => drop(self.by_name.remove(name)),
            None => {}
        }
    }
}

/// What is wrong with a definition, and the token where; `None` is the end of the line.
pub(super) struct BadDefinition {
    pub(super) at: Option<Token>,
    pub(super) message: String,
    /// It is about `##`.
    pub(super) is_operator: bool,
}

impl BadDefinition {
    fn new(at: Option<Token>, message: impl Into<String>) -> BadDefinition {
        BadDefinition { at, message: message.into(), is_operator: false }
    }
}

/// A definition, and the tokens that are odd in it, with the reason.
pub(super) struct Definition {
    pub(super) kind: MacroKind,
    pub(super) odd: Vec<(Token, &'static str)>,
}

const VA_ARGS: &str = "__VA_ARGS__";
pub(super) const VA_OPT: &str = "__VA_OPT__";

/// Reads what follows the macro's name in its `#define`.
pub(super) fn definition<'t>(
    tokens: &[Token],
    text: impl Fn(Token) -> &'t str + Copy,
) -> Result<Definition, BadDefinition> {
    let mut odd = Vec::new();
    let Some(open) = tokens.first().filter(|open| !open.spaced && text(**open) == "(") else {
        if let Some(first) = tokens.first().filter(|first| !first.spaced) {
            odd.push((*first, "no white space between the name of a macro and its body"));
        }
        let body = body(tokens, &[], None, text, &mut odd)?;
        return Ok(Definition { kind: MacroKind::Object(body.into()), odd });
    };
    debug_assert!(open.kind == TokenKind::Punctuator);
    let (parameters, variadic, used) = parameters(tokens, text, &mut odd)?;
    let va_args = parameters.last().filter(|_| variadic).map(|last| &**last);
    let body = body(tokens.get(used..).unwrap_or(&[]), &parameters, va_args, text, &mut odd)?;
    if va_args.is_some() {
        check_optional(&body, text)?;
    }
    let kind = MacroKind::Function { parameters: parameters.into(), variadic, body: body.into() };
    Ok(Definition { kind, odd })
}

/// The parameters from `(` on, whether the last takes all further arguments, and how many tokens they are.
fn parameters<'t>(
    tokens: &[Token],
    text: impl Fn(Token) -> &'t str,
    odd: &mut Vec<(Token, &'static str)>,
) -> Result<(Vec<Arc<str>>, bool, usize), BadDefinition> {
    let mut parameters: Vec<Arc<str>> = Vec::new();
    let mut seen: FxHashMap<&str, ()> = FxHashMap::default();
    let mut variadic = false;
    let mut used = 1;
    let mut next = || {
        used += 1;
        tokens.get(used - 1).copied()
    };
    loop {
        let token = next();
        match token {
            Some(close) if text(close) == ")" && parameters.is_empty() => break,
            Some(dots) if text(dots) == "..." => {
                parameters.push(VA_ARGS.into());
                variadic = true;
            }
            Some(name) if name.kind == TokenKind::Identifier => {
                if seen.insert(text(name), ()).is_some() {
                    let message = format!("duplicate macro parameter `{}`", text(name));
                    return Err(BadDefinition::new(token, message));
                }
                if text(name) == VA_ARGS {
                    odd.push((name, "`__VA_ARGS__` as the name of a parameter"));
                }
                parameters.push(text(name).into());
            }
            _ => {
                let message = "expected a parameter name in the macro's parameter list";
                return Err(BadDefinition::new(token, message));
            }
        }
        let mut token = next();
        if !variadic && token.is_some_and(|dots| text(dots) == "...") {
            variadic = true;
            token = next();
        }
        match token {
            Some(close) if text(close) == ")" => break,
            Some(comma) if text(comma) == "," && !variadic => {}
            _ if variadic => return Err(BadDefinition::new(token, "expected `)` after `...`")),
            _ => {
                let message = "expected `,` or `)` in the macro's parameter list";
                return Err(BadDefinition::new(token, message));
            }
        }
    }
    if parameters.len() > usize::from(u16::MAX) {
        return Err(BadDefinition::new(None, "too many macro parameters"));
    }
    Ok((parameters, variadic, used))
}

/// The body with its parameters marked. `va_args` is the name of the parameter for all further arguments.
fn body<'t>(
    tokens: &[Token],
    parameters: &[Arc<str>],
    va_args: Option<&str>,
    text: impl Fn(Token) -> &'t str,
    odd: &mut Vec<(Token, &'static str)>,
) -> Result<Vec<Token>, BadDefinition> {
    for at in [tokens.first(), tokens.last()].into_iter().flatten() {
        if text(*at) == "##" {
            let message = "`##` cannot stand at either end of a macro's body".into();
            return Err(BadDefinition { at: Some(*at), message, is_operator: true });
        }
    }
    let by_name: FxHashMap<&str, u16> =
        parameters.iter().enumerate().map(|(index, name)| (&**name, index as u16)).collect();
    let mut mark = |token: &Token| {
        if token.kind != TokenKind::Identifier {
            return *token;
        }
        match text(*token) {
            VA_OPT if va_args.is_some() => return token.with_kind(TokenKind::VaOpt),
            VA_OPT => odd.push((*token, "`__VA_OPT__` outside a macro with `...`")),
            VA_ARGS if !by_name.contains_key(VA_ARGS) => {
                odd.push((*token, "`__VA_ARGS__` outside a macro with a `...` that has no name of its own"));
            }
            _ => {}
        }
        let parameter = by_name.get(text(*token));
        token.with_kind(parameter.map_or(token.kind, |index| TokenKind::Parameter(*index)))
    };
    Ok(tokens.iter().map(&mut mark).collect())
}

/// Every `__VA_OPT__` has its parentheses, none within another, and no `##` at either end.
fn check_optional<'t>(body: &[Token], text: impl Fn(Token) -> &'t str + Copy) -> Result<(), BadDefinition> {
    let mut rest = body;
    while let Some(at) = rest.iter().position(|token| token.kind == TokenKind::VaOpt) {
        let Some(group) = optional_group(rest.get(at + 1..).unwrap_or(&[]), text) else {
            let message = "`__VA_OPT__` needs parentheses: `__VA_OPT__(tokens)`";
            return Err(BadDefinition::new(rest.get(at).copied(), message));
        };
        if let Some(inner) = group.iter().find(|token| token.kind == TokenKind::VaOpt) {
            return Err(BadDefinition::new(Some(*inner), "`__VA_OPT__` cannot stand within another"));
        }
        for end in [group.first(), group.last()].into_iter().flatten() {
            if text(*end) == "##" {
                let message = "`##` cannot stand at either end of `__VA_OPT__`".into();
                return Err(BadDefinition { at: Some(*end), message, is_operator: true });
            }
        }
        rest = rest.get(at + 1 + group.len() + 2..).unwrap_or(&[]);
    }
    Ok(())
}

/// What stands within the parentheses that the tokens begin with.
pub(super) fn optional_group<'b, 't>(
    tokens: &'b [Token],
    text: impl Fn(Token) -> &'t str,
) -> Option<&'b [Token]> {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate() {
        match text(*token) {
            "(" => depth += 1,
            ")" if depth == 1 => return tokens.get(1..at),
            ")" => depth = depth.checked_sub(1)?,
            _ if depth == 0 => return None,
            _ => {}
        }
    }
    None
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
        (
            MacroKind::BuiltIn(_) | MacroKind::Poisoned | MacroKind::Object(_) | MacroKind::Function { .. },
            _,
        ) => false,
    }
}
