//! Brackets that are open where the text goes wrong, and which of them to blame.

use super::super::expectation::Expectation;
use super::super::recovery::begins_declaration;
use super::super::tokens::{Token, tokens};
use super::Failure;

impl Failure<'_> {
    /// The brackets that are open before the wrong token, outermost first.
    pub(super) fn open_brackets(&self) -> Vec<Token<'_>> {
        self.brackets().0
    }

    /// The open brackets, and the first `{` whose `}` is indented less than the line of the `{`.
    pub(super) fn brackets(&self) -> (Vec<Token<'_>>, Option<Token<'_>>) {
        let mut open: Vec<Token<'_>> = Vec::new();
        let mut suspect = None;
        for token in tokens(self.text, self.start).take_while(|token| token.start < self.at) {
            match token.text {
                "(" | "[" | "{" => open.push(token),
                ")" | "]" | "}" => {
                    let closed = open.pop();
                    if let (None, "}", Some(closed)) = (suspect, token.text, closed)
                        && self.first_in_line(token.start)
                        && self.indentation(token.start) < self.indentation(closed.start)
                    {
                        suspect = Some(closed);
                    }
                }
                _ => {}
            }
        }
        (open, suspect)
    }

    /// The bracket to blame, if the wrong token says that one should have been closed before it.
    pub(super) fn unclosed(&self) -> Option<Token<'_>> {
        let (open, suspect) = self.brackets();
        let last = *open.last()?;
        let closer = match last.text {
            "(" => Expectation::CloseParen,
            "[" => Expectation::CloseBracket,
            _ => Expectation::CloseBrace,
        };
        let at_new_declaration = self.found.is_none_or(|found| {
            begins_declaration(found.text) || matches!(found.text, "action" | "table" | "state")
        });
        if last.text == "{" && at_new_declaration {
            return suspect.or(Some(last));
        }
        // The braces of a list; blocks end where the indentation says.
        if last.text == "{" && !self.expects(Expectation::Comma) {
            return None;
        }
        if self.expects(closer)
            && (matches!(self.found_text(), ";" | "{" | "}" | ")" | "]") || at_new_declaration)
        {
            Some(last)
        } else {
            None
        }
    }

    fn first_in_line(&self, at: usize) -> bool {
        self.line_before(at).trim().is_empty()
    }

    fn indentation(&self, at: usize) -> usize {
        let line = self.line_before(at);
        line.len() - line.trim_start().len()
    }

    fn line_before(&self, at: usize) -> &str {
        let before = self.text.get(..at).unwrap_or_default();
        before.rsplit('\n').next().unwrap_or_default()
    }
}
