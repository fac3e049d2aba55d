//! C for one member of a header at an address: loads, stores and copies of its bytes.

use crate::layout::headers::Member;

/// True if a number of so many bits is accessed in words that an alignment allows.
fn is_aligned(bits: u32, alignment: u32) -> bool {
    alignment * 8 >= if bits == 48 { 32 } else { bits.min(64) }
}

/// Loads a big-endian number of so many bits.
pub(super) fn load_call(address: &str, bits: u32, alignment: u32) -> String {
    match bits {
        16 | 32 | 48 | 64 | 128 if is_aligned(bits, alignment) => format!("load_be{bits}({address})"),
        65.. if alignment < 8 => {
            let high = bits / 8 - 8;
            format!("((__u128)load_be_bytes({address}, {high}) << 64 | load_be_bytes({address} + {high}, 8))")
        }
        0..=64 => format!("load_be_bytes({address}, {})", bits / 8),
        _ => format!("load_be_bytes128({address}, {})", bits / 8),
    }
}

/// Stores a big-endian number of so many bits.
pub(super) fn store_call(address: &str, bits: u32, alignment: u32, value: &str) -> String {
    match bits {
        16 | 32 | 48 | 64 | 128 if is_aligned(bits, alignment) => {
            format!("store_be{bits}({address}, {value});")
        }
        65.. if alignment < 8 => format!("store_be_unaligned128({address}, {}, {value});", bits / 8),
        0..=64 => format!("store_be_bytes({address}, {}, {value});", bits / 8),
        _ => format!("store_be_bytes128({address}, {}, {value});", bits / 8),
    }
}

/// The statement that copies a member between places; `on_stack` if one of them is on the stack, where the verifier wants words aligned.
pub(super) fn copy_member(member: &Member, to: &str, from: &str, on_stack: bool) -> String {
    let bytes = member.bytes;
    if member.integer {
        let (to, from) = (as_lvalue(member, to), as_lvalue(member, from));
        return format!("{to} = {from};");
    }
    match alignment_at(member.offset) {
        align if on_stack && align < 8 && align < bytes => {
            format!("copy_units({to}, {from}, {bytes}, {align});")
        }
        _ => format!("copy_bytes({to}, {from}, {bytes});"),
    }
}

/// A member, or an address as a number of the member's type.
fn as_lvalue(member: &Member, text: &str) -> String {
    if text.contains(['.', '>']) {
        return text.to_owned();
    }
    let address = if text.contains(' ') { format!("({text})") } else { text.to_owned() };
    match member.bytes {
        1 => format!("*(__u8 *){address}"),
        bytes => format!("*(__be{} *){address}", bytes * 8),
    }
}

/// The largest of 8, 4, 2 and 1 that divides an offset.
pub(super) fn alignment_at(offset: u32) -> u32 {
    1 << offset.trailing_zeros().min(3)
}

/// `base + offset`
pub(super) fn at(base: &str, offset: u32) -> String {
    if offset == 0 { base.to_owned() } else { format!("{base} + {offset}") }
}
