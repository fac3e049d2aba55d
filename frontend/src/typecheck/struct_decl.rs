//! Structs, headers and header unions.

use super::type_rules::TypeUse;
use super::well_formed::Extent;
use super::{Checker, named};
use crate::ast::{self, StructKind};
use crate::diagnostic::codes;
use crate::hir::{self, StructId};
use crate::resolve::{Binding, NamedType};
use crate::source::Span;
use rustc_hash::FxHashMap;

impl Checker<'_> {
    /// `struct`, `header` or `header_union`.
    pub(super) fn struct_decl(
        &mut self,
        annotations: &[ast::Annotation],
        kind: StructKind,
        name: &ast::Name,
        type_params: &[ast::Name],
        fields: &[ast::Field],
    ) -> StructId {
        let annotations = self.annotations(annotations);
        let id = self.program.structs.push(hir::StructDecl {
            name: named(name),
            kind,
            type_params: Vec::new(),
            fields: Vec::new(),
            annotations,
        });
        self.open.push((name.text.clone(), name.span));
        self.scopes.push();
        self.program.structs[id].type_params = self.type_params(type_params);
        let usage = match kind {
            StructKind::Header => TypeUse::HeaderField,
            StructKind::Struct => TypeUse::StructField,
            StructKind::HeaderUnion => TypeUse::UnionField,
        };
        let mut result: Vec<hir::FieldDecl> = Vec::with_capacity(fields.len());
        let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
        for field in fields {
            if let Some(earlier) = seen.insert(&field.name.text, field.name.span) {
                let message = format!("field `{}` is declared twice", field.name.text);
                self.error_beside(codes::E0202, field.name.span, message, (earlier, "first declared here"));
            }
            let ty = self.type_expr_for(&field.ty, usage);
            let annotations = self.annotations(&field.annotations);
            result.push(hir::FieldDecl { name: named(&field.name), ty, annotations });
        }
        self.program.structs[id].fields = result;
        let ty = self.intern(hir::Type::Struct(id, Vec::new()));
        if type_params.is_empty() && self.extent(ty).is_too_large() {
            self.require_well_formed(ty, name.span);
            // Whoever uses it must not walk it.
            self.program.structs[id].fields.clear();
            self.extents.insert(ty, Extent::ONE);
        }
        self.scopes.pop();
        self.open.pop();
        self.declare(name, Binding::Type(NamedType::Struct(id)));
        id
    }
}
