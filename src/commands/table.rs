//! `p4xdp table`: the tables of a running program, and its value sets.

mod idle;

use super::{Exit, complain, output::print, target};
use crate::cli::{EntryArgs, TableCommand};
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
        TableCommand::Insert(args) => return change(args, |table, entry| table.insert(entry)),
        TableCommand::Modify(args) => return change(args, |table, entry| table.modify(entry)),
        TableCommand::Delete { target, table, keys, priority } => target::change(target, |program| {
            let table = program.table(table)?;
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let priority = stated(&table, *priority);
            table.delete(&table.keys(&keys)?, priority)
        }),
        TableCommand::Idle(args) => idle::run(args),
        TableCommand::Clear { target, table } => target::change(target, |program| {
            let removed = program.table(table)?.clear()?;
            print(&format!("{removed} entries removed\n"));
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
fn change(args: &EntryArgs, apply: impl Fn(&Table<'_>, &Entry) -> Result<(), Error>) -> Exit {
    let changed = target::change(&args.target, |program| {
        let table = table_of(&program, &args.table, args.force)?;
        let keys = table.view().match_keys().count();
        let words: Vec<&str> = args.words.iter().map(String::as_str).collect();
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
        let mut entry = table.entry(keys, action, arguments, stated(&table, args.priority))?;
        entry.idle.timeout = args.idle_timeout.map(idle::nanoseconds);
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
    let manifest = program.manifest();
    for table in program.tables()? {
        let view = table.view();
        let (len, capacity) = (table.len()?, table.capacity());
        let what = if view.is_set() { "elements, value set" } else { "entries" };
        let mut out = format!("{} ({len} of {capacity} {what})\n", view.name());
        for key in &view.keys {
            out += &format!("  key     {} {}\n", param(&key.param), key.match_kind.name());
        }
        for (action, described) in view.actions.iter().zip(manifest.view.actions_of(view)) {
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
        print(&out);
    }
    Ok(())
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
        let view = table.view();
        let mut out = format!("{}\n", view.name());
        for (origin, entry) in table.entries()? {
            let keys = table.keys_text(&entry.keys);
            let priority = entry.priority.filter(|_| view.has_priorities());
            let priority = priority.map_or_else(String::new, |priority| format!(" priority {priority}"));
            if view.is_set() {
                out += &format!("  {keys}\n");
                continue;
            }
            let constant = if origin == Origin::Const { "  (const)" } else { "" };
            let cells = cells(&table, &entry) + &idle::text(&entry);
            out += &format!("  {keys}{priority} -> {}{constant}{cells}\n", table.target_text(&entry.target));
        }
        if !view.is_set() {
            let constant = if view.default_is_const { "  (const)" } else { "" };
            out += &format!("  default -> {}{constant}\n", table.call_text(&table.default_action()?));
        }
        print(&out);
    }
    Ok(())
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
