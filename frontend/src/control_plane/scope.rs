//! The entities that one declaration encloses, each with its own name: what a control plane could name, and the instances
//! whose names stand before such names.

use super::{annotated_name, annotation, block_name, is_hidden};
use crate::ast::Annotation;
use crate::hir::{
    ActionId, Construct, Constructor, ControlId, ExprKind, Instance, LocalDecl, Named, ParserId, Program,
    TopLevel, ValueSetId,
};
use crate::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// What encloses entities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Block {
    Control(ControlId),
    Parser(ParserId),
}

/// Each kind has its names to itself, as in P4Runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Action,
    Table,
    ValueSet,
    Extern,
    Block,
}

impl Kind {
    fn text(self) -> &'static str {
        match self {
            Kind::Action => "action",
            Kind::Table => "table",
            Kind::ValueSet => "value set",
            Kind::Extern | Kind::Block => "instance",
        }
    }
}

/// Something with a name.
#[derive(Clone, Debug)]
pub(super) struct Entity {
    pub(super) kind: Kind,
    /// Without the dot of an absolute one.
    pub(super) name: Arc<str>,
    pub(super) is_absolute: bool,
    /// `table t`, as messages say it.
    pub(super) text: String,
    /// Where it gets its name.
    pub(super) place: Span,
    pub(super) block: Option<Block>,
    pub(super) action: Option<ActionId>,
    /// A block that is applied by its type's name: such instances share a name.
    pub(super) is_direct: bool,
}

/// The entities that one declaration encloses.
#[derive(Debug, Default)]
pub(super) struct Scope {
    pub(super) entities: Vec<Entity>,
    /// Positions of those whose names are relative.
    by_name: FxHashMap<Arc<str>, Vec<usize>>,
}

impl Scope {
    pub(super) fn of(program: &Program, listed: &FxHashSet<ActionId>, locals: &[LocalDecl]) -> Scope {
        let mut scope = Scope::default();
        for local in locals {
            match local {
                LocalDecl::Instance(id) => scope.instance(program, &program.instances[*id]),
                LocalDecl::Action(id) => scope.listed_action(program, listed, *id),
                LocalDecl::Table(id) => {
                    let table = &program.tables[*id];
                    scope.add(Kind::Table, &table.name, &table.annotations);
                }
                LocalDecl::ValueSet(id) => scope.value_set(program, *id),
                LocalDecl::Variable(..) | LocalDecl::Constant(_) => {}
            }
        }
        scope
    }

    pub(super) fn top_level(&mut self, program: &Program, listed: &FxHashSet<ActionId>) {
        for declaration in &program.top_level {
            match declaration {
                TopLevel::Action(id) => self.listed_action(program, listed, *id),
                TopLevel::ValueSet(id) => self.value_set(program, *id),
                TopLevel::Instance(id) => {
                    let instance = &program.instances[*id];
                    match instance.construct.constructor {
                        Constructor::Package(_) if program.main == Some(*id) => {
                            self.package(program, &instance.construct);
                        }
                        Constructor::Package(_) => {}
                        Constructor::Extern(..) | Constructor::Parser(_) | Constructor::Control(_) => {
                            self.instance(program, instance);
                        }
                    }
                }
                TopLevel::Struct(_)
                | TopLevel::Enum(_)
                | TopLevel::NewType(_)
                | TopLevel::Extern(_)
                | TopLevel::Function(_)
                | TopLevel::Parser(_)
                | TopLevel::Control(_)
                | TopLevel::Package(_)
                | TopLevel::Constant(_) => {}
            }
        }
    }

    fn listed_action(&mut self, program: &Program, listed: &FxHashSet<ActionId>, id: ActionId) {
        if listed.contains(&id) {
            self.action(program, id);
        }
    }

    fn value_set(&mut self, program: &Program, id: ValueSetId) {
        let set = &program.value_sets[id];
        self.add(Kind::ValueSet, &set.name, &set.annotations);
    }

    /// The blocks that a package makes of its arguments.
    fn package(&mut self, program: &Program, construct: &Construct) {
        for (param, value, inner) in construct.package_parts(program) {
            if matches!(value.kind, ExprKind::Instance(_)) {
                // A declared block has its instance's name; a declared package has none, but its parts have.
                self.package(program, inner);
                continue;
            }
            let (block, decl) = match inner.constructor {
                Constructor::Package(_) => {
                    self.package(program, inner);
                    continue;
                }
                Constructor::Extern(..) => continue,
                Constructor::Parser(id) => (Block::Parser(id), &program.parsers[id].name),
                Constructor::Control(id) => (Block::Control(id), &program.controls[id].name),
            };
            let role = &program.variables[param].name.name;
            let is_taken = |name: &str| self.by_name.contains_key(name);
            let name = block_name(&decl.name, role, is_taken);
            self.push(Entity {
                kind: Kind::Block,
                text: format!("block `{}`", decl.name),
                name,
                is_absolute: false,
                place: value.span,
                block: Some(block),
                action: None,
                is_direct: false,
            });
        }
    }

    fn instance(&mut self, program: &Program, instance: &Instance) {
        let (block, decl) = match instance.construct.constructor {
            Constructor::Extern(..) => (None, None),
            Constructor::Package(_) => return,
            Constructor::Parser(id) => (Some(Block::Parser(id)), Some(&program.parsers[id].name)),
            Constructor::Control(id) => (Some(Block::Control(id)), Some(&program.controls[id].name)),
        };
        // A declared instance cannot have its type's name, which would be in the way.
        let is_direct = decl.is_some_and(|decl| decl.name == instance.name.name);
        let kind = if block.is_some() { Kind::Block } else { Kind::Extern };
        let before = self.entities.len();
        self.add(kind, &instance.name, &instance.annotations);
        if let Some(entity) = self.entities.get_mut(before) {
            entity.block = block;
            entity.is_direct = is_direct;
        }
    }

    fn action(&mut self, program: &Program, id: ActionId) {
        let action = &program.actions[id];
        let before = self.entities.len();
        self.add(Kind::Action, &action.name, &action.annotations);
        if let Some(entity) = self.entities.get_mut(before) {
            entity.action = Some(id);
        }
    }

    fn add(&mut self, kind: Kind, name: &Named, annotations: &[Annotation]) {
        if is_hidden(annotations) {
            return;
        }
        let annotated = annotated_name(annotations);
        let place = match annotation(annotations, "name") {
            Some(annotation) if annotated.is_some() => annotation.span,
            _ => name.span,
        };
        let written = annotated.unwrap_or_else(|| name.name.clone());
        let (name_text, is_absolute) = match written.strip_prefix('.') {
            Some(absolute) => (absolute.into(), true),
            None => (written, false),
        };
        self.push(Entity {
            kind,
            name: name_text,
            is_absolute,
            text: format!("{} `{}`", kind.text(), name.name),
            place,
            block: None,
            action: None,
            is_direct: false,
        });
    }

    fn push(&mut self, entity: Entity) {
        if !entity.is_absolute {
            self.by_name.entry(entity.name.clone()).or_default().push(self.entities.len());
        }
        self.entities.push(entity);
    }

    /// Those with a relative name.
    pub(super) fn named(&self, name: &str) -> impl Iterator<Item = &Entity> {
        self.by_name.get(name).into_iter().flatten().filter_map(|&at| self.entities.get(at))
    }
}
