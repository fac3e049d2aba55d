//! Overloads of functions, methods and constructors: chosen by the number and the names of arguments.

use super::Checker;
use crate::ast;
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{FunctionId, VarId};
use crate::source::Span;

impl Checker<'_> {
    /// The overload that takes the arguments, going by their number and names alone.
    pub(super) fn select_overload(
        &mut self,
        candidates: &[FunctionId],
        args: &[ast::Argument],
        span: Span,
    ) -> Option<FunctionId> {
        if let [only] = candidates {
            return Some(*only);
        }
        let viable: Vec<FunctionId> = candidates
            .iter()
            .copied()
            .filter(|&id| self.accepts(&self.program.functions[id].params, args))
            .collect();
        if let [only] = viable.as_slice() {
            return Some(*only);
        }
        // Of several that take the arguments, one that needs no default values is meant.
        let exact: Vec<FunctionId> = viable
            .iter()
            .copied()
            .filter(|&id| self.program.functions[id].params.len() == args.len())
            .collect();
        if let [only] = exact.as_slice() {
            return Some(*only);
        }
        let first = candidates.first()?;
        let name = self.program.functions[*first].name.name.clone();
        for arg in args {
            if arg.value.kind_is_dont_care() {
                continue;
            }
            self.expr(&arg.value, None);
        }
        let message = if viable.is_empty() {
            format!("no overload of `{name}` takes these {} arguments", args.len())
        } else {
            format!("the call of `{name}` is ambiguous")
        };
        let shown = if viable.is_empty() { candidates } else { viable.as_slice() };
        let mut diagnostic = Diagnostic::error(codes::E0307, span, message);
        for &candidate in shown {
            let function = &self.program.functions[candidate];
            let params = self.program.params_text(&function.params);
            diagnostic = diagnostic.with_label(function.name.span, format!("takes `{params}`"));
        }
        self.emit(diagnostic);
        None
    }

    fn accepts(&self, params: &[VarId], args: &[ast::Argument]) -> bool {
        let may_be_missing = |param: &VarId| {
            let variable = &self.program.variables[*param];
            variable.default.is_some() || variable.is_optional()
        };
        if args.len() > params.len() {
            return false;
        }
        if args.iter().any(|arg| arg.name.is_some()) {
            let given = |param: &VarId| {
                let name = &self.program.variables[*param].name.name;
                args.iter().any(|arg| arg.name.as_ref().is_some_and(|given| given.text == *name))
            };
            let all_known = args.iter().all(|arg| {
                arg.name.as_ref().is_some_and(|name| {
                    params.iter().any(|param| self.program.variables[*param].name.name == name.text)
                })
            });
            all_known && params.iter().all(|param| given(param) || may_be_missing(param))
        } else {
            params.iter().skip(args.len()).all(may_be_missing)
        }
    }
}
