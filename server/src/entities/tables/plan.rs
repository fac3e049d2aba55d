//! What is to be done for an update of an entry: in, a message; out, changes of its table that are right as far as the message can say, or what is wrong with it.

use super::super::actions::Place;
use super::super::batch::Planned;
use super::super::notes::{Key, Note};
use super::super::one_shot::{self, choices};
use super::super::profiles::{RESERVED, Seen};
use super::super::{Context, cells, keys};
use super::direct::direct;
use super::{actions, default_key, key, no_meter_counts, note_of, noted, priority};
use crate::problem::Problem;
use num_bigint::BigUint;
use p4xdp_control::entry::{ActionCall, Count, Entry, Idle, KeyMatch, Target};
use p4xdp_control::view::Table as View;
use p4xdp_p4runtime::p4::v1 as proto;
use p4xdp_runtime::cells::{Cell, CellKind};
use p4xdp_runtime::storage;
use p4xdp_runtime::tables::{self as library, Table};
use p4xdp_runtime::transaction::Change;
use proto::entity::Entity;
use proto::table_action;
use proto::update::Type;

/// An update that is one change of an entry, whatever is in the table.
pub(in super::super) fn is_plain(context: &Context<'_>, kind: Type, entity: &Entity) -> bool {
    let Entity::TableEntry(given) = entity else { return false };
    let Ok((_, view)) = context.table_view(given.table_id) else { return false };
    view.profile.is_none() && !given.is_default_action && (kind != Type::Modify || given.action.is_some())
}

/// What an update of an entry takes.
pub(in super::super) fn plan<'p>(
    context: &Context<'p>,
    kind: Type,
    given: &proto::TableEntry,
) -> Result<Planned, Problem> {
    let (at, view) = context.table_view(given.table_id)?;
    let table = context.table(at)?;
    let profile = view.profile.map(|profile| Seen::of_extern(context, profile)).transpose()?;
    let plan = Plan { context, at, view, table, profile, given };
    plan.check_flags(kind)?;
    if given.is_default_action { plan.default(kind) } else { plan.entry(kind) }
}

struct Plan<'a, 'p> {
    context: &'a Context<'p>,
    at: usize,
    view: &'p View,
    table: &'p Table<'p>,
    profile: Option<Seen<'p>>,
    given: &'a proto::TableEntry,
}

impl<'p> Plan<'_, 'p> {
    fn called(&self) -> String {
        keys::called(self.view)
    }

    fn wrong(&self, what: &str) -> Problem {
        Problem::invalid(format!("{}: {what}", self.called()))
    }

    /// What an update may not say, whatever it is of.
    fn check_flags(&self, kind: Type) -> Result<(), Problem> {
        let given = self.given;
        if given.is_const {
            return Err(self.wrong("`is_const` is for what is read"));
        }
        if kind == Type::Delete {
            return Ok(());
        }
        if given.meter_counter_data.is_some() {
            return Err(no_meter_counts());
        }
        if given.time_since_last_hit.is_some() {
            return Err(self.wrong("`time_since_last_hit` is for what is read"));
        }
        Ok(())
    }

    /// An update of the default action.
    fn default(&self, kind: Type) -> Result<Planned, Problem> {
        let given = self.given;
        if kind != Type::Modify {
            return Err(self.wrong("the default action is always there, and can only be modified"));
        }
        if !given.r#match.is_empty() || given.priority != 0 {
            return Err(self.wrong("the default action has neither a match nor a priority"));
        }
        if given.idle_timeout_ns != 0 {
            return Err(self.wrong("the default action has no idle timeout"));
        }
        if given.meter_config.is_some() {
            let message = format!("{}: its default action has no meter of its own", self.called());
            return Err(Problem::unimplemented(message));
        }
        if self.view.default_is_const {
            let message = format!("{}: its default action is `const`", self.called());
            return Err(Problem::denied(message));
        }
        let call = match given.action.as_ref().and_then(|action| action.r#type.as_ref()) {
            None => self.view.default.clone(),
            Some(table_action::Type::Action(action)) => self.call(action, Place::Default)?,
            Some(_) => {
                return Err(self.wrong("the default action is an action, neither a member nor a group"));
            }
        };
        let mut changes = vec![self.change(library::Change::SetDefault(call))];
        changes.extend(self.count_change(self.count()?, None));
        self.planned(kind, changes, &|| Ok(default_key(self.view)))
    }

    fn change(&self, change: library::Change) -> Change {
        Change::Table { table: self.at, change }
    }

    /// The change by which an entry, or what misses count in, has counted so much.
    fn count_change(
        &self,
        count: Option<Count>,
        entry: Option<(Vec<KeyMatch>, Option<u32>)>,
    ) -> Option<Change> {
        let counter = self.table.direct(CellKind::Counter)?;
        Some(direct(self.at, CellKind::Counter, entry, cells::cell_of(counter, count?)))
    }

    /// An update of an entry.
    fn entry(&self, kind: Type) -> Result<Planned, Problem> {
        let given = self.given;
        if self.view.keys.is_empty() {
            return Err(self.wrong("it has no key, and so no entries but the default action"));
        }
        let entry_keys = keys::read(&self.context.numbers, self.view, &given.r#match)?;
        let priority = priority(self.view, given.priority)?;
        let key = || key(self.context, self.view, &entry_keys, priority);
        let is_const = self.table.is_const(&entry_keys, priority);
        if kind == Type::Delete {
            self.check_may_change(is_const)?;
            let released = self.released(&entry_keys, priority)?;
            let mut changes = vec![self.change(library::Change::delete(entry_keys.clone(), priority))];
            changes.extend(released);
            return self.planned(kind, changes, &key);
        }
        match kind {
            Type::Insert => self.check_may_change(self.view.entries_are_const)?,
            _ if given.action.is_some() => self.check_may_change(is_const)?,
            _ => {}
        }
        let target = given.action.as_ref().map(|action| self.target(action)).transpose()?;
        let timeout = self.timeout()?;
        let (count, rates) = (self.count()?, self.rates()?);
        let entry = |target| {
            let idle = Idle { timeout, unused: 0 };
            Entry { idle, ..Entry::new(entry_keys.clone(), priority, target) }
        };
        let Some((target, mut changes)) = target else {
            if kind == Type::Insert {
                return Err(self.wrong("a new entry needs an action"));
            }
            let before = self.table.find(&entry_keys, priority)?;
            let mut changes = Vec::new();
            if self.table.has_idle_timeout() && !is_const {
                changes.push(self.modification(entry(before.target)));
            }
            changes.extend(self.direct_changes(&entry_keys, priority, count, rates));
            return self.planned(kind, changes, &key);
        };
        if kind == Type::Insert {
            let (count, rates) = (count.unwrap_or_default(), rates.unwrap_or_default());
            changes.push(self.change(library::Change::insert(Entry { count, rates, ..entry(target) })));
            return self.planned(kind, changes, &key);
        }
        let released = self.released(&entry_keys, priority)?;
        changes.push(self.modification(entry(target)));
        changes.extend(self.direct_changes(&entry_keys, priority, count, rates));
        changes.extend(released);
        self.planned(kind, changes, &key)
    }

    /// Gives an entry an action, and a timeout or none.
    fn modification(&self, entry: Entry) -> Change {
        let timeout = entry.idle.timeout.unwrap_or(0);
        // A change that says nothing of it would leave it as it is.
        let idle = if self.table.has_idle_timeout() {
            Idle { timeout: Some(timeout), unused: 0 }
        } else {
            entry.idle
        };
        self.change(library::Change::Entry(storage::Change::Modify(Entry { idle, ..entry })))
    }

    /// What hangs on an entry is to be as an update says: rates that it does not say are taken away.
    fn direct_changes(
        &self,
        keys: &[KeyMatch],
        priority: Option<u32>,
        count: Option<Count>,
        rates: Option<Vec<BigUint>>,
    ) -> Vec<Change> {
        let entry = || Some((keys.to_vec(), priority));
        let meter = self.table.direct(CellKind::Meter).map(|meter| {
            let cell = rates.map_or_else(|| cells::zero(meter), Cell);
            direct(self.at, CellKind::Meter, entry(), cell)
        });
        meter.into_iter().chain(self.count_change(count, entry())).collect()
    }

    /// What removes the group of the action set that an entry has.
    fn released(&self, keys: &[KeyMatch], priority: Option<u32>) -> Result<Vec<Change>, Problem> {
        let Some(profile) = self.profile.as_ref().filter(|profile| profile.of.has_groups) else {
            return Ok(Vec::new());
        };
        let before = self.table.get(keys, priority)?;
        match before.and_then(|entry| one_shot::group_of(&entry.target)) {
            Some(group) => one_shot::remove(self.context, profile, group),
            None => Ok(Vec::new()),
        }
    }

    /// An update with these changes; `key` identifies what it is of, and takes some time to be made.
    fn planned(
        &self,
        kind: Type,
        changes: Vec<Change>,
        key: &dyn Fn() -> Result<proto::TableEntry, Problem>,
    ) -> Result<Planned, Problem> {
        let context = self.context;
        let planned = Planned { changes, ..Planned::default() };
        let note = if kind == Type::Delete { proto::TableEntry::default() } else { note_of(self.given) };
        let has_notes = context.makes_notes.get() || !context.notes.is_empty();
        // Where there are no notes, none is to be forgotten.
        if !has_notes && note == proto::TableEntry::default() {
            return Ok(planned);
        }
        context.makes_notes.set(true);
        let key = key()?;
        let note = match (kind, &self.given.action) {
            // The action stays as it is.
            (Type::Modify, None) => proto::TableEntry { action: noted(context, &key).action, ..note },
            (_, _) => note,
        };
        Ok(planned
            .with([Note::new(context.notes, Key::of(Entity::TableEntry(key)), &note, &|| self.called())?]))
    }

    fn check_may_change(&self, is_const: bool) -> Result<(), Problem> {
        let what = if self.view.entries_are_const { "its entries are" } else { "the entry is" };
        if is_const { Err(Problem::denied(format!("{}: {what} `const`", self.called()))) } else { Ok(()) }
    }

    fn call(&self, action: &proto::Action, place: Place) -> Result<ActionCall, Problem> {
        actions(self.context, self.view).read(action, place, &|| self.called())
    }

    /// What an entry is to run, and what makes the group of an action set.
    fn target(&self, action: &proto::TableAction) -> Result<(Target, Vec<Change>), Problem> {
        use table_action::Type as Kind;
        let kind = action.r#type.as_ref().ok_or_else(|| self.wrong("the action is none"))?;
        let Some(profile) = &self.profile else {
            return match kind {
                Kind::Action(action) => Ok((self.call(action, Place::Entry)?.into(), Vec::new())),
                _ => Err(self.wrong("it has no action profile: its entries have an action")),
            };
        };
        match kind {
            Kind::Action(_) => {
                Err(self.wrong(&format!("its entries name members of {}, not actions", profile.called())))
            }
            Kind::ActionProfileActionSet(set) => {
                let choices = choices(self.context, profile, set)?;
                let (group, changes) = one_shot::make(self.context, profile, &choices)?;
                Ok((Target::Group(group), changes))
            }
            Kind::ActionProfileMemberId(member) => {
                Ok((Target::Member(self.own(profile, "member", *member)?), Vec::new()))
            }
            Kind::ActionProfileGroupId(_) if !profile.of.has_groups => {
                Err(self.wrong(&format!("{} has no groups: it is no selector", profile.called())))
            }
            Kind::ActionProfileGroupId(group) => {
                Ok((Target::Group(self.own(profile, "group", *group)?), Vec::new()))
            }
        }
    }

    /// The number of a controller's member or group, which do not mix with action sets.
    fn own(&self, profile: &Seen<'p>, what: &str, number: u32) -> Result<u32, Problem> {
        let has_sets =
            profile.of.has_groups && self.context.one_shots(profile, |known| Ok(known.has_sets()))?;
        match number {
            _ if has_sets => {
                Err(self
                    .wrong("its action profile has action sets, with which members and groups do not mix"))
            }
            1..RESERVED => Ok(number),
            0 | RESERVED.. => Err(self.wrong(&format!("{number} is no {what} of a controller"))),
        }
    }

    fn timeout(&self) -> Result<Option<u64>, Problem> {
        match u64::try_from(self.given.idle_timeout_ns) {
            Ok(0) => Ok(None),
            Ok(_) if !self.table.has_idle_timeout() => Err(self.wrong("it has no idle timeout")),
            Ok(timeout) => Ok(Some(timeout)),
            Err(_) => Err(self.wrong(&format!("{} ns is no idle timeout", self.given.idle_timeout_ns))),
        }
    }

    fn count(&self) -> Result<Option<Count>, Problem> {
        let Some(data) = &self.given.counter_data else { return Ok(None) };
        if self.table.direct(CellKind::Counter).is_none() {
            return Err(self.wrong("it has no direct counter"));
        }
        cells::count(data, &|| self.called()).map(Some)
    }

    fn rates(&self) -> Result<Option<Vec<BigUint>>, Problem> {
        let Some(config) = &self.given.meter_config else { return Ok(None) };
        let meter = self.table.direct(CellKind::Meter);
        let meter = meter.ok_or_else(|| self.wrong("it has no direct meter"))?;
        cells::rates(meter, config).map(Some)
    }
}
