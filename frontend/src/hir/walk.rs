//! A walk over the bodies of a program, for checks and listings: each statement, call and expression once, outer ones
//! first.

use super::{
    Access, ActionId, ActionRef, Argument, Block, Call, Callee, Construct, ControlId, Expr, ExprKind,
    FunctionId, Keyset, LocalDecl, ParserId, Parts, Program, Stmt, StmtKind, SwitchLabel, TableId,
    Transition,
};

/// What wants to see the parts of a program. Everything is ignored unless a method says otherwise; the walk goes on into
/// what was shown.
pub trait Visit<'p> {
    /// A list of statements: a block, a state's body, the beginning of a `for`.
    fn statements(&mut self, _statements: &'p [Stmt]) {}
    /// A statement.
    fn statement(&mut self, _statement: &'p Stmt) {}
    /// An expression that is evaluated, an argument for an `out` parameter included.
    fn expr(&mut self, _expr: &'p Expr) {}
    /// An l-value that is assigned to, or a header that is made valid or invalid; then what it is a part of.
    fn place(&mut self, _place: &'p Expr) {}
    /// A call.
    fn call(&mut self, _call: &'p Call) {}
    /// A constructor call.
    fn construct(&mut self, _construct: &'p Construct) {}
    /// An action in a table.
    fn action_ref(&mut self, _reference: &'p ActionRef) {}
    /// A keyset.
    fn keyset(&mut self, _keyset: &'p Keyset) {}
}

/// Something with statements or expressions of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Body {
    /// A function.
    Function(FunctionId),
    /// An action.
    Action(ActionId),
    /// A parser.
    Parser(ParserId),
    /// A control: its local variables and `apply`.
    Control(ControlId),
    /// A table.
    Table(TableId),
}

impl Program {
    /// Calls `see` with every expression, outer ones first.
    pub fn each_expr<'p>(&'p self, see: &mut dyn FnMut(&'p Expr)) {
        struct Every<'s, 'p>(&'s mut dyn FnMut(&'p Expr));
        impl<'p> Visit<'p> for Every<'_, 'p> {
            fn expr(&mut self, expr: &'p Expr) {
                (self.0)(expr);
            }
            fn place(&mut self, place: &'p Expr) {
                (self.0)(place);
            }
        }
        self.walk(&mut Every(see));
    }

    /// Shows the whole program to `visit`.
    pub fn walk<'p>(&'p self, visit: &mut dyn Visit<'p>) {
        let mut walk = Walk { visit };
        self.variables.values().filter_map(|variable| variable.default.as_ref()).for_each(|e| walk.expr(e));
        self.constants.values().for_each(|constant| walk.expr(&constant.init));
        self.instances.values().for_each(|instance| walk.construct(&instance.construct));
        self.value_sets.values().for_each(|set| walk.expr(&set.size));
        let functions = self.functions.keys().map(Body::Function);
        let actions = self.actions.keys().map(Body::Action);
        let parsers = self.parsers.keys().map(Body::Parser);
        let controls = self.controls.keys().map(Body::Control);
        let tables = self.tables.keys().map(Body::Table);
        for body in functions.chain(actions).chain(parsers).chain(controls).chain(tables) {
            self.walk_body(body, walk.visit);
        }
    }

    /// Shows one body to `visit`: its statements and local variables, not what it declares or calls.
    pub fn walk_body<'p>(&'p self, body: Body, visit: &mut dyn Visit<'p>) {
        let mut walk = Walk { visit };
        match body {
            Body::Function(id) => self.functions[id].body.iter().for_each(|body| walk.block(body)),
            Body::Action(id) => walk.block(&self.actions[id].body),
            Body::Parser(id) => {
                let Some(body) = &self.parsers[id].body else { return };
                walk.locals(&body.locals);
                for state in &body.states {
                    walk.statements(&state.body);
                    if let Transition::Select { keys, cases, .. } = &state.transition {
                        keys.iter().for_each(|key| walk.expr(key));
                        cases.iter().flat_map(|case| &case.keysets).for_each(|keyset| walk.keyset(keyset));
                    }
                }
            }
            Body::Control(id) => {
                let Some(body) = &self.controls[id].body else { return };
                walk.locals(&body.locals);
                walk.block(&body.apply);
            }
            Body::Table(id) => {
                let table = &self.tables[id];
                table.keys.iter().for_each(|key| walk.expr(&key.expr));
                table.actions.iter().chain(&table.default_action).for_each(|action| walk.action_ref(action));
                for entry in &table.entries {
                    entry.keysets.iter().for_each(|keyset| walk.keyset(keyset));
                    walk.action_ref(&entry.action);
                    entry.priority.iter().for_each(|priority| walk.expr(priority));
                }
                table.size.iter().for_each(|size| walk.expr(size));
                for property in &table.properties {
                    walk.expr(&property.value);
                    property.action.iter().for_each(|action| walk.action_ref(action));
                }
            }
        }
    }
}

struct Walk<'w, 'p> {
    visit: &'w mut dyn Visit<'p>,
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
        self.visit.statements(statements);
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &'p Stmt) {
        self.visit.statement(statement);
        match &statement.kind {
            StmtKind::Variable(_, init) => init.iter().for_each(|init| self.expr(init)),
            StmtKind::Constant(_)
            | StmtKind::Instance(_)
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Exit => {}
            StmtKind::Assign { lhs, op: _, rhs } => {
                self.place(lhs);
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
        self.visit.keyset(keyset);
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
        self.visit.action_ref(reference);
        reference.args.iter().flatten().for_each(|arg| self.argument(arg));
    }

    fn argument(&mut self, argument: &'p Argument) {
        match argument {
            Argument::Value(value) => self.expr(value),
            Argument::Ignored(_) | Argument::Missing => {}
        }
    }

    fn call(&mut self, call: &'p Call) {
        self.visit.call(call);
        match &call.callee {
            Callee::Method { object, .. }
            | Callee::ParserApply(object)
            | Callee::ControlApply(object)
            | Callee::IsValid(object) => self.expr(object),
            Callee::SetValid(object)
            | Callee::SetInvalid(object)
            | Callee::PushFront(object, _)
            | Callee::PopFront(object, _) => self.place(object),
            Callee::Function(_) | Callee::Action(_) | Callee::TableApply(_) => {}
        }
        call.args.iter().for_each(|arg| self.argument(arg));
    }

    fn construct(&mut self, construct: &'p Construct) {
        self.visit.construct(construct);
        construct.args.iter().for_each(|arg| self.argument(arg));
    }

    fn place(&mut self, e: &'p Expr) {
        self.visit.place(e);
        if let ExprKind::StackLastIndex(base) | ExprKind::StackSize(base) | ExprKind::Unary(_, base) = &e.kind
        {
            return self.place(base);
        }
        match e.access() {
            Access::Field(base, _)
            | Access::Next(base)
            | Access::Last(base)
            | Access::Slice(base, ..)
            | Access::Cast(base) => self.place(base),
            Access::Index(base, index) | Access::PlusSlice(base, index) => {
                self.place(base);
                self.expr(index);
            }
            Access::Variable(_) | Access::Value => self.parts(e),
        }
    }

    fn expr(&mut self, e: &'p Expr) {
        self.visit.expr(e);
        self.parts(e);
    }

    fn parts(&mut self, e: &'p Expr) {
        match e.parts() {
            Parts::Operands(operands) => {
                operands.into_iter().flatten().for_each(|operand| self.expr(operand))
            }
            Parts::Fields(fields) => fields.iter().for_each(|field| self.expr(field)),
            Parts::Call(call) => self.call(call),
            Parts::Construct(construct) => self.construct(construct),
        }
    }
}
