//! Pieces of C: text between names. A name is known as one from the moment it is handed out until it is printed, so that what is used can be
//! asked for and need not be looked for in text.
//!
//! ```text
//! code!("{} = @bpf_ntohs({});", variable, field)
//! ```
//!
//! `{}` takes the next argument, and `@` stands in front of a name that the generated code or its prelude defines once and for all. Braces
//! that stand for themselves may be doubled; `@@` is the character.

use super::text::collect_identifiers;
use std::borrow::{Borrow, Cow};
use std::collections::BTreeSet;
use std::fmt;
use std::rc::Rc;

/// An identifier of the C file. Two are the same if they are spelled the same: nothing is hidden by anything else of its name.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(Rc<str>);

impl Name {
    /// An identifier that was handed out, or belongs to one that was.
    pub fn new(text: &str) -> Name {
        Name(text.into())
    }

    /// As it is spelled.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Name {
    /// No name: what is never used has it.
    fn default() -> Name {
        Name::new("")
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl std::ops::Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// A name that generated code or its prelude always has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known(pub &'static str);

impl Known {
    /// It as a name.
    pub fn name(self) -> Name {
        Name::new(self.0)
    }
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A piece of C.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Code {
    parts: Vec<Part>,
}

/// A part of a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(Cow<'static, str>),
    Name(Name),
    Known(&'static str),
    /// C that stands in a file of ours.
    Fragment(&'static str),
}

impl Part {
    fn as_str(&self) -> &str {
        match self {
            Part::Text(text) => text,
            Part::Name(name) => name.as_str(),
            Part::Known(name) => name,
            Part::Fragment(text) => text,
        }
    }
}

impl Code {
    /// Text without names: numbers, signs, comments.
    pub fn text(text: impl Into<Cow<'static, str>>) -> Code {
        Code { parts: vec![Part::Text(text.into())] }
    }

    /// C that stands in a file of ours, with the names in it.
    pub fn fragment(text: &'static str) -> Code {
        Code { parts: vec![Part::Fragment(text)] }
    }

    /// What [`code!`] makes.
    pub fn made(template: &'static str, args: &[&dyn ToCode]) -> Code {
        let mut code = Code { parts: Vec::with_capacity(2 * args.len() + 1) };
        let mut args = args.iter();
        let mut rest = template;
        while let Some(at) = rest.find(['{', '}', '@']) {
            let (before, behind) = rest.split_at(at);
            code.push_text(before);
            let doubled = ["{{", "}}", "@@"].iter().any(|two| behind.starts_with(two));
            rest = if doubled {
                code.push_text(behind.get(..1).unwrap_or_default());
                behind.get(2..).unwrap_or_default()
            } else if let Some(behind) = behind.strip_prefix("{}") {
                if let Some(arg) = args.next() {
                    arg.add_to(&mut code);
                }
                behind
            } else if let Some(name) = behind.strip_prefix('@') {
                let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len());
                let (name, behind) = name.split_at(end);
                code.parts.push(Part::Known(name));
                behind
            } else {
                // A brace that stands for itself.
                code.push_text(behind.get(..1).unwrap_or_default());
                behind.get(1..).unwrap_or_default()
            };
        }
        code.push_text(rest);
        debug_assert!(args.next().is_none(), "{template}");
        code
    }

    fn push_text(&mut self, text: &'static str) {
        if !text.is_empty() {
            self.parts.push(Part::Text(text.into()));
        }
    }

    /// Pieces with a separator between them.
    pub fn join<T: ToCode>(pieces: impl IntoIterator<Item = T>, separator: &'static str) -> Code {
        let mut code = Code::default();
        for (i, piece) in pieces.into_iter().enumerate() {
            if i > 0 {
                code.push_text(separator);
            }
            piece.add_to(&mut code);
        }
        code
    }

    /// It between parentheses.
    pub(super) fn in_parentheses(mut self) -> Code {
        self.parts.insert(0, Part::Text("(".into()));
        self.push_text(")");
        self
    }

    /// Hands on the names in it.
    pub fn each_name<'c>(&'c self, mut take: impl FnMut(&'c str)) {
        for part in &self.parts {
            match part {
                Part::Text(_) => {}
                Part::Name(name) => take(name.as_str()),
                Part::Known(name) => take(name),
                Part::Fragment(text) => {
                    let mut names = BTreeSet::new();
                    collect_identifiers(text, &mut names);
                    names.into_iter().for_each(&mut take);
                }
            }
        }
    }

    /// True if it is spelled like this.
    pub fn is(&self, text: &str) -> bool {
        let mut rest = text;
        self.parts.iter().all(|part| match rest.strip_prefix(part.as_str()) {
            Some(behind) => {
                rest = behind;
                true
            }
            None => false,
        }) && rest.is_empty()
    }

    /// True if nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.parts.iter().all(|part| part.as_str().is_empty())
    }

    /// True if it fits in a line.
    pub(super) fn is_one_line(&self) -> bool {
        !self.parts.iter().any(|part| part.as_str().contains('\n'))
    }

    /// True if it ends with a semicolon.
    pub(super) fn is_statement(&self) -> bool {
        self.parts.last().is_some_and(|part| part.as_str().ends_with(';'))
    }

    /// True if it begins so.
    pub fn starts_with(&self, text: &str) -> bool {
        self.parts.first().is_some_and(|part| part.as_str().starts_with(text))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| f.write_str(part.as_str()))
    }
}

/// What can stand in a piece of C.
pub trait ToCode {
    /// Puts it behind what there is.
    fn add_to(&self, code: &mut Code);

    /// It as a piece.
    fn code(&self) -> Code {
        let mut code = Code::default();
        self.add_to(&mut code);
        code
    }
}

impl ToCode for Code {
    fn add_to(&self, code: &mut Code) {
        code.parts.extend(self.parts.iter().cloned());
    }
}

impl ToCode for Name {
    fn add_to(&self, code: &mut Code) {
        code.parts.push(Part::Name(self.clone()));
    }
}

impl ToCode for Known {
    fn add_to(&self, code: &mut Code) {
        code.parts.push(Part::Known(self.0));
    }
}

impl<T: ToCode + ?Sized> ToCode for &T {
    fn add_to(&self, code: &mut Code) {
        (**self).add_to(code);
    }
}

/// Text in which there are no names.
macro_rules! plain {
    ($($ty:ty)*) => {
        $(impl ToCode for $ty {
            fn add_to(&self, code: &mut Code) {
                code.parts.push(Part::Text(self.to_string().into()));
            }
        })*
    };
}

plain!(String std::sync::Arc<str> u32 u64 i64 usize);

/// A piece of C from a template, see the module.
macro_rules! code {
    ($template:literal $(, $arg:expr)* $(,)?) => {
        $crate::c::code::Code::made($template, &[$(&$arg as &dyn $crate::c::code::ToCode),*])
    };
}
pub(crate) use code;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known() {
        let name = Name::new("ttl");
        let code = code!("{} = @bpf_ntohs({}) {{@@}} {}", name, Code::text("ttl"), 7_u32);
        assert_eq!(code.to_string(), "ttl = bpf_ntohs(ttl) {@} 7");
        let mut names = Vec::new();
        code.each_name(|name| names.push(name));
        assert_eq!(names, ["ttl", "bpf_ntohs"]);
        assert!(code.is("ttl = bpf_ntohs(ttl) {@} 7") && !code.is("ttl = bpf_ntohs(ttl) {@} 77"));
    }
}
