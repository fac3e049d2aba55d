//! What can have happened to headers on the ways that lead to a point of the program.
//!
//! A [`Path`] says for one way where each header is held and what was taken from the packet, in order. Few ways are kept apart,
//! so that what holds of several headers together is known (TCP is there only if IPv4 is; a tag is pushed only where none was
//! popped). Too many are blurred to what each header can be on its own, and to how they stand in a row while nothing moves.

use super::row::Row;
use p4xdp_midend::ir::{HeaderId, StackId};
use std::collections::BTreeSet;

/// More ways than this are not kept apart.
const MOST_PATHS: usize = 192;

/// Where a header is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hold {
    /// It is invalid.
    Absent,
    /// It is the item of that position in the path's order, in the packet.
    Packet(u16),
    /// It is in memory of its own.
    Memory,
}

/// What was taken from the packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// A header, and its length in bytes.
    Header(HeaderId, u32),
    /// Bytes that were skipped.
    Gap(u32),
    /// A header with a varbit field.
    LongHeader(HeaderId),
    /// A skip whose length is known at run time only.
    Variable,
}

/// One way through the program.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    /// Where each header is held.
    pub holds: Vec<Hold>,
    /// What was taken from the packet.
    pub order: Vec<Item>,
    /// `next_index` of each stack; of stacks that share one, that of the first (`Program::first_sharing`).
    pub next: Vec<u32>,
    /// The emit statements that were passed.
    pub emitted: Vec<u16>,
}

/// The ways that lead to a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Paths {
    /// All of them; none means that the point is never reached.
    Few(BTreeSet<Path>),
    /// Too many to tell apart.
    Many(Blurred),
}

/// What is known of ways that are not told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blurred {
    /// What each header can be.
    pub may: Vec<May>,
    /// How headers stand in the packet, if on all ways the valid ones are just those that were extracted, one behind the other.
    pub row: Option<Row>,
}

impl Blurred {
    fn may(&self, header: HeaderId) -> May {
        self.may.get(header.as_u32() as usize).copied().unwrap_or_default()
    }

    fn set(&mut self, header: HeaderId, may: May) {
        if let Some(slot) = self.may.get_mut(header.as_u32() as usize) {
            *slot = may;
        }
    }

    /// Headers that can be valid.
    pub fn valid(&self) -> impl Iterator<Item = HeaderId> {
        let ids = (0u32..).map(HeaderId::from_u32);
        self.may.iter().zip(ids).filter(|(may, _)| may.maybe_valid()).map(|(_, id)| id)
    }

    fn or(&mut self, other: Blurred) {
        for (a, b) in self.may.iter_mut().zip(other.may) {
            *a = a.or(b);
        }
        self.row = self.row.take().zip(other.row).and_then(|(a, b)| a.or(b));
    }
}

/// Where a header can be held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct May {
    /// It can be invalid.
    pub absent: bool,
    /// It can be in the packet.
    pub packet: bool,
    /// It can be in memory.
    pub memory: bool,
}

impl Path {
    /// Bytes that were taken from the packet, if that is known.
    pub fn parsed_bytes(&self) -> Option<u32> {
        self.bytes_before(self.order.len())
    }

    /// What of it is remembered among many.
    fn blurred(&self) -> Blurred {
        let header = |(at, item): (usize, &Item)| match item {
            Item::Header(id, _) | Item::LongHeader(id) => {
                let hold = self.holds.get(id.as_u32() as usize);
                (hold == u16::try_from(at).ok().map(Hold::Packet).as_ref()).then_some(*id)
            }
            Item::Gap(_) | Item::Variable => None,
        };
        let headers: Option<Vec<_>> = self.order.iter().enumerate().map(header).collect();
        let valid = self.holds.iter().filter(|hold| **hold != Hold::Absent).count();
        let row = headers.filter(|headers| headers.len() == valid);
        let row = row.map(|headers| Row::of(headers.into_iter(), &self.emitted));
        Blurred { may: self.holds.iter().map(|hold| May::of(*hold)).collect(), row }
    }

    /// Bytes in front of an item, if that is known.
    fn bytes_before(&self, position: usize) -> Option<u32> {
        self.order
            .iter()
            .take(position)
            .map(|item| match item {
                Item::Header(_, bytes) | Item::Gap(bytes) => Some(*bytes),
                Item::LongHeader(_) | Item::Variable => None,
            })
            .sum()
    }
}

impl May {
    fn of(hold: Hold) -> May {
        May {
            absent: hold == Hold::Absent,
            packet: matches!(hold, Hold::Packet(_)),
            memory: hold == Hold::Memory,
        }
    }

    fn or(self, other: May) -> May {
        May {
            absent: self.absent || other.absent,
            packet: self.packet || other.packet,
            memory: self.memory || other.memory,
        }
    }

    /// It is valid for sure, or the point is never reached.
    pub fn surely_valid(self) -> bool {
        !self.absent
    }

    /// It can be valid.
    pub fn maybe_valid(self) -> bool {
        self.packet || self.memory
    }
}

impl Paths {
    /// The start of the program: every header is invalid, every stack empty.
    pub fn start(headers: usize, stacks: usize) -> Paths {
        Paths::Few(BTreeSet::from([Path {
            holds: vec![Hold::Absent; headers],
            order: Vec::new(),
            next: vec![0; stacks],
            emitted: Vec::new(),
        }]))
    }

    /// A point that nothing leads to.
    pub fn unreachable() -> Paths {
        Paths::Few(BTreeSet::new())
    }

    /// True if nothing leads here.
    pub fn is_unreachable(&self) -> bool {
        self.is_empty()
    }

    /// What the header can be.
    pub fn may(&self, header: HeaderId) -> May {
        let i = header.as_u32() as usize;
        match self {
            Paths::Few(paths) => paths
                .iter()
                .filter_map(|p| p.holds.get(i))
                .fold(May::default(), |may, hold| may.or(May::of(*hold))),
            Paths::Many(many) => many.may(header),
        }
    }

    /// Bytes in front of a header that is in the packet at the same place on all ways.
    pub fn fixed_offset(&self, header: HeaderId) -> Option<u32> {
        let Paths::Few(paths) = self else { return None };
        let mut offsets = paths.iter().map(|path| match path.holds.get(header.as_u32() as usize) {
            Some(Hold::Packet(position)) => path.bytes_before(usize::from(*position)),
            _ => None,
        });
        let first = offsets.next()??;
        offsets.all(|offset| offset == Some(first)).then_some(first)
    }

    /// True if the same number of bytes was taken from the packet on all ways.
    pub fn is_at_one_place(&self) -> bool {
        let Paths::Few(paths) = self else { return false };
        let mut lengths = paths.iter().map(Path::parsed_bytes);
        let first = lengths.next().flatten();
        first.is_some() && lengths.all(|length| length == first)
    }

    /// The stack's `next_index`, if it is the same on all ways.
    pub fn next_index(&self, stack: StackId) -> Option<u32> {
        let Paths::Few(paths) = self else { return None };
        let mut values = paths.iter().map(|p| p.next.get(stack.as_u32() as usize).copied());
        let first = values.next()??;
        values.all(|v| v == Some(first)).then_some(first)
    }

    /// Drops the ways on which the header is not valid (or not invalid).
    pub fn assume(&mut self, header: HeaderId, valid: bool) {
        let i = header.as_u32() as usize;
        match self {
            Paths::Few(paths) => {
                paths.retain(|path| path.holds.get(i).is_some_and(|h| *h != Hold::Absent) == valid);
            }
            Paths::Many(many) => {
                let may = many.may(header);
                many.set(header, if valid { May { absent: false, ..may } } else { May::of(Hold::Absent) });
            }
        }
    }

    /// Drops the ways on which a stack's `next_index` is another.
    pub fn assume_next(&mut self, stack: StackId, value: u32) {
        if let Paths::Few(paths) = self {
            paths.retain(|path| path.next.get(stack.as_u32() as usize) == Some(&value));
        }
    }

    /// The header is held there from now on.
    pub fn set(&mut self, header: HeaderId, hold: Hold) {
        let i = header.as_u32() as usize;
        match self {
            Paths::Few(_) => self.for_each(|path| {
                if let Some(slot) = path.holds.get_mut(i) {
                    *slot = hold;
                }
            }),
            Paths::Many(many) => {
                if many.may(header).maybe_valid() || hold != Hold::Absent {
                    many.row = None;
                }
                many.set(header, May::of(hold));
            }
        }
    }

    /// The header may be in memory, too.
    pub fn may_be_in_memory(&mut self, header: HeaderId) {
        let mut made = self.clone();
        made.make_valid(header);
        self.join(made);
    }

    /// `setValid()`: made in memory unless it was valid.
    pub fn make_valid(&mut self, header: HeaderId) {
        let i = header.as_u32() as usize;
        match self {
            Paths::Few(_) => self.for_each(|path| {
                if let Some(slot) = path.holds.get_mut(i)
                    && *slot == Hold::Absent
                {
                    *slot = Hold::Memory;
                }
            }),
            Paths::Many(many) => {
                let may = many.may(header);
                if may.absent {
                    many.row = None;
                }
                many.set(header, May { memory: may.memory || may.absent, absent: false, ..may });
            }
        }
    }

    /// The header was taken from the packet.
    pub fn extract(&mut self, header: HeaderId, item: Item) {
        let i = header.as_u32() as usize;
        match self {
            Paths::Few(_) => self.for_each(|path| {
                let position = path.order.len() as u16;
                path.order.push(item);
                if let Some(slot) = path.holds.get_mut(i) {
                    *slot = Hold::Packet(position);
                }
            }),
            Paths::Many(many) => {
                match &mut many.row {
                    Some(row) if !many.may.get(i).copied().unwrap_or_default().maybe_valid() => {
                        row.extract(header)
                    }
                    row => *row = None,
                }
                many.set(header, May::of(Hold::Packet(0)));
            }
        }
    }

    /// Bytes were skipped.
    pub fn skip(&mut self, item: Item) {
        self.for_each(|path| path.order.push(item));
        if let Paths::Many(many) = self {
            many.row = None;
        }
    }

    /// An emit statement was passed.
    pub fn emit(&mut self, slot: u16) {
        self.for_each(|path| path.emitted.push(slot));
        if let Paths::Many(Blurred { row: Some(row), .. }) = self {
            row.emit(slot);
        }
    }

    /// A header takes the place of another, which is not used any more (or overwritten next).
    pub fn take_over(&mut self, to: HeaderId, from: HeaderId) {
        match self {
            Paths::Few(_) => self.for_each(|path| {
                let (to, from) = (to.as_u32() as usize, from.as_u32() as usize);
                let hold = path.holds.get(from).copied().unwrap_or(Hold::Absent);
                if let Some(slot) = path.holds.get_mut(to) {
                    *slot = hold;
                }
            }),
            Paths::Many(many) => {
                many.row = None;
                many.set(to, many.may(from));
            }
        }
    }

    /// A stack's `next_index` becomes a function of itself.
    pub fn set_next(&mut self, stack: StackId, f: impl Fn(u32) -> u32) {
        let i = stack.as_u32() as usize;
        self.for_each(|path| {
            if let Some(slot) = path.next.get_mut(i) {
                *slot = f(*slot);
            }
        });
    }

    /// A stack's `next_index` becomes that of another.
    pub fn copy_next(&mut self, to: StackId, from: StackId) {
        let (to, from) = (to.as_u32() as usize, from.as_u32() as usize);
        self.for_each(|path| {
            if let Some(value) = path.next.get(from).copied()
                && let Some(slot) = path.next.get_mut(to)
            {
                *slot = value;
            }
        });
    }

    /// The ways of both.
    pub fn join(&mut self, other: Paths) {
        match (&mut *self, other) {
            (Paths::Few(mine), Paths::Few(theirs)) => {
                mine.extend(theirs);
                if mine.len() > MOST_PATHS {
                    self.blur();
                }
            }
            (Paths::Many(mine), Paths::Many(theirs)) => mine.or(theirs),
            (Paths::Many(_), mut theirs @ Paths::Few(_)) => {
                if !theirs.is_empty() {
                    theirs.blur();
                    self.join(theirs);
                }
            }
            (Paths::Few(mine), theirs @ Paths::Many(_)) => {
                if mine.is_empty() {
                    *self = theirs;
                } else {
                    self.blur();
                    self.join(theirs);
                }
            }
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Paths::Few(paths) if paths.is_empty())
    }

    /// Forgets which way is which.
    pub fn blur(&mut self) {
        if let Paths::Few(paths) = self {
            let all = paths.iter().map(Path::blurred).reduce(|mut all, one| {
                all.or(one);
                all
            });
            *self = Paths::Many(all.unwrap_or(Blurred { may: Vec::new(), row: None }));
        }
    }

    fn for_each(&mut self, f: impl Fn(&mut Path)) {
        if let Paths::Few(paths) = self {
            *paths = std::mem::take(paths)
                .into_iter()
                .map(|mut path| {
                    f(&mut path);
                    path
                })
                .collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn h(i: u32) -> HeaderId {
        HeaderId::from_u32(i)
    }

    #[test]
    fn one_header_implies_another() {
        let mut none = Paths::start(2, 0);
        let mut both = none.clone();
        both.extract(h(0), Item::Header(h(0), 20));
        both.extract(h(1), Item::Header(h(1), 8));
        none.join(both);
        assert!(!none.may(h(0)).surely_valid());
        none.assume(h(1), true);
        assert!(none.may(h(0)).surely_valid());
    }

    #[test]
    fn many_are_blurred() {
        let mut all = Paths::unreachable();
        for i in 0..=MOST_PATHS as u32 {
            let mut one = Paths::start(1, 0);
            one.skip(Item::Gap(i));
            all.join(one);
        }
        assert!(matches!(all, Paths::Many(_)));
        assert!(!all.may(h(0)).surely_valid());
    }
}
