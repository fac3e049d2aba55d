//! What finds the maps of a running program: in, the manifest; out, a structure of descriptors, and the functions that open and close it.

use super::line;
use crate::names;
use p4xdp_control::crc;
use p4xdp_control::manifest::{Cells, ExternKind, Manifest, TableLayout};
use p4xdp_control::storage::MapShape;
use rustc_hash::FxHashSet;

/// A map, as far as a control plane can tell whether it is the one that the header means.
struct Map {
    name: String,
    /// Bytes of a key and of a value; 0 where any number is right.
    key_size: u32,
    value_size: u32,
    /// Packets do not use it, so a loader that knows nothing of control planes leaves it out of the program.
    unused: bool,
}

impl Map {
    fn new(name: &str, key_size: u32, value_size: u32) -> Map {
        Map { name: name.to_owned(), key_size, value_size, unused: false }
    }
}

impl From<MapShape> for Map {
    fn from(shape: MapShape) -> Map {
        Map::new(&shape.name, shape.key_size, shape.value_size)
    }
}

/// All maps that the header's functions take, with their members of the structure.
pub struct Maps<'m> {
    source: &'m str,
    stem: &'m str,
    list: Vec<(Map, String)>,
}

/// What a table needs.
fn of_table(table: &TableLayout) -> Vec<Map> {
    let storage = table.storage.iter().flat_map(|storage| storage.strategy().maps());
    let mut list: Vec<Map> = storage.map(Map::from).collect();
    if let Some(direct) = &table.direct {
        list.extend(direct.externs.iter().map(|item| of_cells(&item.cells)));
        list.extend(direct.idle.iter().map(|idle| Map::new(&idle.map, 4, idle.value_size)));
        let free = direct.free.iter().map(|free| Map { unused: true, ..Map::new(&free.map, 4, 8) });
        list.extend(free);
    }
    list.extend(table.default.iter().map(|data| Map::new(&data.section, 4, 0)));
    list
}

fn of_cells(cells: &Cells) -> Map {
    Map::new(&cells.map, 4, cells.value_size)
}

fn of_extern(kind: &ExternKind) -> Vec<Map> {
    match kind {
        ExternKind::Cells(cells) => vec![of_cells(cells)],
        ExternKind::Digest(digest) => vec![Map::new(&digest.map, 0, 0), of_cells(&digest.lost)],
        ExternKind::Events { map, .. } => vec![Map::new(map, 4, 4)],
        ExternKind::Profile(profile) => profile.maps().into_iter().map(Map::from).collect(),
    }
}

/// Names of all maps that functions of a header use, in the order of the program; data sections by their own names.
pub fn names(manifest: &Manifest) -> Vec<String> {
    Maps::new(manifest, "").list.into_iter().map(|(map, _)| map.name).collect()
}

impl<'m> Maps<'m> {
    /// Each once, in the order of the program; `stem` begins the names of the structure and its functions.
    pub fn new(manifest: &'m Manifest, stem: &'m str) -> Maps<'m> {
        let tables = manifest.tables.iter().chain(&manifest.value_sets).flat_map(of_table);
        let externs = manifest.externs.iter().flat_map(|instance| of_extern(&instance.kind));
        let (mut seen, mut taken) = (FxHashSet::default(), names::Taken::default());
        let crcs = (!manifest.custom_crcs.is_empty()).then(|| {
            let size = u32::try_from(crc::SIZE).unwrap_or(u32::MAX);
            Map::new(crc::SECTION, 4, size)
        });
        let list = tables.chain(externs).chain(crcs).filter(|map| seen.insert(map.name.clone()));
        let named = list.map(|map| {
            let member = names::member(map.name.trim_start_matches('.'), &mut taken);
            (map, member)
        });
        Maps { source: &manifest.source, stem, list: named.collect() }
    }

    /// The argument of functions that take several maps.
    pub fn argument(&self) -> String {
        format!("const struct {}_maps *maps", self.stem)
    }

    /// The descriptor of the map of this name, where that argument is at hand.
    pub fn descriptor(&self, name: &str) -> String {
        let member = self.list.iter().find(|(map, _)| map.name == name).map(|(_, member)| member.as_str());
        // A manifest names no map that is not in the list.
        member.map_or_else(|| "-1".to_owned(), |member| format!("maps->{member}"))
    }

    /// Writes the structure.
    pub fn write_structure(&self, out: &mut String) {
        let Maps { source, stem, list } = self;
        if list.is_empty() {
            return;
        }
        line(out, &format!("\n/* The maps of {source} as file descriptors. */\nstruct {stem}_maps {{"));
        list.iter().for_each(|(_, member)| line(out, &format!("\tint {member};")));
        line(out, "};");
    }

    /// Writes its functions; `program` is the macro with the program's name.
    pub fn write_functions(&self, out: &mut String, program: &str) {
        let Maps { stem, list, .. } = self;
        if list.is_empty() {
            return;
        }
        line(
            out,
            &format!(
                "\n/*\n * Opens the maps of the program that a device runs: 0, or a negative error number,\n \
                 * -ENODEV without such a device, -ENOENT if it does not run this program, -EPROTO\n \
                 * if it runs another version, whose maps differ. To be closed by {stem}_close_maps.\n */\n\
                 static inline int {stem}_open_maps(const char *device, struct {stem}_maps *maps)\n{{\n\
                 \tconst struct p4xdp_map list[] = {{"
            ),
        );
        let entry = |(Map { name, key_size, value_size, .. }, member): &(Map, String)| {
            format!("{{ \"{name}\", {key_size}, {value_size}, &maps->{member} }}")
        };
        let (unused, used): (Vec<_>, Vec<_>) = list.iter().partition(|(map, _)| map.unused);
        used.into_iter().for_each(|item| line(out, &format!("\t\t{},", entry(item))));
        line(out, "\t};");
        let open = format!("p4xdp_open_maps(device, {program}, list, sizeof(list) / sizeof(list[0]))");
        match unused.as_slice() {
            [] => line(out, &format!("\n\treturn {open};\n}}")),
            unused => {
                line(
                    out,
                    "\t/* Packets do not use these, so a loader other than p4xdp may have left them out. */",
                );
                line(out, "\tconst struct p4xdp_map more[] = {");
                unused.iter().for_each(|item| line(out, &format!("\t\t{},", entry(item))));
                line(out, &format!("\t}};\n\tsize_t i;\n\tint err = {open};\n"));
                line(out, "\tfor (i = 0; i < sizeof(more) / sizeof(more[0]); i++) {\n\t\t*more[i].fd = -1;");
                line(
                    out,
                    &format!("\t\tif (!err)\n\t\t\tp4xdp_open_maps(device, {program}, &more[i], 1);\n\t}}"),
                );
                line(out, "\treturn err;\n}");
            }
        }
        line(out, &format!("\nstatic inline void {stem}_close_maps(struct {stem}_maps *maps)\n{{"));
        list.iter().for_each(|(_, member)| line(out, &format!("\tclose(maps->{member});")));
        line(out, "}");
    }
}
