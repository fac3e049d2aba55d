//! Tables whose entries name members of an action profile, or groups of a selector.
//!
//! ```text
//! routes_entry = &default_actions.routes;
//! if (routes_found) {
//!         __u32 routes_member = routes_found->target;
//!
//!         routes_entry = NULL;
//!         if (routes_found->action == ECMP_GROUP) {
//!                 struct ecmp_group *routes_group = bpf_map_lookup_elem(&ecmp_groups, &routes_member);
//!
//!                 digest = ..;
//!                 if (routes_group && routes_group->count) {
//!                         __u64 routes_at = digest % routes_group->count;
//!
//!                         barrier_var(routes_at);
//!                         if (routes_at < 128) {
//!                                 routes_member = routes_group->member[routes_at];
//!                                 routes_entry = bpf_map_lookup_elem(&ecmp, &routes_member);
//!                         }
//!                 }
//!         } else {
//!                 routes_entry = bpf_map_lookup_elem(&ecmp, &routes_member);
//!         }
//!         if (!routes_entry)
//!                 routes_entry = (void *)&routes_empty;
//! }
//! switch (routes_entry->action) {
//! ```

use super::super::Cx;
use super::declare::{initializer, members};
use super::{Application, Selected};
use crate::c::code::{Code, Name, code};
use crate::c::expr::{CExpr, CType};
use crate::c::tree::Tree;
use crate::tables::profile::{GroupsLayout, Indirect, ProfileLayout};
use crate::tables::strategy::key_alignment;
use crate::tables::{DEFAULTS, DefaultPlace, TableLayout};
use p4xdp_midend::ir::{KeyElement, MatchKind, Table};
use std::rc::Rc;

impl Cx<'_> {
    /// Runs the member that an entry leads to, if `found` is one, else the default action.
    pub(super) fn apply_indirect(
        &mut self,
        application: &Application<'_>,
        indirect: &Indirect,
        found: &Name,
    ) {
        let Application { table, layout, .. } = *application;
        let tables = Rc::clone(&self.module.tables);
        let Some(profile) = tables.profiles.get(&indirect.profile) else { return };
        let is_hit = match layout.storage.as_ref().map_or(0, |storage| storage.action_base()) {
            0 => code!("{} != NULL", found),
            _ => code!("{} && {}->action", found, found),
        };
        self.match_entry(application, &is_hit, &code!("{}->number", found));
        self.assign_hit(application, &is_hit);
        if let Some(variable) = application.hit {
            // As for entries with actions.
            let variable = self.variable(variable);
            self.out.line(code!("@barrier_var({});", variable));
        }
        let entry = Name::new(&format!("{}_entry", layout.stem));
        let missed = match layout.default {
            DefaultPlace::Data(_) => code!("&{}.{}", DEFAULTS, layout.stem),
            DefaultPlace::Code => code!("(void *)&{}", indirect.missed_name),
        };
        self.out.line(code!("struct {} *{} = {};", layout.value.tag, entry, missed));
        self.out.blank();
        self.out.begin_if(is_hit);
        let member = self.module.names.unique(&format!("{}_member", layout.stem));
        self.out.line(code!("__u32 {} {} = {}->target;", member, key_alignment(), found));
        self.out.blank();
        let look_up = code!("{} = @bpf_map_lookup_elem(&{}, &{});", entry, profile.stem, member);
        match &profile.groups {
            None => self.out.line(look_up),
            Some(groups) => {
                self.out.line(code!("{} = @NULL;", entry));
                self.out.begin_if(code!("{}->action == {}", found, groups.constant));
                self.look_into_group(application, indirect, groups, &member, &look_up);
                self.out.begin_else(None);
                self.out.line(look_up);
                self.out.end();
            }
        }
        self.out.line(code!("if (!{})\n\t{} = (void *)&{};", entry, entry, indirect.empty_name));
        self.out.end();
        let number = CExpr::atom(code!("{}->action", entry), CType::U32, 32);
        let default = |position: usize, as_default: bool| match layout.default {
            DefaultPlace::Data(_) => as_default,
            DefaultPlace::Code => position == table.default_action.action,
        };
        let reachable: Vec<usize> = (layout.value.actions.iter().enumerate())
            .filter(|(position, action)| {
                action.in_entries
                    || default(*position, action.as_default)
                    || indirect.empty.as_ref().is_some_and(|call| call.action == *position)
            })
            .map(|(position, _)| position)
            .collect();
        self.run(application, &reachable, Selected::Value { number, pointer: &entry });
    }

    /// Chooses a member of the group whose number `member` has, and looks it up.
    fn look_into_group(
        &mut self,
        application: &Application<'_>,
        indirect: &Indirect,
        groups: &GroupsLayout,
        member: &Name,
        look_up: &Code,
    ) {
        let Application { table, layout, .. } = *application;
        let mut of = |suffix: &str| self.module.names.unique(&format!("{}_{suffix}", layout.stem));
        let (group, at) = (of("group"), of("at"));
        self.out.line(code!(
            "struct {} *{} = @bpf_map_lookup_elem(&{}, &{});",
            groups.tag,
            group,
            groups.map,
            member
        ));
        self.out.blank();
        self.out.begin_if(code!("{} && {}->count", group, group));
        let keys: Vec<&KeyElement> =
            table.keys.iter().filter(|key| key.match_kind == MatchKind::Selector).collect();
        let chosen = self.choose_member(indirect.profile, &keys).masked().converted(CType::U64).operand();
        self.out.line(code!("__u64 {} = {} % {}->count;", at, chosen, group));
        self.out.blank();
        // clang would compare half of it, and the verifier not know the rest.
        self.out.line(code!("@barrier_var({});", at));
        self.out.begin_if(code!("{} < {}", at, groups.most));
        self.out.line(code!("{} = {}->member[{}];", member, group, at));
        self.out.line(look_up.clone());
        self.out.end();
        self.out.end();
    }
}

/// Declares a profile: its actions' numbers, and the structures and maps of members and groups.
pub(super) fn declare(name: &str, profile: &ProfileLayout, out: &mut Tree) {
    let kind = if profile.groups.is_some() { "selector" } else { "profile" };
    out.line(Code::text(format!("/* action {kind} {name} */")));
    members(&profile.value, out);
    if let Some(groups) = &profile.groups {
        out.begin(code!("struct {} {{", groups.tag));
        out.line(code!("__u32 count;"));
        out.line(code!("__u32 member[{}];", groups.most));
        out.end_with(code!("};"));
        out.blank();
        out.begin(code!("enum {{"));
        out.line(code!("{} = {},", groups.constant, p4xdp_control::storage::GROUP));
        out.end_with(code!("};"));
        out.blank();
    }
    profile.maps().iter().for_each(|map| map.emit(out));
}

/// Declares what entries of a table hold.
pub(super) fn declare_stored(indirect: &Indirect, out: &mut Tree) {
    out.begin(code!("struct {} {{", indirect.stored.tag));
    out.line(code!("__u32 action;"));
    if indirect.stored.is_numbered {
        out.line(code!("__u32 number;"));
    }
    out.line(code!("__u32 target;"));
    out.end_with(code!("};"));
    out.blank();
}

/// Declares what a table runs that no entry or member tells: where a group has no members, and a default action that is code.
pub(super) fn declare_constants(table: &Table, layout: &TableLayout, indirect: &Indirect, out: &mut Tree) {
    let mut constant = |name: &Name, value: Code| {
        out.line(code!("const struct {} {} SEC(\".rodata\") = {};", layout.value.tag, name, value));
    };
    constant(
        &indirect.empty_name,
        match &indirect.empty {
            Some(call) => initializer(&layout.value, call, None),
            // No action has this number.
            None => code!("{{ .action = ~0U }}"),
        },
    );
    if layout.default == DefaultPlace::Code {
        constant(&indirect.missed_name, initializer(&layout.value, &table.default_action, None));
    }
    out.blank();
}
