//! Entries of tables that are read (P4Runtime specification, section "TableEntry", "Wildcard Reads"): in, a message with some parts unset; out, the entries that
//! it matches.

use super::super::actions::Actions;
use super::super::one_shot::{self, Sets};
use super::super::profiles::Seen;
use super::super::{Context, Found, cells, keys};
use crate::problem::Problem;
use p4xdp_control::entry::{Entry, KeyMatch, Target};
use p4xdp_control::view::Table as View;
use p4xdp_p4runtime::p4::v1 as proto;
use p4xdp_runtime::cells::CellKind;
use p4xdp_runtime::tables::{Cursor, OF_MISSES, Origin, Table};
use proto::entity::Entity;
use proto::table_action;

/// Reads the entries that a message matches.
pub(in super::super) fn entries(
    context: &Context<'_>,
    wanted: &proto::TableEntry,
    found: &mut Found<'_>,
) -> Result<(), Problem> {
    if wanted.meter_counter_data.is_some() {
        return Err(super::no_meter_counts());
    }
    let tables = select(context, wanted)?;
    for (at, view) in tables {
        let table = context.table(at)?;
        let filter = Filter::of(context, view, wanted)?;
        let sets = sets(context, view)?;
        let writer = Writer { context, view, table, wanted, sets: sets.as_ref() };
        let is_over = writer.each(&filter, &mut |entry| !found.push(Entity::TableEntry(entry)))?;
        if is_over {
            break;
        }
    }
    Ok(())
}

/// The tables that a message is about: one, or all.
#[allow(deprecated, reason = "older controllers have it")]
pub(super) fn select<'p>(
    context: &Context<'p>,
    wanted: &proto::TableEntry,
) -> Result<Vec<(usize, &'p View)>, Problem> {
    if wanted.table_id != 0 {
        return Ok(vec![context.table_view(wanted.table_id)?]);
    }
    let has_filter = !wanted.r#match.is_empty()
        || wanted.action.is_some()
        || wanted.priority != 0
        || wanted.controller_metadata != 0
        || !wanted.metadata.is_empty();
    if has_filter {
        return Err(Problem::invalid("entries of all tables are read without any other filter"));
    }
    Ok(context.view().tables.iter().enumerate().collect())
}

/// Entries that are read at a time.
const AT_A_TIME: u32 = 4096;

/// What entries of a table have to be.
pub(super) struct Filter<'p> {
    view: &'p View,
    keys: Option<Vec<KeyMatch>>,
    priority: Option<u32>,
    /// Positions of actions: one action may stand there several times.
    action: Option<u32>,
    of_default: bool,
}

impl<'p> Filter<'p> {
    pub(super) fn of(
        context: &Context<'p>,
        view: &'p View,
        wanted: &proto::TableEntry,
    ) -> Result<Filter<'p>, Problem> {
        let wrong = |what: &str| Err(Problem::invalid(format!("{}: {what}", keys::called(view))));
        let keys = match wanted.r#match.as_slice() {
            [] => None,
            matches => Some(keys::read(&context.numbers, view, matches)?),
        };
        let priority = match u32::try_from(wanted.priority) {
            Ok(0) => None,
            Ok(_) if !view.has_priorities() => return wrong("its entries have no priority"),
            Ok(priority) => Some(priority),
            Err(_) => return wrong(&format!("{} is no priority", wanted.priority)),
        };
        let of_default = wanted.is_default_action;
        if of_default && (keys.is_some() || priority.is_some()) {
            return wrong("the default action has neither a match nor a priority");
        }
        if wanted.time_since_last_hit.is_some() && wanted.table_id != 0 {
            let at = context.table_view(wanted.table_id)?.0;
            if of_default || !context.table(at)?.has_idle_timeout() {
                return wrong("it has no idle timeout");
            }
        }
        let action = match wanted.action.as_ref().and_then(|action| action.r#type.as_ref()) {
            None => None,
            Some(table_action::Type::Action(action)) if view.profile.is_none() => {
                super::actions(context, view).position(action.action_id, &|| keys::called(view))?;
                Some(action.action_id)
            }
            Some(_) => {
                return wrong("entries are chosen by actions alone, of tables that have no action profile");
            }
        };
        Ok(Filter { view, keys, priority, action, of_default })
    }

    fn matches(&self, context: &Context<'_>, entry: &Entry) -> bool {
        let of_keys = self.keys.as_ref().is_none_or(|keys| keys::same(self.view, keys, &entry.keys));
        of_keys
            && (self.priority.is_none() || entry.priority == self.priority)
            && self.action.is_none_or(|id| {
                let call = entry.target.call();
                let action = call.and_then(|call| context.view().action(self.view, call.action));
                action.is_some_and(|action| action.preamble.id == id)
            })
    }

    /// Hands out the library's entries that match, with where they come from, until `take` says that it is over; whether it has. They come some at a time,
    /// so a large table takes no more memory than a small one.
    pub(super) fn each(
        &self,
        context: &Context<'_>,
        table: &Table<'_>,
        take: &mut dyn FnMut(Origin, Entry) -> Result<bool, Problem>,
    ) -> Result<bool, Problem> {
        if let Some(keys) =
            self.keys.as_ref().filter(|_| !self.view.has_priorities() || self.priority.is_some())
        {
            let origin = if self.view.entries_are_const { Origin::Const } else { Origin::Control };
            return match table.get(keys, self.priority)?.filter(|entry| self.matches(context, entry)) {
                Some(entry) => take(origin, entry),
                None => Ok(false),
            };
        }
        let mut cursor = Cursor::default();
        while !cursor.is_over() {
            let mut entries = table.scan(&mut cursor, AT_A_TIME)?;
            if !self.view.entries_are_const {
                entries
                    .sort_by(|(_, a), (_, b)| b.priority.cmp(&a.priority).then_with(|| a.keys.cmp(&b.keys)));
            }
            for (origin, entry) in entries {
                if self.matches(context, &entry) && take(origin, entry)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Only the default action is wanted.
    pub(super) fn is_of_default(&self) -> bool {
        self.of_default
    }
}

/// The action sets of a table's entries, if it can have some.
fn sets<'p>(context: &Context<'p>, view: &'p View) -> Result<Option<(Seen<'p>, Sets)>, Problem> {
    let Some(profile) = view.profile else { return Ok(None) };
    let profile = Seen::of_extern(context, profile)?;
    if !profile.of.has_groups {
        return Ok(None);
    }
    let sets = Sets::of(&profile)?;
    Ok(Some((profile, sets)))
}

/// Makes messages of entries.
struct Writer<'a, 'p> {
    context: &'a Context<'p>,
    view: &'p View,
    table: &'a Table<'p>,
    wanted: &'a proto::TableEntry,
    /// Of a table with a selector.
    sets: Option<&'a (Seen<'p>, Sets)>,
}

impl<'p> Writer<'_, 'p> {
    /// Hands out the messages of the entries that match, until `take` says that it is over; whether it has.
    fn each(
        &self,
        filter: &Filter<'_>,
        take: &mut dyn FnMut(proto::TableEntry) -> bool,
    ) -> Result<bool, Problem> {
        if filter.of_default {
            return match self.default(filter)? {
                Some(entry) => Ok(take(entry)),
                None => Ok(false),
            };
        }
        filter.each(self.context, self.table, &mut |origin, entry| {
            Ok(self.entry(origin, &entry)?.is_some_and(&mut *take))
        })
    }

    fn actions(&self) -> Actions<'_> {
        super::actions(self.context, self.view)
    }

    /// The metadata is what is asked for.
    #[allow(deprecated, reason = "older controllers have it")]
    fn has_metadata(&self, message: &proto::TableEntry) -> bool {
        let wanted = self.wanted;
        (wanted.metadata.is_empty() || wanted.metadata == message.metadata)
            && (wanted.controller_metadata == 0 || wanted.controller_metadata == message.controller_metadata)
    }

    fn entry(&self, origin: Origin, entry: &Entry) -> Result<Option<proto::TableEntry>, Problem> {
        let key = super::key(self.context, self.view, &entry.keys, entry.priority)?;
        let note = super::noted(self.context, &key);
        let mut message = with_metadata_of(&note, key);
        if !self.has_metadata(&message) {
            return Ok(None);
        }
        message.action = Some(self.target(&entry.target, note.action)?);
        message.is_const = origin == Origin::Const || self.table.is_const(&entry.keys, entry.priority);
        if let Some(timeout) = entry.idle.timeout {
            message.idle_timeout_ns = i64::try_from(timeout).unwrap_or(i64::MAX);
        }
        if self.wanted.time_since_last_hit.is_some() && self.table.has_idle_timeout() {
            let elapsed_ns = i64::try_from(entry.idle.unused).unwrap_or(i64::MAX);
            message.time_since_last_hit = Some(proto::table_entry::IdleTimeout { elapsed_ns });
        }
        if self.wanted.counter_data.is_some() && self.table.direct(CellKind::Counter).is_some() {
            message.counter_data = Some(cells::counter_data(entry.count));
        }
        if self.wanted.meter_config.is_some()
            && let Some(meter) = self.table.direct(CellKind::Meter)
        {
            message.meter_config = cells::meter_config(meter, &self.table.cell(meter, entry));
        }
        Ok(Some(message))
    }

    /// What an entry runs. An action set is said as it was noted beyond its actions.
    fn target(
        &self,
        target: &Target,
        noted: Option<proto::TableAction>,
    ) -> Result<proto::TableAction, Problem> {
        if let (Some(group), Some((profile, sets))) = (one_shot::group_of(target), self.sets) {
            let set = sets.write(self.context, profile, group)?;
            let said = match noted.and_then(|action| action.r#type) {
                Some(table_action::Type::ActionProfileActionSet(said)) => said,
                Some(_) | None => proto::ActionProfileActionSet::default(),
            };
            let actions = set.action_profile_actions;
            return Ok(super::set_action(proto::ActionProfileActionSet {
                action_profile_actions: actions,
                ..said
            }));
        }
        let kind = match target {
            Target::Action(call) => table_action::Type::Action(self.actions().write(call)?),
            Target::Member(member) => table_action::Type::ActionProfileMemberId(*member),
            Target::Group(group) => table_action::Type::ActionProfileGroupId(*group),
        };
        Ok(proto::TableAction { r#type: Some(kind) })
    }

    fn default(&self, filter: &Filter<'_>) -> Result<Option<proto::TableEntry>, Problem> {
        let call = self.table.default_action()?;
        let action = self.actions().write(&call)?;
        if filter.action.is_some_and(|id| id != action.action_id) {
            return Ok(None);
        }
        let mut message = super::with_metadata(self.context, super::default_key(self.view));
        if !self.has_metadata(&message) {
            return Ok(None);
        }
        message.action = Some(proto::TableAction { r#type: Some(table_action::Type::Action(action)) });
        if self.wanted.counter_data.is_some()
            && let Some(counter) = self.table.direct(CellKind::Counter)
        {
            message.counter_data = Some(cells::counter_data(counter.read_count(OF_MISSES)?));
        }
        message.is_const = self.view.default_is_const;
        Ok(Some(message))
    }
}

/// A key with the metadata of a note.
#[allow(deprecated, reason = "older controllers have it")]
fn with_metadata_of(note: &proto::TableEntry, key: proto::TableEntry) -> proto::TableEntry {
    proto::TableEntry {
        metadata: note.metadata.clone(),
        controller_metadata: note.controller_metadata,
        ..key
    }
}
