//! Pieces of a packet that change places. In: where each is and where it goes. Out: the order in which they can be copied, none over bytes that
//! are still to be fetched.

use std::collections::{BTreeMap, BTreeSet};

/// A piece that goes from one place to another; bytes from the start of the packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) bytes: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// To its place.
    Move(Move),
    /// Out of the way; numbered from 0 on.
    Aside(usize, Move),
    /// From there to its place.
    Back(usize, Move),
}

/// The order for moves whose targets follow each other and do not overlap.
pub(super) fn order(moves: &[Move]) -> Vec<Step> {
    // A piece may go where no other piece waits to be fetched from.
    let mut waiting: BTreeMap<usize, Waiting> =
        moves.iter().enumerate().map(|(i, m)| (i, Waiting { to_go: *m, behind: 0 })).collect();
    for (i, m) in moves.iter().enumerate() {
        for (_, over) in others_over(&mut waiting, moves, i, m) {
            over.behind += 1;
        }
    }
    let mut free: BTreeSet<usize> = waiting.iter().filter(|(_, w)| w.behind == 0).map(|(i, _)| *i).collect();
    let mut steps = Vec::new();
    let mut aside = Vec::new();
    while let Some(first) = waiting.first_key_value().map(|(i, _)| *i) {
        let is_free = free.pop_first();
        let next = is_free.unwrap_or(first);
        let Some(Waiting { to_go, .. }) = waiting.remove(&next) else { break };
        steps.push(match is_free {
            Some(_) => Step::Move(to_go),
            None => {
                // They go round in a circle: one steps aside.
                aside.push(to_go);
                Step::Aside(aside.len() - 1, to_go)
            }
        });
        for (i, over) in others_over(&mut waiting, moves, next, &to_go) {
            over.behind -= 1;
            if over.behind == 0 {
                free.insert(i);
            }
        }
    }
    steps.extend(aside.iter().enumerate().rev().map(|(number, m)| Step::Back(number, *m)));
    steps
}

/// A move, and how many others are fetched from where it goes.
struct Waiting {
    to_go: Move,
    behind: usize,
}

/// The waiting moves, but for the one itself, that go over what it is fetched from.
fn others_over<'w>(
    waiting: &'w mut BTreeMap<usize, Waiting>,
    moves: &[Move],
    itself: usize,
    m: &Move,
) -> impl Iterator<Item = (usize, &'w mut Waiting)> {
    let start = moves.partition_point(|o| o.to + o.bytes <= m.from);
    let end = moves.partition_point(|o| o.to < m.from + m.bytes).max(start);
    waiting.range_mut(start..end).map(|(i, w)| (*i, w)).filter(move |(i, _)| *i != itself)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Carries the steps out on bytes.
    fn moved(moves: &[Move], packet: &[u8]) -> Vec<u8> {
        let mut packet = packet.to_vec();
        let mut aside = Vec::new();
        for step in order(moves) {
            let (Step::Move(m) | Step::Aside(_, m) | Step::Back(_, m)) = step;
            let (from, to) = (m.from as usize, m.to as usize);
            let here = packet[from..from + m.bytes as usize].to_vec();
            match step {
                Step::Move(_) => packet[to..to + here.len()].copy_from_slice(&here),
                Step::Aside(..) => aside.push(here),
                Step::Back(number, _) => packet[to..to + here.len()].copy_from_slice(&aside[number]),
            }
        }
        packet
    }

    fn moves(of: &[(u32, u32, u32)]) -> Vec<Move> {
        of.iter().map(|&(from, to, bytes)| Move { from, to, bytes }).collect()
    }

    #[test]
    fn pieces_arrive_whole() {
        for of in [
            &[(4, 0, 4), (0, 4, 4)][..],
            &[(4, 0, 4), (8, 4, 4), (0, 8, 4)],
            &[(2, 0, 4), (6, 4, 2), (0, 6, 2)],
            &[(8, 0, 2), (8, 2, 2), (8, 4, 2), (8, 10, 2)],
            &[(2, 0, 8), (0, 8, 2), (12, 10, 2), (10, 12, 2)],
        ] {
            let packet: Vec<u8> = (0..14).collect();
            let moves = moves(of);
            let after = moved(&moves, &packet);
            for m in &moves {
                let place = |at: u32| at as usize..(at + m.bytes) as usize;
                assert_eq!(after[place(m.to)], packet[place(m.from)], "{m:?} of {of:?}: {after:?}");
            }
        }
    }

    #[test]
    fn only_a_circle_needs_a_piece_aside() {
        let steps = |of: &[(u32, u32, u32)]| {
            order(&moves(of)).iter().filter(|step| matches!(step, Step::Aside(..))).count()
        };
        assert_eq!(steps(&[(4, 0, 4), (8, 4, 4)]), 0);
        assert_eq!(steps(&[(0, 4, 4), (4, 8, 4)]), 0);
        assert_eq!(steps(&[(4, 0, 4), (0, 4, 4), (12, 8, 4), (8, 12, 4)]), 2);
    }
}
