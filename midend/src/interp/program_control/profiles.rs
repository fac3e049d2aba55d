//! The control plane's side of action profiles and selectors: members and groups by number. What is named is there, and may be run by the
//! tables whose entries lead to it.

use super::{ControlError, at_most};
use crate::interp::externs::ExternState;
use crate::interp::externs::selector::SelectorState;
use crate::interp::machine::Machine;
use crate::interp::table::{EntryAction, TableCode};
use crate::interp::value::Value;
use p4xdp_control::entry::{ActionCall, GroupMember, Target};
use p4xdp_control::terms::{self, TermError};
use p4xdp_control::view::{self, ActionProfile, View};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Machine {
    /// What control planes see of an action profile, and its state.
    fn profile(
        &mut self,
        name: &str,
    ) -> Result<(&View, &view::Extern, &ActionProfile, &mut SelectorState), ControlError> {
        let at = self.extern_at(name)?;
        let seen = self.view.externs.iter().find(|seen| seen.preamble.name == name);
        let of = seen.and_then(|seen| Some((seen, seen.profile.as_ref()?)));
        match (of, self.state.externs.get_mut(at)) {
            (Some((seen, profile)), Some(ExternState::Selector(state))) => {
                Ok((&self.view, seen, profile, state))
            }
            _ => Err(ControlError::Refused(format!("`{name}` is no action profile"))),
        }
    }

    /// Makes or replaces a member of an action profile.
    pub fn set_member(&mut self, profile: &str, member: u32, call: &ActionCall) -> Result<(), ControlError> {
        let (view, seen, of, state) = self.profile(profile)?;
        if of.actions.is_empty() {
            return Err(ControlError::Refused(format!("no table is implemented by `{profile}`")));
        }
        terms::check_member(view, (seen, of), call)?;
        if state.members.len() as u64 >= state.size && !state.members.contains_key(&member) {
            let message = format!("`{profile}` is full: it holds {} members", state.size);
            return Err(ControlError::Refused(message));
        }
        let action = of.actions.get(call.action).and_then(|entry| view.actions.get(entry.action));
        let Some(action) = action.cloned() else { return Ok(()) };
        let groups: BTreeSet<u32> = (state.groups.iter())
            .filter(|(_, members)| members.iter().any(|of| of.member == member))
            .map(|(group, _)| *group)
            .collect();
        let leads_to = |target: &EntryAction| match target {
            EntryAction::Member(named) => *named == member,
            EntryAction::Group(group) => groups.contains(group),
            EntryAction::Direct(..) => false,
        };
        let at = self.extern_at(profile)?;
        for table in self.tables_that_name(at, leads_to) {
            self.check_member_runs(table, member, &action.preamble.name)?;
        }
        let (.., state) = self.profile(profile)?;
        let args = action.values().zip(&call.args).map(|(param, v)| Value::new(v, param.width));
        state.members.insert(member, (action.preamble.name.as_str().into(), args.collect()));
        Ok(())
    }

    /// Makes or replaces a group of an action selector.
    pub fn set_group(
        &mut self,
        selector: &str,
        group: u32,
        members: &[GroupMember],
    ) -> Result<(), ControlError> {
        let most = self.arch.limits().port;
        members
            .iter()
            .filter_map(|member| member.watch_port)
            .try_for_each(|port| at_most("watch port", port, most))?;
        let (_, seen, of, state) = self.profile(selector)?;
        if !of.has_groups {
            return Err(TermError::NoGroups { profile: seen.preamble.name.clone(), of: None }.into());
        }
        let mut numbers = members.iter().map(|member| member.member);
        if let Some(missing) = numbers.find(|member| !state.members.contains_key(member)) {
            return Err(ControlError::Refused(format!(
                "`{selector}` has no member {missing}, which group {group} names"
            )));
        }
        if members.len() as u64 > of.max_group_size {
            return Err(ControlError::Refused(format!(
                "group {group} of `{selector}` has {} members; a group holds {}",
                members.len(),
                of.max_group_size
            )));
        }
        if state.groups.len() as u64 >= state.size && !state.groups.contains_key(&group) {
            return Err(ControlError::Refused(format!(
                "`{selector}` is full: it holds {} groups",
                state.size
            )));
        }
        let actions: Vec<(u32, Arc<str>)> = members
            .iter()
            .map(|member| member.member)
            .filter_map(|member| Some((member, Arc::clone(&state.members.get(&member)?.0))))
            .collect();
        let at = self.extern_at(selector)?;
        for table in self.tables_that_name(at, |target| *target == EntryAction::Group(group)) {
            for (member, action) in &actions {
                self.check_member_runs(table, *member, action)?;
            }
        }
        let (.., state) = self.profile(selector)?;
        state.groups.insert(group, members.to_vec());
        Ok(())
    }

    /// Lets a port be up or down, for groups whose members watch it. All ports are up at first.
    pub fn set_port(&mut self, port: u32, up: bool) -> Result<(), ControlError> {
        at_most("port", port, self.arch.limits().port)?;
        if up {
            self.state.down.remove(&port)
        } else {
            self.state.down.insert(port)
        };
        Ok(())
    }

    /// Removes a member that no group and no entry names.
    pub fn delete_member(&mut self, profile: &str, member: u32) -> Result<(), ControlError> {
        self.unused(profile, &Target::Member(member))?;
        let (_, _, _, state) = self.profile(profile)?;
        let names = |members: &[GroupMember]| members.iter().any(|of| of.member == member);
        if let Some((group, _)) = state.groups.iter().find(|(_, members)| names(members)) {
            let message = format!("member {member} of `{profile}` is in use: group {group} names it");
            return Err(ControlError::Refused(message));
        }
        match state.members.remove(&member) {
            Some(_) => Ok(()),
            None => Err(ControlError::Refused(format!("`{profile}` has no member {member}"))),
        }
    }

    /// Removes a group that no entry names.
    pub fn delete_group(&mut self, selector: &str, group: u32) -> Result<(), ControlError> {
        self.unused(selector, &Target::Group(group))?;
        let (_, seen, of, state) = self.profile(selector)?;
        if !of.has_groups {
            return Err(TermError::NoGroups { profile: seen.preamble.name.clone(), of: None }.into());
        }
        match state.groups.remove(&group) {
            Some(_) => Ok(()),
            None => Err(ControlError::Refused(format!("`{selector}` has no group {group}"))),
        }
    }

    /// No entry names this member or group.
    fn unused(&self, profile: &str, target: &Target) -> Result<(), ControlError> {
        let at = self.extern_at(profile)?;
        let (wanted, what) = match target {
            Target::Member(member) => (EntryAction::Member(*member), format!("member {member}")),
            Target::Group(group) => (EntryAction::Group(*group), format!("group {group}")),
            Target::Action(_) => return Ok(()),
        };
        match self.tables_that_name(at, move |target| *target == wanted).next() {
            Some(code) => {
                let table = &code.name;
                let message =
                    format!("{what} of `{profile}` is in use: an entry of table `{table}` names it");
                Err(ControlError::Refused(message))
            }
            None => Ok(()),
        }
    }

    /// Entries of a table may run the actions of the members that a target leads to.
    pub(super) fn check_runs(
        &self,
        table: &TableCode,
        selector: &SelectorState,
        target: &Target,
    ) -> Result<(), ControlError> {
        let members = match target {
            Target::Member(member) => vec![*member],
            Target::Group(group) => {
                let members = selector.groups.get(group).into_iter().flatten();
                members.map(|member| member.member).collect()
            }
            Target::Action(_) => Vec::new(),
        };
        for member in members {
            if let Some((action, _)) = selector.members.get(&member) {
                self.check_member_runs(table, member, action)?;
            }
        }
        Ok(())
    }

    fn check_member_runs(&self, table: &TableCode, member: u32, action: &str) -> Result<(), ControlError> {
        match self.view.tables.get(table.id as usize) {
            Some(view) => Ok(terms::check_runs(&self.view, view, member, action)?),
            None => Ok(()),
        }
    }

    /// Tables of a profile that have an entry with a target for which something holds.
    fn tables_that_name<'s>(
        &'s self,
        profile: usize,
        is_it: impl Fn(&EntryAction) -> bool + 's,
    ) -> impl Iterator<Item = &'s TableCode> {
        let tables = self.code.tables.iter().zip(&self.state.tables);
        let own =
            tables.filter(move |(code, _)| code.implementation.is_some_and(|id| id as usize == profile));
        own.filter(move |(_, state)| state.entries().any(|(_, entry)| is_it(&entry.action)))
            .map(|(code, _)| code)
    }
}
