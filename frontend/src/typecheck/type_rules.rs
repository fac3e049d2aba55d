//! Which types may stand where (section "Type nesting rules"), and what types can do.

use super::Checker;
use super::unify::Substitution;
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{Sort, StructId, StructKind, Type, TypeId};
use crate::source::Span;

/// What a type is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TypeUse {
    /// Field of a header.
    HeaderField,
    /// Field of a header union.
    UnionField,
    /// Field of a struct.
    StructField,
    /// Element of a tuple.
    TupleElement,
    /// Element of a list.
    ListElement,
    /// Element of an array or header stack.
    StackElement,
    /// `typedef`
    Typedef,
    /// `type`
    NewType,
    /// Variable.
    Variable,
    /// Constant.
    Constant,
    /// Result of a function or method.
    Result,
    /// Result of an extern function, which may be a factory of objects.
    ExternResult,
    /// Element of a value set.
    ValueSet,
    /// Argument for a type parameter.
    TypeArgument,
}

impl TypeUse {
    pub(super) fn text(self) -> &'static str {
        match self {
            TypeUse::HeaderField => "as a field of a header",
            TypeUse::UnionField => "as a field of a header union",
            TypeUse::StructField => "as a field of a struct",
            TypeUse::TupleElement => "as an element of a tuple",
            TypeUse::ListElement => "as an element of a list",
            TypeUse::StackElement => "as an element of an array",
            TypeUse::Typedef => "in a `typedef`",
            TypeUse::NewType => "in a `type` declaration",
            TypeUse::Variable => "as the type of a variable",
            TypeUse::Constant => "as the type of a constant",
            TypeUse::Result | TypeUse::ExternResult => "as a result",
            TypeUse::ValueSet => "as the element of a value set",
            TypeUse::TypeArgument => "as a type argument",
        }
    }
}

impl Checker<'_> {
    /// Gives the type back if it is fit for the use, else reports it and gives the error type.
    pub(super) fn require_type(&mut self, ty: TypeId, usage: TypeUse, span: Span) -> TypeId {
        if self.is_error(ty) {
            return self.basic.error;
        }
        if self.fits(ty, usage) {
            return ty;
        }
        let text = self.text(ty);
        self.error(codes::E0310, span, format!("type `{text}` cannot be used {}", usage.text()));
        self.basic.error
    }

    /// The same, but a type of values or objects that is unfit is reported after all else and kept: what is declared with it can be
    /// reasoned with.
    pub(super) fn expect_type(&mut self, ty: TypeId, usage: TypeUse, span: Span) -> TypeId {
        if self.is_error(ty) || !self.may_be_reasoned_with(ty) || self.fits(ty, usage) {
            return self.require_type(ty, usage, span);
        }
        let text = self.text(ty);
        let message = format!("type `{text}` cannot be used {}", usage.text());
        self.defer(Diagnostic::error(codes::E0310, span, message));
        ty
    }

    /// Values and objects: p4c finds fault with some of their declarations only where they are used, if at all.
    pub(super) fn may_be_reasoned_with(&self, ty: TypeId) -> bool {
        self.is_data(ty) || self.is_object(ty)
    }

    /// True for a type that may be used so.
    pub(super) fn fits(&self, ty: TypeId, usage: TypeUse) -> bool {
        match usage {
            TypeUse::HeaderField => self.fits_header(ty),
            TypeUse::UnionField => match self.kind(ty) {
                Type::Struct(id, _) => self.program.structs[*id].kind == StructKind::Header,
                other => is_unknown(other),
            },
            TypeUse::StructField | TypeUse::Variable => self.is_data(ty) && self.exists_at_run_time(ty),
            // p4c has tuples of `int` and `match_kind` among its constants; a variable cannot be one.
            TypeUse::TupleElement => self.is_data(ty) && !matches!(self.kind(ty), Type::List(_)),
            TypeUse::ListElement => {
                self.is_data(ty) && (!matches!(self.kind(ty), Type::Stack { .. }) || self.is_header_stack(ty))
            }
            TypeUse::StackElement => match self.kind(ty) {
                Type::Extern(..) => true,
                kind => {
                    !matches!(kind, Type::Tuple(_) | Type::ErrorCode)
                        && self.is_data(ty)
                        && self.exists_at_run_time(ty)
                        && !self.is_header_stack(ty)
                }
            },
            TypeUse::Typedef => !matches!(self.kind(ty), Type::Void | Type::String | Type::MatchKind),
            TypeUse::NewType => {
                matches!(self.kind(ty), Type::Bits { .. } | Type::Bool | Type::NewType(_))
            }
            TypeUse::Constant => self.is_data(ty),
            TypeUse::Result => {
                *self.kind(ty) == Type::Void
                    || (self.is_data(ty) && !matches!(self.kind(ty), Type::Int | Type::String))
            }
            TypeUse::ExternResult => {
                matches!(self.kind(ty), Type::Void | Type::Extern(..)) || self.is_data(ty)
            }
            // Section "Select expressions"; what `type` makes of a number is a number to the control plane.
            TypeUse::ValueSet => match self.kind(ty) {
                Type::Struct(id, _) => self.program.structs[*id].kind == StructKind::Struct,
                Type::Enum(id) => self.program.enums[*id].underlying.is_some(),
                other => matches!(other, Type::Bits { .. } | Type::Tuple(_) | Type::NewType(_)),
            },
            TypeUse::TypeArgument => {
                !matches!(self.kind(ty), Type::Parser(..) | Type::Control(..) | Type::Package(..))
            }
        }
    }

    fn fits_header(&self, ty: TypeId) -> bool {
        let kind = self.kind(ty);
        match kind.sort() {
            Sort::Simple => match kind {
                Type::Enum(id) => self.program.enums[*id].underlying.is_some(),
                other => {
                    matches!(other, Type::Bits { .. } | Type::Varbit(_) | Type::Bool | Type::NewType(_))
                }
            },
            Sort::Struct(id, _) => {
                let decl = &self.program.structs[id];
                decl.kind == StructKind::Struct
                    && decl.fields.iter().all(|field| {
                        self.fits_header(field.ty) && !matches!(self.kind(field.ty), Type::Varbit(_))
                    })
            }
            Sort::Stack { element, .. } => !self.is_header_like(*element) && self.fits_header(*element),
            Sort::Unknown => true,
            Sort::Tuple(_) | Sort::List(_) | Sort::Object(_) | Sort::Other => false,
        }
    }

    /// True for value types: all but `void`, objects, and what only the compiler makes.
    pub(super) fn is_data(&self, ty: TypeId) -> bool {
        !matches!(self.kind(ty).sort(), Sort::Object(_) | Sort::Other)
    }

    /// False for types whose values exist at compile time only, and for what contains one.
    fn exists_at_run_time(&self, ty: TypeId) -> bool {
        match self.kind(ty) {
            Type::Tuple(elements) => elements.iter().all(|&element| self.exists_at_run_time(element)),
            other => !matches!(other, Type::Int | Type::String | Type::MatchKind | Type::List(_)),
        }
    }

    /// `int`, `bit<w>`, `int<w>`, or an enum over one of these.
    pub(super) fn is_numeric(&self, ty: TypeId) -> bool {
        match self.kind(ty) {
            Type::Int | Type::Bits { .. } => true,
            Type::Enum(id) => self.program.enums[*id].underlying.is_some(),
            other => is_unknown(other),
        }
    }

    /// A header or header union.
    pub(super) fn is_header_like(&self, ty: TypeId) -> bool {
        match self.kind(ty) {
            Type::Struct(id, _) => self.program.structs[*id].kind != StructKind::Struct,
            other => is_unknown(other),
        }
    }

    fn is_header_stack(&self, ty: TypeId) -> bool {
        matches!(self.kind(ty), Type::Stack { element, .. }
            if matches!(self.kind(*element), Type::Struct(id, _)
                if self.program.structs[*id].kind != StructKind::Struct))
    }

    /// An object: extern, parser, control, package.
    pub(super) fn is_object(&self, ty: TypeId) -> bool {
        matches!(self.kind(ty), Type::Extern(..) | Type::Parser(..) | Type::Control(..) | Type::Package(..))
    }

    /// `==` and `!=` are defined.
    pub(super) fn is_equatable(&mut self, ty: TypeId) -> bool {
        let kind = self.kind_of(ty);
        match kind.sort() {
            Sort::Simple => kind != Type::String,
            Sort::Unknown => !matches!(kind, Type::Var(_)),
            Sort::Struct(id, args) => {
                self.field_types(id, args).into_iter().all(|field| self.is_equatable(field))
            }
            Sort::Stack { element, .. } | Sort::List(element) => self.is_equatable(*element),
            Sort::Tuple(elements) => elements.iter().all(|&element| self.is_equatable(element)),
            Sort::Object(_) | Sort::Other => false,
        }
    }

    /// The type arguments of a struct as a substitution.
    pub(super) fn struct_substitution(&self, id: StructId, args: &[TypeId]) -> Substitution {
        self.program.structs[id].type_params.iter().copied().zip(args.iter().copied()).collect()
    }

    /// The types of a struct's fields under its type arguments.
    pub(super) fn field_types(&mut self, id: StructId, args: &[TypeId]) -> Vec<TypeId> {
        let written: Vec<TypeId> = self.program.structs[id].fields.iter().map(|field| field.ty).collect();
        if args.is_empty() {
            return written;
        }
        let substitution = self.struct_substitution(id, args);
        written.into_iter().map(|ty| self.substitute(ty, &substitution)).collect()
    }
}

/// A type of which nothing can be said: reported as wrong, a type parameter, or yet to be inferred.
pub(super) fn is_unknown(ty: &Type) -> bool {
    matches!(ty, Type::Error | Type::Var(_) | Type::Infer(_))
}
