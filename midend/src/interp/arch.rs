//! Architectures: how packets flow through a program's blocks, and what its externs mean.

mod blocks;
mod ebpf_model;
mod pna;
mod psa;
mod replication;
mod ubpf_model;
mod v1model;
mod xdp_model;

use super::externs::{Builtin, ExternState};
use super::machine::{State, Verdict};
use super::run::{Flow, Run};
use crate::ir::{Arg, ExternInstance, Program};
use p4xdp_frontend::diagnostic::{Diagnostic, codes};
use p4xdp_frontend::source::Span;
use std::fmt;
use std::sync::Arc;

/// A call of an extern, to be given a meaning.
pub struct CallSite<'a> {
    /// The instance of a method call.
    pub instance: Option<&'a ExternInstance>,
    /// Name of the function or method.
    pub name: &'a str,
    /// Arguments.
    pub args: &'a [Arg],
}

impl CallSite<'_> {
    /// Extern type (empty for functions), name and number of arguments.
    pub fn key(&self) -> (&str, &str, usize) {
        (self.instance.map_or("", |i| &i.extern_type), self.name, self.args.len())
    }
}

/// The largest numbers that the architecture's types hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Of a port.
    pub port: u32,
    /// Of a replication id.
    pub instance: u32,
    /// Of a class of service.
    pub class_of_service: u32,
}

/// An architecture with the handles of one program's blocks and metadata.
pub trait Architecture: Send + Sync + fmt::Debug {
    /// The meaning of an extern call.
    fn resolve(&self, site: &CallSite<'_>) -> Option<Builtin>;

    /// The state of an extern instance at the beginning.
    fn instantiate(&self, instance: &ExternInstance) -> Result<ExternState, Box<Diagnostic>>;

    /// What the architecture's document says the control plane's state begins with.
    fn prepare(&self, _state: &mut State) {}

    /// See [`Limits`].
    fn limits(&self) -> Limits {
        Limits { port: u32::MAX, instance: u32::MAX, class_of_service: u32::MAX }
    }

    /// Takes a packet through the blocks. `Err`: it was given up.
    fn process(&self, run: &mut Run<'_>, port: u32, packet: &[u8]) -> Result<Verdict, Flow>;
}

/// The architecture of a program.
pub fn for_program(program: &Program) -> Result<Arc<dyn Architecture>, Box<Diagnostic>> {
    match &*program.architecture {
        "xdp_model" => Ok(Arc::new(xdp_model::XdpModel::new(program)?)),
        "ebpf_model" => Ok(Arc::new(ebpf_model::EbpfModel::new(program)?)),
        "v1model" => Ok(Arc::new(v1model::V1Model::new(program)?)),
        "psa" => Ok(Arc::new(psa::Psa::new(program)?)),
        "pna" => Ok(Arc::new(pna::Pna::new(program)?)),
        "ubpf_model" => Ok(Arc::new(ubpf_model::UbpfModel::new(program)?)),
        other => Err(Box::new(Diagnostic::error(
            codes::E0551,
            Span::NONE,
            format!("the interpreter does not know the architecture `{other}`"),
        ))),
    }
}

/// The types of a program, which the states of extern instances are made of.
fn types_of(program: &Program) -> Program {
    Program { header_types: program.header_types.clone(), enums: program.enums.clone(), ..Program::default() }
}

/// An extern that no architecture module knows.
fn unknown_extern(instance: &ExternInstance, architecture: &str) -> Box<Diagnostic> {
    let message = format!(
        "the interpreter does not know the extern `{}` in architecture `{architecture}`",
        instance.extern_type
    );
    Box::new(
        Diagnostic::error(codes::E0550, instance.span, message)
            .with_primary("instantiated here")
            .with_note("an extern's meaning is not in the program: only documented ones can be run"),
    )
}
