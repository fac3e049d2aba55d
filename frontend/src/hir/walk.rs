//! A walk over all expressions of a program, for checks and listings.

use super::{
    ActionRef, Argument, Block, Call, Callee, Construct, Expr, ExprKind, Keyset, LocalDecl, Program, Stmt,
    StmtKind, SwitchLabel, Transition,
};

impl Program {
    /// Calls `see` with every expression, outer ones first.
    pub fn each_expr<'p>(&'p self, see: &mut dyn FnMut(&'p Expr)) {
        let mut walk = Walk { see };
        self.variables.values().filter_map(|variable| variable.default.as_ref()).for_each(|e| walk.expr(e));
        self.constants.values().for_each(|constant| walk.expr(&constant.init));
        self.instances.values().for_each(|instance| walk.construct(&instance.construct));
        self.value_sets.values().for_each(|set| walk.expr(&set.size));
        self.functions
            .values()
            .filter_map(|function| function.body.as_ref())
            .for_each(|body| walk.block(body));
        self.actions.values().for_each(|action| walk.block(&action.body));
        for body in self.parsers.values().filter_map(|parser| parser.body.as_ref()) {
            walk.locals(&body.locals);
            for state in &body.states {
                walk.statements(&state.body);
                if let Transition::Select { keys, cases, .. } = &state.transition {
                    keys.iter().for_each(|key| walk.expr(key));
                    cases.iter().flat_map(|case| &case.keysets).for_each(|keyset| walk.keyset(keyset));
                }
            }
        }
        for body in self.controls.values().filter_map(|control| control.body.as_ref()) {
            walk.locals(&body.locals);
            walk.block(&body.apply);
        }
        for table in self.tables.values() {
            table.keys.iter().for_each(|key| walk.expr(&key.expr));
            table.actions.iter().chain(&table.default_action).for_each(|action| walk.action_ref(action));
            for entry in &table.entries {
                entry.keysets.iter().for_each(|keyset| walk.keyset(keyset));
                walk.action_ref(&entry.action);
                entry.priority.iter().for_each(|priority| walk.expr(priority));
            }
            table.size.iter().for_each(|size| walk.expr(size));
            table.properties.iter().for_each(|property| walk.expr(&property.value));
        }
    }
}

struct Walk<'w, 'p> {
    see: &'w mut dyn FnMut(&'p Expr),
}

impl<'p> Walk<'_, 'p> {
    fn locals(&mut self, locals: &'p [LocalDecl]) {
        for local in locals {
            match local {
                LocalDecl::Variable(_, Some(init)) => self.expr(init),
                LocalDecl::Variable(_, None)
                | LocalDecl::Constant(_)
                | LocalDecl::Instance(_)
                | LocalDecl::Action(_)
                | LocalDecl::Table(_)
                | LocalDecl::ValueSet(_) => {}
            }
        }
    }

    fn block(&mut self, block: &'p Block) {
        self.statements(&block.statements);
    }

    fn statements(&mut self, statements: &'p [Stmt]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &'p Stmt) {
        match &statement.kind {
            StmtKind::Variable(_, init) => init.iter().for_each(|init| self.expr(init)),
            StmtKind::Constant(_)
            | StmtKind::Instance(_)
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Exit => {}
            StmtKind::Assign { lhs, op: _, rhs } => {
                self.expr(lhs);
                self.expr(rhs);
            }
            StmtKind::Call(call) => self.call(call),
            StmtKind::If { condition, then_block, else_block } => {
                self.expr(condition);
                self.block(then_block);
                else_block.iter().for_each(|block| self.block(block));
            }
            StmtKind::Block(block) => self.block(block),
            StmtKind::Switch { scrutinee, cases, default } => {
                self.expr(scrutinee);
                for case in cases {
                    for label in &case.labels {
                        match label {
                            SwitchLabel::Value(value) => self.expr(value),
                            SwitchLabel::Action(..) => {}
                        }
                    }
                    self.block(&case.block);
                }
                default.iter().for_each(|block| self.block(block));
            }
            StmtKind::For { init, condition, update, body } => {
                self.statements(init);
                self.expr(condition);
                self.statements(update);
                self.block(body);
            }
            StmtKind::ForRange { variable: _, lo, hi, body } => {
                self.expr(lo);
                self.expr(hi);
                self.block(body);
            }
            StmtKind::ForIn { variable: _, collection, body } => {
                self.expr(collection);
                self.block(body);
            }
            StmtKind::Return(value) => value.iter().for_each(|value| self.expr(value)),
        }
    }

    fn keyset(&mut self, keyset: &'p Keyset) {
        match keyset {
            Keyset::Universal(_) | Keyset::ValueSet(..) => {}
            Keyset::Value(value) => self.expr(value),
            Keyset::Mask(a, b) | Keyset::Range(a, b) => {
                self.expr(a);
                self.expr(b);
            }
        }
    }

    fn action_ref(&mut self, reference: &'p ActionRef) {
        reference.args.iter().flatten().for_each(|arg| self.argument(arg));
    }

    fn argument(&mut self, argument: &'p Argument) {
        match argument {
            Argument::Value(value) => self.expr(value),
            Argument::Ignored(_) | Argument::Missing => {}
        }
    }

    fn call(&mut self, call: &'p Call) {
        match &call.callee {
            Callee::Method { object, .. }
            | Callee::ParserApply(object)
            | Callee::ControlApply(object)
            | Callee::IsValid(object)
            | Callee::SetValid(object)
            | Callee::SetInvalid(object)
            | Callee::PushFront(object, _)
            | Callee::PopFront(object, _) => self.expr(object),
            Callee::Function(_) | Callee::Action(_) | Callee::TableApply(_) => {}
        }
        call.args.iter().for_each(|arg| self.argument(arg));
    }

    fn construct(&mut self, construct: &'p Construct) {
        construct.args.iter().for_each(|arg| self.argument(arg));
    }

    fn expr(&mut self, e: &'p Expr) {
        (self.see)(e);
        match &e.kind {
            ExprKind::Literal(_)
            | ExprKind::Variable(_)
            | ExprKind::Constant(_)
            | ExprKind::Instance(_)
            | ExprKind::This
            | ExprKind::InvalidHeader
            | ExprKind::Default
            | ExprKind::ActionName(_)
            | ExprKind::Error => {}
            ExprKind::Construct(construct) => self.construct(construct),
            ExprKind::Field(base, _)
            | ExprKind::StackNext(base)
            | ExprKind::StackLast(base)
            | ExprKind::StackLastIndex(base)
            | ExprKind::StackSize(base)
            | ExprKind::Slice { base, .. }
            | ExprKind::Unary(_, base)
            | ExprKind::Cast(base) => self.expr(base),
            ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) => {
                self.expr(a);
                self.expr(b);
            }
            ExprKind::PlusSlice { base, lo, .. } => {
                self.expr(base);
                self.expr(lo);
            }
            ExprKind::Conditional(a, b, c) => {
                self.expr(a);
                self.expr(b);
                self.expr(c);
            }
            ExprKind::Aggregate(parts) => parts.iter().for_each(|part| self.expr(part)),
            ExprKind::Call(call) => self.call(call),
            ExprKind::TableHit { apply, .. } | ExprKind::TableActionRun(apply) => self.call(apply),
        }
    }
}
