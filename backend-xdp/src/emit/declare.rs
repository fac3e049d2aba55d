//! Declarations in front of the text: variables, the shared structure, maps and structures of headers.

use super::module::Module;
use super::writer::Writer;
use super::{Cx, assemble};
use crate::layout::storage::{SHARED, Storage, bare_name};
use std::collections::HashSet;

impl<'a> Cx<'a> {
    /// Declarations of those of the function's variables that occur among `used` words.
    pub fn declarations(&self, used: &HashSet<&str>) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for (id, header) in self.program.headers.iter() {
            let storage = &self.storage.headers[id];
            let layout = &self.module.types[header.ty];
            if storage.in_packet && used.contains(storage.pointer.as_str()) {
                lines.push(format!("struct {} *{} = NULL;", layout.tag, storage.pointer));
            }
            if !storage.memory.contains("->") && storage.in_memory && used.contains(storage.memory.as_str()) {
                // Byte arrays are accessed in words, which the verifier wants aligned on the stack.
                let aligned = layout.members.iter().any(|m| !m.integer);
                let attribute = if aligned { " __attribute__((aligned(8)))" } else { "" };
                lines.push(format!("struct {} {}{attribute} = {{}};", layout.tag, storage.memory));
            }
            // In 64 bits, since older verifiers forget what a spilled bool was.
            if used.contains(storage.here.as_str()) {
                lines.push(format!("__u64 {} = false;", storage.here));
            }
            for flag in [&storage.made, &storage.parsed] {
                if used.contains(flag.as_str()) {
                    // Not `bool`, whose other bits clang would clear behind each barrier.
                    lines.push(format!("__u32 {flag} = false;"));
                }
            }
        }
        for (name, what, initial) in &self.variables {
            if used.contains(name.as_str()) {
                lines.push(format!("{what} = {initial};"));
            }
        }
        if used.contains(SHARED) {
            lines.push("__u32 zero = 0;".to_owned());
            lines.push(format!("struct {SHARED} *{SHARED} = bpf_map_lookup_elem(&{SHARED}_map, &zero);"));
        }
        lines
    }

    /// What a program does first with the shared structure.
    pub fn shared_start(&self, used: &HashSet<&str>) -> Vec<String> {
        let mut lines = Vec::new();
        if used.contains(SHARED) {
            lines.push(format!("if (!{SHARED})\n\treturn {};", self.abort));
            lines
                .extend(self.shared_flags(used).into_iter().map(|flag| format!("{SHARED}->{flag} = false;")));
        }
        lines
    }

    fn shared_flags(&self, used: &HashSet<&str>) -> Vec<String> {
        let mut flags = Vec::new();
        for storage in self.storage.headers.values() {
            let shared = [&storage.made, &storage.parsed].into_iter().filter(|f| f.contains("->"));
            let names = shared.map(|f| bare_name(f)).chain(std::iter::once(storage.has.as_str()));
            flags.extend(names.filter(|n| used.contains(n)).map(str::to_owned));
        }
        flags
    }

    /// Writes the shared structure and its map.
    pub fn declare_shared(&self, used: &HashSet<&str>, into: &mut Writer) {
        if !used.contains(SHARED) {
            return;
        }
        into.line("/* What is known of headers while a packet is in the program, one a processor. */");
        into.open(format!("struct {SHARED} {{"));
        for flag in self.shared_flags(used) {
            into.line(format!("__u8 {flag};"));
        }
        if used.contains(assemble::FRONT_LENGTH) {
            // Filled by the deparser where it puts the front of the packet together.
            into.line(format!("__u32 {};", assemble::FRONT_LENGTH));
            into.line(format!(
                "__u8 {}[{}];",
                assemble::FRONT,
                assemble::FRONT_BYTES + assemble::LONGEST_PIECE
            ));
        }
        if used.contains("parsed_bytes") {
            into.line("__u32 parsed_bytes;");
        }
        for storage in self.storage.headers.values().filter(|s| used.contains(s.at.as_str())) {
            into.line(format!("__u16 {};", storage.at));
        }
        for (id, header) in self.program.headers.iter() {
            let memory = &self.storage.headers[id].memory;
            if memory.contains("->") && used.contains(bare_name(memory)) {
                let tag = &self.module.types[header.ty].tag;
                into.line(format!("struct {tag} {} __attribute__((aligned(8)));", bare_name(memory)));
            }
        }
        into.close("};");
        into.blank();
        crate::maps::MapDefinition {
            name: format!("{SHARED}_map"),
            kind: crate::maps::MapType::PerCpuArray,
            key: "__u32".to_owned(),
            value: format!("struct {SHARED}"),
            max_entries: Some(1),
        }
        .emit(into);
    }
}

impl Module<'_> {
    /// Writes the declarations of tables and of externs with state.
    pub fn declare_maps(&mut self) {
        self.declare_tables();
        let maps = self.externs.maps();
        maps.iter().for_each(|map| map.emit(&mut self.globals));
        self.check_maps(maps.len());
    }

    /// Writes the structures of header types that a text, or a declaration in front of it, uses. Headers are stored as in one of the storages.
    pub fn header_structures<'s>(
        &self,
        text: &Writer,
        storages: impl Iterator<Item = &'s Storage>,
        into: &mut Writer,
    ) {
        let mut tags: HashSet<&str> = text.words();
        tags.extend(self.globals.words());
        for storage in storages {
            for (id, header) in self.program.headers.iter() {
                let held = &storage.headers[id];
                if tags.contains(held.pointer.as_str()) || tags.contains(bare_name(&held.memory)) {
                    tags.insert(self.types[header.ty].tag.as_str());
                }
            }
        }
        for (id, ty) in self.program.header_types.iter() {
            let layout = &self.types[id];
            if tags.contains(layout.tag.as_str()) {
                let outer = into.set_span(ty.span);
                into.line(layout.definition());
                into.set_span(outer);
            }
        }
    }
}
