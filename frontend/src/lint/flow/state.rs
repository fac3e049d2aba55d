//! What is known of each leaf at a point of the program: a set of possibilities, as bits. Where paths meet, the sets are
//! united.
//!
//! `ENTRY` bits say "as it was when this body was entered". What a body does to a leaf is thereby known for all callers at
//! once: see `summary`.

use super::layout::Leaf;

/// Possibilities of a leaf that is a value.
pub(super) mod value {
    /// It has a value.
    pub const SET: u8 = 1;
    /// It has none.
    pub const UNSET: u8 = 2;
    /// As on entry.
    pub const ENTRY: u8 = 4;
}

/// Possibilities of a leaf that is the validity of a header.
pub(super) mod validity {
    /// Made valid here.
    pub const VALID: u8 = 1;
    /// Made invalid here.
    pub const INVALID: u8 = 2;
    /// Valid as on entry.
    pub const ENTRY_VALID: u8 = 4;
    /// Invalid as on entry.
    pub const ENTRY_INVALID: u8 = 8;
    /// Valid, if what nobody can know here has it so.
    pub const SOME_VALID: u8 = 16;
    /// Invalid, if what nobody can know here has it so.
    pub const SOME_INVALID: u8 = 32;
    /// As on entry.
    pub const ENTRY: u8 = ENTRY_VALID | ENTRY_INVALID;
    /// Not known.
    pub const UNKNOWN: u8 = SOME_VALID | SOME_INVALID;
    /// All in which the header is valid.
    pub const ANY_VALID: u8 = VALID | ENTRY_VALID | SOME_VALID;
    /// All in which it is not.
    pub const ANY_INVALID: u8 = INVALID | ENTRY_INVALID | SOME_INVALID;
}

/// How likely a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    /// On every path that leads here.
    Always,
    /// On some.
    Sometimes,
}

/// What is known at a point.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    /// One a leaf.
    pub bits: Vec<u8>,
    /// False where control never gets to.
    pub reached: bool,
}

impl State {
    /// A point that control never gets to.
    pub(super) fn unreached() -> State {
        State::default()
    }

    pub(super) fn get(&self, leaf: u32) -> u8 {
        self.bits.get(leaf as usize).copied().unwrap_or(0)
    }

    pub(super) fn set(&mut self, leaf: u32, bits: u8) {
        if let Some(place) = self.bits.get_mut(leaf as usize) {
            *place = bits;
        }
    }

    pub(super) fn slice(&self, base: u32, size: u32) -> &[u8] {
        self.bits.get(base as usize..(base + size) as usize).unwrap_or_default()
    }

    /// Control comes from another point as well. True if that changes anything.
    pub(super) fn join(&mut self, other: &State) -> bool {
        if !other.reached {
            return false;
        }
        if !self.reached {
            self.clone_from(other);
            return true;
        }
        let mut changed = 0;
        for (mine, theirs) in self.bits.iter_mut().zip(&other.bits) {
            changed |= *theirs & !*mine;
            *mine |= *theirs;
        }
        changed != 0
    }
}

/// A leaf of which nothing is known but that it is not to be complained about.
pub(super) fn unknown(leaf: Leaf) -> u8 {
    match leaf {
        Leaf::Validity => validity::UNKNOWN,
        Leaf::HeaderField | Leaf::Value | Leaf::Opaque => value::SET,
    }
}

/// A leaf at the beginning of a body, if it comes from outside.
pub(super) fn on_entry(leaf: Leaf) -> u8 {
    match leaf {
        Leaf::Validity => validity::ENTRY,
        Leaf::HeaderField | Leaf::Value | Leaf::Opaque => value::ENTRY,
    }
}

/// A leaf of a variable without initialiser (section "Uninitialized values and writing invalid headers"), or of something
/// made invalid. A header that is not valid has no fields that could have or lack a value: `setValid` makes them.
pub(super) fn declared(leaf: Leaf) -> u8 {
    match leaf {
        Leaf::Validity => validity::INVALID,
        Leaf::HeaderField => 0,
        Leaf::Value => value::UNSET,
        Leaf::Opaque => value::SET,
    }
}

/// A leaf whose value was copied from another: what it was on entry is no longer told by `ENTRY`.
pub(super) fn copied(leaf: Leaf, bits: u8) -> u8 {
    match leaf {
        Leaf::Validity => {
            let known = bits & !validity::ENTRY;
            let valid = if bits & validity::ENTRY_VALID != 0 { validity::SOME_VALID } else { 0 };
            let invalid = if bits & validity::ENTRY_INVALID != 0 { validity::SOME_INVALID } else { 0 };
            known | valid | invalid
        }
        Leaf::HeaderField | Leaf::Value | Leaf::Opaque => {
            if bits & value::ENTRY != 0 {
                bits & !value::ENTRY | value::SET
            } else {
                bits
            }
        }
    }
}

/// What a callee leaves behind, given what it found: `bits` in its own terms, `before` in the caller's.
pub(super) fn compose(leaf: Leaf, bits: u8, before: u8) -> u8 {
    match leaf {
        Leaf::Validity => {
            let mut after = bits & !validity::ENTRY;
            if bits & validity::ENTRY_VALID != 0 {
                after |= before & validity::ANY_VALID;
            }
            if bits & validity::ENTRY_INVALID != 0 {
                after |= before & validity::ANY_INVALID;
            }
            // A path that no caller's state allows: nothing is known of it.
            if after == 0 { before } else { after }
        }
        Leaf::HeaderField | Leaf::Value | Leaf::Opaque => {
            let entry = if bits & value::ENTRY != 0 { before } else { 0 };
            bits & !value::ENTRY | entry
        }
    }
}

/// Whether a leaf lacks what a use of it needs.
pub(super) fn lacks(leaf: Leaf, bits: u8) -> Option<Certainty> {
    match leaf {
        Leaf::Validity => {
            let valid = bits & validity::ANY_VALID != 0;
            let known = |invalid: u8, valid: u8| bits & invalid != 0 && bits & valid == 0;
            let invalid = bits & validity::INVALID != 0
                || known(validity::ENTRY_INVALID, validity::ENTRY_VALID)
                || known(validity::SOME_INVALID, validity::SOME_VALID);
            match (invalid, valid) {
                (true, false) => Some(Certainty::Always),
                (true, true) => Some(Certainty::Sometimes),
                (false, _) => None,
            }
        }
        Leaf::HeaderField | Leaf::Value => match (bits & value::UNSET != 0, bits & !value::UNSET != 0) {
            (true, false) => Some(Certainty::Always),
            (true, true) => Some(Certainty::Sometimes),
            (false, _) => None,
        },
        Leaf::Opaque => None,
    }
}

/// Whether a use of the leaf depends on what the caller has there.
pub(super) fn depends_on_entry(leaf: Leaf, bits: u8) -> bool {
    match leaf {
        Leaf::Validity => bits & validity::ENTRY_INVALID != 0,
        Leaf::HeaderField | Leaf::Value => bits & value::ENTRY != 0,
        Leaf::Opaque => false,
    }
}
