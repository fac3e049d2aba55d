//! Which types may stand where (section "Type nesting rules"), and what types can do.

use super::Checker;
use super::params::ParamsOf;
use super::unify::Substitution;
use crate::diagnostic::{Code, Diagnostic, codes};
use crate::hir::{Direction, StructId, StructKind, Type, TypeId, VarId};
use crate::source::Span;

/// Largest [`Checker::breadth`] of a type.
pub(super) const MAX_BREADTH: u32 = 1 << 16;

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
    fn text(self) -> &'static str {
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

/// A part of a type that may not stand where it does.
struct IllFormed {
    part: TypeId,
    usage: TypeUse,
    /// The name of the field that has it, if it is a field.
    field: Option<Span>,
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

    fn fits(&self, ty: TypeId, usage: TypeUse) -> bool {
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
                Type::Tuple(_) | Type::ErrorCode => false,
                _ => self.is_data(ty) && self.exists_at_run_time(ty) && !self.is_header_stack(ty),
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
        match self.kind(ty) {
            Type::Bits { .. } | Type::Varbit(_) | Type::Bool | Type::NewType(_) => true,
            Type::Enum(id) => self.program.enums[*id].underlying.is_some(),
            Type::Struct(id, _) => {
                let decl = &self.program.structs[*id];
                decl.kind == StructKind::Struct
                    && decl.fields.iter().all(|field| {
                        self.fits_header(field.ty) && !matches!(self.kind(field.ty), Type::Varbit(_))
                    })
            }
            Type::Stack { element, .. } => !self.is_header_like(*element) && self.fits_header(*element),
            Type::Error | Type::Var(_) | Type::Infer(_) => true,
            Type::Void
            | Type::Int
            | Type::String
            | Type::ErrorCode
            | Type::MatchKind
            | Type::Tuple(_)
            | Type::List(_)
            | Type::Set(_)
            | Type::Extern(..)
            | Type::Parser(..)
            | Type::Control(..)
            | Type::Package(..)
            | Type::Action(_)
            | Type::Function(_)
            | Type::Table(_)
            | Type::ApplyResult(_)
            | Type::ActionRun(_) => false,
        }
    }

    /// True for value types: all but `void`, objects, and what only the compiler makes.
    pub(super) fn is_data(&self, ty: TypeId) -> bool {
        match self.kind(ty) {
            Type::Bool
            | Type::Int
            | Type::Bits { .. }
            | Type::Varbit(_)
            | Type::String
            | Type::ErrorCode
            | Type::MatchKind
            | Type::Struct(..)
            | Type::Enum(_)
            | Type::NewType(_)
            | Type::Stack { .. }
            | Type::Tuple(_)
            | Type::List(_)
            | Type::Var(_)
            | Type::Infer(_)
            | Type::Error => true,
            Type::Void
            | Type::Set(_)
            | Type::Extern(..)
            | Type::Parser(..)
            | Type::Control(..)
            | Type::Package(..)
            | Type::Action(_)
            | Type::Function(_)
            | Type::Table(_)
            | Type::ApplyResult(_)
            | Type::ActionRun(_) => false,
        }
    }

    /// False for types whose values exist at compile time only, and for what contains one.
    fn exists_at_run_time(&self, ty: TypeId) -> bool {
        let ty = self.shallow(ty);
        match &self.program.types[ty] {
            Type::Int | Type::String | Type::MatchKind | Type::List(_) => false,
            Type::Tuple(elements) => elements.iter().all(|&element| self.exists_at_run_time(element)),
            _ => true,
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
        match self.kind_of(ty) {
            Type::Bool
            | Type::Int
            | Type::Bits { .. }
            | Type::Varbit(_)
            | Type::ErrorCode
            | Type::MatchKind
            | Type::Enum(_)
            | Type::NewType(_)
            | Type::Infer(_)
            | Type::Error => true,
            Type::Struct(id, args) => {
                self.field_types(id, &args).into_iter().all(|field| self.is_equatable(field))
            }
            Type::Stack { element, .. } | Type::List(element) => self.is_equatable(element),
            Type::Tuple(elements) => elements.into_iter().all(|element| self.is_equatable(element)),
            Type::String
            | Type::Var(_)
            | Type::Void
            | Type::Set(_)
            | Type::Extern(..)
            | Type::Parser(..)
            | Type::Control(..)
            | Type::Package(..)
            | Type::Action(_)
            | Type::Function(_)
            | Type::Table(_)
            | Type::ApplyResult(_)
            | Type::ActionRun(_) => false,
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

    /// Checks the nesting rules again below a type that was made by giving type arguments.
    pub(super) fn require_well_formed(&mut self, ty: TypeId, span: Span) -> TypeId {
        if self.is_error(ty) {
            return self.basic.error;
        }
        if self.breadth(ty) > MAX_BREADTH {
            self.error(codes::E0304, span, format!("this type has more than {MAX_BREADTH} parts"));
            return self.basic.error;
        }
        if let Some(diagnostic) = self.ill_formed_extern(ty, span) {
            self.emit(diagnostic);
            return self.basic.error;
        }
        if let Some(IllFormed { part, usage, field }) = self.ill_formed_part(ty) {
            let (text, part) = (self.text(ty), self.text(part));
            let message = if text == part {
                format!("type `{part}` cannot be used {}", usage.text())
            } else {
                format!("type `{text}` would need `{part}` {}, where it cannot be used", usage.text())
            };
            let diagnostic = match field {
                Some(field) => self.at_declaration(codes::E0310, field, span, message),
                None => Diagnostic::error(codes::E0310, span, message),
            };
            self.emit(diagnostic);
            return self.basic.error;
        }
        ty
    }

    /// How many types a type is made of, those of fields included and shared ones counted each time: what a walk
    /// over it costs. Types that double at each step would make that grow without bound.
    pub(super) fn breadth(&mut self, ty: TypeId) -> u32 {
        let ty = self.shallow(ty);
        if let Some(&known) = self.breadths.get(&ty) {
            return known;
        }
        let parts = match self.kind_of(ty) {
            Type::Struct(id, args) => self.field_types(id, &args),
            _ => self.children(ty).to_vec(),
        };
        let breadth = parts.into_iter().fold(1u32, |sum, part| sum.saturating_add(self.breadth(part)));
        if !self.is_open(ty) {
            self.breadths.insert(ty, breadth);
        }
        breadth
    }

    /// Why the methods of a specialised extern would break the rules for parameters.
    fn ill_formed_extern(&mut self, ty: TypeId, span: Span) -> Option<Diagnostic> {
        let Type::Extern(id, args) = self.kind_of(ty) else {
            return None;
        };
        if args.is_empty() {
            return None;
        }
        let decl = &self.program.externs[id];
        let substitution: Substitution = decl.type_params.iter().copied().zip(args).collect();
        for method in decl.methods.clone() {
            for param in self.program.functions[method].params.clone() {
                let variable = &self.program.variables[param];
                let (written, direction) = (variable.ty, variable.direction());
                let found = self.substitute(written, &substitution);
                let is_fit = self.fits_param(found, ParamsOf::Extern, direction)
                    && !(direction != Direction::None && self.is_object(found));
                if found != written && !self.is_open(found) && !is_fit {
                    return Some(self.ill_formed_param(param, ty, found, span));
                }
            }
        }
        None
    }

    /// The report that a parameter would have type `found` in a use at `span` of what declares it.
    fn ill_formed_param(&mut self, param: VarId, owner: TypeId, found: TypeId, span: Span) -> Diagnostic {
        let param = self.program.variables[param].name.clone();
        let is_object = self.is_object(found);
        let (owner, found) = (self.text(owner), self.text(found));
        let message = format!(
            "parameter `{}` of `{owner}` would have type `{found}`, which a parameter with a direction cannot have",
            param.name
        );
        if is_object {
            // The declaration is made for values.
            return Diagnostic::error(codes::E0310, span, message).with_label(param.span, "declared here");
        }
        self.at_declaration(codes::E0310, param.span, span, message)
    }

    /// An error at a declaration, with the use that shows it; at the use where the declaration is in another file, such
    /// as that of an architecture.
    pub(super) fn at_declaration(
        &self,
        code: Code,
        declared: Span,
        used: Span,
        message: impl Into<String>,
    ) -> Diagnostic {
        if self.same_file(declared, used) {
            Diagnostic::error(code, declared, message).with_label(used, "because of this use")
        } else {
            Diagnostic::error(code, used, message).with_label(declared, "declared here")
        }
    }

    fn ill_formed_part(&mut self, ty: TypeId) -> Option<IllFormed> {
        let ty = self.resolve(ty);
        if self.well_formed.contains(&ty) {
            return None;
        }
        let mut fields: Vec<Span> = Vec::new();
        let (parts, usage) = match self.kind_of(ty) {
            Type::Struct(id, args) => {
                fields = self.program.structs[id].fields.iter().map(|field| field.name.span).collect();
                let usage = match self.program.structs[id].kind {
                    StructKind::Header => TypeUse::HeaderField,
                    StructKind::Struct => TypeUse::StructField,
                    StructKind::HeaderUnion => TypeUse::UnionField,
                };
                (self.field_types(id, &args), usage)
            }
            Type::Tuple(elements) => (elements, TypeUse::TupleElement),
            Type::List(element) => (vec![element], TypeUse::ListElement),
            Type::Stack { element, .. } => (vec![element], TypeUse::StackElement),
            Type::Error
            | Type::Void
            | Type::Bool
            | Type::Int
            | Type::Bits { .. }
            | Type::Varbit(_)
            | Type::String
            | Type::ErrorCode
            | Type::MatchKind
            | Type::Enum(_)
            | Type::NewType(_)
            | Type::Set(_)
            | Type::Var(_)
            | Type::Extern(..)
            | Type::Parser(..)
            | Type::Control(..)
            | Type::Package(..)
            | Type::Action(_)
            | Type::Function(_)
            | Type::Table(_)
            | Type::ApplyResult(_)
            | Type::ActionRun(_)
            | Type::Infer(_) => return None,
        };
        for (position, part) in parts.into_iter().enumerate() {
            if !self.is_error(part) && !self.fits(part, usage) {
                return Some(IllFormed { part, usage, field: fields.get(position).copied() });
            }
            if let Some(found) = self.ill_formed_part(part) {
                return Some(found);
            }
        }
        if !self.is_open(ty) {
            self.well_formed.insert(ty);
        }
        None
    }
}

/// A type of which nothing can be said: reported as wrong, a type parameter, or yet to be inferred.
pub(super) fn is_unknown(ty: &Type) -> bool {
    matches!(ty, Type::Error | Type::Var(_) | Type::Infer(_))
}
