//! Members of groups of action selectors as text, with their weights and the ports that they watch.

use super::{TermError, Values, number_of};
use crate::entry::GroupMember;
use crate::view::Param;

/// Reads a member of a group with its weight, 1 where none is said, and the port that it watches: `3`, `3:20`, `3:20@eth1`.
///
/// # Errors
/// When the text is none, the weight is 0, or there is no such port.
pub fn weighted_member(text: &str, values: &dyn Values) -> Result<(GroupMember, u32), TermError> {
    let (text, port) = match text.split_once('@') {
        Some((text, port)) => (text, Some(port)),
        None => (text, None),
    };
    let (number, weight) = text.split_once(':').unwrap_or((text, "1"));
    let (member, weight) = (number_of("member", number)?, number_of("weight", weight)?);
    if weight == 0 {
        return Err(TermError::NoWeight { member });
    }
    let read = |port| values.read_port(port, &watch_port());
    // It has 32 bits.
    let watch_port = port.map(read).transpose()?.map(|port| u32::try_from(port).unwrap_or(u32::MAX));
    Ok((GroupMember { member, watch_port }, weight))
}

/// What a watch port is called and how wide it is.
fn watch_port() -> Param {
    Param { port: true, ..Param::new("watch port", 32) }
}

/// Members of a group as text, each with its weight if it has more than 1: what [`weighted_member`] reads.
#[must_use]
pub fn weighted_members_text(members: &[GroupMember], values: &dyn Values) -> String {
    let text = |one: &GroupMember, weight: usize| {
        let weight = if weight == 1 { String::new() } else { format!(":{weight}") };
        let port = one.watch_port.map(|port| format!("@{}", values.text(&port.into(), &watch_port())));
        format!("{}{weight}{}", one.member, port.unwrap_or_default())
    };
    let same = members.chunk_by(|a, b| a == b);
    let all = same.filter_map(|same| Some(text(same.first()?, same.len())));
    all.collect::<Vec<_>>().join(" ")
}
