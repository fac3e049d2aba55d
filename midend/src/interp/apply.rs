//! Applying a table: keys, entry, action.

use super::externs::meter::Colour;
use super::externs::{counter, meter, selector};
use super::run::{Flow, Run};
use super::table::{EntryAction, TableCode};
use super::trace::{EventKind, number};
use super::value::Value;
use crate::ir::MatchKind;
use p4xdp_frontend::source::Span;
use std::sync::Arc;

/// The position of no action, which no case of a `switch` names.
const NOTHING: usize = u32::MAX as usize;

impl<'m> Run<'m> {
    pub(super) fn apply(
        &mut self,
        table: u32,
        hit: Option<u32>,
        action_run: Option<u32>,
        span: Span,
    ) -> Flow {
        let code = self.code;
        let Some(table_code) = code.tables.get(table as usize) else { return Flow::Next };
        let mut keys = std::mem::take(&mut self.keys);
        keys.clear();
        keys.extend(table_code.match_keys().map(|k| self.env().any(&k.expr)));
        let mut entry = self.state.tables.get(table as usize).and_then(|t| t.lookup(table_code, &keys));
        if table_code.idle.is_some() || table_code.forgets {
            entry = self.seen(table_code, &keys, entry);
        }
        // Without a position: a group without members in a table without `NoAction`. The entry was hit, and nothing runs.
        let (position, args) = self.choose(table_code, entry).unwrap_or((NOTHING, Arc::new([])));
        if self.trace.is_some() {
            self.note_hazards_in(table_code.match_keys().map(|k| &k.expr), span);
            self.table_event(table_code, &keys, entry.is_some(), position, &args, span);
        }
        self.keys = keys;
        if let Some(slot) = hit {
            self.storage.set_narrow(slot, u128::from(entry.is_some()));
        }
        if let Some(slot) = action_run {
            self.storage.set_narrow(slot, position as u128);
        }
        if table_code.match_updates {
            self.colour = Colour::Green;
            if let Some(entry) = entry {
                let cell = counter::cell_of(table, Some(entry));
                for counter in &table_code.counters {
                    counter::count_match(self, *counter, cell);
                }
                for meter in &table_code.meters {
                    self.colour = meter::execute_match(self, *meter, cell);
                }
            }
        }
        let action = table_code.actions.get(position).and_then(|a| code.actions.get(a.action as usize));
        let Some(action) = action else { return Flow::Next };
        for ((_, slot, _), value) in action.params.iter().zip(args.iter()) {
            self.storage.set(*slot, value.clone());
        }
        let outer = self.applied.replace((table, entry));
        let flow = self.block(&action.body);
        self.applied = outer;
        flow
    }

    /// In a table that keeps time, or forgets what is not used: what was found, or what is left when the expired entries are gone.
    fn seen(&mut self, code: &TableCode, keys: &[Value], found: Option<u32>) -> Option<u32> {
        let now = self.state.now;
        let table = self.state.tables.get_mut(code.id as usize)?;
        table.seen(code, found, now).or_else(|| {
            found?;
            table.expire(code, now);
            let found = table.lookup(code, keys);
            table.seen(code, found, now)
        })
    }

    /// The action to run, by position in the table, with its arguments.
    fn choose(&mut self, code: &'m TableCode, entry: Option<u32>) -> Option<(usize, Arc<[Value]>)> {
        let table = self.state.tables.get(code.id as usize)?;
        let default = table.default.clone();
        let Some(entry) = entry.and_then(|e| table.entry(e)) else { return Some(default) };
        let member = match &entry.action {
            EntryAction::Direct(position, args) => return Some((*position, args.clone())),
            EntryAction::Member(member) => Some(*member),
            EntryAction::Group(group) => {
                let group = *group;
                let fields: Vec<(Value, u32)> = code
                    .keys
                    .iter()
                    .filter(|k| k.kind == MatchKind::Selector)
                    .filter(|k| k.there.as_ref().is_none_or(|there| self.env().narrow(there) != 0))
                    .map(|k| (self.env().any(&k.expr), k.width))
                    .collect();
                selector::choose(self.state, code.implementation, group, &fields)
            }
        };
        let chosen = member.and_then(|m| selector::member(self.state, code.implementation, m));
        let Some((name, args)) = chosen else {
            return code.empty_group.as_ref().map(|(position, args)| (*position, args.as_slice().into()));
        };
        let position = code.actions.iter().position(|a| a.name == name)?;
        Some((position, args))
    }

    fn table_event(
        &mut self,
        code: &'m TableCode,
        keys: &[Value],
        hit: bool,
        position: usize,
        args: &[Value],
        span: Span,
    ) {
        let names = code.match_keys().map(|k| k.name.clone());
        let keys = names.zip(keys.iter().map(number)).collect();
        let action = code.actions.get(position);
        let params = action
            .and_then(|a| self.code.actions.get(a.action as usize))
            .map(|a| a.params.iter().map(|(name, ..)| name.clone()).zip(args.iter().map(number)).collect())
            .unwrap_or_default();
        let action = action.map(|a| a.name.clone()).unwrap_or_default();
        self.event(span, |_| EventKind::Table { table: code.name.clone(), keys, hit, action, args: params });
    }
}
