//! CRCs of rows of bits: in goes a row ([`super::row`]) and which CRC, out comes C that puts it into the CRC's register piece by piece.
//!
//! ```text
//! crc = crc32_bytes(0xffffffff, (__u64)bpf_ntohl(ipv4->src) << 32 | bpf_ntohl(ipv4->dst), 8);
//! ```
//!
//! A custom CRC is what the control plane says, which may change it meanwhile: where the first piece goes in, the program notes which description it
//! goes by, and keeps to it.
//!
//! ```text
//! which = crc32_custom();
//! crc = crc_custom_bytes(which, crc_custom_first(which), bpf_ntohl(ipv4->dst), 4);
//! crc = crc_custom_last(which, crc, 32);
//! ```

use super::row::{Group, is_of_bytes};
use crate::c::code::{Code, Name, ToCode, code};
use crate::c::expr::{CExpr, CType};
use crate::c::tree::Place;
use crate::emit::Cx;

/// Bits that a CRC takes at once.
const PIECE: u32 = 64;
/// The same, where up to seven bits wait for the rest of their byte.
const BEHIND_REST: u32 = 56;

/// A CRC that can be computed in BPF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Crc {
    /// CRC-16 or CRC-32, by its width.
    Standard(u32),
    /// The custom one of this width.
    Custom(u32),
}

impl Crc {
    /// Bits of the result.
    pub(super) fn width(self) -> u32 {
        match self {
            Crc::Standard(width) | Crc::Custom(width) => width,
        }
    }

    /// What the names of the prelude's functions have.
    fn stem(self) -> &'static str {
        match self {
            Crc::Standard(16) => "crc16",
            Crc::Standard(_) => "crc32",
            Crc::Custom(_) => "crc_custom",
        }
    }

    /// Which description of a custom CRC holds now.
    pub(super) fn current(self) -> Option<Code> {
        match self {
            Crc::Standard(_) => None,
            Crc::Custom(16) => Some(code!("@crc16_custom()")),
            Crc::Custom(_) => Some(code!("@crc32_custom()")),
        }
    }
}

/// A CRC, and the variable that says which description of a custom one holds.
pub(super) struct Register<'w> {
    pub(super) crc: Crc,
    pub(super) which: Option<&'w Place>,
}

impl Register<'_> {
    /// Before the first byte.
    pub(super) fn first(&self) -> Code {
        match (self.which, self.crc) {
            (Some(which), _) => code!("@crc_custom_first({})", which),
            (None, Crc::Standard(16)) => code!("0"),
            (None, _) => code!("0xffffffff"),
        }
    }

    /// A function of the prelude's with its first arguments.
    fn call(&self, unit: &str, register: &impl ToCode, more: Code) -> Code {
        let function = Name::new(&format!("{}_{unit}", self.crc.stem()));
        match self.which {
            Some(which) => code!("{}({}, {}, {})", function, which, register, more),
            None => code!("{}({}, {})", function, register, more),
        }
    }

    /// With the lowest bytes of a value.
    pub(super) fn bytes(&self, register: &impl ToCode, value: impl ToCode, bytes: u32) -> Code {
        self.call("bytes", register, code!("{}, {}", value, bytes))
    }

    /// What functions that take bytes whose number is known at run time get: the register, and what waits in front.
    pub(super) fn front(&self, register: &impl ToCode, waiting: Option<Code>) -> Code {
        let front = match (self.which, waiting) {
            (None, None) => code!("0"),
            (None, Some(waiting)) => waiting,
            (Some(which), None) => code!("{} << 16", which),
            (Some(which), Some(waiting)) => code!("{} << 16 | {}", which, waiting),
        };
        code!(", {}, {}", register, front)
    }

    /// What the names of such functions end with.
    pub(super) fn of_bytes(&self) -> &'static str {
        self.crc.stem()
    }

    /// The CRC that it has come to; nothing if that is the register itself.
    pub(super) fn last(&self, register: &impl ToCode) -> Option<Code> {
        match (self.which, self.crc) {
            (Some(which), crc) => Some(code!("@crc_custom_last({}, {}, {})", which, register, crc.width())),
            (None, Crc::Standard(16)) => None,
            (None, _) => Some(code!("~{} & 0xffffffff", register)),
        }
    }
}

impl Cx<'_> {
    /// The CRC of a row of bits.
    pub(super) fn crc(&mut self, crc: Crc, groups: &[Group]) -> CExpr {
        let which = crc.current().map(|current| {
            let which = self.fresh("which", code!("__u64"));
            self.out.assignment(&which, current);
            Place::from(which)
        });
        let register = Register { crc, which: which.as_ref() };
        let digest = self.fresh("digest", code!("__u64"));
        self.out.assignment(&digest, register.first());
        if is_of_bytes(groups) {
            self.crc_of_bytes(&register, &digest, groups);
        } else {
            self.crc_of_bits(&register, &digest, groups);
        }
        if let Some(last) = register.last(&digest) {
            self.out.assignment(&digest, last);
        }
        CExpr::atom(digest, CType::U64, crc.width())
    }

    fn crc_of_bytes(&mut self, register: &Register<'_>, digest: &Name, groups: &[Group]) {
        for group in groups {
            self.where_there(group, |cx| {
                if let Some(bytes) = &group.bytes {
                    let (text, _) = cx.of_bytes(register.of_bytes(), bytes, register.front(digest, None));
                    cx.out.assignment(digest, text);
                }
                for piece in cx.pieces(&group.values, PIECE, true) {
                    let (bytes, value) = (piece.width / 8, piece.masked().text);
                    cx.out.update(digest, code!("{} = {};", digest, register.bytes(digest, value, bytes)));
                }
            });
        }
    }

    fn crc_of_bits(&mut self, register: &Register<'_>, digest: &Name, groups: &[Group]) {
        let (at, rest) = (self.bit_count(), self.fresh("rest", code!("__u64")));
        self.out.assignment(&rest, code!("0"));
        for group in groups {
            self.where_there(group, |cx| {
                if let Some(bytes) = &group.bytes {
                    let waiting = code!("({} & 7) << 8 | ({} & 0xff)", at, rest);
                    let front = register.front(digest, Some(waiting));
                    let (both, length) = cx.of_bytes(register.of_bytes(), bytes, front);
                    cx.out.assignment(digest, code!("(__u32){}", both));
                    cx.out.assignment(&rest, code!("{} >> 32", both));
                    cx.count_bytes(&at, &length);
                }
                for piece in cx.pieces(&group.values, BEHIND_REST, false) {
                    let (width, value) = (piece.width, piece.masked().operand());
                    cx.out.update(&rest, code!("{} = {} << {} | {};", rest, rest, width, value));
                    let (bits, bytes) = (code!("({} & 7) + {}", at, width), width.div_ceil(8));
                    let text = register.call("bits", digest, code!("{}, {}, {}", rest, bits, bytes));
                    cx.out.update(digest, code!("{} = {};", digest, text));
                    cx.count_bits(&at, width);
                }
            });
        }
        let last = register.bytes(digest, code!("{} << (8 - ({} & 7))", rest, at), 1);
        self.out.update(digest, code!("if ({} & 7)\n\t{} = {};", at, digest, last));
    }
}
