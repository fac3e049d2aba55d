//! Numbers as people write them: in, text such as `10`, `0x0a`, `0b1010`, `00:11:22:33:44:55`, `10.0.0.1`, `2001:db8::1`, an enum's
//! member or `dev:eth0`, with the width that is wanted; out, the number, or why not. And the way back for dumps.

use crate::field::Param;
use num_bigint::BigUint;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Why text is not a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// No number in any notation.
    #[error("`{text}` is not a value for `{name}`: give a number, a MAC or IP address{members}", members = members_text(members))]
    NotAValue {
        /// What was written.
        text: String,
        /// Key or parameter.
        name: String,
        /// Members of its enum.
        members: Vec<String>,
    },
    /// An address of another width than the field.
    #[error("`{text}` is {kind} of {bits} bits, but `{name}` has {width}")]
    Width {
        /// What was written.
        text: String,
        /// `a MAC address`
        kind: &'static str,
        /// Its width.
        bits: u32,
        /// Key or parameter.
        name: String,
        /// Its width.
        width: u32,
    },
    /// Too large.
    #[error("`{text}` does not fit `{name}`, which has {width} bits: {least} to {most}")]
    Range {
        /// What was written.
        text: String,
        /// Key or parameter.
        name: String,
        /// Its width.
        width: u32,
        /// Smallest value.
        least: String,
        /// Largest value.
        most: String,
    },
    /// A device that does not exist.
    #[error("there is no device `{device}` in this network namespace, for `{name}`")]
    NoDevice {
        /// Its name.
        device: String,
        /// Key or parameter.
        name: String,
    },
    /// A number that is no port.
    #[error("{reason}, for `{name}`; `--force` takes it all the same")]
    NoPort {
        /// What is wrong with it.
        reason: String,
        /// Key or parameter.
        name: String,
    },
    /// A device that is no port.
    #[error("`{device}` is no port of the program, which has {list}, for `{name}`")]
    NoNumber {
        /// Its name.
        device: String,
        /// The ports: `1=eth1 2=eth2`.
        list: String,
        /// Key or parameter.
        name: String,
    },
}

fn members_text(members: &[String]) -> String {
    if members.is_empty() { String::new() } else { format!(", or one of {}", members.join(", ")) }
}

/// All ones in `width` bits.
#[must_use]
pub fn ones(width: u32) -> BigUint {
    (BigUint::from(1u8) << width) - 1u8
}

/// Ones in the highest `length` of `width` bits.
#[must_use]
pub fn prefix_mask(width: u32, length: u32) -> BigUint {
    let length = length.min(width);
    ones(length) << (width - length)
}

/// The order of two values of a field: signed numbers by their sign.
#[must_use]
pub fn order(a: &BigUint, b: &BigUint, field: &Param) -> std::cmp::Ordering {
    let negative = |value: &BigUint| field.signed && field.width > 0 && value.bit(u64::from(field.width - 1));
    negative(b).cmp(&negative(a)).then_with(|| a.cmp(b))
}

/// Reads a value for a field, without asking the machine for its devices.
///
/// # Errors
/// When the text is no value, or one that does not fit.
pub fn parse(text: &str, field: &Param) -> Result<BigUint, ValueError> {
    parse_with(text, field, &|_| None)
}

/// Reads a value for a field; `dev:NAME` is the number that `device` says.
///
/// # Errors
/// When the text is no value, or one that does not fit.
pub fn parse_with(
    text: &str,
    field: &Param,
    device: &dyn Fn(&str) -> Option<u32>,
) -> Result<BigUint, ValueError> {
    let text = text.trim();
    let not_a_value = || ValueError::NotAValue {
        text: text.into(),
        name: field.name.clone(),
        members: field.members.clone(),
    };
    if let Some(position) = field.members.iter().position(|member| member == text) {
        return Ok(BigUint::from(position));
    }
    if let Some(name) = text.strip_prefix("dev:") {
        let index = device(name)
            .ok_or_else(|| ValueError::NoDevice { device: name.into(), name: field.name.clone() })?;
        return fit(BigUint::from(index), text, field);
    }
    if let Some((kind, bits, value)) = address(text) {
        if bits != field.width {
            let (text, name, width) = (text.into(), field.name.clone(), field.width);
            return Err(ValueError::Width { text, kind, bits, name, width });
        }
        return Ok(value);
    }
    match text {
        "true" if field.width == 1 => return Ok(BigUint::from(1u8)),
        "false" if field.width == 1 => return Ok(BigUint::ZERO),
        _ => {}
    }
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let magnitude = number(digits).ok_or_else(not_a_value)?;
    if !negative {
        return fit(magnitude, text, field);
    }
    let least = BigUint::from(1u8) << field.width.saturating_sub(1);
    if !field.signed || magnitude > least {
        return Err(out_of_range(text, field));
    }
    Ok(((BigUint::from(1u8) << field.width) - magnitude) & ones(field.width))
}

fn fit(value: BigUint, text: &str, field: &Param) -> Result<BigUint, ValueError> {
    let bits = if field.signed && field.width > 0 { field.width - 1 } else { field.width };
    if value.bits() > u64::from(bits) {
        return Err(out_of_range(text, field));
    }
    Ok(value)
}

fn out_of_range(text: &str, field: &Param) -> ValueError {
    // In the base that the text is in.
    let base = text.trim_start_matches('-').get(..2).unwrap_or("");
    let (least, most) = if field.signed {
        let half = field.width.saturating_sub(1);
        (format!("-{}", like(base, &(BigUint::from(1u8) << half))), like(base, &ones(half)))
    } else {
        (like(base, &BigUint::ZERO), like(base, &ones(field.width)))
    };
    ValueError::Range { text: text.into(), name: field.name.clone(), width: field.width, least, most }
}

/// Digits in the base that the prefix says; `_` between digits is ignored as in P4.
#[must_use]
pub fn number(text: &str) -> Option<BigUint> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    let lower = digits.to_ascii_lowercase();
    let (digits, radix) = match lower.get(..2) {
        Some("0x") => (lower.get(2..)?, 16),
        Some("0b") => (lower.get(2..)?, 2),
        Some("0o") => (lower.get(2..)?, 8),
        _ => (lower.as_str(), 10),
    };
    if digits.is_empty() || text.starts_with('_') || digits.starts_with('+') {
        return None;
    }
    BigUint::parse_bytes(digits.as_bytes(), radix)
}

/// A value in the notation of a text that [`parse`] reads: the same base with as many digits, or the same kind of address.
#[must_use]
pub fn like(text: &str, value: &BigUint) -> String {
    let text = text.trim().trim_start_matches('-');
    if text.contains([':', '.', '-']) {
        let separator = if text.contains('-') { "-" } else { ":" };
        if mac(text).is_some() {
            return mac_text(value).replace(':', separator);
        }
        if let (Ok(number), Ok(_)) = (u32::try_from(value), text.parse::<Ipv4Addr>()) {
            return Ipv4Addr::from_bits(number).to_string();
        }
        if let (Ok(number), Ok(_)) = (u128::try_from(value), text.parse::<Ipv6Addr>()) {
            return Ipv6Addr::from_bits(number).to_string();
        }
    }
    // Of the digits, underscores are for people only, and places are kept as they were written.
    let digits = text.chars().filter(|c| *c != '_').count();
    match text.get(..2) {
        Some("0x" | "0X") => format!("{value:#0digits$x}"),
        Some("0b" | "0B") => format!("{value:#0digits$b}"),
        Some("0o" | "0O") => format!("{value:#0digits$o}"),
        _ => value.to_string(),
    }
}

fn mac_text(value: &BigUint) -> String {
    let digits = format!("{value:012x}");
    let pairs: Vec<&str> = (0..6).filter_map(|i| digits.get(2 * i..2 * i + 2)).collect();
    pairs.join(":")
}

fn address(text: &str) -> Option<(&'static str, u32, BigUint)> {
    if let Some(value) = mac(text) {
        return Some(("a MAC address", 48, value));
    }
    if let Ok(address) = text.parse::<Ipv4Addr>() {
        return Some(("an IPv4 address", 32, BigUint::from(address.to_bits())));
    }
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        return Some(("an IPv6 address", 128, BigUint::from(address.to_bits())));
    }
    None
}

fn mac(text: &str) -> Option<BigUint> {
    let separator = if text.contains('-') { '-' } else { ':' };
    let bytes: Option<Vec<u8>> = text
        .split(separator)
        .map(|part| if matches!(part.len(), 1 | 2) { u8::from_str_radix(part, 16).ok() } else { None })
        .collect();
    let bytes = bytes.filter(|bytes| bytes.len() == 6)?;
    Some(BigUint::from_bytes_be(&bytes))
}

/// How a value is best read: addresses by width and name, members by name, signed numbers with their sign.
#[must_use]
pub fn format(value: &BigUint, field: &Param) -> String {
    if let Some(member) = usize::try_from(value).ok().and_then(|index| field.members.get(index)) {
        return member.clone();
    }
    if field.signed && field.width > 0 && value.bit(u64::from(field.width - 1)) {
        return format!("-{}", (BigUint::from(1u8) << field.width) - (value & ones(field.width)));
    }
    let name = field.name.to_ascii_lowercase();
    let is_address =
        name.contains("addr") || name.contains("ip") || name.contains("src") || name.contains("dst");
    match (field.width, u32::try_from(value), u128::try_from(value)) {
        (48, ..) => mac_text(value),
        (32, Ok(number), _) if is_address => Ipv4Addr::from_bits(number).to_string(),
        (128, _, Ok(number)) => Ipv6Addr::from_bits(number).to_string(),
        (65.., ..) => format!("{value:#x}"),
        (0..=64, ..) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(width: u32) -> Param {
        Param::new("f", width)
    }

    fn value(text: &str, width: u32) -> u128 {
        u128::try_from(parse(text, &field(width)).unwrap()).unwrap()
    }

    #[test]
    fn notations() {
        assert_eq!(value("10", 8), 10);
        assert_eq!(value("0x0A", 8), 10);
        assert_eq!(value("0b1010", 4), 10);
        assert_eq!(value("1_000", 16), 1000);
        assert_eq!(value("00:11:22:33:44:55", 48), 0x0011_2233_4455);
        assert_eq!(value("00-11-22-33-44-55", 48), 0x0011_2233_4455);
        assert_eq!(value("10.0.0.1", 32), 0x0a00_0001);
        assert_eq!(value("2001:db8::1", 128), 0x2001_0db8_0000_0000_0000_0000_0000_0001);
        assert_eq!(value("true", 1), 1);
        let of_device = |name: &str| (name == "lo").then_some(1);
        assert_eq!(parse_with("dev:lo", &field(32), &of_device), Ok(BigUint::from(1u8)));
        assert!(parse_with("dev:nope", &field(32), &of_device).is_err());
    }

    #[test]
    fn members_and_signs() {
        let color = Param {
            name: "c".into(),
            width: 2,
            members: vec!["RED".into(), "GREEN".into()],
            ..Param::default()
        };
        assert_eq!(parse("GREEN", &color).unwrap(), BigUint::from(1u8));
        assert_eq!(format(&BigUint::from(0u8), &color), "RED");
        let signed = Param { name: "s".into(), width: 8, signed: true, ..Param::default() };
        assert_eq!(parse("-1", &signed).unwrap(), BigUint::from(255u8));
        assert_eq!(format(&BigUint::from(255u8), &signed), "-1");
        assert_eq!(parse("-128", &signed).unwrap(), BigUint::from(128u8));
        let error = parse("128", &signed).unwrap_err().to_string();
        assert_eq!(error, "`128` does not fit `f`, which has 8 bits: -128 to 127".replace("`f`", "`s`"));
        assert!(parse("-129", &signed).is_err());
    }

    #[test]
    fn refused() {
        let message = |text: &str, width| parse(text, &field(width)).unwrap_err().to_string();
        assert_eq!(message("70000", 16), "`70000` does not fit `f`, which has 16 bits: 0 to 65535");
        assert_eq!(message("10.0.0.1", 16), "`10.0.0.1` is an IPv4 address of 32 bits, but `f` has 16");
        assert_eq!(message("abc", 16), "`abc` is not a value for `f`: give a number, a MAC or IP address");
        for text in ["", "-", "0x", "0xg", "1e5", "+5", "_1", "10.0.0.256", "00:11:22:33:44", "dev:nope0"] {
            assert!(parse(text, &field(32)).is_err(), "{text}");
        }
    }

    #[test]
    fn formats() {
        let named = |name: &str, width| Param::new(name, width);
        assert_eq!(format(&BigUint::from(0x0a00_0001u32), &named("hdr.ip.dstAddr", 32)), "10.0.0.1");
        assert_eq!(format(&BigUint::from(7u32), &named("port", 32)), "7");
        assert_eq!(format(&BigUint::from(1u8), &named("mac", 48)), "00:00:00:00:00:01");
        assert_eq!(format(&BigUint::from(1u8), &named("a", 128)), "::1");
    }

    #[test]
    fn answers_are_in_the_base_of_the_question() {
        let value = BigUint::from(0xab00u32);
        let cases = [
            ("0xabcde", "0x0ab00"),
            ("0XABCD", "0xab00"),
            ("0b1", "0b1010101100000000"),
            ("0o7", "0o125400"),
            ("43776", "43776"),
            ("1_000", "43776"),
            ("0.0.171.1", "0.0.171.0"),
            ("::ab01", "::ab00"),
            ("00:00:00:00:ab:01", "00:00:00:00:ab:00"),
            ("00-00-00-00-ab-01", "00-00-00-00-ab-00"),
        ];
        for (text, answer) in cases {
            assert_eq!(like(text, &value), answer, "{text}");
        }
        let message = parse("0x1ffff", &field(16)).unwrap_err().to_string();
        assert_eq!(message, "`0x1ffff` does not fit `f`, which has 16 bits: 0x0 to 0xffff");
    }

    #[test]
    fn masks() {
        assert_eq!(prefix_mask(8, 3), BigUint::from(0xe0u8));
        assert_eq!(prefix_mask(8, 0), BigUint::ZERO);
        assert_eq!(ones(0), BigUint::ZERO);
    }
}
