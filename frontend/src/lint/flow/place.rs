//! L-values as leaves: which leaves an expression such as `hdr.vlan[0].vid` stands for, and what reading them asks for.

use super::Flow;
use super::layout::{Leaf, is_header, is_union};
use super::report::Use;
use super::state::{State, copied, lacks, unknown};
use crate::hir::{Access, ConstValue, Expr, ExprKind, Type, TypeId};

/// The leaves of an l-value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The first one.
    pub base: u32,
    pub ty: TypeId,
    /// Validity of the header that it is a part of.
    pub header: Option<u32>,
    /// The union that the header is a member of.
    pub union: Option<(u32, TypeId)>,
    /// It is in one of several elements of a stack, nobody knows which: distance and number.
    pub one_of: Option<(u32, u32)>,
}

impl<'p> Flow<'p> {
    /// The leaves of an l-value; indices in it are evaluated. `None` if it is none, or is not tracked.
    pub(super) fn place(&mut self, e: &'p Expr, state: &mut State) -> Option<Place> {
        match e.access() {
            Access::Variable(id) => {
                let base = self.unit.bases.get(&id).copied()?;
                let ty = self.program.variables[id].ty;
                Some(Place { base, ty, header: None, union: None, one_of: None })
            }
            Access::Field(whole, field) => {
                let whole = self.place(whole, state)?;
                let (offset, ty) = self.layouts.field(whole.ty, field)?;
                let header = if is_header(self.program, whole.ty) { Some(whole.base) } else { whole.header };
                let union =
                    if is_union(self.program, whole.ty) { Some((whole.base, whole.ty)) } else { whole.union };
                Some(Place { base: whole.base + offset, ty: ty?, header, union, one_of: whole.one_of })
            }
            Access::Index(stack, index) => {
                let known = match &index.kind {
                    ExprKind::Literal(ConstValue::Int(value)) => u32::try_from(value).ok(),
                    ExprKind::Constant(id) => match &self.program.constants[*id].value {
                        Some(ConstValue::Int(value)) => u32::try_from(value).ok(),
                        Some(_) | None => None,
                    },
                    _ => None,
                };
                if known.is_none() {
                    self.read(index, state);
                }
                self.element(stack, known, state)
            }
            Access::Next(stack) | Access::Last(stack) => self.element(stack, None, state),
            Access::Cast(inner) => {
                // A cast that changes nothing but the name of the type.
                let place = self.place(inner, state)?;
                (self.layouts.size(place.ty) == 1 && self.layouts.size(e.ty) == 1)
                    .then_some(Place { ty: e.ty, ..place })
            }
            Access::Slice(..) | Access::PlusSlice(..) | Access::Value => None,
        }
    }

    fn element(&mut self, stack: &'p Expr, index: Option<u32>, state: &mut State) -> Option<Place> {
        let whole = self.place(stack, state)?;
        let Type::Stack { element, size } = self.program.types[whole.ty] else { return None };
        if !self.layouts.is_open(whole.ty) {
            return None;
        }
        let stride = self.layouts.size(element);
        let place = Place { ty: element, ..whole };
        match index {
            Some(index) if index < size => Some(Place { base: whole.base + index * stride, ..place }),
            // What an index out of range does is another matter.
            Some(_) => None,
            None => Some(Place { one_of: Some((stride, size)), ..place }),
        }
    }

    /// True for what [`Flow::place`] may know.
    pub(super) fn is_lvalue(e: &Expr) -> bool {
        let mut e = e;
        loop {
            match e.access() {
                Access::Variable(_) => return true,
                Access::Field(base, _) | Access::Index(base, _) | Access::Next(base) | Access::Last(base) => {
                    e = base
                }
                Access::Slice(..) | Access::PlusSlice(..) | Access::Cast(_) | Access::Value => return false,
            }
        }
    }

    /// The validity of the header that the place is in is needed.
    pub(super) fn need_header(&mut self, e: &'p Expr, place: Place, state: &mut State) -> bool {
        let Some(header) = place.header else { return true };
        if let Some((stride, count)) = place.one_of {
            // Only if no element can be meant.
            let none = (0..count).all(|i| {
                let bits = state.get(header + i * stride);
                lacks(Leaf::Validity, bits) == Some(super::state::Certainty::Always)
            });
            if none && count > 0 {
                self.need(e, header, Use::Header, state);
                (0..count).for_each(|i| state.set(header + i * stride, unknown(Leaf::Validity)));
            }
            return !none;
        }
        self.need(e, header, Use::Header, state)
    }

    /// Reads a place: its header must be valid, and if it is a value, it must be set.
    pub(super) fn read_place(&mut self, e: &'p Expr, place: Place, state: &mut State) {
        if !self.need_header(e, place, state) || place.one_of.is_some() {
            return;
        }
        match self.unit.leaf(place.base) {
            Leaf::HeaderField | Leaf::Value if self.layouts.size(place.ty) == 1 => {
                self.need(e, place.base, Use::Value, state);
            }
            Leaf::HeaderField | Leaf::Value | Leaf::Validity | Leaf::Opaque => {}
        }
    }

    /// What a copy of the place has.
    pub(super) fn copy_of(&mut self, place: Place, state: &State) -> Vec<u8> {
        let size = self.layouts.size(place.ty);
        let leaves = place.base..place.base + size;
        match place.one_of {
            Some(_) => leaves.map(|leaf| unknown(self.unit.leaf(leaf))).collect(),
            None => leaves.map(|leaf| copied(self.unit.leaf(leaf), state.get(leaf))).collect(),
        }
    }

    /// Gives leaves to a place.
    pub(super) fn write_place(&mut self, place: Place, bits: &[u8], state: &mut State) {
        if let Some((stride, count)) = place.one_of {
            for element in 0..count {
                self.write_perhaps(place.base + element * stride, bits, state);
            }
            return;
        }
        for (leaf, &bits) in (place.base..).zip(bits) {
            state.set(leaf, bits);
        }
        if let Some((union, ty)) = place.union
            && is_header(self.program, place.ty)
            && bits.first().is_some_and(|bits| super::state::validity::ANY_INVALID & bits == 0)
        {
            self.only_member(union, ty, place.base, state);
        }
    }

    /// A member of a union became valid: the others are not.
    pub(super) fn only_member(&mut self, union: u32, ty: TypeId, member: u32, state: &mut State) {
        let Type::Struct(id, _) = self.program.types[ty] else { return };
        for field in 0..self.program.structs[id].fields.len() as u32 {
            if let Some((offset, _)) = self.layouts.field(ty, field)
                && union + offset != member
            {
                state.set(union + offset, super::state::validity::INVALID);
            }
        }
    }

    /// One of several places got these leaves, perhaps this one.
    fn write_perhaps(&mut self, base: u32, bits: &[u8], state: &mut State) {
        for (leaf, &new) in (base..).zip(bits) {
            let kind = self.unit.leaf(leaf);
            let old = state.get(leaf);
            let after = match lacks(kind, old) {
                Some(_) if new != old => unknown(kind),
                Some(_) | None => old,
            };
            state.set(leaf, after);
        }
    }
}
