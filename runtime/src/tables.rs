//! Tables of a loaded program: in, entries in P4's terms (see [`terms`] for text); out, the table changed, listed, or an error that says
//! what is wrong with the entry. How entries are stored is `storage`'s.

mod default;
mod error;
pub mod terms;

pub use crate::storage::{Call, Count, Entry, KeyMatch};
pub use error::TableError;

use crate::error::Error;
use crate::ports::names::PortNames;
use crate::program::Program;
use crate::storage::{self, Storage, StorageError};
use crate::value;
use num_bigint::BigUint;
use p4xdp_control::manifest;
use p4xdp_control::manifest::MatchKind;
use std::rc::Rc;

/// Where an entry comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Code: `const entries` of the program.
    Const,
    /// The control plane, or initial entries.
    Control,
}

/// A table of a loaded program.
pub struct Table<'p> {
    program: &'p Program,
    table: &'p manifest::Table,
    storage: Option<Box<dyn Storage + 'p>>,
    ports: Option<Rc<PortNames>>,
    any_port: bool,
}

impl Program {
    /// All tables in the order of the program.
    ///
    /// # Errors
    /// When the program lacks a map that its manifest names.
    pub fn tables(&self) -> Result<Vec<Table<'_>>, Error> {
        let ports = PortNames::of(self)?.map(Rc::new);
        self.manifest().tables.iter().map(|table| Table::open(self, table, ports.clone())).collect()
    }

    /// A table by its name or the end of it.
    ///
    /// # Errors
    /// When no table, or more than one, has such a name.
    pub fn table(&self, name: &str) -> Result<Table<'_>, Error> {
        let names: Vec<&str> = self.manifest().tables.iter().map(|table| table.name.as_str()).collect();
        let position = terms::find("table", name, &names, None)?;
        let table = self.manifest().tables.get(position);
        let table = table.ok_or(TableError::Unknown {
            what: "table",
            name: name.into(),
            of: None,
            candidates: Vec::new(),
            nearest: None,
        })?;
        Table::open(self, table, PortNames::of(self)?.map(Rc::new))
    }
}

impl<'p> Table<'p> {
    fn open(
        program: &'p Program,
        table: &'p manifest::Table,
        ports: Option<Rc<PortNames>>,
    ) -> Result<Table<'p>, Error> {
        Ok(Table { program, table, storage: storage::open(program, table)?, ports, any_port: false })
    }

    /// The same, but entries and default actions that are read from text may have ports that are not there.
    #[must_use]
    pub fn with_any_port(self) -> Table<'p> {
        Table { any_port: true, ..self }
    }

    /// Its description.
    #[must_use]
    pub fn description(&self) -> &'p manifest::Table {
        self.table
    }

    /// The manifest, which names its actions.
    #[must_use]
    pub fn manifest(&self) -> &'p manifest::Manifest {
        self.program.manifest()
    }

    /// How many entries it has: constant ones and others.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn len(&self) -> Result<u64, Error> {
        let stored = match &self.storage {
            Some(storage) => storage.len().map_err(|error| self.error(error, None))?,
            None => 0,
        };
        Ok(stored + self.table.const_entries.len() as u64)
    }

    /// It has no entries.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn is_empty(&self) -> Result<bool, Error> {
        Ok(self.len()? == 0)
    }

    /// All entries: constant ones in the program's order, then the others by key.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn entries(&self) -> Result<Vec<(Origin, Entry)>, Error> {
        let mut entries = Vec::new();
        for entry in &self.table.const_entries {
            entries.push((Origin::Const, terms::of_manifest(entry)));
        }
        if let Some(storage) = &self.storage {
            let mut stored = storage.entries().map_err(|error| self.error(error, None))?;
            stored.sort_by(|a, b| b.priority.cmp(&a.priority).then_with(|| a.keys.cmp(&b.keys)));
            entries.extend(stored.into_iter().map(|entry| (Origin::Control, entry)));
        }
        Ok(entries)
    }

    /// The entry with these keys.
    ///
    /// # Errors
    /// When the keys do not suit the table.
    pub fn get(&self, keys: &[KeyMatch]) -> Result<Option<Entry>, Error> {
        self.check_keys(keys)?;
        self.storage()?.get(keys).map_err(|error| self.error(error, Some(keys)))
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// When it does not suit the table, is there, or the table is full.
    pub fn insert(&self, entry: &Entry) -> Result<(), Error> {
        self.check_keys(&entry.keys)?;
        self.check_call(&entry.call, false)?;
        self.storage()?.insert(entry).map_err(|error| self.error(error, Some(&entry.keys)))
    }

    /// Gives an entry another action.
    ///
    /// # Errors
    /// When it does not suit the table, or there is none with these keys.
    pub fn modify(&self, entry: &Entry) -> Result<(), Error> {
        self.check_keys(&entry.keys)?;
        self.check_call(&entry.call, false)?;
        self.storage()?.modify(entry).map_err(|error| self.error(error, Some(&entry.keys)))
    }

    /// Removes an entry.
    ///
    /// # Errors
    /// When there is none with these keys (and, where it counts, priority).
    pub fn delete(&self, keys: &[KeyMatch], priority: u32) -> Result<(), Error> {
        self.check_keys(keys)?;
        let call = Call { action: 0, args: Vec::new() };
        let entry = Entry { keys: keys.to_vec(), call, priority, count: Count::default() };
        self.storage()?.delete(&entry).map_err(|error| self.error(error, Some(keys)))
    }

    /// Removes all entries that are not constant; how many.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn clear(&self) -> Result<u64, Error> {
        match &self.storage {
            Some(storage) => storage.clear().map_err(|error| self.error(error, None)),
            None => Ok(0),
        }
    }

    /// Sets the direct counter of an entry.
    ///
    /// # Errors
    /// When there is none with these keys, or the table has no direct counter.
    pub fn set_count(&self, keys: &[KeyMatch], count: Count) -> Result<(), Error> {
        if self.table.direct_counter.is_none() {
            return Err(TableError::NoDirectCounter { table: self.table.name.clone() }.into());
        }
        self.check_keys(keys)?;
        self.storage()?.set_count(keys, count).map_err(|error| self.error(error, Some(keys)))
    }

    fn storage(&self) -> Result<&dyn Storage, TableError> {
        self.storage.as_deref().ok_or_else(|| TableError::Constant {
            table: self.table.name.clone(),
            reason: if self.table.keys.is_empty() { "it has no key" } else { "its entries are `const`" },
        })
    }

    /// Keys in number, kind and width.
    fn check_keys(&self, keys: &[KeyMatch]) -> Result<(), TableError> {
        if keys.len() != self.table.keys.len() {
            return Err(TableError::Count {
                what: format!("table `{}`", self.table.name),
                of: "key",
                wanted: self.table.keys.len(),
                given: keys.len(),
            });
        }
        for (key, wanted) in self.table.keys.iter().zip(keys) {
            let suits = match (key.match_kind, wanted) {
                (MatchKind::Exact | MatchKind::Selector, KeyMatch::Exact(_))
                | (MatchKind::Lpm, KeyMatch::Prefix(..) | KeyMatch::Any)
                | (MatchKind::Ternary, KeyMatch::Masked(..) | KeyMatch::Any)
                | (MatchKind::Range, KeyMatch::Range(..) | KeyMatch::Any)
                | (MatchKind::Optional, KeyMatch::Exact(_) | KeyMatch::Any) => true,
                (
                    MatchKind::Exact
                    | MatchKind::Selector
                    | MatchKind::Lpm
                    | MatchKind::Ternary
                    | MatchKind::Range
                    | MatchKind::Optional,
                    _,
                ) => false,
            };
            if !suits {
                let text = terms::key_text(key, wanted);
                return Err(TableError::Kind { text, key: key.param.name.clone(), kind: key.match_kind });
            }
            let values: &[&BigUint] = match wanted {
                KeyMatch::Exact(value) | KeyMatch::Prefix(value, _) => &[value],
                KeyMatch::Masked(a, b) | KeyMatch::Range(a, b) => &[a, b],
                KeyMatch::Any => &[],
            };
            for value in values {
                terms::check_width(value, &key.param)?;
            }
            if let KeyMatch::Prefix(_, bits) = wanted
                && *bits > key.param.width
            {
                let (key, width) = (key.param.name.clone(), key.param.width);
                return Err(TableError::PrefixLength { key, width, length: *bits });
            }
            if let KeyMatch::Range(low, high) = wanted
                && low > high
            {
                let text = terms::key_text(key, wanted);
                return Err(TableError::EmptyRange { key: key.param.name.clone(), text });
            }
        }
        Ok(())
    }

    /// The action's place in the table, and its arguments in number and width.
    fn check_call(&self, call: &Call, default: bool) -> Result<(), TableError> {
        let entry = self.table.actions.get(call.action);
        let action = entry.and_then(|entry| self.manifest().actions.get(entry.action));
        let (Some(entry), Some(action)) = (entry, action) else {
            return Err(TableError::Unknown {
                what: "action",
                name: call.action.to_string(),
                of: Some(format!("table `{}`", self.table.name)),
                candidates: Vec::new(),
                nearest: None,
            });
        };
        if (default && entry.table_only) || (!default && entry.default_only) {
            return Err(TableError::Misplaced {
                action: action.name.clone(),
                table: self.table.name.clone(),
                place: if default { "the default action" } else { "entries" },
            });
        }
        if call.args.len() != action.params.len() {
            return Err(TableError::Count {
                what: format!("action `{}`", action.name),
                of: "argument",
                wanted: action.params.len(),
                given: call.args.len(),
            });
        }
        for (param, arg) in action.params.iter().zip(&call.args) {
            terms::check_width(arg, param)?;
        }
        Ok(())
    }

    fn error(&self, error: StorageError, keys: Option<&[KeyMatch]>) -> Error {
        let table = self.table.name.clone();
        let keys = keys.map(|keys| terms::keys_text(self.table, keys)).unwrap_or_default();
        match error {
            StorageError::Full => TableError::Full { table, size: self.table.size }.into(),
            StorageError::Duplicate => TableError::Duplicate { table, keys }.into(),
            StorageError::Missing => TableError::Missing { table, keys }.into(),
            StorageError::Corrupt(number) => TableError::Corrupt { table, number: number.to_string() }.into(),
            StorageError::Kernel(error) => error.into(),
        }
    }

    /// A value as text: a port by its device.
    fn value_text(&self, param: &manifest::Param, number: &BigUint) -> String {
        let ports = self.ports.as_ref().filter(|_| param.port);
        let name = ports.and_then(|ports| ports.name(number));
        name.map_or_else(|| value::format(number, param), str::to_owned)
    }

    /// All keys of an entry: `dst=10.0.0.0/8 proto=6`.
    #[must_use]
    pub fn keys_text(&self, keys: &[KeyMatch]) -> String {
        let text = |(key, wanted): (&manifest::Key, &KeyMatch)| {
            let value = match wanted {
                KeyMatch::Exact(number) => self.value_text(&key.param, number),
                KeyMatch::Prefix(..) | KeyMatch::Masked(..) | KeyMatch::Range(..) | KeyMatch::Any => {
                    terms::key_text(key, wanted)
                }
            };
            format!("{}={value}", key.param.name)
        };
        self.table.keys.iter().zip(keys).map(text).collect::<Vec<_>>().join(" ")
    }

    /// An action call as text: `set_port(port=3)`.
    #[must_use]
    pub fn call_text(&self, call: &Call) -> String {
        terms::call_text(self.manifest(), self.table, call, |param, arg| self.value_text(param, arg))
    }
}
