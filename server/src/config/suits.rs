//! P4Info and object are of one program: in, both; out, what differs. Controllers name tables, keys, actions and parameters by the ids of their P4Info, so
//! another program's would write something else than they mean.

use crate::Problem;
use p4xdp_control::manifest::Manifest;
use p4xdp_control::view::{self, View};
use p4xdp_p4runtime::p4::config::v1::{self as proto, P4Info, Preamble};
use std::collections::BTreeMap;

/// Names by id.
type Names<'a> = BTreeMap<u32, &'a str>;

/// Compares them. Things that a P4Info leaves out are not asked for.
///
/// # Errors
/// When the P4Info has something that the object has not, or has otherwise.
pub fn check(p4info: &P4Info, manifest: &Manifest) -> Result<(), Problem> {
    let view = &manifest.view;
    let tables: BTreeMap<u32, &view::Table> =
        view.tables.iter().map(|table| (table.preamble.id, table)).collect();
    for table in &p4info.tables {
        let (id, name) = of(table.preamble.as_ref());
        let known = tables.get(&id).filter(|known| known.name() == name);
        let known = known.ok_or_else(|| other(&format!("table `{name}` with id {id:#010x}")))?;
        check_keys(name, &table.match_fields, known)?;
        check_refs(name, &table.action_refs, view, known)?;
    }
    let actions: BTreeMap<u32, &view::Action> =
        view.actions.iter().map(|action| (action.preamble.id, action)).collect();
    for action in &p4info.actions {
        let (id, name) = of(action.preamble.as_ref());
        // Actions that only code calls are in no object.
        if let Some(known) = actions.get(&id) {
            check_action(name, action, known)?;
        }
    }
    check_externs(p4info, view)
}

fn other(what: &str) -> Problem {
    Problem::invalid(format!(
        "config.p4info is of another program than config.p4_device_config: the object has no {what}"
    ))
}

fn of(preamble: Option<&Preamble>) -> (u32, &str) {
    preamble.map_or((0, ""), |preamble| (preamble.id, preamble.name.as_str()))
}

fn check_keys(table: &str, fields: &[proto::MatchField], known: &view::Table) -> Result<(), Problem> {
    for field in fields {
        let key = known.match_keys().find(|key| key.id == field.id);
        let (id, name, width) = (field.id, &field.name, field.bitwidth);
        let what = || format!("key `{name}` of table `{table}` with id {id} and {width} bits");
        let key = key.ok_or_else(|| other(&what()))?;
        // A translated key has the width that controllers know, or none if they know strings.
        let is_translated = field.type_name.is_some();
        if !is_translated && u32::try_from(width).ok() != Some(key.param.width) {
            return Err(other(&what()));
        }
    }
    let listed = known.match_keys().count();
    if fields.len() == listed {
        return Ok(());
    }
    Err(Problem::invalid(format!(
        "config.p4info is of another program than config.p4_device_config: table `{table}` has {} keys there, and {listed} in the object",
        fields.len()
    )))
}

fn check_refs(
    table: &str,
    refs: &[proto::ActionRef],
    view: &View,
    known: &view::Table,
) -> Result<(), Problem> {
    let actions = view.actions_of(known);
    match refs.iter().find(|entry| !actions.iter().any(|action| action.preamble.id == entry.id)) {
        Some(entry) => Err(other(&format!("action with id {:#010x} of table `{table}`", entry.id))),
        None => Ok(()),
    }
}

fn check_action(name: &str, action: &proto::Action, known: &view::Action) -> Result<(), Problem> {
    if known.preamble.name != name {
        return Err(other(&format!("action `{name}` with id {:#010x}", known.preamble.id)));
    }
    for param in &action.params {
        let found = known.params.iter().find(|known| known.id == param.id);
        let fits = found.is_some_and(|known| {
            param.type_name.is_some() || u32::try_from(param.bitwidth).ok() == Some(known.param.width)
        });
        if !fits {
            let (id, param, width) = (param.id, &param.name, param.bitwidth);
            return Err(other(&format!(
                "parameter `{param}` of action `{name}` with id {id} and {width} bits"
            )));
        }
    }
    Ok(())
}

fn check_externs(p4info: &P4Info, view: &View) -> Result<(), Problem> {
    let externs = view.externs.iter().map(|known| &known.preamble);
    let sets = view.value_sets.iter().map(|known| &known.preamble);
    let known: Names<'_> = externs.chain(sets).map(|known| (known.id, known.name.as_str())).collect();
    let profiles = p4info.action_profiles.iter().map(|it| (it.preamble.as_ref(), "action profile"));
    let counters = p4info.counters.iter().map(|it| (it.preamble.as_ref(), "counter"));
    let direct_counters = p4info.direct_counters.iter().map(|it| (it.preamble.as_ref(), "direct counter"));
    let meters = p4info.meters.iter().map(|it| (it.preamble.as_ref(), "meter"));
    let direct_meters = p4info.direct_meters.iter().map(|it| (it.preamble.as_ref(), "direct meter"));
    let registers = p4info.registers.iter().map(|it| (it.preamble.as_ref(), "register"));
    let value_sets = p4info.value_sets.iter().map(|it| (it.preamble.as_ref(), "value set"));
    let all = profiles.chain(counters).chain(direct_counters).chain(meters).chain(direct_meters);
    for (preamble, kind) in all.chain(registers).chain(value_sets) {
        let (id, name) = of(preamble);
        match known.get(&id) {
            Some(known) if *known == name => {}
            Some(_) | None => return Err(other(&format!("{kind} `{name}` with id {id:#010x}"))),
        }
    }
    Ok(())
}
