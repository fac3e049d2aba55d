//! Packets whose front stays as it was, on however many ways: in, what is done to headers; out, whether the headers that are emitted are the
//! packet's front already.
//!
//! [`super::paths`] keeps few ways apart. Of many this alone is remembered: while the valid headers are just those that were extracted, one
//! behind the other, which header came directly behind which, and which can be the last. If emit statements go through the headers in an
//! order that agrees with each such pair, then on each way they emit what stands there.

use p4xdp_midend::ir::HeaderId;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// Pairs are not remembered beyond this.
const MOST_PAIRS: usize = 4096;

/// Rows of headers that were extracted and are all valid: what is true of one of them on some way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The second was extracted directly behind the first.
    pairs: BTreeSet<(HeaderId, HeaderId)>,
    /// It was extracted last; `None` where none was.
    last: BTreeSet<Option<HeaderId>>,
    /// The emit statements that were passed, on all ways.
    emitted: Vec<u16>,
}

impl Row {
    /// The row of one way.
    pub fn of(headers: impl Iterator<Item = HeaderId>, emitted: &[u16]) -> Row {
        let mut row = Row { last: BTreeSet::from([None]), emitted: emitted.to_vec(), ..Row::default() };
        for header in headers {
            row.extract(header);
        }
        row
    }

    /// A header that was invalid is extracted.
    pub fn extract(&mut self, header: HeaderId) {
        for last in std::mem::replace(&mut self.last, BTreeSet::from([Some(header)])).into_iter().flatten() {
            self.pairs.insert((last, header));
        }
    }

    /// An emit statement is passed.
    pub fn emit(&mut self, slot: u16) {
        self.emitted.push(slot);
    }

    /// What is true of one or the other; `None` if that is more than is remembered.
    pub fn or(mut self, other: Row) -> Option<Row> {
        self.pairs.extend(other.pairs);
        self.last.extend(other.last);
        (self.emitted == other.emitted && self.pairs.len() <= MOST_PAIRS).then_some(self)
    }

    /// The emit statements emit what stands in the packet. `emits` has the header of each, `parsed` those that can be there.
    pub fn is_emitted(&self, emits: &[HeaderId], mut parsed: impl Iterator<Item = HeaderId>) -> bool {
        let slots = self.emitted.iter().filter_map(|slot| emits.get(usize::from(*slot)));
        let mut places = FxHashMap::default();
        for (place, header) in slots.enumerate() {
            // What is emitted twice is there once.
            if places.insert(header.as_u32(), place).is_some() {
                return false;
            }
        }
        let place = |header: HeaderId| places.get(&header.as_u32());
        parsed.all(|header| place(header).is_some())
            && self.pairs.iter().all(|(first, second)| place(*first) < place(*second))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn h(i: u32) -> HeaderId {
        HeaderId::from_u32(i)
    }

    fn row(ways: &[&[u32]], emitted: &[u16]) -> Row {
        let of = |way: &&[u32]| Row::of(way.iter().map(|i| h(*i)), emitted);
        ways.iter().map(of).reduce(|a, b| a.or(b).unwrap()).unwrap()
    }

    fn all(n: u32) -> Vec<HeaderId> {
        (0..n).map(h).collect()
    }

    #[test]
    fn parts_of_the_order_of_emits() {
        let row = row(&[&[0, 1, 3], &[0, 2, 3], &[]], &[0, 1, 2, 3]);
        assert!(row.is_emitted(&all(4), all(4).into_iter()));
    }

    #[test]
    fn another_order_is_not() {
        let row = row(&[&[0, 1], &[1, 0]], &[0, 1]);
        assert!(!row.is_emitted(&all(2), all(2).into_iter()));
    }

    #[test]
    fn all_that_was_parsed_is_emitted_once() {
        assert!(!row(&[&[0, 1]], &[0]).is_emitted(&all(2), all(2).into_iter()));
        assert!(!row(&[&[0]], &[0, 1]).is_emitted(&[h(0), h(0)], all(1).into_iter()));
    }

    #[test]
    fn emits_that_only_some_ways_pass_are_not_known() {
        assert!(row(&[&[0]], &[0]).or(row(&[&[0]], &[])).is_none());
    }
}
