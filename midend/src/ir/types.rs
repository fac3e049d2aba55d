//! Types of the IR.

use super::Annotation;
use super::{EnumId, HeaderTypeId};
use p4xdp_frontend::source::Span;
use std::sync::Arc;

/// The type of an expression or local.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScalarType {
    /// `bool`; as a number 0 or 1.
    Bool,
    /// `bit<width>`, `int<width>`; serialisable enums and new types are their underlying type. Width may be 0.
    Bits {
        /// Bits.
        width: u32,
        /// Two's complement.
        signed: bool,
    },
    /// `varbit<max>`: a length in bits and that many bits.
    Varbit {
        /// Largest length in bits.
        max: u32,
    },
    /// An enum; as a number the member's position.
    Enum(EnumId),
    /// `error`; as a number the position in [`super::Program::errors`].
    Error,
}

impl ScalarType {
    /// `bit<width>`
    pub fn bit(width: u32) -> ScalarType {
        ScalarType::Bits { width, signed: false }
    }

    /// Bits that a value takes as a number: 1 for `bool`, 32 for enums and errors, the largest length for `varbit`.
    pub fn width(self) -> u32 {
        match self {
            ScalarType::Bool => 1,
            ScalarType::Bits { width, .. } => width,
            ScalarType::Varbit { max } => max,
            ScalarType::Enum(_) | ScalarType::Error => 32,
        }
    }

    /// True for `int<w>`.
    pub fn is_signed(self) -> bool {
        matches!(self, ScalarType::Bits { signed: true, .. })
    }
}

/// A header type. Struct-typed fields are flattened, with dotted names.
#[derive(Clone, Debug)]
pub struct HeaderType {
    /// P4 name.
    pub name: Arc<str>,
    /// Fields in wire order.
    pub fields: Vec<HeaderField>,
    /// Annotations.
    pub annotations: Vec<Annotation>,
    /// Declaration.
    pub span: Span,
}

impl HeaderType {
    /// Length of the fixed part in bits; a varbit field counts 0.
    pub fn fixed_width(&self) -> u32 {
        self.fields.iter().filter(|f| !matches!(f.ty, ScalarType::Varbit { .. })).map(|f| f.ty.width()).sum()
    }

    /// The varbit field's position, if there is one.
    pub fn varbit_field(&self) -> Option<u32> {
        self.fields.iter().position(|f| matches!(f.ty, ScalarType::Varbit { .. })).map(|i| i as u32)
    }
}

/// A field of a header type.
#[derive(Clone, Debug)]
pub struct HeaderField {
    /// Name.
    pub name: Arc<str>,
    /// Type; `Bool` takes one bit on the wire.
    pub ty: ScalarType,
    /// Bits in front of it in the header, if no varbit field precedes it; otherwise those in front without the varbit.
    pub offset: u32,
    /// Annotations.
    pub annotations: Vec<Annotation>,
}

/// An enum that is not serialisable.
#[derive(Clone, Debug)]
pub struct EnumType {
    /// P4 name.
    pub name: Arc<str>,
    /// Members; the position is the value.
    pub members: Vec<Arc<str>>,
}

/// The shape of a P4 type, where one is needed as such: type arguments of externs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeShape {
    /// A scalar.
    Scalar(ScalarType),
    /// A header.
    Header(HeaderTypeId),
    /// A header stack.
    Stack(HeaderTypeId, u32),
    /// A struct (or a tuple, whose name is empty).
    Struct {
        /// P4 name.
        name: Arc<str>,
        /// Fields.
        fields: Vec<(Arc<str>, TypeShape)>,
    },
    /// `void`, `string`, `_` and the like: no storage.
    Opaque(Arc<str>),
}
