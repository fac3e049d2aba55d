//! A table in the header: the map's name, its structures, and a function for each thing that can be done with it.

use super::line;
use super::structures::{Field, declarations, fields};
use crate::names::{self, Taken};
use p4xdp_control::manifest::{DefaultData, Manifest, MatchKind, Storage, Table, TableAction};

/// Names that the functions use themselves.
const USED: &[&str] = &["map_fd", "key", "value", "err"];

/// The tables of a manifest with their names in C.
pub struct Tables<'a> {
    manifest: &'a Manifest,
    prefix: &'a str,
}

/// A table with all its names in C.
pub struct TableHeader<'a> {
    table: &'a Table,
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
        let mut stems: Taken =
            self.manifest.tables.iter().filter_map(|t| map_name(t)).map(str::to_owned).collect();
        let mut constants = Taken::default();
        let mut list = Vec::new();
        for table in &self.manifest.tables {
            let stem = match map_name(table) {
                Some(map) => map.to_owned(),
                None => names::member(table.name.rsplit('.').next().unwrap_or(&table.name), &mut stems),
            };
            let stem = format!("{}{stem}", self.prefix);
            let actions = self.actions(table, &stem, &mut constants);
            list.push(TableHeader {
                table,
                stem,
                keys: fields(table.keys.iter().map(|key| (&key.param, &key.place)), USED),
                actions,
            });
        }
        list
    }

    fn actions(&self, table: &'a Table, stem: &str, constants: &mut Taken) -> Vec<ActionHeader<'a>> {
        let base = table.first_action() as usize;
        // `make_key` is taken.
        let mut taken = Taken::from_iter(["key".to_owned()]);
        // An action's arguments stand beside the keys', so they must differ.
        let keys = fields(table.keys.iter().map(|key| (&key.param, &key.place)), USED);
        let mut used: Vec<&str> = USED.to_vec();
        used.extend(keys.iter().map(|field| field.name.as_str()));
        table
            .actions
            .iter()
            .enumerate()
            .filter_map(|(position, action)| {
                let declared = self.manifest.actions.get(action.action)?;
                let last = declared.name.rsplit('.').next().unwrap_or(&declared.name);
                Some(ActionHeader {
                    name: names::member(last, &mut taken),
                    constant: names::member(&format!("{stem}_{last}").to_uppercase(), constants),
                    action,
                    params: fields(declared.params.iter().zip(&action.places), &used),
                    number: position + base,
                })
            })
            .collect()
    }
}

fn map_name(table: &Table) -> Option<&str> {
    match table.storage.as_ref()? {
        Storage::Hash { map, .. } | Storage::Array { map, .. } | Storage::LpmTrie { map, .. } => Some(map),
    }
}

impl TableHeader<'_> {
    /// The macro that has the name of the table's map, or of the map with its default action.
    pub fn map_macro(&self) -> Option<String> {
        let upper = self.stem.to_uppercase();
        match (map_name(self.table), &self.table.default.data) {
            (Some(_), _) => Some(format!("{upper}_MAP")),
            (None, Some(_)) => Some(format!("{upper}_DEFAULT_MAP")),
            (None, None) => None,
        }
    }

    /// Writes all of it.
    pub fn write(&self, out: &mut String) {
        let Some(value_size) = self.value_size() else {
            line(out, &format!("/* Table {}: all of it is code */", self.table.name));
            return;
        };
        let keys: Vec<String> = self
            .table
            .keys
            .iter()
            .map(|k| format!("{} ({})", k.param.name, kind_name(k.match_kind)))
            .collect();
        let keys = if keys.is_empty() { "no key".to_owned() } else { keys.join(", ") };
        line(out, &format!("/* Table {}: {keys} */\n", self.table.name));
        self.write_types(out, value_size);
        for action in &self.actions {
            self.write_make_value(out, action);
        }
        if let Some(storage) = &self.table.storage {
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
        if let Some(data) = &self.table.default.data {
            for action in self.actions.iter().filter(|a| !a.action.table_only) {
                self.write_default(out, data, action);
            }
        }
    }

    fn value_size(&self) -> Option<u32> {
        match &self.table.storage {
            Some(
                Storage::Hash { value_size, .. }
                | Storage::Array { value_size, .. }
                | Storage::LpmTrie { value_size, .. },
            ) => Some(*value_size),
            None => self.table.default.data.as_ref().map(|data| data.size),
        }
    }

    fn write_types(&self, out: &mut String, value_size: u32) {
        let stem = &self.stem;
        let upper = stem.to_uppercase();
        if let Some(map) = map_name(self.table) {
            line(out, &format!("#define {upper}_MAP \"{map}\""));
        }
        if let Some(data) = &self.table.default.data {
            line(out, &format!("#define {upper}_DEFAULT_MAP \"{}\"", data.section));
        }
        line(out, &format!("\nenum {stem}_action {{"));
        for action in &self.actions {
            line(out, &format!("\t{} = {},", action.constant, action.number));
        }
        line(out, "};\n");
        match &self.table.storage {
            Some(Storage::Hash { key_size, .. }) => self.write_key(out, "", 0, *key_size),
            Some(Storage::LpmTrie { key_size, .. }) => {
                self.write_key(out, "\t__u32 prefixlen;\n", 4, *key_size)
            }
            Some(Storage::Array { .. }) | None => {}
        }
        line(out, &format!("struct {stem}_value {{\n\t__u32 action;"));
        if value_size > 4 {
            let wide = |f: &Field<'_>| {
                f.place.order == p4xdp_control::manifest::ByteOrder::Host && f.place.size == 8
            };
            let start = if self.actions.iter().flat_map(|a| &a.params).any(wide) { 8 } else { 4 };
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

    fn write_key(&self, out: &mut String, first: &str, start: u32, size: u32) {
        let stem = &self.stem;
        line(out, &format!("struct {stem}_key {{"));
        out.push_str(first);
        for declaration in declarations(&self.keys, start, size) {
            line(out, &format!("\t{declaration}"));
        }
        line(out, &format!("}};\nstatic_assert(sizeof(struct {stem}_key) == {size}, \"layout\");\n"));
    }

    /// The arguments that name an entry.
    fn key_arguments(&self) -> Vec<String> {
        let mut list = Vec::new();
        for (field, key) in self.keys.iter().zip(&self.table.keys) {
            list.push(field.argument());
            if key.match_kind == MatchKind::Lpm {
                list.push(format!("__u32 {}_prefix_length", field.name));
            }
        }
        list
    }

    /// A function that fills a key (an index) from arguments.
    fn write_make_key(&self, out: &mut String, storage: &Storage) {
        let stem = &self.stem;
        let target = match storage {
            Storage::Hash { .. } | Storage::LpmTrie { .. } => format!("struct {stem}_key *key"),
            Storage::Array { .. } => "__u32 *key".to_owned(),
        };
        let mut arguments = vec![target];
        arguments.extend(self.key_arguments());
        open(
            out,
            "The key of an entry; -ERANGE if an argument is too large",
            &format!("{stem}_make_key"),
            &arguments,
        );
        for (field, key) in self.keys.iter().zip(&self.table.keys) {
            if let Some(check) = field.check() {
                line(out, &format!("\t{check}"));
            }
            if key.match_kind == MatchKind::Lpm {
                let width = key.param.width;
                line(out, &format!("\tif ({}_prefix_length > {width})\n\t\treturn -ERANGE;", field.name));
            }
        }
        match storage {
            Storage::Hash { .. } | Storage::LpmTrie { .. } => {
                line(out, "\tmemset(key, 0, sizeof(*key));");
                if let Storage::LpmTrie { exact_bits, .. } = storage {
                    let lpm =
                        self.keys.iter().zip(&self.table.keys).find(|(_, k)| k.match_kind == MatchKind::Lpm);
                    let length = lpm.map(|(f, _)| format!(" + {}_prefix_length", f.name)).unwrap_or_default();
                    line(out, &format!("\tkey->prefixlen = {exact_bits}{length};"));
                }
                for field in &self.keys {
                    line(out, &format!("\t{}", field.assignment("key->")));
                }
            }
            Storage::Array { .. } => {
                line(out, &format!("\t*key = {};", self.keys.first().map_or("0", |f| f.name.as_str())));
            }
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
        storage: &Storage,
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
        line(out, &format!("\tstruct {stem}_value value;\n\t{} key;", self.key_type(storage)));
        line(out, &format!("\tint err = {};\n", self.call_make_key()));
        line(out, &format!("\tif (!err)\n\t\terr = {};", self.call_make_value(action)));
        line(out, "\tif (err)\n\t\treturn err;");
        let done = match storage {
            Storage::Hash { .. } | Storage::LpmTrie { .. } => {
                format!("bpf_map_update_elem(map_fd, &key, &value, {flags}) ? -errno : 0")
            }
            Storage::Array { .. } => format!("p4xdp_array_put(map_fd, key, &value, sizeof(value), {flags})"),
        };
        line(out, &format!("\treturn {done};\n}}"));
    }

    fn key_type(&self, storage: &Storage) -> String {
        match storage {
            Storage::Hash { .. } | Storage::LpmTrie { .. } => format!("struct {}_key", self.stem),
            Storage::Array { .. } => "__u32".to_owned(),
        }
    }

    fn call_make_key(&self) -> String {
        let mut arguments = vec!["&key".to_owned()];
        for (field, key) in self.keys.iter().zip(&self.table.keys) {
            arguments.push(field.name.clone());
            if key.match_kind == MatchKind::Lpm {
                arguments.push(format!("{}_prefix_length", field.name));
            }
        }
        format!("{}_make_key({})", self.stem, arguments.join(", "))
    }

    fn call_make_value(&self, action: &ActionHeader<'_>) -> String {
        let mut arguments = vec!["&value".to_owned()];
        arguments.extend(action.params.iter().map(|f| f.name.clone()));
        format!("{}_make_{}({})", self.stem, action.name, arguments.join(", "))
    }

    fn write_delete(&self, out: &mut String, storage: &Storage) {
        let stem = &self.stem;
        let mut arguments = vec!["int map_fd".to_owned()];
        arguments.extend(self.key_arguments());
        open(out, "Removes an entry; -ENOENT if there is none", &format!("{stem}_delete"), &arguments);
        line(out, &format!("\t{} key;\n\tint err = {};\n", self.key_type(storage), self.call_make_key()));
        line(out, "\tif (err)\n\t\treturn err;");
        let done = match storage {
            Storage::Hash { .. } | Storage::LpmTrie { .. } => {
                "bpf_map_delete_elem(map_fd, &key) ? -errno : 0".to_owned()
            }
            Storage::Array { .. } => {
                format!("p4xdp_array_put(map_fd, key, NULL, sizeof(struct {stem}_value), BPF_EXIST)")
            }
        };
        line(out, &format!("\treturn {done};\n}}"));
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

fn kind_name(kind: MatchKind) -> &'static str {
    match kind {
        MatchKind::Exact => "exact",
        MatchKind::Lpm => "lpm",
        MatchKind::Ternary => "ternary",
        MatchKind::Range => "range",
        MatchKind::Optional => "optional",
        MatchKind::Selector => "selector",
    }
}
