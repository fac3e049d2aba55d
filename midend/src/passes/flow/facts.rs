//! What is known at a point of the program: values of locals, validity of headers. With a journal, so that a branch costs what it changes.

use super::Kind;
use crate::ir::*;
use num_bigint::BigUint;
use rustc_hash::FxHashMap;

/// What a local holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    Const(BigUint),
    /// The same as another local, as long as that has this version.
    Copy(LocalId, u32),
    /// The same as a header's field, as long as the header has this version.
    Field(HeaderId, u32, u32),
}

impl Fact {
    fn kind(&self) -> Kind {
        match self {
            Fact::Const(_) => Kind::Constants,
            Fact::Copy(..) | Fact::Field(..) => Kind::Copies,
        }
    }
}

/// Something that has been changed, with what was there before.
#[derive(Clone, Debug)]
enum Undo {
    Local(LocalId, Option<(Option<Fact>, u32)>),
    Header(HeaderId, Option<(Option<bool>, u32)>),
}

/// What a branch changed.
#[derive(Clone, Debug, Default)]
pub(super) struct Branch {
    locals: FxHashMap<LocalId, (Option<Fact>, u32)>,
    headers: FxHashMap<HeaderId, (Option<bool>, u32)>,
}

/// The constants and validities that hold where a parser's state or a stage begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) locals: FxHashMap<LocalId, BigUint>,
    pub(super) validity: FxHashMap<HeaderId, bool>,
}

impl Entry {
    /// Keeps what holds in both; true if something was lost.
    pub(super) fn meet(&mut self, other: &Entry) -> bool {
        let before = self.locals.len() + self.validity.len();
        self.locals.retain(|id, value| other.locals.get(id) == Some(value));
        self.validity.retain(|id, valid| other.validity.get(id) == Some(valid));
        before != self.locals.len() + self.validity.len()
    }
}

/// What is known. A version is a number that a local or header has until it is changed; versions are never used again.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    kind: Kind,
    locals: FxHashMap<LocalId, (Option<Fact>, u32)>,
    headers: FxHashMap<HeaderId, (Option<bool>, u32)>,
    journal: Vec<Undo>,
    versions: u32,
    /// Control does not get here.
    pub(super) dead: bool,
}

impl Facts {
    pub(super) fn new(kind: Kind, entry: &Entry) -> Facts {
        let mut facts = Facts {
            kind,
            locals: FxHashMap::default(),
            headers: FxHashMap::default(),
            journal: Vec::new(),
            versions: 0,
            dead: false,
        };
        for (&local, value) in &entry.locals {
            facts.set_local(local, Some(Fact::Const(value.clone())));
        }
        for (&header, &valid) in &entry.validity {
            facts.set_header(header, Some(valid));
        }
        facts.journal.clear();
        facts
    }

    pub(super) fn entry(&self) -> Entry {
        let locals = self.locals.iter().filter_map(|(&id, (fact, _))| match fact {
            Some(Fact::Const(value)) => Some((id, value.clone())),
            _ => None,
        });
        let validity = self.headers.iter().filter_map(|(&id, (valid, _))| Some((id, (*valid)?)));
        Entry { locals: locals.collect(), validity: validity.collect() }
    }

    fn version(&mut self) -> u32 {
        self.versions += 1;
        self.versions
    }

    fn put_local(&mut self, id: LocalId, fact: Option<Fact>, version: u32) {
        let old = self.locals.insert(id, (fact, version));
        self.journal.push(Undo::Local(id, old));
    }

    fn put_header(&mut self, id: HeaderId, valid: Option<bool>, version: u32) {
        let old = self.headers.insert(id, (valid, version));
        self.journal.push(Undo::Header(id, old));
    }

    /// The local has changed; `fact` is what it holds now.
    pub(super) fn set_local(&mut self, id: LocalId, fact: Option<Fact>) {
        let version = self.version();
        let fact = fact.filter(|fact| fact.kind() == self.kind);
        self.put_local(id, fact, version);
    }

    /// The header has changed; `valid` is its validity now.
    pub(super) fn set_header(&mut self, id: HeaderId, valid: Option<bool>) {
        let version = self.version();
        let valid = valid.filter(|_| self.kind == Kind::Validity);
        self.put_header(id, valid, version);
    }

    /// The header's validity is known from now on; it has not changed.
    pub(super) fn assume(&mut self, id: HeaderId, valid: bool) {
        if self.kind == Kind::Validity {
            let version = self.header_version(id);
            self.put_header(id, Some(valid), version);
        }
    }

    pub(super) fn validity(&self, id: HeaderId) -> Option<bool> {
        self.headers.get(&id).and_then(|(valid, _)| *valid)
    }

    pub(super) fn local_version(&self, id: LocalId) -> u32 {
        self.locals.get(&id).map_or(0, |(_, version)| *version)
    }

    pub(super) fn header_version(&self, id: HeaderId) -> u32 {
        self.headers.get(&id).map_or(0, |(_, version)| *version)
    }

    /// What the local holds, if that is still so.
    pub(super) fn local(&self, id: LocalId) -> Option<&Fact> {
        let fact = self.locals.get(&id)?.0.as_ref()?;
        let holds = match fact {
            Fact::Const(_) => true,
            Fact::Copy(other, version) => self.local_version(*other) == *version,
            Fact::Field(header, _, version) => self.header_version(*header) == *version,
        };
        holds.then_some(fact)
    }

    pub(super) fn constant(&self, id: LocalId) -> Option<&BigUint> {
        match self.local(id) {
            Some(Fact::Const(value)) => Some(value),
            _ => None,
        }
    }

    /// A point to come back to.
    pub(super) fn mark(&self) -> usize {
        self.journal.len()
    }

    /// What has changed since the mark.
    pub(super) fn branch(&self, mark: usize) -> Branch {
        let mut branch = Branch::default();
        for undo in self.journal.get(mark..).unwrap_or_default() {
            match undo {
                Undo::Local(id, _) => {
                    if let Some(now) = self.locals.get(id) {
                        branch.locals.insert(*id, now.clone());
                    }
                }
                Undo::Header(id, _) => {
                    if let Some(now) = self.headers.get(id) {
                        branch.headers.insert(*id, *now);
                    }
                }
            }
        }
        branch
    }

    /// Takes back all changes since the mark.
    pub(super) fn rollback(&mut self, mark: usize) {
        while self.journal.len() > mark {
            match self.journal.pop() {
                Some(Undo::Local(id, Some(old))) => {
                    self.locals.insert(id, old);
                }
                Some(Undo::Local(id, None)) => {
                    self.locals.remove(&id);
                }
                Some(Undo::Header(id, Some(old))) => {
                    self.headers.insert(id, old);
                }
                Some(Undo::Header(id, None)) => {
                    self.headers.remove(&id);
                }
                None => {}
            }
        }
    }

    /// What holds after any one of some branches from here.
    pub(super) fn join(&mut self, branches: &[Branch]) {
        self.dead = branches.is_empty();
        if let [only] = branches {
            for (id, (fact, version)) in &only.locals {
                self.put_local(*id, fact.clone(), *version);
            }
            for (id, (valid, version)) in &only.headers {
                self.put_header(*id, *valid, *version);
            }
            return;
        }
        let mut locals: Vec<LocalId> = branches.iter().flat_map(|b| b.locals.keys().copied()).collect();
        locals.sort_unstable();
        locals.dedup();
        for id in locals {
            let base = self.locals.get(&id).and_then(|(fact, _)| fact.clone());
            let mut facts =
                branches.iter().map(|b| b.locals.get(&id).map_or(base.as_ref(), |(fact, _)| fact.as_ref()));
            let first = facts.next().flatten().cloned();
            let agreed = first.filter(|first| facts.all(|fact| fact == Some(first)));
            self.set_local(id, agreed);
        }
        let mut headers: Vec<HeaderId> = branches.iter().flat_map(|b| b.headers.keys().copied()).collect();
        headers.sort_unstable();
        headers.dedup();
        for id in headers {
            let base = self.validity(id);
            let mut valid = branches.iter().map(|b| b.headers.get(&id).map_or(base, |(valid, _)| *valid));
            let first = valid.next().flatten();
            let agreed = first.filter(|_| valid.all(|v| v == first));
            self.set_header(id, agreed);
        }
    }
}
