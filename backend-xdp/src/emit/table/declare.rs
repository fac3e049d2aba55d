//! Declarations of tables in front of the function: action numbers, values, keys, maps, and the default actions.

use super::super::module::{MapsByName, Module};
use super::entries::has_fallback;
use super::profile;
use crate::c::code::{Code, Name, code};
use crate::c::tree::Tree;
use crate::tables::direct::Direct;
use crate::tables::members::{Form, Member, Members};
use crate::tables::strategy::constant;
use crate::tables::{ActionLayout, DEFAULTS, DEFAULTS_SECTION, DefaultPlace, TableLayout, ValueLayout};
use num_bigint::BigUint;
use p4xdp_midend::ir::{ActionCall, Program, Table};

impl Module<'_> {
    /// Writes the declarations of all tables.
    pub(in crate::emit) fn declare_tables(&mut self) {
        let tables = std::rc::Rc::clone(&self.tables);
        let mut out = Tree::default();
        for (id, profile) in &tables.profiles {
            profile::declare(&self.program.externs[*id].name, profile, &mut out);
        }
        for (id, table) in self.program.tables.iter() {
            let layout = &tables.layouts[id];
            if !layout.has_values() && table.entries.is_empty() {
                // One action, and nothing to choose it by.
                continue;
            }
            out.line(code!("/* table {} */", table.name));
            match &layout.indirect {
                Some(indirect) if layout.storage.is_some() => {
                    profile::declare_stored(indirect, &mut out);
                    profile::declare_constants(table, layout, indirect, &mut out);
                }
                Some(_) => {}
                None => {
                    declare_numbers(&layout.value, &mut out);
                    if layout.has_values() {
                        declare_value(&layout.value, layout.storage.is_some(), &mut out);
                    }
                }
            }
            if let Some(storage) = &layout.storage {
                storage.emit_types(layout.stored(), &mut out);
                storage.maps(layout.stored()).iter().for_each(|map| map.emit(&mut out));
                storage.emit_functions(&mut out);
                if has_fallback(table, layout) {
                    declare_initial(table, layout, &mut out);
                }
            }
        }
        for set in tables.sets.values() {
            let Some(storage) = &set.layout.storage else { continue };
            out.line(code!("/* value set {} */", set.table.name));
            declare_value(&set.layout.value, true, &mut out);
            storage.emit_types(&set.layout.value, &mut out);
            storage.maps(&set.layout.value).iter().for_each(|map| map.emit(&mut out));
            storage.emit_functions(&mut out);
        }
        for layout in tables.layouts.values() {
            layout.direct.iter().flat_map(Direct::maps).for_each(|map| map.emit(&mut out));
        }
        tables.free.iter().for_each(|free| free.definition().emit(&mut out));
        declare_defaults(self.program, &tables, &mut out);
        self.globals.append(out);
    }

    /// The maps of tables, value sets and action profiles, by the names of C that stand for them.
    pub(in crate::emit) fn maps_of_tables(&self) -> MapsByName {
        let tables = &self.tables;
        let mut found = MapsByName::default();
        for profile in tables.profiles.values() {
            profile.maps().iter().for_each(|map| found.add(&map.name));
        }
        let sets = tables.sets.values().map(|set| &set.layout);
        for layout in tables.layouts.values().chain(sets) {
            if let Some(storage) = &layout.storage {
                found.add_stem(&layout.stem, storage.maps(layout.stored()).len());
            }
            layout.direct.iter().flat_map(Direct::maps).for_each(|map| found.add(&map.name));
        }
        found
    }
}

/// Declares what a member of an action profile holds.
pub(super) fn members(value: &ValueLayout, out: &mut Tree) {
    declare_numbers(value, out);
    declare_value(value, true, out);
}

fn declare_numbers(value: &ValueLayout, out: &mut Tree) {
    let Some(tag) = &value.numbers else { return };
    out.begin(code!("enum {} {{", tag));
    for (number, action) in value.actions.iter().enumerate() {
        out.line(code!("{} = {},", action.constant, number as u32 + value.base));
    }
    out.end_with(code!("};"));
    out.blank();
}

/// Declares what a table runs; `in_map` is whether there is a map of it.
fn declare_value(value: &ValueLayout, in_map: bool, out: &mut Tree) {
    declare_structure(&value.tag, value, Form::Numbers, out);
    if let Some(tag) = value.bytes_tag().filter(|_| in_map) {
        declare_structure(&tag, value, Form::Bytes, out);
    }
}

fn declare_structure(tag: &Name, value: &ValueLayout, form: Form, out: &mut Tree) {
    out.begin(code!("struct {} {{", tag));
    out.line(code!("{} action;", value.number_type()));
    if value.is_numbered {
        out.line(code!("__u32 number;"));
    }
    if !value.is_bare() {
        if value.params_offset > 4 && !value.is_numbered {
            out.line(code!("__u8 pad[{}];", value.params_offset - 4));
        }
        out.begin(code!("union {"));
        for action in value.actions.iter().filter(|a| !a.params.list.is_empty()) {
            out.begin(code!("struct {"));
            for line in action.params.declarations(value.params_offset, action.params.end, form) {
                out.line(line);
            }
            out.end_with(code!("}} {};", action.member));
        }
        out.end_with(code!("};"));
    }
    out.end_with(match form {
        Form::Bytes if value.align > 4 => code!("}} __attribute__((aligned({})));", value.align),
        Form::Bytes | Form::Numbers => code!("};"),
    });
    out.blank();
}

/// The initial entries' values, for loaders that put no entries into maps.
fn declare_initial(table: &Table, layout: &TableLayout, out: &mut Tree) {
    // Clang would put small ones into sections of their own, each of which a loader makes a map.
    out.begin(code!("const struct {} {}_initial[] SEC(\".rodata\") = {{", layout.value.tag, layout.stem));
    for (position, entry) in table.entries.iter().enumerate() {
        let number = layout.value.is_numbered.then(|| Direct::of_program(position));
        out.line(code!("{},", initializer(&layout.value, &entry.action, number)));
    }
    out.end_with(code!("};"));
    out.blank();
}

fn declare_defaults(program: &Program, tables: &crate::tables::Tables, out: &mut Tree) {
    if tables.defaults_size == 0 {
        return;
    }
    let held = || {
        program
            .tables
            .iter()
            .map(|(id, table)| (table, &tables.layouts[id]))
            .filter(|(_, layout)| layout.default != DefaultPlace::Code)
    };
    out.line(code!("/* The default actions that the control plane may change. */"));
    out.begin(code!("struct {"));
    for (_, layout) in held() {
        out.line(code!("struct {} {};", layout.value.tag, layout.stem));
    }
    out.turn(code!("}} {} SEC(\"{}\") = {{", DEFAULTS, Code::text(DEFAULTS_SECTION)));
    for (table, layout) in held() {
        out.line(code!(".{} = {},", layout.stem, initializer(&layout.value, &table.default_action, None)));
    }
    out.end_with(code!("}};"));
    out.blank();
}

/// A value as C initialises it: `{ .action = T_FORWARD, .forward = { .port = 3 } }`, perhaps with a number of the entry.
pub(super) fn initializer(value: &ValueLayout, call: &ActionCall, number: Option<u32>) -> Code {
    let Some(action) = value.actions.get(call.action) else { return code!("{{}}") };
    let mut members = vec![code!(".action = {}", action.constant)];
    members.extend(number.map(|number| code!(".number = {}", number)));
    let params = parameters(action, &call.args);
    if !params.is_empty() {
        members.push(code!(".{} = {{ {} }}", action.member, params));
    }
    code!("{{ {} }}", Code::join(&members, ", "))
}

fn parameters(action: &ActionLayout, args: &[BigUint]) -> Code {
    let Members { list, .. } = &action.params;
    let fields: Vec<Code> = list.iter().zip(args).map(|(member, arg)| field(member, arg)).collect();
    Code::join(&fields, ", ")
}

fn field(member: &Member, value: &BigUint) -> Code {
    let elements = constant(value, member.shape);
    match elements.as_slice() {
        [one] => code!(".{} = {}", member.c_name, one),
        several => code!(".{} = {{ {} }}", member.c_name, Code::join(several, ", ")),
    }
}
