//! Tables at run time: their entries, and how one is found. Matching is by hash where the kinds of the keys allow
//! it (all exact; exact and one lpm), else by a scan in order of precedence.

mod idle;
mod index;

pub use idle::{Idle, Timer};

use super::code::{Any, Narrow};
use super::value::{NARROW, Value};
use crate::ir::MatchKind;
use index::Index;
use p4xdp_control::entry::KeyMatch;
use p4xdp_control::terms::TermError;
use std::sync::Arc;

/// A key.
#[derive(Clone, Debug)]
pub struct KeyCode {
    /// Control-plane name.
    pub name: Arc<str>,
    /// The expression.
    pub expr: Any,
    /// Match kind.
    pub kind: MatchKind,
    /// Bits.
    pub width: u32,
    /// Ordered by sign.
    pub signed: bool,
    /// Of a selector key that is a header's field: whether the header is valid. If not, the field is no part of what is hashed.
    pub there: Option<Narrow>,
}

/// An action of a table.
#[derive(Clone, Debug)]
pub struct TableAction {
    /// Which.
    pub action: u32,
    /// Its full name.
    pub name: Arc<str>,
    /// Not in entries.
    pub default_only: bool,
}

/// An entry that the program declares.
#[derive(Clone, Debug)]
pub struct DeclaredEntry {
    /// Keys.
    pub keys: Vec<KeyMatch>,
    /// Position of the action.
    pub action: usize,
    /// Its arguments.
    pub args: Vec<Value>,
    /// Among those of the control plane; `None` where that adds no entries, and the order of writing decides.
    pub priority: Option<u32>,
    /// The control plane may not remove it.
    pub is_const: bool,
}

/// What does not change of a table.
#[derive(Clone, Debug)]
pub struct TableCode {
    /// Its position.
    pub id: u32,
    /// Full name.
    pub name: Arc<str>,
    /// Keys in order, selector keys included.
    pub keys: Vec<KeyCode>,
    /// Actions.
    pub actions: Vec<TableAction>,
    /// Default action: position and arguments.
    pub default: (usize, Vec<Value>),
    /// The control plane may not change it.
    pub default_is_const: bool,
    /// Declared entries.
    pub entries: Vec<DeclaredEntry>,
    /// What runs where an entry's group has no members: position and arguments.
    pub empty_group: Option<(usize, Vec<Value>)>,
    /// The control plane may not add entries.
    pub entries_are_const: bool,
    /// Most entries.
    pub size: Option<u64>,
    /// Action profile or selector.
    pub implementation: Option<u32>,
    /// Direct counters.
    pub counters: Vec<u32>,
    /// What becomes of idle entries, if the table keeps time.
    pub idle: Option<Idle>,
    /// A match starts an entry's timer again; in pna only the program does.
    pub match_restarts: bool,
    /// When the table is full, a new entry displaces the one that has not been used for longest (`@lru`).
    pub forgets: bool,
    /// Direct meters.
    pub meters: Vec<u32>,
    /// Every match of an entry updates these two, whether or not the action calls them: v1model's.
    pub match_updates: bool,
}

impl TableCode {
    /// This direct counter or meter belongs to it.
    pub fn has_direct(&self, instance: u32) -> bool {
        self.counters.contains(&instance) || self.meters.contains(&instance)
    }

    /// The keys that take part in the match.
    pub fn match_keys(&self) -> impl Iterator<Item = &KeyCode> {
        self.keys.iter().filter(|k| k.kind != MatchKind::Selector)
    }

    /// Do all declared entries have the forms that their keys' kinds have by themselves?
    fn has_plain_entries(&self) -> bool {
        let is_plain = |key: &KeyCode, given: &KeyMatch| {
            matches!(
                (&key.kind, given),
                (MatchKind::Exact, KeyMatch::Exact(_)) | (MatchKind::Lpm, KeyMatch::Prefix(..))
            )
        };
        self.entries.iter().all(|e| self.match_keys().zip(&e.keys).all(|(key, given)| is_plain(key, given)))
    }

    /// Does an entry need a priority?
    pub fn has_priorities(&self) -> bool {
        self.keys
            .iter()
            .any(|k| matches!(k.kind, MatchKind::Ternary | MatchKind::Range | MatchKind::Optional))
    }
}

/// What an entry runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryAction {
    /// An action of the table, by position, with its arguments.
    Direct(usize, Arc<[Value]>),
    /// A member of the table's action profile.
    Member(u32),
    /// A group of the table's action selector.
    Group(u32),
}

/// An entry.
#[derive(Clone, Debug)]
pub struct EntryState {
    /// Keys, with the bits that do not matter cleared.
    pub keys: Vec<KeyMatch>,
    /// Smaller is looked at first.
    pub rank: i64,
    /// The priority that the control plane gave.
    pub priority: Option<u32>,
    /// What it runs.
    pub action: EntryAction,
    /// The control plane may not change it.
    pub is_const: bool,
    /// For idle timeouts.
    pub timer: Timer,
    /// How many uses the table had seen when this one was added or matched last.
    used: u64,
}

/// Why a command of the control plane is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// A name that the program does not have.
    #[error("the program has no {kind} `{name}`")]
    Unknown {
        /// What was looked for.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// A table whose entries or default action are constant.
    #[error("{what} of table `{table}` is constant")]
    Constant {
        /// Which part.
        what: &'static str,
        /// Table.
        table: Arc<str>,
    },
    /// Keys, an action or its arguments do not suit the table.
    #[error(transparent)]
    Term(#[from] TermError),
    /// An entry without a priority in a table whose entries need one.
    #[error("table `{0}`: its entries need a priority")]
    NoPriority(Arc<str>),
    /// A member or group that the table cannot run.
    #[error("table `{table}`: {why}")]
    BadTarget {
        /// Table.
        table: Arc<str>,
        /// What is wrong.
        why: String,
    },
    /// An entry with these keys exists.
    #[error("table `{0}` has an entry with these keys already")]
    Duplicate(Arc<str>),
    /// There is no such entry.
    #[error("table `{0}` has no entry with these keys")]
    NoSuchEntry(Arc<str>),
    /// The table is full.
    #[error("table `{0}` is full")]
    Full(Arc<str>),
    /// An index out of range, a wrong kind of extern, and so on.
    #[error("{0}")]
    Refused(String),
}

/// A table's changing part.
#[derive(Clone, Debug)]
pub struct TableState {
    entries: Vec<Option<EntryState>>,
    free: Vec<u32>,
    live: u64,
    uses: u64,
    index: Index,
    /// Default action: position and arguments.
    pub default: (usize, Arc<[Value]>),
}

impl TableState {
    /// A table with its declared entries.
    pub fn new(code: &TableCode) -> TableState {
        let mut state = TableState {
            entries: Vec::new(),
            free: Vec::new(),
            live: 0,
            uses: 0,
            index: Index::new(code),
            default: (code.default.0, code.default.1.as_slice().into()),
        };
        state.declare(code);
        state
    }

    fn declare(&mut self, code: &TableCode) {
        for (at, entry) in code.entries.iter().enumerate() {
            let rank = match (code.has_priorities(), entry.priority) {
                (true, Some(priority)) => -i64::from(priority),
                // Without priorities the order of writing decides, see `ir::Table::entries`.
                (true, None) => at as i64,
                (false, _) => 0,
            };
            let entry = EntryState {
                keys: entry.keys.iter().zip(code.match_keys()).map(|(k, c)| normalise(k, c)).collect(),
                rank,
                priority: None,
                action: EntryAction::Direct(entry.action, entry.args.as_slice().into()),
                is_const: entry.is_const,
                timer: Timer::default(),
                used: 0,
            };
            // Of two entries with one key the first wins, as the second can never match.
            if self.index.find(code, &self.entries, &entry).is_none() {
                self.store(code, entry);
            }
        }
    }

    fn store(&mut self, code: &TableCode, entry: EntryState) -> u32 {
        let at = self.free.pop().unwrap_or_else(|| {
            self.entries.push(None);
            self.entries.len() as u32 - 1
        });
        self.index.insert(code, &self.entries, at, &entry);
        if let Some(place) = self.entries.get_mut(at as usize) {
            *place = Some(entry);
        }
        self.live += 1;
        self.use_now(at);
        at
    }

    /// An entry by its handle.
    pub fn entry(&self, at: u32) -> Option<&EntryState> {
        self.entries.get(at as usize)?.as_ref()
    }

    /// All entries in order of their handles.
    pub fn entries(&self) -> impl Iterator<Item = (u32, &EntryState)> {
        self.entries.iter().enumerate().filter_map(|(i, e)| Some((i as u32, e.as_ref()?)))
    }

    /// Finds the entry that matches these key values (selector keys left out).
    pub fn lookup(&self, code: &TableCode, keys: &[Value]) -> Option<u32> {
        self.index.lookup(code, keys)
    }

    fn prepare(
        code: &TableCode,
        keys: &[KeyMatch],
        priority: Option<u32>,
        action: EntryAction,
    ) -> Result<EntryState, ControlError> {
        let rank = match (code.has_priorities(), priority) {
            (false, _) => 0,
            (true, Some(priority)) => -i64::from(priority),
            (true, None) => return Err(ControlError::NoPriority(code.name.clone())),
        };
        let keys = keys.iter().zip(code.match_keys()).map(|(k, c)| normalise(k, c)).collect();
        Ok(EntryState { keys, rank, priority, action, is_const: false, timer: Timer::default(), used: 0 })
    }

    /// Adds an entry and gives its handle.
    pub fn insert(
        &mut self,
        code: &TableCode,
        keys: &[KeyMatch],
        priority: Option<u32>,
        action: EntryAction,
    ) -> Result<u32, ControlError> {
        if code.entries_are_const {
            return Err(ControlError::Constant { what: "the set of entries", table: code.name.clone() });
        }
        let entry = Self::prepare(code, keys, priority, action)?;
        if self.index.find(code, &self.entries, &entry).is_some() {
            return Err(ControlError::Duplicate(code.name.clone()));
        }
        if code.size.is_some_and(|size| size > 0 && self.live >= size) {
            match self.least_used().filter(|_| code.forgets) {
                Some(gone) => self.remove(code, gone)?,
                None => return Err(ControlError::Full(code.name.clone())),
            }
        }
        Ok(self.store(code, entry))
    }

    /// The entry that has not been used for longest, of those that may go.
    fn least_used(&self) -> Option<u32> {
        let may_go = self.entries().filter(|(_, entry)| !entry.is_const);
        may_go.min_by_key(|(_, entry)| entry.used).map(|(at, _)| at)
    }

    /// The entry is used now.
    fn use_now(&mut self, at: u32) {
        self.uses += 1;
        if let Some(Some(entry)) = self.entries.get_mut(at as usize) {
            entry.used = self.uses;
        }
    }

    /// The handle of the entry with these keys and priority; without a priority, of the first with these keys.
    pub fn find(
        &self,
        code: &TableCode,
        keys: &[KeyMatch],
        priority: Option<u32>,
    ) -> Result<u32, ControlError> {
        let any_priority = code.has_priorities() && priority.is_none();
        let priority = if any_priority { Some(0) } else { priority };
        let wanted = Self::prepare(code, keys, priority, EntryAction::Member(0))?;
        let found = if any_priority {
            self.entries().find(|(_, e)| e.keys == wanted.keys).map(|(at, _)| at)
        } else {
            self.index.find(code, &self.entries, &wanted)
        };
        found.ok_or_else(|| ControlError::NoSuchEntry(code.name.clone()))
    }

    /// Replaces the action of an entry.
    pub fn modify(&mut self, code: &TableCode, at: u32, action: EntryAction) -> Result<(), ControlError> {
        match self.entries.get_mut(at as usize) {
            Some(Some(entry)) if entry.is_const => {
                Err(ControlError::Constant { what: "the entry", table: code.name.clone() })
            }
            Some(Some(entry)) => {
                entry.action = action;
                Ok(())
            }
            Some(None) | None => Err(ControlError::NoSuchEntry(code.name.clone())),
        }
    }

    /// Removes an entry.
    pub fn remove(&mut self, code: &TableCode, at: u32) -> Result<(), ControlError> {
        match self.entries.get(at as usize) {
            Some(Some(entry)) if entry.is_const => {
                return Err(ControlError::Constant { what: "the entry", table: code.name.clone() });
            }
            Some(Some(entry)) => self.index.remove(code, at, entry),
            Some(None) | None => return Err(ControlError::NoSuchEntry(code.name.clone())),
        }
        if let Some(place) = self.entries.get_mut(at as usize) {
            *place = None;
        }
        self.free.push(at);
        self.live -= 1;
        Ok(())
    }

    /// Removes all entries that are not constant.
    pub fn clear(&mut self, code: &TableCode) {
        let gone: Vec<u32> = self.entries().filter(|(_, e)| !e.is_const).map(|(at, _)| at).collect();
        for at in gone {
            // Only constant or missing entries are refused, and these are neither.
            let _ = self.remove(code, at);
        }
    }
}

/// The one form of a key match for a key: of its kind, with the bits that do not matter cleared.
fn normalise(given: &KeyMatch, key: &KeyCode) -> KeyMatch {
    let kind = crate::control_plane::match_kind(&key.kind);
    given.clone().in_form(kind, key.width, key.signed).cleared(key.width)
}

/// All keys of a table as one number, if they fit.
fn packed_width(code: &TableCode) -> Option<u32> {
    let total = code.match_keys().map(|k| u64::from(k.width)).sum::<u64>();
    u32::try_from(total).ok().filter(|w| *w <= NARROW)
}
