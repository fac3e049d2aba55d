//! Makes mutants: changes of bytes, of tokens, and of statements, declarations and brackets. In: a program, a second one that parts are
//! taken from, and a number. Out: the mutant of that number, the same in every run.

use std::ops::Range;

/// The bytes of a program.
pub struct Text<'a>(pub &'a [u8]);

/// Words and numbers that are at the edge of something.
const DICTIONARY: &[&str] = &[
    "0",
    "1",
    "-1",
    "2w3",
    "8w255",
    "8s128",
    "4294967295",
    "18446744073709551616",
    "0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
    "1w0",
    "0w0",
    "bit<0>",
    "bit<1>",
    "bit<2048>",
    "bit<1000000000>",
    "int<1>",
    "int",
    "varbit<12000>",
    "bool",
    "string",
    "error",
    "void",
    "true",
    "false",
    "this",
    "default",
    "_",
    "...",
    "{#}",
    "{}",
    "in",
    "out",
    "inout",
    "const",
    "action",
    "table",
    "control",
    "parser",
    "state",
    "transition",
    "select",
    "apply",
    "exit",
    "return",
    "if",
    "else",
    "switch",
    "for",
    "break",
    "continue",
    "header",
    "struct",
    "header_union",
    "enum",
    "extern",
    "typedef",
    "type",
    "package",
    "tuple",
    "list",
    "value_set",
    "key",
    "actions",
    "entries",
    "@name(\"x\")",
    "@optional",
    "+",
    "-",
    "*",
    "/",
    "%",
    "++",
    "<<",
    ">>",
    "|+|",
    "|-|",
    "&&&",
    "..",
    "&",
    "|",
    "^",
    "~",
    "!",
    "&&",
    "||",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "?",
    ":",
    ";",
    ",",
    ".",
    "=",
    "+=",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "[4294967295]",
    "[0]",
    ".next",
    ".last",
    ".lastIndex",
    ".isValid()",
    ".setValid()",
    ".apply()",
    ".push_front(1000000)",
    ".hit",
    ".action_run",
    ".minSizeInBits()",
    "accept",
    "reject",
    "NoAction",
    "packet_in",
    "#define",
    "#include <core.p4>",
    "#if 1",
    "#endif",
    "\\\n",
    "\"",
    "/*",
    "*/",
    "//",
    "\n",
];

/// Mutant `index` of the text: one to four changes in a row.
pub fn mutant(text: &Text<'_>, donor: &Text<'_>, name: &str, index: usize) -> Vec<u8> {
    let seed = name
        .bytes()
        .fold(index as u64 + 1, |seed, byte| seed.wrapping_mul(1_099_511_628_211) ^ u64::from(byte));
    let mut random = Random(seed);
    let mut bytes = text.0.to_vec();
    // One change in half of the mutants: with more, hardly any is accepted, and the later stages see nothing of them.
    for _ in 0..=random.below(8).saturating_sub(4) {
        match random.below(10) {
            0 => change_bytes(&mut bytes, &mut random),
            1..=5 => change_tokens(&mut bytes, donor, &mut random),
            _ => change_parts(&mut bytes, donor, &mut random),
        }
    }
    bytes
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below the bound, which may be 0.
    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        of.get(self.below(of.len())).cloned()
    }
}

fn change_bytes(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    match random.below(5) {
        0 => bytes.truncate(at),
        1 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        2 => bytes.insert(at, random.next() as u8),
        3 => drop(bytes.splice(at..at, "é€\u{1F980}\0\r\u{FEFF}".bytes())),
        _ => {
            let end = (at + random.below(40)).min(bytes.len());
            bytes.drain(at..end);
        }
    }
}

fn change_tokens(bytes: &mut Vec<u8>, donor: &Text<'_>, random: &mut Random) {
    change_ranges(bytes, donor, random, tokens, |_, random| {
        random.pick(DICTIONARY).unwrap_or_default().as_bytes().to_vec()
    });
}

fn change_parts(bytes: &mut Vec<u8>, donor: &Text<'_>, random: &mut Random) {
    change_ranges(bytes, donor, random, parts, |part, random| {
        let (open, close) = random
            .pick(&[("(", ")"), ("{", "}"), ("-(", ")"), ("{ ", " }; "), ("((", "))")])
            .unwrap_or_default();
        [open.as_bytes(), part, close.as_bytes()].concat()
    });
}

/// Takes one of the ranges out, doubles it, or puts another in its place: of the text, of the donor, or what `other_text` gives for it.
fn change_ranges(
    bytes: &mut Vec<u8>,
    donor: &Text<'_>,
    random: &mut Random,
    ranges: fn(&[u8]) -> Vec<Range<usize>>,
    other_text: fn(&[u8], &mut Random) -> Vec<u8>,
) {
    let own = ranges(bytes);
    let (Some(one), Some(other)) = (random.pick(&own), random.pick(&own)) else { return };
    let new = match random.below(6) {
        0 => Vec::new(),
        1 => [&bytes[one.clone()], b" ", &bytes[one.clone()]].concat(),
        2 => bytes[other].to_vec(),
        3 => return swap(bytes, one, other),
        4 => random.pick(&ranges(donor.0)).map_or(Vec::new(), |range| donor.0[range].to_vec()),
        _ => other_text(&bytes[one.clone()], random),
    };
    bytes.splice(one, new);
}

/// Swaps two ranges, unless they overlap.
fn swap(bytes: &mut Vec<u8>, one: Range<usize>, other: Range<usize>) {
    let (first, second) = if one.start < other.start { (one, other) } else { (other, one) };
    if first.end <= second.start {
        let (left, right) = (bytes[first.clone()].to_vec(), bytes[second.clone()].to_vec());
        bytes.splice(second, left);
        bytes.splice(first, right);
    }
}

/// Words, numbers, strings and single signs; no comments.
fn tokens(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    let end_of = |from: usize, is: fn(u8) -> bool| {
        bytes[from..].iter().position(|b| !is(*b)).map_or(bytes.len(), |n| from + n)
    };
    while at < bytes.len() {
        let end = match bytes[at] {
            b' ' | b'\t' | b'\n' | b'\r' => end_of(at, |b| b.is_ascii_whitespace()).max(at + 1),
            b'/' if bytes.get(at + 1) == Some(&b'/') => end_of(at, |b| b != b'\n'),
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                bytes[at + 2..].windows(2).position(|w| w == b"*/").map_or(bytes.len(), |n| at + n + 4)
            }
            b'"' => (end_of(at + 1, |b| b != b'"') + 1).min(bytes.len()),
            byte if word(byte) => end_of(at, word),
            _ => at + 1,
        };
        if !bytes[at].is_ascii_whitespace()
            && !bytes[at..].starts_with(b"//")
            && !bytes[at..].starts_with(b"/*")
        {
            tokens.push(at..end);
        }
        at = end;
    }
    tokens
}

fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// What stands between brackets, and what ends with a semicolon, a comma or a closing brace: statements, declarations, arguments.
fn parts(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    // For each open bracket: its place, and where the current part in it starts.
    let mut open: Vec<(usize, usize)> = vec![(0, 0)];
    for token in tokens(bytes) {
        let sign = bytes[token.start];
        match sign {
            b'(' | b'[' | b'{' => open.push((token.start, token.end)),
            b')' | b']' | b'}' if open.len() > 1 => {
                let (place, start) = open.pop().unwrap_or_default();
                parts.push(start..token.start);
                parts.push(place..token.end);
                if let (b'}', Some((_, start))) = (sign, open.last_mut()) {
                    parts.push(*start..token.end);
                    *start = token.end;
                }
            }
            b';' | b',' => {
                if let Some((_, start)) = open.last_mut() {
                    parts.push(*start..token.end);
                    *start = token.end;
                }
            }
            _ => {}
        }
    }
    parts
}
