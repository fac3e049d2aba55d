//! The constants of `#if` and the texts of `#line`: integers and characters by C's rules, as on a machine with 64-bit
//! integers and signed 8-bit characters.

/// A value of `#if`: 64 bits, with or without sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) bits: i64,
    pub(super) unsigned: bool,
}

impl Value {
    pub(super) fn signed(bits: i64) -> Value {
        Value { bits, unsigned: false }
    }

    pub(super) fn truth(holds: bool) -> Value {
        Value::signed(i64::from(holds))
    }

    pub(super) fn is_true(self) -> bool {
        self.bits != 0
    }
}

/// A constant, and what is odd about it.
pub(super) struct Constant {
    pub(super) value: Value,
    pub(super) odd: Option<&'static str>,
}

/// An integer constant; what is wrong with it otherwise.
pub(super) fn integer(text: &str) -> Result<Constant, String> {
    let unknown = || format!("`{text}` is not an integer that `#if` knows");
    let (radix, rest) = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, text.get(2..).unwrap_or("")),
        [b'0', b'b' | b'B', ..] => (2, text.get(2..).unwrap_or("")),
        [b'0', _, ..] => (8, text.get(1..).unwrap_or("")),
        _ => (10, text),
    };
    let mut digits = 0;
    let mut bits = 0u64;
    let mut fits = true;
    for digit in rest.chars().map_while(|c| c.to_digit(if radix == 8 { 10 } else { radix })) {
        if digit >= radix {
            return Err(format!(
                "`{text}` has the digit `{digit}`, which is not octal: a leading 0 means base 8"
            ));
        }
        let next = u128::from(bits) * u128::from(radix) + u128::from(digit);
        fits &= u64::try_from(next).is_ok();
        bits = next as u64;
        digits += 1;
    }
    let suffix = rest.get(digits..).unwrap_or("").to_ascii_lowercase();
    let mixed = rest.contains("lL") || rest.contains("Ll");
    if digits == 0 && radix != 8 || mixed {
        return Err(unknown());
    }
    let unsigned = match suffix.as_str() {
        "" | "l" | "ll" => false,
        "u" | "ul" | "lu" | "ull" | "llu" => true,
        _ => return Err(unknown()),
    };
    let too_large = !fits;
    let becomes_unsigned = !unsigned && bits.cast_signed() < 0;
    let odd = match (too_large, becomes_unsigned && radix == 10) {
        (true, _) => Some("does not fit 64 bits: its upper bits are lost"),
        (false, true) => Some("is so large that it has no sign"),
        (false, false) => None,
    };
    let value = Value { bits: bits.cast_signed(), unsigned: unsigned || becomes_unsigned };
    Ok(Constant { value, odd })
}

/// `'x'` or `L'x'`; what is wrong with it otherwise.
pub(super) fn character(text: &str) -> Result<Constant, String> {
    let wide = text.starts_with('L');
    let inner = text.trim_start_matches('L');
    let inner = inner.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap_or("");
    let (units, mut odd) = units(inner, wide);
    let Some(last) = units.last() else { return Err("a character constant cannot be empty".into()) };
    let bits = if wide {
        if units.len() > 1 {
            odd = odd.or(Some("holds more than one character: the last counts"));
        }
        i64::from(last.cast_signed())
    } else if units.len() == 1 {
        i64::from((last & 0xff) as u8 as i8)
    } else {
        odd = odd.or(Some("holds more than one character"));
        let joined = units.iter().fold(0u32, |value, unit| value << 8 | unit & 0xff);
        i64::from(joined.cast_signed())
    };
    Ok(Constant { value: Value::signed(bits), odd })
}

/// What a string literal with its quotes says.
pub(super) fn string_value(literal: &str) -> String {
    let inner = literal.trim_start_matches('L').strip_prefix('"').unwrap_or("");
    let (bytes, _) = units(inner.strip_suffix('"').unwrap_or(inner), false);
    let bytes: Vec<u8> = bytes.into_iter().map(|unit| unit as u8).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The bytes that a quoted text stands for, or its characters if they are wide; and what is odd about it.
fn units(text: &str, wide: bool) -> (Vec<u32>, Option<&'static str>) {
    let mut units = Vec::new();
    let mut odd = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '\\' {
            if wide {
                units.push(u32::from(c));
            } else {
                units.extend(c.encode_utf8(&mut [0; 4]).bytes().map(u32::from));
            }
            continue;
        }
        let Some(escape) = rest.next() else { break };
        let (radix, first, most) = match escape {
            'x' => (16, 0, usize::MAX),
            '0'..='7' => (8, escape.to_digit(8).unwrap_or(0), 2),
            _ => (0, 0, 0),
        };
        let mut value = first;
        for _ in 0..most {
            let Some(digit) = rest.peek().and_then(|c| c.to_digit(radix)) else { break };
            value = value.wrapping_mul(radix).wrapping_add(digit);
            rest.next();
        }
        units.push(match escape {
            'x' | '0'..='7' => value,
            'a' => 7,
            'b' => 8,
            't' => 9,
            'n' => 10,
            'v' => 11,
            'f' => 12,
            'r' => 13,
            'e' | 'E' => 27,
            '\\' | '\'' | '"' | '?' => u32::from(escape),
            other => {
                odd = Some("has an unknown escape sequence");
                u32::from(other)
            }
        });
    }
    (units, odd)
}
