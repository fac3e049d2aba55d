//! Transactions: in, changes of all kinds of objects that control planes change; out, an answer for each, made in order while nobody else changes
//! anything. What becomes of the others when one cannot be made is P4Runtime's `WriteRequest.Atomicity`.
//!
//! ```no_run
//! use p4xdp_runtime::transaction::{Atomicity, Change, Objects};
//! use p4xdp_runtime::{Program, tables};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let program = Program::by_device("eth0")?;
//! let objects = Objects::open(&program)?;
//! let entry = objects.tables()[0].entry(&["10.1.0.0/16"], "forward", &["1"], None)?;
//! let change = Change::Table { table: 0, change: tables::Change::insert(entry) };
//! for answer in objects.apply(&[change], Atomicity::RollbackOnError)? {
//!     answer?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Changes of one table that follow each other are one set for its storage, so a control plane that has many does well to give them together.

mod error;
mod one;

pub use error::{Failure, TransactionError};

use crate::cells::{Cell, CellKind, Cells};
use crate::copies::Copies;
use crate::error::Error;
use crate::lock::{self, Lock};
use crate::profiles::{GroupMember, Profile, Write};
use crate::program::Program;
use crate::storage;
use crate::tables::{self, ActionCall, KeyMatch, Table, TableError, Way};
use one::Undo;
use p4xdp_control::entry::{MulticastNode, Session};
use std::ops::Range;

/// What becomes of a list of changes of which one cannot be made: the words of P4Runtime.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Atomicity {
    /// The others are made.
    #[default]
    ContinueOnError,
    /// No change behind it is made, and those in front of it are undone, the last one first. Packets may have seen them. What packets have
    /// counted of an entry that was removed comes back with it, and its rates, and how long it has been idle.
    RollbackOnError,
    /// No change is made, and packets see all changes at once, or none. Which lists can be had so: one change, where what it writes is
    /// replaced in one step; and entries of one table whose storage makes any set in one step (bit vectors). Others are refused.
    DataplaneAtomic,
}

/// What a member, group or session is to become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To<T> {
    /// This.
    Write(Write, T),
    /// Gone.
    Delete,
}

/// A change of one object. Positions are those in the lists of [`Objects`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Of an entry or the default action of a table, or an element of a value set.
    Table {
        /// Position of the table.
        table: usize,
        /// What is to be.
        change: tables::Change,
    },
    /// Of all elements of a value set: these it is to have.
    Elements {
        /// Position of the value set among the tables.
        table: usize,
        /// Keys of each.
        elements: Vec<Vec<KeyMatch>>,
    },
    /// Of a cell that an entry has in a direct counter or meter.
    Direct {
        /// Position of the table.
        table: usize,
        /// Position of the counter or meter among those of its kind that the table has.
        direct: usize,
        /// Which kind.
        kind: CellKind,
        /// Keys of the entry.
        keys: Vec<KeyMatch>,
        /// Its priority.
        priority: Option<u32>,
        /// What the cell is to hold; of a meter, zeros take its rates away.
        cell: Cell,
    },
    /// Of the cell of misses in a direct counter or meter of a table: [`tables::OF_MISSES`].
    Misses {
        /// Position of the table.
        table: usize,
        /// Position of the counter or meter among those of its kind that the table has.
        direct: usize,
        /// Which kind.
        kind: CellKind,
        /// What the cell is to hold; of a meter, zeros take its rates away.
        cell: Cell,
    },
    /// Of a cell of a counter, meter or register.
    Cell {
        /// Position of the cells.
        cells: usize,
        /// Index of the cell.
        index: u64,
        /// What it is to hold; of a meter, zeros take its rates away.
        cell: Cell,
    },
    /// Of a member of an action profile or selector.
    Member {
        /// Position of the profile.
        profile: usize,
        /// Number of the member.
        number: u32,
        /// Its action.
        to: To<ActionCall>,
    },
    /// Of a group of an action selector.
    Group {
        /// Position of the profile.
        profile: usize,
        /// Number of the group.
        number: u32,
        /// Its members; one with a weight stands there as often.
        to: To<Vec<GroupMember>>,
    },
    /// Of a multicast group.
    Multicast {
        /// Number of the group.
        number: u32,
        /// Its nodes.
        to: To<Vec<MulticastNode>>,
    },
    /// Of a clone session.
    Session {
        /// Number of the session.
        number: u32,
        /// Where its copies go.
        to: To<Session>,
    },
}

/// An answer for each change.
pub type Answers = Vec<Result<(), Failure>>;

/// All that control planes change of a program, opened once.
pub struct Objects<'p> {
    program: &'p Program,
    tables: Vec<Table<'p>>,
    profiles: Vec<Profile<'p>>,
    cells: Vec<Cells<'p>>,
    copies: Option<Copies<'p>>,
}

impl Program {
    /// Makes changes in order; see [`Objects::apply`], which is quicker for who makes several lists.
    ///
    /// # Errors
    /// As there.
    pub fn transaction(&self, changes: &[Change], atomicity: Atomicity) -> Result<Answers, Error> {
        Objects::open(self)?.apply(changes, atomicity)
    }
}

impl<'p> Objects<'p> {
    /// Opens all.
    ///
    /// # Errors
    /// When the program lacks a map that its manifest names.
    pub fn open(program: &'p Program) -> Result<Objects<'p>, Error> {
        let mut cells = Vec::new();
        for kind in [CellKind::Counter, CellKind::Meter, CellKind::Register] {
            cells.extend(program.cells(kind)?);
        }
        Ok(Objects {
            program,
            tables: program.tables()?,
            profiles: program.profiles()?,
            cells,
            copies: program.manifest().copies.is_some().then(|| program.copies()).transpose()?,
        })
    }

    /// The same, but groups and sessions may name ports that are not there, and entries that are read from text, too.
    #[must_use]
    pub fn with_any_port(self) -> Objects<'p> {
        Objects {
            tables: self.tables.into_iter().map(Table::with_any_port).collect(),
            profiles: self.profiles.into_iter().map(Profile::with_any_port).collect(),
            copies: self.copies.map(Copies::with_any_port),
            ..self
        }
    }

    /// The same for a thread that is known to be in the network namespace of the program's devices, also if none runs it yet.
    #[must_use]
    pub fn here(self) -> Objects<'p> {
        Objects {
            profiles: self.profiles.into_iter().map(Profile::here).collect(),
            copies: self.copies.map(Copies::here),
            ..self
        }
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &'p Program {
        self.program
    }

    /// Tables in the order of the program, and behind them its value sets.
    #[must_use]
    pub fn tables(&self) -> &[Table<'p>] {
        &self.tables
    }

    /// Action profiles and selectors in the order of the program.
    #[must_use]
    pub fn profiles(&self) -> &[Profile<'p>] {
        &self.profiles
    }

    /// Counters, then meters, then registers, each in the order of the program; those of tables' entries are their tables'.
    #[must_use]
    pub fn cells(&self) -> &[Cells<'p>] {
        &self.cells
    }

    /// Multicast groups and clone sessions, if the program sends copies.
    #[must_use]
    pub fn copies(&self) -> Option<&Copies<'p>> {
        self.copies.as_ref()
    }

    /// Makes changes in order, while no other process or thread makes any. There is an answer for each change.
    ///
    /// # Errors
    /// When nothing can be said of single changes, or they cannot be had as atomic as they are to be; then none was made.
    pub fn apply(&self, changes: &[Change], atomicity: Atomicity) -> Result<Answers, Error> {
        let writer = lock::writer()?;
        self.profiles.iter().for_each(|profile| profile.defer(true));
        let answers = match atomicity {
            Atomicity::ContinueOnError => Ok(self.go_on(changes, &writer)),
            Atomicity::RollbackOnError => Ok(self.all_or_none(changes, &writer)),
            Atomicity::DataplaneAtomic => self.at_once(changes, &writer),
        };
        self.profiles.iter().for_each(|profile| profile.defer(false));
        answers
    }

    fn go_on(&self, changes: &[Change], writer: &Lock) -> Answers {
        let mut answers = Vec::with_capacity(changes.len());
        for run in self.runs(changes) {
            let made = self.make(run.clone(), changes, Way::GoOn, writer);
            answers.extend(made.into_iter().map(|answer| answer.map(drop).map_err(Failure::Refused)));
        }
        answers
    }

    fn all_or_none(&self, changes: &[Change], writer: &Lock) -> Answers {
        let mut undo: Vec<Option<Undo>> = Vec::with_capacity(changes.len());
        for run in self.runs(changes) {
            for answer in self.make(run, changes, Way::Stop, writer) {
                match answer {
                    Ok(done) => undo.push(done),
                    Err(error) => {
                        let at = undo.len();
                        let mut answers: Answers = self.undo(&undo, at, writer);
                        answers.push(Err(Failure::Refused(error)));
                        answers.resize_with(changes.len(), || Err(Failure::NotTried { at }));
                        return answers;
                    }
                }
            }
        }
        changes.iter().map(|_| Ok(())).collect()
    }

    fn at_once(&self, changes: &[Change], writer: &Lock) -> Result<Answers, Error> {
        let runs = self.runs(changes);
        let run = match runs.as_slice() {
            [] => return Ok(Vec::new()),
            [run] => run.clone(),
            [first, ..] => {
                let reason = "they are of several objects";
                return Err(TransactionError::Steps { at: first.end, reason }.into());
            }
        };
        if let ([change], Some(reason)) = (changes, self.steps_of(changes.first())) {
            debug_assert!(!matches!(change, Change::Table { change: tables::Change::Entry(_), .. }));
            return Err(TransactionError::Steps { at: 0, reason }.into());
        }
        let mut made = self.make(run, changes, Way::AtOnce, writer);
        let is_of_all = |error: &Error| matches!(error.of(), Some(TableError::Steps { .. }));
        if let Some(Err(error)) = made.pop_if(|last| last.as_ref().err().is_some_and(is_of_all)) {
            return Err(error);
        }
        let Some(at) = made.iter().position(Result::is_err) else {
            return Ok(changes.iter().map(|_| Ok(())).collect());
        };
        let mut answers: Answers = (0..changes.len()).map(|_| Err(Failure::NotTried { at })).collect();
        for (answer, made) in answers.iter_mut().zip(made) {
            if let Err(error) = made {
                *answer = Err(Failure::Refused(error));
            }
        }
        Ok(answers)
    }

    /// Changes that are made together: entries of one table that follow each other, or one of another kind.
    fn runs(&self, changes: &[Change]) -> Vec<Range<usize>> {
        let mut runs: Vec<Range<usize>> = Vec::new();
        let mut last = None;
        for (at, change) in changes.iter().enumerate() {
            let of = self.together(change);
            match runs.last_mut() {
                Some(run) if of.is_some() && of == last => run.end = at + 1,
                Some(_) | None => runs.push(at..at + 1),
            }
            last = of;
        }
        runs
    }

    /// The table of an entry that can be changed together with others.
    fn together(&self, change: &Change) -> Option<usize> {
        let Change::Table { table, change: tables::Change::Entry(change) } = change else { return None };
        self.tables.get(*table).is_some_and(|table| table.is_plain(change)).then_some(*table)
    }

    /// Answers for the changes of a run, up to the first that cannot be made if it is to end there.
    fn make(
        &self,
        run: Range<usize>,
        changes: &[Change],
        way: Way,
        writer: &Lock,
    ) -> Vec<Result<Option<Undo>, Error>> {
        let of_run = changes.get(run.clone()).unwrap_or_default();
        let (Some(Change::Table { table, .. }), Some(entries)) = (of_run.first(), entries(of_run)) else {
            return of_run.iter().map(|change| self.make_one(change, way, writer)).collect();
        };
        let made = self.table(*table).and_then(|opened| opened.make(&entries, way, writer));
        let of_table = |undo: tables::Undo| Undo::Entry { table: *table, undo };
        match made {
            Ok(answers) => answers.into_iter().map(|answer| Ok(answer?.map(of_table))).collect(),
            // Nothing is known of single ones, so the first one stands for what could not be done.
            Err(error) => {
                let text = error.to_string();
                let behind = (1..of_run.len()).map(|_| TransactionError::Behind(text.clone()).into());
                std::iter::once(error).chain(behind).map(Err).collect()
            }
        }
    }

    /// Undoes changes, the last one first.
    fn undo(&self, made: &[Option<Undo>], at: usize, writer: &Lock) -> Answers {
        let mut answers: Answers = made.iter().map(|_| Err(Failure::Undone { at })).collect();
        let mut end = made.len();
        while end > 0 {
            // Those of one table are one set again.
            let table = table_of(made, end - 1);
            let mut start = end - 1;
            while start > 0 && table.is_some() && table_of(made, start - 1) == table {
                start -= 1;
            }
            let run = made.get(start..end).unwrap_or_default();
            let undone = self.undo_run(run, writer);
            for (answer, undone) in answers.iter_mut().skip(start).zip(undone) {
                if let Err(error) = undone {
                    *answer = Err(Failure::NotUndone { at, error });
                }
            }
            end = start;
        }
        answers
    }
}

/// The table whose entry a change was of.
fn table_of(made: &[Option<Undo>], at: usize) -> Option<usize> {
    match made.get(at)? {
        Some(Undo::Entry { table, .. }) => Some(*table),
        Some(_) | None => None,
    }
}

/// The changes, if all are of entries.
fn entries(changes: &[Change]) -> Option<Vec<&storage::Change>> {
    let entry = |change| match change {
        &Change::Table { change: tables::Change::Entry(ref entry), .. } => Some(entry),
        _ => None,
    };
    changes.iter().map(entry).collect()
}
