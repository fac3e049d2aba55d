//! How digests are sent (P4Runtime specification, section "DigestEntry"): in, messages of controllers; out, notes of them, which say what a digest's messages
//! become; and the messages themselves.

use super::batch::Planned;
use super::data::Data;
use super::notes::{Key, Note, Notes};
use super::{Context, Found, no_such};
use crate::pipeline::Pipeline;
use crate::problem::Problem;
use p4xdp_p4runtime::p4::config::v1 as info;
use p4xdp_p4runtime::p4::v1 as proto;
use p4xdp_runtime::digests::Message;
use proto::digest_entry::Config;
use proto::entity::Entity;
use proto::update::Type;

/// How a digest is sent, if a controller wants it.
pub(super) fn config(notes: &Notes, id: u32) -> Option<Config> {
    let entry: proto::DigestEntry = notes.get(&key(id))?;
    Some(entry.config.unwrap_or_default())
}

/// The data of a message.
pub(super) fn data(pipeline: &Pipeline, id: u32, message: &Message) -> Result<proto::P4Data, Problem> {
    let digest = of_id(pipeline, id).ok_or_else(|| no_such("digest", id))?;
    let spec = digest.type_spec.as_ref();
    let spec =
        spec.ok_or_else(|| Problem::internal("the P4Info does not say what a digest's messages are"))?;
    Data::of(pipeline).write(spec, &message.fields)
}

fn of_id(pipeline: &Pipeline, id: u32) -> Option<&info::Digest> {
    let is_it = |digest: &&info::Digest| digest.preamble.as_ref().is_some_and(|preamble| preamble.id == id);
    pipeline.p4info.digests.iter().find(is_it)
}

fn key(id: u32) -> Key {
    Key::of(Entity::DigestEntry(proto::DigestEntry { digest_id: id, config: None }))
}

/// Has a digest sent, or no more.
pub(super) fn write(
    context: &Context<'_>,
    kind: Type,
    given: &proto::DigestEntry,
) -> Result<Planned, Problem> {
    let id = given.digest_id;
    let digest = of_id(context.pipeline, id).ok_or_else(|| no_such("digest", id))?;
    let name = digest.preamble.as_ref().map_or("", |preamble| &preamble.name);
    let is_sent = config(context.notes, id).is_some();
    match kind {
        Type::Insert if is_sent => {
            return Err(Problem::exists(format!("digest `{name}` is sent already; modify it instead")));
        }
        Type::Modify | Type::Delete if !is_sent => {
            return Err(Problem::not_found(format!("digest `{name}` is not sent; insert it")));
        }
        Type::Delete => return Ok(Planned::default().with([Note::nothing(key(id))])),
        Type::Insert | Type::Modify | Type::Unspecified => {}
    }
    if let Some(Config { max_timeout_ns, max_list_size, ack_timeout_ns }) = &given.config {
        let least = [*max_timeout_ns, i64::from(*max_list_size), *ack_timeout_ns].into_iter().min();
        if let Some(number) = least.filter(|number| *number < 0) {
            let message = format!("digest `{name}`: {number} is neither a time nor a size");
            return Err(Problem::invalid(message));
        }
    }
    Ok(Planned::default().with([Note::new(context.notes, key(id), given, &|| format!("digest `{name}`"))?]))
}

/// Reads how digests are sent.
pub(super) fn read(
    context: &Context<'_>,
    wanted: &proto::DigestEntry,
    found: &mut Found<'_>,
) -> Result<(), Problem> {
    let id_of = |digest: &info::Digest| digest.preamble.as_ref().map(|preamble| preamble.id);
    let ids: Vec<u32> = match wanted.digest_id {
        0 => context.pipeline.p4info.digests.iter().filter_map(id_of).collect(),
        id if of_id(context.pipeline, id).is_some() => vec![id],
        id => return Err(no_such("digest", id)),
    };
    for id in ids {
        let entry: Option<proto::DigestEntry> = context.notes.get(&key(id));
        if entry.is_some_and(|entry| !found.push(Entity::DigestEntry(entry))) {
            break;
        }
    }
    Ok(())
}
