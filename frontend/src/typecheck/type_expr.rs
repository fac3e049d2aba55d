//! Types as written to types of the HIR.

use super::type_rules::TypeUse;
use super::{Checker, const_eval};
use crate::ast::{self, QualifiedName, TypeExpr, TypeExprKind};
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{ConstValue, Named, Type, TypeId, TypeVar, TypeVarId};
use crate::resolve::{Binding, Entry, NamedType};
use crate::source::Span;
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};
use std::sync::Arc;

/// Widest integer and longest stack that are accepted: enough for every packet, and small enough that a slip of
/// the pen does not exhaust memory.
pub(super) const MAX_SIZE: u32 = 1 << 16;

/// Whether a type may be written with parts left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Openness {
    /// All must be there.
    Complete,
    /// `_`, and a generic type without arguments, become inference variables.
    Inferred,
    /// `_` as a type argument becomes a type parameter without a name: each use of the declaration finds it anew.
    Anonymous,
}

impl Checker<'_> {
    /// A type that must be complete.
    pub(super) fn type_expr(&mut self, ty: &TypeExpr) -> TypeId {
        self.type_expr_with(ty, Openness::Complete)
    }

    /// A type of which parts may be left to inference.
    pub(super) fn type_expr_inferred(&mut self, ty: &TypeExpr) -> TypeId {
        self.type_expr_with(ty, Openness::Inferred)
    }

    /// The type of a parameter of something that only an architecture can declare: `_` may be a type argument.
    pub(super) fn type_expr_anonymous(&mut self, ty: &TypeExpr) -> TypeId {
        if let TypeExprKind::DontCare = ty.kind {
            return self.type_expr(ty);
        }
        self.type_expr_with(ty, Openness::Anonymous)
    }

    /// A complete type that must be fit for a use.
    pub(super) fn type_expr_for(&mut self, ty: &TypeExpr, usage: TypeUse) -> TypeId {
        let id = self.type_expr(ty);
        self.require_type(id, usage, ty.span)
    }

    fn type_expr_with(&mut self, ty: &TypeExpr, openness: Openness) -> TypeId {
        match &ty.kind {
            TypeExprKind::Bool => self.basic.bool,
            TypeExprKind::Error => {
                if self.program.errors.is_empty() {
                    let message = "type `error` has no values: no error is declared";
                    let diagnostic = Diagnostic::error(codes::E0201, ty.span, message);
                    self.emit_undeclared(diagnostic, "error");
                    return self.basic.error;
                }
                self.basic.error_code
            }
            TypeExprKind::MatchKind => self.basic.match_kind,
            TypeExprKind::String => self.basic.string,
            TypeExprKind::Int => self.basic.int,
            TypeExprKind::Void => self.basic.void,
            TypeExprKind::DontCare => match openness {
                Openness::Inferred => self.fresh(),
                Openness::Anonymous => {
                    let name = Named { name: Arc::from("_"), span: ty.span };
                    let var = self.program.type_vars.push(TypeVar { name });
                    self.anonymous.insert(var);
                    self.intern(Type::Var(var))
                }
                Openness::Complete => {
                    let message = "`_` cannot be used as a type here";
                    self.defer(Diagnostic::error(codes::E0310, ty.span, message));
                    self.basic.error
                }
            },
            TypeExprKind::Bit(None) => self.bit(1),
            TypeExprKind::Bit(Some(width)) => match self.size_of(width, "the width of a `bit` type", 0) {
                Some(width) => self.bit(width),
                None => self.basic.error,
            },
            TypeExprKind::SignedInt(width) => match self.size_of(width, "the width of an `int` type", 1) {
                Some(width) => self.intern(Type::Bits { width, signed: true }),
                None => self.basic.error,
            },
            TypeExprKind::Varbit(width) => match self.size_of(width, "the width of a `varbit` type", 0) {
                Some(width) => self.intern(Type::Varbit(width)),
                None => self.basic.error,
            },
            TypeExprKind::Named(name) => self.named_type(name, ty.span, openness),
            TypeExprKind::Specialized { base, args } => self.specialized_type(base, args, ty.span, openness),
            TypeExprKind::Stack { element, size } => {
                let element_ty = self.type_expr_with(element, openness);
                let element_ty = self.require_type(element_ty, TypeUse::StackElement, element.span);
                match self.size_of(size, "the size of an array", 0) {
                    Some(size) => {
                        let stack = self.intern(Type::Stack { element: element_ty, size });
                        self.require_well_formed(stack, ty.span)
                    }
                    None => self.basic.error,
                }
            }
            TypeExprKind::Tuple(elements) => {
                let elements = elements
                    .iter()
                    .map(|element| {
                        let ty = self.type_expr_with(element, openness);
                        self.require_type(ty, TypeUse::TupleElement, element.span)
                    })
                    .collect();
                let tuple = self.intern(Type::Tuple(elements));
                self.require_well_formed(tuple, ty.span)
            }
            TypeExprKind::List(element) => {
                let ty = self.type_expr_with(element, openness);
                let ty = self.require_type(ty, TypeUse::ListElement, element.span);
                self.intern(Type::List(ty))
            }
        }
    }

    /// The value of an expression that fixes a size: local compile-time known, at least `least`.
    pub(super) fn size_of(&mut self, size: &ast::Expr, what: &str, least: u32) -> Option<u32> {
        let value = self.known_integer(size, what)?;
        let found = value.to_u32().filter(|&found| found >= least && found <= MAX_SIZE);
        if found.is_none() {
            let rule = if value.is_negative() {
                "cannot be negative".to_owned()
            } else if value < BigInt::from(least) {
                format!("must be at least {least}")
            } else {
                format!("cannot exceed {MAX_SIZE}")
            };
            self.error(codes::E0304, size.span, format!("{what} {rule}, but it is {value}"));
        }
        found
    }

    /// The value of an integer expression that must be known from its scope alone.
    pub(super) fn known_integer(&mut self, e: &ast::Expr, what: &str) -> Option<BigInt> {
        let value = self.expr(e, None);
        if self.is_error(value.ty) {
            return None;
        }
        if !self.is_numeric(value.ty) {
            let text = self.text(value.ty);
            self.error(
                codes::E0301,
                e.span,
                format!("{what} must be an integer, but this has type `{text}`"),
            );
            return None;
        }
        match const_eval::eval_local(&self.program, &value) {
            Ok(ConstValue::Int(value)) => Some(value),
            Ok(_) => None,
            Err(fault) => {
                self.eval_fault(&fault, e.span, what);
                None
            }
        }
    }

    fn named_type(&mut self, name: &QualifiedName, span: Span, openness: Openness) -> TypeId {
        let Some(entry) = self.resolve_type_name(name) else {
            return self.basic.error;
        };
        let type_params = self.type_params_of(&entry.binding);
        let args: Vec<TypeId> = match (type_params.is_empty(), openness) {
            (true, _) => Vec::new(),
            (false, Openness::Inferred) => type_params.iter().map(|_| self.fresh()).collect(),
            (false, Openness::Complete | Openness::Anonymous) => {
                self.emit(
                    Diagnostic::error(
                        codes::E0309,
                        span,
                        format!(
                            "`{}` is generic and needs {}",
                            name.name.text,
                            type_arguments(type_params.len())
                        ),
                    )
                    .with_label(entry.span, "declared here"),
                );
                return self.basic.error;
            }
        };
        self.applied_type(&entry.binding, args)
    }

    fn specialized_type(
        &mut self,
        base: &QualifiedName,
        args: &[TypeExpr],
        span: Span,
        openness: Openness,
    ) -> TypeId {
        let entry = self.resolve_type_name(base);
        let mut left_open = false;
        let arg_types: Vec<TypeId> = args
            .iter()
            .map(|arg| {
                // One report is enough for all of `<_, _>`.
                let is_open = matches!(arg.kind, TypeExprKind::DontCare) && openness == Openness::Complete;
                if is_open && left_open {
                    return self.basic.error;
                }
                left_open |= is_open;
                let ty = self.type_expr_with(arg, openness);
                self.require_type(ty, TypeUse::TypeArgument, arg.span)
            })
            .collect();
        let Some(entry) = entry else {
            return self.basic.error;
        };
        let type_params = self.type_params_of(&entry.binding);
        if type_params.len() != arg_types.len() {
            self.wrong_type_argument_count(
                &base.name.text,
                type_params.len(),
                arg_types.len(),
                span,
                entry.span,
            );
            return self.basic.error;
        }
        let ty = self.applied_type(&entry.binding, arg_types);
        self.require_well_formed(ty, span)
    }

    /// Reports that a generic was given too many or too few type arguments.
    pub(super) fn wrong_type_argument_count(
        &mut self,
        name: &str,
        expected: usize,
        found: usize,
        span: Span,
        declared: Span,
    ) {
        let expected = if expected == 0 { "no type arguments".to_owned() } else { type_arguments(expected) };
        self.emit(
            Diagnostic::error(
                codes::E0309,
                span,
                format!(
                    "`{name}` takes {expected}, but {found} {} given",
                    if found == 1 { "was" } else { "were" }
                ),
            )
            .with_label(declared, "declared here"),
        );
    }

    fn applied_type(&mut self, binding: &Binding, args: Vec<TypeId>) -> TypeId {
        let Binding::Type(named) = *binding else { return self.basic.error };
        let ty = match named {
            NamedType::Typedef(ty) => return ty,
            NamedType::TypeVar(var) => Type::Var(var),
            NamedType::Struct(id) => Type::Struct(id, args),
            NamedType::Enum(id) => Type::Enum(id),
            NamedType::NewType(id) => Type::NewType(id),
            NamedType::Extern(id) => Type::Extern(id, args),
            NamedType::Parser(id) => Type::Parser(id, args),
            NamedType::Control(id) => Type::Control(id, args),
            NamedType::Package(id) => Type::Package(id, args),
        };
        self.intern(ty)
    }

    /// The type parameters that a named type takes.
    pub(super) fn type_params_of(&self, binding: &Binding) -> Vec<TypeVarId> {
        let Binding::Type(named) = *binding else { return Vec::new() };
        match named {
            NamedType::Struct(id) => self.program.structs[id].type_params.clone(),
            NamedType::Extern(id) => self.program.externs[id].type_params.clone(),
            NamedType::Parser(id) => self.program.parsers[id].type_params.clone(),
            NamedType::Control(id) => self.program.controls[id].type_params.clone(),
            NamedType::Package(id) => self.program.packages[id].type_params.clone(),
            NamedType::Typedef(_) | NamedType::TypeVar(_) | NamedType::Enum(_) | NamedType::NewType(_) => {
                Vec::new()
            }
        }
    }

    /// What a name that must name a type stands for.
    pub(super) fn resolve_type_name(&mut self, name: &QualifiedName) -> Option<Entry> {
        let entry = self.resolve_name(name, Binding::is_type)?;
        if entry.binding == Binding::Error {
            return None;
        }
        if !entry.binding.is_type() {
            self.emit(
                Diagnostic::error(
                    codes::E0203,
                    name.name.span,
                    format!("`{}` is {}, not a type", name.name.text, entry.binding.kind()),
                )
                .with_label(entry.span, "declared here"),
            );
            return None;
        }
        Some(entry)
    }

    /// Looks a name up and reports it if it is unknown; `wanted` says which names to propose.
    pub(super) fn resolve_name(
        &mut self,
        name: &QualifiedName,
        wanted: impl Fn(&Binding) -> bool,
    ) -> Option<Entry> {
        let text = &name.name.text;
        let found = if name.absolute { self.scopes.lookup_top(text) } else { self.scopes.lookup(text) };
        if let Some(entry) = found {
            return Some(entry.clone());
        }
        if let Some(&(_, span)) = self.open.iter().rev().find(|(open, _)| open == text) {
            self.emit(
                Diagnostic::error(codes::E0206, name.name.span, format!("`{text}` cannot refer to itself"))
                    .with_label(span, "inside this declaration")
                    .with_note("P4 has no recursion"),
            );
            return None;
        }
        let mut diagnostic = Diagnostic::error(
            codes::E0201,
            name.name.span,
            format!("cannot find `{}{text}` in this scope", if name.absolute { "." } else { "" }),
        );
        if let Some(&later) = self.top_level_names.get(text) {
            diagnostic = diagnostic
                .with_label(later, "declared here, after its use")
                .with_note("a declaration must precede its uses");
        } else if let Some(similar) = self.scopes.similar(text, wanted, self.sink) {
            diagnostic = diagnostic.with_suggestion(
                name.name.span,
                similar.to_string(),
                format!("a name like it exists: did you mean `{similar}`?"),
            );
        } else {
            self.emit_undeclared(diagnostic, text);
            return None;
        }
        self.emit(diagnostic);
        None
    }
}

fn type_arguments(count: usize) -> String {
    if count == 1 { "1 type argument".to_owned() } else { format!("{count} type arguments") }
}
