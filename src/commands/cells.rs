//! `p4xdp counter`, `p4xdp register` and the like: the cells of a running program, by index, or by the entries of a table. What the kinds differ
//! in, `control` says.

use super::{Exit, complain, output::print, target};
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
        print(&match &found {
            Found::Indexed(cells) => format!("{} ({})\n", cells.name(), cells.layout().extent()),
            Found::Direct(table, cells) => {
                let of = cells.layout().content();
                format!("{} ({of} of the entries of table {})\n", cells.name(), table.view().name())
            }
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
        let lines: String = match &found {
            Found::Indexed(cells) => {
                cells.dump()?.iter().map(|(index, cell)| text(cells, index, cell)).collect()
            }
            Found::Direct(table, cells) => {
                let entries = table.entries()?;
                let held = entries.iter().map(|(_, entry)| (entry, table.cell(cells, entry)));
                let held = held.filter(|(_, cell)| !cell.is_zero());
                held.map(|(entry, cell)| text(cells, &of_entry(table, entry), &cell)).collect()
            }
        };
        print(&lines);
    }
    Ok(None)
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
    let (place, cell) = match &found {
        Found::Indexed(cells) => match index(words) {
            Ok(index) => (index.to_string(), cells.read(index)?),
            Err(usage) => return Ok(Some(usage)),
        },
        Found::Direct(table, cells) => {
            let keys: Vec<&str> = words.iter().map(String::as_str).collect();
            let keys = table.keys(&keys)?;
            let entry = table.find(&keys, priority)?;
            (of_entry(table, &entry), table.cell(cells, &entry))
        }
    };
    print(&match cell.number() {
        Some(number) if bare => format!("{number}\n"),
        Some(_) | None => text(found.cells(), &place, &cell),
    });
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
        print(&format!("{reset} {several} set to 0\n"));
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

fn text(cells: &Cells<'_>, place: &(impl std::fmt::Display + ?Sized), cell: &Cell) -> String {
    format!("{}[{place}]: {}\n", cells.name(), cells.layout().text(&cell.0))
}
