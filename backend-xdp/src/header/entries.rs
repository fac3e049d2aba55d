//! The entries of a table in the header: in, where they are stored and what hangs on them; out, the insides of the functions that change them.
//! A change is one call of the kernel where entries stand in one map and nothing hangs on them. Any other goes by the support's
//! `struct p4xdp_table`, which knows all maps of the table.

use super::line;
use super::maps::Maps;
use super::storage;
use super::tables::TableHeader;
use crate::tables::control_plane::{CStorage, Functions, KeyField, Member, OneCall};
use p4xdp_control::manifest::{CellKind, Cells, Direct, Table};
use std::collections::BTreeMap;

/// What functions on entries of several maps share.
const ENTRIES: &str = include_str!("support/entries.h");
/// The same for entries that can be idle.
const IDLE: &str = include_str!("support/idle.h");

/// See the module.
pub struct Entries<'a> {
    table: Table<'a>,
    maps: &'a Maps<'a>,
    c: Box<dyn CStorage>,
    /// How they are changed, if that is one call.
    one_call: Option<OneCall>,
}

/// The parts of the support that these tables need, in their order; and what writes by several steps needs, if there are others.
pub fn support(tables: &[TableHeader<'_>], others: bool) -> Vec<&'static str> {
    let list = || tables.iter().filter_map(TableHeader::entries).filter(|entries| entries.need_maps());
    let storages: BTreeMap<&str, &[&str]> = list()
        .map(|entries| entries.c.functions())
        .map(|functions| (functions.name, functions.parts))
        .collect();
    let mut parts = Vec::new();
    parts.extend((others || !storages.is_empty()).then_some(ENTRIES));
    parts.extend(list().any(Entries::can_be_idle).then_some(IDLE));
    for part in storages.into_values().flatten() {
        if !parts.contains(part) {
            parts.push(part);
        }
    }
    parts
}

impl<'a> Entries<'a> {
    /// Those of a table; `None` if it has none at run time.
    pub fn new(table: Table<'a>, maps: &'a Maps<'a>) -> Option<Entries<'a>> {
        let c = storage::of(table.layout.storage.as_ref()?, table);
        let one_call = c.one_call().filter(|_| table.layout.direct.is_none());
        Some(Entries { table, maps, c, one_call })
    }

    /// Functions take the structure with all maps, rather than the map with the entries.
    pub fn need_maps(&self) -> bool {
        self.one_call.is_none()
    }

    fn direct(&self) -> Option<&'a Direct> {
        self.table.layout.direct.as_ref()
    }

    /// There are counters or meters by the numbers of entries.
    pub fn are_numbered(&self) -> bool {
        self.direct().is_some_and(|direct| !direct.externs.is_empty())
    }

    /// An entry may be given a time after which it is idle.
    pub fn can_be_idle(&self) -> bool {
        self.direct().is_some_and(|direct| direct.idle.is_some())
    }

    /// See [`CStorage`].
    pub fn key_structure(&self, stem: &str, keys: &[KeyField<'_>]) -> Vec<String> {
        self.c.key_structure(stem, keys)
    }

    /// See [`CStorage`].
    pub fn key_type(&self, stem: &str) -> String {
        self.c.key_type(stem)
    }

    /// See [`CStorage`].
    pub fn fill_key(&self, keys: &[KeyField<'_>], has_priorities: bool) -> Vec<String> {
        self.c.fill_key(keys, has_priorities)
    }

    /// The argument in front of the others.
    pub fn argument(&self) -> String {
        if self.need_maps() { self.maps.argument() } else { "int map_fd".to_owned() }
    }

    /// Declares what [`Entries::prepare`] fills.
    pub fn declare(&self, out: &mut String) {
        if self.need_maps() {
            line(out, "\tstruct p4xdp_table table;");
        }
    }

    /// Writes what stands in front of a change.
    pub fn prepare(&self, out: &mut String, stem: &str, has_timeout: bool) {
        if self.need_maps() {
            line(out, &format!("\t{stem}_table(maps, &table);"));
        }
        if has_timeout {
            line(out, "\ttable.timeout = idle_timeout;");
        }
    }

    /// The expression that puts `value` under `key`.
    pub fn put(&self, flags: &str) -> String {
        match &self.one_call {
            Some(call) => (call.put)(flags),
            None => format!("p4xdp_put_entry(&table, &key, &value, {flags})"),
        }
    }

    /// The expression that removes what stands under `key`; values are of this type.
    pub fn delete(&self, value_type: &str) -> String {
        match &self.one_call {
            Some(call) => (call.delete)(value_type),
            None => "p4xdp_remove_entry(&table, &key)".to_owned(),
        }
    }

    /// Writes the function that says how they are stored, if the others need it; values are of this type.
    pub fn write_table(&self, out: &mut String, stem: &str, value_type: &str) {
        let Some(storage) = self.table.layout.storage.as_ref().filter(|_| self.need_maps()) else { return };
        let Functions { name, members, .. } = self.c.functions();
        line(
            out,
            &format!(
                "\n/* How entries are stored, as far as the functions below need to know. */\n\
             static inline void {stem}_table({}, struct p4xdp_table *table)\n{{\n\
             {}\tmemset(table, 0, sizeof(*table));\n\tp4xdp_in_{name}(table);",
                self.maps.argument(),
                members.iter().map(|(member, value)| list(member, value)).collect::<String>()
            ),
        );
        let mut set = |member: &str, value: &str| line(out, &format!("\ttable->{member} = {value};"));
        let strategy = storage.strategy();
        set("entries", &self.maps.descriptor(strategy.map()));
        set("key_size", &strategy.keys_within().to_string());
        if let Some(map) = strategy.maps().first() {
            set("value_size", &map.value_size.to_string());
        }
        set("action_size", &format!("sizeof({value_type})"));
        for (member, value) in members {
            let value = match value {
                Member::Map(name) => self.maps.descriptor(&name),
                Member::Number(number) => number.to_string(),
                Member::List(..) => member.to_owned(),
            };
            set(member, &value);
        }
        if let Some(direct) = self.direct() {
            self.write_direct(direct, &mut set);
        }
        line(out, "}");
    }

    /// What hangs on entries.
    fn write_direct(&self, direct: &Direct, set: &mut impl FnMut(&str, &str)) {
        if let (Some(number), Some(free)) = (&direct.number, &direct.free) {
            set("number", &number.offset.to_string());
            set("first", &direct.first.to_string());
            set("numbers", &direct.numbers.to_string());
            set("free_numbers", &self.maps.descriptor(&free.map));
            set("free_base", &free.base.to_string());
        }
        for (position, item) in direct.externs.iter().enumerate() {
            let mut set = |member: &str, value: &str| set(&format!("cells[{position}].{member}"), value);
            set("map", &self.maps.descriptor(&item.cells.map));
            set("size", &item.cells.value_size.to_string());
            set("is_per_cpu", if item.cells.per_cpu { "1" } else { "0" });
            let (from, to) = kept(&item.cells);
            set("kept_from", &from.to_string());
            set("kept_to", &to.to_string());
            set("flags", if item.cells.locked { "BPF_F_LOCK" } else { "BPF_ANY" });
        }
        if let Some(idle) = &direct.idle {
            set("stamp", "p4xdp_stamp");
            set("idle", &self.maps.descriptor(&idle.map));
        }
    }
}

/// Declares what a member points to, if it is a list.
fn list(member: &str, value: &Member) -> String {
    let Member::List(tag, rows) = value else { return String::new() };
    let row = |numbers: &Vec<u32>| {
        let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
        format!("\t\t{{ {} }},\n", numbers.join(", "))
    };
    format!(
        "\tstatic const struct {tag} {member}[] = {{\n{}\t}};\n\n",
        rows.iter().map(row).collect::<String>()
    )
}

/// The bytes of the cell of misses that a new entry begins with: the rates of a meter, and nothing of what was counted.
fn kept(cells: &Cells) -> (u32, u32) {
    if cells.kind != CellKind::Meter {
        return (0, 0);
    }
    let places = || cells.fields.iter().map(|field| &field.place);
    let from = places().map(|place| place.offset).min();
    let to = places().map(|place| place.offset + place.size).max();
    (from.unwrap_or(0), to.unwrap_or(0))
}
