//! A program as control planes see it: in, the IR; out, a [`View`] with ids by P4Runtime's rules, or with all that P4Info has beyond it a
//! [`Description`]. All that a control plane is told about a program's objects comes from here; where they lie is the back end's.
//!
//! Ids are those of the P4Runtime specification, section "ID Allocation for P4Info Objects", see [`p4xdp_control::ids`]. Objects are all that
//! the IR has: also actions that no table lists, which P4Info has too.

mod details;
mod profile;

use self::profile::describe_profile;
use crate::arch::extern_kind;
use crate::ir::{self, ExternId, Keyset, Program, PropertyValue, ScalarType};
use p4xdp_control::annotation::Annotation;
use p4xdp_control::description::Description;
use p4xdp_control::entry::{ActionCall, Entry, KeyMatch};
use p4xdp_control::ids::{self, IdError, Kind};
use p4xdp_control::view::{
    Action, ActionParam, Documentation, Extern, ExternKind, Key, MatchKind, Param, Preamble, Table,
    TableAction, View,
};
use p4xdp_frontend::diagnostic::{Diagnostic, Diagnostics, codes};
use p4xdp_frontend::source::Span;
use std::sync::Arc;

/// Makes the view.
#[must_use]
pub fn view(program: &Program) -> View {
    described(program).0.view
}

/// All that there is to tell.
#[must_use]
pub fn description(program: &Program) -> Description {
    described(program).0
}

/// Reports ids that the program gives wrongly.
pub(crate) fn check(program: &Program, sink: &mut Diagnostics) {
    let mut wrong = described(program).1;
    wrong.sort_by_key(|(_, span)| span.lo);
    for (message, span) in wrong {
        sink.emit(Diagnostic::error(codes::E0407, span, message));
    }
}

/// What is wrong with an `@id`, and where it stands.
type Wrong = (String, Span);

/// An object of the IR before it has its id.
struct Object<'p> {
    name: &'p str,
    annotations: &'p [ir::Annotation],
    span: Span,
}

impl Object<'_> {
    /// What `@id` says. One without a number is no id at all: the language gives the annotation no form.
    fn given(&self) -> Option<u64> {
        given(self.annotations)
    }
}

fn given(annotations: &[ir::Annotation]) -> Option<u64> {
    annotations.iter().find(|annotation| annotation.name == "id").and_then(|annotation| annotation.number())
}

/// Where `@id` stands.
fn place(annotations: &[ir::Annotation], otherwise: Span) -> Span {
    annotations.iter().find(|annotation| annotation.name == "id").map_or(otherwise, |id| id.span)
}

fn described(program: &Program) -> (Description, Vec<Wrong>) {
    let mut wrong = Vec::new();
    let told = &program.told;
    let of_tables = |name: &str| program.actions.values().any(|action| &*action.name == name);
    let called: Vec<&ir::CalledAction> =
        told.called_actions.iter().filter(|action| !of_tables(&action.name)).collect();
    let mut actions: Vec<Object<'_>> = program
        .actions
        .values()
        .map(|action| Object { name: &action.name, annotations: &action.annotations, span: action.span })
        .collect();
    actions.extend(called.iter().map(|action| Object {
        name: &action.name,
        annotations: &action.annotations,
        span: action.span,
    }));
    let tables: Vec<Object<'_>> = program
        .tables
        .values()
        .map(|table| Object { name: &table.name, annotations: &table.annotations, span: table.span })
        .collect();
    let sets: Vec<Object<'_>> = program
        .value_sets
        .values()
        .map(|set| Object { name: &set.name, annotations: &set.annotations, span: set.span })
        .collect();
    let headers: Vec<Object<'_>> = told
        .controller_headers
        .iter()
        .map(|it| Object { name: &it.type_name, annotations: &it.annotations, span: it.span })
        .collect();
    let instances: Vec<(ExternId, &ir::ExternInstance, ExternKind)> = program
        .externs
        .iter()
        .filter_map(|(id, instance)| Some((id, instance, extern_kind(&instance.extern_type)?)))
        .collect();
    let mut externs: Vec<Object<'_>> = instances
        .iter()
        .map(|(_, it, _)| Object { name: &it.name, annotations: &it.annotations, span: it.span })
        .collect();
    externs.extend(told.messages.iter().map(|it| Object { name: &it.name, annotations: &[], span: it.span }));

    let all: Vec<&str> = [&actions, &tables, &sets, &externs, &headers]
        .into_iter()
        .flat_map(|objects| objects.iter().map(|object| object.name))
        .collect();
    let mut aliases = ids::aliases(&all).into_iter();
    let mut actions = preambles(&actions, |_| Kind::Action, &mut aliases, &mut wrong);
    let tables = preambles(&tables, |_| Kind::Table, &mut aliases, &mut wrong);
    let sets = preambles(&sets, |_| Kind::ValueSet, &mut aliases, &mut wrong);
    let kind_of = |at: usize| instances.get(at).map_or(Kind::Digest, |(_, _, kind)| id_kind(*kind));
    let mut externs = preambles(&externs, kind_of, &mut aliases, &mut wrong);
    let headers = preambles(&headers, |_| Kind::ControllerHeader, &mut aliases, &mut wrong);
    let called = actions.split_off(program.actions.len());
    let messages = externs.split_off(instances.len());

    let positions: Vec<ExternId> = instances.iter().map(|(id, ..)| *id).collect();
    let tables: Vec<Table> = program
        .tables
        .values()
        .zip(tables)
        .map(|(table, preamble)| Table {
            profile: table.action_profile().and_then(|id| positions.iter().position(|known| *known == id)),
            ..describe_table(program, table, preamble, &mut wrong)
        })
        .collect();
    let actions: Vec<Action> = program
        .actions
        .values()
        .zip(actions)
        .map(|(action, preamble)| describe_action(program, action, preamble, &mut wrong))
        .collect();
    let view = View {
        architecture: program.architecture.to_string(),
        externs: instances
            .iter()
            .zip(externs)
            .enumerate()
            .map(|(position, ((id, instance, kind), preamble))| Extern {
                preamble,
                extern_type: instance.extern_type.to_string(),
                kind: *kind,
                table: owner(program, *id).filter(|_| is_direct(*kind)),
                profile: (*kind == ExternKind::ActionProfile).then(|| {
                    let tables = tables.iter().filter(|t| t.profile == Some(position));
                    describe_profile(instance, tables, &actions)
                }),
            })
            .collect(),
        actions,
        tables,
        value_sets: program
            .value_sets
            .values()
            .zip(sets)
            .map(|(set, preamble)| describe_set(program, set, preamble, &mut wrong))
            .collect(),
        errors: program.errors.iter().map(ToString::to_string).collect(),
    };
    let description = Description {
        view,
        package: Some(details::package(program)),
        tables: program.tables.values().map(|table| details::table(program, table)).collect(),
        externs: instances.iter().map(|(_, it, kind)| details::of_extern(program, it, *kind)).collect(),
        called: called.into_iter().map(|preamble| Action { preamble, params: Vec::new() }).collect(),
        messages: told
            .messages
            .iter()
            .zip(messages)
            .map(|(it, preamble)| details::message(it, preamble))
            .collect(),
        controller_headers: told
            .controller_headers
            .iter()
            .zip(headers)
            .map(|(header, preamble)| details::controller_header(header, preamble, &mut wrong))
            .collect(),
        types: told.types.clone(),
    };
    (description, wrong)
}

/// Gives objects their ids, those of each kind among themselves.
fn preambles(
    objects: &[Object<'_>],
    kind_of: impl Fn(usize) -> Kind,
    aliases: &mut impl Iterator<Item = String>,
    wrong: &mut Vec<Wrong>,
) -> Vec<Preamble> {
    let mut made: Vec<Preamble> = objects
        .iter()
        .map(|object| Preamble {
            name: object.name.to_owned(),
            id: 0,
            alias: aliases.next().unwrap_or_else(|| object.name.to_owned()),
            annotations: others(object.annotations),
            documentation: documentation(object.annotations),
        })
        .collect();
    let mut kinds: Vec<Kind> = (0..objects.len()).map(&kind_of).collect();
    kinds.sort_unstable();
    kinds.dedup();
    for kind in kinds {
        let positions: Vec<usize> = (0..objects.len()).filter(|at| kind_of(*at) == kind).collect();
        let listed: Vec<(&str, Option<u64>)> = positions
            .iter()
            .filter_map(|at| objects.get(*at))
            .map(|object| (object.name, object.given()))
            .collect();
        let (ids, errors) = ids::assign(kind, &listed);
        for (at, id) in positions.iter().zip(ids) {
            if let Some(preamble) = made.get_mut(*at) {
                preamble.id = id;
            }
        }
        for error in errors {
            let (IdError::Kind { at, .. } | IdError::Twice { at, .. }) = &error;
            if let Some(object) = positions.get(*at).and_then(|at| objects.get(*at)) {
                wrong.push((error.to_string(), place(object.annotations, object.span)));
            }
        }
    }
    made
}

/// `@brief` and `@description` (P4Runtime specification, section "Annotating P4 Entities with Documentation").
fn documentation(annotations: &[ir::Annotation]) -> Documentation {
    let text = |name: &str| annotations.iter().find(|annotation| annotation.name == name)?.text();
    Documentation { brief: text("brief"), description: text("description") }
}

/// Annotations that are not said otherwise.
fn others(annotations: &[ir::Annotation]) -> Vec<Annotation> {
    let told = ["name", "id", "brief", "description"];
    let kept = annotations.iter().filter(|annotation| !told.contains(&annotation.name.as_str()));
    kept.map(|annotation| annotation.what.clone()).collect()
}

/// Ids of keys or parameters.
fn numbers(all: &[(&str, &[ir::Annotation])], of: &str, span: Span, wrong: &mut Vec<Wrong>) -> Vec<u32> {
    let listed: Vec<Option<u64>> = all.iter().map(|(_, annotations)| given(annotations)).collect();
    let (ids, errors) = ids::number(&listed);
    for (name, annotations) in errors.into_iter().filter_map(|at| all.get(at)) {
        let message = format!("the id of `{name}` is none, or another one of `{of}` has it");
        wrong.push((message, place(annotations, span)));
    }
    ids
}

fn describe_action(
    program: &Program,
    action: &ir::Action,
    preamble: Preamble,
    wrong: &mut Vec<Wrong>,
) -> Action {
    let listed: Vec<(&str, &[ir::Annotation])> =
        action.params.iter().map(|param| (&*param.name, param.annotations.as_slice())).collect();
    let ids = numbers(&listed, &action.name, action.span, wrong);
    let params = action.params.iter().zip(ids).map(|(it, id)| ActionParam {
        id,
        param: named(param(program, &it.name, it.ty), &it.type_name),
        annotations: others(&it.annotations),
        documentation: documentation(&it.annotations),
    });
    Action { preamble, params: params.collect() }
}

/// A number as the control plane sees it.
#[must_use]
pub fn param(program: &Program, name: &str, ty: ScalarType) -> Param {
    let members = match ty {
        ScalarType::Enum(id) => program.enums[id].members.iter().map(ToString::to_string).collect(),
        ScalarType::Error => program.errors.iter().map(ToString::to_string).collect(),
        ScalarType::Bool | ScalarType::Bits { .. } | ScalarType::Varbit { .. } => Vec::new(),
    };
    Param { name: name.to_owned(), width: ty.width(), signed: ty.is_signed(), members, ..Param::default() }
}

/// The same with the name that control planes know its type by.
fn named(param: Param, type_name: &Option<Arc<str>>) -> Param {
    Param { type_name: type_name.as_ref().map(ToString::to_string), ..param }
}

fn describe_table(program: &Program, table: &ir::Table, preamble: Preamble, wrong: &mut Vec<Wrong>) -> Table {
    let listed: Vec<(&str, &[ir::Annotation])> =
        table.keys.iter().map(|key| (&*key.name, key.annotations.as_slice())).collect();
    let ids = numbers(&listed, &table.name, table.span, wrong);
    let keys = table.keys.iter().zip(ids).map(|(key, id)| Key {
        id,
        param: named(param(program, &key.name, key.expr.ty), &key.type_name),
        match_kind: match_kind(&key.match_kind),
        annotations: others(&key.annotations),
        documentation: documentation(&key.annotations),
    });
    let actions = table.actions.iter().map(|action| TableAction {
        action: action.action.as_u32() as usize,
        table_only: action.table_only,
        default_only: action.default_only,
        annotations: others(&action.annotations),
    });
    let several = table.keys.iter().any(|key| match key.match_kind {
        ir::MatchKind::Exact | ir::MatchKind::Lpm => false,
        ir::MatchKind::Ternary
        | ir::MatchKind::Range
        | ir::MatchKind::Optional
        | ir::MatchKind::Selector
        | ir::MatchKind::Other(_) => true,
    });
    // Constant entries stand by falling precedence, so the position is the priority, larger ones in front.
    let count = u32::try_from(table.entries.len()).unwrap_or(u32::MAX);
    let largest_wins = table.largest_priority_wins();
    let entries = table.entries.iter().zip((1..=count).rev()).map(|(entry, position)| {
        let priority = if table.entries_are_const { position } else { priority(entry, largest_wins) };
        let keys = table.keys.iter().zip(&entry.keysets);
        let keys = keys
            .filter(|(key, _)| key.match_kind != ir::MatchKind::Selector)
            .map(|(key, keyset)| key_match(keyset, key.expr.ty, &key.match_kind));
        Entry::new(keys.collect(), several.then_some(priority), call(&entry.action))
    });
    Table {
        preamble,
        keys: keys.collect(),
        actions: actions.collect(),
        default: call(&table.default_action),
        default_is_const: table.default_is_const,
        entries: entries.collect(),
        entries_are_const: table.entries_are_const,
        const_entries: const_entries(table),
        size: table.size,
        profile: None,
    }
}

/// Positions of constant entries, where not all are.
fn const_entries(table: &ir::Table) -> Vec<usize> {
    let entries = table.entries.iter().enumerate().filter(|(_, entry)| entry.is_const);
    if table.entries_are_const { Vec::new() } else { entries.map(|(position, _)| position).collect() }
}

fn describe_set(program: &Program, set: &ir::ValueSet, preamble: Preamble, wrong: &mut Vec<Wrong>) -> Table {
    let listed: Vec<(&str, &[ir::Annotation])> =
        set.keys.iter().map(|key| (&*key.name, key.annotations.as_slice())).collect();
    let ids = numbers(&listed, &set.name, set.span, wrong);
    let keys = set.keys.iter().zip(ids).map(|(key, id)| Key {
        id,
        param: named(param(program, &key.name, key.ty), &key.type_name),
        match_kind: match_kind(&key.match_kind),
        annotations: others(&key.annotations),
        documentation: documentation(&key.annotations),
    });
    Table { preamble, keys: keys.collect(), default_is_const: true, size: Some(set.size), ..Table::default() }
}

/// A priority is an `int32` in P4Runtime.
const LARGEST_PRIORITY: u32 = i32::MAX.cast_unsigned();

/// The priority of an initial entry among those of a control plane, of which the largest wins; of two with the same, the older. Where the
/// program says that the smallest wins, its own stand in front of all that a control plane gives a usual priority: they count down from the largest
/// that P4Runtime knows. Entries that `@priority` orders stand behind.
pub(crate) fn priority(entry: &ir::Entry, largest_wins: bool) -> u32 {
    let Some(written) = entry.priority else { return 0 };
    let written = u32::try_from(written).unwrap_or(u32::MAX);
    if largest_wins { written } else { LARGEST_PRIORITY.saturating_sub(written) }
}

fn call(call: &ir::ActionCall) -> ActionCall {
    ActionCall { action: call.action, args: call.args.clone() }
}

/// Kinds of the program's own have no meaning to us; a table with one is refused unless its entries are constant, and then they say
/// themselves what they match.
pub(crate) fn match_kind(kind: &ir::MatchKind) -> MatchKind {
    kind.known().unwrap_or(MatchKind::Exact)
}

/// A declared keyset as a control plane would say it.
pub(crate) fn key_match(keyset: &Keyset, ty: ScalarType, kind: &ir::MatchKind) -> KeyMatch {
    let plain = match keyset {
        // Elaboration leaves no value sets in entries.
        Keyset::Universal | Keyset::ValueSet(_) => KeyMatch::Any,
        Keyset::Value(value) => KeyMatch::Exact(value.clone()),
        Keyset::Mask { value, mask } if *kind == ir::MatchKind::Lpm => {
            // A prefix, as elaboration has checked. Its ones are at most the key's bits.
            KeyMatch::Prefix(value & mask, u32::try_from(mask.count_ones()).unwrap_or(ty.width()))
        }
        Keyset::Mask { value, mask } => KeyMatch::Masked(value & mask, mask.clone()),
        Keyset::Range { lo, hi } => KeyMatch::Range(lo.clone(), hi.clone()),
    };
    match plain {
        // Anything is anything for a range too, and people read it so.
        KeyMatch::Any if *kind == ir::MatchKind::Range || *kind == ir::MatchKind::Ternary => KeyMatch::Any,
        plain => plain.in_form(match_kind(kind), ty.width(), ty.is_signed()),
    }
}

fn id_kind(kind: ExternKind) -> Kind {
    match kind {
        ExternKind::Counter => Kind::Counter,
        ExternKind::DirectCounter => Kind::DirectCounter,
        ExternKind::Meter => Kind::Meter,
        ExternKind::DirectMeter => Kind::DirectMeter,
        ExternKind::Register => Kind::Register,
        ExternKind::ActionProfile => Kind::ActionProfile,
        ExternKind::Digest => Kind::Digest,
    }
}

fn is_direct(kind: ExternKind) -> bool {
    match kind {
        ExternKind::DirectCounter | ExternKind::DirectMeter => true,
        ExternKind::Counter
        | ExternKind::Meter
        | ExternKind::Register
        | ExternKind::ActionProfile
        | ExternKind::Digest => false,
    }
}

/// Position of the table that has the extern as a property.
fn owner(program: &Program, id: ExternId) -> Option<usize> {
    program.tables.values().position(|table| {
        table.properties.iter().any(|(_, value)| matches!(value, PropertyValue::Extern(of) if *of == id))
    })
}

/// The view knows no more of ports than the program says; which numbers are ports, an architecture tells.
pub fn mark_ports(view: &mut View, found: &crate::analysis::ports::Ports) {
    for (action, position) in &found.params {
        let action = view.actions.get_mut(action.as_u32() as usize);
        if let Some(param) = action.and_then(|action| action.params.get_mut(*position)) {
            param.param.port = true;
        }
    }
    for (table, position) in &found.keys {
        let table = view.tables.get_mut(table.as_u32() as usize);
        if let Some(key) = table.and_then(|table| table.keys.get_mut(*position)) {
            key.param.port = true;
        }
    }
}
