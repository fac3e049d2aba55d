//! `p4xdp table insert --from`: the entries of a dump, all of them or none. In, the lines that `table dump --json` prints; constant ones are
//! passed over.

use super::super::output::tell;
use super::super::test::read;
use super::super::{Exit, complain, target};
use crate::cli::TargetArgs;
use num_bigint::BigUint;
use p4xdp_control::entry::{ActionCall, Other};
use p4xdp_runtime::cells::{Cell, CellKind, Cells};
use p4xdp_runtime::storage::Entry;
use p4xdp_runtime::tables::{Change, Table, Unmade};
use p4xdp_runtime::{Error, Program, value};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// A line, as `json::entry` and `json::default_action` write it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    table: Option<String>,
    value_set: Option<String>,
    #[serde(default)]
    keys: BTreeMap<String, Value>,
    priority: Option<u32>,
    #[serde(default)]
    default: bool,
    action: Option<String>,
    #[serde(default)]
    args: BTreeMap<String, Value>,
    member: Option<u32>,
    group: Option<u32>,
    #[serde(default, rename = "const")]
    is_const: bool,
    #[serde(default)]
    counters: BTreeMap<String, BTreeMap<String, Value>>,
    #[serde(default)]
    meters: BTreeMap<String, BTreeMap<String, Value>>,
    idle_timeout_ns: Option<u64>,
    /// How long it was idle when it was dumped: a new entry has just been used.
    #[serde(rename = "idle_ns")]
    _idle_ns: Option<u64>,
}

/// Why a file's entries are not there: in which line, and what.
struct Fault {
    line: usize,
    message: String,
    exit: Exit,
}

/// Adds the entries of a file; of a program without the one or other port, only if `any_port`.
pub(super) fn run(target: &TargetArgs, path: &Path, any_port: bool) -> Exit {
    let text = match read(path) {
        Ok(text) => text,
        Err(exit) => return exit,
    };
    let fault = match parse(&text) {
        Ok(lines) => match target::change(target, |program| Ok(insert(&program, &lines, any_port))) {
            Ok(Ok(())) => return Exit::Done,
            Ok(Err(fault)) => fault,
            Err(error) => return Exit::of(Err(error)),
        },
        Err(fault) => fault,
    };
    complain(&format!("{}:{}: {}; nothing is changed", path.display(), fault.line, fault.message));
    fault.exit
}

/// The lines with their numbers.
fn parse(text: &str) -> Result<Vec<(usize, Line)>, Fault> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let parsed = lines.map(|(at, line)| match serde_json::from_str::<Line>(line) {
        Ok(line) => Ok((at + 1, line)),
        Err(error) => {
            let message = format!("this is no entry as `table dump --json` prints it: {error}");
            Err(Fault { line: at + 1, message, exit: Exit::Rejected })
        }
    });
    // Those that the program has by itself cannot be added.
    parsed.filter(|line| !matches!(line, Ok((_, Line { is_const: true, .. })))).collect()
}

fn fault(line: usize, error: &Error) -> Fault {
    let exit = if error.is_environment() { Exit::Environment } else { Exit::Rejected };
    Fault { line, message: error.to_string(), exit }
}

fn wrong(line: usize, message: impl Into<String>) -> Fault {
    Fault { line, message: message.into(), exit: Exit::Rejected }
}

/// What is to be done to a table.
struct Wanted<'p> {
    table: Table<'p>,
    entries: Vec<(usize, Entry)>,
    default: Option<(usize, ActionCall)>,
}

/// What was done, to be taken back.
enum Done<'w, 'p> {
    Entries(&'w Wanted<'p>, usize),
    Default(&'w Wanted<'p>, ActionCall),
}

/// Reads all lines before it changes anything, and takes back what it did if it cannot do all.
fn insert(program: &Program, lines: &[(usize, Line)], any_port: bool) -> Result<(), Fault> {
    let mut all: Vec<Wanted<'_>> = Vec::new();
    for (number, line) in lines {
        let of = |error: Error| fault(*number, &error);
        let ((Some(name), None) | (None, Some(name))) = (&line.table, &line.value_set) else {
            return Err(wrong(*number, "an entry has either a `table` or a `value_set`"));
        };
        let table = program.table(name).map_err(of)?;
        let known = all.iter().position(|wanted| wanted.table.view().name() == table.view().name());
        let at = known.unwrap_or_else(|| {
            let table = if any_port { table.with_any_port() } else { table };
            all.push(Wanted { table, entries: Vec::new(), default: None });
            all.len() - 1
        });
        let Some(wanted) = all.get_mut(at) else { continue };
        if line.default {
            wanted.default = Some((*number, default_action(&wanted.table, *number, line)?));
        } else {
            wanted.entries.push((*number, entry(&wanted.table, *number, line)?));
        }
    }
    let mut done = Vec::new();
    let made = all.iter().try_for_each(|wanted| make(wanted, &mut done));
    match made {
        Ok(()) => {
            let count: usize = all.iter().map(|wanted| wanted.entries.len()).sum();
            tell(|| format!("{count} entries added\n"), || serde_json::json!({ "added": count }));
            Ok(())
        }
        Err(mut fault) => {
            for error in done.iter().rev().filter_map(|done| take_back(done).err()) {
                fault.message += &format!("; what was done cannot be taken back: {error}");
            }
            Err(fault)
        }
    }
}

fn make<'w, 'p>(wanted: &'w Wanted<'p>, done: &mut Vec<Done<'w, 'p>>) -> Result<(), Fault> {
    let inserts = wanted.entries.iter().map(|(_, entry)| Change::insert(entry.clone()));
    let made = wanted.table.apply_all(&inserts.collect::<Vec<_>>());
    if let Err(Unmade { made, at, error }) = made {
        done.push(Done::Entries(wanted, made));
        let line = wanted.entries.get(at).map_or(1, |(line, _)| *line);
        return Err(fault(line, &error));
    }
    done.push(Done::Entries(wanted, wanted.entries.len()));
    let Some((line, call)) = &wanted.default else { return Ok(()) };
    let set = |table: &Table<'p>| {
        let before = table.default_action()?;
        table.set_default(call)?;
        Ok(before)
    };
    let before = set(&wanted.table).map_err(|error: Error| fault(*line, &error))?;
    done.push(Done::Default(wanted, before));
    Ok(())
}

fn take_back(done: &Done<'_, '_>) -> Result<(), Error> {
    match done {
        Done::Entries(wanted, made) => {
            let made = wanted.entries.iter().take(*made);
            let deletes = made.map(|(_, entry)| Change::delete(entry.keys.clone(), entry.priority));
            wanted.table.apply_all(&deletes.collect::<Vec<_>>()).map_err(|unmade| unmade.error)
        }
        Done::Default(wanted, before) => wanted.table.set_default(before),
    }
}

/// `NAME=TEXT`, as commands take keys and arguments.
fn words(of: &BTreeMap<String, Value>) -> Vec<String> {
    of.iter().map(|(name, value)| format!("{name}={}", text(value))).collect()
}

/// A number may stand where text is printed.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn default_action(table: &Table<'_>, number: usize, line: &Line) -> Result<ActionCall, Fault> {
    let Some(action) = line.action.as_deref().filter(|_| line.keys.is_empty()) else {
        return Err(wrong(number, "a default action has an `action` and no `keys`"));
    };
    let args = words(&line.args);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    table.call(action, &args).map_err(|error| fault(number, &error.into()))
}

fn entry(table: &Table<'_>, number: usize, line: &Line) -> Result<Entry, Fault> {
    let of = |error: Error| fault(number, &error);
    let keys = words(&line.keys);
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    if table.view().is_set() {
        return table.element(&keys).map_err(of);
    }
    let (action, args) = match (line.action.as_deref(), line.member, line.group) {
        (Some(action), None, None) => (action, words(&line.args)),
        (None, Some(member), None) => ("member", vec![member.to_string()]),
        (None, None, Some(group)) => ("group", vec![group.to_string()]),
        _ => return Err(wrong(number, "an entry has one of `action`, `member` and `group`")),
    };
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let priority = table.view().has_priorities().then_some(line.priority.unwrap_or_default());
    let mut entry = table.entry(&keys, action, &args, priority).map_err(of)?;
    entry.idle.timeout = line.idle_timeout_ns;
    for (kind, given) in [(CellKind::Counter, &line.counters), (CellKind::Meter, &line.meters)] {
        let mut given = given.clone();
        for (at, cells) in table.directs(kind).enumerate() {
            let Some(numbers) = given.remove(cells.name()) else { continue };
            let numbers = cell(cells, numbers).map_err(|message| wrong(number, message))?;
            match (kind, at) {
                (CellKind::Counter, 0) => entry.count = cells.count(&Cell(numbers)),
                (CellKind::Meter, 0) => entry.rates = numbers,
                _ => entry.others.push(Other { name: cells.name().to_owned(), numbers }),
            }
        }
        if let Some(name) = given.keys().next() {
            let message = format!("`{}` has no direct {} `{name}`", table.view().name(), kind.noun());
            return Err(wrong(number, message));
        }
    }
    // One whose numbers are 0 has no rates.
    if entry.rates.iter().all(|rate| *rate == BigUint::ZERO) {
        entry.rates.clear();
    }
    Ok(entry)
}

/// The numbers of a cell, in the order of its fields.
fn cell(cells: &Cells<'_>, mut given: BTreeMap<String, Value>) -> Result<Vec<BigUint>, String> {
    let number = |field: &p4xdp_control::view::Param| match given.remove(&field.name) {
        Some(number) => value::parse(&text(&number), field).map_err(|error| error.to_string()),
        None => Ok(BigUint::ZERO),
    };
    let numbers = cells.fields().map(number).collect::<Result<Vec<_>, _>>()?;
    match given.keys().next() {
        Some(name) => Err(format!("`{}` has no field `{name}`", cells.name())),
        None => Ok(numbers),
    }
}
