//! Sets of changes for transactions: in, changes of entries; out, an answer for each, and what undoes those that were made.

use super::{Entry, KeyMatch, Table};
use crate::cells::{Cell, CellKind};
use crate::error::Error;
use crate::lock::Lock;
use crate::storage::{Change, Refused};
use num_bigint::BigUint;
use p4xdp_control::entry::Idle;
use p4xdp_control::manifest::DefaultData;
use std::collections::{BTreeMap, BTreeSet};

/// What to do behind a change that cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Make the others.
    GoOn,
    /// Make none behind it, and remember what undoes those in front of it.
    Stop,
    /// Make none at all: packets see all changes at once, or none. Answers for those in front of it say only that they could be made.
    AtOnce,
}

/// What puts an entry back as it was.
#[derive(Clone, Debug)]
pub(crate) struct Undo {
    change: Change,
    /// When it matched last, where the change that is undone has set its timeout.
    idle: Option<Idle>,
}

/// Answers for the first changes of a set, the last of which may be why there are no more.
pub(crate) type Answers = Vec<Result<Option<Undo>, Error>>;

impl<'p> Table<'p> {
    /// Makes changes of entries in order.
    ///
    /// # Errors
    /// When nothing can be said of single ones.
    pub(crate) fn make(&self, changes: &[&Change], way: Way, writer: &Lock) -> Result<Answers, Error> {
        let mut answers: Vec<Option<Result<Option<Undo>, Error>>> = Vec::with_capacity(changes.len());
        let mut valid = Vec::with_capacity(changes.len());
        for (change, named) in changes.iter().zip(self.check_named(changes)?) {
            match self.check(change).and(named) {
                Ok(()) => {
                    valid.push(*change);
                    answers.push(None);
                }
                Err(error) => {
                    answers.push(Some(Err(error)));
                    if way != Way::GoOn {
                        break;
                    }
                }
            }
        }
        let refused = answers.last().is_some_and(Option::is_some);
        if way == Way::AtOnce && refused {
            return Ok(answers.into_iter().flatten().collect());
        }
        let mut made = self.make_valid(&valid, way, writer)?.into_iter();
        let mut all = Vec::with_capacity(answers.len());
        for answer in answers {
            let Some(answer) = answer.or_else(|| made.next()) else { break };
            let ends = answer.is_err() && way != Way::GoOn;
            all.push(answer);
            if ends {
                break;
            }
        }
        Ok(all)
    }

    fn make_valid(&self, changes: &[&Change], way: Way, writer: &Lock) -> Result<Answers, Error> {
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        let storage = self.storage()?;
        let undo = if way == Way::Stop { self.undo_of(changes)? } else { vec![None; changes.len()] };
        let mut undo = undo.into_iter();
        let mut answers = Vec::with_capacity(changes.len());
        let mut rest = changes;
        loop {
            let made = match way {
                Way::AtOnce => storage.apply_at_once(rest, writer),
                Way::GoOn | Way::Stop => storage.apply(rest, writer),
            };
            let Err(Refused { made, error }) = made else {
                answers.extend(undo.map(Ok));
                return Ok(answers);
            };
            let (_, behind) = rest.split_at(made.min(rest.len()));
            let Some((change, behind)) = behind.split_first() else { return Err(self.error(error, None)) };
            let error = self.error(error, Some(change.keys()));
            answers.extend(undo.by_ref().take(made).map(Ok));
            undo.next();
            answers.push(Err(error));
            if way != Way::GoOn || behind.is_empty() {
                return Ok(answers);
            }
            rest = behind;
        }
    }

    /// What undoes each of these changes, once those behind it are undone.
    fn undo_of(&self, changes: &[&Change]) -> Result<Vec<Option<Undo>>, Error> {
        let wanted: Vec<(&[KeyMatch], Option<u32>)> =
            changes.iter().map(|change| (change.keys(), priority(change))).collect();
        let stored = self.storage()?.get_each(&wanted).map_err(|error| self.error(error, None))?;
        // What changes in front of it have made of an entry.
        let mut known: BTreeMap<(Vec<KeyMatch>, Option<u32>), Option<Entry>> = BTreeMap::new();
        let mut all = Vec::with_capacity(changes.len());
        for (change, stored) in changes.iter().zip(stored) {
            let priority = priority(change).filter(|_| self.table.view.has_priorities());
            let now = known.entry((self.plain(change.keys()), priority)).or_insert(stored);
            all.push(undo(change, now.as_ref()));
            *now = match (change, now.take()) {
                (Change::Insert(entry), None) => Some(entry.clone()),
                (Change::Modify(entry), Some(before)) => {
                    let timeout = entry.idle.timeout.or(before.idle.timeout);
                    let idle = Idle { timeout, ..before.idle };
                    Some(Entry { target: entry.target.clone(), idle, ..before })
                }
                (Change::Delete(..), _) => None,
                (Change::Insert(_) | Change::Modify(_), same) => same,
            };
        }
        Ok(all)
    }

    /// The change can be undone with others in one set: which entry it is about does not depend on them.
    pub(crate) fn is_plain(&self, change: &Change) -> bool {
        priority(change).is_some() || !self.table.view.has_priorities()
    }

    /// Undoes changes, the last one first; an answer for each, in their order.
    pub(crate) fn undo(&self, changes: &[&Undo], writer: &Lock) -> Result<Vec<Result<(), Error>>, Error> {
        let reversed: Vec<&Undo> = changes.iter().rev().copied().collect();
        let of_storage: Vec<&Change> = reversed.iter().map(|undo| &undo.change).collect();
        let answers = self.make_valid(&of_storage, Way::GoOn, writer)?;
        let finish = |(undo, answer): (&&Undo, Result<Option<Undo>, Error>)| {
            answer.and_then(|_| self.put_back(undo, writer))
        };
        let mut answers: Vec<Result<(), Error>> = reversed.iter().zip(answers).map(finish).collect();
        answers.reverse();
        Ok(answers)
    }

    /// What else an entry had: rates that new ones have and it had not, and when it matched last.
    fn put_back(&self, undo: &Undo, writer: &Lock) -> Result<(), Error> {
        let Some(direct) = &self.direct else { return Ok(()) };
        if let Change::Insert(entry) = &undo.change {
            let meters = direct.all(CellKind::Meter);
            for meter in meters.filter(|meter| direct.cell_of(meter, entry).is_none()) {
                let nothing = Cell(vec![BigUint::ZERO; meter.fields().len()]);
                meter.put(self.number(&entry.keys, entry.priority, writer)?, &nothing)?;
            }
        }
        if let (Some(idle), Some(cells)) = (&undo.idle, direct.idle()) {
            let number = self.number(undo.change.keys(), priority(&undo.change), writer)?;
            cells.begin(u32::try_from(number).unwrap_or(u32::MAX), idle)?;
        }
        Ok(())
    }

    /// The changes after which a value set has these elements and no others.
    pub(crate) fn to_elements(&self, elements: &[Vec<KeyMatch>]) -> Result<Vec<Change>, Error> {
        let there = self.storage()?.entries().map_err(|error| self.error(error, None))?;
        let wanted: BTreeSet<Vec<KeyMatch>> = elements.iter().map(|keys| self.plain(keys)).collect();
        let mut known = BTreeSet::new();
        let mut changes = Vec::new();
        for entry in there {
            let keys = self.plain(&entry.keys);
            if !wanted.contains(&keys) {
                changes.push(Change::Delete(entry.keys, entry.priority));
            }
            known.insert(keys);
        }
        for keys in elements {
            if known.insert(self.plain(keys)) {
                changes.push(Change::Insert(Entry::new(keys.clone(), None, super::ActionCall::default())));
            }
        }
        Ok(changes)
    }

    /// Where the default action stands, if packets see it as it was or as it is, not half of it.
    pub(crate) fn default_in_one_word(&self) -> bool {
        let is_word = |place: &DefaultData| place.size <= 8 && place.offset.is_multiple_of(8);
        self.table.layout.default.as_ref().is_some_and(is_word)
    }
}

fn priority(change: &Change) -> Option<u32> {
    match change {
        Change::Insert(entry) | Change::Modify(entry) => entry.priority,
        Change::Delete(_, priority) => *priority,
    }
}

fn undo(change: &Change, before: Option<&Entry>) -> Option<Undo> {
    Some(match (change, before) {
        (Change::Insert(entry), None) => {
            Undo { change: Change::Delete(entry.keys.clone(), entry.priority), idle: None }
        }
        (Change::Modify(entry), Some(before)) => {
            let idle = entry.idle.timeout.map(|_| before.idle);
            Undo { change: Change::Modify(Entry { idle: Idle::default(), ..before.clone() }), idle }
        }
        (Change::Delete(..), Some(before)) => Undo { change: Change::Insert(before.clone()), idle: None },
        // These are not made.
        (Change::Insert(_), Some(_)) | (Change::Modify(_) | Change::Delete(..), None) => return None,
    })
}
