//! Declarations in front of the text: variables, the shared structure, maps and structures of headers.

use super::losses::cannot_be;
use super::module::Module;
use super::{Cx, assemble};
use crate::c::code::{Name, code};
use crate::c::map::{MapDefinition, MapType};
use crate::c::tree::{Place, SHARED, Tree};
use crate::layout::storage::Storage;
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;

impl Cx<'_> {
    /// Writes the declarations of those of the function's variables that are used.
    pub fn declare_variables(&self, used: &FxHashSet<&str>, out: &mut Tree) {
        let uses = |name: &Name| used.contains(name.as_str());
        for (id, header) in self.program.headers.iter() {
            let storage = &self.storage.headers[id];
            let layout = &self.module.types[header.ty];
            if storage.in_packet && uses(&storage.pointer) {
                out.line(code!("struct {} *{} = NULL;", layout.tag, storage.pointer));
            }
            if !storage.memory.is_shared() && storage.in_memory && uses(storage.memory.name()) {
                // Byte arrays are accessed in words, which the verifier wants aligned on the stack.
                let aligned = layout.members.iter().any(|m| !m.integer);
                let attribute = if aligned { code!(" __attribute__((aligned(8)))") } else { code!("") };
                out.line(code!("struct {} {}{} = {{}};", layout.tag, storage.memory, attribute));
            }
            // In 64 bits, since older verifiers forget what a spilled bool was.
            if uses(&storage.here) {
                out.line(code!("__u64 {} = @false;", storage.here));
            }
            for flag in [&storage.made, &storage.parsed] {
                if !flag.is_shared() && uses(flag.name()) {
                    // Not `bool`, whose other bits clang would clear behind each barrier.
                    out.line(code!("__u32 {} = @false;", flag));
                }
            }
        }
        for variable in self.variables.iter().filter(|variable| uses(&variable.name)) {
            out.line(code!("{} = {};", variable.declaration, variable.initial));
        }
    }

    /// The names of what each function has for itself.
    pub fn own_names(&self) -> FxHashSet<Name> {
        let mut names: FxHashSet<Name> =
            self.variables.iter().map(|variable| variable.name.clone()).collect();
        // Each part asks for them.
        names.extend(["data", "data_end", "p"].map(Name::new));
        for storage in self.storage.headers.values() {
            // A header that is never in the packet has its pointer's name.
            if storage.in_packet {
                names.extend([storage.pointer.clone(), storage.here.clone()]);
            }
            let places = [&storage.memory, &storage.made, &storage.parsed];
            names.extend(
                places.into_iter().filter(|place| !place.is_shared()).map(|place| place.name().clone()),
            );
        }
        names
    }

    /// Declares the pointer to the shared structure.
    pub fn find_shared(&self, used: &FxHashSet<&str>, out: &mut Tree) {
        if used.contains(SHARED.0) {
            out.line(code!("__u32 zero = 0;"));
            out.line(code!(
                "struct {} *{} = @bpf_map_lookup_elem(&{}, &zero);",
                self.scratch.0,
                SHARED,
                self.scratch.1
            ));
        }
    }

    /// Writes what a part of a section does first with the shared structure, if it uses it. The first part sets to zero what is read before it
    /// is written.
    pub fn start_shared(&self, used: &FxHashSet<&str>, read_first: Option<&FxHashSet<Name>>, out: &mut Tree) {
        if !used.contains(SHARED.0) {
            return;
        }
        out.return_if(code!("!{}", SHARED), cannot_be());
        let Some(read_first) = read_first else { return };
        let names: FxHashSet<&str> = read_first.iter().map(Name::as_str).collect();
        for flag in self.shared_flags(&names) {
            out.line(code!("{}->{} = @false;", SHARED, flag));
        }
        for member in
            self.members.iter().filter(|member| member.begins_empty && read_first.contains(&member.name))
        {
            out.line(match member.bytes {
                Some(bytes) => code!("@clear_bytes({}->{}, {});", SHARED, member.name, bytes),
                None => code!("{}->{} = 0;", SHARED, member.name),
            });
        }
    }

    /// Members of the shared structure that must be zero where a section begins, if they are read before they are written.
    pub(super) fn empty_members(&self) -> impl Iterator<Item = Name> {
        let flags = self.storage.headers.values().flat_map(|storage| {
            let shared = [&storage.made, &storage.parsed].into_iter().filter(|flag| flag.is_shared());
            shared.map(Place::name).chain(storage.shared.as_ref().map(|offset| &offset.has))
        });
        let members = self.members.iter().filter(|member| member.begins_empty).map(|member| &member.name);
        flags.chain(members).cloned()
    }

    fn shared_flags(&self, used: &FxHashSet<&str>) -> Vec<Name> {
        let mut flags = Vec::new();
        for storage in self.storage.headers.values() {
            let shared = [&storage.made, &storage.parsed].into_iter().filter(|flag| flag.is_shared());
            let names = shared.map(Place::name).chain(storage.shared.as_ref().map(|offset| &offset.has));
            flags.extend(names.filter(|name| used.contains(name.as_str())).cloned());
        }
        flags
    }

    /// Writes the shared structure and its map.
    /// Parts of the function hand over what is in `handed`.
    pub fn declare_shared(&self, used: &FxHashSet<&str>, handed: &BTreeSet<Name>, into: &mut Tree) {
        if !used.contains(SHARED.0) && handed.is_empty() {
            return;
        }
        into.line(code!("/* What is known of headers while a packet is in the program, one a processor. */"));
        into.begin(code!("struct {} {{", self.scratch.0));
        self.declare_round(into);
        for flag in self.shared_flags(used) {
            into.line(code!("__u8 {};", flag));
        }
        if used.contains(assemble::FRONT_LENGTH.0) {
            // Filled by the deparser where it puts the front of the packet together.
            into.line(code!("__u32 {};", assemble::FRONT_LENGTH));
            let bytes = self.front.0 + self.front.1;
            into.line(code!("__u8 {}[{}];", assemble::FRONT, bytes));
        }
        if used.contains("parsed_bytes") {
            into.line(code!("__u32 @parsed_bytes;"));
        }
        for member in self.members.iter().filter(|member| used.contains(member.name.as_str())) {
            into.line(code!("{};", member.declaration));
        }
        self.declare_handed(handed, into);
        let offsets = self.storage.headers.values().filter_map(|storage| storage.shared.as_ref());
        for offset in offsets.filter(|offset| used.contains(offset.at.as_str())) {
            into.line(code!("__u16 {};", offset.at));
        }
        for (id, header) in self.program.headers.iter() {
            let memory = &self.storage.headers[id].memory;
            if memory.is_shared() && used.contains(memory.name().as_str()) {
                let tag = &self.module.types[header.ty].tag;
                into.line(code!("struct {} {} __attribute__((aligned(8)));", tag, memory.name()));
            }
        }
        into.end_with(code!("}};"));
        into.blank();
        MapDefinition {
            name: self.scratch.1.name(),
            kind: MapType::PerCpuArray,
            key: code!("__u32"),
            value: code!("struct {}", self.scratch.0),
            max_entries: Some(1),
        }
        .emit(into);
    }
}

impl Module<'_> {
    /// Writes the declarations of tables and of externs with state.
    pub fn declare_maps(&mut self) {
        self.declare_tables();
        let externs = std::rc::Rc::clone(&self.externs);
        externs.declare(&mut self.globals);
        let maps = externs.maps();
        maps.iter().for_each(|map| map.emit(&mut self.globals));
        self.maps = self.maps_of_tables();
        maps.iter().for_each(|map| self.maps.add(&map.name));
    }

    /// Writes the structures of header types that functions with these names, or the declarations in front of them, use. Headers are stored as
    /// in one of the storages.
    pub fn header_structures<'s>(
        &'s self,
        names: &FxHashSet<&'s str>,
        storages: impl Iterator<Item = &'s Storage>,
        into: &mut Tree,
    ) {
        let mut tags = names.clone();
        tags.extend(self.globals.names());
        for storage in storages {
            for (id, header) in self.program.headers.iter() {
                let held = &storage.headers[id];
                if tags.contains(held.pointer.as_str()) || tags.contains(held.memory.name().as_str()) {
                    tags.insert(self.types[header.ty].tag.as_str());
                }
            }
        }
        for (id, ty) in self.program.header_types.iter() {
            let layout = &self.types[id];
            if tags.contains(layout.tag.as_str()) {
                let outer = into.set_span(ty.span);
                layout.define(into);
                into.set_span(outer);
            }
        }
    }
}
