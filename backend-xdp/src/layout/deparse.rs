//! The deparse plan: what the emit statements mean for the packet, compared with how it was parsed.
//!
//! On each way through the program the packet's front is a row of parsed headers, and the emitted headers are another row. What both have at their
//! ends stays where it is; the difference is an [`Edit`]. Ways that need different edits are told apart by what is known at run time; where that
//! cannot be, or where lengths are not constant, the front is put together in memory.

use super::headers::HeaderLayout;
use super::paths::{Hold, Item, Path, Paths};
use crate::limits::MOST_EDITS;
use cranelift_entity::EntitySet;
use p4xdp_frontend::arena::Arena;
use p4xdp_midend::ir::{HeaderId, HeaderTypeId, Program};

/// A piece of the new front of the packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Piece {
    /// Bytes that were parsed.
    Kept {
        /// Bytes in front of them when they were parsed.
        from: u32,
        /// How many.
        bytes: u32,
    },
    /// A header in memory.
    Made {
        /// Which.
        header: HeaderId,
        /// Its length.
        bytes: u32,
    },
}

impl Piece {
    /// Its length.
    pub fn bytes(self) -> u32 {
        match self {
            Piece::Kept { bytes, .. } | Piece::Made { bytes, .. } => bytes,
        }
    }
}

/// What has to be done to the front of the packet: `old` bytes become the pieces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// Bytes of the packet that are replaced.
    pub old: u32,
    /// What stands there afterwards.
    pub pieces: Vec<Piece>,
}

impl Edit {
    /// Bytes that stand there afterwards.
    pub fn new_length(&self) -> u32 {
        self.pieces.iter().map(|p| p.bytes()).sum()
    }

    /// The packet stays as it is.
    pub fn is_nothing(&self) -> bool {
        self.old == self.new_length()
            && self.pieces.iter().try_fold(0, |at, piece| match piece {
                Piece::Kept { from, bytes } if *from == at => Some(at + bytes),
                _ => None,
            }) == Some(self.old)
    }
}

/// What tells ways apart at run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// The header is valid.
    Valid(HeaderId),
    /// It is in memory.
    InMemory(HeaderId),
    /// It was extracted.
    Parsed(HeaderId),
    /// That emit statement was passed.
    Emitted(u16),
    /// So many bytes were parsed.
    Bytes(u32),
}

impl Feature {
    /// True for this way.
    pub fn holds(self, path: &Path) -> bool {
        let hold = |h: HeaderId| path.holds.get(h.as_u32() as usize).copied().unwrap_or(Hold::Absent);
        match self {
            Feature::Valid(h) => hold(h) != Hold::Absent,
            Feature::InMemory(h) => hold(h) == Hold::Memory,
            Feature::Parsed(h) => {
                path.order.iter().any(|i| matches!(i, Item::Header(id, _) | Item::LongHeader(id) if *id == h))
            }
            Feature::Emitted(slot) => path.emitted.contains(&slot),
            Feature::Bytes(bytes) => path.parsed_bytes() == Some(bytes),
        }
    }
}

/// A decision between edits.
#[derive(Debug)]
pub enum Decision {
    /// The same on all ways.
    Do(Edit),
    /// The first where the feature holds, the second elsewhere.
    Test(Feature, Box<Decision>, Box<Decision>),
}

/// What a deparser does.
#[derive(Debug)]
pub enum Plan {
    /// Nothing leads to it.
    Unreachable,
    /// One edit, or one of several.
    Decided(Decision),
    /// The front is put together in memory.
    Assembled,
}

/// What a plan is made from.
pub struct Planner<'a> {
    /// The program.
    pub program: &'a Program,
    /// Lengths of header types.
    pub types: &'a Arena<HeaderTypeId, HeaderLayout>,
    /// The header of each emit statement.
    pub emits: &'a [HeaderId],
    /// Headers in memory whose lengths are known at run time only.
    pub lifted: &'a EntitySet<HeaderId>,
}

impl Planner<'_> {
    /// The plan where these ways lead to the end of the deparser.
    pub fn plan(&self, paths: &Paths) -> Plan {
        let paths = match paths {
            Paths::Few(paths) => paths,
            Paths::Many(many) => {
                let stays = many.row.as_ref().is_some_and(|row| row.is_emitted(self.emits, many.valid()));
                return match stays {
                    true => Plan::Decided(Decision::Do(Edit { old: 0, pieces: Vec::new() })),
                    false => Plan::Assembled,
                };
            }
        };
        if paths.is_empty() {
            return Plan::Unreachable;
        }
        let edits: Option<Vec<(Edit, &Path)>> =
            paths.iter().map(|path| Some((self.edit(path)?, path))).collect();
        let mut leaves = 0;
        match edits.and_then(|edits| self.decide(&edits, &mut leaves)) {
            Some(decision) => Plan::Decided(decision),
            None => Plan::Assembled,
        }
    }

    /// What a way makes of the packet; `None` if that depends on lengths that are known at run time only.
    fn edit(&self, path: &Path) -> Option<Edit> {
        let mut wanted: Vec<(HeaderId, Hold)> = path
            .emitted
            .iter()
            .filter_map(|slot| self.emits.get(usize::from(*slot)))
            .map(|&header| {
                (header, path.holds.get(header.as_u32() as usize).copied().unwrap_or(Hold::Absent))
            })
            .filter(|(_, hold)| *hold != Hold::Absent)
            .collect();
        let mut order = path.order.as_slice();
        while let (Some((_, Hold::Packet(last))), Some((_, rest))) = (wanted.last(), order.split_last()) {
            if usize::from(*last) != rest.len() {
                break;
            }
            wanted.pop();
            order = rest;
        }
        let mut starts = vec![0u32];
        for item in order {
            let bytes = match item {
                Item::Header(_, bytes) | Item::Gap(bytes) => *bytes,
                Item::LongHeader(_) | Item::Variable => return None,
            };
            starts.push(starts.last().copied().unwrap_or_default() + bytes);
        }
        let mut pieces: Vec<Piece> = Vec::new();
        for (header, hold) in wanted {
            let bytes = self.types[self.program.headers[header].ty].bytes;
            match hold {
                Hold::Packet(i) => {
                    // Emitted again in front of where it stays: its length must be known all the same.
                    let Some(Item::Header(..)) = path.order.get(usize::from(i)) else { return None };
                    let from = *starts.get(usize::from(i))?;
                    match pieces.last_mut() {
                        Some(Piece::Kept { from: f, bytes: b }) if *f + *b == from => *b += bytes,
                        _ => pieces.push(Piece::Kept { from, bytes }),
                    }
                }
                Hold::Memory if self.lifted.contains(header) => return None,
                Hold::Memory => pieces.push(Piece::Made { header, bytes }),
                Hold::Absent => {}
            }
        }
        let mut edit = Edit { old: starts.last().copied().unwrap_or_default(), pieces };
        if edit.is_nothing() {
            edit = Edit { old: 0, pieces: Vec::new() };
        }
        Some(edit)
    }

    fn decide(&self, edits: &[(Edit, &Path)], leaves: &mut usize) -> Option<Decision> {
        let distinct = |edits: &[&(Edit, &Path)]| {
            let mut all: Vec<&Edit> = edits.iter().map(|(e, _)| e).collect();
            all.sort();
            all.dedup();
            all.len()
        };
        let (first, _) = edits.first()?;
        if edits.iter().all(|(e, _)| e == first) {
            *leaves += 1;
            return (*leaves <= MOST_EDITS).then(|| Decision::Do(first.clone()));
        }
        let headers = || self.program.headers.keys();
        let mut lengths: Vec<u32> = edits.iter().filter_map(|(_, path)| path.parsed_bytes()).collect();
        lengths.sort_unstable();
        lengths.dedup();
        let features = headers()
            .map(Feature::Valid)
            .chain(headers().map(Feature::InMemory))
            .chain(headers().map(Feature::Parsed))
            .chain((0..self.emits.len() as u16).map(Feature::Emitted))
            .chain(lengths.into_iter().map(Feature::Bytes));
        let mut best: Option<(usize, Feature)> = None;
        for feature in features {
            let (yes, no): (Vec<_>, Vec<_>) = edits.iter().partition(|(_, path)| feature.holds(path));
            if yes.is_empty() || no.is_empty() {
                continue;
            }
            let cost = distinct(&yes) + distinct(&no);
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, feature));
            }
        }
        let (_, feature) = best?;
        let (yes, no): (Vec<_>, Vec<_>) = edits.iter().cloned().partition(|(_, path)| feature.holds(path));
        let yes = self.decide(&yes, leaves)?;
        let no = self.decide(&no, leaves)?;
        Some(Decision::Test(feature, Box::new(yes), Box::new(no)))
    }
}
