//! The expression of `#if`. In: tokens, macros expanded and questions answered. Out: its value, by C's rules for 64-bit
//! integers with and without sign (C17 6.10.1): what is still a name is 0, and what is not evaluated cannot fail.

use super::constant::{self, Value};
use super::limits::MAX_EXPRESSION_DEPTH;
use super::token::{Token, TokenKind};

/// What is wrong or odd, and the token where; `None` is the end of the line.
#[derive(Debug)]
pub(super) struct Remark {
    pub(super) at: Option<Token>,
    pub(super) message: String,
}

/// Evaluates the whole list; what is odd about it goes into `odd`.
pub(super) fn evaluate<'t>(
    tokens: &[Token],
    text: impl Fn(Token) -> &'t str,
    odd: &mut Vec<Remark>,
) -> Result<Value, Remark> {
    let mut parser = Parser { tokens, next: 0, text, depth: 0, odd };
    let value = parser.comma(true)?;
    match parser.peek() {
        None => Ok(value),
        Some(token) => Err(Remark {
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
    odd: &'a mut Vec<Remark>,
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

    fn error(&self, at: Option<Token>, message: impl Into<String>) -> Remark {
        Remark { at, message: message.into() }
    }

    fn expect(&mut self, text: &str) -> Result<(), Remark> {
        if self.peek_text() == text {
            self.next += 1;
            return Ok(());
        }
        Err(self.error(self.peek(), format!("expected `{text}` in the expression of `#if`")))
    }

    fn enter(&mut self) -> Result<(), Remark> {
        self.depth += 1;
        if self.depth > MAX_EXPRESSION_DEPTH {
            return Err(self.error(self.peek(), "the expression of `#if` is nested too deeply"));
        }
        Ok(())
    }

    /// Of two values that were calculated in full width, what `#if` says where one has no sign: neither has.
    fn result(&mut self, at: Token, evaluated: bool, unsigned: bool, exact: i128) -> Value {
        let bits = exact as i64;
        if !unsigned && evaluated && i128::from(bits) != exact {
            self.odd.push(Remark {
                at: Some(at),
                message: "the expression of `#if` overflows 64 bits".to_owned(),
            });
        }
        Value { bits, unsigned }
    }

    fn comma(&mut self, evaluated: bool) -> Result<Value, Remark> {
        let mut value = self.conditional(evaluated)?;
        while self.peek_text() == "," {
            self.next += 1;
            value = self.conditional(evaluated)?;
        }
        Ok(value)
    }

    fn conditional(&mut self, evaluated: bool) -> Result<Value, Remark> {
        self.enter()?;
        let condition = self.binary(1, evaluated)?;
        let value = if self.peek_text() == "?" {
            self.next += 1;
            let yes = self.comma(evaluated && condition.is_true())?;
            self.expect(":")?;
            let no = self.conditional(evaluated && !condition.is_true())?;
            let taken = if condition.is_true() { yes } else { no };
            Value { unsigned: yes.unsigned || no.unsigned, ..taken }
        } else {
            condition
        };
        self.depth -= 1;
        Ok(value)
    }

    fn binary(&mut self, least: u8, evaluated: bool) -> Result<Value, Remark> {
        self.enter()?;
        let mut left = self.unary(evaluated)?;
        while let Some(token) = self.peek() {
            let operator = (self.text)(token);
            let Some(level) = precedence(operator).filter(|level| *level >= least) else { break };
            self.next += 1;
            let decided = (operator == "||" && left.is_true()) || (operator == "&&" && !left.is_true());
            let right = self.binary(level + 1, evaluated && !decided)?;
            left = self.apply(token, operator, left, right, evaluated)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn apply(
        &mut self,
        at: Token,
        operator: &str,
        left: Value,
        right: Value,
        evaluated: bool,
    ) -> Result<Value, Remark> {
        let unsigned = left.unsigned || right.unsigned;
        let wide = |value: Value| match unsigned {
            true => i128::from(value.bits.cast_unsigned()),
            false => i128::from(value.bits),
        };
        let (a, b) = (wide(left), wide(right));
        let bitwise = |bits: i64| Value { bits, unsigned };
        Ok(match operator {
            "||" => Value::truth(left.is_true() || right.is_true()),
            "&&" => Value::truth(left.is_true() && right.is_true()),
            "|" => bitwise(left.bits | right.bits),
            "^" => bitwise(left.bits ^ right.bits),
            "&" => bitwise(left.bits & right.bits),
            "==" => Value::truth(left.bits == right.bits),
            "!=" => Value::truth(left.bits != right.bits),
            "<" => Value::truth(a < b),
            ">" => Value::truth(a > b),
            "<=" => Value::truth(a <= b),
            ">=" => Value::truth(a >= b),
            "<<" | ">>" => self.shift(at, operator == "<<", left, right, evaluated),
            "+" => self.result(at, evaluated, unsigned, a + b),
            "-" => self.result(at, evaluated, unsigned, a - b),
            "*" => self.result(at, evaluated, unsigned, a.wrapping_mul(b)),
            _ if b == 0 && evaluated => {
                return Err(self.error(Some(at), "division by zero in the expression of `#if`"));
            }
            _ if b == 0 => Value { bits: 0, unsigned },
            "/" => self.result(at, evaluated, unsigned, a / b),
            _ => self.result(at, evaluated, unsigned, a % b),
        })
    }

    /// By a negative number it shifts the other way; by 64 and more as by so many single steps.
    fn shift(&mut self, at: Token, left: bool, value: Value, by: Value, evaluated: bool) -> Value {
        let backwards = !by.unsigned && by.bits < 0;
        let steps = if backwards { by.bits.unsigned_abs() } else { by.bits.cast_unsigned() };
        let unsigned = value.unsigned;
        if left == backwards {
            let steps = steps.min(64) as u32;
            let bits = match unsigned {
                true => value.bits.cast_unsigned().checked_shr(steps).unwrap_or(0).cast_signed(),
                false => value.bits >> steps.min(63),
            };
            return Value { bits, unsigned };
        }
        let bits = u32::try_from(steps).ok().and_then(|steps| value.bits.checked_shl(steps)).unwrap_or(0);
        let lost = steps > 63 && value.bits != 0 || steps <= 63 && bits >> steps != value.bits;
        if lost && !unsigned && evaluated {
            let message = "the expression of `#if` overflows 64 bits".to_owned();
            self.odd.push(Remark { at: Some(at), message });
        }
        Value { bits, unsigned }
    }

    fn unary(&mut self, evaluated: bool) -> Result<Value, Remark> {
        let Some(token) = self.peek() else {
            return Err(self.error(None, "the expression of `#if` ends too early"));
        };
        self.enter()?;
        self.next += 1;
        let value = match ((self.text)(token), token.kind) {
            ("!", _) => Value::truth(!self.unary(evaluated)?.is_true()),
            ("-", _) => {
                let operand = self.unary(evaluated)?;
                self.result(token, evaluated, operand.unsigned, -i128::from(operand.bits))
            }
            ("+", _) => self.unary(evaluated)?,
            ("~", _) => {
                let operand = self.unary(evaluated)?;
                Value { bits: !operand.bits, ..operand }
            }
            ("(", _) => {
                let value = self.comma(evaluated)?;
                self.expect(")")?;
                value
            }
            (text, TokenKind::Number) => self.constant(token, constant::integer(text))?,
            (text, TokenKind::Character) => self.constant(token, constant::character(text))?,
            (text, TokenKind::Identifier) => {
                if text == "true" {
                    let message = "`true` is a name like others to `#if`, and so it is 0".to_owned();
                    self.odd.push(Remark { at: Some(token), message });
                }
                Value::signed(0)
            }
            (text, _) => {
                let message = format!("expected a value in the expression of `#if`, found `{text}`");
                return Err(self.error(Some(token), message));
            }
        };
        self.depth -= 1;
        Ok(value)
    }

    fn constant(&mut self, at: Token, constant: Result<constant::Constant, String>) -> Result<Value, Remark> {
        let constant = constant.map_err(|message| self.error(Some(at), message))?;
        if let Some(odd) = constant.odd {
            let message = format!("`{}` {odd}", (self.text)(at));
            self.odd.push(Remark { at: Some(at), message });
        }
        Ok(constant.value)
    }
}
