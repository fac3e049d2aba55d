//! What comes to controllers unasked, and the packets that they send.

use crate::support::{Controller, Server, bid, config, id, insert, inside};
use p4xdp_p4runtime::p4::v1 as proto;
use p4xdp_runtime::Program;
use proto::digest_entry;
use proto::entity::Entity;
use proto::field_match::{Exact, FieldMatchType};
use proto::p4_data::Data;
use proto::set_forwarding_pipeline_config_request::Action;
use proto::stream_error::Details;
use proto::stream_message_request::Update as Say;
use proto::stream_message_response::Update as Told;
use proto::update::Type;
use tonic::Code;

/// An Ethernet frame of 60 bytes.
fn frame(kind: u16) -> Vec<u8> {
    let mut packet = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9];
    packet.extend(kind.to_be_bytes());
    packet.resize(60, 7);
    packet
}

fn metadata(fields: &[(u32, u8)]) -> Vec<proto::PacketMetadata> {
    let field = |(id, value): &(u32, u8)| proto::PacketMetadata { metadata_id: *id, value: vec![*value] };
    fields.iter().map(field).collect()
}

fn packet(kind: u16, fields: &[(u32, u8)]) -> Say {
    Say::Packet(proto::PacketOut { payload: frame(kind), metadata: metadata(fields) })
}

/// The code of an error that a controller was told of a packet.
#[track_caller]
fn refusal(told: &Told) -> Code {
    let Told::Error(error) = told else { panic!("{told:?}") };
    assert!(matches!(error.details, Some(Details::PacketOut(_))), "{error:?}");
    Code::from(error.canonical_code)
}

#[test]
fn packets_in_and_out() {
    inside("packets_in_and_out", async |folder| {
        let server = Server::start(&["--cpu-port", "255"]);
        let mut controller = Controller::connect(&server).await;
        controller.say(packet(1, &[])).await;
        assert_eq!(refusal(&controller.told().await), Code::PermissionDenied, "it has not bid");
        controller.say(bid(1, "", Some(1))).await;
        controller.told().await;
        controller.say(packet(1, &[])).await;
        assert_eq!(refusal(&controller.told().await), Code::FailedPrecondition, "there is no program");
        let pushed = config("testdata/packets/v1model_cpu_port.p4", folder);
        controller.push(Action::VerifyAndCommit, Some(pushed)).await.unwrap();

        let program = Program::by_device("eth1").unwrap();
        let came = proto::PacketIn { payload: frame(0x1234), metadata: metadata(&[(1, 1), (2, 5)]) };
        // Reading begins a moment after the push; what was sent before is there.
        program.flood(&frame(0x1234), 1000, 3).unwrap();
        for _ in 0..3 {
            assert_eq!(controller.told().await, Told::Packet(came.clone()));
        }
        // A packet that goes in at the CPU port comes out of the port that it names.
        let end = p4xdp_test_support::command::build("testdata/ports/ports_end.p4", folder);
        let end = p4xdp_runtime::Object::open(end.as_ref()).unwrap();
        let options = p4xdp_runtime::load::Options { no_pins: true, ..Default::default() };
        let end = p4xdp_runtime::load::load(&end, &["h2"], &options).unwrap().program;
        controller.say(packet(0x5555, &[(1, 2), (2, 0)])).await;
        let packets = end.counter("packets").unwrap();
        while packets.read_count(0).unwrap().packets == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        controller.say(packet(0x5555, &[(1, 1)])).await;
        assert_eq!(refusal(&controller.told().await), Code::InvalidArgument, "a field is missing");
        let backup = {
            let (mut backup, _) = server.controller(0).await;
            backup.say(packet(0x5555, &[(1, 1), (2, 0)])).await;
            backup.told().await
        };
        assert_eq!(refusal(&backup), Code::PermissionDenied, "it is no primary");
    });
}

#[test]
fn digests_and_idle_entries() {
    inside("digests_and_idle_entries", async |folder| {
        let server = Server::start(&[]);
        let (mut controller, _) = server.controller(1).await;
        let pushed = config("examples/learn/learn.p4", folder);
        controller.push(Action::VerifyAndCommit, Some(pushed.clone())).await.unwrap();
        let digest_id = pushed.p4info.as_ref().unwrap().digests[0].preamble.as_ref().unwrap().id;
        let digest = |kind: Type, ack_ms: i64| {
            let config = digest_entry::Config {
                max_timeout_ns: 0,
                max_list_size: 1,
                ack_timeout_ns: ack_ms * 1_000_000,
            };
            let entry = proto::DigestEntry { digest_id, config: Some(config) };
            let entity = proto::Entity { entity: Some(Entity::DigestEntry(entry)) };
            proto::Update { r#type: kind.into(), entity: Some(entity) }
        };
        let program = Program::by_device("eth1").unwrap();
        program.flood(&frame(1), 1000, 1).unwrap();
        // What comes before anybody wants it is lost.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        controller.write(vec![digest(Type::Insert, 60_000)]).await.unwrap();
        program.flood(&frame(1), 1000, 5).unwrap();
        let Told::Digest(list) = controller.told().await else { panic!() };
        assert_eq!((list.digest_id, list.data.len()), (digest_id, 1));
        let Some(Data::Struct(station)) = &list.data[0].data else { panic!("{list:?}") };
        let members: Vec<_> = station.members.iter().map(|member| member.data.clone().unwrap()).collect();
        assert_eq!(members, [Data::Bitstring(vec![2, 0, 0, 0, 0, 9]), Data::Bitstring(vec![1])]);
        // The same is told again once it was acknowledged.
        let ack = proto::DigestListAck { digest_id, list_id: list.list_id };
        controller.say(Say::DigestAck(ack)).await;
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        program.flood(&frame(1), 1000, 1).unwrap();
        let Told::Digest(again) = controller.told().await else { panic!() };
        assert_eq!(again.data, list.data);
        assert_ne!(again.list_id, list.list_id);
        controller.say(Say::DigestAck(proto::DigestListAck { digest_id: 7, list_id: 1 })).await;
        let Told::Error(error) = controller.told().await else { panic!() };
        assert_eq!(Code::from(error.canonical_code), Code::InvalidArgument);

        // An entry that nobody uses is told of each time that its timeout passes.
        let key = |field_id, value: u8| proto::FieldMatch {
            field_id,
            field_match_type: Some(FieldMatchType::Exact(Exact { value: vec![value] })),
        };
        let action = proto::Action { action_id: id(&pushed, "learning.known"), params: Vec::new() };
        let entry = proto::TableEntry {
            table_id: id(&pushed, "learning.sources"),
            r#match: vec![key(1, 9), key(2, 1)],
            action: Some(proto::TableAction { r#type: Some(proto::table_action::Type::Action(action)) }),
            idle_timeout_ns: 100_000_000,
            metadata: b"m".to_vec(),
            ..Default::default()
        };
        controller.write(vec![insert(entry.clone())]).await.unwrap();
        for _ in 0..2 {
            let Told::IdleTimeoutNotification(told) = controller.told().await else { panic!() };
            let wanted = proto::TableEntry { action: None, ..entry.clone() };
            assert_eq!(told.table_entry, [wanted]);
        }
    });
}
