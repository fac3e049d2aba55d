//! The byte order of an action's parameter in table entries: network order, if what the action does with it is mostly
//! to copy it into fields of the same width on byte boundaries, or to take it into a checksum. Then nothing is swapped
//! at run time.

use crate::layout::extern_facts::ExternFacts;
use p4xdp_control::storage::ByteOrder;
use p4xdp_midend::ir::visit::Part;
use p4xdp_midend::ir::{
    Action, ActionParam, Arg, Block, Expr, ExprKind, HeaderRef, LValue, LocalId, Program, ScalarType, Stmt,
    StmtKind,
};

/// The order in which a parameter is best kept.
pub(crate) fn param_order(
    program: &Program,
    externs: &ExternFacts,
    action: &Action,
    param: &ActionParam,
) -> ByteOrder {
    if !is_whole_bytes(param.ty) {
        return ByteOrder::Host;
    }
    let mut uses = Uses { program, externs, local: param.local, ty: param.ty, copies: 0, others: 0 };
    uses.block(&action.body);
    if uses.copies > 0 && uses.copies >= uses.others { ByteOrder::Network } else { ByteOrder::Host }
}

/// True for numbers that are two bytes or more, and bytes only.
pub fn is_whole_bytes(ty: ScalarType) -> bool {
    matches!(ty, ScalarType::Bits { width, .. } if width > 8 && width.is_multiple_of(8))
}

/// True for a field that is all of the bytes that it touches.
pub fn is_byte_field(program: &Program, header: &HeaderRef, field: u32) -> bool {
    let ty = match header {
        HeaderRef::Header(id) => program.headers[*id].ty,
        HeaderRef::Element { stack, .. } | HeaderRef::Next(stack) | HeaderRef::Last(stack) => {
            program.stacks[*stack].ty
        }
    };
    program.header_types[ty]
        .fields
        .get(field as usize)
        .is_some_and(|f| f.offset.is_multiple_of(8) && is_whole_bytes(f.ty))
}

/// Counts what a body does with one local.
struct Uses<'a> {
    program: &'a Program,
    externs: &'a ExternFacts,
    local: LocalId,
    ty: ScalarType,
    copies: usize,
    others: usize,
}

impl Uses<'_> {
    fn block(&mut self, block: &Block) {
        for stmt in block {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        if let StmtKind::Assign { dst: LValue::Field { header, field }, src } = &stmt.kind
            && matches!(src.kind, ExprKind::Local(local) if local == self.local)
            && src.ty.width() == self.ty.width()
        {
            self.header(header);
            if is_byte_field(self.program, header, *field) {
                self.copies += 1;
            } else {
                self.others += 1;
            }
        } else {
            stmt.parts(&mut |part| self.part(stmt, part));
        }
        if let StmtKind::ApplyTable { table, .. } = &stmt.kind {
            self.program.tables[*table].key_exprs().for_each(|expr| self.expr(expr));
        }
        stmt.blocks().into_iter().for_each(|inner| self.block(inner));
    }

    fn part(&mut self, stmt: &Stmt, part: Part<'_>) {
        match part {
            Part::Expr(expr) => self.expr(expr),
            Part::Target(lvalue) => self.lvalue(lvalue),
            Part::Written(header) | Part::Header(header) => self.header(header),
            Part::Stack(_) => {}
            Part::Local(local) => self.others += usize::from(*local == self.local),
            Part::Arg(arg) | Part::Result(arg) => {
                let order_free = matches!(&stmt.kind, StmtKind::CallExtern { name, .. } if self.externs.of(name).order_free);
                if order_free
                    && let Arg::In(Expr { kind: ExprKind::Local(local), .. }) = arg
                    && *local == self.local
                {
                    self.copies += 1;
                } else {
                    arg.parts(&mut |part| self.part(stmt, part));
                }
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        if let ExprKind::Local(local) = &expr.kind {
            self.others += usize::from(*local == self.local);
        }
        expr.operands(&mut |operand| self.expr(operand));
    }

    fn header(&mut self, header: &HeaderRef) {
        header.exprs(&mut |index| self.expr(index));
    }

    fn lvalue(&mut self, lvalue: &LValue) {
        match lvalue {
            LValue::Local(local) => self.others += usize::from(*local == self.local),
            LValue::Field { header, .. } => self.header(header),
            LValue::Slice { base, .. } => self.lvalue(base),
        }
    }
}
