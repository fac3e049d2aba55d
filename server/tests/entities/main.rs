//! Entities of a loaded program: what is written is read again, what is wrong is refused, and wildcards. The program has all that P4Runtime has entities for, with
//! ids of its own choice, so messages are written as text.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a failing test may panic")]

mod atomic;
mod cells;
mod profiles;
mod random;
mod refused;
mod sets_and_copies;
mod tables;

use p4xdp_p4runtime::p4::config::v1::P4Info;
use p4xdp_p4runtime::p4::v1 as proto;
use p4xdp_p4runtime::{ReflectMessage, descriptors, p4info};
use p4xdp_runtime::load::{Options, load, load_detached};
use p4xdp_runtime::{Object, Program};
use p4xdp_server::entities::{Notes, read, write};
use p4xdp_server::{Pipeline, Problem};
use p4xdp_test_support::program::{compiled, object, of_file};
use p4xdp_test_support::switch::privileged;
use p4xdp_test_support::{root, space};
use prost_reflect::DynamicMessage;
use proto::update::Type;
use proto::write_request::Atomicity;
use std::sync::{Arc, LazyLock};
use tonic::Code;

/// The program, loaded, and what is noted of it.
struct Device {
    pipeline: Pipeline,
    notes: Notes,
}

/// Nothing where the test is passed over.
fn loaded(by: impl FnOnce(&Object) -> Program) -> Option<Device> {
    if !privileged() {
        return None;
    }
    static COMPILED: LazyLock<(Vec<u8>, P4Info)> = LazyLock::new(|| {
        let path = root().join("server/tests/entities/all.p4");
        let object = object("entities", &compiled(&path));
        let p4info = p4info(&of_file(&path).describe().unwrap());
        (std::fs::read(&object.path).unwrap(), p4info)
    });
    let (bytes, p4info) = COMPILED.clone();
    let program = by(&Object::from_bytes("entities.o", bytes).unwrap());
    Some(Device { pipeline: Pipeline::new(Arc::new(program), p4info), notes: Notes::new() })
}

/// The same, attached to no device.
fn device() -> Option<Device> {
    loaded(|object| load_detached(object, 0).unwrap())
}

/// The same in a namespace of its own, where it runs on `eth1` as port 1 and on `eth2` as port 2.
fn attached(name: &str, test: impl FnOnce(Device) + Send) {
    let pairs = [[("eth1", 1000), ("h1", 1001)], [("eth2", 1600), ("h2", 1601)]];
    space::inside(name, &pairs, || {
        let options = Options { no_pins: true, ..Options::default() };
        let device = loaded(|object| load(object, &["1=eth1", "2=eth2"], &options).unwrap().program);
        test(device.unwrap());
    });
}

/// An entity in protobuf's text format.
fn entity(text: &str) -> proto::Entity {
    let descriptor = descriptors().get_message_by_name("p4.v1.Entity").unwrap();
    let message =
        DynamicMessage::parse_text_format(descriptor, text).unwrap_or_else(|error| panic!("{text}: {error}"));
    message.transcode_to().unwrap()
}

fn text(entity: &proto::Entity) -> String {
    entity.transcode_to_dynamic().to_text_format()
}

impl Device {
    fn batch(&self, updates: &[(Type, &str)]) -> Vec<Result<(), Problem>> {
        self.batch_as(Atomicity::ContinueOnError, updates).unwrap()
    }

    fn batch_as(
        &self,
        atomicity: Atomicity,
        updates: &[(Type, &str)],
    ) -> Result<Vec<Result<(), Problem>>, Problem> {
        let update = |(kind, text): &(Type, &str)| proto::Update {
            r#type: (*kind).into(),
            entity: Some(entity(text)),
        };
        let updates: Vec<_> = updates.iter().map(update).collect();
        let may = |_: &proto::Entity| Ok(());
        write(&self.pipeline, &self.notes, &updates, atomicity, &may)
    }

    fn write(&self, kind: Type, text: &str) -> Result<(), Problem> {
        self.batch(&[(kind, text)]).remove(0)
    }

    #[track_caller]
    fn insert(&self, text: &str) {
        self.write(Type::Insert, text).unwrap_or_else(|problem| panic!("{text}: {problem}"));
    }

    #[track_caller]
    fn modify(&self, text: &str) {
        self.write(Type::Modify, text).unwrap_or_else(|problem| panic!("{text}: {problem}"));
    }

    #[track_caller]
    fn delete(&self, text: &str) {
        self.write(Type::Delete, text).unwrap_or_else(|problem| panic!("{text}: {problem}"));
    }

    fn try_read(&self, wanted: &str) -> Result<Vec<proto::Entity>, Problem> {
        let mut found = Vec::new();
        read(&self.pipeline, &self.notes, &entity(wanted), &mut |portion| {
            found.extend(portion);
            true
        })?;
        Ok(found)
    }

    /// What is read is what is wanted, in the same order.
    #[track_caller]
    fn reads(&self, wanted: &str, entities: &[&str]) {
        let found = self.try_read(wanted).unwrap_or_else(|problem| panic!("{wanted}: {problem}"));
        let found: Vec<String> = found.iter().map(text).collect();
        let entities: Vec<String> = entities.iter().map(|it| text(&entity(it))).collect();
        assert_eq!(found, entities, "{wanted}");
    }

    #[track_caller]
    fn refuses(&self, kind: Type, given: &str, code: Code, says: &str) {
        let problem = self.write(kind, given).err().unwrap_or_else(|| panic!("{given}: nothing is wrong"));
        assert_eq!(problem.code, code, "{given}: {problem}");
        assert!(problem.message.contains(says), "{given}: {problem}, not `{says}`");
    }

    #[track_caller]
    fn does_not_read(&self, given: &str, code: Code, says: &str) {
        let problem = self.try_read(given).err().unwrap_or_else(|| panic!("{given}: nothing is wrong"));
        assert_eq!(problem.code, code, "{given}: {problem}");
        assert!(problem.message.contains(says), "{given}: {problem}, not `{says}`");
    }
}

/// `set(value, port)`
fn set(value: u8, port: u8) -> String {
    let param = |id, value| format!(r#"params {{ param_id: {id} value: "\{value:03o}" }}"#);
    format!("action {{ action {{ action_id: 0x01000001 {} {} }} }}", param(1, value), param(2, port))
}

/// An entry of the table whose id is this, without its kind.
fn entry(table: u32, rest: &str) -> String {
    format!("table_entry {{ table_id: {} {rest} }}", 0x0200_0000 + table)
}

fn exact(id: u32, value: &str) -> String {
    format!(r#"match {{ field_id: {id} exact {{ value: "{value}" }} }}"#)
}

const DISCARD: &str = "action { action { action_id: 0x01000002 } }";

fn member(profile: u32, number: u32, action: &str) -> String {
    format!(
        "action_profile_member {{ action_profile_id: {} member_id: {number} {action} }}",
        0x1100_0000 + profile
    )
}

fn group(number: u32, rest: &str) -> String {
    format!("action_profile_group {{ action_profile_id: 0x11000002 group_id: {number} {rest} }}")
}
