//! Handles that own their program, for servers that keep them: in, a program that several hold; out, its tables, action profiles, groups and sessions, and
//! cells, each without a lifetime. What can be done with them is the business of the rooms that they come from.
//!
//! ```no_run
//! use p4xdp_runtime::{Program, owned};
//! use std::sync::Arc;
//!
//! # fn main() -> Result<(), p4xdp_runtime::Error> {
//! let program = Arc::new(Program::by_device("eth0")?);
//! let routes = owned::Table::open(program.clone(), "routes")?;
//! std::thread::spawn(move || routes.get().len());
//! # Ok(())
//! # }
//! ```
//!
//! A handle is as the program was when it was opened. When another program takes its place on the devices, changes go to the one that packets
//! do not see any more: open the new one.

use crate::cells::{self, CellKind};
use crate::error::Error;
use crate::program::Program;
use crate::{copies, profiles, tables, transaction};
use self_cell::self_cell;
use std::fmt;
use std::sync::Arc;

macro_rules! handle {
    ($(#[$doc:meta])* $name:ident, $cell:ident, $borrowed:ident = $of:ty) => {
        /// What the program lends.
        type $borrowed<'p> = $of;

        self_cell! {
            struct $cell {
                owner: Arc<Program>,
                #[covariant]
                dependent: $borrowed,
            }
        }

        $(#[$doc])*
        pub struct $name($cell);

        impl $name {
            /// What `open` finds in the program.
            ///
            /// # Errors
            /// Those of `open`.
            pub fn by(
                program: Arc<Program>,
                open: impl for<'p> FnOnce(&'p Program) -> Result<$borrowed<'p>, Error>,
            ) -> Result<$name, Error> {
                $cell::try_new(program, |program| open(program)).map($name)
            }

            /// What it owns.
            #[must_use]
            pub fn get(&self) -> &$borrowed<'_> {
                self.0.borrow_dependent()
            }

            /// Its program.
            #[must_use]
            pub fn program(&self) -> &Arc<Program> {
                self.0.borrow_owner()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.program().id()).finish()
            }
        }
    };
}

handle! {
    /// A table or value set. Names of ports are those at the time of opening.
    Table, TableCell, BorrowedTable = tables::Table<'p>
}

handle! {
    /// An action profile or selector. Names of ports are those at the time of opening.
    Profile, ProfileCell, BorrowedProfile = profiles::Profile<'p>
}

handle! {
    /// Multicast groups and clone sessions.
    Copies, CopiesCell, BorrowedCopies = copies::Copies<'p>
}

handle! {
    /// The cells of a counter, meter or register.
    Cells, CellsCell, BorrowedCells = cells::Cells<'p>
}

handle! {
    /// All that control planes change of a program.
    Objects, ObjectsCell, BorrowedObjects = transaction::Objects<'p>
}

impl Objects {
    /// Opens all. Groups, sessions and members that watch ports may name ports that are not there, as for most servers they come later.
    ///
    /// # Errors
    /// As for [`transaction::Objects::open`].
    pub fn open(program: Arc<Program>) -> Result<Objects, Error> {
        Objects::by(program, |program| Ok(transaction::Objects::open(program)?.with_any_port()))
    }
}

impl Table {
    /// A table or value set by its name or the end of it.
    ///
    /// # Errors
    /// As for [`Program::table`].
    pub fn open(program: Arc<Program>, name: &str) -> Result<Table, Error> {
        Table::by(program, |program| program.table(name))
    }

    /// A table or value set by its position among [`Program::tables`].
    ///
    /// # Errors
    /// As for [`Program::table_at`].
    pub fn at(program: Arc<Program>, position: usize) -> Result<Table, Error> {
        Table::by(program, |program| program.table_at(position))
    }
}

impl Profile {
    /// An action profile or selector by its name or the end of it.
    ///
    /// # Errors
    /// As for [`Program::profile`].
    pub fn open(program: Arc<Program>, name: &str) -> Result<Profile, Error> {
        Profile::by(program, |program| program.profile(name))
    }
}

impl Copies {
    /// The groups and sessions of a program.
    ///
    /// # Errors
    /// As for [`Program::copies`].
    pub fn open(program: Arc<Program>) -> Result<Copies, Error> {
        Copies::by(program, Program::copies)
    }
}

impl Cells {
    /// Cells by their name or the end of it.
    ///
    /// # Errors
    /// As for [`Program::cells_of`].
    pub fn open(program: Arc<Program>, kind: CellKind, name: &str) -> Result<Cells, Error> {
        Cells::by(program, |program| program.cells_of(kind, name))
    }
}
