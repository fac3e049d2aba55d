//! Where rules stand: in, how many there are and where room is; out, positions in the order of their ranks, with gaps where others will
//! come.

/// A position between two others, or in front of the first or behind the last one; `follows`: the next rules probably come behind it.
/// `None` if there is none.
pub(super) fn between(before: Option<u32>, behind: Option<u32>, end: u32, follows: bool) -> Option<u32> {
    let (first, beyond) = (before.map_or(0, |before| before.saturating_add(1)), behind.unwrap_or(end));
    let room = beyond.checked_sub(first).filter(|room| *room > 0)?;
    Some(match (before, behind) {
        (Some(_), None) => first,
        (None, Some(_)) => beyond - 1,
        (Some(_), Some(_)) if follows => first,
        (Some(_), Some(_)) | (None, None) => first + room / 2,
    })
}

/// Positions for so many rules. Half of what is free is around the rule `last` that was added last, where the next ones probably come, and the rest
/// between all of them.
pub(super) fn spread(count: usize, end: u32, last: Option<usize>) -> Vec<u32> {
    let free = u64::from(end).saturating_sub(count as u64);
    let around = last.map_or(0, |_| free / 4);
    let rest = free - 2 * around;
    let at = |rule: usize| {
        let even = rest * (rule as u64 + 1) / (count as u64 + 1);
        let in_front = last.map_or(0, |last| u64::from(rule >= last) + u64::from(rule > last));
        u32::try_from(rule as u64 + even + in_front * around).unwrap_or(u32::MAX)
    };
    (0..count).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::{between, spread};

    #[test]
    fn rules_stand_in_order_within_the_room() {
        for (count, end) in [(0usize, 64u32), (1, 64), (16, 64), (63, 64), (64, 64), (512, 576), (4096, 4608)]
        {
            for last in [None, Some(0), Some(count / 2), count.checked_sub(1)] {
                let positions = spread(count, end, last);
                assert_eq!(positions.len(), count);
                assert!(positions.is_sorted_by(|a, b| a < b), "{positions:?}");
                assert!(positions.iter().all(|position| *position < end), "{positions:?}");
            }
        }
    }

    #[test]
    fn gaps_are_where_rules_come() {
        let positions = spread(10, 110, Some(4));
        assert!(positions[4] - positions[3] > 25 && positions[5] - positions[4] > 25, "{positions:?}");
        assert!(positions.windows(2).all(|pair| pair[1] - pair[0] > 4), "{positions:?}");
    }

    #[test]
    fn a_position_between_two() {
        assert_eq!(between(None, None, 64, false), Some(32));
        assert_eq!(between(Some(3), None, 64, false), Some(4));
        assert_eq!(between(None, Some(9), 64, false), Some(8));
        assert_eq!(between(Some(3), Some(9), 64, false), Some(6));
        assert_eq!(between(Some(3), Some(9), 64, true), Some(4));
        assert_eq!(between(Some(3), Some(4), 64, false), None);
        assert_eq!(between(Some(63), None, 64, false), None);
        assert_eq!(between(None, Some(0), 64, false), None);
    }
}
