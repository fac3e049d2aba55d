//! What control planes are told of a program: in, the checked program's types; out, the IR's [`ir::Told`]. Types keep their names here, which the
//! IR sees through elsewhere.

use super::annotations::annotations;
use super::names;
use super::types::{Class, Field, join};
use super::{Elaborator, Res};
use crate::ir;
use num_bigint::{BigInt, BigUint};
use p4xdp_control::types::{Declaration, NewType, Translation, TypeSpec};
use p4xdp_frontend::hir::{self, ActionId, StructKind, Type, TypeId};
use p4xdp_frontend::source::Span;
use std::sync::Arc;

/// The annotation of new types that control planes see as others.
const TRANSLATION: &str = "p4runtime_translation";

impl Elaborator<'_> {
    /// The type in control planes' words; `None` if P4Runtime has none for it. Declared types that it names are noted.
    pub(super) fn told_type(&mut self, ty: TypeId, span: Span) -> Res<Option<TypeSpec>> {
        let ty = self.mono(ty);
        let hir = self.hir;
        Ok(match self.types.list[ty].clone() {
            Type::Bool => Some(TypeSpec::Bool),
            Type::Bits { width, signed } => Some(TypeSpec::Bits { width, signed }),
            Type::Varbit(max) => Some(TypeSpec::Varbit { max }),
            Type::ErrorCode => Some(TypeSpec::Error),
            Type::Tuple(elements) => {
                let mut members = Vec::with_capacity(elements.len());
                for element in elements {
                    let Some(member) = self.told_type(element, span)? else { return Ok(None) };
                    members.push(member);
                }
                Some(TypeSpec::Tuple(members))
            }
            Type::Enum(id) => {
                let decl = &hir.enums[id];
                let name = names::full_name("", &decl.name.name, &decl.annotations).to_string();
                if !self.ir.told.types.contains_key(&name) {
                    let declaration = self.told_enum(decl, span)?;
                    self.ir.told.types.insert(name.clone(), declaration);
                }
                Some(TypeSpec::Named(name))
            }
            Type::NewType(id) => {
                let decl = &hir.new_types[id];
                let name = names::full_name("", &decl.name.name, &decl.annotations).to_string();
                if !self.ir.told.types.contains_key(&name) {
                    let Some(new_type) = self.told_new_type(decl, span)? else { return Ok(None) };
                    self.ir.told.types.insert(name.clone(), Declaration::NewType(new_type));
                }
                Some(TypeSpec::Named(name))
            }
            Type::Struct(id, args) => {
                let decl = &hir.structs[id];
                let mut made = decl.name.name.to_string();
                for arg in args {
                    made = format!("{made}_{}", self.told_text(arg));
                }
                let name = names::full_name("", &made.into(), &decl.annotations).to_string();
                if !self.ir.told.types.contains_key(&name) {
                    let Some(declaration) = self.told_struct(decl.kind, ty, span)? else { return Ok(None) };
                    self.ir.told.types.insert(name.clone(), declaration);
                }
                Some(TypeSpec::Named(name))
            }
            Type::Stack { element, size } => match self.told_type(element, span)? {
                Some(TypeSpec::Named(element)) => match self.ir.told.types.get(&element) {
                    Some(Declaration::Header(_) | Declaration::HeaderUnion(_)) => {
                        Some(TypeSpec::Stack { element, size })
                    }
                    Some(_) | None => None,
                },
                Some(_) | None => None,
            },
            Type::Error
            | Type::Void
            | Type::Int
            | Type::String
            | Type::MatchKind
            | Type::List(_)
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
            | Type::Infer(_) => None,
        })
    }

    /// A type in the name of what is generic: `s<bit<8>>` is `s_bit8`, as p4c has it.
    fn told_text(&mut self, ty: TypeId) -> String {
        let hir = self.hir;
        let ty = self.mono(ty);
        match self.types.list[ty].clone() {
            Type::Bits { width, signed } => format!("{}{width}", if signed { "int" } else { "bit" }),
            Type::Varbit(max) => format!("varbit{max}"),
            Type::Bool => "bool".to_owned(),
            Type::ErrorCode => "error".to_owned(),
            Type::Enum(id) => hir.enums[id].name.name.to_string(),
            Type::NewType(id) => hir.new_types[id].name.name.to_string(),
            Type::Struct(id, args) => {
                let args: Vec<String> = args.into_iter().map(|arg| self.told_text(arg)).collect();
                std::iter::once(hir.structs[id].name.name.to_string())
                    .chain(args)
                    .collect::<Vec<_>>()
                    .join("_")
            }
            Type::Stack { element, size } => format!("{}_{size}", self.told_text(element)),
            Type::Tuple(elements) => {
                let elements: Vec<String> = elements.into_iter().map(|ty| self.told_text(ty)).collect();
                format!("tuple_{}", elements.join("_"))
            }
            Type::Error
            | Type::Void
            | Type::Int
            | Type::String
            | Type::MatchKind
            | Type::List(_)
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
            | Type::Infer(_) => "_".to_owned(),
        }
    }

    /// The name that control planes know a number's type by: a new type's, or an enum's that has no values.
    pub(super) fn told_name(&mut self, ty: TypeId, span: Span) -> Res<Option<Arc<str>>> {
        let ty = self.mono(ty);
        let name = match self.types.list[ty] {
            Type::NewType(id) => {
                let decl = &self.hir.new_types[id];
                names::full_name("", &decl.name.name, &decl.annotations)
            }
            Type::Enum(id) if self.hir.enums[id].underlying.is_none() => {
                let decl = &self.hir.enums[id];
                names::full_name("", &decl.name.name, &decl.annotations)
            }
            _ => {
                // What it is made of is told, too.
                self.told_type(ty, span)?;
                return Ok(None);
            }
        };
        Ok(self.told_type(ty, span)?.map(|_| name))
    }

    fn told_enum(&mut self, decl: &hir::EnumDecl, span: Span) -> Res<Declaration> {
        let names = decl.members.iter().map(|member| member.name.name.to_string());
        let Some(underlying) = decl.underlying else {
            return Ok(Declaration::Enum(names.collect()));
        };
        let width = self.scalar_type(underlying, span)?.width();
        let modulus = BigInt::from(1) << width;
        let pattern = |value: &BigInt| {
            let positive = ((value % &modulus) + &modulus) % &modulus;
            positive.to_biguint().unwrap_or_default()
        };
        let values = decl.members.iter().map(|member| member.value.as_ref().map_or(BigUint::ZERO, pattern));
        Ok(Declaration::SerializableEnum { width, members: names.zip(values).collect() })
    }

    fn told_new_type(&mut self, decl: &hir::NewTypeDecl, span: Span) -> Res<Option<NewType>> {
        let mut original = decl.underlying;
        while let Type::NewType(inner) = self.types.list[original] {
            original = self.hir.new_types[inner].underlying;
        }
        let Some(original) = self.told_type(original, span)? else { return Ok(None) };
        let written = annotations(&decl.annotations);
        let translation = written.iter().find(|annotation| annotation.name == TRANSLATION);
        Ok(Some(NewType {
            original,
            translation: translation.and_then(|annotation| Translation::of(annotation)),
            annotations: written
                .iter()
                .filter(|annotation| annotation.name != TRANSLATION)
                .map(|annotation| annotation.what.clone())
                .collect(),
        }))
    }

    fn told_struct(&mut self, kind: StructKind, ty: TypeId, span: Span) -> Res<Option<Declaration>> {
        let fields = self.fields_of(ty);
        Ok(Some(match kind {
            StructKind::Struct => {
                let mut told = Vec::new();
                for field in fields {
                    let Some(ty) = self.told_type(field.ty, span)? else { return Ok(None) };
                    told.push((field.name.to_string(), ty));
                }
                Declaration::Struct(told)
            }
            StructKind::Header => {
                let mut told = Vec::new();
                for field in self.flat_fields(fields, span)? {
                    let bits = match self.scalar_type(field.ty, span)? {
                        ir::ScalarType::Varbit { max } => TypeSpec::Varbit { max },
                        ty => TypeSpec::Bits { width: ty.width(), signed: ty.is_signed() },
                    };
                    told.push((field.name.to_string(), bits));
                }
                Declaration::Header(told)
            }
            StructKind::HeaderUnion => {
                let mut told = Vec::new();
                for field in fields {
                    let Some(TypeSpec::Named(header)) = self.told_type(field.ty, span)? else {
                        return Ok(None);
                    };
                    told.push((field.name.to_string(), header));
                }
                Declaration::HeaderUnion(told)
            }
        }))
    }

    /// The fields of a struct, header or union, its type arguments put in.
    fn fields_of(&mut self, ty: TypeId) -> Vec<Field> {
        let Type::Struct(id, args) = self.types.list[ty].clone() else { return Vec::new() };
        let decl = &self.hir.structs[id];
        let with_types = self.with_types(&decl.type_params, &args, |e| {
            let field = |f: &hir::FieldDecl, ty| Field {
                name: names::full_name("", &f.name.name, &f.annotations),
                ty,
                annotations: f.annotations.clone().into(),
            };
            Ok(decl.fields.iter().map(|f| (f, e.mono(f.ty))).map(|(f, ty)| field(f, ty)).collect())
        });
        with_types.unwrap_or_default()
    }

    /// Fields with those of structures among them in place of the structures.
    fn flat_fields(&mut self, fields: Vec<Field>, span: Span) -> Res<Vec<Field>> {
        let mut flat = Vec::new();
        for field in fields {
            match self.class(field.ty, span)? {
                Class::Struct { fields, .. } => {
                    let inner = fields
                        .iter()
                        .map(|inner| Field { name: join(&field.name, &inner.name), ..inner.clone() })
                        .collect();
                    flat.extend(self.flat_fields(inner, span)?);
                }
                _ => flat.push(field),
            }
        }
        Ok(flat)
    }

    /// Notes that code calls an action.
    pub(super) fn tell_call(&mut self, id: ActionId) {
        let name = self.action_name(id);
        if self.ir.told.called_actions.iter().any(|known| known.name == name) {
            return;
        }
        let decl = &self.hir.actions[id];
        self.ir.told.called_actions.push(ir::CalledAction {
            name,
            annotations: annotations(&decl.annotations),
            span: decl.name.span,
        });
    }

    /// Notes that a function sends values of a type to the control plane. Of one without a name each call has its own.
    pub(super) fn tell_message(&mut self, ty: TypeId, span: Span) -> Res<()> {
        let Some(told) = self.told_type(ty, span)? else { return Ok(()) };
        let messages = &mut self.ir.told.messages;
        let name: Arc<str> = match &told {
            TypeSpec::Named(name) => name.as_str().into(),
            _ => {
                let nameless = messages.iter().filter(|known| !matches!(known.ty, TypeSpec::Named(_)));
                format!("digest_{}", nameless.count()).into()
            }
        };
        if !messages.iter().any(|known| known.name == name) {
            messages.push(ir::Message { name, ty: told, span });
        }
        Ok(())
    }

    /// Notes the program's headers of packets to and from the control plane.
    pub(super) fn tell_controller_headers(&mut self) -> Res<()> {
        let hir = self.hir;
        for (id, decl) in hir.structs.iter() {
            if decl.kind != StructKind::Header || !decl.type_params.is_empty() {
                continue;
            }
            let written = annotations(&decl.annotations);
            let found = written.iter().find(|annotation| annotation.name == "controller_header");
            let Some(name) = found.and_then(|annotation| annotation.text()) else { continue };
            let span = decl.name.span;
            let ty = self.types.list.intern(Type::Struct(id, Vec::new()));
            let mut fields = Vec::new();
            let own = self.fields_of(ty);
            for field in self.flat_fields(own, span)? {
                let ty = self.scalar_type(field.ty, span)?;
                fields.push(ir::ControllerField {
                    type_name: self.told_name(field.ty, span)?,
                    width: ty.width(),
                    signed: ty.is_signed(),
                    annotations: annotations(field.annotations.iter()),
                    name: field.name,
                });
            }
            self.ir.told.controller_headers.push(ir::ControllerHeader {
                type_name: names::full_name("", &decl.name.name, &decl.annotations),
                name: name.into(),
                fields,
                annotations: written,
                span,
            });
        }
        Ok(())
    }
}
