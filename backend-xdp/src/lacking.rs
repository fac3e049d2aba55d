//! What P4 and its architectures have and XDP does not have yet: one table, which the refusals are made from and `docs/limits.md` lists. A test
//! holds both against it. Keys that no storage of tables takes stand beside the list of those, in the room `tables`; [`crate::lacks`] gives all. Bounds (how wide, how many, how deep) are refused where they are known, with codes of their own.

use p4xdp_frontend::diagnostic::{Code, Diagnostic};
use p4xdp_frontend::source::Span;

/// Something that cannot be compiled to XDP yet.
#[derive(Debug, PartialEq, Eq)]
pub struct Lacking {
    /// The code that it is refused with.
    pub code: Code,
    /// What it is: a noun, with P4's words in backquotes.
    pub what: &'static str,
}

/// The words behind it in every refusal.
pub const MESSAGE: &str = "cannot be compiled to XDP yet";

impl Lacking {
    /// Refuses it at this place.
    pub fn at(&self, span: Span) -> Diagnostic {
        Diagnostic::error(self.code, span, format!("{} {MESSAGE}", self.what))
    }
}

macro_rules! lacking {
    ($($name:ident $code:ident $what:literal;)*) => {
        $(pub(crate) const $name: $crate::lacking::Lacking =
            $crate::lacking::Lacking { code: p4xdp_frontend::diagnostic::codes::$code, what: $what };)*
        /// All that is lacking here.
        pub const ALL: &[$crate::lacking::Lacking] = &[$($name),*];
    };
}

pub(crate) use lacking;

lacking! {
    CROSSING E0515 "a header in metadata that goes from ingress to egress";
    PARSER_STORES E0515 "a parser of `ubpf_model` that writes to headers";
    INITIAL_MEMBERS E0516 "a table with an action profile and initial entries";
    ATTACHED E0516 "a table with another extern in a property";
    ADD_ENTRY E0516 "`add_entry` to a table that has other keys than `exact`, initial entries, or externs";
    DIRECT_METER_READ E0523 "a direct meter that is read where no table runs the action";
    CLONE E0516 "`clone` of `ubpf_model`";
    COPIED_BITS E0516 "a deparser that makes other than whole bytes, in a program that copies packets";
    VARBIT_VALUE E0513 "a value of type `varbit` that is handed to another extern than a checksum or hash";
}
