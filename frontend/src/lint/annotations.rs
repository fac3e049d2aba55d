//! `@noWarn` and `@diagnostic`: what the program itself says about warnings. In: the syntax tree. Out: the sink leaves out,
//! or makes errors of, what the annotations name (section "No warnings annotation").
//!
//! `@noWarn("unused")` holds for the construct that it stands at, and for all that is in it. `@diagnostic("unused",
//! "disable")` holds for the whole program wherever it stands, the last one going before earlier ones and before `-W`:
//! that is what other compilers of P4 make of it.

use crate::ast::{
    ActionRef, Annotation, AnnotationBody, Block, Declaration, DeclarationKind, Entry, ExprKind, Parameter,
    ParserState, Program, Stmt, StmtKind, TableProperty, TablePropertyKind,
};
use crate::diagnostic::{
    Diagnostic, Diagnostics, SilentScope, UnknownWarning, WarningLevel, codes, warnings_named,
};
use crate::source::Span;

/// Tells the sink what the program wants to hear of.
pub fn apply_annotations(program: &Program, sink: &mut Diagnostics) {
    let mut walk = Walk { sink, scopes: Vec::new() };
    program.declarations.iter().for_each(|declaration| walk.declaration(declaration));
    let scopes = std::mem::take(&mut walk.scopes);
    sink.silence(scopes);
}

struct Walk<'s> {
    sink: &'s mut Diagnostics,
    scopes: Vec<SilentScope>,
}

impl Walk<'_> {
    fn annotations(&mut self, annotations: &[Annotation], covered: Span) {
        for annotation in annotations {
            match &*annotation.name.text {
                "noWarn" => self.no_warn(annotation, covered),
                "diagnostic" => self.diagnostic(annotation),
                _ => {}
            }
        }
    }

    fn no_warn(&mut self, annotation: &Annotation, covered: Span) {
        for name in words(&annotation.body) {
            match warnings_named(&name) {
                Ok(codes) => {
                    self.scopes.push(SilentScope { span: annotation.span.to(covered), codes });
                }
                Err(unknown) => self.unknown(annotation, unknown),
            }
        }
    }

    fn diagnostic(&mut self, annotation: &Annotation) {
        let words = words(&annotation.body);
        let [name, level] = words.as_slice() else {
            return self.malformed(annotation);
        };
        let level = match level.as_str() {
            "disable" => WarningLevel::Allow,
            "warn" => WarningLevel::Warn,
            "error" => WarningLevel::Deny,
            _ => return self.malformed(annotation),
        };
        match warnings_named(name) {
            Ok(codes) => codes.into_iter().for_each(|code| self.sink.set_level(code, level)),
            Err(unknown) => self.unknown(annotation, unknown),
        }
    }

    fn malformed(&mut self, annotation: &Annotation) {
        let finding = Diagnostic::warning(
            codes::W0402,
            annotation.span,
            "`@diagnostic` needs the name of a warning and `\"error\"`, `\"warn\"` or `\"disable\"`",
        );
        self.sink.emit(finding.with_primary("has no effect"));
    }

    fn unknown(&mut self, annotation: &Annotation, unknown: UnknownWarning) {
        let finding = Diagnostic::warning(codes::W0401, annotation.span, unknown.to_string());
        self.sink.emit(finding.with_note("`p4xdp explain --list` shows all warnings with their names"));
    }

    fn declaration(&mut self, declaration: &Declaration) {
        self.annotations(&declaration.annotations, declaration.span);
        match &declaration.kind {
            DeclarationKind::Instantiation { body, .. } => {
                body.iter().flatten().for_each(|declaration| self.declaration(declaration));
            }
            DeclarationKind::Function { prototype, body } => {
                self.parameters(&prototype.params);
                body.iter().for_each(|body| self.block(body));
            }
            DeclarationKind::Action { params, body, .. } => {
                self.parameters(params);
                self.block(body);
            }
            DeclarationKind::Extern { methods, .. } => {
                for method in methods {
                    self.annotations(&method.annotations, method.prototype.span);
                    self.parameters(&method.prototype.params);
                }
            }
            DeclarationKind::Parser { params, constructor_params, body, .. } => {
                self.parameters(params);
                self.parameters(constructor_params);
                if let Some(body) = body {
                    body.locals.iter().for_each(|local| self.declaration(local));
                    body.states.iter().for_each(|state| self.state(state));
                }
            }
            DeclarationKind::Control { params, constructor_params, body, .. } => {
                self.parameters(params);
                self.parameters(constructor_params);
                if let Some(body) = body {
                    body.locals.iter().for_each(|local| self.declaration(local));
                    self.block(&body.apply);
                }
            }
            DeclarationKind::Package { params, .. } => self.parameters(params),
            DeclarationKind::Struct { fields, .. } => {
                fields.iter().for_each(|field| self.annotations(&field.annotations, field.name.span));
            }
            DeclarationKind::Enum { members, .. } => {
                members.iter().for_each(|member| self.annotations(&member.annotations, member.name.span));
            }
            DeclarationKind::Table { properties, .. } => {
                properties.iter().for_each(|property| self.property(property));
            }
            DeclarationKind::Constant { .. }
            | DeclarationKind::Variable { .. }
            | DeclarationKind::Error { .. }
            | DeclarationKind::MatchKind { .. }
            | DeclarationKind::Typedef { .. }
            | DeclarationKind::NewType { .. }
            | DeclarationKind::ValueSet { .. } => {}
        }
    }

    fn parameters(&mut self, parameters: &[Parameter]) {
        for parameter in parameters {
            self.annotations(&parameter.annotations, parameter.span);
        }
    }

    fn state(&mut self, state: &ParserState) {
        self.annotations(&state.annotations, state.span);
        self.statements(&state.statements);
    }

    fn property(&mut self, property: &TableProperty) {
        self.annotations(&property.annotations, property.span);
        match &property.kind {
            TablePropertyKind::Key(keys) => {
                keys.iter().for_each(|key| self.annotations(&key.annotations, key.span));
            }
            TablePropertyKind::Actions(actions) => {
                actions.iter().for_each(|action| self.action_ref(action));
            }
            TablePropertyKind::Entries(entries) => entries.iter().for_each(|entry| self.entry(entry)),
            TablePropertyKind::Custom { .. } => {}
        }
    }

    fn action_ref(&mut self, action: &ActionRef) {
        self.annotations(&action.annotations, action.span);
    }

    fn entry(&mut self, entry: &Entry) {
        self.annotations(&entry.annotations, entry.span);
        self.action_ref(&entry.action);
    }

    fn block(&mut self, block: &Block) {
        self.annotations(&block.annotations, block.span);
        self.statements(&block.statements);
    }

    fn statements(&mut self, statements: &[Stmt]) {
        statements.iter().for_each(|statement| self.statement(statement));
    }

    fn statement(&mut self, statement: &Stmt) {
        self.annotations(&statement.annotations, statement.span);
        match &statement.kind {
            StmtKind::If { then_branch, else_branch, .. } => {
                self.statement(then_branch);
                else_branch.iter().for_each(|branch| self.statement(branch));
            }
            StmtKind::Block(block) => self.block(block),
            StmtKind::Switch { cases, .. } => {
                cases.iter().filter_map(|case| case.block.as_ref()).for_each(|block| self.block(block));
            }
            StmtKind::For { init, update, body, .. } => {
                init.iter().chain(update).for_each(|statement| self.statement(statement));
                self.statement(body);
            }
            StmtKind::ForIn { annotations, body, .. } => {
                self.annotations(annotations, statement.span);
                self.statement(body);
            }
            StmtKind::Declaration(declaration) => self.declaration(declaration),
            StmtKind::Empty
            | StmtKind::Assign { .. }
            | StmtKind::Call(_)
            | StmtKind::Exit
            | StmtKind::Return(_)
            | StmtKind::Break
            | StmtKind::Continue => {}
        }
    }
}

/// The words in the body of an annotation, strings without their quotes.
fn words(body: &AnnotationBody) -> Vec<String> {
    match body {
        AnnotationBody::Empty | AnnotationBody::KeyValues(_) => Vec::new(),
        AnnotationBody::Unstructured(tokens) => tokens
            .iter()
            .filter(|token| &*token.text != ",")
            .map(|token| token.text.trim_matches('"').to_owned())
            .collect(),
        AnnotationBody::Expressions(values) => values
            .iter()
            .filter_map(|value| match &value.kind {
                ExprKind::String(text) => Some(text.clone()),
                _ => None,
            })
            .collect(),
    }
}
