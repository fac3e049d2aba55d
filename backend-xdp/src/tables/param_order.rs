//! The byte order of an action's parameter in table entries: network order, if what the action does with it is mostly
//! to copy it into fields of the same width on byte boundaries, or to take it into a checksum. Then nothing is swapped
//! at run time.

use crate::layout::extern_facts::ExternFacts;
use p4xdp_control::storage::ByteOrder;
use p4xdp_midend::ir::{
    Action, ActionParam, Arg, Block, Expr, ExprKind, HeaderRef, LValue, LocalId, Program, ScalarType,
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
            self.stmt(&stmt.kind);
        }
    }

    fn stmt(&mut self, stmt: &StmtKind) {
        match stmt {
            StmtKind::Assign { dst, src } => match (dst, &src.kind) {
                (LValue::Field { header, field }, ExprKind::Local(local))
                    if *local == self.local && src.ty.width() == self.ty.width() =>
                {
                    self.header(header);
                    if is_byte_field(self.program, header, *field) {
                        self.copies += 1;
                    } else {
                        self.others += 1;
                    }
                }
                (LValue::Local(_) | LValue::Field { .. } | LValue::Slice { .. }, _) => {
                    self.lvalue(dst);
                    self.expr(src);
                }
            },
            StmtKind::SetValid { header, .. } | StmtKind::Emit(header) => self.header(header),
            StmtKind::CopyHeader { dst, src } => {
                self.header(dst);
                self.header(src);
            }
            StmtKind::PushFront { .. } | StmtKind::PopFront { .. } | StmtKind::Leave(_) => {}
            StmtKind::If { condition, then_block, else_block } => {
                self.expr(condition);
                self.block(then_block);
                self.block(else_block);
            }
            StmtKind::Switch { scrutinee, cases, default } => {
                self.expr(scrutinee);
                for (_, block) in cases {
                    self.block(block);
                }
                self.block(default);
            }
            StmtKind::Labelled { body, .. } | StmtKind::Loop { body, .. } => self.block(body),
            StmtKind::ApplyTable { table, hit, action_run } => {
                self.program.tables[*table].keys.iter().for_each(|key| self.expr(&key.expr));
                self.others += [hit, action_run].into_iter().flatten().filter(|l| **l == self.local).count();
            }
            StmtKind::CallExtern { name, args, result, .. } => {
                let order_free = self.externs.of(name).order_free;
                for arg in args.iter().chain(result) {
                    if let Arg::In(Expr { kind: ExprKind::Local(local), .. }) = arg
                        && *local == self.local
                        && order_free
                    {
                        self.copies += 1;
                    } else {
                        self.arg(arg);
                    }
                }
            }
            StmtKind::Extract { header, varbit_bits } => {
                self.header(header);
                varbit_bits.iter().for_each(|e| self.expr(e));
            }
            StmtKind::Lookahead { dst, offset: _ } | StmtKind::PacketLength { dst } => {
                self.others += usize::from(*dst == self.local);
            }
            StmtKind::Advance { bits } => self.expr(bits),
            StmtKind::Verify { condition, error } => {
                self.expr(condition);
                self.expr(error);
            }
            StmtKind::Reject { error } => self.expr(error),
            StmtKind::EmitScalar(value) => self.expr(value),
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Const(_) => {}
            ExprKind::Local(local) => self.others += usize::from(*local == self.local),
            ExprKind::Field { header, .. } | ExprKind::IsValid(header) => self.header(header),
            ExprKind::Unary(_, a) | ExprKind::Cast(a) | ExprKind::Slice { base: a, .. } => self.expr(a),
            ExprKind::Binary(_, a, b) => {
                self.expr(a);
                self.expr(b);
            }
            ExprKind::Conditional(a, b, c) => {
                self.expr(a);
                self.expr(b);
                self.expr(c);
            }
        }
    }

    fn header(&mut self, header: &HeaderRef) {
        match header {
            HeaderRef::Element { index, .. } => self.expr(index),
            HeaderRef::Header(_) | HeaderRef::Next(_) | HeaderRef::Last(_) => {}
        }
    }

    fn lvalue(&mut self, lvalue: &LValue) {
        match lvalue {
            LValue::Local(local) => self.others += usize::from(*local == self.local),
            LValue::Field { header, .. } => self.header(header),
            LValue::Slice { base, .. } => self.lvalue(base),
        }
    }

    fn arg(&mut self, arg: &Arg) {
        match arg {
            Arg::In(expr) => self.expr(expr),
            Arg::While { condition, value } => {
                self.expr(condition);
                self.expr(value);
            }
            Arg::Out(lvalue) => self.lvalue(lvalue),
            Arg::Header(header) => self.header(header),
            Arg::Struct(fields) => fields.iter().for_each(|(_, arg)| self.arg(arg)),
            Arg::Stack(_) | Arg::String(_) | Arg::Extern(_) | Arg::Packet | Arg::Missing => {}
        }
    }
}
