//! The tokens of a line of STF, packet data aside.

use super::{Address, Number, StfError};
use num_bigint::BigUint;
use std::net::{Ipv4Addr, Ipv6Addr};

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// An identifier, perhaps quoted.
    Ident(String),
    /// A number.
    Number(Number),
    /// Punctuation.
    Punct(&'static str),
}

/// Longer ones first.
const PUNCTUATION: &[&str] =
    &["&&&", "..", "==", "!=", "<=", ">=", ":", ",", ".", "[", "]", "(", ")", "/", "=", "<", ">", "@"];

/// Tokens with the columns of their first characters.
pub(super) fn tokens(text: &str, line: u32, column: u32) -> Result<Vec<(Token, u32)>, StfError> {
    let mut out = Vec::new();
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start();
        let at = column + (text.chars().count() - trimmed.chars().count()) as u32;
        let Some(first) = trimmed.chars().next() else { return Ok(out) };
        let error = |message: String| StfError { line, column: at, message };
        if let Some(quoted) = trimmed.strip_prefix('"') {
            let Some((name, behind)) = quoted.split_once('"') else {
                return Err(error("a quoted name has no end".into()));
            };
            out.push((Token::Ident(name.to_owned()), at));
            rest = behind;
        } else if let Some((end, address, value)) = address_after(&out, trimmed) {
            let mask = (BigUint::from(1u8) << address.width()) - 1u8;
            let number = Number {
                value,
                mask,
                digit_bits: None,
                digits: 0,
                wildcards: 0,
                column: at,
                address: Some(address),
            };
            out.push((Token::Number(number), at));
            rest = trimmed.split_at(end).1;
        } else if let Some(word) = no_address(&out, trimmed) {
            return Err(error(format!("`{word}` is no MAC, IPv4 or IPv6 address")));
        } else if first.is_ascii_digit() {
            let end = number_end(trimmed);
            let (written, behind) = trimmed.split_at(end);
            let number = number(written, at).ok_or_else(|| error(format!("`{written}` is no number")))?;
            out.push((Token::Number(number), at));
            rest = behind;
        } else if is_ident(first) {
            let end = trimmed.find(|c| !is_ident(c)).unwrap_or(trimmed.len());
            let (name, behind) = trimmed.split_at(end);
            out.push((Token::Ident(name.to_owned()), at));
            rest = behind;
        } else if let Some(punct) = PUNCTUATION.iter().find(|p| trimmed.starts_with(**p)) {
            out.push((Token::Punct(punct), at));
            rest = trimmed.split_at(punct.len()).1;
        } else {
            return Err(error(format!("unexpected character `{first}`")));
        }
    }
}

/// As [`address`], where a value may come: `a::1` is the key `a`, unless a `:` or an operator is in front.
fn address_after(before: &[(Token, u32)], text: &str) -> Option<(usize, Address, BigUint)> {
    match before.last() {
        None => None,
        Some((Token::Punct(punct), _)) if matches!(*punct, "(" | "," | "." | "[" | "=") => None,
        Some((Token::Punct(_), _)) => address(text),
        Some((Token::Ident(_) | Token::Number(_), _)) => address(text)
            .filter(|(_, kind, _)| *kind == Address::Mac || text.starts_with(|c: char| c.is_ascii_digit())),
    }
}

/// Where a value must come: what looks like an address, and is none.
fn no_address<'t>(before: &[(Token, u32)], text: &'t str) -> Option<&'t str> {
    let awaited = matches!(before.last(), Some((Token::Punct(":" | "&&&" | ".."), _)));
    let word = address_like(text)?;
    (awaited && word.matches([':', '.']).count() > 1).then_some(word)
}

/// Digits, colons and points up to something else, or to the middle of a range.
fn address_like(text: &str) -> Option<&str> {
    let part = |c: char| c.is_ascii_hexdigit() || c == ':' || c == '.';
    let word = text.get(..text.find(|c| !part(c)).unwrap_or(text.len()))?;
    word.get(..word.find("..").unwrap_or(word.len()))
}

/// An address that the text begins with, and its length: a MAC address, an IPv4 or an IPv6 address.
fn address(text: &str) -> Option<(usize, Address, BigUint)> {
    let word = address_like(text)?;
    let end = word.len();
    if text.get(end..)?.starts_with(|c: char| is_ident(c) || c == '*') {
        return None;
    }
    if let Ok(address) = word.parse::<Ipv4Addr>() {
        return Some((end, Address::Ipv4, u32::from(address).into()));
    }
    let pairs: Vec<&str> = word.split(':').collect();
    if pairs.len() == 6 && pairs.iter().all(|pair| pair.len() == 2) {
        let bytes: Option<Vec<u8>> = pairs.iter().map(|pair| u8::from_str_radix(pair, 16).ok()).collect();
        return Some((end, Address::Mac, BigUint::from_bytes_be(&bytes?)));
    }
    let address = word.parse::<Ipv6Addr>().ok()?;
    Some((end, Address::Ipv6, u128::from(address).into()))
}

fn is_ident(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}

fn number_end(text: &str) -> usize {
    let prefixed = matches!(text.as_bytes(), [b'0', b'x' | b'X' | b'b' | b'B' | b'o' | b'O', ..]);
    let end = text.find(|c: char| !(is_ident(c) || prefixed && c == '*'));
    end.unwrap_or(text.len())
}

/// A number: decimal, or with a prefix and wildcards.
pub(super) fn number(text: &str, column: u32) -> Option<Number> {
    let lower = text.to_ascii_lowercase();
    let (digits, radix, bits) = if let Some(digits) = lower.strip_prefix("0x") {
        (digits, 16, 4)
    } else if let Some(digits) = lower.strip_prefix("0b") {
        (digits, 2, 1)
    } else if let Some(digits) = lower.strip_prefix("0o") {
        (digits, 8, 3)
    } else {
        let value = BigUint::parse_bytes(lower.as_bytes(), 10)?;
        let mask = (BigUint::from(1u8) << value.bits()) - 1u8;
        let digits = lower.len() as u32;
        return Some(Number { value, mask, digit_bits: None, digits, wildcards: 0, column, address: None });
    };
    if digits.is_empty() || digits.starts_with(['+', '_']) {
        return None;
    }
    let value = BigUint::parse_bytes(digits.replace('*', "0").as_bytes(), radix)?;
    let mut mask = BigUint::default();
    for digit in digits.chars() {
        mask <<= bits;
        if digit != '*' {
            mask |= BigUint::from((1u32 << bits) - 1);
        }
    }
    let wildcards = digits.chars().filter(|c| *c == '*').count() as u32;
    let (digit_bits, digits) = (Some(bits), digits.len() as u32);
    Some(Number { value, mask, digit_bits, digits, wildcards, column, address: None })
}
