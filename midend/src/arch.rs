//! Architectures as data: which blocks a package has, and which of their parameters are one and the same storage.
//!
//! Elaboration uses it to lay out storage; how packets flow from block to block is written in the interpreter's and
//! in the back end's modules of the same names.

/// An architecture.
#[derive(Debug)]
pub struct Architecture {
    /// The name that `--arch` takes.
    pub name: &'static str,
    /// The package type that stands for it.
    pub package: &'static str,
    /// Its programmable blocks, by package parameter.
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

/// The architectures that we know. p4c-xdp and ebpf programs name their packages `xdp` and `ebpfFilter`.
pub const ALL: &[Architecture] = &[
    Architecture {
        name: "xdp_model",
        package: "xdp",
        blocks: &[
            Block { role: "p", slots: &["", "headers"] },
            Block { role: "s", slots: &["headers", "input", "output"] },
            Block { role: "d", slots: &["headers", ""] },
        ],
    },
    Architecture {
        name: "ebpf_model",
        package: "ebpfFilter",
        blocks: &[
            Block { role: "prs", slots: &["", "headers"] },
            Block { role: "filt", slots: &["headers", "accept"] },
        ],
    },
    Architecture {
        name: "v1model",
        package: "V1Switch",
        blocks: &[
            Block { role: "p", slots: &["", "headers", "meta", "standard_metadata"] },
            Block { role: "vr", slots: &["headers", "meta"] },
            Block { role: "ig", slots: &["headers", "meta", "standard_metadata"] },
            Block { role: "eg", slots: &["headers", "meta", "standard_metadata"] },
            Block { role: "ck", slots: &["headers", "meta"] },
            Block { role: "dep", slots: &["", "headers"] },
        ],
    },
];

/// The architecture that a package type stands for.
pub fn by_package(package: &str) -> Option<&'static Architecture> {
    ALL.iter().find(|a| a.package == package)
}
