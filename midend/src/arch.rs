//! Architectures as data: which blocks a package has, and which of their parameters are one and the same storage.
//!
//! Which architecture a program is for, `p4xdp_frontend::architecture` knows by the package's declaration. Elaboration uses this data to
//! lay out storage; how packets flow from block to block is written in the interpreter's and in the back end's modules of the same names.

use p4xdp_control::view::ExternKind;

/// An architecture.
#[derive(Debug)]
pub struct Architecture {
    /// The name that `--arch` takes.
    pub name: &'static str,
    /// What a parser stored before it rejected can be seen afterwards. Where it cannot (the packet is gone), a sub-parser may
    /// work on its caller's storage directly.
    pub reject_is_visible: bool,
    /// Extern functions that may be called without the argument that they work on, which is then the block's of this slot.
    pub implied: &'static [(&'static str, &'static str)],
    /// Its programmable blocks, by package parameter; those of nested packages follow one another.
    pub blocks: &'static [Block],
}

/// A programmable block.
#[derive(Debug)]
pub struct Block {
    /// Name of the package's parameter.
    pub role: &'static str,
    /// One slot an apply parameter: parameters of one slot share storage throughout the program. An empty slot is private.
    pub slots: &'static [&'static str],
}

/// The architectures that we know, by the names of `p4xdp_frontend::architecture`.
pub const ALL: &[Architecture] = &[
    Architecture {
        name: "xdp_model",
        reject_is_visible: false,
        implied: &[],
        blocks: &[
            Block { role: "p", slots: &["", "headers"] },
            Block { role: "s", slots: &["headers", "input", "output"] },
            Block { role: "d", slots: &["headers", ""] },
        ],
    },
    Architecture {
        name: "ebpf_model",
        reject_is_visible: false,
        implied: &[],
        blocks: &[
            Block { role: "prs", slots: &["", "headers"] },
            Block { role: "filt", slots: &["headers", "accept"] },
        ],
    },
    Architecture {
        name: "v1model",
        reject_is_visible: true,
        implied: &[("mark_to_drop", "standard_metadata")],
        blocks: &[
            Block { role: "p", slots: &["", "headers", "meta", "standard_metadata"] },
            Block { role: "vr", slots: &["headers", "meta"] },
            Block { role: "ig", slots: &["headers", "meta", "standard_metadata"] },
            Block { role: "eg", slots: &["headers", "meta", "standard_metadata"] },
            Block { role: "ck", slots: &["headers", "meta"] },
            Block { role: "dep", slots: &["", "headers"] },
        ],
    },
    Architecture {
        name: "ubpf_model",
        reject_is_visible: true,
        implied: &[],
        blocks: &[
            Block { role: "prs", slots: &["", "headers", "meta", "standard_metadata"] },
            Block { role: "p", slots: &["headers", "meta", "standard_metadata"] },
            Block { role: "dprs", slots: &["", "headers"] },
        ],
    },
    Architecture {
        name: "psa",
        reject_is_visible: true,
        implied: &[],
        blocks: &[
            Block {
                role: "ip",
                slots: &["", "ingress_headers", "ingress_meta", "", "resubmit_meta", "recirculate_meta"],
            },
            Block {
                role: "ig",
                slots: &["ingress_headers", "ingress_meta", "ingress_input", "ingress_output"],
            },
            Block {
                role: "id",
                slots: &[
                    "",
                    "clone_i2e_meta",
                    "resubmit_meta",
                    "normal_meta",
                    "ingress_headers",
                    "ingress_meta",
                    "ingress_output",
                ],
            },
            Block {
                role: "ep",
                slots: &[
                    "",
                    "egress_headers",
                    "egress_meta",
                    "",
                    "normal_meta",
                    "clone_i2e_meta",
                    "clone_e2e_meta",
                ],
            },
            Block { role: "eg", slots: &["egress_headers", "egress_meta", "egress_input", "egress_output"] },
            Block {
                role: "ed",
                slots: &[
                    "",
                    "clone_e2e_meta",
                    "recirculate_meta",
                    "egress_headers",
                    "egress_meta",
                    "egress_output",
                    "",
                ],
            },
        ],
    },
    Architecture {
        name: "pna",
        reject_is_visible: true,
        implied: &[],
        blocks: &[
            Block { role: "main_parser", slots: &["", "main_headers", "main_meta", ""] },
            // What it looks at is what the parser found, where the types agree.
            Block { role: "pre_control", slots: &["main_headers", "main_meta", "", ""] },
            Block { role: "main_control", slots: &["main_headers", "main_meta", "", "main_output"] },
            Block { role: "main_deparser", slots: &["", "main_headers", "main_meta", "main_output"] },
        ],
    },
];

/// Functions and methods of the architectures that take their parameter `data`, of any type, as a row of bits: hashes and checksums.
pub(crate) const TAKE_BITS: [&str; 10] = [
    "add",
    "get",
    "get_hash",
    "hash",
    "subtract",
    "update",
    "update_checksum",
    "update_checksum_with_payload",
    "verify_checksum",
    "verify_checksum_with_payload",
];

/// Control planes are told the type arguments of an extern of this name: of what its cells hold, of its index or of its messages.
pub(crate) fn has_told_types(extern_type: &str) -> bool {
    extern_kind(extern_type).is_some_and(|kind| match kind {
        ExternKind::Counter | ExternKind::Meter | ExternKind::Register | ExternKind::Digest => true,
        ExternKind::DirectCounter | ExternKind::DirectMeter | ExternKind::ActionProfile => false,
    })
}

/// A function that sends what it is given, of the type that it is given, to the control plane.
pub(crate) fn is_message(function: &str) -> bool {
    function == "digest"
}

/// An architecture in which functions send messages to the control plane; in others, objects do.
pub(crate) fn functions_send_messages(architecture: &str) -> bool {
    architecture == "v1model"
}

/// An architecture that knows no package: every block is run for itself, and nothing is shared. For programs that are only to be looked at.
pub const GENERIC: Architecture =
    Architecture { name: "generic", reject_is_visible: true, implied: &[], blocks: &[] };

/// The architecture called `name`.
pub fn by_name(name: &str) -> Option<&'static Architecture> {
    ALL.iter().find(|a| a.name == name)
}

/// An action profile whose members come in groups.
pub(crate) fn is_selector(extern_type: &str) -> bool {
    matches!(extern_type, "action_selector" | "ActionSelector")
}

/// What a table's entries are kept in, of the size that it is given.
pub(crate) fn is_table_storage(extern_type: &str) -> bool {
    matches!(extern_type, "hash_table" | "array_table")
}

/// What P4Runtime calls an extern of this name, in any architecture; `None` for one that control planes have nothing to do with.
pub fn extern_kind(extern_type: &str) -> Option<ExternKind> {
    Some(match extern_type {
        "counter" | "Counter" | "CounterArray" => ExternKind::Counter,
        "direct_counter" | "DirectCounter" => ExternKind::DirectCounter,
        "meter" | "Meter" => ExternKind::Meter,
        "direct_meter" | "DirectMeter" => ExternKind::DirectMeter,
        "register" | "Register" => ExternKind::Register,
        "action_profile" | "action_selector" | "ActionProfile" | "ActionSelector" => {
            ExternKind::ActionProfile
        }
        "Digest" => ExternKind::Digest,
        _ => return None,
    })
}
