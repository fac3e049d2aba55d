//! Externs with state in P4Info's words.

use super::types::{data_type, named};
use super::{preamble, preamble_without};
use crate::p4::config::v1 as proto;
use crate::values::number;
use p4xdp_control::annotation::{Annotation, find};
use p4xdp_control::description::{Description, ExternDetails, Unit};
use p4xdp_control::types::Types;
use p4xdp_control::view::{ActionProfile, Extern, ExternKind, View};
use proto::action_profile::SelectorSizeSemantics;

/// Adds all externs of the program, and the messages that functions send.
pub(super) fn add(description: &Description, info: &mut proto::P4Info) {
    let view = &description.view;
    for (position, it) in view.externs.iter().enumerate() {
        let details = description.externs.get(position).cloned().unwrap_or_default();
        add_one(view, position, it, &details, &description.types, info);
    }
    for message in &description.messages {
        info.digests.push(proto::Digest {
            preamble: Some(preamble(&message.preamble)),
            type_spec: Some(data_type(&message.data, &description.types)),
        });
    }
}

fn add_one(
    view: &View,
    position: usize,
    it: &Extern,
    details: &ExternDetails,
    types: &Types,
    info: &mut proto::P4Info,
) {
    let preamble = Some(preamble(&it.preamble));
    let size = details.size.unwrap_or(0);
    let index_type_name = details.index_type.clone().map(named);
    let type_spec = details.data.as_ref().map(|ty| data_type(ty, types));
    let table = it.table.and_then(|at| view.tables.get(at)).map_or(0, |table| table.preamble.id);
    let counted = Some(proto::CounterSpec { unit: counter_unit(details.unit).into() });
    let metered = Some(proto::MeterSpec { unit: meter_unit(details.unit).into(), r#type: 0 });
    match it.kind {
        ExternKind::Counter => info.counters.push(proto::Counter {
            preamble,
            spec: counted,
            size: number(size),
            index_type_name,
        }),
        // One that no table has counts nothing, and has no place to be read at.
        ExternKind::DirectCounter if it.table.is_some() => info.direct_counters.push(proto::DirectCounter {
            preamble,
            spec: counted,
            direct_table_id: table,
        }),
        ExternKind::DirectMeter if it.table.is_some() => {
            info.direct_meters.push(proto::DirectMeter { preamble, spec: metered, direct_table_id: table })
        }
        ExternKind::DirectCounter | ExternKind::DirectMeter => {}
        ExternKind::Meter => {
            info.meters.push(proto::Meter { preamble, spec: metered, size: number(size), index_type_name });
        }
        ExternKind::Register => {
            info.registers.push(proto::Register { preamble, type_spec, size: number(size), index_type_name })
        }
        ExternKind::Digest => info.digests.push(proto::Digest { preamble, type_spec }),
        ExternKind::ActionProfile => {
            if let Some(profile) = &it.profile {
                info.action_profiles.push(action_profile(view, position, it, profile));
            }
        }
    }
}

fn counter_unit(unit: Option<Unit>) -> proto::counter_spec::Unit {
    match unit {
        None => proto::counter_spec::Unit::Unspecified,
        Some(Unit::Bytes) => proto::counter_spec::Unit::Bytes,
        Some(Unit::Packets) => proto::counter_spec::Unit::Packets,
        Some(Unit::Both) => proto::counter_spec::Unit::Both,
    }
}

fn meter_unit(unit: Option<Unit>) -> proto::meter_spec::Unit {
    match unit {
        Some(Unit::Bytes) => proto::meter_spec::Unit::Bytes,
        Some(Unit::Packets) => proto::meter_spec::Unit::Packets,
        None | Some(Unit::Both) => proto::meter_spec::Unit::Unspecified,
    }
}

/// Annotations of action profiles that have fields of their own (P4Runtime specification, section "Action Profile").
const OF_PROFILES: [&str; 3] = ["max_group_size", "selector_size_semantics", "max_member_weight"];

fn action_profile(
    view: &View,
    position: usize,
    it: &Extern,
    profile: &ActionProfile,
) -> proto::ActionProfile {
    let annotations = &it.preamble.annotations;
    let mut table_ids: Vec<u32> = view
        .tables
        .iter()
        .filter(|table| table.profile == Some(position))
        .map(|table| table.preamble.id)
        .collect();
    table_ids.sort_unstable();
    table_ids.dedup();
    let stated = |name: &str| {
        let stated = find(annotations, name).filter(|_| profile.has_groups)?.number()?;
        Some(number(stated))
    };
    proto::ActionProfile {
        preamble: Some(preamble_without(&it.preamble, &OF_PROFILES)),
        table_ids,
        with_selector: profile.has_groups,
        size: number(profile.size),
        max_group_size: stated("max_group_size").unwrap_or(0),
        weights_disallowed: false,
        selector_size_semantics: size_semantics(annotations, stated("max_member_weight"))
            .filter(|_| profile.has_groups),
    }
}

/// What `@selector_size_semantics` says.
fn size_semantics(
    annotations: &[Annotation],
    max_member_weight: Option<i32>,
) -> Option<SelectorSizeSemantics> {
    let text = find(annotations, "selector_size_semantics")?.text()?;
    match text.to_ascii_lowercase().as_str() {
        "sum_of_weights" => Some(SelectorSizeSemantics::SumOfWeights(proto::action_profile::SumOfWeights {})),
        "sum_of_members" => {
            let max_member_weight = max_member_weight.unwrap_or(0);
            Some(SelectorSizeSemantics::SumOfMembers(proto::action_profile::SumOfMembers {
                max_member_weight,
            }))
        }
        _ => None,
    }
}
