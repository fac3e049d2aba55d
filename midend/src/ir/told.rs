//! What control planes are told of a program beside what it does.

use super::Annotation;
use p4xdp_control::types::{TypeSpec, Types};
use p4xdp_frontend::source::Span;
use std::sync::Arc;

/// What P4Info has and no stage behind elaboration needs. Passes leave it as it is.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Declared types that control planes meet.
    pub types: Types,
    /// Actions that code calls, by full name, each once. Where a table runs one too, it is an action of the program as well.
    pub called_actions: Vec<CalledAction>,
    /// Types of messages that are sent by calls of functions, by name, each once.
    pub messages: Vec<Message>,
    /// Header types of packets to and from the control plane, in the order of the program.
    pub controller_headers: Vec<ControllerHeader>,
}

/// An action that code calls. Its arguments are bound there, so control planes give none.
#[derive(Clone, Debug)]
pub struct CalledAction {
    /// Full name.
    pub name: Arc<str>,
    /// Annotations.
    pub annotations: Vec<Annotation>,
    /// Declaration.
    pub span: Span,
}

/// Messages that a function sends.
#[derive(Clone, Debug)]
pub struct Message {
    /// Name of the type of what is sent, or one that is made up.
    pub name: Arc<str>,
    /// The type.
    pub ty: TypeSpec,
    /// The first call.
    pub span: Span,
}

/// A header type with `@controller_header`.
#[derive(Clone, Debug)]
pub struct ControllerHeader {
    /// Name of the type.
    pub type_name: Arc<str>,
    /// Name for control planes: what the annotation says.
    pub name: Arc<str>,
    /// Fields, structures laid flat.
    pub fields: Vec<ControllerField>,
    /// Annotations of the type.
    pub annotations: Vec<Annotation>,
    /// Declaration.
    pub span: Span,
}

/// A field of such a header.
#[derive(Clone, Debug)]
pub struct ControllerField {
    /// Name, dotted for one of a structure.
    pub name: Arc<str>,
    /// Bits.
    pub width: u32,
    /// Two's complement.
    pub signed: bool,
    /// Name of the type, if it is a new one.
    pub type_name: Option<Arc<str>>,
    /// Annotations.
    pub annotations: Vec<Annotation>,
}
