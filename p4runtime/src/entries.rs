//! The program's own entries: in, what a compiler tells of a program; out, the request that writes them (P4Runtime specification, sections "Write
//! RPC" and "TableEntry").

use crate::p4::v1 as proto;
use crate::p4info::Bits;
use crate::values::number;
use num_bigint::BigUint;
use p4xdp_control::description::{Description, KeyDetails};
use p4xdp_control::entry::{Entry, KeyMatch, Target};
use p4xdp_control::value::ones;
use p4xdp_control::view::{Key, MatchKind, Table, View};
use proto::field_match::{self, FieldMatchType};

/// The request: an insertion an entry, the tables' in the order of the view, a table's by falling precedence.
#[must_use]
pub fn entries(description: &Description) -> proto::WriteRequest {
    let view = &description.view;
    let bits = Bits(&description.types);
    let mut request = proto::WriteRequest::default();
    for (table, details) in view.tables.iter().zip(&description.tables) {
        for (entry, is_const) in table.entries.iter().zip(&details.const_entries) {
            let entry = table_entry(view, table, &details.keys, entry, &bits);
            request.updates.push(insertion(proto::TableEntry { is_const: *is_const, ..entry }));
        }
    }
    request
}

fn insertion(entry: proto::TableEntry) -> proto::Update {
    proto::Update {
        r#type: proto::update::Type::Insert.into(),
        entity: Some(proto::Entity { entity: Some(proto::entity::Entity::TableEntry(entry)) }),
    }
}

/// An entry. Of keys whose match kind the program declares nothing is said: P4Runtime has no message for it.
fn table_entry(
    view: &View,
    table: &Table,
    details: &[KeyDetails],
    entry: &Entry,
    bits: &Bits<'_>,
) -> proto::TableEntry {
    let keys = table.keys.iter().zip(details).filter(|(key, _)| key.match_kind != MatchKind::Selector);
    let fields = keys.zip(&entry.keys).filter(|((_, details), _)| details.declared_kind.is_none());
    proto::TableEntry {
        table_id: table.preamble.id,
        r#match: fields.filter_map(|((key, _), matched)| field(key, matched, bits)).collect(),
        action: action(view, table, &entry.target, bits),
        priority: entry.priority.map_or(0, |priority| number(u64::from(priority))),
        ..proto::TableEntry::default()
    }
}

/// What an entry demands of a key; `None` for nothing, which P4Runtime says by silence.
fn field(key: &Key, matched: &KeyMatch, bits: &Bits<'_>) -> Option<proto::FieldMatch> {
    let width = key.param.width;
    let bytes = |value| bits.bytes(value, &key.param);
    let matched = matched.clone().in_form(key.match_kind, width, key.param.signed).cleared(width);
    let kind = match (&matched, key.match_kind) {
        (KeyMatch::Exact(value), MatchKind::Optional) => {
            FieldMatchType::Optional(field_match::Optional { value: bytes(value) })
        }
        (KeyMatch::Exact(value), _) => FieldMatchType::Exact(field_match::Exact { value: bytes(value) }),
        (KeyMatch::Prefix(_, 0), _) | (KeyMatch::Any, _) => return None,
        (KeyMatch::Prefix(value, length), _) => FieldMatchType::Lpm(field_match::Lpm {
            value: bytes(value),
            prefix_len: number(u64::from(*length)),
        }),
        (KeyMatch::Masked(_, mask), _) if mask.bits() == 0 => return None,
        (KeyMatch::Masked(value, mask), _) => {
            FieldMatchType::Ternary(field_match::Ternary { value: bytes(value), mask: bytes(mask) })
        }
        (KeyMatch::Range(low, high), _) if is_all(low, high, key) => return None,
        (KeyMatch::Range(low, high), _) => {
            FieldMatchType::Range(field_match::Range { low: bytes(low), high: bytes(high) })
        }
    };
    Some(proto::FieldMatch { field_id: key.id, field_match_type: Some(kind) })
}

/// A range of all values of a key.
fn is_all(low: &BigUint, high: &BigUint, key: &Key) -> bool {
    let everything = KeyMatch::Any.in_form(MatchKind::Range, key.param.width, key.param.signed);
    everything == KeyMatch::Range(low.clone(), high.clone())
        || (low.bits() == 0 && *high == ones(key.param.width))
}

fn action(view: &View, table: &Table, target: &Target, bits: &Bits<'_>) -> Option<proto::TableAction> {
    use proto::table_action::Type;
    let kind = match target {
        Target::Member(member) => Type::ActionProfileMemberId(*member),
        Target::Group(group) => Type::ActionProfileGroupId(*group),
        Target::Action(call) => {
            let action = view.action(table, call.action)?;
            let params = action.params.iter().zip(&call.args).map(|(param, value)| proto::action::Param {
                param_id: param.id,
                value: bits.bytes(value, &param.param),
            });
            Type::Action(proto::Action { action_id: action.preamble.id, params: params.collect() })
        }
    };
    Some(proto::TableAction { r#type: Some(kind) })
}
