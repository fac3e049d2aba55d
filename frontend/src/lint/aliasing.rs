//! Two `out` or `inout` arguments of one call that name the same thing: the one copied out last wins (section "Calling
//! convention: call by copy in/copy out").

use super::{Lint, paths};
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{Argument, Call, Callee, Direction, Expr, Type, VarId, Visit};

pub(super) fn check(lint: &mut Lint<'_>) {
    let program = lint.program;
    program.walk(&mut Calls(lint));
}

struct Calls<'l, 'p>(&'l mut Lint<'p>);

impl<'p> Visit<'p> for Calls<'_, 'p> {
    fn call(&mut self, call: &'p Call) {
        let out: Vec<&Expr> = self
            .parameters(call)
            .iter()
            .zip(&call.args)
            .filter(|(param, _)| {
                matches!(self.0.program.variables[**param].direction(), Direction::Out | Direction::InOut)
            })
            .filter_map(|(_, argument)| match argument {
                Argument::Value(e) => Some(e),
                Argument::Ignored(_) | Argument::Missing => None,
            })
            .collect();
        let mut places = paths::Places::default();
        for (number, later) in out.iter().enumerate() {
            if let Some(earlier) = places.add(later, number).and_then(|earlier| out.get(earlier)) {
                let message = "two arguments of this call come out in the same place";
                let finding = Diagnostic::warning(codes::W0319, later.span, message);
                self.0.emit(
                    finding
                        .with_label(earlier.span, "the other is here")
                        .with_note("they are copied out in order, so the last one wins"),
                );
                return;
            }
        }
    }
}

impl<'p> Calls<'_, 'p> {
    fn parameters(&self, call: &'p Call) -> &'p [VarId] {
        let program = self.0.program;
        match &call.callee {
            Callee::Function(id) | Callee::Method { method: id, .. } => &program.functions[*id].params,
            Callee::Action(id) => &program.actions[*id].params,
            Callee::ParserApply(object) | Callee::ControlApply(object) => match &program.types[object.ty] {
                Type::Parser(id, _) => &program.parsers[*id].params,
                Type::Control(id, _) => &program.controls[*id].params,
                _ => &[],
            },
            Callee::TableApply(_)
            | Callee::IsValid(_)
            | Callee::SetValid(_)
            | Callee::SetInvalid(_)
            | Callee::PushFront(..)
            | Callee::PopFront(..) => &[],
        }
    }
}
