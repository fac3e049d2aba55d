//! The control plane of a [`Machine`]: tables, counters, and the rest, by their names in the program.

use super::control::{ActionSpec, CounterValue, KeyMatch, MulticastNode, TableEntry};
use super::externs::ExternState;
use super::lower::keyset_matcher;
use super::machine::{Machine, Mirror};
use super::table::{ControlError, EntryAction, TableCode};
use super::value::Value;
use crate::ir::{Keyset, ScalarType};
use num_bigint::BigUint;
use std::sync::Arc;

/// What an entry runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryTarget {
    /// An action.
    Action(ActionSpec),
    /// A member of the table's action profile.
    Member(u32),
    /// A group of the table's action selector.
    Group(u32),
}

/// An entry as a control plane reads it back: keys, priority, what it runs.
pub type ReadEntry = (Vec<KeyMatch>, Option<u32>, EntryTarget);

impl Machine {
    fn table_code(&self, name: &str) -> Result<usize, ControlError> {
        let found = self.code.tables.iter().position(|t| &*t.name == name);
        found.ok_or_else(|| ControlError::Unknown { kind: "table", name: name.to_owned() })
    }

    fn resolve_action(
        &self,
        table: &TableCode,
        action: &ActionSpec,
        as_default: bool,
    ) -> Result<(usize, Arc<[Value]>), ControlError> {
        let bad = |why: String| ControlError::BadAction { table: table.name.clone(), why };
        let found = table.actions.iter().enumerate().find(|(_, a)| a.name == action.name);
        let Some((position, listed)) = found else {
            return Err(bad(format!("it has no action `{}`", action.name)));
        };
        if as_default && listed.table_only {
            return Err(bad(format!("action `{}` is marked @tableonly", action.name)));
        }
        if !as_default && listed.default_only {
            return Err(bad(format!("action `{}` is marked @defaultonly", action.name)));
        }
        let params = self.code.actions.get(listed.action as usize).map_or(&[][..], |a| &a.params);
        if params.len() != action.args.len() {
            let (wanted, given) = (params.len(), action.args.len());
            return Err(bad(format!("action `{}` takes {wanted} arguments, not {given}", action.name)));
        }
        for ((name, _, width), value) in params.iter().zip(&action.args) {
            if value.bits() > u64::from(*width) {
                return Err(bad(format!("{value:#x} does not fit parameter `{name}` of {width} bits")));
            }
        }
        let args = params.iter().zip(&action.args).map(|((_, _, w), v)| Value::new(v, *w)).collect();
        Ok((position, args))
    }

    fn entry_action(&self, table: &TableCode, target: &EntryTarget) -> Result<EntryAction, ControlError> {
        Ok(match target {
            EntryTarget::Action(action) => {
                let (position, args) = self.resolve_action(table, action, false)?;
                EntryAction::Direct(position, args)
            }
            EntryTarget::Member(m) => EntryAction::Member(*m),
            EntryTarget::Group(g) => EntryAction::Group(*g),
        })
    }

    /// Adds an entry.
    pub fn insert(&mut self, table: &str, entry: &TableEntry) -> Result<(), ControlError> {
        let target = EntryTarget::Action(entry.action.clone());
        self.insert_target(table, &entry.keys, entry.priority, &target)
    }

    /// Adds an entry that may run a member or group of an action profile.
    pub fn insert_target(
        &mut self,
        table: &str,
        keys: &[KeyMatch],
        priority: Option<u32>,
        target: &EntryTarget,
    ) -> Result<(), ControlError> {
        let at = self.table_code(table)?;
        let code = Arc::clone(&self.code);
        let Some(code) = code.tables.get(at) else { return Ok(()) };
        let action = self.entry_action(code, target)?;
        self.state.insert(code, keys, priority, action).map(|_| ())
    }

    /// Replaces the action of an entry.
    pub fn modify(
        &mut self,
        table: &str,
        keys: &[KeyMatch],
        priority: Option<u32>,
        target: &EntryTarget,
    ) -> Result<(), ControlError> {
        let at = self.table_code(table)?;
        let code = Arc::clone(&self.code);
        let Some(code) = code.tables.get(at) else { return Ok(()) };
        let action = self.entry_action(code, target)?;
        match self.state.tables.get_mut(at) {
            Some(state) => {
                let entry = state.find(code, keys, priority)?;
                state.modify(code, entry, action)
            }
            None => Ok(()),
        }
    }

    /// Removes an entry.
    pub fn delete(
        &mut self,
        table: &str,
        keys: &[KeyMatch],
        priority: Option<u32>,
    ) -> Result<(), ControlError> {
        let at = self.table_code(table)?;
        let code = Arc::clone(&self.code);
        match (code.tables.get(at), self.state.tables.get_mut(at)) {
            (Some(code), Some(state)) => {
                let entry = state.find(code, keys, priority)?;
                state.remove(code, entry)
            }
            _ => Ok(()),
        }
    }

    /// Lets an entry be idle for so many nanoseconds from now on; `None` is for ever.
    pub fn set_idle_timeout(
        &mut self,
        table: &str,
        keys: &[KeyMatch],
        priority: Option<u32>,
        nanoseconds: Option<u64>,
    ) -> Result<(), ControlError> {
        let at = self.table_code(table)?;
        let code = Arc::clone(&self.code);
        let (Some(code), Some(state)) = (code.tables.get(at), self.state.tables.get_mut(at)) else {
            return Ok(());
        };
        if code.idle.is_none() {
            return Err(ControlError::Refused(format!(
                "the entries of table `{table}` have no idle timeout"
            )));
        }
        let entry = state.find(code, keys, priority)?;
        state.set_timeout(entry, nanoseconds, self.state.now);
        Ok(())
    }

    /// Has the entry been idle for longer than its timeout? One that the table removed by itself is no entry any more.
    pub fn is_idle(
        &self,
        table: &str,
        keys: &[KeyMatch],
        priority: Option<u32>,
    ) -> Result<bool, ControlError> {
        let at = self.table_code(table)?;
        let (Some(code), Some(state)) = (self.code.tables.get(at), self.state.tables.get(at)) else {
            return Ok(false);
        };
        let entry = state.find(code, keys, priority)?;
        Ok(state.entry(entry).is_some_and(|e| e.timer.expired(self.state.now)))
    }

    /// pna: how long entries with this expire time profile may be idle, in nanoseconds.
    pub fn set_expire_profile(&mut self, profile: u32, nanoseconds: u64) {
        self.state.profiles.insert(u128::from(profile), nanoseconds);
    }

    /// Replaces the default action.
    pub fn set_default(&mut self, table: &str, action: &ActionSpec) -> Result<(), ControlError> {
        let at = self.table_code(table)?;
        let code = Arc::clone(&self.code);
        let Some(code) = code.tables.get(at) else { return Ok(()) };
        if code.default_is_const {
            return Err(ControlError::Constant { what: "the default action", table: code.name.clone() });
        }
        let default = self.resolve_action(code, action, true)?;
        if let Some(state) = self.state.tables.get_mut(at) {
            state.default = default;
        }
        Ok(())
    }

    /// Removes all entries of all tables that are not constant.
    pub fn clear_tables(&mut self) {
        for (code, state) in self.code.tables.iter().zip(&mut self.state.tables) {
            state.clear(code);
        }
    }

    /// All entries of a table, by age.
    pub fn entries(&self, table: &str) -> Result<Vec<ReadEntry>, ControlError> {
        let at = self.table_code(table)?;
        let (Some(code), Some(state)) = (self.code.tables.get(at), self.state.tables.get(at)) else {
            return Ok(Vec::new());
        };
        let read = state.entries().map(|(_, e)| {
            let target = match &e.action {
                EntryAction::Direct(position, args) => EntryTarget::Action(ActionSpec {
                    name: code.actions.get(*position).map(|a| a.name.clone()).unwrap_or_default(),
                    args: args.iter().map(Value::to_big).collect(),
                }),
                EntryAction::Member(m) => EntryTarget::Member(*m),
                EntryAction::Group(g) => EntryTarget::Group(*g),
            };
            (e.keys.clone(), e.priority, target)
        });
        Ok(read.collect())
    }

    fn extern_at(&self, name: &str) -> Result<usize, ControlError> {
        let found = self.names.externs.iter().position(|n| &**n == name);
        found.ok_or_else(|| ControlError::Unknown { kind: "extern", name: name.to_owned() })
    }

    /// Reads a counter's cell.
    pub fn counter(&self, name: &str, index: u64) -> Result<CounterValue, ControlError> {
        match self.state.externs.get(self.extern_at(name)?) {
            Some(ExternState::Counter(size, cells)) => {
                in_range(name, *size, index)?;
                Ok(cells.get(&index).copied().unwrap_or_default())
            }
            _ => Err(ControlError::Refused(format!("`{name}` is no counter"))),
        }
    }

    /// Writes a counter's cell.
    pub fn write_counter(&mut self, name: &str, index: u64, value: CounterValue) -> Result<(), ControlError> {
        let at = self.extern_at(name)?;
        match self.state.externs.get_mut(at) {
            Some(ExternState::Counter(size, cells)) => {
                in_range(name, *size, index)?;
                cells.insert(index, value);
                Ok(())
            }
            _ => Err(ControlError::Refused(format!("`{name}` is no counter"))),
        }
    }

    /// Reads the direct counter of the entry with these keys.
    pub fn direct_counter(
        &self,
        table: &str,
        keys: &[KeyMatch],
        priority: Option<u32>,
    ) -> Result<CounterValue, ControlError> {
        let at = self.table_code(table)?;
        let (Some(code), Some(state)) = (self.code.tables.get(at), self.state.tables.get(at)) else {
            return Ok(CounterValue::default());
        };
        let entry = state.find(code, keys, priority)?;
        match code.counter.and_then(|c| self.state.externs.get(c as usize)) {
            Some(ExternState::Counter(_, cells)) => {
                Ok(cells.get(&u64::from(entry)).copied().unwrap_or_default())
            }
            _ => Err(ControlError::Refused(format!("table `{table}` has no direct counter"))),
        }
    }

    /// Reads a register's cell; a struct is one number, its first field highest.
    pub fn register(&self, name: &str, index: u64) -> Result<BigUint, ControlError> {
        match self.state.externs.get(self.extern_at(name)?) {
            Some(ExternState::Register(state)) => {
                in_range(name, Some(state.size), index)?;
                Ok(state.number(index))
            }
            _ => Err(ControlError::Refused(format!("`{name}` is no register"))),
        }
    }

    /// Writes a register's cell, or all of them.
    pub fn write_register(
        &mut self,
        name: &str,
        index: Option<u64>,
        value: &BigUint,
    ) -> Result<(), ControlError> {
        let at = self.extern_at(name)?;
        let Some(ExternState::Register(state)) = self.state.externs.get_mut(at) else {
            return Err(ControlError::Refused(format!("`{name}` is no register")));
        };
        let width: u64 = state.widths.iter().map(|w| u64::from(*w)).sum();
        if value.bits() > width {
            return Err(ControlError::Refused(format!(
                "{value:#x} does not fit register `{name}` of {width} bits"
            )));
        }
        match index {
            Some(index) => {
                in_range(name, Some(state.size), index)?;
                state.set_number(index, value);
            }
            None => {
                state.cells.clear();
                if *value != BigUint::default() {
                    (0..state.size).for_each(|i| state.set_number(i, value));
                }
            }
        }
        Ok(())
    }

    /// Sets the rates of a meter's cell, or of all: committed, then peak, as units a microsecond and burst in units.
    pub fn set_meter_rates(
        &mut self,
        name: &str,
        index: Option<u64>,
        rates: &[(f64, u64)],
    ) -> Result<(), ControlError> {
        let at = self.extern_at(name)?;
        let Some(ExternState::Meter(state)) = self.state.externs.get_mut(at) else {
            return Err(ControlError::Refused(format!("`{name}` is no meter")));
        };
        let [committed, peak] = rates else {
            return Err(ControlError::Refused(format!("meter `{name}` has 2 rates, not {}", rates.len())));
        };
        if let Some(index) = index {
            in_range(name, state.size, index)?;
        }
        state.set_rates(index, [*committed, *peak]);
        Ok(())
    }

    /// Makes or replaces a member of an action profile.
    pub fn set_member(
        &mut self,
        profile: &str,
        member: u32,
        action: &ActionSpec,
    ) -> Result<(), ControlError> {
        let at = self.extern_at(profile)?;
        let code = Arc::clone(&self.code);
        let table = code.tables.iter().find(|t| t.implementation.is_some_and(|i| i as usize == at));
        let Some(table) = table else {
            return Err(ControlError::Refused(format!("no table is implemented by `{profile}`")));
        };
        let (_, args) = self.resolve_action(table, action, false)?;
        match self.state.externs.get_mut(at) {
            Some(ExternState::Selector(s)) => {
                s.members.insert(member, (action.name.clone(), args));
                Ok(())
            }
            _ => Err(ControlError::Refused(format!("`{profile}` is no action profile"))),
        }
    }

    /// Makes or replaces a group of an action selector.
    pub fn set_group(&mut self, selector: &str, group: u32, members: &[u32]) -> Result<(), ControlError> {
        let at = self.extern_at(selector)?;
        match self.state.externs.get_mut(at) {
            Some(ExternState::Selector(s)) => {
                if let Some(missing) = members.iter().find(|m| !s.members.contains_key(m)) {
                    return Err(ControlError::Refused(format!("`{selector}` has no member {missing}")));
                }
                s.groups.insert(group, members.to_vec());
                Ok(())
            }
            _ => Err(ControlError::Refused(format!("`{selector}` is no action selector"))),
        }
    }

    /// Adds an element to a value set: a keyset a key, without references to other value sets.
    pub fn insert_value_set(&mut self, name: &str, keysets: &[Keyset]) -> Result<(), ControlError> {
        let Some(at) = self.names.value_sets.iter().position(|(n, _)| &**n == name) else {
            return Err(ControlError::Unknown { kind: "value set", name: name.to_owned() });
        };
        let keys = self.names.value_sets.get(at).map_or(&[][..], |(_, keys)| keys);
        if keys.len() != keysets.len() {
            let (wanted, given) = (keys.len(), keysets.len());
            return Err(ControlError::Refused(format!("value set `{name}` has {wanted} keys, not {given}")));
        }
        let element = keys
            .iter()
            .zip(keysets)
            .map(|((width, signed), k)| {
                keyset_matcher(k, ScalarType::Bits { width: *width, signed: *signed })
            })
            .collect();
        if let Some(set) = self.state.value_sets.get_mut(at) {
            set.push(element);
        }
        Ok(())
    }

    /// Makes a clone session, or removes it.
    pub fn set_mirror(&mut self, session: u32, target: Option<Mirror>) {
        match target {
            Some(target) => self.state.mirrors.insert(session, target),
            None => self.state.mirrors.remove(&session),
        };
    }

    /// Makes a multicast group, or replaces its nodes.
    pub fn set_multicast_group(&mut self, group: u32, nodes: Vec<MulticastNode>) {
        self.state.groups.insert(group, nodes);
    }
}

fn in_range(name: &str, size: Option<u64>, index: u64) -> Result<(), ControlError> {
    match size {
        Some(size) if index >= size => {
            Err(ControlError::Refused(format!("index {index} is out of range: `{name}` has {size} cells")))
        }
        _ => Ok(()),
    }
}
