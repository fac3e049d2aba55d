//! `p4xdp table`: the tables of a running program, and its value sets.

mod from;
mod idle;

use super::output::{self, print, tell};
use super::{Exit, complain, json, target};
use crate::cli::{EntryArgs, EntryWith, InsertArgs, TableCommand, TargetArgs};
use p4xdp_control::entry::ActionCall;
use p4xdp_control::view::Param;
use p4xdp_runtime::cells::CellKind;
use p4xdp_runtime::storage::Entry;
use p4xdp_runtime::tables::{Origin, Table};
use p4xdp_runtime::{Error, Program};

/// Carries out a table command.
pub fn run(command: &TableCommand) -> Exit {
    Exit::of(match command {
        TableCommand::List { target } => target::open(target).and_then(|program| list(&program)),
        TableCommand::Dump { target, table } => {
            target::open(target).and_then(|program| dump(&program, table.as_deref()))
        }
        TableCommand::Insert(InsertArgs { target, from: Some(path), with, .. }) => {
            return from::run(target, path, with.force);
        }
        TableCommand::Insert(InsertArgs { target, from: None, table, words, with }) => {
            // The command line asks for one of both.
            let table = table.as_deref().unwrap_or_default();
            return change(target, (table, words), with, |table, entry| table.insert(entry));
        }
        TableCommand::Modify(EntryArgs { target, table, words, with }) => {
            return change(target, (table, words), with, |table, entry| table.modify(entry));
        }
        TableCommand::Delete { target, table, keys, priority } => target::change(target, |program| {
            let table = program.table(table)?;
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let priority = stated(&table, *priority);
            table.delete(&table.keys(&keys)?, priority)
        }),
        TableCommand::Idle(args) => idle::run(args),
        TableCommand::Clear { target, table } => target::change(target, |program| {
            let table = program.table(table)?;
            let removed = table.clear()?;
            tell(
                || format!("{removed} entries removed\n"),
                || serde_json::json!({ "table": table.view().name(), "removed": removed }),
            );
            Ok(())
        }),
        TableCommand::Default { target, table, call, force } => target::change(target, |program| {
            let table = table_of(&program, table, *force)?;
            match call.split_first() {
                None => table.reset_default(),
                Some((action, args)) => {
                    let args: Vec<&str> = args.iter().map(String::as_str).collect();
                    table.set_default(&table.call(action, &args)?)
                }
            }
        }),
    })
}

fn table_of<'p>(program: &'p Program, name: &str, any_port: bool) -> Result<Table<'p>, Error> {
    let table = program.table(name)?;
    Ok(if any_port { table.with_any_port() } else { table })
}

/// The priority of an entry, where priorities matter.
fn stated(table: &Table<'_>, priority: u32) -> Option<u32> {
    table.view().has_priorities().then_some(priority)
}

/// Inserts or modifies: the words are as many keys as the table has, then the action, then its arguments.
fn change(
    target: &TargetArgs,
    (table, words): (&str, &[String]),
    with: &EntryWith,
    apply: impl Fn(&Table<'_>, &Entry) -> Result<(), Error>,
) -> Exit {
    let changed = target::change(target, |program| {
        let table = table_of(&program, table, with.force)?;
        let keys = table.view().match_keys().count();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if table.view().is_set() {
            apply(&table, &table.element(&words)?)?;
            return Ok(None);
        }
        let Some((keys, [action, arguments @ ..])) = words.split_at_checked(keys) else {
            return Ok(Some(format!(
                "`{}` takes {keys} keys ({}), then an action; {} words are given",
                table.view().name(),
                table.view().match_keys().map(|k| k.param.name.as_str()).collect::<Vec<_>>().join(", "),
                words.len()
            )));
        };
        let mut entry = table.entry(keys, action, arguments, stated(&table, with.priority))?;
        entry.idle.timeout = with.idle_timeout.map(idle::nanoseconds);
        apply(&table, &entry)?;
        Ok(None)
    });
    match changed {
        Ok(Some(usage)) => {
            complain(&usage);
            Exit::Environment
        }
        Ok(None) => Exit::Done,
        Err(error) => Exit::of(Err(error)),
    }
}

fn list(program: &Program) -> Result<(), Error> {
    for table in program.tables()? {
        let len = table.len()?;
        tell(|| listed(&table, len), || json::table(&table, len));
    }
    Ok(())
}

fn listed(table: &Table<'_>, len: u64) -> String {
    let view = table.view();
    let what = if view.is_set() { "elements, value set" } else { "entries" };
    let mut out = format!("{} ({len} of {} {what})\n", view.name(), table.capacity());
    for key in &view.keys {
        out += &format!("  key     {} {}\n", param(&key.param), key.match_kind.name());
    }
    for (action, described) in view.actions.iter().zip(table.manifest().view.actions_of(view)) {
        let params: Vec<String> = described.values().map(param).collect();
        let scope = if action.default_only {
            " (default only)"
        } else if action.table_only {
            " (entries only)"
        } else {
            ""
        };
        out += &format!("  action  {}({}){scope}\n", described.preamble.name, params.join(", "));
    }
    out
}

pub(super) fn param(param: &Param) -> String {
    format!("{}: {}<{}>", param.name, if param.signed { "int" } else { "bit" }, param.width)
}

fn dump(program: &Program, name: Option<&str>) -> Result<(), Error> {
    let tables = match name {
        Some(name) => vec![program.table(name)?],
        None => program.tables()?,
    };
    for table in tables {
        let entries = table.entries()?;
        let default = if table.view().is_set() { None } else { Some(table.default_action()?) };
        if output::is_json() {
            let entries = entries.iter().map(|(origin, entry)| json::entry(&table, *origin, entry));
            let default = default.iter().map(|default| json::default_action(&table, default));
            entries.chain(default).for_each(|object| print(&format!("{object}\n")));
        } else {
            print(&dumped(&table, &entries, default.as_ref()));
        }
    }
    Ok(())
}

fn dumped(table: &Table<'_>, entries: &[(Origin, Entry)], default: Option<&ActionCall>) -> String {
    let view = table.view();
    let mut out = format!("{}\n", view.name());
    for (origin, entry) in entries {
        let keys = table.keys_text(&entry.keys);
        let priority = entry.priority.filter(|_| view.has_priorities());
        let priority = priority.map_or_else(String::new, |priority| format!(" priority {priority}"));
        if view.is_set() {
            out += &format!("  {keys}\n");
            continue;
        }
        let constant = if *origin == Origin::Const { "  (const)" } else { "" };
        let cells = cells(table, entry) + &idle::text(entry);
        out += &format!("  {keys}{priority} -> {}{constant}{cells}\n", table.target_text(&entry.target));
    }
    if let Some(default) = default {
        let constant = if view.default_is_const { "  (const)" } else { "" };
        out += &format!("  default -> {}{constant}\n", table.call_text(default));
    }
    out
}

/// What the entry's direct counters and meters hold: `  (5 packets, 300 bytes)`; of several of a kind with their names.
fn cells(table: &Table<'_>, entry: &Entry) -> String {
    let mut text = String::new();
    for kind in [CellKind::Counter, CellKind::Meter] {
        let is_one = table.directs(kind).count() == 1;
        for cells in table.directs(kind) {
            let cell = table.cell(cells, entry);
            if kind.adds_up() || !cell.is_zero() {
                let last = cells.name().rsplit('.').next().unwrap_or_default();
                let name = if is_one { String::new() } else { format!("{last}: ") };
                text += &format!("  ({name}{})", cells.layout().text(&cell.0));
            }
        }
    }
    text
}
