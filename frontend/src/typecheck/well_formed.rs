//! The nesting rules of types that were made by giving type arguments: below a struct, in the methods of an extern.

use super::Checker;
use super::params::ParamsOf;
use super::type_rules::TypeUse;
use super::unify::Substitution;
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{Direction, Sort, StructKind, Type, TypeId, VarId};
use crate::source::Span;

/// Largest [`Extent::breadth`] of a type.
const MAX_BREADTH: u32 = 1 << 16;
/// Types within one another: names of fields, and what recurses over a type, grow with it.
const MAX_HEIGHT: u32 = 256;

/// How large a type is.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    breadth: u32,
    /// How many types are within one another.
    height: u32,
}

impl Extent {
    /// That of a type without parts.
    pub(super) const ONE: Extent = Extent { breadth: 1, height: 1 };

    /// True if it must not be walked.
    pub(super) fn is_too_large(self) -> bool {
        self.breadth > MAX_BREADTH || self.height > MAX_HEIGHT
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
    /// Checks the nesting rules again below a type that was made by giving type arguments.
    pub(super) fn require_well_formed(&mut self, ty: TypeId, span: Span) -> TypeId {
        if self.is_error(ty) {
            return self.basic.error;
        }
        let Extent { breadth, height } = self.extent(ty);
        if breadth > MAX_BREADTH {
            self.error(codes::E0304, span, format!("this type has more than {MAX_BREADTH} parts"));
            return self.basic.error;
        }
        if height > MAX_HEIGHT {
            self.error(
                codes::E0304,
                span,
                format!("this type has more than {MAX_HEIGHT} types within one another"),
            );
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

    /// How many types a type is made of, those of fields included and shared ones counted each time, and how many are within one another:
    /// what a walk over it costs. Types that double at each step would make that grow without bound.
    pub(super) fn extent(&mut self, ty: TypeId) -> Extent {
        let ty = self.shallow(ty);
        if let Some(&known) = self.extents.get(&ty) {
            return known;
        }
        let parts = if let Type::Struct(id, args) = self.kind_of(ty) {
            self.field_types(id, &args)
        } else {
            self.children(ty).to_vec()
        };
        let mut extent = Extent::ONE;
        for part in parts {
            let part = self.extent(part);
            extent.breadth = extent.breadth.saturating_add(part.breadth);
            extent.height = extent.height.max(part.height + 1);
        }
        if !self.is_open(ty) {
            self.extents.insert(ty, extent);
        }
        extent
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

    fn ill_formed_part(&mut self, ty: TypeId) -> Option<IllFormed> {
        let ty = self.resolve(ty);
        if self.well_formed.contains(&ty) {
            return None;
        }
        let mut fields: Vec<Span> = Vec::new();
        let (parts, usage) = match self.kind_of(ty).sort() {
            Sort::Struct(id, args) => {
                fields = self.program.structs[id].fields.iter().map(|field| field.name.span).collect();
                let usage = match self.program.structs[id].kind {
                    StructKind::Header => TypeUse::HeaderField,
                    StructKind::Struct => TypeUse::StructField,
                    StructKind::HeaderUnion => TypeUse::UnionField,
                };
                (self.field_types(id, args), usage)
            }
            Sort::Tuple(elements) => (elements.to_vec(), TypeUse::TupleElement),
            Sort::List(element) => (vec![*element], TypeUse::ListElement),
            Sort::Stack { element, .. } => (vec![*element], TypeUse::StackElement),
            Sort::Unknown | Sort::Simple | Sort::Object(_) | Sort::Other => return None,
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
