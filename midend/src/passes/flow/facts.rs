//! What is known at a point of the program: values of locals, validity of headers. Copying it is cheap, so that a branch costs what it changes.

use super::Kind;
use crate::analysis::persistent::Map;
use crate::ir::*;
use num_bigint::BigUint;
use std::rc::Rc;

/// What a local holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    Const(Rc<BigUint>),
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

/// What is known of a local or header. Where copies are followed it has a version, a number that it keeps until it is changed; versions are
/// never used again, and what has not been changed has version 0.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Versioned<T> {
    fact: Option<T>,
    version: u32,
}

/// What holds somewhere.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    locals: Map<LocalId, Versioned<Fact>>,
    headers: Map<HeaderId, Versioned<bool>>,
}

impl Known {
    /// Keeps what holds in both; true if something was lost. Only for facts without versions.
    pub(super) fn meet(&mut self, other: &Known) -> bool {
        let locals = self.locals.intersect(&other.locals);
        self.headers.intersect(&other.headers) || locals
    }
}

/// What is known where the walk stands.
#[derive(Debug)]
pub(super) struct Facts {
    kind: Kind,
    known: Known,
    versions: u32,
    /// Control does not get here.
    pub(super) dead: bool,
}

impl Facts {
    /// What holds at the beginning is without versions.
    pub(super) fn new(kind: Kind, known: &Known) -> Facts {
        Facts { kind, known: known.clone(), versions: 0, dead: false }
    }

    /// What holds where another walk goes on. Copies are only followed within one walk.
    pub(super) fn exit(self) -> Known {
        match self.kind {
            Kind::Constants | Kind::Validity => self.known,
            Kind::Copies => Known::default(),
        }
    }

    /// What is known and its version, as it is kept.
    fn versioned<T>(&mut self, fact: Option<T>) -> Option<Versioned<T>> {
        match self.kind {
            Kind::Constants | Kind::Validity => fact.map(|fact| Versioned { fact: Some(fact), version: 0 }),
            Kind::Copies => {
                self.versions += 1;
                Some(Versioned { fact, version: self.versions })
            }
        }
    }

    /// The local has changed; `fact` is what it holds now.
    pub(super) fn set_local(&mut self, id: LocalId, fact: Option<Fact>) {
        let fact = self.versioned(fact.filter(|fact| fact.kind() == self.kind));
        self.known.locals.put(id, fact);
    }

    /// The header has changed; `valid` is its validity now.
    pub(super) fn set_header(&mut self, id: HeaderId, valid: Option<bool>) {
        let valid = self.versioned(valid.filter(|_| self.kind == Kind::Validity));
        self.known.headers.put(id, valid);
    }

    /// The header's validity is known from now on; it has not changed.
    pub(super) fn assume(&mut self, id: HeaderId, valid: bool) {
        if self.kind == Kind::Validity {
            self.set_header(id, Some(valid));
        }
    }

    pub(super) fn validity(&self, id: HeaderId) -> Option<bool> {
        self.known.headers.get(id).and_then(|known| known.fact)
    }

    pub(super) fn local_version(&self, id: LocalId) -> u32 {
        self.known.locals.get(id).map_or(0, |known| known.version)
    }

    pub(super) fn header_version(&self, id: HeaderId) -> u32 {
        self.known.headers.get(id).map_or(0, |known| known.version)
    }

    /// What the local holds, if that is still so.
    pub(super) fn local(&self, id: LocalId) -> Option<&Fact> {
        let fact = self.known.locals.get(id)?.fact.as_ref()?;
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

    /// What holds here, to come back to.
    pub(super) fn known(&self) -> Known {
        self.known.clone()
    }

    /// Back to where this held. What held here meanwhile, if control got here.
    pub(super) fn back(&mut self, known: Known) -> Option<Known> {
        let here = std::mem::replace(&mut self.known, known);
        let is_dead = std::mem::replace(&mut self.dead, false);
        (!is_dead).then_some(here)
    }

    /// What holds after any one of some branches from here.
    pub(super) fn join(&mut self, branches: Vec<Known>) {
        self.dead = branches.is_empty();
        let mut branches = branches.into_iter();
        if let Some(first) = branches.next() {
            self.known = first;
        }
        for branch in branches {
            match self.kind {
                Kind::Constants | Kind::Validity => {
                    self.known.meet(&branch);
                }
                Kind::Copies => {
                    let versions = &mut self.versions;
                    self.known.locals.join(&branch.locals, &mut |a, b| Some(either(a, b, versions)));
                    self.known.headers.join(&branch.headers, &mut |a, b| Some(either(a, b, versions)));
                }
            }
        }
    }
}

/// What is one thing or another has changed.
fn either<T: Clone + PartialEq>(
    a: Option<&Versioned<T>>,
    b: Option<&Versioned<T>>,
    versions: &mut u32,
) -> Versioned<T> {
    *versions += 1;
    let fact = |known: Option<&Versioned<T>>| known.and_then(|known| known.fact.clone());
    Versioned { fact: fact(a).filter(|a| Some(a) == fact(b).as_ref()), version: *versions }
}
