//! Action profiles of replaced programs: which maps are kept, and which members and groups go into new ones, under the numbers that they had.

use super::{Carried, Conflict, Old, Plan, devices, map_and_id, refuse};
use crate::error::Error;
use crate::profiles::{GroupMember, Profile, Write, watched};
use crate::storage::ActionCall;
use p4xdp_control::manifest::{self, ExternKind, Manifest};
use p4xdp_control::terms::{self, Plain};
use p4xdp_control::view::{Action, ActionProfile};
use std::collections::BTreeMap;
use std::collections::btree_map;

/// Members and groups by their numbers.
#[derive(Debug, Default)]
pub(super) struct Content {
    members: BTreeMap<u32, ActionCall>,
    groups: BTreeMap<u32, Vec<GroupMember>>,
}

/// A profile of an old program that has the new one's name.
struct Source<'a> {
    old: &'a Old<'a>,
    profile: Profile<'a>,
    map: u32,
    difference: Option<String>,
}

/// Plans profiles.
pub(super) fn plan<'a>(
    olds: &'a [Old<'a>],
    new: &Manifest,
    plan: &mut Plan<'a>,
    conflicts: &mut Vec<Conflict>,
) -> Result<(), Error> {
    for item in &new.externs {
        let ExternKind::Profile(layout) = &item.kind else { continue };
        let name = item.name.as_str();
        let mut sources = Vec::new();
        for old in olds {
            let profiles = old.program.profiles()?;
            let Some(profile) = profiles.into_iter().find(|other| other.name() == name) else { continue };
            let map = map_and_id(old.program, &profile.layout().map)?.1;
            let difference = difference(old.program.manifest(), new, name);
            sources.push(Source { old, profile, map, difference });
        }
        let Some(first) = sources.first() else {
            plan.report.insert(name.to_owned(), Carried::New);
            continue;
        };
        if sources.iter().all(|source| source.map == first.map && source.difference.is_none()) {
            for (map, other) in layout.maps().iter().zip(first.profile.layout().maps()) {
                plan.maps.insert(map.name.clone(), map_and_id(first.old.program, &other.name)?.0);
            }
            // Groups that watch ports; programs that others have loaded have no such map.
            if let Some(watching) = watched::map_of(new, name)
                && let Ok((map, _)) = map_and_id(first.old.program, &watching)
            {
                plan.maps.insert(watching, map);
            }
            plan.report.insert(name.to_owned(), Carried::Kept);
            continue;
        }
        let (content, lost) = union(&sources, new, name, conflicts)?;
        let carried = if sources.len() > 1 {
            Carried::Joined { devices: devices(sources.iter().map(|source| source.old)), entries: 0, lost }
        } else {
            let reason = first.difference.clone().unwrap_or_default();
            Carried::Moved { reason, moved: 0, lost }
        };
        plan.profiles.insert(name.to_owned(), content);
        plan.report.insert(name.to_owned(), carried);
    }
    Ok(())
}

/// The members and groups of all programs, and how many the new program cannot have.
fn union(
    sources: &[Source<'_>],
    new: &Manifest,
    name: &str,
    conflicts: &mut Vec<Conflict>,
) -> Result<(Content, u64), Error> {
    let mut content = Content::default();
    let mut seen: BTreeMap<(bool, u32), &Source<'_>> = BTreeMap::new();
    let mut lost = 0;
    let after = described(new, name);
    let text = |call: &ActionCall| match after {
        Some((_, of)) => terms::member_text(&new.view, of, call, &Plain),
        None => format!("action {}", call.action),
    };
    let mut clash = |what: String, a: (&str, &Source<'_>), b: (&str, &Source<'_>)| {
        let what = format!("{what} is {} on {}, {} on {}", a.0, a.1.old.place(), b.0, b.1.old.place());
        conflicts.push(Conflict { name: name.to_owned(), what });
    };
    for source in sources {
        let before = source.old.program.manifest();
        for (number, mut call) in source.profile.members()? {
            let Some(action) = translate(before, source.profile.view(), call.action, new, name) else {
                lost += 1;
                continue;
            };
            call.action = action;
            match content.members.entry(number) {
                btree_map::Entry::Vacant(place) => {
                    place.insert(call);
                    seen.insert((false, number), source);
                }
                btree_map::Entry::Occupied(there) if *there.get() != call => {
                    if let Some(other) = seen.get(&(false, number)) {
                        let (a, b) = (text(there.get()), text(&call));
                        clash(format!("member {number}"), (&a, other), (&b, source));
                    }
                }
                btree_map::Entry::Occupied(_) => {}
            }
        }
        for (number, members) in source.profile.groups()? {
            match content.groups.entry(number) {
                btree_map::Entry::Vacant(place) => {
                    place.insert(members);
                    seen.insert((true, number), source);
                }
                btree_map::Entry::Occupied(there) if *there.get() != members => {
                    if let Some(other) = seen.get(&(true, number)) {
                        let (a, b) = (group_text(there.get()), group_text(&members));
                        clash(format!("group {number}"), (&a, other), (&b, source));
                    }
                }
                btree_map::Entry::Occupied(_) => {}
            }
        }
    }
    if lost > 0 && sources.len() > 1 {
        let what = format!("{lost} members have actions that the new program has not");
        conflicts.push(Conflict { name: name.to_owned(), what });
    }
    Ok((content, lost))
}

/// Writes members and groups into a new profile; how many were written, and how many it does not take.
pub(super) fn fill(profile: &Profile<'_>, content: &Content, several: bool) -> Result<(u64, u64), Error> {
    let (mut written, mut lost) = (0, 0);
    let members =
        content.members.iter().map(|(number, call)| profile.write_member(*number, call, Write::Insert));
    // Groups behind all members, which they name.
    let groups = content
        .groups
        .iter()
        .map(|(number, list)| profile.write_watching_group(*number, list, Write::Insert));
    for result in members.chain(groups) {
        match result {
            Ok(()) => written += 1,
            Err(error) => {
                refuse(profile.name(), several, error)?;
                lost += 1;
            }
        }
    }
    Ok((written, lost))
}

/// `[1, 2:3@5]`, ports by their numbers.
fn group_text(members: &[GroupMember]) -> String {
    let members = terms::weighted_members_text(members, &Plain);
    format!("[{}]", members.replace(' ', ", "))
}

/// A profile of this name: how it lies, and what control planes see of it.
fn described<'m>(manifest: &'m Manifest, name: &str) -> Option<(&'m manifest::Profile, &'m ActionProfile)> {
    let layout = manifest.externs.iter().find_map(|item| match &item.kind {
        ExternKind::Profile(layout) if item.name == name => Some(layout),
        ExternKind::Profile(_) | ExternKind::Cells(_) | ExternKind::Digest(_) | ExternKind::Events { .. } => {
            None
        }
    });
    let seen = manifest.view.externs.iter().find(|seen| seen.preamble.name == name)?;
    Some((layout?, seen.profile.as_ref()?))
}

/// What keeps the members of the profile of this name from meaning the same in the new program.
pub(super) fn difference(before: &Manifest, after: &Manifest, name: &str) -> Option<String> {
    let (Some((old, of_old)), Some((new, of_new))) = (described(before, name), described(after, name)) else {
        return Some("only one of the programs has it".into());
    };
    let actions = |manifest: &Manifest, of: &ActionProfile| -> Vec<_> {
        manifest.view.actions_of_members(of).into_iter().map(signature).collect()
    };
    if actions(before, of_old) != actions(after, of_new) {
        return Some("its actions differ".into());
    }
    if old.size != new.size {
        return Some(format!("its size was {} and is {}", old.size, new.size));
    }
    if old.groups.is_some() && watched::map_of(before, name) != watched::map_of(after, name) {
        return Some("its number differs".into());
    }
    (!old.same_but_for_names(new)).then(|| "it is stored in another way".into())
}

fn signature(action: &Action) -> (String, Vec<p4xdp_control::view::Param>) {
    (action.preamble.name.clone(), action.values().cloned().collect())
}

/// The action of the same name and parameters in the new program's profile.
fn translate(
    before: &Manifest,
    of: &ActionProfile,
    action: usize,
    after: &Manifest,
    name: &str,
) -> Option<usize> {
    let called = signature(before.view.actions_of_members(of).get(action)?);
    let (_, of_new) = described(after, name)?;
    after.view.actions_of_members(of_new).into_iter().position(|other| signature(other) == called)
}
