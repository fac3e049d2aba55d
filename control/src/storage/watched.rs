//! Groups of an action selector with members that are chosen only while a port is up: in, such a group's members; out, the bytes in a map of the
//! loader's, and back. Packets never look there: what they find in the selector's own map is the group of those members that may be chosen now.
//!
//! The map is a hash by the group's number, and has the groups that watch a port, and no others. A value is the number of members and, for each,
//! its number and its port.

use super::{DecodeError, Groups};
use crate::entry::GroupMember;

/// Bytes of a number.
const NUMBER: usize = 4;
/// In place of a port: none.
const NONE: u32 = u32::MAX;

/// The largest number of a port that can be watched.
pub const MOST: u32 = NONE - 1;

/// Name of the map of a selector with this number ([`crate::ids`]), which the selector has whatever program it stands in.
#[must_use]
pub fn map(selector: u32) -> String {
    format!("watch_{selector:08x}")
}

/// Bytes of a value.
#[must_use]
pub fn value_size(groups: &Groups) -> u32 {
    NUMBER as u32 * (1 + 2 * groups.most)
}

/// A group of these members, which are no more than it holds.
#[must_use]
pub fn encode(groups: &Groups, members: &[GroupMember]) -> Vec<u8> {
    let count = u32::try_from(members.len()).unwrap_or(u32::MAX);
    let each = members.iter().flat_map(|member| [member.member, member.watch_port.unwrap_or(NONE)]);
    let numbers = std::iter::once(count).chain(each);
    let mut bytes: Vec<u8> = numbers.flat_map(u32::to_ne_bytes).collect();
    bytes.resize(value_size(groups) as usize, 0);
    bytes
}

/// The members of a group.
///
/// # Errors
/// When there are too few bytes.
pub fn decode(bytes: &[u8]) -> Result<Vec<GroupMember>, DecodeError> {
    let short = || DecodeError::Short(bytes.len());
    let (count, rest) = bytes.split_first_chunk().ok_or_else(short)?;
    let (each, _) = rest.as_chunks::<{ 2 * NUMBER }>();
    let count = u32::from_ne_bytes(*count) as usize;
    let member = |each: &[u8; 2 * NUMBER]| {
        let (numbers, _) = each.as_chunks::<NUMBER>();
        let mut numbers = numbers.iter().map(|number| u32::from_ne_bytes(*number));
        let member = numbers.next()?;
        Some(GroupMember { member, watch_port: numbers.next().filter(|port| *port != NONE) })
    };
    let members: Vec<GroupMember> = each.iter().take(count).filter_map(member).collect();
    if members.len() == count { Ok(members) } else { Err(short()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let groups = Groups { map: "g".into(), size: 1, most: 3 };
        let watched = |member, port| GroupMember { member, watch_port: Some(port) };
        for members in [vec![], vec![1.into(), watched(7, 0), watched(7, MOST)]] {
            let bytes = encode(&groups, &members);
            assert_eq!(bytes.len(), value_size(&groups) as usize);
            assert_eq!(decode(&bytes).unwrap(), members);
        }
        assert!(decode(&[]).is_err());
        assert!(decode(&encode(&groups, &[1.into(), 2.into()])[..12]).is_err());
        assert_eq!(map(0x12).len(), 14);
    }
}
