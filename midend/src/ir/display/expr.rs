//! Expressions, arguments and keysets as text.

use super::Printer;
use crate::ir::*;
use num_bigint::BigUint;

impl Printer<'_> {
    pub(super) fn expr(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Const(value) => self.constant(value, expr.ty),
            ExprKind::Local(id) => self.names.local(*id).to_string(),
            ExprKind::Field { header, field } => self.field(header, *field),
            ExprKind::IsValid(header) => format!("{}.isValid()", self.header(header)),
            ExprKind::Unary(op, a) => {
                let op = match op {
                    UnaryOp::Neg => "-",
                    UnaryOp::Not => "!",
                    UnaryOp::Complement => "~",
                };
                format!("{op}{}", self.operand(a))
            }
            ExprKind::Binary(op, a, b) => {
                format!("{} {} {}", self.operand(a), op.text(), self.operand(b))
            }
            ExprKind::Conditional(c, a, b) => {
                format!("{} ? {} : {}", self.operand(c), self.operand(a), self.operand(b))
            }
            ExprKind::Cast(a) => {
                format!("({}) {}", self.names.scalar_type(self.program, expr.ty), self.operand(a))
            }
            ExprKind::Slice { base, hi, lo } => format!("{}[{hi}:{lo}]", self.operand(base)),
        }
    }

    /// An expression as part of another one.
    fn operand(&self, expr: &Expr) -> String {
        let text = self.expr(expr);
        match &expr.kind {
            ExprKind::Const(_)
            | ExprKind::Local(_)
            | ExprKind::Field { .. }
            | ExprKind::IsValid(_)
            | ExprKind::Slice { .. } => text,
            ExprKind::Unary(..) | ExprKind::Binary(..) | ExprKind::Conditional(..) | ExprKind::Cast(_) => {
                format!("({text})")
            }
        }
    }

    fn constant(&self, value: &BigUint, ty: ScalarType) -> String {
        let position = usize::try_from(value).unwrap_or(usize::MAX);
        match ty {
            ScalarType::Bool => if *value == BigUint::default() { "false" } else { "true" }.into(),
            ScalarType::Bits { width, signed } => {
                let sign = if signed { 's' } else { 'w' };
                if *value < BigUint::from(10u8) {
                    format!("{width}{sign}{value}")
                } else {
                    format!("{width}{sign}{value:#x}")
                }
            }
            ScalarType::Varbit { .. } => format!("varbit {value:#x}"),
            ScalarType::Enum(id) => match self.program.enums[id].members.get(position) {
                Some(member) => format!("{}.{member}", self.program.enums[id].name),
                None => format!("{}.{value}", self.program.enums[id].name),
            },
            ScalarType::Error => match self.program.errors.get(position) {
                Some(name) => format!("error.{name}"),
                None => format!("error.{value}"),
            },
        }
    }

    pub(super) fn header(&self, header: &HeaderRef) -> String {
        match header {
            HeaderRef::Header(id) => self.names.header(*id).to_string(),
            HeaderRef::Element { stack, index } => {
                format!("{}[{}]", self.names.stack(*stack), self.expr(index))
            }
            HeaderRef::Next(stack) => format!("{}.next", self.names.stack(*stack)),
            HeaderRef::Last(stack) => format!("{}.last", self.names.stack(*stack)),
        }
    }

    fn field(&self, header: &HeaderRef, field: u32) -> String {
        let ty = match header {
            HeaderRef::Header(id) => self.program.headers[*id].ty,
            HeaderRef::Element { stack, .. } | HeaderRef::Next(stack) | HeaderRef::Last(stack) => {
                self.program.stacks[*stack].ty
            }
        };
        let field = self.program.header_types[ty].fields.get(field as usize);
        format!("{}.{}", self.header(header), field.map_or("?", |f| &f.name))
    }

    pub(super) fn lvalue(&self, lvalue: &LValue) -> String {
        match lvalue {
            LValue::Local(id) => self.names.local(*id).to_string(),
            LValue::Field { header, field } => self.field(header, *field),
            LValue::Slice { base, hi, lo } => format!("{}[{hi}:{lo}]", self.lvalue(base)),
        }
    }

    pub(super) fn arg(&self, arg: &Arg) -> String {
        match arg {
            Arg::In(expr) => self.expr(expr),
            Arg::While { condition, value } => {
                format!("{} while {}", self.expr(value), self.expr(condition))
            }
            Arg::Out(lvalue) => format!("&{}", self.lvalue(lvalue)),
            Arg::Header(header) => self.header(header),
            Arg::Stack(stack) => self.names.stack(*stack).to_string(),
            Arg::Struct(fields) => {
                let fields: Vec<String> =
                    fields.iter().map(|(name, f)| format!("{name} = {}", self.arg(f))).collect();
                format!("{{{}}}", fields.join(", "))
            }
            Arg::String(text) => format!("{text:?}"),
            Arg::Extern(id) => self.program.externs[*id].name.to_string(),
            Arg::Packet => "packet".into(),
            Arg::Missing => "_".into(),
        }
    }

    pub(super) fn shape(&self, shape: &TypeShape) -> String {
        match shape {
            TypeShape::Scalar(ty) => self.names.scalar_type(self.program, *ty),
            TypeShape::Header(id) => self.program.header_types[*id].name.to_string(),
            TypeShape::Stack(id, size) => format!("{}[{size}]", self.program.header_types[*id].name),
            TypeShape::Struct { name, fields } => {
                let fields: Vec<String> = fields.iter().map(|(_, f)| self.shape(f)).collect();
                format!("{name}{{{}}}", fields.join(", "))
            }
            TypeShape::Opaque(name) => name.to_string(),
        }
    }

    pub(super) fn keyset(&self, keyset: &Keyset) -> String {
        match keyset {
            Keyset::Universal => "_".into(),
            Keyset::Value(value) => format!("{value:#x}"),
            Keyset::Mask { value, mask } => format!("{value:#x} &&& {mask:#x}"),
            Keyset::Range { lo, hi } => format!("{lo:#x} .. {hi:#x}"),
            Keyset::ValueSet(id) => self.program.value_sets[*id].name.to_string(),
        }
    }

    pub(super) fn action_call(&self, table: &Table, call: &ActionCall) -> String {
        let name = match table.actions.get(call.action) {
            Some(action) => self.names.action(action.action),
            None => "?",
        };
        let args: Vec<String> = call.args.iter().map(|a| format!("{a:#x}")).collect();
        format!("{name}({})", args.join(", "))
    }
}
