//! The control plane of a [`Machine`]: tables, counters, and the rest, by their names in the program. Action profiles are [`profiles`]'.

mod profiles;

use super::code::Matcher;
use super::externs::{ExternState, counter};
use super::lower::keyset_matcher;
use super::machine::Machine;
use super::table::{ControlError, EntryAction, TableCode, TableState};
use super::value::Value;
use crate::ir::{Keyset, ScalarType};
use num_bigint::BigUint;
use p4xdp_control::crc::Crc;
use p4xdp_control::entry::{ActionCall, Count, Entry, KeyMatch, Mirror, MulticastNode, Session, Target};
use p4xdp_control::terms;
use p4xdp_control::value::prefix_mask;
use p4xdp_control::view;
use std::sync::Arc;

/// An entry as a control plane reads it back: keys, priority, what it runs.
pub type ReadEntry = (Vec<KeyMatch>, Option<u32>, Target);

impl Machine {
    fn table_code(&self, name: &str) -> Result<usize, ControlError> {
        let found = self.code.tables.iter().position(|t| &*t.name == name);
        found.ok_or_else(|| ControlError::Unknown { kind: "table", name: name.to_owned() })
    }

    fn resolve_action(
        &self,
        table: &TableCode,
        call: &ActionCall,
        as_default: bool,
    ) -> Result<(usize, Arc<[Value]>), ControlError> {
        if let Some(view) = self.view.tables.get(table.id as usize) {
            terms::check_call(&self.view, view, call, as_default)?;
        }
        let action = table.actions.get(call.action).and_then(|a| self.code.actions.get(a.action as usize));
        let params = action.map_or(&[][..], |a| &a.params);
        let args = params.iter().zip(&call.args).map(|((_, _, w), v)| Value::new(v, *w)).collect();
        Ok((call.action, args))
    }

    /// Keys in the forms that the table's keys have, if they suit it.
    fn checked_keys(&self, table: usize, keys: &[KeyMatch]) -> Result<Vec<KeyMatch>, ControlError> {
        let Some(view) = self.view.tables.get(table) else { return Ok(keys.to_vec()) };
        let keys = in_form(view, keys);
        terms::check_keys(view, &keys)?;
        Ok(keys)
    }

    /// The entry with these keys, and its table.
    fn entry(
        &self,
        table: &str,
        keys: &[KeyMatch],
        priority: Option<u32>,
    ) -> Result<Option<(&TableCode, &TableState, u32)>, ControlError> {
        let at = self.table_code(table)?;
        let keys = self.checked_keys(at, keys)?;
        let (Some(code), Some(state)) = (self.code.tables.get(at), self.state.tables.get(at)) else {
            return Ok(None);
        };
        Ok(Some((code, state, state.find(code, &keys, priority)?)))
    }

    fn entry_action(&self, table: &TableCode, target: &Target) -> Result<EntryAction, ControlError> {
        if let Some(view) = self.view.tables.get(table.id as usize) {
            terms::check_target(&self.view, view, target)?;
        }
        Ok(match target {
            Target::Action(action) => {
                let (position, args) = self.resolve_action(table, action, false)?;
                EntryAction::Direct(position, args)
            }
            Target::Member(_) | Target::Group(_) => {
                let bad = |why: String| ControlError::BadTarget { table: table.name.clone(), why };
                let at = table.implementation.and_then(|i| self.state.externs.get(i as usize));
                let Some(ExternState::Selector(selector)) = at else {
                    return Err(bad("it has no action profile".to_owned()));
                };
                match target {
                    Target::Group(group) if !selector.groups.contains_key(group) => {
                        return Err(bad(format!("its action selector has no group {group}")));
                    }
                    Target::Member(member) if !selector.members.contains_key(member) => {
                        return Err(bad(format!("its action profile has no member {member}")));
                    }
                    Target::Group(_) | Target::Member(_) => self.check_runs(table, selector, target)?,
                    Target::Action(_) => {}
                }
                match target {
                    Target::Group(group) => EntryAction::Group(*group),
                    Target::Member(member) => EntryAction::Member(*member),
                    Target::Action(_) => return Err(bad("it has no action profile".to_owned())),
                }
            }
        })
    }

    /// Adds an entry.
    pub fn insert(&mut self, table: &str, entry: &Entry) -> Result<(), ControlError> {
        let at = self.table_code(table)?;
        let code = Arc::clone(&self.code);
        let Some(code) = code.tables.get(at) else { return Ok(()) };
        let action = self.entry_action(code, &entry.target)?;
        let keys = self.checked_keys(at, &entry.keys)?;
        self.state.insert(code, &keys, entry.priority, action).map(|_| ())
    }

    /// Replaces the action of an entry.
    pub fn modify(
        &mut self,
        table: &str,
        keys: &[KeyMatch],
        priority: Option<u32>,
        target: &Target,
    ) -> Result<(), ControlError> {
        let at = self.table_code(table)?;
        let keys = self.checked_keys(at, keys)?;
        let code = Arc::clone(&self.code);
        let Some(code) = code.tables.get(at) else { return Ok(()) };
        let action = self.entry_action(code, target)?;
        match self.state.tables.get_mut(at) {
            Some(state) => {
                let entry = state.find(code, &keys, priority)?;
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
        let keys = self.checked_keys(at, keys)?;
        let code = Arc::clone(&self.code);
        match (code.tables.get(at), self.state.tables.get_mut(at)) {
            (Some(code), Some(state)) => {
                let entry = state.find(code, &keys, priority)?;
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
        let keys = self.checked_keys(at, keys)?;
        let code = Arc::clone(&self.code);
        let (Some(code), Some(state)) = (code.tables.get(at), self.state.tables.get_mut(at)) else {
            return Ok(());
        };
        if code.idle.is_none() {
            return Err(ControlError::Refused(format!(
                "the entries of table `{table}` have no idle timeout"
            )));
        }
        let entry = state.find(code, &keys, priority)?;
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
        let Some((_, state, entry)) = self.entry(table, keys, priority)? else { return Ok(false) };
        Ok(state.entry(entry).is_some_and(|e| e.timer.expired(self.state.now)))
    }

    /// pna: how long entries with this expire time profile may be idle, in nanoseconds.
    pub fn set_expire_profile(&mut self, profile: u32, nanoseconds: u64) {
        self.state.profiles.insert(u128::from(profile), nanoseconds);
    }

    /// Replaces the default action.
    pub fn set_default(&mut self, table: &str, call: &ActionCall) -> Result<(), ControlError> {
        let at = self.table_code(table)?;
        let code = Arc::clone(&self.code);
        let Some(code) = code.tables.get(at) else { return Ok(()) };
        if code.default_is_const {
            return Err(ControlError::Constant { what: "the default action", table: code.name.clone() });
        }
        let default = self.resolve_action(code, call, true)?;
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
        let (Some(_), Some(state)) = (self.code.tables.get(at), self.state.tables.get(at)) else {
            return Ok(Vec::new());
        };
        let read = state.entries().map(|(_, e)| {
            let target = match &e.action {
                EntryAction::Direct(action, args) => Target::Action(ActionCall {
                    action: *action,
                    args: args.iter().map(Value::to_big).collect(),
                }),
                EntryAction::Member(m) => Target::Member(*m),
                EntryAction::Group(g) => Target::Group(*g),
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
    pub fn counter(&self, name: &str, index: u64) -> Result<Count, ControlError> {
        match self.state.externs.get(self.extern_at(name)?) {
            Some(ExternState::Counter(size, cells)) => {
                in_range(name, *size, index)?;
                Ok(cells.get(&index).copied().unwrap_or_default())
            }
            Some(ExternState::SparseCounter(_, cells)) => Ok(cells.get(&index).copied().unwrap_or_default()),
            _ => Err(ControlError::Refused(format!("`{name}` is no counter"))),
        }
    }

    /// Writes a counter's cell.
    pub fn write_counter(&mut self, name: &str, index: u64, value: Count) -> Result<(), ControlError> {
        let at = self.extern_at(name)?;
        match self.state.externs.get_mut(at) {
            Some(ExternState::Counter(size, cells)) => {
                in_range(name, *size, index)?;
                cells.insert(index, value);
                Ok(())
            }
            Some(ExternState::SparseCounter(most, cells)) => {
                if cells.len() as u64 >= *most && !cells.contains_key(&index) {
                    return Err(ControlError::Refused(format!("`{name}` has {most} counters already")));
                }
                cells.insert(index, value);
                Ok(())
            }
            _ => Err(ControlError::Refused(format!("`{name}` is no counter"))),
        }
    }

    /// Reads the direct counter of the entry with these keys: the table's first one, or the one with this name.
    pub fn direct_counter(
        &self,
        table: &str,
        keys: &[KeyMatch],
        priority: Option<u32>,
        counter: Option<&str>,
    ) -> Result<Count, ControlError> {
        let Some((code, _, entry)) = self.entry(table, keys, priority)? else { return Ok(Count::default()) };
        let own =
            self.direct_extern(&code.counters, counter).and_then(|at| self.state.externs.get(at as usize));
        match own {
            Some(ExternState::Counter(_, cells)) => {
                Ok(cells.get(&counter::cell_of(code.id, Some(entry))).copied().unwrap_or_default())
            }
            _ => Err(ControlError::Refused(format!(
                "table `{table}` has no direct counter{}",
                called(counter)
            ))),
        }
    }

    /// Of a table's direct counters or meters the first one, or the one with this name.
    fn direct_extern(&self, of_table: &[u32], name: Option<&str>) -> Option<u32> {
        let is_it = |at: &u32| {
            name.is_none_or(|name| self.names.externs.get(*at as usize).is_some_and(|own| **own == *name))
        };
        of_table.iter().copied().find(is_it)
    }

    /// Reads what a direct counter has counted of misses.
    pub fn counter_of_misses(&self, name: &str) -> Result<Count, ControlError> {
        let at = self.extern_at(name)?;
        let table = self.code.tables.iter().find(|table| table.counters.contains(&(at as u32)));
        match self.state.externs.get(at).zip(table) {
            Some((ExternState::Counter(None, cells), table)) => {
                Ok(cells.get(&counter::cell_of(table.id, None)).copied().unwrap_or_default())
            }
            _ => Err(ControlError::Refused(format!("`{name}` is no direct counter"))),
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
            None => state.fill(value),
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

    /// Sets the rates of an entry in its table's direct meter with this name, as [`Machine::set_meter_rates`] does.
    pub fn set_direct_meter_rates(
        &mut self,
        table: &str,
        keys: &[KeyMatch],
        priority: Option<u32>,
        meter: &str,
        rates: &[(f64, u64)],
    ) -> Result<(), ControlError> {
        let found = self.entry(table, keys, priority)?;
        let of_it = found.filter(|(code, ..)| self.direct_extern(&code.meters, Some(meter)).is_some());
        let Some(cell) = of_it.map(|(code, _, entry)| counter::cell_of(code.id, Some(entry))) else {
            return Err(ControlError::Refused(format!(
                "table `{table}` has no direct meter{}",
                called(Some(meter))
            )));
        };
        self.set_meter_rates(meter, Some(cell), rates)
    }

    /// Adds an element to a value set: what it demands of each key.
    pub fn insert_value_set(&mut self, name: &str, keys: &[KeyMatch]) -> Result<(), ControlError> {
        let view = Arc::clone(&self.view);
        let Some((at, set)) = view.value_sets.iter().enumerate().find(|(_, set)| set.name() == name) else {
            return Err(ControlError::Unknown { kind: "value set", name: name.to_owned() });
        };
        let keys = in_form(set, keys);
        terms::check_keys(set, &keys)?;
        let matcher = |(key, wanted): (&view::Key, KeyMatch)| {
            let ty = ScalarType::Bits { width: key.param.width, signed: key.param.signed };
            keyset_matcher(&keyset(wanted.cleared(key.param.width), key.param.width), ty)
        };
        let element: Vec<Matcher> = set.keys.iter().zip(keys).map(matcher).collect();
        let Some(elements) = self.state.value_sets.get_mut(at) else { return Ok(()) };
        if elements.contains(&element) {
            return Err(ControlError::Refused(format!("value set `{name}` has this element already")));
        }
        let size = set.size.unwrap_or(0);
        if elements.len() as u64 >= size {
            return Err(ControlError::Refused(format!(
                "value set `{name}` is full: it holds {size} elements"
            )));
        }
        elements.push(element);
        Ok(())
    }

    /// Makes a clone session, or removes it.
    pub fn set_mirror(&mut self, number: u32, session: Option<Session>) -> Result<(), ControlError> {
        let Some(session) = session else {
            self.state.mirrors.remove(&number);
            return Ok(());
        };
        let limits = self.arch.limits();
        if let Mirror::Port(port) = session.target {
            at_most("port", port, limits.port)?;
        }
        at_most("class of service", session.class_of_service, limits.class_of_service)?;
        self.state.mirrors.insert(number, session);
        Ok(())
    }

    /// Sets what `crc16_custom` or `crc32_custom` is; its width says which.
    pub fn set_custom_crc(&mut self, crc: Crc) -> Result<(), ControlError> {
        crc.check().map_err(|error| ControlError::Refused(error.to_string()))?;
        let custom = &mut self.state.custom_crcs;
        *(if crc.width == 16 { &mut custom.crc16 } else { &mut custom.crc32 }) = crc;
        Ok(())
    }

    /// Makes a multicast group, or replaces its nodes.
    pub fn set_multicast_group(&mut self, group: u32, nodes: Vec<MulticastNode>) -> Result<(), ControlError> {
        let limits = self.arch.limits();
        for node in &nodes {
            at_most("replication id", node.replication_id, limits.instance)?;
            node.ports.iter().try_for_each(|port| at_most("port", *port, limits.port))?;
        }
        self.state.groups.insert(group, nodes);
        Ok(())
    }
}

fn at_most(what: &str, number: u32, most: u32) -> Result<(), ControlError> {
    if number <= most {
        return Ok(());
    }
    Err(ControlError::Refused(format!("{what} {number} is larger than {most}, the largest one")))
}

fn in_range(name: &str, size: Option<u64>, index: u64) -> Result<(), ControlError> {
    match size {
        Some(size) if index >= size => {
            Err(ControlError::Refused(format!("index {index} is out of range: `{name}` has {size} cells")))
        }
        _ => Ok(()),
    }
}

/// Keys in the forms that the table's keys have.
fn in_form(table: &view::Table, keys: &[KeyMatch]) -> Vec<KeyMatch> {
    let in_form = |(at, given): (usize, KeyMatch)| match table.match_keys().nth(at) {
        Some(key) => given.in_form(key.match_kind, key.param.width, key.param.signed),
        None => given,
    };
    keys.iter().cloned().enumerate().map(in_form).collect()
}

/// What is demanded of a key, as parsers have it.
fn keyset(wanted: KeyMatch, width: u32) -> Keyset {
    match wanted {
        KeyMatch::Exact(value) => Keyset::Value(value),
        KeyMatch::Prefix(value, length) => Keyset::Mask { value, mask: prefix_mask(width, length) },
        KeyMatch::Masked(value, mask) => Keyset::Mask { value, mask },
        KeyMatch::Range(lo, hi) => Keyset::Range { lo, hi },
        KeyMatch::Any => Keyset::Universal,
    }
}

/// An extern's name in a message, if it is known.
fn called(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!(" `{name}`"))
}
