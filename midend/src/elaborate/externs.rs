//! Calls of extern functions and methods: arguments as trees of scalars and headers.

use super::assign::lvalue;
use super::env::CopyOut;
use super::inline::Actual;
use super::instance::ObjectKind;
use super::storage::Loc;
use super::types::Class;
use super::value::Value;
use super::{Elaborator, Res};
use crate::arch::{TAKE_BITS, is_message};
use crate::ir::{self, Arg, Expr, ExprKind, HeaderRef, StmtKind};
use p4xdp_frontend::hir::{Argument, Call, Direction, FunctionId, Type, TypeId};
use p4xdp_frontend::source::Span;

impl<'h> Elaborator<'h> {
    /// Calls an extern function, or a method of `instance`.
    pub(super) fn call_extern(
        &mut self,
        instance: Option<ir::ExternId>,
        id: FunctionId,
        call: &'h Call,
    ) -> Res<Value> {
        let function = &self.hir.functions[id];
        let span = call.span;
        let actuals = self.arguments(&function.params, &call.args, &call.order)?;
        // An extern writes its arguments in the order of the parameters; written in another order they go through copies.
        let is_reordered = !actuals.written.is_sorted();
        let mut args = Vec::new();
        let mut copies_of: Vec<Vec<CopyOut>> = Vec::new();
        for ((&param, actual), arg) in function.params.iter().zip(actuals.each).zip(&call.args) {
            let mut copies = Vec::new();
            let ty = match arg {
                Argument::Value(expr) => expr.ty,
                Argument::Ignored(_) | Argument::Missing => self.hir.variables[param].ty,
            };
            args.push(match actual {
                Actual::Value(value) => {
                    let mut arg = self.value_arg(value, ty, span)?;
                    let variable = &self.hir.variables[param];
                    let is_generic = matches!(self.types.list[variable.ty], Type::Var(_));
                    if is_generic
                        && &*variable.name.name == "data"
                        && TAKE_BITS.contains(&&*function.name.name)
                    {
                        leave_out_invalid(&mut arg);
                    }
                    arg
                }
                Actual::Loc(loc) if is_reordered && !matches!(loc, Loc::Discard) => {
                    let first = match self.direction(param) {
                        Direction::InOut => self.read(&loc, span)?,
                        Direction::In | Direction::Out | Direction::None => self.default_value(ty, span)?,
                    };
                    self.copied_arg(loc, first, ty, &mut copies, span)?
                }
                Actual::Loc(loc) => {
                    let reads = self.direction(param) == Direction::InOut;
                    self.loc_arg(loc, ty, reads, &mut copies, span)?
                }
                Actual::Saved(loc, value) => self.copied_arg(loc, value, ty, &mut copies, span)?,
                Actual::Constant(value) => {
                    let value = self.constant_value(&value, ty, span)?;
                    self.arg_of(value, span)?
                }
                Actual::Missing => Arg::Missing,
            });
            copies_of.push(copies);
        }
        let implied =
            self.env.implied.iter().find(|(name, ..)| args.is_empty() && *name == &*function.name.name);
        let mut copies = Vec::new();
        if let Some((_, loc, ty)) = implied.cloned() {
            args.push(self.loc_arg(loc, ty, true, &mut copies, span)?);
        }
        let written = actuals.written.iter().filter_map(|&at| copies_of.get(at));
        copies.extend(written.flatten().cloned());
        let mut type_args = Vec::new();
        let sends_message = instance.is_none() && is_message(&function.name.name);
        for &ty in &call.type_args {
            if sends_message {
                self.tell_message(ty, span)?;
            }
            type_args.push(self.shape(ty, span)?);
        }
        let result_type =
            self.with_types(&function.type_params, &call.type_args, |e| Ok(e.mono(function.result)))?;
        let result = match self.class(result_type, span)? {
            Class::Void => None,
            _ => Some(self.alloc(result_type, &"result".into(), &[], span)?),
        };
        let result_arg = match &result {
            Some(loc) => Some(self.loc_arg(loc.clone(), result_type, false, &mut copies, span)?),
            None => None,
        };
        let name = function.name.name.clone();
        self.push(StmtKind::CallExtern { instance, name, type_args, args, result: result_arg }, span);
        self.copy_out(&copies, span)?;
        match result {
            Some(loc) => self.read(&loc, span),
            None => Ok(Value::Void),
        }
    }

    /// An argument that is read; lists where headers or stacks are wanted are stored first.
    fn value_arg(&mut self, value: Value, ty: TypeId, span: Span) -> Res<Arg> {
        match (&value, self.class(ty, span)?) {
            (Value::HeaderList(_) | Value::Invalid, _) | (Value::List(_), Class::Stack { .. }) => {
                let loc = self.stored(value, ty, span)?;
                self.arg_of(Value::At(loc), span)
            }
            (Value::List(_), class @ Class::Struct { .. }) => {
                let Value::List(parts) = value else {
                    return Err(self.bug(span, "a list that is none"));
                };
                let types = self.part_types(&class, parts.len());
                let mut fields = Vec::new();
                for ((name, part), (_, ty)) in parts.into_iter().zip(types) {
                    fields.push((name, self.value_arg(part, ty, span)?));
                }
                Ok(Arg::Struct(fields))
            }
            _ => self.arg_of(value, span),
        }
    }

    /// A value as an argument.
    pub(super) fn arg_of(&mut self, value: Value, span: Span) -> Res<Arg> {
        Ok(match value {
            Value::Scalar(expr) => Arg::In(expr),
            Value::At(Loc::Header { header, .. }) => Arg::Header(header),
            Value::At(Loc::Stack(stack)) => Arg::Stack(stack),
            Value::At(Loc::Union(members)) => {
                Arg::Struct(members.iter().map(|(n, h)| (n.clone(), Arg::Header(h.clone()))).collect())
            }
            Value::At(Loc::UnionStack(members)) => {
                Arg::Struct(members.iter().map(|(n, s)| (n.clone(), Arg::Stack(*s))).collect())
            }
            Value::At(Loc::Struct(parts)) => {
                let mut fields = Vec::new();
                for (name, part) in parts.iter() {
                    let part = self.read(part, span)?;
                    fields.push((name.clone(), self.arg_of(part, span)?));
                }
                Arg::Struct(fields)
            }
            Value::List(parts) => {
                let mut fields = Vec::new();
                for (name, part) in parts {
                    fields.push((name, self.arg_of(part, span)?));
                }
                Arg::Struct(fields)
            }
            Value::String(text) => Arg::String(text),
            Value::Object(object) => match self.objects[object].kind {
                ObjectKind::Extern { id, .. } => Arg::Extern(id),
                ObjectKind::Control(_) | ObjectKind::Parser(_) => {
                    return Err(self.unsupported(span, "a control or parser as argument of an extern"));
                }
            },
            Value::Packet => Arg::Packet,
            Value::Void => Arg::Missing,
            Value::HeaderList(_) | Value::Invalid | Value::At(_) => {
                return Err(self.unsupported(span, "a header made in place as argument of an extern"));
            }
        })
    }

    /// An argument that is written. What has no l-value of its own goes through a copy.
    fn loc_arg(
        &mut self,
        loc: Loc,
        ty: TypeId,
        reads: bool,
        copies: &mut Vec<CopyOut>,
        span: Span,
    ) -> Res<Arg> {
        let loc = if loc.is_static() { loc } else { self.freeze_indices(&loc) };
        Ok(match &loc {
            Loc::Scalar(_) | Loc::Field { .. } | Loc::Slice { .. } if lvalue(&loc).is_some() => {
                match lvalue(&loc) {
                    Some(lvalue) => Arg::Out(lvalue),
                    None => Arg::Missing,
                }
            }
            Loc::Header { header, siblings } if siblings.is_empty() => Arg::Header(header.clone()),
            Loc::Stack(stack) => Arg::Stack(*stack),
            Loc::Struct(parts) => {
                let class = self.class(ty, span)?;
                let types = self.part_types(&class, parts.len());
                let mut fields = Vec::new();
                for ((name, part), (_, ty)) in parts.iter().zip(types) {
                    fields.push((name.clone(), self.loc_arg(part.clone(), ty, reads, copies, span)?));
                }
                Arg::Struct(fields)
            }
            Loc::Union(members) if members.iter().all(|(_, h)| matches!(h, HeaderRef::Header(_))) => {
                Arg::Struct(members.iter().map(|(n, h)| (n.clone(), Arg::Header(h.clone()))).collect())
            }
            Loc::UnionStack(members) => {
                Arg::Struct(members.iter().map(|(n, s)| (n.clone(), Arg::Stack(*s))).collect())
            }
            Loc::Discard => Arg::Missing,
            Loc::Scalar(_)
            | Loc::Field { .. }
            | Loc::Slice { .. }
            | Loc::DynamicSlice { .. }
            | Loc::Select { .. }
            | Loc::Union(_)
            | Loc::Header { .. } => {
                let first = if reads { self.read(&loc, span)? } else { self.default_value(ty, span)? };
                self.copied_arg(loc.clone(), first, ty, copies, span)?
            }
        })
    }

    /// An argument that goes through a copy, which holds `first` when the extern begins.
    fn copied_arg(
        &mut self,
        loc: Loc,
        first: Value,
        ty: TypeId,
        copies: &mut Vec<CopyOut>,
        span: Span,
    ) -> Res<Arg> {
        let copy = self.alloc(ty, &"tmp".into(), &[], span)?;
        self.write(&copy, first, ty, span)?;
        copies.push(CopyOut { param: copy.clone(), arg: loc, ty });
        self.loc_arg(copy, ty, true, copies, span)
    }
}

/// Fields of headers take part while their headers are valid.
fn leave_out_invalid(arg: &mut Arg) {
    if let Arg::Struct(fields) = arg {
        fields.iter_mut().for_each(|(_, field)| leave_out_invalid(field));
    }
    if let Arg::In(value) = arg
        && let ExprKind::Field { header, .. } = &value.kind
    {
        let condition = Expr::is_valid(header.clone(), value.span);
        *arg = Arg::While { condition, value: value.clone() };
    }
}
