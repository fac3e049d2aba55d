//! Numbers and strings: from their text to their value.

use super::grammar::Rule;
use super::{Lowered, Lowering};
use crate::ast::{ExprKind, LiteralWidth};
use crate::diagnostic::codes;
use num_bigint::BigInt;
use pest::iterators::Pair;

/// Digits of one number. Reading decimal digits takes time that grows with the square of their number; and no type is as wide.
const MAX_DIGITS: usize = 1 << 16;

impl Lowering<'_> {
    /// `10`, `0xff`, `8w0b1010_1010`, `4s7`
    pub(super) fn integer(&mut self, pair: &Pair<'_, Rule>) -> Lowered<ExprKind> {
        let text = pair.as_str();
        // Neither letter is a digit in any base, but `0b` begins with what could be one.
        let (width, digits) = match text.find(['w', 's']) {
            Some(at) => {
                let (bits, rest) = text.split_at(at);
                let Ok(width) = bits.parse() else {
                    let span = self.span(pair);
                    return Err(self.error(
                        codes::E0134,
                        span,
                        format!("the width `{bits}` of this number is too large"),
                    ));
                };
                (
                    Some(LiteralWidth { width, signed: rest.starts_with('s') }),
                    rest.get(1..).unwrap_or_default(),
                )
            }
            None => (None, text),
        };
        if digits.len() > MAX_DIGITS {
            let span = self.span(pair);
            let message = format!("this number has more than {MAX_DIGITS} digits");
            return Err(self.error(codes::E0134, span, message));
        }
        match value(digits) {
            Some((value, radix)) => Ok(ExprKind::Int { value, width, radix }),
            None => Err(self.unexpected(pair)),
        }
    }
}

/// The value of digits with an optional prefix for the base, and the base; underscores do not count.
fn value(digits: &str) -> Option<(BigInt, u8)> {
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, digits.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, digits.get(2..)?),
        [b'0', b'd' | b'D', ..] => (10, digits.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, digits.get(2..)?),
        _ => (10, digits),
    };
    if let Ok(small) = u64::from_str_radix(digits, u32::from(radix)) {
        return Some((BigInt::from(small), radix));
    }
    let plain: Vec<u8> = digits.bytes().filter(|digit| *digit != b'_').collect();
    if plain.is_empty() {
        return Some((BigInt::ZERO, radix));
    }
    Some((BigInt::parse_bytes(&plain, u32::from(radix))?, radix))
}

/// The text between the quotes. A backslash takes itself and the quote; whatever else it stands before is left to
/// those who read the string (section "String literals").
pub(crate) fn string(quoted: &str) -> String {
    let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(quoted);
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next() {
            Some(escaped @ ('"' | '\\')) => text.push(escaped),
            Some(other) => text.extend(['\\', other]),
            None => text.push('\\'),
        }
    }
    text
}

/// Why these characters, which begin with a digit, are no number; `None` if they are one.
pub(super) fn what_is_wrong(text: &str) -> Option<String> {
    let digits = match text.find(['w', 's']) {
        Some(at) if text.bytes().take(at).all(|byte| byte.is_ascii_digit()) => text.get(at + 1..)?,
        _ => text,
    };
    let (radix, base, digits) = match digits.as_bytes() {
        [] => return Some("digits must follow the width".to_owned()),
        [b'0', b'x' | b'X', ..] => (16, "hexadecimal", digits.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, "octal", digits.get(2..)?),
        [b'0', b'd' | b'D', ..] => (10, "decimal", digits.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, "binary", digits.get(2..)?),
        _ if digits.starts_with('_') => return Some("it cannot begin with `_`".to_owned()),
        _ => (10, "decimal", digits),
    };
    if digits.is_empty() {
        return Some("digits must follow the base".to_owned());
    }
    let wrong = digits.chars().find(|c| *c != '_' && !c.is_digit(radix))?;
    Some(format!("`{wrong}` is no {base} digit"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_all_bases() {
        for (digits, expected) in [
            ("0", 0),
            ("0377", 377),
            ("0o377", 255),
            ("0xFf", 255),
            ("0b_1010_1010", 170),
            ("0d1_0", 10),
            ("1__0", 10),
        ] {
            assert_eq!(value(digits).unwrap().0, BigInt::from(expected), "{digits}");
        }
        let wide = value("0xFFFF_FFFF_FFFF_FFFF_FFFF").unwrap();
        assert_eq!(wide, ((BigInt::from(1) << 80) - 1, 16));
    }

    #[test]
    fn malformed_numbers_are_explained() {
        assert_eq!(what_is_wrong("8w0x1F_00"), None);
        assert_eq!(what_is_wrong("8w").as_deref(), Some("digits must follow the width"));
        assert_eq!(what_is_wrong("8w_1").as_deref(), Some("it cannot begin with `_`"));
        assert_eq!(what_is_wrong("0x").as_deref(), Some("digits must follow the base"));
        assert_eq!(what_is_wrong("0b12").as_deref(), Some("`2` is no binary digit"));
        assert_eq!(what_is_wrong("12abc").as_deref(), Some("`a` is no decimal digit"));
    }

    #[test]
    fn only_quotes_and_backslashes_are_escapes() {
        assert_eq!(string(r#""a \"b\" \\ \n""#), r#"a "b" \ \n"#);
        assert_eq!(string("\"two\nlines\""), "two\nlines");
    }
}
