//! A table in the header: the map's name, its structures, and a function for each thing that can be done with it.

use super::line;
use super::storage;
use super::values::{self, ActionHeader, last, open};
use crate::names::{self, Taken};
use crate::tables::control_plane::{CStorage, Field, fields, prefix_length};
use p4xdp_control::manifest::{DefaultData, Manifest, Table};
use p4xdp_control::storage::{GROUP, MEMBER};
use p4xdp_control::view::{Key, MatchKind};

/// Names that the functions use themselves.
const USED: &[&str] = &["map_fd", "key", "value", "err"];

/// Bytes of what an entry with an action profile holds: what its target is, and its number.
const STORED: u32 = 8;

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
    prefix: &'a str,
}

/// A table with all its names in C.
pub struct TableHeader<'a> {
    table: Table<'a>,
    /// Names begin with it: the prefix and the map's name, if there is a map.
    stem: String,
    /// The macro that has the name of the map with its default action.
    default: Option<String>,
    keys: Vec<Field<'a>>,
    actions: Vec<ActionHeader<'a>>,
    /// Its entries may name groups.
    has_groups: bool,
}

impl<'a> Tables<'a> {
    /// Of this manifest; all names begin with the prefix.
    pub fn new(manifest: &'a Manifest, prefix: &'a str) -> Tables<'a> {
        Tables { manifest, prefix }
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
            let actions = self.actions(table, &stem, &mut constants);
            let profile = self.manifest.view.profile_of(table.view).and_then(|known| known.profile.as_ref());
            let has_groups = profile.is_some_and(|profile| profile.has_groups);
            list.push(TableHeader { table, stem, default, keys: keys(table), actions, has_groups });
        }
        list
    }

    fn actions(&self, table: Table<'a>, stem: &str, constants: &mut Taken) -> Vec<ActionHeader<'a>> {
        if table.view.is_set() {
            return Vec::new();
        }
        // An action's arguments stand beside the keys', so they must differ.
        let keys = keys(table);
        let mut used: Vec<&str> = USED.to_vec();
        used.extend(keys.iter().map(|field| field.name.as_str()));
        let of = (table.view.actions.as_slice(), table.layout.actions.as_slice());
        values::actions(&self.manifest.view, of, stem, table.first_action() as usize, &used, constants)
    }
}

fn keys(table: Table<'_>) -> Vec<Field<'_>> {
    let mut used = USED.to_vec();
    if table.layout.target.is_some() {
        used.extend(["member", "group"]);
    }
    fields(table.view.match_keys().map(|key| &key.param).zip(&table.layout.keys), &used)
}

fn map_name(table: Table<'_>) -> Option<&str> {
    Some(table.layout.storage.as_ref()?.strategy().map())
}

impl TableHeader<'_> {
    /// The macro that has the name of the table's map, or of the map with its default action.
    pub fn map_macro(&self) -> Option<String> {
        match map_name(self.table) {
            Some(_) => Some(format!("{}_MAP", self.stem.to_uppercase())),
            None => self.default.clone(),
        }
    }

    /// Writes all of it.
    pub fn write(&self, out: &mut String) {
        let (storage, value_size) = (self.storage(), self.value_size());
        let kind = if self.table.view.is_set() { "Value set" } else { "Table" };
        if storage.is_none() && (value_size.is_none() || self.table.view.is_set()) {
            let name = self.table.name();
            match map_name(self.table) {
                Some(map) => {
                    line(out, &format!("/* {kind} {name}: its entries are changed by `p4xdp table` */"));
                    line(out, &format!("#define {}_MAP \"{map}\"", self.stem.to_uppercase()));
                }
                None => line(out, &format!("/* {kind} {name}: all of it is code */")),
            }
            return;
        }
        let keys: Vec<String> = self
            .table
            .view
            .keys
            .iter()
            .map(|k| format!("{} ({})", k.param.name, k.match_kind.name()))
            .collect();
        let keys = if keys.is_empty() { "no key".to_owned() } else { keys.join(", ") };
        line(out, &format!("/* {kind} {}: {keys} */\n", self.table.name()));
        self.write_types(out, value_size.filter(|_| !self.table.view.is_set()));
        for action in self.actions.iter().filter(|_| value_size.is_some()) {
            values::write_make(out, &self.stem, &self.tag(), action);
        }
        match storage.as_deref() {
            Some(storage) => self.write_changes(out, storage),
            None if self.table.layout.storage.is_some() => {
                line(out, "\n/* Its entries are changed by `p4xdp table`. */");
            }
            None => {}
        }
        if let Some(data) = &self.table.layout.default {
            for action in self.actions.iter().filter(|a| !a.action.table_only) {
                self.write_default(out, data, action);
            }
        }
    }

    /// The functions that change entries.
    fn write_changes(&self, out: &mut String, storage: &dyn CStorage) {
        self.write_make_key(out, storage);
        let (insert, update) = ("Adds an entry; -EEXIST if there is one", "Adds or replaces an entry");
        if self.table.view.is_set() {
            let what = "Adds an element; -EEXIST if it is there";
            self.write_put(out, storage, "insert", &[], None, ("BPF_NOEXIST", what));
        } else if self.table.layout.target.is_some() {
            let mut targets = vec![("member", MEMBER)];
            if self.has_groups {
                targets.push(("group", GROUP));
            }
            for (target, number) in targets {
                let fill = format!("value.action = {number};\n\tvalue.target = {target};");
                let argument = [format!("__u32 {target}")];
                for (verb, flags) in [("insert", ("BPF_NOEXIST", insert)), ("update", ("BPF_ANY", update))] {
                    let name = format!("{verb}_{target}");
                    self.write_put(out, storage, &name, &argument, Some(Filled::By(&fill)), flags);
                }
            }
        } else {
            for action in self.actions.iter().filter(|a| !a.action.default_only) {
                let arguments: Vec<String> = action.params.iter().map(|f| f.argument()).collect();
                let call = values::call_make(&self.stem, action);
                for (verb, flags) in [("insert", ("BPF_NOEXIST", insert)), ("update", ("BPF_ANY", update))] {
                    let name = format!("{verb}_{}", action.name);
                    self.write_put(out, storage, &name, &arguments, Some(Filled::Call(&call)), flags);
                }
            }
        }
        self.write_delete(out, storage);
    }

    /// The tag of the structure with an action.
    fn tag(&self) -> String {
        format!("{}_value", self.stem)
    }

    /// What C does with its storage, if it has one that C control planes change.
    fn storage(&self) -> Option<Box<dyn CStorage + '_>> {
        // Who adds an entry has to find a number for it, if it has one.
        let layout = self.table.layout;
        let storage = layout.storage.as_ref().filter(|_| layout.direct.is_none())?;
        let plain = layout.target.is_none() || storage.strategy().value_size() == STORED;
        storage::of(storage).filter(|_| plain)
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
        let storage = self.storage();
        if let Some(storage) = &storage {
            storage.key_structure(stem, &self.keys).iter().for_each(|declared| line(out, declared));
        }
        if storage.is_some() && self.table.layout.target.is_some() {
            let members = "\t__u32 action; /* what the target is */\n\t__u32 target;";
            line(out, &format!("struct {stem}_target {{\n{members}\n}};"));
        }
        if let Some(value_size) = value_size {
            // Where entries name members, this is a default action, which is laid out as members are.
            let direct = self.table.layout.direct.as_ref().filter(|_| self.table.layout.target.is_none());
            let number = direct.and_then(|direct| direct.number.as_ref());
            values::write_structure(out, &self.tag(), value_size, number, &self.actions);
        }
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

    /// A function that puts an entry into the map.
    fn write_put(
        &self,
        out: &mut String,
        storage: &dyn CStorage,
        name: &str,
        arguments: &[String],
        filled: Option<Filled<'_>>,
        (flags, what): (&str, &str),
    ) {
        let stem = &self.stem;
        let mut all = vec!["int map_fd".to_owned()];
        all.extend(self.key_arguments());
        all.extend(arguments.iter().cloned());
        open(out, what, &format!("{stem}_{name}"), &all);
        let value = match filled {
            Some(Filled::Call(_)) => format!("struct {stem}_value value"),
            Some(Filled::By(_)) => format!("struct {stem}_target value"),
            None => format!("__u32 value = {}", self.table.first_action()),
        };
        line(out, &format!("\t{value};\n\t{} key;", storage.key_type(stem)));
        line(out, &format!("\tint err = {};\n", self.call_make_key()));
        if let Some(Filled::Call(call)) = filled {
            line(out, &format!("\tif (!err)\n\t\terr = {call};"));
        }
        line(out, "\tif (err)\n\t\treturn err;");
        if let Some(Filled::By(fill)) = filled {
            line(out, &format!("\t{fill}"));
        }
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

    fn write_delete(&self, out: &mut String, storage: &dyn CStorage) {
        let stem = &self.stem;
        let tag = if self.table.layout.target.is_some() { format!("{stem}_target") } else { self.tag() };
        let mut arguments = vec!["int map_fd".to_owned()];
        arguments.extend(self.key_arguments());
        open(out, "Removes an entry; -ENOENT if there is none", &format!("{stem}_delete"), &arguments);
        line(out, &format!("\t{} key;\n\tint err = {};\n", storage.key_type(stem), self.call_make_key()));
        line(out, "\tif (err)\n\t\treturn err;");
        line(out, &format!("\treturn {};\n}}", storage.delete(&tag)));
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
