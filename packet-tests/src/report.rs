//! What a packet test found.

use super::engine::FieldAt;
use super::stf::Pattern;
use std::fmt;

/// One expectation, or one packet that nobody expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Line of the test; none for packets that nobody expected.
    pub line: Option<u32>,
    /// What was checked: `expect 1`.
    pub what: String,
    /// What is wrong, over several lines; none if it holds.
    pub failure: Option<String>,
}

/// The result of a test.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// In order of the lines, unexpected packets last.
    pub checks: Vec<Check>,
    /// What reading commands showed: `register r[5] = 0x64`.
    pub notes: Vec<String>,
}

impl Report {
    /// Expectations that hold.
    pub fn passed(&self) -> usize {
        self.checks.iter().filter(|c| c.failure.is_none()).count()
    }

    /// Expectations that do not hold, and packets that nobody expected.
    pub fn failed(&self) -> usize {
        self.checks.len() - self.passed()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for note in &self.notes {
            writeln!(f, "{note}")?;
        }
        for check in &self.checks {
            let Some(failure) = &check.failure else { continue };
            match check.line {
                Some(line) => writeln!(f, "line {line}: {}: {failure}", check.what)?,
                None => writeln!(f, "{}: {failure}", check.what)?,
            }
        }
        write!(f, "{} passed, {} failed", self.passed(), self.failed())
    }
}

fn or_nothing(row: String) -> String {
    if row.is_empty() { "nothing".to_owned() } else { row }
}

fn hex_digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('?')
}

fn nibbles(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).collect()
}

/// The most fields that a report names.
const MOST_FIELDS: usize = 8;

/// The P4 fields in which a packet differs: `headers.ipv4.ttl is 0x3f, expected 0x40`. Of what is expected of a field, wildcards
/// are written as `*`.
fn differing_fields(pattern: &Pattern, packet: &[u8], fields: &[FieldAt]) -> Vec<String> {
    let wanted_bit =
        |at: usize| pattern.nibbles.get(at / 4).copied().flatten().map(|n| n >> (3 - at % 4) & 1);
    let got_bit = |at: usize| packet.get(at / 8).map_or(0, |b| b >> (7 - at % 8) & 1);
    let mut out = Vec::new();
    for field in fields {
        let bits = field.bits.clone();
        if !bits.clone().any(|at| wanted_bit(at).is_some_and(|w| w != got_bit(at))) {
            continue;
        }
        // In digits from the field's last bit on, as one writes numbers.
        let digits: Vec<[Option<u8>; 2]> = (0..bits.len().div_ceil(4))
            .rev()
            .map(|digit| {
                let high = bits.end.saturating_sub(digit * 4 + 4).max(bits.start);
                let low = bits.end - digit * 4;
                let wanted = (high..low).try_fold(0, |v, at| Some(v << 1 | wanted_bit(at)?));
                [wanted, Some((high..low).fold(0, |v, at| v << 1 | got_bit(at)))]
            })
            .collect();
        let text = |which: usize| -> String {
            digits.iter().map(|d| d.get(which).copied().flatten().map_or('*', hex_digit)).collect()
        };
        out.push(format!("{} is 0x{}, expected 0x{}", field.name, text(1), text(0)));
    }
    out
}

/// Does a packet match? If not: what is wrong, with the fields and the bytes that differ.
pub(super) fn compare(pattern: &Pattern, packet: &[u8], fields: &[FieldAt]) -> Option<String> {
    let got = nibbles(packet);
    let wanted = &pattern.nibbles;
    let differs = wanted.iter().zip(&got).any(|(w, g)| w.is_some_and(|w| w != *g));
    let short = got.len() < wanted.len();
    let long = pattern.exact && got.len() > wanted.len();
    let what = match (differs, short, long) {
        (false, false, false) => return None,
        (true, ..) => "the packet differs",
        (_, true, _) => "the packet is too short",
        (_, _, true) => "the packet is too long",
    };
    let wanted_chars: Vec<char> = wanted.iter().map(|n| n.map_or('*', hex_digit)).collect();
    let got_chars: Vec<char> = got.iter().map(|n| hex_digit(*n)).collect();
    let mut out = what.to_owned();
    let named = differing_fields(pattern, packet, fields);
    for field in named.iter().take(MOST_FIELDS) {
        out.push_str(&format!("\n  {field}"));
    }
    if named.len() > MOST_FIELDS {
        out.push_str(&format!("\n  and {} fields more", named.len() - MOST_FIELDS));
    }
    let total = wanted_chars.len().max(got_chars.len());
    // 16 bytes a row, in groups of two bytes; rows that agree are left out.
    for row in (0..total).step_by(32) {
        let line = |chars: &[char]| {
            let mut text = String::new();
            for (i, c) in chars.iter().skip(row).take(32).enumerate() {
                if i > 0 && i.is_multiple_of(4) {
                    text.push(' ');
                }
                text.push(*c);
            }
            text
        };
        let mut marks = String::new();
        let mut marked = false;
        for i in 0..32.min(total - row) {
            if i > 0 && i.is_multiple_of(4) {
                marks.push(' ');
            }
            let bad = match (wanted.get(row + i), got.get(row + i)) {
                (Some(Some(w)), Some(g)) => w != g,
                (Some(None), Some(_)) => false,
                (Some(_), None) => true,
                (None, Some(_)) => pattern.exact,
                (None, None) => false,
            };
            marked |= bad;
            marks.push(if bad { '^' } else { ' ' });
        }
        if marked {
            out.push_str(&format!(
                "\n  byte {:>4}  expected  {}\n             received  {}\n                       {}",
                row / 2,
                or_nothing(line(&wanted_chars)),
                or_nothing(line(&got_chars)),
                marks.trim_end()
            ));
        }
    }
    Some(out)
}

/// A packet in hex, in groups of two bytes.
pub(super) fn hex(packet: &[u8]) -> String {
    let mut out = String::new();
    for (i, byte) in packet.iter().enumerate() {
        if i > 0 && i.is_multiple_of(2) {
            out.push(' ');
        }
        out.push_str(&format!("{byte:02x}"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str, exact: bool) -> Pattern {
        Pattern { nibbles: text.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect(), exact }
    }

    #[test]
    fn prefixes_wildcards_and_lengths() {
        assert_eq!(compare(&pattern("0a*b", false), &[0x0a, 0xcb, 0xff], &[]), None);
        assert_eq!(compare(&pattern("0acb", true), &[0x0a, 0xcb], &[]), None);
        assert!(
            compare(&pattern("0acb", true), &[0x0a, 0xcb, 0], &[])
                .unwrap()
                .starts_with("the packet is too long")
        );
        assert!(
            compare(&pattern("0acb", false), &[0x0a], &[]).unwrap().starts_with("the packet is too short")
        );
        assert_eq!(compare(&pattern("", false), &[], &[]), None);
    }

    #[test]
    fn the_difference_is_marked() {
        let mut packet = vec![0x11; 20];
        packet[17] = 0x12;
        let shown = compare(&pattern(&"11".repeat(20), false), &packet, &[]).unwrap();
        let wanted = "the packet differs\n  byte   16  expected  1111 1111\n             received  1112 1111\n                          ^";
        assert_eq!(shown, wanted);
    }

    #[test]
    fn fields_that_differ_are_named() {
        let field = |name: &str, bits| FieldAt { name: name.into(), bits };
        let fields = [field("h.a", 0..3), field("h.b", 3..8), field("h.c", 8..20), field("h.d", 20..24)];
        let shown = compare(&pattern("41*23", false), &[0x42, 0x1f, 0x30], &fields).unwrap();
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[1..3], ["  h.b is 0x02, expected 0x01", "  h.c is 0x1f3, expected 0x*23"]);
    }

    #[test]
    fn the_last_line_counts() {
        let check = |failure: Option<&str>| Check {
            line: Some(3),
            what: "expect 1".into(),
            failure: failure.map(str::to_owned),
        };
        let report =
            Report { checks: vec![check(None), check(Some("no packet came out"))], notes: Vec::new() };
        assert_eq!(report.to_string(), "line 3: expect 1: no packet came out\n1 passed, 1 failed");
    }
}
