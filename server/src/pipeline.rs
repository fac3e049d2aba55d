//! A device's program, together with what its controllers know of it.

use p4xdp_p4runtime::p4::config::v1::P4Info;
use p4xdp_runtime::transaction::Objects;
use p4xdp_runtime::{Error, Program, owned};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// A program with its P4Info.
#[derive(Debug)]
pub struct Pipeline {
    /// The program in the kernel.
    pub program: Arc<Program>,
    /// As a controller has given it. Ids, names and widths are those of the program's manifest; headers of packets to and from controllers, and
    /// types, are here alone.
    pub p4info: P4Info,
    places: BTreeMap<u32, At>,
    /// All that can be changed of it, once something was asked for.
    objects: OnceLock<owned::Objects>,
}

/// Where an object stands that has an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// A table, by its position in the view.
    Table(usize),
    /// A value set, by its position in the view.
    ValueSet(usize),
    /// A counter, meter, register, action profile or selector, by its position in the view.
    Extern(usize),
}

impl Pipeline {
    /// Of a program and its P4Info.
    #[must_use]
    pub fn new(program: Arc<Program>, p4info: P4Info) -> Pipeline {
        let view = &program.manifest().view;
        let tables = view.tables.iter().enumerate().map(|(at, it)| (it.preamble.id, At::Table(at)));
        let sets = view.value_sets.iter().enumerate().map(|(at, it)| (it.preamble.id, At::ValueSet(at)));
        let externs = view.externs.iter().enumerate().map(|(at, it)| (it.preamble.id, At::Extern(at)));
        let places = tables.chain(sets).chain(externs).collect();
        Pipeline { program, p4info, places, objects: OnceLock::new() }
    }

    /// Where the object with this id stands.
    pub(crate) fn at(&self, id: u32) -> Option<At> {
        self.places.get(&id).copied()
    }

    /// All that can be changed of the program. Ports that it names need not be there.
    pub(crate) fn objects(&self) -> Result<&Objects<'_>, Error> {
        let objects = match self.objects.get() {
            Some(objects) => objects,
            None => {
                let opened = owned::Objects::by(Arc::clone(&self.program), |program| {
                    Ok(Objects::open(program)?.with_any_port().here())
                })?;
                self.objects.get_or_init(|| opened)
            }
        };
        Ok(objects.get())
    }
}
