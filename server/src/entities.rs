//! P4Runtime's entities: in, a program and messages; out, the program changed, or what it holds as messages.
//!
//! A file each for what the specification has a section for; what hangs together stands together. [`Notes`] are what controllers say of entities
//! and programs have no room for.

mod actions;
mod batch;
mod cells;
mod data;
mod digests;
mod errors;
mod keys;
mod notes;
mod numbers;
mod one_shot;
mod profiles;
mod replication;
mod sets;
mod tables;

pub use notes::Notes;

use crate::pipeline::{At, Pipeline};
use crate::problem::Problem;
use numbers::Numbers;
use one_shot::OneShots;
use p4xdp_control::view;
use p4xdp_p4runtime::p4::v1 as proto;
use p4xdp_runtime::digests::Message;
use p4xdp_runtime::tables::Table;
use p4xdp_runtime::transaction::Objects;
use profiles::Seen;
use proto::entity::Entity;
use proto::write_request::Atomicity;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Makes changes, and says of each what became of it. Where the others are made though one cannot be, those of tables' entries may be made in another order among
/// each other, but not past updates of other kinds. `may` says which entities the controller's role has.
///
/// # Errors
/// When none is made: the batch cannot be had as atomic as it is to be, or another process changes programs for too long.
pub fn write(
    pipeline: &Pipeline,
    notes: &Notes,
    updates: &[proto::Update],
    atomicity: Atomicity,
    may: &dyn Fn(&proto::Entity) -> Result<(), Problem>,
) -> Result<Vec<Result<(), Problem>>, Problem> {
    batch::write(&Context::of(pipeline, notes), updates, atomicity, may)
}

/// Reads what an entity with unset parts matches; `out` is given them in portions, and ends it by saying false.
///
/// # Errors
/// When the entity does not suit the program, or the kernel refuses.
pub fn read(
    pipeline: &Pipeline,
    notes: &Notes,
    wanted: &proto::Entity,
    out: &mut dyn FnMut(Vec<proto::Entity>) -> bool,
) -> Result<(), Problem> {
    let context = Context::of(pipeline, notes);
    let mut found = Found { portion: Vec::new(), out, is_over: false };
    let entity = wanted.entity.as_ref().ok_or_else(|| Problem::invalid("an entity to read is none"))?;
    match entity {
        Entity::TableEntry(entry) => tables::read::entries(&context, entry, &mut found)?,
        Entity::CounterEntry(entry) => cells::read_counters(&context, entry, &mut found)?,
        Entity::MeterEntry(entry) => cells::read_meters(&context, entry, &mut found)?,
        Entity::RegisterEntry(entry) => cells::read_registers(&context, entry, &mut found)?,
        Entity::DirectCounterEntry(entry) => tables::direct::read_counters(&context, entry, &mut found)?,
        Entity::DirectMeterEntry(entry) => tables::direct::read_meters(&context, entry, &mut found)?,
        Entity::DigestEntry(entry) => digests::read(&context, entry, &mut found)?,
        Entity::ValueSetEntry(entry) => sets::read(&context, entry, &mut found)?,
        Entity::ActionProfileMember(entry) => profiles::read_members(&context, entry, &mut found)?,
        Entity::ActionProfileGroup(entry) => profiles::read_groups(&context, entry, &mut found)?,
        Entity::PacketReplicationEngineEntry(entry) => replication::read(&context, entry, &mut found)?,
        Entity::ExternEntry(_) => return Err(no_externs()),
    }
    found.end();
    Ok(())
}

fn no_externs() -> Problem {
    Problem::unimplemented("the program has no externs that P4Runtime does not know itself")
}

/// What a controller is told of an entry that it has to know again: its table, match, priority, metadata and timeout.
///
/// # Errors
/// When a value has no form for controllers, or the table is none.
pub fn table_entry_key(
    pipeline: &Pipeline,
    notes: &Notes,
    table_id: u32,
    entry: &p4xdp_control::entry::Entry,
) -> Result<proto::TableEntry, Problem> {
    let context = Context::of(pipeline, notes);
    let (_, table) = context.table_view(table_id)?;
    let key = tables::key(&context, table, &entry.keys, entry.priority)?;
    let timeout = entry.idle.timeout.map_or(0, |timeout| i64::try_from(timeout).unwrap_or(i64::MAX));
    let noted = tables::with_metadata(&context, key);
    Ok(proto::TableEntry { idle_timeout_ns: timeout, ..noted })
}

/// How a digest is sent, if a controller wants it.
#[must_use]
pub fn digest_config(notes: &Notes, id: u32) -> Option<proto::digest_entry::Config> {
    digests::config(notes, id)
}

/// The data of a digest's message.
///
/// # Errors
/// When there is no such digest, or its type is none that values of the program have.
pub fn digest_data(pipeline: &Pipeline, id: u32, message: &Message) -> Result<proto::P4Data, Problem> {
    digests::data(pipeline, id, message)
}

/// What reading and writing goes by.
struct Context<'p> {
    pipeline: &'p Pipeline,
    notes: &'p Notes,
    numbers: Numbers<'p>,
    /// What is known of selectors, by their ids.
    one_shots: RefCell<BTreeMap<u32, OneShots>>,
    /// Some update of the batch makes a note.
    makes_notes: Cell<bool>,
}

impl<'p> Context<'p> {
    fn of(pipeline: &'p Pipeline, notes: &'p Notes) -> Context<'p> {
        Context {
            pipeline,
            notes,
            numbers: Numbers::of(pipeline),
            one_shots: RefCell::default(),
            makes_notes: Cell::new(false),
        }
    }

    fn view(&self) -> &'p view::View {
        &self.pipeline.program.manifest().view
    }

    /// A table and its position.
    fn table_view(&self, id: u32) -> Result<(usize, &'p view::Table), Problem> {
        let found = match self.pipeline.at(id) {
            Some(At::Table(at)) => self.view().tables.get(at).map(|table| (at, table)),
            Some(At::ValueSet(_) | At::Extern(_)) | None => None,
        };
        found.ok_or_else(|| no_such("table", id))
    }

    fn objects(&self) -> Result<&'p Objects<'p>, Problem> {
        Ok(self.pipeline.objects()?)
    }

    /// A table or value set, by its position among all of them.
    fn table(&self, at: usize) -> Result<&'p Table<'p>, Problem> {
        self.objects()?.tables().get(at).ok_or_else(|| Problem::internal("a table has no place"))
    }

    /// What a selector has at the moment.
    fn one_shots<T>(
        &self,
        profile: &Seen<'p>,
        ask: impl FnOnce(&mut OneShots) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let mut known = self.one_shots.borrow_mut();
        match known.entry(profile.seen.preamble.id) {
            Entry::Occupied(mut known) => ask(known.get_mut()),
            Entry::Vacant(place) => ask(place.insert(OneShots::of(profile)?)),
        }
    }
}

fn no_such(what: &str, id: u32) -> Problem {
    Problem::invalid(format!("the program has no {what} with id {id:#010x}"))
}

/// Entities that were read, on their way in portions.
struct Found<'o> {
    portion: Vec<proto::Entity>,
    out: &'o mut dyn FnMut(Vec<proto::Entity>) -> bool,
    is_over: bool,
}

/// Entities in a portion at most.
const PORTION: usize = 1000;

impl Found<'_> {
    /// One more; false once nobody wants any.
    fn push(&mut self, entity: Entity) -> bool {
        self.portion.push(proto::Entity { entity: Some(entity) });
        if self.portion.len() >= PORTION {
            self.hand_out();
        }
        !self.is_over
    }

    fn hand_out(&mut self) {
        if !self.is_over && !self.portion.is_empty() {
            self.is_over = !(self.out)(std::mem::take(&mut self.portion));
        }
    }

    fn end(mut self) {
        self.hand_out();
    }
}
