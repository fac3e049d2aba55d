//! Where the interpreter keeps a program's storage: every leaf gets a slot in one of three arrays, by its width.

use super::value::{NARROW, Value, VarBits};
use crate::ir::{HeaderId, LocalId, Program, ScalarType, StackId};
use cranelift_entity::EntityRef;
use num_bigint::BigUint;

/// A place for a scalar. In a header type, the position counts from the header's bases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// In [`Storage::narrow`].
    Narrow(u32),
    /// In [`Storage::wide`].
    Wide(u32),
    /// In [`Storage::var`].
    Var(u32),
}

/// A field of a header type.
#[derive(Clone, Debug)]
pub struct FieldLayout {
    /// Relative to the header's bases.
    pub slot: Slot,
    /// Bits; of a varbit the most.
    pub width: u32,
}

/// A header type.
#[derive(Clone, Debug)]
pub struct TypeLayout {
    /// In wire order.
    pub fields: Vec<FieldLayout>,
    /// Bits without the varbit.
    pub fixed: u32,
    /// Most bits of the varbit field, if there is one.
    pub varbit: Option<u32>,
    counts: [u32; 3],
}

/// A header instance.
#[derive(Clone, Copy, Debug)]
pub struct HeaderLayout {
    /// Its type.
    pub ty: u32,
    /// Where its fields begin in the three arrays.
    pub bases: [u32; 3],
}

/// A stack.
#[derive(Clone, Debug)]
pub struct StackLayout {
    /// Elements, as positions of headers.
    pub elements: Vec<u32>,
    /// Narrow slot of `nextIndex`.
    pub next_index: u32,
}

/// The plan of a program's storage.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// By `HeaderTypeId`.
    pub types: Vec<TypeLayout>,
    /// By [`HeaderId`].
    pub headers: Vec<HeaderLayout>,
    /// By [`StackId`].
    pub stacks: Vec<StackLayout>,
    /// By [`LocalId`].
    pub locals: Vec<Slot>,
    counts: [u32; 3],
}

fn take(ty: ScalarType, counts: &mut [u32; 3]) -> Slot {
    let [narrow, wide, var] = counts;
    let (count, slot): (&mut u32, fn(u32) -> Slot) = match ty {
        ScalarType::Varbit { .. } => (var, Slot::Var),
        ScalarType::Bool | ScalarType::Bits { .. } | ScalarType::Enum(_) | ScalarType::Error => {
            if ty.width() <= NARROW { (narrow, Slot::Narrow) } else { (wide, Slot::Wide) }
        }
    };
    *count += 1;
    slot(*count - 1)
}

impl Layout {
    /// Plans the storage.
    pub fn new(program: &Program) -> Layout {
        let mut counts = [0; 3];
        let locals = program.locals.values().map(|l| take(l.ty, &mut counts)).collect::<Vec<_>>();
        let mut types = Vec::new();
        for ty in program.header_types.values() {
            let mut inner = [0; 3];
            let fields = ty
                .fields
                .iter()
                .map(|f| FieldLayout { slot: take(f.ty, &mut inner), width: f.ty.width() })
                .collect();
            let varbit = ty.fields.iter().find_map(|f| match f.ty {
                ScalarType::Varbit { max } => Some(max),
                ScalarType::Bool | ScalarType::Bits { .. } | ScalarType::Enum(_) | ScalarType::Error => None,
            });
            types.push(TypeLayout { fields, fixed: ty.fixed_width(), varbit, counts: inner });
        }
        let mut headers = Vec::new();
        for header in program.headers.values() {
            headers.push(HeaderLayout { ty: header.ty.index() as u32, bases: counts });
            if let Some(ty) = types.get(header.ty.index()) {
                for (all, own) in counts.iter_mut().zip(ty.counts) {
                    *all += own;
                }
            }
        }
        let stacks = program
            .stacks
            .values()
            .map(|s| StackLayout {
                elements: s.elements.iter().map(|e| e.index() as u32).collect(),
                next_index: match locals.get(s.next_index.index()) {
                    Some(Slot::Narrow(slot)) => *slot,
                    Some(Slot::Wide(_) | Slot::Var(_)) | None => u32::MAX,
                },
            })
            .collect();
        Layout { types, headers, stacks, locals, counts }
    }

    /// A local's slot. One that is not in the program has none that exists.
    pub fn local(&self, local: LocalId) -> Slot {
        self.locals.get(local.index()).copied().unwrap_or(Slot::Narrow(u32::MAX))
    }

    /// The layout of a header's type.
    pub fn type_of(&self, header: usize) -> Option<&TypeLayout> {
        self.headers.get(header).and_then(|h| self.types.get(h.ty as usize))
    }

    /// The type of a header.
    pub fn type_of_header(&self, header: HeaderId) -> Option<&TypeLayout> {
        self.type_of(header.index())
    }

    /// The type of a stack's elements.
    pub fn type_of_stack(&self, stack: StackId) -> Option<&TypeLayout> {
        let first = self.stacks.get(stack.index())?.elements.first()?;
        self.type_of(*first as usize)
    }

    /// From a slot in a header type to the slot in a header.
    pub fn absolute(&self, header: usize, slot: Slot) -> Slot {
        let [narrow, wide, var] = self.headers.get(header).map_or([u32::MAX / 2; 3], |h| h.bases);
        match slot {
            Slot::Narrow(at) => Slot::Narrow(narrow + at),
            Slot::Wide(at) => Slot::Wide(wide + at),
            Slot::Var(at) => Slot::Var(var + at),
        }
    }

    /// Fresh storage: everything zero, all headers invalid.
    pub fn storage(&self) -> Storage {
        let [narrow, wide, var] = self.counts;
        Storage {
            narrow: vec![0; narrow as usize],
            wide: vec![BigUint::default(); wide as usize],
            var: vec![VarBits::default(); var as usize],
            valid: vec![false; self.headers.len()],
        }
    }
}

/// All storage of a packet under way. An invalid header's fields are zero at all times.
#[derive(Clone, Debug, Default)]
pub struct Storage {
    /// Scalars of up to 128 bits.
    pub narrow: Vec<u128>,
    /// Wider ones.
    pub wide: Vec<BigUint>,
    /// Varbits.
    pub var: Vec<VarBits>,
    /// Validity of the headers.
    pub valid: Vec<bool>,
}

impl Storage {
    /// Everything zero, all headers invalid.
    pub fn reset(&mut self) {
        self.narrow.fill(0);
        self.wide.iter_mut().for_each(|w| *w = BigUint::default());
        self.var.iter_mut().for_each(|v| *v = VarBits::default());
        self.valid.fill(false);
    }

    /// A narrow slot's value.
    pub fn narrow(&self, slot: u32) -> u128 {
        self.narrow.get(slot as usize).copied().unwrap_or(0)
    }

    /// Writes a narrow slot.
    pub fn set_narrow(&mut self, slot: u32, value: u128) {
        if let Some(place) = self.narrow.get_mut(slot as usize) {
            *place = value;
        }
    }

    /// Is a header valid?
    pub fn is_valid(&self, header: usize) -> bool {
        self.valid.get(header).copied().unwrap_or(false)
    }

    /// A scalar's bit pattern; of a varbit the bits.
    pub fn get(&self, slot: Slot) -> Value {
        match slot {
            Slot::Narrow(at) => Value::Narrow(self.narrow(at)),
            Slot::Wide(at) => Value::Wide(self.wide.get(at as usize).cloned().unwrap_or_default()),
            Slot::Var(at) => {
                Value::Wide(self.var.get(at as usize).map(|v| v.bits.clone()).unwrap_or_default())
            }
        }
    }

    /// Writes a scalar that is no varbit.
    pub fn set(&mut self, slot: Slot, value: Value) {
        match (slot, value) {
            (Slot::Narrow(at), value) => self.set_narrow(at, value.saturate()),
            (Slot::Wide(at), value) => {
                if let Some(place) = self.wide.get_mut(at as usize) {
                    *place = value.to_big();
                }
            }
            (Slot::Var(_), _) => {}
        }
    }

    /// Sets a header's fields to zero.
    pub fn clear_header(&mut self, layout: &Layout, header: usize) {
        let Some(ty) = layout.type_of(header) else { return };
        for field in &ty.fields {
            match layout.absolute(header, field.slot) {
                Slot::Narrow(at) => self.set_narrow(at, 0),
                Slot::Wide(at) => {
                    if let Some(place) = self.wide.get_mut(at as usize) {
                        *place = BigUint::default();
                    }
                }
                Slot::Var(at) => {
                    if let Some(place) = self.var.get_mut(at as usize) {
                        *place = VarBits::default();
                    }
                }
            }
        }
    }

    /// Makes a header valid or invalid; its fields are zero afterwards unless it was valid and stays so.
    pub fn set_valid(&mut self, layout: &Layout, header: usize, valid: bool) {
        if !valid && self.is_valid(header) {
            self.clear_header(layout, header);
        }
        if let Some(place) = self.valid.get_mut(header) {
            *place = valid;
        }
    }

    /// Copies validity and fields between headers of one type.
    pub fn copy_header(&mut self, layout: &Layout, to: usize, from: usize) {
        if to == from {
            return;
        }
        let Some(ty) = layout.type_of(from) else { return };
        for field in &ty.fields {
            match (layout.absolute(to, field.slot), layout.absolute(from, field.slot)) {
                (Slot::Var(to), Slot::Var(from)) => {
                    let value = self.var.get(from as usize).cloned().unwrap_or_default();
                    if let Some(place) = self.var.get_mut(to as usize) {
                        *place = value;
                    }
                }
                (to, from) => {
                    let value = self.get(from);
                    self.set(to, value);
                }
            }
        }
        let valid = self.is_valid(from);
        if let Some(place) = self.valid.get_mut(to) {
            *place = valid;
        }
    }
}
