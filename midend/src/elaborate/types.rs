//! Types: substitution of type arguments, classes of types as elaboration sees them, and the IR's own types.

use super::{Elaborator, Res};
use crate::ir;
use cranelift_entity::EntityRef;
use p4xdp_frontend::hir::{self, Type, TypeId, TypeVarId};
use p4xdp_frontend::source::Span;
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::Arc;

/// Fields with their types.
pub(super) type Fields = Rc<[Field]>;

/// A field of a struct, tuple, array, header or union.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: Arc<str>,
    pub(super) ty: TypeId,
    pub(super) annotations: Rc<[hir::Annotation]>,
}

/// A monomorphic type as elaboration sees it. `type` declarations and serialisable enums are seen through.
#[derive(Clone, Debug)]
pub(super) enum Class {
    Scalar(ir::ScalarType),
    Header(Rc<HeaderLayout>),
    Union(Fields),
    /// A stack of headers or unions.
    Stack {
        element: TypeId,
        size: u32,
    },
    /// A struct, tuple or array of anything else.
    Struct {
        name: Arc<str>,
        fields: Fields,
    },
    /// `list<T>`, compile-time only.
    List(TypeId),
    Int,
    String,
    Void,
    /// Externs, parsers, `match_kind` and whatever has no value.
    Opaque(Arc<str>),
}

/// A header type with the way from its P4 fields to the flattened ones.
#[derive(Debug)]
pub(super) struct HeaderLayout {
    pub(super) id: ir::HeaderTypeId,
    /// P4's fields.
    pub(super) fields: Fields,
    /// Flat position of each P4 field's first leaf.
    pub(super) starts: Vec<u32>,
}

/// The interner and what was derived from it.
pub(super) struct TypeTable {
    pub(super) list: hir::Types,
    pub(super) vars: FxHashMap<TypeVarId, TypeId>,
    generic: FxHashMap<TypeId, bool>,
    classes: FxHashMap<TypeId, Class>,
    enums: FxHashMap<hir::EnumId, ir::EnumId>,
}

/// The types that a type is made of.
fn parts(ty: &mut Type) -> Vec<&mut TypeId> {
    match ty {
        Type::Struct(_, args)
        | Type::Tuple(args)
        | Type::Extern(_, args)
        | Type::Parser(_, args)
        | Type::Control(_, args)
        | Type::Package(_, args) => args.iter_mut().collect(),
        Type::Stack { element, .. } | Type::List(element) | Type::Set(element) => vec![element],
        Type::Var(_)
        | Type::Error
        | Type::Void
        | Type::Bool
        | Type::Int
        | Type::Bits { .. }
        | Type::Varbit(_)
        | Type::String
        | Type::ErrorCode
        | Type::MatchKind
        | Type::Enum(_)
        | Type::NewType(_)
        | Type::Action(_)
        | Type::Function(_)
        | Type::Table(_)
        | Type::ApplyResult(_)
        | Type::ActionRun(_)
        | Type::Infer(_) => Vec::new(),
    }
}

impl TypeTable {
    pub(super) fn new(hir: &hir::Program) -> TypeTable {
        TypeTable {
            list: hir.types.clone(),
            vars: FxHashMap::default(),
            generic: FxHashMap::default(),
            classes: FxHashMap::default(),
            enums: FxHashMap::default(),
        }
    }

    /// True if the type mentions a type parameter.
    fn is_generic(&mut self, ty: TypeId) -> bool {
        if let Some(&known) = self.generic.get(&ty) {
            return known;
        }
        let mut own = self.list[ty].clone();
        let answer =
            matches!(own, Type::Var(_)) || parts(&mut own).into_iter().any(|part| self.is_generic(*part));
        self.generic.insert(ty, answer);
        answer
    }

    /// The type with the type parameters in `vars` replaced.
    fn replace(&mut self, ty: TypeId, vars: &FxHashMap<TypeVarId, TypeId>) -> TypeId {
        if !self.is_generic(ty) {
            return ty;
        }
        let mut new = self.list[ty].clone();
        if let Type::Var(var) = new {
            return vars.get(&var).copied().unwrap_or(ty);
        }
        for part in parts(&mut new) {
            *part = self.replace(*part, vars);
        }
        self.list.intern(new)
    }
}

impl Elaborator<'_> {
    /// The type with the type arguments now in force.
    pub(super) fn mono(&mut self, ty: TypeId) -> TypeId {
        if !self.types.is_generic(ty) {
            return ty;
        }
        let vars = std::mem::take(&mut self.types.vars);
        let result = self.types.replace(ty, &vars);
        self.types.vars = vars;
        result
    }

    /// The class of a type, after substitution.
    pub(super) fn class(&mut self, ty: TypeId, span: Span) -> Res<Class> {
        let ty = self.mono(ty);
        if let Some(class) = self.types.classes.get(&ty) {
            return Ok(class.clone());
        }
        let class = self.make_class(ty, span)?;
        self.types.classes.insert(ty, class.clone());
        Ok(class)
    }

    fn make_class(&mut self, ty: TypeId, span: Span) -> Res<Class> {
        use ir::ScalarType;
        let hir = self.hir;
        Ok(match self.types.list[ty].clone() {
            Type::Error | Type::Infer(_) => return Err(self.bug(span, "an untyped expression")),
            Type::Var(var) => {
                let name = &hir.type_vars[var].name.name;
                return Err(self.bug(span, format!("type parameter `{name}` has no argument")));
            }
            Type::Void => Class::Void,
            Type::Bool => Class::Scalar(ScalarType::Bool),
            Type::Int => Class::Int,
            Type::Bits { width, signed } => Class::Scalar(ScalarType::Bits { width, signed }),
            Type::Varbit(max) => Class::Scalar(ScalarType::Varbit { max }),
            Type::String => Class::String,
            Type::ErrorCode => Class::Scalar(ScalarType::Error),
            Type::MatchKind => Class::Opaque("match_kind".into()),
            Type::Enum(id) => match hir.enums[id].underlying {
                Some(underlying) => self.class(underlying, span)?,
                None => Class::Scalar(ScalarType::Enum(self.enum_type(id))),
            },
            Type::NewType(id) => self.class(hir.new_types[id].underlying, span)?,
            Type::Struct(id, args) => {
                let decl = &hir.structs[id];
                let vars = decl.type_params.iter().copied().zip(args).collect();
                let fields = decl
                    .fields
                    .iter()
                    .map(|f| Field {
                        name: f.name.name.clone(),
                        ty: self.types.replace(f.ty, &vars),
                        annotations: f.annotations.clone().into(),
                    })
                    .collect::<Fields>();
                match decl.kind {
                    hir::StructKind::Struct => Class::Struct { name: decl.name.name.clone(), fields },
                    hir::StructKind::HeaderUnion => Class::Union(fields),
                    hir::StructKind::Header => Class::Header(self.header_layout(decl, fields)?),
                }
            }
            Type::Stack { element, size } => match self.class(element, span)? {
                Class::Header(_) | Class::Union(_) => Class::Stack { element, size },
                _ if size > super::storage::MOST_ELEMENTS => {
                    return Err(self.unsupported(span, format!("an array of {size} elements")));
                }
                _ => Class::Struct { name: "".into(), fields: numbered((0..size).map(|_| element)) },
            },
            Type::Tuple(elements) => {
                Class::Struct { name: "".into(), fields: numbered(elements.into_iter()) }
            }
            Type::List(element) => Class::List(element),
            Type::Set(element) => self.class(element, span)?,
            Type::Extern(id, _) => Class::Opaque(hir.externs[id].name.name.clone()),
            Type::Parser(id, _) => Class::Opaque(hir.parsers[id].name.name.clone()),
            Type::Control(id, _) => Class::Opaque(hir.controls[id].name.name.clone()),
            Type::Package(id, _) => Class::Opaque(hir.packages[id].name.name.clone()),
            Type::Action(_)
            | Type::Function(_)
            | Type::Table(_)
            | Type::ApplyResult(_)
            | Type::ActionRun(_) => Class::Opaque("".into()),
        })
    }

    fn enum_type(&mut self, id: hir::EnumId) -> ir::EnumId {
        if let Some(&known) = self.types.enums.get(&id) {
            return known;
        }
        let decl = &self.hir.enums[id];
        let new = self.ir.enums.push(ir::EnumType {
            name: decl.name.name.clone(),
            members: decl.members.iter().map(|m| m.name.name.clone()).collect(),
        });
        self.types.enums.insert(id, new);
        new
    }

    fn header_layout(&mut self, decl: &hir::StructDecl, fields: Fields) -> Res<Rc<HeaderLayout>> {
        let mut flat = Vec::new();
        let mut starts = Vec::new();
        for field in fields.iter() {
            starts.push(flat.len() as u32);
            self.flatten_field(field.name.clone(), field, decl.name.span, &mut flat)?;
        }
        let mut offset = 0;
        for field in &mut flat {
            field.offset = offset;
            if !matches!(field.ty, ir::ScalarType::Varbit { .. }) {
                offset += field.ty.width();
            }
        }
        let id = self.ir.header_types.push(ir::HeaderType {
            name: decl.name.name.clone(),
            fields: flat,
            annotations: super::annotations::annotations(&decl.annotations),
            span: decl.name.span,
        });
        Ok(Rc::new(HeaderLayout { id, fields, starts }))
    }

    fn flatten_field(
        &mut self,
        name: Arc<str>,
        field: &Field,
        span: Span,
        flat: &mut Vec<ir::HeaderField>,
    ) -> Res<()> {
        match self.class(field.ty, span)? {
            Class::Scalar(ty) => {
                let annotations = super::annotations::annotations(field.annotations.iter());
                flat.push(ir::HeaderField { name, ty, offset: 0, annotations });
                Ok(())
            }
            Class::Struct { fields, .. } => {
                for inner in fields.iter() {
                    self.flatten_field(join(&name, &inner.name), inner, span, flat)?;
                }
                Ok(())
            }
            Class::Header(_)
            | Class::Union(_)
            | Class::Stack { .. }
            | Class::List(_)
            | Class::Int
            | Class::String
            | Class::Void
            | Class::Opaque(_) => Err(self.unsupported(span, format!("header field `{name}` of this type"))),
        }
    }

    /// How many leaves a header field of this type has.
    pub(super) fn leaf_count(&mut self, ty: TypeId, span: Span) -> Res<u32> {
        match self.class(ty, span)? {
            Class::Struct { fields, .. } => {
                let mut count = 0;
                for field in fields.iter() {
                    count += self.leaf_count(field.ty, span)?;
                }
                Ok(count)
            }
            _ => Ok(1),
        }
    }

    /// The scalar type that a type must be.
    pub(super) fn scalar_type(&mut self, ty: TypeId, span: Span) -> Res<ir::ScalarType> {
        match self.class(ty, span)? {
            Class::Scalar(ty) => Ok(ty),
            _ => Err(self.bug(span, "a scalar was expected here")),
        }
    }

    /// The shape of a type, for externs.
    pub(super) fn shape(&mut self, ty: TypeId, span: Span) -> Res<ir::TypeShape> {
        let ty = self.mono(ty);
        if matches!(self.types.list[ty], Type::Var(_)) {
            return Ok(ir::TypeShape::Opaque("_".into()));
        }
        Ok(match self.class(ty, span)? {
            Class::Scalar(ty) => ir::TypeShape::Scalar(ty),
            Class::Header(layout) => ir::TypeShape::Header(layout.id),
            Class::Stack { element, size } => match self.class(element, span)? {
                Class::Header(layout) => ir::TypeShape::Stack(layout.id, size),
                _ => {
                    let element = self.shape(element, span)?;
                    let fields = (0..size).map(|i| (index_name(i), element.clone())).collect();
                    ir::TypeShape::Struct { name: "".into(), fields }
                }
            },
            Class::Union(fields) => self.struct_shape("".into(), &fields, span)?,
            Class::Struct { name, fields } => self.struct_shape(name, &fields, span)?,
            Class::List(_) => ir::TypeShape::Opaque("list".into()),
            Class::Int => ir::TypeShape::Opaque("int".into()),
            Class::String => ir::TypeShape::Opaque("string".into()),
            Class::Void => ir::TypeShape::Opaque("void".into()),
            Class::Opaque(name) => ir::TypeShape::Opaque(name),
        })
    }

    fn struct_shape(&mut self, name: Arc<str>, fields: &Fields, span: Span) -> Res<ir::TypeShape> {
        let mut shapes = Vec::new();
        for field in fields.iter() {
            shapes.push((field.name.clone(), self.shape(field.ty, span)?));
        }
        Ok(ir::TypeShape::Struct { name, fields: shapes })
    }

    /// Binds type parameters for what `make` elaborates.
    pub(super) fn with_types<T>(
        &mut self,
        params: &[TypeVarId],
        args: &[TypeId],
        make: impl FnOnce(&mut Self) -> Res<T>,
    ) -> Res<T> {
        let args: Vec<TypeId> = args.iter().map(|&a| self.mono(a)).collect();
        let old: Vec<_> =
            params.iter().zip(args).map(|(&var, ty)| (var, self.types.vars.insert(var, ty))).collect();
        let result = make(self);
        for (var, ty) in old {
            match ty {
                Some(ty) => self.types.vars.insert(var, ty),
                None => self.types.vars.remove(&var),
            };
        }
        result
    }
}

/// `a.b`
pub(super) fn join(a: &str, b: &str) -> Arc<str> {
    if a.is_empty() {
        b.into()
    } else if b.starts_with('[') {
        format!("{a}{b}").into()
    } else {
        format!("{a}.{b}").into()
    }
}

/// `[i]`
pub(super) fn index_name(i: u32) -> Arc<str> {
    format!("[{i}]").into()
}

fn numbered(types: impl Iterator<Item = TypeId>) -> Fields {
    types
        .enumerate()
        .map(|(i, ty)| Field { name: index_name(i as u32), ty, annotations: Rc::new([]) })
        .collect()
}

/// A handle's position as a number.
pub(super) fn position(id: impl EntityRef) -> u32 {
    id.index() as u32
}
