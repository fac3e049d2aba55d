//! Value sets of parsers (P4Runtime specification, section "ValueSetEntry"): in, all members that a set is to have; out, the change of the
//! set, and back.

use super::batch::Planned;
use super::{Context, Found, keys, no_such};
use crate::pipeline::At;
use crate::problem::Problem;
use p4xdp_control::entry::KeyMatch;
use p4xdp_control::view::Table as View;
use p4xdp_p4runtime::p4::v1 as proto;
use p4xdp_runtime::transaction::Change;
use proto::entity::Entity;
use proto::update::Type;

/// Gives a set its members.
pub(super) fn write(
    context: &Context<'_>,
    kind: Type,
    given: &proto::ValueSetEntry,
) -> Result<Planned, Problem> {
    let (at, view) = of_id(context, given.value_set_id)?;
    match kind {
        Type::Modify => {}
        Type::Insert | Type::Delete | Type::Unspecified => {
            let message = format!("{}: it is always there, and can only be modified", keys::called(view));
            return Err(Problem::invalid(message));
        }
    }
    let mut wanted: Vec<Vec<KeyMatch>> = Vec::with_capacity(given.members.len());
    for member in &given.members {
        wanted.push(keys::read(&context.numbers, view, &member.r#match)?);
    }
    let mut sorted: Vec<Vec<KeyMatch>> = wanted.iter().map(|keys| keys::plain(view, keys)).collect();
    sorted.sort_unstable();
    if sorted.windows(2).any(|two| matches!(two, [one, other] if one == other)) {
        return Err(Problem::exists(format!("{}: a member is there twice", keys::called(view))));
    }
    let size = view.size.unwrap_or(u64::MAX).min(context.table(at)?.capacity());
    if wanted.len() as u64 > size {
        let message =
            format!("{} is full: it holds {size} members, {} are given", keys::called(view), wanted.len());
        return Err(Problem::exhausted(message));
    }
    Ok(Planned::one(Change::Elements { table: at, elements: wanted }))
}

/// Reads sets.
pub(super) fn read(
    context: &Context<'_>,
    wanted: &proto::ValueSetEntry,
    found: &mut Found<'_>,
) -> Result<(), Problem> {
    let ids = match wanted.value_set_id {
        0 => context.view().value_sets.iter().map(|set| set.preamble.id).collect(),
        id => vec![id],
    };
    for id in ids {
        let (at, view) = of_id(context, id)?;
        let mut members = Vec::new();
        for (_, entry) in context.table(at)?.entries()? {
            members
                .push(proto::ValueSetMember { r#match: keys::write(&context.numbers, view, &entry.keys)? });
        }
        if !found.push(Entity::ValueSetEntry(proto::ValueSetEntry { value_set_id: id, members })) {
            break;
        }
    }
    Ok(())
}

/// A set and its position among all tables, behind which the sets stand.
fn of_id<'p>(context: &Context<'p>, id: u32) -> Result<(usize, &'p View), Problem> {
    let view = context.view();
    let found = match context.pipeline.at(id) {
        Some(At::ValueSet(at)) => view.value_sets.get(at).map(|set| (view.tables.len() + at, set)),
        Some(At::Table(_) | At::Extern(_)) | None => None,
    };
    found.ok_or_else(|| no_such("value set", id))
}
