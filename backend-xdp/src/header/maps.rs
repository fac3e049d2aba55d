//! What finds the maps of a running program: in, the manifest; out, a structure of descriptors and the functions that open and close it.

use super::line;
use crate::names;
use p4xdp_control::manifest::{ExternKind, Manifest};
use rustc_hash::FxHashSet;

/// A map, as far as a control plane can tell whether it is the one that the header means.
struct Map {
    name: String,
    /// Bytes of a key and of a value; 0 where any number is right.
    key_size: u32,
    value_size: u32,
}

/// All maps that the header's functions take, each once, in the order of the program.
fn list(manifest: &Manifest) -> Vec<Map> {
    let mut list: Vec<Map> = Vec::new();
    for table in manifest.tables.iter().chain(&manifest.value_sets) {
        let maps = table.storage.iter().flat_map(|storage| storage.strategy().maps());
        list.extend(maps.map(|map| Map {
            name: map.name,
            key_size: map.key_size,
            value_size: map.value_size,
        }));
        if let Some(data) = &table.default {
            list.push(Map { name: data.section.clone(), key_size: 4, value_size: 0 });
        }
    }
    for instance in &manifest.externs {
        match &instance.kind {
            ExternKind::Cells(cells) => {
                list.push(Map { name: cells.map.clone(), key_size: 4, value_size: cells.value_size });
            }
            ExternKind::Digest(digest) => {
                list.push(Map { name: digest.map.clone(), key_size: 0, value_size: 0 });
                let lost = &digest.lost;
                list.push(Map { name: lost.map.clone(), key_size: 4, value_size: lost.value_size });
            }
            ExternKind::Events { map, .. } => {
                list.push(Map { name: map.clone(), key_size: 4, value_size: 4 });
            }
            ExternKind::Profile(profile) => list.extend(profile.maps().into_iter().map(|map| Map {
                name: map.name,
                key_size: map.key_size,
                value_size: map.value_size,
            })),
        }
    }
    let mut seen = FxHashSet::default();
    list.retain(|map| seen.insert(map.name.clone()));
    list
}

/// Writes the structure and its functions; `stem` begins their names, and `program` is the macro with the program's name.
pub fn write(out: &mut String, manifest: &Manifest, stem: &str, program: &str) {
    let list = list(manifest);
    if list.is_empty() {
        return;
    }
    let mut taken = names::Taken::default();
    let members: Vec<String> =
        list.iter().map(|map| names::member(map.name.trim_start_matches('.'), &mut taken)).collect();
    let source = &manifest.source;
    line(out, &format!("\n/* The maps of {source} as file descriptors. */\nstruct {stem}_maps {{"));
    for member in &members {
        line(out, &format!("\tint {member};"));
    }
    line(
        out,
        &format!(
            "}};\n\n/*\n * Opens the maps of the program that a device runs: 0, or a negative error number,\n \
             * -ENODEV without such a device, -ENOENT if it does not run this program, -EPROTO\n \
             * if it runs another version, whose maps differ. To be closed by {stem}_close_maps.\n */\n\
             static inline int {stem}_open_maps(const char *device, struct {stem}_maps *maps)\n{{\n\
             \tconst struct p4xdp_map list[] = {{"
        ),
    );
    for (map, member) in list.iter().zip(&members) {
        let Map { name, key_size, value_size } = map;
        line(out, &format!("\t\t{{ \"{name}\", {key_size}, {value_size}, &maps->{member} }},"));
    }
    line(
        out,
        &format!(
            "\t}};\n\n\treturn p4xdp_open_maps(device, {program}, list, sizeof(list) / sizeof(list[0]));\n}}\n\n\
             static inline void {stem}_close_maps(struct {stem}_maps *maps)\n{{"
        ),
    );
    for member in &members {
        line(out, &format!("\tclose(maps->{member});"));
    }
    line(out, "}");
}
