//! `p4xdp member` and `p4xdp group`: the action profiles and selectors of a running program.

use super::output::{self, print};
use super::table::param;
use super::{Exit, json, target};
use crate::cli::{GroupCommand, GroupEntryArgs, MemberCommand, MemberEntryArgs, TargetArgs};
use p4xdp_control::entry::ActionCall;
use p4xdp_control::view::View;
use p4xdp_runtime::profiles::{GroupMember, Profile, Write};
use p4xdp_runtime::tables::terms;
use p4xdp_runtime::{Error, Program};
use std::collections::BTreeMap;

/// Carries out a command for members.
pub fn members(command: &MemberCommand) -> Exit {
    Exit::of(match command {
        MemberCommand::List { target } => target::open(target).and_then(|program| list(&program)),
        MemberCommand::Dump { target, profile } => dump(target, profile.as_deref(), |profile| {
            let line = |(number, call): (u32, ActionCall)| Line {
                text: format!("  member {number} -> {}\n", profile.call_text(&call)),
                object: {
                    let mut object = json::members([("member", number.into())]);
                    object.extend(json::call(profile.named_call(&call), &call));
                    object
                },
            };
            Ok(profile.members()?.into_iter().map(line).collect())
        }),
        MemberCommand::Insert(args) => write_member(args, Write::Insert),
        MemberCommand::Modify(args) => write_member(args, Write::Modify),
        MemberCommand::Delete { target, profile, member } => target::change(target, |program| {
            program.profile(profile)?.delete_member(terms::number_of("member", member)?)
        }),
    })
}

/// Carries out a command for groups.
pub fn groups(command: &GroupCommand) -> Exit {
    Exit::of(match command {
        GroupCommand::Dump { target, selector } => dump(target, selector.as_deref(), |selector| {
            let chosen: BTreeMap<u32, Vec<u32>> = selector.chosen_groups()?.into_iter().collect();
            let line = |(number, members): (u32, Vec<GroupMember>)| {
                let object = group_object(number, &members, chosen.get(&number));
                let text = selector.group_text(&members);
                let text = if text.is_empty() { text } else { format!(" {text}") };
                // Those that watch a port may be fewer.
                let now = chosen.get(&number).filter(|chosen| chosen.len() < members.len());
                let now = now.map(|now| {
                    let now: Vec<GroupMember> = now.iter().map(|member| (*member).into()).collect();
                    let text = selector.group_text(&now);
                    format!("; now {}", if text.is_empty() { "none" } else { &text })
                });
                Line {
                    text: format!("  group {number} -> members{text}{}\n", now.unwrap_or_default()),
                    object,
                }
            };
            Ok(selector.groups()?.into_iter().map(line).collect())
        }),
        GroupCommand::Insert(args) => write_group(args, Write::Insert),
        GroupCommand::Modify(args) => write_group(args, Write::Modify),
        GroupCommand::Delete { target, selector, group } => target::change(target, |program| {
            program.profile(selector)?.delete_group(terms::number_of("group", group)?)
        }),
    })
}

fn write_member(args: &MemberEntryArgs, write: Write) -> Result<(), Error> {
    target::change(&args.target, |program| {
        let profile = program.profile(&args.profile)?;
        let profile = if args.force { profile.with_any_port() } else { profile };
        let number = terms::number_of("member", &args.member)?;
        let words: Vec<&str> = args.call.iter().map(String::as_str).collect();
        // One word at least is required.
        let (action, arguments) = words.split_first().unwrap_or((&"", &[]));
        profile.write_member(number, &profile.call(action, arguments)?, write)
    })
}

fn write_group(args: &GroupEntryArgs, write: Write) -> Result<(), Error> {
    target::change(&args.target, |program| {
        let selector = program.profile(&args.selector)?;
        let selector = if args.force { selector.with_any_port() } else { selector };
        let number = terms::number_of("group", &args.group)?;
        let members = args.members.iter().map(|member| selector.group_member(member));
        selector.write_weighted_group(number, &members.collect::<Result<Vec<_>, _>>()?, write)
    })
}

/// A member or group, for people and as the members of an object.
struct Line {
    text: String,
    object: json::Members,
}

fn group_object(number: u32, members: &[GroupMember], chosen: Option<&Vec<u32>>) -> json::Members {
    let weighted = members.chunk_by(|a, b| a == b).filter_map(|same| {
        let GroupMember { member, watch_port } = same.first()?;
        Some(serde_json::json!({ "member": member, "weight": same.len(), "watch_port": watch_port }))
    });
    let chosen = chosen.cloned().unwrap_or_default();
    json::members([("group", number.into()), ("members", weighted.collect()), ("chosen", chosen.into())])
}

/// Prints what `lines` gives for one profile, or for all.
fn dump(
    target: &TargetArgs,
    name: Option<&str>,
    lines: impl Fn(&Profile<'_>) -> Result<Vec<Line>, Error>,
) -> Result<(), Error> {
    let program = target::open(target)?;
    let profiles = match name {
        Some(name) => vec![program.profile(name)?],
        None => program.profiles()?,
    };
    for profile in profiles {
        let lines = lines(&profile)?;
        if !output::is_json() {
            let lines: String = lines.into_iter().map(|line| line.text).collect();
            print(&format!("{}\n{lines}", profile.name()));
            continue;
        }
        for Line { mut object, .. } in lines {
            object.insert("profile".to_owned(), profile.name().into());
            print(&format!("{}\n", serde_json::Value::from(object)));
        }
    }
    Ok(())
}

fn list(program: &Program) -> Result<(), Error> {
    let view = &program.manifest().view;
    for profile in program.profiles()? {
        let layout = profile.layout();
        let tables = view
            .tables
            .iter()
            .filter(|table| view.profile_of(table).is_some_and(|of| of.preamble.name == profile.name()));
        let tables: Vec<&str> = tables.map(|table| table.name()).collect();
        if output::is_json() {
            print(&format!("{}\n", list_object(view, &profile, &tables)?));
            continue;
        }
        let mut out = format!("{} ({} of {} members", profile.name(), profile.members()?.len(), layout.size);
        if let Some(groups) = &layout.groups {
            let count = profile.groups()?.len();
            out += &format!(", {count} of {} groups of at most {} members", groups.size, groups.most);
        }
        out += ")\n";
        for table in tables {
            out += &format!("  table   {table}\n");
        }
        let of = profile.view();
        for (entry, action) in of.actions.iter().zip(view.actions_of_members(of)) {
            if !entry.default_only {
                let params: Vec<String> = action.values().map(param).collect();
                out += &format!("  action  {}({})\n", action.preamble.name, params.join(", "));
            }
        }
        print(&out);
    }
    Ok(())
}

fn list_object(view: &View, profile: &Profile<'_>, tables: &[&str]) -> Result<serde_json::Value, Error> {
    let (layout, of) = (profile.layout(), profile.view());
    let groups = match &layout.groups {
        Some(groups) => Some(serde_json::json!({
            "groups": profile.groups()?.len(), "size": groups.size, "most_members": groups.most,
        })),
        None => None,
    };
    let actions = of.actions.iter().zip(view.actions_of_members(of)).map(json::action);
    Ok(serde_json::json!({
        "profile": profile.name(), "members": profile.members()?.len(), "size": layout.size, "groups": groups,
        "tables": tables, "actions": actions.collect::<Vec<_>>(),
    }))
}
