//! What storage a location or value takes up, for asking whether two of them overlap.
//!
//! In: locations. Out: [`Footprint`]s. A struct is taken as a whole: its leaves are collected once, however often it is an argument, and two
//! structs are told apart by the handles that they begin and end with. Programs hand all headers to every control.

use super::Elaborator;
use super::storage::Loc;
use crate::analysis::effects::StorageSet;
use crate::ir::{HeaderId, LocalId};
use std::cell::OnceCell;
use std::ops::{Deref, RangeInclusive};
use std::rc::Rc;
use std::sync::Arc;

/// The parts of a struct, and what is often asked of all of them.
#[derive(Debug)]
pub(super) struct Parts {
    parts: Box<[(Arc<str>, Loc)]>,
    /// See [`Loc::is_scalars`].
    pub(super) is_scalars: bool,
    /// See [`Loc::is_static`].
    pub(super) is_static: bool,
    /// See [`Loc::forgets`].
    pub(super) forgets: bool,
    extent: OnceCell<Rc<Extent>>,
}

impl Parts {
    pub(super) fn new(parts: Vec<(Arc<str>, Loc)>) -> Parts {
        Parts {
            is_scalars: parts.iter().all(|(_, loc)| loc.is_scalars()),
            is_static: parts.iter().all(|(_, loc)| loc.is_static()),
            forgets: parts.iter().any(|(_, loc)| loc.forgets()),
            parts: parts.into(),
            extent: OnceCell::new(),
        }
    }
}

impl Deref for Parts {
    type Target = [(Arc<str>, Loc)];

    fn deref(&self) -> &Self::Target {
        &self.parts
    }
}

/// The leaves of a struct, and between which handles they are.
#[derive(Debug)]
struct Extent {
    leaves: StorageSet,
    locals: RangeInclusive<LocalId>,
    headers: RangeInclusive<HeaderId>,
}

impl Extent {
    fn new(leaves: StorageSet) -> Extent {
        let locals = range(leaves.locals.iter().copied(), LocalId::from_u32(0));
        let headers = range(leaves.headers.keys().copied(), HeaderId::from_u32(0));
        Extent { leaves, locals, headers }
    }

    fn overlaps(&self, other: &Extent) -> bool {
        let apart = (self.leaves.locals.is_empty()
            || other.leaves.locals.is_empty()
            || disjoint(&self.locals, &other.locals))
            && (self.leaves.headers.is_empty()
                || other.leaves.headers.is_empty()
                || disjoint(&self.headers, &other.headers));
        !apart && self.leaves.overlaps(&other.leaves)
    }
}

fn range<T: Copy + Ord>(ids: impl Iterator<Item = T> + Clone, none: T) -> RangeInclusive<T> {
    ids.clone().min().unwrap_or(none)..=ids.max().unwrap_or(none)
}

fn disjoint<T: PartialOrd>(a: &RangeInclusive<T>, b: &RangeInclusive<T>) -> bool {
    a.end() < b.start() || b.end() < a.start()
}

/// Some storage.
#[derive(Clone, Debug, Default)]
pub(super) struct Footprint {
    /// What is no struct.
    pub(super) own: StorageSet,
    structs: Vec<Rc<Extent>>,
}

impl Footprint {
    /// True if they have something in common.
    pub(super) fn overlaps(&self, other: &Footprint) -> bool {
        let shared = |a: &Rc<Extent>, b: &Rc<Extent>| {
            if Rc::ptr_eq(a, b) { !a.leaves.is_empty() } else { a.overlaps(b) }
        };
        self.overlaps_set(&other.own)
            || other.structs.iter().any(|theirs| {
                theirs.leaves.overlaps(&self.own) || self.structs.iter().any(|mine| shared(mine, theirs))
            })
    }

    /// True if there is something of the set in it.
    pub(super) fn overlaps_set(&self, set: &StorageSet) -> bool {
        self.own.overlaps(set) || self.structs.iter().any(|mine| mine.leaves.overlaps(set))
    }

    /// Adds everything of another one.
    pub(super) fn add_all(&mut self, other: &Footprint) {
        self.own.add_all(&other.own);
        self.structs.extend(other.structs.iter().cloned());
    }
}

/// Few enough to compare each with each, which spares collecting the leaves of structs.
const FEW: usize = 8;

/// Which of them have something in common with another one.
pub(super) fn shared(all: &[&Footprint]) -> Vec<bool> {
    if all.len() <= FEW {
        let other = |n: usize, one: &Footprint| {
            all.iter().enumerate().any(|(m, other)| n != m && other.overlaps(one))
        };
        return all.iter().enumerate().map(|(n, one)| other(n, one)).collect();
    }
    let mut shares = vec![false; all.len()];
    let look = |order: &mut dyn Iterator<Item = (&mut bool, &&Footprint)>| {
        let mut seen = StorageSet::new();
        for (shares, one) in order {
            *shares |= one.overlaps_set(&seen);
            seen.add_all(&one.own);
            one.structs.iter().for_each(|mine| seen.add_all(&mine.leaves));
        }
    };
    look(&mut shares.iter_mut().zip(all));
    look(&mut shares.iter_mut().zip(all).rev());
    shares
}

impl Elaborator<'_> {
    /// Adds all leaves of a location, and what its indices read.
    pub(super) fn add_footprint(&self, loc: &Loc, leaves: &mut Footprint, reads: &mut Footprint) {
        match loc {
            Loc::Struct(parts) if parts.is_static && !parts.forgets => {
                let extent = parts.extent.get_or_init(|| {
                    let mut set = StorageSet::new();
                    // Nothing in it has an index, or is part of a header.
                    self.add_storage(loc, &mut set, &mut StorageSet::new());
                    Rc::new(Extent::new(set))
                });
                leaves.structs.push(extent.clone());
            }
            Loc::Struct(_)
            | Loc::Scalar(_)
            | Loc::Field { .. }
            | Loc::Header { .. }
            | Loc::Stack(_)
            | Loc::Union(_)
            | Loc::UnionStack(_)
            | Loc::Slice { .. }
            | Loc::DynamicSlice { .. }
            | Loc::Select { .. }
            | Loc::Discard => self.add_storage(loc, &mut leaves.own, &mut reads.own),
        }
    }
}
