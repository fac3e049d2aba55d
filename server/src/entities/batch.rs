//! Batches: in, updates and how atomic they are to be; out, what became of each. What an update takes is found out by the rooms of its kind; here it is made, by the library's
//! transactions, and noted what there is to note.

use super::notes::Note;
use super::{Context, cells, digests, no_externs, profiles, replication, sets, tables};
use crate::problem::Problem;
use p4xdp_p4runtime::p4::v1 as proto;
use p4xdp_runtime::cells::Cell;
use p4xdp_runtime::transaction::{Answers, Atomicity, Change, Failure, TransactionError};
use p4xdp_runtime::{Error, lock, tables as library};
use proto::entity::Entity;
use proto::update::Type;
use std::collections::BTreeMap;

/// What an update takes.
#[derive(Default)]
pub(super) struct Planned {
    /// Changes of the library's in order, of which all are made or none.
    pub changes: Vec<Change>,
    /// All cells that these are of are to hold the same.
    pub all: Option<AllCells>,
    /// What is to be noted once they are made.
    pub notes: Vec<Note>,
}

/// All cells of a counter, meter or register.
pub(super) struct AllCells {
    /// Position among the library's.
    pub cells: usize,
    pub cell: Cell,
}

/// Cells that are written one by one at most where they are to be as they were if another update cannot be made.
const MOST_CELLS: u32 = 1 << 14;

impl Planned {
    /// Of one change.
    pub(super) fn one(change: Change) -> Planned {
        Planned { changes: vec![change], ..Planned::default() }
    }

    /// The same with something to note.
    pub(super) fn with(self, note: impl IntoIterator<Item = Note>) -> Planned {
        Planned { notes: note.into_iter().collect(), ..self }
    }
}

/// Makes the updates that a role may make.
pub(super) fn write(
    context: &Context<'_>,
    updates: &[proto::Update],
    atomicity: proto::write_request::Atomicity,
    may: &dyn Fn(&proto::Entity) -> Result<(), Problem>,
) -> Result<Vec<Result<(), Problem>>, Problem> {
    use proto::write_request::Atomicity::{ContinueOnError, DataplaneAtomic, RollbackOnError};
    let _writer = lock::writer()?;
    match atomicity {
        ContinueOnError => Ok(go_on(context, updates, may)),
        RollbackOnError => all_or_none(context, updates, may, Atomicity::RollbackOnError),
        DataplaneAtomic => all_or_none(context, updates, may, Atomicity::DataplaneAtomic),
    }
}

/// An update's entity, which the role may write, and what is to become of it.
fn checked<'u>(
    update: &'u proto::Update,
    may: &dyn Fn(&proto::Entity) -> Result<(), Problem>,
) -> Result<(Type, &'u Entity), Problem> {
    let kind = match update.r#type() {
        Type::Unspecified => return Err(Problem::invalid("an update has no type")),
        kind @ (Type::Insert | Type::Modify | Type::Delete) => kind,
    };
    let entity = update.entity.as_ref().ok_or_else(|| Problem::invalid("an update has no entity"))?;
    may(entity)?;
    let entity = entity.entity.as_ref().ok_or_else(|| Problem::invalid("an update's entity is none"))?;
    Ok((kind, entity))
}

/// What an update takes.
fn plan(context: &Context<'_>, kind: Type, entity: &Entity) -> Result<Planned, Problem> {
    match entity {
        Entity::TableEntry(entry) => tables::plan(context, kind, entry),
        Entity::CounterEntry(entry) => cells::write_counter(context, kind, entry),
        Entity::MeterEntry(entry) => cells::write_meter(context, kind, entry),
        Entity::RegisterEntry(entry) => cells::write_register(context, kind, entry),
        Entity::DirectCounterEntry(entry) => tables::direct::write_counter(context, kind, entry),
        Entity::DirectMeterEntry(entry) => tables::direct::write_meter(context, kind, entry),
        Entity::DigestEntry(entry) => digests::write(context, kind, entry),
        Entity::ValueSetEntry(entry) => sets::write(context, kind, entry),
        Entity::ActionProfileMember(entry) => profiles::write_member(context, kind, entry),
        Entity::ActionProfileGroup(entry) => profiles::write_group(context, kind, entry),
        Entity::PacketReplicationEngineEntry(entry) => replication::write(context, kind, entry),
        Entity::ExternEntry(_) => Err(no_externs()),
    }
}

/// Changes of tables' entries that wait to be made together, by table.
type Waiting = BTreeMap<usize, Vec<(usize, Change, Vec<Note>)>>;

/// Makes each update that can be made. Those that are one change of an entry are made together, and before any other.
fn go_on(
    context: &Context<'_>,
    updates: &[proto::Update],
    may: &dyn Fn(&proto::Entity) -> Result<(), Problem>,
) -> Vec<Result<(), Problem>> {
    let mut results = vec![Ok(()); updates.len()];
    let mut waiting = Waiting::new();
    for (at, update) in updates.iter().enumerate() {
        let mut one = || {
            let (kind, entity) = checked(update, may)?;
            if !tables::is_plain(context, kind, entity) {
                // What it takes may depend on what those in front of it have made.
                make_waiting(context, &mut waiting, &mut results);
                return make(context, plan(context, kind, entity)?);
            }
            let mut planned = plan(context, kind, entity)?;
            match (planned.changes.pop(), planned.changes.is_empty()) {
                (Some(Change::Table { table, change }), true) => {
                    let change = Change::Table { table, change };
                    waiting.entry(table).or_default().push((at, change, planned.notes));
                    Ok(())
                }
                (last, _) => {
                    planned.changes.extend(last);
                    make_waiting(context, &mut waiting, &mut results);
                    make(context, planned)
                }
            }
        };
        let result = one();
        if result.is_err() {
            put(&mut results, at, result);
        }
    }
    make_waiting(context, &mut waiting, &mut results);
    results
}

fn put(results: &mut [Result<(), Problem>], at: usize, result: Result<(), Problem>) {
    if let Some(place) = results.get_mut(at) {
        *place = result;
    }
}

/// Makes all changes that wait.
fn make_waiting(context: &Context<'_>, waiting: &mut Waiting, results: &mut [Result<(), Problem>]) {
    for waiting in std::mem::take(waiting).into_values() {
        let (changes, rest): (Vec<Change>, Vec<_>) =
            waiting.into_iter().map(|(at, change, notes)| (change, (at, notes))).unzip();
        let answers =
            context.objects().and_then(|objects| Ok(objects.apply(&changes, Atomicity::ContinueOnError)?));
        match answers {
            Ok(answers) => {
                for (answer, (at, notes)) in answers.into_iter().zip(rest) {
                    put(results, at, answer.map_err(refused).and_then(|()| context.notes.make(notes)));
                }
            }
            Err(problem) => rest.iter().for_each(|(at, _)| put(results, *at, Err(problem.clone()))),
        }
    }
}

/// Makes an update by itself: all that it takes, or nothing.
fn make(context: &Context<'_>, planned: Planned) -> Result<(), Problem> {
    let objects = context.objects()?;
    if let Some(AllCells { cells, cell }) = planned.all {
        let cells = objects.cells().get(cells).ok_or_else(|| Problem::internal("cells have no place"))?;
        cells::set_all(cells, &cell)?;
    }
    let answers = objects.apply(&planned.changes, Atomicity::RollbackOnError)?;
    // The one that cannot be made says more than those that were undone.
    let is_why = |failure: &Failure| matches!(failure, Failure::Refused(_) | Failure::NotUndone { .. });
    let failures: Vec<Failure> = answers.into_iter().filter_map(Result::err).collect();
    let at = failures.iter().position(is_why).unwrap_or(0);
    match failures.into_iter().nth(at) {
        Some(failure) => Err(refused(failure)),
        None => context.notes.make(planned.notes),
    }
}

fn refused(failure: Failure) -> Problem {
    match failure {
        Failure::Refused(error) => error.into(),
        Failure::Undone { .. } | Failure::NotTried { .. } => not_tried(),
        Failure::NotUndone { .. } => Problem::internal(failure.to_string()),
    }
}

/// Makes all updates, or none.
fn all_or_none(
    context: &Context<'_>,
    updates: &[proto::Update],
    may: &dyn Fn(&proto::Entity) -> Result<(), Problem>,
    atomicity: Atomicity,
) -> Result<Vec<Result<(), Problem>>, Problem> {
    let planned: Vec<Result<Planned, Problem>> = updates
        .iter()
        .map(|update| {
            let (kind, entity) = checked(update, may)?;
            expanded(context, plan(context, kind, entity)?)
        })
        .collect();
    if planned.iter().any(Result::is_err) {
        return Ok(planned.into_iter().map(|planned| Err(planned.err().unwrap_or_else(not_tried))).collect());
    }
    let (mut changes, mut notes, mut ends) = (Vec::new(), Vec::new(), Vec::new());
    for planned in planned.into_iter().flatten() {
        changes.extend(planned.changes);
        notes.extend(planned.notes);
        ends.push(changes.len());
    }
    let answers = context.objects()?.apply(&changes, atomicity).map_err(as_whole)?;
    let results = by_update(answers, &ends);
    if results.iter().all(Result::is_ok) {
        context.notes.make(notes)?;
        return Ok(results);
    }
    // One that takes no change of the program's is not made either.
    Ok(results.into_iter().map(|result| Err(result.err().unwrap_or_else(not_tried))).collect())
}

fn not_tried() -> Problem {
    Problem::aborted("another update of the batch cannot be made")
}

/// Why a batch cannot be had as atomic as it is to be.
fn as_whole(error: Error) -> Problem {
    match error.of::<TransactionError>() {
        Some(TransactionError::Steps { .. }) => Problem::unimplemented(error.to_string()),
        Some(TransactionError::NoObject { .. } | TransactionError::Behind(_)) => {
            Problem::internal(error.to_string())
        }
        None if error
            .of::<library::TableError>()
            .is_some_and(|error| matches!(error, library::TableError::Steps { .. })) =>
        {
            Problem::unimplemented(error.to_string())
        }
        None => error.into(),
    }
}

/// What became of each update, of whose changes these are the ends.
fn by_update(answers: Answers, ends: &[usize]) -> Vec<Result<(), Problem>> {
    let mut answers = answers.into_iter();
    let mut start = 0;
    let mut results = Vec::with_capacity(ends.len());
    for end in ends {
        let own: Vec<Failure> = answers.by_ref().take(end - start).filter_map(Result::err).collect();
        start = *end;
        let is_why = |failure: &Failure| matches!(failure, Failure::Refused(_) | Failure::NotUndone { .. });
        let at = own.iter().position(is_why).unwrap_or(0);
        results.push(own.into_iter().nth(at).map_or(Ok(()), |failure| Err(refused(failure))));
    }
    results
}

/// The same with a change for each cell that is meant.
fn expanded(context: &Context<'_>, mut planned: Planned) -> Result<Planned, Problem> {
    let Some(AllCells { cells: position, cell }) = planned.all.take() else { return Ok(planned) };
    let cells =
        context.objects()?.cells().get(position).ok_or_else(|| Problem::internal("cells have no place"))?;
    if cells.layout().sparse || cells.size() > MOST_CELLS {
        let message = format!(
            "{} `{}` has too many cells to be written together with others",
            cells.kind().noun(),
            cells.name()
        );
        return Err(Problem::unimplemented(message));
    }
    let change = |index| Change::Cell { cells: position, index, cell: cell.clone() };
    planned.changes.extend((0..u64::from(cells.size())).map(change));
    Ok(planned)
}
