//! Value sets of parsers as tables: in, the program; out, each set with a storage of its elements and where they lie.
//!
//! A value set is a table with nothing to choose: an element matches or none does. So it has the storages that tables have, and control
//! planes fill it as they fill those. Its keys are laid out as the first select that asks for it has them.

use super::strategy::{self, Wanted};
use super::{DefaultPlace, TableLayout, ValueLayout};
use crate::c::code::Name;
use crate::layout::extern_facts::Attached;
use crate::names::Names;
use p4xdp_frontend::diagnostic::Diagnostics;
use p4xdp_midend::ir::{
    ActionCall, Expr, KeyElement, Keyset, Program, Table, Transition, ValueSet, ValueSetId,
};
use std::collections::BTreeMap;

/// A value set, laid out.
#[derive(Debug)]
pub struct SetLayout {
    /// The set as a table without actions.
    pub table: Table,
    /// Where its elements lie. Their values are bare.
    pub layout: TableLayout,
}

/// Lays out a program's value sets. Those that cannot be held in any storage that we have are reported, and then have none.
pub(super) fn lay_out(program: &Program, names: &mut Names, diagnostics: &mut Diagnostics) -> Vec<SetLayout> {
    if program.value_sets.is_empty() {
        return Vec::new();
    }
    let keys = first_keys(program);
    let laid_out = program.value_sets.iter().map(|(id, set)| {
        let table = as_table(set, keys.get(&id).copied().unwrap_or_default());
        let stem = super::stem(names, &set.name);
        // An array would hold more elements than the set's size says.
        let keys: Vec<&KeyElement> = table.keys.iter().collect();
        let wanted = |size| Wanted {
            program,
            keys: &keys,
            stem: &stem,
            size,
            implementation: Some(Attached::Hash),
            lru: false,
        };
        let storage =
            strategy::choose_for(&table, Some(set.size), "value set", wanted, names, diagnostics).ok();
        let value = ValueLayout {
            numbers: None,
            align: 4,
            is_numbered: false,
            tag: Name::new(&format!("{stem}_value")),
            base: storage.as_ref().map_or(0, |storage| storage.action_base()),
            actions: Vec::new(),
            params_offset: 4,
            size: 4,
        };
        let layout =
            TableLayout { stem, storage, value, indirect: None, default: DefaultPlace::Code, direct: None };
        SetLayout { table, layout }
    });
    laid_out.collect()
}

/// The keys of the first select that asks for each set.
fn first_keys(program: &Program) -> BTreeMap<ValueSetId, &[Expr]> {
    let mut found = BTreeMap::new();
    for state in program.parsers.values().flat_map(|parser| parser.states.values()) {
        let Transition::Select { keys, cases } = &state.transition else { continue };
        for case in cases {
            for (at, keyset) in case.keysets.iter().enumerate() {
                if let Keyset::ValueSet(id) = keyset {
                    found.entry(*id).or_insert_with(|| keys.get(at..).unwrap_or_default());
                }
            }
        }
    }
    found
}

fn as_table(set: &ValueSet, used_with: &[Expr]) -> Table {
    let keys = set.keys.iter().enumerate().map(|(at, key)| KeyElement {
        name: key.name.clone(),
        expr: match used_with.get(at) {
            Some(expr) => Expr { span: set.span, ..expr.clone() },
            None => Expr::constant(0u8, key.ty, set.span),
        },
        there: None,
        type_name: key.type_name.clone(),
        match_kind: key.match_kind.clone(),
        annotations: key.annotations.clone(),
    });
    Table {
        name: set.name.clone(),
        keys: keys.collect(),
        actions: Vec::new(),
        default_action: ActionCall { action: 0, args: Vec::new(), span: set.span },
        default_is_const: true,
        entries: Vec::new(),
        entries_are_const: false,
        size: Some(set.size),
        properties: Vec::new(),
        annotations: set.annotations.clone(),
        span: set.span,
    }
}
