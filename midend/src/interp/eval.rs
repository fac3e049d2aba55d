//! Evaluation of expressions over [`Storage`]: pure, total, as [`crate::ir`] has it.

use super::code::{Access, Any, Dst, Narrow, Scalar, Var, Wide};
use super::layout::{Layout, Slot, Storage};
use super::value::{
    self, Value, VarBits, big_binary, big_compare, big_complement, big_mask, big_neg, big_resize, big_shift,
    big_slice, big_splice, low128, mask,
};
use num_bigint::BigUint;

/// What expressions read.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// Where things are.
    pub layout: &'a Layout,
    /// What is there.
    pub storage: &'a Storage,
}

impl Env<'_> {
    /// The header that an access means, if there is one.
    pub fn header(&self, access: &Access) -> Option<usize> {
        let at = |stack: u32, index: u128| {
            let elements = &self.layout.stacks.get(stack as usize)?.elements;
            elements.get(usize::try_from(index).ok()?).copied()
        };
        let next = |stack: u32| {
            let layout = self.layout.stacks.get(stack as usize)?;
            Some(self.storage.narrow(layout.next_index))
        };
        let header = match access {
            Access::Fixed(u32::MAX) => None,
            Access::Fixed(h) => Some(*h),
            Access::Element(stack, index) => at(*stack, self.narrow(index)),
            Access::Next(stack) => at(*stack, next(*stack)?),
            Access::Last(stack) => at(*stack, next(*stack)?.checked_sub(1)?),
        };
        header.map(|h| h as usize)
    }

    /// Where a field of the header that an access means is, if there is one, by its slot in the header's type.
    fn slot(&self, access: &Access, of_type: Slot) -> Option<Slot> {
        self.header(access).map(|h| self.layout.absolute(h, of_type))
    }

    /// A narrow expression.
    pub fn narrow(&self, e: &Narrow) -> u128 {
        match e {
            Narrow::Const(v) => *v,
            Narrow::Load(slot) => self.storage.narrow(*slot),
            Narrow::LoadField(access, slot) => match self.slot(access, Slot::Narrow(*slot)) {
                Some(Slot::Narrow(slot)) => self.storage.narrow(slot),
                Some(Slot::Wide(_) | Slot::Var(_)) | None => 0,
            },
            Narrow::Valid(access) => {
                u128::from(self.header(access).is_some_and(|h| self.storage.is_valid(h)))
            }
            Narrow::Neg(a, width) => value::neg(self.narrow(a), *width),
            Narrow::Flip(a, bits) => self.narrow(a) ^ bits,
            Narrow::Binary(op, width, signed, operands) => {
                let [a, b] = &**operands;
                value::binary(*op, self.narrow(a), self.narrow(b), *width, *signed)
            }
            Narrow::Concat(parts, low) => {
                let [a, b] = &**parts;
                self.narrow(a).checked_shl(*low).unwrap_or(0) | self.narrow(b)
            }
            Narrow::Conditional(parts) => {
                let [c, a, b] = &**parts;
                if self.narrow(c) != 0 { self.narrow(a) } else { self.narrow(b) }
            }
            Narrow::Truncate(a, bits) => self.narrow(a) & bits,
            Narrow::SignExtend(a, from, to) => value::resize(self.narrow(a), *from, true, *to),
            Narrow::Slice(a, lo, bits) => self.narrow(a).checked_shr(*lo).unwrap_or(0) & bits,
            Narrow::SliceWide(a, lo, width) => low128(&big_slice(&self.wide(a), *lo, *width)),
            Narrow::Saturate(a) => Value::Wide(self.wide(a)).saturate(),
            Narrow::CompareWide(op, width, signed, operands) => {
                let [a, b] = &**operands;
                u128::from(big_compare(*op, &self.wide(a), &self.wide(b), *width, *signed))
            }
            Narrow::EqualVar(operands) => {
                let [a, b] = &**operands;
                u128::from(self.var(a) == self.var(b))
            }
        }
    }

    /// A wide expression.
    pub fn wide(&self, e: &Wide) -> BigUint {
        let load = |slot: u32| self.storage.wide.get(slot as usize).cloned().unwrap_or_default();
        match e {
            Wide::Const(v) => v.clone(),
            Wide::Load(slot) => load(*slot),
            Wide::LoadField(access, slot) => match self.slot(access, Slot::Wide(*slot)) {
                Some(Slot::Wide(slot)) => load(slot),
                Some(Slot::Narrow(_) | Slot::Var(_)) | None => BigUint::default(),
            },
            Wide::Neg(a, width) => big_neg(&self.wide(a), *width),
            Wide::Complement(a, width) => big_complement(&self.wide(a), *width),
            Wide::Binary(op, width, signed, operands) => {
                let [a, b] = &**operands;
                big_binary(*op, &self.wide(a), &self.wide(b), *width, *signed)
            }
            Wide::Shift(left, a, amount, width, signed) => {
                big_shift(*left, &self.wide(a), self.narrow(amount), *width, *signed)
            }
            Wide::Concat(parts, low) => {
                let [a, b] = &**parts;
                (self.wide(a) << *low) | self.wide(b)
            }
            Wide::Conditional(c, parts) => {
                let [a, b] = &**parts;
                if self.narrow(c) != 0 { self.wide(a) } else { self.wide(b) }
            }
            Wide::Extend(a, from, signed, to) => {
                big_resize(&BigUint::from(self.narrow(a)), *from, *signed, *to)
            }
            Wide::Resize(a, from, signed, to) => big_resize(&self.wide(a), *from, *signed, *to),
            Wide::Slice(a, lo, width) => big_slice(&self.wide(a), *lo, *width),
        }
    }

    /// A varbit expression.
    pub fn var(&self, e: &Var) -> VarBits {
        let load = |slot: u32| self.storage.var.get(slot as usize).cloned().unwrap_or_default();
        match e {
            Var::Load(slot) => load(*slot),
            Var::LoadField(access, slot) => match self.slot(access, Slot::Var(*slot)) {
                Some(Slot::Var(slot)) => load(slot),
                Some(Slot::Narrow(_) | Slot::Wide(_)) | None => VarBits::default(),
            },
            Var::Conditional(c, parts) => {
                let [a, b] = &**parts;
                if self.narrow(c) != 0 { self.var(a) } else { self.var(b) }
            }
            Var::Empty => VarBits::default(),
        }
    }

    /// Any expression; of a varbit the bits.
    pub fn any(&self, e: &Any) -> Value {
        match e {
            Any::Narrow(n) => Value::Narrow(self.narrow(n)),
            Any::Wide(w) => Value::Wide(self.wide(w)),
            Any::Var(v) => Value::Wide(self.var(v).bits),
        }
    }

    /// A scalar's bits and how many they are: of a varbit as many as it has.
    pub fn sized(&self, e: &Scalar) -> (Value, u32) {
        match &e.value {
            Any::Var(v) => {
                let v = self.var(v);
                (Value::new(&v.bits, v.len), v.len)
            }
            Any::Narrow(_) | Any::Wide(_) => (self.any(&e.value), e.width),
        }
    }

    /// The slot that an l-value means; none if it is in a header that does not exist or is invalid.
    pub fn place(&self, dst: &Dst) -> Option<(Option<usize>, Slot)> {
        match &dst.header {
            None => Some((None, dst.slot)),
            Some(access) => {
                let header = self.header(access).filter(|h| self.storage.is_valid(*h))?;
                Some((Some(header), self.layout.absolute(header, dst.slot)))
            }
        }
    }

    /// What stands in an l-value: zero if it has no place.
    pub fn read(&self, dst: &Dst) -> Value {
        let Some((_, slot)) = self.place(dst) else { return Value::zero(dst.bits()) };
        let whole = self.storage.get(slot);
        match (dst.part, whole) {
            (None, whole) => whole,
            (Some((lo, width)), Value::Narrow(v)) => {
                Value::Narrow(v.checked_shr(lo).unwrap_or(0) & mask(width))
            }
            (Some((lo, width)), Value::Wide(v)) => Value::new(&big_slice(&v, lo, width), width),
        }
    }
}

/// The whole value of a slot after some of its bits are replaced.
pub fn splice(whole: &Value, lo: u32, width: u32, bits: &Value) -> Value {
    match whole {
        Value::Narrow(v) => {
            let hole = mask(width).checked_shl(lo).unwrap_or(0);
            Value::Narrow(v & !hole | bits.saturate().checked_shl(lo).unwrap_or(0) & hole)
        }
        Value::Wide(v) => Value::Wide(big_splice(v, lo, width, &(bits.to_big() & big_mask(width)))),
    }
}
