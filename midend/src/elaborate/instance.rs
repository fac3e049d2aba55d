//! Instances: each construction is evaluated once, in its place, with the objects that it declares.

use super::env::Binding;
use super::names::full_name;
use super::storage::Loc;
use super::table::TableInfo;
use super::types::join;
use super::{Elaborator, Res};
use crate::arch::has_told_types;
use crate::ir;
use cranelift_entity::entity_impl;
use p4xdp_frontend::hir::{
    self, ActionId, Annotation, Argument, Construct, Constructor, ControlId, FunctionId, InstanceId,
    LocalDecl, ParserId, TableId, TypeId, TypeVarId, ValueSetId, VarId,
};
use p4xdp_frontend::source::Span;
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::Arc;

/// An instance.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ObjectId(u32);
entity_impl!(ObjectId, "object");

/// What an instance is of.
#[derive(Clone, Copy, Debug)]
pub(super) enum ObjectKind<'h> {
    Extern { id: ir::ExternId, implementations: &'h [FunctionId] },
    Control(ControlId),
    Parser(ParserId),
}

/// An instance with all that is made once for it.
#[derive(Clone)]
pub(super) struct Object<'h> {
    pub(super) kind: ObjectKind<'h>,
    /// Full control-plane name.
    pub(super) name: Arc<str>,
    /// The HIR's instance, where it has one.
    pub(super) instance: Option<InstanceId>,
    /// The instance that it was made in.
    parent: Option<ObjectId>,
    /// Constructor parameters.
    constructor: Rc<[(VarId, Binding)]>,
    types: Rc<(Vec<TypeVarId>, Vec<TypeId>)>,
    instances: FxHashMap<InstanceId, ObjectId>,
    pub(super) value_sets: FxHashMap<ValueSetId, ir::ValueSetId>,
    pub(super) tables: FxHashMap<TableId, Rc<TableInfo>>,
    /// Actions without bound parameters.
    pub(super) actions: FxHashMap<ActionId, ir::ActionId>,
    /// Storage of the variables in a control.
    pub(super) locals: FxHashMap<VarId, Loc>,
    /// What the apply parameters are bound to, from the first application on.
    pub(super) params: Option<Rc<[super::inline::Formal]>>,
}

/// Where an instance is declared.
struct Declared<'h> {
    instance: Option<InstanceId>,
    annotations: &'h [Annotation],
    implementations: &'h [FunctionId],
    locals: &'h [LocalDecl],
    span: Span,
}

impl<'h> Elaborator<'h> {
    /// The object that a declared instance is here; made when first asked for.
    pub(super) fn instance(&mut self, id: InstanceId) -> Res<ObjectId> {
        let hir = self.hir;
        let owner = self.declaring_owner(id);
        if let Some(owner) = owner
            && let Some(&known) = self.objects[owner].instances.get(&id)
        {
            return Ok(known);
        }
        if let Some(&known) = self.env.globals.get(&id) {
            return Ok(known);
        }
        let instance = &hir.instances[id];
        let is_global = self.env.is_global(hir, id);
        let scope = match owner {
            Some(owner) if !is_global => self.objects[owner].name.clone(),
            _ => "".into(),
        };
        let name = full_name(&scope, &instance.name.name, &instance.annotations);
        let declared = Declared {
            instance: Some(id),
            annotations: &instance.annotations,
            implementations: &instance.implementations,
            locals: &instance.locals,
            span: instance.name.span,
        };
        let object = self.construct(&instance.construct, name, declared)?;
        match owner {
            Some(owner) if !is_global => self.objects[owner].instances.insert(id, object),
            _ => self.env.globals.insert(id, object),
        };
        Ok(object)
    }

    /// The object at hand that declares an instance: a method that the program implements may name what is around its object.
    fn declaring_owner(&self, id: InstanceId) -> Option<ObjectId> {
        let declares = |object: &Object<'_>| match (object.kind, object.instance) {
            (ObjectKind::Extern { .. }, Some(instance)) => self.hir.instances[instance]
                .locals
                .iter()
                .any(|local| matches!(local, LocalDecl::Instance(local) if *local == id)),
            (ObjectKind::Extern { .. }, None) => false,
            (ObjectKind::Control(_) | ObjectKind::Parser(_), _) => true,
        };
        let mut owner = self.env.owner;
        while let Some(object) = owner.map(|owner| &self.objects[owner]).filter(|object| !declares(object)) {
            owner = object.parent;
        }
        owner
    }

    /// An instance made in place, as argument of the parameter `name` of what `scope` is.
    pub(super) fn construct_in_place(
        &mut self,
        construct: &'h Construct,
        name: &str,
        span: Span,
    ) -> Res<ObjectId> {
        let declared = Declared { instance: None, annotations: &[], implementations: &[], locals: &[], span };
        self.construct(construct, name.into(), declared)
    }

    fn construct(
        &mut self,
        construct: &'h Construct,
        name: Arc<str>,
        declared: Declared<'h>,
    ) -> Res<ObjectId> {
        self.check_size(declared.span)?;
        if self.objects.len() > self.most_statements() {
            return Err(self.grows_too_large(declared.span, "the program has too many instances"));
        }
        if self.enclosing_instances >= super::MOST_INLINED {
            let message = "the program has too many instances within one another";
            return Err(self.grows_too_large(declared.span, message));
        }
        let hir = self.hir;
        let (params, type_params, locals): (&[VarId], &[TypeVarId], &[LocalDecl]) =
            match construct.constructor {
                Constructor::Extern(id, function) => {
                    (&hir.functions[function].params, &hir.externs[id].type_params, declared.locals)
                }
                Constructor::Parser(id) => {
                    let parser = &hir.parsers[id];
                    let locals = parser.body.as_ref().map_or(&[][..], |b| &b.locals);
                    (&parser.constructor_params, &parser.type_params, locals)
                }
                Constructor::Control(id) => {
                    let control = &hir.controls[id];
                    let locals = control.body.as_ref().map_or(&[][..], |b| &b.locals);
                    (&control.constructor_params, &control.type_params, locals)
                }
                Constructor::Package(_) => {
                    return Err(self.unsupported(declared.span, "a package in this place"));
                }
            };
        let mut bindings = Vec::new();
        for (&param, arg) in params.iter().zip(&construct.args) {
            let binding = match arg {
                Argument::Value(expr) => {
                    self.constant_binding(expr, &join(&name, &hir.variables[param].name.name))?
                }
                Argument::Ignored(_) | Argument::Missing => Binding::Missing,
            };
            bindings.push((param, binding));
        }
        let types: Vec<TypeId> = construct.type_args.iter().map(|&t| self.mono(t)).collect();
        let kind = match construct.constructor {
            Constructor::Extern(id, _) => ObjectKind::Extern {
                id: self.extern_instance(id, &name, construct, &bindings, &types, &declared)?,
                implementations: declared.implementations,
            },
            Constructor::Parser(id) => ObjectKind::Parser(id),
            Constructor::Control(id) => ObjectKind::Control(id),
            Constructor::Package(_) => return Err(self.bug(declared.span, "a package among objects")),
        };
        let object = self.objects.push(Object {
            kind,
            name,
            instance: declared.instance,
            parent: self.env.owner,
            constructor: bindings.into(),
            types: Rc::new((type_params.to_vec(), types)),
            instances: FxHashMap::default(),
            value_sets: FxHashMap::default(),
            tables: FxHashMap::default(),
            actions: FxHashMap::default(),
            locals: FxHashMap::default(),
            params: None,
        });
        self.enclosing_instances += 1;
        let made = self.within(object, |e| {
            for local in locals {
                if let LocalDecl::Instance(id) = local {
                    e.instance(*id)?;
                }
            }
            Ok(())
        });
        self.enclosing_instances -= 1;
        made.map(|()| object)
    }

    /// Makes something of an instance's body: its constructor and type arguments hold, its declarations are in scope.
    pub(super) fn within<T>(&mut self, object: ObjectId, make: impl FnOnce(&mut Self) -> Res<T>) -> Res<T> {
        let constructor = self.objects[object].constructor.clone();
        let types = self.objects[object].types.clone();
        self.scoped(|e| {
            for (param, binding) in constructor.iter() {
                e.bind(*param, binding.clone());
            }
            e.owned(Some(object), |e| e.with_types(&types.0, &types.1, make))
        })
    }

    fn extern_instance(
        &mut self,
        decl: hir::ExternId,
        name: &Arc<str>,
        construct: &Construct,
        bindings: &[(VarId, Binding)],
        types: &[TypeId],
        declared: &Declared<'h>,
    ) -> Res<ir::ExternId> {
        let hir = self.hir;
        let mut type_args = Vec::new();
        let mut told_types = Vec::new();
        let is_told = has_told_types(&hir.externs[decl].name.name);
        for &ty in types {
            type_args.push(self.shape(ty, declared.span)?);
            if is_told {
                told_types.push(self.told_type(ty, declared.span)?);
            }
        }
        let mut args = Vec::new();
        for ((param, binding), arg) in bindings.iter().zip(&construct.args) {
            // The parameter's type may mention the extern's own type parameters; the argument's does not.
            let (ty, span) = match arg {
                Argument::Value(expr) => (expr.ty, expr.span),
                Argument::Ignored(span) => (hir.variables[*param].ty, *span),
                Argument::Missing => (hir.variables[*param].ty, declared.span),
            };
            args.push(self.constant_arg(binding, ty, span)?);
        }
        Ok(self.ir.externs.push(ir::ExternInstance {
            name: name.clone(),
            extern_type: hir.externs[decl].name.name.clone(),
            type_args,
            told_types,
            args,
            annotations: super::annotations::annotations(declared.annotations),
            span: declared.span,
        }))
    }

    /// A constructor argument or property value for an extern.
    pub(super) fn constant_arg(&mut self, binding: &Binding, ty: TypeId, span: Span) -> Res<ir::Arg> {
        match binding {
            Binding::Const(value) => {
                let value = self.constant_value(value, ty, span)?;
                self.arg_of(value, span)
            }
            Binding::Object(object) => match self.objects[*object].kind {
                ObjectKind::Extern { id, .. } => Ok(ir::Arg::Extern(id)),
                ObjectKind::Control(_) | ObjectKind::Parser(_) => {
                    Err(self.unsupported(span, "a control or parser as argument of an extern"))
                }
            },
            Binding::Missing => Ok(ir::Arg::Missing),
            Binding::Loc(_) | Binding::Value(_) | Binding::Packet => {
                Err(self.bug(span, "a constructor argument that is not constant"))
            }
        }
    }
}
