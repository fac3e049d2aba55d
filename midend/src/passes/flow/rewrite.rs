//! What is known put in the place of what is written: in expressions, and in references to headers.

use super::facts::Fact;
use super::walk::Walker;
use crate::ir::visit::PartMut;
use crate::ir::*;
use crate::passes::fold;
use num_traits::ToPrimitive;

impl Walker<'_> {
    /// Puts what is known into an expression.
    pub(super) fn expr(&self, expr: &mut Expr) {
        expr.operands_mut(&mut |e| self.expr(e));
        let (ty, span) = (expr.ty, expr.span);
        match &mut expr.kind {
            ExprKind::Local(local) => match self.facts.local(*local) {
                Some(Fact::Const(value)) => *expr = Expr::constant((**value).clone(), ty, span),
                Some(Fact::Copy(other, _)) => *expr = Expr::local(*other, ty, span),
                Some(Fact::Field(header, field, _)) => {
                    let kind = ExprKind::Field { header: HeaderRef::Header(*header), field: *field };
                    *expr = Expr { kind, ty, span };
                }
                None => {}
            },
            ExprKind::Field { header, .. } => {
                if self.header(header) == Some(false) {
                    *expr = Expr::constant(0u8, ty, span);
                }
            }
            ExprKind::IsValid(header) => {
                if let Some(valid) = self.header(header) {
                    *expr = Expr::bool(valid, span);
                }
            }
            ExprKind::Const(_)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Conditional(..)
            | ExprKind::Cast(_)
            | ExprKind::Slice { .. } => {}
        }
        fold::fold_node(expr);
    }

    /// A stack's element by a constant index becomes the header itself. Answers the validity, if it is known.
    fn header(&self, header: &mut HeaderRef) -> Option<bool> {
        if let HeaderRef::Element { stack, index } = header
            && let Some(index) = index.as_const()
        {
            match index.to_usize().and_then(|i| self.program.stacks[*stack].elements.get(i)) {
                Some(&element) => *header = HeaderRef::Header(element),
                // Out of range there is no header.
                None => return Some(false),
            }
        }
        match header {
            HeaderRef::Header(id) => self.facts.validity(*id),
            HeaderRef::Element { .. } | HeaderRef::Next(_) | HeaderRef::Last(_) => None,
        }
    }

    /// References to headers in a statement; their indices have been rewritten.
    pub(super) fn refs(&self, stmt: &mut Stmt) {
        stmt.parts_mut(&mut |part| self.part(part));
    }

    fn part(&self, part: PartMut<'_>) {
        match part {
            PartMut::Written(header) | PartMut::Header(header) => {
                self.header(header);
            }
            PartMut::Target(lvalue) => self.lvalue(lvalue),
            PartMut::Arg(arg) | PartMut::Result(arg) => self.arg(arg),
            PartMut::Expr(_) | PartMut::Stack(_) | PartMut::Local(_) => {}
        }
    }

    fn lvalue(&self, lvalue: &mut LValue) {
        match lvalue {
            LValue::Local(_) => {}
            LValue::Field { header, .. } => {
                self.header(header);
            }
            LValue::Slice { base, .. } => self.lvalue(base),
        }
    }

    fn arg(&self, arg: &mut Arg) {
        match arg {
            Arg::Header(header) => {
                self.header(header);
            }
            Arg::Out(lvalue) => self.lvalue(lvalue),
            Arg::Struct(fields) => fields.iter_mut().for_each(|(_, field)| self.arg(field)),
            // Their expressions have been rewritten.
            Arg::While { condition, value } => {
                if condition.as_const().is_some_and(|known| *known != 0u8.into()) {
                    *arg = Arg::In(value.clone());
                }
            }
            Arg::In(_) | Arg::Stack(_) | Arg::String(_) | Arg::Extern(_) | Arg::Packet | Arg::Missing => {}
        }
    }
}
