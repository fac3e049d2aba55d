//! Action sets of entries (P4Runtime specification, section "One Shot Action Selector Programming"): in, a set's actions with weights and ports; out, members and a group under
//! numbers of the server's own, which live as long as the entry, and the set again.

use super::Context;
use super::actions::Place;
use super::numbers::shortest;
use super::profiles::{RESERVED, Seen, watched, watched_number, weighted};
use crate::problem::Problem;
use p4xdp_control::entry::{ActionCall, GroupMember, Target};
use p4xdp_p4runtime::p4::v1 as proto;
use p4xdp_runtime::profiles::Write;
use p4xdp_runtime::transaction::{Change, To};
use proto::action_profile_action::WatchKind;
use proto::action_profile_action_set::{ActionSelectionMode, SizeSemantics};
use std::collections::{BTreeMap, BTreeSet};

/// An action of a set.
pub(super) struct Choice {
    call: ActionCall,
    weight: u32,
    watch_port: Option<u32>,
}

/// What a selector has at the moment.
pub(super) struct OneShots {
    /// The server's members and groups.
    members: BTreeSet<u32>,
    groups: BTreeSet<u32>,
    /// It has members or groups of controllers.
    pub has_others: bool,
}

impl OneShots {
    /// Looks at a selector.
    pub(super) fn of(profile: &Seen<'_>) -> Result<OneShots, Problem> {
        let members: BTreeSet<u32> =
            profile.opened.members()?.into_iter().map(|(number, _)| number).collect();
        let groups: BTreeSet<u32> =
            profile.opened.chosen_groups()?.into_iter().map(|(number, _)| number).collect();
        let has_others = members.iter().chain(&groups).any(|number| *number < RESERVED);
        let own = |numbers: BTreeSet<u32>| numbers.into_iter().filter(|number| *number >= RESERVED).collect();
        Ok(OneShots { members: own(members), groups: own(groups), has_others })
    }

    /// Some entry has an action set.
    pub(super) fn has_sets(&self) -> bool {
        !self.groups.is_empty()
    }
}

/// A number that none of these is: the next one, or once there is none, one that became free.
fn free(taken: &BTreeSet<u32>) -> Option<u32> {
    match taken.last() {
        None => Some(RESERVED),
        Some(last) => {
            last.checked_add(1).or_else(|| (RESERVED..u32::MAX).find(|number| !taken.contains(number)))
        }
    }
}

/// Reads a set.
pub(super) fn choices<'p>(
    context: &Context<'p>,
    profile: &Seen<'p>,
    given: &proto::ActionProfileActionSet,
) -> Result<Vec<Choice>, Problem> {
    if !profile.of.has_groups {
        return Err(profile.wrong("it has no action sets: it is no selector"));
    }
    if given.group_action.is_some() {
        return Err(Problem::unimplemented(format!(
            "{}: groups have no action of their own",
            profile.called()
        )));
    }
    check_mode(profile, given)?;
    let mut choices = Vec::with_capacity(given.action_profile_actions.len());
    for choice in &given.action_profile_actions {
        let action = choice.action.as_ref().ok_or_else(|| profile.wrong("an action of a set is none"))?;
        let call = profile.actions(context).read(action, Place::Entry, &|| profile.called())?;
        let watch_port = match &choice.watch_kind {
            None => None,
            #[allow(deprecated, reason = "older controllers have it")]
            Some(WatchKind::Watch(port)) => watched_number(context, *port, &|| profile.called())?,
            Some(WatchKind::WatchPort(port)) => watched(context, port, &|| profile.called())?,
        };
        choices.push(Choice { call, weight: profile.weight(choice.weight)?, watch_port });
    }
    let weights: Vec<u32> = choices.iter().map(|choice| choice.weight).collect();
    let (size, most) = (profile.size(&weights)?, profile.max_group_size());
    if most > 0 && size > most {
        return Err(profile.wrong(&format!("a group holds {most} members at most, the set has {size}")));
    }
    Ok(choices)
}

/// The selector chooses by a hash, and counts as it does.
fn check_mode(profile: &Seen<'_>, given: &proto::ActionProfileActionSet) -> Result<(), Problem> {
    let mode = given.action_selection_mode();
    let other = match mode {
        ActionSelectionMode::DefaultModeDeterminedByActionSelector | ActionSelectionMode::Hash => None,
        ActionSelectionMode::Random => Some(mode.as_str_name()),
    };
    let counts_members = profile.counts_members();
    let semantics = given.size_semantics();
    let other = match semantics {
        SizeSemantics::DefaultSizeDeterminedByActionSelector => other,
        SizeSemantics::SumOfWeights if !counts_members => other,
        SizeSemantics::SumOfMembers if counts_members => other,
        SizeSemantics::SumOfWeights | SizeSemantics::SumOfMembers => Some(semantics.as_str_name()),
    };
    match other {
        None => Ok(()),
        Some(other) => {
            let message =
                format!("{}: groups are all as the selector has them, none is {other}", profile.called());
            Err(Problem::unimplemented(message))
        }
    }
}

/// What makes members and a group of a set; the group.
pub(super) fn make<'p>(
    context: &Context<'p>,
    profile: &Seen<'p>,
    choices: &[Choice],
) -> Result<(u32, Vec<Change>), Problem> {
    let none = || Problem::exhausted(format!("{}: there are no numbers left", profile.called()));
    context.one_shots(profile, |known| {
        if known.has_others {
            return Err(profile.wrong("it has members or groups, with which action sets do not mix"));
        }
        let group = free(&known.groups).ok_or_else(none)?;
        let mut changes = Vec::with_capacity(choices.len() + 1);
        let mut members = Vec::with_capacity(choices.len());
        for choice in choices {
            let number = free(&known.members).ok_or_else(none)?;
            known.members.insert(number);
            members.push((GroupMember { member: number, watch_port: choice.watch_port }, choice.weight));
            let to = To::Write(Write::Insert, choice.call.clone());
            changes.push(Change::Member { profile: profile.at, number, to });
        }
        known.groups.insert(group);
        let to = To::Write(Write::Insert, profile.places(&members)?);
        changes.push(Change::Group { profile: profile.at, number: group, to });
        Ok((group, changes))
    })
}

/// What removes the group of a set that no entry has any more, and its members.
pub(super) fn remove<'p>(
    context: &Context<'p>,
    profile: &Seen<'p>,
    group: u32,
) -> Result<Vec<Change>, Problem> {
    let places = profile.opened.group(group)?.unwrap_or_default();
    let mut changes = vec![Change::Group { profile: profile.at, number: group, to: To::Delete }];
    for (named, _) in weighted(&places) {
        changes.push(Change::Member { profile: profile.at, number: named.member, to: To::Delete });
    }
    context.one_shots(profile, |known| {
        known.groups.remove(&group);
        Ok(())
    })?;
    Ok(changes)
}

/// The number of a set's group, if an entry has one.
pub(super) fn group_of(target: &Target) -> Option<u32> {
    match target {
        Target::Group(group) if *group >= RESERVED => Some(*group),
        Target::Group(_) | Target::Member(_) | Target::Action(_) => None,
    }
}

/// The sets of a selector's entries, by the numbers of their groups.
pub(super) struct Sets {
    groups: BTreeMap<u32, Vec<GroupMember>>,
    members: BTreeMap<u32, ActionCall>,
}

impl Sets {
    pub(super) fn of(profile: &Seen<'_>) -> Result<Sets, Problem> {
        let own = |(number, _): &(u32, Vec<GroupMember>)| *number >= RESERVED;
        let groups: BTreeMap<u32, Vec<GroupMember>> =
            profile.opened.groups()?.into_iter().filter(own).collect();
        let members = if groups.is_empty() { Vec::new() } else { profile.opened.members()? };
        Ok(Sets { groups, members: members.into_iter().collect() })
    }

    /// The message of a set.
    pub(super) fn write<'p>(
        &self,
        context: &Context<'p>,
        profile: &Seen<'p>,
        group: u32,
    ) -> Result<proto::ActionProfileActionSet, Problem> {
        let places = self.groups.get(&group).map(Vec::as_slice).unwrap_or_default();
        let mut actions = Vec::new();
        for (named, weight) in weighted(places) {
            let call = self.members.get(&named.member);
            let call = call.ok_or_else(|| Problem::internal("a group has a member that is not there"))?;
            actions.push(proto::ActionProfileAction {
                action: Some(profile.actions(context).write(call)?),
                weight: profile.seen_weight(weight),
                watch_kind: named.watch_port.map(|port| WatchKind::WatchPort(shortest(&port.into()))),
            });
        }
        Ok(proto::ActionProfileActionSet { action_profile_actions: actions, ..Default::default() })
    }
}
