//! What core.p4 says in words only: the types that `packet_in` and `packet_out` take (sections "Data extraction",
//! "Lookahead" and "Data insertion into packets").

use super::Checker;
use crate::diagnostic::codes;
use crate::hir::{self, Argument, Callee, ExprKind, Sort, StructKind, Type, TypeId};
use crate::source::Span;

impl Checker<'_> {
    /// Checks a call of a method of `packet_in` or `packet_out`; others pass.
    pub(super) fn require_packet_type(&mut self, owner: &str, method: &str, call: &hir::Expr) {
        let ExprKind::Call(call) = &call.kind else {
            return;
        };
        let Callee::Method { .. } = call.callee else {
            return;
        };
        let (Some(&ty), first) = (call.type_args.first(), call.args.first()) else {
            return;
        };
        let span = match first {
            Some(Argument::Value(value)) => value.span,
            Some(Argument::Ignored(span)) => *span,
            Some(Argument::Missing) | None => call.span,
        };
        if self.is_error(ty) || super::type_rules::is_unknown(self.kind(ty)) {
            return;
        }
        match (owner, method) {
            ("packet_in", "extract") => self.require_extractable(ty, call.args.len() > 1, span),
            ("packet_in", "lookahead") => {
                let (least, most) = (self.size_in_bits(ty, true), self.size_in_bits(ty, false));
                if most.is_none() || least != most {
                    let text = self.text(ty);
                    self.error(
                        codes::E0334,
                        call.span,
                        format!("`lookahead` needs a type of fixed size, and `{text}` is none"),
                    );
                }
            }
            ("packet_out", "emit") if !self.is_emittable(ty) => {
                let text = self.text(ty);
                self.error(
                    codes::E0334,
                    span,
                    format!("`emit` takes headers and what is made of headers, not a `{text}`"),
                );
            }
            (_, _) => {}
        }
    }

    fn require_extractable(&mut self, ty: TypeId, sized: bool, span: Span) {
        let Type::Struct(id, args) = self.kind_of(ty) else {
            return self.not_a_header(ty, span);
        };
        if self.program.structs[id].kind != StructKind::Header {
            return self.not_a_header(ty, span);
        }
        let fields = self.field_types(id, &args).into_iter().enumerate();
        let variable: Vec<usize> = fields
            .filter(|&(_, field)| matches!(self.kind(field), Type::Varbit(_)))
            .map(|(position, _)| position)
            .collect();
        let text = self.text(ty);
        match (sized, variable.as_slice()) {
            (false, []) | (true, [_]) => {}
            (false, _) => self.error(
                codes::E0334,
                span,
                format!("`{text}` has a `varbit` field: `extract` needs a second argument with its size"),
            ),
            (true, []) => self.error(
                codes::E0334,
                span,
                format!("`{text}` has no `varbit` field that the second argument of `extract` could size"),
            ),
            (true, [first, second, ..]) => {
                let place = |position: &usize| {
                    let field = self.program.structs[id].fields.get(*position);
                    field.map_or(span, |field| field.name.span)
                };
                let (first, second) = (place(first), place(second));
                let count = variable.len();
                let message =
                    format!("`{text}` has {count} `varbit` fields, and `extract` can size only one");
                let diagnostic = self.at_declaration(codes::E0334, first, span, message);
                self.emit(diagnostic.with_label(second, "a further one"));
            }
        }
    }

    fn not_a_header(&mut self, ty: TypeId, span: Span) {
        let text = self.text(ty);
        self.error(codes::E0334, span, format!("`extract` needs a header, not a `{text}`"));
    }

    fn is_emittable(&mut self, ty: TypeId) -> bool {
        match self.kind_of(ty).sort() {
            Sort::Struct(id, args) => {
                self.program.structs[id].kind != StructKind::Struct
                    || self.field_types(id, args).into_iter().all(|field| self.is_emittable(field))
            }
            Sort::Stack { element, .. } => self.is_emittable(*element),
            Sort::Tuple(elements) => elements.iter().all(|&element| self.is_emittable(element)),
            Sort::Unknown => true,
            Sort::Simple | Sort::List(_) | Sort::Object(_) | Sort::Other => false,
        }
    }
}
