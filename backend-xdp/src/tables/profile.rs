//! Action profiles and selectors as structures: in go the program and its tables that name members, out come a layout one profile, which all
//! its tables share, and what each of these tables stores in place of an action.
//!
//! ```text
//! struct ap_value { __u32 action; union { struct { .. } forward; .. }; };     a member: an action with its parameters
//! struct ap_group { __u32 count; __u32 member[MOST]; };                       a group: numbers of members
//! struct routes_value { __u32 action; __u32 target; };                        an entry: whether it is a member or a group, and its number
//! ```
//!
//! A default action that the control plane may change is laid out as a member is, so that an action runs alike, wherever it comes from.

use super::{ActionLayout, TableLayout, ValueLayout, lay_out_value, short_name, stem};
use crate::c::code::{Name, code};
use crate::c::map::{MapDefinition, MapType};
use crate::lacking;
use crate::layout::extern_facts::{Attached, ExternFacts};
use crate::names::Names;
use p4xdp_control::manifest::{self, ExternKind};
use p4xdp_control::storage::{ByteOrder, Groups, Place};
use p4xdp_control::view;
use p4xdp_frontend::diagnostic::{Diagnostic, Diagnostics, codes};
use p4xdp_midend::control_plane;
use p4xdp_midend::ir::{
    ActionCall, ActionId, ExternId, ExternInstance, Program, PropertyValue, Table, TableAction,
};
use std::collections::BTreeMap;

/// Bytes of a number of a member or group, and of a group's count.
const NUMBER: u32 = 4;
/// Most members of a group: the kernel takes values of about a megabyte, and each group has room for all of its members.
const LARGEST_GROUP: u64 = 1 << 16;

/// An action profile, laid out.
#[derive(Debug)]
pub struct ProfileLayout {
    /// Stem of all names in C; the map with the members is called so.
    pub stem: Name,
    /// What a member holds.
    pub value: ValueLayout,
    /// The actions that members can have, by number.
    pub actions: Vec<ActionId>,
    /// Members.
    pub size: u32,
    /// Its groups, if it is a selector.
    pub groups: Option<GroupsLayout>,
}

/// The groups of an action selector, laid out.
#[derive(Debug)]
pub struct GroupsLayout {
    /// The map.
    pub map: Name,
    /// Tag of the structure of a group.
    pub tag: Name,
    /// C's constant in entries whose target is a group.
    pub constant: Name,
    /// Groups.
    pub size: u32,
    /// Members of a group.
    pub most: u32,
}

/// How a table is laid out whose entries name members.
#[derive(Debug)]
pub struct Indirect {
    /// The profile.
    pub profile: ExternId,
    /// The profile's numbers of the table's actions.
    pub numbers: Vec<u32>,
    /// What its storage holds.
    pub stored: ValueLayout,
    /// What runs where an entry's group has no members; nothing if there is none.
    pub empty: Option<ActionCall>,
    /// C's names of what runs then, and of a default action that is code.
    pub empty_name: Name,
    /// See `empty_name`.
    pub missed_name: Name,
}

impl Indirect {
    /// The numbers of the table's actions, if they are others than their positions.
    pub fn own_numbers(&self) -> Vec<u32> {
        let is_position = |(position, number): (usize, &u32)| position == *number as usize;
        if self.numbers.iter().enumerate().all(is_position) { Vec::new() } else { self.numbers.clone() }
    }

    /// Where an entry holds the number of its member or group.
    pub fn target_place(&self) -> Place {
        Place { offset: self.stored.size - NUMBER, size: NUMBER, order: ByteOrder::Host }
    }
}

impl ProfileLayout {
    /// Its maps.
    pub fn maps(&self) -> Vec<MapDefinition> {
        let of = |name: &Name, value, size| MapDefinition {
            name: name.clone(),
            kind: MapType::Hash,
            key: code!("__u32"),
            value,
            max_entries: Some(size),
        };
        let members = of(&self.stem, self.value.in_map(), self.size);
        let groups = self.groups.as_ref();
        let groups = groups.map(|groups| MapDefinition {
            kind: MapType::HashByNeed,
            ..of(&groups.map, code!("struct {}", groups.tag), groups.size)
        });
        std::iter::once(members).chain(groups).collect()
    }

    /// What the runtime needs to know.
    pub fn describe(&self, instance: &ExternInstance) -> manifest::Extern {
        let groups = self.groups.as_ref();
        manifest::Extern {
            name: instance.name.to_string(),
            extern_type: instance.extern_type.to_string(),
            kind: ExternKind::Profile(manifest::Profile {
                map: self.stem.to_string(),
                size: self.size,
                value_size: self.value.size,
                action: self.value.action_place(),
                actions: self.value.parameter_places(),
                groups: groups.map(|groups| Groups {
                    map: groups.map.to_string(),
                    size: groups.size,
                    most: groups.most,
                }),
            }),
        }
    }
}

/// The instance in a table's properties whose members its entries name.
fn profile_of(program: &Program, externs: &ExternFacts, table: &Table) -> Option<ExternId> {
    let id = table.action_profile()?;
    let attached = externs.of(&program.externs[id].extern_type).attached;
    matches!(attached, Some(Attached::Members)).then_some(id)
}

/// Lays out the profiles that tables have. Those that cannot be had are reported.
pub(super) fn lay_out(
    program: &Program,
    externs: &ExternFacts,
    names: &mut Names,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<ExternId, ProfileLayout> {
    let mut tables: BTreeMap<ExternId, Vec<&Table>> = BTreeMap::new();
    for table in program.tables.values() {
        if let Some(id) = profile_of(program, externs, table) {
            tables.entry(id).or_default().push(table);
        }
    }
    if tables.is_empty() {
        return BTreeMap::new();
    }
    let view = control_plane::view(program);
    let mut profiles = BTreeMap::new();
    for (id, tables) in tables {
        let instance = &program.externs[id];
        let seen = view.externs.iter().find(|seen| *seen.preamble.name == *instance.name);
        let Some((seen, all)) = seen.and_then(|seen| {
            let seen = seen.profile.as_ref()?;
            Some((seen, with_all_actions(program, &tables, seen)?))
        }) else {
            diagnostics.error(Diagnostic::bug(instance.span, "an action profile that no control plane sees"));
            continue;
        };
        for table in tables {
            if !table.entries.is_empty() && !table.entries_are_const {
                diagnostics.error(lacking::INITIAL_MEMBERS.at(table.span));
            }
        }
        if let Some(layout) = profile(program, externs, (instance, seen), &all, names, diagnostics) {
            profiles.insert(id, layout);
        }
    }
    profiles
}

/// A table that lists the actions of a profile's members, in the order of the control plane's view.
fn with_all_actions(program: &Program, tables: &[&Table], seen: &view::ActionProfile) -> Option<Table> {
    let ids: Vec<ActionId> = program.actions.keys().collect();
    let listed = seen.actions.iter().map(|entry| {
        let id = *ids.get(entry.action)?;
        let found = tables.iter().flat_map(|table| &table.actions).find(|listed| listed.action == id)?;
        Some(TableAction { default_only: entry.default_only, table_only: entry.table_only, ..found.clone() })
    });
    let actions = listed.collect::<Option<_>>()?;
    Some(Table { actions, ..(*tables.first()?).clone() })
}

/// The same action, by name and parameters: of two instances of a control each has its own.
fn is_same(program: &Program, one: ActionId, other: ActionId) -> bool {
    let of = |id: ActionId| {
        let action = &program.actions[id];
        let params: Vec<_> = action.params.iter().map(|param| (&param.name, param.ty)).collect();
        (&action.name, params)
    };
    one == other || of(one) == of(other)
}

fn profile(
    program: &Program,
    externs: &ExternFacts,
    (instance, seen): (&ExternInstance, &view::ActionProfile),
    all: &Table,
    names: &mut Names,
    diagnostics: &mut Diagnostics,
) -> Option<ProfileLayout> {
    let mut bound = |number: u64, most: u64, what: &str| {
        let fits = u32::try_from(number).ok().filter(|number| u64::from(*number) <= most);
        if fits.is_none() {
            let message = format!("`{}` has {number} {what}; at most {most} are possible", instance.name);
            diagnostics.error(Diagnostic::error(codes::E0524, instance.span, message));
        }
        fits
    };
    let size = bound(seen.size, u32::MAX.into(), "members")?.max(1);
    let most = match seen.has_groups {
        true => Some(bound(seen.max_group_size, LARGEST_GROUP, "members a group")?),
        false => None,
    };
    let stem = stem(names, &instance.name);
    let value = lay_out_value(program, externs, all, names, &stem, (0, false));
    let groups = most.map(|most| GroupsLayout {
        map: short_name(names, &format!("{stem}_groups")),
        tag: names.unique(&format!("{stem}_group")),
        constant: names.unique(&format!("{stem}_GROUP").to_uppercase()),
        size,
        most,
    });
    let actions = all.actions.iter().map(|entry| entry.action).collect();
    Some(ProfileLayout { stem, value, actions, size, groups })
}

/// Of a table whose entries name members of a profile that is laid out: its value, which is a member's, and the rest of its layout.
pub(super) fn of_table(
    program: &Program,
    externs: &ExternFacts,
    profiles: &BTreeMap<ExternId, ProfileLayout>,
    table: &Table,
    (stem, is_numbered): (&Name, bool),
    names: &mut Names,
) -> Option<(ValueLayout, Indirect)> {
    let id = profile_of(program, externs, table)?;
    let profile = profiles.get(&id)?;
    let default = table.default_action.action;
    let number =
        |entry: &TableAction| profile.actions.iter().position(|known| is_same(program, *known, entry.action));
    // Each is among the profile's.
    let numbers: Vec<usize> = table.actions.iter().filter_map(number).collect();
    let actions = table.actions.iter().zip(&numbers).enumerate();
    let actions = actions.filter_map(|(position, (entry, number))| {
        Some(ActionLayout {
            in_entries: !entry.default_only,
            as_default: super::is_default(table, position, default, entry),
            ..profile.value.actions.get(*number)?.clone()
        })
    });
    let value = ValueLayout { actions: actions.collect(), ..profile.value.clone() };
    let numbers = numbers.into_iter().filter_map(|number| u32::try_from(number).ok()).collect();
    let stored = ValueLayout {
        tag: Name::new(&format!("{stem}_value")),
        numbers: None,
        base: 0,
        actions: Vec::new(),
        params_offset: 4,
        size: if is_numbered { 12 } else { 8 },
        align: 4,
        is_numbered,
    };
    let named = table.properties.iter().find_map(|(name, value)| match (&**name, value) {
        ("psa_empty_group_action" | "pna_empty_group_action", PropertyValue::Action(call)) => {
            Some(call.clone())
        }
        _ => None,
    });
    // What the interpreter takes where no property says otherwise.
    let is_nothing = |entry: &TableAction| {
        let action = &program.actions[entry.action];
        &*action.name == "NoAction" && action.params.is_empty()
    };
    let nothing = || {
        let action = table.actions.iter().position(is_nothing)?;
        Some(ActionCall { action, args: Vec::new(), span: table.span })
    };
    let empty = named.or_else(nothing);
    let mut of = |suffix: &str| names.unique(&format!("{stem}_{suffix}"));
    let (empty_name, missed_name) = (of("empty"), of("missed"));
    Some((value, Indirect { profile: id, numbers, stored, empty, empty_name, missed_name }))
}

impl TableLayout {
    /// What its storage holds.
    pub fn stored(&self) -> &ValueLayout {
        self.indirect.as_ref().map_or(&self.value, |indirect| &indirect.stored)
    }
}
