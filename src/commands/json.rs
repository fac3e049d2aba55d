//! What commands print with `--json`, where several print the same. docs/json.md says what each member means.

use p4xdp_control::entry::ActionCall;
use p4xdp_control::view::{Action, Param, TableAction};
use p4xdp_runtime::Program;
use p4xdp_runtime::cells::{Cell, CellKind, Cells};
use p4xdp_runtime::storage::{Entry, Target};
use p4xdp_runtime::tables::{Origin, Table};
use p4xdp_runtime::value;
use serde_json::{Map, Value, json};

/// Members of an object.
pub type Members = Map<String, Value>;

/// Members by name.
pub fn members<const N: usize>(members: [(&str, Value); N]) -> Members {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Which program it is.
pub fn program(program: &Program) -> Members {
    members([
        ("program", program.name().into()),
        ("id", program.id().into()),
        ("source", program.manifest().source.as_str().into()),
    ])
}

/// Texts by name.
pub fn texts<'n>(texts: impl IntoIterator<Item = (&'n str, String)>) -> Value {
    texts.into_iter().map(|(name, text)| (name.to_owned(), text.into())).collect::<Members>().into()
}

/// What a number is.
fn param(param: &Param) -> Value {
    json!({ "name": param.name, "width": param.width, "signed": param.signed })
}

/// What numbers are.
pub fn params<'p>(params: impl Iterator<Item = &'p Param>) -> Value {
    params.map(param).collect()
}

/// An action that a table or profile lists.
pub fn action((listed, action): (&TableAction, &Action)) -> Value {
    let scope = match (listed.default_only, listed.table_only) {
        (true, _) => "default_only",
        (false, true) => "table_only",
        (false, false) => "table_and_default",
    };
    json!({ "name": action.preamble.name, "params": params(action.values()), "scope": scope })
}

/// A table or value set with its keys and actions.
pub fn table(table: &Table<'_>, entries: u64) -> Value {
    let view = table.view();
    let keys = view.keys.iter().map(|key| {
        let mut object = param(&key.param);
        if let Some(members) = object.as_object_mut() {
            members.insert("match".to_owned(), key.match_kind.name().into());
        }
        object
    });
    let listed = table.manifest().view.actions_of(view);
    let mut object = members([
        (name_of_table(table), view.name().into()),
        ("entries", entries.into()),
        ("size", table.capacity().into()),
        ("keys", keys.collect()),
    ]);
    if !view.is_set() {
        object.insert("actions".to_owned(), view.actions.iter().zip(listed).map(action).collect());
    }
    object.into()
}

/// What the member is called that has the name of a table.
fn name_of_table(table: &Table<'_>) -> &'static str {
    if table.view().is_set() { "value_set" } else { "table" }
}

/// An action with its arguments.
pub fn call(named: Option<(&str, Vec<(&str, String)>)>, call: &ActionCall) -> Members {
    match named {
        Some((action, args)) => members([("action", action.into()), ("args", texts(args))]),
        None => members([("action", call.action.to_string().into())]),
    }
}

/// An entry by its keys: the table, the keys and the priority.
pub fn place(table: &Table<'_>, entry: &Entry) -> Members {
    let mut object = members([
        (name_of_table(table), table.view().name().into()),
        ("keys", texts(table.named_keys(&entry.keys))),
    ]);
    let priority = entry.priority.filter(|_| table.view().has_priorities());
    object.extend(priority.map(|priority| ("priority".to_owned(), priority.into())));
    object
}

/// An entry with what it runs and what it has counted, as `table insert --from` reads it.
pub fn entry(table: &Table<'_>, origin: Origin, entry: &Entry) -> Value {
    let mut object = place(table, entry);
    if table.view().is_set() {
        return object.into();
    }
    match &entry.target {
        Target::Action(action) => object.extend(call(table.named_call(action), action)),
        Target::Member(number) => object.extend(members([("member", (*number).into())])),
        Target::Group(number) => object.extend(members([("group", (*number).into())])),
    }
    if origin == Origin::Const {
        object.extend(members([("const", true.into())]));
    }
    for (kind, name) in [(CellKind::Counter, "counters"), (CellKind::Meter, "meters")] {
        let cells = |cells: &Cells<'_>| (cells.name().to_owned(), values(cells, &table.cell(cells, entry)));
        let held: Members = table.directs(kind).map(cells).collect();
        if !held.is_empty() {
            object.extend(members([(name, held.into())]));
        }
    }
    object.extend(idle(entry));
    object.into()
}

/// How long an entry with a timeout has been idle.
pub fn idle(entry: &Entry) -> Members {
    match entry.idle.timeout {
        Some(timeout) => {
            members([("idle_timeout_ns", timeout.into()), ("idle_ns", entry.idle.unused.into())])
        }
        None => Members::new(),
    }
}

/// A table's default action.
pub fn default_action(table: &Table<'_>, action: &ActionCall) -> Value {
    let mut object = members([("table", table.view().name().into()), ("default", true.into())]);
    object.extend(call(table.named_call(action), action));
    if table.view().default_is_const {
        object.extend(members([("const", true.into())]));
    }
    object.into()
}

/// What a cell holds. Counts and rates are numbers, what a program keeps in a register is text, as it may be wider than JSON's numbers.
pub fn values(cells: &Cells<'_>, cell: &Cell) -> Value {
    let fields = cells.fields().zip(&cell.0).map(|(field, number)| {
        let number = match u64::try_from(number) {
            Ok(number) if cells.kind() != CellKind::Register => number.into(),
            Ok(_) | Err(_) => value::format(number, field).into(),
        };
        (field.name.clone(), number)
    });
    fields.collect::<Members>().into()
}

/// Bytes in hexadecimal digits.
pub fn bytes(bytes: &[u8]) -> Value {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
}
