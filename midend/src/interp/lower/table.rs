//! Tables: their keys, actions and declared entries.

use super::Lowering;
use crate::control_plane::{key_match, priority};
use crate::interp::table::{DeclaredEntry, KeyCode, TableAction, TableCode};
use crate::interp::value::{NARROW, Value};
use crate::ir::{ActionCall, MatchKind, PropertyValue, ScalarType, Table, TableId};
use cranelift_entity::EntityRef;

impl Lowering<'_> {
    pub(super) fn table(&mut self, id: TableId, table: &Table) -> TableCode {
        let keys: Vec<KeyCode> = table
            .keys
            .iter()
            .map(|key| {
                let expr = self.any(&key.expr);
                match (&key.match_kind, key.expr.ty) {
                    (MatchKind::Other(kind), _) => self.unsupported(
                        key.expr.span,
                        format!("the interpreter does not know the match kind `{kind}`"),
                    ),
                    (_, ScalarType::Varbit { .. }) => {
                        self.unsupported(key.expr.span, "a `varbit` cannot be a key of a table");
                    }
                    _ => {}
                }
                KeyCode {
                    name: key.name.clone(),
                    expr,
                    kind: key.match_kind.clone(),
                    width: key.expr.ty.width(),
                    signed: key.expr.ty.is_signed(),
                    there: key.there.as_ref().map(|there| self.narrow(there)),
                }
            })
            .collect();
        let actions = table
            .actions
            .iter()
            .map(|a| TableAction {
                action: a.action.index() as u32,
                name: self.program.actions[a.action].name.clone(),
                default_only: a.default_only,
            })
            .collect::<Vec<_>>();
        let default = (table.default_action.action, self.action_args(table, &table.default_action));
        let largest_wins = table.largest_priority_wins();
        let entries = table
            .entries
            .iter()
            .map(|entry| DeclaredEntry {
                keys: entry
                    .keysets
                    .iter()
                    .zip(&table.keys)
                    .filter(|(_, key)| key.match_kind != MatchKind::Selector)
                    .map(|(keyset, key)| key_match(keyset, key.expr.ty, &key.match_kind))
                    .collect(),
                action: entry.action.action,
                args: self.action_args(table, &entry.action),
                priority: (!table.entries_are_const).then(|| priority(entry, largest_wins)),
                is_const: entry.is_const || table.entries_are_const,
            })
            .collect();
        let externs = |names: &[&str]| {
            let named = table.properties.iter().filter(|(name, _)| names.contains(&&**name));
            let ids = named.filter_map(|(_, value)| match value {
                PropertyValue::Extern(id) => Some(id.index() as u32),
                PropertyValue::Action(_) | PropertyValue::Const(_) => None,
            });
            ids.collect()
        };
        TableCode {
            id: id.index() as u32,
            name: table.name.clone(),
            keys,
            actions,
            default,
            default_is_const: table.default_is_const,
            entries,
            entries_are_const: table.entries_are_const && !table.entries.is_empty(),
            empty_group: self.empty_group(table),
            size: table.size,
            implementation: table.action_profile().map(|id| id.index() as u32),
            counters: externs(&["counters", "psa_direct_counter", "pna_direct_counter"]),
            idle: table.idle(self.program),
            match_restarts: &*self.program.architecture != "pna",
            forgets: table.lru().is_some(),
            meters: externs(&["meters", "psa_direct_meter", "pna_direct_meter"]),
            match_updates: &*self.program.architecture == "v1model",
        }
    }
}

impl Lowering<'_> {
    /// What an entry with a group without members runs: the action that a property names, else `NoAction`, if the table
    /// has it (PSA, section "Action Selector").
    fn empty_group(&self, table: &Table) -> Option<(usize, Vec<Value>)> {
        let named = table.properties.iter().find_map(|(name, value)| match (&**name, value) {
            ("psa_empty_group_action" | "pna_empty_group_action", PropertyValue::Action(call)) => Some(call),
            _ => None,
        });
        match named {
            Some(call) => Some((call.action, self.action_args(table, call))),
            None => {
                let is_nothing = |a: &crate::ir::TableAction| {
                    let action = &self.program.actions[a.action];
                    &*action.name == "NoAction" && action.params.is_empty()
                };
                table.actions.iter().position(is_nothing).map(|position| (position, Vec::new()))
            }
        }
    }

    fn action_args(&self, table: &Table, call: &ActionCall) -> Vec<Value> {
        let action = table.actions.get(call.action).map(|a| &self.program.actions[a.action]);
        let params = action.map(|a| a.params.as_slice()).unwrap_or_default();
        call.args.iter().zip(params).map(|(v, p)| Value::new(v, p.ty.width())).collect()
    }
}

/// Does the value of a key fit a machine integer?
pub(in crate::interp) fn fits(width: u32) -> bool {
    width <= NARROW
}
