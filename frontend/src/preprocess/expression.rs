//! The expression of `#if`. In: tokens, macros expanded and `defined` replaced. Out: its value, by C's rules for
//! 64-bit integers (C17 6.10.1): what is still a name is 0, and what is not evaluated cannot fail.

use super::limits::MAX_EXPRESSION_DEPTH;
use super::token::{Token, TokenKind};

/// What is wrong, and the token where; `None` is the end of the line.
#[derive(Debug)]
pub(super) struct BadExpression {
    pub(super) at: Option<Token>,
    pub(super) message: String,
}

/// Evaluates the whole list.
pub(super) fn evaluate<'t>(tokens: &[Token], text: impl Fn(Token) -> &'t str) -> Result<i64, BadExpression> {
    let mut parser = Parser { tokens, next: 0, text, depth: 0 };
    let value = parser.conditional(true)?;
    match parser.peek() {
        None => Ok(value),
        Some(token) => Err(BadExpression {
            at: Some(token),
            message: format!("unexpected `{}` in the expression of `#if`", (parser.text)(token)),
        }),
    }
}

struct Parser<'a, F> {
    tokens: &'a [Token],
    next: usize,
    text: F,
    depth: usize,
}

/// Binds tighter the greater it is.
fn precedence(operator: &str) -> Option<u8> {
    Some(match operator {
        "||" => 1,
        "&&" => 2,
        "|" => 3,
        "^" => 4,
        "&" => 5,
        "==" | "!=" => 6,
        "<" | ">" | "<=" | ">=" => 7,
        "<<" | ">>" => 8,
        "+" | "-" => 9,
        "*" | "/" | "%" => 10,
        _ => return None,
    })
}

impl<'t, F: Fn(Token) -> &'t str> Parser<'_, F> {
    fn peek(&self) -> Option<Token> {
        self.tokens.get(self.next).copied()
    }

    fn peek_text(&self) -> &'t str {
        self.peek().map_or("", |token| (self.text)(token))
    }

    fn error(&self, at: Option<Token>, message: impl Into<String>) -> BadExpression {
        BadExpression { at, message: message.into() }
    }

    fn expect(&mut self, text: &str) -> Result<(), BadExpression> {
        if self.peek_text() == text {
            self.next += 1;
            return Ok(());
        }
        Err(self.error(self.peek(), format!("expected `{text}` in the expression of `#if`")))
    }

    fn enter(&mut self) -> Result<(), BadExpression> {
        self.depth += 1;
        if self.depth > MAX_EXPRESSION_DEPTH {
            return Err(self.error(self.peek(), "the expression of `#if` is nested too deeply"));
        }
        Ok(())
    }

    fn conditional(&mut self, evaluated: bool) -> Result<i64, BadExpression> {
        self.enter()?;
        let condition = self.binary(1, evaluated)?;
        let value = if self.peek_text() == "?" {
            self.next += 1;
            let yes = self.conditional(evaluated && condition != 0)?;
            self.expect(":")?;
            let no = self.conditional(evaluated && condition == 0)?;
            if condition != 0 { yes } else { no }
        } else {
            condition
        };
        self.depth -= 1;
        Ok(value)
    }

    fn binary(&mut self, least: u8, evaluated: bool) -> Result<i64, BadExpression> {
        self.enter()?;
        let mut left = self.unary(evaluated)?;
        while let Some(token) = self.peek() {
            let operator = (self.text)(token);
            let Some(level) = precedence(operator).filter(|level| *level >= least) else { break };
            self.next += 1;
            let decided = (operator == "||" && left != 0) || (operator == "&&" && left == 0);
            let right = self.binary(level + 1, evaluated && !decided)?;
            left = match operator {
                "||" => i64::from(left != 0 || right != 0),
                "&&" => i64::from(left != 0 && right != 0),
                "|" => left | right,
                "^" => left ^ right,
                "&" => left & right,
                "==" => i64::from(left == right),
                "!=" => i64::from(left != right),
                "<" => i64::from(left < right),
                ">" => i64::from(left > right),
                "<=" => i64::from(left <= right),
                ">=" => i64::from(left >= right),
                "<<" => shift(left, right),
                ">>" => shift(left, right.saturating_neg()),
                "+" => left.wrapping_add(right),
                "-" => left.wrapping_sub(right),
                "*" => left.wrapping_mul(right),
                _ if right == 0 && evaluated => {
                    return Err(self.error(Some(token), "division by zero in the expression of `#if`"));
                }
                _ if right == 0 => 0,
                "/" => left.wrapping_div(right),
                _ => left.wrapping_rem(right),
            };
        }
        self.depth -= 1;
        Ok(left)
    }

    fn unary(&mut self, evaluated: bool) -> Result<i64, BadExpression> {
        let Some(token) = self.peek() else {
            return Err(self.error(None, "the expression of `#if` ends too early"));
        };
        self.enter()?;
        self.next += 1;
        let value = match ((self.text)(token), token.kind) {
            ("!", _) => i64::from(self.unary(evaluated)? == 0),
            ("-", _) => self.unary(evaluated)?.wrapping_neg(),
            ("+", _) => self.unary(evaluated)?,
            ("~", _) => !self.unary(evaluated)?,
            ("(", _) => {
                let value = self.conditional(evaluated)?;
                self.expect(")")?;
                value
            }
            (text, TokenKind::Number) => integer(text).map_err(|message| self.error(Some(token), message))?,
            (text, TokenKind::Identifier) => i64::from(text == "true"),
            (text, _) => {
                let message = format!("expected a value in the expression of `#if`, found `{text}`");
                return Err(self.error(Some(token), message));
            }
        };
        self.depth -= 1;
        Ok(value)
    }
}

/// To the left by `by`, or to the right if it is negative; by 64 and more as by so many single steps.
fn shift(value: i64, by: i64) -> i64 {
    match by {
        0..64 => value.wrapping_shl(by as u32),
        64.. => 0,
        _ => value >> by.unsigned_abs().min(63),
    }
}

/// A C integer constant; `_` between digits is allowed as in P4.
fn integer(text: &str) -> Result<i64, String> {
    let digits = text.trim_end_matches(['u', 'U', 'l', 'L']).replace('_', "");
    let (digits, radix) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (digits.get(2..).unwrap_or(""), 16),
        [b'0', b'b' | b'B', ..] => (digits.get(2..).unwrap_or(""), 2),
        [b'0', b'o' | b'O', ..] => (digits.get(2..).unwrap_or(""), 8),
        [b'0', _, ..] => (digits.get(1..).unwrap_or(""), 8),
        _ => (digits.as_str(), 10),
    };
    match u64::from_str_radix(digits, radix) {
        Ok(value) => Ok(value.cast_signed()),
        Err(error) if *error.kind() == std::num::IntErrorKind::PosOverflow => {
            Err(format!("`{text}` does not fit 64 bits"))
        }
        Err(_) => Err(format!("`{text}` is not an integer that `#if` knows")),
    }
}
