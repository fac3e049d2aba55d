//! `minSizeInBits`, `minSizeInBytes`, `maxSizeInBits`, `maxSizeInBytes` (section "Compile-time size determination").

use super::{Checker, expr};
use crate::diagnostic::codes;
use crate::hir::{self, ConstValue, ExprKind, Sort, StructKind, Type, TypeId};
use crate::source::Span;

/// Which of the four.
#[derive(Clone, Copy, Debug)]
pub(super) struct SizeQuery {
    least: bool,
    bytes: bool,
}

impl SizeQuery {
    /// The query that a method name asks.
    pub(super) fn named(name: &str) -> Option<SizeQuery> {
        match name {
            "minSizeInBits" => Some(SizeQuery { least: true, bytes: false }),
            "minSizeInBytes" => Some(SizeQuery { least: true, bytes: true }),
            "maxSizeInBits" => Some(SizeQuery { least: false, bytes: false }),
            "maxSizeInBytes" => Some(SizeQuery { least: false, bytes: true }),
            _ => None,
        }
    }
}

impl Checker<'_> {
    /// The answer as a literal of type `int`.
    pub(super) fn size_literal(&mut self, query: SizeQuery, ty: TypeId, span: Span) -> hir::Expr {
        if self.is_error(ty) {
            return self.bad(span);
        }
        let Some(bits) = self.size_in_bits(ty, query.least) else {
            let text = self.text(ty);
            return self.bad_expr(
                codes::E0302,
                span,
                format!("type `{text}` has no size that is known at compile time"),
            );
        };
        let size = if query.bytes { bits.div_ceil(8) } else { bits };
        expr(ExprKind::Literal(ConstValue::Int(size.into())), self.basic.int, span)
    }

    /// Smallest or largest number of bits that a value takes.
    pub(super) fn size_in_bits(&mut self, ty: TypeId, least: bool) -> Option<u64> {
        match self.kind_of(ty) {
            Type::Bits { width, .. } => Some(width.into()),
            Type::Bool => Some(1),
            Type::Varbit(width) => Some(if least { 0 } else { width.into() }),
            Type::Enum(id) => {
                let underlying = self.program.enums[id].underlying?;
                self.size_in_bits(underlying, least)
            }
            Type::NewType(id) => self.size_in_bits(self.program.new_types[id].underlying, least),
            other => self.size_of_parts(&other, least),
        }
    }

    /// The same for what is made of parts; `None` for all else.
    fn size_of_parts(&mut self, ty: &Type, least: bool) -> Option<u64> {
        match ty.sort() {
            Sort::Struct(id, args) => {
                let union = self.program.structs[id].kind == StructKind::HeaderUnion;
                let fields = self.field_types(id, args);
                let sizes: Option<Vec<u64>> =
                    fields.into_iter().map(|field| self.size_in_bits(field, least)).collect();
                let sizes = sizes?;
                Some(if union { sizes.into_iter().max().unwrap_or(0) } else { sizes.into_iter().sum() })
            }
            Sort::Stack { element, size } => Some(self.size_in_bits(*element, least)? * u64::from(size)),
            Sort::Tuple(elements) => elements.iter().map(|&element| self.size_in_bits(element, least)).sum(),
            Sort::Unknown | Sort::Simple | Sort::List(_) | Sort::Object(_) | Sort::Other => None,
        }
    }
}
