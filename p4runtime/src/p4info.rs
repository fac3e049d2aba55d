//! P4Info: in, what a compiler tells of a program; out, the message (P4Runtime specification, section "P4Info Message").
//!
//! Ids, aliases and annotations are the view's. What is decided here is only how the message says it.

mod annotations;
mod externs;
mod types;

use self::annotations::{documentation, split};
pub(crate) use self::types::Bits;
use self::types::type_info;
use crate::p4::config::v1 as proto;
use crate::values::number;
use p4xdp_control::annotation::{Annotation, find};
use p4xdp_control::description::{ControllerHeader, Description, Package, TableDetails};
use p4xdp_control::view::{Action, Key, MatchKind, Preamble, Table, TableAction, View};
use std::collections::BTreeSet;

/// Entries of a table that says no number: the P4Runtime specification leaves it to compilers, this is p4c's.
const USUAL_SIZE: u64 = 1024;

/// The message. Without a `main` there is nothing to control, and it is empty.
#[must_use]
pub fn p4info(description: &Description) -> proto::P4Info {
    let Some(package) = &description.package else { return proto::P4Info::default() };
    let view = &description.view;
    let bits = Bits(&description.types);
    let mut info = proto::P4Info {
        pkg_info: Some(pkg_info(package, &view.architecture)),
        actions: actions(description),
        controller_packet_metadata: description
            .controller_headers
            .iter()
            .filter(|header| !is_hidden(&header.preamble.annotations))
            .map(|header| controller_header(header, &bits))
            .collect(),
        type_info: package.may_have_types.then(|| type_info(description)),
        ..proto::P4Info::default()
    };
    for (position, table) in view.tables.iter().enumerate() {
        if is_hidden(&table.preamble.annotations) {
            continue;
        }
        let details = description.tables.get(position).cloned().unwrap_or_default();
        info.tables.push(table_message(description, position, table, &details));
    }
    for set in &view.value_sets {
        info.value_sets.push(proto::ValueSet {
            preamble: Some(preamble(&set.preamble)),
            r#match: set.keys.iter().map(|key| value_set_field(set, key, &bits)).collect(),
            size: number(set.size.unwrap_or(USUAL_SIZE)),
        });
    }
    externs::add(description, &mut info);
    info
}

/// What control planes are not to see (P4_16, section "Control-plane API annotations").
fn is_hidden(annotations: &[Annotation]) -> bool {
    find(annotations, "hidden").is_some()
}

/// What the program says of itself, in `@pkginfo` and `@platform_property`.
fn pkg_info(package: &Package, architecture: &str) -> proto::PkgInfo {
    let (annotations, structured_annotations) =
        split(&package.annotations, &["pkginfo", "platform_property"]);
    let text = |name: &str| annotations::text_of(&package.annotations, "pkginfo", name).unwrap_or_default();
    proto::PkgInfo {
        name: text("name"),
        version: text("version"),
        doc: documentation(&package.documentation),
        annotations,
        // Whatever the program says, this is the compiler's.
        arch: named_by_p4runtime(architecture).to_owned(),
        organization: text("organization"),
        contact: text("contact"),
        url: text("url"),
        structured_annotations,
        platform_properties: annotations::platform_properties(&package.annotations),
        ..proto::PkgInfo::default()
    }
}

/// An architecture by the name that control planes know it by; none for a package of the program's own.
fn named_by_p4runtime(architecture: &str) -> &str {
    match architecture {
        "ubpf_model" => "ubpf",
        "generic" => "",
        other => other,
    }
}

fn preamble(of: &Preamble) -> proto::Preamble {
    preamble_without(of, &[])
}

/// An object's preamble without annotations that the message says otherwise.
fn preamble_without(of: &Preamble, told: &[&str]) -> proto::Preamble {
    let (annotations, structured_annotations) = split(&of.annotations, told);
    proto::Preamble {
        id: of.id,
        name: of.name.clone(),
        alias: of.alias.clone(),
        annotations,
        doc: documentation(&of.documentation),
        structured_annotations,
        ..proto::Preamble::default()
    }
}

/// All actions, each once: specialisations of one action have one id. A hidden one is there if a table that is not hidden lists it, as references
/// have to lead somewhere.
fn actions(description: &Description) -> Vec<proto::Action> {
    let bits = Bits(&description.types);
    let view = &description.view;
    let mut seen = BTreeSet::new();
    let tables = view.tables.iter().filter(|table| !is_hidden(&table.preamble.annotations));
    let listed: BTreeSet<u32> =
        tables.flat_map(|table| view.actions_of(table)).map(|action| action.preamble.id).collect();
    let is_seen =
        |action: &Action| !is_hidden(&action.preamble.annotations) || listed.contains(&action.preamble.id);
    let all = view.actions.iter().chain(&description.called);
    all.filter(|action| is_seen(action) && seen.insert(action.preamble.id))
        .map(|action| action_message(action, &bits))
        .collect()
}

fn action_message(action: &Action, bits: &Bits<'_>) -> proto::Action {
    let params = action.params.iter().map(|param| {
        let (annotations, structured_annotations) = split(&param.annotations, &[]);
        proto::action::Param {
            id: param.id,
            name: param.param.name.clone(),
            annotations,
            bitwidth: bits.width(&param.param),
            doc: documentation(&param.documentation),
            type_name: bits.type_name(&param.param),
            structured_annotations,
            ..proto::action::Param::default()
        }
    });
    proto::Action { preamble: Some(preamble(&action.preamble)), params: params.collect() }
}

fn table_message(
    description: &Description,
    position: usize,
    table: &Table,
    details: &TableDetails,
) -> proto::Table {
    let view = &description.view;
    let bits = Bits(&description.types);
    let direct = view.externs.iter().filter(|it| it.table == Some(position));
    let default = default_call(view, table, &bits);
    let fields =
        table.keys.iter().zip(&details.keys).filter(|(key, _)| key.match_kind != MatchKind::Selector);
    let fields = fields.map(|(key, details)| proto::MatchField {
        name: details.name.clone(),
        ..match_field(key, details.declared_kind.clone(), &bits, &[])
    });
    proto::Table {
        preamble: Some(preamble(&table.preamble)),
        match_fields: fields.collect(),
        action_refs: table.actions.iter().map(|action| action_ref(view, action)).collect(),
        const_default_action_id: if table.default_is_const { default.action_id } else { 0 },
        initial_default_action: Some(default),
        implementation_id: view.profile_of(table).map_or(0, |profile| profile.preamble.id),
        direct_resource_ids: direct.map(|it| it.preamble.id).collect(),
        size: number(table.size.filter(|size| *size > 0).or(details.capacity).unwrap_or(USUAL_SIZE)),
        idle_timeout_behavior: i32::from(details.notifies_idle),
        is_const_table: table.entries_are_const,
        has_initial_entries: !table.entries.is_empty(),
        other_properties: None,
    }
}

/// The table's own default action. Values are of the parameters' full width, as p4c has them.
fn default_call(view: &View, table: &Table, bits: &Bits<'_>) -> proto::TableActionCall {
    let Some(action) = view.action(table, table.default.action) else {
        return proto::TableActionCall::default();
    };
    let arguments = action.params.iter().zip(&table.default.args).map(|(param, value)| {
        proto::table_action_call::Argument { param_id: param.id, value: bits.bytes(value, &param.param) }
    });
    proto::TableActionCall { action_id: action.preamble.id, arguments: arguments.collect() }
}

fn action_ref(view: &View, action: &TableAction) -> proto::ActionRef {
    use proto::action_ref::Scope;
    let (annotations, structured_annotations) = split(&action.annotations, &[]);
    let scope = match (action.table_only, action.default_only) {
        (true, _) => Scope::TableOnly,
        (false, true) => Scope::DefaultOnly,
        (false, false) => Scope::TableAndDefault,
    };
    proto::ActionRef {
        id: view.actions.get(action.action).map_or(0, |action| action.preamble.id),
        scope: scope.into(),
        annotations,
        structured_annotations,
        ..proto::ActionRef::default()
    }
}

fn match_field(key: &Key, declared: Option<String>, bits: &Bits<'_>, told: &[&str]) -> proto::MatchField {
    use proto::match_field::{Match, MatchType};
    let (annotations, structured_annotations) = split(&key.annotations, told);
    let kind = match key.match_kind {
        MatchKind::Exact => MatchType::Exact,
        MatchKind::Lpm => MatchType::Lpm,
        MatchKind::Ternary => MatchType::Ternary,
        MatchKind::Range => MatchType::Range,
        MatchKind::Optional => MatchType::Optional,
        MatchKind::Selector => MatchType::Unspecified,
    };
    proto::MatchField {
        id: key.id,
        name: key.param.name.clone(),
        annotations,
        bitwidth: bits.width(&key.param),
        doc: documentation(&key.documentation),
        type_name: bits.type_name(&key.param),
        structured_annotations,
        r#match: Some(match declared {
            Some(name) => Match::OtherMatchType(name),
            None => Match::MatchType(kind.into()),
        }),
        ..proto::MatchField::default()
    }
}

/// A key of a value set; one that is no field of a structure has no name.
fn value_set_field(set: &Table, key: &Key, bits: &Bits<'_>) -> proto::MatchField {
    let field = match_field(key, None, bits, &["match"]);
    let is_whole = set.keys.len() == 1 && key.param.name == "value";
    if is_whole { proto::MatchField { name: String::new(), ..field } } else { field }
}

fn controller_header(header: &ControllerHeader, bits: &Bits<'_>) -> proto::ControllerPacketMetadata {
    let fields = header.fields.iter().filter(|field| !is_hidden(&field.annotations));
    let metadata = fields.map(|field| {
        let (annotations, structured_annotations) = split(&field.annotations, &[]);
        proto::controller_packet_metadata::Metadata {
            id: field.id,
            name: field.param.name.clone(),
            annotations,
            bitwidth: bits.width(&field.param),
            type_name: bits.type_name(&field.param),
            structured_annotations,
            ..proto::controller_packet_metadata::Metadata::default()
        }
    });
    proto::ControllerPacketMetadata {
        preamble: Some(preamble(&header.preamble)),
        metadata: metadata.collect(),
    }
}
