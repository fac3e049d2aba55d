//! Tables as structures: which storage each gets, and what its values and its default action look like.
//!
//! In goes the program, out comes one [`TableLayout`] a table. Where things stand in the *key* is the storage's
//! business, see [`crate::tables::strategy`]; which storages there are stands in [`STRATEGIES`], and which kinds of keys none of them
//! takes in [`lacking_keys`].
//!
//! A value is the action's number and a union with a structure of parameters an action. A default action that the
//! control plane may change is such a value too, one member of the structure of all defaults (initialised data). One
//! that it may not change is code.

pub(crate) mod array;
pub(crate) mod bit_vectors;
pub mod control_plane;
pub(crate) mod direct;
pub(crate) mod hash;
pub(crate) mod idle;
pub(crate) mod lpm_trie;
mod masked;
pub mod members;
pub mod param_order;
pub mod profile;
pub mod sets;
pub mod strategy;
pub(crate) mod tuple_space;

use crate::c::code::{Code, Known, Name, ToCode, code};
use crate::lacking::{Lacking, lacking};
use crate::layout::extern_facts::ExternFacts;
use crate::names::{self, Names};
use direct::{Direct, FreeNumbers};
use members::{Members, Shape, Wish};
use p4xdp_control::storage::masked::WIDEST_RANGE;
use p4xdp_control::storage::{ByteOrder, Place};
use p4xdp_frontend::arena::Arena;
use p4xdp_frontend::diagnostic::Diagnostics;
use p4xdp_midend::ir::{
    ExternId, KeyElement, MatchKind, Program, ScalarType, Table, TableAction, TableId, ValueSetId,
};
use param_order::param_order;
use profile::{Indirect, ProfileLayout};
use sets::SetLayout;
use std::collections::BTreeMap;
use strategy::{Choose, TableStorage};

/// The storages: a table has the first one that suits it.
const STRATEGIES: &[Choose] =
    &[bit_vectors::choose, tuple_space::choose, lpm_trie::choose, array::choose, hash::choose];

lacking! {
    WIDE_RANGE E0520 "a `range` key of more than 64 bits with run-time entries";
    OTHER_KEY E0520 "a key of an unknown match kind with run-time entries";
    VARBIT_KEY E0520 "a key of type `varbit`";
}

/// What is said of keys that no storage looks up by.
const KEYS_THAT_WORK: &str = "`exact`, `lpm`, `ternary`, `optional` and `range` keys can be filled at run time; with `const entries` all kinds work";

/// The keys that no storage of ours can look up by.
fn lacking_keys(table: &Table) -> Vec<(&KeyElement, &'static Lacking)> {
    table.keys.iter().filter_map(|key| Some((key, lacking_key(key)?))).collect()
}

fn lacking_key(key: &KeyElement) -> Option<&'static Lacking> {
    if let ScalarType::Varbit { .. } = key.expr.ty {
        return Some(&VARBIT_KEY);
    }
    match &key.match_kind {
        MatchKind::Exact | MatchKind::Lpm | MatchKind::Ternary | MatchKind::Optional => None,
        MatchKind::Range => (key.expr.ty.width() > WIDEST_RANGE).then_some(&WIDE_RANGE),
        // What the action selector chooses by is not looked up.
        MatchKind::Selector => None,
        MatchKind::Other(_) => Some(&OTHER_KEY),
    }
}

/// ELF section of the default actions.
pub const DEFAULTS_SECTION: &str = ".data.default";
/// C's name of the structure of default actions.
pub const DEFAULTS: Known = Known("default_actions");

/// All tables, laid out.
#[derive(Debug, Default)]
pub struct Tables {
    /// One a table.
    pub layouts: Arena<TableId, TableLayout>,
    /// One a value set.
    pub sets: Arena<ValueSetId, SetLayout>,
    /// Action profiles and selectors that tables have.
    pub profiles: BTreeMap<ExternId, ProfileLayout>,
    /// Bytes of the structure of default actions; 0 if there is none.
    pub defaults_size: u32,
    /// Where numbers of entries are listed that none has, if entries have numbers.
    pub(crate) free: Option<FreeNumbers>,
}

/// A table, laid out.
#[derive(Debug)]
pub struct TableLayout {
    /// Stem of all names in C: the map is called so, structures and constants begin with it.
    pub stem: Name,
    /// Run-time entries; `None` if there can be none (no key, or const entries only).
    pub storage: Option<Box<dyn TableStorage>>,
    /// What runs: what an entry holds, or of a table with an action profile what a member holds.
    pub value: ValueLayout,
    /// Of a table whose entries name members of an action profile.
    pub indirect: Option<Indirect>,
    /// Where the default action is.
    pub default: DefaultPlace,
    /// What hangs on entries: each has a number then.
    pub(crate) direct: Option<Direct>,
}

/// What an entry of a table holds: an action and its parameters.
#[derive(Clone, Debug)]
pub struct ValueLayout {
    /// Tag of the structure.
    pub tag: Name,
    /// Tag of the enumeration of the actions' numbers; `None` where the number is of something else.
    pub numbers: Option<Name>,
    /// Added to an action's number where the storage needs a number that says "unused": 0 or 1.
    pub base: u32,
    /// One an action, in the table's order.
    pub actions: Vec<ActionLayout>,
    /// Bytes in front of the parameters.
    pub params_offset: u32,
    /// Bytes in all.
    pub size: u32,
    /// Strictest alignment of its members.
    pub align: u32,
    /// It has the entry's number beside that of the action.
    pub is_numbered: bool,
}

/// An action's part of a value.
#[derive(Clone, Debug)]
pub struct ActionLayout {
    /// C's constant for the action's number.
    pub constant: Name,
    /// Member of the union.
    pub member: String,
    /// Parameters; offsets count from the start of the value.
    pub params: Members,
    /// It may stand in an entry.
    pub in_entries: bool,
    /// It may be the default action, now or later.
    pub as_default: bool,
}

impl TableLayout {
    /// The constant of an action's number.
    pub fn number(&self, position: usize) -> Code {
        self.value.actions.get(position).map_or_else(|| code!("0"), |action| action.constant.code())
    }

    /// True if the table has values, in its storage or as default action.
    pub fn has_values(&self) -> bool {
        self.storage.is_some() || self.default != DefaultPlace::Code
    }

    /// Positions of the actions for which something holds.
    pub fn reachable(&self, which: impl Fn(&ActionLayout) -> bool) -> Vec<usize> {
        self.value
            .actions
            .iter()
            .enumerate()
            .filter(|(_, a)| which(a))
            .map(|(position, _)| position)
            .collect()
    }
}

/// Where a default action is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultPlace {
    /// In the code.
    Code,
    /// In the structure of default actions, behind so many bytes.
    Data(u32),
}

impl ValueLayout {
    /// Where the action's number stands.
    pub fn action_place(&self) -> Place {
        Place { offset: 0, size: 4, order: ByteOrder::Host }
    }

    /// Where the entry's number stands, if it has one.
    pub fn number_place(&self) -> Option<Place> {
        self.is_numbered.then_some(Place { offset: 4, size: 4, order: ByteOrder::Host })
    }

    /// Where each parameter of each action stands.
    pub fn parameter_places(&self) -> Vec<Vec<Place>> {
        let of = |action: &ActionLayout| action.params.list.iter().map(|member| member.place()).collect();
        self.actions.iter().map(of).collect()
    }

    /// C's type of the action's number. As an enumeration it is printed by name by what prints maps by their types.
    pub fn number_type(&self) -> Code {
        self.numbers.as_ref().map_or_else(|| code!("__u32"), |tag| code!("enum {}", tag))
    }

    /// C's type of it as the value of a map. Nobody names it but the map, so that lookups keep their numbers.
    pub fn in_map(&self) -> Code {
        match self.bytes_tag() {
            Some(tag) => code!("struct {}", tag),
            None => code!("struct {}", self.tag),
        }
    }

    /// Tag of the structure with bytes in place of numbers in network order, if there are some.
    pub fn bytes_tag(&self) -> Option<Name> {
        let has_bytes = self.actions.iter().any(|action| action.params.have_bytes());
        has_bytes.then(|| Name::new(&format!("{}_bytes", self.tag)))
    }

    /// True if no action has parameters.
    pub fn is_bare(&self) -> bool {
        self.actions.iter().all(|action| action.params.list.is_empty())
    }
}

/// Lays out the tables of a program. Those that cannot be held in any storage that we have are reported, and then
/// have none.
pub(crate) fn lay_out(
    program: &Program,
    externs: &ExternFacts,
    names: &mut Names,
    diagnostics: &mut Diagnostics,
) -> Tables {
    let mut tables =
        Tables { profiles: profile::lay_out(program, externs, names, diagnostics), ..Tables::default() };
    for table in program.tables.values() {
        let stem = stem(names, &table.name);
        let storage =
            strategy::choose(program, externs, table, &stem, names, diagnostics).unwrap_or_default();
        let base = storage.as_ref().map_or(0, |s| s.action_base());
        let capacity = storage.as_ref().map(|storage| storage.capacity());
        let free = &mut tables.free;
        let direct =
            direct::lay_out(program, externs, table, capacity, free, (&mut *names, &mut *diagnostics));
        let number = direct.is_some();
        let of_members = profile::of_table(program, externs, &tables.profiles, table, (&stem, number), names);
        let (value, indirect) = match of_members {
            Some((value, indirect)) => (value, Some(indirect)),
            None => (lay_out_value(program, externs, table, names, &stem, (base, number)), None),
        };
        let default = if table.default_is_const {
            DefaultPlace::Code
        } else {
            let offset = tables.defaults_size.next_multiple_of(value.align);
            tables.defaults_size = offset + value.size;
            DefaultPlace::Data(offset)
        };
        tables.layouts.push(TableLayout { stem, storage, value, indirect, default, direct });
    }
    tables.sets = sets::lay_out(program, names, diagnostics).into_iter().collect();
    tables
}

/// A stem of which all derived names are free too: every application of the table uses them. No name that begins with certain
/// prefixes is free, so the stem must not either.
fn stem(names: &mut Names, dotted: &str) -> Name {
    let last = dotted.rsplit('.').next().unwrap_or(dotted);
    let prefixed = names::is_reserved(last).then(|| format!("table_{last}"));
    let wanted = prefixed.as_deref().unwrap_or(last);
    loop {
        let stem = short_name(names, wanted);
        let derived = ["key", "key_bytes", "value", "value_bytes", "entry", "action", "index"];
        let free = derived.iter().filter(|suffix| {
            let wanted = format!("{stem}_{suffix}");
            *names.unique(&wanted) == *wanted
        });
        if free.count() == derived.len() {
            return stem;
        }
    }
}

/// A C identifier of at most 15 bytes, as many as the kernel keeps of a map's name. Of a longer one both ends are kept,
/// which is where names differ.
pub fn short_name(names: &mut Names, wanted: &str) -> Name {
    const LONGEST: usize = 15;
    let full = names::identifier(wanted);
    let mut room = LONGEST;
    loop {
        let candidate = if full.len() <= room {
            full.clone()
        } else {
            let (head, tail) = (room - room / 3, room / 3);
            format!("{}{}", full.get(..head).unwrap_or(&full), full.get(full.len() - tail..).unwrap_or(""))
        };
        let name = names.unique(&candidate);
        if name.len() <= LONGEST || room <= 4 {
            return name;
        }
        room -= 1;
    }
}

/// An action may be the default action, now or later.
fn is_default(table: &Table, position: usize, default: usize, entry: &TableAction) -> bool {
    position == default || (!table.default_is_const && !entry.table_only)
}

fn lay_out_value(
    program: &Program,
    externs: &ExternFacts,
    table: &Table,
    c_names: &mut Names,
    stem: &str,
    (base, is_numbered): (u32, bool),
) -> ValueLayout {
    let own = if is_numbered { "number" } else { "pad" };
    let mut members = names::Taken::from_iter(["action".to_owned(), own.to_owned()]);
    let wishes: Vec<Vec<Wish>> = table
        .actions
        .iter()
        .map(|entry| {
            let action = &program.actions[entry.action];
            action
                .params
                .iter()
                .map(|p| (p.name.clone(), p.ty, Shape::of(p.ty, param_order(program, externs, action, p))))
                .collect()
        })
        .collect();
    let aligned = wishes.iter().flatten().any(|(_, _, shape)| shape.unit > 4);
    let params_offset = if aligned || is_numbered { 8 } else { 4 };
    let default = table.default_action.action;
    let actions: Vec<ActionLayout> = table
        .actions
        .iter()
        .zip(wishes)
        .enumerate()
        .map(|(position, (entry, wishes))| {
            let name = program.actions[entry.action].name.rsplit('.').next().unwrap_or_default();
            ActionLayout {
                constant: c_names.unique(&format!("{stem}_{name}").to_uppercase()),
                member: names::member(name, &mut members),
                params: Members::place(params_offset, wishes),
                in_entries: !entry.default_only,
                as_default: is_default(table, position, default, entry),
            }
        })
        .collect();
    let end = actions.iter().filter(|a| !a.params.list.is_empty()).map(|a| a.params.end).max();
    let end = end.unwrap_or(if is_numbered { 8 } else { 4 });
    let align = if aligned { 8 } else { 4 };
    let (tag, size) = (Name::new(&format!("{stem}_value")), end.next_multiple_of(align));
    let numbers = (!actions.is_empty()).then(|| Name::new(&format!("{stem}_action")));
    ValueLayout { tag, numbers, base, actions, params_offset, size, align, is_numbered }
}
