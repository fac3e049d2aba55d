//! C for one member of a header at an address: loads, stores and copies of its bytes.

use crate::c::code::{Code, Name, ToCode, code};
use crate::c::expr::{CExpr, CType};
use crate::c::tree::Place;
use crate::layout::headers::{Member, big_endian};

/// Where a header's structure is; as C what stands in front of a member's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// In the packet: a pointer.
    Packet(Name),
    /// In memory: the structure itself.
    Memory(Place),
}

impl Holder {
    /// True in memory.
    pub(crate) fn is_memory(&self) -> bool {
        matches!(self, Holder::Memory(_))
    }

    /// Its address.
    pub(crate) fn address(&self) -> Code {
        match self {
            Holder::Packet(pointer) => pointer.code(),
            Holder::Memory(memory) => code!("&{}", memory),
        }
    }
}

impl ToCode for Holder {
    fn add_to(&self, code: &mut Code) {
        match self {
            Holder::Packet(pointer) => code!("{}->", pointer).add_to(code),
            Holder::Memory(memory) => code!("{}.", memory).add_to(code),
        }
    }
}

/// An address of bytes.
#[derive(Clone, Debug)]
pub(super) struct Address {
    base: Code,
    /// The base is a sum.
    is_sum: bool,
    /// Bytes behind it.
    offset: u32,
}

impl Address {
    /// What a pointer points to.
    pub(super) fn of(pointer: impl ToCode) -> Address {
        Address { base: pointer.code(), is_sum: false, offset: 0 }
    }

    /// So many bytes behind that, as a variable has it.
    pub(super) fn of_sum(pointer: impl ToCode, variable: &Name) -> Address {
        Address { base: code!("{} + {}", pointer, variable), is_sum: true, offset: 0 }
    }

    /// So many bytes behind it.
    pub(super) fn behind(&self, bytes: u32) -> Address {
        Address { offset: self.offset + bytes, ..self.clone() }
    }

    /// The number of so many bytes, in network order, that stands there.
    pub(super) fn number(&self, bytes: u32) -> Code {
        let address = if self.is_sum || self.offset > 0 { code!("({})", self) } else { self.code() };
        match bytes {
            1 => code!("*(__u8 *){}", address),
            bytes => code!("*({} *){}", big_endian(bytes), address),
        }
    }
}

impl ToCode for Address {
    fn add_to(&self, code: &mut Code) {
        self.base.add_to(code);
        if self.offset > 0 {
            code!(" + {}", self.offset).add_to(code);
        }
    }
}

/// True if a number of so many bits is accessed in words that an alignment allows.
fn is_aligned(bits: u32, alignment: u32) -> bool {
    alignment * 8 >= if bits == 48 { 32 } else { bits.min(64) }
}

/// A function of the prelude's, by a stem and a number of bits.
pub(crate) fn by_bits(stem: &str, bits: u32) -> Name {
    Name::new(&format!("{stem}{bits}"))
}

/// Loads a big-endian number of so many bits, as the type in which C has it: that of the prelude's function, which is not always the
/// smallest that holds it.
pub(super) fn load_call(address: impl ToCode, bits: u32, alignment: u32) -> CExpr {
    let address = address.code();
    let (text, ty) = match bits {
        16 | 32 | 48 | 64 | 128 if is_aligned(bits, alignment) => {
            let ty = if bits == 16 { CType::U16 } else { CType::of_width(bits) };
            (code!("{}({})", by_bits("load_be", bits), address), ty)
        }
        65.. if alignment < 8 => {
            let high = bits / 8 - 8;
            let text = code!(
                "((@__u128)@load_be_bytes({}, {}) << 64 | @load_be_bytes({} + {}, 8))",
                address,
                high,
                address,
                high
            );
            (text, CType::U128)
        }
        0..=64 => (code!("@load_be_bytes({}, {})", address, bits / 8), CType::U64),
        _ => (code!("@load_be_bytes128({}, {})", address, bits / 8), CType::U128),
    };
    CExpr::atom(text, ty, bits)
}

/// Stores a big-endian number of so many bits.
pub(super) fn store_call(address: &Code, bits: u32, alignment: u32, value: &Code) -> Code {
    match bits {
        16 | 32 | 48 | 64 | 128 if is_aligned(bits, alignment) => {
            code!("{}({}, {});", by_bits("store_be", bits), address, value)
        }
        65.. if alignment < 8 => code!("@store_be_unaligned128({}, {}, {});", address, bits / 8, value),
        0..=64 => code!("@store_be_bytes({}, {}, {});", address, bits / 8, value),
        _ => code!("@store_be_bytes128({}, {}, {});", address, bits / 8, value),
    }
}

/// The statement that copies a member that is an array; `on_stack` if one of the places is on the stack, where the verifier wants words
/// aligned.
pub(super) fn copy_array(member: &Member, to: impl ToCode, from: impl ToCode, on_stack: bool) -> Code {
    let bytes = member.bytes;
    match alignment_at(member.offset) {
        align if on_stack && align < 8 && align < bytes => {
            code!("@copy_units({}, {}, {}, {});", to, from, bytes, align)
        }
        _ => code!("@copy_bytes({}, {}, {});", to, from, bytes),
    }
}

/// The largest of 8, 4, 2 and 1 that divides an offset.
pub(super) fn alignment_at(offset: u32) -> u32 {
    1 << offset.trailing_zeros().min(3)
}
