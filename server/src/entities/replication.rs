//! Multicast groups and clone sessions (P4Runtime specification, section "PacketReplicationEngineEntry"): in, messages with replicas; out, the library's groups and sessions, and
//! back. A session with one replica of instance 0 goes to its port; any other to a group of the server's own, which controllers neither see nor use.

use super::batch::Planned;
use super::notes::{Key, Note};
use super::numbers::{shortest, unsigned};
use super::{Context, Found};
use crate::problem::Problem;
use p4xdp_control::entry::{Mirror, MulticastNode, Session};
use p4xdp_p4runtime::p4::v1 as proto;
use p4xdp_runtime::copies::{Config, Copies, CopyError, Write};
use p4xdp_runtime::transaction::{Change, To};
use proto::entity::Entity;
use proto::packet_replication_engine_entry::Type as Kind;
use proto::replica::PortKind;
use proto::update::Type;

/// The first group that is the server's: session `n` has group `RESERVED + n`, if it has one.
const RESERVED: u32 = 0x8000_0000;
/// Sessions that can have a group are below.
const SESSIONS: u32 = 0x7fff_0000;

/// Writes a group or session.
pub(super) fn write(
    context: &Context<'_>,
    kind: Type,
    given: &proto::PacketReplicationEngineEntry,
) -> Result<Planned, Problem> {
    match &given.r#type {
        Some(Kind::MulticastGroupEntry(group)) => write_group(context, kind, group),
        Some(Kind::CloneSessionEntry(session)) => write_session(context, kind, session),
        None => Err(Problem::invalid(
            "an entry of the packet replication engine is neither a group nor a session",
        )),
    }
}

fn copies<'p>(context: &Context<'p>) -> Result<&'p Copies<'p>, Problem> {
    let none = || Problem::from(p4xdp_runtime::Error::from(CopyError::NoCopies));
    context.objects()?.copies().ok_or_else(none)
}

fn as_write(kind: Type) -> Write {
    match kind {
        Type::Modify => Write::Modify,
        Type::Insert | Type::Delete | Type::Unspecified => Write::Insert,
    }
}

fn write_group(
    context: &Context<'_>,
    kind: Type,
    given: &proto::MulticastGroupEntry,
) -> Result<Planned, Problem> {
    let number = given.multicast_group_id;
    let of = || format!("multicast group {number}");
    if !(1..RESERVED).contains(&number) {
        let message = format!("{number} is no multicast group: they are 1 to {}", RESERVED - 1);
        return Err(Problem::invalid(message));
    }
    let key = group_key(number);
    if kind == Type::Delete {
        return Ok(Planned::one(Change::Multicast { number, to: To::Delete }).with([Note::nothing(key)]));
    }
    let nodes = nodes(context, &given.replicas, &of)?;
    let (metadata, replicas) = (given.metadata.clone(), form(&given.replicas));
    let note = proto::MulticastGroupEntry { metadata, replicas, ..Default::default() };
    let to = To::Write(as_write(kind), nodes);
    Ok(Planned::one(Change::Multicast { number, to }).with([Note::new(context.notes, key, &note, &of)?]))
}

fn write_session(
    context: &Context<'_>,
    kind: Type,
    given: &proto::CloneSessionEntry,
) -> Result<Planned, Problem> {
    let number = given.session_id;
    let of = || format!("clone session {number}");
    if number == 0 {
        return Err(Problem::invalid("0 is no clone session"));
    }
    let config = copies(context)?.config()?;
    let own = number.checked_add(RESERVED).filter(|_| number < SESSIONS);
    let has_own = own.filter(|own| config.groups.contains_key(own));
    let release = has_own.map(|own| Change::Multicast { number: own, to: To::Delete });
    let key = session_key(number);
    if kind == Type::Delete {
        let mut planned = Planned::one(Change::Session { number, to: To::Delete });
        planned.changes.extend(release);
        return Ok(planned.with([Note::nothing(key)]));
    }
    // One that is there from the beginning, controllers do not see.
    let write = if is_initial(context, &config, number)? { Write::Set } else { as_write(kind) };
    let nodes = nodes(context, &given.replicas, &of)?;
    let truncate = u32::try_from(given.packet_length_bytes);
    let no_length = |_| Problem::invalid(format!("{}: {} is no length", of(), given.packet_length_bytes));
    let truncate = Some(truncate.map_err(no_length)?).filter(|length| *length > 0);
    let mut changes = Vec::new();
    let target = match (one_port(&nodes), own) {
        (Some(port), _) => Mirror::Port(port),
        (None, Some(own)) => {
            changes.push(Change::Multicast { number: own, to: To::Write(Write::Set, nodes) });
            Mirror::Group(own)
        }
        (None, None) => {
            let message = format!("{}: sessions with several replicas are below {SESSIONS}", of());
            return Err(Problem::invalid(message));
        }
    };
    let release = release.filter(|_| matches!(target, Mirror::Port(_)));
    let session = Session { target, class_of_service: given.class_of_service, truncate };
    changes.push(Change::Session { number, to: To::Write(write, session) });
    changes.extend(release);
    let note = proto::CloneSessionEntry {
        session_id: number,
        replicas: form(&given.replicas),
        ..Default::default()
    };
    Ok(Planned { changes, ..Planned::default() }.with([Note::new(context.notes, key, &note, &of)?]))
}

/// The port of the one replica of instance 0.
fn one_port(nodes: &[MulticastNode]) -> Option<u32> {
    match nodes {
        [MulticastNode { replication_id: 0, ports }] => match ports.as_slice() {
            [port] => Some(*port),
            _ => None,
        },
        _ => None,
    }
}

/// The session by which copies go to user space from the beginning, as it was then.
fn is_initial(context: &Context<'_>, config: &Config, session: u32) -> Result<bool, Problem> {
    let program = &context.pipeline.program;
    let initial = program.manifest().copies.as_ref().and_then(|copies| copies.cpu_session);
    if initial != Some(session) || context.notes.has(&session_key(session)) {
        return Ok(false);
    }
    let target = config.sessions.get(&session).map(|session| session.target.clone());
    Ok(target.is_some() && target == program.cpu_port()?.map(Mirror::Port))
}

fn group_key(multicast_group_id: u32) -> Key {
    entry_key(Kind::MulticastGroupEntry(proto::MulticastGroupEntry {
        multicast_group_id,
        ..Default::default()
    }))
}

fn session_key(session_id: u32) -> Key {
    entry_key(Kind::CloneSessionEntry(proto::CloneSessionEntry { session_id, ..Default::default() }))
}

fn entry_key(kind: Kind) -> Key {
    Key::of(Entity::PacketReplicationEngineEntry(proto::PacketReplicationEngineEntry { r#type: Some(kind) }))
}

/// What is noted of how replicas are said: older controllers know ports as numbers alone, and are told them so.
#[allow(deprecated, reason = "older controllers have it")]
fn form(replicas: &[proto::Replica]) -> Vec<proto::Replica> {
    let is_old = replicas.iter().any(|replica| matches!(replica.port_kind, Some(PortKind::EgressPort(_))));
    if !is_old {
        return Vec::new();
    }
    vec![proto::Replica { port_kind: Some(PortKind::EgressPort(0)), ..Default::default() }]
}

/// The nodes of replicas. Those of one instance that follow each other are one.
#[allow(deprecated, reason = "older controllers have it")]
fn nodes(
    context: &Context<'_>,
    replicas: &[proto::Replica],
    of: &dyn Fn() -> String,
) -> Result<Vec<MulticastNode>, Problem> {
    let most = most_instance(context);
    let mut pairs = Vec::with_capacity(replicas.len());
    let mut nodes: Vec<MulticastNode> = Vec::new();
    for replica in replicas {
        if !replica.backup_replicas.is_empty() {
            return Err(Problem::unimplemented(format!("{}: replicas have no backups", of())));
        }
        let port = match &replica.port_kind {
            None => return Err(Problem::invalid(format!("{}: a replica has no port", of()))),
            Some(PortKind::EgressPort(port)) => *port,
            Some(PortKind::Port(bytes)) => {
                let port = unsigned(bytes, 32, &|| format!("{}, port of a replica", of()))?;
                u32::try_from(port).unwrap_or(u32::MAX)
            }
        };
        context.numbers.check_port(port, &|| format!("{}, port of a replica", of()))?;
        let instance = replica.instance;
        if instance > most {
            let message = format!("{}: instance {instance} of a replica is more than {most}", of());
            return Err(Problem::invalid(message));
        }
        pairs.push((port, instance));
        match nodes.last_mut() {
            Some(node) if node.replication_id == instance => node.ports.push(port),
            Some(_) | None => nodes.push(MulticastNode { replication_id: instance, ports: vec![port] }),
        }
    }
    pairs.sort_unstable();
    let twice = pairs.windows(2).find_map(|two| match two {
        [one, other] if one == other => Some(one),
        _ => None,
    });
    match twice {
        Some((port, instance)) => {
            let message = format!("{}: there are two replicas of instance {instance} for port {port}", of());
            Err(Problem::invalid(message))
        }
        None => Ok(nodes),
    }
}

/// The largest instance that programs of the architecture can tell from others.
fn most_instance(context: &Context<'_>) -> u32 {
    match context.view().architecture.as_str() {
        "v1model" | "psa" => u16::MAX.into(),
        _ => u32::MAX,
    }
}

/// Replicas of nodes, said as controllers have said them.
#[allow(deprecated, reason = "older controllers have it")]
fn replicas(nodes: &[MulticastNode], noted: &[proto::Replica]) -> Vec<proto::Replica> {
    let is_old = !noted.is_empty();
    let kind =
        |port: u32| if is_old { PortKind::EgressPort(port) } else { PortKind::Port(shortest(&port.into())) };
    let of_node = |node: &MulticastNode| {
        let instance = node.replication_id;
        let replica = move |port: &u32| proto::Replica {
            port_kind: Some(kind(*port)),
            instance,
            backup_replicas: Vec::new(),
        };
        node.ports.iter().map(replica).collect::<Vec<_>>()
    };
    nodes.iter().flat_map(of_node).collect()
}

/// Reads groups and sessions.
pub(super) fn read(
    context: &Context<'_>,
    wanted: &proto::PacketReplicationEngineEntry,
    found: &mut Found<'_>,
) -> Result<(), Problem> {
    if context.pipeline.program.manifest().copies.is_none() {
        return Ok(());
    }
    let config = copies(context)?.config()?;
    let (groups, sessions) = match &wanted.r#type {
        None => (Some(0), Some(0)),
        Some(Kind::MulticastGroupEntry(group)) => (Some(group.multicast_group_id), None),
        Some(Kind::CloneSessionEntry(session)) => (None, Some(session.session_id)),
    };
    let is_wanted =
        |wanted: Option<u32>, number: u32| wanted.is_some_and(|wanted| wanted == 0 || wanted == number);
    for (number, nodes) in config.groups.range(..RESERVED).filter(|(number, _)| is_wanted(groups, **number)) {
        let note: proto::MulticastGroupEntry = context.notes.get(&group_key(*number)).unwrap_or_default();
        let group = proto::MulticastGroupEntry {
            multicast_group_id: *number,
            replicas: replicas(nodes, &note.replicas),
            metadata: note.metadata,
        };
        if !push(found, Kind::MulticastGroupEntry(group)) {
            return Ok(());
        }
    }
    for (number, session) in config.sessions.iter().filter(|(number, _)| is_wanted(sessions, **number)) {
        if is_initial(context, &config, *number)? {
            continue;
        }
        let note: proto::CloneSessionEntry = context.notes.get(&session_key(*number)).unwrap_or_default();
        let nodes = match session.target {
            Mirror::Port(port) => vec![MulticastNode { replication_id: 0, ports: vec![port] }],
            Mirror::Group(group) => config.groups.get(&group).cloned().unwrap_or_default(),
        };
        let session = proto::CloneSessionEntry {
            session_id: *number,
            replicas: replicas(&nodes, &note.replicas),
            class_of_service: session.class_of_service,
            packet_length_bytes: session.truncate.map_or(0, |bytes| i32::try_from(bytes).unwrap_or(i32::MAX)),
        };
        if !push(found, Kind::CloneSessionEntry(session)) {
            return Ok(());
        }
    }
    Ok(())
}

fn push(found: &mut Found<'_>, kind: Kind) -> bool {
    found.push(Entity::PacketReplicationEngineEntry(proto::PacketReplicationEngineEntry {
        r#type: Some(kind),
    }))
}
