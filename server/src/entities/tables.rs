//! Entries of tables, and default actions (P4Runtime specification, section "TableEntry"): in, messages; out, changes of tables, of which those of one table are made as
//! one set.
//!
//! `plan` checks an update and says what is to be done; `read` is the way back. Direct counters and meters by themselves are `direct`'s.

pub(super) mod direct;
mod plan;
pub(super) mod read;

pub(super) use plan::{is_plain, plan};

use super::actions::Actions;
use super::notes::Key;
use super::{Context, keys};
use crate::problem::Problem;
use p4xdp_control::entry::KeyMatch;
use p4xdp_control::view::Table as View;
use p4xdp_p4runtime::p4::v1 as proto;
use proto::entity::Entity;
use proto::table_action;

/// The actions of a table.
fn actions<'a>(context: &'a Context<'_>, table: &'a View) -> Actions<'a> {
    Actions { numbers: &context.numbers, view: context.view(), list: &table.actions }
}

fn no_meter_counts() -> Problem {
    Problem::unimplemented("meters do not count packets by colour")
}

/// The priority of an entry that is written, or of one entry that is read.
fn priority(table: &View, given: i32) -> Result<Option<u32>, Problem> {
    let wrong = |what: &str| Err(Problem::invalid(format!("{}: {what}", keys::called(table))));
    match u32::try_from(given) {
        Ok(0) if table.has_priorities() => wrong("its entries need a priority above 0"),
        Ok(0) => Ok(None),
        Ok(priority) if table.has_priorities() => Ok(Some(priority)),
        Ok(_) => wrong(&format!("its entries have no priority, {given} is given")),
        Err(_) => wrong(&format!("{given} is no priority")),
    }
}

/// What identifies an entry.
pub(super) fn key(
    context: &Context<'_>,
    table: &View,
    entry_keys: &[KeyMatch],
    priority: Option<u32>,
) -> Result<proto::TableEntry, Problem> {
    Ok(proto::TableEntry {
        table_id: table.preamble.id,
        r#match: keys::write(&context.numbers, table, entry_keys)?,
        priority: priority.map_or(0, |priority| i32::try_from(priority).unwrap_or(i32::MAX)),
        ..proto::TableEntry::default()
    })
}

/// What identifies the default action of a table.
fn default_key(view: &View) -> proto::TableEntry {
    proto::TableEntry { table_id: view.preamble.id, is_default_action: true, ..Default::default() }
}

/// What is noted of an entry: its metadata, and how its action set is said beyond its actions.
#[allow(deprecated, reason = "older controllers have it")]
fn note_of(given: &proto::TableEntry) -> proto::TableEntry {
    let action = match given.action.as_ref().and_then(|action| action.r#type.as_ref()) {
        Some(table_action::Type::ActionProfileActionSet(set)) => {
            let said = proto::ActionProfileActionSet {
                action_selection_mode: set.action_selection_mode,
                size_semantics: set.size_semantics,
                ..Default::default()
            };
            (said != proto::ActionProfileActionSet::default()).then(|| set_action(said))
        }
        Some(_) | None => None,
    };
    proto::TableEntry {
        metadata: given.metadata.clone(),
        controller_metadata: given.controller_metadata,
        action,
        ..proto::TableEntry::default()
    }
}

fn set_action(set: proto::ActionProfileActionSet) -> proto::TableAction {
    proto::TableAction { r#type: Some(table_action::Type::ActionProfileActionSet(set)) }
}

/// The note of the entry with this key.
fn noted(context: &Context<'_>, key: &proto::TableEntry) -> proto::TableEntry {
    if context.notes.is_empty() {
        return proto::TableEntry::default();
    }
    context.notes.get(&Key::of(Entity::TableEntry(key.clone()))).unwrap_or_default()
}

/// An entry's key with its metadata.
#[allow(deprecated, reason = "older controllers have it")]
pub(super) fn with_metadata(context: &Context<'_>, key: proto::TableEntry) -> proto::TableEntry {
    let note = noted(context, &key);
    proto::TableEntry { metadata: note.metadata, controller_metadata: note.controller_metadata, ..key }
}
