//! Random entries with all kinds of matches: each is read as it was written, found by its key, and gone when it is deleted. Values have zeros in front by chance, which
//! are no part of them.

use super::{Device, device, entity, entry};
use p4xdp_p4runtime::p4::v1 as proto;
use p4xdp_server::entities::write;
use p4xdp_test_support::random::Random;
use proto::entity::Entity;
use proto::field_match::{self, FieldMatchType};
use proto::update::Type;
use proto::write_request::Atomicity;

/// Table `masks`: keys of 16, 8, 8, 9 and 32 bits.
const TABLE: u32 = 3;

/// The shortest bytes of a number.
fn shortest(number: u64) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let zeros = bytes.iter().take(7).take_while(|byte| **byte == 0).count();
    bytes[zeros..].to_vec()
}

/// A field of an entry, or none for what matches anything.
fn field(random: &mut Random, id: u32) -> Option<FieldMatchType> {
    let value = |number| shortest(number);
    if id != 4 && random.below(4) == 0 {
        return None;
    }
    Some(match id {
        1 => {
            let mask = random.of_bits(16).max(1);
            let (value, mask) = (value(random.of_bits(16) & mask), value(mask));
            FieldMatchType::Ternary(field_match::Ternary { value, mask })
        }
        2 => {
            let (a, b) = (random.of_bits(8), random.below(255));
            FieldMatchType::Range(field_match::Range { low: value(a.min(b)), high: value(a.max(b).min(254)) })
        }
        3 => FieldMatchType::Optional(field_match::Optional { value: value(random.of_bits(8)) }),
        4 => FieldMatchType::Exact(field_match::Exact { value: value(random.of_bits(9)) }),
        _ => {
            let length = 1 + random.below(32);
            let mask = (u64::from(u32::MAX) << (32 - length)) & u64::from(u32::MAX);
            let prefix_len = i32::try_from(length).unwrap();
            FieldMatchType::Lpm(field_match::Lpm { value: value(random.of_bits(32) & mask), prefix_len })
        }
    })
}

fn random_entry(random: &mut Random, priority: i32) -> proto::TableEntry {
    let fields = (1..=5).filter_map(|id| {
        let kind = field(random, id)?;
        Some(proto::FieldMatch { field_id: id, field_match_type: Some(kind) })
    });
    let fields: Vec<proto::FieldMatch> = fields.collect();
    let param = proto::action::Param { param_id: 1, value: shortest(random.of_bits(9)) };
    let action = proto::Action { action_id: 0x0100_0003, params: vec![param] };
    proto::TableEntry {
        table_id: 0x0200_0000 + TABLE,
        r#match: fields,
        action: Some(proto::TableAction { r#type: Some(proto::table_action::Type::Action(action)) }),
        priority,
        ..proto::TableEntry::default()
    }
}

/// The same with zeros in front of exact values.
fn padded(random: &mut Random, entry: &proto::TableEntry) -> proto::TableEntry {
    let mut entry = entry.clone();
    for field in &mut entry.r#match {
        if let Some(FieldMatchType::Exact(exact)) = &mut field.field_match_type {
            exact.value = [vec![0; usize::try_from(random.below(3)).unwrap()], exact.value.clone()].concat();
        }
    }
    entry
}

fn update(device: &Device, kind: Type, entry: proto::TableEntry) {
    let entity = Some(proto::Entity { entity: Some(Entity::TableEntry(entry)) });
    let update = proto::Update { r#type: kind.into(), entity };
    let may = |_: &proto::Entity| Ok(());
    let updates = std::slice::from_ref(&update);
    let results = write(&device.pipeline, &device.notes, updates, Atomicity::ContinueOnError, &may).unwrap();
    assert_eq!(results, [Ok(())], "{update:?}");
}

fn read(device: &Device, wanted: &proto::TableEntry) -> Vec<proto::TableEntry> {
    let mut found = Vec::new();
    let wanted = proto::Entity { entity: Some(Entity::TableEntry(wanted.clone())) };
    p4xdp_server::entities::read(&device.pipeline, &device.notes, &wanted, &mut |portion| {
        found.extend(portion.into_iter().filter_map(|entity| match entity.entity {
            Some(Entity::TableEntry(entry)) => Some(entry),
            _ => None,
        }));
        true
    })
    .unwrap();
    found
}

#[test]
fn random_entries_are_read_as_they_are_written() {
    let Some(device) = device() else { return };
    let Some(Entity::TableEntry(all)) = entity(&entry(TABLE, "")).entity else { panic!("it is no entry") };
    let mut random = Random(17);
    for round in 0..20 {
        // Priorities differ, so entries are told apart whatever their keys are.
        let mut entries: Vec<_> =
            (1..=20).rev().map(|priority| random_entry(&mut random, priority)).collect();
        for entry in &entries {
            update(&device, Type::Insert, padded(&mut random, entry));
        }
        assert_eq!(read(&device, &all), entries, "round {round}");
        for entry in &entries {
            let key = proto::TableEntry { action: None, ..padded(&mut random, entry) };
            assert_eq!(read(&device, &key), std::slice::from_ref(entry), "round {round}");
        }
        while !entries.is_empty() {
            let at = usize::try_from(random.below(entries.len() as u64)).unwrap();
            let gone = entries.remove(at);
            update(&device, Type::Delete, proto::TableEntry { action: None, ..gone });
            assert_eq!(read(&device, &all), entries, "round {round}");
        }
    }
}
