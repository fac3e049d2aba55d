//! A table in the header: the map's name, its structures, and a function for each thing that can be done with it. Where that takes more than
//! one map, [`super::entries`] has the insides.

use super::entries::Entries;
use super::maps::Maps;
use super::values::{self, ActionHeader, last, open};
use super::{cells, line, macro_of_map};
use crate::names::{self, Taken};
use crate::tables::control_plane::{Given, KeyField, key_fields};
use p4xdp_control::manifest::{DefaultData, Manifest, Table};
use p4xdp_control::storage::{GROUP, MEMBER, Place};

/// Names that the functions use themselves.
const USED: &[&str] = &["map_fd", "key", "value", "err"];
/// The same of those that take several maps.
const USED_WITH_MAPS: &[&str] = &["maps", "table", "priority", "idle_timeout", "number", "mask"];

/// How a value is filled.
#[derive(Clone, Copy)]
enum Filled<'f> {
    /// By a call, which may fail.
    Call(&'f str),
    /// By these statements.
    By(&'f str),
}

/// The tables of a manifest with their names in C.
pub struct Tables<'a> {
    manifest: &'a Manifest,
    maps: &'a Maps<'a>,
    prefix: &'a str,
}

/// A table with all its names in C.
pub struct TableHeader<'a> {
    table: Table<'a>,
    /// Names begin with it: the prefix and the map's name, if there is a map.
    stem: String,
    /// The macro that has the name of the map with its default action.
    default: Option<String>,
    prefix: &'a str,
    keys: Vec<KeyField<'a>>,
    actions: Vec<ActionHeader<'a>>,
    /// Its entries at run time, if it has some.
    entries: Option<Entries<'a>>,
    /// Its entries may name groups.
    has_groups: bool,
}

impl<'a> Tables<'a> {
    /// Of this manifest, whose maps these are; all names begin with the prefix.
    pub fn new(manifest: &'a Manifest, maps: &'a Maps<'a>, prefix: &'a str) -> Tables<'a> {
        Tables { manifest, maps, prefix }
    }

    /// In the order of the program.
    pub fn list(&self) -> Vec<TableHeader<'a>> {
        let mut stems: Taken = self.manifest.tables().filter_map(map_name).map(str::to_owned).collect();
        let maps = self.manifest.tables().filter_map(map_name);
        let maps = maps.map(|map| format!("{}{map}_MAP", self.prefix).to_uppercase());
        let of_externs = self.manifest.externs.iter().map(|instance| super::map_macro(instance, self.prefix));
        let mut constants: Taken = maps.chain(of_externs).collect();
        let mut list = Vec::new();
        for table in self.manifest.tables() {
            let stem = match map_name(table) {
                Some(map) => map.to_owned(),
                None => names::member(last(table.name()), &mut stems),
            };
            let stem = format!("{}{stem}", self.prefix);
            let default = table.layout.default.as_ref();
            let default = default
                .map(|_| names::member(&format!("{}_DEFAULT_MAP", stem.to_uppercase()), &mut constants));
            let entries = Entries::new(table, self.maps);
            let keys = keys(table, entries.as_ref());
            let actions = self.actions(table, &stem, (&keys, entries.as_ref()), &mut constants);
            let profile = self.manifest.view.profile_of(table.view).and_then(|known| known.profile.as_ref());
            let has_groups = profile.is_some_and(|profile| profile.has_groups);
            let prefix = self.prefix;
            list.push(TableHeader { table, stem, default, prefix, keys, actions, entries, has_groups });
        }
        list
    }

    fn actions(
        &self,
        table: Table<'a>,
        stem: &str,
        (keys, entries): (&[KeyField<'_>], Option<&Entries<'_>>),
        constants: &mut Taken,
    ) -> Vec<ActionHeader<'a>> {
        if table.view.is_set() {
            return Vec::new();
        }
        // An action's arguments stand beside the keys', so they must differ.
        let mut used = used(table, entries);
        let arguments: Vec<(&str, String)> = keys.iter().flat_map(KeyField::arguments).collect();
        used.extend(keys.iter().map(|key| key.field.name.as_str()));
        used.extend(arguments.iter().map(|(name, _)| *name));
        let of = (table.view.actions.as_slice(), table.layout.actions.as_slice());
        let number = |position| table.default_number(position);
        values::actions(&self.manifest.view, of, stem, number, &used, constants)
    }
}

/// Names that a table's functions use themselves.
fn used(table: Table<'_>, entries: Option<&Entries<'_>>) -> Vec<&'static str> {
    let mut used = USED.to_vec();
    if table.layout.target.is_some() {
        used.extend(["member", "group"]);
    }
    if entries.is_some_and(Entries::need_maps) {
        used.extend(USED_WITH_MAPS);
    }
    used
}

fn keys<'a>(table: Table<'a>, entries: Option<&Entries<'_>>) -> Vec<KeyField<'a>> {
    key_fields(table.view.match_keys().zip(&table.layout.keys), &used(table, entries))
}

fn map_name(table: Table<'_>) -> Option<&str> {
    Some(table.layout.storage.as_ref()?.strategy().map())
}

impl<'a> TableHeader<'a> {
    /// Its entries at run time, if it has some.
    pub fn entries(&self) -> Option<&Entries<'a>> {
        self.entries.as_ref()
    }

    /// The macros that have the names of the table's map, or of the map with its default action, and of its direct counters and meters.
    pub fn map_macros(&self) -> Vec<String> {
        let own = match map_name(self.table) {
            Some(_) => Some(format!("{}_MAP", self.stem.to_uppercase())),
            None => self.default.clone(),
        };
        let direct = self.table.layout.direct.iter().flat_map(|direct| &direct.externs);
        own.into_iter().chain(direct.map(|item| macro_of_map(&item.cells.map, self.prefix))).collect()
    }

    /// Writes all of it.
    pub fn write(&self, out: &mut String) {
        let value_size = self.value_size();
        let kind = if self.table.view.is_set() { "Value set" } else { "Table" };
        let name = self.table.name();
        if self.entries.is_none() && value_size.is_none() {
            line(out, &format!("/* {kind} {name}: all of it is code */"));
            return self.write_direct(out);
        }
        let keys: Vec<String> = self
            .table
            .view
            .keys
            .iter()
            .map(|k| format!("{} ({})", k.param.name, k.match_kind.name()))
            .collect();
        let keys = if keys.is_empty() { "no key".to_owned() } else { keys.join(", ") };
        line(out, &format!("/* {kind} {name}: {keys} */\n"));
        self.write_types(out, value_size.filter(|_| !self.table.view.is_set()));
        for action in self.actions.iter().filter(|_| value_size.is_some()) {
            values::write_make(out, &self.stem, &self.tag(), action);
        }
        if let Some(entries) = &self.entries {
            self.write_changes(out, entries);
        }
        if let Some(data) = &self.table.layout.default {
            for action in self.actions.iter().filter(|a| !a.action.table_only) {
                self.write_default(out, data, action);
            }
        }
        self.write_direct(out);
    }

    /// Direct counters and meters, whose indices are the numbers of entries.
    fn write_direct(&self, out: &mut String) {
        for item in self.table.layout.direct.iter().flat_map(|direct| &direct.externs) {
            let name = format!("{}, by the number of an entry", item.name);
            cells::write(out, &name, &macro_of_map(&item.cells.map, self.prefix), &item.cells, self.prefix);
        }
    }

    /// The functions that change entries.
    fn write_changes(&self, out: &mut String, entries: &Entries<'_>) {
        self.write_make_key(out, entries);
        entries.write_table(out, &self.stem, &self.value_type());
        let (insert, update) = ("Adds an entry; -EEXIST if there is one", "Adds or replaces an entry");
        if self.table.view.is_set() {
            let what = "Adds an element; -EEXIST if it is there";
            self.write_put(out, entries, "insert", &[], None, ("BPF_NOEXIST", what));
        } else if self.table.layout.target.is_some() {
            let mut targets = vec![("member", MEMBER)];
            if self.has_groups {
                targets.push(("group", GROUP));
            }
            for (target, number) in targets {
                let clear = if entries.need_maps() { "memset(&value, 0, sizeof(value));\n\t" } else { "" };
                let fill = format!("{clear}value.action = {number};\n\tvalue.target = {target};");
                let argument = [format!("__u32 {target}")];
                for (verb, flags) in [("insert", ("BPF_NOEXIST", insert)), ("update", ("BPF_ANY", update))] {
                    let name = format!("{verb}_{target}");
                    self.write_put(out, entries, &name, &argument, Some(Filled::By(&fill)), flags);
                }
            }
        } else {
            for action in self.actions.iter().filter(|a| !a.action.default_only) {
                let arguments: Vec<String> = action.params.iter().map(|f| f.argument()).collect();
                let call = values::call_make(&self.stem, action);
                for (verb, flags) in [("insert", ("BPF_NOEXIST", insert)), ("update", ("BPF_ANY", update))] {
                    let name = format!("{verb}_{}", action.name);
                    self.write_put(out, entries, &name, &arguments, Some(Filled::Call(&call)), flags);
                }
            }
        }
        let what = "Removes an entry; -ENOENT if there is none";
        self.write_by_key(out, entries, ("delete", what), &[], &entries.delete(&self.value_type()));
        if entries.are_numbered() {
            let (what, number) = ("Finds the number of an entry; -ENOENT if there is none", "__u32 *number");
            let find = "p4xdp_find_number(&table, &key, number, NULL)";
            self.write_by_key(out, entries, ("number", what), &[number], find);
        }
        if entries.can_be_idle() {
            let what = "Sets the nanoseconds that an entry may be idle, 0 for ever; -ENOENT if there is none";
            let set = "p4xdp_set_timeout(&table, &key)";
            self.write_by_key(out, entries, ("set_idle_timeout", what), &["__u64 idle_timeout"], set);
        }
    }

    /// The tag of the structure with an action.
    fn tag(&self) -> String {
        format!("{}_value", self.stem)
    }

    /// The C type of what an entry holds.
    fn value_type(&self) -> String {
        match self.table.layout.target {
            _ if self.table.view.is_set() => "__u32".to_owned(),
            Some(_) => format!("struct {}_target", self.stem),
            None => format!("struct {}", self.tag()),
        }
    }

    fn value_size(&self) -> Option<u32> {
        match self.table.layout.storage.as_ref().filter(|_| self.table.layout.target.is_none()) {
            Some(storage) => Some(storage.strategy().value_size()),
            None => self.table.layout.default.as_ref().map(|data| data.size),
        }
    }

    /// The maps' names, and the structures of keys and values; of values that are not those of a storage or default action, none.
    fn write_types(&self, out: &mut String, value_size: Option<u32>) {
        let stem = &self.stem;
        let upper = stem.to_uppercase();
        if let Some(map) = map_name(self.table) {
            line(out, &format!("#define {upper}_MAP \"{map}\""));
        }
        if let (Some(data), Some(name)) = (&self.table.layout.default, &self.default) {
            line(out, &format!("#define {name} \"{}\"", data.section));
        }
        match value_size {
            Some(_) => values::write_numbers(out, stem, &self.actions),
            None => line(out, ""),
        }
        let number = self.table.layout.direct.as_ref().and_then(|direct| direct.number.as_ref());
        if let Some(entries) = &self.entries {
            entries.key_structure(stem, &self.keys).iter().for_each(|declared| line(out, declared));
            if let Some(target) = &self.table.layout.target {
                write_target(out, stem, target, number);
            }
        }
        if let Some(value_size) = value_size {
            // Where entries name members, this is a default action, which is laid out as members are.
            let number = number.filter(|_| self.table.layout.target.is_none());
            values::write_structure(out, (stem, &self.tag()), value_size, number, &self.actions);
        }
    }

    /// The arguments that name an entry.
    fn key_arguments(&self) -> Vec<String> {
        let keys = self.keys.iter().flat_map(KeyField::arguments).map(|(_, declared)| declared);
        let priority = self.table.view.has_priorities().then(|| "__u32 priority".to_owned());
        keys.chain(priority).collect()
    }

    /// A function that fills a key (an index) from arguments.
    fn write_make_key(&self, out: &mut String, entries: &Entries<'_>) {
        let stem = &self.stem;
        let target = format!("{} *key", entries.key_type(stem));
        let mut arguments = vec![target];
        arguments.extend(self.key_arguments());
        let ranges = self.keys.iter().any(|key| matches!(key.given, Given::Bounds(..)));
        let what = match ranges {
            false => "The key of an entry; -ERANGE if an argument is too large",
            true => "The key of an entry; -ERANGE if an argument is too large, -EINVAL for an empty range",
        };
        open(out, what, &format!("{stem}_make_key"), &arguments);
        for check in self.keys.iter().flat_map(KeyField::checks) {
            line(out, &format!("\t{check}"));
        }
        for statement in entries.fill_key(&self.keys, self.table.view.has_priorities()) {
            line(out, &format!("\t{statement}"));
        }
        line(out, "\treturn 0;\n}");
    }

    /// A function that puts an entry into the map.
    fn write_put(
        &self,
        out: &mut String,
        entries: &Entries<'_>,
        name: &str,
        arguments: &[String],
        filled: Option<Filled<'_>>,
        (flags, what): (&str, &str),
    ) {
        let stem = &self.stem;
        let mut all = vec![entries.argument()];
        all.extend(self.key_arguments());
        all.extend(entries.can_be_idle().then(|| "__u64 idle_timeout".to_owned()));
        all.extend(arguments.iter().cloned());
        open(out, what, &format!("{stem}_{name}"), &all);
        let value = match filled {
            Some(Filled::Call(_) | Filled::By(_)) => format!("{} value", self.value_type()),
            None => format!("__u32 value = {}", self.table.first_action()),
        };
        line(out, &format!("\t{value};\n\t{} key;", entries.key_type(stem)));
        entries.declare(out);
        line(out, &format!("\tint err = {};\n", self.call_make_key()));
        if let Some(Filled::Call(call)) = filled {
            line(out, &format!("\tif (!err)\n\t\terr = {call};"));
        }
        line(out, "\tif (err)\n\t\treturn err;");
        if let Some(Filled::By(fill)) = filled {
            line(out, &format!("\t{fill}"));
        }
        entries.prepare(out, stem, entries.can_be_idle());
        line(out, &format!("\treturn {};\n}}", entries.put(flags)));
    }

    fn call_make_key(&self) -> String {
        let keys = self.keys.iter().flat_map(KeyField::arguments).map(|(name, _)| name.to_owned());
        let priority = self.table.view.has_priorities().then(|| "priority".to_owned());
        let arguments: Vec<String> = std::iter::once("&key".to_owned()).chain(keys).chain(priority).collect();
        format!("{}_make_key({})", self.stem, arguments.join(", "))
    }

    /// A function of the key and further arguments, which returns an expression.
    fn write_by_key(
        &self,
        out: &mut String,
        entries: &Entries<'_>,
        (name, what): (&str, &str),
        arguments: &[&str],
        result: &str,
    ) {
        let stem = &self.stem;
        let mut all = vec![entries.argument()];
        all.extend(self.key_arguments());
        all.extend(arguments.iter().map(|&argument| argument.to_owned()));
        open(out, what, &format!("{stem}_{name}"), &all);
        line(out, &format!("\t{} key;", entries.key_type(stem)));
        entries.declare(out);
        line(out, &format!("\tint err = {};\n", self.call_make_key()));
        line(out, "\tif (err)\n\t\treturn err;");
        entries.prepare(out, stem, name == "set_idle_timeout");
        line(out, &format!("\treturn {result};\n}}"));
    }

    fn write_default(&self, out: &mut String, data: &DefaultData, action: &ActionHeader<'_>) {
        let stem = &self.stem;
        let mut arguments = vec!["int map_fd".to_owned()];
        arguments.extend(action.params.iter().map(|f| f.argument()));
        let map = self.default.as_deref().unwrap_or_default();
        let what = format!("Sets the default action; the map is {map}");
        open(out, &what, &format!("{stem}_set_default_{}", action.name), &arguments);
        line(
            out,
            &format!("\tstruct {stem}_value value;\n\tint err = {};\n", values::call_make(stem, action)),
        );
        line(out, "\tif (err)\n\t\treturn err;");
        line(
            out,
            &format!("\treturn p4xdp_set_default(map_fd, {}, &value, sizeof(value));\n}}", data.offset),
        );
    }
}

/// The structure with what an entry names of an action profile.
fn write_target(out: &mut String, stem: &str, target: &Place, number: Option<&Place>) {
    let mut members = vec![(target.offset, "\t__u32 target;")];
    members.extend(number.map(|number| (number.offset, "\t__u32 number; /* of the entry's cells */")));
    members.sort_unstable();
    line(out, &format!("struct {stem}_target {{\n\t__u32 action; /* what the target is */"));
    members.iter().for_each(|(_, member)| line(out, member));
    line(out, "};");
}
