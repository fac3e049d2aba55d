//! Conditional groups: `#if` .. `#endif` as a stack, and the skipping of groups that are left out. What the conditions
//! say is worked out by `directive` and `expression`.

use super::text::{Cursor, Splice};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;

/// An open `#if`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Condition {
    /// The `#if`, `#ifdef` or `#ifndef`, from its `#` on.
    pub(super) opened: Span,
    /// A group was taken: the others are left out.
    pub(super) taken: bool,
    /// Its `#else`.
    pub(super) otherwise: Option<Span>,
}

impl Condition {
    pub(super) fn unterminated(&self) -> Diagnostic {
        Diagnostic::error(codes::E0109, self.opened, "this conditional directive has no `#endif`")
            .with_primary("the file ends within it")
    }
}

/// From within a group that is left out to the `#elif`, `#else` or `#endif` that ends it, past any conditionals inside.
/// False if the text ends first; what is open then is on the stack.
pub(super) fn skip_to_branch(cursor: &mut Cursor<'_>, conditions: &mut Vec<Condition>) -> bool {
    let outer = conditions.len();
    while next_directive(cursor) {
        let start = cursor.position();
        let mut ahead = *cursor;
        ahead.offset += 1;
        if ahead.skip_blanks(Splice::Lines).is_err() {
            break;
        }
        let name = ahead.take_while(super::token::is_identifier_byte);
        let nested = conditions.len() > outer;
        match name {
            "if" | "ifdef" | "ifndef" => {
                let opened = Span::new(start, ahead.position());
                conditions.push(Condition { opened, taken: true, otherwise: None });
            }
            "endif" if nested => {
                conditions.pop();
            }
            "elif" | "elifdef" | "elifndef" | "else" | "endif" if !nested => return true,
            _ => {}
        }
        cursor.offset = ahead.offset;
    }
    cursor.offset = cursor.bytes().len();
    false
}

/// To the next `#` that begins a line, past comments and literals; from anywhere in a line.
fn next_directive(cursor: &mut Cursor<'_>) -> bool {
    let bytes = cursor.bytes();
    loop {
        let rest = bytes.get(cursor.offset..).unwrap_or(&[]);
        let Some(found) = memchr::memchr3(b'\n', b'/', b'"', rest) else { return false };
        cursor.offset += found;
        let next = bytes.get(cursor.offset + 1).copied();
        match (bytes.get(cursor.offset), next) {
            (Some(b'\n'), _) => {
                cursor.offset += 1;
                if !skip_margin(cursor) {
                    return false;
                }
                if cursor.peek() == Some(b'#') {
                    return true;
                }
            }
            (Some(b'/'), Some(b'*')) => {
                // Text that is left out may hold anything, even a comment without an end.
                if cursor.skip_block_comment().is_err() {
                    return false;
                }
            }
            (Some(b'/'), Some(b'/')) => cursor.skip_line_comment(false),
            (Some(b'"'), _) => {
                if cursor.take_string(Splice::Lines).is_none() {
                    cursor.skip_to_line_end();
                }
            }
            _ => cursor.offset += 1,
        }
    }
}

/// Blanks and block comments at the start of a line; false if the text ends within them.
fn skip_margin(cursor: &mut Cursor<'_>) -> bool {
    loop {
        cursor.take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c));
        if !cursor.rest().starts_with("/*") {
            return true;
        }
        if cursor.skip_block_comment().is_err() {
            return false;
        }
    }
}
