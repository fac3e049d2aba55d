//! Refuses text that nests too deeply before the grammar sees it: the grammar's stack is the machine's.
//!
//! In: preprocessed text. Out: the first bracket that opens too much. One pass, no tokens made.

use super::MAX_BRACKETS;

/// How many `<` may follow each other with only names between them: the arguments of a generic type. Each of them is
/// tried anew as a comparison if it is no type, so this also bounds the time for `a < b < c < ..`.
const MAX_ANGLES: u32 = 64;

/// The offset of the bracket that makes the text nest more than [`MAX_BRACKETS`] deep.
pub(super) fn too_deep(text: &str) -> Option<usize> {
    let mut depth: u32 = 0;
    let mut angles: u32 = 0;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                if depth > MAX_BRACKETS {
                    return Some(at);
                }
                if byte != b'[' {
                    angles = 0;
                }
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'<' => {
                angles += 1;
                if angles > MAX_ANGLES {
                    return Some(at);
                }
            }
            b'>' => angles = angles.saturating_sub(1),
            b'"' => skip_string(&mut bytes),
            b';' | b'=' | b'&' | b'|' | b'+' | b'-' | b'*' | b'?' | b':' => angles = 0,
            _ => {}
        }
    }
    None
}

fn skip_string(bytes: &mut impl Iterator<Item = (usize, u8)>) {
    while let Some((_, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'"' => return,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_count_and_strings_do_not() {
        let deep = MAX_BRACKETS as usize;
        assert_eq!(too_deep(&"(".repeat(deep)), None);
        assert_eq!(too_deep(&"(".repeat(deep + 1)), Some(deep));
        assert_eq!(too_deep(&"()".repeat(2 * deep)), None);
        assert_eq!(too_deep(&format!("\"{}\\\"{}\"", "(".repeat(deep), "(".repeat(deep))), None);
    }

    #[test]
    fn type_arguments_count_and_comparisons_do_not() {
        assert_eq!(too_deep(&"a<".repeat(65)), Some(129));
        assert_eq!(too_deep(&"a < b || ".repeat(1000)), None);
        assert_eq!(too_deep(&"list<bit<8>> x; ".repeat(1000)), None);
    }
}
