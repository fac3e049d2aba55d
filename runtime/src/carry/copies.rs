//! Groups and sessions of the programs that are replaced: in, what each has; out, those of all, or what they differ in.

use super::{Carried, Conflict, Old, Plan, devices};
use crate::copies::{Config, Mirror, MulticastNode, Session};
use crate::error::Error;
use p4xdp_control::manifest::Manifest;
use std::collections::BTreeMap;

/// What reports call them.
const GROUPS: &str = "multicast groups";
const SESSIONS: &str = "clone sessions";

/// Puts them together. The maps are always new ones, as those of the old program send copies through its own egress.
pub(super) fn plan(
    olds: &[Old<'_>],
    new: &Manifest,
    plan: &mut Plan<'_>,
    conflicts: &mut Vec<Conflict>,
) -> Result<(), Error> {
    let mut having = Vec::new();
    for old in olds.iter().filter(|old| old.program.manifest().copies.is_some()) {
        having.push((old, old.program.copies()?.config()?));
    }
    let mut all = Config::default();
    let mut first: BTreeMap<(&str, u32), &Old<'_>> = BTreeMap::new();
    for (old, config) in &having {
        let mut conflict = |name: &'static str, number: u32, texts: [String; 2]| {
            let other = first.get(&(name, number)).map_or_else(String::new, |old| old.place());
            let [there, here] = texts;
            let what = format!("{number} is {there} on {other}, {here} on {}", old.place());
            conflicts.push(Conflict { name: name.to_owned(), what });
        };
        for (group, nodes) in &config.groups {
            match all.groups.get(group) {
                Some(other) if other != nodes => {
                    conflict(GROUPS, *group, [nodes_text(other), nodes_text(nodes)])
                }
                Some(_) | None => _ = all.groups.insert(*group, nodes.clone()),
            }
        }
        for (number, session) in &config.sessions {
            match all.sessions.get(number) {
                Some(other) if other != session => {
                    conflict(SESSIONS, *number, [session_text(other), session_text(session)]);
                }
                Some(_) | None => _ = all.sessions.insert(*number, session.clone()),
            }
        }
        for (name, numbers) in [(GROUPS, keys(&config.groups)), (SESSIONS, keys(&config.sessions))] {
            for number in numbers {
                first.entry((name, number)).or_insert(old);
            }
        }
    }
    for (name, count) in [(GROUPS, all.groups.len()), (SESSIONS, all.sessions.len())] {
        let carried = match (count, &new.copies) {
            (0, _) => continue,
            (_, None) => Carried::Reset { reason: "the program sends no copies of packets".into() },
            (_, Some(_)) if having.len() == 1 => Carried::Kept,
            (_, Some(_)) => Carried::Joined {
                devices: devices(having.iter().map(|(old, _)| *old)),
                entries: count as u64,
                lost: 0,
            },
        };
        plan.report.insert(name.to_owned(), carried);
    }
    if new.copies.is_some() {
        plan.copies = all;
    }
    Ok(())
}

fn keys<T>(map: &BTreeMap<u32, T>) -> Vec<u32> {
    map.keys().copied().collect()
}

/// `ports 1 2, 5:3`, with the replication ids that are not 0.
fn nodes_text(nodes: &[MulticastNode]) -> String {
    let text = |node: &MulticastNode| {
        let ports: Vec<String> = node.ports.iter().map(ToString::to_string).collect();
        let id = if node.replication_id == 0 { String::new() } else { format!("{}:", node.replication_id) };
        format!("{id}{}", ports.join(" "))
    };
    let nodes: Vec<String> = nodes.iter().map(text).collect();
    format!("ports {}", nodes.join(", "))
}

fn session_text(session: &Session) -> String {
    let Session { target, class_of_service, truncate } = session;
    let target = match target {
        Mirror::Port(port) => format!("port {port}"),
        Mirror::Group(group) => format!("group {group}"),
    };
    let length = truncate.map(|length| format!(" of {length} bytes")).unwrap_or_default();
    format!("{target}{length} with class of service {class_of_service}")
}
