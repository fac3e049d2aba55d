//! Arguments to parameters: overloads by number and names, directions, inference of type arguments.

use super::Checker;
use super::report::Lead;
use super::unify::Substitution;
use crate::ast::{self, ExprKind as Ast};
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{self, Argument, Direction, Type, TypeId, VarId};
use crate::source::Span;
use std::sync::Arc;

/// What is being called, as far as arguments care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallKind {
    /// Function, method, parser or control: directionless parameters take values known at compile time.
    Run,
    /// Action: directionless parameters take any value.
    Action,
    /// Constructor: everything is known at compile time.
    Construct,
}

/// What the arguments of a call must fit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signature<'a> {
    /// Name of what is called.
    pub(super) name: &'a str,
    /// Where it is declared.
    pub(super) declared: Span,
    /// Its parameters.
    pub(super) params: &'a [VarId],
    /// What does not fit is reported at the parameter, not at the argument.
    pub(super) at_params: bool,
    /// Its result type and the type that the surroundings would like instead, for inference.
    pub(super) result: Option<(TypeId, TypeId)>,
}

impl<'a> Signature<'a> {
    /// Of what is declared by a name with these parameters; what does not fit is reported at the argument, and no result helps inference.
    pub(super) fn of(declared: &'a hir::Named, params: &'a [VarId]) -> Signature<'a> {
        let (name, declared) = (&*declared.name, declared.span);
        Signature { name, declared, params, at_params: false, result: None }
    }
}

/// A parameter with its type under the type arguments of the call.
pub(super) struct Formal {
    pub(super) name: Arc<str>,
    pub(super) declared: Span,
    pub(super) ty: TypeId,
    pub(super) direction: Direction,
    pub(super) default: Option<hir::Expr>,
    pub(super) optional: bool,
}

impl Checker<'_> {
    /// Checks the arguments of a call against the parameters of what is called. Gives one argument a parameter, in the order of the parameters. `Err` has been reported.
    pub(super) fn arguments(
        &mut self,
        callee: &Signature<'_>,
        substitution: &Substitution,
        args: &[ast::Argument],
        kind: CallKind,
        span: Span,
    ) -> Result<Vec<Argument>, ()> {
        let Signature { name, params, at_params, result, .. } = *callee;
        let formals: Vec<Formal> = params.iter().map(|&param| self.formal(param, substitution)).collect();
        let chosen = match self.assign(callee, &formals, args, span) {
            Ok(chosen) => chosen,
            Err(()) => {
                for arg in args {
                    if !arg.value.kind_is_dont_care() {
                        self.expr(&arg.value, None);
                    }
                }
                return Err(());
            }
        };
        let outer_lead = self.lead.take();
        let mut results: Vec<Option<Argument>> = formals.iter().map(|_| None).collect();
        let mut waiting: Vec<(usize, hir::Expr)> = Vec::new();
        let mut sound = true;
        // In the order in which they were written: inference goes from left to right.
        for (position, arg) in &chosen {
            let (Some(formal), Some(slot)) = (formals.get(*position), results.get_mut(*position)) else {
                continue;
            };
            let lead = at_params.then(|| Lead {
                span: formal.declared,
                label: format!("parameter `{}` of `{name}`", formal.name),
            });
            match self.argument(formal, arg, kind, lead) {
                Some(Ok(argument)) => *slot = Some(argument),
                Some(Err(int)) => waiting.push((*position, int)),
                None => sound = false,
            }
        }
        // "The type of the result of an expression only depends on the expression operands, and not on how the
        // result is consumed" (section "Integers"): what is expected gives no width to an `int`.
        let without_width: Vec<usize> = waiting
            .iter()
            .map(|(position, _)| *position)
            .filter(|&position| {
                kind == CallKind::Run
                    && formals
                        .get(position)
                        .is_some_and(|formal| matches!(self.kind(formal.ty), Type::Infer(_)))
            })
            .collect();
        if let Some((result, hint)) = result {
            let result = self.substitute(result, substitution);
            if self.is_open(result) && !self.is_open(hint) {
                self.unify(result, hint);
            }
        }
        // `int` arguments take the type that the other arguments gave to the parameter.
        for (position, int) in waiting {
            if let (Some(formal), Some(slot)) = (formals.get(position), results.get_mut(position)) {
                let is_open = matches!(self.kind(formal.ty), Type::Infer(_));
                if formal.direction == Direction::In && is_open
                    || !is_open && without_width.contains(&position)
                {
                    let message = "the width of this integer cannot be inferred";
                    let diagnostic = Diagnostic::error(codes::E0308, int.span, message)
                        .with_label(formal.declared, "this parameter takes any type");
                    let diagnostic = self.with_width(diagnostic, int.span);
                    self.emit(diagnostic);
                    sound = false;
                    continue;
                }
                let value = self.coerce(int, formal.ty, Some((formal.declared, "for this parameter")));
                *slot = Some(Argument::Value(value));
            }
        }
        self.lead = outer_lead;
        if !sound {
            return Err(());
        }
        let mut filled = Vec::with_capacity(formals.len());
        for (result, formal) in results.into_iter().zip(formals) {
            filled.push(match (result, formal.default) {
                (Some(argument), _) => argument,
                (None, Some(default)) => {
                    self.unify(formal.ty, default.ty);
                    Argument::Value(default)
                }
                (None, None) => {
                    // Nothing depends on the type of what is left out.
                    self.unify_open_with(formal.ty, self.basic.void);
                    Argument::Missing
                }
            });
        }
        Ok(filled)
    }

    pub(super) fn formal(&mut self, param: VarId, substitution: &Substitution) -> Formal {
        let variable = &self.program.variables[param];
        let (ty, name, declared) = (variable.ty, variable.name.name.clone(), variable.name.span);
        let (direction, optional) = (variable.direction(), variable.is_optional());
        let mut default = variable.default.clone();
        if let Some(default) = &mut default {
            default.ty = self.substitute(default.ty, substitution);
            if let hir::ExprKind::Construct(construct) = &mut default.kind {
                for type_arg in &mut construct.type_args {
                    *type_arg = self.substitute(*type_arg, substitution);
                }
            }
        }
        let ty = self.substitute(ty, substitution);
        Formal { name, declared, ty: self.open_anonymous(ty), direction, default, optional }
    }

    /// A fresh variable for each `_` in the type of a parameter.
    fn open_anonymous(&mut self, ty: TypeId) -> TypeId {
        let mut found = Vec::new();
        self.anonymous_vars(ty, &mut found);
        if found.is_empty() {
            return ty;
        }
        let substitution = self.fresh_substitution(&found);
        self.substitute(ty, &substitution)
    }

    fn anonymous_vars(&self, ty: TypeId, found: &mut Vec<hir::TypeVarId>) {
        let ty = self.shallow(ty);
        if let Type::Var(var) = self.program.types[ty]
            && self.anonymous.contains(&var)
        {
            found.push(var);
        }
        for &child in self.children(ty) {
            self.anonymous_vars(child, found);
        }
    }

    /// One argument. `Some(Err(e))` is an `int` whose parameter's type is not known yet; `None` was reported.
    pub(super) fn argument(
        &mut self,
        formal: &Formal,
        arg: &ast::Argument,
        kind: CallKind,
        lead: Option<Lead>,
    ) -> Option<Result<Argument, hir::Expr>> {
        let because = Some((formal.declared, "for this parameter"));
        if arg.value.kind_is_dont_care() {
            if formal.direction == Direction::Out || kind == CallKind::Construct {
                return Some(Ok(Argument::Ignored(arg.value.span)));
            }
            self.error(codes::E0306, arg.value.span, "`_` can only be the argument of an `out` parameter");
            return None;
        }
        match formal.direction {
            Direction::In | Direction::None => {
                let value = self.expr(&arg.value, Some(formal.ty));
                if self.is_error(value.ty) {
                    return None;
                }
                let must_be_known = match kind {
                    CallKind::Run => formal.direction == Direction::None && !self.is_object(formal.ty),
                    CallKind::Action => false,
                    CallKind::Construct => true,
                };
                let is_known = match kind {
                    CallKind::Run | CallKind::Action => self.is_known_argument(&value),
                    CallKind::Construct => self.is_known(&value),
                };
                if must_be_known && !is_known {
                    self.emit(
                        Diagnostic::error(
                            codes::E0303,
                            arg.value.span,
                            format!("the argument for `{}` must be known at compile time", formal.name),
                        )
                        .with_label(formal.declared, "because this parameter has no direction"),
                    );
                    return None;
                }
                if kind == CallKind::Run
                    && matches!(self.kind(formal.ty), Type::Infer(_))
                    && matches!(self.kind(value.ty), Type::Parser(..) | Type::Control(..) | Type::Package(..))
                {
                    let text = self.text(value.ty);
                    self.error(
                        codes::E0310,
                        arg.value.span,
                        format!("a `{text}` cannot be the argument of a call"),
                    );
                    return None;
                }
                if *self.kind(value.ty) == Type::Int && matches!(self.kind(formal.ty), Type::Infer(_)) {
                    return Some(Err(value));
                }
                let value = self.with_lead(lead, |this| this.coerce(value, formal.ty, because));
                if matches!(value.kind, hir::ExprKind::Error) {
                    return None;
                }
                Some(Ok(Argument::Value(value)))
            }
            Direction::Out | Direction::InOut => {
                let value = self.expr(&arg.value, None);
                if self.is_error(value.ty) {
                    return None;
                }
                if !self.require_lvalue(&value, "the argument of an `out` or `inout` parameter") {
                    return None;
                }
                if !self.unify(formal.ty, value.ty) {
                    self.mismatch(arg.value.span, formal.ty, value.ty, because);
                    return None;
                }
                Some(Ok(Argument::Value(value)))
            }
        }
    }

    /// Writes what inference has found into arguments that were checked before it was found. Type arguments of a
    /// block that nothing determines do not matter.
    pub(super) fn settle(&mut self, args: &mut [Argument]) {
        for arg in args {
            match arg {
                Argument::Value(value) => self.settle_expr(value),
                Argument::Ignored(_) | Argument::Missing => {}
            }
        }
    }

    fn settle_expr(&mut self, e: &mut hir::Expr) {
        if let hir::ExprKind::Construct(construct) = &mut e.kind {
            for type_arg in &mut construct.type_args {
                self.unify_open_with(*type_arg, self.basic.void);
                *type_arg = self.resolve(*type_arg);
            }
            self.settle(&mut construct.args);
        }
        e.ty = self.resolve(e.ty);
        if let hir::ExprKind::Aggregate(parts, _) = &mut e.kind {
            parts.iter_mut().for_each(|part| self.settle_expr(part));
        }
    }

    /// The type arguments that were found, or a report of those that were not.
    pub(super) fn inferred(
        &mut self,
        substitution: &Substitution,
        name: &str,
        span: Span,
    ) -> Result<Vec<TypeId>, ()> {
        let mut found = Vec::with_capacity(substitution.len());
        for &(param, ty) in substitution {
            let ty = self.resolve(ty);
            if self.is_open(ty) {
                let param = self.program.type_vars[param].name.clone();
                self.emit(
                    Diagnostic::error(
                        codes::E0308,
                        span,
                        format!("cannot infer type argument `{}` of `{name}`", param.name),
                    )
                    .with_label(param.span, "declared here")
                    .with_note(format!("give it explicitly: `{name}<..>(..)`")),
                );
                return Err(());
            }
            found.push(ty);
        }
        Ok(found)
    }
}

impl ast::Expr {
    /// `_`
    pub(super) fn kind_is_dont_care(&self) -> bool {
        match &self.kind {
            Ast::DontCare => true,
            Ast::Paren(inner) => inner.kind_is_dont_care(),
            _ => false,
        }
    }
}
