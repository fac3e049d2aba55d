//! `p4xdp multicast` and `p4xdp session`: where a running program's copies of packets go.

use super::{Exit, output::tell, target};
use crate::cli::{MulticastCommand, MulticastEntryArgs, SessionCommand, SessionEntryArgs, TargetArgs};
use p4xdp_runtime::copies::{Copies, CopyError, Mirror, MulticastNode, Session, Write};
use p4xdp_runtime::ports::names::PortNames;
use p4xdp_runtime::tables::terms;
use p4xdp_runtime::{Error, lock};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Carries out a command for multicast groups.
pub fn multicast(command: &MulticastCommand) -> Exit {
    Exit::of(match command {
        MulticastCommand::Dump { target, group } => dump_groups(target, group.as_deref()),
        MulticastCommand::Insert(args) => write_group(args, Write::Insert),
        MulticastCommand::Modify(args) => write_group(args, Write::Modify),
        MulticastCommand::Delete { target, group } => target::change(target, |program| {
            program.copies()?.delete_group(terms::number_of("group", group)?)
        }),
    })
}

/// Carries out a command for clone sessions.
pub fn sessions(command: &SessionCommand) -> Exit {
    Exit::of(match command {
        SessionCommand::Dump { target, session } => dump_sessions(target, session.as_deref()),
        SessionCommand::Insert(args) => write_session(args, Write::Insert),
        SessionCommand::Modify(args) => write_session(args, Write::Modify),
        SessionCommand::Delete { target, session } => target::change(target, |program| {
            program.copies()?.delete_session(terms::number_of("session", session)?)
        }),
    })
}

fn write_group(args: &MulticastEntryArgs, write: Write) -> Result<(), Error> {
    target::change(&args.target, |program| {
        let copies = taking_ports(program.copies()?, args.force);
        let words: Vec<&str> = args.ports.iter().map(String::as_str).collect();
        copies.write_group(terms::number_of("group", &args.group)?, &copies.nodes(&words)?, write)
    })
}

fn write_session(args: &SessionEntryArgs, write: Write) -> Result<(), Error> {
    target::change(&args.target, |program| {
        let copies = taking_ports(program.copies()?, args.force);
        let target = match (&args.to.port, &args.to.group) {
            (Some(port), _) => Mirror::Port(copies.port(port)?),
            // The command line asks for one of them.
            (None, group) => Mirror::Group(terms::number_of("group", group.as_deref().unwrap_or_default())?),
        };
        let class_of_service = terms::number_of("class of service", &args.class_of_service)?;
        let length = args.length.as_deref().map(|length| terms::number_of("length", length));
        let session = Session { target, class_of_service, truncate: length.transpose()? };
        copies.write_session(terms::number_of("session", &args.session)?, &session, write)
    })
}

fn taking_ports(copies: Copies<'_>, any: bool) -> Copies<'_> {
    if any { copies.with_any_port() } else { copies }
}

fn dump_groups(target: &TargetArgs, group: Option<&str>) -> Result<(), Error> {
    // A change is several writes.
    let _lock = lock::reader()?;
    let program = target::open(target)?;
    let names = PortNames::of(&program)?;
    let groups = program.copies()?.config()?.groups;
    for (number, nodes) in chosen("multicast group", groups, group)? {
        tell(
            || format!("group {number} ->{}\n", group_text(&nodes, names.as_ref())),
            || group_object(number, &nodes, names.as_ref()),
        );
    }
    Ok(())
}

fn dump_sessions(target: &TargetArgs, session: Option<&str>) -> Result<(), Error> {
    let _lock = lock::reader()?;
    let program = target::open(target)?;
    let names = PortNames::of(&program)?;
    let sessions = program.copies()?.config()?.sessions;
    for (number, session) in chosen("clone session", sessions, session)? {
        tell(
            || format!("session {number} -> {}\n", session_text(&session, names.as_ref())),
            || session_object(number, &session, names.as_ref()),
        );
    }
    Ok(())
}

/// All of them, or the one that is asked for.
fn chosen<T>(
    what: &'static str,
    mut all: BTreeMap<u32, T>,
    number: Option<&str>,
) -> Result<BTreeMap<u32, T>, Error> {
    let Some(number) = number else { return Ok(all) };
    let number = terms::number_of(what, number)?;
    match all.remove(&number) {
        Some(one) => Ok(BTreeMap::from([(number, one)])),
        None => Err(CopyError::Missing { what, number, by: None }.into()),
    }
}

/// The device of a port, if there is one.
fn device(port: u32, names: Option<&PortNames>) -> Option<&str> {
    names?.name(&port.into())
}

/// A port as it is read: its device if there is one.
fn port_text(port: u32, names: Option<&PortNames>) -> String {
    match device(port, names) {
        Some(name) if p4xdp_runtime::value::number(name).is_some() => format!("dev:{name}"),
        Some(name) => name.to_owned(),
        None => port.to_string(),
    }
}

fn group_text(nodes: &[MulticastNode], names: Option<&PortNames>) -> String {
    let copies = nodes.iter().flat_map(|node| {
        let id = if node.replication_id == 0 { String::new() } else { format!("{}:", node.replication_id) };
        node.ports.iter().map(move |port| format!(" {id}{}", port_text(*port, names)))
    });
    copies.collect()
}

fn session_text(session: &Session, names: Option<&PortNames>) -> String {
    let Session { target, class_of_service, truncate } = session;
    let target = match target {
        Mirror::Port(port) => format!("port {}", port_text(*port, names)),
        Mirror::Group(group) => format!("group {group}"),
    };
    let class =
        if *class_of_service == 0 { String::new() } else { format!(", class of service {class_of_service}") };
    let length = truncate.map(|length| format!(", cut to {length} bytes")).unwrap_or_default();
    format!("{target}{class}{length}")
}

/// A port's number, and its device if there is one.
fn port_object(port: u32, names: Option<&PortNames>) -> Value {
    match device(port, names) {
        Some(device) => json!({ "port": port, "device": device }),
        None => json!({ "port": port }),
    }
}

fn group_object(number: u32, nodes: &[MulticastNode], names: Option<&PortNames>) -> Value {
    let copies = nodes.iter().flat_map(|node| {
        node.ports.iter().map(move |port| {
            let mut copy = port_object(*port, names);
            if let Some(members) = copy.as_object_mut() {
                members.insert("replication_id".to_owned(), node.replication_id.into());
            }
            copy
        })
    });
    json!({ "group": number, "copies": copies.collect::<Vec<Value>>() })
}

fn session_object(number: u32, session: &Session, names: Option<&PortNames>) -> Value {
    let Session { target, class_of_service, truncate } = session;
    let mut object = match target {
        Mirror::Port(port) => port_object(*port, names),
        Mirror::Group(group) => json!({ "group": group }),
    };
    if let Some(members) = object.as_object_mut() {
        members.insert("session".to_owned(), number.into());
        members.insert("class_of_service".to_owned(), (*class_of_service).into());
        members.extend(truncate.map(|length| ("length".to_owned(), length.into())));
    }
    object
}
