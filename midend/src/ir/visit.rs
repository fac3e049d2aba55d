//! Walks over the IR, for passes and analyses that care for few of its nodes.

use super::*;

impl Stmt {
    /// The blocks directly in this statement.
    pub fn blocks_mut(&mut self) -> Vec<&mut Block> {
        match &mut self.kind {
            StmtKind::If { then_block, else_block, .. } => vec![then_block, else_block],
            StmtKind::Switch { cases, default, .. } => {
                cases.iter_mut().map(|(_, block)| block).chain(std::iter::once(default)).collect()
            }
            StmtKind::Labelled { body, .. } | StmtKind::Loop { body, .. } => vec![body],
            StmtKind::Assign { .. }
            | StmtKind::SetValid { .. }
            | StmtKind::CopyHeader { .. }
            | StmtKind::PushFront { .. }
            | StmtKind::PopFront { .. }
            | StmtKind::Leave(_)
            | StmtKind::ApplyTable { .. }
            | StmtKind::CallExtern { .. }
            | StmtKind::Extract { .. }
            | StmtKind::Lookahead { .. }
            | StmtKind::Advance { .. }
            | StmtKind::PacketLength { .. }
            | StmtKind::Verify { .. }
            | StmtKind::Reject { .. }
            | StmtKind::Emit(_)
            | StmtKind::EmitScalar(_) => Vec::new(),
        }
    }

    /// The blocks directly in this statement.
    pub fn blocks(&self) -> Vec<&Block> {
        match &self.kind {
            StmtKind::If { then_block, else_block, .. } => vec![then_block, else_block],
            StmtKind::Switch { cases, default, .. } => {
                cases.iter().map(|(_, block)| block).chain(std::iter::once(default)).collect()
            }
            StmtKind::Labelled { body, .. } | StmtKind::Loop { body, .. } => vec![body],
            StmtKind::Assign { .. }
            | StmtKind::SetValid { .. }
            | StmtKind::CopyHeader { .. }
            | StmtKind::PushFront { .. }
            | StmtKind::PopFront { .. }
            | StmtKind::Leave(_)
            | StmtKind::ApplyTable { .. }
            | StmtKind::CallExtern { .. }
            | StmtKind::Extract { .. }
            | StmtKind::Lookahead { .. }
            | StmtKind::Advance { .. }
            | StmtKind::PacketLength { .. }
            | StmtKind::Verify { .. }
            | StmtKind::Reject { .. }
            | StmtKind::Emit(_)
            | StmtKind::EmitScalar(_) => Vec::new(),
        }
    }

    /// Visits the expressions that this statement evaluates itself, those in indices included, not those in its blocks.
    pub fn exprs_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        match &mut self.kind {
            StmtKind::Assign { dst, src } => {
                dst.exprs_mut(visit);
                visit(src);
            }
            StmtKind::SetValid { header, .. } | StmtKind::Emit(header) => header.exprs_mut(visit),
            StmtKind::CopyHeader { dst, src } => {
                dst.exprs_mut(visit);
                src.exprs_mut(visit);
            }
            StmtKind::If { condition: e, .. }
            | StmtKind::Switch { scrutinee: e, .. }
            | StmtKind::Advance { bits: e }
            | StmtKind::Reject { error: e }
            | StmtKind::EmitScalar(e) => visit(e),
            StmtKind::CallExtern { args, result, .. } => {
                for arg in args.iter_mut().chain(result) {
                    arg.exprs_mut(visit);
                }
            }
            StmtKind::Extract { header, varbit_bits } => {
                header.exprs_mut(visit);
                varbit_bits.iter_mut().for_each(visit);
            }
            StmtKind::Verify { condition, error } => {
                visit(condition);
                visit(error);
            }
            StmtKind::PushFront { .. }
            | StmtKind::PopFront { .. }
            | StmtKind::Labelled { .. }
            | StmtKind::Leave(_)
            | StmtKind::Loop { .. }
            | StmtKind::ApplyTable { .. }
            | StmtKind::Lookahead { .. }
            | StmtKind::PacketLength { .. } => {}
        }
    }
}

impl Stmt {
    /// Visits the references to headers in this statement itself, also those in its expressions, not those in its blocks.
    pub fn headers(&self, visit: &mut dyn FnMut(&HeaderRef)) {
        match &self.kind {
            StmtKind::Assign { dst, src } => {
                dst.headers(visit);
                src.headers(visit);
            }
            StmtKind::SetValid { header, .. } | StmtKind::Emit(header) => header.headers(visit),
            StmtKind::CopyHeader { dst, src } => {
                dst.headers(visit);
                src.headers(visit);
            }
            StmtKind::If { condition: e, .. }
            | StmtKind::Switch { scrutinee: e, .. }
            | StmtKind::Advance { bits: e }
            | StmtKind::Reject { error: e }
            | StmtKind::EmitScalar(e) => e.headers(visit),
            StmtKind::CallExtern { args, result, .. } => {
                args.iter().chain(result).for_each(|arg| arg.headers(visit));
            }
            StmtKind::Extract { header, varbit_bits } => {
                header.headers(visit);
                varbit_bits.iter().for_each(|e| e.headers(visit));
            }
            StmtKind::Verify { condition, error } => {
                condition.headers(visit);
                error.headers(visit);
            }
            StmtKind::PushFront { .. }
            | StmtKind::PopFront { .. }
            | StmtKind::Labelled { .. }
            | StmtKind::Leave(_)
            | StmtKind::Loop { .. }
            | StmtKind::ApplyTable { .. }
            | StmtKind::Lookahead { .. }
            | StmtKind::PacketLength { .. } => {}
        }
    }
}

impl LValue {
    fn headers(&self, visit: &mut dyn FnMut(&HeaderRef)) {
        match self {
            LValue::Local(_) => {}
            LValue::Field { header, .. } => header.headers(visit),
            LValue::Slice { base, .. } => base.headers(visit),
        }
    }

    /// Visits the expressions in indices.
    pub fn exprs_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        match self {
            LValue::Local(_) => {}
            LValue::Field { header, .. } => header.exprs_mut(visit),
            LValue::Slice { base, .. } => base.exprs_mut(visit),
        }
    }

    /// The header and field that it is part of, if it is no local.
    pub fn root(&self) -> &LValue {
        match self {
            LValue::Local(_) | LValue::Field { .. } => self,
            LValue::Slice { base, .. } => base.root(),
        }
    }
}

impl HeaderRef {
    /// Visits itself, and what is in its index.
    fn headers(&self, visit: &mut dyn FnMut(&HeaderRef)) {
        visit(self);
        match self {
            HeaderRef::Header(_) | HeaderRef::Next(_) | HeaderRef::Last(_) => {}
            HeaderRef::Element { index, .. } => index.headers(visit),
        }
    }

    /// Visits the index.
    pub fn exprs_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        match self {
            HeaderRef::Header(_) | HeaderRef::Next(_) | HeaderRef::Last(_) => {}
            HeaderRef::Element { index, .. } => visit(index),
        }
    }
}

impl Arg {
    /// The value that is handed in, if it is one number that is always there.
    pub fn value(&self) -> Option<&Expr> {
        match self {
            Arg::In(value) => Some(value),
            Arg::While { .. }
            | Arg::Out(_)
            | Arg::Header(_)
            | Arg::Stack(_)
            | Arg::Struct(_)
            | Arg::String(_)
            | Arg::Extern(_)
            | Arg::Packet
            | Arg::Missing => None,
        }
    }

    /// Visits the numbers that are written, those of structures included; headers are not among them.
    pub fn targets<'a>(&'a self, visit: &mut dyn FnMut(&'a LValue)) {
        match self {
            Arg::Out(target) => visit(target),
            Arg::Struct(fields) => fields.iter().for_each(|(_, field)| field.targets(visit)),
            Arg::In(_)
            | Arg::While { .. }
            | Arg::Header(_)
            | Arg::Stack(_)
            | Arg::String(_)
            | Arg::Extern(_)
            | Arg::Packet
            | Arg::Missing => {}
        }
    }

    fn headers(&self, visit: &mut dyn FnMut(&HeaderRef)) {
        match self {
            Arg::In(expr) => expr.headers(visit),
            Arg::While { condition, value } => {
                condition.headers(visit);
                value.headers(visit);
            }
            Arg::Out(lvalue) => lvalue.headers(visit),
            Arg::Header(header) => header.headers(visit),
            Arg::Struct(fields) => fields.iter().for_each(|(_, field)| field.headers(visit)),
            Arg::Stack(_) | Arg::String(_) | Arg::Extern(_) | Arg::Packet | Arg::Missing => {}
        }
    }

    /// Visits the expressions in it.
    pub fn exprs_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        match self {
            Arg::In(expr) => visit(expr),
            Arg::While { condition, value } => {
                visit(condition);
                visit(value);
            }
            Arg::Out(lvalue) => lvalue.exprs_mut(visit),
            Arg::Header(header) => header.exprs_mut(visit),
            Arg::Struct(fields) => fields.iter_mut().for_each(|(_, field)| field.exprs_mut(visit)),
            Arg::Stack(_) | Arg::String(_) | Arg::Extern(_) | Arg::Packet | Arg::Missing => {}
        }
    }
}

impl Expr {
    /// Visits the references to headers in it.
    pub fn headers(&self, visit: &mut dyn FnMut(&HeaderRef)) {
        match &self.kind {
            ExprKind::Const(_) | ExprKind::Local(_) => {}
            ExprKind::Field { header, .. } | ExprKind::IsValid(header) => header.headers(visit),
            ExprKind::Unary(_, a) | ExprKind::Cast(a) | ExprKind::Slice { base: a, .. } => a.headers(visit),
            ExprKind::Binary(_, a, b) => {
                a.headers(visit);
                b.headers(visit);
            }
            ExprKind::Conditional(c, a, b) => {
                c.headers(visit);
                a.headers(visit);
                b.headers(visit);
            }
        }
    }

    /// Visits the operands, indices included.
    pub fn operands_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        match &mut self.kind {
            ExprKind::Const(_) | ExprKind::Local(_) => {}
            ExprKind::Field { header, .. } | ExprKind::IsValid(header) => header.exprs_mut(visit),
            ExprKind::Unary(_, a) | ExprKind::Cast(a) | ExprKind::Slice { base: a, .. } => visit(a),
            ExprKind::Binary(_, a, b) => {
                visit(a);
                visit(b);
            }
            ExprKind::Conditional(c, a, b) => {
                visit(c);
                visit(a);
                visit(b);
            }
        }
    }
}

/// Visits all statements of a block and of the blocks in it, outer ones first.
pub fn statements<'a>(block: &'a [Stmt], visit: &mut dyn FnMut(&'a Stmt)) {
    for stmt in block {
        visit(stmt);
        for inner in stmt.blocks() {
            statements(inner, visit);
        }
    }
}

/// Visits every statement's own expressions in a block and the blocks in it.
pub fn block_exprs_mut(block: &mut Block, visit: &mut dyn FnMut(&mut Expr)) {
    for stmt in block {
        stmt.exprs_mut(visit);
        for inner in stmt.blocks_mut() {
            block_exprs_mut(inner, visit);
        }
    }
}

impl Program {
    /// All outermost blocks: prologues and states, controls, actions.
    pub fn blocks_mut(&mut self) -> impl Iterator<Item = &mut Block> {
        let parsers = self.parsers.values_mut().flat_map(|parser| {
            std::iter::once(&mut parser.prologue).chain(parser.states.values_mut().map(|s| &mut s.body))
        });
        let controls = self.controls.values_mut().map(|c| &mut c.body);
        parsers.chain(controls).chain(self.actions.values_mut().map(|a| &mut a.body))
    }

    /// All outermost blocks: prologues and states, controls, actions.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        let parsers = self.parsers.values().flat_map(|parser| {
            std::iter::once(&parser.prologue).chain(parser.states.values().map(|s| &s.body))
        });
        parsers.chain(self.controls.values().map(|c| &c.body)).chain(self.actions.values().map(|a| &a.body))
    }

    /// Every expression that is no part of another one.
    pub fn exprs_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        for block in self.blocks_mut() {
            block_exprs_mut(block, visit);
        }
        for parser in self.parsers.values_mut() {
            for state in parser.states.values_mut() {
                if let Transition::Select { keys, .. } = &mut state.transition {
                    keys.iter_mut().for_each(&mut *visit);
                }
            }
        }
        for table in self.tables.values_mut() {
            table.keys.iter_mut().for_each(|key| visit(&mut key.expr));
        }
    }
}
