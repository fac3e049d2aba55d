//! Action profiles and selectors as control planes see them.

use crate::arch::is_selector;
use crate::ir;
use p4xdp_control::view::{Action, ActionProfile, Table, TableAction};

/// Members of a group where the program does not say how many there may be, at least and at most.
const MEMBERS_OF_A_GROUP: std::ops::RangeInclusive<u64> = 128..=1024;

/// An action profile or selector, whose first argument but for a selector's hash is its size, and the tables that have it.
pub(super) fn describe_profile<'t>(
    instance: &ir::ExternInstance,
    tables: impl Iterator<Item = &'t Table>,
    actions: &[Action],
) -> ActionProfile {
    let has_groups = is_selector(&instance.extern_type);
    let size = instance.args.get(usize::from(has_groups));
    let size = size.and_then(|arg| u64::try_from(arg.value()?.as_const()?).ok()).unwrap_or(0);
    let stated = instance.annotations.iter().find(|annotation| annotation.name == "max_group_size");
    let usual = size.clamp(*MEMBERS_OF_A_GROUP.start(), *MEMBERS_OF_A_GROUP.end());
    let most = stated.and_then(|annotation| annotation.number()).filter(|most| *most > 0).unwrap_or(usual);
    ActionProfile {
        size,
        has_groups,
        max_group_size: if has_groups { most } else { 0 },
        actions: actions_of_all(&tables.collect::<Vec<_>>(), actions),
    }
}

/// What tables list that share a profile: the actions of the first one of those with most, then the others'. What one of them lets entries run,
/// or has as default action, a member may have.
fn actions_of_all(tables: &[&Table], actions: &[Action]) -> Vec<TableAction> {
    let longest = tables.iter().copied().reduce(|a, b| if b.actions.len() > a.actions.len() { b } else { a });
    let mut all: Vec<TableAction> = longest.map(|table| table.actions.clone()).unwrap_or_default();
    // Of two instances of a control each has its own, of the same name.
    let called = |entry: &TableAction| {
        actions.get(entry.action).map(|action| (&action.preamble.name, action.values().collect::<Vec<_>>()))
    };
    for entry in tables.iter().flat_map(|table| &table.actions) {
        match all.iter_mut().find(|known| called(known) == called(entry)) {
            Some(known) => {
                known.default_only &= entry.default_only;
                known.table_only &= entry.table_only;
            }
            None => all.push(entry.clone()),
        }
    }
    all
}
