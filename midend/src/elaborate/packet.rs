//! `packet_in`, `packet_out` and `verify` of core.p4.

use super::expr::NextAs;
use super::storage::Loc;
use super::types::Class;
use super::value::Value;
use super::{Elaborator, Res};
use crate::ir::{BinaryOp, Expr, HeaderRef, ScalarType, StmtKind};
use p4xdp_frontend::hir::{Argument, Call, FunctionId, TypeId};
use p4xdp_frontend::source::Span;
use std::sync::Arc;

impl<'h> Elaborator<'h> {
    /// A method of `packet_in` or `packet_out`.
    pub(super) fn packet_method(&mut self, method: FunctionId, call: &'h Call) -> Res<Value> {
        let function = &self.hir.functions[method];
        let span = call.span;
        match &*function.name.name {
            "emit" => {
                if let Some(Argument::Value(expr)) = call.args.first() {
                    let value = self.value(expr)?;
                    self.emit(value, expr.ty, span)?;
                }
                return Ok(Value::Void);
            }
            "extract" | "lookahead" | "advance" | "length" => self.in_parser(span)?,
            other => return Err(self.unsupported(span, format!("method `{other}` of a packet"))),
        }
        match &*function.name.name {
            "extract" => self.extract(call),
            "lookahead" => {
                let ty = match call.type_args.first() {
                    Some(&ty) => ty,
                    None => return Err(self.bug(span, "`lookahead` of no type")),
                };
                let mut offset = 0;
                self.lookahead(ty, &mut offset, &"lookahead".into(), span)
            }
            "advance" => {
                if let Some(Argument::Value(bits)) = call.args.first() {
                    let bits = self.scalar(bits)?;
                    self.push(StmtKind::Advance { bits }, span);
                }
                Ok(Value::Void)
            }
            _ => {
                let dst = self.new_local("length".into(), ScalarType::bit(32), Vec::new(), span);
                self.push(StmtKind::PacketLength { dst }, span);
                Ok(Value::Scalar(Expr::local(dst, ScalarType::bit(32), span)))
            }
        }
    }

    fn extract(&mut self, call: &'h Call) -> Res<Value> {
        let span = call.span;
        let target = match call.args.first() {
            Some(Argument::Value(expr)) => self.loc(expr, NextAs::Extracted)?,
            Some(Argument::Ignored(_) | Argument::Missing) | None => match call.type_args.first() {
                Some(&ty) => self.alloc(ty, &"skipped".into(), &[], span)?,
                None => return Err(self.bug(span, "`extract` of no type")),
            },
        };
        let Loc::Header { header, siblings } = target else {
            return Err(self.unsupported(span, "extraction into something that is no header"));
        };
        let mark = self.out.len();
        let varbit_bits = match call.args.get(1) {
            Some(Argument::Value(bits)) => Some(self.scalar(bits)?),
            _ => None,
        };
        let Loc::Header { header, siblings } = self.guard_loc(Loc::Header { header, siblings }, mark) else {
            return Err(self.bug(span, "a header that is none"));
        };
        self.push(StmtKind::Extract { header, varbit_bits }, span);
        for sibling in siblings.iter() {
            let header = match sibling {
                // `nextIndex` has moved on.
                HeaderRef::Next(stack) => {
                    let ty = ScalarType::bit(32);
                    let next = Expr::local(self.ir.stacks[*stack].next_index, ty, span);
                    let one = Expr::constant(1u8, ty, span);
                    let index = Box::new(Expr::binary(BinaryOp::Sub, next, one, ty, span));
                    HeaderRef::Element { stack: *stack, index }
                }
                HeaderRef::Header(_) | HeaderRef::Element { .. } | HeaderRef::Last(_) => sibling.clone(),
            };
            self.push(StmtKind::SetValid { header, valid: false }, span);
        }
        Ok(Value::Void)
    }

    /// The next bits of the packet as a value: one statement a leaf.
    fn lookahead(&mut self, ty: TypeId, offset: &mut u32, name: &Arc<str>, span: Span) -> Res<Value> {
        let class = self.class(ty, span)?;
        match &class {
            Class::Scalar(ScalarType::Varbit { .. }) => {
                Err(self.unsupported(span, "`lookahead` of a `varbit`"))
            }
            Class::Scalar(scalar) => Ok(Value::Scalar(self.lookahead_scalar(*scalar, offset, name, span))),
            Class::Header(layout) => {
                let mut fields = Vec::new();
                for field in self.ir.header_types[layout.id].fields.clone() {
                    let name = super::types::join(name, &field.name);
                    fields.push(self.lookahead_scalar(field.ty, offset, &name, span));
                }
                Ok(Value::HeaderList(fields))
            }
            Class::Struct { .. } | Class::Stack { .. } => {
                let mut parts = Vec::new();
                for (field, ty) in self.part_types(&class, 0) {
                    let name = super::types::join(name, &field);
                    parts.push((field, self.lookahead(ty, offset, &name, span)?));
                }
                Ok(Value::List(parts))
            }
            Class::Union(_)
            | Class::List(_)
            | Class::Int
            | Class::String
            | Class::Void
            | Class::Opaque(_) => Err(self.unsupported(span, "`lookahead` of this type")),
        }
    }

    fn lookahead_scalar(&mut self, ty: ScalarType, offset: &mut u32, name: &Arc<str>, span: Span) -> Expr {
        let bits = ScalarType::bit(ty.width());
        let dst = self.new_local(name.clone(), bits, Vec::new(), span);
        self.push(StmtKind::Lookahead { offset: *offset, dst }, span);
        *offset += ty.width();
        Expr::cast(Expr::local(dst, bits, span), ty, span)
    }

    /// `verify(condition, error)`
    pub(super) fn verify(&mut self, call: &'h Call) -> Res<Value> {
        self.in_parser(call.span)?;
        let (Some(Argument::Value(condition)), Some(Argument::Value(error))) =
            (call.args.first(), call.args.get(1))
        else {
            return Err(self.bug(call.span, "`verify` without arguments"));
        };
        let (condition, error) = self.scalar_pair(condition, error)?;
        self.push(StmtKind::Verify { condition, error }, call.span);
        Ok(Value::Void)
    }

    fn emit(&mut self, value: Value, ty: TypeId, span: Span) -> Res<()> {
        let class = self.class(ty, span)?;
        match value {
            Value::At(Loc::Header { header, .. }) => self.push(StmtKind::Emit(header), span),
            Value::At(Loc::Union(members)) => {
                for (_, header) in members.iter() {
                    self.push(StmtKind::Emit(header.clone()), span);
                }
            }
            Value::At(loc @ (Loc::Stack(_) | Loc::UnionStack(_))) => {
                let Class::Stack { element, size } = class else {
                    return Err(self.bug(span, "a stack of another type"));
                };
                let stack = Value::At(loc);
                for i in 0..size {
                    let part = self.element(&stack, i, span)?;
                    self.emit(part, element, span)?;
                }
            }
            Value::At(Loc::Struct(_)) | Value::List(_) => {
                let types = match &value {
                    Value::List(parts) => self.part_types(&class, parts.len()),
                    _ => self.part_types(&class, 0),
                };
                let parts = self.parts(value, ty, types.len(), span)?;
                for (part, (_, ty)) in parts.into_iter().zip(types) {
                    self.emit(part, ty, span)?;
                }
            }
            Value::HeaderList(_) => {
                let loc = self.stored(value, ty, span)?;
                self.emit(Value::At(loc), ty, span)?;
            }
            Value::Scalar(expr) => self.push(StmtKind::EmitScalar(expr), span),
            Value::Invalid | Value::Void => {}
            Value::At(_) | Value::String(_) | Value::Object(_) | Value::Packet => {
                return Err(self.unsupported(span, "`emit` of this"));
            }
        }
        Ok(())
    }
}
