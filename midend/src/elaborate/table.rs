//! Tables: keys, properties, entries, application.

use super::env::Binding;
use super::keyset::match_kind;
use super::names;
use super::prefixes;
use super::types::{Class, join};
use super::{Elaborator, Res};
use crate::ir::{self, Expr, LValue, LocalId, MatchKind, StmtKind};
use num_bigint::BigUint;
use num_traits::ToPrimitive;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_frontend::hir::{self, ActionId, Call, Callee, ExprKind, TableId, TypeId};
use p4xdp_frontend::source::Span;
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::Arc;

/// A table of an instance.
#[derive(Debug)]
pub(super) struct TableInfo {
    pub(super) id: ir::TableId,
    /// Where the keys are put before each application, if evaluating them has effects.
    stored_keys: Option<Vec<LocalId>>,
    /// Positions of the actions in the table's list.
    pub(super) actions: FxHashMap<ActionId, usize>,
    /// Some action sets the exit flag.
    sets_exit_flag: bool,
}

impl<'h> Elaborator<'h> {
    /// Applies a table of the control at hand.
    pub(super) fn apply_table(
        &mut self,
        call: &'h Call,
        hit: Option<LocalId>,
        action_run: Option<LocalId>,
    ) -> Res<Rc<TableInfo>> {
        let Callee::TableApply(table) = call.callee else {
            return Err(self.bug(call.span, "an application of something that is no table"));
        };
        let info = self.table(table, call.span)?;
        if let Some(stored) = &info.stored_keys {
            let keys: Vec<&'h hir::Expr> = self.hir.tables[table].keys.iter().map(|k| &k.expr).collect();
            let mut leaves = Vec::new();
            for (value, key) in self.values(&keys)?.into_iter().zip(&keys) {
                self.flatten(value, &mut leaves, key.span)?;
            }
            for (&local, src) in stored.iter().zip(leaves) {
                let span = src.span;
                self.push(StmtKind::Assign { dst: LValue::Local(local), src }, span);
            }
        }
        // Whoever follows the flow of control goes through all actions at each application.
        self.statements += self.ir.tables[info.id].actions.len();
        self.push(StmtKind::ApplyTable { table: info.id, hit, action_run }, call.span);
        if info.sets_exit_flag {
            let flag = self.exit_flag(call.span);
            let (then_block, ()) = self.block(|e| e.exit(call.span))?;
            let condition = Expr::local(flag, ir::ScalarType::Bool, call.span);
            self.push(StmtKind::If { condition, then_block, else_block: Vec::new() }, call.span);
        }
        Ok(info)
    }

    /// The table of the instance at hand; made when first applied.
    fn table(&mut self, id: TableId, span: Span) -> Res<Rc<TableInfo>> {
        let Some(owner) = self.env.owner else {
            return Err(self.bug(span, "a table outside of a control"));
        };
        if let Some(known) = self.objects[owner].tables.get(&id) {
            return Ok(known.clone());
        }
        let info = Rc::new(self.make_table(id)?);
        self.objects[owner].tables.insert(id, info.clone());
        Ok(info)
    }

    fn make_table(&mut self, id: TableId) -> Res<TableInfo> {
        let decl = &self.hir.tables[id];
        let span = decl.name.span;
        let scope = self.env.owner.map_or_else(|| "".into(), |o| self.objects[o].name.clone());
        let name = names::full_name(&scope, &decl.name.name, &decl.annotations);
        let (keys, stored_keys) = self.table_keys(decl)?;

        let flagged = std::mem::replace(&mut self.env.flagged, false);
        let actions = self.table_actions(decl, &name);
        let sets_exit_flag = std::mem::replace(&mut self.env.flagged, flagged);
        let actions = actions?;

        let key_types: Vec<TypeId> = decl.keys.iter().map(|k| k.expr.ty).collect();
        let properties = self.properties(decl, &name, &actions.positions)?;
        let entries = self.entries(decl, &keys, &key_types, &actions.positions, &properties)?;
        let size = match &decl.size {
            Some(size) => Some(self.constant_u64(size)?),
            None => None,
        };
        let table = self.ir.tables.push(ir::Table {
            name,
            keys,
            actions: actions.list,
            default_action: actions.default,
            default_is_const: decl.default_action_is_const,
            entries,
            entries_are_const: decl.entries_are_const,
            size,
            properties,
            annotations: super::annotations::annotations(&decl.annotations),
            span,
        });
        Ok(TableInfo { id: table, stored_keys, actions: actions.positions, sets_exit_flag })
    }

    /// The keys, one a leaf. If evaluating them has effects, they are locals that each application fills.
    fn table_keys(&mut self, decl: &'h hir::Table) -> Res<(Vec<ir::KeyElement>, Option<Vec<LocalId>>)> {
        let exprs: Vec<&'h hir::Expr> = decl.keys.iter().map(|k| &k.expr).collect();
        let statements = self.statements;
        let (block, values) = self.block(|e| e.values(&exprs))?;
        let mut keys = Vec::new();
        for (value, key) in values.into_iter().zip(&decl.keys) {
            let leaf_names = self.leaf_names(&key.name, key.expr.ty, key.span)?;
            let type_name = self.told_name(key.expr.ty, key.span)?;
            let mut leaves = Vec::new();
            self.flatten(value, &mut leaves, key.span)?;
            for (name, expr) in leaf_names.into_iter().zip(leaves) {
                let match_kind = match_kind(&self.hir.match_kinds[key.match_kind].name);
                keys.push(ir::KeyElement {
                    name,
                    type_name: type_name.clone(),
                    there: there(&expr, &match_kind),
                    expr,
                    match_kind,
                    annotations: super::annotations::annotations(&key.annotations),
                });
            }
        }
        if block.is_empty() {
            return Ok((keys, None));
        }
        self.statements = statements;
        let mut stored = Vec::new();
        for key in &mut keys {
            let (ty, span) = (key.expr.ty, key.expr.span);
            let local = self.new_local(key.name.clone(), ty, Vec::new(), span);
            key.expr = Expr::local(local, ty, span);
            key.there = None;
            stored.push(local);
        }
        Ok((keys, Some(stored)))
    }

    /// Names of the scalars in a value called `name`.
    pub(super) fn leaf_names(&mut self, name: &Arc<str>, ty: TypeId, span: Span) -> Res<Vec<Arc<str>>> {
        Ok(match self.class(ty, span)? {
            Class::Struct { fields, .. } => {
                let mut names = Vec::new();
                for field in fields.iter() {
                    names.extend(self.leaf_names(&join(name, &field.name), field.ty, span)?);
                }
                names
            }
            _ => vec![name.clone()],
        })
    }

    fn properties(
        &mut self,
        decl: &'h hir::Table,
        table: &Arc<str>,
        positions: &FxHashMap<ActionId, usize>,
    ) -> Res<Vec<(Arc<str>, ir::PropertyValue)>> {
        let mut properties = Vec::new();
        for property in &decl.properties {
            let expr = &property.value;
            if let ExprKind::ActionName(_) = expr.kind {
                if let Some(action) = &property.action
                    && let Some(&position) = positions.get(&action.action)
                {
                    let call = self.action_call(action, position)?;
                    properties.push((property.name.name.clone(), ir::PropertyValue::Action(call)));
                }
                continue;
            }
            // A table with several direct counters lists them: the property is there once for each.
            let values = match &expr.kind {
                ExprKind::Aggregate(elements, _)
                    if !elements.is_empty() && elements.iter().all(is_object) =>
                {
                    elements.iter().collect()
                }
                _ => vec![expr],
            };
            for expr in values {
                // What a property makes in place has the property's annotations, and `@name` among them says all of its name.
                let made = join(table, &property.name.name);
                let name = names::full_name("", &made, &property.annotations);
                let binding = self.constant_binding(expr, &name)?;
                let value = match self.constant_arg(&binding, expr.ty, expr.span)? {
                    ir::Arg::Extern(id) => {
                        if matches!(expr.kind, ExprKind::Construct(_)) {
                            self.ir.externs[id].annotations =
                                super::annotations::annotations(&property.annotations);
                        }
                        ir::PropertyValue::Extern(id)
                    }
                    arg => ir::PropertyValue::Const(arg),
                };
                debug_assert!(!matches!(binding, Binding::Loc(_)));
                properties.push((property.name.name.clone(), value));
            }
        }
        Ok(properties)
    }

    fn entries(
        &mut self,
        decl: &'h hir::Table,
        keys: &[ir::KeyElement],
        key_types: &[TypeId],
        positions: &FxHashMap<ActionId, usize>,
        properties: &[(Arc<str>, ir::PropertyValue)],
    ) -> Res<Vec<ir::Entry>> {
        let mut entries = Vec::new();
        for entry in &decl.entries {
            let keysets = self.constant_keysets(&entry.keysets, key_types)?;
            let Some(&action) = positions.get(&entry.action.action) else {
                return Err(self.bug(entry.span, "an entry's action that is not in the table's list"));
            };
            entries.push(ir::Entry {
                keysets,
                action: self.action_call(&entry.action, action)?,
                priority: match &entry.priority {
                    Some(priority) => Some(self.constant_u64(priority)?),
                    None => None,
                },
                is_const: entry.is_const || decl.entries_are_const,
                span: entry.span,
            });
        }
        let ordered = keys.iter().any(|k| !matches!(k.match_kind, MatchKind::Exact | MatchKind::Lpm));
        if ordered {
            self.order_entries(decl, &mut entries, properties)?;
        }
        let mut split = Vec::with_capacity(entries.len());
        for entry in entries {
            let span = entry.span;
            match prefixes::split(entry, keys) {
                Some(entries) => split.extend(entries),
                None => {
                    let message = "the ranges of this entry are too many prefixes";
                    return Err(self.error(codes::E0501, span, message));
                }
            }
        }
        Ok(split)
    }

    /// Priorities by the specification's rule ("Entry priorities"), and the entries by falling precedence.
    /// `@priority(n)` of an entry is p4c's older way: the smallest wins, and without it the position counts.
    fn order_entries(
        &mut self,
        decl: &'h hir::Table,
        entries: &mut Vec<ir::Entry>,
        properties: &[(Arc<str>, ir::PropertyValue)],
    ) -> Res<()> {
        let property = |name: &str| {
            properties.iter().find(|(n, _)| &**n == name).and_then(|(_, value)| match value {
                ir::PropertyValue::Const(ir::Arg::In(expr)) => expr.as_const(),
                _ => None,
            })
        };
        let largest_wins = property("largest_priority_wins").is_none_or(|v| *v != BigUint::default());
        let delta = property("priority_delta").and_then(|v| v.to_u64()).unwrap_or(1);
        if decl.entries.iter().any(|e| names::find(&e.annotations, "priority").is_some()) {
            let mut keyed = Vec::new();
            for (i, (entry, from)) in entries.drain(..).zip(&decl.entries).enumerate() {
                let written = names::find(&from.annotations, "priority").and_then(names::argument);
                let priority = written.and_then(|t| t.trim().parse::<u64>().ok()).unwrap_or(i as u64 + 1);
                keyed.push((priority, entry));
            }
            keyed.sort_by_key(|(priority, _)| *priority);
            entries.extend(keyed.into_iter().map(|(_, entry)| entry));
            return Ok(());
        }
        if decl.entries_are_const {
            return Ok(());
        }
        let written = entries.iter().any(|e| e.priority.is_some());
        if !written {
            let count = entries.len() as u64;
            for (i, entry) in entries.iter_mut().enumerate() {
                let rank = if largest_wins { count - 1 - i as u64 } else { i as u64 };
                entry.priority = Some(1 + rank * delta);
            }
        } else {
            let mut last: Option<u64> = None;
            for entry in entries.iter_mut() {
                let priority = match (entry.priority, last) {
                    (Some(priority), _) => Some(priority),
                    (None, Some(last)) if largest_wins => last.checked_sub(delta),
                    (None, Some(last)) => last.checked_add(delta),
                    (None, None) => None,
                };
                let Some(priority) = priority else {
                    return Err(self.error(
                        codes::E0404,
                        entry.span,
                        "the priority of this entry cannot be derived from the one before it",
                    ));
                };
                entry.priority = Some(priority);
                last = Some(priority);
            }
        }
        if largest_wins {
            entries.sort_by_key(|e| std::cmp::Reverse(e.priority));
        } else {
            entries.sort_by_key(|e| e.priority);
        }
        Ok(())
    }

    /// The control-plane part of an action call in the program: default actions and entries.
    pub(super) fn action_call(&mut self, call: &'h hir::ActionRef, position: usize) -> Res<ir::ActionCall> {
        let action = &self.hir.actions[call.action];
        let mut args = Vec::new();
        for (&param, arg) in action.params.iter().zip(&call.args) {
            if self.direction(param) != hir::Direction::None {
                continue;
            }
            match arg {
                Some(hir::Argument::Value(expr)) => {
                    let ty = self.hir.variables[param].ty;
                    let value = self.constant(expr)?;
                    let value = self.constant_value(&value, ty, expr.span)?;
                    self.data_patterns(value, ty, &mut args, expr.span)?;
                }
                Some(hir::Argument::Ignored(_) | hir::Argument::Missing) | None => {
                    let name = self.hir.variables[param].name.name.clone();
                    return Err(self.bug(call.span, format!("no value for `{name}`")));
                }
            }
        }
        Ok(ir::ActionCall { action: position, args, span: call.span })
    }
}

/// True if the action reference gives arguments for directed parameters.
pub(super) fn has_bound_arguments(call: &hir::ActionRef) -> bool {
    call.args
        .iter()
        .flatten()
        .any(|a| matches!(a, hir::Argument::Value(e) if !matches!(e.kind, ExprKind::Error)))
}

/// True for an instance, named or made in place.
fn is_object(expr: &hir::Expr) -> bool {
    matches!(expr.kind, ExprKind::Instance(_) | ExprKind::Construct(_))
}

/// What says whether a selector key is there: the validity of the header whose field it is.
fn there(expr: &Expr, kind: &ir::MatchKind) -> Option<Expr> {
    let (header, _) = expr.as_field().filter(|_| *kind == ir::MatchKind::Selector)?;
    let valid = ir::ExprKind::IsValid(header.clone());
    Some(Expr { kind: valid, ty: ir::ScalarType::Bool, span: expr.span })
}
