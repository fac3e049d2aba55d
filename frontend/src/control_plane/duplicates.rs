//! Two controllable entities of one name (section "Annotations controlling naming": such programs are invalid).
//!
//! In: a checked program. Out: errors. Instances are not enumerated, which could be exponentially many: two names clash within one
//! declaration, on a path that a name with dots spells, or by names that begin with a dot. An action that no table lists is nothing
//! that a control plane sees. Actions that are given the same full name (`@name(".a")`) and take the same data from the control plane are
//! one action to it: what P4_14 declares outside of all controls is declared in each by programs that were translated from it.

use super::scope::{Block, Entity, Kind, Scope};
use super::{annotated_name, full_name, is_hidden};
use crate::ast::Direction;
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::hir::{Action, ActionId, ControlId, KeyElement, LocalDecl, ParserId, Program, Table, TypeId};
use crate::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Reports names that two entities have.
pub(crate) fn check(program: &Program, sink: &mut Diagnostics) {
    let listed = program.tables.values().flat_map(|table| table.actions.iter().chain(&table.default_action));
    let listed: FxHashSet<ActionId> = listed.map(|reference| reference.action).collect();
    let mut root = Scope::default();
    root.top_level(program, &listed);
    let scope = |locals: Option<&[LocalDecl]>| Scope::of(program, &listed, locals.unwrap_or_default());
    let controls: Vec<Scope> =
        program.controls.values().map(|decl| scope(decl.body.as_ref().map(|body| &*body.locals))).collect();
    let parsers: Vec<Scope> =
        program.parsers.values().map(|decl| scope(decl.body.as_ref().map(|body| &*body.locals))).collect();
    let mut names = Names {
        controls_with_entities: with_entities(&controls),
        parsers_with_entities: with_entities(&parsers),
        root,
        controls,
        parsers,
        sink,
    };
    names.within_scopes();
    names.absolute(program);
    for table in program.tables.values() {
        keys(program, table, names.sink);
        actions(program, table, names.sink);
    }
}

struct Names<'a> {
    root: Scope,
    controls: Vec<Scope>,
    parsers: Vec<Scope>,
    controls_with_entities: Vec<bool>,
    parsers_with_entities: Vec<bool>,
    sink: &'a mut Diagnostics,
}

impl Names<'_> {
    fn scope(&self, block: Block) -> Option<&Scope> {
        match block {
            Block::Control(id) => self.controls.get(id.as_u32() as usize),
            Block::Parser(id) => self.parsers.get(id.as_u32() as usize),
        }
    }

    /// Names that are equal within one scope, or that a path with dots makes equal.
    fn within_scopes(&mut self) {
        let mut found = Vec::new();
        for scope in self.controls.iter().chain(&self.parsers).chain([&self.root]) {
            let mut seen: FxHashMap<(Kind, &str), &Entity> = FxHashMap::default();
            for entity in scope.entities.iter().filter(|entity| !entity.is_absolute) {
                match seen.get(&(entity.kind, &*entity.name)) {
                    Some(earlier) if self.may_share(earlier, entity) => {}
                    Some(earlier) => found.push(twice(&entity.name, earlier, entity)),
                    None => {
                        seen.insert((entity.kind, &entity.name), entity);
                    }
                }
                if entity.name.contains('.')
                    && let Some(other) = self.lookup(scope, &entity.name, entity)
                {
                    found.push(twice(&entity.name, other, entity));
                }
            }
        }
        found.into_iter().for_each(|diagnostic| self.sink.emit(diagnostic));
    }

    /// Blocks that are applied directly share their name, as long as there is nothing to control in them.
    fn may_share(&self, a: &Entity, b: &Entity) -> bool {
        a.is_direct
            && b.is_direct
            && a.block == b.block
            && a.block.is_some_and(|block| !self.has_entities(block))
    }

    fn has_entities(&self, block: Block) -> bool {
        match block {
            Block::Control(id) => self.controls_with_entities.get(id.as_u32() as usize) == Some(&true),
            Block::Parser(id) => self.parsers_with_entities.get(id.as_u32() as usize) == Some(&true),
        }
    }

    /// The other entity of the same kind at a path below a scope.
    fn lookup<'s>(&'s self, scope: &'s Scope, path: &str, not: &Entity) -> Option<&'s Entity> {
        let inside = |(dot, _): (usize, &str)| {
            let (first, rest) = (path.get(..dot)?, path.get(dot + 1..)?);
            let inside = |entity: &'s Entity| self.lookup(self.scope(entity.block?)?, rest, not);
            scope.named(first).find_map(inside)
        };
        scope
            .named(path)
            .find(|entity| entity.kind == not.kind && entity.place != not.place)
            .or_else(|| path.match_indices('.').find_map(inside))
    }

    /// Names that begin with a dot, wherever they are given.
    fn absolute(&mut self, program: &Program) {
        let counts = self.instance_counts();
        let mut found = Vec::new();
        let mut seen: FxHashMap<(Kind, &str), &Entity> = FxHashMap::default();
        let controls = self
            .controls
            .iter()
            .zip(program.controls.keys())
            .map(|(s, id)| (s, Some((Block::Control(id), &program.controls[id].name))));
        let parsers = self
            .parsers
            .iter()
            .zip(program.parsers.keys())
            .map(|(s, id)| (s, Some((Block::Parser(id), &program.parsers[id].name))));
        for (scope, block) in [(&self.root, None)].into_iter().chain(controls).chain(parsers) {
            let count = block.map_or(1, |(block, _)| counts.get(&block).copied().unwrap_or(0));
            if count == 0 && program.main.is_some() {
                continue;
            }
            for entity in scope.entities.iter().filter(|entity| entity.is_absolute) {
                let earlier = seen
                    .insert((entity.kind, &entity.name), entity)
                    .filter(|earlier| !is_one_action(program, earlier, entity))
                    .or_else(|| self.lookup(&self.root, &entity.name, entity));
                if let Some(earlier) = earlier {
                    found.push(twice(&entity.name, earlier, entity));
                } else if let Some((_, owner)) = block.filter(|_| count > 1 && entity.action.is_none()) {
                    found.push(
                        Diagnostic::error(codes::E0207, entity.place, message(&entity.name))
                            .with_primary(format!("{} has this name in each instance", entity.text))
                            .with_label(owner.span, format!("`{}` is instantiated more than once", owner.name))
                            .with_note(
                                "a name that begins with a dot is the full name; without the dot, the instance's \
                                 name precedes it",
                            ),
                    );
                }
            }
        }
        found.into_iter().for_each(|diagnostic| self.sink.emit(diagnostic));
    }

    /// How many instances a block has: none, one, or two for more.
    fn instance_counts(&self) -> FxHashMap<Block, u8> {
        let mut counts: FxHashMap<Block, u8> = FxHashMap::default();
        let add = |scope: &Scope, times: u8, counts: &mut FxHashMap<Block, u8>| {
            for block in scope.entities.iter().filter_map(|entity| entity.block) {
                let count = counts.entry(block).or_default();
                *count = count.saturating_add(times).min(2);
            }
        };
        add(&self.root, 1, &mut counts);
        // What a block instantiates is declared before it.
        for (i, scope) in self.controls.iter().enumerate().rev() {
            let block = Block::Control(ControlId::from_u32(u32::try_from(i).unwrap_or(u32::MAX)));
            add(scope, counts.get(&block).copied().unwrap_or(0), &mut counts);
        }
        for (i, scope) in self.parsers.iter().enumerate().rev() {
            let block = Block::Parser(ParserId::from_u32(u32::try_from(i).unwrap_or(u32::MAX)));
            add(scope, counts.get(&block).copied().unwrap_or(0), &mut counts);
        }
        counts
    }
}

/// Which declarations enclose anything to control, themselves or in the blocks that they instantiate, which are declared before them.
fn with_entities(scopes: &[Scope]) -> Vec<bool> {
    let mut known: Vec<bool> = Vec::with_capacity(scopes.len());
    for scope in scopes {
        let has = scope.entities.iter().any(|entity| match entity.block {
            None => true,
            Some(Block::Control(id)) => known.get(id.as_u32() as usize) == Some(&true),
            Some(Block::Parser(id)) => known.get(id.as_u32() as usize) == Some(&true),
        });
        known.push(has);
    }
    known
}

/// Two keys of one table. Keys of match kind `selector` are what a selector hashes: no part of an entry, so nobody names them.
fn keys(program: &Program, table: &Table, sink: &mut Diagnostics) {
    if is_hidden(&table.annotations) {
        return;
    }
    let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
    let matched = |key: &&KeyElement| &*program.match_kinds[key.match_kind].name != "selector";
    for key in table.keys.iter().filter(matched).filter(|key| !is_hidden(&key.annotations)) {
        if let Some(&earlier) = seen.get(&*key.name) {
            sink.emit(
                Diagnostic::error(codes::E0207, key.span, format!("two keys are named `{}`", key.name))
                    .with_label(earlier, "the first is here"),
            );
        } else {
            seen.insert(&key.name, key.span);
        }
    }
}

/// Two actions of one table, which an entry could not choose between.
fn actions(program: &Program, table: &Table, sink: &mut Diagnostics) {
    let mut seen: FxHashMap<Arc<str>, ActionId> = FxHashMap::default();
    for reference in &table.actions {
        let action = &program.actions[reference.action];
        let absolute = annotated_name(&action.annotations).filter(|name| name.starts_with('.'));
        let Some(name) = absolute.filter(|_| !is_hidden(&action.annotations)) else { continue };
        match seen.get(&name) {
            Some(earlier) if *earlier != reference.action => {
                let earlier = &program.actions[*earlier].name;
                let message = format!(
                    "two actions of table `{}` have the control-plane name `{}`",
                    table.name.name,
                    name.trim_start_matches('.')
                );
                sink.emit(
                    Diagnostic::error(codes::E0207, reference.span, message)
                        .with_label(earlier.span, format!("`{}` has it already", earlier.name)),
                );
            }
            Some(_) => {}
            None => {
                seen.insert(name, reference.action);
            }
        }
    }
}

/// Actions that a control plane cannot tell apart, and need not.
fn is_one_action(program: &Program, a: &Entity, b: &Entity) -> bool {
    let (Some(a), Some(b)) = (a.action, b.action) else { return false };
    data(program, &program.actions[a]).eq(data(program, &program.actions[b]))
}

/// What the control plane gives to an action.
fn data<'p>(program: &'p Program, action: &'p Action) -> impl Iterator<Item = (Arc<str>, TypeId)> + 'p {
    let given =
        action.params.iter().map(|id| &program.variables[*id]).filter(|v| v.direction() == Direction::None);
    given.map(|v| (full_name("", &v.name.name, &v.annotations), v.ty))
}

fn message(name: &str) -> String {
    format!("two things have the control-plane name `{name}`")
}

fn twice(name: &str, first: &Entity, second: &Entity) -> Diagnostic {
    Diagnostic::error(codes::E0207, second.place, message(name))
        .with_primary(format!("{} has it", second.text))
        .with_label(first.place, format!("{} has it already", first.text))
}
