//! Annotations as control planes and targets read them: names, and bodies whose values are known.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An annotation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// Its name, without `@`.
    pub name: String,
    /// What follows the name.
    pub body: AnnotationBody,
}

/// What follows an annotation's name (P4_16, section "Annotations").
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnotationBody {
    /// `@name`
    Empty,
    /// `@name(..)`: the tokens as written, strings still in their quotes.
    Tokens(Vec<String>),
    /// `@name[a, b]`
    Values(Vec<Literal>),
    /// `@name[k=v, ..]`
    Pairs(Vec<(String, Literal)>),
}

/// A value in a structured annotation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Literal {
    /// An integer of any size, in decimal digits.
    Number(String),
    /// A string.
    Text(String),
    /// A boolean.
    Bool(bool),
}

impl Annotation {
    /// The strings of an unstructured body as one, or the one string of a structured one: `@brief("a" ++ "b")`.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match &self.body {
            AnnotationBody::Tokens(tokens) => {
                let tokens = tokens.iter().filter(|token| *token != "++");
                Some(tokens.map(|token| unquoted(token)).collect())
            }
            AnnotationBody::Values(values) => match values.as_slice() {
                [Literal::Text(text)] => Some(text.clone()),
                _ => None,
            },
            AnnotationBody::Empty | AnnotationBody::Pairs(_) => None,
        }
    }

    /// The tokens of an unstructured body as written; none of a structured one.
    #[must_use]
    pub fn tokens(&self) -> Vec<&str> {
        match &self.body {
            AnnotationBody::Tokens(tokens) => tokens.iter().map(String::as_str).collect(),
            AnnotationBody::Empty | AnnotationBody::Values(_) | AnnotationBody::Pairs(_) => Vec::new(),
        }
    }

    /// The one number of its body: `@id(0x1000001)`, `@id[7]`.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        let text = match &self.body {
            AnnotationBody::Tokens(tokens) => match tokens.as_slice() {
                [token] => token,
                _ => return None,
            },
            AnnotationBody::Values(values) => match values.as_slice() {
                [Literal::Number(number)] => number,
                _ => return None,
            },
            AnnotationBody::Empty | AnnotationBody::Pairs(_) => return None,
        };
        u64::try_from(crate::value::number(text)?).ok()
    }
}

/// Finds an annotation by its name.
#[must_use]
pub fn find<'a>(annotations: &'a [Annotation], name: &str) -> Option<&'a Annotation> {
    annotations.iter().find(|annotation| annotation.name == name)
}

/// A token without the quotes of a string, its escapes resolved (P4_16, section "String literals").
pub(crate) fn unquoted(token: &str) -> String {
    let Some(inside) = token.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return token.to_owned();
    };
    let mut text = String::with_capacity(inside.len());
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n') => text.push('\n'),
                Some(escaped) => text.push(escaped),
                None => text.push('\\'),
            },
            other => text.push(other),
        }
    }
    text
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Number(digits) => f.write_str(digits),
            Literal::Text(text) => write!(f, "{text:?}"),
            Literal::Bool(value) => write!(f, "{value}"),
        }
    }
}

impl fmt::Display for Annotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{}", self.name)?;
        match &self.body {
            AnnotationBody::Empty => Ok(()),
            AnnotationBody::Tokens(tokens) => write!(f, "({})", tokens.join(" ")),
            AnnotationBody::Values(values) => {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", values.join(", "))
            }
            AnnotationBody::Pairs(pairs) => {
                let pairs: Vec<String> =
                    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
                write!(f, "[{}]", pairs.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(name: &str, tokens: &[&str]) -> Annotation {
        let body = AnnotationBody::Tokens(tokens.iter().map(|token| (*token).to_owned()).collect());
        Annotation { name: name.into(), body }
    }

    #[test]
    fn texts_and_numbers() {
        let brief = tokens("brief", &["\"Routes \\\"all\\\"\"", "++", "\" packets\""]);
        assert_eq!(brief.text().unwrap(), "Routes \"all\" packets");
        assert_eq!(brief.to_string(), "@brief(\"Routes \\\"all\\\"\" ++ \" packets\")");
        assert_eq!(tokens("id", &["0x1_0"]).number(), Some(16));
        assert_eq!(tokens("id", &["-", "1"]).number(), None);
        let values = vec![Literal::Number("7".into())];
        let structured = Annotation { name: "id".into(), body: AnnotationBody::Values(values) };
        assert_eq!((structured.number(), structured.to_string()), (Some(7), "@id[7]".into()));
    }
}
