//! `p4xdp counter`, `p4xdp register` and the like: the cells of a running program, by index, or by the entries of a table. What the kinds differ
//! in, `control` says.

use super::output::{print, tell};
use super::{Exit, complain, json, target};
use crate::cli::{CellsAction, CellsCommand, TargetArgs};
use p4xdp_runtime::cells::{Cell, CellKind, Cells};
use p4xdp_runtime::storage::Entry;
use p4xdp_runtime::tables::{Table, TermError, terms};
use p4xdp_runtime::{Error, Program, value};
use std::rc::Rc;

/// Carries out a command.
pub fn run(command: &CellsCommand) -> Exit {
    let CellsCommand { kind, target, action } = command;
    let done = match action {
        CellsAction::List => list(*kind, target),
        CellsAction::Dump { name } => dump(*kind, target, name.as_deref()),
        CellsAction::Read { name, place, priority, bare } => {
            read(*kind, target, (name, place, *priority), *bare)
        }
        CellsAction::Write { name, words, priority } => write(*kind, target, (name, words, *priority)),
        CellsAction::Reset { name } => reset(*kind, target, name),
    };
    match done {
        Ok(Some(usage)) => {
            complain(&usage);
            Exit::Environment
        }
        Ok(None) => Exit::Done,
        Err(error) => Exit::of(Err(error)),
    }
}

/// Done, or what is wrong with the words of a command.
type Done = Result<Option<String>, Error>;

/// Cells of a kind.
enum Found<'p> {
    /// By index.
    Indexed(Cells<'p>),
    /// By the entries of this table.
    Direct(Rc<Table<'p>>, Cells<'p>),
}

impl<'p> Found<'p> {
    fn all(program: &'p Program, kind: CellKind) -> Result<Vec<Found<'p>>, Error> {
        let mut all: Vec<Found<'p>> = program.cells(kind)?.into_iter().map(Found::Indexed).collect();
        for table in program.tables()? {
            let own: Vec<Cells<'p>> = table.directs(kind).copied().collect();
            let table = Rc::new(table);
            all.extend(own.into_iter().map(|cells| Found::Direct(Rc::clone(&table), cells)));
        }
        Ok(all)
    }

    /// By the name or the end of it.
    fn one(program: &'p Program, kind: CellKind, name: &str) -> Result<Found<'p>, Error> {
        let mut all = Found::all(program, kind)?;
        let names: Vec<&str> = all.iter().map(|found| found.cells().name()).collect();
        let position = terms::find(kind.noun(), name, &names, None)?;
        Ok(all.swap_remove(position))
    }

    fn cells(&self) -> &Cells<'p> {
        match self {
            Found::Indexed(cells) | Found::Direct(_, cells) => cells,
        }
    }

    /// Its kind and name.
    fn named(&self) -> json::Members {
        let cells = self.cells();
        json::members([("kind", cells.kind().noun().into()), ("name", cells.name().into())])
    }

    /// Prints a cell.
    fn tell(&self, place: Place<'_>, cell: &Cell) {
        let cells = self.cells();
        let text = || {
            let place = match &place {
                Place::Index(index) => index.to_string(),
                Place::Entry(table, entry) => of_entry(table, entry),
            };
            format!("{}[{place}]: {}\n", cells.name(), cells.layout().text(&cell.0))
        };
        tell(text, || {
            let mut object = self.named();
            object.extend(match &place {
                Place::Index(index) => json::members([("index", (*index).into())]),
                Place::Entry(table, entry) => json::place(table, entry),
            });
            object.extend(json::members([("values", json::values(cells, cell))]));
            object.into()
        });
    }

    /// How many words say which cell, and what they are.
    fn place(&self) -> (usize, String) {
        match self {
            Found::Indexed(_) => (1, "an index".to_owned()),
            Found::Direct(table, _) => {
                let keys: Vec<&str> = table.view().match_keys().map(|key| key.param.name.as_str()).collect();
                (keys.len(), format!("{} keys ({})", keys.len(), keys.join(", ")))
            }
        }
    }
}

fn list(kind: CellKind, target: &TargetArgs) -> Done {
    let program = target::open(target)?;
    for found in Found::all(&program, kind)? {
        let text = || match &found {
            Found::Indexed(cells) => format!("{} ({})\n", cells.name(), cells.layout().extent()),
            Found::Direct(table, cells) => {
                let of = cells.layout().content();
                format!("{} ({of} of the entries of table {})\n", cells.name(), table.view().name())
            }
        };
        tell(text, || {
            let mut object = found.named();
            let what = match &found {
                Found::Indexed(cells) => ("size", cells.size().into()),
                Found::Direct(table, _) => ("table", table.view().name().into()),
            };
            object.extend(json::members([what, ("fields", json::params(found.cells().fields()))]));
            object.into()
        });
    }
    Ok(None)
}

fn dump(kind: CellKind, target: &TargetArgs, name: Option<&str>) -> Done {
    let program = target::open(target)?;
    let all = match name {
        Some(name) => vec![Found::one(&program, kind, name)?],
        None => Found::all(&program, kind)?,
    };
    for found in all {
        match &found {
            Found::Indexed(cells) => {
                cells.dump()?.iter().for_each(|(index, cell)| found.tell(Place::Index(*index), cell));
            }
            Found::Direct(table, cells) => {
                let entries = table.entries()?;
                let held = entries.iter().map(|(_, entry)| (entry, table.cell(cells, entry)));
                let held = held.filter(|(_, cell)| !cell.is_zero());
                held.for_each(|(entry, cell)| found.tell(Place::Entry(table, entry), &cell));
            }
        }
    }
    Ok(None)
}

/// Where a cell is.
enum Place<'c> {
    Index(u64),
    Entry(&'c Table<'c>, &'c Entry),
}

/// What a command says of a cell: the extern's name, the index or keys and what may follow, and the priority.
type Words<'w> = (&'w str, &'w [String], Option<u32>);

/// Prints a cell; `bare`: nothing but its first number.
fn read(kind: CellKind, target: &TargetArgs, (name, words, priority): Words<'_>, bare: bool) -> Done {
    let program = target::open(target)?;
    let found = Found::one(&program, kind, name)?;
    let (wanted, what) = found.place();
    if words.len() != wanted {
        return Ok(Some(format!("`{}` takes {what}; {} words are given", found.cells().name(), words.len())));
    }
    let say = |place: Place<'_>, cell: &Cell| match cell.number() {
        Some(number) if bare => print(&format!("{number}\n")),
        Some(_) | None => found.tell(place, cell),
    };
    match &found {
        Found::Indexed(cells) => match index(words) {
            Ok(index) => say(Place::Index(index), &cells.read(index)?),
            Err(usage) => return Ok(Some(usage)),
        },
        Found::Direct(table, cells) => {
            let keys: Vec<&str> = words.iter().map(String::as_str).collect();
            let entry = table.find(&table.keys(&keys)?, priority)?;
            say(Place::Entry(table, &entry), &table.cell(cells, &entry));
        }
    }
    Ok(None)
}

fn write(kind: CellKind, target: &TargetArgs, (name, words, priority): Words<'_>) -> Done {
    target::change(target, |program: Program| {
        let found = Found::one(&program, kind, name)?;
        let (cells, (places, what)) = (found.cells(), found.place());
        if words.len() != places + cells.fields().len() {
            let fields: Vec<&str> = cells.fields().map(|field| field.name.as_str()).collect();
            let fields = fields.join(", ");
            let given = words.len();
            return Ok(Some(format!(
                "`{}` takes {what}, then {fields}; {given} words are given",
                cells.name()
            )));
        }
        let (place, texts) = words.split_at(places);
        let numbers = cells.fields().zip(texts).map(|(field, text)| value::parse(text, field));
        let cell = Cell(numbers.collect::<Result<_, _>>().map_err(TermError::from)?);
        match &found {
            Found::Indexed(cells) => match index(place) {
                Ok(index) => cells.write(index, &cell)?,
                Err(usage) => return Ok(Some(usage)),
            },
            Found::Direct(table, meter) => {
                let keys: Vec<&str> = place.iter().map(String::as_str).collect();
                table.set_rates_in(meter, &table.keys(&keys)?, priority, &cell.0)?;
            }
        }
        Ok(None)
    })
}

fn reset(kind: CellKind, target: &TargetArgs, name: &str) -> Done {
    target::change(target, |program: Program| {
        let reset = match Found::one(&program, kind, name)? {
            Found::Indexed(cells) => cells.reset()?,
            Found::Direct(table, cells) => table.reset(&cells)?,
        };
        let [_, several] = kind.facts().content;
        tell(
            || format!("{reset} {several} set to 0\n"),
            || serde_json::json!({ "kind": kind.noun(), "name": name, "reset": reset }),
        );
        Ok(None)
    })
}

/// The one word that is an index.
fn index(words: &[String]) -> Result<u64, String> {
    let word = words.first().map_or("", String::as_str);
    word.parse().map_err(|_| format!("`{word}` is no index"))
}

fn of_entry(table: &Table<'_>, entry: &Entry) -> String {
    let keys = table.keys_text(&entry.keys);
    let priority = entry.priority.filter(|_| table.view().has_priorities());
    priority.map_or_else(|| keys.clone(), |priority| format!("{keys} priority {priority}"))
}
