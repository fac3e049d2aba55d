//! Declarations that nothing uses, and variables whose value nobody reads.
//!
//! A name that begins with `_` says that this is meant. Top-level declarations are looked at only if they stand in the file
//! that was asked for and there is a `main`: a file that is included, or has no `main`, may serve other programs. The
//! parameters of parsers and controls are the architecture's choice, and those of abstract methods the extern's.

use super::Lint;
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{
    ActionId, ActionRef, Call, Callee, Construct, Constructor, ControlId, Direction, Expr, ExprKind,
    FunctionId, FunctionKind, InstanceId, Keyset, LocalDecl, Named, ParserId, Program, Stmt, StmtKind,
    TableId, TopLevel, ValueSetId, VarId, VariableKind, Visit,
};
use crate::source::Span;
use rustc_hash::FxHashSet;

pub(super) fn check(lint: &mut Lint<'_>) {
    let program = lint.program;
    let mut uses = Uses::default();
    program.walk(&mut uses);
    uses.instances.extend(program.main);
    variables(lint, &uses);
    parameters(lint);
    locals(lint, &uses);
    if program.main.is_some() {
        top_level(lint, &uses);
    }
}

/// Everything that is used somewhere.
#[derive(Default)]
struct Uses {
    read: FxHashSet<VarId>,
    written: FxHashSet<VarId>,
    loop_variables: FxHashSet<VarId>,
    actions: FxHashSet<ActionId>,
    functions: FxHashSet<FunctionId>,
    tables: FxHashSet<TableId>,
    instances: FxHashSet<InstanceId>,
    value_sets: FxHashSet<ValueSetId>,
    parsers: FxHashSet<ParserId>,
    controls: FxHashSet<ControlId>,
}

impl<'p> Visit<'p> for Uses {
    fn statement(&mut self, statement: &'p Stmt) {
        if let StmtKind::ForRange { variable, .. } | StmtKind::ForIn { variable, .. } = statement.kind {
            self.loop_variables.insert(variable);
        }
    }

    fn expr(&mut self, expr: &'p Expr) {
        if let ExprKind::Variable(id) = expr.kind {
            self.read.insert(id);
        } else if let ExprKind::Instance(id) = expr.kind {
            self.instances.insert(id);
        }
    }

    fn place(&mut self, place: &'p Expr) {
        if let ExprKind::Variable(id) = place.kind {
            self.written.insert(id);
        }
    }

    fn call(&mut self, call: &'p Call) {
        match call.callee {
            Callee::Function(id) => {
                self.functions.insert(id);
            }
            Callee::Action(id) => {
                self.actions.insert(id);
            }
            Callee::TableApply(id) => {
                self.tables.insert(id);
            }
            Callee::Method { .. }
            | Callee::ParserApply(_)
            | Callee::ControlApply(_)
            | Callee::IsValid(_)
            | Callee::SetValid(_)
            | Callee::SetInvalid(_)
            | Callee::PushFront(..)
            | Callee::PopFront(..) => {}
        }
    }

    fn construct(&mut self, construct: &'p Construct) {
        match construct.constructor {
            Constructor::Parser(id) => {
                self.parsers.insert(id);
            }
            Constructor::Control(id) => {
                self.controls.insert(id);
            }
            Constructor::Extern(..) | Constructor::Package(_) => {}
        }
    }

    fn action_ref(&mut self, reference: &'p ActionRef) {
        self.actions.insert(reference.action);
    }

    fn keyset(&mut self, keyset: &'p Keyset) {
        if let Keyset::ValueSet(id, _) = keyset {
            self.value_sets.insert(*id);
        }
    }
}

fn variables(lint: &mut Lint<'_>, uses: &Uses) {
    for (id, variable) in lint.program.variables.iter() {
        let name = &variable.name;
        if variable.kind != VariableKind::Local
            || is_quiet(name)
            || uses.read.contains(&id)
            || uses.loop_variables.contains(&id)
        {
            continue;
        }
        let finding = if uses.written.contains(&id) {
            // To rename the declaration alone would leave the assignments behind.
            Diagnostic::warning(
                codes::W0203,
                name.span,
                format!("variable `{}` is assigned, but its value is never used", name.name),
            )
        } else if !variable.is_mentioned {
            let message = format!("variable `{}` is never used", name.name);
            underscore(Diagnostic::warning(codes::W0202, name.span, message), name)
        } else {
            continue;
        };
        lint.emit(finding);
    }
}

/// The parameters of functions and actions.
fn parameters(lint: &mut Lint<'_>) {
    let program = lint.program;
    let prescribed: FxHashSet<FunctionId> =
        program.instances.values().flat_map(|instance| instance.implementations.iter().copied()).collect();
    let of_functions = program
        .functions
        .iter()
        .filter(|(id, function)| function.kind == FunctionKind::Defined && !prescribed.contains(id))
        .flat_map(|(_, function)| &function.params);
    let of_actions = program.actions.values().flat_map(|action| &action.params);
    for &id in of_functions.chain(of_actions) {
        let variable = &program.variables[id];
        if variable.is_mentioned || is_quiet(&variable.name) {
            continue;
        }
        let name = &variable.name;
        let finding =
            Diagnostic::warning(codes::W0202, name.span, format!("parameter `{}` is never used", name.name));
        lint.emit(match variable.direction() {
            // The name is part of what the control plane sees.
            Direction::None => finding.with_note("the control plane gives a value that nothing depends on"),
            Direction::In | Direction::Out | Direction::InOut => underscore(finding, name),
        });
    }
}

/// What is declared inside parsers and controls.
fn locals(lint: &mut Lint<'_>, uses: &Uses) {
    let program = lint.program;
    let of_parsers = program.parsers.values().filter_map(|parser| parser.body.as_ref()).map(|b| &b.locals);
    let of_controls =
        program.controls.values().filter_map(|control| control.body.as_ref()).map(|b| &b.locals);
    let of_instances = program.instances.values().map(|instance| &instance.locals);
    for local in of_parsers.chain(of_controls).chain(of_instances).flatten() {
        match *local {
            // Constants also stand among statements.
            LocalDecl::Variable(..) | LocalDecl::Constant(_) => {}
            LocalDecl::Instance(id) => instance(lint, uses, id),
            LocalDecl::Action(id) if !uses.actions.contains(&id) => {
                report(lint, &program.actions[id].name, "action", "is in no table and is never called");
            }
            LocalDecl::Table(id) if !uses.tables.contains(&id) => {
                report(lint, &program.tables[id].name, "table", "is never applied");
            }
            LocalDecl::ValueSet(id) if !uses.value_sets.contains(&id) => {
                report(lint, &program.value_sets[id].name, "value set", "is never used");
            }
            LocalDecl::Action(_) | LocalDecl::Table(_) | LocalDecl::ValueSet(_) => {}
        }
    }
    let top_level: FxHashSet<Span> = program
        .top_level
        .iter()
        .filter_map(|declaration| match declaration {
            TopLevel::Constant(id) => Some(program.constants[*id].name.span),
            _ => None,
        })
        .collect();
    for constant in program.constants.values() {
        if !constant.is_mentioned && !top_level.contains(&constant.name.span) {
            report(lint, &constant.name, "constant", "is never used");
        }
    }
}

fn top_level(lint: &mut Lint<'_>, uses: &Uses) {
    let program: &Program = lint.program;
    for declaration in &program.top_level {
        let (is_used, name, what, remark) = match *declaration {
            TopLevel::Function(id) => {
                let function = &program.functions[id];
                let is_used = function.kind != FunctionKind::Defined || uses.functions.contains(&id);
                (is_used, &function.name, "function", "is never called")
            }
            TopLevel::Action(id) => {
                let action = &program.actions[id];
                (uses.actions.contains(&id), &action.name, "action", "is in no table and is never called")
            }
            TopLevel::Parser(id) => {
                let parser = &program.parsers[id];
                let is_used = parser.body.is_none() || uses.parsers.contains(&id);
                (is_used, &parser.name, "parser", "is never instantiated")
            }
            TopLevel::Control(id) => {
                let control = &program.controls[id];
                let is_used = control.body.is_none() || uses.controls.contains(&id);
                (is_used, &control.name, "control", "is never instantiated")
            }
            TopLevel::Constant(id) => {
                let constant = &program.constants[id];
                (constant.is_mentioned, &constant.name, "constant", "is never used")
            }
            TopLevel::ValueSet(id) => {
                let set = &program.value_sets[id];
                (uses.value_sets.contains(&id), &set.name, "value set", "is never used")
            }
            TopLevel::Instance(id) => {
                if lint.is_in_main_file(program.instances[id].name.span) {
                    instance(lint, uses, id);
                }
                continue;
            }
            // Types mostly come in libraries, and cost nothing.
            TopLevel::Struct(_)
            | TopLevel::Enum(_)
            | TopLevel::NewType(_)
            | TopLevel::Extern(_)
            | TopLevel::Package(_) => continue,
        };
        if !is_used && lint.is_in_main_file(name.span) {
            report(lint, name, what, remark);
        }
    }
}

fn instance(lint: &mut Lint<'_>, uses: &Uses, id: InstanceId) {
    if !uses.instances.contains(&id) {
        let instance = &lint.program.instances[id];
        report(lint, &instance.name, "instance", "is never used");
    }
}

fn report(lint: &mut Lint<'_>, name: &Named, what: &str, remark: &str) {
    if !is_quiet(name) {
        lint.emit(Diagnostic::warning(codes::W0202, name.span, format!("{what} `{}` {remark}", name.name)));
    }
}

/// True for names that say that they are not used.
fn is_quiet(name: &Named) -> bool {
    name.name.starts_with('_')
}

fn underscore(finding: Diagnostic, name: &Named) -> Diagnostic {
    let start = Span::new(name.span.lo, name.span.lo);
    finding.with_suggestion(start, "_", format!("if this is meant, say so: `_{}`", name.name))
}
