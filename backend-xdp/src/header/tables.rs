//! A table in the header: the map's name, its structures, and a function for each thing that can be done with it.

use super::line;
use super::storage;
use crate::names::{self, Taken};
use crate::tables::control_plane::{CStorage, Field, declarations, fields, prefix_length};
use p4xdp_control::manifest::{DefaultData, Manifest, Table};
use p4xdp_control::storage::ByteOrder;
use p4xdp_control::view::{Key, MatchKind, TableAction};

/// Names that the functions use themselves.
const USED: &[&str] = &["map_fd", "key", "value", "err"];

/// The tables of a manifest with their names in C.
pub struct Tables<'a> {
    manifest: &'a Manifest,
    prefix: &'a str,
}

/// A table with all its names in C.
pub struct TableHeader<'a> {
    table: Table<'a>,
    /// Names begin with it: the prefix and the map's name, if there is a map.
    stem: String,
    keys: Vec<Field<'a>>,
    actions: Vec<ActionHeader<'a>>,
}

struct ActionHeader<'a> {
    name: String,
    constant: String,
    action: &'a TableAction,
    params: Vec<Field<'a>>,
    number: usize,
}

impl<'a> Tables<'a> {
    /// Of this manifest; all names begin with the prefix.
    pub fn new(manifest: &'a Manifest, prefix: &'a str) -> Tables<'a> {
        Tables { manifest, prefix }
    }

    /// In the order of the program.
    pub fn list(&self) -> Vec<TableHeader<'a>> {
        let mut stems: Taken = self.manifest.tables().filter_map(map_name).map(str::to_owned).collect();
        let mut constants = Taken::default();
        let mut list = Vec::new();
        for table in self.manifest.tables().filter(|table| !table.view.is_set()) {
            let stem = match map_name(table) {
                Some(map) => map.to_owned(),
                None => names::member(last(table.name()), &mut stems),
            };
            let stem = format!("{}{stem}", self.prefix);
            let actions = self.actions(table, &stem, &mut constants);
            list.push(TableHeader { table, stem, keys: keys(table), actions });
        }
        list
    }

    fn actions(&self, table: Table<'a>, stem: &str, constants: &mut Taken) -> Vec<ActionHeader<'a>> {
        let base = table.first_action() as usize;
        // `make_key` is taken.
        let mut taken = Taken::from_iter(["key".to_owned()]);
        // An action's arguments stand beside the keys', so they must differ.
        let keys = keys(table);
        let mut used: Vec<&str> = USED.to_vec();
        used.extend(keys.iter().map(|field| field.name.as_str()));
        let layouts = table.view.actions.iter().zip(&table.layout.actions).enumerate();
        layouts
            .filter_map(|(position, (action, places))| {
                let declared = self.manifest.view.actions.get(action.action)?;
                let last = last(&declared.preamble.name);
                Some(ActionHeader {
                    name: names::member(last, &mut taken),
                    constant: names::member(&format!("{stem}_{last}").to_uppercase(), constants),
                    action,
                    params: fields(declared.values().zip(places), &used),
                    number: position + base,
                })
            })
            .collect()
    }
}

/// The last part of a name.
fn last(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}

fn keys(table: Table<'_>) -> Vec<Field<'_>> {
    fields(table.view.match_keys().map(|key| &key.param).zip(&table.layout.keys), USED)
}

fn map_name(table: Table<'_>) -> Option<&str> {
    Some(table.layout.storage.as_ref()?.strategy().map())
}

impl TableHeader<'_> {
    /// The macro that has the name of the table's map, or of the map with its default action.
    pub fn map_macro(&self) -> Option<String> {
        let upper = self.stem.to_uppercase();
        match (map_name(self.table), &self.table.layout.default) {
            (Some(_), _) => Some(format!("{upper}_MAP")),
            (None, Some(_)) => Some(format!("{upper}_DEFAULT_MAP")),
            (None, None) => None,
        }
    }

    /// Writes all of it.
    pub fn write(&self, out: &mut String) {
        let Some(value_size) = self.value_size() else {
            let name = self.table.name();
            match map_name(self.table) {
                Some(map) => {
                    line(out, &format!("/* Table {name}: its entries are changed by `p4xdp table` */"));
                    line(out, &format!("#define {}_MAP \"{map}\"", self.stem.to_uppercase()));
                }
                None => line(out, &format!("/* Table {name}: all of it is code */")),
            }
            return;
        };
        let keys: Vec<String> = self
            .table
            .view
            .keys
            .iter()
            .map(|k| format!("{} ({})", k.param.name, k.match_kind.name()))
            .collect();
        let keys = if keys.is_empty() { "no key".to_owned() } else { keys.join(", ") };
        line(out, &format!("/* Table {}: {keys} */\n", self.table.name()));
        self.write_types(out, value_size);
        for action in &self.actions {
            self.write_make_value(out, action);
        }
        if let Some(storage) = self.storage() {
            let storage = &*storage;
            self.write_make_key(out, storage);
            for action in self.actions.iter().filter(|a| !a.action.default_only) {
                self.write_put(
                    out,
                    storage,
                    action,
                    "insert",
                    "BPF_NOEXIST",
                    "Adds an entry; -EEXIST if there is one",
                );
                self.write_put(out, storage, action, "update", "BPF_ANY", "Adds or replaces an entry");
            }
            self.write_delete(out, storage);
        }
        if self.storage().is_none() && self.table.layout.storage.is_some() {
            line(out, "\n/* Its entries are changed by `p4xdp table`. */");
        }
        if let Some(data) = &self.table.layout.default {
            for action in self.actions.iter().filter(|a| !a.action.table_only) {
                self.write_default(out, data, action);
            }
        }
    }

    /// What C does with its storage, if it has one that C control planes change.
    fn storage(&self) -> Option<Box<dyn CStorage + '_>> {
        // Who adds an entry has to find a number for it, or a member that it names.
        let layout = self.table.layout;
        storage::of(layout.storage.as_ref().filter(|_| layout.target.is_none() && layout.direct.is_none())?)
    }

    fn value_size(&self) -> Option<u32> {
        match self.table.layout.storage.as_ref().filter(|_| self.table.layout.target.is_none()) {
            Some(storage) => Some(storage.strategy().value_size()),
            None => self.table.layout.default.as_ref().map(|data| data.size),
        }
    }

    fn write_types(&self, out: &mut String, value_size: u32) {
        let stem = &self.stem;
        let upper = stem.to_uppercase();
        if let Some(map) = map_name(self.table) {
            line(out, &format!("#define {upper}_MAP \"{map}\""));
        }
        if let Some(data) = &self.table.layout.default {
            line(out, &format!("#define {upper}_DEFAULT_MAP \"{}\"", data.section));
        }
        line(out, &format!("\nenum {stem}_action {{"));
        for action in &self.actions {
            line(out, &format!("\t{} = {},", action.constant, action.number));
        }
        line(out, "};\n");
        if let Some(storage) = self.storage() {
            storage.key_structure(stem, &self.keys).iter().for_each(|declared| line(out, declared));
        }
        line(out, &format!("struct {stem}_value {{\n\t__u32 action;"));
        // Where entries name members, this is a default action, which is laid out as members are.
        let direct = self.table.layout.direct.as_ref().filter(|_| self.table.layout.target.is_none());
        let number = direct.and_then(|direct| direct.number.as_ref());
        if number.is_some() {
            line(out, "\t__u32 number; /* of the entry's cells in direct counters and meters */");
        }
        if value_size > number.map_or(4, |number| number.offset + number.size) {
            let wide = |f: &Field<'_>| f.place.order == ByteOrder::Host && f.place.size == 8;
            let start = match number {
                Some(number) => number.offset + number.size,
                None if self.actions.iter().flat_map(|a| &a.params).any(wide) => 8,
                None => 4,
            };
            line(out, "\tunion {");
            for action in self.actions.iter().filter(|a| !a.params.is_empty()) {
                let end = action.params.iter().map(|f| f.place.offset + f.place.size).max().unwrap_or(start);
                line(out, "\t\tstruct {");
                for declaration in declarations(&action.params, start, end) {
                    line(out, &format!("\t\t\t{declaration}"));
                }
                line(out, &format!("\t\t}} {};", action.name));
            }
            line(out, &format!("\t\t__u8 bytes[{}];\n\t}} u;", value_size - start));
        }
        line(out, &format!("}};\nstatic_assert(sizeof(struct {stem}_value) == {value_size}, \"layout\");"));
    }

    /// The keys in C with what they are.
    fn keys(&self) -> Vec<(&Field<'_>, &Key)> {
        self.keys.iter().zip(self.table.view.match_keys()).collect()
    }

    /// The arguments that name an entry.
    fn key_arguments(&self) -> Vec<String> {
        let mut list = Vec::new();
        for (field, key) in self.keys() {
            list.push(field.argument());
            if key.match_kind == MatchKind::Lpm {
                list.push(format!("__u32 {}", prefix_length(field)));
            }
        }
        list
    }

    /// A function that fills a key (an index) from arguments.
    fn write_make_key(&self, out: &mut String, storage: &dyn CStorage) {
        let stem = &self.stem;
        let target = format!("{} *key", storage.key_type(stem));
        let mut arguments = vec![target];
        arguments.extend(self.key_arguments());
        open(
            out,
            "The key of an entry; -ERANGE if an argument is too large",
            &format!("{stem}_make_key"),
            &arguments,
        );
        for (field, key) in self.keys() {
            if let Some(check) = field.check() {
                line(out, &format!("\t{check}"));
            }
            if key.match_kind == MatchKind::Lpm {
                let width = key.param.width;
                line(out, &format!("\tif ({} > {width})\n\t\treturn -ERANGE;", prefix_length(field)));
            }
        }
        for statement in storage.fill_key(&self.keys()) {
            line(out, &format!("\t{statement}"));
        }
        line(out, "\treturn 0;\n}");
    }

    /// A function that fills a value with an action.
    fn write_make_value(&self, out: &mut String, action: &ActionHeader<'_>) {
        let stem = &self.stem;
        let mut arguments = vec![format!("struct {stem}_value *value")];
        arguments.extend(action.params.iter().map(|f| f.argument()));
        let what = "An action with its arguments; -ERANGE if one is too large";
        open(out, what, &format!("{stem}_make_{}", action.name), &arguments);
        for check in action.params.iter().filter_map(Field::check) {
            line(out, &format!("\t{check}"));
        }
        line(out, &format!("\tmemset(value, 0, sizeof(*value));\n\tvalue->action = {};", action.constant));
        for field in &action.params {
            line(out, &format!("\t{}", field.assignment(&format!("value->u.{}.", action.name))));
        }
        line(out, "\treturn 0;\n}");
    }

    fn write_put(
        &self,
        out: &mut String,
        storage: &dyn CStorage,
        action: &ActionHeader<'_>,
        verb: &str,
        flags: &str,
        what: &str,
    ) {
        let stem = &self.stem;
        let mut arguments = vec!["int map_fd".to_owned()];
        arguments.extend(self.key_arguments());
        arguments.extend(action.params.iter().map(|f| f.argument()));
        open(out, what, &format!("{stem}_{verb}_{}", action.name), &arguments);
        line(out, &format!("\tstruct {stem}_value value;\n\t{} key;", storage.key_type(stem)));
        line(out, &format!("\tint err = {};\n", self.call_make_key()));
        line(out, &format!("\tif (!err)\n\t\terr = {};", self.call_make_value(action)));
        line(out, "\tif (err)\n\t\treturn err;");
        line(out, &format!("\treturn {};\n}}", storage.put(flags)));
    }

    fn call_make_key(&self) -> String {
        let mut arguments = vec!["&key".to_owned()];
        for (field, key) in self.keys() {
            arguments.push(field.name.clone());
            if key.match_kind == MatchKind::Lpm {
                arguments.push(prefix_length(field));
            }
        }
        format!("{}_make_key({})", self.stem, arguments.join(", "))
    }

    fn call_make_value(&self, action: &ActionHeader<'_>) -> String {
        let mut arguments = vec!["&value".to_owned()];
        arguments.extend(action.params.iter().map(|f| f.name.clone()));
        format!("{}_make_{}({})", self.stem, action.name, arguments.join(", "))
    }

    fn write_delete(&self, out: &mut String, storage: &dyn CStorage) {
        let stem = &self.stem;
        let mut arguments = vec!["int map_fd".to_owned()];
        arguments.extend(self.key_arguments());
        open(out, "Removes an entry; -ENOENT if there is none", &format!("{stem}_delete"), &arguments);
        line(out, &format!("\t{} key;\n\tint err = {};\n", storage.key_type(stem), self.call_make_key()));
        line(out, "\tif (err)\n\t\treturn err;");
        line(out, &format!("\treturn {};\n}}", storage.delete(stem)));
    }

    fn write_default(&self, out: &mut String, data: &DefaultData, action: &ActionHeader<'_>) {
        let stem = &self.stem;
        let mut arguments = vec!["int map_fd".to_owned()];
        arguments.extend(action.params.iter().map(|f| f.argument()));
        let what = format!("Sets the default action; the map is {}_DEFAULT_MAP", stem.to_uppercase());
        open(out, &what, &format!("{stem}_set_default_{}", action.name), &arguments);
        line(out, &format!("\tstruct {stem}_value value;\n\tint err = {};\n", self.call_make_value(action)));
        line(out, "\tif (err)\n\t\treturn err;");
        line(
            out,
            &format!("\treturn p4xdp_set_default(map_fd, {}, &value, sizeof(value));\n}}", data.offset),
        );
    }
}

/// Begins a function; arguments go on a line each if they are many.
fn open(out: &mut String, what: &str, name: &str, arguments: &[String]) {
    let joined = arguments.join(", ");
    let joined =
        if joined.len() + name.len() > 60 { format!("\n\t{}", arguments.join(",\n\t")) } else { joined };
    line(out, &format!("\n/* {what}. */\nstatic inline int {name}({joined})\n{{"));
}
