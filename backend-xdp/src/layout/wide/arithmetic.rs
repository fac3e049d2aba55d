//! Arithmetic on numbers in words: in go words, out come statements that compute others.

use super::{Lowering, WORD, Words, binary, constant, joined, repeated, slice};
use num_bigint::BigUint;
use num_traits::ToPrimitive;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{BinaryOp, Block, Expr, ExprKind, ScalarType, UnaryOp};

/// Words of a product at most: it takes half as many multiplications as their square.
const MOST_PRODUCT: usize = 8;

impl Lowering<'_> {
    /// `a + b` or `a - b`, word by word, and whether that goes beyond the highest.
    pub(super) fn sum(
        &mut self,
        op: BinaryOp,
        a: &Expr,
        b: &Expr,
        e: &Expr,
        out: &mut Block,
    ) -> Option<(Words, Expr)> {
        let span = e.span;
        let (a, b) = (self.wide(a, out)?, self.wide(b, out)?);
        let (a, b) = (self.simple_words(a, out), self.simple_words(b, out));
        let mut words = Vec::new();
        let mut carry: Option<Expr> = None;
        for (x, y) in a.words.into_iter().zip(b.words) {
            let ty = x.ty;
            let both = binary(op, x.clone(), y.clone(), ty, span);
            let both = match &carry {
                Some(carry) => {
                    let one = Expr {
                        kind: ExprKind::Conditional(
                            Box::new(carry.clone()),
                            Box::new(constant(&1u8.into(), ty.width(), span)),
                            Box::new(constant(&0u8.into(), ty.width(), span)),
                        ),
                        ty,
                        span,
                    };
                    binary(op, both, one, ty, span)
                }
                None => both,
            };
            let word = self.temporary(both, out);
            // A sum is less than what was added to, a difference comes of less than is taken away.
            let (less, than) = if op == BinaryOp::Add { (word.clone(), x) } else { (x, y) };
            let over = binary(BinaryOp::Lt, less.clone(), than.clone(), ScalarType::Bool, span);
            let over = match carry {
                Some(carry) => {
                    let same = binary(BinaryOp::Eq, less, than, ScalarType::Bool, span);
                    let again = binary(BinaryOp::And, carry, same, ScalarType::Bool, span);
                    binary(BinaryOp::Or, over, again, ScalarType::Bool, span)
                }
                None => over,
            };
            carry = Some(self.temporary(over, out));
            words.push(word);
        }
        Some((Words { words, width: a.width }, carry?))
    }

    /// `a * b`, as it is learned in school.
    pub(super) fn product(&mut self, a: &Words, b: &Words, span: Span, out: &mut Block) -> Option<Words> {
        if a.words.len() > MOST_PRODUCT {
            return None;
        }
        let zero = constant(&BigUint::default(), WORD, span);
        let double = ScalarType::bit(2 * WORD);
        let wider = |e: Expr| Expr { kind: ExprKind::Cast(Box::new(e)), ty: double, span };
        let mut sum = vec![zero.clone(); a.words.len()];
        for (i, x) in a.words.iter().enumerate() {
            let mut carry = zero.clone();
            for (place, y) in sum.iter_mut().skip(i).zip(&b.words) {
                let product = binary(BinaryOp::Mul, wider(x.clone()), wider(y.clone()), double, span);
                let more = binary(BinaryOp::Add, wider(place.clone()), wider(carry), double, span);
                // It has room: (2^64 - 1)^2 + 2 (2^64 - 1) = 2^128 - 1.
                let all = self.temporary(binary(BinaryOp::Add, product, more, double, span), out);
                *place = self.temporary(slice(&all, 0, WORD), out);
                carry = self.temporary(slice(&all, WORD, WORD), out);
            }
        }
        let sizes = (0..).map(|word| WORD.min(a.width - word * WORD));
        Some(Words {
            words: sum.iter().zip(sizes).map(|(word, size)| slice(word, 0, size)).collect(),
            width: a.width,
        })
    }

    /// A word that stands in front of a number: zeros, or as many of its signs.
    pub(super) fn fill(&mut self, a: &Words, signed: bool, span: Span, out: &mut Block) -> Expr {
        let zero = constant(&BigUint::default(), WORD, span);
        if !signed {
            return zero;
        }
        let ones =
            Expr { ty: zero.ty, kind: ExprKind::Unary(UnaryOp::Complement, Box::new(zero.clone())), span };
        let sign = is_set(&joined(&[a], a.width - 1, 1, span));
        let kind = ExprKind::Conditional(Box::new(sign), Box::new(ones), Box::new(zero));
        self.temporary(Expr { kind, ty: ScalarType::bit(WORD), span }, out)
    }

    /// `a << by` or `a >> by`, where `fill` comes in: by each bit of the amount that is set.
    pub(super) fn shifted(
        &mut self,
        left: bool,
        a: Words,
        by: &Expr,
        fill: &Expr,
        out: &mut Block,
    ) -> Option<Words> {
        let (width, span) = (a.width, by.span);
        let filled = repeated(fill, width);
        let size = |word: u32| WORD.min(width - word * WORD);
        let moved = |a: &Words, by: u32| -> Vec<Expr> {
            let low = Words { words: filled.words.clone(), width: by };
            let word = |word: u32| match left {
                true => joined(&[&low, a], word * WORD, size(word), span),
                false => joined(&[a, &filled], by + word * WORD, size(word), span),
            };
            (0..width.div_ceil(WORD)).map(word).collect()
        };
        if let Some(by) = by.as_const() {
            let by = by.to_u32().unwrap_or(u32::MAX).min(width);
            return Some(Words { words: moved(&a, by), width });
        }
        let by = self.narrow(by, out)?;
        let by = self.simple(by, out);
        let mut a = a;
        let bits = u32::BITS - (width - 1).leading_zeros();
        for bit in 0..bits.min(by.ty.width()) {
            let is_set = is_set(&slice(&by, bit, 1));
            let moved = moved(&a, 1 << bit);
            let words =
                a.words.into_iter().zip(moved).map(|(word, moved)| choice(&is_set, moved, word)).collect();
            a = self.kept_aside(Words { words, width }, out);
        }
        if by.ty.width() > bits {
            let most = constant(&width.into(), by.ty.width(), span);
            let beyond = binary(BinaryOp::Ge, by, most, ScalarType::Bool, span);
            let beyond = self.temporary(beyond, out);
            let both = a.words.into_iter().zip((0..).map(size));
            let words = both.map(|(word, size)| choice(&beyond, slice(fill, 0, size), word)).collect();
            a = Words { words, width };
        }
        Some(a)
    }

    /// `a |+| b` or `a |-| b`.
    pub(super) fn saturated(
        &mut self,
        op: BinaryOp,
        a: &Expr,
        b: &Expr,
        e: &Expr,
        out: &mut Block,
    ) -> Option<Words> {
        let (span, adds) = (e.span, op == BinaryOp::SatAdd);
        let plain = if adds { BinaryOp::Add } else { BinaryOp::Sub };
        let (sum, carry) = self.sum(plain, a, b, e, out)?;
        let (width, last) = (sum.width, sum.words.len().saturating_sub(1));
        let size = |word: u32| WORD.min(width - word * WORD);
        let ones = |bits: u32| (BigUint::from(1u8) << bits) - 1u8;
        if !e.ty.is_signed() {
            let most = if adds { ones(WORD) } else { BigUint::default() };
            let words = (0..).zip(sum.words);
            let words = words.map(|(i, word)| choice(&carry, constant(&most, size(i), span), word)).collect();
            return Some(Words { words, width });
        }
        let (a, b) = (self.wide(a, out)?, self.wide(b, out)?);
        let sign = |words: &Words| joined(&[words], width - 1, 1, span);
        let bit = ScalarType::bit(1);
        let differ = |x: &Expr, y: &Expr| binary(BinaryOp::BitXor, x.clone(), y.clone(), bit, span);
        let (x, y) = (self.temporary(sign(&a), out), sign(&b));
        // A sum of numbers of one sign has it, a difference of numbers of different signs that of the first.
        let unlike = differ(&x, &y);
        let may = match adds {
            true => Expr { kind: ExprKind::Unary(UnaryOp::Complement, Box::new(unlike)), ty: bit, span },
            false => unlike,
        };
        let wrong = binary(BinaryOp::BitAnd, may, differ(&x, &sign(&sum)), bit, span);
        let wrong = self.temporary(is_set(&wrong), out);
        let negative = is_set(&x);
        let words = (0..).zip(sum.words).map(|(i, word)| {
            let (bits, top) = (size(i), i as usize == last);
            let (least, most) = match top {
                true => (BigUint::from(1u8) << (bits - 1), ones(bits - 1)),
                false => (BigUint::default(), ones(bits)),
            };
            let limit = choice(&negative, constant(&least, bits, span), constant(&most, bits, span));
            choice(&wrong, limit, word)
        });
        Some(Words { words: words.collect(), width })
    }
}

fn is_set(bit: &Expr) -> Expr {
    let one = constant(&1u8.into(), 1, bit.span);
    binary(BinaryOp::Eq, bit.clone(), one, ScalarType::Bool, bit.span)
}

fn choice(condition: &Expr, then: Expr, otherwise: Expr) -> Expr {
    let (ty, span) = (then.ty, then.span);
    Expr {
        kind: ExprKind::Conditional(Box::new(condition.clone()), Box::new(then), Box::new(otherwise)),
        ty,
        span,
    }
}
