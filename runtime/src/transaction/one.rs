//! Single changes: in, one change; out, it is made, with what undoes it.

use super::{Change, Objects, To, TransactionError};
use crate::cells::{Cell, CellKind, Cells};
use crate::copies::{CopyError, MulticastNode, Session};
use crate::error::Error;
use crate::lock::Lock;
use crate::profiles::{GroupMember, Profile, Write};
use crate::tables::{self, ActionCall, KeyMatch, OF_MISSES, Table, Way};

/// What undoes a change that was made.
pub(super) enum Undo {
    Entry {
        table: usize,
        undo: tables::Undo,
    },
    Default {
        table: usize,
        was: ActionCall,
    },
    Elements {
        table: usize,
        undo: Vec<tables::Undo>,
    },
    Direct {
        table: usize,
        direct: usize,
        kind: CellKind,
        keys: Vec<KeyMatch>,
        priority: Option<u32>,
        was: Cell,
        written: Cell,
    },
    Misses {
        table: usize,
        direct: usize,
        kind: CellKind,
        was: Cell,
        written: Cell,
    },
    Cell {
        cells: usize,
        index: u64,
        was: Cell,
        written: Cell,
    },
    Member {
        profile: usize,
        number: u32,
        was: Option<ActionCall>,
    },
    Group {
        profile: usize,
        number: u32,
        was: Option<Vec<GroupMember>>,
    },
    Multicast {
        number: u32,
        was: Option<Vec<MulticastNode>>,
    },
    Session {
        number: u32,
        was: Option<Session>,
    },
}

fn find<'o, T>(objects: &'o [T], position: usize, what: &'static str) -> Result<&'o T, Error> {
    let most = objects.len();
    Ok(objects.get(position).ok_or(TransactionError::NoObject { what, position, most })?)
}

impl<'p> Objects<'p> {
    pub(super) fn table(&self, position: usize) -> Result<&Table<'p>, Error> {
        find(&self.tables, position, "tables and value sets")
    }

    fn profile(&self, position: usize) -> Result<&Profile<'p>, Error> {
        find(&self.profiles, position, "action profiles")
    }

    fn cells_at(&self, position: usize) -> Result<&Cells<'p>, Error> {
        find(&self.cells, position, "counters, meters and registers")
    }

    fn direct(&self, table: usize, kind: CellKind, position: usize) -> Result<&Cells<'p>, Error> {
        let table = self.table(table)?;
        let found = table.directs(kind).nth(position);
        let most = table.directs(kind).count();
        Ok(found.ok_or(TransactionError::NoObject { what: "direct counters or meters", position, most })?)
    }

    fn of_copies(&self) -> Result<&crate::copies::Copies<'p>, Error> {
        Ok(self.copies.as_ref().ok_or(CopyError::NoCopies)?)
    }

    /// Why a change that is not of an entry cannot be had in one step, if it cannot.
    pub(super) fn steps_of(&self, change: Option<&Change>) -> Option<&'static str> {
        match change? {
            Change::Table { table, change: tables::Change::SetDefault(_) } => {
                let is_word = self.table(*table).is_ok_and(Table::default_in_one_word);
                (!is_word).then_some("a default action of more than 8 bytes is written in parts")
            }
            Change::Cell { cells, .. } => self.cells_at(*cells).map_or(None, cell_steps),
            Change::Direct { table, kind, direct, .. } | Change::Misses { table, kind, direct, .. } => {
                self.direct(*table, *kind, *direct).map_or(None, cell_steps)
            }
            Change::Table { .. }
            | Change::Elements { .. }
            | Change::Member { .. }
            | Change::Group { .. }
            | Change::Multicast { .. }
            | Change::Session { .. } => None,
        }
    }

    /// Makes a change that is not made together with others.
    pub(super) fn make_one(&self, change: &Change, way: Way, writer: &Lock) -> Result<Option<Undo>, Error> {
        Ok(match change {
            Change::Table { table: position, change: tables::Change::Entry(entry) } => {
                let made = self.table(*position)?.make(&[entry], way, writer)?;
                let undo = made.into_iter().next().transpose()?.flatten();
                undo.map(|undo| Undo::Entry { table: *position, undo })
            }
            Change::Table { table: position, change: tables::Change::SetDefault(call) } => {
                let table = self.table(*position)?;
                let was = table.default_action()?;
                table.set_default(call)?;
                Some(Undo::Default { table: *position, was })
            }
            Change::Elements { table, elements } => {
                let undo = self.make_elements(*table, elements, way, writer)?;
                Some(Undo::Elements { table: *table, undo })
            }
            Change::Direct { table: position, direct, kind, keys, priority, cell } => {
                let (table, cells) = (self.table(*position)?, self.direct(*position, *kind, *direct)?);
                let was = table.write_direct(cells, keys, *priority, cell, writer)?;
                let (keys, written) = (keys.clone(), cell.clone());
                let (table, direct, kind, priority) = (*position, *direct, *kind, *priority);
                Some(Undo::Direct { table, direct, kind, keys, priority, was, written })
            }
            Change::Misses { table, direct, kind, cell } => {
                let was = self.direct(*table, *kind, *direct)?.replace(OF_MISSES, cell)?;
                let (table, direct, kind, written) = (*table, *direct, *kind, cell.clone());
                Some(Undo::Misses { table, direct, kind, was, written })
            }
            Change::Cell { cells: position, index, cell } => {
                let cells = self.cells_at(*position)?;
                let was = cells.replace(*index, cell)?;
                Some(Undo::Cell { cells: *position, index: *index, was, written: cell.clone() })
            }
            Change::Member { profile: position, number, to } => {
                let profile = self.profile(*position)?;
                let was = profile.member(*number)?;
                match to {
                    To::Write(write, call) => profile.write_member(*number, call, *write)?,
                    To::Delete => profile.delete_member(*number)?,
                }
                Some(Undo::Member { profile: *position, number: *number, was })
            }
            Change::Group { profile: position, number, to } => {
                let profile = self.profile(*position)?;
                let was = profile.group(*number)?;
                match to {
                    To::Write(write, members) => profile.write_watching_group(*number, members, *write)?,
                    To::Delete => profile.delete_group(*number)?,
                }
                Some(Undo::Group { profile: *position, number: *number, was })
            }
            Change::Multicast { number, to } => {
                let copies = self.of_copies()?;
                let was = copies.config()?.groups.remove(number);
                match to {
                    To::Write(write, nodes) => copies.write_group(*number, nodes, *write)?,
                    To::Delete => copies.delete_group(*number)?,
                }
                Some(Undo::Multicast { number: *number, was })
            }
            Change::Session { number, to } => {
                let copies = self.of_copies()?;
                let was = copies.config()?.sessions.remove(number);
                match to {
                    To::Write(write, session) => copies.write_session(*number, session, *write)?,
                    To::Delete => copies.delete_session(*number)?,
                }
                Some(Undo::Session { number: *number, was })
            }
        })
    }

    /// Lets a value set have these elements, or leaves it as it is.
    fn make_elements(
        &self,
        position: usize,
        elements: &[Vec<KeyMatch>],
        way: Way,
        writer: &Lock,
    ) -> Result<Vec<tables::Undo>, Error> {
        let table = self.table(position)?;
        let changes = table.to_elements(elements)?;
        let way = if way == Way::GoOn { Way::Stop } else { way };
        let mut undo = Vec::new();
        for answer in table.make(&changes.iter().collect::<Vec<_>>(), way, writer)? {
            match answer {
                Ok(one) => undo.extend(one),
                Err(error) => {
                    // What led here is to be told, and there is room for what was there.
                    let _ = table.undo(&undo.iter().collect::<Vec<_>>(), writer);
                    return Err(error);
                }
            }
        }
        Ok(undo)
    }

    /// Undoes changes of one table's entries, or a single other one.
    pub(super) fn undo_run(&self, run: &[Option<Undo>], writer: &Lock) -> Vec<Result<(), Error>> {
        let mut table = None;
        let entries = run.iter().map(|undo| match undo {
            Some(Undo::Entry { table: position, undo }) => {
                table = Some(*position);
                Some(undo)
            }
            Some(_) | None => None,
        });
        let entries: Option<Vec<&tables::Undo>> = entries.collect();
        if let (Some(table), Some(entries)) = (table, entries) {
            let undone = self.table(table).and_then(|table| table.undo(&entries, writer));
            return undone.unwrap_or_else(|error| vec![Err(error)]);
        }
        let undo_one = |undo: &Option<Undo>| undo.as_ref().map_or(Ok(()), |undo| self.undo_one(undo, writer));
        run.iter().map(undo_one).collect()
    }

    fn undo_one(&self, undo: &Undo, writer: &Lock) -> Result<(), Error> {
        match undo {
            Undo::Entry { table, undo } => self.table(*table)?.undo(&[undo], writer)?.into_iter().collect(),
            Undo::Elements { table, undo } => {
                self.table(*table)?.undo(&undo.iter().collect::<Vec<_>>(), writer)?.into_iter().collect()
            }
            Undo::Default { table, was } => self.table(*table)?.set_default(was),
            Undo::Direct { table: position, direct, kind, keys, priority, was, written } => {
                let (table, cells) = (self.table(*position)?, self.direct(*position, *kind, *direct)?);
                table.put_direct_back(cells, keys, *priority, (was, written), writer)
            }
            Undo::Misses { table, direct, kind, was, written } => {
                let cells = self.direct(*table, *kind, *direct)?;
                cells.put_back(OF_MISSES, was, written)
            }
            Undo::Cell { cells, index, was, written } => {
                let cells = self.cells_at(*cells)?;
                cells.put_back(*index, was, written)
            }
            Undo::Member { profile, number, was } => {
                let profile = self.profile(*profile)?;
                match was {
                    Some(call) => profile.write_member(*number, call, Write::Set),
                    None => profile.delete_member(*number),
                }
            }
            Undo::Group { profile, number, was } => {
                let profile = self.profile(*profile)?;
                match was {
                    Some(members) => profile.write_watching_group(*number, members, Write::Set),
                    None => profile.delete_group(*number),
                }
            }
            Undo::Multicast { number, was } => match was {
                Some(nodes) => self.of_copies()?.write_group(*number, nodes, Write::Set),
                None => self.of_copies()?.delete_group(*number),
            },
            Undo::Session { number, was } => match was {
                Some(session) => self.of_copies()?.write_session(*number, session, Write::Set),
                None => self.of_copies()?.delete_session(*number),
            },
        }
    }
}

/// Why packets could see half of a cell that is written.
fn cell_steps(cells: &Cells<'_>) -> Option<&'static str> {
    (!cells.is_written_whole()).then_some("a cell of more than 8 bytes is written in parts")
}
