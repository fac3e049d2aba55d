//! Calls, by what is called.

use super::env::{Binding, Frame, FrameKind};
use super::expr::NextAs;
use super::footprint::Footprint;
use super::inline::Sharing;
use super::instance::ObjectKind;
use super::storage::Loc;
use super::value::Value;
use super::{Elaborator, Res};
use crate::ir::{Expr, ScalarType, StmtKind};
use p4xdp_frontend::diagnostic::codes;
use p4xdp_frontend::hir::{self, ActionId, Argument, Call, Callee, ConstValue, FunctionId, FunctionKind};
use p4xdp_frontend::source::Span;

impl<'h> Elaborator<'h> {
    /// A call's result.
    pub(super) fn call(&mut self, call: &'h Call) -> Res<Value> {
        let hir = self.hir;
        let span = call.span;
        match &call.callee {
            Callee::Function(id) => {
                let function = &hir.functions[*id];
                match function.kind {
                    FunctionKind::Defined => self.call_function(*id, call),
                    FunctionKind::Extern | FunctionKind::Method { .. } | FunctionKind::Constructor { .. } => {
                        match &*function.name.name {
                            "verify" => self.verify(call),
                            "static_assert" => {
                                self.static_assert(call)?;
                                Ok(Value::Scalar(Expr::bool(true, span)))
                            }
                            _ => self.call_extern(None, *id, call),
                        }
                    }
                }
            }
            Callee::Action(id) => self.call_action(*id, call),
            Callee::Method { object, method } => self.call_method(object, *method, call),
            Callee::ParserApply(object) => {
                let object = self.value(object)?;
                self.apply_parser(object, call)
            }
            Callee::ControlApply(object) => {
                let object = self.value(object)?;
                self.apply_control(object, call)
            }
            Callee::TableApply(_) => self.apply_table(call, None, None).map(|_| Value::Void),
            Callee::IsValid(header) => {
                let value = self.value(header)?;
                self.is_valid(&value, span).map(Value::Scalar)
            }
            Callee::SetValid(header) => {
                let place = self.loc(header, NextAs::Element)?;
                match self.steady(&place) {
                    Loc::Header { header, siblings } => self.set_valid(&header, &siblings, span),
                    _ => return Err(self.bug(span, "`setValid` of something that is no header")),
                }
                Ok(Value::Void)
            }
            Callee::SetInvalid(header) => {
                let place = self.loc(header, NextAs::Element)?;
                match self.steady(&place) {
                    Loc::Header { header, siblings } => {
                        self.invalidate(&[header], span);
                        self.invalidate(&siblings, span);
                    }
                    _ => return Err(self.bug(span, "`setInvalid` of something that is no header")),
                }
                Ok(Value::Void)
            }
            Callee::PushFront(stack, count) => self.shift_stack(stack, *count, true, span),
            Callee::PopFront(stack, count) => self.shift_stack(stack, *count, false, span),
        }
    }

    /// It is a call of `static_assert`, whose result is known wherever it stands.
    pub(super) fn is_static_assert(&self, call: &Call) -> bool {
        match call.callee {
            Callee::Function(id) => {
                let function = &self.hir.functions[id];
                function.kind == FunctionKind::Extern && &*function.name.name == "static_assert"
            }
            Callee::Action(_)
            | Callee::Method { .. }
            | Callee::ParserApply(_)
            | Callee::ControlApply(_)
            | Callee::TableApply(_)
            | Callee::IsValid(_)
            | Callee::SetValid(_)
            | Callee::SetInvalid(_)
            | Callee::PushFront(..)
            | Callee::PopFront(..) => false,
        }
    }

    /// `static_assert(check, message)`, with the constructor arguments now in force (section "Static assertions"). It is true.
    pub(super) fn static_assert(&mut self, call: &Call) -> Res<()> {
        let mut given = call.args.iter().map(|argument| match argument {
            Argument::Value(value) => Some(value),
            Argument::Ignored(_) | Argument::Missing => None,
        });
        let (check, message) = (given.next().flatten(), given.next().flatten());
        let Some(check) = check else {
            return Err(self.bug(call.span, "an assertion without a condition"));
        };
        match self.constant(check)? {
            ConstValue::Bool(true) => Ok(()),
            _ => {
                let text = match message.map(|message| self.try_constant(message)).transpose()?.flatten() {
                    Some(ConstValue::String(message)) => format!("static assertion failed: {message}"),
                    Some(_) | None => "static assertion failed".to_owned(),
                };
                Err(self.error(codes::E0326, call.span, text))
            }
        }
    }

    /// `push_front` or `pop_front`. The stacks that make up a stack of unions share `nextIndex`, which moves only once.
    fn shift_stack(&mut self, stack: &'h hir::Expr, count: u32, push: bool, span: Span) -> Res<Value> {
        let loc = self.loc(stack, NextAs::Element)?;
        let stacks = match &loc {
            Loc::Stack(id) => vec![*id],
            Loc::UnionStack(members) => members.iter().map(|(_, id)| *id).collect(),
            _ => return Err(self.bug(span, "a shift of something that is no stack")),
        };
        let before = match (self.next_index(&loc), stacks.len()) {
            (Some(next), 2..) => {
                let ty = ScalarType::bit(32);
                Some((next, self.freeze_scalar(Expr::local(next, ty, span))))
            }
            _ => None,
        };
        for (i, stack) in stacks.into_iter().enumerate() {
            if let Some((next, before)) = &before
                && i > 0
            {
                let dst = crate::ir::LValue::Local(*next);
                self.push(StmtKind::Assign { dst, src: before.clone() }, span);
            }
            self.push(
                if push { StmtKind::PushFront { stack, count } } else { StmtKind::PopFront { stack, count } },
                span,
            );
        }
        Ok(Value::Void)
    }

    fn call_function(&mut self, id: FunctionId, call: &'h Call) -> Res<Value> {
        let function = &self.hir.functions[id];
        let Some(body) = &function.body else {
            return Err(self.bug(call.span, "a function without a body"));
        };
        let actuals = self.arguments(&function.params, &call.args, &call.order)?;
        self.with_types(&function.type_params, &call.type_args, |e| {
            e.scoped(|e| {
                let free = Footprint::default();
                let sharing = Sharing { free: &free, outputs: true, each: &|_| true };
                let formals = e.formals(&function.params, &actuals.each, &sharing)?;
                let copies = e.enter(&function.params, actuals, &formals, call.span)?;
                e.function_body(body, function.result, copies, call.span)
            })
        })
    }

    /// An action called in place: parameters without direction are `in` parameters.
    fn call_action(&mut self, id: ActionId, call: &'h Call) -> Res<Value> {
        // What actions call is part of them.
        let is_part = std::mem::replace(&mut self.env.in_action, true);
        if !is_part {
            self.tell_call(id);
        }
        let called = self.call_action_body(id, call);
        self.env.in_action = is_part;
        called.map(|()| Value::Void)
    }

    fn call_action_body(&mut self, id: ActionId, call: &'h Call) -> Res<()> {
        let action = &self.hir.actions[id];
        let actuals = self.arguments(&action.params, &call.args, &call.order)?;
        let free = self.mentioned_storage(id);
        self.scoped(|e| {
            let sharing = Sharing { free: &free, outputs: true, each: &|_| true };
            let formals = e.formals(&action.params, &actuals.each, &sharing)?;
            let copies = e.enter(&action.params, actuals, &formals, call.span)?;
            let frame = Frame { copy_outs: copies, ..Frame::new(FrameKind::Inlined) };
            e.framed(frame, call.span, |e| e.block_stmt(&action.body))
        })?;
        Ok(())
    }

    /// The storage that an action reaches by the names of its control.
    pub(super) fn mentioned_storage(&mut self, id: ActionId) -> Footprint {
        let hir = self.hir;
        let mentions = self.mentions.of(hir, id);
        let mut storage = Footprint::default();
        for (var, fields) in &mentions.paths {
            match self.env.vars.get(var) {
                Some(Binding::Loc(loc)) => {
                    let mut part = loc;
                    for field in fields {
                        match part {
                            Loc::Struct(parts) => match parts.get(*field as usize) {
                                Some((_, inner)) => part = inner,
                                None => break,
                            },
                            _ => break,
                        }
                    }
                    self.add_footprint(part, &mut storage, &mut Footprint::default());
                }
                Some(Binding::Value(value)) => self.value_reads(value, &mut storage),
                Some(Binding::Const(_) | Binding::Object(_) | Binding::Packet | Binding::Missing) | None => {}
            }
        }
        storage
    }

    fn call_method(&mut self, object_expr: &'h hir::Expr, method: FunctionId, call: &'h Call) -> Res<Value> {
        let hir = self.hir;
        let object = self.value(object_expr)?;
        if let Value::Packet = object {
            return self.packet_method(method, call);
        }
        let Some(instance) = self.extern_object(&object, call.span)? else {
            return Err(self.bug(call.span, "a method of nothing"));
        };
        if let Value::Object(object) = object
            && let FunctionKind::Method { is_abstract: true, .. } = hir.functions[method].kind
        {
            return self.call_implementation(object, method, call);
        }
        // Types of the object's own parameters: `T` of `Register<T, I>`.
        let ty = self.mono(object_expr.ty);
        let (params, args) = match &self.types.list[ty] {
            hir::Type::Extern(id, args) => (&hir.externs[*id].type_params[..], args.clone()),
            _ => (&[][..], Vec::new()),
        };
        self.with_types(params, &args, |e| e.call_extern(Some(instance), method, call))
    }

    /// An abstract method that the program calls itself.
    fn call_implementation(
        &mut self,
        object: super::instance::ObjectId,
        method: FunctionId,
        call: &'h Call,
    ) -> Res<Value> {
        let hir = self.hir;
        let ObjectKind::Extern { implementations, .. } = self.objects[object].kind else {
            return Err(self.bug(call.span, "an abstract method of a control"));
        };
        let name = &hir.functions[method].name.name;
        let Some(&id) = implementations.iter().find(|f| hir.functions[**f].name.name == *name) else {
            return Err(self.bug(call.span, format!("`{name}` has no implementation")));
        };
        let function = &hir.functions[id];
        let Some(body) = &function.body else {
            return Err(self.bug(call.span, "an implementation without a body"));
        };
        let actuals = self.arguments(&function.params, &call.args, &call.order)?;
        self.within(object, |e| {
            let outer = e.env.this.replace(object);
            let free = Footprint::default();
            let sharing = Sharing { free: &free, outputs: true, each: &|_| true };
            let result = e.formals(&function.params, &actuals.each, &sharing).and_then(|formals| {
                let copies = e.enter(&function.params, actuals, &formals, call.span)?;
                e.function_body(body, function.result, copies, call.span)
            });
            e.env.this = outer;
            result
        })
    }
}
