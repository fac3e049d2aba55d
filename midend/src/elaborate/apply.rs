//! Controls: application of an instance, and the body.
//!
//! An instance's tables exist once however often it is applied, and they know its parameters and variables. So these are
//! bound once an instance: a parameter is its argument only if that is the same wherever the instance is applied.

use super::env::{Binding, Frame, FrameKind};
use super::footprint::Footprint;
use super::inline::Sharing;
use super::instance::{ObjectId, ObjectKind};
use super::stmt::is_atomic;
use super::value::Value;
use super::{Elaborator, Res};
use p4xdp_frontend::hir::{Call, ControlBody, LocalDecl};
use p4xdp_frontend::source::Span;
use std::rc::Rc;

impl<'h> Elaborator<'h> {
    pub(super) fn apply_control(&mut self, object: Value, call: &'h Call) -> Res<Value> {
        let Value::Object(object) = object else {
            return Err(self.bug(call.span, "an application of something that is no control"));
        };
        let ObjectKind::Control(decl) = self.objects[object].kind else {
            return Err(self.bug(call.span, "an application of something that is no control"));
        };
        let control = &self.hir.controls[decl];
        let Some(body) = &control.body else {
            return Err(self.bug(call.span, "a control type is applied"));
        };
        let actuals = self.arguments(&control.params, &call.args, &call.order)?;
        let instance = self.objects[object].instance;
        let is_shared = instance.is_none_or(|id| self.sites.is_escaped(id));
        self.within(object, |e| {
            let formals = match e.objects[object].params.clone() {
                Some(known) => known,
                None => {
                    let uniform: Vec<bool> = (0..actuals.each.len())
                        .map(|i| instance.is_some_and(|id| e.sites.is_uniform(id, i)))
                        .collect();
                    let free = Footprint::default();
                    let sharing = Sharing {
                        free: &free,
                        outputs: true,
                        each: &|i| uniform.get(i).copied().unwrap_or(false),
                    };
                    let formals: Rc<[_]> = e.formals(&control.params, &actuals.each, &sharing)?.into();
                    e.objects[object].params = Some(formals.clone());
                    formals
                }
            };
            let copy_outs = e.enter(&control.params, actuals, &formals, call.span)?;
            let frame = Frame { copy_outs, is_control: true, is_shared, ..Frame::new(FrameKind::Inlined) };
            e.framed(frame, call.span, |e| e.control_body(object, body))
        })?;
        Ok(Value::Void)
    }

    /// A control's variables, then its apply block.
    pub(super) fn control_body(&mut self, object: ObjectId, body: &'h ControlBody) -> Res<()> {
        debug_assert_eq!(self.env.owner, Some(object));
        self.variables(&body.locals)?;
        match self.objects[object].kind {
            ObjectKind::Control(decl) if is_atomic(&self.hir.controls[decl].annotations) => {
                self.atomic(body.apply.span, |e| e.block_stmt(&body.apply))
            }
            ObjectKind::Control(_) | ObjectKind::Parser(_) | ObjectKind::Extern { .. } => {
                self.block_stmt(&body.apply)
            }
        }
    }

    /// The variables of a parser or control; its other declarations make nothing where they stand.
    pub(super) fn variables(&mut self, locals: &'h [LocalDecl]) -> Res<()> {
        for local in locals {
            if let LocalDecl::Variable(var, init) = local {
                self.variable(*var, init.as_ref())?;
            }
        }
        Ok(())
    }

    /// The instance's apply parameters stand for these from now on.
    pub(super) fn bind_all(&mut self, params: &[p4xdp_frontend::hir::VarId], bindings: Vec<Binding>) {
        for (&param, binding) in params.iter().zip(bindings) {
            self.bind(param, binding);
        }
    }

    /// Fails politely where a construct can only stand in a parser.
    pub(super) fn in_parser(&mut self, span: Span) -> Res<()> {
        match self.parser {
            Some(_) => Ok(()),
            None => Err(self.unsupported(span, "this outside of a parser")),
        }
    }
}
