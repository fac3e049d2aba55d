//! Tables of a loaded program: in, sets of changes in P4's terms (see [`terms`] for text); out, the table changed, listed, or an error that
//! says what is wrong with an entry. How entries are stored is `storage`'s.

mod default;
mod direct;
mod error;
mod idle;
mod sets;

pub use crate::storage::{ActionCall, Count, Cursor, Entry, Idle, KeyMatch, Other, Target};
pub use direct::OF_MISSES;
pub use error::TableError;
pub use idle::IdleWatch;
pub use p4xdp_control::terms::{self, TermError};
pub(crate) use sets::{Undo, Way};

use crate::error::Error;
use crate::lock;
use crate::ports::names::PortNames;
use crate::program::Program;
use crate::storage::direct::Direct;
use crate::storage::{self, Refused, Storage, StorageError};
use crate::value::{self, Devices, ValueError};
use num_bigint::BigUint;
use p4xdp_control::manifest::{self, Manifest};
use p4xdp_control::terms::{Plain, Values};
use p4xdp_control::view::{self, Param, View};
use std::sync::Arc;

/// Where an entry comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Code: `const entries` of the program.
    Const,
    /// The control plane, or initial entries.
    Control,
}

/// A change of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Of its entries.
    Entry(storage::Change),
    /// Of its default action.
    SetDefault(ActionCall),
}

impl Change {
    /// Of an entry that is to be there.
    #[must_use]
    pub fn insert(entry: Entry) -> Change {
        Change::Entry(storage::Change::Insert(entry))
    }

    /// Of an entry that is to go.
    #[must_use]
    pub fn delete(keys: Vec<KeyMatch>, priority: Option<u32>) -> Change {
        Change::Entry(storage::Change::Delete(keys, priority))
    }
}

/// Why not all changes of a set were made.
#[derive(Debug)]
pub struct Unmade {
    /// So many of entries were made, in order.
    pub made: usize,
    /// The number of the one that could not be, among all.
    pub at: usize,
    /// Why.
    pub error: Error,
}

/// A table of a loaded program, or a value set.
pub struct Table<'p> {
    program: &'p Program,
    table: manifest::Table<'p>,
    storage: Option<Box<dyn Storage + 'p>>,
    direct: Option<Direct<'p>>,
    ports: Option<Arc<PortNames>>,
    any_port: bool,
}

impl Program {
    /// All tables in the order of the program, and behind them its value sets.
    ///
    /// # Errors
    /// When the program lacks a map that its manifest names.
    pub fn tables(&self) -> Result<Vec<Table<'_>>, Error> {
        let ports = PortNames::of(self)?.map(Arc::new);
        self.manifest().tables().map(|table| Table::open(self, table, ports.clone())).collect()
    }

    /// A table or value set by its position among [`Program::tables`].
    ///
    /// # Errors
    /// When there are not so many, or the program lacks a map that its manifest names.
    pub fn table_at(&self, position: usize) -> Result<Table<'_>, Error> {
        let table = self.manifest().tables().nth(position);
        let table = table.ok_or_else(|| terms::nothing("table", &position.to_string(), None))?;
        Table::open(self, table, PortNames::of(self)?.map(Arc::new))
    }

    /// A table or value set by its name or the end of it.
    ///
    /// # Errors
    /// When none, or more than one, has such a name.
    pub fn table(&self, name: &str) -> Result<Table<'_>, Error> {
        let view = &self.manifest().view;
        let kind = if view.value_sets.is_empty() { "table" } else { "table or value set" };
        self.table_at(terms::find(kind, name, &view.table_names(), None)?)
    }
}

/// Numbers as people write them for a table: ports may be given by their devices.
pub(crate) struct OfTable<'t> {
    pub(crate) ports: Option<&'t PortNames>,
    /// Numbers of ports need not be there.
    pub(crate) any: bool,
}

impl Values for OfTable<'_> {
    fn read(&self, text: &str, param: &Param) -> Result<BigUint, ValueError> {
        value::parse(text, param)
    }

    fn read_port(&self, text: &str, param: &Param) -> Result<BigUint, ValueError> {
        match self.ports {
            Some(ports) => ports.read(text, param, self.any),
            None => value::parse(text, param),
        }
    }

    fn text(&self, number: &BigUint, param: &Param) -> String {
        let ports = self.ports.filter(|_| param.port);
        let name = ports.and_then(|ports| ports.name(number));
        name.map_or_else(|| Devices.text(number, param), str::to_owned)
    }
}

impl<'p> Table<'p> {
    pub(crate) fn open(
        program: &'p Program,
        table: manifest::Table<'p>,
        ports: Option<Arc<PortNames>>,
    ) -> Result<Table<'p>, Error> {
        let (storage, direct) = (storage::open(program, table)?, Direct::open(program, table)?);
        Ok(Table { program, table, storage, direct, ports, any_port: false })
    }

    /// The same, but entries and default actions that are read from text may have ports that are not there.
    #[must_use]
    pub fn with_any_port(self) -> Table<'p> {
        Table { any_port: true, ..self }
    }

    /// What control planes see of it.
    #[must_use]
    pub fn view(&self) -> &'p view::Table {
        self.table.view
    }

    /// What it is, and where it lies.
    #[must_use]
    pub fn description(&self) -> manifest::Table<'p> {
        self.table
    }

    /// The manifest, which names its actions.
    #[must_use]
    pub fn manifest(&self) -> &'p Manifest {
        self.program.manifest()
    }

    fn program_view(&self) -> &'p View {
        &self.program.manifest().view
    }

    fn values(&self, any: bool) -> OfTable<'_> {
        OfTable { ports: self.ports.as_deref(), any }
    }

    /// Reads an entry. An absent ternary, range or optional key matches anything. `priority` is `None` where the match kinds leave no choice.
    ///
    /// # Errors
    /// When a name is unknown or a value does not suit.
    pub fn entry(
        &self,
        keys: &[&str],
        action: &str,
        args: &[&str],
        priority: Option<u32>,
    ) -> Result<Entry, Error> {
        let keys = terms::keys(self.table.view, keys, &self.values(self.any_port))?;
        let (view, values) = (self.program_view(), self.values(self.any_port));
        let target = terms::target(view, self.table.view, action, args, &values)?;
        terms::check_target(view, self.table.view, &target)?;
        Ok(Entry::new(keys, priority, target))
    }

    /// Reads an element of a value set.
    ///
    /// # Errors
    /// When a name is unknown or a value does not suit.
    pub fn element(&self, keys: &[&str]) -> Result<Entry, Error> {
        let keys = terms::keys(self.table.view, keys, &self.values(self.any_port))?;
        Ok(Entry::new(keys, None, ActionCall::default()))
    }

    /// Reads the keys of an entry.
    ///
    /// # Errors
    /// When a name is unknown or a value does not suit.
    pub fn keys(&self, texts: &[&str]) -> Result<Vec<KeyMatch>, TermError> {
        terms::keys(self.table.view, texts, &self.values(true))
    }

    /// Reads an action with its arguments.
    ///
    /// # Errors
    /// When a name is unknown or a value does not suit.
    pub fn call(&self, action: &str, texts: &[&str]) -> Result<ActionCall, TermError> {
        terms::call(self.program_view(), self.table.view, action, texts, &self.values(self.any_port))
    }

    /// How many entries it has: constant ones and others.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn len(&self) -> Result<u64, Error> {
        match &self.storage {
            Some(storage) => storage.len().map_err(|error| self.error(error, None)),
            None => Ok(self.table.view.entries.len() as u64),
        }
    }

    /// It has no entries.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn is_empty(&self) -> Result<bool, Error> {
        Ok(self.len()? == 0)
    }

    /// Entries that it holds at most.
    #[must_use]
    pub fn capacity(&self) -> u64 {
        self.storage.as_ref().map_or(self.table.layout.size, |storage| storage.capacity())
    }

    /// All entries: constant ones in the program's order, or those of the control plane, by priority and key.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn entries(&self) -> Result<Vec<(Origin, Entry)>, Error> {
        let Some(storage) = &self.storage else {
            let entries = self.table.view.entries.iter().enumerate();
            return entries
                .map(|(position, entry)| Ok((Origin::Const, self.of_program(position, entry)?)))
                .collect();
        };
        let mut stored = storage.entries().map_err(|error| self.error(error, None))?;
        stored.sort_by(|a, b| b.priority.cmp(&a.priority).then_with(|| a.keys.cmp(&b.keys)));
        Ok(stored.into_iter().map(|entry| (Origin::Control, entry)).collect())
    }

    /// As [`Table::entries`], but some at a time and in no order, for tables that are large: those behind the ones that the cursor has passed,
    /// about `most`. A table with bit vectors or constant entries gives all at once. Where entries change meanwhile, one that is there all the time comes once at least.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn scan(&self, cursor: &mut Cursor, most: u32) -> Result<Vec<(Origin, Entry)>, Error> {
        if cursor.is_over() {
            return Ok(Vec::new());
        }
        let Some(storage) = &self.storage else {
            *cursor = Cursor::at_the_end();
            return self.entries();
        };
        let chunk = storage.chunk(cursor, most).map_err(|error| self.error(error, None))?;
        Ok(chunk.into_iter().map(|entry| (Origin::Control, entry)).collect())
    }

    /// An entry that is code, with what it has counted, and its rates.
    fn of_program(&self, position: usize, entry: &Entry) -> Result<Entry, Error> {
        let Some(direct) = &self.direct else { return Ok(entry.clone()) };
        direct.read(Direct::of_program(position), entry.clone())
    }

    /// The entry with these keys and priority; without a priority, one of those with these keys.
    ///
    /// # Errors
    /// When the keys do not suit the table.
    pub fn get(&self, keys: &[KeyMatch], priority: Option<u32>) -> Result<Option<Entry>, Error> {
        let Some(storage) = &self.storage else {
            let found = self.find_constant(keys, priority);
            return found.map(|(position, entry)| self.of_program(position, entry)).transpose();
        };
        terms::check_keys(self.table.view, keys)?;
        storage.get(keys, priority).map_err(|error| self.error(error, Some(keys)))
    }

    /// As [`Table::get`], of an entry that is there.
    ///
    /// # Errors
    /// When it is not, too.
    pub fn find(&self, keys: &[KeyMatch], priority: Option<u32>) -> Result<Entry, Error> {
        self.get(keys, priority)?.ok_or_else(|| self.error(StorageError::Missing, Some(keys)))
    }

    /// An entry of the program, and its position.
    fn find_constant(&self, keys: &[KeyMatch], priority: Option<u32>) -> Option<(usize, &'p Entry)> {
        let wanted = self.plain(keys);
        let is_it = |entry: &Entry| {
            (priority.is_none() || entry.priority == priority) && self.plain(&entry.keys) == wanted
        };
        self.table.view.entries.iter().enumerate().find(|(_, entry)| is_it(entry))
    }

    /// Keys in the one form that matches the same: anything is a mask without bits, too.
    fn plain(&self, keys: &[KeyMatch]) -> Vec<KeyMatch> {
        let both = self.table.view.match_keys().zip(keys.iter().cloned());
        let in_form = |(key, given): (&view::Key, KeyMatch)| {
            given.in_form(key.match_kind, key.param.width, key.param.signed).cleared(key.param.width)
        };
        both.map(in_form).collect()
    }

    /// Makes a set of changes in order, while no other process makes any, up to the first that cannot be made. All of them are checked against
    /// the table before any is made.
    ///
    /// # Errors
    /// When a change does not suit the table, or cannot be made.
    pub fn apply(&self, changes: &[Change]) -> Result<(), Error> {
        self.apply_all(changes).map_err(|unmade| unmade.error)
    }

    /// As [`Table::apply`].
    ///
    /// # Errors
    /// As there, with how many were made. The default action is changed after all entries.
    pub fn apply_all(&self, changes: &[Change]) -> Result<(), Unmade> {
        let mut of_entries = Vec::new();
        let mut places = Vec::new();
        let mut default = None;
        let unmade = |at| move |error: Error| Unmade { made: 0, at, error };
        for (at, change) in changes.iter().enumerate() {
            match change {
                Change::Entry(change) => {
                    self.check(change).map_err(unmade(at))?;
                    of_entries.push(change);
                    places.push(at);
                }
                Change::SetDefault(call) => {
                    self.check_default(call).map_err(unmade(at))?;
                    default = Some((at, call));
                }
            }
        }
        let writer = lock::writer().map_err(unmade(0))?;
        let named = self.check_named(&of_entries).map_err(unmade(0))?;
        for (at, named) in places.iter().zip(named) {
            named.map_err(unmade(*at))?;
        }
        if !of_entries.is_empty() {
            let storage = self.storage().map_err(|error| unmade(0)(error.into()))?;
            storage.apply(&of_entries, &writer).map_err(|Refused { made, error }| Unmade {
                made,
                at: places.get(made).copied().unwrap_or_default(),
                error: self.error(error, of_entries.get(made).map(|change| change.keys())),
            })?;
        }
        let Some((at, call)) = default else { return Ok(()) };
        let made = of_entries.len();
        self.write_default(call, &writer).map_err(|error| Unmade { made, at, error })
    }

    fn check(&self, change: &storage::Change) -> Result<(), Error> {
        self.storage()?;
        terms::check_keys(self.table.view, change.keys())?;
        self.check_not_const(change)?;
        match change {
            storage::Change::Insert(Entry { priority: None, .. }) if self.table.view.has_priorities() => {
                Err(TableError::NoPriority { table: self.called() }.into())
            }
            storage::Change::Insert(entry) | storage::Change::Modify(entry) => {
                terms::check_target(self.program_view(), self.table.view, &entry.target)?;
                self.check_new_rates(entry)?;
                if entry.idle.timeout.is_some() {
                    self.idle_cells()?;
                }
                Ok(())
            }
            storage::Change::Delete(..) => Ok(()),
        }
    }

    /// It is not of an entry that the program says is constant.
    fn check_not_const(&self, change: &storage::Change) -> Result<(), TableError> {
        let (keys, priority) = match change {
            storage::Change::Insert(_) => return Ok(()),
            storage::Change::Modify(entry) => (&entry.keys, entry.priority),
            storage::Change::Delete(keys, priority) => (keys, *priority),
        };
        if self.is_const(keys, priority) {
            return Err(TableError::Constant { table: self.called(), reason: "the entry is `const`" });
        }
        Ok(())
    }

    /// The program says that the entry with these keys and priority may not be changed.
    #[must_use]
    pub fn is_const(&self, keys: &[KeyMatch], priority: Option<u32>) -> bool {
        let view = self.table.view;
        view.entries_are_const
            || !view.const_entries.is_empty()
                && self.find_constant(keys, priority).is_some_and(|(position, _)| view.is_const(position))
    }

    /// Whether the members or groups are there that entries are to name: of each change an answer.
    pub(super) fn check_named(&self, changes: &[&storage::Change]) -> Result<Vec<Result<(), Error>>, Error> {
        let Some(profile) = self.program_view().profile_of(self.table.view) else {
            return Ok(changes.iter().map(|_| Ok(())).collect());
        };
        let profile = self.program.profile(&profile.preamble.name)?;
        let check = |change: &&storage::Change| match change {
            storage::Change::Insert(entry) | storage::Change::Modify(entry) => {
                profile.check_named(&entry.target, self.table.view)
            }
            storage::Change::Delete(..) => Ok(()),
        };
        Ok(changes.iter().map(check).collect())
    }

    fn change(&self, change: storage::Change) -> Result<(), Error> {
        self.apply(&[Change::Entry(change)])
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// When it does not suit the table, is there, or the table is full.
    pub fn insert(&self, entry: &Entry) -> Result<(), Error> {
        self.change(storage::Change::Insert(entry.clone()))
    }

    /// Gives an entry another action.
    ///
    /// # Errors
    /// When it does not suit the table, or there is none with these keys.
    pub fn modify(&self, entry: &Entry) -> Result<(), Error> {
        self.change(storage::Change::Modify(entry.clone()))
    }

    /// Removes an entry.
    ///
    /// # Errors
    /// When there is none with these keys (and, where it counts, priority).
    pub fn delete(&self, keys: &[KeyMatch], priority: Option<u32>) -> Result<(), Error> {
        self.change(storage::Change::Delete(keys.to_vec(), priority))
    }

    /// Removes all entries that are not constant; how many.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn clear(&self) -> Result<u64, Error> {
        let Some(storage) = &self.storage else { return Ok(0) };
        let writer = lock::writer()?;
        let mut entries = storage.entries().map_err(|error| self.error(error, None))?;
        entries.retain(|entry| !self.is_const(&entry.keys, entry.priority));
        let count = entries.len() as u64;
        let delete = |entry: Entry| storage::Change::Delete(entry.keys, entry.priority);
        let deletes: Vec<storage::Change> = entries.into_iter().map(delete).collect();
        let deletes: Vec<&storage::Change> = deletes.iter().collect();
        // A table that forgets entries may have done so meanwhile.
        let gone = |error: Error| match error.of() {
            Some(TableError::Missing { .. }) => Ok(()),
            Some(_) | None => Err(error),
        };
        self.apply_each(storage.as_ref(), &deletes, &writer, gone)?;
        Ok(count)
    }

    /// Adds entries, as few sets of changes as the entries that are refused allow; `refused` is told each of those, and may end it all.
    ///
    /// # Errors
    /// Those of `refused`, and when the kernel refuses.
    pub fn insert_each(
        &self,
        entries: &[Entry],
        mut refused: impl FnMut(Error) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let writer = lock::writer()?;
        let all: Vec<storage::Change> = entries.iter().cloned().map(storage::Change::Insert).collect();
        let all: Vec<&storage::Change> = all.iter().collect();
        let mut inserts = Vec::with_capacity(entries.len());
        for (insert, named) in all.iter().zip(self.check_named(&all)?) {
            match self.check(insert).and(named) {
                Ok(()) => inserts.push(*insert),
                Err(error) => refused(error)?,
            }
        }
        self.apply_each(self.storage()?, &inserts, &writer, refused)
    }

    /// Makes changes, also those behind one that cannot be made.
    fn apply_each(
        &self,
        storage: &dyn Storage,
        changes: &[&storage::Change],
        writer: &lock::Lock,
        mut refused: impl FnMut(Error) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut rest = changes;
        while !rest.is_empty() {
            let Err(Refused { made, error }) = storage.apply(rest, writer) else { return Ok(()) };
            let (_, behind) = rest.split_at(made.min(rest.len()));
            let Some((change, behind)) = behind.split_first() else { return Err(self.error(error, None)) };
            refused(self.error(error, Some(change.keys())))?;
            rest = behind;
        }
        Ok(())
    }

    fn storage(&self) -> Result<&dyn Storage, TableError> {
        self.storage.as_deref().ok_or_else(|| TableError::Constant {
            table: self.called(),
            reason: if self.table.view.keys.is_empty() { "it has no key" } else { "its entries are `const`" },
        })
    }

    /// What messages call it.
    fn called(&self) -> String {
        format!("{} `{}`", self.table.view.kind(), self.table.name())
    }

    fn error(&self, error: StorageError, keys: Option<&[KeyMatch]>) -> Error {
        let table = self.called();
        let keys = keys.map_or_else(
            || "an entry that was not read".to_owned(),
            |keys| terms::keys_text(self.table.view, keys, &Plain),
        );
        match error {
            StorageError::Full => TableError::Full { table, size: self.table.layout.size }.into(),
            StorageError::TooMany { what, most } => TableError::TooMany { table, keys, what, most }.into(),
            StorageError::Duplicate if self.table.view.is_set() => TableError::Element { table, keys }.into(),
            StorageError::Duplicate => TableError::Duplicate { table, keys }.into(),
            StorageError::Missing => TableError::Missing { table, keys }.into(),
            StorageError::Steps(reason) => TableError::Steps { table, reason }.into(),
            StorageError::Corrupt(number) => TableError::Corrupt { table, number: number.to_string() }.into(),
            StorageError::Kernel(error) => error.into(),
            StorageError::Cells(error) => error,
        }
    }

    /// All keys of an entry: `dst=10.0.0.0/8 proto=6`, ports by their devices.
    #[must_use]
    pub fn keys_text(&self, keys: &[KeyMatch]) -> String {
        terms::keys_text(self.table.view, keys, &self.values(true))
    }

    /// The same by name.
    #[must_use]
    pub fn named_keys(&self, keys: &[KeyMatch]) -> Vec<(&'p str, String)> {
        terms::named_keys(self.table.view, keys, &self.values(true)).collect()
    }

    /// The name of a call's action, and its arguments by name; ports by their devices.
    #[must_use]
    pub fn named_call(&self, call: &ActionCall) -> Option<(&'p str, Vec<(&'p str, String)>)> {
        let action = self.program_view().action(self.table.view, call.action)?;
        Some((&action.preamble.name, terms::named_args(action, call, &self.values(true)).collect()))
    }

    /// What an entry runs as text: an action call, or `member 3`, `group 7`.
    #[must_use]
    pub fn target_text(&self, target: &Target) -> String {
        terms::target_text(self.program_view(), self.table.view, target, &self.values(true))
    }

    /// An action call as text: `set_port(port=3)`, ports by their devices.
    #[must_use]
    pub fn call_text(&self, call: &ActionCall) -> String {
        terms::call_text(self.program_view(), self.table.view, call, &self.values(true))
    }
}
