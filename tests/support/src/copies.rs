//! An object that sends copies, as the back end would build it, without a compiler: a program in C beside this file, and its manifest from
//! here. A packet says itself where it goes ([`packet`]), and a copy what it is ([`Seen`]).

use crate::switch::compile_source;
use p4xdp_control::kernel::Kernel;
use p4xdp_control::manifest::copies::{MOST_ROLES, MOST_SETS};
use p4xdp_control::manifest::{BpfProgram, Copies, Manifest, Ports, Role};
use p4xdp_control::view::View;
use p4xdp_runtime::Object;

/// What differs from the plain program, whose ports are interface indices.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// Its ports have numbers.
    pub numbered: bool,
    /// Sets that there is room for.
    pub sets: u32,
    /// Roles that there is room for.
    pub roles: u32,
}

impl Default for Variant {
    fn default() -> Variant {
        Variant { numbered: false, sets: MOST_SETS, roles: MOST_ROLES }
    }
}

/// Its manifest.
pub fn manifest(variant: &Variant) -> Manifest {
    let program = |name: &str, role| BpfProgram { name: name.into(), role };
    Manifest {
        frags: false,
        metadata: Vec::new(),
        compiler: "0.1.0".into(),
        source: "copies.p4".into(),
        entry: "copies_main".into(),
        programs: vec![program("copies_main", Role::Entry), program("copies_egress", Role::Egress)],
        kernel: Kernel::BASELINE,
        view: View { architecture: "v1model".into(), ..View::default() },
        tables: Vec::new(),
        value_sets: Vec::new(),
        externs: Vec::new(),
        ports: Ports {
            used: true,
            redirects: true,
            most: u32::MAX - 1,
            egress: variant.numbered.then(|| "port_devs".into()),
            ..Ports::default()
        },
        copies: Some(Copies { program: Some("copies_egress".into()), cpu_session: None, twice: false }),
        custom_crcs: Vec::new(),
    }
}

/// Compiles the program.
pub fn object(variant: &Variant) -> Object {
    let mut defines = vec![format!("SETS={}", variant.sets), format!("ROLES={}", variant.roles)];
    if variant.numbered {
        defines.push("NUMBERED".into());
    }
    let text = include_bytes!("copies.c");
    let bytes = compile_source(text, &manifest(variant).encode().unwrap(), 1, &defines);
    Object::from_bytes("copies.o", bytes).unwrap()
}

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It leaves by its port.
    Port = 0,
    /// It goes to its set.
    Set = 1,
    /// By turns, the first packet by its port.
    Turns = 2,
}

/// No port, no session.
pub const NONE: u8 = 255;

/// A packet of 64 bytes: where it goes, to which group, port and session.
pub fn packet(way: Way, group: u8, port: u8, session: u8) -> Vec<u8> {
    let mut bytes = vec![2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, 0x12, 0x34, way as u8, group, port, session];
    bytes.resize(64, 0xaa);
    bytes
}

/// What a copy says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    pub kind: u8,
    pub port: u8,
    pub instance: u16,
    pub class_of_service: u8,
    /// Copies that the device had before it, of the same packet.
    pub nth: u8,
    pub length: usize,
}

/// Reads a copy.
pub fn seen(bytes: &[u8]) -> Seen {
    Seen {
        kind: bytes[14],
        port: bytes[15],
        instance: u16::from_be_bytes([bytes[16], bytes[17]]),
        class_of_service: bytes[18],
        nth: bytes[19],
        length: bytes.len(),
    }
}
