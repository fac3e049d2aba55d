//! Types as control planes are told of them: P4Runtime specification, section "P4 Data Types".

use crate::annotation::Annotation;
use num_bigint::BigUint;
use std::collections::BTreeMap;

/// A type. One that is declared is its name, and its declaration stands in [`Types`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeSpec {
    /// `bit<width>`, `int<width>`
    Bits {
        /// Bits.
        width: u32,
        /// Two's complement.
        signed: bool,
    },
    /// `varbit<max>`
    Varbit {
        /// Most bits.
        max: u32,
    },
    /// `bool`
    Bool,
    /// `error`
    Error,
    /// `tuple<..>`
    Tuple(Vec<TypeSpec>),
    /// A declared type.
    Named(String),
    /// A stack of a header or a header union of this name.
    Stack {
        /// Name of the elements' type.
        element: String,
        /// Elements.
        size: u32,
    },
}

/// Declared types by name.
pub type Types = BTreeMap<String, Declaration>;

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Declaration {
    /// `struct`: fields in order.
    Struct(Vec<(String, TypeSpec)>),
    /// `header`: fields in order, structures within it laid flat.
    Header(Vec<(String, TypeSpec)>),
    /// `header_union`: members with the names of their headers.
    HeaderUnion(Vec<(String, String)>),
    /// `enum`: members in order.
    Enum(Vec<String>),
    /// `enum bit<width>`: members in order, with bit patterns.
    SerializableEnum {
        /// Bits.
        width: u32,
        /// Members.
        members: Vec<(String, BigUint)>,
    },
    /// `type`
    NewType(NewType),
}

/// `type original name;`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewType {
    /// What it is made of, other new types seen through.
    pub original: TypeSpec,
    /// What control planes see in its place.
    pub translation: Option<Translation>,
    /// Annotations, but for the translation's.
    pub annotations: Vec<Annotation>,
}

/// `@p4runtime_translation(uri, sdn)`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translation {
    /// Whose it is.
    pub uri: String,
    /// Bits of what control planes see; none: it is a text.
    pub width: Option<u32>,
}

impl Translation {
    /// What the annotation says: a text, and a number of bits, `bit<number>` or `string`; `None` if it is of another form.
    #[must_use]
    pub fn of(annotation: &Annotation) -> Option<Translation> {
        let tokens = annotation.tokens();
        let (uri, comma, sdn) = match tokens.as_slice() {
            [uri, comma, sdn @ ..] => (uri, comma, sdn),
            _ => return None,
        };
        if !uri.starts_with('"') || *comma != "," {
            return None;
        }
        let bits = |text: &str| u32::try_from(crate::value::number(text)?).ok();
        let width = match sdn {
            ["string"] => None,
            [width] | ["bit", "<", width, ">"] => Some(bits(width)?),
            _ => return None,
        };
        Some(Translation { uri: crate::annotation::unquoted(uri), width })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation::AnnotationBody;

    fn translation(tokens: &[&str]) -> Option<Translation> {
        let tokens = tokens.iter().map(|token| (*token).to_owned()).collect();
        let body = AnnotationBody::Tokens(tokens);
        Translation::of(&Annotation { name: "p4runtime_translation".into(), body })
    }

    #[test]
    fn translations() {
        let to = |width| Some(Translation { uri: "a/b".into(), width });
        assert_eq!(translation(&["\"a/b\"", ",", "string"]), to(None));
        assert_eq!(translation(&["\"a/b\"", ",", "0x20"]), to(Some(32)));
        assert_eq!(translation(&["\"a/b\"", ",", "bit", "<", "9", ">"]), to(Some(9)));
        for wrong in
            [&["\"a\""][..], &["a", ",", "8"], &["\"a\"", ",", "int", "<", "8", ">"], &["\"\"", "8", ","]]
        {
            assert_eq!(translation(wrong), None, "{wrong:?}");
        }
    }
}
