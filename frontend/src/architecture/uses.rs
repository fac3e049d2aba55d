//! What a block of a package uses, directly or through what it instantiates, calls and looks up in tables: extern
//! functions, extern objects and their methods, tables.

use crate::hir::{
    ActionRef, Body, Call, Callee, Construct, Constructor, ExprKind, FunctionKind, InstanceId, LocalDecl,
    Program, Stmt, StmtKind, TableId, Visit,
};
use crate::source::Span;
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// A use of an extern.
pub(super) struct ExternUse {
    /// The function, or the object's type.
    pub(super) name: Arc<str>,
    /// A call of a function.
    pub(super) is_call: bool,
    /// Where.
    pub(super) span: Span,
}

/// A call of a method of a declared object.
pub(super) struct MethodUse {
    pub(super) object: InstanceId,
    /// Where the call stands.
    pub(super) body: Body,
    pub(super) span: Span,
}

/// All that a block uses, each place once.
#[derive(Default)]
pub(super) struct Uses {
    pub(super) externs: Vec<ExternUse>,
    pub(super) methods: Vec<MethodUse>,
    pub(super) tables: Vec<TableId>,
}

impl Uses {
    /// Of a block and whatever it leads to.
    pub(super) fn of(program: &Program, block: Body) -> Uses {
        let mut uses = Uses::default();
        let mut seen: FxHashSet<Body> = FxHashSet::default();
        let mut waiting = vec![block];
        while let Some(body) = waiting.pop() {
            if !seen.insert(body) {
                continue;
            }
            if let Body::Table(table) = body {
                uses.tables.push(table);
            }
            let mut finder = Finder { program, body, uses: &mut uses, waiting: &mut waiting };
            finder.locals();
            program.walk_body(body, &mut finder);
        }
        // In the order of the text, which is that of people.
        uses.tables.sort_unstable();
        uses.externs.sort_by_key(|used| used.span);
        uses.methods.sort_by_key(|used| used.span);
        uses
    }
}

/// The extern type of an object; empty for an instance of anything else.
pub(super) fn extern_of(program: &Program, instance: InstanceId) -> &str {
    match program.instances[instance].construct.constructor {
        Constructor::Extern(id, _) => &program.externs[id].name.name,
        Constructor::Parser(_) | Constructor::Control(_) | Constructor::Package(_) => "",
    }
}

struct Finder<'f, 'p> {
    program: &'p Program,
    body: Body,
    uses: &'f mut Uses,
    waiting: &'f mut Vec<Body>,
}

impl Finder<'_, '_> {
    fn locals(&mut self) {
        let locals = match self.body {
            Body::Parser(id) => self.program.parsers[id].body.as_ref().map(|body| &body.locals),
            Body::Control(id) => self.program.controls[id].body.as_ref().map(|body| &body.locals),
            Body::Function(_) | Body::Action(_) | Body::Table(_) => None,
        };
        for local in locals.into_iter().flatten() {
            match local {
                LocalDecl::Instance(id) => self.instance(*id),
                LocalDecl::Table(id) => self.waiting.push(Body::Table(*id)),
                // Actions count where something calls them.
                LocalDecl::Action(_)
                | LocalDecl::Variable(..)
                | LocalDecl::Constant(_)
                | LocalDecl::ValueSet(_) => {}
            }
        }
    }

    fn instance(&mut self, id: InstanceId) {
        let instance = &self.program.instances[id];
        self.constructed(&instance.construct, instance.name.span);
        self.waiting.extend(instance.implementations.iter().map(|&function| Body::Function(function)));
    }

    fn constructed(&mut self, construct: &Construct, span: Span) {
        match construct.constructor {
            Constructor::Extern(id, _) => {
                let name = self.program.externs[id].name.name.clone();
                self.uses.externs.push(ExternUse { name, is_call: false, span });
            }
            Constructor::Parser(id) => self.waiting.push(Body::Parser(id)),
            Constructor::Control(id) => self.waiting.push(Body::Control(id)),
            Constructor::Package(_) => {}
        }
    }
}

impl<'p> Visit<'p> for Finder<'_, 'p> {
    fn statement(&mut self, statement: &'p Stmt) {
        if let StmtKind::Instance(id) = statement.kind {
            self.instance(id);
        }
    }

    fn call(&mut self, call: &'p Call) {
        match &call.callee {
            Callee::Function(id) => {
                let function = &self.program.functions[*id];
                match function.kind {
                    FunctionKind::Extern => {
                        let name = function.name.name.clone();
                        self.uses.externs.push(ExternUse { name, is_call: true, span: call.span });
                    }
                    FunctionKind::Defined
                    | FunctionKind::Method { .. }
                    | FunctionKind::Constructor { .. } => self.waiting.push(Body::Function(*id)),
                }
            }
            Callee::Action(id) => self.waiting.push(Body::Action(*id)),
            Callee::Method { object, method } => {
                if let FunctionKind::Method { owner, .. } = self.program.functions[*method].kind {
                    let name = self.program.externs[owner].name.name.clone();
                    self.uses.externs.push(ExternUse { name, is_call: false, span: call.span });
                }
                if let ExprKind::Instance(object) = object.kind {
                    self.uses.methods.push(MethodUse { object, body: self.body, span: call.span });
                }
            }
            Callee::ParserApply(object) | Callee::ControlApply(object) => {
                if let ExprKind::Instance(id) = object.kind {
                    self.instance(id);
                }
            }
            Callee::TableApply(id) => self.waiting.push(Body::Table(*id)),
            Callee::IsValid(_)
            | Callee::SetValid(_)
            | Callee::SetInvalid(_)
            | Callee::PushFront(..)
            | Callee::PopFront(..) => {}
        }
    }

    fn construct(&mut self, construct: &'p Construct) {
        // Made in place, as the property of a table: it has no name, and the table's place is good enough.
        if let Body::Table(table) = self.body {
            self.constructed(construct, self.program.tables[table].name.span);
        }
    }

    fn action_ref(&mut self, reference: &'p ActionRef) {
        self.waiting.push(Body::Action(reference.action));
    }
}
