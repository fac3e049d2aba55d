//! `p4xdp member` and `p4xdp group`: the action profiles and selectors of a running program.

use super::table::param;
use super::{Exit, output::print, target};
use crate::cli::{GroupCommand, GroupEntryArgs, MemberCommand, MemberEntryArgs, TargetArgs};
use p4xdp_runtime::profiles::{GroupMember, Profile, Write};
use p4xdp_runtime::tables::terms;
use p4xdp_runtime::{Error, Program};
use std::collections::BTreeMap;

/// Carries out a command for members.
pub fn members(command: &MemberCommand) -> Exit {
    Exit::of(match command {
        MemberCommand::List { target } => target::open(target).and_then(|program| list(&program)),
        MemberCommand::Dump { target, profile } => dump(target, profile.as_deref(), |profile| {
            let line = |(number, call)| format!("  member {number} -> {}\n", profile.call_text(&call));
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
                let text = selector.group_text(&members);
                let text = if text.is_empty() { text } else { format!(" {text}") };
                // Those that watch a port may be fewer.
                let now = chosen.get(&number).filter(|chosen| chosen.len() < members.len());
                let now = now.map(|now| {
                    let now: Vec<GroupMember> = now.iter().map(|member| (*member).into()).collect();
                    let text = selector.group_text(&now);
                    format!("; now {}", if text.is_empty() { "none" } else { &text })
                });
                format!("  group {number} -> members{text}{}\n", now.unwrap_or_default())
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

/// Prints what `lines` gives for one profile, or for all.
fn dump(
    target: &TargetArgs,
    name: Option<&str>,
    lines: impl Fn(&Profile<'_>) -> Result<String, Error>,
) -> Result<(), Error> {
    let program = target::open(target)?;
    let profiles = match name {
        Some(name) => vec![program.profile(name)?],
        None => program.profiles()?,
    };
    for profile in profiles {
        print(&format!("{}\n{}", profile.name(), lines(&profile)?));
    }
    Ok(())
}

fn list(program: &Program) -> Result<(), Error> {
    let view = &program.manifest().view;
    for profile in program.profiles()? {
        let layout = profile.layout();
        let mut out = format!("{} ({} of {} members", profile.name(), profile.members()?.len(), layout.size);
        if let Some(groups) = &layout.groups {
            let count = profile.groups()?.len();
            out += &format!(", {count} of {} groups of at most {} members", groups.size, groups.most);
        }
        out += ")\n";
        for table in &view.tables {
            if view.profile_of(table).is_some_and(|of| of.preamble.name == profile.name()) {
                out += &format!("  table   {}\n", table.name());
            }
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
