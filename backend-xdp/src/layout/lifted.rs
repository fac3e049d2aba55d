//! Headers with a varbit field that cannot be left in the packet: in go a program and the blocks of a section, out come the headers with whose
//! varbit, or with what stands behind it, something is done.
//!
//! How long a varbit is, and so where the fields behind it are, is known at run time only. A header that is no more than extracted and emitted
//! stays in the packet all the same, and so does one whose varbit goes into a checksum or hash. Any other is lifted out: where it is
//! extracted, it is copied to memory, in which the varbit has a place of its own, as long as it can be, and all fields are where they always are.

use super::storage::candidates;
use cranelift_entity::EntitySet;
use p4xdp_midend::ir::visit::Part;
use p4xdp_midend::ir::{
    Arg, Block, Expr, ExprKind, HeaderId, HeaderRef, HeaderType, LValue, Program, ScalarType, StackId,
    StmtKind, Transition,
};

/// The headers that are lifted out of the packet.
pub fn lifted(program: &Program, blocks: &[&Block]) -> EntitySet<HeaderId> {
    let mut walk = Walk { program, lifted: EntitySet::new() };
    if program.header_types.values().all(|ty| ty.varbit_field().is_none()) {
        return walk.lifted;
    }
    blocks.iter().for_each(|block| walk.block(block));
    for state in program.parsers.values().flat_map(|parser| parser.states.values()) {
        if let Transition::Select { keys, .. } = &state.transition {
            keys.iter().for_each(|key| walk.expr(key));
        }
    }
    for key in program.tables.values().flat_map(|table| &table.keys) {
        walk.expr(&key.expr);
    }
    walk.lifted
}

struct Walk<'a> {
    program: &'a Program,
    lifted: EntitySet<HeaderId>,
}

impl Walk<'_> {
    fn block(&mut self, block: &Block) {
        for stmt in block {
            match &stmt.kind {
                StmtKind::SetValid { header, valid: true } => self.whole(header),
                StmtKind::CopyHeader { dst, src } => {
                    self.lift(dst);
                    self.lift(src);
                }
                StmtKind::PushFront { stack, .. } | StmtKind::PopFront { stack, .. } => self.moved(*stack),
                StmtKind::SetValid { valid: false, .. }
                | StmtKind::Assign { .. }
                | StmtKind::If { .. }
                | StmtKind::Switch { .. }
                | StmtKind::Labelled { .. }
                | StmtKind::Leave(_)
                | StmtKind::Loop { .. }
                | StmtKind::ApplyTable { .. }
                | StmtKind::CallExtern { .. }
                | StmtKind::Extract { .. }
                | StmtKind::Lookahead { .. }
                | StmtKind::Advance { .. }
                | StmtKind::PacketLength { .. }
                | StmtKind::Verify { .. }
                | StmtKind::Reject { .. }
                | StmtKind::Emit(_)
                | StmtKind::EmitScalar(_) => {}
            }
            stmt.parts(&mut |part| match part {
                Part::Expr(expr) => self.expr(expr),
                Part::Target(target) => self.target(target),
                Part::Arg(arg) | Part::Result(arg) => self.arg(arg),
                Part::Written(header) | Part::Header(header) => header.exprs(&mut |index| self.expr(index)),
                Part::Stack(_) | Part::Local(_) => {}
            });
            stmt.blocks().into_iter().for_each(|inner| self.block(inner));
        }
    }

    fn moved(&mut self, stack: StackId) {
        if self.program.header_types[self.program.stacks[stack].ty].varbit_field().is_some() {
            self.lifted.extend(self.program.stacks[stack].elements.iter().copied());
        }
    }

    fn target(&mut self, target: &LValue) {
        if let LValue::Field { header, field } = target.root() {
            self.field(header, *field);
        }
        target.exprs(&mut |index| self.expr(index));
    }

    /// Data of a checksum or hash may have a varbit as it is in the packet.
    fn arg(&mut self, arg: &Arg) {
        match arg {
            Arg::In(value) => self.value(value),
            Arg::While { condition, value } => {
                self.expr(condition);
                self.value(value);
            }
            Arg::Header(header) => self.whole(header),
            Arg::Stack(stack) => {
                for element in &self.program.stacks[*stack].elements {
                    self.whole(&HeaderRef::Header(*element));
                }
            }
            Arg::Struct(fields) => fields.iter().for_each(|(_, field)| self.arg(field)),
            Arg::Out(target) => self.target(target),
            Arg::String(_) | Arg::Extern(_) | Arg::Packet | Arg::Missing => {}
        }
    }

    fn value(&mut self, value: &Expr) {
        let in_packet = matches!(value.ty, ScalarType::Varbit { .. })
            && value.as_field().is_some_and(|(header, _)| candidates(self.program, header).len() == 1);
        if !in_packet {
            self.expr(value);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        if let ExprKind::Field { header, field } = &expr.kind {
            self.field(header, *field);
        }
        expr.operands(&mut |operand| self.expr(operand));
    }

    fn ty(&self, header: HeaderId) -> &HeaderType {
        &self.program.header_types[self.program.headers[header].ty]
    }

    fn field(&mut self, header: &HeaderRef, field: u32) {
        for id in candidates(self.program, header) {
            if self.ty(id).varbit_field().is_some_and(|varbit| field >= varbit) {
                self.lifted.insert(id);
            }
        }
    }

    /// All fields of it are used; those in front of the varbit, and that itself, can stay.
    fn whole(&mut self, header: &HeaderRef) {
        for id in candidates(self.program, header) {
            let ty = self.ty(id);
            if ty.varbit_field().is_some_and(|varbit| varbit as usize + 1 < ty.fields.len()) {
                self.lifted.insert(id);
            }
        }
    }

    fn lift(&mut self, header: &HeaderRef) {
        for id in candidates(self.program, header) {
            if self.ty(id).varbit_field().is_some() {
                self.lifted.insert(id);
            }
        }
    }
}
