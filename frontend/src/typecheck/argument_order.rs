//! Which argument is for which parameter: by place or by name, each once, none missing.

use super::arguments::{Formal, Signature};
use super::{Checker, named};
use crate::ast;
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{VarId, WrittenOrder};
use crate::source::Span;
use rustc_hash::FxHashMap;

impl Checker<'_> {
    /// Which argument goes to which parameter, in the order of the arguments.
    pub(super) fn assign<'e>(
        &mut self,
        callee: &Signature<'_>,
        formals: &[Formal],
        args: &'e [ast::Argument],
        span: Span,
    ) -> Result<Vec<(usize, &'e ast::Argument)>, ()> {
        let (name, declared) = (callee.name, callee.declared);
        let named_count = args.iter().filter(|arg| arg.name.is_some()).count();
        if named_count != 0 && named_count != args.len() {
            self.error(codes::E0307, span, "either all arguments or none must be given by name");
            return Err(());
        }
        let mut chosen: Vec<(usize, &ast::Argument)> = Vec::with_capacity(args.len());
        let mut taken: Vec<Option<Span>> = vec![None; formals.len()];
        let mut positions: FxHashMap<&str, usize> = FxHashMap::default();
        if named_count > 0 {
            for (position, formal) in formals.iter().enumerate() {
                positions.entry(&formal.name).or_insert(position);
            }
        }
        let mut sound = true;
        for (i, arg) in args.iter().enumerate() {
            let Some(arg_name) = &arg.name else {
                if let Some(slot) = taken.get_mut(i) {
                    *slot = Some(arg.span);
                    chosen.push((i, arg));
                }
                continue;
            };
            let Some(&position) = positions.get(&*arg_name.text) else {
                sound = false;
                self.unknown_parameter(arg_name, name, formals, declared);
                continue;
            };
            if let Some(earlier) = taken.get(position).copied().flatten() {
                sound = false;
                let message = format!("argument `{}` is given twice", arg_name.text);
                self.error_beside(codes::E0307, arg.span, message, (earlier, "first given here"));
                continue;
            }
            if let Some(slot) = taken.get_mut(position) {
                *slot = Some(arg.span);
            }
            chosen.push((position, arg));
        }
        let optional = formals.iter().find(|formal| formal.optional);
        let default = formals.iter().find(|formal| formal.default.is_some());
        if let (0, false, Some(optional), Some(default)) = (named_count, args.is_empty(), optional, default) {
            self.emit(
                Diagnostic::error(
                    codes::E0307,
                    span,
                    format!("the arguments of `{name}` must be given by name"),
                )
                .with_label(optional.declared, "because this parameter is optional")
                .with_label(default.declared, "and this one has a default value"),
            );
            return Err(());
        }
        if named_count == 0 && args.len() > formals.len() {
            let (takes, given) = (formals.len(), args.len());
            let message = format!("`{name}` takes {}, but {given} {} given", count(takes), was(given));
            self.emit(if callee.at_params {
                self.at_declaration(codes::E0307, declared, span, message)
            } else {
                Diagnostic::error(codes::E0307, span, message).with_label(declared, "declared here")
            });
            return Err(());
        }
        let mut missing = Vec::new();
        for (formal, given) in formals.iter().zip(&taken) {
            if formal.default.is_none() && !formal.optional && given.is_none() {
                missing.push(format!("`{}`", formal.name));
            }
        }
        if !missing.is_empty() && sound {
            let label =
                format!("{} declared here", if missing.len() == 1 { "parameter" } else { "parameters" });
            self.emit(
                Diagnostic::error(
                    codes::E0307,
                    span,
                    format!("`{name}` needs an argument for {}", missing.join(", ")),
                )
                .with_label(declared, label),
            );
            sound = false;
        }
        if sound { Ok(chosen) } else { Err(()) }
    }

    fn unknown_parameter(&mut self, arg: &ast::Name, callee: &str, formals: &[Formal], declared: Span) {
        let name = named(arg);
        let mut diagnostic = Diagnostic::error(
            codes::E0307,
            name.span,
            format!("`{callee}` has no parameter `{}`", name.name),
        );
        if let Some(similar) = self.sink.closest(&name.name, formals.iter().map(|formal| &*formal.name)) {
            diagnostic = diagnostic.with_suggestion(
                name.span,
                similar.to_string(),
                format!("did you mean `{similar}`?"),
            );
        }
        self.emit(diagnostic.with_label(declared, "declared here"));
    }

    /// In which order the arguments of these parameters were written.
    pub(super) fn written_order(&self, params: &[VarId], args: &[ast::Argument]) -> WrittenOrder {
        let position = |name: &ast::Name| {
            params.iter().position(|&param| self.program.variables[param].name.name == name.text)
        };
        WrittenOrder::new(args.iter().filter_map(|arg| position(arg.name.as_ref()?)))
    }
}

fn count(n: usize) -> String {
    match n {
        0 => "no arguments".to_owned(),
        1 => "1 argument".to_owned(),
        n => format!("{n} arguments"),
    }
}

pub(super) fn was(n: usize) -> &'static str {
    if n == 1 { "was" } else { "were" }
}
