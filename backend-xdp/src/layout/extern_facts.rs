//! What is known of an extern before anything is laid out: in goes its name, out come facts that hold for every use of it. The registry of
//! externs fills the list ([`crate::externs`]); layout, architectures and the emitter ask it and need to know no name.

use crate::layout::cell::CellShape;
use p4xdp_frontend::diagnostic::{Diagnostics, ErrorsReported};
use p4xdp_midend::ir::ExternInstance;
use std::collections::BTreeMap;

/// Facts about one extern type or function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    /// The result depends on the arguments alone, or nobody minds how often it is asked for: a call may stand in an expression, and may be left out.
    pub(crate) is_pure: bool,
    /// The result is the same number in the other byte order if all arguments are in the other byte order.
    pub(crate) order_free: bool,
    /// Fields of the structure that it is given which it sets to constants; it changes nothing else of the program's.
    pub(crate) sets: &'static [(&'static str, u32)],
    /// What a call says about the packet's fate.
    pub(crate) request: Option<Request>,
    /// What an instance means that stands in a property of a table.
    pub(crate) attached: Option<Attached>,
    /// What other packets may see of a call.
    pub(crate) shared: Shared,
    /// The result depends on nothing that a packet does: a call may come earlier, and be one too many.
    pub(crate) is_any_time: bool,
}

/// What other packets may see of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shared {
    /// Nothing: it has no state, or one that only control planes read.
    Nothing,
    /// A cell that it reads or writes, at the index that is its first value.
    Cell,
    /// A state of another kind.
    State,
}

/// What a call says about the packet's fate; the last word of a kind holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// It is to leave by the port that is the argument.
    Send,
    /// It is to go round: as it came, or as it leaves.
    Round {
        /// As it came.
        resubmit: bool,
        /// The argument that is the id of the field list that it keeps.
        list: Option<usize>,
    },
    /// It is to be cloned, by the session that is the second argument.
    Clone {
        /// The argument that is the id of the field list that clones keep.
        list: Option<usize>,
    },
    /// The architecture's number of what is to become of it.
    Fate(u32),
}

/// What an instance in a property of a table does there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Attached {
    /// Asks for entries in an array by index; the size is its first argument.
    Array,
    /// Asks for entries in a hash table; the size is its first argument.
    Hash,
    /// Has a cell for each entry, which looks like this.
    Direct(fn(&ExternInstance, &mut Diagnostics) -> Result<CellShape, ErrorsReported>),
    /// Has the actions that the table's entries run, as members.
    Members,
}

/// The facts about the externs of a program's architecture, by name of type or function.
#[derive(Clone, Debug, Default)]
pub(crate) struct ExternFacts(BTreeMap<&'static str, Facts>);

impl ExternFacts {
    /// The facts about an extern; none of them holds for one that nobody knows, which may have any state.
    pub(crate) fn of(&self, name: &str) -> Facts {
        self.0.get(name).copied().unwrap_or(Facts { shared: Shared::State, ..Facts::none() })
    }
}

impl Facts {
    /// Nothing is known.
    pub(crate) const fn none() -> Facts {
        Facts {
            is_pure: false,
            order_free: false,
            sets: &[],
            request: None,
            attached: None,
            shared: Shared::Nothing,
            is_any_time: false,
        }
    }
}

impl FromIterator<(&'static str, Facts)> for ExternFacts {
    fn from_iter<T: IntoIterator<Item = (&'static str, Facts)>>(facts: T) -> Self {
        ExternFacts(facts.into_iter().collect())
    }
}
